"""A table as it was recognised: cells that may span rows and columns, each with its box."""

from __future__ import annotations

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
