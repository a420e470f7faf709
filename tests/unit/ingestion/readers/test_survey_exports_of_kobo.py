"""Exports as formpack writes them: long names of repeats, choices of older forms, equal names, attachments."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.instruments.form import Form, Question
from ingestion.readers.surveys import survey
from ingestion.records.source_records import ingest
from tests.fixtures.provider_answers import kobo, odk, source, write  # noqa: F401
from tests.unit.ingestion.readers.test_survey_cleaning import zipped

LONG = "programmes_et_services_de_la_structure"
OTHER = "programmes_et_services_de_la_commune"
LINK = ["_index", "_parent_table_name", "_parent_index", "_submission__uuid"]


def land(folder: Path, sheets: dict[str, list[list[str]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append([value or None for value in row])
    path = folder / "enquete.xlsx"
    book.save(path)
    return path


def form(*questions: tuple[str, str], multiple: tuple[str, ...] = (), repeats: tuple[str, ...] = ()) -> Form:
    """A form of (repeat, name) questions; those of ``multiple`` have the choices a and b."""
    asked = [
        Question(
            name, *(("select_multiple", repeat, frozenset("ab")) if name in multiple else ("text", repeat, None)), ()
        )
        for repeat, name in questions
    ]
    return Form(tuple(asked), dict.fromkeys(repeats, ""))


def whole(path: Path, known: Form | None, *repeats: str) -> dict[str, survey.Table]:
    return survey.read_all(path, SurveyReader(kind="survey", form="x", repeats=repeats), known)


@pytest.mark.parametrize("sheet", [LONG[:31], f"{LONG[:28]}..."])
def test_a_long_repeat_is_found_as_excel_or_kobo_cuts_it(sheet: str, tmp_path: Path) -> None:
    sheets = {
        "V": [["nom_local", "_uuid", "_index"], ["A", "u1", "1"]],
        sheet: [["nom_service", *LINK], ["S", "1", "V", "1", "u1"]],
    }
    assert whole(land(tmp_path, sheets), None, LONG)[LONG].frame["nom_service"].tolist() == ["S"]


def two_long(tmp_path: Path) -> Path:
    return land(
        tmp_path,
        {
            "V": [["nom_local", "_uuid", "_index"], ["A", "u1", "1"]],
            f"{LONG[:28]}...": [["nom_service", *LINK], ["S", "1", "V", "1", "u1"]],
            f"{LONG[:24]}... (1)": [["nom_service", *LINK], ["C", "1", "V", "1", "u1"]],
        },
    )


def test_two_repeats_that_are_cut_alike_are_told_apart_by_the_form(tmp_path: Path) -> None:
    known = form(("", "nom_local"), (LONG, "nom_service"), (OTHER, "nom_service"), repeats=(LONG, OTHER))
    tables = whole(two_long(tmp_path), known, OTHER, LONG)
    assert tables[LONG].frame["nom_service"].tolist() == ["S"]
    assert tables[OTHER].frame["nom_service"].tolist() == ["C"]


def test_two_repeats_that_are_cut_alike_are_refused_without_a_form(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="la feuille du groupe répété"):
        whole(two_long(tmp_path), None, OTHER, LONG)


def test_a_choice_that_the_form_has_no_more_is_an_answer(tmp_path: Path) -> None:
    """With separate columns only, and the choice of an older version among them."""
    header = ["srv/inclus/a", "srv/inclus/b", "srv/inclus/ancien", "_uuid"]
    path = land(tmp_path, {"V": [header, ["1", "0", "1", "u1"], ["0", "1", "", "u2"]]})
    frame = whole(path, form(("", "inclus"), multiple=("inclus",)))["main"].frame
    assert frame["inclus"].tolist() == ["a ancien", "b"]


def test_a_removed_choice_of_our_form_is_told_and_the_others_count(source: Source, tmp_path: Path) -> None:
    sheets = kobo()
    column = sheets["srv"][0].index("srv/inclus")
    sheets["srv"][1][column] = "MIG_RET ANCIEN_GROUPE"
    ingested = ingest(source, [write(tmp_path, sheets)])
    first = ingested.records["service"].iloc[0]
    assert (first["admitted_groups"], "admitted_groups_invalid" in first["warnings"]) == ("MIG_RET", True)


def test_two_questions_of_one_name_are_refused_by_name(tmp_path: Path) -> None:
    """Though no submission fills both: the form says that they are two, and not one that moved."""
    path = land(tmp_path, {"V": [["a/nom_local", "b/nom_local", "_uuid"], ["A", "", "u1"], ["", "B", "u2"]]})
    with pytest.raises(SourceFileError, match="« nom_local » en double : deux questions du formulaire"):
        whole(path, form(("", "nom_local"), ("", "nom_local")))
    assert whole(path, form(("", "nom_local")))["main"].frame["nom_local"].tolist() == ["A", "B"]


def test_links_to_attachments_are_left_and_told(tmp_path: Path) -> None:
    header = ["nom_local", "photo", "photo_URL", "_uuid"]
    rows = [["A", "1.jpg", "https://kobo.exemple.test/1.jpg", "u1"], ["B", "", "", "u2"]]
    table = whole(land(tmp_path, {"V": [header, *rows]}), None)["main"]
    assert "photo_URL" not in table.frame
    assert table.notes == ("liens vers 1 pièce(s) jointe(s), non lus",)


def test_attachments_of_an_archive_and_of_a_server_are_told(source: Source, tmp_path: Path) -> None:
    ingested = ingest(source, [zipped(tmp_path, odk(), photo=b"\x00", son=b"\x01")])
    assert any(note.endswith("2 pièce(s) jointe(s) dans l’archive, non ouverte(s)") for note in ingested.notes)
    answers = {"nom_local": "A", "_uuid": "u1", "_attachments": [{"filename": "1.jpg"}]}
    (path := tmp_path / "reponses.json").write_text(json.dumps({"results": [answers]}))
    assert whole(path, None)["main"].notes == ("1 pièce(s) jointe(s) sur le serveur, non lue(s)",)
