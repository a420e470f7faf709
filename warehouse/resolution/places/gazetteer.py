"""The official areas and their other names, by vintage; every answer is in codes of 2021.

Seeds: `admin_area` (lists of 2019 and 2021), `admin_crosswalk` (2019 → 2021, with shares of population),
`place_variant` (other names). A code has a meaning only in its vintage: ML0704 is a cercle of 2019 and no code of 2021.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from warehouse.paths import SEEDS
from warehouse.resolution.places.place_names import place_key, similarity

CURRENT = "2021"


class Match(NamedTuple):
    """An area of 2021 that a text or a code may mean, how that was found, and a score of 0 to 1."""

    code: str
    method: str
    score: float = 1.0


class _Name(NamedTuple):
    key: str
    method: str
    codes: tuple[str, ...]


def level_of(code: str) -> int:
    """The level that the length of a p-code tells: ML 0, ML05 1, ML0502 2, ML050201 3."""
    return len(code) // 2 - 1


def current(code: str, vintage: str | None) -> tuple[str, ...]:
    """The codes of 2021 of a code of that vintage: none where it is unknown there, several where it was split."""
    return _passages().get((vintage or "", code), ())


def carried(people: Mapping[str, float]) -> dict[str, float]:
    """People by code of 2019 → people by code of 2021, by the crosswalk's shares; their sum is the same.

    Raises KeyError for a code that 2019 does not have.
    """
    result: dict[str, float] = {}
    for code, count in people.items():
        for target, share in _shares()[code]:
            result[target] = result.get(target, 0.0) + count * share
    return result


@cache
def named(text: str, level: int, vintage: str) -> tuple[Match, ...]:
    """The areas that bear exactly this name, or have it as a known variant, among those of that level."""
    return tuple(
        Match(code, name.method)
        for name in _names(level, vintage)
        if name.key == place_key(text)
        for code in name.codes
    )


@cache
def alike(text: str, level: int, vintage: str, parent: str, at_least: float) -> tuple[Match, ...]:
    """The areas below `parent` ("" = all) whose name is at least so alike, the most alike first."""
    key = place_key(text)
    best: dict[str, float] = {}
    for name in _names(level, vintage):
        score = similarity(key, name.key)
        for code in name.codes:
            if code.startswith(parent) and score >= at_least:
                best[code] = max(score, best.get(code, 0.0))
    return tuple(Match(code, "fuzzy", best[code]) for code in sorted(best, key=lambda code: (-best[code], code)))


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _shares() -> dict[str, list[tuple[str, float]]]:
    shares: dict[str, list[tuple[str, float]]] = {}
    for row in _rows("admin_crosswalk"):
        shares.setdefault(row["from_code"], []).append((row["to_code"], float(row["population_share"])))
    return shares


@cache
def _passages() -> dict[tuple[str, str], tuple[str, ...]]:
    """(vintage, code) to its codes of 2021."""
    own = {(CURRENT, row["code"]): (row["code"],) for row in _rows("admin_area") if row["vintage"] == CURRENT}
    return own | {("2019", code): tuple(target for target, _ in targets) for code, targets in _shares().items()}


@cache
def _names(level: int, vintage: str) -> tuple[_Name, ...]:
    """Names of that level in that vintage; a variant's level is that of the column where it is written."""
    official = [
        _Name(place_key(row["name_fr"]), "exact_name", current(row["code"], vintage))
        for row in _rows("admin_area")
        if row["vintage"] == vintage and int(row["level"]) == level
    ]
    variants = [
        _Name(place_key(row["variant"]), "variant", current(row["code"], row["vintage"]))
        for row in _rows("place_variant")
        if int(row["level"]) == level
    ]
    return (*official, *variants)
