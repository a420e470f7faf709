"""ODS and XLS files from their bytes: what no library at hand writes, good or malformed."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/></manifest:manifest>'
)


def ods_cell(text: str, down: int = 1, right: int = 1, repeated: int = 1) -> str:
    counts = {"number-rows-spanned": down, "number-columns-spanned": right, "number-columns-repeated": repeated}
    given = "".join(f' table:{name}="{count}"' for name, count in counts.items() if count != 1)
    return f'<table:table-cell office:value-type="string"{given}><text:p>{escape(text)}</text:p></table:table-cell>'


def write_ods(path: Path, sheets: dict[str, list[str]], before: str = "", rows_repeated: int = 1) -> Path:
    """A spreadsheet from the XML of the cells of each row; ``before``: what stands before the content."""
    repeated = f' table:number-rows-repeated="{rows_repeated}"' if rows_repeated > 1 else ""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row{repeated}>{cells}</table:table-row>" for cells in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    names = " ".join(f'xmlns:{short}="{name}"' for short, name in _NAMES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {names} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _ODS)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
    return path


def edited(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A zip file again with its parts changed; a part that becomes None is left out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def write_xls(path: Path, sheet: str, rows: list[list[str]], merged: tuple[int, int, int, int] | None = None) -> Path:
    """An old workbook (BIFF8 in a compound file) of one sheet of texts; ``merged``: first and last row, then column."""
    workbook = _biff(sheet, rows, merged)
    workbook += bytes(-len(workbook) % 512 + (4096 if len(workbook) < 4096 else 0))
    count = len(workbook) // 512
    sectors = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]  # the FAT itself, the directory, the stream
    assert len(sectors) <= 128, "one sector of FAT is enough for a test"
    fat = struct.pack("<128I", *sectors, *[0xFFFFFFFF] * (128 - len(sectors)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _entry("Root Entry", 5, child=1) + _entry("Workbook", 2, start=2, size=len(workbook)) + bytes(256)
    path.write_bytes(header + fat + directory + workbook)
    return path


def _entry(name: str, kind: int, child: int = 0xFFFFFFFF, start: int = 0xFFFFFFFE, size: int = 0) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    siblings = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + siblings + bytes(36)
        + struct.pack("<IQ", start, size)
    )  # fmt: skip


def _biff(sheet: str, rows: list[list[str]], merged: tuple[int, int, int, int] | None) -> bytes:
    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    def text(value: str, length: str) -> bytes:
        return struct.pack(length, len(value)) + b"\1" + value.encode("utf-16-le")

    name = text(sheet, "<B")
    start = len(beginning(5)) + 4 + 6 + len(name) + 4
    labels = b"".join(
        record(0x0204, struct.pack("<HHH", row, column, 0) + text(value, "<H"))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value
    )
    globals_ = beginning(5) + record(0x0085, struct.pack("<IH", start, 0) + name) + record(0x000A)
    ranges = record(0x00E5, struct.pack("<5H", 1, *merged)) if merged else b""
    return globals_ + beginning(0x10) + labels + ranges + record(0x000A)
