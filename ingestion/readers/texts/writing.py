"""The content of a letter, a note, minutes or an e-mail, in any format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.readers.sheets.grid import Grid, letter
from ingestion.readers.texts.passages import Passage


@dataclass(frozen=True)
class Writing:
    """``title`` and ``day`` as written; ``passages``: a paragraph each; ``addresses``: who writes, then to whom.

    ``kind`` is of the list document_kind where the format says it, else "". A list's items begin with « - ».
    ``notes``: what a person should know of the reading.
    """

    title: str
    day: str
    kind: str
    passages: list[Passage]
    grids: list[Grid] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Address:
    """One person or structure in an e-mail's header."""

    name: str
    domain: str
    is_sender: bool
    text: str


@dataclass(frozen=True)
class PlacedGrid(Grid):
    """A table of a document; `sheet` is its own place: table=2;row=3;cell=B."""

    def place(self, row: int, column: int | None = None) -> str:
        """The place of a row, or of one of its cells, counted from 1."""
        return f"{self.sheet};row={row + 1}" + ("" if column is None else f";cell={letter(column)}")

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """Places of whole rows."""
        return [self.place(row) for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """Places of the cells of one column."""
        return [self.place(row, column) for row in rows]
