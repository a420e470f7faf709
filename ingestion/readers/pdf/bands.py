"""Cells of a lattice, also where rules part only some of them: lines of figures under each other are rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

from ingestion.readers.pdf.borderless import joined, merged
from ingestion.readers.pdf.columns import Row, gutters, parts_of
from ingestion.readers.pdf.header import header_parts
from ingestion.readers.pdf.lines import Line, is_figure, lines_in
from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.ruled import Block, Lattice, with_walls, words_by_block
from ingestion.readers.pdf.spacing import row_starts
from ingestion.readers.pdf.stacked import holds_rows
from ingestion.readers.pdf.structure import Cell
from ingestion.readers.pdf.texts import lines_of, note_of, text_of
from ingestion.readers.pdf.words import Word

Key = tuple[int, int]  # row or column of the lattice, and the number within it


@dataclass
class _Piece:
    """A cell to be: its place in the lattice, finer where a row or column of the lattice holds several."""

    row: Key
    column: Key
    last_row: Key
    last_column: Key
    words: list[Word]


_LAST = 10_000


def cells_of_lattice(lattice: Lattice, words: Sequence[Word], space: float) -> list[Cell]:
    """The cells of a lattice with their text; `space` is the usual one between words, in em."""
    by_block = words_by_block(lattice, words)
    walled = with_walls(
        lattice, lambda block: [[p.box for p in line.pieces] for line in lines_in(by_block[block], space)]
    )
    if walled.blocks != lattice.blocks:
        lattice, by_block = walled, words_by_block(walled, words)
    bands = {row: _band(by_block, row) for row in range(len(lattice.ys) - 1)}
    worded = {row for row, band in bands.items() if holds_rows(band, lattice)}
    dense = {row: _words(band.values()) for row, band in bands.items() if row in worded or _is_dense(band, space)}
    tall = [block for block, inside in by_block.items() if _is_dense_beside(block, inside, dense)]
    beside: list[tuple[Block, list[Word]]] = []
    for block in tall:
        for row, some in _by_row(lattice, by_block[block]).items():
            if row in dense:
                dense[row] += some
            else:
                beside.append(((row, block[1], row, block[3]), some))
    strips, keys = _strips(lattice, [line for row in dense for line in lines_in(dense[row], space)])
    pieces: list[_Piece] = []
    for block, inside in [*by_block.items(), *beside]:
        if block not in tall and not (block[0] == block[2] and block[0] in dense):
            pieces += _as_one_or_parts(block, inside, strips, keys, space)
    for row, inside in dense.items():
        pieces += _rows_of_band(row, lines_in(inside, space), strips, keys, by_space=row in worded)
    return _numbered(pieces, lattice)


def _is_dense_beside(block: Block, words: list[Word], dense: dict[int, list[Word]]) -> bool:
    """Whether a cell over several rows of the lattice has a line for each row of figures beside it."""
    rows = sum(len(lines_of(dense[row])) if row in dense else 1 for row in range(block[0], block[2] + 1))
    return block[2] > block[0] and rows > 4 and len(lines_of(words)) >= 0.7 * rows


def _by_row(lattice: Lattice, words: list[Word]) -> dict[int, list[Word]]:
    rows: dict[int, list[Word]] = {}
    for word in words:
        rows.setdefault(min(bisect_right(lattice.ys, word.middle), len(lattice.ys) - 1) - 1, []).append(word)
    return rows


def _band(by_block: dict[Block, list[Word]], row: int) -> dict[Block, list[Word]]:
    """The cells that lie in one row of the lattice alone."""
    return {block: words for block, words in by_block.items() if block[0] == block[2] == row}


def _words(groups: Iterable[list[Word]]) -> list[Word]:
    return [word for group in groups for word in group]


def _is_dense(band: dict[Block, list[Word]], space: float) -> bool:
    """Whether a row of the lattice holds several rows, or cells without a wall between them."""
    lines = {block: lines_of(words) for block, words in band.items() if words}
    if any(_is_open(block, words, space) for block, words in band.items()):
        return True
    several = [lines_ for lines_ in lines.values() if len(lines_) > 1]
    if len(several) < 2:
        return False
    longest = max(several, key=len)
    heights = [sum(w.middle for w in line) / len(line) for line in longest]
    aligned = [
        group
        for group in several
        if all(
            min(abs(sum(w.middle for w in line) / len(line) - h) for h in heights) < 0.3 * line[0].size
            for line in group
        )
    ]
    figures = [
        group
        for group in aligned
        if sum(is_figure(" ".join(w.text for w in line)) for line in group) >= 0.7 * len(group)
    ]
    return len(aligned) >= 2 and len(figures) >= 1 and len(longest) >= 2 and len(figures) >= len(several) - 1


def _is_open(block: Block, words: list[Word], space: float) -> bool:
    """Whether a cell holds figures side by side: of several columns, or line after line."""
    lines = lines_in(words, space)
    if block[1] == block[3] and len(lines) < 4:
        return False
    return bool(lines) and sum(line.is_figures for line in lines) > 0.5 * len(lines)


def _strips(lattice: Lattice, lines: Sequence[Line]) -> tuple[list[tuple[float, float]], list[Key]]:
    """What parts the columns: the lattice's rules and the gutters between them; and the key of every column."""
    more = [
        strip
        for strip in (gutters(lines) if len(lines) > 2 else [])
        if not any(strip[0] - 2 <= x <= strip[1] + 2 for x in lattice.xs)
    ]
    strips = sorted([(x, x) for x in lattice.xs[1:-1]] + more)
    keys: list[Key] = []
    column = number = 0
    for strip in [*strips, None]:
        keys.append((column, number))
        if strip is None or strip in more:
            number += 1
        else:
            column, number = column + 1, 0
    return strips, keys


