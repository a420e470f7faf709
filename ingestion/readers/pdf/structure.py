"""A table as it was recognised: cells that may span rows and columns, each with its box."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.readers.pdf.layout import Box, Word, clusters


@dataclass(frozen=True)
class Cell:
    """Text over rows `row` to `last_row` and columns `column` to `last_column`, both counted from 0."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str
    box: Box


@dataclass(frozen=True)
class PageTable:
    """One table of one page. `ruled` tells whether drawn rules gave its cells."""

    page: int
    ruled: bool
    cells: list[Cell]

    @property
    def row_count(self) -> int:
        return max(cell.last_row for cell in self.cells) + 1

    @property
    def column_count(self) -> int:
        return max(cell.last_column for cell in self.cells) + 1


def around(boxes: Iterable[Box] | Iterable[Word]) -> Box:
    """The smallest box around others."""
    corners = [(b.x0, b.top, b.x1, b.bottom) if isinstance(b, Word) else b for b in boxes]
    return (
        min(c[0] for c in corners),
        min(c[1] for c in corners),
        max(c[2] for c in corners),
        max(c[3] for c in corners),
    )


def lines_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words by line, from top to bottom, each line from left to right; a raised note sign stays on its line."""
    lines: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: (word.turned, word.middle)):
        if lines and lines[-1][0].turned == word.turned:
            top, bottom = spans[-1]
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap > 0.5 * min(bottom - top, word.bottom - word.top):
                lines[-1].append(word)
                if word.bottom - word.top > bottom - top:
                    spans[-1] = (word.top, word.bottom)
                continue
        lines.append([word])
        spans.append((word.top, word.bottom))
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def text_of(words: Sequence[Word]) -> str:
    """Words in the order in which they are read. Letters that touch are one word in spite of another size."""
    parts: list[str] = []
    turned = [word for word in words if word.turned]
    for line in lines_of([word for word in words if not word.turned]):
        before: Word | None = None
        for word in line:
            if before is not None and word.x0 - before.x1 < 0.15 * min(word.size, before.size):
                parts[-1] += word.text
            else:
                parts.append(word.text)
            before = word
    # Upright text in a cell is read from the foot of the page, column by column.
    for column in clusters(turned, lambda word: word.center, 2.0):
        parts += [word.text for word in sorted(column, key=lambda word: -word.bottom)]
    return " ".join(parts)


def compact(page: int, ruled: bool, cells: Sequence[Cell]) -> PageTable | None:
    """The table without its empty rows and columns, or none where nothing is left."""
    filled = [cell for cell in cells if cell.text]
    if not filled:
        return None
    rows = {number: index for index, number in enumerate(sorted({cell.row for cell in filled}))}
    columns = {number: index for index, number in enumerate(sorted({cell.column for cell in filled}))}

    def last(numbers: dict[int, int], first: int, end: int) -> int:
        return max(index for number, index in numbers.items() if first <= number <= end)

    return PageTable(
        page,
        ruled,
        [
            Cell(
                rows[cell.row],
                columns[cell.column],
                last(rows, cell.row, cell.last_row),
                last(columns, cell.column, cell.last_column),
                cell.text,
                cell.box,
            )
            for cell in cells
            if cell.row in rows and cell.column in columns
        ],
    )


_CAPTION = re.compile(r"(table|tableau|exhibit|figure|box|encadré|graphique|annexe|appendix)\s+[\dA-Z]", re.IGNORECASE)
_NOTE = re.compile(r"(sources?|notes?|nota|lecture|champ)\b|[*†‡]", re.IGNORECASE)


def without_caption(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without a title over the whole first row, nor sources and notes over the whole last ones."""
    kept = [cell for cell in cells if cell.text]
    while kept and (first := _alone(kept, min(cell.row for cell in kept))) and _CAPTION.match(first.text):
        kept.remove(first)
    while kept and (last := _alone(kept, max(cell.row for cell in kept))) and _NOTE.match(last.text):
        kept.remove(last)
    return kept


def _alone(cells: Sequence[Cell], row: int) -> Cell | None:
    """The cell that is the only one in its row, and lies over all columns."""
    there = [cell for cell in cells if cell.row <= row <= cell.last_row]
    last = max(cell.last_column for cell in cells)
    return there[0] if len(there) == 1 and there[0].column == 0 and there[0].last_column == last else None
