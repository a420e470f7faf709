"""Spreadsheet errors (#N/A, #REF!…) that python-calamine gives as empty text.

An empty commune code and one that Excel could not look up are not the same: 6,848 cells of the 3W of December
2023 hold #N/A, 3 are empty. So the error cells are found in the sheet's XML and put back.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>(#[^<]+)</v>', re.DOTALL)
_NS = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
}


def error_cells(path: Path, sheet: str) -> list[tuple[int, int, str]]:
    """(row, column, text) of the error cells of one sheet of an XLSX file, counted from 0."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(_part_of(archive, sheet))
    return [(int(row) - 1, _column(letters.decode()), text.decode()) for letters, row, text in _CELL.findall(xml)]


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relation = {node.get("name"): node.get(_NS["r"]) for node in workbook.iterfind(".//m:sheet", _NS)}[sheet]
    targets = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {node.get("Id"): node.get("Target", "") for node in targets}[relation]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
