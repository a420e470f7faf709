"""Every value shown in a report, with the mart, the key and the column it was read from.

There is no other way for a value into a report: templates hold no digits, and values pass through `Citations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from warehouse.french import show
from warehouse.reading.edition import Edition

# Characters with a meaning in Markdown.
_MARKDOWN = re.compile(r"([\\&`*_{}\[\]()<>#+\-.!|~^$@'\"])")
_BREAKS = re.compile(r"[ \t\r\n]+")  # but not the narrow spaces inside numbers
_PLACE = re.compile(r"(?P<schema>\w+)\.(?P<table>\w+) \[(?P<key>.*)\] (?P<column>\w+)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """The origin of a value: table, key of its row, column."""

    table: str
    key: tuple[tuple[str, str], ...]
    column: str

    def __str__(self) -> str:
        key = "; ".join(f"{name}={value}" for name, value in self.key)
        return f"{self.table} [{key}] {self.column}"


def place_of(text: str) -> Place:
    """Parses a place written in a document. Raises ValueError if it is none."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ValueError(f"« {text} » : attendu « schéma.table [colonne=valeur; …] colonne »")
    pairs = (pair.partition("=") for pair in match["key"].split("; "))
    return Place(f"{match['schema']}.{match['table']}", tuple((k, v) for k, _, v in pairs), match["column"])


@dataclass(frozen=True)
class CitedRow:
    """A row of a mart whose values know their place."""

    table: str
    key: tuple[tuple[str, str], ...]
    values: dict[str, Any]

    def place(self, column: str) -> Place:
        """The place of one of its values."""
        return Place(self.table, self.key, column)


@dataclass
class Group:
    """The values of one paragraph, table or figure, which share a footnote and a line of the annex."""

    number: int
    title: str
    places: list[Place] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Its anchor in the annex."""
        return f"p{self.number}"

    def tables(self) -> dict[str, list[str]]:
        """By table, the columns that were read."""
        by_table: dict[str, list[str]] = {}
        for place in self.places:
            columns = by_table.setdefault(place.table, [])
            if place.column not in columns:
                columns.append(place.column)
        return by_table

    def common(self, table: str) -> dict[str, str]:
        """The parts of the key that all values of a table share."""
        keys = [dict(place.key) for place in self.places if place.table == table]
        return {name: value for name, value in keys[0].items() if all(key.get(name) == value for key in keys)}

    def varying(self, table: str) -> list[str]:
        """The parts of the key that change from value to value."""
        names = [name for place in self.places if place.table == table for name, _ in place.key]
        return [name for name in dict.fromkeys(names) if name not in self.common(table)]


class Citations:
    """Reads values of a publication and writes them as Markdown with their place."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.groups: list[Group] = []
        self._keys = {f"{t['schema']}.{t['name']}": t["key"] for t in edition.dictionary["tables"]}

    def open(self, title: str) -> Group:
        """Starts a group, to which the values shown from now on belong."""
        self.groups.append(Group(len(self.groups) + 1, title))
        return self.groups[-1]

    def rows(self, table: str, where: str = "true", order: str = "all", limit: int | None = None) -> list[CitedRow]:
        """The rows of a mart (`service_gap`) or of a reference table (`reference.parameter`) that meet a condition."""
        full = table if "." in table else f"marts.{table}"
        key = self._keys[full]
        query = f"from {full} where {where} order by {order}" + (f" limit {limit}" if limit else "")
        return [CitedRow(full, tuple((name, str(row[name])) for name in key), row) for row in self.edition.rows(query)]

    def cite(self, row: CitedRow, column: str, kind: str) -> str:
        """The value of a column as Markdown. A value without digits needs no place: names and labels are texts."""
        return self.span(show(row.values[column], kind), row.place(column))

    def span(self, shown: str, place: Place) -> str:
        """A text with the place it was read from."""
        if not any(character.isdigit() for character in shown):
            return escaped(shown)
        if not self.groups:
            raise RuntimeError(f"{place} : une valeur hors de tout paragraphe")
        self.groups[-1].places.append(place)
        return f'[{escaped(shown)}]{{.cited anchor="{self.groups[-1].anchor}" place={attribute(str(place))}}}'


def attribute(text: str) -> str:
    """A quoted attribute value for Markdown, with entities and backslashes escaped."""
    return '"' + text.replace("\\", "\\\\").replace("&", "&amp;").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """A text escaped for Markdown, on one line."""
    return _MARKDOWN.sub(r"\\\1", _BREAKS.sub(" ", text.strip()))


def read_back(edition: Edition, places: Iterable[Place]) -> dict[Place, Any]:
    """The values at these places, read again. Raises LookupError unless each row exists exactly once."""
    read: dict[Place, Any] = {}
    for place in places:
        condition = " and ".join(f'"{name}"::varchar is not distinct from ?' for name, _ in place.key)
        values = [None if value == "None" else value for _, value in place.key]
        rows = edition.connection.execute(
            f'select "{place.column}" from {place.table} where {condition}', values
        ).fetchall()
        if len(rows) != 1:
            raise LookupError(f"{place} : {len(rows)} ligne(s)")
        read[place] = rows[0][0]
    return read
