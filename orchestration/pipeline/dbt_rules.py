"""dbt's data tests, all at once on the finished build: a node of dbt costs some 40 ms, the query of a test one or two.

dbt writes the queries (it compiles them where it parses), so that `dbt build` by hand asks the very same. A test of the
tests holds that none of them is configured in a way that is not understood here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import duckdb

SKIPPED = "skipped"  # dbt's own word


class Outcome(NamedTuple):
    """What one test found: how many rows break its rule, or why it could not be asked."""

    node: Mapping[str, Any]
    failures: int
    message: str

    @property
    def held(self) -> bool:
        """Whether the test ran and found nothing."""
        return not self.failures and not self.message


def tests(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The data tests of a manifest of dbt, with `compiled_code`."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


def asked(
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
