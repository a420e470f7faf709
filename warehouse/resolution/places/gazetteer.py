"""The official areas and their other names, by vintage; every answer is in codes of the current vintage.

Seeds: `admin_area` (the lists of all vintages), `admin_crosswalk` (earlier → current, with shares of population),
`place_variant` (other names). A code has a meaning only in its vintage: ML0704 is a cercle of 2019 and no code of 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ingestion.country import pcode_forms, seeds
from ingestion.country.pack import country
from warehouse.resolution.places.place_names import place_key, similarity

CURRENT = country().current_vintage


class Match(NamedTuple):
    """An area of the current vintage that a text or a code may mean, how that was found, and a score of 0 to 1."""

    code: str
    method: str
    score: float = 1.0


class _Name(NamedTuple):
    key: str
    method: str
    codes: tuple[str, ...]


def level_of(code: str) -> int:
    """The level of a p-code: ML 0, ML05 1, ML0502 2, ML050201 3; no code, and one of no known form, is above all."""
    level = pcode_forms.level_of(code) if code else None
    return -1 if level is None else level


def current(code: str, vintage: str | None) -> tuple[str, ...]:
    """The current codes of a code of that vintage: none where it is unknown there, several where it was split."""
    return _passages().get((vintage or "", code), ())


def carried(people: Mapping[str, float]) -> dict[str, float]:
    """People by earlier code → people by current code, by the crosswalk's shares; their sum is the same.

    Raises KeyError for a code that the crosswalk does not have.
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


@cache
def _shares() -> dict[str, list[tuple[str, float]]]:
    shares: dict[str, list[tuple[str, float]]] = {}
    for row in seeds.rows("admin_crosswalk"):
        shares.setdefault(row["from_code"], []).append((row["to_code"], float(row["population_share"])))
    return shares


@cache
def _passages() -> dict[tuple[str, str], tuple[str, ...]]:
    """(vintage, code) to its current codes."""
    own = {(CURRENT, row["code"]): (row["code"],) for row in seeds.rows("admin_area") if row["vintage"] == CURRENT}
    earlier: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in seeds.rows("admin_crosswalk"):
        key = row["from_vintage"], row["from_code"]
        earlier[key] = (*earlier.get(key, ()), row["to_code"])
    return own | earlier


@cache
def _names(level: int, vintage: str) -> tuple[_Name, ...]:
    """Names of that level in that vintage; a variant's level is that of the column where it is written."""
    official = [
        _Name(place_key(row["name_fr"]), "exact_name", current(row["code"], vintage))
        for row in seeds.rows("admin_area")
        if row["vintage"] == vintage and int(row["level"]) == level
    ]
    variants = [
        _Name(place_key(row["variant"]), "variant", current(row["code"], row["vintage"]))
        for row in seeds.rows("place_variant")
        if int(row["level"]) == level
    ]
    return (*official, *variants)
