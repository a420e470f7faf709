"""Tables whose cells are drawn: crossing rules part the page, an absent rule joins two cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingestion.readers.pdf.page_layout import Layout, Rule
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.words import Word

Block = tuple[int, int, int, int]  # first row and column, last row and column of a lattice

_TOUCH = 5.0  # rules that nearly cross do cross
_MOST_SQUARES = 20_000  # a map or a pattern has more
_OVER = 1.5  # points on both sides of a wall: letters that run over it
_EDGE = 0.5  # points
_FINER = 4  # times the cells
_COLUMNS = 3
_FILLED = 0.4  # share of the columns that a row without walls fills
_WHOLE = 0.95  # share of the width of a table
_DRAWN = 0.6  # share of a cell's side that must be drawn


@dataclass(frozen=True)
class Lattice:
    """Rules that hang together, as a grid. `blocks` are its cells: first row and column, last row and column."""

    xs: list[float]
    ys: list[float]
    blocks: list[Block]

    @property
    def box(self) -> Box:
        """The outline."""
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def lattices(layout: Layout, striped: Sequence[Lattice] = ()) -> list[Lattice]:
    """Every set of crossing rules of a page. Sides of shaded areas count where no strokes make cells.

    ``striped``: those of which some rows are shaded, where no strokes make cells.
    """
    striped = [_parted(one, layout.across) for one in striped]
    shaded = [_parted(one, layout.across) for one in _lattices(layout.shaded_across, layout.shaded_upright)]
    drawn = [one for one in _lattices(layout.across, layout.upright) if not any(_is_finer(s, one) for s in shaded)]
    drawn = [_parted(one, [r for r in layout.shaded_across if _ends_head(r, one, layout.words)]) for one in drawn]
    drawn += [one for one in striped if not any(_is_within(other.box, one.box) for other in drawn)]
    return drawn + [one for one in shaded if not any(_is_within(other.box, one.box) for other in drawn)]


def _ends_head(rule: Rule, lattice: Lattice, words: Sequence[Word]) -> bool:
    """Whether the first row of a lattice is bold above a place, and below it is not."""
    left, top, right, _ = lattice.box
    if not top < rule.at < lattice.ys[1]:
        return False
    row = [word for word in words if left < word.center < right and top < word.middle < lattice.ys[1]]
    above, below = ([word.bold for word in row if (word.middle < rule.at) is is_above] for is_above in (True, False))
    return bool(above and below) and all(above) and not all(below)


def _parted(lattice: Lattice, across: Sequence[Rule]) -> Lattice:
    """A lattice with its rows parted where rules of full width lie that are none of its own.

    Strokes part those of backgrounds, the end of a background the first of strokes: a header from the row under it.
    """
    left, top, right, bottom = lattice.box
    lengths: dict[float, float] = {}
    for rule in across:
        if top + _TOUCH < rule.at < bottom - _TOUCH and left - _TOUCH < rule.start and rule.end < right + _TOUCH:
            lengths[rule.at] = lengths.get(rule.at, 0.0) + rule.length
    for at, length in lengths.items():
        row = bisect_left(lattice.ys, at) - 1
        if length > _WHOLE * (right - left) and min(abs(at - y) for y in lattice.ys) > _TOUCH:
            blocks = []
            for first, start, last, end in lattice.blocks:
                moved = (first + (first > row), start, last + (last >= row), end)
                blocks += [(row, start, row, end), (row + 1, start, row + 1, end)] if first == last == row else [moved]
            lattice = Lattice(lattice.xs, sorted([*lattice.ys, at]), sorted(blocks))
    return lattice


def _is_finer(shaded: Lattice, drawn: Lattice) -> bool:
    """Whether backgrounds part into rows and columns what strokes only frame, as in Word's shaded styles."""
    return (
        len(shaded.xs) > _COLUMNS
        and len(shaded.blocks) > _FINER * len(drawn.blocks)
        and _is_within(shaded.box, drawn.box)
    )


def _is_within(box: Box, other: Box) -> bool:
    """Whether boxes share more than half of the smaller."""
    wide = min(box[2], other[2]) - max(box[0], other[0])
    high = min(box[3], other[3]) - max(box[1], other[1])
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (box, other))
    return wide > 0 and high > 0 and wide * high > 0.5 * smaller


