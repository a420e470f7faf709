"""The texts of a file of any format, each with a place that a person can find.

DuckDB, Parquet, SQLite, XLSX, DOCX and other zips, PDF, HTML, JSON, CSV and plain text; archives in archives, to a
limited depth and size. A file that cannot be opened is an error, never skipped.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import duckdb
import pdfplumber
import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2 as pdfium
import python_calamine
from PIL import Image

NAME_OF_FILE = "nom du fichier"  # as a place
_DEEPEST, _LARGEST_BYTES, _MOST_MEMBERS = 4, 500_000_000, 20_000
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_PHONE_HEADER = re.compile(r"t[ée]l|phone|contact|gsm|whatsapp|mobile|num[ée]ro", re.IGNORECASE)
LATITUDE = re.compile(r"lat(itude)?|_?gps_latitude|y", re.IGNORECASE)
LONGITUDE = re.compile(r"lo?ng?(itude)?|_?gps_longitude|x", re.IGNORECASE)
_STRING_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`")
_FONTS = frozenset({".otf", ".ttf", ".woff", ".woff2", ".eot"})  # fonts only name their designer
_PNG = b"\x89PNG\r\n\x1a\n"
_PIXELS = (b"IDAT", b"PLTE")  # compressed pixels, and the palette that they point to
_PICTURES = (b"\xff\xd8\xff", b"GIF8")  # JPEG, GIF
_GPS = 0x8825  # tags of a camera's position
_OPENING = re.compile(r"[{\[]")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WIDEST_SPACE = 0.7  # share of the font size; a space is 0.2 to 0.35, stretched ones of justified text up to 0.6
_PRINTABLE = re.compile(rb"(?:[\x20-\x7e]|\xc3[\x80-\xbf]){6,}")  # ASCII and French letters in binary files


class CannotScan(Exception):
    """A file that cannot be searched; the message names it and says why."""


class Piece(NamedTuple):
    """A decoded text and its place in a file. ``is_number``: only search it for known values."""

    file: str
    place: str
    text: str
    is_number: bool = False


def pieces(path: Path, name: str | None = None) -> Iterator[Piece]:
    """All pieces of a file, including its name. Raises CannotScan."""
    shown = name or path.name
    yield Piece(shown, NAME_OF_FILE, shown)
    yield from _located(shown, _passages(path, shown))


def contains(path: Path, is_it: Callable[[str], bool]) -> bool:
    """Whether any text of a file matches; a damaged file is searched as raw bytes.

    Raises CannotScan if that is impossible too: compressed, encrypted or unreadable.
    """
    try:
        return any(is_it(piece.text) for piece in pieces(path))
    except CannotScan:
        try:
            data = path.read_bytes()
        except OSError:
            data = b"\0"
        if is_it(data.replace(b"\0", b"").decode("latin-1")):
            return True
        if _decoded(data) is None:
            raise
        return False


_Passage = tuple[str, str, bool]  # place, text, whether it is a number


def _passages(path: Path, shown: str) -> Iterator[_Passage]:
    with path.open("rb") as file:
        head = file.read(16)
    if head[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif path.suffix.casefold() in _FONTS:
        return
    elif head.startswith(b"SQLite format 3\0"):
        yield from _sqlite(path)
    else:
        yield from _content(shown, path.read_bytes(), 0)


def _located(file: str, passages: Iterable[_Passage]) -> Iterator[Piece]:
    try:
        for place, text, is_number in passages:
            if text:
                yield Piece(file, place, text, is_number)
    except (GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # parsers may raise anything for a damaged file, even a panic of Rust
        raise CannotScan(f"{file} : ne peut être fouillé ({type(error).__name__})") from error


def _content(name: str, data: bytes, depth: int) -> Iterator[_Passage]:
    """The pieces of bytes, by content and not by name; the name only decides between text formats."""
    if depth > _DEEPEST:
        raise ValueError("archives trop imbriquées")
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(data, depth)
    elif data.startswith(b"PAR1"):
        yield from _parquet(data)
    elif data.startswith(b"%PDF"):
        yield from _pdf(data)
    elif data.startswith(_PNG):
        yield from _png(data)
    elif data.startswith(_PICTURES):
        yield from _picture(data)
    elif (text := _decoded(data)) is not None:
        yield from _text(name, text)
    else:
        yield from ((f"suite {number}", run, False) for number, run in enumerate(_printable(data), start=1))


def _png(data: bytes) -> Iterator[_Passage]:
    """The texts of a PNG. Pixels and palette are skipped: read as letters, colours looked like somebody's account."""
    position = len(_PNG)
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind, content = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        if len(content) != length:
            raise ValueError("PNG tronqué")
        if kind in (b"zTXt", b"iTXt"):
            yield "métadonnée", _unpacked(kind, content).decode("utf-8", errors="replace"), False
        elif kind not in _PIXELS:
            yield from ((kind.decode("latin-1"), run, False) for run in _printable(content))
        position += length + 12
        if kind == b"IEND":
            yield from (("après l’image", run, False) for run in _printable(data[position:]))
            return


