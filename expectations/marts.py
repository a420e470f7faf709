"""The suites of the marts: what an analyst may rely on, checked again outside dbt before anything is published."""

from __future__ import annotations

import pandas as pd

from expectations.validation import Spec, Validation, validate
from ingestion.declaration import code_lists
from ingestion.declaration.parameters import parameter

ZONES, TYPES, GROUPS = (len(code_lists.codes(name)) for name in ("zone", "type_service", "popgr"))
SMALL_COUNT = int(parameter("small_count"))


def _unique(*columns: str) -> Spec:
    if len(columns) == 1:
        return "expect_column_values_to_be_unique", {"column": columns[0]}
    return "expect_compound_columns_to_be_unique", {"column_list": list(columns)}


def _in(column: str, values: list[str]) -> Spec:
    return "expect_column_values_to_be_in_set", {"column": column, "value_set": values}


def _never(column: str, values: list[int]) -> Spec:
    return "expect_column_values_to_not_be_in_set", {"column": column, "value_set": values}


def _filled(column: str) -> Spec:
    return "expect_column_values_to_not_be_null", {"column": column}


def _between(column: str, low: float | None, high: float | None) -> Spec:
    return "expect_column_values_to_be_between", {"column": column, "min_value": low, "max_value": high}


# What every cell of a grid of gaps holds, of zones and of cercles alike.
_GAP_CELL: list[Spec] = [
    _in("zone_code", code_lists.codes("zone")),
    _in("service_type_code", code_lists.codes("type_service")),
    _in("population_group_code", code_lists.codes("popgr")),
    _in("gap_class", code_lists.codes("gap_class")),
    _filled("gap_class"),
    _filled("is_surveyed"),
    _between("coverage", 0, 1),
    _between("known_count", 0, None),
]

SUITES: dict[str, list[Spec]] = {
    "service_gap": [
        _unique("month", "zone_code", "reading", "service_type_code", "population_group_code"),
        _in("reading", ["HISTORICAL", "STRICT"]),
        *_GAP_CELL,
    ],
    "service_gap_cercle": [
        _unique("month", "admin2_code", "service_type_code", "population_group_code"),
        *_GAP_CELL,
        _between("searched_cercle_count", 0, 1),
    ],
    "service_directory": [
        _unique("service_at_location_id"),
        _filled("organization_id"),
        _filled("organization_name"),
        _in("zone_code", code_lists.codes("zone")),
        _in("service_type_code", code_lists.codes("type_service")),
        _in("operational_state", code_lists.codes("operational_state")),
        _filled("operational_state"),
        _between("latitude", 10, 26),  # Mali lies between 10° and 25° N
        _between("longitude", -13, 5),
        _between("confidence", 0, 1),
        _between("agreement", 0, 1),
        _between("source_count", 1, None),
    ],
    "service_quality": [
        _unique("service_at_location_id", "wave"),
        *(_between(c, 0, 1) for c in ("availability", "accessibility", "acceptability", "quality", "score")),
        _between("beneficiary_count", SMALL_COUNT, None),
        _in("band", ["A", "B", "C"]),
    ],
    "access_barriers": [
        _unique("service_type_code", "zone_code", "population_group_code", "criterion_code"),
        _in("criterion_code", code_lists.codes("exclu")),
        _between("excluding_share", 0, 1),
        _between("service_count", 1, None),
    ],
    "referral_mechanisms": [
        _unique("mechanism_id", "zone_code", "wave"),
        _in("mechanism_type_code", code_lists.codes("meca_type")),
        _in("state_code", code_lists.codes("meca_statut")),
        _in("participation_level", code_lists.codes("particip")),
        _between("functionality", 0, 1),
        _between("completion_rate", 0, 1),
        _never("issued_count", list(range(1, SMALL_COUNT))),
        _never("completed_count", list(range(1, SMALL_COUNT))),
    ],
    "opportunity_calendar": [
        _unique("opportunity_id", "zone_code", "occurrence"),
        _in("opportunity_type_code", code_lists.codes("opportunity_type")),
        _in("state", ["OPEN", "UPCOMING", "EXPIRED", "UNDATED"]),
        _between("cost_share", 0, 1),
        _between("days_left", 0, None),
    ],
    "synergies": [
        _unique("opportunity_id", "zone_code", "service_type_code", "population_group_code"),
        _filled("score"),
        *(_between(c, 0, 1) for c in ("score", "normalized_gap", "quality_score", "cost_share", "freshness")),
    ],
    "partner_profile": [_unique("organization_id", "zone_code", "domain_code"), _between("service_count", 0, None)],
    "programs": [_unique("program_id"), _filled("title")],
    "document_review": [_unique("document_id"), _filled("title"), _in("kind", code_lists.codes("document_kind"))],
    "secondary_vs_field": [
        _unique("service_id"),
        _in("verdict", ["CONFIRMED", "REFUTED", "NEW", "NOT_FOUND", "NOT_CHECKED"]),
    ],
    "deliverable_tracker": [
        _unique("deliverable_code"),
        ("expect_table_row_count_to_equal", {"value": len(code_lists.codes("deliverable"))}),
        ("expect_column_sum_to_be_between", {"column": "payment_share", "min_value": 0.999999, "max_value": 1.000001}),
    ],
    "tor_coverage": [
        _unique("tor_ref"),
        _filled("status"),
        _in("section", ["3", "4", "5", "6", "10"]),
        ("expect_table_row_count_to_equal", {"value": 47}),
    ],
    **{f"report_{name}": [_unique("section", "indicator", "zone_code")] for name in ("inception", "midterm", "final")},
    "suppression_log": [_unique("mart", "key"), _in("reason", ["SMALL_COUNT", "COMPLEMENTARY", "SHELTER"])],
    "dim_organization": [_unique("organization_id"), _filled("name")],
    "dim_zone": [_unique("zone_code", "reading", "admin_code"), _in("zone_code", code_lists.codes("zone"))],
    "dim_service_type": [_unique("service_type_code"), ("expect_table_row_count_to_equal", {"value": TYPES})],
    "dim_population_group": [
        _unique("population_group_code"),
        ("expect_table_row_count_to_equal", {"value": GROUPS}),
    ],
    "dim_admin_area": [_unique("system", "code", "vintage")],
    "needs": [_filled("is_suppressed"), _between("people", 0, None), _in("reading", ["HISTORICAL", "STRICT"])],
    "provenance": [_filled("document_id"), _filled("locator"), _filled("value"), _between("weight", 0, 1)],
    "data_quality": [_unique("source_id", "check_name")],
}


def validate_mart(name: str, frame: pd.DataFrame) -> Validation:
    """Validates one mart with its suite; the grids must also be dense."""
    specs = list(SUITES[name])
    if name == "service_gap":
        months = frame["month"].nunique() * frame["reading"].nunique()
        specs.append(("expect_table_row_count_to_equal", {"value": ZONES * TYPES * GROUPS * months}))
    if name == "service_gap_cercle":
        cells = TYPES * GROUPS * frame["admin2_code"].nunique()
        specs.append(("expect_table_row_count_to_equal", {"value": cells}))
    return validate(f"marts_{name}", frame, specs, f"Mart {name}")
