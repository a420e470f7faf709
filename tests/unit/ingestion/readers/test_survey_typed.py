"""Answers in the types of their form: a real survey whole, and every answer that is not what was asked told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import python_calamine

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.registry import sources
from ingestion.instruments import form as forms
from ingestion.readers.rows import Table
from ingestion.readers.surveys import survey
from ingestion.readers.surveys.conditions import Condition, NotEvaluable
from ingestion.readers.surveys.typed import (
    CONTRADICTED,
    NOT_A_CHOICE,
    NOT_ASKED,
    NOT_CHECKED,
    NOT_IN_FORM,
    NOT_ITS_TYPE,
    Typed,
    notes,
    typed,
)
from ingestion.records.source_records import ingest
from tests.fixtures import provider_answers as export

# A fictional form: one question of each type, a « ne sait pas », an « autre, préciser », and conditions.
ASKED = [
    ("select_one oui_non", "accord", ""), ("begin_group", "suite", "${accord} = 'oui'"),
    ("integer", "age", ""), ("decimal", "part", ""), ("date", "jour", ""), ("dateTime", "instant", ""),
    ("geopoint", "lieu", ""), ("text", "note", ""),
    ("select_one oui_non_nsp", "recu", ""), ("select_multiple freins", "freins", "${age} >= 18 and ${recu} != 'nsp'"),
    ("text", "freins_autre", "selected(${freins}, 'autre')"), ("select_one oui_non or_other", "voie", ""),
    ("text", "horaire", "now() > ${instant}"), ("end_group", "suite", ""),
]  # fmt: skip
CHOICES = [("oui_non", "oui"), ("oui_non", "non"), ("oui_non_nsp", "oui"), ("oui_non_nsp", "non"), ("oui_non_nsp", "nsp"),
           ("freins", "cout"), ("freins", "loin"), ("freins", "autre")]  # fmt: skip
ANSWERS = {
    "accord": "oui", "suite/age": "30", "suite/part": "0.5", "suite/jour": "2024-07-01", "suite/instant": "2024-07-01T08:00:00.000+02:00",
    "suite/lieu": "14.4871 -4.1962 0 5", "suite/note": "12", "suite/recu": "oui", "suite/freins": "cout autre",
    "suite/freins/cout": "1", "suite/freins/loin": "0", "suite/freins/autre": "1", "suite/freins_autre": "la pluie",
    "suite/voie": "other", "suite/voie_other": "pirogue", "suite/horaire": "", "_uuid": "u1",
}  # fmt: skip
READER = SurveyReader(kind="survey", form="formulaire_fictif")


def save(path: Path, sheets: dict[str, list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([cell if cell != "" else None for cell in row])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> forms.Form:
    survey_rows = [("type", "name", "relevant", "label"), *((*row, "?") for row in ASKED)]
    choices = [("list_name", "name", "label"), *((*row, "?") for row in CHOICES)]
    path = save(tmp_path_factory.mktemp("f") / "f.xlsx", {"survey": survey_rows, "choices": choices})
    return forms.of_workbook(path)


@pytest.fixture
def read(form: forms.Form, tmp_path: Path) -> Any:
    def answers(without: tuple[str, ...] = (), **changed: str) -> tuple[Typed, Table]:
        row = {
            name: said
            for name, said in (ANSWERS | {f"suite/{q}": said for q, said in changed.items() if q != "accord"}).items()
            if name not in without
        }
        row |= {"accord": changed.get("accord", "oui")}
        path = save(tmp_path / "export.xlsx", {"Enquête": [list(row), list(row.values())]})
        tables = survey.read_all(path, READER, form)
        return typed(tables, form), tables["main"]

    return answers


def told(result: Typed) -> dict[str, tuple[str, str]]:
    rows = result.problems[result.problems["problem"].ne(NOT_CHECKED)]
    return {row.question: (row.problem, row.found) for row in rows.itertuples()}


def test_every_answer_has_the_type_that_its_question_gives_it(read: Any) -> None:
    result, _ = read()
    assert told(result) == {}
    row = result.frames["main"].iloc[0]
    assert (row["age"], row["part"], row["note"]) == (30, 0.5, "12")
    assert result.frames["main"].dtypes[["age", "part", "freins/cout"]].astype(str).tolist() == [
        "Int64",
        "Float64",
        "boolean",
    ]
    assert row["jour"] == dt.date(2024, 7, 1)
    assert row["instant"] == dt.datetime(2024, 7, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert row["lieu"] == (14.4871, -4.1962, 0, 5)
    assert row["freins"] == ("cout", "autre")
    assert (row["freins/cout"], row["freins/loin"]) == (True, False)
    assert (row["voie"], row["voie_other"]) == ("other", "pirogue")


@pytest.mark.parametrize(
    ("question", "said", "problem"),
    [
        ("age", "trente", NOT_ITS_TYPE), ("age", "30.5", NOT_ITS_TYPE), ("part", "la moitié", NOT_ITS_TYPE),
        ("part", "inf", NOT_ITS_TYPE), ("jour", "2024-13-01", NOT_ITS_TYPE), ("jour", "hier", NOT_ITS_TYPE),
        ("instant", "8 heures", NOT_ITS_TYPE), ("lieu", "99 -4.1", NOT_ITS_TYPE), ("lieu", "ici", NOT_ITS_TYPE),
        ("recu", "peut-être", NOT_A_CHOICE), ("voie", "avion", NOT_A_CHOICE),
    ],
)  # fmt: skip
def test_an_answer_of_another_type_is_told_with_its_place_and_not_lost(
    read: Any, question: str, said: str, problem: str
) -> None:
    result, table = read(
        **{question: said}
        | ({"freins": "", "freins/cout": "", "freins/autre": "", "freins_autre": ""} if question == "age" else {})
    )
    assert told(result)[question] == (problem, said)
    row = result.problems[result.problems["question"].eq(question)].iloc[0]
    assert row["locator"] == f"uuid:u1/{question}"
    assert table.frame[question].iloc[0] == said
    assert pd.isna(result.frames["main"][question].iloc[0])


def test_an_unknown_code_among_several_is_told_and_the_known_ones_stay(read: Any) -> None:
    result, _ = read(**{"freins": "cout pluie autre"})
    assert told(result) == {"freins": (NOT_A_CHOICE, "cout pluie autre")}
    assert result.frames["main"]["freins"].iloc[0] == ("cout", "autre")


def test_does_not_know_is_an_answer_and_none_is_not(read: Any) -> None:
    quiet = {"freins": "", "freins/cout": "", "freins/loin": "", "freins/autre": "", "freins_autre": ""}
    result, _ = read(recu="nsp", **quiet)
    assert (result.frames["main"]["recu"].iloc[0], told(result)) == ("nsp", {})
    result, _ = read(recu="", age="", **quiet)
    assert result.frames["main"]["recu"].iloc[0] is None
    assert pd.isna(result.frames["main"]["age"].iloc[0])


@pytest.mark.parametrize(("cell", "problem"), [("0", CONTRADICTED), ("x", NOT_ITS_TYPE)])
def test_a_ticked_choice_that_contradicts_the_answer_is_told(read: Any, cell: str, problem: str) -> None:
    result, _ = read(**{"freins/cout": cell})
    assert told(result) == {"freins/cout": (problem, cell)}


def test_an_answer_that_only_its_choices_give_is_rebuilt(read: Any) -> None:
    result, table = read(without=("suite/freins",))
    assert table.frame["freins"].iloc[0] == "cout autre"
    assert (result.frames["main"]["freins"].iloc[0], told(result)) == (("cout", "autre"), {})


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"age": "17"}, {"freins"}),
        ({"recu": "nsp"}, {"freins"}),
        ({"freins": "cout", "freins/autre": "0"}, {"freins_autre"}),
        ({"accord": "non"}, {"age", "part", "jour", "instant", "lieu", "note", "recu", "freins", "freins_autre", "voie", "voie_other"}),
    ],
)  # fmt: skip
def test_an_answer_to_a_question_that_was_not_to_be_asked_is_told(
    read: Any, changed: dict[str, str], wrong: set[str]
) -> None:
    result, _ = read(**changed)
    assert {name for name, (problem, _) in told(result).items() if problem == NOT_ASKED} == wrong


def test_a_condition_that_cannot_be_judged_is_told_once_and_accuses_nobody(read: Any) -> None:
    result, _ = read(horaire="le soir")
    assert told(result) == {}
    (row,) = result.problems.itertuples()
    assert (row.question, row.problem, row.locator) == ("horaire", NOT_CHECKED, None)
    result, _ = read(horaire="le soir", accord="non")  # another condition around it can be judged, and does not hold
    assert told(result)["horaire"] == (NOT_ASKED, "le soir")


def test_notes_count_and_quote_nothing(read: Any) -> None:
    result, _ = read(age="trente", note="secret")
    (found,) = [note for note in notes(result.problems)["main"] if note.startswith(NOT_ITS_TYPE)]
    assert found == f"{NOT_ITS_TYPE} : 1 — age (1)"
    assert "trente" not in str(notes(result.problems))


@pytest.mark.parametrize(
    ("text", "row", "holds"),
    [
        ("${a} = 1", {"a": "1"}, True), ("${a} >= 5", {"a": ""}, False), ("${a}-${b} > 0", {"a": "3", "b": "2"}, True),
        ("selected(${a}, 'x') or ${b} = 'y'", {"a": "z x", "b": ""}, True), ("not(selected(${a}, \"xy\"))", {"a": "x y"}, True),
        ("count-selected(${a}) > 1", {"a": "x y"}, True), ("if(${a} = 'x', ${b} = 1, false())", {"a": "x", "b": "1"}, True),
        ("${a} != '' and string-length(${a}) < 3", {"a": "ab"}, True), ("coalesce(${a}, ${b}) = 'y'", {"a": "", "b": "y"}, True),
        ("regex(${a}, '^[0-9]{2}$')", {"a": "12"}, True), ("${q-1} = './x'", {"q-1": "./x"}, True),
    ],
)  # fmt: skip
def test_conditions_mean_what_they_mean_on_the_phone(text: str, row: dict[str, str], holds: bool) -> None:
    assert Condition(text).holds(pd.DataFrame([row])).tolist() == [holds]


@pytest.mark.parametrize(
    "text",
    [
        "today() > ${a}",
        "position(..) = 1",
        ". > 3",
        "../b = 1",
        "${a} =",
        "${absente} = 1",
        "sum(${a}) > 1",
        "jr:x(${a})",
    ],
)
def test_a_condition_beyond_the_answers_of_a_row_says_so(text: str) -> None:
    with pytest.raises(NotEvaluable):
        Condition(text).holds(pd.DataFrame([{"a": "1"}]))


def test_what_is_wrong_with_the_answers_is_told_of_those_who_agreed_alone(tmp_path: Path) -> None:
    source = sources()["mrf_provider_survey"]
    sheets = export.kobo(
        services=[(0, export.SERVICE | {"statut": "INCONNU"}), (2, export.SERVICE | {"statut": "REFUS"})]
    )
    ingested = ingest(source, [export.write(tmp_path, sheets)])
    (note,) = [note for note in ingested.notes if NOT_A_CHOICE in note and "statut" in note]
    assert note.startswith("mrf_provider_survey.xlsx · ")
    assert "statut (1)" in note
    assert "INCONNU" not in note


# The dummy survey that REACH publishes with its form: 241 households, four repeats, the keys of its own tool.

REACH = SurveyReader(
    kind="survey", form="reach_msna", repeats=("roster", "edu_ind", "health_ind", "nut_ind"), key="uuid"
)


@pytest.fixture(scope="module")
def reach(real: Path) -> tuple[dict[str, Table], Typed, forms.Form, dict[str, list[list[Any]]]]:
    form = forms.of_workbook(real / "survey" / "reach_msna_xlsform.xlsx")
    path = real / "survey" / "reach_msna_dummy_export.xlsx"
    tables = survey.read_all(path, REACH, form)
    # Counted apart from the reader: the cells as the workbook has them.
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    cells = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return tables, typed(tables, form), form, cells


@pytest.mark.long
@pytest.mark.real
def test_no_cell_of_a_real_survey_is_lost(reach: Any) -> None:
    tables, result, _, cells = reach
    assert sum(len(rows) - 1 for rows in cells.values()) == 241 + 4 * 965
    for sheet, (header, *rows) in cells.items():
        table = tables[sheet]
        assert len(table.frame) == len(rows)
        assert set(header) <= set(table.frame.columns)
        for number, column in enumerate(header):
            filled = sum(str(row[number]).strip() != "" for row in rows)
            assert int(table.frame[column].str.strip().ne("").sum()) == filled, (sheet, column)
            unusable = result.problems.query("table == @sheet and question == @column and problem == @NOT_ITS_TYPE")
            assert int(result.frames[sheet][column].notna().sum()) == filled - len(unusable), (sheet, column)


@pytest.mark.long
@pytest.mark.real
def test_every_repeat_of_a_real_survey_is_joined_to_its_household(reach: Any) -> None:
    tables, _, _, cells = reach
    header, *rows = cells["main"]
    sizes = {row[header.index("uuid")]: row[header.index("hh_size")] for row in rows}
    numbers = {row[header.index("uuid")]: row[header.index("index")] for row in rows}
    for repeat in REACH.repeats:
        frame = tables[repeat].frame
        owners = [label.split("#")[0] for label in frame.index]
        assert frame["hh_size"].astype(float).tolist() == [sizes[owner] for owner in owners]
        # The other link of the export, which the reader did not use, says the same.
        assert frame["_parent_index"].astype(float).tolist() == [numbers[owner] for owner in owners]
        assert tables[repeat].place(frame.columns[0]).iloc[0].startswith(f"uuid:{owners[0]}/{repeat}[1]/")


@pytest.mark.long
@pytest.mark.real
def test_every_column_of_a_real_survey_has_the_type_of_its_question(reach: Any) -> None:
    _, result, form, cells = reach
    kinds: dict[str, int] = {}
    for sheet, (header, *_) in cells.items():
        frame = result.frames[sheet]
        for column in header:
            question = form.question("" if sheet == "main" else sheet, column)
            kind = "choice" if "/" in column else question.kind if question else "outside"
            kinds[kind] = kinds.get(kind, 0) + 1
            values = frame[column].dropna()
            types = {"integer": int, "date": dt.date, "datetime": dt.datetime, "select_multiple": tuple, "choice": bool}
            assert all(isinstance(value, types.get(kind, str)) for value in values.tolist()), (sheet, column, kind)
    assert kinds == {"text": 72, "datetime": 2, "select_one": 94, "integer": 61, "select_multiple": 19, "choice": 211,
                     "outside": 25}  # fmt: skip
    outside = result.problems[result.problems["problem"].eq(NOT_IN_FORM)]
    assert set(outside["question"]) == {"row_id", "uuid", "index", "person_id", "stratum", "weight"}
    # The answers were drawn by chance: all of their types and choices hold, many conditions do not.
    assert set(result.problems["problem"]) == {NOT_IN_FORM, NOT_ASKED}
    assert int(result.problems["problem"].eq(NOT_ASKED).sum()) == 8909
