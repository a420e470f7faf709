"""Which answers count: one submission is one `_id`, repeats go to the submission they name, exports tell deletions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from expectations.gate import gate
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.surveys import survey
from ingestion.readers.surveys.identity import VERSIONS, groups
from ingestion.records.source_records import Ingested, ingest
from tests.fixtures.assertions import asserted
from tests.fixtures.export_changes import without
from tests.fixtures.provider_answers import SERVICE, SUBMISSIONS, Sheets, odk, source  # noqa: F401

MAIN = "Enquête prestataires"


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def export(*numbers: int, **changes: dict[str, str]) -> Sheets:
    """An export that holds the submissions of these `_id`, one service each; ``changes`` by `s<_id>`."""
    main, services = [], []
    for rank, number in enumerate(numbers, 1):
        changed = changes.get(f"s{number}", {})
        about = {
            "_id": str(number), "_uuid": uuid_of(number), "_submission_time": f"2024-07-{number % 100:02d}T10:00:00",
            "_validation_status": "", "_index": str(rank),
        }  # fmt: skip
        answers = SUBMISSIONS[0] | {"org_nom": f"Structure Fictive {number}"} | about
        main.append(answers | {k: v for k, v in changed.items() if k in answers or k == "start"})
        own = SERVICE | {k: v for k, v in changed.items() if k in SERVICE}
        services.append(
            own
            | {"_index": str(rank), "_parent_index": str(rank), "_submission__id": str(number)}
            | {"_submission__uuid": main[-1]["_uuid"]}
        )
    columns = list(dict.fromkeys(name for row in main for name in row))
    return {
        MAIN: [columns, *[[row.get(name, "") for name in columns] for row in main]],
        "srv": [list(services[0]), *[list(row.values()) for row in services]],
    }


def land(folder: Path, name: str, sheets: Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([value or None for value in row])
    path = folder / f"mrf_provider_survey_{name}.xlsx"
    book.save(path)
    return path


def names(ingested: Ingested) -> list[str]:
    return sorted(
        name.removeprefix("Structure Fictive ") for name in ingested.records["organization"]["organization_name"]
    )


def reasons(ingested: Ingested, shape: str = "organization") -> dict[str, str]:
    told = ingested.rejected[ingested.rejected["shape"].eq(shape)]
    return dict(zip(told["locator"], told["reason"], strict=True))


def is_conserved(ingested: Ingested) -> bool:
    return all(check.passed for check in gate(ingested).conservation())


@pytest.fixture
def july(source: Source, tmp_path: Path) -> Any:
    def both(first: Sheets, second: Sheets, names: tuple[str, str] = ("2024-07-05", "2024-07-20")) -> Ingested:
        files = [land(tmp_path, name, sheets) for name, sheets in zip(names, (first, second), strict=True)]
        ingested = ingest(source, sorted(files))
        assert is_conserved(ingested)
        return ingested

    return both


# One submission


def test_an_edited_submission_of_a_later_export_is_one_submission(july: Any) -> None:
    edited = {"_uuid": uuid_of(77), "org_nom": "Structure Fictive Corrigée", "capacite_mois": "20"}
    ingested = july(export(1001, 1002), export(1001, 1002, s1001=edited))
    assert names(ingested) == ["1002", "Corrigée"]
    assert sorted(ingested.records["service"]["capacity_per_month"]) == [20, 40]
    replaced = f"remplacée par uuid:{uuid_of(77)} (mrf_provider_survey_2024-07-20.xlsx)"
    assert reasons(ingested)[f"uuid:{uuid_of(1001)}"] == replaced


def test_the_name_of_an_export_tells_which_one_is_later(july: Any) -> None:
    edited = export(1001, s1001={"_uuid": uuid_of(77), "org_nom": "Structure Fictive Corrigée"})
    assert names(july(edited, export(1001), ("a_20240720", "b_20240705"))) == ["Corrigée"]


def test_two_ids_are_two_submissions_even_of_one_uuid(source: Source, tmp_path: Path) -> None:
    sheets = export(1001, 1002, s1002={"_uuid": uuid_of(1001), "type_service": "SOC_07"})
    ingested = ingest(source, [land(tmp_path, "x", sheets)])
    services = ingested.records["service"]
    assert dict(zip(services["organization_name"], services["service_type_code"], strict=True)) == {
        "Structure Fictive 1001": "ECO_02",
        "Structure Fictive 1002": "SOC_07",
    }
    assert services["record_id"].is_unique


def test_an_export_without_ids_is_linked_by_the_uuids(july: Any) -> None:
    later = without(without(export(1001, 1002), MAIN, "_id"), "srv", "_submission__id")
    ingested = july(export(1001, 1002), later)
    assert names(ingested) == ["1001", "1002"]
    assert set(reasons(ingested)) == {f"uuid:{uuid_of(1001)}", f"uuid:{uuid_of(1002)}"}


def versions(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(VERSIONS, "") | row for row in rows])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"number": "1", "uuid": "a"}, {"number": "1", "uuid": "b"}], [0, 0]),
        ([{"number": "1", "uuid": "a"}, {"number": "2", "uuid": "a"}], [0, 1]),
        # A copy made on the server keeps what its original said of itself.
        ([{"number": "1", "uuid": "b", "before": "a"}, {"number": "2", "uuid": "c", "before": "a"}], [0, 1]),
        ([{"uuid": "a"}, {"uuid": "b", "before": "a"}, {"uuid": "c", "root": "a"}], [0, 0, 0]),
        ([{"number": "1", "uuid": "a"}, {"uuid": "b", "root": "a"}], [0, 0]),
        # Nobody can tell whose version the third one is.
        ([{"number": "1", "uuid": "a"}, {"number": "2", "uuid": "a"}, {"uuid": "a"}], [0, 1, 2]),
        # One `_id` of two servers: begun and sent on other days.
        ([{"number": "1", "uuid": "a", "begun": "2024-06-01", "sent": "2024-06-02"},
          {"number": "1", "uuid": "b", "begun": "2024-07-01", "sent": "2024-07-02"}], [0, 1]),
        ([{"number": "1", "uuid": "a", "begun": "2024-06-01", "sent": "2024-06-02"},
          {"number": "1", "uuid": "b", "begun": "2024-06-01", "sent": "2024-07-02"}], [0, 0]),
    ],
)  # fmt: skip
def test_the_versions_of_a_submission(rows: list[dict[str, str]], expected: list[int]) -> None:
    assert groups(versions(*rows)).tolist() == expected


# Repeats


def pasted(*exports: Sheets) -> Sheets:
    return {name: [rows[0], *[row for one in exports for row in one[name][1:]]] for name, rows in exports[0].items()}


def owners(ingested: Ingested) -> dict[str, str]:
    services = ingested.records["service"]
    return dict(zip(services["organization_name"], services["service_type_code"], strict=True))


def test_repeats_of_pasted_exports_go_to_the_submission_that_they_name(source: Source, tmp_path: Path) -> None:
    sheets = pasted(export(1001, s1001={"type_service": "SOC_01"}), export(1002, s1002={"type_service": "SOC_07"}))
    ingested = ingest(source, [land(tmp_path, "x", sheets)])
    assert owners(ingested) == {"Structure Fictive 1001": "SOC_01", "Structure Fictive 1002": "SOC_07"}


@pytest.mark.parametrize("kept", ["_submission__id", "_submission__uuid"])
def test_one_link_is_enough_and_a_renumbered_index_is_told(source: Source, tmp_path: Path, kept: str) -> None:
    sheets = export(1001, 1002, s1001={"type_service": "SOC_01"}, s1002={"type_service": "SOC_07"})
    (left,) = {"_submission__id", "_submission__uuid"} - {kept}
    sheets = without(sheets, "srv", left)
    column = sheets["srv"][0].index("_parent_index")
    for row, number in zip(sheets["srv"][1:], ("2", "1"), strict=True):
        row[column] = number
    ingested = ingest(source, [land(tmp_path, "x", sheets)])
    assert owners(ingested) == {"Structure Fictive 1001": "SOC_01", "Structure Fictive 1002": "SOC_07"}
    assert any("2 ligne(s) rattachée(s)" in note for note in ingested.notes)


def test_a_number_that_two_submissions_bear_links_nothing(source: Source, tmp_path: Path) -> None:
    sheets = pasted(export(1001), export(1002))
    for column in ("_submission__id", "_submission__uuid"):
        sheets = without(sheets, "srv", column)
    with pytest.raises(SourceFileError, match=r"2 ligne\(s\).*srv!2, srv!3"):
        ingest(source, [land(tmp_path, "x", sheets)])


def test_an_id_and_a_uuid_of_two_submissions_are_refused(source: Source, tmp_path: Path) -> None:
    sheets = export(1001, 1002)
    sheets["srv"][1][sheets["srv"][0].index("_submission__uuid")] = uuid_of(1002)
    with pytest.raises(SourceFileError, match="srv!2") as caught:
        ingest(source, [land(tmp_path, "x", sheets)])
    assert uuid_of(1002) not in str(caught.value)


def test_a_repeat_in_a_repeat_of_pasted_exports_finds_its_parent(tmp_path: Path) -> None:
    link = ["_index", "_parent_table_name", "_parent_index", "_submission__id"]
    sheets = {
        "Villages": [["village", "_id", "_uuid", "_index"], ["X", "1", "u1", "1"], ["Y", "2", "u2", "1"]],
        "menage": [["chef", *link], ["A", "1", "Villages", "1", "1"], ["B", "1", "Villages", "1", "2"]],
        "membre": [["age", *link], ["30", "1", "menage", "1", "2"], ["40", "1", "menage", "1", "1"]],
    }
    reader = SurveyReader(kind="survey", form="x", repeats=("menage", "membre"))
    members = survey.read_all(land(tmp_path, "x", sheets), reader, None)["membre"].frame
    assert members[["age", "chef", "village"]].to_numpy().tolist() == [["30", "B", "Y"], ["40", "A", "X"]]


# What the server says of a submission


@pytest.mark.parametrize("state", ["Not Approved", "validation_status_not_approved", "NOT APPROVED ", "Non approuvée"])
def test_what_is_not_approved_is_out(source: Source, tmp_path: Path, state: str) -> None:
    ingested = ingest(source, [land(tmp_path, "x", export(1001, 1002, s1002={"_validation_status": state}))])
    assert is_conserved(ingested)
    assert names(ingested) == ["1001"]
    assert reasons(ingested) == {f"uuid:{uuid_of(1002)}": "soumission non approuvée"}
    assert reasons(ingested, "service") == {f"uuid:{uuid_of(1002)}/srv[1]": "soumission non approuvée"}


def test_what_is_on_hold_is_in_with_a_warning(source: Source, tmp_path: Path) -> None:
    sheets = export(1001, 1002, 1003, s1002={"_validation_status": "On Hold"}, s1003={"_validation_status": "Approved"})
    ingested = ingest(source, [land(tmp_path, "x", sheets)])
    for shape in ("organization", "service", "opportunity"):
        frame = ingested.records[shape]
        warned = frame[frame["warnings"].fillna("").str.contains("review_on_hold")]
        assert set(warned["organization_name"]) == {"Structure Fictive 1002"}
    assert len(ingested.records["organization"]) == 3


def test_an_approval_that_is_taken_back_takes_back_the_earlier_export(july: Any) -> None:
    ingested = july(export(1001, 1002), export(1001, 1002, s1002={"_validation_status": "Not Approved"}))
    assert names(ingested) == ["1001"]
    assert names(july(export(1001, s1001={"_validation_status": "Not Approved"}), export(1001))) == ["1001"]


def served(*told: dict[str, Any]) -> dict[str, Any]:
    """Submissions as ODK Central gives them, the first one's answers with what ``told`` says of each."""
    answers = {name: SUBMISSIONS[0].get(name) or None for name in SUBMISSIONS[0]}
    rows = [
        {"__id": f"uuid:{uuid_of(number)}", "__system": {"edits": 0, "submissionDate": f"2024-07-0{number}T10:00:00.000Z"},
         "srv": [{"__id": f"r{number}", **{name: text or None for name, text in SERVICE.items() if name != "gps"}}]}
        | answers | {"org_nom": f"Structure Fictive {number}"}
        for number in range(1, len(told) + 1)
    ]  # fmt: skip
    for row, about in zip(rows, told, strict=True):
        row["__system"] |= about.pop("system", {})
        row |= about
    return {"value": rows}


