"""What the servers give is read as their exports are: the same records from JSON as from the workbooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.instruments import form as forms
from ingestion.readers.surveys import survey
from ingestion.records.source_records import Ingested, ingest
from tests.fixtures import provider_answers as export
from tests.fixtures.provider_answers import DEVICE, SERVICES, SUBMISSIONS, UUIDS, Answers, same
from tests.fixtures.provider_json import Json, kobo_json


def central_json(submissions: list[Answers] = SUBMISSIONS, services: list[tuple[int, Answers]] = SERVICES) -> Json:
    """As OData gives it with `$expand=*`: nested groups, null where nothing was answered, points as GeoJSON."""
    rows = []
    for rank, (uuid, answers) in enumerate(zip(UUIDS, submissions, strict=True)):
        row: Json = {"__id": f"uuid:{uuid}", "meta": {"instanceID": f"uuid:{uuid}", "instanceName": None}, **DEVICE}
        row["__system"] = {"submissionDate": "2024-06-14T10:00:00.000Z", "updatedAt": None, "deletedAt": None,
                           "submitterId": "5", "submitterName": "Collecteur fictif", "attachmentsPresent": 0,
                           "attachmentsExpected": 0, "status": None, "reviewState": None, "deviceId": None,
                           "edits": 0, "formVersion": "1"}  # fmt: skip
        for question, said in answers.items():
            put(row, export._path(question, "/"), said)
        row["srv@odata.navigationLink"] = f"Submissions('uuid%3A{uuid}')/srv"
        row["srv"] = []
        for number, (owner, one) in enumerate(services):
            if owner == rank:
                service: Json = {"__id": f"{number:040}", "__Submissions-id": f"uuid:{uuid}"}
                for question, said in one.items():
                    put(service, export._path(question, "/", repeat=True).removeprefix("srv/"), said)
                row["srv"].append(service)
        rows.append(row)
    return {"@odata.context": "https://exemple.test/v1/projects/1/forms/f.svc/$metadata#Submissions", "value": rows}


def put(row: Json, path: str, said: str) -> None:
    *groups, question = path.split("/")
    for group in groups:
        row = row.setdefault(group, {})
    if question == "gps" and said:
        lat, lon, alt, accuracy = map(float, said.split())
        row[question] = {"type": "Point", "coordinates": [lon, lat, alt], "properties": {"accuracy": accuracy}}
    elif question in ("capacite_mois", "places_dispo", "delai_jours", "age_min", "orient_quota", "partage_pct"):
        row[question] = int(said) if said else None
    else:
        row[question] = said or None


@pytest.fixture(scope="module")
def source() -> Source:
    return sources()["mrf_provider_survey"]


@pytest.fixture
def read(source: Source, tmp_path: Path) -> Callable[[Any], Ingested]:
    def ingested(content: Any) -> Ingested:
        path = tmp_path / "mrf_provider_survey.json"
        path.write_text(json.dumps(content, ensure_ascii=False))
        return ingest(source, [path])

    return ingested


@pytest.fixture
def workbook(source: Source, tmp_path: Path) -> Ingested:
    return ingest(source, [export.write(tmp_path, export.kobo())])


@pytest.mark.parametrize("given", [kobo_json, central_json])
def test_json_gives_the_same_records_as_the_workbook(
    read: Callable[[Any], Ingested], workbook: Ingested, given: Callable[[], Json]
) -> None:
    same(workbook, read(given()))
    assert len(workbook.records["service"]) == 3


@pytest.mark.parametrize("given", [kobo_json, central_json])
def test_who_held_the_phone_does_not_leave_the_reader(
    read: Callable[[Any], Ingested], given: Callable[[], Json]
) -> None:
    kept = export.everything(read(given()))
    assert [value for value in [*DEVICE.values(), "Collecteur fictif", "x.jpg"] if value in kept] == []


def test_a_survey_without_any_repeat_filled_in_is_read(read: Callable[[Any], Ingested]) -> None:
    ingested = read(kobo_json(services=[]))
    assert len(ingested.records["organization"]) == 2
    assert ingested.records["service"].empty


def test_one_page_of_an_answer_is_refused(read: Callable[[Any], Ingested]) -> None:
    with pytest.raises(SourceFileError, match="une page de 3 soumissions"):
        read(kobo_json() | {"next": "https://exemple.test/data.json?start=3"})


def test_a_point_that_was_not_taken_is_an_empty_answer(read: Callable[[Any], Ingested]) -> None:
    content = central_json(services=SERVICES[:1])
    content["value"][0]["srv"][0]["gps"] = {"type": "Point", "coordinates": None, "properties": {"accuracy": None}}
    (service,) = read(content).records["service"].to_dict("records")
    assert service["organization_name"] == SUBMISSIONS[0]["org_nom"]
    assert pd.isna(service["latitude"])


def test_a_question_that_nobody_reads_is_refused(read: Callable[[Any], Ingested]) -> None:
    content = kobo_json()
    content["results"][1]["org/pf_nom"] = "Nom Fictif"
    with pytest.raises(SourceFileError, match="pf_nom") as caught:
        read(content)
    assert "Nom Fictif" not in str(caught.value)


def test_a_repeat_that_nobody_declared_is_refused(read: Callable[[Any], Ingested]) -> None:
    content = kobo_json()
    content["results"][0]["temoins"] = [{"temoins/nom": "Nom Fictif"}]
    with pytest.raises(SourceFileError, match="temoins") as caught:
        read(content)
    assert "Nom Fictif" not in str(caught.value)


def test_a_sheet_of_repeats_that_nobody_declared_is_refused(source: Source, tmp_path: Path) -> None:
    sheets = export.kobo()
    sheets["temoins"] = [["temoins/nom", "_parent_index"], ["Nom Fictif", "1"]]
    with pytest.raises(SourceFileError, match="temoins"):
        ingest(source, [export.write(tmp_path, sheets)])


@pytest.mark.parametrize(
    "content", [b'{"results": [{"_id": 1', b"\xff\xfe\x00", b"[]", b'{"results": 3}', b'{"detail": "."}']
)
def test_what_is_no_whole_answer_of_a_server_is_refused(source: Source, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mrf_provider_survey.json"
    path.write_bytes(content)
    with pytest.raises(SourceFileError) as caught:
        ingest(source, [path])
    assert caught.value.file == path.name


def test_a_submission_without_consent_leaves_nothing_in_json_either(read: Callable[[Any], Ingested]) -> None:
    content = kobo_json()
    for row in content["results"]:
        row.pop("consent")  # nobody answered, so the server does not even name the question
    ingested = read(content)
    assert ingested.records["organization"].empty
    assert set(ingested.rejected["reason"]) == {"consentement non donné"}


# A repeat in a repeat: households of a village and their members, from either tool, as workbook or JSON.

ASKED = [
    ("begin_group", "lieu", ""), ("text", "village", ""), ("integer", "age", ""), ("end_group", "lieu", ""),
    ("begin_repeat", "menage", ""), ("text", "chef-lieu", ""), ("select_multiple biens", "biens", ""),
    ("begin_repeat", "membre", ""), ("integer", "age_membre", ""), ("text", "lien", "${age_membre} >= 18"),
    ("end_repeat", "membre", ""), ("end_repeat", "menage", ""),
]  # fmt: skip
READER = SurveyReader(kind="survey", form="villages_fictifs", repeats=("membre", "menage"))
MEMBERS = [("1", "1", "30", "chef"), ("1", "2", "4", ""), ("2", "1", "51", "chef"), ("3", "1", "22", "chef")]
HOUSEHOLDS = [("1", "A", "radio moto"), ("1", "B", ""), ("2", "C", "moto")]


@pytest.fixture(scope="module")
def villages(tmp_path_factory: pytest.TempPathFactory) -> forms.Form:
    book = openpyxl.Workbook()
    book.remove(book.active)
    asked = book.create_sheet("survey")
    for row in [("type", "name", "relevant", "label"), *((*row, "?") for row in ASKED)]:
        asked.append(row)
    choices = book.create_sheet("choices")
    for row in [("list_name", "name", "label"), ("biens", "radio", "?"), ("biens", "moto", "?")]:
        choices.append(row)
    path = tmp_path_factory.mktemp("form") / "villages.xlsx"
    book.save(path)
    return forms.of_workbook(path)


def workbook_of(folder: Path, sheets: dict[str, list[list[str]]]) -> Path:
    return export.write(folder, sheets)


def kobo_sheets(folder: Path) -> Path:
    return workbook_of(folder, {
        "Villages fictifs": [["lieu/village", "lieu/age", "_uuid", "_index"], ["X", "9", "u1", "1"], ["Y", "", "u2", "2"]],
        "menage": [["menage/chef-lieu", "menage/biens/radio", "menage/biens/moto", "_index", "_parent_table_name", "_parent_index"],
                   *([name, str(int("radio" in goods)), str(int("moto" in goods)), str(number), "Villages fictifs", owner]
                     for number, (owner, name, goods) in enumerate(HOUSEHOLDS, 1))],
        "membre": [["menage/membre/age_membre", "menage/membre/lien", "_index", "_parent_table_name", "_parent_index"],
                   *([age, link, str(number), "menage", owner] for number, (owner, _, age, link) in enumerate(MEMBERS, 1))],
    })  # fmt: skip


def odk_sheets(folder: Path) -> Path:
    keys = ["uuid:u1/menage[1]", "uuid:u1/menage[2]", "uuid:u2/menage[1]"]
    return workbook_of(folder, {
        "villages_fictifs": [["lieu-village", "lieu-age", "meta-instanceID", "KEY"], ["X", "9", "uuid:u1", "uuid:u1"],
                             ["Y", "", "uuid:u2", "uuid:u2"]],
        "menage": [["chef-lieu", "biens", "PARENT_KEY", "KEY"],
                   *([name, goods, key.split("/")[0], key] for key, (_, name, goods) in zip(keys, HOUSEHOLDS, strict=True))],
        "membre": [["age_membre", "lien", "PARENT_KEY", "KEY"],
                   *([age, link, keys[int(owner) - 1], f"{keys[int(owner) - 1]}/membre[{rank}]"]
                     for owner, rank, age, link in MEMBERS)],
    })  # fmt: skip


def kobo_villages(folder: Path) -> Path:
    def members(household: int) -> Json:
        own = [{"menage/membre/age_membre": age} | ({"menage/membre/lien": link} if link else {})
               for owner, _, age, link in MEMBERS if owner == str(household)]  # fmt: skip
        return {"menage/membre": own}

    def household(number: int) -> Json:
        _, name, goods = HOUSEHOLDS[number - 1]
        return {"menage/chef-lieu": name} | ({"menage/biens": goods} if goods else {}) | members(number)

    rows = [{"_id": 1, "_uuid": "u1", "lieu/village": "X", "lieu/age": "9", "menage": [household(1), household(2)]},
            {"_id": 2, "_uuid": "u2", "lieu/village": "Y", "menage": [household(3)]}]  # fmt: skip
    return as_file(folder, {"count": 2, "next": None, "previous": None, "results": rows})


def central_villages(folder: Path) -> Path:
    def household(number: int) -> Json:
        _, name, goods = HOUSEHOLDS[number - 1]
        own = [{"__id": f"{number}{rank}", "__Submissions-menage-id": str(number), "age_membre": int(age), "lien": link or None}
               for owner, rank, age, link in MEMBERS if owner == str(number)]  # fmt: skip
        return {"__id": str(number), "__Submissions-id": "x", "chef_lieu": name, "biens": goods or None, "membre": own}

    rows = [{"__id": "uuid:u1", "__system": {"edits": 0}, "meta": {"instanceID": "uuid:u1"},
             "lieu": {"village": "X", "age": 9}, "menage": [household(1), household(2)]},
            {"__id": "uuid:u2", "__system": {"edits": 0}, "meta": {"instanceID": "uuid:u2"},
             "lieu": {"village": "Y", "age": None}, "menage": [household(3)]}]  # fmt: skip
    return as_file(folder, {"value": rows})


def as_file(folder: Path, content: Json) -> Path:
    path = folder / "villages_fictifs.json"
    path.write_text(json.dumps(content))
    return path


EXPECTED = {
    "main": [["X", "9"], ["Y", ""]],
    "menage": [["A", "radio moto", "X", "9"], ["B", "", "X", "9"], ["C", "moto", "Y", ""]],
    "membre": [["30", "chef", "A", "radio moto", "X", "9"], ["4", "", "A", "radio moto", "X", "9"],
               ["51", "chef", "B", "", "X", "9"], ["22", "chef", "C", "moto", "Y", ""]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "with_form"),
    # Without the form nothing tells that `biens/radio` and `biens/moto` are the choices of one question.
    [*((given, True) for given in (kobo_sheets, odk_sheets, kobo_villages, central_villages)),
     (odk_sheets, False), (kobo_villages, False)],
)  # fmt: skip
def test_a_repeat_in_a_repeat_finds_its_parent_and_its_submission(
    tmp_path: Path, villages: forms.Form, given: Callable[[Path], Path], with_form: bool
) -> None:
    tables = survey.read_all(given(tmp_path), READER, villages if with_form else None)
    # Nor that « chef-lieu » is one name, and not a question of a group.
    questions = ["age_membre", "lien", "chef-lieu" if with_form else "lieu", "biens", "village", "age"]
    for name, rows in EXPECTED.items():
        wanted = questions[-len(rows[0]) :]
        assert tables[name].frame[wanted].to_numpy().tolist() == rows
    members = tables["membre"]
    assert list(members.place(None)) == [
        "uuid:u1/menage[1]/membre[1]", "uuid:u1/menage[1]/membre[2]", "uuid:u1/menage[2]/membre[1]", "uuid:u2/menage[1]/membre[1]"
    ]  # fmt: skip
    assert members.place("lien").iloc[1] == "uuid:u1/menage[1]/membre[2]/lien"
    assert members.place("biens").iloc[1] == "uuid:u1/menage[1]/biens"
    assert members.place("village").iloc[3] == "uuid:u2/village"


def test_the_sheet_of_submissions_need_not_come_first(tmp_path: Path) -> None:
    repeat = [["age_membre", "_index", "_parent_index"], ["30", "1", "2"]]
    main = [["village", "_uuid", "_index"], ["X", "u1", "1"], ["Y", "u2", "2"]]
    reader = SurveyReader(kind="survey", form="x", repeats=("membre",))
    tables = survey.read_all(workbook_of(tmp_path, {"membre": repeat, "Villages": main}), reader, None)
    assert tables["membre"].frame["village"].tolist() == ["Y"]
    with pytest.raises(SourceFileError, match="membre"):
        survey.read_all(
            workbook_of(tmp_path, {"membre": repeat, "Villages": main}), SurveyReader(kind="survey", form="x"), None
        )


def test_a_repeat_whose_parent_is_not_declared_is_refused(tmp_path: Path, villages: forms.Form) -> None:
    reader = READER.model_copy(update={"repeats": ("membre",)})
    with pytest.raises(SourceFileError, match="menage"):
        survey.read_all(kobo_villages(tmp_path), reader, villages)


def test_a_column_that_is_filled_and_has_no_header_is_refused(tmp_path: Path) -> None:
    path = workbook_of(tmp_path, {"Villages": [["village", "", "_uuid"], ["X", "perdu", "u1"]]})
    with pytest.raises(SourceFileError, match="en-tête") as caught:
        survey.read_all(path, SurveyReader(kind="survey", form="x"), None)
    assert (caught.value.place, "perdu" in str(caught.value)) == ("Villages!B2", False)


def test_a_question_that_changed_its_name_is_read_by_the_version_of_the_form(tmp_path: Path) -> None:
    header = ["localite", "village", "_uuid", "__version__"]
    rows = [["X", "", "u1", "v1"], ["", "Y", "u2", "v1"], ["Z", "W", "u3", "v2"]]
    reader = SurveyReader(kind="survey", form="x", renamed={"v1": {"localite": "village"}})
    main = survey.read_all(workbook_of(tmp_path, {"Villages": [header, *rows]}), reader, None)["main"]
    # In the second version `localite` is another question.
    assert main.frame[["village", "localite"]].to_numpy().tolist() == [["X", ""], ["Y", ""], ["W", "Z"]]
    with pytest.raises(SourceFileError, match="deux réponses"):
        survey.read_all(workbook_of(tmp_path, {"Villages": [header, ["X", "Y", "u1", "v1"]]}), reader, None)


def test_a_form_that_is_not_valid_is_said_in_the_words_of_pyxform(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in [("type", "name", "label"), ("begin_group", "g", "?"), ("text", "q", "?")]:
        book.active.append(row)
    book.save(path := tmp_path / "form.xlsx")
    with pytest.raises(DeclarationError, match="XLSForm invalide"):
        forms.of_workbook(path)
    with pytest.raises(DeclarationError, match="introuvable"):
        forms.of_workbook(tmp_path / "absent.xlsx")


# Versions of a submission


def edited(**said: dict[str, Any]) -> Json:
    """A file that holds several versions of the first submission: by uuid, what each says of itself."""
    content = kobo_json()
    first, *others = content["results"]
    versions = [
        first | {"_id": 950, "_uuid": uuid, "meta/instanceID": f"uuid:{uuid}", "org/org_nom": f"Version {uuid}"} | about
        for uuid, about in said.items()
    ]  # fmt: skip
    return content | {"results": [*versions, *others]}


CHAIN = {
    "c": {"meta/deprecatedID": "uuid:b", "_submission_time": "2024-06-14T10:00:00"},
    "a": {"_submission_time": "2024-06-14T10:00:00"},
    "b": {"meta/deprecatedID": "uuid:a", "_submission_time": "2024-06-14T10:00:00"},
}
ROOT = {
    "a": {"meta/rootUuid": "uuid:a", "_submission_time": "2024-06-14T10:00:00"},
    "c": {"meta/rootUuid": "uuid:a", "_submission_time": "2024-06-16T10:00:00"},
    "b": {"meta/rootUuid": "uuid:a", "_submission_time": "2024-06-15T10:00:00"},
}


@pytest.mark.parametrize(("said", "replaced_by"), [(CHAIN, {"a": "b", "b": "c"}), (ROOT, {"a": "c", "b": "c"})])
def test_the_last_version_of_a_submission_counts_and_the_others_are_told(
    read: Callable[[Any], Ingested], said: dict[str, dict[str, Any]], replaced_by: dict[str, str]
) -> None:
    ingested = read(edited(**{uuid: {"meta/rootUuid": f"uuid:{uuid}"} | about for uuid, about in said.items()}))
    names = set(ingested.records["organization"]["organization_name"])
    assert {name for name in names if name.startswith("Version")} == {"Version c"}
    told = ingested.rejected[ingested.rejected["shape"].eq("organization")]
    reasons = dict(zip(told["locator"], told["reason"], strict=True))
    for old, new in replaced_by.items():
        assert reasons[f"uuid:{old}"] == f"remplacée par uuid:{new}"
    assert ingested.read_counts["organization"] == 5
    # Its services go with it: two of the version that counts, one of the second submission.
    assert len(ingested.records["service"]) == 3
    services = ingested.rejected[ingested.rejected["shape"].eq("service")]
    assert services["reason"].str.startswith("remplacée").sum() == 4
    assert ingested.read_counts["service"] == 3 + 4 + 1
    assert "Version a" not in export.everything(ingested)


def test_two_last_versions_of_the_same_date_are_refused(read: Callable[[Any], Ingested]) -> None:
    tied = {"_submission_time": "2024-06-14T10:00:00", "meta/rootUuid": "uuid:a"}
    with pytest.raises(SourceFileError, match="une seule dernière version"):
        read(edited(a=tied, b=tied))


def test_a_submission_edited_while_it_was_pulled_counts_once(read: Callable[[Any], Ingested]) -> None:
    content = central_json()
    before = json.loads(json.dumps(content["value"][0]))
    content["value"][0]["__system"] |= {"updatedAt": "2024-06-15T10:00:00.000Z", "edits": 1}
    content["value"][0]["org"]["org_nom"] = "Association fictive corrigée"
    content["value"].append(before)
    ingested = read(content)
    assert set(ingested.records["organization"]["organization_name"]) >= {"Association fictive corrigée"}
    assert len(ingested.records["organization"]) == 2
    assert (ingested.rejected["reason"] == f"remplacée par uuid:{UUIDS[0]}").sum() >= 1


def test_who_withdraws_a_consent_in_a_later_version_leaves_nothing(read: Callable[[Any], Ingested]) -> None:
    given = {"meta/rootUuid": "uuid:a", "_submission_time": "2024-06-14T10:00:00"}
    ingested = read(edited(a=given, b=given | {"_submission_time": "2024-06-15T10:00:00", "consent": "non"}))
    assert "Version" not in export.everything(ingested)
    assert not pd.Series(ingested.consented, dtype=object).str.contains("Version").any()


@pytest.mark.parametrize("in_order", [True, False])
def test_a_submission_that_several_files_hold_counts_once_in_its_last_version(
    source: Source, tmp_path: Path, in_order: bool
) -> None:
    july = export.write(tmp_path, export.kobo()).rename(tmp_path / "mrf_provider_survey_2024-07.xlsx")
    content = kobo_json()
    # KoboToolbox: a new uuid and the same date.
    content["results"][1] |= {"_uuid": "b", "meta/instanceID": "uuid:b", "org/org_nom": "ONG Fictive Corrigée"}
    content["results"][1]["meta/deprecatedID"] = f"uuid:{UUIDS[1]}"
    (august := tmp_path / "mrf_provider_survey_2024-08.json").write_text(json.dumps(content))
    files = [july, august] if in_order else [august, july]
    both, alone = ingest(source, files), ingest(source, [august])
    for shape, frame in alone.records.items():
        assert sorted(both.records[shape]["locator"]) == sorted(frame["locator"])
    assert set(both.records["organization"]["organization_name"]) == {
        "Association Fictive du Fleuve",
        "ONG Fictive Corrigée",
    }
    reasons = both.rejected[both.rejected["shape"].eq("organization")]["reason"].tolist()
    assert f"remplacée par uuid:b ({august.name})" in reasons
    assert both.read_counts["organization"] == 6
    assert len(both.records["organization"]) + len(reasons) == 6


def test_a_file_that_came_late_does_not_undo_a_correction(source: Source, tmp_path: Path) -> None:
    content = central_json()
    (late := tmp_path / "mrf_provider_survey_z.json").write_text(json.dumps(content))
    content["value"][0]["__system"] |= {"updatedAt": "2024-06-15T10:00:00.000Z", "edits": 1}
    content["value"][0]["meta"]["instanceID"] = "uuid:apres"
    content["value"][0]["org"]["org_nom"] = "Association fictive corrigée"
    (corrected := tmp_path / "mrf_provider_survey_a.json").write_text(json.dumps(content))
    names = ingest(source, [corrected, late]).records["organization"]["organization_name"]
    assert sorted(names) == ["Association fictive corrigée", "ONG Fictive des Dunes"]
