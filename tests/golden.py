"""The marts of the demo as rows, so that a diff shows what changed.

    .venv/bin/python -m tests.golden PUBLICATION.duckdb

writes those of a publication (as of 2024-08-31) as the accepted ones: look at the diff before committing it.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent / "fixtures" / "golden"
# Thousands of claims: told by how many there are of each attribute and source, and by what they hold together.
_CLAIMS = """
    select entity, attribute, source_id, standing, count(*) as row_count, bit_xor(hash(provenance)) as content
    from marts.provenance group by all
"""


def marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all marts."""
    rows = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
    return [name for (name,) in rows.fetchall()]


def lines(connection: duckdb.DuckDBPyConnection, mart: str) -> list[str]:
    """The mart as CSV: its header, then its rows in the order of their text."""
    found = connection.execute(_CLAIMS if mart == "provenance" else f'from marts."{mart}"')
    header = [column[0] for column in found.description or ()]
    told = [header, *sorted([_text(value) for value in row] for row in found.fetchall())]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(told)
    return written.getvalue().splitlines()


def _text(value: object) -> str:
    """Sums of doubles may differ in their last digit from machine to machine."""
    return f"{value:.12g}" if isinstance(value, float) else ("" if value is None else str(value))


def main() -> None:
    """Writes the golden marts."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        for mart in marts(connection):
            (FOLDER / f"{mart}.csv").write_text("\n".join(lines(connection, mart)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