def test_central_rejects_and_flags(source: Source, tmp_path: Path) -> None:
    states = ("rejected", "hasIssues", "approved", None)
    (path := tmp_path / "mrf_provider_survey.json").write_text(
        json.dumps(served(*({"system": {"reviewState": state}} for state in states)))
    )
    ingested = ingest(source, [path])
    assert names(ingested) == ["2", "3", "4"]
    assert reasons(ingested) == {f"uuid:{uuid_of(1)}": "soumission non approuvée"}
    warned = ingested.records["organization"]["warnings"].fillna("").str.contains("review_on_hold")
    assert warned.tolist() == [True, False, False]


def test_the_state_of_kobo_is_read_in_json(source: Source, tmp_path: Path) -> None:
    rows = [
        SUBMISSIONS[0] | {"org_nom": f"Structure Fictive {number}", "_id": number, "_uuid": uuid_of(number)}
        | {"_validation_status": state, "srv": []}
        for number, state in enumerate(
            [{}, {"uid": "validation_status_not_approved", "label": "Not Approved"}, {"label": "Not Approved"},
             {"uid": "validation_status_on_hold", "label": "On Hold", "by_whom": "superviseur_fictif"}], 1)
    ]  # fmt: skip
    (path := tmp_path / "mrf_provider_survey.json").write_text(json.dumps({"count": 4, "next": None, "results": rows}))
    ingested = ingest(source, [path])
    assert names(ingested) == ["1", "4"]
    assert "superviseur_fictif" not in ingested.rejected.to_csv() + asserted(ingested).to_csv()


