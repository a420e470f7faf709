"""Rows of words that stand in one drawn cell a column: aligned lines that break where the next word had room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ingestion.readers.pdf.lines import is_figure
from ingestion.readers.pdf.ruled import Block, Lattice
from ingestion.readers.pdf.texts import lines_of
from ingestion.readers.pdf.words import Word

_COLUMNS = 3  # at least
_FULL = 0.6  # share of the columns that a line fills which begins a row
_CLEAR_BREAKS = 0.8  # share of the breaks between rows at which the next word had room, or begins a text
_HAS_FREE = 0.5  # share of the columns in which it had room once
_DAY = "./-"  # signs between the figures of a date


def holds_rows(band: Mapping[Block, list[Word]], lattice: Lattice) -> bool:
    """Whether a row of the lattice holds several rows of words.

    Two need another sign: figures under each other, or a bold line over one that is not.
    """
    cells = {block: lines_of(words) for block, words in band.items() if words}
    if len(cells) < _COLUMNS or max(map(len, cells.values())) < 2:
        return False
    full = _full_lines(list(cells.values()))
    if len(full) < 2:
        return False
    breaks = [list(_breaks(lines, full, lattice.xs[block[3] + 1])) for block, lines in cells.items()]
    every = [each for column in breaks for each in column]
    if not every or sum(each.is_free or each.begins for each in every) < _CLEAR_BREAKS * len(every):
        return False
    columns = list(cells.values())
    has_figures = _has_stacked_figures(columns, len(full))
    if len(full) == 2:
        return _is_head(columns) or (has_figures and _share_free(breaks) >= _HAS_FREE)
    return has_figures or _share_free(breaks) >= _HAS_FREE


def _share_free(breaks: Sequence[Sequence[_Break]]) -> float:
    """The share of the columns in which a word had room above once."""
    return sum(any(each.is_free for each in column) for column in breaks) / len(breaks)


def _full_lines(cells: Sequence[Sequence[Sequence[Word]]]) -> list[float]:
    """The heights at which most columns have a line."""
    heights = sorted((_height(line), number) for number, lines in enumerate(cells) for line in lines)
    em = max(word.size for lines in cells for line in lines for word in line)
    groups: list[list[tuple[float, int]]] = []
    for height, number in heights:
        if groups and height - groups[-1][0][0] < 0.3 * em:
            groups[-1].append((height, number))
        else:
            groups.append([(height, number)])
    return [group[0][0] for group in groups if len({number for _, number in group}) >= _FULL * len(cells)]


def _height(line: Sequence[Word]) -> float:
    return sum(word.middle for word in line) / len(line)


class _Break(NamedTuple):
    """Between two lines of a cell: whether the next word had room above, and whether it looks like a beginning."""

    is_free: bool
    begins: bool


def _breaks(lines: Sequence[Sequence[Word]], full: Sequence[float], wall: float) -> Iterator[_Break]:
    """Those above each line of a cell that stands where most columns have one."""
    pad = min(word.x0 for line in lines for word in line)
    left = min(line[0].x0 for line in lines)
    for above, below in pairwise(lines):
        em = below[0].size
        if not any(abs(_height(below) - height) < 0.3 * em for height in full):
            continue
        if _are_figures(above) and _are_figures(below):
            yield _Break(is_free=True, begins=True)
            continue
        room = wall - 0.3 * em - above[-1].x1 + max(0.0, above[0].x0 - max(left, pad))
        first = below[0].text[:1]
        yield _Break(room > below[0].x1 - below[0].x0 + 0.25 * em, first.isupper() or first.isdigit())


def _are_figures(line: Sequence[Word]) -> bool:
    text = " ".join(word.text for word in line)
    return is_figure(text) or is_figure("".join(sign for sign in text if sign not in _DAY))


def _is_head(cells: Sequence[Sequence[Sequence[Word]]]) -> bool:
    """Whether the first line of the cells is bold and no other is."""
    several = [lines for lines in cells if len(lines) > 1]
    return all(word.bold for lines in several for word in lines[0]) and not any(
        word.bold for lines in several for line in lines[1:] for word in line
    )


def _has_stacked_figures(cells: Sequence[Sequence[Sequence[Word]]], rows: int) -> bool:
    """Whether a column has a figure in every row."""
    return any(len(lines) == rows and all(map(_are_figures, lines)) for lines in cells)
