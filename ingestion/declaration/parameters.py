"""The parameters, read from the seed that dbt loads too, so that a rule has the same number everywhere."""

from __future__ import annotations

import csv
from functools import cache

from ingestion.project import SEEDS

SEED = SEEDS / "parameter.csv"


@cache
def values() -> dict[str, str]:
    """The value of every parameter, as written."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["value"] for row in csv.DictReader(file)}


def parameter(name: str) -> float:
    """A numeric parameter. Raises KeyError for an unknown one."""
    return float(values()[name])