def _unpacked(kind: bytes, content: bytes) -> bytes:
    """The text of a chunk that may be compressed: keyword, flags, then for iTXt a language and a translated keyword."""
    keyword, _, rest = content.partition(b"\0")
    if kind == b"zTXt":
        return keyword + b" " + _inflated(rest[1:])
    is_packed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    return keyword + b" " + (_inflated(text) if is_packed else text)


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(str(error)) from error


def _printable(data: bytes) -> Iterator[str]:
    return (run.decode("utf-8", errors="replace") for run in _PRINTABLE.findall(data))


def _picture(data: bytes) -> Iterator[_Passage]:
    """The texts in a picture: metadata of cameras and programs.

    Compressed pixels are skipped: in a few hundred kilobytes some six bytes look like an address.
    """
    with Image.open(io.BytesIO(data)) as image:
        for key, value in [*image.info.items(), *image.getexif().items(), *image.getexif().get_ifd(_GPS).items()]:
            text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
            yield f"métadonnée {key}", text, False


def _decoded(data: bytes) -> str | None:
    """The text, or None if the bytes are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        control = sum(byte < 9 or 13 < byte < 32 for byte in data[:4096])
        return None if control else data.decode("cp1252", errors="replace")


def _text(name: str, text: str) -> Iterator[_Passage]:
    start, suffix = text.lstrip()[:200].casefold(), Path(name).suffix.casefold()
    if suffix in (".html", ".htm", ".svg", ".xml") or start.startswith(("<!doctype html", "<html", "<?xml", "<svg")):
        yield from _html(text)
    elif start[:1] in ("{", "[") and (parts := _json(text)) is not None:
        yield from parts
    elif suffix in (".csv", ".tsv"):
        yield from _csv(text)
    elif suffix == ".css":  # its numbers are sizes and colours
        passages = _CSS_COMMENT.findall(text) + _STRING_LITERAL.findall(_CSS_COMMENT.sub("", text))
        yield from (("texte", piece, False) for piece in passages)
    elif suffix == ".js":
        yield from _script(text, "script")
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"ligne {number}", line, False


def _json(text: str) -> list[_Passage] | None:
    try:
        return list(_values(json.loads(text), "$"))
    except json.JSONDecodeError:
        return None


def _values(value: Any, place: str) -> Iterator[_Passage]:
    """The keys and scalars of a JSON value, including JSON within its strings."""
    if isinstance(value, dict):
        yield from _point(place, value)
        for number, (key, inner) in enumerate(value.items(), start=1):
            yield f"{place}, clé {number}", str(key), False
            yield from _values(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for first, second in pairwise(value):  # a point, or its two columns in a row
            if isinstance(first, float) and isinstance(second, float):
                yield place, f"{first}, {second}", True
        for number, inner in enumerate(value):
            yield from _values(inner, f"{place}[{number}]")
    elif isinstance(value, str):
        if value[:1] in ("{", "[") and (parts := _json(value)) is not None:
            yield from ((f"{place}{inner.removeprefix('$')}", text, is_number) for inner, text, is_number in parts)
        else:
            yield place, value, False
    elif value is not None and not isinstance(value, bool):
        yield place, str(value), True


def _point(place: str, row: dict[str, Any]) -> Iterator[_Passage]:
    if point := point_of(row):
        yield place, point, True


def point_of(row: dict[str, Any]) -> str:
    """Latitude and longitude of a row as one text, or "": each alone identifies nothing."""
    latitude = next((row[name] for name in row if LATITUDE.fullmatch(str(name))), None)
    longitude = next((row[name] for name in row if LONGITUDE.fullmatch(str(name))), None)
    return f"{latitude}, {longitude}" if latitude not in (None, "") and longitude not in (None, "") else ""


def is_of_phones(column: str) -> bool:
    """Whether a column is named as one of phones: elsewhere a cell of digits is a number."""
    return bool(_PHONE_HEADER.search(column))


def is_figure(cell: str) -> bool:
    """Whether a cell is a number."""
    return bool(_NUMBER.fullmatch(cell.removesuffix(".0")))


def _rows(header: list[str], rows: Iterable[tuple[str, Sequence[Any]]]) -> Iterator[_Passage]:
    """The cells of a table: a cell of digits is a number, unless its column holds phones."""
    phones = [is_of_phones(name) for name in header]
    has_points = all(any(wanted.fullmatch(name) for name in header) for wanted in (LATITUDE, LONGITUDE))
    above: Sequence[Any] = ()
    for place, cells in rows:
        if has_points:
            yield from _point(place, dict(zip(header, cells, strict=False)))
        for position, cell in enumerate(cells):
            if position < len(above) and cell == above[position]:
                continue  # same as in the row above
            text = "" if cell is None else shown(cell).strip()
            is_phone = position < len(phones) and phones[position]
            if text:
                yield f"{place}, colonne {position + 1}", text, not is_phone and is_figure(text)
        above = cells


def _csv(text: str) -> Iterator[_Passage]:
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text.partition("\n")[0])))
    yield from _rows(rows[0] if rows else [], ((f"ligne {n}", row) for n, row in enumerate(rows, start=1)))


def delimiter_of(line: str) -> str:
    """The delimiter of a CSV file with this first line."""
    return max(",;\t|", key=line.count)


def _zip(data: bytes, depth: int) -> Iterator[_Passage]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST_BYTES:
            raise ValueError("archive trop grande")
        names = {member.filename for member in members}
        is_workbook = "xl/workbook.xml" in names
        if is_workbook:
            yield from _workbook(data)
        for member in members:
            name = member.filename
            yield "nom d’un membre", name, False
            if is_workbook and name.startswith("xl/worksheets/sheet"):
                continue  # read as cells above
            content = archive.read(member)
            is_office = "[Content_Types].xml" in names and name.endswith((".xml", ".rels", ".vml"))
            inner = _xml(content, name) if is_office else _content(name, content, depth + 1)
            yield from ((f"{name} {place}", text, is_number) for place, text, is_number in inner)


def _workbook(data: bytes) -> Iterator[_Passage]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for sheet in book.sheet_names:
        yield "nom d’une feuille", sheet, False
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        header = [str(cell) for cell in rows[0]] if rows else []
        numbered = ((f"{sheet}, ligne {n}", row) for n, row in enumerate(rows, start=1))
        yield from _rows(header, numbered)


def shown(cell: Any) -> str:
    """A cell as a person sees it: a float without decimals is a whole number."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _xml(content: bytes, name: str) -> Iterator[_Passage]:
    """Text by paragraph (a word may be split into several runs) or by element, and the targets of links."""
    root = ElementTree.fromstring(content)
    if name.endswith(".rels"):
        for link in root:
            yield "lien", link.get("Target") or "", False
        return
    paragraphs = [element for element in root.iter() if element.tag.rsplit("}", 1)[-1] in ("p", "si")]
    for number, element in enumerate(paragraphs or list(root.iter()), start=1):
        text = "".join(element.itertext()) if paragraphs else (element.text or "")
        yield f"paragraphe {number}", text.strip(), False