@pytest.mark.parametrize("status", ["notDecrypted", "missingEncryptedFormData"])
def test_what_came_encrypted_is_no_refusal(source: Source, tmp_path: Path, status: str) -> None:
    nothing = dict.fromkeys(SUBMISSIONS[0]) | {"srv": []}
    (path := tmp_path / "mrf_provider_survey.json").write_text(
        json.dumps(served({}, nothing | {"system": {"status": status}}))
    )
    ingested = ingest(source, [path])
    assert is_conserved(ingested)
    assert "chiffrée" in reasons(ingested)[f"uuid:{uuid_of(2)}"]


def test_an_encrypted_copy_does_not_replace_the_answers(source: Source, tmp_path: Path) -> None:
    files = []
    nothing = dict.fromkeys(SUBMISSIONS[0]) | {"srv": [], "system": {"status": "notDecrypted"}}
    for day, told in (("05", {}), ("20", nothing)):
        files.append(tmp_path / f"mrf_provider_survey_2024-07-{day}.json")
        files[-1].write_text(json.dumps(served(dict(told))))
    assert names(ingest(source, files)) == ["1"]


def test_a_submission_deleted_on_central_takes_back_the_earlier_pull(source: Source, tmp_path: Path) -> None:
    files = []
    for day, told in (("05", {}), ("20", {"system": {"deletedAt": "2024-07-19T10:00:00.000Z"}})):
        files.append(tmp_path / f"mrf_provider_survey_2024-07-{day}.json")
        files[-1].write_text(json.dumps(served({}, dict(told))))
    ingested = ingest(source, files)
    assert names(ingested) == ["1"]
    assert "supprimée sur le serveur" in set(reasons(ingested).values())


