"""Tables of pages as grids of cells; what goes on over a page is one grid, and every cell keeps its page and box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingestion.readers.pdf.lines import is_figure
from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.pages import Page, corners
from ingestion.readers.pdf.painting import Box
from ingestion.readers.pdf.structure import PageTable
from ingestion.readers.sheets.grid import Grid, Merged

_SAME_EDGE = 12.0  # points
_NEXT_ROW = 30.0  # points
_PROSE = 8  # words: less between two parts of a table is a page number, a title repeated


@dataclass(frozen=True)
class Line:
    """Where a row stands: page, number of the table on it, number of the row, box of each cell, its own height.

    A cell that is merged over several rows is as high as all of them, the row is not.
    """

    page: int
    table: int
    row: int
    boxes: list[Box | None]
    height: tuple[float, float]

    def locator(self, column: int | None = None) -> str:
        """The place of a cell; of the whole row where there is none."""
        box = self.boxes[column] if column is not None and column < len(self.boxes) else None
        return f"page={self.page};table={self.table};row={self.row};bbox={corners(box or self.box)}"

    @property
    def box(self) -> Box:
        """The box around the row."""
        x0, _, x1, _ = around(box for box in self.boxes if box is not None)
        return (x0, self.height[0], x1, self.height[1])


@dataclass(frozen=True)
class PdfGrid(Grid):
    """One table, with a line for each of its rows."""

    lines: list[Line]
    above: dict[tuple[int, int], str] = field(default_factory=dict)  # places of texts that stand on the page before
    united: tuple[str, ...] = ()  # places of rows that were read as the rest of the row above

    def place(self, row: int, column: int | None = None) -> str:
        """page=3;table=1;row=5;bbox=x0,top,x1,bottom of a row or a cell."""
        if column is not None and (row, column) in self.above:
            return self.above[row, column]
        return self.lines[min(row, len(self.lines) - 1)].locator(column)

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """Locators of whole rows."""
        return [self.lines[row].locator() for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """Locators of the cells of one column."""
        return [self.above.get((row, column)) or self.lines[row].locator(column) for row in rows]


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
    grids_of: tuple[list[PdfGrid], list[PdfGrid]] = ([], [])
    before: list[_Last | None] = [None, None]
    for page in pages:
        lasts: list[_Last | None] = [None, None]
        for kind, of_page in enumerate((page.tables, page.lists)):
            for position, table in enumerate(of_page):
                number = position + 1 + (len(page.tables) if kind else 0)
                grid = _grid(file, number, table)
                above = None if position else _above(before, kind, page, table)
                upper = lasts[kind]
                if position and upper is not None and _follows(upper.table, of_page[position - 1], table):
                    grids_of[kind][upper.index] = _joined(grids_of[kind][upper.index], grid)
                    lasts[kind] = _Last(page, table, upper.index)
                elif above is not None and (last := before[above]):
                    grids_of[above][last.index] = _joined(*_with_whole_row(grids_of[above][last.index], grid, 0))
                    if lasts[above] is None:
                        lasts[above] = _Last(page, table, last.index)
                elif not table.is_rest:
                    last = None if position else before[kind]
                    if last is not None and page.number == last.page.number + 1 and _has_same_header(last.table, table):
                        grids_of[kind][last.index], grid = _with_whole_row(grids_of[kind][last.index], grid, 1)
                        grid = _with_cut_cells(grids_of[kind][last.index], grid)
                    grids_of[kind].append(grid)
                    lasts[kind] = _Last(page, table, len(grids_of[kind]) - 1)
        before = lasts
    return grids_of


def _above(before: Sequence[_Last | None], kind: int, page: Page, table: PageTable) -> int | None:
    """The kind of the table that a first one of a page goes on: its own, else the other if it stands above that."""
    others = page.lists if kind == 0 else page.tables
    is_top = not others or table.box[1] < others[0].box[1]
    for above in (kind, 1 - kind) if is_top else (kind,):
        if (last := before[above]) and _goes_on(last.page, last.table, page, table):
            return above
    return None


def _follows(last: PageTable, above: PageTable, below: PageTable) -> bool:
    """Whether a table without rules or header goes on right below one of the same columns: a total stood between."""
    return (
        last is above
        and not (above.is_ruled or below.is_ruled or below.is_rest)
        and above.column_count == below.column_count
        and 0 <= below.box[1] - above.box[3] < _NEXT_ROW
        and _columns_match(above, below)
        and not _has_header(above, below)
    )


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
    heights = [[cell.box for cell in table.cells if cell.row == cell.last_row == row] for row in range(table.row_count)]
    lines = []
    for row, (of_row, own) in enumerate(zip(boxes, heights, strict=True), start=1):
        places = of_row if any(of_row) else [table.box]
        _, top, _, bottom = around(own or [box for box in places if box is not None])
        lines.append(Line(table.page, number, row, places, (top, bottom)))
    return PdfGrid(file, "", rows, lines, merged=merged)


def _with_whole_row(above: PdfGrid, below: PdfGrid, row: int) -> tuple[PdfGrid, PdfGrid]:
    """The two with what a page cut off the last row above: word processors part the lines of a row.

    It fills few columns, not the first, all of them filled above, and no figure is parted.
    """
    rest, last = below.rows[row], above.rows[-1]
    filled = [column for column, text in enumerate(rest) if text]
    if not filled or filled[0] == 0 or 2 * len(filled) > sum(map(bool, last)) or len(below.rows) < row + 2:
        return above, below
    if any(is_figure(rest[column]) or not last[column] for column in filled):
        return above, below
    whole = [f"{text} {more}".strip() for text, more in zip(last, rest, strict=True)]
    united = (*above.united, below.lines[row].locator())
    return replace(above, rows=[*above.rows[:-1], whole], united=united), _without_row(below, row)


def _without_row(grid: PdfGrid, row: int) -> PdfGrid:
    """The grid without one of its rows."""
    merged = [
        ((top - (top > row), left), (bottom - (bottom >= row), right)) for (top, left), (bottom, right) in grid.merged
    ]
    places = {(at - (at > row), column): place for (at, column), place in grid.above.items() if at != row}
    return replace(
        grid,
        rows=grid.rows[:row] + grid.rows[row + 1 :],
        lines=grid.lines[:row] + grid.lines[row + 1 :],
        above=places,
        merged=[(start, end) for start, end in merged if start < end and start[0] <= end[0]],
    )


def _joined(above: PdfGrid, below: PdfGrid) -> PdfGrid:
    """One grid; a merged cell at the foot of a page goes on with the empty one at the head of the next."""
    shift = len(above.rows)
    moved = [((top + shift, left), (bottom + shift, right)) for (top, left), (bottom, right) in below.merged]
    merged = above.merged + moved
    for column in range(len(above.rows[-1])):
        anchor = _cut_off(above, column)
        end = _end_of_empty(below, 0, column)
        if anchor is not None and end is not None and (anchor < shift - 1 or end > 0):
            merged = [m for m in merged if m[0] not in ((anchor, column), (shift, column))]
            merged.append(((anchor, column), (shift + end, column)))
    moved_places = {(row + shift, column): place for (row, column), place in below.above.items()}
    rows, lines = above.rows + below.rows, above.lines + below.lines
    united = above.united + below.united
    return PdfGrid(above.file, "", rows, lines, above.above | moved_places, united, merged=merged)


def _cut_off(grid: PdfGrid, column: int) -> int | None:
    """The row of the text whose cell reaches the foot of the page in a column."""
    last = len(grid.rows) - 1
    if any(
        top <= last <= bottom and left <= column <= right and left < right
        for (top, left), (bottom, right) in grid.merged
    ):
        return None
    reaching = (top for (top, left), (bottom, right) in grid.merged if left == right == column and bottom == last)
    anchor = next(reaching, last)
    return anchor if grid.rows[anchor][column] else None


def _end_of_empty(grid: PdfGrid, first: int, column: int) -> int | None:
    """The last row of an empty cell of one column at a row: it may begin in the header, which no rule parts from it."""
    if grid.rows[first][column] or grid.lines[first].boxes[column] is None:
        return None
    for (top, left), (bottom, right) in grid.merged:
        if left <= column <= right and top <= first <= bottom:
            return bottom if left == right else None
    return first


def _with_cut_cells(above: PdfGrid, below: PdfGrid) -> PdfGrid:
    """A table under a header repeated, with what a merged cell of the page before says of its first rows."""
    rows, merged = [list(row) for row in below.rows], list(below.merged)
    places: dict[tuple[int, int], str] = {}
    for column in range(min(len(above.rows[-1]), len(rows[0])) if len(rows) > 1 else 0):
        anchor, end = _cut_off(above, column), _end_of_empty(below, 1, column)
        if anchor is not None and end is not None and (anchor < len(above.rows) - 1 or end > 1):
            rows[1][column] = above.rows[anchor][column]
            places[1, column] = above.place(anchor, column)
            merged = [m for m in merged if not (m[0][1] == column and m[0][0] <= 1 <= m[1][0])]
            merged.append(((1, column), (end, column)))
    return replace(below, rows=rows, merged=merged, above=places) if places else below


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


def _has_same_header(above: PageTable, below: PageTable) -> bool:
    return above.column_count == below.column_count and _texts(above, 0) == _texts(below, 0)


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
