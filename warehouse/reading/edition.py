"""One open publication: the only input of reports, maps, exports and the portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from warehouse.pages.links import unfilled_marks
from warehouse.parameter_texts import with_parameters
from warehouse.storage import read_json

Row = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """A publication: its folder, its file open read-only with schemas `marts` and `reference`, and its manifest."""

    folder: Path
    connection: duckdb.DuckDBPyConnection
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """The publication's own name, `<utc>_r<run>`."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / str(self.manifest["file"])

    @property
    def is_demo(self) -> bool:
        """Whether the data is fictional."""
        return bool(self.manifest["is_demo"])

    @property
    def notice(self) -> str:
        """What must stand wherever fictional data is shown; empty for real data."""
        return self.manifest["notice"] or ""

    @property
    def reply_to(self) -> str:
        """The address to which readers and organizations write; empty where the settings named none."""
        return str(self.manifest.get("reply_to", ""))

    @property
    def as_of(self) -> dt.date:
        """The date held for « today »."""
        return dt.date.fromisoformat(self.manifest["as_of"])

    @cached_property
    def dictionary(self) -> dict[str, Any]:
        """The data dictionary (`reading.dictionary.build`): tables with keys and columns, code lists, parameters."""
        content = read_json(self.folder / "dictionnaire.json")
        if content is None:
            raise FileNotFoundError(f"{self.folder / 'dictionnaire.json'} : absent de la publication")
        return dict(content)

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        rows = self.connection.execute("select list, code, fr from reference.code_list").fetchall()
        return {(name, code): typographic(fr) for name, code, fr in rows}

    @cached_property
    def braces(self) -> frozenset[str]:
        """What in the texts of the marts looks like a template: a structure may write « {{nom}} »."""
        marks: set[str] = set()
        columns = self.connection.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            query = f'select distinct "{column}" from marts."{table}" where contains("{column}", \'{{{{\') or '
            rows = self.connection.execute(query + f"contains(\"{column}\", '{{%')").fetchall()
            marks |= {mark for (text,) in rows for mark in unfilled_marks(text)}
        return frozenset(marks)

    def label(self, code_list: str, code: str | None) -> str:
        """The French label of a code of a list of `reference.code_list`; the code itself where the list lacks it."""
        return self._labels.get((code_list, code), code) if code else ""

    def filled(self, text: str, where: str) -> str:
        """A text of the file ``where`` with the parameters that the publication was made with."""
        return with_parameters(text, where, self.manifest["parameters"])

    def rows(self, query: str, *parameters: Any) -> list[Row]:
        """The rows of a query as dictionaries by column name."""
        cursor = self.connection.execute(query, list(parameters))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, query: str, *parameters: Any) -> Any:
        """The first value of a query, or None if it has no row."""
        row = self.connection.execute(query, list(parameters)).fetchone()
        return row[0] if row else None


def typographic(text: str) -> str:
    """A label as French prints it: lists of forms hold the straight apostrophe."""
    return text.replace("'", "’")


@contextmanager
def open_edition(folder: Path) -> Iterator[Edition]:
    """Opens the publication of a folder. Raises FileNotFoundError if there is none."""
    manifest = read_json(folder / "manifest.json")
    if manifest is None:
        raise FileNotFoundError(f"{folder} : aucune publication (manifest.json absent)")
    settings: dict[str, Any] = {"enable_external_access": "false"}
    with duckdb.connect(str(folder / manifest["file"]), read_only=True, config=settings) as connection:
        yield Edition(folder, connection, manifest)
