"""What python-calamine does not report of an ODS file: merged cells, and the size that its cells will take."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from ingestion.readers.archives import chunks

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0 "
_FIRST_DAY = re.compile(r"([0-9]{4}-[0-9]{2})-01(?:T00:00:00)?")
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:[0-9]+")  # #DIV/0!, #N/A, #REF!, Err:502
_MOST_REPEATED = 1_000  # of an odd cell: more are no cells that a person filled
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class SheetXml:
    """``height`` and ``width``: how far filled cells reach. ``merged``: ((top, left), (bottom, right)) from 0.

    ``comments``: how many cells have one. ``hidden``: the filled rows that are hidden or filtered away. ``odd``: (row,
    column, text) of the cells that calamine gives otherwise: errors as nothing, words that a line break parts as one,
    days that are shown as their month.
    """

    height: int = 0
    width: int = 0
    merged: list[Merged] = field(default_factory=list)
    comments: int = 0
    hidden: list[int] = field(default_factory=list)
    odd: list[tuple[int, int, str]] = field(default_factory=list)


def scan(archive: zipfile.ZipFile) -> tuple[dict[str, SheetXml], bool]:
    """Each sheet of an ODS file by its name, and whether its days are counted from 1904; one pass over the content."""
    content = _Content()
    for part in ("styles.xml", "content.xml"):
        if part in archive.namelist():
            parser = expat.ParserCreate(namespace_separator=" ")
            parser.buffer_text = True
            parser.StartElementHandler, parser.EndElementHandler = content.start, content.end
            parser.CharacterDataHandler = content.text
            for data in chunks(archive, part):
                parser.Parse(data, False)
            parser.Parse(b"", True)
    return content.sheets, content.from_1904


class _Styles:
    """Which styles of cells show a month and no day."""

    def __init__(self) -> None:
        self.parts: dict[str, set[str]] = {}  # by style of dates, what it shows
        self.dates: dict[str, str] = {}  # by style of cells, its style of dates
        self.parents: dict[str, str] = {}
        self.open = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _NUMBER + "date-style":
            self.open = attributes.get(_STYLE + "name", "")
            self.parts[self.open] = set()
        elif self.open and name.startswith(_NUMBER):
            self.parts[self.open].add(name.removeprefix(_NUMBER))
        elif name == _STYLE + "style" and attributes.get(_STYLE + "family") == "table-cell":
            own = attributes.get(_STYLE + "name", "")
            self.parents[own] = attributes.get(_STYLE + "parent-style-name", "")
            if date_style := attributes.get(_STYLE + "data-style-name"):
                self.dates[own] = date_style

    def end(self, name: str) -> None:
        if name == _NUMBER + "date-style":
            self.open = ""

    def shows_month(self, style: str) -> bool:
        while style and style not in self.dates:
            style = self.parents.get(style, "")
        return self.parts.get(self.dates.get(style, ""), set()) - {"text"} == {"month", "year"}


class _Content:
    def __init__(self) -> None:
        self.sheets: dict[str, SheetXml] = {}
        self.sheet = SheetXml()
        self.row = self.column = self.rows = self.columns = 0
        self.is_hidden = self.is_filled = False
        self.words: list[str] = []  # of the paragraphs of the cell that is open, but for its comment
        self.is_odd = self.is_computed = self.in_comment = self.in_paragraph = False
        self.month = ""  # of the cell that is open, where it shows its month alone
        self.styles = _Styles()
        self.of_columns: list[tuple[int, str]] = []  # (how many, style of their cells), from the left
        self.of_row = ""
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.styles.start(name, attributes)
        if name in _CELLS:
            self._cell(attributes)
        elif name == _TABLE + "null-date":
            self.from_1904 = attributes.get(_TABLE + "date-value", "").startswith("1904")
        elif name == _TABLE + "table-column":
            count = int(attributes.get(_TABLE + "number-columns-repeated", 1))
            self.of_columns.append((count, attributes.get(_TABLE + "default-cell-style-name", "")))
        elif name == _TABLE + "table-row":
            self.of_row = attributes.get(_TABLE + "default-cell-style-name", "")
            self.rows, self.column = int(attributes.get(_TABLE + "number-rows-repeated", 1)), 0
            self.is_hidden, self.is_filled = attributes.get(_TABLE + "visibility", "visible") != "visible", False
        elif name == _TABLE + "table":
            self.sheet = self.sheets.setdefault(attributes.get(_TABLE + "name", ""), SheetXml())
            self.row, self.of_columns = 0, []
        elif name == _OFFICE + "annotation":
            self.sheet.comments += 1
            self.in_comment = True
        elif not self.in_comment:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        """What stands between the words of a cell."""
        if name == _TEXT + "line-break":
            self.words.append("\n")
            self.is_odd = True
        elif name == _TEXT + "s":
            self.words.append(" " * int(attributes.get(_TEXT + "c", 1)))
        elif name == _TEXT + "p":
            self.in_paragraph = True
            if self.words:
                self.words.append("\n")

    def text(self, data: str) -> None:
        if self.in_paragraph and not self.in_comment:
            self.words.append(data)

    def end(self, name: str) -> None:
        self.styles.end(name)
        if name == _TABLE + "table-row":
            if self.is_hidden and self.is_filled:
                self.sheet.hidden += range(self.row, self.row + self.rows)
            self.row += self.rows
        elif name in _CELLS:
            self._put()
        elif name == _TEXT + "p":
            self.in_paragraph = False
        elif name == _OFFICE + "annotation":
            self.in_comment = False

    def _cell(self, attributes: dict[str, str]) -> None:
        down = int(attributes.get(_TABLE + "number-rows-spanned", 1))
        right = int(attributes.get(_TABLE + "number-columns-spanned", 1))
        if down > 1 or right > 1:
            corner = (self.row + down - 1, self.column + right - 1)
            self.sheet.merged.append(((self.row, self.column), corner))
        self.columns = int(attributes.get(_TABLE + "number-columns-repeated", 1))
        self.column += self.columns
        self.words, self.is_odd, self.month = [], False, ""
        first = _FIRST_DAY.fullmatch(attributes.get(_OFFICE + "date-value", ""))
        if first and self.styles.shows_month(
            attributes.get(_TABLE + "style-name", "") or self.of_row or self._of_column()
        ):
            self.is_odd, self.month = True, first[1]
        self.is_computed = _TABLE + "formula" in attributes or attributes.get(_ERROR_TYPE) == "error"
        if _OFFICE + "value-type" in attributes:
            self.is_filled = True
            self.sheet.height = max(self.sheet.height, self.row + self.rows)
            self.sheet.width = max(self.sheet.width, self.column)

    def _of_column(self) -> str:
        """The style that the cells of this column have where they name none."""
        left = self.column - self.columns
        for count, style in self.of_columns:
            if left < count:
                return style
            left -= count
        return ""

    def _put(self) -> None:
        """Keeps the text of a cell that calamine gives otherwise, in each place where it is repeated."""
        self.is_odd |= self.is_computed and bool(_ERROR.fullmatch("".join(self.words)))
        if self.is_odd and (self.words or self.month) and self.rows * self.columns <= _MOST_REPEATED:
            text, left = self.month or "".join(self.words), self.column - self.columns
            for row in range(self.row, self.row + self.rows):
                self.sheet.odd += [(row, column, text) for column in range(left, self.column)]
