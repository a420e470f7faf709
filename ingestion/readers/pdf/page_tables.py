"""The tables of one page; drawn rules and the arrangement of words decide how each is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from statistics import median

from ingestion.readers.pdf.bands import cells_of_lattice
from ingestion.readers.pdf.borderless import cells_of
from ingestion.readers.pdf.clusters import clusters
from ingestion.readers.pdf.framed import framed
from ingestion.readers.pdf.lines import Line, usual_space
from ingestion.readers.pdf.page_layout import Layout, Rule, around, on_page
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.ruled import lattices
from ingestion.readers.pdf.runs import runs
from ingestion.readers.pdf.striped import striped_lattices
from ingestion.readers.pdf.structure import Cell, PageTable, numbered, without_caption
from ingestion.readers.pdf.words import Word

_MOST_WORDS = 35  # a cell of a table holds less on average; a box around prose more
_MARGIN = 2.0  # em: the labels of a chart stand around what is drawn
_LEAST_CELLS = 6  # of a borderless table
_DRAWING = 6.0  # em: a cell that holds a drawing beside its words is no higher
_MOST_STROKES = 12  # of a drawing in a cell
_HIGHEST_STRIPE = 12.0  # em
_STRIPES = 3  # edges
_FULL = 0.6  # share of the columns that a line fills which is a row
_WIDER = 3  # times 2 em
_AXIS = 4  # numbers
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")
_LEAST_TEXT = 0.2  # share of its height that a row fills with text; frames of pictures fill less


def tables_of(layout: Layout, strategy: str = "auto") -> tuple[list[PageTable], list[PageTable]]:
    """The tables of a page from top to bottom: by rules ("lines"), by white space ("text"), or each by its own.

    Beside them, where each is told by its own, the columns of words that have no head of a table: they are one to
    whoever knows the names of its columns.
    """
    space = usual_space(layout.words)
    cell_groups: list[list[Cell]] = []
    rests: list[tuple[Box, list[Cell]]] = []
    taken: list[Box] = []
    for lattice in lattices(layout, striped_lattices(layout)) if strategy != "text" else []:
        cells = without_caption(cells_of_lattice(lattice, layout.words, space), is_ruled=True)
        if _is_rest(cells):
            rests.append((lattice.box, cells))
        elif _is_ruled_table(cells, lattice.box, layout):
            cell_groups.append(cells)
            taken.append(lattice.box)
    ruled = len(cell_groups)
    free = [word for word in layout.words if not any(_holds(box, word) for box in taken)]
    for way in (framed, partial(runs, is_declared=strategy == "text")) if strategy != "lines" else ():
        more, free = _by_space(layout, way, free, space, [box for box, _ in rests])
        cell_groups += more
    tables = [numbered(layout.page, number < ruled, cells, layout.size) for number, cells in enumerate(cell_groups)]
    left = set(free)
    for box, cells in rests:
        if all(word in left for word in layout.words if _holds(box, word)):  # not the header of a borderless table
            tables.append(numbered(layout.page, True, cells, layout.size))
    words = partial(runs, is_declared=True)
    lists, _ = _by_space(layout, words, free, space, []) if strategy == "auto" else ([], [])
    only_words = [numbered(layout.page, False, cells, layout.size) for cells in lists]
    return _in_order(layout, tables), _in_order(layout, only_words)


def _by_space(
    layout: Layout,
    way: Callable[[Layout, Sequence[Word], float], list[list[Line]]],
    words: Sequence[Word],
    space: float,
    rests: Sequence[Box],
) -> tuple[list[list[Cell]], list[Word]]:
    """The tables that one way of looking finds among words, and the words that are left."""
    tables, free = [], list(words)
    for lines in way(layout, free, space):
        cells = _borderless(layout, lines)
        box = around(word.box for word in _words(lines))
        if _is_borderless_table(cells, box, layout) and not any(_is_in(box, other) for other in rests):
            tables.append(cells)
            used = set(_words(lines))
            free = [word for word in free if word not in used]
    return tables, free


def _in_order(layout: Layout, tables: Sequence[PageTable]) -> list[PageTable]:
    return [_placed(layout, table) for table in sorted(tables, key=lambda table: (table.box[1], table.box[0]))]


def _placed(layout: Layout, table: PageTable) -> PageTable:
    """The table with its boxes as they stand on the page."""
    cells = [replace(cell, box=on_page(layout, cell.box)) for cell in table.cells]
    return PageTable(table.page, table.is_ruled, cells)


def _wider(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _holds(box: Box, word: Word) -> bool:
    return box[0] <= word.center <= box[2] and box[1] <= word.middle <= box[3]


def _is_in(box: Box, other: Box) -> bool:
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _words(lines: Sequence[Line]) -> list[Word]:
    return [word for line in lines for piece in line.pieces for word in piece.words]


def _borderless(layout: Layout, lines: Sequence[Line]) -> list[Cell]:
    x0, top, x1, bottom = around(word.box for word in _words(lines))
    em = 2 * layout.size
    rules = [rule for rule in layout.across if top < rule.at < bottom and _is_of(rule, x0, x1, em)]
    return without_caption(cells_of(lines, rules + _stripe_edges(layout, lines)), is_ruled=False)


def _stripe_edges(layout: Layout, lines: Sequence[Line]) -> list[Rule]:
    """The edges of shaded rows of full width, where no more than one row stands between two of them."""
    x0, top, x1, bottom = around(word.box for word in _words(lines))
    em = layout.size
    edges = sorted(
        {
            Rule(at, box[0], box[2])
            for box in layout.fills
            if box[0] <= x0 + em and box[2] >= x1 - em and box[3] - box[1] < _HIGHEST_STRIPE * em
            for at in (box[1], box[3])
            if top < at < bottom
        }
    )
    most = max(len(line.pieces) for line in lines)
    full = [line.middle for line in lines if len(line.pieces) >= _FULL * most]
    limits = [top - 1, *(edge.at for edge in edges), bottom + 1]
    if len(edges) < _STRIPES or any(sum(a < y < b for y in full) > 1 for a, b in pairwise(limits)):
        return []
    return edges


def _is_of(rule: Rule, x0: float, x1: float, em: float) -> bool:
    """Whether a rule is of a table with words from x0 to x1: the last column may be wider than its figures."""
    return rule.start >= x0 - em and rule.end <= x1 + _WIDER * em and rule.start < x1


def _is_rest(cells: Sequence[Cell]) -> bool:
    """One row of cells."""
    return len({cell.row for cell in cells if cell.text}) == 1 and sum(bool(cell.text) for cell in cells) > 1


def _is_table(cells: Sequence[Cell]) -> bool:
    """Two rows and two columns at least."""
    filled = [cell for cell in cells if cell.text]
    return len({cell.row for cell in filled}) > 1 and len({cell.column for cell in filled}) > 1


def _is_ruled_table(cells: Sequence[Cell], box: Box, layout: Layout) -> bool:
    """No box around prose, no frame of a picture, no axes of a chart."""
    filled = [cell for cell in cells if cell.text]
    if not _is_table(filled) or len(filled) < max(3.0, 1.5 * len({cell.row for cell in filled})):
        return False
    if sum(len(cell.text.split()) for cell in filled) > _MOST_WORDS * len(filled):
        return False
    numbers = [word for word in layout.words if _holds(box, word) and _NUMBER.fullmatch(word.text)]
    if _is_frame(filled, layout.size) or any(_has_axis(cell, numbers) for cell in filled):
        return False
    return _loose_curves(cells, box, layout) <= max(8.0, 0.5 * len(filled))


def _loose_curves(cells: Sequence[Cell], box: Box, layout: Layout) -> int:
    """The curves that are more than a small drawing in a cell: a cross, a face, a tick."""
    curves = [curve for curve in layout.curves if _has_middle(box, curve)]
    if not curves:
        return 0
    worded = {row for cell in cells if cell.text for row in range(cell.row, cell.last_row + 1)}
    low = [c.box for c in cells if c.row in worded and c.box[3] - c.box[1] < _DRAWING * layout.size]
    by_cell = Counter(_cell_around(curve, low) for curve in curves)
    return sum(count for cell, count in by_cell.items() if cell is None or count > _MOST_STROKES)


def _cell_around(curve: Box, cells: Sequence[Box]) -> int | None:
    return next((number for number, box in enumerate(cells) if _is_in(curve, _wider(box, 1.0))), None)


def _has_axis(cell: Cell, numbers: Sequence[Word]) -> bool:
    """Whether evenly stepped numbers stand under each other at one edge, as along a chart."""
    words = [word for word in numbers if _holds(cell.box, word)]
    for column in clusters(words, lambda word: word.x1, 1.0):
        values = [float(word.text.replace(",", "")) for word in sorted(column, key=lambda word: word.middle)]
        steps = {round(below - above, 6) for above, below in pairwise(values)}
        if len(values) >= _AXIS and len(steps) == 1 and abs(steps.pop()) not in (0.0, 1.0):
            return True
    return False


def _is_borderless_table(cells: Sequence[Cell], box: Box, layout: Layout) -> bool:
    """Not a few words that happen to stand in columns, nor the labels of a chart."""
    return _is_table(cells) and len(cells) >= _LEAST_CELLS and not _is_chart(box, len(cells), layout)


def _is_chart(box: Box, cells: int, layout: Layout) -> bool:
    """Whether more is drawn in and near a borderless table than one has cells to shade."""
    near = _wider(box, _MARGIN * layout.size)
    return _curves(near, layout) + _bars(near, layout) > max(6.0, 0.5 * cells)


def _curves(box: Box, layout: Layout) -> int:
    return sum(_has_middle(box, curve) for curve in layout.curves)


def _bars(box: Box, layout: Layout) -> int:
    """Filled shapes without words on them."""
    near = [word for word in layout.words if _holds(box, word)]
    return sum(_has_middle(box, fill) and not any(_holds(fill, word) for word in near) for fill in layout.fills)


def _has_middle(box: Box, other: Box) -> bool:
    return box[0] <= (other[0] + other[2]) / 2 <= box[2] and box[1] <= (other[1] + other[3]) / 2 <= box[3]


def _is_frame(cells: Sequence[Cell], em: float) -> bool:
    """Whether most rows are many times as high as their text."""
    fullness: dict[int, float] = {}
    for cell in cells:
        x0, top, x1, bottom = cell.box
        if cell.row == cell.last_row:
            lines = max(1.0, 0.5 * em * len(cell.text) / max(1.0, x1 - x0))
            share = 1.2 * em * lines / max(1.0, bottom - top)
            fullness[cell.row] = max(fullness.get(cell.row, 0.0), share)
    return bool(fullness) and median(fullness.values()) < _LEAST_TEXT