# Deleted between two exports


def deleted(ingested: Ingested) -> list[str]:
    told = reasons(ingested).items()
    return sorted(place.lstrip("uid:-0").split("-8000-")[-1].lstrip("0") for place, why in told if "absente" in why)


@pytest.mark.parametrize(
    ("first", "second", "gone"),
    [
        ((1001, 1002, 1003), (1001, 1003), ["1002"]),  # older and newer ones are there
        ((1001, 1002), (1001,), ["1002"]),  # all others are there
        ((1001, 1002, 1003), (1002, 1003, 1004), ["1001"]),
        ((1001, 1002, 1003, 1004, 1005), (1001, 1003, 1005, 1006), ["1002", "1004"]),
        ((1001, 1002, 1003), (1003, 1004), []),  # a period that begins later
        ((1001, 1002), (1002, 1003), []),  # so may this one
        ((1001, 1002, 1003, 1004), (1001, 1002), []),  # a period that ends earlier
        ((1001, 1002), (1003, 1004), []),  # no submission in both
        ((1001, 1002, 1003, 1004, 1005), (1001, 1005), []),  # most are missing: a filter
        ((1001, 1002, 1003, 1004, 1006), (1003, 1006), ["1004"]),  # a period, whole but for one
    ],
)
def test_what_a_later_export_lacks(july: Any, first: list[int], second: list[int], gone: list[str]) -> None:
    ingested = july(export(*first), export(*second))
    assert deleted(ingested) == gone
    kept = {str(one) for one in (*first, *second)} - set(gone)
    assert set(names(ingested)) == kept
    lacking = len(set(first) - set(second)) - len(gone)
    if set(first) & set(second):
        assert any("export complet" in note for note in ingested.notes) == bool(gone)
        assert any("export partiel" in note and f": {lacking} " in note for note in ingested.notes) == bool(lacking)


