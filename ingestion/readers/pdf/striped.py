"""Tables with every other row shaded; the rows between take the edges of their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.readers.pdf.lines import lines_in, usual_space
from ingestion.readers.pdf.page_layout import Layout
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.ruled import Lattice

_CELLS = 3  # of a shaded row at least
_SAME = 3.0  # points
_BESIDE = 4.0  # points between two cells of a row
_HIGHEST = 12.0  # em, of a shaded cell
_APART = 6.0  # times the height of a shaded row: what lies between two is another table
_CLOSE = 1.5  # em: a row without shade stands no further from the shaded one
_FILLED = 0.5  # share of the columns that a row without shade at the head of a table fills


@dataclass(frozen=True)
class _Stripe:
    """A row of shaded cells."""

    top: float
    bottom: float
    xs: list[float]

    @property
    def height(self) -> float:
        """From edge to edge."""
        return self.bottom - self.top


def striped_lattices(layout: Layout) -> list[Lattice]:
    """A lattice for each set of shaded rows of the same columns with rows of words between them."""
    groups: list[list[_Stripe]] = []
    for stripe in _stripes(layout):
        group = next((group for group in groups if _goes_on(group[-1], stripe, layout)), None)
        if group is None:
            groups.append([stripe])
        else:
            group.append(stripe)
    return [_lattice(group, layout) for group in groups if _has_rows_between(group, layout)]


def _stripes(layout: Layout) -> list[_Stripe]:
    rows: dict[tuple[int, int], list[Box]] = {}
    for box in dict.fromkeys(layout.fills):
        if box[3] - box[1] < _HIGHEST * layout.size:
            rows.setdefault((round(box[1]), round(box[3])), []).append(box)
    stripes = []
    for row in rows.values():
        run: list[Box] = []
        for box in sorted(row):
            if run and not -_SAME < box[0] - run[-1][2] < _BESIDE:
                stripes += _stripe(run)
                run = []
            run.append(box)
        stripes += _stripe(run)
    return sorted(stripes, key=lambda stripe: stripe.top)


def _stripe(cells: Sequence[Box]) -> list[_Stripe]:
    if len(cells) < _CELLS:
        return []
    return [_Stripe(cells[0][1], cells[0][3], [cell[0] for cell in cells] + [cells[-1][2]])]


def _goes_on(above: _Stripe, below: _Stripe, layout: Layout) -> bool:
    are_same = len(above.xs) == len(below.xs) and all(
        abs(x - other) < _SAME for x, other in zip(above.xs, below.xs, strict=True)
    )
    space, high = below.top - above.bottom, max(above.height, below.height)
    return are_same and -_SAME < space < _APART * high and (space < 2 * high or not _has_text(above, below, layout))


def _has_text(above: _Stripe, below: _Stripe, layout: Layout) -> bool:
    """Whether words lie over the walls between two shaded rows: a text that parts two tables."""
    within = [word for word in layout.words if above.bottom < word.middle < below.top and not word.turned]
    return _columns([word.box for word in within], above.xs) is None


def _has_rows_between(stripes: Sequence[_Stripe], layout: Layout) -> bool:
    left, right = stripes[0].xs[0], stripes[0].xs[-1]
    return any(
        above.bottom < word.middle < below.top and left < word.center < right
        for above, below in pairwise(stripes)
        if below.top - above.bottom > 0.5 * layout.size
        for word in layout.words
    )


def _lattice(stripes: Sequence[_Stripe], layout: Layout) -> Lattice:
    xs = stripes[0].xs
    ys = [stripes[0].top]
    for stripe in stripes:
        if stripe.top - ys[-1] > 0.5 * layout.size:
            ys.append(stripe.top)
        ys.append(stripe.bottom)
    top, bottom = _open_ends(xs, ys[0], ys[-1], layout)
    ys = [top] * (top < ys[0]) + ys + [bottom] * (bottom > ys[-1])
    blocks = [(row, column, row, column) for row in range(len(ys) - 1) for column in range(len(xs) - 1)]
    return Lattice(xs, ys, blocks)


def _open_ends(xs: Sequence[float], top: float, bottom: float, layout: Layout) -> tuple[float, float]:
    """Where the rows without shade over the first shaded one, and under the last, begin and end."""
    within = [word for word in layout.words if xs[0] - _SAME < word.center < xs[-1] + _SAME and not word.turned]
    space = usual_space(layout.words)
    filled: set[int] = set()
    first = top
    for line in reversed(lines_in([word for word in within if word.middle < top], space)):
        columns = _columns([word.box for piece in line.pieces for word in piece.words], xs)
        if first - line.bottom > _CLOSE * line.size or columns is None:
            break
        first = line.top - 1
        filled |= columns
    if len(filled) < max(2.0, _FILLED * (len(xs) - 1)):
        first = top
    last = bottom
    for line in lines_in([word for word in within if word.middle > bottom], space):
        columns = _columns([word.box for piece in line.pieces for word in piece.words], xs)
        if line.top - last > _CLOSE * line.size or columns is None or (last == bottom and len(columns) < 2):
            break
        last = line.bottom + 1
    return first, last


def _columns(boxes: Sequence[Box], xs: Sequence[float]) -> set[int] | None:
    """The columns in which words lie; none where one lies over a wall."""
    columns = set()
    for x0, _, x1, _ in boxes:
        inside = [n for n, (left, right) in enumerate(pairwise(xs)) if left - 1 <= x0 and x1 <= right + 1]
        if not inside:
            return None
        columns.add(inside[0])
    return columns
