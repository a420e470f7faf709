"""The running text of a page: lines that follow each other closely make a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.pdf.borderless import Piece, lines_in, usual_space
from ingestion.readers.pdf.layout import Box, Layout, on_page
from ingestion.readers.pdf.structure import around

_LEADING = 0.9  # em: lines further apart belong to two paragraphs
_COLUMN_GAP = 1.0  # em


def paragraphs(layout: Layout, tables: Sequence[Box]) -> list[tuple[str, Box]]:
    """(text, box on the page) of each paragraph outside the tables, in reading order by column."""
    words = [word for word in layout.words if not _is_in(on_page(layout, word.box), tables)]
    blocks: list[list[Piece]] = []
    for line in lines_in(words, usual_space(layout.words)):
        for piece in _wide_pieces(line.pieces):
            block = next((b for b in reversed(blocks) if _goes_on(b[-1], piece)), None)
            if block is None:
                blocks.append([piece])
            else:
                block.append(piece)
    return [
        (_text(block), on_page(layout, around(word.box for piece in block for word in piece.words))) for block in blocks
    ]


def _is_in(box: Box, tables: Sequence[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(t[0] <= x <= t[2] and t[1] <= y <= t[3] for t in tables)


def _wide_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces parted by a space between columns, not by that between two figures of a sentence."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.x0 - joined[-1].x1 < _COLUMN_GAP * piece.size:
            joined[-1] = Piece(joined[-1].words + piece.words)
        else:
            joined.append(piece)
    return joined


def _goes_on(above: Piece, below: Piece) -> bool:
    space = below.top - above.bottom
    beside = min(above.x1, below.x1) - max(above.x0, below.x0)
    em = max(above.size, below.size)
    return (
        -0.3 * em < space < _LEADING * em
        and beside > 0.3 * min(above.x1 - above.x0, below.x1 - below.x0)
        and abs(above.size - below.size) < 0.2 * em
    )


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
