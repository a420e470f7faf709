"""A table as it was recognised: cells that may span rows and columns, each with its box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.painting import Box


@dataclass(frozen=True)
class Cell:
    """Text over rows `row` to `last_row` and columns `column` to `last_column`, both counted from 0.

    `note`: the signs of notes raised in it, « 2 ».
    """

    row: int
    column: int
    last_row: int
    last_column: int
    text: str
    box: Box
    note: str = ""


@dataclass(frozen=True)
class PageTable:
    """One table of one page. `is_ruled`: whether its cells come from drawn rules.

    A single ruled row `is_rest`: no table by itself, but maybe the end of one that began on the page before.
    """

    page: int
    is_ruled: bool
    cells: list[Cell]

    @property
    def is_rest(self) -> bool:
        """Whether there is but one row."""
        return self.row_count == 1

    @property
    def box(self) -> Box:
        """The box around the cells."""
        return around(cell.box for cell in self.cells)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return max(cell.last_row for cell in self.cells) + 1

    @property
    def column_count(self) -> int:
        """How many columns there are."""
        return max(cell.last_column for cell in self.cells) + 1


def numbered(page: int, is_ruled: bool, cells: Sequence[Cell], thinnest: float) -> PageTable:
    """The table with rows and columns counted from 0, without the empty ones that are thinner than a letter."""
    rows = _numbers([(c.row, c.last_row, c.box[3] - c.box[1], bool(c.text)) for c in cells], thinnest)
    columns = _numbers([(c.column, c.last_column, c.box[2] - c.box[0], bool(c.text)) for c in cells], thinnest)

    def last(numbers: dict[int, int], first: int, end: int) -> int:
        return max(index for number, index in numbers.items() if first <= number <= end)

    kept = [
        Cell(
            rows[cell.row],
            columns[cell.column],
            last(rows, cell.row, cell.last_row),
            last(columns, cell.column, cell.last_column),
            cell.text,
            cell.box,
            cell.note,
        )
        for cell in cells
        if cell.row in rows and cell.column in columns
    ]
    return PageTable(page, is_ruled, kept)


def _numbers(spans: Sequence[tuple[int, int, float, bool]], thinnest: float) -> dict[int, int]:
    """New numbers of the rows or columns where a filled cell begins, or an empty one that could hold a letter."""
    kept = {first for first, last, size, is_filled in spans if is_filled or (first == last and size > thinnest)}
    return {number: index for index, number in enumerate(sorted(kept))}


CAPTION = re.compile(r"(table|tableau|exhibit|figure|box|encadré|graphique|annexe|appendix)\s+[\dA-Z]", re.IGNORECASE)
_NOTE = re.compile(r"(sources?|notes?|nota|lecture|champ)\b|[*†‡]", re.IGNORECASE)


def without_caption(cells: Sequence[Cell], is_ruled: bool) -> list[Cell]:
    """The cells without a title over the whole first row, nor sources and notes in the last ones.

    Without rules a note begins in the first column, but need not reach the others.
    """
    kept = list(cells)
    while (first := _alone(kept, min)) and CAPTION.match(first.text):
        kept = [cell for cell in kept if cell.row > first.last_row]
    while (last := _alone(kept, max, is_ruled)) and _NOTE.match(last.text):
        kept = [cell for cell in kept if cell.last_row < last.row]
    return kept


def _alone(cells: Sequence[Cell], end: Callable[[Iterable[int]], int], over_all: bool = True) -> Cell | None:
    """The one filled cell of the first (min) or last (max) row, if it begins on the left, and lies over all columns."""
    filled = [cell for cell in cells if cell.text]
    if not filled:
        return None
    row = end(cell.row for cell in filled)
    there = [cell for cell in filled if cell.row <= row <= cell.last_row]
    if len(there) > 1 or there[0].column > 0:
        return None
    return there[0] if not over_all or there[0].last_column == max(cell.last_column for cell in cells) else None
