"""Tables and sentences in a PDF (pdfplumber): each table is read by its rules or by its white space.

The layout of a page (`layout`) has tables whose cells are drawn (`ruled`, `bands`) and others whose columns are white
space: `framed` and `runs` find them by their `evidence`, `lines`, `columns`, `spacing`, `header` and `borderless` read
them. `tables` decides, table by table. `document` opens the file and reads its `pages`, `cache` keeps them, `grids`
hands the tables to the tabular step.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.declaration.reader_settings import PdfReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.pdf.cache import kept
from ingestion.readers.pdf.document import read_pages
from ingestion.readers.pdf.grids import PdfGrid, grids, lists
from ingestion.readers.pdf.pages import Page
from ingestion.readers.pdf.unread import with_notes
from ingestion.readers.rows import Tables
from ingestion.readers.tables.tabular import is_declared, tables_of
from ingestion.readers.texts.passages import Passage, lift


def read(path: Path, source: Source, reader: PdfReader) -> Tables:
    """The declared tables of a document, and one for each declared sentence. Raises SourceFileError."""
    pages = kept(path, source, reader, lambda: _pages(path, reader))
    tables = lift([passage for page in pages for passage in page.passages], reader.sentences)
    mappings = {shape: mapping for shape, mapping in source.shapes.items() if mapping.table not in tables}
    read: list[PdfGrid] = []
    if mappings:
        among = source.model_copy(update={"shapes": mappings})
        grids_read = grids(path.name, pages)
        grids_read += [grid for grid in lists(path.name, pages) if is_declared(grid, among, reader)]
        if not grids_read:
            raise SourceFileError(path.name, f"pages {reader.pages}", "au moins un tableau", "aucun tableau")
        tables = tables_of(path.name, grids_read, among, reader) | tables
        read = grids_read
    return with_notes(path.name, pages, read, tables, source)


def tables_in(path: Path) -> list[PdfGrid]:
    """Every table of a document, declared or not. Raises SourceFileError."""
    pages = read_pages(path, "all", "auto", {})
    return grids(path.name, pages) + lists(path.name, pages)


def passages(path: Path, pages: str = "all") -> list[Passage]:
    """The running text of the declared pages, a passage a paragraph, each with its page and box."""
    read = read_pages(path, pages, "auto", {})
    return [passage for page in read for passage in page.passages]


def _pages(path: Path, reader: PdfReader) -> list[Page]:
    return read_pages(path, reader.pages, reader.strategy, reader.settings)