def _as_one_or_parts(
    block: Block, words: list[Word], strips: Sequence[tuple[float, float]], keys: Sequence[Key], space: float
) -> list[_Piece]:
    """A cell; or, where its column holds several further down and its own lines follow them, those."""
    row, column, last_row, last_column = block
    inner = [number for number, key in enumerate(keys) if column <= key[0] <= last_column]
    lines = lines_in(words, space)
    if len(inner) == last_column - column + 1 or not any(len(line.pieces) > 1 for line in lines):
        return [_Piece((row, 0), (column, 0), (last_row, _LAST), (last_column, _LAST), words)]
    headings = header_parts(lines, strips, (), (inner[0], inner[-1]))
    depth = max(level for _, level, _ in headings)
    return [
        _Piece(
            (row, first),
            keys[part.first],
            (last_row, _LAST) if last == depth else (row, last),
            keys[part.last],
            part.words,
        )
        for first, last, part in headings
    ]


def _rows_of_band(
    row: int, lines: list[Line], strips: Sequence[tuple[float, float]], keys: Sequence[Key], *, by_space: bool
) -> list[_Piece]:
    rows: list[Row] = [parts_of(line, strips) for line in lines]
    starts = row_starts(lines, strips) if by_space else []
    if starts:
        merged_rows = [reduce(merged, rows[start:end]) for start, end in pairwise([*starts, len(rows)])]
        return _pieces(row, merged_rows, keys)
    limits = [
        max((w.x1 for some in rows for part in some if part.first == part.last == c for w in part.words), default=0.0)
        for c in range(len(strips) + 1)
    ]
    return _pieces(row, joined(rows, (), limits), keys)


def _pieces(row: int, rows: Sequence[Row], keys: Sequence[Key]) -> list[_Piece]:
    return [
        _Piece((row, number), keys[part.first], (row, number), keys[part.last], part.words)
        for number, some in enumerate(rows)
        for part in some
    ]


def _numbered(pieces: Sequence[_Piece], lattice: Lattice) -> list[Cell]:
    """Cells with plain row and column numbers."""
    rows = sorted({piece.row for piece in pieces})
    columns = sorted({piece.column for piece in pieces})

    def last(keys: list[Key], end: Key) -> int:
        return max(number for number, key in enumerate(keys) if key <= end)

    cells = []
    for piece in pieces:
        drawn = (
            lattice.xs[piece.column[0]],
            lattice.ys[piece.row[0]],
            lattice.xs[piece.last_column[0] + 1],
            lattice.ys[piece.last_row[0] + 1],
        )
        is_undivided = piece.last_row[1] == _LAST and piece.last_column[1] == _LAST
        cells.append(
            Cell(
                rows.index(piece.row),
                columns.index(piece.column),
                last(rows, piece.last_row),
                last(columns, piece.last_column),
                text_of(piece.words),
                drawn if is_undivided or not piece.words else around(word.box for word in piece.words),
                note_of(piece.words),
            )
        )
    return cells
