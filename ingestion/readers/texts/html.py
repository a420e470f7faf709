"""The text of a page in HTML, as an e-mail holds it: a line for every block, and its tables."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from ingestion.errors import SourceFileError
from ingestion.readers.sheets.grid import Grid, Merged
from ingestion.readers.texts.writing import PlacedGrid

_SPACES = re.compile(r"\s+")
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"}
_MOST_SPAN = 1000  # columns or rows of one cell, as browsers have it
_MOST_PLACES = 200_000  # of one table, those that its cells span counted in: fifty cells of 1000 by 1000 are none


def read_html(file: str, text: str) -> tuple[str, dict[str, Grid]]:
    """The text without styles, scripts and quoted messages, and by the line that stands for it in it, each table."""
    from lxml import etree, html

    if not text.strip():
        return "", {}
    page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    for node in list(page.iter("style", "script", "head", "title", etree.Comment)):
        node.drop_tree()
    for node in list(page.iter("blockquote")):  # a quoted message
        _emptied(node, "")
    grids: dict[str, Grid] = {}
    for node in list(page.iter("table")):
        rows, merged = ([], []) if node.find(".//table") is not None else _cells(file, node)
        if len(rows) > 1 and max(map(len, rows)) > 1:  # a single column or row only lays out text
            place = f"table={len(grids) + 1}"
            grids[f"|{place}"] = PlacedGrid(file, place, rows, merged=merged)
            _emptied(node, f"|{place}")
    for node in page.iter():
        is_block = node.tag in _BLOCKS
        node.text = ("\n" if is_block else "") + ("- " if node.tag == "li" else "") + _SPACES.sub(" ", node.text or "")
        node.tail = ("\n" if is_block else "") + _SPACES.sub(" ", node.tail or "")
    return str(page.text_content()), grids


def _emptied(node: Any, text: str) -> None:
    tail = node.tail
    node.clear()
    node.text, node.tail = text, tail


def _cells(file: str, table: Any) -> tuple[list[list[str]], list[Merged]]:
    """The cells of a table in its columns; one over several rows or columns stands at its first only.

    Raises SourceFileError where they span more than a table can have.
    """
    taken: set[tuple[int, int]] = set()
    rows: list[list[str]] = []
    merged: list[Merged] = []
    lines = list(table.iter("tr"))
    for top, line in enumerate(lines):
        row: dict[int, str] = {}
        left = 0
        for cell in line.iterchildren("td", "th"):
            left = next(column for column in count(left) if (top, column) not in taken)
            bottom = min(top + _span(cell, "rowspan"), len(lines)) - 1
            right = left + _span(cell, "colspan") - 1
            if len(taken) + (bottom - top + 1) * (right - left + 1) > _MOST_PLACES:
                wanted, found = (
                    f"au plus {_MOST_PLACES} cases dans un tableau",
                    "des cellules qui couvrent plus",
                )
                raise SourceFileError(file, f"tableau, ligne {top + 1}", wanted, found)
            taken |= {(y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)}
            row[left] = _SPACES.sub(" ", " ".join(cell.itertext())).strip()
            if (bottom, right) != (top, left):
                merged.append(((top, left), (bottom, right)))
        width = max((column + 1 for y, column in taken if y == top), default=0)
        rows.append([row.get(column, "") for column in range(width)])
    return rows, merged


def _span(cell: Any, name: str) -> int:
    number = cell.get(name, "1").strip()
    return min(max(int(number), 1), _MOST_SPAN) if number.isdecimal() else 1
