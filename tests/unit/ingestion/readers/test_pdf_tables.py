"""Which tables a PDF holds: ruled or not, merged, over pages, turned; and what is none. Real documents with their truth."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from benchmarks import pdf_tables
from ingestion.declaration.source import Source, load
from ingestion.errors import SourceFileError
from ingestion.readers import pdf
from ingestion.readers.pdf.document import read_pages
from ingestion.readers.pdf.grids import PdfGrid, grids

Draw = Callable[[canvas.Canvas], None]
HEADER = ["Cercle", "Ménages", "Personnes", "Part"]
ROWS = [["Kita", "1 204", "6 020", "12,5 %"], ["Gao", "87", "435", "0,9 %"], ["Mopti", "640", "3 200", "6,6 %"]]
LEVEL_REACHED = 0.99


def write(path: Path, *pages: Draw, rotate: int = 0) -> Path:
    sheet = canvas.Canvas(str(path), pagesize=A4, invariant=1)
    for page in pages:
        if rotate:
            sheet.setPageRotation(rotate)
        page(sheet)
        sheet.showPage()
    sheet.save()
    return path


def drawn(
    rows: list[list[str]], *style: Any, x: float = 60, top: float = 760, grid: bool = True, width: float = 90
) -> Draw:
    """A table at a place of the page; with ruling lines, unless it is told otherwise."""

    def draw(sheet: canvas.Canvas) -> None:
        lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if grid else []
        table = Table(rows, colWidths=width, style=[*lines, *style])
        _, height = table.wrapOn(sheet, *A4)
        table.drawOn(sheet, x, top - height)

    return draw


def written(*lines: str, x: float = 60, top: float = 780, leading: float = 14) -> Draw:
    def draw(sheet: canvas.Canvas) -> None:
        for number, line in enumerate(lines):
            sheet.drawString(x, top - number * leading, line)

    return draw


def together(*parts: Draw) -> Draw:
    def draw(sheet: canvas.Canvas) -> None:
        for part in parts:
            part(sheet)

    return draw


def tables(path: Path, strategy: str = "auto", settings: dict[str, Any] | None = None) -> list[PdfGrid]:
    return grids(path.name, read_pages(path, "all", strategy, settings or {}, workers=1))


def rows(path: Path, strategy: str = "auto") -> list[list[list[str]]]:
    return [grid.rows for grid in tables(path, strategy)]


def box_of(locator: str) -> tuple[float, ...]:
    return tuple(float(corner) for corner in locator.partition("bbox=")[2].split(","))


# --- what is a table ---


@pytest.mark.parametrize("rules", ["none", "three", "all"])
def test_a_table_is_read_whatever_is_drawn_of_it(tmp_path: Path, rules: str) -> None:
    lines = [("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)]
    three = [*lines, ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)]
    table = drawn([HEADER, *ROWS], *(three if rules == "three" else []), grid=rules == "all", top=700)
    text = written("Les chiffres de ce rapport fictif sont inventés, comme les lieux où ils auraient été relevés.")
    assert rows(write(tmp_path / "a.pdf", together(text, table))) == [[HEADER, *ROWS]]


def test_words_alone_make_a_table_between_rules(tmp_path: Path) -> None:
    words = [["Structure", "Service"], ["Association fictive", "Écoute"], ["Mutuelle fictive", "Prêts"]]
    rules = [
        (what, (0, n), (-1, n), 1, colors.black) for what, n in (("LINEABOVE", 0), ("LINEBELOW", 0), ("LINEBELOW", -1))
    ]
    assert rows(write(tmp_path / "a.pdf", drawn(words, *rules, grid=False, width=150))) == [words]
    assert rows(write(tmp_path / "b.pdf", drawn(words, grid=False, width=150))) == []


WHO_WHERE = [["Structure", "Service", "Cercle"], ["Association fictive", "Logement", "Gao"],
             ["Mutuelle fictive", "Santé", "Kita"], ["Foyer fictif", "Services juridiques", "Djenné"]]  # fmt: skip
HEADS = {
    "bold": [("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")],
    "ruled off": [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)],
    "shaded": [("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)],
    "striped": [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.white, colors.lightgrey])],
}


@pytest.mark.parametrize("head", HEADS)
def test_columns_of_words_are_a_table_where_they_have_the_head_of_one(tmp_path: Path, head: str) -> None:
    page = together(
        written("Les services de ce rapport fictif sont inventés, comme les structures qui les offriraient."),
        drawn(WHO_WHERE, *HEADS[head], grid=False, width=130, top=720),
    )
    assert rows(write(tmp_path / "a.pdf", page)) == [WHO_WHERE]


def test_columns_of_words_alone_are_a_table_to_whom_knows_its_columns(
    declaration: Callable[..., Path], tmp_path: Path
) -> None:
    def who_where(given: dict[str, Any]) -> None:
        columns = {"organization_name": "Structure", "service_type_code": "Service", "admin2_name": "Cercle"}
        given["shapes"]["service"]["columns"] = columns | {"observed_on": {"value": "2024-07-31"}}
        given.update(reader={"kind": "pdf"}, files=["*.pdf"], ignored={})

    source = load(declaration(who_where))
    path = write(
        tmp_path / "a.pdf", drawn(WHO_WHERE, grid=False, width=130), drawn(WHO_WHERE[1:], grid=False, width=130)
    )
    assert rows(path) == []
    found = pdf.read(path, source, source.reader)["table"]
    assert found.frame.to_numpy().tolist() == WHO_WHERE[1:] * 2
    assert [place[:14] for place in found.place("Cercle")] == ["page=1;table=1"] * 3 + ["page=2;table=1"] * 3


def test_several_tables_of_a_page_are_read_each_in_its_way(tmp_path: Path) -> None:
    page = together(
        drawn([HEADER, *ROWS], top=760),
        written("Un paragraphe entre deux tableaux, que personne ne doit prendre pour une ligne.", top=620),
        drawn([HEADER, *ROWS[:2]], grid=False, top=560),
        drawn([["Sigle", "Sens"], ["AF", "fictif"]], top=400),
    )
    assert rows(write(tmp_path / "a.pdf", page)) == [
        [HEADER, *ROWS],
        [HEADER, *ROWS[:2]],
        [["Sigle", "Sens"], ["AF", "fictif"]],
    ]


def test_a_declared_strategy_is_kept_to(tmp_path: Path) -> None:
    page = together(drawn([HEADER, *ROWS], top=760), drawn([HEADER, *ROWS[:2]], grid=False, top=500))
    path = write(tmp_path / "a.pdf", page)
    assert rows(path, "lines") == [[HEADER, *ROWS]]
    assert len(rows(path, "text")) == 2
    [only] = tables(path, settings={"vertical_strategy": "lines", "horizontal_strategy": "lines"})
    assert only.rows == [HEADER, *ROWS]


def test_a_merged_cell_stands_once_and_its_rows_are_told(tmp_path: Path) -> None:
    merged = [
        ["Région", "Cercle", "2023", "2024"],
        ["Kayes", "Kita", "12", "13"],
        ["", "Yélimané", "7", "9"],
        ["Gao", "Gao", "sans objet", ""],
    ]
    spans = [("SPAN", (0, 1), (0, 2)), ("SPAN", (2, 3), (3, 3))]
    [grid] = tables(write(tmp_path / "a.pdf", drawn(merged, *spans)))
    assert grid.rows == merged
    assert grid.merged == [((1, 0), (2, 0)), ((3, 2), (3, 3))]
    assert box_of(grid.place(1, 0)) == box_of(grid.place(2, 0))
    assert box_of(grid.place(3, 2)) == box_of(grid.place(3, 3))


def test_headings_over_columns_are_joined_with_the_names_under_them(
    declaration: Callable[..., Path], tmp_path: Path
) -> None:
    given = [
        ["N°", "Structure", "Offre", ""],
        ["", "", "Service", "Vu le"],
        ["1", "Fictive", "Logement", "15/06/2024"],
    ]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (2, 0), (3, 0))]
    source = source_of(declaration, {"header_rows": 2}, "Offre / Vu le", "Structure", "Offre / Service")
    found = pdf.read(write(tmp_path / "a.pdf", drawn(given, *spans)), source, source.reader)["table"]
    assert found.frame[["Structure", "Offre / Service", "Offre / Vu le"]].to_numpy().tolist() == [
        ["Fictive", "Logement", "15/06/2024"]
    ]


def test_headings_over_several_columns_are_told_from_the_columns(tmp_path: Path) -> None:
    rules = [
        ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
        ("LINEBELOW", (1, 0), (2, 0), 0.5, colors.black),
        ("LINEBELOW", (0, 1), (-1, 1), 1, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
        ("SPAN", (1, 0), (2, 0)),
        ("ALIGN", (1, 0), (-1, -1), "CENTER"),
    ]
    given = [
        ["", "Personnes", "", ""],
        ["Cercle", "Femmes", "Hommes", "Part"],
        ["Kita", "6 020", "5 110", "12,5 %"],
        ["Gao", "435", "410", "0,9 %"],
    ]
    [page] = read_pages(write(tmp_path / "a.pdf", drawn(given, *rules, grid=False)), "all", "auto", {})
    [table] = page.tables
    places = {
        cell.text: (cell.row, cell.column, cell.last_row, cell.last_column) for cell in table.cells if cell.row < 2
    }
    assert places == {
        "Personnes": (0, 1, 0, 2),
        "Cercle": (0, 0, 1, 0),
        "Femmes": (1, 1, 1, 1),
        "Hommes": (1, 2, 1, 2),
        "Part": (0, 3, 1, 3),
    }


def test_lines_of_a_cell_are_one_text_and_lines_of_figures_are_rows(tmp_path: Path) -> None:
    label = "Personnes accompagnées dans les\nlieux d’accueil de la région"
    path = write(
        tmp_path / "a.pdf",
        drawn([["Mesure", "2023", "2024"], [label, "1 204", "1 340"], ["Familles", "87", "91"]], width=170),
    )
    assert rows(path)[0][1] == [" ".join(label.split()), "1 204", "1 340"]
    stacked = [["Cercle", "Ménages"], ["Kita\nGao\nMopti", "1 204\n87\n640"]]  # rules between the columns alone
    assert rows(write(tmp_path / "b.pdf", drawn(stacked))) == [
        [["Cercle", "Ménages"], ["Kita", "1 204"], ["Gao", "87"], ["Mopti", "640"]]
    ]


@pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "header once"])
@pytest.mark.parametrize("grid", [True, False], ids=["ruled", "borderless"])
def test_a_table_goes_on_over_pages(
    declaration: Callable[..., Path], tmp_path: Path, repeated: bool, grid: bool
) -> None:
    body = [[str(n), "Association Fictive", "Logement", f"{n % 28 + 1:02}/06/2024"] for n in range(60)]
    header = ["N°", "Structure", "Service", "Vu le"]
    parts = [body[:25], body[25:50], body[50:]]
    drawings = [
        drawn([header, *part] if repeated or not n else part, grid=grid, width=120) for n, part in enumerate(parts)
    ]
    pages = [together(draw, written(f"Page {n}", top=40)) for n, draw in enumerate(drawings, 1)]
    source = source_of(declaration, {})
    found = pdf.read(write(tmp_path / "a.pdf", *pages), source, source.reader)["table"]
    assert found.frame["N°"].tolist() == [str(n) for n in range(60)]
    assert [place.partition(";")[0] for place in found.locators] == ["page=1"] * 25 + ["page=2"] * 25 + ["page=3"] * 10


WRAPPING = {
    "borderless": [],
    "one rule": [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)],
    "rules under all rows": [("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)],
    "rules between rows": [("LINEABOVE", (0, 1), (-1, -1), 0.3, colors.grey)],
    "grid": [("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
}
PARTS = ["Mutuelle", "Association fictive pour la protection des enfants et des femmes", "Foyer", "Centre fictif"]
PLACES = [
    "Gao",
    "",
    "Bourem et ses communes fictives le long du fleuve",
    "Kita",
    "Gourma inventé (rive droite du Niger)",
]


@pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "header once"])
@pytest.mark.parametrize("align", ["TOP", "MIDDLE", "BOTTOM"])
@pytest.mark.parametrize("rules", WRAPPING)
def test_rows_of_several_lines_are_read_whole_and_none_is_lost(
    declaration: Callable[..., Path], tmp_path: Path, rules: str, align: str, repeated: bool
) -> None:
    header = ["N°", "Structure", "Cercle", "Service", "Vu le"]
    body = [
        [str(n), f"{PARTS[n * 7 % 4]} {n}", PLACES[n * 3 % 5], "Logement", f"{n % 28 + 1:02}/06/2024"]
        for n in range(45)
    ]
    style = ParagraphStyle("a", fontName="Helvetica", fontSize=8, leading=10)
    table = Table(
        [[Paragraph(cell, style) for cell in row] for row in [header, *body]],
        colWidths=[30, 120, 80, 60, 70],
        repeatRows=int(repeated),
        style=[("VALIGN", (0, 0), (-1, -1), align), *WRAPPING[rules]],
    )
    path = tmp_path / "a.pdf"
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build([table])
    source = source_of(declaration, {}, ignored={"N°": "numéro d’ordre", "Cercle": "fictif"})
    assert pdf.read(path, source, source.reader)["table"].frame[header].to_numpy().tolist() == body


def source_of(
    declaration: Callable[..., Path],
    reader: dict[str, Any],
    day: str = "Vu le",
    structure: str = "Structure",
    service: str = "Service",
    **more: Any,
) -> Source:
    def change(given: dict[str, Any]) -> None:
        given["reader"] = {"kind": "pdf", **reader}
        given["ignored"] = {"N°": "numéro d’ordre"}
        columns = {"observed_on": day, "organization_name": structure, "service_type_code": service}
        given["shapes"]["service"]["columns"] = columns
        given.update(more)

    return load(declaration(change))


def test_another_table_on_the_next_page_is_not_its_rest(tmp_path: Path) -> None:
    other = [["Région", "Ménages", "Personnes", "Part"], ["Gao", "87", "435", "0,9 %"]]
    path = write(tmp_path / "a.pdf", drawn([HEADER, *ROWS]), drawn(other))
    assert rows(path) == [[HEADER, *ROWS], other]
    between = together(
        written("Un autre tableau suit, qui ne dit rien du tout de ce que disait le premier."), drawn(ROWS[:2], top=700)
    )
    assert rows(write(tmp_path / "b.pdf", drawn([HEADER, *ROWS]), between)) == [[HEADER, *ROWS], ROWS[:2]]


# --- turned pages ---


def turned_text(sheet: canvas.Canvas) -> None:
    sheet.saveState()
    sheet.translate(400, 100)
    sheet.rotate(90)
    drawn([HEADER, *ROWS], x=0, top=200)(sheet)
    sheet.restoreState()


@pytest.mark.parametrize("grid", [True, False], ids=["ruled", "borderless"])
@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_as_it_is_shown(tmp_path: Path, rotate: int, grid: bool) -> None:
    """Programs turn the page and the text on it, so that it is upright on the screen."""

    def draw(sheet: canvas.Canvas) -> None:
        sheet.translate(*{90: (A4[0], 0), 180: A4, 270: (0, A4[1])}[rotate])
        sheet.rotate(rotate)
        drawn([HEADER, *ROWS], grid=grid, top=500)(sheet)

    assert rows(write(tmp_path / "a.pdf", draw, rotate=rotate)) == [[HEADER, *ROWS]]


def test_turned_text_is_read_and_its_boxes_are_those_of_the_page(tmp_path: Path) -> None:
    [grid] = tables(write(tmp_path / "a.pdf", turned_text))
    assert grid.rows == [HEADER, *ROWS]
    x0, top, x1, bottom = box_of(grid.place(1, 0))  # « Kita », that reads upwards
    assert x1 - x0 < bottom - top
    assert box_of(grid.place(2, 0))[0] > x0
    assert box_of(grid.place(1, 1))[1] < top


# --- what is no table ---


def brochure(sheet: canvas.Canvas) -> None:
    line = "Des phrases inventées remplissent les deux colonnes"
    written(*[line] * 30, x=40, top=700, leading=13)(sheet)
    written(*[line] * 30, x=320, top=700, leading=13)(sheet)
    sheet.rect(40, 720, 515, 60)
    sheet.drawString(60, 745, "Une brochure fictive")
    sheet.line(300, 100, 300, 710)
    sheet.line(40, 80, 555, 80)
    sheet.drawString(40, 60, "Contact : à la mairie")
    sheet.drawString(500, 60, "12")


def chart(sheet: canvas.Canvas) -> None:
    for step in range(6):
        sheet.drawRightString(95, 300 + step * 40, str(step * 100))
        sheet.line(100, 303 + step * 40, 400, 303 + step * 40)
        sheet.drawString(110 + step * 50, 280, str(2019 + step))
        sheet.rect(110 + step * 50, 303, 20, 30 + 25 * step, fill=1)
    sheet.line(100, 303, 100, 503)


def newsletter(sheet: canvas.Canvas) -> None:
    for top in range(740, 300, -110):
        sheet.line(40, top + 18, 555, top + 18)
        for x in (40, 310):
            written(*["Des phrases inventées remplissent chaque colonne"] * 6, x=x, top=top, leading=14)(sheet)
    sheet.line(40, 318, 555, 318)


def letter(sheet: canvas.Canvas) -> None:
    written("Structure fictive", "12, rue Inventée", "BP 1234", x=60)(sheet)
    written("Bamako, le 15/06/2024", "Réf. 2024/017", x=380)(sheet)
    for number in range(1, 7):
        sheet.drawString(60, 700 - 20 * number, f"{number}.")
        sheet.drawString(85, 700 - 20 * number, f"Une demande inventée parmi les {number * 12} que compte la liste")
        sheet.drawString(60, 500 - 20 * number, "•")
        sheet.drawString(85, 500 - 20 * number, "une puce")


def contents(sheet: canvas.Canvas) -> None:
    for number in range(1, 12):
        sheet.drawString(60, 760 - 20 * number, f"{number}. Partie fictive {'.' * 60}")
        sheet.drawRightString(500, 760 - 20 * number, str(number * 3))


def panels(sheet: canvas.Canvas) -> None:
    for column in range(3):
        for row in range(3):
            sheet.rect(60 + 150 * column, 300 + 120 * row, 150, 120)
            sheet.drawString(65 + 150 * column, 405 + 120 * row, f"Cercle {column}{row}")


def two_lists(sheet: canvas.Canvas) -> None:
    sheet.setFont("Helvetica-Bold", 12)
    sheet.drawString(60, 760, "Accueil fictif")
    sheet.drawString(320, 760, "Orientation fictive")
    sheet.setFont("Helvetica", 10)
    for number in range(10):
        for x in (60, 320):
            sheet.drawString(x, 735 - 16 * number, "•")
            sheet.drawString(x + 25, 735 - 16 * number, "une aide " * (1 + number % 3))


@pytest.mark.parametrize("page", [brochure, newsletter, letter, contents, chart, panels, two_lists])
def test_what_is_no_table_gives_none(tmp_path: Path, page: Draw) -> None:
    assert rows(write(tmp_path / "a.pdf", page)) == []


# --- running text ---


def test_running_text_is_given_by_paragraph_with_its_place(tmp_path: Path) -> None:
    page = together(
        written("En 2024, 1 250 personnes fictives ont été orien-", "tées vers un service.", top=780),
        drawn([HEADER, *ROWS], top=720),
        written("Un second paragraphe.", top=500),
    )
    first, second = pdf.passages(write(tmp_path / "a.pdf", page))
    assert first.text == "En 2024, 1 250 personnes fictives ont été orientées vers un service."
    assert re.fullmatch(r"page=1;bbox=60\.0,\d+\.\d,\d+\.\d,\d+\.\d", first.place)
    assert second.text == "Un second paragraphe."


def test_a_declared_sentence_is_a_row(declaration: Callable[..., Path], tmp_path: Path) -> None:
    pattern = {
        "table": "chiffres",
        "pattern": r"(?P<Structure>Association \w+) a ouvert (?P<Service>\w+) le (?P<jour>[\d/]+)",
    }
    source = source_of(declaration, {"sentences": [pattern]})
    path = write(
        tmp_path / "a.pdf",
        together(
            written("L’Association Fictive a ouvert Logement le 15/06/2024."),
            drawn([["N°", "Structure", "Service", "Vu le"], ["1", "Fictive", "Logement", "15/06/2024"]], top=700),
        ),
    )
    found = pdf.read(path, source, source.reader)
    assert found["chiffres"].frame[["Structure", "Service", "jour"]].to_numpy().tolist() == [
        ["Association Fictive", "Logement", "15/06/2024"]
    ]
    assert found["chiffres"].locators.iloc[0].startswith("page=1;bbox=60.0,")
    assert found["table"].frame["Structure"].tolist() == ["Fictive"]


def test_a_page_that_is_a_picture_is_told(declaration: Callable[..., Path], tmp_path: Path) -> None:
    table = drawn([["N°", "Structure", "Service", "Vu le"], ["1", "Fictive", "Logement", "15/06/2024"]])
    source = source_of(declaration, {})
    found = pdf.read(
        write(tmp_path / "a.pdf", table, lambda sheet: sheet.rect(50, 50, 300, 300, fill=1)), source, source.reader
    )
    assert found["table"].notes == ("page=2 : page sans texte, non lue",)


# --- kept pages and several processes ---


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write(
        tmp_path / "a.pdf", drawn([["N°", "Structure", "Service", "Vu le"], ["1", "Fictive", "Logement", "15/06/2024"]])
    )


def kept_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.json"))


def test_an_unchanged_file_is_not_parsed_again(
    declaration: Callable[..., Path], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    source = source_of(declaration, {})
    first = pdf.read(small, source, source.reader)["table"]
    [kept] = kept_files(tmp_path / "data")
    content = json.loads(kept.read_text(encoding="utf-8"))
    [cell] = [cell for table in content[0]["tables"] for cell in table["cells"] if cell["text"] == "Fictive"]
    cell["text"] = "Gardée"  # what is read next tells where it came from
    kept.write_text(json.dumps(content), encoding="utf-8")
    again = pdf.read(small, source, source.reader)["table"]
    assert again.frame["Structure"].tolist() == ["Gardée"]
    assert again.locators.tolist() == first.locators.tolist()
    other = source_of(declaration, {"strategy": "lines"})
    assert pdf.read(small, other, other.reader)["table"].frame["Structure"].tolist() == ["Fictive"]
    assert len(kept_files(tmp_path / "data")) == 1


def test_a_broken_kept_file_is_read_anew(
    declaration: Callable[..., Path], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    source = source_of(declaration, {})
    pdf.read(small, source, source.reader)
    [kept] = kept_files(tmp_path / "data")
    kept.write_text(kept.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert pdf.read(small, source, source.reader)["table"].frame["Structure"].tolist() == ["Fictive"]


@pytest.mark.parametrize(
    "declared", [{"personal": {"Téléphone": {}}}, {"consent": {"Accord": "oui"}}], ids=["personal", "consent"]
)
def test_nothing_is_kept_of_a_source_about_people(
    declaration: Callable[..., Path],
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    declared: dict[str, Any],
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    source = source_of(declaration, {}, **declared)
    pdf.read(small, source, source.reader)
    assert kept_files(tmp_path / "data") == []


def test_nothing_is_kept_of_a_document_with_a_phone_number(
    declaration: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    table = drawn([["N°", "Structure", "Service", "Vu le"], ["1", "Fictive", "Logement", "15/06/2024"]], top=700)
    source = source_of(declaration, {})
    pdf.read(
        write(tmp_path / "a.pdf", together(table, written("Joindre le point focal au +223 70 00 00 00."))),
        source,
        source.reader,
    )
    assert kept_files(tmp_path / "data") == []


def test_nothing_is_kept_without_a_data_root(
    declaration: Callable[..., Path], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MRF_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    source = source_of(declaration, {})
    pdf.read(small, source, source.reader)
    assert kept_files(tmp_path) == []


def test_several_processes_read_what_one_reads(tmp_path: Path) -> None:
    pages = [drawn([HEADER, [f"Cercle {n}", *ROWS[0][1:]], *ROWS], grid=n % 2 == 0) for n in range(14)]
    path = write(tmp_path / "a.pdf", *pages)
    alone = read_pages(path, "all", "auto", {}, workers=1)
    assert [page.number for page in alone] == list(range(1, 15))
    assert read_pages(path, "all", "auto", {}, workers=2) == alone


def test_a_script_that_looks_not_whether_it_is_the_main_one_reads_many_pages(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", *[drawn([HEADER, *ROWS])] * 13)
    script = tmp_path / "script.py"
    script.write_text(
        "import pathlib\nfrom ingestion.readers.pdf.document import read_pages\n"
        f"print(len(read_pages(pathlib.Path({str(path)!r}), 'all', 'auto', {{}}, workers=2)))\n",
        encoding="utf-8",
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=120)
    assert (done.stdout, done.stderr) == ("13\n", "")


# --- real documents ---


@pytest.mark.real
def test_tables_of_real_documents_are_read_as_people_read_them(real: Path) -> None:
    scores = []
    for path in sorted((real / "pdf").glob("*.pdf")):
        found = pdf_tables.found_relations(pdf_tables.ours(path).tables)
        scores.append(
            max(
                pdf_tables.f1(pdf_tables.true_relations(truth), found)
                for truth in pdf_tables.truths_of(path.parent, path.stem)
            )
        )
    assert len(scores) == 34
    assert sum(scores) / len(scores) >= LEVEL_REACHED
    assert min(scores) > 0.95


@pytest.mark.real
def test_an_encrypted_real_document_is_refused(real: Path) -> None:
    with pytest.raises(SourceFileError, match="chiffré"):
        read_pages(real / "pdf" / "oddities" / "encrypted.pdf", "all", "auto", {})


@pytest.mark.real
def test_a_turned_real_page_is_one_table_with_its_labels(real: Path) -> None:
    [grid] = tables(real / "pdf" / "oddities" / "rotated_page.pdf")
    by_label = {re.sub(r"[ .]+$", "", row[0]): row[1:] for row in grid.rows}
    assert by_label["Subtotal, appropriated programs"][:3] == ["1,300", "1,319", "1,265"]
    assert by_label["Total outlays"][-1] == "47,053"
    assert by_label["Joint Committee enforcement"][:3] == [".........", ".........", "–71"]
    assert len({len(row) for row in grid.rows}) == 1


@pytest.mark.real
def test_cells_over_all_columns_of_a_real_page(real: Path) -> None:
    first, second = tables(real / "pdf" / "oddities" / "spanning_cells.pdf")
    assert first.rows[0][0] == "Improved operation scenario"
    assert first.merged[0] == ((0, 0), (0, 5))
    assert first.rows[2] == ["Server closets", "1,505", "1,580", "1,643", "1,673", "1,689"]
    assert second.rows[-1] == ["High-end", "76,295", "81,624", "86,849", "92,662", "98,864"]


@pytest.mark.real
def test_two_tables_of_a_real_page(real: Path) -> None:
    first, second = tables(real / "pdf" / "oddities" / "twotables.pdf")
    assert first.rows[-1] == ["当期末残高", "5,664", "749", "12,846", "△747", "18,512"]
    assert second.rows[-1] == ["当期末残高", "△113", "142", "△104", "―", "△75", "245", "18,683"]
    assert [len(row) for row in (first.rows[0], second.rows[0])] == [6, 8]