def test_one_answer_that_parts_an_export_from_what_it_lacks_is_a_filter(july: Any) -> None:
    zones: dict[str, dict[str, str]] = {f"s{number}": {"zone": "Z_GAO"} for number in (1002, 1004)}
    first = export(1001, 1002, 1003, 1004, 1005, **zones)
    assert deleted(july(first, export(1001, 1003, 1005, 1006))) == []
    states = {"s1001": {"_validation_status": "Approved"}, "s1003": {"_validation_status": "Approved"}}
    assert deleted(july(export(1001, 1002, 1003, **states), export(1001, 1003, **states))) == []


def test_an_export_of_another_project_lacks_nothing(source: Source, tmp_path: Path) -> None:
    held = {"a_2024-07-05": (1001, 1003, 1006), "b_2024-07-05": (2002, 2004), "a_2024-07-20": (1001, 1006)}
    files = [land(tmp_path, name, export(*one)) for name, one in held.items()]
    ingested = ingest(source, files)
    assert deleted(ingested) == ["1003"]
    assert names(ingested) == ["1001", "1006", "2002", "2004"]


def test_a_submission_that_came_back_counts(source: Source, tmp_path: Path) -> None:
    held = [(1001, 1002, 1003), (1001, 1003), (1001, 1002, 1003)]
    files = [land(tmp_path, f"2024-07-0{day}", export(*one)) for day, one in enumerate(held, 5)]
    assert names(ingest(source, files)) == ["1001", "1002", "1003"]


def test_an_export_that_lacks_what_a_later_one_holds_is_a_part(source: Source, tmp_path: Path) -> None:
    zones: dict[str, dict[str, str]] = {f"s{number}": {"zone": "Z_GAO"} for number in (1001, 1004)}
    held = [(1001, 1002, 1003, 1004), (1002,), (1001, 1004)]
    files = [land(tmp_path, f"2024-07-0{day}", export(*one, **zones)) for day, one in enumerate(held, 5)]
    ingested = ingest(source, files)
    assert names(ingested) == ["1001", "1002", "1003", "1004"]
    assert not any("export complet" in note for note in ingested.notes)
    files.append(land(tmp_path, "2024-07-09", export(1001, 1002, 1004, 1005, **zones)))
    ingested = ingest(source, files)
    assert deleted(ingested) == ["1003"]
    assert [note.split(" · ")[0] for note in ingested.notes if "export complet" in note] == [files[-1].name]


# Consent


@pytest.mark.parametrize(
    ("answer", "is_given"),
    [("oui", True), ("Oui", True), ("oui ", True), ("OUI", True), ("\u00a0oui\u200b", True),
     ("oui ?", False), ("oui mais", False), ("yes", False), ("1", False), ("", False), ("non", False)],
)  # fmt: skip
def test_a_consent_is_the_answer_of_the_form_however_typed(
    source: Source, tmp_path: Path, answer: str, is_given: bool
) -> None:  # fmt: skip
    ingested = ingest(source, [land(tmp_path, "x", export(1001, 1002, s1002={"consent": answer}))])
    assert names(ingested) == (["1001", "1002"] if is_given else ["1001"])
    told = [note for note in ingested.notes if "consentement écrit autrement" in note]
    assert bool(told) == (is_given and answer != "oui")
    assert not any("pas à poser" in note and "org_nom" in note for note in ingested.notes)


def test_odk_exports_have_versions_too(source: Source, tmp_path: Path) -> None:
    sheets = odk()
    header, *rows = sheets["mrf_provider_survey"]
    sheets["mrf_provider_survey"] = [[*header, "ReviewState"], *[[*row, "rejected"] for row in rows]]
    ingested = ingest(source, [land(tmp_path, "x", sheets)])
    assert set(reasons(ingested).values()) == {"soumission non approuvée"}


# Names of questions


