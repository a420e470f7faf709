"""The three reports as the people who receive them read them: Word, PDF and HTML, and the slides."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pdfplumber
import pypdfium2 as pdfium
import pytest
from docx import Document
from docx.shared import Pt
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Inches

from tests.conftest import Root
from tests.fixtures.browser import serious_violations
from warehouse import french
from warehouse.deliverables.maps.facts import SHARES
from warehouse.deliverables.report import filling, presentation, rereading, typesetting
from warehouse.reading.edition import Edition, open_edition
from warehouse.storage import read_json

REPORTS = tuple(filling.FILES)
FOLDER = filling.FOLDER


@pytest.fixture(scope="module")
def edition(demo: Root) -> Iterator[Edition]:
    with open_edition(demo.folder) as opened_edition:
        yield opened_edition


@pytest.fixture
def publication(demo: Root, tmp_path: Path) -> Path:
    """The demo publication elsewhere, so that a test may change a value in it."""
    return shutil.copytree(demo.folder, tmp_path / demo.folder.name)


def _docx(folder: Path, report: str) -> Path:
    return filling.path(folder, report).with_suffix(".docx")


def _change(publication: Path, statement: str) -> None:
    with duckdb.connect(str(publication / read_json(publication / "manifest.json")["file"])) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("report", REPORTS)
def test_every_value_is_what_its_place_in_the_marts_holds(edition: Edition, report: str) -> None:
    docx = _docx(edition.folder, report)
    assert len(rereading.cited(docx)) > 100
    assert rereading.wrong_values(edition, docx) == []


@pytest.mark.parametrize("report", REPORTS)
def test_no_number_comes_without_its_place(edition: Edition, report: str) -> None:
    assert rereading.uncited_digits(_docx(edition.folder, report)) == []


TEMPLATES = sorted((Path(filling.__file__).parent / "templates").glob("*.md.j2"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_digit_of_their_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    told = re.sub(r"\{[{%].*?[%}]\}|\{\w+:\w+\}", "", text, flags=re.DOTALL)  # expressions, and the country's words
    assert not re.findall(r"\d+", told)


def test_the_lists_of_services_say_in_which_cercle_each_is(edition: Edition) -> None:
    listed = [table for table in Document(str(_docx(edition.folder, "midterm"))).tables if "Vu le" in _heads(table)]
    cercles = {row["name_fr"] for row in edition.rows("select name_fr from marts.dim_admin_area where level = 2")}
    for table in listed:
        assert {row.cells[_heads(table).index("Cercle")].text for row in table.rows[1:]} <= cercles
    assert len(listed) == 5, "one a zone"


def _heads(table: Any) -> list[str]:
    return [cell.text for cell in table.rows[0].cells]


def test_a_changed_mart_value_changes_the_report_and_betrays_the_old_one(publication: Path, tmp_path: Path) -> None:
    old = _docx(publication, "final")
    row = "section = 'structures' and indicator = 'operational_count' and zone_code = 'ALL'"
    _change(publication, f"update marts.report_final set value = 4321 where {row}")
    with open_edition(publication) as changed:
        assert rereading.wrong_values(changed, old)
        filling.write(changed, "final", tmp_path / "new")
        new = _docx(tmp_path / "new", "final")
        assert rereading.wrong_values(changed, new) == []
        assert "4\u202f321 services sont opérationnels" in " ".join("\n".join(rereading.paragraphs(new)).split(" "))
        assert "4\u202f321" not in "\n".join(rereading.paragraphs(old))
        assert "4\u202f321" in new.with_suffix(".html").read_text(encoding="utf-8")


@pytest.mark.parametrize("report", REPORTS)
def test_the_reason_of_a_parameter_stands_in_no_sentence(edition: Edition, report: str) -> None:
    """It explains the value in the annex; within a sentence it is a fragment about something else."""
    said = " ".join(paragraph.text for paragraph in Document(str(_docx(edition.folder, report))).paragraphs)
    reasons = [row["reason_fr"] for row in edition.rows("select reason_fr from reference.parameter")]
    assert [reason for reason in reasons if reason.rstrip(".") in said] == []


def test_a_row_of_a_mart_is_a_row_of_its_table(edition: Edition) -> None:
    expected = edition.value("select count(*) from marts.opportunity_calendar where state not in ('EXPIRED', 'CLOSED')")
    tables = {tuple(cell.text for cell in table.rows[0].cells): table for table in _tables(edition.folder, "final")}
    (calendar,) = [table for head, table in tables.items() if "Avant le" in head]
    assert len(calendar.rows) - 1 == expected
    (requirements,) = [table for head, table in tables.items() if head[0] == "Point"]
    assert len(requirements.rows) - 1 == edition.value("select count(*) from marts.tor_coverage")


def _tables(folder: Path, report: str) -> list[Any]:
    return list(Document(str(_docx(folder, report))).tables)


@pytest.mark.parametrize("report", REPORTS)
def test_documents_are_whole_and_say_that_the_data_is_fictional(edition: Edition, report: str) -> None:
    docx, pdf, page = (filling.path(edition.folder, report).with_suffix(s) for s in (".docx", ".pdf", ".html"))
    assert rereading.wrong_text(docx) == []
    assert rereading.wrong_pdf(pdf) == []
    assert rereading.wrong_html(page) == []
    assert edition.notice in page.read_text(encoding="utf-8")
    assert edition.notice in "".join(s.header.paragraphs[0].text for s in Document(str(docx)).sections)
    with pdfium.PdfDocument(pdf) as document:
        assert all(edition.notice in page.get_textpage().get_text_range() for page in document)
    headings = [p.text for p in Document(str(docx)).paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert len(headings) >= 4


@dataclass(frozen=True)
class Printed:
    """A page of a PDF: its text without running lines, whether it holds a picture, letters printed over others, its side."""

    text: str
    is_drawn: bool
    overprinted: list[str]
    is_landscape: bool


@cache
def _read_pages(path: Path) -> list[Printed]:
    with pdfplumber.open(path) as document:
        return [
            Printed(
                page.crop((0, 60, page.width, page.height - 50)).extract_text(),
                bool(page.images or len(page.curves) > 50),
                _overprinted(page.chars),
                page.width > page.height,
            )
            for page in document.pages
        ]


def _overprinted(chars: list[dict[str, Any]]) -> list[str]:
    lines: dict[int, list[dict[str, Any]]] = {}
    for char in sorted(chars, key=lambda char: float(char["x0"])):
        if char["text"].strip():
            lines.setdefault(round(char["top"]), []).append(char)
    return [a["text"] + b["text"] for line in lines.values() for a, b in pairwise(line) if b["x0"] < a["x1"] - 1]


def _pages(edition: Edition, report: str) -> list[Printed]:
    """The pages of a report, read once for all tests: it takes twenty seconds."""
    return _read_pages(filling.path(edition.folder, report).with_suffix(".pdf"))


@pytest.mark.parametrize("report", REPORTS)
def test_no_page_is_nearly_empty(edition: Edition, report: str) -> None:
    """A table whose last row stood alone on a page, a heading without its chapter."""
    pages = _pages(edition, report)[:-1]  # the last one ends where the report ends
    assert [
        number for number, page in enumerate(pages, 1) if not page.is_drawn and len(page.text.splitlines()) < 5
    ] == []


def test_the_final_report_recommends_what_the_marts_show(edition: Edition) -> None:
    text = " ".join(" ".join(page.text for page in _pages(edition, "final")).split())
    for chapter in ("Zone par zone", "Recommandations", "Conclusion", "Sigles"):
        assert text.count(chapter) >= 2, f"{chapter}: in the contents and as a heading"
    for letter in "abcdefg":
        assert f"• {letter}. " in text
    gap, *_ = edition.rows(
        "select gap_people, need, type.name_fr from marts.service_gap join reference.service_type as type"
        " using (service_type_code) where month = (select max(month) from marts.service_gap)"
        " and reading = 'HISTORICAL' and gap_people > 0 order by priority desc nulls last, gap_people desc limit 1"
    )
    first = f"« {gap['name_fr']} » pour"
    assert first in text
    assert f"{french.count(gap['gap_people'])} personnes sans place chaque mois" in text
    dormant = edition.rows(
        "select name from marts.referral_mechanisms where state_code in ('irreg', 'dormant')"
        " and wave = (select max(wave) from marts.referral_mechanisms)"
    )
    assert [row["name"] for row in dormant if f"Relancer « {row['name']} »" not in text.replace("'", "’")] == []


@pytest.mark.parametrize("report", REPORTS)
def test_no_letter_is_printed_over_another(edition: Edition, report: str) -> None:
    """« Services connus » ran over « Opérationnels », and names of files over the publisher."""
    over = {number: page.overprinted for number, page in enumerate(_pages(edition, report), 1) if page.overprinted}
    assert over == {}


@pytest.mark.parametrize("report", REPORTS)
def test_word_has_a_cover_and_its_contents(edition: Edition, report: str) -> None:
    document = Document(str(_docx(edition.folder, report)))
    xml = document.element.xml
    contents = xml[xml.index("<w:sdt>") : xml.index("</w:sdt>")]
    assert 'TOC \\o "1-2"' in contents, "Word keeps it up to date"
    titles = [p for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert all(title.text.split("\t")[-1] in contents for title in titles), "filled, also where nothing updates it"
    assert titles[0].paragraph_format.page_break_before
    lists = [p for p in document.paragraphs if p.style is not None and p.style.name == "Compact"]
    assert all(p.style.font.size == Pt(10.5) for p in lists if p.style is not None), "no small print outside tables"


def test_every_table_and_picture_has_a_footnote_and_every_picture_a_description(edition: Edition) -> None:
    markdown = filling.markdown(edition, "final", edition.folder.parent)
    captions = re.findall(r"^(?:Table: |!\[)(.*)$", markdown, flags=re.MULTILINE)
    assert len(captions) > 15
    assert [caption for caption in captions if "^[" not in caption and "de classe" not in caption] == []
    assert all("alt=" in line for line in markdown.splitlines() if line.startswith("!["))


def test_the_slides_are_ten_and_their_notes_tell_where_figures_stand(edition: Edition) -> None:
    assert presentation.wrong(edition, edition.folder) == []
    deck = Presentation(str(edition.folder / presentation.NAME))
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert sum("marts.report_final [" in note for note in notes) >= 7


def _slide_tables(edition: Edition, slide: int) -> list[list[list[str]]]:
    """The tables of a slide, counted from one, as rows of texts."""
    shapes = Presentation(str(edition.folder / presentation.NAME)).slides[slide - 1].shapes
    return [[[cell.text for cell in row.cells] for row in shape.table.rows] for shape in shapes if shape.has_table]


def test_the_slides_name_structures_mechanisms_and_what_comes_first(edition: Edition) -> None:
    [[heads, *named]] = _slide_tables(edition, 4)
    assert heads == ["Zone", "Structure", "Opérationnels"]
    counted = "select sum(operational_count) from marts.partner_profile p join reference.zone z using (zone_code)"
    for zone, structure, services in named:
        where = " where organization_name = ? and z.name_fr like '%' || ?"
        assert edition.value(counted + where, structure, zone) == int(services)
    assert {zone for zone, *_ in named} == {"Bamako", "Kayes", "Mopti", "Tombouctou", "Gao"}
    _, mechanisms = _slide_tables(edition, 7)
    most = "select max(functionality) from marts.referral_mechanisms where wave = (select max(wave) from marts.referral_mechanisms)"
    assert float(mechanisms[1][3].replace(",", ".")) == pytest.approx(edition.value(most), abs=0.005)
    _, calendar = _slide_tables(edition, 8)
    assert [row[3] for row in calendar[1:]] == ["Ouverte"] * 5
    first = edition.value("select min(deadline_on) from marts.opportunity_calendar where state = 'OPEN'")
    assert f"{first:%d/%m/%Y}" in [row[6] for row in calendar[1:]]


def test_the_map_of_the_slides_is_its_frame_beside_a_legend_in_words(edition: Edition) -> None:
    """The whole sheet, small print and all, would be a stamp on a slide."""
    slide = Presentation(str(edition.folder / presentation.NAME)).slides[2]
    [picture] = [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]
    assert picture.crop_right > 0.3
    words = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert set(SHARES.values()) <= set(words.splitlines())
    assert "OCHA" in words or "Natural Earth" in words, "whose boundaries they are"


def test_no_title_or_sign_of_the_slides_is_broken(edition: Edition) -> None:
    for slide in Presentation(str(edition.folder / presentation.NAME)).slides:
        assert len(slide.shapes.title.text_frame.text) <= 52
        for shape in slide.shapes:
            if shape.has_text_frame and shape != slide.shapes.title:
                assert not re.search(r"« | [»;:!?%]", shape.text_frame.text)


def test_the_maps_stand_together_after_the_texts(edition: Edition) -> None:
    """A landscape page after each zone, or in another chapter, would leave half of a page before it empty."""
    html = filling.path(edition.folder, "final").with_suffix(".html").read_text(encoding="utf-8")
    before, chapter = html.split('id="cartes"')
    assert all(f"Services et lacunes, {zone}" in chapter for zone in ("Bamako", "Gao"))
    assert "Types de services assurés par cercle" in chapter
    assert "Types de services assurés par cercle" not in before
    sides = [page.is_landscape for page in _pages(edition, "final")]
    assert sum(a != b for a, b in pairwise(sides)) == 2, "one run of landscape pages"


def test_word_shows_the_maps_as_wide_as_the_pdf(edition: Edition) -> None:
    document = Document(str(_docx(edition.folder, "final")))
    widths = [round(shape.width.cm, 1) for shape in document.inline_shapes]
    assert widths.count(typesetting.LANDSCAPE) == 6, "of the country and its zones"


@pytest.mark.parametrize("report", REPORTS)
def test_no_sign_is_alone_at_the_edge_of_a_line(edition: Edition, report: str) -> None:
    """« non vérifié » began a line with its closing sign, and « 25 % » parted."""
    texts = rereading.paragraphs(_docx(edition.folder, report))
    assert [text for text in texts if re.search("« | [»;:!?%]", text)] == []


@pytest.mark.parametrize("report", REPORTS)
def test_footnotes_are_numbered_through(edition: Edition, report: str) -> None:
    """They began anew in each section, and a page bore two notes « 1 »."""
    assert "numRestart" not in Document(str(_docx(edition.folder, report))).element.xml


def test_a_sentence_about_none_says_so(publication: Path, tmp_path: Path) -> None:
    """« 0 source est absente », and « 165 n’ont que » without the word for what is counted."""
    counts = "'source_not_current_count', 'conflict_count', 'cell_count/G4'"
    _change(publication, f"update marts.report_final set value = 0 where zone_code = 'ALL' and indicator in ({counts})")
    _change(publication, "delete from marts.document_review where kind = 'enquete'")
    with open_edition(publication) as changed:
        filling.write(changed, "final", tmp_path / "new")
    text = "\n".join(rereading.paragraphs(_docx(tmp_path / "new", "final"))).replace("\u00a0", " ")
    assert not re.search(r"\b0 (source|service)s? ", text)
    assert "Toutes les sources attendues sont à jour ; aucune valeur n’est contredite" in text
    assert re.search(r"zone × type × groupe, \d+ cellules n’ont que", text)
    assert "et une enquête de terrain" not in text
    assert "aucune enquête de terrain n’est encore déposée" in text


def test_the_words_of_a_legend_do_not_run_over_the_next(edition: Edition) -> None:
    """Letters of 15 points, at a tenth of an inch each."""
    slide = Presentation(str(edition.folder / presentation.NAME)).slides[2]
    beside = (shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text)
    words = sorted((shape for shape in beside if shape.left > Inches(7)), key=lambda shape: shape.top)
    named = [shape for shape in words if shape.text_frame.text in SHARES.values()]
    assert len(named) == len(SHARES)
    for shape in named:
        lines = -(-len(shape.text_frame.text) * 0.1 // shape.width.inches)
        following = words[words.index(shape) + 1]
        assert shape.top.inches + 0.26 * lines <= following.top.inches, shape.text_frame.text


def test_a_parameter_is_written_as_in_french() -> None:
    shown = [french.show(value, "parameter") for value in ("0.6", "90", "2024-05-01", "NU")]
    assert shown == ["0,6", "90", "01/05/2024", "NU"]


@pytest.mark.parametrize(("report", "width"), zip(REPORTS, (1280, 360, 360), strict=True))
def test_pages_are_accessible(demo: Root, report: str, width: int) -> None:
    assert serious_violations(filling.path(demo.folder, report).with_suffix(".html"), width) == []


@pytest.mark.long
@pytest.mark.real
def test_what_nobody_verified_is_no_zero(mali_deliverables: Root) -> None:
    """The lists of Mali show presence only: no service is verified, three types have evidence, the rest has none."""
    rows = {
        row.cells[0].text: [cell.text.replace("\u00a0", " ") for cell in row.cells[1:]]
        for table in _tables(mali_deliverables.folder, "midterm")
        for row in table.rows
    }
    assert rows["Services financiers"] == ["n. e."] * 6
    assert set(rows["dont opérationnels"]) == {"n. v."}
    text = "\n".join(rereading.paragraphs(_docx(mali_deliverables.folder, "midterm")))
    assert "un zéro non établi" in text
    assert "Rien n’a encore été cherché sur le terrain" in text


@pytest.mark.long
@pytest.mark.real
def test_the_final_report_on_real_data_is_honest(mali_deliverables: Root) -> None:
    text = "\n".join(rereading.paragraphs(_docx(mali_deliverables.folder, "final")))
    assert "aucun service n’est vérifié comme opérationnel" in text
    assert "non vérifiés" in text
    assert "Aucun mécanisme n’a été documenté" in text
    assert "aucune enquête de terrain n’est encore déposée" in text
    assert "et une enquête de terrain" not in text
    assert "DONNÉES FICTIVES" not in text
    with open_edition(mali_deliverables.folder) as edition:
        for report in REPORTS:
            assert rereading.wrong_values(edition, _docx(mali_deliverables.folder, report)) == []
            assert rereading.uncited_digits(_docx(mali_deliverables.folder, report)) == []
