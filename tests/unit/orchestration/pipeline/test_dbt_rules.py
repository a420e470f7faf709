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
    ("sql", "unmade", "failures", "message"),
    [
        ("select * from marts where false", [], 0, ""),
        ("select * from marts -- both rows", [], 2, ""),
        ("select * from nowhere", [], 0, "nowhere"),
        ("select * from marts", ["model.a"], 0, dbt_rules.SKIPPED),
    ],
    ids=["holds", "breaks", "cannot be asked", "its model was not built"],
)
def test_a_rule_says_what_it_found(sql: str, unmade: list[str], failures: int, message: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table marts as select unnest([1, 2]) as id")
        (outcome,) = dbt_rules.run_tests(connection, [node("a", sql, "model.a")], unmade)
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
