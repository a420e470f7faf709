"""The parameters, read from the seed that dbt loads too, so that a rule has the same number everywhere."""

from __future__ import annotations

from functools import cache

from ingestion.country import seeds
from ingestion.country.pack import iso3


def values() -> dict[str, str]:
    """The value of every parameter, as written."""
    return _values(iso3())


@cache
def _values(country: str) -> dict[str, str]:
    return {row["name"]: row["value"] for row in seeds.rows("parameter")}


def parameter(name: str) -> float:
    """A numeric parameter. Raises KeyError for an unknown one."""
    return float(values()[name])
