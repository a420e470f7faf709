"""Rows of several lines, found by white space: there is more between two rows than between two lines of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingestion.readers.pdf.columns import Part, Row, parts_of
from ingestion.readers.pdf.lines import Line, is_figure

MOST_LINES = 12  # of one row
_MORE = 0.15  # em: the space between two rows is larger than that between lines of a cell by this at least
_WRAPPED = 0.7  # share of the lines that go on a cell whose first word had no room on the line above
_ONE_LINE = 0.8  # share of the rows of several lines in which some column has one line alone
_FILLED = 0.5  # share of the rows in which that column is filled
_SHORT = 0.1  # share of the rows of several lines that may hold figures under each other


def row_starts(lines: Sequence[Line], strips: Sequence[tuple[float, float]]) -> list[int]:
    """The numbers of the lines that begin a row; none if white space does not decide.

    It tells where the lines of a cell stand closer than rows do, a column has one line a row, no figures stand under
    each other within a row, and lines end where the next word had no room. Blocks of rows of figures, with space
    between the blocks, are none.
    """
    rows = [parts_of(line, strips) for line in lines]
    within = line_space(lines, rows)
    if within is None:
        return []
    starts, bottom = [0], lines[0].bottom
    for number, line in enumerate(lines[1:], start=1):
        if line.top - bottom > within + _MORE * line.size:
            starts.append(number)
        bottom = max(bottom, line.bottom)
    groups = [rows[start:end] for start, end in pairwise([*starts, len(lines)])]
    return starts if _are_rows(groups, len(strips) + 1) else []


def line_space(lines: Sequence[Line], rows: Sequence[Row]) -> float | None:
    """The smallest space between two lines of one column; none where no two stand close to each other."""
    bottoms: dict[int, float] = {}
    spaces = []
    for line, row in zip(lines, rows, strict=True):
        for part in row:
            if part.first == part.last:
                _, top, _, bottom = part.box
                if part.first in bottoms and top - bottoms[part.first] < line.size:
                    spaces.append(top - bottoms[part.first])
                bottoms[part.first] = bottom
    return min(spaces, default=None)


def _are_rows(groups: Sequence[Sequence[Row]], width: int) -> bool:
    several = [group for group in groups if len(group) > 1]
    if len(groups) < 2 or not several or max(map(len, groups)) > MOST_LINES:
        return False
    by_column = [[_of_column(group, column) for column in range(width)] for group in groups]
    of_several = [columns for group, columns in zip(groups, by_column, strict=True) if len(group) > 1]
    stacked = sum(any(sum(is_figure(part.text) for part in parts) > 1 for parts in columns) for columns in of_several)
    return (
        stacked <= _SHORT * len(of_several)
        and any(
            sum(len(columns[column]) <= 1 for columns in of_several) >= _ONE_LINE * len(of_several)
            and sum(bool(columns[column]) for columns in by_column) >= _FILLED * len(groups)
            for column in range(width)
        )
        and _are_wrapped(by_column)
    )


def _of_column(group: Sequence[Row], column: int) -> list[Part]:
    return [part for row in group for part in row if part.first == part.last == column]


def _are_wrapped(by_column: Sequence[Sequence[Sequence[Part]]]) -> bool:
    """Whether most lines end where the first word of the next one had no room."""
    counts = []
    for columns in zip(*by_column, strict=True):
        right = max((part.box[2] for parts in columns for part in parts), default=0.0)
        for parts in columns:
            for above, below in pairwise(parts):
                first = below.words[0]
                counts.append(right - above.box[2] < first.x1 - first.x0 + 0.25 * first.size)
    return not counts or sum(counts) >= _WRAPPED * len(counts)
