"""A file as a person first looks at it: its sheets, the header of each, the columns under it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingestion.clean.numbers import number
from ingestion.clean.text import fold, tidy, visible
from ingestion.errors import SourceFileError
from ingestion.proposals import formats
from ingestion.proposals.words import words
from ingestion.readers.grid import Grid

_SEARCHED_ROWS = 30
_MOST_VALUES = 2000
_TAG = re.compile(r"#[A-Za-z]\w*(\s*\+\s*\w+)*")


@dataclass(frozen=True)
class FileColumn:
    """One column of a sheet: its header, its HXL tag or "", its filled cells."""

    header: str
    tag: str
    cells: list[str]

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The different values, the most frequent first."""
        counted = Counter(text for cell in self.cells if (text := tidy(cell)) is not None)
        return tuple(text for text, _ in counted.most_common(_MOST_VALUES))

    @property
    def is_empty(self) -> bool:
        """Whether no row says anything in it."""
        return not self.values


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook ("" for a text table) under the header that was found in it; ``others``: beside it."""

    file: Path
    name: str
    columns: list[FileColumn]
    row_count: int
    has_tags: bool
    others: list[str]

    def column(self, header: str) -> FileColumn:
        """The column of that header. Raises KeyError."""
        return {column.header: column for column in self.columns}[header]


def sheets(path: Path) -> list[Sheet]:
    """The tables of a file, in a workbook those on visible sheets. Raises SourceFileError where there are none."""
    grids = formats.grids(path)
    found = [sheet for grid in grids if (sheet := _sheet(path, grid, [g.sheet for g in grids if g is not grid]))]
    if not found:
        raise SourceFileError(path.name, "ensemble", "une ligne d’en-tête et des lignes sous elle", "aucun tableau")
    return found


def _sheet(path: Path, grid: Grid, others: list[str]) -> Sheet | None:
    row = _header_row(grid.rows)
    if row is None:
        return None
    header = [visible(name) for name in grid.rows[row]]
    below = grid.rows[row + 1 :]
    tags = below[0] if below and _is_tags(below[0]) else []
    rows = [cells for cells in below[1 if tags else 0 :] if any(cell.strip() for cell in cells)]
    columns = [
        FileColumn(name, _cell(tags, place), [text for cells in rows if (text := _cell(cells, place))])
        for place, name in enumerate(header)
        if name
    ]
    return Sheet(path, grid.sheet, columns, len(rows), bool(tags), others) if rows and columns else None


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _is_tags(row: list[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and all(_TAG.fullmatch(cell) for cell in filled)


def _header_row(rows: list[list[str]]) -> int | None:
    """The first of the rows that hold the most different words, none of them a number: titles hold one cell."""
    scores = [_header_score(row) for row in rows[:_SEARCHED_ROWS]]
    best = max(scores, default=0)
    if best == 0:
        return None
    return next(place for place, score in enumerate(scores) if score >= 0.8 * best)


def _header_score(row: list[str]) -> int:
    filled = [cell.strip() for cell in row if cell.strip()]
    named = {fold(cell) for cell in filled if number(cell) is None and words(cell)}
    return len(named) if len(named) == len(filled) else len(named) // 2
