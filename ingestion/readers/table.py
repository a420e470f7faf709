"""Tables in spreadsheets and text files."""

from __future__ import annotations

from pathlib import Path

from ingestion.readers.grid import read_grid
from ingestion.readers.rows import Table
from ingestion.readers.settings import TableReader
from ingestion.readers.tabular import as_table
from ingestion.source import Source


def read(path: Path, source: Source, reader: TableReader) -> dict[str, Table]:
    """The one table of a file, named "table". Raises SourceFileError where it is not as declared."""
    return {"table": as_table(read_grid(path, reader.sheet), source, reader)}
