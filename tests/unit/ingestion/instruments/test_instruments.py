"""The survey's forms: what an enumerator is asked, and that the warehouse reads each answer."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from ingestion.declaration import code_lists
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.registry import sources
from ingestion.errors import DeclarationError
from ingestion.instruments import xlsform
from ingestion.shapes.service import SHELTER_GROUP, SHELTER_TYPE

FORMS = list(xlsform.questions())
NOT_ASKED = {"begin_group", "end_group", "begin_repeat", "end_repeat"}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    xlsform.write(folder)
    return folder


def sheet(path: Path, name: str) -> list[dict[str, str]]:
    rows = load_workbook(path)[name].iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in rows]


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_valid(forms: Path, form: str) -> None:
    """Under pyxform, and under ODK Validate where Java is there."""
    made = convert(forms / f"{form}.xlsx", validate=shutil.which("java") is not None)
    assert made.warnings == []


@pytest.mark.parametrize("form", FORMS)
def test_every_question_is_asked_in_french_and_english(forms: Path, form: str) -> None:
    for row in sheet(forms / f"{form}.xlsx", "survey"):
        if row["type"] in ("start", "end", "today") or row["type"].startswith("end_"):
            continue
        assert row["label::Français (fr)"], row["name"]
        assert row["label::English (en)"], row["name"]
        assert bool(row["constraint"]) == bool(row["constraint_message::Français (fr)"]), row["name"]


@pytest.mark.parametrize("form", FORMS)
def test_the_answers_are_those_of_the_code_lists(forms: Path, form: str) -> None:
    offered: dict[str, list[str]] = {}
    for row in sheet(forms / f"{form}.xlsx", "choices"):
        offered.setdefault(row["list_name"], []).append(row["name"])
    assert offered
    assert offered == {name: code_lists.codes(name) for name in offered}


def survey_sources() -> Iterator[tuple[str, str]]:
    for source in sources().values():
        if isinstance(source.reader, SurveyReader) and source.reader.form in FORMS:
            yield source.id, source.reader.form


@pytest.mark.parametrize(("source_id", "form"), list(survey_sources()))
def test_the_warehouse_knows_every_question(source_id: str, form: str) -> None:
    source = sources()[source_id]
    asked = {
        row["name"]
        for row in xlsform.questions()[form]
        if row["type"] not in NOT_ASKED and row["type"] not in ("start", "end")
    }
    assert asked <= source.mapped | set(source.ignored) | set(source.personal) | set(source.consent)


def test_nobody_can_place_a_shelter_of_victims(forms: Path) -> None:
    """The point is not asked for where victims of trafficking are housed, whatever the order of the answers."""
    gps = next(r for r in sheet(forms / "mrf_provider_survey.xlsx", "survey") if r["name"] == "gps")
    assert gps["relevant"] == f"not(${{type_service}}='{SHELTER_TYPE}' and selected(${{inclus}}, '{SHELTER_GROUP}'))"
    made = ElementTree.fromstring(convert(forms / "mrf_provider_survey.xlsx").xform)
    binds = [e for e in made.iter() if e.tag.endswith("bind") and e.get("nodeset", "").endswith("/gps")]
    assert [e.get("relevant") is not None for e in binds] == [True]


@pytest.mark.parametrize("form", FORMS)
def test_no_name_of_a_person_is_asked_for(form: str) -> None:
    asked = {row["name"] for row in xlsform.questions()[form] if row["type"] == "text"}
    assert asked <= {
        "org_nom", "org_sigle", "pf_tel", "srv_desc", "docs_requis", "horaires", "opp_nouvelles", "srv_code",
        "m_nom", "m_pilote", "m_preuve", "m_freins", "remarques",
    }  # fmt: skip


def test_the_places_follow_the_answer_before(forms: Path) -> None:
    with (forms / "cercles.csv").open(encoding="utf-8") as file:
        cercles = list(csv.DictReader(file))
    with (forms / "communes.csv").open(encoding="utf-8") as file:
        communes = list(csv.DictReader(file))
    assert {row["zone"] for row in cercles} == set(code_lists.codes("zone"))
    assert {row["cercle"] for row in communes} == {row["name"] for row in cercles}


def test_the_same_questions_are_the_same_version(forms: Path, tmp_path: Path) -> None:
    xlsform.write(tmp_path)
    for form in FORMS:
        assert sheet(tmp_path / f"{form}.xlsx", "settings") == sheet(forms / f"{form}.xlsx", "settings")


def test_a_wrong_question_names_the_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {form: [dict(row) for row in rows] for form, rows in xlsform.questions().items()}
    wrong["mrf_survey_coverage"][-1]["relevant"] = "${nowhere} = 1"
    monkeypatch.setattr(xlsform, "questions", lambda: wrong)
    with pytest.raises(DeclarationError, match=r"mrf_survey_coverage.*nowhere"):
        xlsform.write(tmp_path)
    assert not (tmp_path / "mrf_survey_coverage.xlsx").exists()
