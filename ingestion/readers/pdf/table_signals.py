"""What lines of words look like: a table (by its figures, its head or a declaration), prose, a list, contents."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from statistics import median

from ingestion.readers.pdf.columns import Part, gutters, parts_of
from ingestion.readers.pdf.lines import Line, Piece, is_figure
from ingestion.readers.pdf.page_layout import Layout
from ingestion.readers.pdf.spacing import MOST_LINES, row_starts
from ingestion.readers.pdf.structure import CAPTION

_LEADERS = re.compile(r"(\. ?){3}\s*[\dIVXivx]+$|…\s*\d+$")
_BULLET = re.compile("[•‣◦▪■●○·►➢➤❖✓☐☑\ufffd\uf0a7\uf0b7\uf0d8\uf0fc]")  # of fonts without names too
_DENSE = 0.45  # share of the cells that are filled; the labels of a chart fill less
ROW_WORDS = 6  # a line of a cell on average at most; lines of prose in columns hold more
_HEAD_LINES = 5
_STRIPES = 0.4  # share of the lines with a background; every other row has one


def is_tabular(lines: Sequence[Line]) -> bool:
    """Whether most lines fall into columns, and do not read as columns of prose."""
    return _have_columns(lines) and not is_prose([line for line in lines if len(line.pieces) > 1])


def _have_columns(lines: Sequence[Line]) -> bool:
    several = sum(len(line.pieces) > 1 for line in lines)
    if several == 0 or several >= 0.4 * len(lines):
        return several > 0
    starts = row_starts(lines, gutters(lines)) if words_a_piece(lines) <= ROW_WORDS else []
    return several >= 0.4 * len(starts) > 0


def is_prose(lines: Sequence[Line]) -> bool:
    """Whether all columns but the first are running text."""
    strips = gutters(lines)
    columns: list[list[Part]] = [[] for _ in range(len(strips) + 1)]
    for line in lines:
        for part in parts_of(line, strips):
            if part.first == part.last:
                columns[part.first].append(part)
    return all(_is_prose_column(column) for column in columns)


def _is_prose_column(parts: Sequence[Part]) -> bool:
    """Whether words fill the width of a column line after line."""
    if not parts:
        return True
    left, right = min(part.box[0] for part in parts), max(part.box[2] for part in parts)
    words = sum(len(part.words) for part in parts) / len(parts)
    full = sum(part.box[2] - part.box[0] > 0.8 * (right - left) for part in parts) / len(parts)
    figures = sum(is_figure(part.text) for part in parts) / len(parts)
    return words > 3 and full > 0.5 and figures < 0.2


def is_caption(line: Line) -> bool:
    """Whether a line is the title of a table or a figure."""
    return bool(CAPTION.match(" ".join(piece.text for piece in line.pieces)))


def words_a_piece(lines: Sequence[Line]) -> float:
    """How many words stand together on average."""
    counts = [len(piece.words) for line in lines for piece in line.pieces]
    return sum(counts) / len(counts)


def is_prose_block(block: Sequence[Piece]) -> bool:
    """Whether lines under each other are a paragraph: several words each, all but the last as wide as it is."""
    if len(block) < 3:
        return False
    wide = max(piece.x1 for piece in block) - min(piece.x0 for piece in block)
    words = sum(len(piece.words) for piece in block)
    full = sum(piece.x1 - piece.x0 > 0.8 * wide for piece in block[:-1])
    figures = sum(is_figure(word.text) for piece in block for word in piece.words)
    return words > 4 * len(block) and full >= 0.8 * (len(block) - 1) and figures < 0.2 * words


def is_unruled_table(lines: Sequence[Line]) -> bool:
    """Whether columns without any rule are a table: mostly figures after the label, or aligned words and a figure."""
    columns = _columns(lines)
    if not columns or _is_contents(lines):
        return False
    rest = [part for column in columns[1:] for part in column]
    if not _is_dense(columns, lines):
        return False
    if sum(is_figure(part.text) for part in rest) >= 0.5 * len(rest):
        return bool(rest)
    return (
        len(columns) > 2
        and any(len(column) > 2 and _share(column, is_figure) > 0.8 for column in columns)
        and all(_is_aligned(column) and not _is_prose_column(column) for column in columns)
    )


def _columns(lines: Sequence[Line], without: int = 0) -> list[list[Part]]:
    """The parts of lines by the column they begin in, without those of the first lines; none without a gutter."""
    strips = gutters(lines)
    columns: list[list[Part]] = [[] for _ in range(len(strips) + 1)] if strips else []
    for line in lines[without:] if strips else []:
        for part in parts_of(line, strips):
            columns[part.first].append(part)
    return columns


def _is_dense(columns: Sequence[Sequence[Part]], lines: Sequence[Line]) -> bool:
    """Whether most cells are filled; a row of several lines has a cell in each column."""
    strips = gutters(lines)
    starts = row_starts(lines, strips)
    if not starts:
        return sum(len(column) for column in columns) >= _DENSE * len(columns) * len(lines)
    filled = {
        (bisect_right(starts, number), part.first)
        for number, line in enumerate(lines)
        for part in parts_of(line, strips)
    }
    return len(filled) >= _DENSE * len(columns) * len(starts)


def is_list(lines: Sequence[Line]) -> bool:
    """Whether lines are columns of a few words, most of which no running text fills: who, what, where."""
    columns = _columns(lines)
    return (
        len(columns) > 1
        and not _is_contents(lines)
        and not _is_bulleted(lines)
        and _is_dense(columns, lines)
        and words_a_piece(lines) <= ROW_WORDS
        and all(columns)
        and all(_is_aligned(column) for column in _columns(lines, without=bold_head(lines)) if column)
        and 2 * sum(map(_is_prose_column, columns)) < len(columns)
    )


def _is_bulleted(lines: Sequence[Line]) -> bool:
    """Whether most lines hold the mark of a list: two lists side by side are no table."""
    return sum(any(_BULLET.match(piece.text) for piece in line.pieces) for line in lines) >= 0.5 * len(lines)


def is_headed(lines: Sequence[Line], layout: Layout) -> bool:
    """Whether three columns or more have the head of a table, bold or ruled off, or backgrounds of rows."""
    if len(_columns(lines)) < 3:
        return False
    if bold_head(lines):
        return True
    first, rest = lines[0], lines[1:]
    left, right = min(line.pieces[0].x0 for line in lines), max(line.pieces[-1].x1 for line in lines)
    if any(first.middle < rule.at < rest[0].middle and rule.length >= 0.8 * (right - left) for rule in layout.across):
        return True
    shaded = [_is_shaded(line, layout, 0.8 * (right - left)) for line in lines]
    return shaded[0] or sum(shaded) >= _STRIPES * len(lines)


def bold_head(lines: Sequence[Line]) -> int:
    """How many lines at the top are bold, where none below is: the head of a table."""
    count = next((number for number, line in enumerate(lines) if not _is_bold(line)), len(lines))
    is_head = 0 < count <= _HEAD_LINES and not any(map(_is_bold, lines[count:])) and count < len(lines)
    return count if is_head else 0


def _is_bold(line: Line) -> bool:
    return all(word.bold for piece in line.pieces for word in piece.words)


def _is_shaded(line: Line, layout: Layout, width: float) -> bool:
    """Whether the background of a row, of one piece or one a cell, lies under a line."""
    under = [
        x1 - x0 for x0, top, x1, bottom in layout.fills if top < line.middle < bottom < top + MOST_LINES * line.size
    ]
    return sum(under) >= width


def _share(parts: Sequence[Part], holds: Callable[[str], bool]) -> float:
    return sum(holds(part.text) for part in parts) / len(parts)


def _is_aligned(parts: Sequence[Part]) -> bool:
    """Whether nine tenths of a column, or all but its heading, begin, end or have their middle at one place."""
    for first, last in ((0, 0), (2, 2), (0, 2)):
        places = [(part.box[first] + part.box[last]) / 2 for part in parts]
        usual = median(places)
        aligned = sum(abs(place - usual) < 1.5 for place in places)
        if aligned >= 0.9 * len(places) or (aligned > 1 and aligned >= len(places) - 1):
            return True
    return False


def _is_contents(lines: Sequence[Line]) -> bool:
    """Whether dots lead to page numbers."""
    ends = [line.pieces[-1].words[-1].text for line in lines]
    led = sum(bool(_LEADERS.search(" ".join(piece.text for piece in line.pieces))) for line in lines)
    numbers = [int(end) for end in ends if end.isdecimal()]
    return led >= 0.5 * len(lines) and len(numbers) >= 0.8 * len(lines) and numbers == sorted(numbers)
