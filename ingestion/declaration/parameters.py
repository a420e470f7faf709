"""The parameters, read from the one seed that dbt loads as well, so that a rule has one number everywhere."""

from __future__ import annotations

import csv
from functools import cache

from ingestion.project import SEEDS

SEED = SEEDS / "parameter.csv"


@cache
def values() -> dict[str, str]:
    """The value of every parameter, as it is written."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["value"] for row in csv.DictReader(file)}


def parameter(name: str) -> float:
    """A parameter that is a number. Raises KeyError for an unknown one."""
    return float(values()[name])
