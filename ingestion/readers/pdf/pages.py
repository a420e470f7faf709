"""What is read of one page: its tables and its running text, as plain values that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ingestion.readers.pdf.page_layout import lay_out
from ingestion.readers.pdf.page_tables import tables_of
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.paragraphs import paragraphs
from ingestion.readers.pdf.structure import Cell, PageTable
from ingestion.readers.texts.passages import Passage


@dataclass(frozen=True)
class Page:
    """One page. `has_text` is false where it is a picture; `prose` are the boxes of its paragraphs.

    `lists` are columns of words that are a table only to whoever knows its columns; `passages` hold their words too.
    """

    number: int
    has_text: bool
    tables: list[PageTable]
    lists: list[PageTable]
    passages: list[Passage]
    prose: list[Box]

    def as_json(self) -> dict[str, Any]:
        """Values that the json module can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Page:
        """The page that `as_json` gave."""
        tables, lists = (
            [
                PageTable(
                    page=table["page"],
                    is_ruled=table["is_ruled"],
                    cells=[Cell(**{**cell, "box": tuple(cell["box"])}) for cell in table["cells"]],
                )
                for table in kept[name]
            ]
            for name in ("tables", "lists")
        )
        passages = [Passage(**passage) for passage in kept["passages"]]
        return cls(kept["number"], kept["has_text"], tables, lists, passages, [tuple(box) for box in kept["prose"]])


def read_page(number: int, page: Any, strategy: str, settings: Mapping[str, Any]) -> Page:
    """A pdfplumber page with the tables of a strategy, or those that pdfplumber finds with declared settings."""
    layout = lay_out(number, page)
    tables, lists = (_declared(number, page, settings), []) if settings else tables_of(layout, strategy)
    found = paragraphs(layout, [table.box for table in tables if not table.is_rest])
    return Page(
        number,
        bool(layout.words),
        tables,
        lists,
        [Passage(text, f"page={number};bbox={corners(box)}") for text, box in found],
        [box for _, box in found],
    )


def corners(box: Box) -> str:
    """A box as it stands in a locator."""
    return ",".join(f"{corner:.1f}" for corner in box)


def _declared(number: int, page: Any, settings: Mapping[str, Any]) -> list[PageTable]:
    """The tables as pdfplumber finds them with the declared settings, cell by cell."""
    tables = []
    for table in page.find_tables(table_settings=dict(settings)):
        cells = [
            Cell(row, column, row, column, " ".join((text or "").split()), box)
            for row, (texts, boxes) in enumerate(zip(table.extract(), table.rows, strict=True))
            for column, (text, box) in enumerate(zip(texts, boxes.cells, strict=True))
            if box is not None
        ]
        if any(cell.text for cell in cells):
            tables.append(PageTable(number, True, cells))
    return tables
