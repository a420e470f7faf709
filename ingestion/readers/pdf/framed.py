"""Borderless tables that stand between rules of one extent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingestion.readers.pdf.columns import gutters, parts_of
from ingestion.readers.pdf.lines import Line, lines_in
from ingestion.readers.pdf.page_layout import Layout, Rule
from ingestion.readers.pdf.runs import PITCH, follows, is_end, is_short
from ingestion.readers.pdf.spacing import MOST_LINES
from ingestion.readers.pdf.table_signals import ROW_WORDS, is_caption, is_tabular, words_a_piece
from ingestion.readers.pdf.words import Word

_HEAD_LINES = 5
_ROW_HEIGHT = 2.5  # em: of a row of one line at most
_ROWS = 3  # areas between rules of one extent, from which on they are the rows of a table
_LOOSE = 2.5  # em
_NEXT_ROW = 6.0  # em
_MOST = 0.8  # share of the width of a table: a rule that long parts its rows
_TITLE = 1.15  # times the size of the rows
_SAME = 6.0  # rules whose ends differ by less have one extent


def frames(rules: Sequence[Rule], em: float) -> list[list[Rule]]:
    """Rules of one extent, from top to bottom; pieces of one rule over the columns count as one rule."""
    joined: list[Rule] = []
    for rule in sorted(rules):
        if joined and joined[-1].at == rule.at and rule.start - joined[-1].end < 2 * em:
            joined[-1] = Rule(rule.at, joined[-1].start, rule.end)
        else:
            joined.append(rule)
    groups: list[list[Rule]] = []
    for rule in sorted(joined, key=lambda rule: (-round(rule.length), rule.at)):
        if rule.length < 8 * em:
            continue
        for group in groups:
            if _is_of_rows(rule, group, em):
                group.append(rule)
                break
        else:
            groups.append([rule])
    groups = [sorted(group) for group in groups]
    return [group for group in groups if len(group) > 1 and not any(_is_part(group[0], rule) for rule in joined)]


def _is_of_rows(rule: Rule, group: Sequence[Rule], em: float) -> bool:
    """Whether a rule has the extent of others, or leaves out the first column only, as beside a merged cell."""
    wide = group[0]
    if abs(wide.end - rule.end) >= _SAME:
        return False
    if abs(wide.start - rule.start) < _SAME:
        return True
    top, bottom = min(other.at for other in group), max(other.at for other in group)
    return len(group) > 1 and top < rule.at < bottom + _NEXT_ROW * em and rule.length >= _MOST * wide.length


def _is_part(rule: Rule, wider: Rule) -> bool:
    """Whether a rule is drawn under some columns only of a table that a wider one frames: under a heading, a total."""
    starts, ends = abs(rule.start - wider.start) < _SAME, abs(rule.end - wider.end) < _SAME
    return (starts and rule.end < wider.end - _SAME) or (ends and rule.start > wider.start + _SAME)


def framed(layout: Layout, words: Sequence[Word], space: float) -> list[list[Line]]:
    """The lines of every table that stands between rules of one extent; the widest first, as they hold the others."""
    tables: list[list[Line]] = []
    left = list(words)
    for group in sorted(frames(layout.across, layout.size), key=lambda group: -group[0].length):
        start, end = group[0].start, group[0].end
        within = [word for word in left if start - 3 <= word.center <= end + 3]
        found = [run for run in _along(group, layout, within, space) if len(run) > 1 and not _is_loose(run)]
        tables += found
        used = {word for run in found for line in run for piece in line.pieces for word in piece.words}
        left = [word for word in left if word not in used]
    return tables


def _along(group: Sequence[Rule], layout: Layout, words: Sequence[Word], space: float) -> list[list[Line]]:
    """The lines of the tables that follow each other along rules of one extent."""
    tables: list[list[Line]] = [[]]
    header: list[Line] = []
    between = [
        lines_in([word for word in words if upper.at < word.middle < lower.at], space)
        for upper, lower in pairwise(group)
    ]
    are_rows = _are_rows(between)
    are_tabular = _are_tabular(between, are_rows)
    rows = [line for lines, is_row in zip(between, are_rows, strict=True) if is_row for line in lines]
    above = lines_in([word for word in words if word.middle < group[0].at], space)
    below = lines_in([word for word in words if word.middle > group[-1].at], space)
    for number, (upper, lower) in enumerate(pairwise(group)):
        lines = between[number]
        is_heading = 0 < number < len(between) - 1 and are_tabular[number - 1] and are_tabular[number + 1]
        if are_tabular[number] or (is_heading and _is_one_row(lines, lower.at - upper.at)):
            if not tables[-1]:
                top = _header_top(upper, layout.across, layout.size)
                header = lines_in([word for word in words if top < word.middle < upper.at], space)
                if not (header or number) and are_rows[0]:
                    header = _row_beside(above[::-1], rows, upper.at)[::-1]
                lines = header + lines
            own, next_header = _parted(tables[-1], lines, header or _foot(above))
            if next_header and not (tables[-1] or header):
                tables[-1] += _foot(above)  # as that of the next table, its header stands over its rule
            tables[-1] += own
            if next_header:
                header = next_header
                tables.append([*header])
        elif tables[-1]:
            tables[-1] += _open_end(tables[-1], lines)
            repeated = _foot(lines)
            header = repeated if _words_of(repeated) == _words_of(header) else []
            tables.append([*header])
    if tables[-1]:
        row = _row_beside(below, tables[-1], group[-1].at) if are_rows[-1] else []
        tables[-1] += row or _open_end(tables[-1], below)
    return tables


def _are_tabular(between: Sequence[Sequence[Line]], are_rows: Sequence[bool]) -> list[bool]:
    """Which of the areas between rules hold rows of a table, or its header."""
    are_tabular = [
        bool(lines) and (is_row or is_tabular(lines)) for lines, is_row in zip(between, are_rows, strict=True)
    ]
    if len(between) > 1 and are_tabular[1] and _is_head(between[0], between[1]):
        are_tabular[0] = True
    return are_tabular


def _parted(above: list[Line], lines: list[Line], header: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Lines between two rules, under those of a table ``above``: rows of it, and where a title or a text ends it the
    header of the next one.

    That one repeats ``header``, or a text stands between them; else the title is one of rows of the same table.
    """
    for number, line in enumerate(lines):
        if len(above) + number > 1 and _ends_table(line, [*above, *lines[:number]]):
            head = _foot(lines[number + 1 :])
            is_next = _words_of(head) == _words_of(header) or not all(map(is_short, lines[number:]))
            return (lines[:number], head) if is_next and head and len(head[0].pieces) > 1 else (lines, [])
    return lines, []


