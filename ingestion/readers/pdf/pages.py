"""What is read of one page: its tables and its running text, as plain values that can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingestion.readers.pdf.page_layout import Layout, lay_out, on_page
from ingestion.readers.pdf.page_tables import tables_of
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.paragraphs import lines_outside, paragraphs
from ingestion.readers.pdf.structure import Cell, PageTable
from ingestion.readers.pdf.texts import note_of, text_of
from ingestion.readers.texts.passages import Passage

DRAWN = "cellule sans mot, avec un dessin qui n’est pas lu"
FreeLine = list[tuple[str, Box]]  # the pieces of a line


@dataclass(frozen=True)
class Page:
    """One page. `has_text` is false where it is a picture; `prose` are the boxes of its paragraphs.

    `free` are the lines outside the tables, piece by piece, `aside` what is no text: reason, words, box.
    `lists` are columns of words that are a table only to whoever knows its columns; `passages` hold their words too.
    """

    number: int
    has_text: bool
    tables: list[PageTable]
    lists: list[PageTable]
    passages: list[Passage]
    prose: list[Box]
    free: list[FreeLine]
    aside: list[tuple[str, str, Box]]

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
        free = [[(text, tuple(box)) for text, box in line] for line in kept["free"]]
        aside = [(reason, text, tuple(box)) for reason, text, box in kept["aside"]]
        prose = [tuple(box) for box in kept["prose"]]
        return cls(kept["number"], kept["has_text"], tables, lists, passages, prose, free, aside)


def read_page(number: int, page: Any, strategy: str, settings: Mapping[str, Any]) -> Page:
    """A pdfplumber page with the tables of a strategy, or those that pdfplumber finds with declared settings."""
    layout = lay_out(number, page)
    tables, lists = (_declared(layout, page, settings), []) if settings else tables_of(layout, strategy)
    boxes = [table.box for table in tables if not table.is_rest]
    passages = paragraphs(layout, boxes)
    free = [
        [(piece.text, on_page(layout, piece.box)) for piece in line.pieces] for line in lines_outside(layout, boxes)
    ]
    return Page(
        number,
        bool(layout.words),
        tables,
        lists,
        [Passage(text, f"page={number};bbox={corners(box)}") for text, box in passages],
        [box for _, box in passages],
        free,
        layout.aside + _drawings(layout, tables),
    )


def _drawings(layout: Layout, tables: Sequence[PageTable]) -> list[tuple[str, str, Box]]:
    """Cells without a word in which something is drawn: a cross, a tick, a face."""
    curves = layout.drawings
    if not curves:
        return []
    return [
        (DRAWN, "", cell.box)
        for table in tables
        if table.is_ruled
        for cell in table.cells
        if not cell.text and any(_holds_middle(cell.box, curve) for curve in curves)
    ]


def _holds_middle(box: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def corners(box: Box) -> str:
    """A box as it stands in a locator."""
    return ",".join(f"{corner:.1f}" for corner in box)


def _declared(layout: Layout, page: Any, settings: Mapping[str, Any]) -> list[PageTable]:
    """The cells as pdfplumber finds them with the declared settings, with the words that a person sees in them."""
    tables = []
    left, top = page.cropbox[:2]
    words = [(on_page(layout, word.box), word) for word in layout.words]
    for table in page.find_tables(table_settings=dict(settings)):
        cells = []
        for row, boxes in enumerate(table.rows):
            for column, drawn in enumerate(boxes.cells):
                if drawn is not None:
                    box = (drawn[0] - left, drawn[1] - top, drawn[2] - left, drawn[3] - top)
                    inside = [word for place, word in words if _holds_middle(box, place)]
                    cells.append(Cell(row, column, row, column, text_of(inside), box, note_of(inside)))
        if any(cell.text for cell in cells):
            tables.append(PageTable(layout.page, True, cells))
    return tables
