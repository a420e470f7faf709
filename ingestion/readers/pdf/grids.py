"""Tables of pages as grids of cells; what goes on over a page is one grid, and every cell keeps its page and box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.readers.pdf.lines import is_figure
from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.pages import Page, corners
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.structure import PageTable
from ingestion.readers.sheets.grid import Grid, Merged

_SAME_EDGE = 12.0  # points
_PROSE = 8  # words: less between two parts of a table is a page number, a title repeated


@dataclass(frozen=True)
class Line:
    """Where a row stands: page, number of the table on it, number of the row, box of each cell."""

    page: int
    table: int
    row: int
    boxes: list[Box | None]

    def locator(self, column: int | None = None) -> str:
        """The place of a cell; of the whole row where there is none."""
        box = self.boxes[column] if column is not None and column < len(self.boxes) else None
        whole = around(box for box in self.boxes if box is not None)
        return f"page={self.page};table={self.table};row={self.row};bbox={corners(box or whole)}"


@dataclass(frozen=True)
class PdfGrid(Grid):
    """One table, with a line for each of its rows."""

    lines: list[Line]

    def place(self, row: int, column: int | None = None) -> str:
        """page=3;table=1;row=5;bbox=x0,top,x1,bottom of a row or a cell."""
        return self.lines[min(row, len(self.lines) - 1)].locator(column)

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """Locators of whole rows."""
        return [self.lines[row].locator() for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """Locators of the cells of one column."""
        return [self.lines[row].locator(column) for row in rows]


def grids(file: str, pages: Sequence[Page]) -> list[PdfGrid]:
    """The tables of a document. The first table of a page goes on with the last of the page before where it fits."""
    return _grids(file, pages)[0]


def lists(file: str, pages: Sequence[Page]) -> list[PdfGrid]:
    """The columns of words that may be a table, numbered after the tables of their page."""
    return _grids(file, pages)[1]


@dataclass
class _Last:
    """The last table of a kind on a page, and where its grid stands among those of its kind."""

    page: Page
    table: PageTable
    index: int


def _grids(file: str, pages: Sequence[Page]) -> tuple[list[PdfGrid], list[PdfGrid]]:
    """Tables, and columns of words: few rows on the next page may look like these where a long table began."""
    found: tuple[list[PdfGrid], list[PdfGrid]] = ([], [])
    before: list[_Last | None] = [None, None]
    for page in pages:
        lasts: list[_Last | None] = [None, None]
        for kind, of_page in enumerate((page.tables, page.lists)):
            for position, table in enumerate(of_page):
                number = position + 1 + (len(page.tables) if kind else 0)
                grid = _grid(file, number, table)
                above = None if position else _above(before, kind, page, table)
                if above is not None and (last := before[above]):
                    found[above][last.index] = _joined(found[above][last.index], grid)
                    if lasts[above] is None:
                        lasts[above] = _Last(page, table, last.index)
                elif not table.is_rest:
                    found[kind].append(grid)
                    lasts[kind] = _Last(page, table, len(found[kind]) - 1)
        before = lasts
    return found


def _above(before: Sequence[_Last | None], kind: int, page: Page, table: PageTable) -> int | None:
    """The kind of the table that a first one of a page goes on: its own, else the other if it stands above that."""
    others = page.lists if kind == 0 else page.tables
    is_top = not others or table.box[1] < others[0].box[1]
    for above in (kind, 1 - kind) if is_top else (kind,):
        if (last := before[above]) and _goes_on(last.page, last.table, page, table):
            return above
    return None


def _grid(file: str, number: int, table: PageTable) -> PdfGrid:
    """The cells by row and column. The text of a merged cell stands in its first row and column alone."""
    rows = [[""] * table.column_count for _ in range(table.row_count)]
    boxes: list[list[Box | None]] = [[None] * table.column_count for _ in range(table.row_count)]
    merged: list[Merged] = []
    for cell in table.cells:
        if (cell.row, cell.column) != (cell.last_row, cell.last_column):
            merged.append(((cell.row, cell.column), (cell.last_row, cell.last_column)))
        rows[cell.row][cell.column] = cell.text
        for row in range(cell.row, cell.last_row + 1):
            boxes[row][cell.column : cell.last_column + 1] = [cell.box] * (cell.last_column + 1 - cell.column)
    lines = [
        Line(table.page, number, row, of_row if any(of_row) else [table.box])
        for row, of_row in enumerate(boxes, start=1)
    ]
    return PdfGrid(file, "", rows, lines, merged=merged)


def _joined(above: PdfGrid, below: PdfGrid) -> PdfGrid:
    shift = len(above.rows)
    moved = [((top + shift, left), (bottom + shift, right)) for (top, left), (bottom, right) in below.merged]
    return PdfGrid(above.file, "", above.rows + below.rows, above.lines + below.lines, merged=above.merged + moved)


def _goes_on(page: Page, above: PageTable, next_page: Page, below: PageTable) -> bool:
    """Whether a table is the rest of the one on the page before.

    It has the same columns and no header of its own, and no text stands between the two.
    """
    if next_page.number != page.number + 1 or above.page != page.number or above.column_count != below.column_count:
        return False
    if any(box[1] >= above.box[3] for box, words in _prose(page) if words > _PROSE):
        return False
    if any(box[3] <= below.box[1] for box, words in _prose(next_page) if words > _PROSE):
        return False
    if above.is_ruled and below.is_ruled:  # programs that write tables fit the columns of each page to its text
        is_same = abs(above.box[0] - below.box[0]) < _SAME_EDGE
    else:
        is_same = _columns_match(above, below)
    return is_same and not _has_header(above, below)


def _prose(page: Page) -> list[tuple[Box, int]]:
    return [(box, len(passage.text.split())) for box, passage in zip(page.prose, page.passages, strict=True)]


def _columns_match(above: PageTable, below: PageTable) -> bool:
    """Whether every column stands over the same strip of the page, and nearer to it than to its neighbours."""
    lower = _strips(below)
    for number, strip in enumerate(_strips(above)):
        shares = [min(strip[1], other[1]) - max(strip[0], other[0]) for other in lower]
        if shares[number] <= 0 or shares[number] < max(shares):
            return False
    return True


def _strips(table: PageTable) -> list[tuple[float, float]]:
    strips = []
    for column in range(table.column_count):
        boxes = [cell.box for cell in table.cells if cell.column == cell.last_column == column]
        box = around(boxes or [table.box])
        strips.append((box[0], box[2]))
    return strips


def _has_header(above: PageTable, below: PageTable) -> bool:
    """Whether the first row is the header of the table above again, or names columns of figures."""
    first = _texts(below, 0)
    if first == _texts(above, 0):
        return True
    body = [_texts(above, row) for row in range(1, above.row_count)]
    for column, text in enumerate(first):
        filled = [row[column] for row in body if row[column]]
        of_figures = sum(map(is_figure, filled)) > 0.7 * len(filled) if filled else False
        if of_figures and text and not is_figure(text):
            return True
    return False


def _texts(table: PageTable, row: int) -> list[str]:
    texts = [""] * table.column_count
    for cell in table.cells:
        if cell.row <= row <= cell.last_row:
            texts[cell.column] = cell.text
    return texts
