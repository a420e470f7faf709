"""Words of a table that end in no record are told with their place, and hold the source back where it says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from ingestion.declaration.reader_settings import PdfReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers import pdf
from ingestion.readers.rows import Table
from tests.fixtures.pdf_drawing import Draw, cells, ruled, text, write
from tests.fixtures.pdf_source import declared  # noqa: F401

HEAD = ["Cercle", "Structure", "Service", "Vu le"]
BODY = [
    ["Gao", "Association Tilwate", "Logement", "15/06/2024"],
    ["Kita", "ONG Fleuve Vert", "Éducation", "16/06/2024"],
]
ALL = [HEAD, *BODY]


def read(path: Path, source: Source) -> Table:
    return pdf.read(path, source, source.reader)["table"]


def below(sheet: canvas.Canvas) -> None:
    """One row more, under the rules, which no rule frames."""
    cells(sheet, [["Mopti", "Mutuelle Sahel", "Logement", "17/06/2024"]], first=3.2)


def under_a_heading(sheet: canvas.Canvas) -> None:
    """A heading again, and one row: too few to be a table by themselves."""
    cells(sheet, [HEAD, ["Mopti", "Mutuelle Sahel", "Logement", "17/06/2024"]], first=9)


@pytest.mark.parametrize("more", [below, under_a_heading])
def test_words_under_a_known_heading_are_told_with_their_place(
    declared: Callable[..., Source],
    tmp_path: Path,
    more: Draw,
) -> None:
    table = read(write(tmp_path / "a.pdf", ruled(ALL, more)), declared())
    rows = len(table.frame)
    told = [note for note in table.notes if "Mutuelle" in note]
    assert rows == 3 or (told and told[0].startswith("page=1;bbox="))


def test_too_many_unread_words_hold_the_source_back(declared: Callable[..., Source], tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", ruled(ALL, under_a_heading))
    with pytest.raises(SourceFileError, match="min_read"):
        read(path, declared(min_read=0.95))
    assert len(read(path, declared(min_read=0.3)).frame) == 2


def test_running_text_is_not_taken_for_lost_rows(declared: Callable[..., Source], tmp_path: Path) -> None:
    def prose(sheet: canvas.Canvas) -> None:
        text(sheet, 6, 0, "Les équipes ont visité les structures d’accueil entre mars et juin 2024, et les réponses")
        text(sheet, 7, 0, "ont été comparées avec les listes tenues par les directions régionales.")
        text(sheet, 9, 0, "Page 1")

    assert read(write(tmp_path / "a.pdf", ruled(ALL, prose)), declared()).notes == ()


def test_the_words_of_notes_are_without_personal_data(declared: Callable[..., Source], tmp_path: Path) -> None:
    def phone(sheet: canvas.Canvas) -> None:
        cells(sheet, [HEAD, ["Mopti", "Tél. 76 12 34 56", "Logement", "17/06/2024"]], first=9)

    notes = " ".join(read(write(tmp_path / "a.pdf", ruled(ALL, phone)), declared()).notes)
    assert "Mopti" in notes
    assert "76 12 34 56" not in notes


def test_hidden_text_is_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    def white(sheet: canvas.Canvas) -> None:
        sheet.setFillGray(1)
        text(sheet, 1, 1, "Ancienne structure", dx=60)

    notes = read(write(tmp_path / "a.pdf", ruled(ALL, white)), declared()).notes
    assert any("texte caché" in note and "Ancienne structure" in note for note in notes)


@pytest.mark.parametrize("share", [0, 1.5, -1])
def test_a_share_lies_between_nothing_and_all(share: float) -> None:
    with pytest.raises(ValueError, match="min_read"):
        PdfReader(kind="pdf", min_read=share)


def test_the_end_of_a_row_that_a_page_cut_off_is_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    places = ("Gao", "Kita", "Mopti", "Diré", "Djenné", "Bourem", "Ansongo", "Kayes")
    body = [[place, f"Mutuelle {place} Sahel", "Logement", "17/06/2024"] for place in places]

    def first(sheet: canvas.Canvas) -> None:
        cells(sheet, [HEAD, *body], bold=True)

    def second(sheet: canvas.Canvas) -> None:
        text(sheet, -0.8, 1, "du Fleuve")
        cells(sheet, body)

    table = read(write(tmp_path / "a.pdf", first, second), declared())
    assert len(table.frame) == 16
    assert [note for note in table.notes if "du Fleuve" in note and note.startswith("page=2;bbox=")] != []


def test_a_row_read_as_the_rest_of_the_one_above_is_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [[place, f"Mutuelle {place} Sahel", "Logement", "17/06/2024"] for place in ("Gao", "Kita", "Mopti")]
    path = write(tmp_path / "a.pdf", ruled([HEAD, *rows]), ruled([["", "du Fleuve", "", ""], *rows]))
    table = read(path, declared())
    assert len(table.frame) == 6
    assert [note for note in table.notes if "suite de la ligne que la page coupe" in note and "page=2" in note]
