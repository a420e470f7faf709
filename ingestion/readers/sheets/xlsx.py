"""What python-calamine does not report of an XLSX sheet, read from the sheet's XML in one pass.

Error cells: calamine gives #N/A as empty text. An empty commune code and one that Excel could not look up are not the
same: 6,848 cells of the 3W of December 2023 hold #N/A, 3 are empty. Formulas that no program has computed yet, which
calamine gives as empty too. And how far the cells reach, before calamine takes memory for the whole rectangle.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ingestion.clean.text import NOT_COMPUTED
from ingestion.readers.archives import chunks

_MOST_OF_A_ROW = 1 << 28
_NS = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
}
_STRICT = {
    "m": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "r": "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
}
_PLACE = re.compile(rb'\sr="([A-Za-z]{1,7})([0-9]{1,12})"')
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\sr="([0-9]{1,12})"')
# Patterns that begin with plain text are the fast ones: the sheets are long.
_ERROR = re.compile(rb' t="e"')
_ERROR_TEXT = re.compile(rb"<v[^>]*>(#[^<]+)</v>")
_NOT_COMPUTED = (
    re.compile(rb"</f>(?:<v\s*/>|<v></v>)?</c>"),
    re.compile(rb"<f [^>]*/>(?:<v\s*/>|<v></v>)?</c>"),
)
_FILLED = re.compile(
    rb"<c\s([^>]*[^/>])>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?(?:<v[^>]*>[^<]|<is>)",
)
# Cells may stand in another order than their places: those far out are looked at one by one. Rows of six figures are
# far out in a small sheet only.
_FAR = re.compile(rb' r="([A-Z]{3,7})([0-9]{1,12})"| r="([A-Z]{1,2})([0-9]{6,12})"')
_FAR_IN_A_LONG_SHEET = re.compile(rb' r="([A-Z]{3,7})([0-9]{1,12})"| r="([A-Z]{1,2})([0-9]{7,12})"')
_LONG = 99_999
_ROW_END = b"</row>"
_HIDDEN = re.compile(rb'<row\b[^>]*\shidden="(?:1|true)"[^>/]*>')
_BUILT_IN_MONTH = "17"  # mmm-yy
_STYLED = re.compile(rb"<c\s([^>]*)>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>([0-9]{4,6})(?:\.0*)?</v>")
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_EPOCH, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)


@dataclass
class SheetXml:
    """``height`` and ``width``: how far the cells reach. ``odd``: (row, column, text) of the cells to put back.

    ``comments``: how many cells have one. ``hidden``: the rows that are hidden, by a person or by a filter.
    """

    height: int = 0
    width: int = 0
    odd: list[tuple[int, int, str]] = field(default_factory=list)
    comments: int = 0
    hidden: list[int] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Takes in the cell of a row and a column counted from 1."""
        self.height, self.width = max(self.height, row), max(self.width, column)


@dataclass(frozen=True)
class BookXml:
    """Whether the days of a workbook are counted ``from_1904``, and which styles of cells show a month and no day."""

    from_1904: bool = False
    months: frozenset[bytes] = frozenset()


def book(archive: zipfile.ZipFile) -> BookXml:
    """What the workbook and its styles say of dates."""
    workbook = archive.read("xl/workbook.xml")
    properties = re.search(rb"<(?:\w+:)?workbookPr\b[^>]*>", workbook)
    from_1904 = bool(properties and re.search(rb'\bdate1904="(?:1|true)"', properties[0]))
    if "xl/styles.xml" not in archive.namelist():
        return BookXml(from_1904)
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    space = styles.tag.partition("}")[0] + "}"
    codes = {node.get("numFmtId"): node.get("formatCode", "") for node in styles.iter(f"{space}numFmt")}
    months = {number for number, code in codes.items() if shows_month(code)} | {_BUILT_IN_MONTH}
    cells = styles.find(f"{space}cellXfs")
    formats = [node.get("numFmtId") for node in cells] if cells is not None else []
    return BookXml(from_1904, frozenset(str(n).encode() for n, one in enumerate(formats) if one in months))


