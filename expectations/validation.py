"""Runs a Great Expectations suite on a frame. GX is imported lazily: it takes seconds."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from expectations.results import CheckResult

Spec = tuple[str, dict[str, Any]]  # an expectation type in snake case, and its arguments
_SHOWN = 3


@dataclass(frozen=True)
class Validation:
    """The results of one suite, and the document for the page of checks."""

    name: str
    results: list[CheckResult]
    document: dict[str, Any]


@cache
def context() -> Any:
    """The ephemeral GX context of this process, without telemetry; creating one takes a fifth of a second."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    made = gx.get_context(mode="ephemeral")
    made.variables.progress_bars = ProgressBarsConfig(globally=False)
    return made


def validate(name: str, frame: pd.DataFrame, specs: list[Spec], title: str, of_persons: bool = False) -> Validation:
    """Validates a frame. An expectation that could not run (a missing column…) counts as failed.

    For rows ``of_persons``, neither values nor numbers of rows are kept.
    """
    made = context()
    import great_expectations as gx
    from great_expectations.expectations.registry import get_expectation_impl

    expectations = [get_expectation_impl(kind)(**arguments) for kind, arguments in specs]
    suite = made.suites.add_or_update(gx.ExpectationSuite(name=name, expectations=expectations, notes=title))
    asset = made.data_sources.add_or_update_pandas("pandas").add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch(batch_parameters={"dataframe": frame})
    outcome = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": _SHOWN})
    results = [_result(item) for item in outcome.results]
    document = {"result": outcome.to_json_dict(), "suite": suite.to_json_dict()}
    return _without_rows(name, results, document) if of_persons else Validation(name, results, document)


def _without_rows(name: str, results: list[CheckResult], document: dict[str, Any]) -> Validation:
    """The outcome of each expectation without anything about the rows."""
    quiet = [replace(result, examples="", failed_count=0 if result.passed else None) for result in results]
    results_without_rows = [item | {"result": {}} for item in document["result"]["results"]]
    return Validation(name, quiet, document | {"result": document["result"] | {"results": results_without_rows}})


def _raised(info: dict[str, Any]) -> str:
    """The exceptions of an expectation: GX reports one, or one per metric."""
    parts = [info, *(part for part in info.values() if isinstance(part, dict))]
    return " ; ".join(str(part.get("exception_message")) for part in parts if part.get("raised_exception"))


def _result(item: Any) -> CheckResult:
    from great_expectations.expectations.metadata_types import FailureSeverity

    config = item.expectation_config
    kind = config.type.removeprefix("expect_")
    column = config.kwargs.get("column")
    severity = "warning" if config.severity == FailureSeverity.WARNING else "error"
    outcome = item.result or {}
    if raised := _raised(item.exception_info or {}):
        examples, count = raised, 1
    elif "observed_value" in outcome:
        examples, count = f"observé : {outcome['observed_value']}", 0 if item.success else 1
    else:
        count = int(outcome.get("unexpected_count") or 0)
        examples = ", ".join(str(value) for value in (outcome.get("partial_unexpected_list") or [])[:_SHOWN])
    name = f"{column} {kind}" if column else kind
    return CheckResult(name, severity, bool(item.success), count, "" if item.success else examples)
