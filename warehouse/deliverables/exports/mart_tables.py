"""The tables of a publication as every format takes them: in the order of their key, with what the dictionary says."""

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
    """One table: ``about`` is the grain in French; ``columns`` are the dictionary's, in the order of the content."""

    schema: str
    name: str
    about: str
    key: list[str]
    columns: list[dict[str, Any]]
    content: pa.Table

    @property
    def file(self) -> str:
        """Its path without ending in a folder of one format: reference lists have a folder of their own."""
        return self.name if self.schema == MARTS else f"{self.schema}/{self.name}"

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [str(column["name"]) for column in self.columns]

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as Python values: text, whole number, number, date, boolean or None."""
        return list(zip(*(column.to_pylist() for column in self.content.columns), strict=True))


def tables(edition: Edition, *schemas: str) -> Iterator[Table]:
    """The tables of these schemas that the dictionary knows, one at a time: the largest need not be held together."""
    for entry in edition.dictionary["tables"]:
        if entry["schema"] in schemas:
            key = [name.strip('"') for name in entry["key"]]  # SQL's own words stand in quotes there
            order = ", ".join(f'"{name}"' for name in key) or "all"
            query = f'from {entry["schema"]}."{entry["name"]}" order by {order}'
            content = edition.connection.execute(query).to_arrow_table()
            yield Table(entry["schema"], entry["name"], entry["fr"], key, entry["columns"], content)


def counts(edition: Edition, *schemas: str) -> dict[str, int]:
    """The rows of each table of these schemas, counted in the publication's file, by name."""
    names = edition.connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in (select unnest(?)) order by all",
        [list(schemas)],
    ).fetchall()
    return {name: edition.value(f'select count(*) from {schema}."{name}"') for schema, name in names}
