"""dbt's tests asked at once: what holds, what breaks, what could not be asked; and that ours are all of the plain kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.pipeline import dbt_rules
from orchestration.pipeline.dbt_manifest import manifest_path
from warehouse.paths import Layout


def node(name: str, sql: str, *parents: str) -> dict[str, Any]:
    return {"name": name, "resource_type": "test", "compiled_code": sql, "depends_on": {"nodes": list(parents)}}


@pytest.mark.parametrize(
    ("sql", "built", "failures", "message"),
    [
        ("select * from marts where false", ["model.a"], 0, ""),
        ("select * from marts -- both rows", ["model.a"], 2, ""),
        ("select * from nowhere", ["model.a"], 0, "nowhere"),
        ("select * from marts", [], 0, dbt_rules.SKIPPED),
    ],
    ids=["holds", "breaks", "cannot be asked", "its model was not built"],
)
def test_a_rule_says_what_it_found(sql: str, built: list[str], failures: int, message: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table marts as select unnest([1, 2]) as id")
        manifest = {"nodes": {"test.a": node("a", sql, "model.a"), "model.a": {"resource_type": "model"}}}
        (outcome,) = dbt_rules.run_tests(connection, manifest, built)
    assert outcome.failures == failures
    assert message in outcome.message
    assert outcome.held == (not failures and not message)


def test_every_test_of_the_project_has_its_query_and_counts_rows(tmp_path: Path) -> None:
    """What dbt can also be told of a test (a threshold, another count) is not understood here."""
    tests = dbt_rules.tests(json.loads(manifest_path(Layout(tmp_path)).read_text()))
    assert tests
    for test in tests:
        config = test["config"]
        assert test["compiled_code"].strip(), test["name"]
        assert (config["fail_calc"], config["error_if"], config["warn_if"]) == ("count(*)", "!= 0", "!= 0"), test[
            "name"
        ]
        assert not config["limit"], test["name"]
