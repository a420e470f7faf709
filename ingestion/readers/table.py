"""Tables in spreadsheets and text files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingestion.readers.grid import read_grid, read_grids
from ingestion.readers.rows import Tables
from ingestion.readers.settings import TableReader
from ingestion.readers.tabular import tables_of
from ingestion.source import Source


def read(path: Path, source: Source, reader: TableReader) -> Tables:
    """The declared tables of the declared sheets. Raises SourceFileError where one is not as declared."""
    grids = read_grids(path, reader.sheets) if reader.sheets else [read_grid(path, reader.sheet)]
    if reader.sheet_column:
        grids = [replace(grid, constants={reader.sheet_column: grid.sheet}) for grid in grids]
    return tables_of(path.name, grids, source, reader)
