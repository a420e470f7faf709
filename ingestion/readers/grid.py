"""Bytes to a grid of cells: XLSX, XLS and ODS through python-calamine, CSV and TSV through the csv module."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from ingestion.clean.text import as_text
from ingestion.errors import SourceFileError
from ingestion.readers.excel_errors import error_cells

_WORKBOOKS = {
    ".xlsx": (b"PK\x03\x04",),
    ".xlsm": (b"PK\x03\x04",),
    ".ods": (b"PK\x03\x04",),
    ".xls": (b"\xd0\xcf\x11\xe0",),
}


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet as text; `sheet` is "" for a text table. Other readers place their cells otherwise."""

    file: str
    sheet: str
    rows: list[list[str]]

    def place(self, row: int, column: int | None = None) -> str:
        """A1 reference of a cell, or of a row's number alone, counted from 0 in the grid."""
        prefix = f"{self.sheet}!" if self.sheet else ""
        return f"{prefix}{letter(column)}{row + 1}" if column is not None else f"{prefix}{row + 1}"

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """Locators of whole rows of so many cells: Feuille!A5:F5."""
        prefix, last = f"{self.sheet}!" if self.sheet else "", letter(width - 1)
        return [f"{prefix}A{row + 1}:{last}{row + 1}" for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """Locators of the cells of one column."""
        prefix = (f"{self.sheet}!" if self.sheet else "") + letter(column)
        return [f"{prefix}{row + 1}" for row in rows]


def letter(column: int) -> str:
    """The spreadsheet letters of a column counted from 0: 0 is A, 27 is AB."""
    letters, rest = "", column + 1
    while rest:
        rest, index = divmod(rest - 1, 26)
        letters = chr(65 + index) + letters
    return letters


def read_grids(path: Path) -> list[Grid]:
    """All visible sheets of a workbook, or the one grid of a text table. Raises SourceFileError."""
    if path.suffix.lower() in _WORKBOOKS:
        workbook = _open(path)
        return [_sheet(path, workbook, name) for name in _visible(workbook)]
    return [Grid(path.name, "", _text_rows(path))]


def read_grid(path: Path, sheet: str | None) -> Grid:
    """The named sheet, or the only visible one. Raises SourceFileError naming the sheets that are there."""
    if path.suffix.lower() not in _WORKBOOKS:
        return Grid(path.name, "", _text_rows(path))
    workbook = _open(path)
    visible = _visible(workbook)
    if sheet is None and len(visible) == 1:
        return _sheet(path, workbook, visible[0])
    if sheet is None or sheet not in workbook.sheet_names:
        wanted = f"la feuille « {sheet} »" if sheet else "une seule feuille visible"
        raise SourceFileError(path.name, "classeur", wanted, f"les feuilles {', '.join(workbook.sheet_names)}")
    return _sheet(path, workbook, sheet)


def _visible(workbook: python_calamine.CalamineWorkbook) -> list[str]:
    """Names of the sheets that a person sees and that hold cells (a chart holds none)."""
    return [
        s.name
        for s in workbook.sheets_metadata
        if s.visible == python_calamine.SheetVisibleEnum.Visible and s.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    head = path.read_bytes()[:8]
    if not head.startswith(_WORKBOOKS[path.suffix.lower()]):
        found = "un fichier vide" if not head else f"un contenu qui commence par {head!r}"
        raise SourceFileError(path.name, "premier octet", f"un classeur {path.suffix}", found)
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine has a class of error per format, with no common base
        size = path.stat().st_size
        raise SourceFileError(
            path.name,
            "classeur",
            f"un classeur {path.suffix} entier",
            f"{size} octets illisibles ({error}) : fichier tronqué ou abîmé ?",
        ) from error


def _sheet(path: Path, workbook: python_calamine.CalamineWorkbook, name: str) -> Grid:
    try:
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:  # see _open
        raise SourceFileError(path.name, f"feuille {name}", "une feuille lisible", str(error)) from error
    rows = [[as_text(cell) for cell in row] for row in cells]
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        for row, column, text in error_cells(path, name):
            rows[row][column] = text
    return Grid(path.name, name, rows)


def _text_rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    if not data.strip():
        raise SourceFileError(path.name, "premier octet", "un tableau de texte", "un fichier vide")
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceFileError(path.name, "premiers octets", "un tableau de texte (CSV)", "un fichier binaire")
    text = _decode(path, data)
    # A title line has no separator: the fullest of the first lines tells it.
    lines = text.splitlines()[:30]
    delimiter = max(",;\t|", key=lambda sign: max((line.count(sign) for line in lines), default=0))
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error as error:
        raise SourceFileError(path.name, "texte", "un CSV bien formé", f"{error} : fichier tronqué ?") from error


def _decode(path: Path, data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16" or error.start >= len(data) - 3:
            place = f"octet {error.start}"
            raise SourceFileError(
                path.name, place, f"un texte {encoding} entier", "une lettre coupée : fichier tronqué ?"
            ) from error
        return data.decode("cp1252", errors="replace")
