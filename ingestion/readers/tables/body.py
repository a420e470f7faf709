"""What stands under a header: records, and the rows that are none (totals, notes), which are kept with their reason."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ingestion.declaration.reader_settings import Tabular
from ingestion.errors import SourceFileError
from ingestion.readers.rows import Table
from ingestion.readers.sheets.grid import Grid, letter
from ingestion.readers.tables.sorting import HELP, HIDDEN, TITLE, TOTAL, Meaning, Rows, Sorter, filled_count

Cell = tuple[int, int]


def body(grid: Grid, header: list[str], titles: Rows, first: int, meaning: Meaning, options: Tabular) -> Table:
    """The records from row ``first`` on, "table", and the rows that are none as its rejected ones.

    ``titles``: the rows of the header as written. Raises SourceFileError for cells without a header.
    """
    named = {name: position for position, name in enumerate(header) if name}
    filled = [(n, row) for n, row in enumerate(grid.rows[first:], start=first) if any(cell.strip() for cell in row)]
    if len(filled) > options.max_rows:
        place = grid.place(filled[options.max_rows][0])
        raise SourceFileError(
            grid.file, place, f"au plus {options.max_rows} lignes (max_rows)", f"{len(filled)} lignes"
        )
    sorter = Sorter(header, titles, meaning, options)
    apart = {n: HIDDEN for n, _ in filled if n in grid.left_out}
    apart |= {n: HELP for n, _ in filled if n < first + options.help_rows}
    left_out = apart | sorter.left_out([(n, row) for n, row in filled if n not in apart], first)
    rows = {n: _padded(grid, n, row, len(header)) for n, row in filled if n not in left_out}
    filling = _Filling(grid, rows, first, named, meaning, options)
    filling.merge()
    lone = [n for n, row in rows.items() if filling.moved or filled_count(row) == 1]
    alone = {n: min(own) for n in lone if sorter.is_title(own := filling.own(n))}
    unnamed = [n for n in rows if filling.is_unnamed(n)]
    left_out |= dict.fromkeys(unnamed, TOTAL)
    for n in unnamed:
        del rows[n]
    filling.fill_down()
    for n, column in ((n, column) for n, column in alone.items() if n in rows):
        if not filling.goes_on(n, column):
            left_out[n] = TITLE
            del rows[n]
    moved = filling.moved
    index = pd.Index(list(rows), dtype="int64")
    everything = pd.DataFrame(list(rows.values()), index=index, columns=pd.RangeIndex(len(header)), dtype=object)
    _check_unnamed(grid, header, everything)
    frame = everything[list(named.values())].set_axis(list(named), axis=1)
    locators = pd.Series(grid.row_places(list(rows), len(header)), index=index, dtype=object)

    def cells(column: str) -> pd.Series:
        if column not in named:
            return locators
        places = pd.Series(grid.cell_places(list(rows), named[column]), index=index, dtype=object)
        for number, cell in moved.get(named[column], {}).items():
            if number in rows:
                places[number] = grid.place(*cell)
        return places

    rejected = _rejected(grid, header, dict(sorted(left_out.items())))
    return Table(
        "table",
        frame.assign(**grid.constants),
        locators,
        cells,
        rejected,
        notes=tuple(filling.notes),
        is_1904=grid.is_1904,
    )


def _rejected(grid: Grid, header: list[str], left_out: dict[int, str]) -> pd.DataFrame:
    """The rows that are no records, with their reason and their cells under the names of the columns."""
    names = dict(enumerate(header))
    cells = [
        {names.get(n) or f"colonne {letter(n)}": cell.strip() for n, cell in enumerate(grid.rows[row]) if cell.strip()}
        for row in left_out
    ]
    places = grid.row_places(list(left_out), len(header))
    return pd.DataFrame({"locator": places, "reason": list(left_out.values()), "cells": cells}, dtype=object)


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


class _Filling:
    """Writes what merged cells and declared columns say of further rows. ``moved``: true cells, by column and row."""

    def __init__(
        self,
        grid: Grid,
        rows: dict[int, list[str]],
        first: int,
        named: dict[str, int],
        meaning: Meaning,
        options: Tabular,
    ) -> None:
        self.grid, self.rows, self.first, self.options = grid, rows, first, options
        self.width = max(named.values(), default=-1) + 1
        self.figures = {position for name, position in named.items() if name in meaning.figures}
        self.repeated = [named[name] for name in options.fill_down if name in named]
        self.moved: dict[int, dict[int, Cell]] = {}
        self.notes: list[str] = []

    def merge(self) -> None:
        """A merged cell stands for all its rows; a figure for one, which else would count twice."""
        for anchor, row, column in self._merged():
            if row in self.rows and not self.rows[row][column].strip():
                self.rows[row][column] = self.grid.rows[anchor[0]][anchor[1]]
                self.moved.setdefault(column, {})[row] = anchor

    def own(self, row: int) -> set[int]:
        """The filled columns of a row, a cell merged sideways as one."""
        moved = {column: places[row] for column, places in self.moved.items() if row in places}
        filled = {column for column, cell in enumerate(self.rows[row]) if cell.strip()}
        return {column for column in filled if moved.get(column, (-1, 0))[0] != row}

    def is_unnamed(self, row: int) -> bool:
        """Whether a row is nothing but figures where columns repeat: the total of a part or of all, nobody knows."""
        cells = self.rows[row]
        if not self.repeated or any(cells[column].strip() for column in self.repeated):
            return False
        return self.own(row) <= self.figures

    def fill_down(self) -> None:
        """An empty cell repeats the one above, unless a column declared before it has changed since."""
        above: dict[int, Cell] = {}
        for row, cells in self.rows.items():
            for number, column in enumerate(self.repeated):
                known = above.get(column)
                if cells[column].strip():
                    if known is None or cells[column].strip() != self.grid.rows[known[0]][known[1]].strip():
                        for later in self.repeated[number + 1 :]:
                            above.pop(later, None)
                    above[column] = self.moved.get(column, {}).get(row, (row, column))
                elif known is not None:
                    cells[column] = self.grid.rows[known[0]][known[1]]
                    self.moved.setdefault(column, {})[row] = known

    def goes_on(self, row: int, column: int) -> bool:
        """Whether the one cell of a row goes on with what a declared column on its left repeats."""
        return any(left < column and self.rows[row][left].strip() for left in self.repeated)

    def _merged(self) -> Iterator[tuple[Cell, int, int]]:
        for (top, left), (bottom, right) in self.grid.merged if self.options.merged != "none" else ():
            rows = self.grid.rows
            if not (self.first <= top < len(rows) and left < min(self.width, len(rows[top]))):
                continue
            bottom = min(bottom, len(rows) - 1)
            if left in self.figures and bottom > top and rows[top][left].strip() and top in self.rows:
                place, count = self.grid.place(top, left), bottom - top + 1
                self.notes.append(f"{place} : chiffre fusionné sur {count} lignes, gardé sur la première seulement")
            last = min(right, self.width - 1) if self.options.merged == "all" else left
            columns = [column for column in range(left, last + 1) if column not in self.figures]
            yield from (
                ((top, left), row, column)
                for row in range(top, bottom + 1)
                for column in columns
                if (row, column) != (top, left)
            )
