"""dbt's data tests, run at once on the finished build: a dbt node costs some 40 ms, the query of a test one or two.

dbt compiles the queries when it parses, so that a manual `dbt build` runs the same ones. A unit test checks that no
data test uses a configuration that is not supported here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import duckdb

SKIPPED = "skipped"  # dbt's own status


class Outcome(NamedTuple):
    """The outcome of one test: the number of rows that break its rule, or why it could not be run."""

    node: Mapping[str, Any]
    failures: int
    message: str

    @property
    def held(self) -> bool:
        """Whether the test ran and found nothing."""
        return not self.failures and not self.message


def tests(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The data tests of a dbt manifest, with `compiled_code`."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


def run_tests(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Mapping[str, Any]], unmade: Collection[str]
) -> Iterator[Outcome]:
    """The outcome of each test. Those of a node that dbt was to make and did not (``unmade``, ids) are skipped."""
    for node in rules:
        if not set(unmade).isdisjoint(node["depends_on"]["nodes"]):
            yield Outcome(node, 0, SKIPPED)
            continue
        try:
            rows = connection.execute(f"select count(*) from ({node['compiled_code']}\n)").fetchall()
        except duckdb.Error as error:
            yield Outcome(node, 0, " ".join(str(error).split()))
            continue
        yield Outcome(node, rows[0][0], "")
