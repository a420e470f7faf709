"""From grids of cells to tables: their header, its columns, the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ingestion.clean.text import visible
from ingestion.errors import SourceFileError
from ingestion.readers import body, reshape
from ingestion.readers.grid import Grid
from ingestion.readers.messages import columns_found, quoted
from ingestion.readers.rows import Table, Tables, stacked
from ingestion.readers.settings import Tabular
from ingestion.shapes import SHAPES
from ingestion.source import Source
from ingestion.values import clean

SEARCHED_ROWS = 30
_PLACES = 10  # of columns that nobody reads, in a message
_HXL_TAG = re.compile(r"#[A-Za-z]\w*(\s*\+\s*\w+)*")  # #adm2+code; #N/A is a spreadsheet error


def tables_of(file: str, grids: Sequence[Grid], source: Source, options: Tabular) -> Tables:
    """The declared tables of a document, each found by its header wherever, and however often, it stands.

    A table has the name that the mappings which read it declare (`table:`), else "table". Grids under the same header
    are stacked; those under none are passed over, with a note. Blank rows are no rows. Raises SourceFileError where a
    table is nowhere, or its header is not as declared.
    """
    filled = [grid for grid in grids if any(cell.strip() for row in grid.rows for cell in row)]
    if not filled:
        place = grids[0].place(0) if grids else "document"
        raise SourceFileError(file, place, "un tableau rempli", "aucune cellule remplie")
    found: Tables = {}
    read: set[int] = set()
    added = {column for grid in grids for column in grid.constants}
    for name, columns in _wanted(source, options).items():
        wanted = columns - added
        header_rows = {
            n: row for n, grid in enumerate(filled) if (row := _header_row(grid, wanted, options)) is not None
        }
        if not header_rows:
            raise _missing(max(filled, key=lambda grid: _best_row(grid, wanted, options)[1]), wanted, options)
        read.update(header_rows)
        parts = [_read(filled[n], row, source, wanted, options) for n, row in header_rows.items()]
        found[name] = reshape.split(stacked(name, parts), options.split)
    unread = [grid.place(0) for n, grid in enumerate(filled) if n not in read]
    notes = tuple(f"{place} : tableau que la source ne lit pas" for place in unread)
    return {name: replace(table, notes=notes if name == next(iter(found)) else ()) for name, table in found.items()}


def is_declared(grid: Grid, source: Source, options: Tabular) -> bool:
    """Whether a grid bears the header of a table that the source declares."""
    return any(
        _header_row(grid, columns - set(grid.constants), options) is not None
        for columns in _wanted(source, options).values()
    )


def declared_columns(source: Source) -> frozenset[str]:
    """Every column of a file that its source knows: read, ignored, personal, empty so far."""
    return source.mapped.union(source.ignored, source.expected_empty, source.personal, source.consent)


def _wanted(source: Source, options: Tabular) -> dict[str, set[str]]:
    """The columns by which each table is known. A parse.py names its tables itself: it is given one."""
    mappings = source.shapes.values()
    optional = {name for m in mappings for o in m.columns.values() if o.optional for name in o.read}
    wanted: dict[str, set[str]] = {}
    for mapping in mappings:
        name = "table" if source.parser else mapping.table or "table"
        wanted.setdefault(name, set()).update(column for o in mapping.columns.values() for column in o.read)
    never_there = _unpivoted_names(options) | optional
    return {name: columns - never_there | set(options.unpivot) for name, columns in wanted.items()}


def _read(grid: Grid, header_row: int, source: Source, wanted: AbstractSet[str], options: Tabular) -> Table:
    header = header_names(grid, header_row, options)
    wide = _wide_columns(grid, header_row, header, options)
    known = declared_columns(source) - _unpivoted_names(options) - set(grid.constants) | set(wide)
    _check_header(grid, header_row, header, known)
    first = header_row + options.header_rows
    if first < len(grid.rows) and is_hxl(grid.rows[first]):
        first += 1
    elif options.hxl:
        raise SourceFileError(grid.file, grid.place(first), "une ligne d’étiquettes HXL (#org, #adm2…)", "aucune")

    def is_value(column: str, text: str) -> bool:
        return _is_value(source, column, text)

    table = body.body(grid, header, first, wanted, is_value, options)
    return reshape.unpivot(table, wide, options.unpivot_value) if wide else table


def _is_value(source: Source, column: str, text: str) -> bool:
    """Whether a code list or a correction of the source knows the text as a value of a file's column."""
    for shape, mapping in source.shapes.items():
        for name, origin in mapping.columns.items():
            if column in origin.read and name != "observed_on":
                of_shape = SHAPES[shape].column(name)
                if source.canonical(name, text) or (of_shape.codes and clean(of_shape, text)[1]):
                    return True
    return False


