"""The tables of a publication as all formats need them: in key order, with their dictionary entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from warehouse.reading.edition import Edition

MARTS, REFERENCE = "marts", "reference"


@dataclass(frozen=True)
class Table:
    """One table: ``about`` is its grain in French; ``columns`` are those of the dictionary, in order."""

    schema: str
    name: str
    about: str
    key: list[str]
    columns: list[dict[str, Any]]
    content: pa.Table

    @property
    def file(self) -> str:
        """Its path without suffix in the folder of a format: reference lists have their own folder."""
        return self.name if self.schema == MARTS else f"{self.schema}/{self.name}"

    @property
    def header(self) -> list[str]:
        """The column names."""
        return [str(column["name"]) for column in self.columns]

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as Python values: text, integer, number, date, boolean or None."""
        return list(zip(*(column.to_pylist() for column in self.content.columns), strict=True))


def tables(edition: Edition, *schemas: str) -> Iterator[Table]:
    """The tables of these schemas in the dictionary, one at a time, so that only one is in memory."""
    for entry in edition.dictionary["tables"]:
        if entry["schema"] in schemas:
            key = [name.strip('"') for name in entry["key"]]  # reserved words of SQL are quoted there
            order = ", ".join(f'"{name}"' for name in key) or "all"
            query = f'from {entry["schema"]}."{entry["name"]}" order by {order}'
            content = edition.connection.execute(query).to_arrow_table()
            yield Table(entry["schema"], entry["name"], entry["fr"], key, entry["columns"], content)


def counts(edition: Edition, *schemas: str) -> dict[str, int]:
    """The row counts of the tables of these schemas in the publication's file."""
    names = edition.connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in (select unnest(?)) order by all",
        [list(schemas)],
    ).fetchall()
    return {name: edition.value(f'select count(*) from {schema}."{name}"') for schema, name in names}
