"""Tables in a PDF: the rows with the box of each cell, or an error that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers import pdf
from ingestion.readers import rows as reader_rows
from ingestion.records.source_records import ingest
from tests.fixtures.assertions import asserted
from tests.fixtures.pdf_pages import HEADER, ROWS, Rows, write_pdf  # noqa: F401
from tests.fixtures.pdf_source import declared  # noqa: F401

READ = [[" ".join(text.split()) for text in row] for row in ROWS]  # a cell of two lines is one text


@pytest.fixture
def source(declared: Callable[..., Source]) -> Source:
    return declared()


def read(path: Path, source: Source) -> reader_rows.Table:
    return pdf.read(path, source, source.reader)["table"]


def refused(path: Path, source: Source) -> SourceFileError:
    with pytest.raises(SourceFileError) as caught:
        read(path, source)
    assert caught.value.file == path.name
    assert all(part in str(caught.value) for part in (path.name, caught.value.place, caught.value.expected))
    return caught.value


def part_of(locator: str) -> tuple[int, int, int, tuple[float, float, float, float]]:
    page, number, row, box = re.fullmatch(r"page=(\d+);table=(\d+);row=(\d+);bbox=([\d.,]+)", locator).groups()
    x0, top, x1, bottom = (float(corner) for corner in box.split(","))
    return int(page), int(number), int(row), (x0, top, x1, bottom)


# --- what is read ---


def test_a_table_is_read_under_its_header(source: Source, tmp_path: Path) -> None:
    found = read(write_pdf(tmp_path / "a.pdf", ["Rapport fictif", [HEADER, *ROWS], "Fin du rapport"]), source)
    assert list(found.frame.columns) == HEADER
    assert found.frame.to_numpy().tolist() == READ
    assert [part_of(place)[:3] for place in found.locators] == [(1, 1, 2), (1, 1, 3), (1, 1, 4)]


@pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "header once"])
def test_a_table_goes_on_over_the_page(source: Source, tmp_path: Path, repeated: bool) -> None:
    rest = [HEADER, *ROWS[2:]] if repeated else ROWS[2:]
    found = read(write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS[:2]]], [rest]), source)
    assert found.frame.to_numpy().tolist() == READ
    assert [part_of(place)[0] for place in found.locators] == [1, 1, 2]
    assert part_of(found.locators.iloc[2])[2] == (2 if repeated else 1)


def test_two_tables_of_one_header_are_one(source: Source, tmp_path: Path) -> None:
    found = read(write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS[:1]], "Suite", [HEADER, *ROWS[1:]]]), source)
    assert found.frame.to_numpy().tolist() == READ
    assert [part_of(place)[1] for place in found.locators] == [1, 2, 2]


def test_columns_in_another_order_on_the_next_page_are_known_by_their_names(source: Source, tmp_path: Path) -> None:
    moved = [[row[0], row[2], row[1], *row[3:]] for row in [HEADER, *ROWS[1:]]]
    found = read(write_pdf(tmp_path / "a.pdf", [[HEADER, ROWS[0]]], [moved]), source)
    assert found.frame[HEADER].to_numpy().tolist() == READ


def test_a_table_of_something_else_is_passed_over_and_told(source: Source, tmp_path: Path) -> None:
    other = [["Sigle", "Sens"], ["AF", "fictif"]]
    found = read(write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS]], [other]), source)
    assert found.frame.to_numpy().tolist() == READ
    [note] = found.notes
    assert "page=2;table=1;row=1;" in note
    assert "que la source ne lit pas" in note


def test_only_the_declared_pages_are_read(declared: Callable[..., Source], tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[["Sommaire"], ["x"]]], *[[[HEADER, row]] for row in ROWS])
    assert read(path, declared(pages="2,4")).frame["N°"].tolist() == ["1", "3"]
    assert read(path, declared(pages="2-4")).frame["N°"].tolist() == ["1", "2", "3"]


def test_an_optional_column_may_be_missing(source: Source, tmp_path: Path) -> None:
    without = [[text for i, text in enumerate(row) if i != 3] for row in [HEADER, *ROWS]]
    path = write_pdf(tmp_path / "a.pdf", [without])
    assert "Cercle" not in read(path, source).frame
    assert ingest(source, [path]).records["service"]["admin2_name"].isna().all()


def test_boxes_hold_the_text_of_their_cell(source: Source, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", ["Rapport fictif", [HEADER, *ROWS[:2]]], [ROWS[2:]])
    found = read(path, source)
    with pdfplumber.open(path) as document:

        def text_in(locator: str) -> str:
            page, _, _, box = part_of(locator)
            return " ".join((document.pages[page - 1].crop(box).extract_text() or "").split())

        for column in HEADER:
            assert [text_in(place) for place in found.cells(column)] == found.frame[column].tolist()
        for place, row in zip(found.locators, READ, strict=True):
            assert all(word in text_in(place) for text in row for word in text.split())


def test_values_lead_back_to_their_cell(source: Source, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS]])
    ingested = ingest(source, [path])
    said = asserted(ingested).query("attribute == 'service_type_code'")
    assert list(said["value"]) == ["SOC_02", "SOC_06", "ECO_04"]
    assert list(said["raw_value"]) == ["Logement", "Éducation", "Services financiers"]
    assert list(said["locator"]) == list(read(path, source).cells("Service"))
    assert set(said["reader"]) == {"pdf"}


# --- what is refused ---


def test_a_document_without_table_is_refused(source: Source, tmp_path: Path) -> None:
    error = refused(write_pdf(tmp_path / "a.pdf", ["Structure, Service, Vu le : un texte sans filets"]), source)
    assert error.place == "pages all"
    assert "un tableau" in error.expected
    assert error.found == "aucun tableau"


def test_a_document_without_text_is_refused(source: Source, tmp_path: Path) -> None:
    error = refused(write_pdf(tmp_path / "a.pdf", [[["", ""], ["", ""]]]), source)
    assert error.expected == "du texte"
    assert "numérisé" in error.found


def test_a_table_without_a_declared_column_is_refused(source: Source, tmp_path: Path) -> None:
    header = [name.replace("Service", "Prestation") for name in HEADER]
    error = refused(write_pdf(tmp_path / "a.pdf", [[header, *ROWS]]), source)
    assert part_of(error.place)[:3] == (1, 1, 1)
    assert error.expected == "la ou les colonnes « Service »"
    assert "« Structure »" in error.found
    assert "Prestation" not in error.found


def test_a_header_twice_is_refused(source: Source, tmp_path: Path) -> None:
    rows = [[*HEADER, "Service"], *[[*row, "x"] for row in ROWS]]
    error = refused(write_pdf(tmp_path / "a.pdf", [rows]), source)
    assert part_of(error.place)[:3] == (1, 1, 1)
    assert error.expected == "des en-têtes distincts"
    assert error.found.startswith("« Service » déjà en page=1;table=1;row=1;")


def test_a_column_that_nobody_reads_is_refused(source: Source, tmp_path: Path) -> None:
    rows = [[*HEADER, "Courriel"], *[[*row, "x"] for row in ROWS]]
    error = refused(write_pdf(tmp_path / "a.pdf", [rows]), source)
    assert part_of(error.place)[:3] == (1, 1, 1)
    assert "toutes lues ou déclarées" in error.expected
    assert error.found.startswith("1 colonne que personne ne lit")


def test_a_damaged_document_is_refused(source: Source, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS]], [[HEADER, *ROWS]])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    error = refused(path, source)
    assert error.place == "document"
    assert error.expected == "un PDF entier"
    assert "abîmé" in error.found


def test_a_text_file_named_pdf_is_refused(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_text("Structure;Service\n", encoding="utf-8")
    error = refused(path, source)
    assert (error.place, error.expected) == ("premier octet", "un PDF (%PDF)")


def test_an_empty_file_is_refused(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"")
    assert "PDF" in refused(path, source).expected


@pytest.mark.parametrize("strength", [40, 128])
def test_an_encrypted_document_is_refused(source: Source, tmp_path: Path, strength: int) -> None:
    lock = StandardEncryption("mot de passe", ownerPassword="autre", strength=strength)
    error = refused(write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS]], encrypt=lock), source)
    assert error.place == "document"
    assert "sans mot de passe" in error.expected
    assert error.found == "un PDF chiffré"


@pytest.mark.parametrize("pages", ["3", "1-3", "1,3"])
def test_a_page_that_is_not_there_is_refused(declared: Callable[..., Source], tmp_path: Path, pages: str) -> None:
    error = refused(write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS[:2]]], [ROWS[2:]]), declared(pages=pages))
    assert error.place == "page 3"
    assert pages in error.expected
    assert error.found == "2 page(s)"


def test_rows_under_a_header_that_took_the_first_of_them_are_not_passed_over(source: Source, tmp_path: Path) -> None:
    spoilt = [f"{name} {cell}" for name, cell in zip(HEADER, ROWS[0], strict=True)]
    path = write_pdf(tmp_path / "a.pdf", [[HEADER, *ROWS]], ["Suite", [spoilt, *ROWS]])
    with pytest.raises(SourceFileError, match=r"page=2.*en-tête"):
        read(path, source)
