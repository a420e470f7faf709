"""First look at a file: its sheets, their headers and columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ingestion.clean.numbers import number
from ingestion.clean.text import fold, tidy, visible
from ingestion.declaration.reader_settings import Tabular
from ingestion.errors import SourceFileError
from ingestion.proposals import formats
from ingestion.proposals.words import likeness, words
from ingestion.readers.sheets.grid import Grid, letter
from ingestion.readers.tables.tabular import SEARCHED_ROWS, header_names, is_hxl

_MOST_VALUES = 2000
_MOST_HELP = 3  # rows of explanations under a header
_LONGEST_NAME = 30
_ONCE = 0.6  # of the rows bear the name that the others repeat
_EXPLANATION = re.compile(
    r"choisi|s[ée]lectionn|indique|pr[ée]cise|saisi|renseigne|liste d[ée]roulante|jj[/-]mm|dd[/-]mm|aaaa|yyyy|format"
    r"|obligatoire|facultati|optionnel|exemple|\bex\s?[:.]|si applicable|veuillez|please|select|enter |drop.?down"
    r"|mandatory|optional|en chiffres|texte libre|free text|num[ée]rique|une seule|un seul",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileColumn:
    """One column of a sheet: its header, its HXL tag or "", its filled cells.

    ``name``: of a header of two rows what stands in the second, and ``group`` in the first. ``repeats``: whether its
    empty cells seem to repeat the one above.
    """

    header: str
    tag: str
    cells: list[str]
    group: str = ""
    repeats: bool = False

    @property
    def name(self) -> str:
        """The header without its group."""
        return self.header.removeprefix(f"{self.group} / ")

    def likeness(self, target: str) -> float:
        """The likeness of its header and a column of a shape, from 0 to 1."""
        return likeness(self.name, target, self.group)

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
    the number of records. ``help_rows``: rows under the header that explain it. ``titles``: the texts above it.
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
    help_rows: int = 0
    titles: tuple[str, ...] = ()

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
    help_rows = next(
        (n for n, cells in enumerate(rows[:_MOST_HELP]) if not _explains(cells)), min(len(rows), _MOST_HELP)
    )
    rows = rows[help_rows:]
    width = max([len(header), *map(len, rows)])
    names = [name or f"colonne {letter(place)}" for place, name in enumerate([*header, *[""] * (width - len(header))])]
    columns = [
        FileColumn(
            name, _cell(tags, place), cells, _group(grid, row, header_rows, place, name), _repeats(grid, rows, place)
        )
        for place, name in enumerate(names)
        if (cells := [text for row in rows if (text := _cell(row, place))]) or (place < len(header) and header[place])
    ]
    if not rows or not columns:
        return None
    titles = tuple(cell.strip() for cells in grid.rows[:row] for cell in cells if cell.strip())
    return Sheet(
        path, grid.sheet, columns, len(rows), bool(tags), others, header_rows, help_rows=help_rows, titles=titles
    )


def _group(grid: Grid, row: int, header_rows: int, place: int, name: str) -> str:
    """What stands above the name of a column in a header of two rows."""
    last = visible(_cell(grid.rows[row + header_rows - 1], place))
    return name.removesuffix(f" / {last}") if header_rows > 1 and last and name != last else ""


def _repeats(grid: Grid, rows: list[list[str]], place: int) -> bool:
    """Whether a column names things once for several rows, which are otherwise filled."""
    if any(left <= place <= right for (_, left), (_, right) in grid.merged):
        return False
    full = [row for row in rows if sum(bool(cell.strip()) for cell in row) > 2]
    filled = [bool(_cell(row, place)) for row in full]
    return len(filled) > 2 and filled[0] and sum(filled) <= _ONCE * len(filled)


def _explains(row: list[str]) -> bool:
    """Whether a row tells how to fill the columns: « choisir dans la liste », « jj/mm/aaaa »."""
    filled = [cell for cell in row if cell.strip()]
    count = sum(bool(_EXPLANATION.search(cell)) for cell in filled)
    return count >= 2 and count >= 0.25 * len(filled)


def _with_its_groups(grid: Grid, row: int) -> tuple[int, int]:
    """(first row, number of rows) of a header: two if « Bénéficiaires » stands over « Hommes », « Femmes ».

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
    return (row, 1) if grid.merged else _with_unmerged_groups(grid.rows, row)


def _with_unmerged_groups(rows: list[list[str]], row: int) -> tuple[int, int]:
    """The same where nothing is merged: names that stand in one of two rows only, or twice in the lower one."""
    own = [_cell(rows[row], place) for place in range(len(rows[row]))]
    above = [_cell(rows[row - 1], place) for place in range(len(own))] if row else []
    below = [_cell(rows[row + 1], place) for place in range(len(own))] if row + 1 < len(rows) else []
    named = [name for name in own if name]
    is_twice = len({fold(name) for name in named}) < len(named)
    completes = any(not name and upper for name, upper in zip(own, above, strict=False))
    if sum(map(bool, above)) > 1 and (is_twice or completes):
        return row - 1, 2
    lower = [place for place, name in enumerate(below) if name]
    is_worded = all(number(below[place]) is None and len(below[place]) < _LONGEST_NAME for place in lower)
    unnamed = {place for place, name in enumerate(own) if not name}
    is_partial = any(name and not lower_name for name, lower_name in zip(own, below, strict=False))
    if len(lower) > 1 and is_partial and is_worded and unnamed and unnamed <= set(lower):
        return row, 2
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