def _foot(lines: Sequence[Line]) -> list[Line]:
    """The last lines, as far as they stand close together."""
    foot = list(lines[-1:])
    for above in reversed(lines[:-1]):
        if foot[0].top - above.bottom > PITCH * above.size:
            break
        foot.insert(0, above)
    return foot


def _words_of(lines: Sequence[Line]) -> list[str]:
    return [word.text for line in lines for piece in line.pieces for word in piece.words]


def _ends_table(line: Line, rows: Sequence[Line]) -> bool:
    """Whether a line alone, far below the rows, is larger or bolder than they are, or too long for a cell."""
    if len(line.pieces) > 1 or follows(rows, line):
        return False
    is_large = line.size > _TITLE * median(row.size for row in rows)
    is_bold = all(word.bold for word in line.pieces[0].words) and not rows[-1].pieces[0].words[0].bold
    return is_large or is_bold or not is_short(line)


def _is_head(lines: Sequence[Line], body: Sequence[Line]) -> bool:
    """Whether the first line names most columns of the rows below, and the others go on with one name or another."""
    if not 1 < len(lines) <= _HEAD_LINES:
        return False
    return len(lines[0].pieces) >= max(3, len(gutters(body))) and all(map(is_short, lines))


def _is_one_row(lines: Sequence[Line], height: float) -> bool:
    """Whether one line of words fills the space between two rules: a heading over the rows below, no title."""
    return len(lines) == 1 and height < _ROW_HEIGHT * lines[0].size and not is_caption(lines[0])


def _are_rows(between: Sequence[Sequence[Line]]) -> list[bool]:
    """Which of the areas between rules are rows of one table: three or more that follow each other, with columns."""
    several = [0 < len(lines) <= MOST_LINES and _has_cells(lines) for lines in between]
    are_rows = [False] * len(between)
    start = 0
    for number, has_columns in enumerate([*several, False]):
        if has_columns:
            continue
        together = [line for lines in between[start:number] for line in lines]
        if number - start >= _ROWS and gutters(together) and words_a_piece(together) <= ROW_WORDS:
            are_rows[start:number] = [True] * (number - start)
        start = number + 1
    return are_rows


def _has_cells(lines: Sequence[Line]) -> bool:
    """Whether a line has several cells: the first one, or one beside the lines of a taller cell."""
    if len(lines[0].pieces) > 1:
        return True
    return any(len(line.pieces) > 1 for line in lines) and all(map(is_short, lines))


def _is_loose(lines: Sequence[Line]) -> bool:
    """Whether lines stand so far apart that they are titles of pictures."""
    return median(below.top - above.bottom for above, below in pairwise(lines)) > _LOOSE * lines[0].size


def _open_end(run: Sequence[Line], below: Sequence[Line]) -> list[Line]:
    """The lines of figures right below the last rule of a table that has none at its foot."""
    rest: list[Line] = []
    for line in below:
        if not follows([*run, *rest], line) or not (line.is_figures or len(line.pieces) == 1):
            break
        rest.append(line)
    while rest and not is_end([*run, *rest]):
        rest.pop()
    return rest


def _row_beside(lines: Sequence[Line], run: Sequence[Line], edge: float) -> list[Line]:
    """The row on the open side of the first or last rule between rows: lines close together in its columns."""
    strips = gutters(run)
    row: list[Line] = []
    filled: set[int] = set()
    for line in lines:
        parts = parts_of(line, strips)
        space = max(line.top - edge, edge - line.bottom)
        is_header = not row and len({part.first for part in parts}) > len(strips) > 1
        if (
            space > (_LOOSE if is_header else PITCH) * line.size
            or is_caption(line)
            or any(part.first != part.last for part in parts)
        ):
            break
        row.append(line)
        filled |= {part.first for part in parts}
        edge = min(line.top, edge) if line.bottom < edge else max(line.bottom, edge)
    return row if len(filled) > max(1, len(strips) // 2) and len(row) <= MOST_LINES else []


def _header_top(rule: Rule, rules: Sequence[Rule], em: float) -> float:
    """The top of a header whose own upper rules leave out the first column."""
    top = rule.at
    for other in sorted(rules, reverse=True):
        is_shorter = other.start >= rule.start - _SAME and other.end <= rule.end + _SAME and other.length < rule.length
        if 0 < top - other.at < 4 * em and is_shorter and other.length > 0.3 * rule.length:
            top = other.at
    return top
