"""Columns that white space parts: gutters, and the parts of a line that they make."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from ingestion.readers.pdf.lines import FIGURE_GAP, Line, Piece, is_figure, lies_over
from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.texts import note_of, text_of
from ingestion.readers.pdf.words import Word

_CROSSED = 0.12  # share of the lines that may cross a gutter: headings over several columns
_GUTTER = 0.25  # em
_SEVERAL = 3  # gutters, from which on a line of two pieces is a total or a title
_HEADED = 1.0  # em: the same where only headings tell of a column


def gutters(lines: Sequence[Line], crossed: float = _CROSSED, head: Sequence[Line] = ()) -> list[tuple[float, float]]:
    """The white strips between columns: what nearly no line crosses. ``head``: the lines over them, with headings."""
    several = [line for line in lines if len(line.pieces) > 1]
    if not several:
        return []
    em = sorted(line.size for line in several)[len(several) // 2]
    marks: list[tuple[float, int]] = []
    for line in several:
        for piece, after in zip(line.pieces, [*line.pieces[1:], None], strict=True):
            end = piece.x1 if after is None or after.x0 >= piece.x1 else max(piece.x0, after.x0 - _GUTTER * em)
            marks += [(piece.x0, 1), (end, -1)]
    marks.sort()
    limit = crossed * len(several)
    gaps: list[tuple[float, float]] = []
    depth, start = 0, None
    for at, step in marks:
        before = depth
        depth += step
        if before > limit >= depth:
            start = at
        elif before <= limit < depth and start is not None:
            if at - start >= _GUTTER * em:
                gaps.append((start, at))
            start = None
    gaps = _with_empty_columns(_with_sparse_columns(gaps, several, em), head, several, em)
    gaps = _with_outer_columns(gaps, several, head, em)
    return _with_headings(gaps, head, several) if head else _with_headings(gaps, lines[:1], lines[1:])


def _with_headings(
    strips: list[tuple[float, float]], head: Sequence[Line], body: Sequence[Line]
) -> list[tuple[float, float]]:
    """A heading on the left and its figures on the right, nothing under the one nor over the others, are a column."""
    named, filled = (_filled(strips, lines) for lines in (head, body))
    return [
        strip
        for number, strip in enumerate(strips)
        if not any(
            one in named - filled and other in filled - named
            for one, other in ((number, number + 1), (number + 1, number))
        )
    ]


def _filled(strips: Sequence[tuple[float, float]], lines: Sequence[Line]) -> set[int]:
    """The columns in which a piece of a line has its middle."""
    middles = [(start + end) / 2 for start, end in strips]
    return {bisect_right(middles, piece.center) for line in lines for piece in line.pieces}


def _with_sparse_columns(
    gaps: list[tuple[float, float]], lines: Sequence[Line], em: float
) -> list[tuple[float, float]]:
    """A column with few filled cells lies in a gutter: pieces that no gutter's side touches part it in two."""
    parted: list[tuple[float, float]] = []
    for start, end in gaps:
        inside = [
            piece
            for line in lines
            for piece in line.pieces
            if start + 0.2 * em < piece.x0 and piece.x1 < end - 0.2 * em
        ]
        if inside:
            left, right = min(piece.x0 for piece in inside), max(piece.x1 for piece in inside)
            parted += [(start, left), (right, end)]
        else:
            parted.append((start, end))
    return parted


def _with_empty_columns(
    gaps: list[tuple[float, float]], head: Sequence[Line], body: Sequence[Line], em: float
) -> list[tuple[float, float]]:
    """Columns without a filled cell: their headings stand free in a gutter, or beyond the last column, on one line with
    those of the columns beside them.
    """
    right = max(line.pieces[-1].x1 for line in body)
    parted: list[tuple[float, float]] = []
    for start, end in [*gaps, (right, inf)] if gaps else []:
        lines = (_free_headings(line, start, end, _HEADED * em, len(parted) + 1) for line in head)
        free = next(filter(None, lines), [])
        edges = [start, *(edge for one in free for edge in (one.x0, one.x1)), end]
        parted += [(x0, x1) for x0, x1 in zip(edges[::2], edges[1::2], strict=True) if x1 < inf]
    return parted


def _free_headings(line: Line, start: float, end: float, apart: float, most: int) -> list[Piece]:
    """The pieces of a line of headings between two edges, if they keep away from those beside them, ``most`` of which
    stand to their left: one a column.
    """
    before = [piece for piece in line.pieces if piece.x0 < start]
    after = [piece for piece in line.pieces if piece.x1 > end]
    inside = line.pieces[len(before) : len(line.pieces) - len(after)]
    if not inside or not 0 < len(before) <= most or not (after or end == inf):
        return []
    left, right = max(start, before[-1].x1) + apart, min(end, *(piece.x0 for piece in after), inf) - apart
    return list(inside) if left < inside[0].x0 and inside[-1].x1 < right else []


