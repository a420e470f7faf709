"""The suites of the marts: what an analyst may rely on, checked again outside dbt before anything is published."""

from __future__ import annotations

import pandas as pd

from expectations.validation import Spec, Validation, validate
from ingestion import code_lists

CELLS_A_MONTH = 5 * 15 * 11  # zone × service type × population group, for each reading


def _unique(*columns: str) -> Spec:
    if len(columns) == 1:
        return "expect_column_values_to_be_unique", {"column": columns[0]}
    return "expect_compound_columns_to_be_unique", {"column_list": list(columns)}


def _in(column: str, values: list[str]) -> Spec:
    return "expect_column_values_to_be_in_set", {"column": column, "value_set": values}


def _filled(column: str) -> Spec:
    return "expect_column_values_to_not_be_null", {"column": column}


def _between(column: str, low: float | None, high: float | None) -> Spec:
    return "expect_column_values_to_be_between", {"column": column, "min_value": low, "max_value": high}


SUITES: dict[str, list[Spec]] = {
    "service_gap": [
        _unique("month", "zone_code", "reading", "service_type_code", "population_group_code"),
        _in("zone_code", code_lists.codes("zone")),
        _in("reading", ["HISTORICAL", "STRICT"]),
        _in("service_type_code", code_lists.codes("type_service")),
        _in("population_group_code", code_lists.codes("popgr")),
        _in("gap_class", code_lists.codes("gap_class")),
        _filled("gap_class"),
        _filled("is_surveyed"),
        _between("coverage", 0, 1),
        _between("known_count", 0, None),
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
        _between("beneficiary_count", 5, None),
        _in("band", ["A", "B", "C"]),
    ],
    "dim_organization": [_unique("organization_id"), _filled("name")],
    "dim_zone": [_unique("zone_code", "reading", "admin_code"), _in("zone_code", code_lists.codes("zone"))],
    "dim_service_type": [_unique("service_type_code"), ("expect_table_row_count_to_equal", {"value": 15})],
    "dim_population_group": [
        _unique("population_group_code"),
        ("expect_table_row_count_to_equal", {"value": 11}),
    ],
    "dim_admin_area": [_unique("system", "code", "vintage")],
    "needs": [_filled("people"), _between("people", 0, None), _in("reading", ["HISTORICAL", "STRICT"])],
    "provenance": [_filled("document_id"), _filled("locator"), _filled("value"), _between("weight", 0, 1)],
    "data_quality": [_unique("source_id", "check_name")],
}


def validate_mart(name: str, frame: pd.DataFrame) -> Validation:
    """Validates one mart with its suite; for `service_gap` the grid must also be dense."""
    specs = list(SUITES[name])
    if name == "service_gap":
        months = frame["month"].nunique() * frame["reading"].nunique()
        specs.append(("expect_table_row_count_to_equal", {"value": CELLS_A_MONTH * months}))
    return validate(f"marts_{name}", frame, specs, f"Mart {name}")
