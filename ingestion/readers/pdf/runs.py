"""Borderless tables that no rule frames: runs of lines that fall into columns."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.pdf.columns import gutters, parts_of
from ingestion.readers.pdf.lines import Line, blocks, lines_in
from ingestion.readers.pdf.page_layout import Layout
from ingestion.readers.pdf.spacing import MOST_LINES, line_space, row_starts
from ingestion.readers.pdf.table_signals import is_caption, is_headed, is_list, is_prose_block, is_unruled_table
from ingestion.readers.pdf.words import Word

_CELL_WORDS = 8  # of one line of a cell at most; lines of a note under a table hold more
PITCH = 0.9  # em: lines of one cell stand closer


def runs(layout: Layout, words: Sequence[Word], space: float, is_declared: bool = False) -> list[list[Line]]:
    """Runs of lines with columns of figures or of short words, without rules to frame them.

    ``is_declared``: a person said that there is a table; else columns of words alone need the head of one.
    """
    groups: list[list[Line]] = []
    run: list[Line] = []
    prose = {word for block in blocks(words, space) if is_prose_block(block) for piece in block for word in piece.words}
    for line in lines_in([word for word in words if word not in prose], space):
        if is_caption(line) or not follows(run, line):
            groups.append(run)
            run = []
        if not is_caption(line):
            run.append(line)
    groups.append(run)
    for run in groups:
        while run and not is_end(run):
            run.pop()
        while run and not _is_start(run):
            run.pop(0)
    return [
        run
        for run in map(_trimmed, groups)
        if len(run) >= 3 and (is_unruled_table(run) or (is_list(run) and (is_declared or is_headed(run, layout))))
    ]


def _trimmed(run: Sequence[Line]) -> list[Line]:
    """A run without the titles over it and the notes under it: they begin in the first column and go over others."""
    strips = gutters([line for line in run if line.is_figures])
    rest = list(run)
    if not strips:
        return rest
    for end in (0, -1):
        while rest and any(part.first == 0 < part.last for part in parts_of(rest[end], strips)):
            rest.pop(end)
    return rest


def follows(run: Sequence[Line], line: Line) -> bool:
    """Whether a line belongs to the run of lines above: no large space between, and alone within a column at most."""
    if not run:
        return True
    space = line.top - max(other.bottom for other in run[-2:])
    if len(line.pieces) > 1:
        return space < 2.5 * line.size
    several = [other for other in run if len(other.pieces) > 1]
    if not several:  # the first line of a row may stand above its other cells
        return space < PITCH * line.size
    alone = len(run) - 1 - max(number for number, other in enumerate(run) if len(other.pieces) > 1)
    columns = min(other.pieces[1].x0 for other in several)
    if space >= 1.5 * line.size:
        return False
    if alone < (3 if line.pieces[0].x1 < columns else 1):
        return True
    return alone < MOST_LINES and is_short(line) and _is_in_a_column(line, several)


def is_short(line: Line) -> bool:
    """Whether a line may be one of a cell: no line of a note."""
    return all(len(piece.words) <= _CELL_WORDS for piece in line.pieces)


def _is_in_a_column(line: Line, several: Sequence[Line]) -> bool:
    strips = gutters(several)
    return bool(strips) and all(part.first == part.last for part in parts_of(line, strips))


def is_end(run: Sequence[Line]) -> bool:
    """Whether the last line is no note under the table: it has several cells, or goes on one of them."""
    return len(run[-1].pieces) > 1 or (len(run) > 1 and _is_of_a_row(run, run[-1], run[-2]))


def _is_start(run: Sequence[Line]) -> bool:
    """Whether the first line is no title over the table: it has several cells, or one goes on below."""
    return len(run[0].pieces) > 1 or (len(run) > 1 and _is_of_a_row(run, run[0], run[1]))


def _is_of_a_row(run: Sequence[Line], line: Line, beside: Line) -> bool:
    """Whether a line alone stands within a column, and as near to the next one as lines of a cell stand."""
    strips = gutters(run)
    if not strips or not _is_in_a_column(line, run):
        return False
    within = line_space(run, [parts_of(other, strips) for other in run])
    space = max(line.top, beside.top) - min(line.bottom, beside.bottom)
    return within is not None and bool(row_starts(run, strips)) and space < within + 0.1 * line.size