def _with_outer_columns(
    gaps: list[tuple[float, float]], lines: Sequence[Line], head: Sequence[Line], em: float
) -> list[tuple[float, float]]:
    """A first or last column with few filled cells: no line crosses the strip beside it, and the first has both sides.

    Such are the region that is told once for its rows, and remarks.
    """
    if not gaps:
        return gaps
    both = 1 if head else 2
    every = [line for line in [*head, *lines] if len(line.pieces) > 2 or len(gaps) < _SEVERAL]  # no totals, no titles
    starts, ends = [-inf, *(end for _, end in gaps)], [*(start for start, _ in gaps), inf]
    more: list[tuple[float, float]] = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if number in (0, len(gaps)) or head:
            more += _outer([[p for p in line.pieces if start <= p.x0 and p.x1 <= end] for line in every], em, both)
    return sorted(gaps + more)


def _outer(rows: Sequence[Sequence[Piece]], em: float, least: int) -> list[tuple[float, float]]:
    """The strips within one column that no piece crosses, and on both sides of which the first line has a piece."""
    pieces = sorted((piece for row in rows for piece in row), key=lambda piece: piece.x0)
    strips: list[tuple[float, float]] = []
    end = pieces[0].x1 if pieces else 0.0
    for piece in pieces:
        if piece.x0 - end >= (_GUTTER if least > 1 else _HEADED) * em and _parts_first_line(rows, end, piece.x0, least):
            strips.append((end, piece.x0))
        end = max(end, piece.x1)
    return strips


def _parts_first_line(rows: Sequence[Sequence[Piece]], start: float, end: float, least: int) -> bool:
    """Whether the first line, and of all so many at least, have something on both sides of a strip."""
    both = [any(p.x1 <= start for p in row) and any(p.x0 >= end for p in row) for row in rows]
    return len(both) > 2 and both[0] and sum(both) >= least


@dataclass
class Part:
    """Words of a line or row in columns `first` to `last`."""

    first: int
    last: int
    words: list[Word]

    @property
    def text(self) -> str:
        """The words."""
        return text_of(self.words)

    @property
    def note(self) -> str:
        """The signs of notes raised behind the words."""
        return note_of(self.words)

    @property
    def box(self) -> Box:
        """The box around the words."""
        return around(word.box for word in self.words)


Row = list[Part]


def parts_of(line: Line, strips: Sequence[tuple[float, float]]) -> Row:
    """A line's pieces by column. A piece over a gutter is cut there where its words leave the gutter free."""
    row: Row = []
    for piece in line.pieces:
        run: list[Word] = []
        for word in piece.words:
            if run and _is_cut(run[-1], word, strips, line.space):
                row.append(_part(run, strips))
                run = []
            run.append(word)
        row.append(_part(run, strips))
    joined: Row = []
    for part in row:
        if joined and part.first > joined[-1].first and lies_over(joined[-1].words[-1], part.words[0]):
            before = joined[-1]
            joined[-1] = Part(before.first, min(before.last, part.first - 1), before.words)
            joined.append(part)
        elif joined and part.first <= joined[-1].last:
            joined[-1] = Part(joined[-1].first, max(joined[-1].last, part.last), joined[-1].words + part.words)
        else:
            joined.append(part)
    return joined


def _is_cut(before: Word, word: Word, strips: Sequence[tuple[float, float]], space: float) -> bool:
    """Whether a gutter lies in the space between two neighbouring words, and the space is wide or a figure follows."""
    for start, end in strips:
        if before.x1 <= end and word.x0 >= start and before.center < (start + end) / 2 < word.center:
            wide = word.x0 - before.x1 > max(FIGURE_GAP, 1.3 * space) * min(word.size, before.size)
            return wide or is_figure(word.text)
    return False


def _part(words: list[Word], strips: Sequence[tuple[float, float]]) -> Part:
    """Words with the columns that they lie over; a heading a little wider than its column stays in it."""
    x0, x1 = words[0].x0, max(word.x1 for word in words)
    starts = [-float("inf"), *[end for _, end in strips]]
    ends = [*[start for start, _ in strips], float("inf")]
    shares = [min(x1, end) - max(x0, start) for start, end in zip(starts, ends, strict=True)]
    slack = min(0.5 * words[0].size, 0.3 * (x1 - x0))
    over = [column for column, share in enumerate(shares) if share > slack]
    if not over:
        over = [max(range(len(shares)), key=lambda column: shares[column])]
    return Part(over[0], over[-1], words)
