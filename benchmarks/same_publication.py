"""Whether two published files hold the same rows: for changes that must not change results.

Each table of `marts` and `reference` is compared both ways, including duplicates, but for columns about the run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

# Columns about the run, which always differ.
OF_THE_RUN = {"run_id", "published_at"}
_COLUMNS = """
    select table_schema || '.' || table_name, column_name, data_type from information_schema.columns
    where table_catalog = ? and table_schema in ('marts', 'reference')
    order by table_schema, table_name, ordinal_position
"""


def columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """The columns of each table of a file, with their types."""
    by_table: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(_COLUMNS, [side]).fetchall():
        by_table.setdefault(table, {})[column] = kind
    return by_table


def differences(first: Path, second: Path) -> dict[str, str]:
    """By table, the difference, or "" if there is none."""
    with duckdb.connect() as connection:
        for side, path in (("a", first), ("b", second)):
            connection.execute(f"attach '{path}' as {side} (read_only)")
        left, right = columns(connection, "a"), columns(connection, "b")
        return {table: _diff(connection, table, left.get(table), right.get(table)) for table in sorted({*left, *right})}


def _diff(
    connection: duckdb.DuckDBPyConnection, table: str, left: dict[str, str] | None, right: dict[str, str] | None
) -> str:
    if left is None or right is None:
        return f"only in {'B' if left is None else 'A'}"
    if list(left.items()) != list(right.items()):
        return "other columns"
    listed = ", ".join(f'"{name}"' for name in left if name not in OF_THE_RUN)
    one, other = (f"select {listed} from {side}.{table}" for side in ("a", "b"))
    only_a, only_b = (_count(connection, f"{x} except all {y}") for x, y in ((one, other), (other, one)))
    return f"{only_a} rows only in A, {only_b} only in B" if only_a or only_b else ""


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path, metavar="A.duckdb")
    parser.add_argument("second", type=Path, metavar="B.duckdb")
    options = parser.parse_args()
    by_table = differences(options.first, options.second)
    for table, difference in by_table.items():
        if difference:
            print(f"{table}: {difference}")
    print(f"{sum(not difference for difference in by_table.values())} of {len(by_table)} tables are the same")
    return 1 if any(by_table.values()) or not by_table else 0


if __name__ == "__main__":
    sys.exit(main())
