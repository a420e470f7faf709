"""The suites of what ingestion produced: one per shape, tightened by the source's bounds."""

from __future__ import annotations

import datetime as dt

from expectations.validation import Spec
from ingestion.clean.plausible import FIRST_DAY
from ingestion.country.pcode_forms import pattern
from ingestion.declaration import code_lists
from ingestion.declaration.source import Bounds
from ingestion.shapes import LINEAGE, Shape

# No event of this project's sources is older; an earlier date was misread.
LAST_DAY = dt.date(2100, 1, 1)


def shape_suite(shape: Shape, bounds: Bounds | None) -> list[Spec]:
    """The expectations on the accepted records of a shape. Samples have no bounds: their rows are known exactly."""
    specs: list[Spec] = [
        (
            "expect_table_columns_to_match_set",
            {"column_set": [c.name for c in shape.stored], "exact_match": True},
        ),
        ("expect_column_values_to_be_unique", {"column": "record_id"}),
        (
            "expect_column_values_to_be_between",
            {"column": "observed_on", "min_value": FIRST_DAY, "max_value": LAST_DAY},
        ),
    ]
    if bounds is not None:
        specs += [
            ("expect_table_row_count_to_be_between", {"min_value": bounds.min_records}),
            (
                "expect_table_row_count_to_be_between",
                {"max_value": bounds.max_records, "severity": "warning"},
            ),
        ]
    for column in (*LINEAGE, *shape.columns):
        if column.required:
            specs.append(("expect_column_values_to_not_be_null", {"column": column.name}))
        if column.kind == "code" and column.codes:
            allowed = code_lists.codes(column.codes)
            specs.append(("expect_column_values_to_be_in_set", {"column": column.name, "value_set": allowed}))
        if column.kind == "pcode":
            form = pattern(column.level)
            specs.append(("expect_column_values_to_match_regex", {"column": column.name, "regex": form}))
        if column.minimum is not None or column.maximum is not None:
            limits = {"min_value": column.minimum, "max_value": column.maximum}
            specs.append(("expect_column_values_to_be_between", {"column": column.name, **limits}))
    return specs
