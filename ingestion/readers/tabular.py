"""From grids of cells to tables: their header, its columns, the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.grid import Grid
from ingestion.readers.rows import Table, Tables, stacked
from ingestion.readers.settings import Tabular
from ingestion.source import Source

_SEARCHED_ROWS = 30
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
    for name, wanted in _wanted(source, options).items():
        header_rows = {n: row for n, grid in enumerate(filled) if (row := _header_row(grid, wanted)) is not None}
        if not header_rows:
            raise _missing(max(filled, key=lambda grid: _best_row(grid, wanted)[1]), wanted)
        read.update(header_rows)
        found[name] = stacked(name, [_read(filled[n], row, source, options) for n, row in header_rows.items()])
    unread = [grid.place(0) for n, grid in enumerate(filled) if n not in read]
    notes = tuple(f"{file} · {place} : tableau que la source ne lit pas" for place in unread)
    return {name: replace(table, notes=notes if name == next(iter(found)) else ()) for name, table in found.items()}


def declared_columns(source: Source) -> frozenset[str]:
    """Every column of a file that its source knows: read, ignored, personal, empty so far."""
    return source.mapped.union(source.ignored, source.expected_empty, source.personal, source.consent)


def _wanted(source: Source, options: Tabular) -> dict[str, set[str]]:
    """The columns by which each table is known. A parse.py names its tables itself: it is given one."""
    mappings = source.shapes.values()
    optional = {o.column for m in mappings for o in m.columns.values() if o.optional}
    wanted: dict[str, set[str]] = {}
    for mapping in mappings:
        name = "table" if source.parser else mapping.table or "table"
        wanted.setdefault(name, set()).update(o.column for o in mapping.columns.values() if o.column)
    never_there = _unpivoted_names(options) | optional
    return {name: columns - never_there | set(options.unpivot) for name, columns in wanted.items()}


def _read(grid: Grid, header_row: int, source: Source, options: Tabular) -> Table:
    header = [name.strip() for name in grid.rows[header_row]]
    _check_header(grid, header_row, header, declared_columns(source) - _unpivoted_names(options) | set(options.unpivot))
    first = header_row + 1
    if first < len(grid.rows) and _is_hxl(grid.rows[first]):
        first += 1
    elif options.hxl:
        raise SourceFileError(grid.file, grid.place(first), "une ligne d’étiquettes HXL (#org, #adm2…)", "aucune")
    table = _frame(grid, header, first)
    return _unpivot(table, options) if options.unpivot else table


def _unpivoted_names(options: Tabular) -> set[str]:
    if not options.unpivot:
        return set()
    return {options.unpivot_value} | {name for new in options.unpivot.values() for name in new}


def _header_row(grid: Grid, wanted: AbstractSet[str]) -> int | None:
    """The first row that holds every wanted column."""
    row, hits = _best_row(grid, wanted)
    return row if hits == len(wanted) else None


def _best_row(grid: Grid, wanted: AbstractSet[str]) -> tuple[int, int]:
    """The first of the rows that hold most of the wanted columns, and how many it holds."""
    hits = [len(wanted & {cell.strip() for cell in row}) for row in grid.rows[:_SEARCHED_ROWS]]
    most = max(hits)
    return hits.index(most), most


def _missing(grid: Grid, wanted: AbstractSet[str]) -> SourceFileError:
    row, _ = _best_row(grid, wanted)
    there = [cell.strip() for cell in grid.rows[row]]
    return SourceFileError(
        grid.file,
        grid.place(row),
        f"la ou les colonnes {_quoted(sorted(wanted - set(there)))}",
        f"les colonnes {_quoted([name for name in there if name])}",
    )


def _check_header(grid: Grid, row: int, header: list[str], declared: AbstractSet[str]) -> None:
    seen: dict[str, int] = {}
    for column, name in enumerate(header):
        if not name:
            continue
        if name in seen:
            raise SourceFileError(
                grid.file,
                grid.place(row, column),
                "des en-têtes distincts",
                f"« {name} » déjà en {grid.place(row, seen[name])}",
            )
        seen[name] = column
    if unread := [name for name in seen if name not in declared]:
        raise SourceFileError(
            grid.file,
            grid.place(row, seen[unread[0]]),
            "des colonnes toutes lues ou déclarées dans « ignored »",
            f"{_quoted(unread)} que personne ne lit",
        )


def _is_hxl(row: list[str]) -> bool:
    tags = [cell.strip() for cell in row if cell.strip()]
    return bool(tags) and all(_HXL_TAG.fullmatch(tag) for tag in tags)


def _frame(grid: Grid, header: list[str], first: int) -> Table:
    width = len(header)
    kept = [
        (number, row) for number, row in enumerate(grid.rows[first:], start=first) if any(cell.strip() for cell in row)
    ]
    for number, row in kept:
        if any(cell.strip() for cell in row[width:]):
            raise SourceFileError(
                grid.file,
                grid.place(number, width),
                f"au plus {width} cellules",
                f"{len(row)} cellules dans la ligne",
            )
    padded = [(row + [""] * width)[:width] for _, row in kept]
    index = pd.Index([number for number, _ in kept], dtype="int64")
    everything = pd.DataFrame(padded, index=index, columns=pd.RangeIndex(width), dtype=object)
    named = {name: position for position, name in enumerate(header) if name}
    frame = everything[list(named.values())].set_axis(list(named), axis=1)
    for position, name in enumerate(header):
        if not name and (filled := everything[position].str.strip().ne("")).any():
            raise SourceFileError(
                grid.file,
                grid.place(int(filled[filled].index[0]), position),
                "une cellule vide (colonne sans en-tête)",
                "du contenu",
            )
    rows = [number for number, _ in kept]
    locators = pd.Series(grid.row_places(rows, width), index=index, dtype=object)

    def cells(column: str) -> pd.Series:
        if column not in named:
            return locators
        return pd.Series(grid.cell_places(rows, named[column]), index=index, dtype=object)

    return Table("table", frame, locators, cells)


def _unpivot(table: Table, reader: Tabular) -> Table:
    """Wide columns become rows; the cell of a value stays the one it came from."""
    wide = list(reader.unpivot)
    parts, places = [], []
    for column, new in reader.unpivot.items():
        values_of: dict[str, Any] = {reader.unpivot_value: table.frame[column], **new}
        part = table.frame.drop(columns=wide).assign(**values_of)
        keys = [f"{label}|{column}" for label in table.frame.index]
        parts.append(part.set_axis(keys, axis=0))
        places.append(table.cells(column).set_axis(keys))
    frame, values = pd.concat(parts), pd.concat(places)
    labels = pd.Series([key.split("|", 1)[0] for key in frame.index], index=frame.index)

    def cells(column: str) -> pd.Series:
        if column in table.frame.columns:
            rows = table.cells(column)
            return pd.Series(labels.map(rows.set_axis(rows.index.astype(str))))
        return pd.Series(values)

    return Table(table.name, frame, values, cells)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)