def header_names(grid: Grid, row: int, options: Tabular) -> list[str]:
    """The names of the columns up to the last one that has a name; those of several header rows are joined."""
    rows = [[visible(name) for name in cells] for cells in grid.rows[row : row + options.header_rows]]
    width = max((column + 1 for cells in rows for column, name in enumerate(cells) if name), default=0)
    levels = [cells[:width] + [""] * (width - len(cells)) for cells in rows]
    for number, level in enumerate(levels[:-1]):
        _carry_right(grid, row + number, level, levels[number + 1])
    return [" / ".join(dict.fromkeys(name for name in names if name)) for names in zip(*levels, strict=True)]


def _carry_right(grid: Grid, row: int, level: list[str], below: list[str]) -> None:
    """A merged name stands for all its columns; where none is merged (a CSV) an empty name takes that on its left."""
    merged = [(left, right) for (top, left), (_, right) in grid.merged if top == row and right > left]
    if merged:
        for left, right in merged:
            level[left : right + 1] = [level[left]] * (min(right + 1, len(level)) - left)
    else:
        for column in range(1, len(level)):
            if not level[column] and below[column]:
                level[column] = level[column - 1]


def _wide_columns(grid: Grid, row: int, header: list[str], options: Tabular) -> dict[str, dict[str, str]]:
    """The columns to be put into rows, with what their names say."""
    wide = dict(options.unpivot)
    if options.unpivot_pattern:
        found = {name: re.fullmatch(options.unpivot_pattern, name) for name in header}
        wide |= {name: match.groupdict() for name, match in found.items() if match}
        if not wide:
            wanted = f"des colonnes de la forme « {options.unpivot_pattern} »"
            raise SourceFileError(grid.file, grid.place(row), wanted, columns_found(header, ()))
    return wide


def _unpivoted_names(options: Tabular) -> set[str]:
    if not options.unpivot and not options.unpivot_pattern:
        return set()
    by_name = {name for new in options.unpivot.values() for name in new}
    return {options.unpivot_value} | by_name | set(re.compile(options.unpivot_pattern or "").groupindex)


def _header_row(grid: Grid, wanted: AbstractSet[str], options: Tabular) -> int | None:
    """The first row that holds every wanted column."""
    row, hits = _best_row(grid, wanted, options)
    return row if hits == len(wanted) else None


def _best_row(grid: Grid, wanted: AbstractSet[str], options: Tabular) -> tuple[int, int]:
    """The first of the rows that hold most of the wanted columns, and how many it holds."""
    rows = range(min(SEARCHED_ROWS, len(grid.rows))) if options.header_row is None else [options.header_row - 1]
    hits = {row: len(wanted & set(header_names(grid, row, options))) for row in rows}
    best = max(hits, key=lambda row: hits[row])
    return best, hits[best]


def _missing(grid: Grid, wanted: AbstractSet[str], options: Tabular) -> SourceFileError:
    row, _ = _best_row(grid, wanted, options)
    there = header_names(grid, row, options)
    return SourceFileError(
        grid.file,
        grid.place(row),
        f"la ou les colonnes {quoted(sorted(wanted - set(there)))}",
        columns_found(there, wanted),
    )


def _check_header(grid: Grid, row: int, header: list[str], declared: AbstractSet[str]) -> None:
    seen: dict[str, int] = {}
    for column, name in enumerate(header):
        if not name:
            continue
        if name in seen:
            told = f"« {name} »" if name in declared else "un en-tête"
            found = f"{told} déjà en {grid.place(row, seen[name])}"
            raise SourceFileError(grid.file, grid.place(row, column), "des en-têtes distincts", found)
        seen[name] = column
    if unread := [name for name in seen if name not in declared]:
        places = ", ".join(grid.place(row, seen[name]) for name in unread[:_PLACES])
        raise SourceFileError(
            grid.file,
            grid.place(row, seen[unread[0]]),
            "des colonnes toutes lues ou déclarées dans « ignored »",
            f"{columns_found(unread, declared)} que personne ne lit : {places}",
        )


def is_hxl(row: list[str]) -> bool:
    """Whether every filled cell of a row is an HXL tag; false for an empty row."""
    tags = [cell.strip() for cell in row if cell.strip()]
    return bool(tags) and all(_HXL_TAG.fullmatch(tag) for tag in tags)