def moved(*submissions: dict[str, Any]) -> dict[str, Any]:
    """As KoboToolbox serves them: each answer under the path that it had in its version of the form."""
    answers = {name: text for name, text in SUBMISSIONS[0].items() if name != "org_nom"}
    rows = [answers | {"_id": n, "_uuid": uuid_of(n), "srv": []} | one for n, one in enumerate(submissions, 1)]
    return {"count": len(rows), "next": None, "results": rows}


def served_file(folder: Path, content: dict[str, Any]) -> Path:
    (path := folder / "mrf_provider_survey.json").write_text(json.dumps(content))
    return path


def test_a_question_that_moved_to_another_group_is_one(source: Source, tmp_path: Path) -> None:
    old, new = {"identite/org_nom": "Structure Fictive A"}, {"org/org_nom": "Structure Fictive B"}
    told = served_file(tmp_path, moved(old, new, new | {"org/org_nom": "Structure Fictive C", "identite/org_nom": ""}))
    assert names(ingest(source, [told])) == ["A", "B", "C"]


def test_a_moved_question_of_a_repeat_and_its_choices_are_one(source: Source, tmp_path: Path) -> None:
    sheets = export(1001, 1002)
    header, first, second = sheets["srv"]
    column = header.index("inclus")
    sheets["srv"] = [
        [*header, "srv/autre/inclus", "srv/autre/inclus/MIG_TRA"],
        [*first, "", ""],
        [*[cell if n != column else "" for n, cell in enumerate(second)], "MIG_TRA", "1"],
    ]
    groups_of = ingest(source, [land(tmp_path, "x", sheets)]).records["service"]["admitted_groups"]
    assert groups_of.tolist() == ["MIG_RET;MIG_TRA", "MIG_TRA"]


def test_two_answers_of_one_submission_to_one_name_are_refused(source: Source, tmp_path: Path) -> None:
    both = {"identite/org_nom": "Structure Fictive A", "org/org_nom": "Structure Fictive B"}
    with pytest.raises(SourceFileError, match="« org_nom » en double") as caught:
        ingest(source, [served_file(tmp_path, moved({"org/org_nom": "Structure Fictive C"}, both))])
    assert caught.value.place == "results[1]"
    assert "Structure" not in str(caught.value)


def test_a_name_that_no_form_knows_is_named_too(tmp_path: Path) -> None:
    sheets = {"V": [["a/nom_local", "b/nom_local", "_uuid"], ["Awa Fictive", "Awa Fictive", "u1"]]}
    with pytest.raises(SourceFileError, match="« nom_local »") as caught:
        survey.read_all(land(tmp_path, "x", sheets), SurveyReader(kind="survey", form="x"), None)
    assert "Awa" not in str(caught.value)


@pytest.mark.parametrize("sheet", [MAIN, "srv"])
def test_labels_for_headers_are_answered_with_how_to_export(source: Source, tmp_path: Path, sheet: str) -> None:
    sheets = export(1001)
    labels = {name: f"Quelle est la réponse {rank} ?" for rank, name in enumerate(sheets[sheet][0]) if name[0] != "_"}
    sheets[sheet][0] = [labels.get(name, name) for name in sheets[sheet][0]]
    with pytest.raises(SourceFileError, match="XML values and headers") as caught:
        ingest(source, [land(tmp_path, "x", sheets)])
    assert caught.value.place == f"{sheet}!1"


def test_labels_of_groups_and_short_labels_are_labels(tmp_path: Path) -> None:
    header = [
        "Zone",
        "Structure/Nom officiel de la structure",
        "Structure/Sigle",
        "Structure/Type de structure",
        "_uuid",
    ]
    sheets = {"V": [header, ["Kayes", "Structure Fictive", "SF", "ONG", "u1"]]}
    with pytest.raises(SourceFileError, match="XML values and headers"):
        survey.read_all(land(tmp_path, "x", sheets), SurveyReader(kind="survey", form="x"), None)


def test_one_column_of_a_supervisor_is_no_export_of_labels(source: Source, tmp_path: Path) -> None:
    sheets = export(1001)
    sheets[MAIN] = [[*sheets[MAIN][0], "Remarque du superviseur"], [*sheets[MAIN][1], "à revoir"]]
    with pytest.raises(SourceFileError, match="que personne ne lit"):
        ingest(source, [land(tmp_path, "x", sheets)])
