"""No model or test of what grows with the files compares every row of one table with every row of another."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.conftest import Root

# One side is always small: decisions of persons, documents, the groups of a code list, one run.
SMALL = {"int_document", "int_override", "int_service_admission", "status_outlives_the_check_interval"}


def test_joins_have_keys(demo: Root) -> None:
    build = demo.path / "build"
    compiled = sorted((build / "dbt" / "compiled" / "mrf").rglob("*.sql"))
    assert {"int_assertion", "int_service_record", "provenance", "review_queue"} <= {path.stem for path in compiled}
    with duckdb.connect(str(build / "last_audited.duckdb"), read_only=True) as connection:
        compared = {path.stem for path in compiled if "BLOCKWISE_NL_JOIN" in _plan(connection, path)}
    assert compared <= SMALL, "give the join an equality for each of its conditions on the other table"


def _plan(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    query = path.read_text(encoding="utf-8").replace('"build".', '"last_audited".')
    return str(connection.execute(f"explain {query}").fetchall()[0][1])
