"""What a cell says: figures that stand apart stay apart, words that a line parts are whole, each text in its cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from ingestion.clean.numbers import integer, number
from ingestion.declaration.values import clean
from ingestion.readers.pdf.texts import text_of
from ingestion.readers.pdf.words import Word
from ingestion.shapes import SHAPES
from tests.fixtures.pdf_drawing import (
    HEADER,
    HIGH,
    ROWS,
    SIZE,
    TOP,
    WIDTHS,
    Draw,
    cells,
    rows_of,
    ruled,
    rules,
    text,
    write,
    x_of,
)

PEOPLE = SHAPES["need"].column("people")


def cell(column: int, *lines: str, leading: float = 8.5) -> Draw:
    """Lines of one cell in the first row under the header."""

    def draw(sheet: canvas.Canvas) -> None:
        sheet.setFont("Helvetica", 7)
        for number_, line in enumerate(lines):
            sheet.drawString(x_of(column) + 4, TOP - HIGH - 8 - leading * number_, line)

    return draw


def row_with(tmp_path: Path, column: int, *draw: Draw) -> str:
    row = ["Gao", "Association Tilwate", "Logement", "145"]
    row[column] = ""
    return rows_of(write(tmp_path / "a.pdf", ruled([HEADER, row], *draw)))[1][column]


def test_two_figures_under_each_other_are_no_number(tmp_path: Path) -> None:
    read = row_with(tmp_path, 3, cell(3, "640", "915"))
    assert read == "640\n915"
    assert clean(PEOPLE, read) == (None, False)


def test_two_figures_far_apart_are_no_number(tmp_path: Path) -> None:
    def apart(sheet: canvas.Canvas) -> None:
        text(sheet, 1, 3, "12")
        text(sheet, 1, 3, "450", dx=40)

    read = row_with(tmp_path, 3, apart)
    assert read == "12\t450"
    assert clean(PEOPLE, read) == (None, False)


@pytest.mark.parametrize("value", ["640\n915", "12 \n 450", "12\t450", "1 204\n87"])
def test_figures_of_two_places_are_not_understood(value: str) -> None:
    assert number(value) is None
    assert integer(value) is None


@pytest.mark.parametrize(("value", "told"), [("64 012", 64012), ("1 204", 1204), (" 87\n", 87), ("12\u202f450", 12450)])
def test_thousands_are_one_figure(value: str, told: int) -> None:
    assert integer(value) == told
    assert clean(PEOPLE, value) == (told, True)


def struck(sheet: canvas.Canvas, column: int, told: str, thick: bool = False) -> None:
    text(sheet, 1, column, told)
    width = sheet.stringWidth(told, "Helvetica", SIZE)
    y = TOP - HIGH - 13 + 0.3 * SIZE
    if thick:
        sheet.rect(x_of(column) + 4, y, width, 0.8, stroke=0, fill=1)
    else:
        sheet.line(x_of(column) + 4, y, x_of(column) + 4 + width, y)


@pytest.mark.parametrize("thick", [False, True])
def test_a_figure_that_is_crossed_out_is_none(tmp_path: Path, thick: bool) -> None:
    def alone(sheet: canvas.Canvas) -> None:
        struck(sheet, 3, "640", thick)

    def beside(sheet: canvas.Canvas) -> None:
        alone(sheet)
        text(sheet, 1, 3, "915", dx=30)

    for draw in (alone, beside):
        assert clean(PEOPLE, row_with(tmp_path, 3, draw)) == (None, False)


def test_words_that_are_crossed_out_are_gone(tmp_path: Path) -> None:
    def replaced(sheet: canvas.Canvas) -> None:
        struck(sheet, 2, "Logement")
        text(sheet, 1, 2, "Santé", dx=55)

    assert row_with(tmp_path, 2, replaced) == "Santé"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("Associa-", "tion Tilwate"), "Association Tilwate"),
        (("Maison de la Sous-", "préfecture"), "Maison de la Sous-préfecture"),
        (("Comité Saint-", "Louis"), "Comité Saint-Louis"),
        (("Projet ML-", "05 de Kita"), "Projet ML-05 de Kita"),
        (("Accueil - jour", "et nuit"), "Accueil - jour et nuit"),
    ],
)
def test_a_word_that_a_line_parts_is_whole(tmp_path: Path, lines: tuple[str, ...], told: str) -> None:
    assert row_with(tmp_path, 1, cell(1, *lines)) == told


def test_a_soft_hyphen_at_the_end_of_a_line_is_gone() -> None:
    words = [
        Word("Associa\u00ad", 10, 10, 50, 18, 8, False, False),
        Word("tion", 10, 20, 30, 28, 8, False, False),
        Word("sous\u00adpréfet", 33, 20, 80, 28, 8, False, False),
    ]
    assert text_of(words) == "Association sous-préfet"


@pytest.mark.parametrize("clipped", [True, False])
@pytest.mark.parametrize("name", ["Coopérative des femmes maraîchères de Bourem et de la commune", "Union des transporteurs du Nord et Sahel"])  # fmt: skip
def test_a_text_that_runs_over_its_cell_belongs_where_it_begins(tmp_path: Path, name: str, clipped: bool) -> None:
    def long(sheet: canvas.Canvas) -> None:
        sheet.saveState()
        if clipped:
            path = sheet.beginPath()
            path.rect(x_of(1), TOP - 2 * HIGH, WIDTHS[1], HIGH)
            sheet.clipPath(path, stroke=0)
        text(sheet, 1, 1, name)
        sheet.restoreState()

    row = ["Gao", "", "Logement", "145"]
    assert rows_of(write(tmp_path / "a.pdf", ruled([HEADER, row], long)))[1] == ["Gao", name, "Logement", "145"]


def test_a_text_that_runs_over_its_column_belongs_to_it_without_upright_rules_too(tmp_path: Path) -> None:
    rows = [HEADER, ["Gao", "Coopérative des femmes maraîchères de Bourem", "Logement", "145"], ROWS[1]]

    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, 3, upright=False)
        cells(sheet, rows)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == rows


def test_neighbours_that_nearly_touch_stay_in_their_cells(tmp_path: Path) -> None:
    rows = [HEADER, ["Gao", "Association des femmes de Gao", "Logement", "145"]]
    assert rows_of(write(tmp_path / "a.pdf", ruled(rows))) == rows


def test_an_underlined_name_of_two_lines_is_one_row(tmp_path: Path) -> None:
    def link(sheet: canvas.Canvas) -> None:
        sheet.setFont("Helvetica", 7)
        for number_, line in enumerate(("Coopérative des femmes", "maraîchères de Bourem")):
            y = TOP - HIGH - 8 - 8.5 * number_
            sheet.drawString(x_of(1) + 4, y, line)
            sheet.setLineWidth(0.4)
            sheet.line(x_of(1) + 4, y - 1, x_of(1) + 4 + sheet.stringWidth(line, "Helvetica", 7), y - 1)

    row = ["Gao", "", "Logement", "145"]
    read = rows_of(write(tmp_path / "a.pdf", ruled([HEADER, row, ROWS[1]], link)))
    assert read == [HEADER, ["Gao", "Coopérative des femmes maraîchères de Bourem", "Logement", "145"], ROWS[1]]
