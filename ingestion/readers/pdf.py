"""Tables in a PDF, by their ruling lines (pdfplumber). What is ambiguous is refused, with page and place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.rows import Table, Tables
from ingestion.readers.settings import PdfReader
from ingestion.source import Source

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Row:
    page: int
    table: int
    number: int
    texts: list[str]
    boxes: list[Box | None]
    box: Box

    def locator(self, box: Box | None = None) -> str:
        corners = ",".join(f"{corner:.1f}" for corner in (box or self.box))
        return f"page={self.page};table={self.table};row={self.number};bbox={corners}"


def read(path: Path, source: Source, reader: PdfReader) -> Tables:
    """The rows of all tables on the declared pages as one table named "table", page and bbox in the locators."""
    wanted = {o.column for m in source.shapes.values() for o in m.columns.values() if o.column and not o.optional}
    header: list[str] | None = None
    kept: list[_Row] = []
    last: _Row | None = None
    for rows in _tables(path, reader):
        texts = rows[0].texts
        if wanted <= set(texts):
            header = _checked_header(path, rows[0], source, header)
            kept += rows[1:]
        elif header is not None and len(texts) == len(header) and _goes_on(rows[0], last):
            kept += rows  # the table goes on over the page without repeating its header
        else:
            missing = ", ".join(f"« {name} »" for name in sorted(wanted - set(texts)))
            raise SourceFileError(path.name, rows[0].locator(), f"un en-tête avec {missing}", f"{texts}")
        last = rows[-1]
    if header is None:
        raise SourceFileError(path.name, f"pages {reader.pages}", "au moins un tableau à filets", "aucun tableau")
    return {"table": _as_table(path, header, kept)}


def _goes_on(first: _Row, last: _Row | None) -> bool:
    """Only the first table of the next page can be the rest of the one before; another one is another table."""
    return last is not None and first.table == 1 and first.page == last.page + 1


def _tables(path: Path, reader: PdfReader) -> list[list[_Row]]:
    found = []
    with _telling_damage(path), _open(path) as pdf:
        pages = _pages(path, reader.pages, len(pdf.pages))
        if not any(pdf.pages[number - 1].chars for number in pages):
            raise SourceFileError(
                path.name, f"pages {reader.pages}", "du texte", "des pages sans texte : document numérisé ?"
            )
        for number in pages:
            page = pdf.pages[number - 1]
            tables = page.find_tables(table_settings=reader.settings or None)
            for index, table in enumerate(tables, start=1):
                rows = _rows(number, index, table)
                if rows:
                    found.append(rows)
            page.close()
    return found


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    """Damage inside the file shows only when a page is opened; pdfminer raises what it stumbles over."""
    try:
        yield
    except SourceFileError:
        raise
    except Exception as error:
        raise SourceFileError(path.name, "document", "un PDF entier", f"un PDF abîmé ({error})") from error


def _open(path: Path) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    if not path.read_bytes()[:1024].lstrip().startswith(b"%PDF"):
        raise SourceFileError(path.name, "premier octet", "un PDF (%PDF)", "autre chose")
    try:
        return pdfplumber.open(path)
    except Exception as error:  # pdfplumber wraps pdfminer's errors; the cause tells encrypted from damaged
        cause = error.__cause__ or (error.args[0] if error.args else error)
        if isinstance(error, PDFPasswordIncorrect) or isinstance(cause, PDFPasswordIncorrect):
            raise SourceFileError(
                path.name, "document", "un PDF lisible sans mot de passe", "un PDF chiffré"
            ) from error
        raise SourceFileError(path.name, "document", "un PDF entier", f"un PDF abîmé ({error})") from error


def _pages(path: Path, declared: str, count: int) -> list[int]:
    if declared == "all":
        return list(range(1, count + 1))
    numbers: list[int] = []
    for part in declared.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    if max(numbers) > count:
        raise SourceFileError(path.name, f"page {max(numbers)}", f"les pages {declared}", f"{count} page(s)")
    return numbers


def _rows(page: int, table_number: int, table: Any) -> list[_Row]:
    rows = []
    for number, (texts, row) in enumerate(zip(table.extract(), table.rows, strict=True), start=1):
        cells = [" ".join((text or "").split()) for text in texts]
        if any(cells):
            rows.append(_Row(page, table_number, number, cells, list(row.cells), row.bbox))
    return rows


def _checked_header(path: Path, row: _Row, source: Source, before: list[str] | None) -> list[str]:
    names = row.texts
    if len(set(names)) != len(names):
        raise SourceFileError(path.name, row.locator(), "des en-têtes distincts", f"{names}")
    if unread := [n for n in names if n not in source.mapped | set(source.ignored) | set(source.personal)]:
        raise SourceFileError(path.name, row.locator(), "des colonnes toutes lues ou ignorées", f"{unread}")
    if before is not None and names != before:
        raise SourceFileError(path.name, row.locator(), f"le même en-tête que plus haut, {before}", f"{names}")
    return names


def _as_table(path: Path, header: list[str], rows: list[_Row]) -> Table:
    for row in rows:
        if len(row.texts) != len(header):
            raise SourceFileError(path.name, row.locator(), f"{len(header)} cellules", f"{len(row.texts)}")
    frame = pd.DataFrame([row.texts for row in rows], columns=header, dtype=object)
    locators = pd.Series([row.locator() for row in rows], index=frame.index, dtype=object)

    def cells(column: str) -> pd.Series:
        if column not in header:
            return locators
        position = header.index(column)
        return pd.Series([row.locator(row.boxes[position]) for row in rows], index=frame.index, dtype=object)

    return Table("table", frame, locators, cells)
