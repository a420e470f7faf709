"""Tables in spreadsheets and text files."""

from __future__ import annotations

from pathlib import Path

from ingestion.readers.grid import read_grid
from ingestion.readers.rows import Tables
from ingestion.readers.settings import TableReader
from ingestion.readers.tabular import tables_of
from ingestion.source import Source


def read(path: Path, source: Source, reader: TableReader) -> Tables:
    """The declared tables of a sheet. Raises SourceFileError where it is not as declared."""
    return tables_of(path.name, [read_grid(path, reader.sheet)], source, reader)
