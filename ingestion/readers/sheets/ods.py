"""What python-calamine does not tell of an ODS file: merged cells, and how many cells it will take memory for."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from ingestion.readers.archives import chunks

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class SheetXml:
    """``height`` and ``width``: how far filled cells reach. ``merged``: ((top, left), (bottom, right)) from 0.

    ``comments``: how many cells have one.
    """

    height: int = 0
    width: int = 0
    merged: list[Merged] = field(default_factory=list)
    comments: int = 0


def scan(archive: zipfile.ZipFile) -> dict[str, SheetXml]:
    """Each sheet of an ODS file by its name, in one pass over content.xml."""
    content = _Content()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = content.start, content.end
    for data in chunks(archive, "content.xml"):
        parser.Parse(data, False)
    parser.Parse(b"", True)
    return content.sheets


class _Content:
    def __init__(self) -> None:
        self.sheets: dict[str, SheetXml] = {}
        self.sheet = SheetXml()
        self.row = self.column = self.rows = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell(given)
        elif name == _TABLE + "table-row":
            self.rows, self.column = int(given.get(_TABLE + "number-rows-repeated", 1)), 0
        elif name == _TABLE + "table":
            self.sheet = self.sheets.setdefault(given.get(_TABLE + "name", ""), SheetXml())
            self.row = 0
        elif name == _OFFICE + "annotation":
            self.sheet.comments += 1

    def end(self, name: str) -> None:
        if name == _TABLE + "table-row":
            self.row += self.rows

    def _cell(self, given: dict[str, str]) -> None:
        down = int(given.get(_TABLE + "number-rows-spanned", 1))
        right = int(given.get(_TABLE + "number-columns-spanned", 1))
        if down > 1 or right > 1:
            corner = (self.row + down - 1, self.column + right - 1)
            self.sheet.merged.append(((self.row, self.column), corner))
        self.column += int(given.get(_TABLE + "number-columns-repeated", 1))
        if _OFFICE + "value-type" in given:
            self.sheet.height = max(self.sheet.height, self.row + self.rows)
            self.sheet.width = max(self.sheet.width, self.column)