def _lattices(across: list[Rule], upright: list[Rule]) -> list[Lattice]:
    lattices = []
    for some_across, some_upright in _crossing(across, upright):
        xs = _places(some_upright, some_across)
        ys = _places(some_across, some_upright)
        if len(xs) > 2 and len(xs) * len(ys) <= _MOST_SQUARES:
            lattices.append(Lattice(xs, ys, _blocks(xs, ys, some_across, some_upright)))
    return lattices


def _crossing(across: list[Rule], upright: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules by what they hang together with; a rule that crosses none belongs to no grid."""
    group_of: dict[int, int] = {}  # index of an upright rule -> group
    groups: dict[int, tuple[set[int], set[int]]] = {}
    upright = sorted(upright)
    places = [rule.at for rule in upright]
    for h, rule in enumerate(across):
        near = range(bisect_left(places, rule.start - _TOUCH), bisect_right(places, rule.end + _TOUCH))
        crossed = [v for v in near if upright[v].start - _TOUCH <= rule.at <= upright[v].end + _TOUCH]
        if not crossed:
            continue
        joined = {group_of[v] for v in crossed if v in group_of}
        name = min(joined, default=h)
        hs, vs = groups.setdefault(name, (set(), set()))
        hs.add(h)
        vs.update(crossed)
        for other in joined - {name}:
            more_hs, more_vs = groups.pop(other)
            hs |= more_hs
            vs |= more_vs
        for v in vs:
            group_of[v] = name
    return [([across[h] for h in sorted(hs)], [upright[v] for v in sorted(vs)]) for hs, vs in groups.values()]


def _places(rules: list[Rule], crossing: list[Rule]) -> list[float]:
    """Where the grid is parted: at its rules, and at the ends of crossing rules that stick out beyond them."""
    places = sorted({rule.at for rule in rules})
    first = min(rule.start for rule in crossing)
    last = max(rule.end for rule in crossing)
    if first < places[0] - _TOUCH:
        places.insert(0, first)
    if last > places[-1] + _TOUCH:
        places.append(last)
    return places


def _blocks(xs: list[float], ys: list[float], across: list[Rule], upright: list[Rule]) -> list[Block]:
    """The cells: squares of the grid joined where no rule parts them."""
    rows, columns = len(ys) - 1, len(xs) - 1
    floors = _sides(ys, xs, across)
    walls = _sides(xs, ys, upright)
    name = list(range(rows * columns))

    def root(square: int) -> int:
        while name[square] != square:
            name[square] = name[name[square]]
            square = name[square]
        return square

    for row in range(rows):
        for column in range(columns):
            square = row * columns + column
            if column + 1 < columns and (column + 1, row) not in walls:
                name[root(square + 1)] = root(square)
            if row + 1 < rows and (row + 1, column) not in floors:
                name[root(square + columns)] = root(square)
    members: dict[int, list[tuple[int, int]]] = {}
    for square in range(rows * columns):
        members.setdefault(root(square), []).append(divmod(square, columns))
    blocks: list[Block] = []
    for squares in members.values():
        blocks += _rectangles(squares)
    return sorted(blocks)


def _sides(at: list[float], along: list[float], rules: list[Rule]) -> set[tuple[int, int]]:
    """(rule, square) where a rule at the place of that number is drawn along the square."""
    drawn = set()
    by_place: dict[float, list[Rule]] = {}
    for rule in rules:
        by_place.setdefault(rule.at, []).append(rule)
    for number, place in enumerate(at):
        for square in range(len(along) - 1):
            start, end = along[square], along[square + 1]
            covered = sum(max(0.0, min(end, r.end) - max(start, r.start)) for r in by_place.get(place, ()))
            if covered >= _DRAWN * (end - start):
                drawn.add((number, square))
    return drawn


def _rectangles(squares: list[tuple[int, int]]) -> list[Block]:
    """One rectangle where the squares fill one; else, where a rule is missing in part, one for each row's run."""
    rows = {row for row, _ in squares}
    columns = {column for _, column in squares}
    if len(squares) == len(rows) * len(columns):
        return [(min(rows), min(columns), max(rows), max(columns))]
    blocks: list[Block] = []
    for row in sorted(rows):
        run = sorted(column for r, column in squares if r == row)
        start = before = run[0]
        for column in [*run[1:], None]:
            if column is None or column != before + 1:
                blocks.append((row, start, row, before))
                start = column if column is not None else start
            before = column if column is not None else before
    return blocks


def with_walls(lattice: Lattice, lines_of: Callable[[Block], Sequence[Sequence[Box]]]) -> Lattice:
    """Rows without walls beside others that have them, parted where theirs stand: every other one of a Light List.

    ``lines_of``: the boxes of the pieces of each line in a cell; they lie in several columns, none of them over a wall.
    """
    blocks: list[Block] = []
    for block in lattice.blocks:
        first, start, last, end = block
        walls = lattice.xs[start : end + 2]
        places = [_column(box, walls) for line in lines_of(block) for box in line] if end - start > 1 else []
        if len(set(places)) >= max(_COLUMNS, _FILLED * (end - start + 1)) and None not in places:
            blocks += [(first, column, last, column) for column in range(start, end + 1)]
        else:
            blocks.append(block)
    return Lattice(lattice.xs, lattice.ys, sorted(blocks))


def _column(box: Box, walls: Sequence[float]) -> int | None:
    """The column that a box lies in; none if it lies over a wall."""
    column = bisect_right(walls, (box[0] + box[2]) / 2) - 1
    is_within = 0 <= column < len(walls) - 1 and walls[column] - 1 <= box[0] and box[2] <= walls[column + 1] + 1
    return column if is_within else None


def words_by_block(lattice: Lattice, words: Sequence[Word]) -> dict[Block, list[Word]]:
    """The words of each cell, by where their middle lies; a text that runs over its cell is of that where it begins."""
    block_at = {
        (row, column): block
        for block in lattice.blocks
        for row in range(block[0], block[2] + 1)
        for column in range(block[1], block[3] + 1)
    }
    by_block: dict[Block, list[Word]] = {block: [] for block in lattice.blocks}
    x0, top, x1, bottom = lattice.box
    inside = [word for word in words if x0 <= word.center <= x1 and top <= word.middle <= bottom]

    def block_of(word: Word, x: float) -> Block:
        row = min(bisect_right(lattice.ys, word.middle), len(lattice.ys) - 1) - 1
        column = min(max(1, bisect_right(lattice.xs, x)), len(lattice.xs) - 1) - 1
        return block_at[row, column]

    for text in _texts(inside):
        blocks = [block_of(word, word.center) for word in text]
        if len(set(blocks)) > 1 or _sticks_out(text[-1], blocks[-1], lattice):
            first = block_of(text[0], text[0].x0 + _EDGE)
            beyond = [word for word, block in zip(text, blocks, strict=True) if block != first]
            is_over = any(_runs_over(word, first, lattice) for word in text) or _are_over_others(beyond, inside)
            if is_over and first[0] <= blocks[0][0] <= first[2]:
                blocks = [first] * len(text)
        for word, block in zip(text, blocks, strict=True):
            by_block[block].append(word)
    return by_block


def _texts(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words that one operator shows after each other, with no more than a space between."""
    text: list[Word] = []
    for word in words:
        if text and not _follows(text[-1], word):
            yield text
            text = []
        text.append(word)
    if text:
        yield text


def _follows(word: Word, after: Word) -> bool:
    gap = after.x0 - word.x1
    is_beside = min(word.bottom, after.bottom) - max(word.top, after.top) > 0.5 * word.size
    return word.show == after.show and is_beside and not after.turned and -0.1 * word.size < gap < 0.5 * word.size


def _are_over_others(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether words lie on those of another text."""
    return any(
        min(word.x1, other.x1) - max(word.x0, other.x0) > _OVER
        and min(word.bottom, other.bottom) - max(word.top, other.top) > 0.5 * word.size
        for word in words
        for other in others
        if other.show != word.show
    )


def _sticks_out(word: Word, block: Block, lattice: Lattice) -> bool:
    return word.x1 > lattice.xs[block[3] + 1] + _OVER or word.x0 < lattice.xs[block[1]] - _OVER


def _runs_over(word: Word, block: Block, lattice: Lattice) -> bool:
    """Whether a word lies on both sides of the right wall of a cell."""
    wall = lattice.xs[block[3] + 1]
    return word.x0 < wall - _OVER and word.x1 > wall + _OVER
