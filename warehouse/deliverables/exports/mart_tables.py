"""The tables of a publication as all formats need them: in key order, with their dictionary entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from warehouse.reading.edition import Edition

MARTS, REFERENCE = "marts", "reference"
_BATCH_ROWS = 50_000


@dataclass(frozen=True)
class Table:
    """One table: ``about`` is its grain in French; ``columns`` are those of the dictionary, in order.

    ``read`` begins a new reading of its rows, in batches: none is ever in memory as a whole.
    """

    schema: str
    name: str
    about: str
    key: list[str]
    columns: list[dict[str, Any]]
    count: int
    read: Callable[[], pa.RecordBatchReader]

    @property
    def file(self) -> str:
        """Its path without suffix in the folder of a format: reference lists have their own folder."""
        return self.name if self.schema == MARTS else f"{self.schema}/{self.name}"

    @property
    def header(self) -> list[str]:
        """The column names."""
        return [str(column["name"]) for column in self.columns]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as Python values: text, integer, number, date, boolean or None."""
        for batch in self.read():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def tables(edition: Edition, *schemas: str) -> Iterator[Table]:
    """The tables of these schemas in the dictionary."""
    rows = {schema: counts(edition, schema) for schema in schemas}
    for entry in edition.dictionary["tables"]:
        if (schema := entry["schema"]) in schemas:
            name = entry["name"]
            key = [column.strip('"') for column in entry["key"]]  # reserved words of SQL are quoted there
            order = ", ".join(f'"{column}"' for column in key) or "all"
            read = partial(_read, edition, f'from {schema}."{name}" order by {order}')
            yield Table(schema, name, entry["fr"], key, entry["columns"], rows[schema][name], read)


def _read(edition: Edition, query: str) -> pa.RecordBatchReader:
    # A cursor of its own: the connection's next query would end a reading that is not finished.
    return edition.connection.cursor().execute(query).to_arrow_reader(_BATCH_ROWS)


def counts(edition: Edition, *schemas: str) -> dict[str, int]:
    """The row counts of the tables of these schemas in the publication's file."""
    names = edition.connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in (select unnest(?)) order by all",
        [list(schemas)],
    ).fetchall()
    return {name: edition.value(f'select count(*) from {schema}."{name}"') for schema, name in names}
