"""Format-specific parts: finding tables, declaring the reader, writing a sample."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.clean.numbers import number
from ingestion.clean.text import as_text
from ingestion.readers.feeds.json_records import counts_beside, lists_of_records
from ingestion.readers.pdf import tables_in
from ingestion.readers.sheets.grid import Grid, delimiter_of, read_grids
from ingestion.readers.texts.word import open_word

_TEXT = (".csv", ".tsv", ".txt")
_TOTALS = {"count", "total", "totalcount", "total_count", "totalrecords", "totalrecordscount", "recordstotal"}


def grids(path: Path) -> list[Grid]:
    """Every table of a file. Raises SourceFileError if it is not of the format of its name, or has no table."""
    match path.suffix.lower():
        case ".pdf":
            return list(tables_in(path))
        case ".docx":
            return open_word(path).grids
        case ".json":
            return list(lists_of_records(path))
    return read_grids(path)


def total_key(path: Path, records: str) -> str:
    """The key beside a list of JSON records that holds their number, or ""."""
    return next((key for key in counts_beside(path, records) if key.split(".")[-1].lower() in _TOTALS), "")


def kind(path: Path) -> tuple[str, str]:
    """The kind of reader and the kind of document for a file."""
    known = {".pdf": ("pdf", "pdf"), ".docx": ("written", "rapport"), ".json": ("json", "autre")}
    return known.get(path.suffix.lower(), ("table", "tableur"))


def sample_suffix(path: Path) -> str:
    """The suffix of a sample in the format of the file; workbooks of any age become XLSX."""
    suffix = path.suffix.lower()
    return suffix if suffix in _WRITERS or suffix in _TEXT else ".xlsx"


def write_sample(target: Path, like: Path, place: str, rows: list[list[str]], total: str = "") -> None:
    """Writes a table in the format of ``like``, in the same place: sheet name, path of the list.

    ``total``: the JSON key for the number of records.
    """
    _WRITERS.get(target.suffix, _write_text)(target, like, place, rows)
    if total:
        _add_total(target, total, len(rows) - 1)


def _write_workbook(target: Path, like: Path, place: str, rows: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = place or "Feuille 1"
    for row in rows:
        page.append([_typed(cell) for cell in row])
    book.save(target)


def _write_text(target: Path, like: Path, place: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter_of(like), lineterminator="\n").writerows(rows)
    target.write_text(text.getvalue(), encoding="utf-8")


def _write_word(target: Path, like: Path, place: str, rows: list[list[str]]) -> None:
    import docx

    document = docx.Document()
    document.add_heading("Exemple fictif", 1)
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.save(str(target))


def _write_pdf(target: Path, like: Path, place: str, rows: list[list[str]]) -> None:
    """A ruled table on a page as wide as its columns need."""
    import typst

    width = len(rows[0])
    source = (
        f"#set page(width: {max(21, 3 * width)}cm, height: 21cm, margin: 1cm)\n"
        '#set text(size: 7pt, lang: "fr", hyphenate: false)\n'
        "#let rows = json(bytes(sys.inputs.rows))\n= Exemple fictif\n"
        f"#table(columns: {width}, ..rows.flatten())\n"
    )
    target.write_bytes(typst.compile(source.encode(), sys_inputs={"rows": json.dumps(rows)}))


def _write_json(target: Path, like: Path, place: str, rows: list[list[str]]) -> None:
    keys, *records = rows
    content: Any = [_nested(dict(zip(keys, (_typed(cell) for cell in record), strict=True))) for record in records]
    for key in reversed(place.split(".") if place else []):
        content = {key: content}
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _add_total(target: Path, key: str, count: int) -> None:
    content = json.loads(target.read_text(encoding="utf-8"))
    *outer, last = key.split(".")
    inner = content
    for name in outer:
        inner = inner[name]
    inner[last] = count
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _nested(record: dict[str, Any]) -> dict[str, Any]:
    """Dotted keys become nested objects."""
    nested: dict[str, Any] = {}
    for key, value in record.items():
        *outer, last = key.split(".")
        inner = nested
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return nested


def _typed(cell: str) -> str | float | int:
    """A number if the cell is one that reads back as the same text."""
    value = number(cell) if re.fullmatch(r"-?\d+(\.\d+)?", cell) else None
    if value is None or as_text(value) != cell:
        return cell
    return int(value) if value.is_integer() else value


_WRITERS: dict[str, Callable[[Path, Path, str, list[list[str]]], None]] = {
    ".xlsx": _write_workbook,
    ".pdf": _write_pdf,
    ".docx": _write_word,
    ".json": _write_json,
}
