"""Files that are the same to the byte each time they are made."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from docx.document import Document
from openpyxl import Workbook

MADE = (2024, 8, 31, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables in this folder."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_sheets(path: Path, sheets: Mapping[str, list[dict[str, object]]]) -> None:
    """A workbook with one sheet for each list of rows; the first row of each names the columns."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(["" if value is None else value for value in row.values()])
    save(book, path)


def save(book: Workbook | Document, path: Path) -> None:
    """Saves a workbook or a Word document, then sets the times in it and in its zip to a fixed one."""
    book.save(str(path))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    stamp = "{}-{:02d}-{:02d}T00:00:00Z".format(*MADE).encode()
    parts["docProps/core.xml"] = _MODIFIED.sub(rb"\g<1>" + stamp, parts["docProps/core.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, MADE), content, zipfile.ZIP_DEFLATED)
