"""Where on a page a borderless table may stand: between rules of one extent, or where lines fall into columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from ingestion.readers.pdf.columns import Part, gutters, parts_of
from ingestion.readers.pdf.layout import Layout, Rule, Word
from ingestion.readers.pdf.lines import Line, Piece, blocks, is_figure, lines_in
from ingestion.readers.pdf.spacing import MOST_LINES, line_space, row_starts
from ingestion.readers.pdf.structure import CAPTION

_LEADERS = re.compile(r"(\. ?){3}\s*[\dIVXivx]+$|…\s*\d+$")
_BULLET = re.compile(r"[•‣◦▪■●○·►➢➤\uf0a7\uf0b7\uf0d8\uf0fc]|\(cid:\d+\)")  # of fonts without names too
_DENSE = 0.45  # share of the cells that are filled; the labels of a chart fill less
_ROW_WORDS = 6  # a line of a cell on average at most; lines of prose in columns hold more
_CELL_WORDS = 8  # of one line of a cell at most; lines of a note under a table hold more
_ROW_HEIGHT = 2.5  # em: of a row of one line at most
_ROWS = 3  # areas between rules of one extent, from which on they are the rows of a table
_LOOSE = 2.5  # em
_PITCH = 0.9  # em: lines of one cell stand closer
_STRIPES = 0.4  # share of the lines with a background; every other row has one
_SAME = 6.0  # rules whose ends differ by less have one extent


def frames(rules: Sequence[Rule], em: float) -> list[list[Rule]]:
    """Rules of one extent, from top to bottom; pieces of one rule over the columns count as one rule."""
    whole: list[Rule] = []
    for rule in sorted(rules):
        if whole and whole[-1].at == rule.at and rule.start - whole[-1].end < 2 * em:
            whole[-1] = Rule(rule.at, whole[-1].start, rule.end)
        else:
            whole.append(rule)
    groups: list[list[Rule]] = []
    for rule in whole:
        if rule.length < 8 * em:
            continue
        for group in groups:
            if abs(group[0].start - rule.start) < _SAME and abs(group[0].end - rule.end) < _SAME:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1 and not any(_is_part(group[0], rule) for rule in whole)]


def _is_part(rule: Rule, wider: Rule) -> bool:
    """Whether a rule is drawn under some columns only of a table that a wider one frames: under a heading, a total."""
    starts, ends = abs(rule.start - wider.start) < _SAME, abs(rule.end - wider.end) < _SAME
    return (starts and rule.end < wider.end - _SAME) or (ends and rule.start > wider.start + _SAME)


def is_tabular(lines: Sequence[Line]) -> bool:
    """Whether most lines fall into columns, and do not read as columns of prose."""
    return _have_columns(lines) and not is_prose([line for line in lines if len(line.pieces) > 1])


def _have_columns(lines: Sequence[Line]) -> bool:
    several = sum(len(line.pieces) > 1 for line in lines)
    if several == 0 or several >= 0.4 * len(lines):
        return several > 0
    starts = row_starts(lines, gutters(lines)) if _words_a_piece(lines) <= _ROW_WORDS else []
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


def framed(layout: Layout, words: Sequence[Word], space: float) -> list[list[Line]]:
    """The lines of every table that stands between rules of one extent; the widest first, as they hold the others."""
    found: list[list[Line]] = []
    left = list(words)
    for group in sorted(frames(layout.across, layout.size), key=lambda group: -group[0].length):
        start, end = group[0].start, group[0].end
        within = [word for word in left if start - 3 <= word.center <= end + 3]
        done: list[list[Line]] = [[]]
        between = [
            lines_in([word for word in within if upper.at < word.middle < lower.at], space)
            for upper, lower in pairwise(group)
        ]
        are_rows = _are_rows(between)
        are_tabular = [
            bool(lines) and (is_row or is_tabular(lines)) for lines, is_row in zip(between, are_rows, strict=True)
        ]
        above = lines_in([word for word in within if word.middle < group[0].at], space)
        below = lines_in([word for word in within if word.middle > group[-1].at], space)
        for number, (upper, lower) in enumerate(pairwise(group)):
            lines = between[number]
            is_heading = 0 < number < len(between) - 1 and are_tabular[number - 1] and are_tabular[number + 1]
            if are_tabular[number] or (is_heading and _is_one_row(lines, lower.at - upper.at)):
                if not done[-1]:
                    top = _header_top(upper, layout.across, layout.size)
                    header = lines_in([word for word in within if top < word.middle < upper.at], space)
                    if not (header or number) and are_rows[0]:
                        header = _row_beside(above[::-1], lines, upper.at)[::-1]
                    lines = header + lines
                done[-1] += lines
                continue
            if done[-1]:
                done[-1] += _open_end(done[-1], lines)
                done.append([])
        if done[-1]:
            row = _row_beside(below, done[-1], group[-1].at) if are_rows[-1] else []
            done[-1] += row or _open_end(done[-1], below)
        done = [run for run in done if len(run) > 1 and not _is_loose(run)]
        found += done
        used = {word for run in done for line in run for piece in line.pieces for word in piece.words}
        left = [word for word in left if word not in used]
    return found


def _is_one_row(lines: Sequence[Line], height: float) -> bool:
    """Whether one line of words fills the space between two rules: a heading over the rows below, no title."""
    return len(lines) == 1 and height < _ROW_HEIGHT * lines[0].size and not _is_caption(lines[0])


def _is_caption(line: Line) -> bool:
    return bool(CAPTION.match(" ".join(piece.text for piece in line.pieces)))


def _are_rows(between: Sequence[Sequence[Line]]) -> list[bool]:
    """Which of the areas between rules are rows of one table: three or more that follow each other, with columns."""
    several = [0 < len(lines) <= MOST_LINES and _has_cells(lines) for lines in between]
    are_rows = [False] * len(between)
    start = 0
    for number, has_columns in enumerate([*several, False]):
        if has_columns:
            continue
        together = [line for lines in between[start:number] for line in lines]
        if number - start >= _ROWS and gutters(together) and _words_a_piece(together) <= _ROW_WORDS:
            are_rows[start:number] = [True] * (number - start)
        start = number + 1
    return are_rows


def _has_cells(lines: Sequence[Line]) -> bool:
    """Whether a line has several cells: the first one, or one beside the lines of a taller cell."""
    if len(lines[0].pieces) > 1:
        return True
    return any(len(line.pieces) > 1 for line in lines) and all(map(_is_short, lines))


def _words_a_piece(lines: Sequence[Line]) -> float:
    counts = [len(piece.words) for line in lines for piece in line.pieces]
    return sum(counts) / len(counts)


def _is_loose(lines: Sequence[Line]) -> bool:
    """Whether lines stand so far apart that they are titles of pictures."""
    return median(below.top - above.bottom for above, below in pairwise(lines)) > _LOOSE * lines[0].size


def _open_end(run: Sequence[Line], below: Sequence[Line]) -> list[Line]:
    """The lines of figures right below the last rule of a table that has none at its foot."""
    rest: list[Line] = []
    for line in below:
        if not _follows([*run, *rest], line) or not (line.is_figures or len(line.pieces) == 1):
            break
        rest.append(line)
    while rest and not _is_end([*run, *rest]):
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
        if space > _PITCH * line.size or _is_caption(line) or any(part.first != part.last for part in parts):
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


def runs(layout: Layout, words: Sequence[Word], space: float, is_declared: bool = False) -> list[list[Line]]:
    """Runs of lines with columns of figures or of short words, without rules to frame them.

    ``is_declared``: a person said that there is a table; else columns of words alone need the head of one.
    """
    found: list[list[Line]] = []
    run: list[Line] = []
    prose = {
        word for block in blocks(words, space) if _is_prose_block(block) for piece in block for word in piece.words
    }
    for line in lines_in([word for word in words if word not in prose], space):
        if _is_caption(line) or not _follows(run, line):
            found.append(run)
            run = []
        if not _is_caption(line):
            run.append(line)
    found.append(run)
    for run in found:
        while run and not _is_end(run):
            run.pop()
        while run and not _is_start(run):
            run.pop(0)
    return [
        run
        for run in map(_trimmed, found)
        if len(run) >= 3 and (_is_told(run) or (_is_list(run) and (is_declared or _is_headed(run, layout))))
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


def _is_prose_block(block: Sequence[Piece]) -> bool:
    """Whether lines under each other are a paragraph: several words each, all but the last as wide as it is."""
    if len(block) < 3:
        return False
    wide = max(piece.x1 for piece in block) - min(piece.x0 for piece in block)
    words = sum(len(piece.words) for piece in block)
    full = sum(piece.x1 - piece.x0 > 0.8 * wide for piece in block[:-1])
    figures = sum(is_figure(word.text) for piece in block for word in piece.words)
    return words > 4 * len(block) and full >= 0.8 * (len(block) - 1) and figures < 0.2 * words


def _follows(run: Sequence[Line], line: Line) -> bool:
    """Whether a line belongs to the run of lines above: no large space between, and alone within a column at most."""
    if not run:
        return True
    space = line.top - max(other.bottom for other in run[-2:])
    if len(line.pieces) > 1:
        return space < 2.5 * line.size
    several = [other for other in run if len(other.pieces) > 1]
    if not several:  # the first line of a row may stand above its other cells
        return space < _PITCH * line.size
    alone = len(run) - 1 - max(number for number, other in enumerate(run) if len(other.pieces) > 1)
    columns = min(other.pieces[1].x0 for other in several)
    if space >= 1.5 * line.size:
        return False
    if alone < (3 if line.pieces[0].x1 < columns else 1):
        return True
    return alone < MOST_LINES and _is_short(line) and _is_in_a_column(line, several)


def _is_short(line: Line) -> bool:
    """Whether a line may be one of a cell: no line of a note."""
    return all(len(piece.words) <= _CELL_WORDS for piece in line.pieces)


def _is_in_a_column(line: Line, several: Sequence[Line]) -> bool:
    strips = gutters(several)
    return bool(strips) and all(part.first == part.last for part in parts_of(line, strips))


def _is_end(run: Sequence[Line]) -> bool:
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


def _is_told(lines: Sequence[Line]) -> bool:
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


def _columns(lines: Sequence[Line]) -> list[list[Part]]:
    """The parts of lines by the column they begin in; none without a gutter."""
    strips = gutters(lines)
    columns: list[list[Part]] = [[] for _ in range(len(strips) + 1)] if strips else []
    for line in lines if strips else []:
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


def _is_list(lines: Sequence[Line]) -> bool:
    """Whether lines are columns of a few words, most of which no running text fills: who, what, where."""
    columns = _columns(lines)
    return (
        len(columns) > 1
        and not _is_contents(lines)
        and not _is_bulleted(lines)
        and _is_dense(columns, lines)
        and _words_a_piece(lines) <= _ROW_WORDS
        and all(column and _is_aligned(column) for column in columns)
        and 2 * sum(map(_is_prose_column, columns)) < len(columns)
    )


def _is_bulleted(lines: Sequence[Line]) -> bool:
    """Whether most lines hold the mark of a list: two lists side by side are no table."""
    return sum(any(_BULLET.match(piece.text) for piece in line.pieces) for line in lines) >= 0.5 * len(lines)


def _is_headed(lines: Sequence[Line], layout: Layout) -> bool:
    """Whether three columns or more have the head of a table, bold or ruled off, or backgrounds of rows."""
    if len(_columns(lines)) < 3:
        return False
    first, rest = lines[0], lines[1:]
    if _is_bold(first) and not any(map(_is_bold, rest)):
        return True
    left, right = min(line.pieces[0].x0 for line in lines), max(line.pieces[-1].x1 for line in lines)
    if any(first.middle < rule.at < rest[0].middle and rule.length >= 0.8 * (right - left) for rule in layout.across):
        return True
    shaded = [_is_shaded(line, layout, 0.8 * (right - left)) for line in lines]
    return shaded[0] or sum(shaded) >= _STRIPES * len(lines)


def _is_bold(line: Line) -> bool:
    return all(word.bold for piece in line.pieces for word in piece.words)


def _is_shaded(line: Line, layout: Layout, width: float) -> bool:
    """Whether the background of a row, of one piece or one a cell, lies under a line."""
    under = [
        x1 - x0 for x0, top, x1, bottom in layout.fills if top < line.middle < bottom < top + MOST_LINES * line.size
    ]
    return sum(under) >= width


def _share(parts: Sequence[Part], told: Callable[[str], bool]) -> float:
    return sum(told(part.text) for part in parts) / len(parts)


def _is_aligned(parts: Sequence[Part]) -> bool:
    """Whether nine tenths of a column begin, or end, at one place."""
    for edge in (0, 2):
        places = [part.box[edge] for part in parts]
        if sum(abs(place - median(places)) < 1.5 for place in places) >= 0.9 * len(places):
            return True
    return False


def _is_contents(lines: Sequence[Line]) -> bool:
    """Whether dots lead to page numbers."""
    ends = [line.pieces[-1].words[-1].text for line in lines]
    led = sum(bool(_LEADERS.search(" ".join(piece.text for piece in line.pieces))) for line in lines)
    numbers = [int(end) for end in ends if end.isdecimal()]
    return led >= 0.5 * len(lines) and len(numbers) >= 0.8 * len(lines) and numbers == sorted(numbers)
