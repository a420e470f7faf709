"""First look at a file: its sheets, their headers and columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ingestion.clean.numbers import number
from ingestion.clean.text import fold, tidy
from ingestion.declaration.reader_settings import Tabular
from ingestion.errors import SourceFileError
from ingestion.proposals import formats
from ingestion.proposals.words import words
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.tables.tabular import SEARCHED_ROWS, header_names, is_hxl

_MOST_VALUES = 2000


@dataclass(frozen=True)
class FileColumn:
    """One column of a sheet: its header, its HXL tag or "", its filled cells."""

    header: str
    tag: str
    cells: list[str]

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The distinct values, the most frequent first."""
        counted = Counter(text for cell in self.cells if (text := tidy(cell)) is not None)
        return tuple(text for text, _ in counted.most_common(_MOST_VALUES))

    @property
    def is_empty(self) -> bool:
        """Whether all its cells are empty."""
        return not self.values


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook ("" for a text table) with its detected header; ``others``: the sheets beside it.

    ``same``: other sheets with the same header, whose rows are included. ``total``: the key of a JSON answer that holds
    the number of records.
    """

    file: Path
    name: str
    columns: list[FileColumn]
    row_count: int
    has_tags: bool
    others: list[str]
    header_rows: int = 1
    same: tuple[str, ...] = ()
    total: str = ""

    def column(self, header: str) -> FileColumn:
        """The column of that header. Raises KeyError."""
        return {column.header: column for column in self.columns}[header]


def sheets(path: Path) -> list[Sheet]:
    """The tables of a file; of a workbook, those on visible sheets. Raises SourceFileError if there are none."""
    grids = formats.grids(path)
    tables = [sheet for grid in grids if (sheet := _sheet(path, grid, [g.sheet for g in grids if g is not grid]))]
    if not tables:
        raise SourceFileError(path.name, "ensemble", "une ligne d’en-tête et des lignes sous elle", "aucun tableau")
    if path.suffix.lower() == ".json":
        return [replace(sheet, total=formats.total_key(path, sheet.name)) for sheet in tables]
    alike: dict[tuple[frozenset[str], int], list[Sheet]] = {}
    for sheet in tables:
        alike.setdefault((frozenset(column.header for column in sheet.columns), sheet.header_rows), []).append(sheet)
    return [_joined(group) for group in alike.values()]


def _joined(group: list[Sheet]) -> Sheet:
    """Sheets with the same header, such as one per region or month, as one sheet with the cells of all."""
    first, *more = group
    if not more:
        return first
    columns = [
        replace(column, cells=[cell for sheet in group for cell in sheet.column(column.header).cells])
        for column in first.columns
    ]
    same = tuple(sheet.name for sheet in more)
    others = [name for name in first.others if name not in same]
    return replace(first, columns=columns, row_count=sum(sheet.row_count for sheet in group), others=others, same=same)


def _sheet(path: Path, grid: Grid, others: list[str]) -> Sheet | None:
    row = _header_row(grid.rows)
    if row is None:
        return None
    row, header_rows = _with_its_groups(grid, row)
    header = header_names(grid, row, Tabular(header_rows=header_rows))
    below = grid.rows[row + header_rows :]
    tags = below[0] if below and is_hxl(below[0]) else []
    rows = [cells for cells in below[1 if tags else 0 :] if any(cell.strip() for cell in cells)]
    columns = [
        FileColumn(name, _cell(tags, place), [text for cells in rows if (text := _cell(cells, place))])
        for place, name in enumerate(header)
        if name
    ]
    if not rows or not columns:
        return None
    return Sheet(path, grid.sheet, columns, len(rows), bool(tags), others, header_rows)


def _with_its_groups(grid: Grid, row: int) -> tuple[int, int]:
    """(first row, number of rows) of a header: two if « Bénéficiaires » is merged over « Hommes », « Femmes ».

    A title merged over the full width is not included.
    """
    for top in (row, row - 1):
        groups = [
            range(left, right + 1)
            for (first, left), (last, right) in grid.merged
            if first == last == top and left < right
        ]
        if not groups or top + 1 >= len(grid.rows):
            continue
        filled = {column for column, cell in enumerate(grid.rows[top]) if cell.strip()}
        names = [_cell(grid.rows[top + 1], column) for columns in groups for column in columns]
        is_named = all(names) and not any(number(name) is not None for name in names)
        if len(filled) > 1 and is_named:
            return top, 2
    return row, 1


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _header_row(rows: list[list[str]]) -> int | None:
    """The first of the rows with the most distinct words and no number: titles have a single cell."""
    scores = [_header_score(row) for row in rows[:SEARCHED_ROWS]]
    best = max(scores, default=0)
    if best == 0:
        return None
    return next(place for place, score in enumerate(scores) if score >= 0.8 * best)


def _header_score(row: list[str]) -> int:
    filled = [cell.strip() for cell in row if cell.strip()]
    named = {fold(cell) for cell in filled if number(cell) is None and words(cell)}
    return len(named) if len(named) == len(filled) else len(named) // 2
