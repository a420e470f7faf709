"""Tables in spreadsheets and text files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingestion.declaration.reader_settings import TableReader
from ingestion.declaration.source import Source
from ingestion.readers.rows import Tables
from ingestion.readers.sheets.grid import read_grid, read_grids
from ingestion.readers.tables.tabular import tables_of


def read(path: Path, source: Source, reader: TableReader) -> Tables:
    """The declared tables of the declared sheets. Raises SourceFileError where one is not as declared."""
    grids = read_grids(path, reader.sheets) if reader.sheets else [read_grid(path, reader.sheet)]
    if reader.hidden_rows == "reject":
        grids = [grid.without_hidden() for grid in grids]
    if reader.sheet_column:
        grids = [replace(grid, constants={reader.sheet_column: grid.sheet}) for grid in grids]
    return tables_of(path.name, grids, source, reader)
