"""Tables of every make: small, striped, with rows in one drawn cell, with sparse columns, with drawings, over pages."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen import canvas

from ingestion.readers.pdf.document import read_pages
from tests.fixtures.pdf_drawing import (
    HEADER,
    HIGH,
    LEFT,
    ROWS,
    SIZE,
    TOP,
    WIDTHS,
    Draw,
    cells,
    rows_of,
    ruled,
    rules,
    tables,
    text,
    write,
    x_of,
)

ALL = [HEADER, *ROWS]
MORE = [
    ["Gao", "Association Tilwate", "Logement", "145"],
    ["Ansongo", "ONG Fleuve Vert", "Éducation", "64"],
    ["Kita", "Mutuelle Sahel", "Logement", "905"],
    ["Diré", "Centre Dogon", "Éducation", "12"],
    ["Mopti", "Maison des jeunes", "Logement", "88"],
]


def flush_right(sheet: canvas.Canvas, rows: list[list[str]], first: float = 0) -> None:
    """A bold heading on the left, figures on the right of their column."""
    cells(sheet, [rows[0]], first, bold=True)
    for number, row in enumerate(rows[1:], start=1):
        cells(sheet, [row[:3]], first + number)
        sheet.drawRightString(x_of(4) - 4, TOP - HIGH * (first + number) - 13, row[3])


@pytest.mark.parametrize("count", [3, 4, 5])
def test_small_tables_without_rules_are_read(tmp_path: Path, count: int) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        for first, title in ((0, "Région de Gao"), (12, "Région de Kayes")):
            sheet.setFont("Helvetica-Bold", 12)
            sheet.drawString(LEFT, TOP - HIGH * first + 12, title)
            flush_right(sheet, [HEADER, *MORE[:count]], first)

    found = [grid.rows for grid in tables(write(tmp_path / "a.pdf", draw))]
    assert found == [[HEADER, *MORE[:count]]] * 2


def centred(sheet: canvas.Canvas) -> None:
    for number, row in enumerate([HEADER, *MORE]):
        sheet.setFont("Helvetica-Bold" if number == 0 else "Helvetica", SIZE)
        for column, told in enumerate(row):
            sheet.drawCentredString(x_of(column) + WIDTHS[column] / 2, TOP - HIGH * number - 13, told)


def test_centred_words_without_rules_are_a_table(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path / "a.pdf", centred)) == [HEADER, *MORE]


@pytest.mark.parametrize("across", [(0, 1, 6), (0, 1, 4, 6)], ids=["one cell a column", "groups"])
@pytest.mark.parametrize("bold", [True, False])
def test_rows_within_one_drawn_cell_are_told_apart(tmp_path: Path, across: tuple[int, ...], bold: bool) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 6, across=across)
        cells(sheet, [HEADER, *MORE], bold=bold)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == [HEADER, *MORE]


def test_groups_of_two_rows_are_told_apart(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["Gao", "Association Tilwate", "Logement", "312"],
        ["Gao", "ONG Fleuve Vert", "Logement", "540"],
        ["Mopti", "Mutuelle Sahel Avenir", "Services financiers", "145"],
        ["Mopti", "Centre Dogon Solidaire", "Services financiers", "77"],
    ]

    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 5, across=(0, 1, 3, 5))
        cells(sheet, rows)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == rows


def test_lines_of_one_row_stay_one_row(tmp_path: Path) -> None:
    """Names that fill their cells go on below; the others have one line."""

    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 3)
        cells(sheet, [HEADER])
        for row, (first, second) in enumerate(
            [
                ("Association des femmes de la", "commune de Gao"),
                ("Union des jeunes commerçants", "de la ville de Kita"),
            ],
            1,
        ):
            sheet.setFont("Helvetica", 8)
            sheet.drawString(x_of(1) + 4, TOP - HIGH * row - 8, first)
            sheet.drawString(x_of(1) + 4, TOP - HIGH * row - 17, second)
            for column, told in ((0, "Gao"), (2, "Logement"), (3, "12")):
                sheet.drawString(x_of(column) + 4, TOP - HIGH * row - 8, told)

    assert len(rows_of(write(tmp_path / "a.pdf", draw))) == 3


def shade(sheet: canvas.Canvas, row: int, colour: colors.Color = colors.lightgrey) -> None:
    """The cells of a row, each filled by itself."""
    sheet.setFillColor(colour)
    for column, width in enumerate(WIDTHS):
        sheet.rect(x_of(column), TOP - HIGH * (row + 1), width, HIGH, stroke=0, fill=1)
    sheet.setFillColor(colors.black)


@pytest.mark.parametrize("shaded", [(0, 1, 3, 5), (0, 2, 4), (1, 3, 5), (0, 1, 5)])
@pytest.mark.parametrize("framed", [False, True])
def test_rows_between_shaded_cells_are_rows(tmp_path: Path, shaded: tuple[int, ...], framed: bool) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        for row in shaded:
            shade(sheet, row)
        if framed:
            sheet.rect(LEFT, TOP - HIGH * 6, x_of(4) - LEFT, HIGH * 6, stroke=1, fill=0)
        cells(sheet, [HEADER, *MORE], bold=True)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == [HEADER, *MORE]


@pytest.mark.parametrize("across", [(0, 1, 6), ()], ids=["rules", "none"])
def test_a_last_column_with_one_filled_cell_is_a_column(tmp_path: Path, across: tuple[int, ...]) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        for row in across:
            sheet.line(LEFT, TOP - HIGH * row, x_of(4) + 80, TOP - HIGH * row)
        flush_right(sheet, [HEADER, *MORE])
        text(sheet, 0, 4, "Observation", dx=12, bold=True)
        text(sheet, 3, 4, "à vérifier", dx=12)

    rows = [[*row, ""] for row in [HEADER, *MORE]]
    rows[0][4], rows[3][4] = "Observation", "à vérifier"
    assert rows_of(write(tmp_path / "a.pdf", draw)) == rows


def test_a_region_that_is_told_once_holds_for_its_rows(tmp_path: Path) -> None:
    """Rules part the rows and leave out the region beside them."""

    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 6, across=(0, 1, 3, 6), upright=False)
        for row in (2, 4, 5):
            sheet.line(x_of(1), TOP - HIGH * row, x_of(4), TOP - HIGH * row)
        cells(sheet, [["Région", *HEADER[1:]], *([name, *row[1:]] for name, row in zip(["Gao", "", "Kayes", "", ""], MORE))])  # fmt: skip  # noqa: B905

    (grid,) = tables(write(tmp_path / "a.pdf", draw))
    assert [row[0] for row in grid.spread()] == ["Région", "Gao", "Gao", "Kayes", "Kayes", "Kayes"]


def cross(sheet: canvas.Canvas, row: int) -> None:
    x, y = x_of(3) + 20, TOP - HIGH * row - 15
    sheet.line(x, y, x + 9, y + 9)
    sheet.line(x, y + 9, x + 9, y)


def face(sheet: canvas.Canvas, row: int) -> None:
    x, y = x_of(3) + 25, TOP - HIGH * row - 10
    sheet.circle(x, y, 6)
    sheet.circle(x - 2, y + 2, 0.8)
    sheet.circle(x + 2, y + 2, 0.8)


@pytest.mark.parametrize("drawing", [cross, face])
def test_drawings_in_cells_leave_the_table_a_table_and_are_told(tmp_path: Path, drawing: object) -> None:
    rows = [HEADER, *([*row[:3], ""] for row in MORE)]

    def draw(sheet: canvas.Canvas) -> None:
        ruled(rows)(sheet)
        for row in range(1, 6):
            drawing(sheet, row)  # type: ignore[operator]

    path = write(tmp_path / "a.pdf", draw)
    assert rows_of(path) == rows
    (page,) = read_pages(path, "all", "auto", {}, workers=1)
    assert sum("dessin" in reason for reason, _, _ in page.aside) == 5


def bars(sheet: canvas.Canvas) -> None:
    """Bars with their labels, and a scale."""
    for number, told in enumerate(["Gao", "Kita", "Mopti", "Diré", "Kayes"]):
        sheet.drawString(60, 600 - 24 * number, told)
        sheet.setFillColor(colors.steelblue)
        sheet.rect(120, 597 - 24 * number, 40 + 50 * number, 14, stroke=0, fill=1)
        sheet.setFillColor(colors.black)
        sheet.drawString(170 + 50 * number, 600 - 24 * number, str(12 + 9 * number))
    for number in range(5):
        sheet.drawString(120 + 60 * number, 470, str(20 * number))


def flow(sheet: canvas.Canvas) -> None:
    """Boxes with a word each, and arrows between."""
    for number, told in enumerate(["Accueil", "Écoute", "Orientation", "Suivi"]):
        x, y = 60 + 120 * (number % 2), 600 - 100 * (number // 2)
        sheet.roundRect(x, y, 90, 40, 6)
        sheet.drawString(x + 12, y + 16, told)
        sheet.line(x + 90, y + 20, x + 120, y + 20)
        sheet.line(x + 120, y + 20, x + 114, y + 24)


@pytest.mark.parametrize("page", [bars, flow])
def test_charts_are_no_tables(tmp_path: Path, page: Draw) -> None:
    assert tables(write(tmp_path / "a.pdf", page)) == []


@pytest.mark.parametrize("repeated", [True, False], ids=["header again", "no header"])
def test_a_merged_cell_goes_on_over_the_page(tmp_path: Path, repeated: bool) -> None:
    def page(rows: list[list[str]], merged: int) -> Draw:
        """The first column has no rules within its last rows."""

        def draw(sheet: canvas.Canvas) -> None:
            rules(sheet, len(rows), across=(0, *range(1, len(rows) - merged + 1), len(rows)))
            for row in range(len(rows) - merged + 1, len(rows)):
                sheet.line(x_of(1), TOP - HIGH * row, x_of(4), TOP - HIGH * row)
            cells(sheet, rows)

        return draw

    head = ["Région", *HEADER[1:]]
    first = [head, *(["Kayes" if number == 0 else "", *row[1:]] for number, row in enumerate(MORE))]
    second = [[head] * repeated, [["", *row[1:]] for row in MORE[:3]]]
    path = write(tmp_path / "a.pdf", page(first, 5), page([*second[0], *second[1]], 3))
    regions = [row[0] for grid in tables(path) for row in grid.spread() if row[0] != "Région"]
    assert regions == ["Kayes"] * 8


def test_the_box_of_a_row_is_as_high_as_the_row(tmp_path: Path) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 3, across=(0, 1, 3))
        sheet.line(x_of(1), TOP - HIGH * 2, x_of(4), TOP - HIGH * 2)
        cells(sheet, [HEADER, ["Gao", *ROWS[0][1:]], ["", *ROWS[1][1:]]])

    (grid,) = tables(write(tmp_path / "a.pdf", draw))
    tops = [float(grid.place(row).rsplit("=", 1)[1].split(",")[1]) for row in range(3)]
    assert [round(below - above) for above, below in itertools.pairwise(tops)] == [HIGH, HIGH]


def test_a_header_above_the_first_rule_may_stand_further_off(tmp_path: Path) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        cells(sheet, [HEADER], first=-0.4)
        rules(sheet, len(ROWS) + 1, across=range(1, len(ROWS) + 2), upright=False)
        cells(sheet, ROWS, first=1)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == [HEADER, *ROWS]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_was_turned_is_read_as_it_is_meant(tmp_path: Path, quarters: int) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        wide, high = A4
        sheet.translate(*{1: (high, 0), 2: (wide, high), 3: (0, wide)}[quarters])
        sheet.rotate(90 * quarters)
        ruled()(sheet)

    path = tmp_path / "a.pdf"
    sheet = canvas.Canvas(str(path), pagesize=A4 if quarters == 2 else landscape(A4), invariant=1)
    draw(sheet)
    sheet.save()
    (grid,) = tables(path)
    assert grid.rows == [HEADER, *ROWS]
    assert grid.lines[0].boxes[0] is not None
    x0, top, x1, bottom = grid.lines[0].boxes[0]
    width, height = A4 if quarters == 2 else landscape(A4)
    assert 0 <= x0 < x1 <= width
    assert 0 <= top < bottom <= height


@pytest.mark.parametrize("repeated", [False, True])
def test_the_lines_of_a_row_that_a_page_parts_are_one(tmp_path: Path, repeated: bool) -> None:
    head = [HEADER] if repeated else []
    rest = ["", "du Fleuve", "", ""]
    path = write(tmp_path / "a.pdf", ruled([HEADER, *ROWS]), ruled([*head, rest, *ROWS]))
    whole = [*ROWS[:2], ["Mopti", f"{ROWS[2][1]} du Fleuve", *ROWS[2][2:]]]
    read = tables(path)
    assert [row for grid in read for row in grid.rows if row != HEADER] == [*whole, *ROWS]
    (place,) = (place for grid in read for place in grid.united)
    assert place.startswith(f"page=2;table=1;row={1 + repeated};")


@pytest.mark.parametrize(
    "row", [["", "Total", "", "1690"], ["Kayes", "", "", ""], ["", "Mutuelle Sahel", "Santé", "12"]]
)
def test_a_short_row_at_the_head_of_a_page_stays_a_row(tmp_path: Path, row: list[str]) -> None:
    path = write(tmp_path / "a.pdf", ruled([HEADER, *ROWS]), ruled([row, *ROWS]))
    assert [row for grid in tables(path) for row in grid.rows] == [HEADER, *ROWS, row, *ROWS]


@pytest.mark.parametrize("empty", [{2}, {3}, {2, 3}, {1, 2}], ids=str)
def test_a_column_without_a_filled_cell_keeps_its_heading(tmp_path: Path, empty: set[int]) -> None:
    """Nobody told « Usagers » on this page; its heading is no part of the one beside it."""
    bare = [["" if column in empty else told for column, told in enumerate(row)] for row in ROWS]

    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 4, across=(0, 1, 4), upright=False)
        cells(sheet, [HEADER, *bare], bold=True)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == [HEADER, *bare]


@pytest.mark.parametrize("is_each_row_ruled", [False, True])
@pytest.mark.parametrize(
    "prose", ["", "Les 45 responsables de cette région fictive ont été rencontrés du 3 au 14 juin 2024."]
)
def test_a_title_ends_a_table_and_its_successor_has_its_own_header(
    tmp_path: Path, is_each_row_ruled: bool, prose: str
) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        for first in (0, 8):
            across = range(first, first + 5) if is_each_row_ruled else (first + 1,)
            rules(sheet, 0, across=[row for row in across if row != first], upright=False)
            cells(sheet, [HEADER, *ROWS], first, bold=True)
        sheet.setFont("Helvetica-Bold", 13)
        sheet.drawString(LEFT, TOP - HIGH * 5.7, "Région de Kayes")
        sheet.setFont("Helvetica", 10)
        sheet.drawString(LEFT, TOP - HIGH * 6.8, prose)

    assert [grid.rows for grid in tables(write(tmp_path / "a.pdf", draw))] == [[HEADER, *ROWS]] * 2


def _backgrounds(sheet: canvas.Canvas, row: int, colour: colors.Color) -> None:
    """A background for each cell of a row, as word processors draw them."""
    sheet.setFillColor(colour)
    for column, width in enumerate(WIDTHS):
        sheet.rect(x_of(column), TOP - HIGH * (row + 1), width, HIGH, stroke=0, fill=1)
    sheet.setFillColor(colors.black)


def _walls(sheet: canvas.Canvas, row: int, columns: range) -> None:
    for column in columns:
        sheet.line(x_of(column), TOP - HIGH * row, x_of(column), TOP - HIGH * (row + 1))


TALL = [HEADER, *MORE, *ROWS]


def test_backgrounds_of_cells_are_rows_within_a_frame(tmp_path: Path) -> None:
    """« Medium Shading » of Word frames the table and rules off its header; its rows have backgrounds alone."""

    def draw(sheet: canvas.Canvas) -> None:
        for row in range(len(TALL)):
            _backgrounds(sheet, row, colors.lightblue if row % 2 else colors.white)
        rules(sheet, len(TALL), across=(0, 1, len(TALL)), upright=False)
        _walls(sheet, 0, range(len(WIDTHS) + 1))
        for row in range(1, len(TALL)):
            _walls(sheet, row, range(0, len(WIDTHS) + 1, len(WIDTHS)))
        cells(sheet, TALL, bold=True)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == TALL


def test_walls_of_every_other_row_are_those_of_all(tmp_path: Path) -> None:
    """« Light List » of Word draws walls in every other row, and a background under its header."""

    def draw(sheet: canvas.Canvas) -> None:
        _backgrounds(sheet, 0, colors.lightblue)
        rules(sheet, len(TALL), across=[0, *range(2, len(TALL) + 1)], upright=False)
        for row in range(len(TALL)):
            _walls(sheet, row, range(len(WIDTHS) + 1) if row % 2 else range(0, len(WIDTHS) + 1, len(WIDTHS)))
        cells(sheet, TALL, bold=True)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == TALL


def test_a_stroke_parts_a_header_from_a_row_without_background(tmp_path: Path) -> None:
    """« Medium List » of Word shades every other row, on the next page often the second below the header."""

    def draw(sheet: canvas.Canvas) -> None:
        for row in range(2, len(TALL), 2):
            _backgrounds(sheet, row, colors.lightgrey)
        rules(sheet, 0, across=(1,), upright=False)
        cells(sheet, TALL)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == TALL
