"""The parameters, read from the seed that dbt loads too, so that a rule has the same number everywhere."""

from __future__ import annotations

from functools import cache

from ingestion.country import seeds


@cache
def values() -> dict[str, str]:
    """The value of every parameter, as written."""
    return {row["name"]: row["value"] for row in seeds.rows("parameter")}


def parameter(name: str) -> float:
    """A numeric parameter. Raises KeyError for an unknown one."""
    return float(values()[name])
