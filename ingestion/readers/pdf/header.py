"""The header of a borderless table: which lines it is, and which of its words stand over several columns."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.pdf.columns import Part, Row, parts_of
from ingestion.readers.pdf.lines import Line
from ingestion.readers.pdf.page_layout import Rule, around
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.words import Word

_OFF_CENTER = 1.0  # em: a heading is further than this from the middle of a column that is not its own


def ruled_off(lines: Sequence[Line], rules: Sequence[Rule]) -> list[int]:
    """The numbers of the lines right below a rule of full width."""
    left = min(line.pieces[0].x0 for line in lines)
    right = max(line.pieces[-1].x1 for line in lines)
    rows: list[int] = []
    for index in range(1, len(lines)):
        above, below = lines[index - 1].middle, lines[index].middle
        drawn = [rule for rule in rules if above < rule.at < below]
        if drawn and sum(rule.length for rule in drawn) >= 0.8 * (right - left):
            first, last = min(rule.start for rule in drawn), max(rule.end for rule in drawn)
            is_whole = first < left + lines[index].size or bool(rows)  # a merged first column may be left out
            if is_whole and last > right - lines[index].size:
                rows.append(index)
    return rows


def header_length(lines: Sequence[Line], below_rule: Sequence[int]) -> int:
    """How many lines are header: those over the first rule of full width, else those over the first line of figures."""
    if below_rule:
        return below_rule[0]
    return next((index for index, line in enumerate(lines) if line.is_figures), 0)


def header_parts(
    lines: Sequence[Line],
    strips: Sequence[tuple[float, float]],
    rules: Sequence[Rule],
    alone: tuple[int, int] | None = None,
) -> list[tuple[int, int, Part]]:
    """The header as (first row, last row, part).

    Headings over several columns keep a row each, the rest of a column's lines is one cell. A heading alone on its
    line lies over the columns `alone`.
    """
    spanning: list[tuple[int, Part]] = []  # number of the line
    leaves: dict[int, list[Word]] = {}
    rows = [parts_of(line, strips) for line in lines]
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        below = lines[number + 1].middle if number + 1 < len(lines) else line.bottom + line.size
        for part in row:
            first, last = (
                alone
                if alone and len(row) == 1
                else (part.first, part.last)
                if part.text[:1].islower()  # what goes on from the line above
                else _spanned(part, row, rows[number + 1 :], rules, strips, line, below)
            )
            if last == first:
                leaves.setdefault(first, []).extend(part.words)
            elif spanning and (spanning[-1][1].first, spanning[-1][1].last, spanning[-1][0]) == (
                first,
                last,
                number - 1,
            ):
                spanning[-1] = (number, Part(first, last, spanning[-1][1].words + part.words))  # a heading of two lines
            else:
                spanning.append((number, Part(first, last, part.words)))
    levels = sorted({number for number, _ in spanning})
    depth = [0] * (len(strips) + 1)
    parts: list[tuple[int, int, Part]] = []
    for number, part in spanning:
        level = levels.index(number)
        parts.append((level, level, part))
        for column in range(part.first, part.last + 1):
            depth[column] = level + 1
    last_row = len(levels) if leaves else len(levels) - 1
    parts += [
        (min(depth[column], last_row), last_row, Part(column, column, words))
        for column, words in sorted(leaves.items())
    ]
    return parts


def _spanned(
    part: Part,
    row: Row,
    lower: Sequence[Row],
    rules: Sequence[Rule],
    strips: Sequence[tuple[float, float]],
    line: Line,
    below: float,
) -> tuple[int, int]:
    """The columns under a heading: those of the short rule under it that lie nearer to it than to its neighbours."""
    x0, _, x1, _ = part.box
    first_column = strips[0][0] if strips else x0
    starts = [x0, *[end for _, end in strips]]
    ends = [*[start for start, _ in strips], max(x1, strips[-1][1] + 1)]
    for rule in rules:
        is_whole = rule.start < first_column - line.size and strips and rule.end > strips[-1][1]  # ends the header
        if line.middle < rule.at < below and rule.start <= x0 + 3 and x1 - 3 <= rule.end and not is_whole:
            covered = [
                column
                for column, (start, end) in enumerate(zip(starts, ends, strict=True))
                if min(rule.end, end) - max(rule.start, start) > 0.3 * (end - start)
                and _nearest((start + end) / 2, row) is part
            ]
            if covered:
                return min(covered[0], part.first), max(covered[-1], part.last)
    return centered_over(part, row, lower, line.size)


def centered_over(part: Part, row: Row, lower: Sequence[Row], em: float) -> tuple[int, int]:
    """The columns in whose middle a heading stands, where it stands over none of them in particular."""
    boxes: dict[int, list[Box]] = {}
    for below in lower:
        for other in below:
            if other.first == other.last:
                boxes.setdefault(other.first, []).append(other.box)
    edges = {column: around(some) for column, some in boxes.items()}
    center = (part.box[0] + part.box[2]) / 2

    def off(first: int, last: int) -> float:
        return abs(center - (edges[first][0] + edges[last][2]) / 2)

    left = max((other.last + 1 for other in row if other.last < part.first), default=0)
    right = min((other.first - 1 for other in row if other.first > part.last), default=max(edges, default=-1))
    ranges = [
        (first, last)
        for first in range(left, part.first + 1)
        for last in range(part.last, right + 1)
        if all(column in edges for column in range(first, last + 1))
    ]
    own = (part.first, part.last)
    if own not in ranges or off(*own) < _OFF_CENTER * em:
        return own
    best = min(ranges, key=lambda some: off(*some))
    return best if off(*best) < 0.5 * _OFF_CENTER * em else own


def _nearest(x: float, row: Row) -> Part:
    return min(row, key=lambda part: abs((part.box[0] + part.box[2]) / 2 - x))
