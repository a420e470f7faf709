"""Each form and its source: a form built, filled in and exported comes back whole, whatever tool exported it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from expectations.gate import gate
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.instruments import xlsform
from ingestion.readers.surveys import survey
from ingestion.records.source_records import Ingested, ingest
from ingestion.shapes import SHAPES
from tests.fixtures.assertions import asserted

Answers = dict[str, str]
Sheets = dict[str, list[Answers]]

OF_FORM = {s.reader.form: s for s in sources().values() if isinstance(s.reader, SurveyReader)}
FORMS = list(OF_FORM)
UUID = "00000000-0000-4000-8000-000000000001"
# One answer a type of question; of a list, the first choice that is not "none".
SIMPLE = {"today": "2024-07-01", "date": "2024-07-01", "integer": "18", "text": "Réponse fictive",
          "geopoint": "14.4871 -4.1962 0 5", "start": "2024-07-01T08:00:00.000Z", "end": "2024-07-01T09:00:00.000Z"}  # fmt: skip
# Where a simple answer would not be valid, would contradict another or leave a question out.
SPECIAL = {"pf_tel": "99000001", "cout": "payant", "zone": "Z_BKO", "cercle": "ML0901", "commune": "ML090101"}
# What becomes one record of each shape when one service, one search or one person is asked about.
RECORDS = {
    "organization": 1,
    "service": 1,
    "program": 1,
    "opportunity": 4,
}  # three that it offers, and one that it does not


def test_every_form_has_its_source() -> None:
    assert set(FORMS) == set(xlsform.questions())


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    xlsform.write(folder)
    return folder


@cache
def sheet(path: Path, name: str) -> list[dict[str, str]]:
    header, *rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    return [dict(zip(header, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in rows]


def asked(forms: Path, form: str) -> Iterator[tuple[list[str], str, str]]:
    """The path of groups, the name and the type of each question that has an answer."""
    path: list[str] = []
    for row in sheet(forms / f"{form}.xlsx", "survey"):
        if row["type"].startswith("begin_"):
            path.append(row["name"])
        elif row["type"].startswith("end_"):
            path.pop()
        elif row["type"] != "note":
            yield [*path], row["name"], row["type"]


def answer(forms: Path, form: str, name: str, kind: str) -> str:
    if name in SPECIAL:
        return SPECIAL[name]
    if kind in SIMPLE:
        return SIMPLE[kind]
    codes = [row["name"] for row in sheet(forms / f"{form}.xlsx", "choices") if row["list_name"] == kind.split()[1]]
    return next(code for code in codes if code != "aucun")


def filled(forms: Path, form: str) -> dict[str, list[tuple[list[str], str, str, str]]]:
    """By sheet (the main one, each repeat): path, name, type and answer of each question."""
    sheets: dict[str, list[tuple[list[str], str, str, str]]] = {"main": []}
    for path, name, kind in asked(forms, form):
        repeat = next((each for each in OF_FORM[form].reader.repeats if each in path), "main")
        sheets.setdefault(repeat, []).append((path, name, kind, answer(forms, form, name, kind)))
    return sheets


def kobo(forms: Path, form: str, *, with_groups: bool = True) -> Sheets:
    """As KoboToolbox exports: one column more for each choice ticked, and the parts of a point beside it."""
    sheets: Sheets = {}
    for number, (name, questions) in enumerate(filled(forms, form).items()):
        row: Answers = {}
        for path, question, kind, said in questions:
            prefix = "/".join(path) + "/" if path and with_groups else ""
            row[prefix + question] = said
            if kind.startswith("select_multiple"):
                row[f"{prefix}{question}/{said}"] = "1"
            if kind == "geopoint":
                parts = zip(("latitude", "longitude", "altitude", "precision"), said.split(), strict=True)
                row |= {f"{prefix}_{question}_{part}": value for part, value in parts}
        keys = {"_index": "1", "_parent_index": "1"} if number else {"_id": "7", "_uuid": UUID, "_index": "1"}
        sheets[name if number else form] = [row | keys | {"_submission_time": "2024-07-01T09:01:00", "_tags": ""}]
    return sheets


def odk(forms: Path, form: str) -> Sheets:
    """As ODK Central exports: a repeat without the path to it, a point in four columns."""
    sheets: Sheets = {}
    for number, (name, questions) in enumerate(filled(forms, form).items()):
        row: Answers = {"SubmissionDate": "2024-07-01T09:01:00.000Z"}
        for path, question, kind, said in questions:
            full = "-".join([*(group for group in path if group != name), question])
            if kind == "geopoint":
                parts = zip(("Latitude", "Longitude", "Altitude", "Accuracy"), said.split(), strict=True)
                row |= {f"{full}-{part}": value for part, value in parts}
            else:
                row[full] = said
        keys = {"KEY": f"uuid:{UUID}"} | ({"meta-instanceID": f"uuid:{UUID}"} if not number else {})
        if number:
            keys = {"PARENT_KEY": f"uuid:{UUID}", "KEY": f"uuid:{UUID}/{name}[1]"}
        sheets[name if number else form] = [row | keys]
    return sheets


def bare(forms: Path, form: str) -> Sheets:
    """As KoboToolbox exports without the groups in the headers."""
    return kobo(forms, form, with_groups=False)


TOOLS = [kobo, odk, bare]


def write(folder: Path, form: str, sheets: Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        page.append(list(rows[0]))
        for row in rows:
            page.append([value or None for value in row.values()])
    path = folder / f"{form}.xlsx"
    book.save(path)
    return path


def changed(sheets: Sheets, **answers: str) -> Sheets:
    """The same export with other answers, wherever the questions stand."""
    return {
        name: [{full: answers.get(full.split("/")[-1], said) for full, said in row.items()} for row in rows]
        for name, rows in sheets.items()
    }


def without(sheets: Sheets, questions: set[str]) -> Sheets:
    """The same export of a form that did not ask these questions."""
    return {
        name: [{full: said for full, said in row.items() if not questions & set(full.split("/"))} for row in rows]
        for name, rows in sheets.items()
    }


def warned(ingested: Ingested) -> dict[str, list[str]]:
    return {shape: frame["warnings"].dropna().tolist() for shape, frame in ingested.records.items()}


@pytest.mark.parametrize("form", FORMS)
def test_a_source_names_no_question_that_its_form_does_not_ask(form: str) -> None:
    source, names = OF_FORM[form], {row["name"] for row in xlsform.questions()[form]}
    assert {*source.ignored, *source.personal, *source.consent} <= names
    if source.parser is None:
        assert source.mapped <= names


@pytest.mark.parametrize("form", FORMS)
def test_what_need_not_be_answered_need_not_be_there(form: str) -> None:
    """No column of an unrequired question is demanded of an export."""
    free = {row["name"] for row in xlsform.questions()[form] if not row["required"]} - {"today"}
    origins = [origin for mapping in OF_FORM[form].shapes.values() for origin in mapping.columns.values()]
    assert {origin.column for origin in origins if origin.column in free and not origin.optional} == set()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_filled_in_comes_back_with_every_column(forms: Path, tmp_path: Path, form: str, tool: object) -> None:
    source = OF_FORM[form]
    path = write(tmp_path, form, tool(forms, form))  # type: ignore[operator]
    ingested = ingest(source, [path])
    for shape, frame in ingested.records.items():
        assert len(frame) == RECORDS.get(shape, 1)
        assert frame["errors"].isna().all()
        empty = [name for name in source.shapes[shape].columns if frame[name].isna().all()]
        assert empty == []
    assert {code for codes in warned(ingested).values() for code in codes} == set()
    assert len(gate(ingested).rejected) == 0
    assert columns_without_origin(source, path) == {}


def columns_without_origin(source: Source, path: Path) -> dict[str, list[str]]:
    """By shape, the columns of the declaration that neither the export nor parse.py gives."""
    tables = survey.read(path, source, source.reader)
    if source.parser is not None:
        spec = importlib.util.spec_from_file_location("parser_under_test", source.parser)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tables = module.parse(tables)
    lacking = {
        shape: [o.column for o in m.columns.values() if o.column and o.column not in tables[m.table or "main"].frame]
        for shape, m in source.shapes.items()
    }
    return {shape: names for shape, names in lacking.items() if names}


@pytest.mark.parametrize("form", FORMS)
def test_all_tools_give_the_same_records(forms: Path, tmp_path: Path, form: str) -> None:
    read = []
    for tool in TOOLS:
        folder = tmp_path / tool.__name__
        folder.mkdir()
        ingested = ingest(OF_FORM[form], [write(folder, form, tool(forms, form))])
        own = {"document_id", "record_id"}
        read.append({shape: frame.drop(columns=list(own)) for shape, frame in ingested.records.items()})
    for shape, frame in read[0].items():
        for other in read[1:]:
            pd.testing.assert_frame_equal(other[shape], frame)


@pytest.mark.parametrize("form", FORMS)
def test_an_older_form_without_the_free_questions_is_read(forms: Path, tmp_path: Path, form: str) -> None:
    free = {row["name"] for row in xlsform.questions()[form] if not row["required"]} - {"today"}
    groups = {row["name"] for row in xlsform.questions()[form] if row["type"].startswith("begin_")}
    ingested = ingest(OF_FORM[form], [write(tmp_path, form, without(kobo(forms, form), free - groups))])
    assert all(len(frame) for frame in ingested.records.values())
    assert all(frame["errors"].isna().all() for frame in ingested.records.values())
    assert {code for codes in warned(ingested).values() for code in codes} == set()


@pytest.mark.parametrize("form", FORMS)
def test_unanswered_free_questions_are_no_problem(forms: Path, tmp_path: Path, form: str) -> None:
    free = {row["name"] for row in xlsform.questions()[form] if not row["required"]} - {"today"}
    sheets = changed(kobo(forms, form), **dict.fromkeys(free, ""))
    ingested = ingest(OF_FORM[form], [write(tmp_path, form, sheets)])
    assert all(frame["errors"].isna().all() for frame in ingested.records.values())
    assert {code for codes in warned(ingested).values() for code in codes} == set()


@pytest.mark.parametrize("said", ["2024-07-01T00:00:00.000+02:00", "2024-07-01T09:10:11Z", "2024-07-01Z"])
@pytest.mark.parametrize("form", FORMS)
def test_the_day_may_have_a_time_and_a_zone(forms: Path, tmp_path: Path, form: str, said: str) -> None:
    ingested = ingest(OF_FORM[form], [write(tmp_path, form, changed(kobo(forms, form), today=said))])
    for frame in ingested.records.values():
        assert {day.isoformat() for day in frame["observed_on"]} == {"2024-07-01"}


@pytest.mark.parametrize("form", [form for form in FORMS if OF_FORM[form].consent])
def test_who_does_not_consent_leaves_nothing(forms: Path, tmp_path: Path, form: str) -> None:
    sheets = changed(kobo(forms, form), consent="non", srv_code="REFUS", m_nom="REFUS", org_nom="REFUS")
    ingested = ingest(OF_FORM[form], [write(tmp_path, form, sheets)])
    assert all(frame.empty for frame in ingested.records.values())
    assert set(ingested.rejected["reason"]) == {"consentement non donné"}
    assert "REFUS" not in ingested.rejected.to_csv() + asserted(ingested).to_csv()


def test_what_people_answer_is_never_an_assertion(forms: Path, tmp_path: Path) -> None:
    form = "mrf_beneficiary_survey"
    ingested = ingest(OF_FORM[form], [write(tmp_path, form, kobo(forms, form))])
    assert not SHAPES["feedback"].is_asserted
    assert asserted(ingested).empty


def test_a_mechanism_covers_several_zones_and_domains(forms: Path, tmp_path: Path) -> None:
    form = "mrf_mechanism_survey"
    sheets = changed(kobo(forms, form), m_zones="Z_TOM Z_GAO", m_dom="SOC PSY")
    (mechanism,) = ingest(OF_FORM[form], [write(tmp_path, form, sheets)]).records["mechanism"].to_dict("records")
    assert (mechanism["zone_codes"], mechanism["domain_codes"]) == ("Z_GAO;Z_TOM", "PSY;SOC")


@pytest.mark.parametrize("question", ["types_cherches", "types_non_trouves"])
def test_a_search_that_does_not_say_what_it_found_is_refused(forms: Path, tmp_path: Path, question: str) -> None:
    form = "mrf_survey_coverage"
    with pytest.raises(SourceFileError, match=question):
        ingest(OF_FORM[form], [write(tmp_path, form, without(kobo(forms, form), {question}))])


@pytest.mark.parametrize("form", [form for form, source in OF_FORM.items() if not source.reader.repeats])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_form_without_repeat_is_read_from_csv_as_well(form: str, separator: str, tmp_path: Path) -> None:
    source = OF_FORM[form]
    text = tmp_path / f"{form}.csv"
    pd.read_excel(source.sample, dtype=str, engine="calamine").to_csv(text, index=False, sep=separator)
    assert source.claims(text.name)
    here, there = ingest(source, [text]), ingest(source, [source.sample])
    assert here.read_counts == there.read_counts
    for shape, frame in there.records.items():
        kept = [column for column in frame if column not in ("record_id", "document_id")]
        pd.testing.assert_frame_equal(here.records[shape][kept], frame[kept], check_dtype=False)
