"""The running text of a page: lines that follow each other closely make a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.pdf.lines import Line, Piece, blocks, lines_in, usual_space
from ingestion.readers.pdf.page_layout import Layout, around, on_page
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.words import Word


def paragraphs(layout: Layout, tables: Sequence[Box]) -> list[tuple[str, Box]]:
    """(text, box on the page) of each paragraph outside the tables, in reading order by column."""
    words = _outside(layout, tables)
    space = usual_space(layout.words)
    return [
        (_text(block), on_page(layout, around(word.box for piece in block for word in piece.words)))
        for block in blocks(words, space)
    ]


def lines_outside(layout: Layout, tables: Sequence[Box]) -> list[Line]:
    """The lines outside the tables."""
    return lines_in(_outside(layout, tables), usual_space(layout.words))


def _outside(layout: Layout, tables: Sequence[Box]) -> list[Word]:
    return [word for word in layout.words if not _is_in(on_page(layout, word.box), tables)]


def _is_in(box: Box, tables: Sequence[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(t[0] <= x <= t[2] and t[1] <= y <= t[3] for t in tables)


def _text(block: Sequence[Piece]) -> str:
    """The lines as one text; a word parted at the end of a line is whole again."""
    text = ""
    for piece in block:
        line = piece.text
        if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text
