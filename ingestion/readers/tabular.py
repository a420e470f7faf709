"""From a grid of cells to a table: its header, its columns, the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.grid import Grid
from ingestion.readers.rows import Table
from ingestion.readers.settings import Tabular
from ingestion.source import Source

_SEARCHED_ROWS = 30
_HXL_TAG = re.compile(r"#[A-Za-z]\w*(\s*\+\s*\w+)*")  # #adm2+code; #N/A is a spreadsheet error


def as_table(grid: Grid, source: Source, options: Tabular | None = None) -> Table:
    """The grid under the header row that holds the declared columns, as its source declares it to be read.

    Blank rows are no rows. Raises SourceFileError where the header is not as declared.
    """
    options = options or Tabular()
    table = _under_header(grid, source, options)
    return _unpivot(table, options) if options.unpivot else table


def declared_columns(source: Source) -> frozenset[str]:
    """Every column of a file that its source knows: read, ignored, personal, empty so far."""
    return source.mapped.union(source.ignored, source.expected_empty, source.personal, source.consent)


def _under_header(grid: Grid, source: Source, options: Tabular) -> Table:
    optional = {o.column for m in source.shapes.values() for o in m.columns.values() if o.optional and o.column}
    declared = declared_columns(source) - _unpivoted_names(options)
    wide = set(options.unpivot)
    header_row = _find_header(grid, (source.mapped & declared - optional) | wide)
    header = [name.strip() for name in grid.rows[header_row]]
    _check_header(grid, header_row, header, declared | wide)
    first = header_row + 1
    if first < len(grid.rows) and _is_hxl(grid.rows[first]):
        first += 1
    elif options.hxl:
        raise SourceFileError(grid.file, grid.place(first), "une ligne d’étiquettes HXL (#org, #adm2…)", "aucune")
    return _frame(grid, header, first)


def _unpivoted_names(options: Tabular) -> set[str]:
    if not options.unpivot:
        return set()
    return {options.unpivot_value} | {name for new in options.unpivot.values() for name in new}


def _find_header(grid: Grid, wanted: AbstractSet[str]) -> int:
    """The first row that holds every wanted column; else the error tells what the nearest row lacks."""
    best, best_hits = 0, -1
    for index, row in enumerate(grid.rows[:_SEARCHED_ROWS]):
        hits = len(wanted & {cell.strip() for cell in row})
        if hits == len(wanted):
            return index
        if hits > best_hits:
            best, best_hits = index, hits
    there = [cell.strip() for cell in grid.rows[best]] if grid.rows else []
    missing = sorted(wanted - set(there))
    raise SourceFileError(
        grid.file,
        grid.place(best),
        f"la ou les colonnes {_quoted(missing)}",
        f"les colonnes {_quoted([name for name in there if name])}" if there else "une feuille vide",
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
