"""Signs that a place is in another country: its name, a code, or the first-level areas of neighbouring countries."""

from __future__ import annotations

import csv
from functools import cache

from ingestion.clean.countries import countries
from ingestion.clean.pcodes import is_foreign
from ingestion.country.pack import country, pack
from warehouse.resolution.places.gazetteer import named
from warehouse.resolution.places.place_names import place_key

_SHORTEST = 4  # letters of a country's name: « Sy » is a commune, and Syria's code


def is_foreign_code(code: str) -> bool:
    """Whether a p-code is another country's: BF4601."""
    return is_foreign(code)


def is_abroad(text: str, level: int, vintage: str) -> bool:
    """Whether a text names another country, and nothing of this one at that level or above: « Djibo, Burkina Faso »."""
    if any(named(text, upper, vintage) for upper in range(level, 0, -1)):
        return False
    mentioned = countries(text, _SHORTEST)
    return bool(mentioned) and country().iso2 not in mentioned


def is_neighbouring(text: str, level: int, parent: str) -> bool:
    """Whether a region or cercle is one of a neighbour: « Sahel ». Below a parent it is a slip of the pen."""
    return level < 3 and not parent and place_key(text) in _neighbours()


@cache
def _neighbours() -> frozenset[str]:
    """The keys of the areas of the first level around the country, where its pack lists them."""
    path = pack().neighbour_areas
    if not path.exists():
        return frozenset()
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(place_key(row["name"]) for row in csv.DictReader(file))
