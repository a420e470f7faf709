"""The gate: no row is lost, and a suite that fails or cannot run holds its source back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from expectations.gate import Gated, gate
from expectations.results import CheckResult, as_table
from expectations.suites import shape_suite
from expectations.validation import Spec, validate
from ingestion.declaration.source import Bounds
from ingestion.records.source_records import Ingested
from ingestion.shapes import ASSERTION, CHECK_RESULT, ENCODED_ASSERTION, SHAPES
from tests.fixtures.assertions import asserted

Records = Callable[..., pd.DataFrame]
DAY = dt.date(2024, 7, 31)
SEARCH = {"zone_code": "Z_GAO", "service_type_code": "SOC_01", "is_found": True, "observed_on": DAY}
COVERAGE = SHAPES["survey_coverage"]
STORED = [column.name for column in COVERAGE.stored]


def assertions(*record_ids: str) -> pa.Table:
    rows = [{"record_id": record_id, "value": "x"} for record_id in record_ids]
    return pa.Table.from_pylist(rows, schema=ASSERTION).cast(ENCODED_ASSERTION)


@pytest.fixture
def ingested(records: Records) -> Ingested:
    """Two rows read well, one with two errors, one that the reader left out."""
    frame = records(
        "survey_coverage",
        SEARCH | {"structure_count": 3},
        SEARCH | {"zone_code": None, "is_found": None, "structure_count": 7, "errors": "zone_code : a;is_found : b"},
        SEARCH | {"zone_code": "Z_KAY"},
    )
    rejected = pd.DataFrame(
        [{"shape": "survey_coverage", "document_id": "d" * 64, "locator": "uuid:4", "reason": "consentement non donné"}]
    )
    said = assertions("survey_coverage:1", "survey_coverage:1", "survey_coverage:2", "survey_coverage:3")
    return Ingested({"survey_coverage": frame}, said, pd.DataFrame(), rejected, {"survey_coverage": 4}, [])


def test_rows_are_split_by_their_errors(ingested: Ingested) -> None:
    gated = gate(ingested)
    accepted = gated.accepted["survey_coverage"]
    assert list(accepted.columns) == STORED  # no `errors` any more
    assert list(accepted["record_id"]) == ["survey_coverage:1", "survey_coverage:3"]
    assert list(accepted["zone_code"]) == ["Z_GAO", "Z_KAY"]


def test_rejected_rows_keep_their_reason_their_place_and_their_values(ingested: Ingested) -> None:
    left_out, wrong = gate(ingested).rejected.to_dict("records")
    assert (left_out["locator"], left_out["reason"], left_out["row"]) == ("uuid:4", "consentement non donné", "")
    assert wrong["shape"] == "survey_coverage"
    assert wrong["document_id"] == "d" * 64
    assert wrong["locator"] == "A2:Z2"
    assert wrong["reason"] == "zone_code : a;is_found : b"
    assert json.loads(wrong["row"]) == {
        "service_type_code": "SOC_01", "structure_count": 7, "observed_on": "2024-07-31"
    }  # fmt: skip


def test_assertions_of_rejected_records_go_with_them(ingested: Ingested) -> None:
    assert list(asserted(gate(ingested))["record_id"]) == [
        "survey_coverage:1", "survey_coverage:1", "survey_coverage:3"
    ]  # fmt: skip


def test_rows_read_are_rows_accepted_and_rejected(ingested: Ingested) -> None:
    (check,) = gate(ingested).conservation()
    assert check == CheckResult(
        "conservation_survey_coverage", "error", True, 0, "lues 4 = acceptées 2 + rejetées 2"
    )  # fmt: skip


@pytest.mark.parametrize(("read", "missing"), [(5, 1), (7, 3), (3, 1)])
def test_a_lost_or_invented_row_is_a_blocking_failure(ingested: Ingested, read: int, missing: int) -> None:
    gated = gate(ingested)
    (check,) = Gated(gated.accepted, gated.assertions, gated.rejected, {"survey_coverage": read}).conservation()
    assert check.is_blocking_failure
    assert check.failed_count == missing
    assert f"lues {read}" in check.examples


def test_each_shape_is_counted_for_itself(ingested: Ingested, records: Records) -> None:
    both = ingested.records | {"feedback": records("feedback", {"observed_on": DAY})}
    gated = gate(
        Ingested(
            both, ingested.assertions, pd.DataFrame(), ingested.rejected, {"survey_coverage": 3, "feedback": 2}, []
        )
    )
    # One row too many here, one too few there: the sum is right, and both are wrong.
    assert {check.check_name: check.passed for check in gated.conservation()} == {
        "conservation_survey_coverage": False, "conservation_feedback": False
    }  # fmt: skip


def test_nothing_read_is_nothing_rejected(records: Records) -> None:
    empty = records("survey_coverage")
    gated = gate(
        Ingested({"survey_coverage": empty}, assertions(), pd.DataFrame(), pd.DataFrame(), {"survey_coverage": 0}, [])
    )
    assert len(gated.accepted["survey_coverage"]) == len(gated.rejected) == 0
    assert gated.conservation()[0].passed


# --- suites ---


@pytest.fixture
def check(records: Records) -> Callable[..., dict[str, CheckResult]]:
    """The results of the suite of `survey_coverage` by name, on rows that differ from a right one as given."""

    def results(*changes: dict[str, Any], bounds: Bounds | None = None) -> dict[str, CheckResult]:
        frame = records("survey_coverage", *(SEARCH | change for change in changes))[STORED]
        found = validate("essai", frame, shape_suite(COVERAGE, bounds), "Essai").results
        return {f"{result.check_name} ({result.severity})": result for result in found}

    return results


def failures(results: dict[str, CheckResult]) -> list[str]:
    return [name for name, result in results.items() if not result.passed]


def test_right_records_pass(check: Callable[..., dict[str, CheckResult]]) -> None:
    results = check({}, {"admin2_code": "ML0703", "structure_count": 0, "interview_mode": "tel"})
    assert failures(results) == []
    assert len(results) > 10


@pytest.mark.parametrize(
    ("change", "failed", "example"),
    [
        ({"zone_code": "Z_SEG"}, "zone_code column_values_to_be_in_set", "Z_SEG"),
        ({"service_type_code": "ECO_99"}, "service_type_code column_values_to_be_in_set", "ECO_99"),
        ({"zone_code": None}, "zone_code column_values_to_not_be_null", ""),
        ({"document_id": None}, "document_id column_values_to_not_be_null", ""),
        ({"admin2_code": "ML07"}, "admin2_code column_values_to_match_regex", "ML07"),
        ({"structure_count": -1}, "structure_count column_values_to_be_between", "-1"),
        ({"observed_on": dt.date(1923, 1, 1)}, "observed_on column_values_to_be_between", "1923-01-01"),
        ({"observed_on": dt.date(2204, 1, 1)}, "observed_on column_values_to_be_between", "2204-01-01"),
    ],
)
def test_a_broken_value_fails(
    check: Callable[..., dict[str, CheckResult]], change: dict[str, Any], failed: str, example: str
) -> None:
    results = check({"structure_count": 2, "admin2_code": "ML0703"}, change)
    assert failures(results) == [f"{failed} (error)"]
    result = results[f"{failed} (error)"]
    assert result.is_blocking_failure
    assert result.failed_count == 1
    assert example in result.examples


def test_the_same_record_twice_fails(check: Callable[..., dict[str, CheckResult]]) -> None:
    assert failures(check({"record_id": "a"}, {"record_id": "a"})) == ["record_id column_values_to_be_unique (error)"]


def test_fewer_records_than_the_minimum_is_an_error(check: Callable[..., dict[str, CheckResult]]) -> None:
    results = check({}, {}, bounds=Bounds(min_records=3, max_records=5))
    (failed,) = failures(results)
    assert results[failed].severity == "error"
    assert results[failed].is_blocking_failure
    assert "2" in results[failed].examples


def test_more_records_than_the_maximum_is_a_warning(check: Callable[..., dict[str, CheckResult]]) -> None:
    results = check({}, {}, {}, bounds=Bounds(min_records=1, max_records=2))
    (failed,) = failures(results)
    assert results[failed].severity == "warning"
    assert not results[failed].is_blocking_failure
    assert "3" in results[failed].examples


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_bounds_themselves_are_allowed(check: Callable[..., dict[str, CheckResult]], count: int) -> None:
    assert failures(check(*[{}] * count, bounds=Bounds(min_records=2, max_records=4))) == []


def test_a_missing_column_fails(records: Records) -> None:
    frame = records("survey_coverage", SEARCH)[STORED].drop(columns="zone_code")
    results = validate("essai", frame, shape_suite(COVERAGE, None), "Essai").results
    failed = {result.check_name: result for result in results if not result.passed}
    assert "table_columns_to_match_set" in failed
    # What could not be checked is not passed: the suite could not look at the column at all.
    assert failed["zone_code column_values_to_be_in_set"].is_blocking_failure
    assert failed["zone_code column_values_to_not_be_null"].is_blocking_failure


def test_a_column_too_many_fails(records: Records) -> None:
    frame = records("survey_coverage", SEARCH)[STORED].assign(pf_tel="00 17 17 01")
    results = validate("essai", frame, shape_suite(COVERAGE, None), "Essai").results
    assert [result.check_name for result in results if not result.passed] == ["table_columns_to_match_set"]


@pytest.mark.parametrize(
    "spec",
    [
        ("expect_column_values_to_not_be_null", {"column": "absente"}),
        ("expect_column_values_to_be_between", {"column": "nom", "min_value": 1, "max_value": 2}),
    ],
)
def test_an_expectation_that_raises_counts_as_failed(spec: Spec) -> None:
    sound: Spec = ("expect_column_values_to_not_be_null", {"column": "nom"})
    results = validate("essai", pd.DataFrame({"nom": ["a", "b"]}), [spec, sound], "Essai").results
    # The expectation that could run is still told apart from the one that could not.
    assert [result.is_blocking_failure for result in sorted(results, key=lambda result: result.passed)] == [True, False]


def test_a_validation_can_be_repeated_on_other_rows(check: Callable[..., dict[str, CheckResult]]) -> None:
    assert failures(check({"zone_code": "Z_SEG"})) == ["zone_code column_values_to_be_in_set (error)"]
    assert failures(check({})) == []


def test_results_are_written_in_their_schema() -> None:
    table = as_table("une_source", [CheckResult("a", "error", False, 2, "x, y"), CheckResult("b", "info", True)])
    assert table.schema == CHECK_RESULT
    assert table.to_pylist() == [
        {"source_id": "une_source", "check_name": "a", "severity": "error", "passed": False, "failed_count": 2, "examples": "x, y"},
        {"source_id": "une_source", "check_name": "b", "severity": "info", "passed": True, "failed_count": 0, "examples": ""},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "passed", "blocks"),
    [("error", False, True), ("error", True, False), ("warning", False, False), ("info", False, False)],
)
def test_only_a_failed_error_holds_a_source_back(severity: str, passed: bool, blocks: bool) -> None:
    assert CheckResult("a", severity, passed).is_blocking_failure is blocks
