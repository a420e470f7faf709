"""Tables whose columns are separated by white space; a row is a line and the lines that continue it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise

from ingestion.readers.pdf.columns import Part, Row, gutters, parts_of
from ingestion.readers.pdf.header import centered_over, header_length, header_parts, ruled_off
from ingestion.readers.pdf.lines import Line, is_figure
from ingestion.readers.pdf.page_layout import Rule, around
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.spacing import row_starts
from ingestion.readers.pdf.structure import Cell

# A line that ends so goes on below: « Budget pour le café, », « Accès aux ».
_UNFINISHED = re.compile(
    r"[,;/&–-]$|^(?:of|and|or|the|in|for|by|with|to|de|des|du|d’|et|ou|la|le|les|en|par|pour|sur|aux?)$"
)
_RULED_ROWS = 2  # rules between rows, from which on they tell them


def centered(rows: list[Row], rules: Sequence[Rule]) -> list[Row]:
    """Figures that stand at half the height of a label of two or more lines, joined with it."""
    done: list[Row] = []
    for index, row in enumerate(rows):
        above = done[-1] if done else None
        below = rows[index + 1] if index + 1 < len(rows) else None
        if (
            above
            and below
            and row
            and row[0].first > 0
            and {part.first for part in above} == {part.first for part in below} == {0}
            and not _is_ruled_off(above, row, rules)
            and not _is_ruled_off(row, below, rules)
        ):
            upper, middle, lower = _row_box(above), _row_box(row), _row_box(below)
            em = row[0].words[0].size
            if middle[1] - upper[3] < 0.3 * em and lower[1] - middle[3] < 0.3 * em:
                done[-1] = merged(merged(above, row), below)
                rows[index + 1] = []
                continue
        if row:
            done.append(row)
    return done


def joined(rows: list[Row], rules: Sequence[Rule], limits: Sequence[float]) -> list[Row]:
    """Rows of several lines from rows of one line: a line goes on where its words had no room on the line above."""
    done: list[Row] = []
    for row in centered(rows, rules):
        if done and not _is_ruled_off(done[-1], row, rules) and _goes_on(done[-1], row, limits):
            done[-1] = merged(done[-1], row)
        else:
            done.append(row)
    return done


def _is_ruled_off(above: Row, below: Row, rules: Sequence[Rule]) -> bool:
    upper, lower = _row_box(above), _row_box(below)
    return any(
        (upper[1] + upper[3]) / 2 < rule.at < (lower[1] + lower[3]) / 2
        and min(rule.end, lower[2]) - max(rule.start, lower[0]) > 0.5 * (lower[2] - lower[0])
        for rule in rules
    )


def _row_box(row: Row) -> Box:
    return around(word.box for part in row for word in part.words)


def _goes_on(above: Row, below: Row, limits: Sequence[float]) -> bool:
    upper, lower = _row_box(above), _row_box(below)
    em = max(word.size for word in below[0].words)
    if lower[1] - upper[3] > 0.55 * em:
        return False
    there = {part.first: part for part in above}
    if any(part.first != part.last for part in [*above, *below]):
        return False
    new = {part.first for part in below}
    begins_low = all(part.words[0].text[0].islower() for part in below)
    if new <= set(there) and (begins_low or len(new) < max(2, len(there))):  # the rest of some cells
        return all(_is_wrapped(there[part.first], part, limits) for part in below)
    if set(there) < new:  # some cells began on the line above
        return all(_is_wrapped(there[part.first], part, limits) for part in below if part.first in there)
    return False


def _is_wrapped(above: Part, below: Part, limits: Sequence[float]) -> bool:
    """Whether the line below begins with what had no room above."""
    last = max(above.words, key=lambda word: (round(word.middle), word.x1))
    first = below.words[0]
    if is_figure(below.text) and is_figure(above.text):
        return False
    if last.bold != first.bold:
        return False
    room = limits[above.first] - last.x1
    needed = first.x1 - first.x0 + 0.25 * first.size
    indented = first.x0 - min(word.x0 for word in above.words) > 0.3 * first.size
    if _UNFINISHED.search(last.text) or first.text[0] == "(":
        return True
    if first.text[0].islower():
        return indented or room < 2 * needed
    return room < needed and (indented or not first.text[0].isupper())


def merged(above: Row, below: Row) -> Row:
    """A row of the parts of two, column by column."""
    parts = {part.first: part for part in above}
    for part in below:
        if part.first in parts:
            parts[part.first] = Part(part.first, part.last, parts[part.first].words + part.words)
        else:
            parts[part.first] = part
    return [parts[number] for number in sorted(parts)]


def cells_of(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Cell]:
    """The cells of an area that is a table."""
    below_rule = ruled_off(lines, rules)
    head = header_length(lines, below_rule)
    if not below_rule:  # the first line of a row may stand above its figures
        head = max((start for start in row_starts(lines, gutters(lines)) if 0 < start <= head), default=head)
    strips = gutters(lines[head:], head=lines[:head]) or gutters(lines)
    if not strips:
        return []
    cells = [
        Cell(first, part.first, last, part.last, part.text, part.box, part.note)
        for first, last, part in header_parts(lines[:head], strips, rules)
    ]
    base = max((cell.last_row for cell in cells), default=-1) + 1
    rows = _rows(lines[head:], [index - head for index in below_rule if index > head], strips, rules)
    merged_first = _merged_first(rows, rules, strips[0][0])
    for number, row in enumerate(rows, start=base):
        cells += [
            Cell(number, p.first, number, p.last, p.text, p.box, p.note)
            for p in row
            if p.first > 0 or number - base not in merged_first
        ]
    merged_cells = dict.fromkeys(merged_first.values())
    return cells + [replace(cell, row=cell.row + base, last_row=cell.last_row + base) for cell in merged_cells]


def _merged_first(rows: Sequence[Row], rules: Sequence[Rule], edge: float) -> dict[int, Cell]:
    """The cells of a first column over several rows, by each of these: rules part the rows but leave it out.

    Where its text stands on the page before, the cell is empty.
    """
    groups, has_left_out = _parted_first(rows, rules, edge)
    merged: dict[int, Cell] = {}
    for first, last in groups if has_left_out else ():
        texts = [part for row in rows[first : last + 1] for part in row if part.first == 0]
        if first == last or len(texts) > 1 or any(part.last > 0 for part in texts):
            continue
        boxes = [_row_box(row) for row in rows[first : last + 1]]
        x1 = min(box[0] for box in boxes)
        place = texts[0].box if texts else (min(edge, x1) - 1, boxes[0][1], min(edge, x1), boxes[-1][3])
        text, note = (texts[0].text, texts[0].note) if texts else ("", "")
        merged |= dict.fromkeys(range(first, last + 1), Cell(first, 0, last, 0, text, place, note))
    return merged


def _parted_first(rows: Sequence[Row], rules: Sequence[Rule], edge: float) -> tuple[list[tuple[int, int]], bool]:
    """The rows between two rules under the first column, and whether other rules leave it out."""
    groups, start, has_left_out = [], 0, False
    for number, (above, below) in enumerate(pairwise(rows), start=1):
        upper, lower = _row_box(above), _row_box(below)
        between = [r for r in rules if (upper[1] + upper[3]) / 2 < r.at < (lower[1] + lower[3]) / 2]
        if any(rule.start < edge - 1 for rule in between):
            groups.append((start, number - 1))
            start = number
        has_left_out |= bool(between) and all(rule.start >= edge - 1 for rule in between)
    return [*groups, (start, len(rows) - 1)], has_left_out


def _rows(
    lines: Sequence[Line], below_rule: Sequence[int], strips: Sequence[tuple[float, float]], rules: Sequence[Rule]
) -> list[Row]:
    """The rows under the header. Where rules part them, what stands between two rules is one, unless it is figures."""
    rows = [parts_of(line, strips) for line in lines]
    for number, row in enumerate(rows):
        if len(row) == 1 and row[0].first > 0 and any(line.is_figures for line in lines[number + 1 : number + 3]):
            over = centered_over(row[0], row, rows[number + 1 : number + 4], lines[number].size)
            if over == (1, len(strips)):  # a heading over all figures below
                rows[number] = [Part(*over, row[0].words)]
    widths = range(len(strips) + 1)
    limits = [
        max((part.box[2] for row in rows for part in row if part.first == part.last == column), default=0.0)
        for column in widths
    ]
    if len(below_rule) < _RULED_ROWS:
        starts = row_starts(lines, strips)
        if not starts:
            return joined(rows, rules, limits)
        return [reduce(merged, rows[start:end]) for start, end in pairwise([*starts, len(lines)])]
    done: list[Row] = []
    for start, end in pairwise([0, *below_rule, len(lines)]):
        if sum(line.is_figures for line in lines[start:end]) > 1:
            done += joined(rows[start:end], rules, limits)
        else:
            done.append(reduce(merged, rows[start:end]))
    return done
