"""What stands under a header: records, and the rows that are none (totals, notes), which are kept with their reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache

import pandas as pd

from ingestion.clean.text import fold
from ingestion.errors import SourceFileError
from ingestion.readers.grid import Grid
from ingestion.readers.rows import Table
from ingestion.readers.settings import Tabular

TOTAL = "ligne de total ou de sous-total"
NOTE = "note sous le tableau"
# « Total Kayes » may be a subtotal or the name of a company, « Ensemble » that of an association: they are totals where
# their row leaves a needed cell empty.
_TOTAL = re.compile(r"(sous |s |grand |sub ?)?tota(l|ux)( general| generaux| national)?")
_TOTAL_OF = re.compile(r"(sous |s |grand |sub ?)?tota(l|ux) .+|ensemble")
_NOTE = re.compile(
    r"\s*([*†‡¹²³]|\([0-9a-z*]\)|(sources?|notes?|n\.?b\.?|remarques?|l[ée]gendes?|cl[ée])\s*:)", re.IGNORECASE
)

Cell = tuple[int, int]
IsValue = Callable[[str, str], bool]


def body(
    grid: Grid, header: list[str], first: int, needed: AbstractSet[str], is_value: IsValue, options: Tabular
) -> Table:
    """The records from row ``first`` on, "table", and the rows that are none as its rejected ones.

    ``needed``: the columns without which a row says little. ``is_value``: whether a text is a known value of a
    column: « Total » is one where a table counts every group and their sum. Raises SourceFileError for cells without
    a header.
    """
    named = {name: position for position, name in enumerate(header) if name}
    filled = [(n, row) for n, row in enumerate(grid.rows[first:], start=first) if any(cell.strip() for cell in row)]
    if len(filled) > options.max_rows:
        place = grid.place(filled[options.max_rows][0])
        raise SourceFileError(
            grid.file, place, f"au plus {options.max_rows} lignes (max_rows)", f"{len(filled)} lignes"
        )
    sorter = _Sorter(header, {named[name] for name in needed if name in named}, is_value, options)
    left_out = sorter.left_out(filled, first)
    rows = {n: _padded(grid, n, row, len(header)) for n, row in filled if n not in left_out}
    moved = _fill(grid, rows, first, named, options)
    index = pd.Index(list(rows), dtype="int64")
    everything = pd.DataFrame(list(rows.values()), index=index, columns=pd.RangeIndex(len(header)), dtype=object)
    _check_unnamed(grid, header, everything)
    frame = everything[list(named.values())].set_axis(list(named), axis=1)
    locators = pd.Series(grid.row_places(list(rows), len(header)), index=index, dtype=object)
    rejected = pd.DataFrame(
        {"locator": grid.row_places(list(left_out), len(header)), "reason": list(left_out.values())}, dtype=object
    )

    def cells(column: str) -> pd.Series:
        if column not in named:
            return locators
        places = pd.Series(grid.cell_places(list(rows), named[column]), index=index, dtype=object)
        for number, cell in moved.get(named[column], {}).items():
            places[number] = grid.place(*cell)
        return places

    return Table("table", frame.assign(**grid.constants), locators, cells, rejected)


class _Sorter:
    """Tells totals and notes from records."""

    def __init__(self, header: list[str], needed: set[int], is_value: IsValue, options: Tabular) -> None:
        self.header, self.needed, self.options = header, needed, options
        self.is_value = cache(is_value)
        self.is_worded = cache(self._is_worded)

    def left_out(self, filled: list[tuple[int, list[str]]], first: int) -> dict[int, str]:
        """The reasons of the rows that are no records, by row."""
        found = {n: TOTAL for n, row in filled if self._is_total(row)}
        tail = []
        for n, row in reversed(filled):
            if n not in found and not self._is_lone(row):
                break
            tail.append((n, row))
        before = filled[-len(tail) - 1][0] if len(tail) < len(filled) else first - 1
        after_one = False
        for n, row in reversed(tail):
            if n not in found and (after_one or n > before + 1 or _NOTE.match(_first(row)[1])):
                found[n] = NOTE
            after_one, before = n in found, n
        return dict(sorted(found.items()))

    def _is_total(self, row: list[str]) -> bool:
        column, text = _first(row)
        if self.options.totals is not None:
            return bool(self.options.totals) and re.search(self.options.totals, text) is not None
        kind = self.is_worded(text)
        if not kind or (column < len(self.header) and self.is_value(self.header[column], text)):
            return False
        return kind == "total" or any(position >= len(row) or not row[position].strip() for position in self.needed)

    def _is_worded(self, text: str) -> str:
        key = fold(text) if len(text) < 200 else ""
        return "total" if _TOTAL.fullmatch(key) else "of" if _TOTAL_OF.fullmatch(key) else ""

    def _is_lone(self, row: list[str]) -> bool:
        """One sentence where a record has several cells."""
        count = sum(1 for cell in row if cell.strip())
        return len(self.needed) > 1 and (count == 1 or (count == 2 and _NOTE.match(_first(row)[1]) is not None))


def _first(row: list[str]) -> tuple[int, str]:
    return next((column, cell.strip()) for column, cell in enumerate(row) if cell.strip())


def _padded(grid: Grid, number: int, row: list[str], width: int) -> list[str]:
    if len(row) > width and any(cell.strip() for cell in row[width:]):
        found = f"{len(row)} cellules dans la ligne"
        raise SourceFileError(grid.file, grid.place(number, width), f"au plus {width} cellules", found)
    return row[:width] + [""] * (width - len(row))


def _check_unnamed(grid: Grid, header: list[str], everything: pd.DataFrame) -> None:
    for position, name in enumerate(header):
        if not name and (filled := everything[position].str.strip().ne("")).any():
            place = grid.place(int(filled[filled].index[0]), position)
            raise SourceFileError(grid.file, place, "une cellule vide (colonne sans en-tête)", "du contenu")


def _fill(
    grid: Grid, rows: dict[int, list[str]], first: int, named: dict[str, int], options: Tabular
) -> dict[int, dict[int, Cell]]:
    """Writes what merged cells and declared columns say of further rows; gives, by column and row, the true cell."""
    moved: dict[int, dict[int, Cell]] = {}
    width = max(named.values(), default=-1) + 1
    for anchor, row, column in _merged_cells(grid, first, width, options):
        if row in rows and not rows[row][column].strip():
            rows[row][column] = grid.rows[anchor[0]][anchor[1]]
            moved.setdefault(column, {})[row] = anchor
    for column in (named[name] for name in options.fill_down if name in named):
        above: Cell | None = None
        for row, cells in rows.items():
            if cells[column].strip():
                above = moved.get(column, {}).get(row, (row, column))
            elif above is not None:
                cells[column] = grid.rows[above[0]][above[1]]
                moved.setdefault(column, {})[row] = above
    return moved


def _merged_cells(grid: Grid, first: int, width: int, options: Tabular) -> Iterator[tuple[Cell, int, int]]:
    for (top, left), (bottom, right) in grid.merged if options.merged != "none" else ():
        if first <= top < len(grid.rows) and left < min(width, len(grid.rows[top])):
            last = min(right, width - 1) if options.merged == "all" else left
            for row in range(top, min(bottom, len(grid.rows) - 1) + 1):
                yield from (
                    ((top, left), row, column) for column in range(left, last + 1) if (row, column) != (top, left)
                )
