"""The suites of the marts: bounds, counts, code lists. Keys, mandatory columns and computed lists are rules of dbt."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from expectations.validation import Spec, Validation, validate
from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.declaration import code_lists
from ingestion.declaration.parameters import parameter

ZONES, TYPES, GROUPS = (len(code_lists.codes(name)) for name in ("zone", "type_service", "popgr"))
# The payments of a contract add up to the whole; terms without a contract say none.
_PAID = 1.0 if any(row["payment_share"] for row in seeds.rows("deliverable")) else 0.0


def _in(column: str, values: list[str]) -> Spec:
    return "expect_column_values_to_be_in_set", {"column": column, "value_set": values}


def _never_small(column: str) -> Spec:
    """A count of people is zero or at least `small_count`."""
    return "expect_column_values_to_not_be_in_set", {
        "column": column,
        "value_set": list(range(1, int(parameter("small_count")))),
    }


def _between(column: str, low: float | None, high: float | None) -> Spec:
    return "expect_column_values_to_be_between", {"column": column, "min_value": low, "max_value": high}


def _count(value: int) -> Spec:
    return "expect_table_row_count_to_equal", {"value": value}


# Checks common to the grids of gaps, by zone and by cercle.
_GAP_CELL: list[Spec] = [
    _in("zone_code", code_lists.codes("zone")),
    _in("service_type_code", code_lists.codes("type_service")),
    _in("population_group_code", code_lists.codes("popgr")),
    _between("coverage", 0, 1),
    _between("known_count", 0, None),
]

SUITES: dict[str, list[Spec]] = {
    "service_gap": [_in("reading", [*country().readings]), *_GAP_CELL],
    "service_gap_cercle": [*_GAP_CELL, _between("searched_cercle_count", 0, 1)],
    "service_directory": [
        _between("latitude", country().frame.south, country().frame.north),
        _between("longitude", country().frame.west, country().frame.east),
        _between("confidence", 0, 1),
        _between("agreement", 0, 1),
        _between("source_count", 1, None),
    ],
    "service_quality": [
        *(_between(c, 0, 1) for c in ("availability", "accessibility", "acceptability", "quality", "score")),
        _in("band", ["A", "B", "C"]),
    ],
    "access_barriers": [
        _in("criterion_code", code_lists.codes("exclu")),
        _between("excluding_share", 0, 1),
        _between("service_count", 1, None),
    ],
    "referral_mechanisms": [
        _in("mechanism_type_code", code_lists.codes("meca_type")),
        _in("state_code", code_lists.codes("meca_statut")),
        _in("participation_level", code_lists.codes("particip")),
        _between("functionality", 0, 1),
        _between("completion_rate", 0, 1),
    ],
    "opportunity_calendar": [
        _in("opportunity_type_code", code_lists.codes("opportunity_type")),
        _between("cost_share", 0, 1),
        _between("days_left", 0, None),
    ],
    "synergies": [_between(c, 0, 1) for c in ("score", "normalized_gap", "quality_score", "cost_share", "freshness")],
    "partner_profile": [_between("service_count", 0, None)],
    "programs": [("expect_column_values_to_not_be_null", {"column": "title"})],
    "document_review": [_in("kind", code_lists.codes("document_kind"))],
    "deliverable_tracker": [
        _count(len(code_lists.codes("deliverable"))),
        (
            "expect_column_sum_to_be_between",
            {"column": "payment_share", "min_value": _PAID - 1e-6, "max_value": _PAID + 1e-6},
        ),
    ],
    "tor_coverage": [_in("section", ["3", "4", "5", "6", "10"]), _count(len(seeds.rows("tor_requirement")))],
    "suppression_log": [("expect_compound_columns_to_be_unique", {"column_list": ["mart", "key"]})],
    "dim_service_type": [_count(TYPES)],
    "dim_population_group": [_count(GROUPS)],
    "needs": [_between("people", 0, None), _in("reading", [*country().readings])],
    "provenance": [_between("weight", 0, 1)],
}


def validate_mart(name: str, frame: pd.DataFrame, counting_people: Iterable[str] = ()) -> Validation:
    """Validates one mart with its suite; grids must also be complete, and counts of people not small.

    ``counting_people``: the columns whose contract says `counts_people`.
    """
    specs = [*SUITES[name], *map(_never_small, counting_people)]
    if name == "service_gap":
        months = frame["month"].nunique() * frame["reading"].nunique()
        specs.append(_count(ZONES * TYPES * GROUPS * months))
    if name == "service_gap_cercle":
        cells = TYPES * GROUPS * frame["admin2_code"].nunique()
        specs.append(_count(cells))
    return validate(f"marts_{name}", frame, specs, f"Mart {name}")
