"""Bytes to a grid of cells: XLSX, XLS and ODS through python-calamine, CSV and TSV through the csv module."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import python_calamine

from ingestion.clean.text import as_text
from ingestion.errors import SourceFileError
from ingestion.readers import archives
from ingestion.readers.sheets import encodings, ods, xls, xlsx
from ingestion.readers.sheets.encodings import Held

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WORKBOOKS = {".xlsx": _ZIP, ".xlsm": _ZIP, ".ods": _ZIP, ".xls": _OLE}
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 1 << 20  # a spreadsheet's cell holds 32,767 characters; more is a quote that is never closed
# A million rows of twenty columns: what fits into 2 GB, calamine's own cells and ours together.
MOST_CELLS = 20_000_000
MOST_COLUMNS = 16_384

Merged = ods.Merged


def text_grid(held: Held, sheet: str) -> Grid:
    """A text table that is held in memory, as a sheet. Raises SourceFileError."""
    return _text_grid(held, sheet)


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet as text; `sheet` is "" for a text table. Other readers place their cells otherwise.

    ``merged``: ranges of cells that are shown as one, ((top, left), (bottom, right)) counted from 0. ``constants``:
    columns that the reader adds, each with one value for all the rows. ``notes``: what was not read beside them.
    ``is_1904``: whether numbers that are days count from 1904. ``hidden``: rows that a person or a filter hides;
    ``left_out``: those of them that are not to be read.
    """

    file: str
    sheet: str
    rows: list[list[str]]
    merged: list[Merged] = field(default_factory=list, kw_only=True)
    constants: dict[str, str] = field(default_factory=dict, kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    is_1904: bool = field(default=False, kw_only=True)
    hidden: frozenset[int] = field(default=frozenset(), kw_only=True)
    left_out: frozenset[int] = field(default=frozenset(), kw_only=True)

    def without_hidden(self) -> Grid:
        """The same, of whose rows the hidden ones are not to be read."""
        notes = tuple(note for note in self.notes if note != _hidden_note(self.sheet, len(self.hidden)))
        return replace(self, left_out=self.hidden, notes=notes)

    def place(self, row: int, column: int | None = None) -> str:
        """A1 reference of a cell, or of a row's number alone, counted from 0 in the grid."""
        prefix = f"{self.sheet}!" if self.sheet else ""
        return f"{prefix}{letter(column)}{row + 1}" if column is not None else f"{prefix}{row + 1}"

    def spread(self) -> list[list[str]]:
        """The cells with the text of a merged one in the first column of every row that it covers."""
        rows = [list(row) for row in self.rows]
        for (top, left), (bottom, _) in self.merged:
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]
        return rows

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """Locators of whole rows of so many cells: Feuille!A5:F5."""
        prefix, last = f"{self.sheet}!" if self.sheet else "", letter(width - 1)
        return [f"{prefix}A{row + 1}:{last}{row + 1}" for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """Locators of the cells of one column."""
        prefix = (f"{self.sheet}!" if self.sheet else "") + letter(column)
        return [f"{prefix}{row + 1}" for row in rows]


def _hidden_note(sheet: str, count: int) -> str:
    return f"feuille {sheet}, lignes masquées ou filtrées, lues comme les autres : {count}"


def line_count_fr(count: int) -> str:
    """« 1 ligne », « 12 lignes »."""
    return f"{count} ligne{'s' * (count > 1)}"


def letter(column: int) -> str:
    """The spreadsheet letters of a column counted from 0: 0 is A, 27 is AB."""
    letters, rest = "", column + 1
    while rest:
        rest, index = divmod(rest - 1, 26)
        letters = chr(65 + index) + letters
    return letters


def read_grids(path: Path, patterns: Sequence[str] = ("*",)) -> list[Grid]:
    """The visible sheets whose names fit a pattern, and any sheet that is named in full; of a text table its one grid.

    Raises SourceFileError where a pattern fits no sheet.
    """
    if not _is_workbook(path):
        return [_text_grid(path)]
    workbook = _Workbook(path)
    wanted = [name for pattern in patterns for name in workbook.fitting(pattern)]
    return workbook.sheets([name for name in workbook.names if name in wanted])


def read_grid(path: Path, sheet: str | None) -> Grid:
    """The named sheet, or the only visible one. Raises SourceFileError naming the sheets that are there."""
    if not _is_workbook(path):
        return _text_grid(path)
    workbook = _Workbook(path)
    if sheet is None and len(workbook.visible) == 1:
        return workbook.sheets(workbook.visible)[0]
    if sheet is None or sheet not in workbook.names:
        raise workbook.lacks(f"la feuille « {sheet} »" if sheet else "une seule feuille visible")
    return workbook.sheets([sheet])[0]


def _is_workbook(path: Path) -> bool:
    if path.suffix.lower() == ".xlsb":
        found = "un classeur binaire .xlsb, que rien ne lit ici : l’enregistrer en .xlsx"
        raise SourceFileError(path.name, "nom du fichier", "un classeur .xlsx, .xls ou .ods, ou un CSV", found)
    return path.suffix.lower() in _WORKBOOKS


class _Workbook:
    """A workbook that was checked before calamine takes memory for it."""

    def __init__(self, path: Path) -> None:
        self.path, self.kind = path, path.suffix.lower().replace("xlsm", "xlsx")
        self.file = path.name
        _check_beginning(path)
        self.ods: dict[str, ods.SheetXml] = {}
        self.xls = xls.BookFacts()
        self.from_1904 = False
        self.facts = xlsx.BookXml()
        with _telling_damage(path, "classeur", f"un classeur {path.suffix} entier"):
            if self.kind != ".xls":
                with zipfile.ZipFile(path) as archive:
                    archives.check(archive, path.name, by_pieces=("xl/worksheets/",))
                    if self.kind == ".ods":
                        self.ods, self.from_1904 = ods.scan(archive)
                    else:
                        self.facts = xlsx.book(archive)
                        self.from_1904 = self.facts.from_1904
            else:
                self.xls = xls.facts(path)
                self.from_1904 = self.xls.from_1904
            for name, sheet in self.ods.items():
                self._check_size(name, sheet.height, sheet.width)
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
            self.names = list(self._book.sheet_names)
        self.visible = [  # what a person sees and that holds cells (a chart holds none)
            s.name
            for s in self._book.sheets_metadata
            if s.visible == python_calamine.SheetVisibleEnum.Visible
            and s.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]

    def fitting(self, pattern: str) -> list[str]:
        if names := [name for name in self.visible if fnmatchcase(name, pattern)]:
            return names
        if pattern in self.names:
            return [pattern]
        raise self.lacks(f"une feuille visible « {pattern} »")

    def lacks(self, wanted: str) -> SourceFileError:
        return SourceFileError(self.file, "classeur", wanted, f"les feuilles {', '.join(self.names)}")

    def sheets(self, names: list[str]) -> list[Grid]:
        """The sheets of these names; the first one notes which other sheets are not empty."""
        sheets = [self.sheet(name) for name in names]
        others = tuple(note for name in self.names if name not in names for note in self._unread(name))
        return [replace(sheets[0], notes=sheets[0].notes + others), *sheets[1:]] if sheets else []

    def _unread(self, name: str) -> Iterator[str]:
        if self.kind == ".xlsx":
            with zipfile.ZipFile(self.path) as archive:
                part = xlsx.part_of(archive, name)
                height = xlsx.scan(archive, part, MOST_CELLS).height if "/worksheets/" in part else 0
        else:
            height = self.ods[name].height if name in self.ods else self._book.get_sheet_by_name(name).height
        if height:
            kind = "feuille" if name in self.visible else "feuille masquée"
            yield f"{kind} {name}, non lue : {line_count_fr(height)}"

    def sheet(self, name: str) -> Grid:
        with _telling_damage(self.path, f"feuille {name}", "une feuille lisible"):
            scanned = self._scanned(name) if self.kind == ".xlsx" else xlsx.SheetXml()
            cells = self._book.get_sheet_by_name(name)
            rows = _texts(cells)
            details = self.ods.get(name) or self.xls.sheets.get(name) or scanned
            for row, column, text in details.odd:
                _put(rows, row, column, text)
            merged = self.ods[name].merged if name in self.ods else cells.merged_cell_ranges or []
        hidden = frozenset(row for row in details.hidden if row < len(rows))
        notes = self._notes(name, getattr(details, "comments", 0), len(hidden))
        return Grid(self.file, name, rows, merged=merged, notes=notes, is_1904=self.from_1904, hidden=hidden)

    def _notes(self, name: str, comments: int, hidden: int) -> tuple[str, ...]:
        """What a person should know of a sheet that was read."""
        notes = []
        if comments:
            notes.append(f"feuille {name}, commentaires de cellule non lus : {comments}")
        if hidden:
            notes.append(_hidden_note(name, hidden))
        if self.from_1904:
            notes.append("calendrier 1904 (Mac) : les jours sont comptés de là")
        if not self.xls.is_read:
            notes.append("ancien classeur : lignes masquées, calendrier et mois sans jour non vérifiés")
        return tuple(notes)

    def _scanned(self, name: str) -> xlsx.SheetXml:
        with zipfile.ZipFile(self.path) as archive:
            part = xlsx.part_of(archive, name)
            scanned = xlsx.scan(archive, part, MOST_CELLS, self.facts)
            scanned.comments = xlsx.comments(archive, part)
        self._check_size(name, scanned.height, scanned.width)
        return scanned

    def _check_size(self, name: str, height: int, width: int) -> None:
        if height * width > MOST_CELLS or width > MOST_COLUMNS:
            raise SourceFileError(
                self.file,
                f"feuille {name}",
                f"au plus {MOST_CELLS} cellules en {MOST_COLUMNS} colonnes",
                f"des cellules remplies jusqu’à la ligne {height} et la colonne {letter(width - 1)}",
            )


@contextmanager
def _telling_damage(path: Path, place: str, expected: str) -> Iterator[None]:
    """calamine has a class of error per format with no common base, and Rust's panics are no Exception at all."""
    try:
        yield
    except (SourceFileError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        found = f"{path.stat().st_size} octets illisibles ({str(error)[:200]}) : fichier tronqué ou abîmé ?"
        raise SourceFileError(path.name, place, expected, found) from error


def _check_beginning(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_WORKBOOKS[path.suffix.lower()]):
        return
    found = "un fichier vide" if not head else f"un contenu qui commence par {head!r}"
    if head.startswith(_OLE):
        found = "un ancien classeur .xls, ou un classeur protégé par un mot de passe"
    elif head.startswith(_ZIP):
        found = "un classeur .xlsx ou .ods"
    elif head.lstrip()[:1] == b"<":
        found = "une page HTML ou du XML"
    raise SourceFileError(path.name, "premier octet", f"un classeur {path.suffix}", found)


def _texts(sheet: python_calamine.CalamineSheet) -> list[list[str]]:
    """The cells from A1 on. Equal texts are one object: a million rows would not fit otherwise."""
    if sheet.start is None:
        return []
    same: dict[str, str] = {}
    once, left = same.setdefault, [""] * sheet.start[1]
    rows = []
    for cells in sheet.iter_rows():
        texts = [cell if type(cell) is str else as_text(cell) for cell in cells]
        rows.append(left + list(map(once, texts, texts)))
    return rows


def _put(rows: list[list[str]], row: int, column: int, text: str) -> None:
    """Sets a cell that may lie outside the rectangle of the filled ones."""
    width = max(column + 1, len(rows[0]) if rows else 0)
    rows += [[""] * width for _ in range(row + 1 - len(rows))]
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = text


def _text_grid(path: Path | Held, sheet: str = "") -> Grid:
    encoding = encodings.encoding_of(path)
    rows = _text_rows(path, encoding)
    notes = encodings.notes(path, encoding)
    if count := encodings.mended(rows):
        notes += (f"lettres encodées deux fois (« Ã© » pour « é »), remises en {count} ligne(s)",)
    return Grid(path.name, sheet, rows, notes=notes)


def _text_rows(path: Path | Held, encoding: encodings.Encoding) -> list[list[str]]:
    delimiter = _delimiter(encoding.sample)
    with encodings.opened(path, encoding) as file:
        limit = csv.field_size_limit(_LONGEST_CELL)
        try:
            return _checked(path, csv.reader(file, delimiter=delimiter, strict=True))
        except csv.Error:
            file.seek(0)
            return _checked(path, _as_excel_does(path, file, delimiter))
        finally:
            csv.field_size_limit(limit)


def _as_excel_does(path: Path | Held, lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The rows where letters may follow a closing quote: `"C" suite`.

    Where a quote is never closed, or takes in the lines below, a row would be lost: raises SourceFileError.
    """
    read: list[str] = []
    first = 1

    def kept() -> Iterator[str]:
        for line in lines:
            read.append(line)
            yield line

    try:
        for row in csv.reader(kept(), delimiter=delimiter):
            if len(read) > 1 or _is_open(read, delimiter):
                list(csv.reader(read, delimiter=delimiter, strict=True))
            first += len(read)
            read.clear()
            yield row
    except csv.Error as error:
        found = f"{error} : guillemet jamais fermé, fichier tronqué ?"
        raise SourceFileError(path.name, f"ligne {first}", "un CSV bien formé", found) from error


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether a quote of these lines is not closed: it takes in what follows, here a sign that no text holds."""
    return list(csv.reader([*lines, "\0"], delimiter=delimiter))[-1] != ["\0"]


def _checked(path: Path | Held, lines: Iterable[list[str]]) -> list[list[str]]:
    """The rows, equal texts as one object."""
    same: dict[str, str] = {}
    once = same.setdefault
    rows: list[list[str]] = []
    cells = 0
    for row in lines:
        cells += len(row)
        if cells > MOST_CELLS:
            raise SourceFileError(path.name, f"ligne {len(rows) + 1}", f"au plus {MOST_CELLS} cellules", "davantage")
        rows.append(list(map(once, row, row)))
    return rows


def delimiter_of(path: Path) -> str:
    """What parts the cells of a text table. Raises SourceFileError where the file is none."""
    return _delimiter(encodings.encoding_of(path).sample)


def _delimiter(sample: str) -> str:
    """The sign that cuts the most lines into the same number of cells: a title has none, a sentence some commas."""
    if sample[:4].casefold() == "sep=" and sample[4:5] in _DELIMITERS:  # Excel's own first line
        return sample[4]
    lines = re.sub(r'"[^"]*"', "", sample).splitlines()[:30]

    def column_count(sign: str) -> int:
        counts = Counter(line.count(sign) for line in lines)
        return max((count * number for count, number in counts.items()), default=0)

    return max(_DELIMITERS, key=column_count)
