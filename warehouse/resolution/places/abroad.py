"""What tells that a place is in another country: its name, a code, or the first-level areas of Mali's neighbours."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ingestion.clean.countries import countries
from warehouse.resolution.places.gazetteer import named
from warehouse.resolution.places.place_names import place_key

HERE = "ML"
_SHORTEST = 4  # letters of a country's name: « Sy » is a commune, and Syria's code


def is_foreign_code(code: str) -> bool:
    """Whether a p-code is another country's: BF4601."""
    return not code.startswith(HERE)


def is_abroad(text: str, level: int, vintage: str) -> bool:
    """Whether a text names another country, and nothing of Mali at that level or above: « Djibo, Burkina Faso »."""
    if any(named(text, upper, vintage) for upper in range(level, 0, -1)):
        return False
    told = countries(text, _SHORTEST)
    return bool(told) and HERE not in told


def is_neighbouring(text: str, level: int, parent: str) -> bool:
    """Whether a region or cercle is one of a neighbour: « Sahel ». Below a parent in Mali it is a slip of the pen."""
    return level < 3 and not parent and place_key(text) in _neighbours()


@cache
def _neighbours() -> frozenset[str]:
    """The keys of regions around Mali (ISO 3166-2, and Côte d'Ivoire's 31 regions)."""
    with Path(__file__).with_name("neighbour_areas.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(place_key(row["name"]) for row in csv.DictReader(file))