def _pdf(data: bytes) -> Iterator[_Passage]:
    with pdfplumber.open(io.BytesIO(data)) as document:
        for key, value in (document.metadata or {}).items():
            yield f"métadonnée {key}", str(value), False
        for page in document.pages:
            for note in page.annots:
                for text in (note.get("uri"), note.get("contents")):
                    yield f"page {page.page_number}, annotation", str(text or ""), False
    # PDFium extracts the texts: pdfplumber also builds every line of a drawing, 17 s for the six maps of a report.
    with pdfium.PdfDocument(data) as document:
        for number, page in enumerate(document, start=1):
            for line, cells in enumerate(_lines(page.get_textpage()), start=1):
                place = f"page {number}, ligne {line}"
                yield from ((place, cell, False) for cell in cells)
                if len(cells) > 1:  # a value may span columns; a text of two columns makes no new number
                    yield place, " ".join(cells), True


def _lines(page: pdfium.PdfTextPage) -> Iterator[list[str]]:
    """The lines of a page, split at gaps wider than any space: the cells of a table.

    As a single text, a row of counts « 27 37 29 26 21 140 » looks like a phone.
    """
    cells, end = [""], None
    for index in range(page.count_chars()):
        sign = chr(pdfium.raw.FPDFText_GetUnicode(page, index))
        if sign in "\r\n":
            if sign == "\n":
                yield [cell.strip() for cell in cells]
                cells, end = [""], None
            continue
        if not sign.isspace():
            left, _, right, _ = page.get_charbox(index)
            widest = _WIDEST_SPACE * pdfium.raw.FPDFText_GetFontSize(page, index)
            if end is not None and not -widest < left - end < widest:
                cells.append("")
            end = right
        cells[-1] += sign
    yield [cell.strip() for cell in cells]


