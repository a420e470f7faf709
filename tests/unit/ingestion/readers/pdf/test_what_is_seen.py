"""Text is what a person sees: nothing hidden, no mark over the page, nothing twice; letters as they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.pdfgen import canvas

from ingestion.readers import pdf
from ingestion.readers.pdf.document import read_pages
from ingestion.readers.pdf.painting import Letter
from ingestion.readers.pdf.words import words_of
from tests.fixtures.pdf_drawing import (
    HEADER,
    HIGH,
    LEFT,
    ROWS,
    SIZE,
    TOP,
    Draw,
    by_hand,
    cells,
    content_of,
    rows_of,
    ruled,
    rules,
    tables,
    text,
    write,
    x_of,
)
from tests.fixtures.pdf_source import declared  # noqa: F401

ALL = [HEADER, *ROWS]


def older(sheet: canvas.Canvas, told: str = "98") -> None:
    text(sheet, 2, 3, told, dx=30)


def in_white(sheet: canvas.Canvas) -> None:
    sheet.setFillColor(colors.white)
    older(sheet)
    sheet.setFillColor(colors.black)


def in_cmyk_white(sheet: canvas.Canvas) -> None:
    sheet.setFillColorCMYK(0, 0, 0, 0)
    older(sheet)
    sheet.setFillColor(colors.black)


def unpainted(sheet: canvas.Canvas) -> None:
    written = sheet.beginText(x_of(3) + 30, TOP - 2 * HIGH - 13)
    written.setFont("Helvetica", SIZE)
    written.setTextRenderMode(3)
    written.textOut("98")
    written.setTextRenderMode(0)
    sheet.drawText(written)


def under_a_patch(sheet: canvas.Canvas) -> None:
    older(sheet)
    sheet.setFillColor(colors.white)
    sheet.rect(x_of(3) + 28, TOP - 3 * HIGH + 3, 20, 14, stroke=0, fill=1)
    sheet.setFillColor(colors.black)


def too_small(sheet: canvas.Canvas) -> None:
    sheet.setFont("Helvetica", 0.5)
    sheet.drawString(x_of(3) + 30, TOP - 2.6 * HIGH, "98")


def black_on_black(sheet: canvas.Canvas) -> None:
    sheet.rect(x_of(3) + 28, TOP - 3 * HIGH + 3, 20, 14, stroke=0, fill=1)
    older(sheet)


@pytest.mark.parametrize("hidden", [in_white, in_cmyk_white, unpainted, under_a_patch, black_on_black, too_small])
def test_hidden_text_is_no_text(tmp_path: Path, hidden: Draw) -> None:
    assert rows_of(write(tmp_path / "a.pdf", ruled(ALL, hidden))) == ALL


def test_hidden_text_is_no_text_in_cells_of_declared_settings_either(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", ruled(ALL, in_white))
    (page,) = read_pages(path, "all", "auto", {"vertical_strategy": "lines"}, workers=1)
    assert [cell.text for cell in page.tables[0].cells if cell.column == 3] == [row[3] for row in ALL]


def test_white_letters_on_a_dark_ground_are_text(tmp_path: Path) -> None:
    def head(sheet: canvas.Canvas) -> None:
        sheet.setFillColor(colors.darkblue)
        sheet.rect(LEFT, TOP - HIGH, x_of(4) - LEFT, HIGH, stroke=0, fill=1)
        rules(sheet, 4)
        sheet.setFillColor(colors.white)
        cells(sheet, [HEADER])
        sheet.setFillColor(colors.black)
        cells(sheet, ROWS, first=1)

    assert rows_of(write(tmp_path / "a.pdf", head)) == ALL


def rounded(sheet: canvas.Canvas) -> None:
    sheet.roundRect(LEFT, TOP - HIGH, x_of(4) - LEFT, HIGH, 5, stroke=0, fill=1)


def shading(sheet: canvas.Canvas) -> None:
    sheet.saveState()
    path = sheet.beginPath()
    path.rect(LEFT, TOP - HIGH, x_of(4) - LEFT, HIGH)
    sheet.clipPath(path, stroke=0)
    sheet.linearGradient(LEFT, TOP, x_of(4), TOP, (colors.darkblue, colors.darkgreen))
    sheet.restoreState()


@pytest.mark.parametrize("ground", [rounded, shading])
def test_white_letters_on_a_ground_of_another_make_are_text(tmp_path: Path, ground: Draw) -> None:
    def head(sheet: canvas.Canvas) -> None:
        sheet.setFillColor(colors.darkblue)
        ground(sheet)
        rules(sheet, 4)
        sheet.setFillColor(colors.white)
        cells(sheet, [HEADER])
        sheet.setFillColor(colors.black)
        cells(sheet, ROWS, first=1)

    assert rows_of(write(tmp_path / "a.pdf", head)) == ALL


def test_text_under_a_see_through_colour_is_text(tmp_path: Path) -> None:
    def marked(sheet: canvas.Canvas) -> None:
        sheet.setFillColor(colors.yellow, alpha=0.3)
        sheet.rect(LEFT, TOP - 3 * HIGH, x_of(4) - LEFT, HIGH, stroke=0, fill=1)

    assert rows_of(write(tmp_path / "a.pdf", ruled(ALL, marked))) == ALL


def test_a_frame_drawn_as_two_rectangles_hides_nothing(tmp_path: Path) -> None:
    def frame(sheet: canvas.Canvas) -> None:
        path = sheet.beginPath()
        path.rect(LEFT - 2, TOP - 4 * HIGH - 2, x_of(4) - LEFT + 4, 4 * HIGH + 4)
        path.rect(LEFT, TOP - 4 * HIGH, x_of(4) - LEFT, 4 * HIGH)
        sheet.drawPath(path, stroke=0, fill=1, fillMode=0)

    assert rows_of(write(tmp_path / "a.pdf", ruled(ALL, frame))) == ALL


@pytest.mark.parametrize(
    ("state", "told"), [("/OFF [6 0 R]", "640"), ("/ON [6 0 R]", "98 640"), ("/BaseState /OFF", "640")]
)
def test_a_layer_that_is_off_is_not_read(tmp_path: Path, state: str, told: str) -> None:
    rows = [HEADER, ROWS[1]]
    rows = [[each.replace("É", "E") for each in row] for row in rows]
    hidden = f"/OC /L BDC BT /F {SIZE} Tf {x_of(3) - 10} {TOP - HIGH - 13} Td (98) Tj ET EMC"
    content = "\n".join([*content_of(rows), hidden.replace(str(x_of(3) - 10), str(x_of(3) + 40))]).encode("latin-1")
    path = by_hand(
        tmp_path / "a.pdf",
        content,
        "/Font << /F 5 0 R >> /Properties << /L 6 0 R >>",
        f"/OCProperties << /OCGs [6 0 R] /D << {state} >> >>",
        "<< /Type /OCG /Name (ancien) >>",
    )
    assert rows_of(path)[1][3].replace("\t", " ") == ("640 98" if "98" in told else told)


def test_what_lies_outside_the_crop_box_is_not_read_and_boxes_count_from_it(tmp_path: Path) -> None:
    def cropped(sheet: canvas.Canvas) -> None:
        sheet.setCropBox((30, 500, 560, 800))
        ruled()(sheet)
        sheet.drawString(LEFT, 300, "Structure masquée")

    (grid,) = tables(write(tmp_path / "a.pdf", cropped))
    assert grid.rows == ALL
    x0, top, *_ = (float(part) for part in grid.place(0, 0).rsplit("=", 1)[1].split(","))
    assert (x0, top) == pytest.approx((LEFT - 30, 800 - TOP), abs=0.6)


def slanted(sheet: canvas.Canvas) -> None:
    sheet.saveState()
    sheet.translate(120, 640)
    sheet.rotate(35)
    sheet.setFont("Helvetica-Bold", 50)
    sheet.setFillGray(0.8)
    sheet.drawString(0, 0, "BROUILLON")
    sheet.restoreState()


def small_and_slanted(sheet: canvas.Canvas) -> None:
    for row in range(4):
        sheet.saveState()
        sheet.translate(x_of(1) + 10, TOP - row * HIGH - 16)
        sheet.rotate(20)
        sheet.drawString(0, 0, "CONFIDENTIEL")
        sheet.restoreState()


def pale_and_upright(sheet: canvas.Canvas) -> None:
    sheet.saveState()
    sheet.setFont("Helvetica", 12)
    sheet.setFillGray(0.85)
    for row in range(4):
        sheet.drawString(x_of(3), TOP - row * HIGH - 14, "2024")
    sheet.restoreState()


def see_through(sheet: canvas.Canvas) -> None:
    sheet.saveState()
    sheet.setFillAlpha(0.2)
    sheet.setFont("Helvetica-Bold", 60)
    sheet.drawString(LEFT, TOP - 60, "COPIE")
    sheet.restoreState()


@pytest.mark.parametrize("mark", [slanted, small_and_slanted, pale_and_upright, see_through])
def test_a_mark_over_the_page_is_no_part_of_cells(tmp_path: Path, mark: Draw) -> None:
    assert rows_of(write(tmp_path / "a.pdf", ruled(ALL, before=[mark]))) == ALL
    assert rows_of(write(tmp_path / "b.pdf", ruled(ALL, mark))) == ALL


def again(dx: float, dy: float) -> Draw:
    def draw(sheet: canvas.Canvas) -> None:
        sheet.translate(dx, dy)
        cells(sheet, ALL)
        sheet.translate(-dx, -dy)

    return draw


def letter_by_letter(sheet: canvas.Canvas) -> None:
    sheet.setFont("Helvetica", SIZE)
    for number, row in enumerate(ALL):
        for column, told in enumerate(row):
            x = x_of(column) + 4
            for sign in told:
                for dx in (0.0, 0.3):
                    sheet.drawString(x + dx, TOP - HIGH * number - 13, sign)
                x += sheet.stringWidth(sign, "Helvetica", SIZE)


@pytest.mark.parametrize("move", [(0.25, 0.0), (1.0, 0.0), (0.8, -0.8), (0.0, 0.0)])
def test_text_that_is_drawn_twice_is_read_once(tmp_path: Path, move: tuple[float, float]) -> None:
    assert rows_of(write(tmp_path / "a.pdf", ruled(ALL, again(*move)))) == ALL


def test_letters_that_are_each_drawn_twice_are_read_once(tmp_path: Path) -> None:
    def draw(sheet: canvas.Canvas) -> None:
        rules(sheet, len(ALL))
        letter_by_letter(sheet)

    assert rows_of(write(tmp_path / "a.pdf", draw)) == ALL


def raised(row: int, column: int, told: str, sign: str, size: float = 5.5, by: float = 3.5) -> Draw:
    def draw(sheet: canvas.Canvas) -> None:
        text(sheet, row, column, told)
        x = x_of(column) + 4 + sheet.stringWidth(told, "Helvetica", SIZE)
        sheet.setFont("Helvetica", size)
        sheet.drawString(x + 0.2, TOP - HIGH * row - 13 + by, sign)

    return draw


@pytest.mark.parametrize(
    ("told", "sign", "read"),
    [
        ("640", "2", "640"),
        ("64 012", "1", "64 012"),
        ("640", "(3)", "640"),
        ("905", "*", "905"),
        ("12 km", "2", "12 km2"),
    ],
)
def test_a_raised_sign_is_a_note(tmp_path: Path, told: str, sign: str, read: str) -> None:
    rows = [HEADER, ["Gao", "Association Tilwate", "Logement", ""]]
    path = write(tmp_path / "a.pdf", ruled(rows, raised(1, 3, told, sign)))
    assert rows_of(path)[1][3] == read


def test_a_raised_sign_behind_a_name_is_a_note_and_raised_letters_are_text(tmp_path: Path) -> None:
    rows = [HEADER, ["", "", "Logement", "145"]]
    path = write(tmp_path / "a.pdf", ruled(rows, raised(1, 0, "Ansongo", "1"), raised(1, 1, "Le 1", "er")))
    assert rows_of(path)[1][:2] == ["Ansongo", "Le 1er"]


def test_an_accent_drawn_over_a_letter_is_part_of_it(tmp_path: Path) -> None:
    def accents(sheet: canvas.Canvas) -> None:
        text(sheet, 1, 0, "Yelimane")
        for before in ("Y", "Yeliman"):
            width = sheet.stringWidth(before, "Helvetica", SIZE)
            sheet.drawString(x_of(0) + 4 + width + 0.8, TOP - HIGH - 13, "´")

    def interleaved(sheet: canvas.Canvas) -> None:
        x = x_of(0) + 4
        for sign in "Y´elim":
            sheet.setFont("Helvetica", SIZE)
            sheet.drawString(x + (0.8 if sign == "´" else 0), TOP - HIGH - 13, sign)
            x += 0 if sign == "´" else sheet.stringWidth(sign, "Helvetica", SIZE)

    rows = [HEADER, ["", "Association Tilwate", "Logement", "145"]]
    assert rows_of(write(tmp_path / "a.pdf", ruled(rows, interleaved)))[1][0] == "Yélim"


@pytest.mark.parametrize("order", [1, -1], ids=["as it stands", "as it is read"])
def test_arabic_is_read_leftwards_in_whatever_order_it_is_written(order: int) -> None:
    name = "جمعية"
    letters = [
        Letter(sign, (100 - 5 * place, 10, 105 - 5 * place, 20), 0, "F", 1, 1) for place, sign in enumerate(name)
    ][::order]
    assert [word.text for word in words_of(letters, 0, 200, 200)] == [name]


def test_values_of_form_fields_are_read(tmp_path: Path) -> None:
    def form(sheet: canvas.Canvas) -> None:
        rules(sheet, 2)
        cells(sheet, [HEADER])
        sheet.acroForm.textfield(
            name="c", value="Gao", x=x_of(0) + 1, y=TOP - 2 * HIGH + 1, width=85, height=17, fontSize=9
        )
        sheet.acroForm.textfield(
            name="s", value="Coopérative des femmes maraîchères de Bourem",
            x=x_of(1) + 1, y=TOP - 2 * HIGH + 1, width=145, height=17, fontSize=9,
        )  # fmt: skip
        sheet.acroForm.choice(
            name="t", value="Logement", options=["Logement", "Éducation"],
            x=x_of(2) + 1, y=TOP - 2 * HIGH + 1, width=100, height=17,
        )  # fmt: skip
        sheet.acroForm.checkbox(name="u", checked=True, x=x_of(3) + 5, y=TOP - 2 * HIGH + 3, size=12)

    read = rows_of(write(tmp_path / "a.pdf", form))
    assert read[1] == ["Gao", "Coopérative des femmes maraîchères de Bourem", "Logement", "X"]


def test_letters_of_a_font_without_unicode_are_warned_about(declared: Callable, tmp_path: Path) -> None:
    header = ["Cercle", "Structure", "Service", "Vu le"]
    rows = [header, ["Gao", "Comit\\001 fictif", "Logement", "15/06/2024"], ["Kita", "ONG", "Logement", "16/06/2024"]]
    content = "\n".join(content_of(rows)).replace("(Comit", "(Comit").encode("latin-1")
    font = (
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding "
        "/BaseEncoding /WinAnsiEncoding /Differences [1 /g001] >> >>"
    )
    path = by_hand(tmp_path / "a.pdf", content, "/Font << /F 6 0 R >>", "", font)
    source = declared()
    table = pdf.read(path, source, source.reader)["table"]
    assert list(table.frame["Structure"]) == ["Comit\ufffd fictif", "ONG"]
    assert table.flags["unreadable_letters"] == frozenset({table.frame.index[0]})
    assert "lettres illisibles" in " ".join(table.notes)