def shows_month(code: str) -> bool:
    """« mmm-yy », « mmmm yyyy », « mm/yyyy »: a month and a year, and neither day nor time."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.split(";")[0]).lower()
    letters = set(re.findall(r"[a-z]", bare))
    return {"m", "y"} <= letters <= {"m", "y"} or {"m", "a"} == letters  # French Excel may keep « a » for year


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part that holds a sheet. Raises KeyError where the workbook names none."""
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    names = _NS if workbook.tag.startswith(f"{{{_NS['m']}}}") else _STRICT
    relation = {node.get("name"): node.get(names["r"]) for node in workbook.iterfind(".//m:sheet", names)}[sheet]
    targets = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {node.get("Id"): node.get("Target", "") for node in targets}[relation]
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def comments(archive: zipfile.ZipFile, part: str) -> int:
    """How many cells of a sheet have comments; a thread stands once more in its first one, for old programs."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return 0
    nodes = ElementTree.fromstring(archive.read(relations))
    targets = [n.get("Target", "") for n in nodes if n.get("Type", "").endswith("/relationships/comments")]
    parts = [posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/") for target in targets]
    return sum(len(re.findall(rb"<(?:\w+:)?comment\b", archive.read(each))) for each in parts)


def scan(archive: zipfile.ZipFile, part: str, most_cells: int, facts: BookXml = BookXml()) -> SheetXml:
    """One pass over a sheet's XML; a second where blank cells that only have a format may reach past ``most_cells``."""
    sheet = SheetXml()
    for rows in _rows(archive, part):
        _extent(rows, sheet)
        sheet.odd += _odd(rows)
        sheet.odd += _months(rows, facts)
        sheet.hidden += [int(number[1]) - 1 for row in _HIDDEN.findall(rows) if (number := _ROW_NUMBER.search(row))]
    if sheet.height * sheet.width > most_cells:
        sheet.height = sheet.width = 0
        for rows in _rows(archive, part):
            for cell in _FILLED.finditer(rows):
                if place := _PLACE.search(b" " + cell[1]):
                    sheet.reach(int(place[2]), _column(place[1]))
    return sheet


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML by pieces that hold whole rows, without the prefix that some writers give to every tag."""
    rest, prefix = b"", None
    for data in chunks(archive, part):
        if prefix is None:
            start = re.search(rb"<(\w+:)?worksheet\b", data)
            prefix = (start and start[1]) or b""
        rest += data
        end = rest.rfind(b"</" + prefix + b"row>", max(0, len(rest) - len(data) - 16))
        if end < 0 and len(rest) > _MOST_OF_A_ROW:
            raise ValueError(f"plus de {_MOST_OF_A_ROW >> 20} Mo dans une ligne")
        if end >= 0:
            end += len(prefix) + len(_ROW_END)
            yield _plain(rest[:end], prefix)
            rest = rest[end:]
    yield _plain(rest, prefix or b"")


def _plain(xml: bytes, prefix: bytes) -> bytes:
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else xml


def _extent(rows: bytes, sheet: SheetXml) -> None:
    """The last cell of a row is the one furthest right; a row without places is as wide as it has cells."""
    start = 0
    while (end := rows.find(_ROW_END, start)) >= 0:
        last = rows.rfind(b"<c ", start, end)
        if last >= 0 and (place := _PLACE.search(rows, last, rows.find(b">", last) + 1)):
            sheet.reach(int(place[2]), _column(place[1]))
        elif cells := rows.count(b"<c", start, end):
            number = _ROW_NUMBER.search(rows, start, end)
            sheet.reach(int(number[1]) if number else sheet.height + 1, cells)
        start = end + len(_ROW_END)
    far_out = _FAR_IN_A_LONG_SHEET if sheet.height > _LONG else _FAR
    for far in far_out.finditer(rows):
        sheet.reach(int(far[2] or far[4]), _column(far[1] or far[3]))


def _odd(rows: bytes) -> Iterator[tuple[int, int, str]]:
    """Error cells, and formulas without a value; a text that is empty once computed has the type "str"."""
    for error in _ERROR.finditer(rows):
        start = rows.rfind(b"<c ", 0, error.start())
        text = _ERROR_TEXT.search(rows, error.end(), rows.find(b"</c>", error.end()))
        if text and (place := _PLACE.search(rows, start, rows.find(b">", start) + 1)):
            yield int(place[2]) - 1, _column(place[1]) - 1, text[1].decode()
    for formula in (match for pattern in _NOT_COMPUTED for match in pattern.finditer(rows)):
        start = rows.rfind(b"<c ", 0, formula.start())
        tag = rows[start : rows.find(b">", start) + 1]
        if b' t="str"' not in tag and (place := _PLACE.search(tag)):
            yield int(place[2]) - 1, _column(place[1]) - 1, NOT_COMPUTED


def _months(rows: bytes, facts: BookXml) -> Iterator[tuple[int, int, str]]:
    """Days that are shown as their month: « déc-24 » is typed for the month, and kept as its first day."""
    if not facts.months:
        return
    for cell in _STYLED.finditer(rows):
        style = _STYLE.search(cell[1])
        if style is None or style[1] not in facts.months or (place := _PLACE.search(b" " + cell[1])) is None:
            continue
        day = (_EPOCH_1904 if facts.from_1904 else _EPOCH) + dt.timedelta(days=int(cell[2]))
        if day.day == 1:
            yield int(place[2]) - 1, _column(place[1]) - 1, f"{day:%Y-%m}"


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