def _parquet(data: bytes) -> Iterator[_Passage]:
    file = pq.ParquetFile(io.BytesIO(data))
    for key, value in (file.schema_arrow.metadata or {}).items():
        yield "métadonnée", f"{key.decode()} {value.decode(errors='replace')}", False
    start = 0
    for batch in file.iter_batches():
        yield from _arrow(batch, "", start)
        start += batch.num_rows


def _arrow(batch: pa.RecordBatch, prefix: str, start: int) -> Iterator[_Passage]:
    header = batch.schema.names
    plain = [name for name in header if not pa.types.is_binary(batch.schema.field(name).type)]
    columns = [column.to_pylist() for column in batch.select(plain).columns]
    numbered = ((f"{prefix}ligne {n}", row) for n, row in enumerate(zip(*columns, strict=True), start + 1))
    yield from _rows(plain, numbered)


def _duckdb(path: Path) -> Iterator[_Passage]:
    with duckdb.connect(str(path), read_only=True) as connection:
        described = "select comment from duckdb_tables() union all select comment from duckdb_columns()"
        yield from (("commentaire", row[0] or "", False) for row in connection.execute(described).fetchall())
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = current_database()"
        ).fetchall()
        for schema, table in tables:
            yield "nom d’une table", table, False
            reader = connection.execute(f'from "{schema}"."{table}"').to_arrow_reader()
            for batch in reader:
                yield from _arrow(batch, f"{schema}.{table}, ", 0)


def _sqlite(path: Path) -> Iterator[_Passage]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", errors="replace")
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            for number, row in enumerate(connection.execute(f'select * from "{table}"'), start=1):
                for position, cell in enumerate(row, start=1):
                    place = f"{table}, ligne {number}, colonne {position}"
                    if isinstance(cell, bytes):
                        inner = _content("", cell, 1)
                        yield from ((f"{place}, {where}", text, is_number) for where, text, is_number in inner)
                    elif cell is not None:
                        yield from _values(cell, place)
    finally:
        connection.close()


def _html(text: str) -> Iterator[_Passage]:
    page = _Page()
    page.feed(text)
    page.close()
    yield from page.passages


class _Page(HTMLParser):
    """Texts, visible or linked attributes, and the JSON and strings of scripts."""

    _SEEN = frozenset({"href", "src", "title", "alt", "content", "value", "placeholder", "aria-label", "srcdoc"})
    _INLINE = frozenset(
        {"a", "abbr", "b", "bdi", "code", "em", "font", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "u"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[_Passage] = []
        self._parts: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new block ends the text before it."""
        if tag not in self._INLINE:
            self._flush()
        if tag in ("script", "style"):
            self._within = tag
        for name, value in attrs:
            if value and (name in self._SEEN or name.startswith("data-")) and not value.startswith("data:"):
                self.passages += _values(unquote(value), f"ligne {self.getpos()[0]}, attribut {name}")

    def handle_endtag(self, tag: str) -> None:
        """The end of a script or of a block."""
        if tag not in self._INLINE:
            self._flush()
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if self._within == "script":
            self.passages += _script(data, f"ligne {self.getpos()[0]}, script")
        elif self._within != "style":
            self._parts.append(data)

    def handle_comment(self, data: str) -> None:
        """Comments are part of the file, though invisible."""
        self.passages.append((f"ligne {self.getpos()[0]}, commentaire", data, False))

    def close(self) -> None:
        """Emits the last text."""
        super().close()
        self._flush()

    def _flush(self) -> None:
        if text := " ".join("".join(self._parts).split()):
            self.passages.append((f"ligne {self.getpos()[0]}", text, False))
        self._parts = []


def _script(code: str, place: str) -> list[_Passage]:
    """The JSON values in a script; of the remaining code only its string literals."""
    values, rest = split_script(code)
    passages = [piece for value in values for piece in _values(value, place)]
    return passages + [piece for literal in rest for piece in _values(literal, place)]


def split_script(code: str) -> tuple[list[Any], list[str]]:
    """The JSON values in a script, and the string literals of the remaining code."""
    decoder, position = json.JSONDecoder(), 0
    values: list[Any] = []
    rest: list[str] = []
    while match := _OPENING.search(code, position):
        try:
            value, end = decoder.raw_decode(code, match.start())
            values.append(value)
            rest.append(code[position : match.start()])
        except json.JSONDecodeError:
            end = match.end()
            rest.append(code[position:end])
        position = end
    literals = _STRING_LITERAL.findall("".join([*rest, code[position:]]))
    return values, [unquote(literal[1:-1]) for literal in literals]
