"""The code lists, the country's included, from the seed that dbt loads too: form and warehouse cannot diverge."""

from __future__ import annotations

from functools import cache

from ingestion.clean.text import fold
from ingestion.country import seeds
from ingestion.country.pack import iso3

ZONE = "zone"  # the list of the zones of the mapping


def _lists() -> dict[str, dict[str, tuple[str, str]]]:
    return _lists_of(iso3())


@cache
def _lists_of(country: str) -> dict[str, dict[str, tuple[str, str]]]:
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for row in seeds.rows("code_list"):
        lists.setdefault(row["list"], {})[row["code"]] = (row["fr"], row["en"])
    return lists


def names() -> list[str]:
    """The names of all code lists."""
    return sorted(_lists())


def codes(name: str) -> list[str]:
    """The codes of one list, in the order of the seed. Raises KeyError for an unknown list."""
    return list(_lists()[name])


def labels(name: str, code: str) -> tuple[str, str]:
    """The French and English labels of a code. Raises KeyError."""
    return _lists()[name][code]


@cache
def _index(name: str, country: str) -> dict[str, str]:
    index: dict[str, str] = {}
    for code, labels in _lists()[name].items():
        for spelling in (code, *labels, *(_bare_names().get(code, ()) if name == ZONE else ())):
            index.setdefault(fold(spelling), code)
    return index


def _bare_names() -> dict[str, list[str]]:
    """By zone, the names of its region without the word for it: « Gao », « Timbuktu »."""
    names: dict[str, list[str]] = {}
    for area in seeds.rows("admin_area"):
        if area["level"] == "1":
            names.setdefault(area["code"], []).append(area["name_fr"])
    for variant in seeds.rows("place_variant"):
        if variant["level"] == "1":
            names.setdefault(variant["code"], []).append(variant["variant"])
    return {zone["zone_code"]: names.get(zone["admin1_code"], []) for zone in seeds.rows("zone")}


def find(name: str, value: str) -> str | None:
    """The code of a text: the code itself or its French or English label, ignoring case and accents; of a zone also the
    name of its region alone."""
    return _index(name, iso3()).get(fold(value))
