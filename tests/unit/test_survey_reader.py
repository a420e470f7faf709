"""Exports of the providers' survey: the same records from either tool, and nothing that was not to be kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from expectations.gate import gate
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.surveys import survey
from ingestion.records import shelters
from ingestion.records.source_records import Ingested, ingest

Answers = dict[str, str]
Sheets = dict[str, list[list[str]]]

SHOWN_PHONE, HIDDEN_PHONE, REFUSED_PHONE = "00 17 17 01", "00 17 17 02", "00 17 17 03"
UUIDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3)]
# Who held the phone, and when: fictional, and never to be seen again.
DEVICE = {
    "start": "2024-06-11T08:01:02.003Z",
    "end": "2024-06-11T09:04:05.006Z",
    "deviceid": "appareil:fictif17",
    "username": "enqueteur_fictif",
    "phonenumber": "00 17 17 99",
}
SUBMISSIONS: list[Answers] = [
    {"today": "2024-06-11", "consent": "oui", "interview_mode": "site", "org_nom": "Association Fictive du Fleuve",
     "org_sigle": "AFF", "org_type": "OSC_MIG", "pf_tel": SHOWN_PHONE, "publier_contact": "oui",
     "orient_gratuit": "oui", "orient_quota": "12", "partage_cout": "places cofin", "partage_pct": "50",
     "opp_debut": "2024-07-01", "opp_fin": "2024-12-31", "opp_nouvelles": "Programme fictif"},
    {"today": "2024-06-12", "consent": "oui", "interview_mode": "tel", "org_nom": "ONG Fictive des Dunes",
     "org_sigle": "", "org_type": "ONG_NAT", "pf_tel": HIDDEN_PHONE, "publier_contact": "non",
     "orient_gratuit": "non", "orient_quota": "", "partage_cout": "aucun", "partage_pct": "",
     "opp_debut": "", "opp_fin": "", "opp_nouvelles": ""},
    {"today": "2024-06-13", "consent": "non", "interview_mode": "kii", "org_nom": "Structure Fictive Réticente",
     "org_sigle": "SFRET", "org_type": "IMF", "pf_tel": REFUSED_PHONE, "publier_contact": "oui",
     "orient_gratuit": "oui", "orient_quota": "7777", "partage_cout": "nature", "partage_pct": "33",
     "opp_debut": "2029-09-09", "opp_fin": "2029-10-10", "opp_nouvelles": "Programme refusé"},
]  # fmt: skip
SERVICE: Answers = {
    "type_service": "ECO_02", "srv_desc": "Atelier fictif", "zone": "Z_MOP", "cercle": "ML0506",
    "commune": "ML050601", "gps": "14.4871 -4.1962 0 5", "statut": "OPE", "date_fin": "", "acces": "direct rdv",
    "capacite_mois": "40", "places_dispo": "20", "delai_jours": "3", "inclus": "MIG_RET MIG_TRA", "age_min": "18",
    "age_max": "", "exclusion": "aucun", "docs_requis": "", "cout": "gratuit", "cout_fcfa": "", "langues": "fr bm",
    "q_d_personnel": "oui", "q_d_intrants": "oui", "q_a_transport": "non", "q_a_handicap": "nsp",
    "q_c_confid": "oui", "q_c_femmes": "oui", "q_q_qualif": "oui", "q_q_plaintes": "non",
}  # fmt: skip
SHELTER = SERVICE | {
    "type_service": "SOC_02", "srv_desc": "Maison fictive derrière le marché aux bœufs", "commune": "ML050677",
    "gps": "14.5321 -4.2177 0 5", "inclus": "MIG_RET VDT",
}  # fmt: skip
# (the submission's rank, the answers): the repeats of a form are exported in one sheet.
SERVICES: list[tuple[int, Answers]] = [
    (0, SERVICE),
    (1, SHELTER),
    (0, SERVICE | {"type_service": "PSY_01", "srv_desc": "", "zone": "Z_GAO", "cercle": "ML0703", "commune": ""}),
    (2, SERVICE | {"srv_desc": "Service que la structure refuse", "cercle": "ML0103", "commune": "ML010399"}),
]
GROUPS = {"org": ("org_nom", "org_sigle", "org_type", "pf_tel", "publier_contact"),
          "syn": ("orient_gratuit", "orient_quota", "partage_cout", "partage_pct", "opp_debut", "opp_fin",
                  "opp_nouvelles")}  # fmt: skip
SELECT_MULTIPLE = {"inclus": ["MIG_RET", "MIG_TRA", "VDT"], "acces": ["direct", "rdv"], "langues": ["fr", "bm"],
                   "exclusion": ["aucun", "age"]}  # fmt: skip


def _path(question: str, separator: str, repeat: bool = False) -> str:
    if repeat:
        return separator.join(["srv", *(["qual"] if question.startswith("q_") else []), question])
    group = next((name for name, questions in GROUPS.items() if question in questions), None)
    return f"{group}{separator}{question}" if group else question


def _with_choices(answers: Answers, separator: str) -> Answers:
    """The answers under their full names, with one 0/1 column more for each choice of a select-multiple."""
    named = {}
    for question, answer in answers.items():
        name = _path(question, separator, repeat=True)
        named[name] = answer
        for choice in SELECT_MULTIPLE.get(question, []):
            named[f"{name}/{choice}"] = str(int(choice in answer.split()))
    return named


def kobo(submissions: list[Answers] = SUBMISSIONS, services: list[tuple[int, Answers]] = SERVICES) -> Sheets:
    """An export of KoboToolbox: numbered submissions, groups with "/"."""
    main = [
        DEVICE
        | {_path(question, "/"): answer for question, answer in answers.items()}
        | {"_id": str(900 + rank), "_uuid": uuid, "_submission_time": "2024-06-14T10:00:00", "_validation_status": "",
           "_submitted_by": "enqueteur_fictif", "__version__": "vFictive", "_index": str(rank)}
        for rank, (uuid, answers) in enumerate(zip(UUIDS, submissions, strict=True), start=1)
    ]  # fmt: skip
    repeats = [
        _with_choices(answers, "/")
        | {"_index": str(number), "_parent_table_name": "Enquête", "_parent_index": str(owner + 1),
           "_submission__id": str(901 + owner), "_submission__uuid": UUIDS[owner]}
        for number, (owner, answers) in enumerate(services, start=1)
    ]  # fmt: skip
    return {"Enquête prestataires": _rows(main), "srv": _rows(repeats)}


def odk(submissions: list[Answers] = SUBMISSIONS, services: list[tuple[int, Answers]] = SERVICES) -> Sheets:
    """An export of ODK: KEY and PARENT_KEY, groups with "-"."""
    main = [
        DEVICE
        | {_path(question, "-"): answer for question, answer in answers.items()}
        | {"meta-instanceID": f"uuid:{uuid}", "KEY": f"uuid:{uuid}"}
        for uuid, answers in zip(UUIDS, submissions, strict=True)
    ]
    repeats = [
        _with_choices(answers, "-")
        | {"PARENT_KEY": f"uuid:{UUIDS[owner]}", "KEY": f"uuid:{UUIDS[owner]}/srv[{number}]"}
        for number, (owner, answers) in enumerate(services, start=1)
    ]
    return {"mrf_provider_survey": _rows(main), "srv": _rows(repeats)}


def _rows(dicts: list[Answers]) -> list[list[str]]:
    return [list(dicts[0]), *[list(row.values()) for row in dicts]]


def shuffled(sheets: Sheets) -> Sheets:
    """The same sheets with their columns in another order."""
    order = {name: random.Random(7).sample(range(len(rows[0])), len(rows[0])) for name, rows in sheets.items()}
    return {name: [[row[column] for column in order[name]] for row in rows] for name, rows in sheets.items()}


def without(sheets: Sheets, sheet: str, column: str) -> Sheets:
    left_out = sheets[sheet][0].index(column)
    return sheets | {sheet: [row[:left_out] + row[left_out + 1 :] for row in sheets[sheet]]}


def write(folder: Path, sheets: Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([value or None for value in row])
    path = folder / "mrf_provider_survey.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def source() -> Source:
    return sources()["mrf_provider_survey"]


@pytest.fixture
def read(source: Source, tmp_path: Path) -> Callable[[Sheets], Ingested]:
    def ingested(sheets: Sheets) -> Ingested:
        return ingest(source, [write(tmp_path, sheets)])

    return ingested


@pytest.fixture
def refused(read: Callable[[Sheets], Ingested]) -> Callable[[Sheets], SourceFileError]:
    def error(sheets: Sheets) -> SourceFileError:
        with pytest.raises(SourceFileError) as caught:
            read(sheets)
        assert caught.value.file == "mrf_provider_survey.xlsx"
        return caught.value

    return error


def everything(ingested: Ingested) -> str:
    """All that a run keeps of a file, as one text."""
    gated = gate(ingested)
    frames = [*ingested.records.values(), ingested.assertions, ingested.documents, ingested.rejected,
              *gated.accepted.values(), gated.assertions, gated.rejected]  # fmt: skip
    return "\n".join([*(frame.to_csv() for frame in frames), *ingested.notes])


def same(one: Ingested, other: Ingested) -> None:
    """The same records, assertions and rejected rows, but for the file's own sha256."""

    def without_file(frame: pd.DataFrame) -> list[str]:
        kept = frame.drop(columns=["document_id", "record_id"], errors="ignore").astype(object)
        rows = kept.where(kept.notna(), None).apply(lambda row: repr(row.tolist()), axis=1) if len(kept) else []
        return sorted(rows)

    for shape in one.records:
        assert without_file(one.records[shape]) == without_file(other.records[shape])
    assert without_file(one.assertions) == without_file(other.assertions)
    assert without_file(one.rejected) == without_file(other.rejected)
    assert one.read_counts == other.read_counts


def test_a_kobo_export_gives_its_records(read: Callable[[Sheets], Ingested]) -> None:
    ingested = read(kobo())
    assert {shape: len(frame) for shape, frame in ingested.records.items()} == {
        "organization": 2, "service": 3, "program": 1, "opportunity": 4
    }  # fmt: skip
    assert all(frame["errors"].isna().all() for frame in ingested.records.values())
    service = ingested.records["service"].iloc[0]
    assert service["organization_name"] == "Association Fictive du Fleuve"
    assert service["service_type_code"] == "ECO_02"
    assert service["observed_on"].isoformat() == "2024-06-11"
    assert (service["latitude"], service["longitude"]) == (14.4871, -4.1962)
    assert service["admitted_groups"] == "MIG_RET;MIG_TRA"
    assert service["access_modes"] == "direct;rdv"
    assert service["has_complaint_mechanism"] == "non"
    assert (service["capacity_per_month"], service["min_age"]) == (40, 18)
    assert service["locator"] == f"uuid:{UUIDS[0]}/srv[1]"
    excluded = set(service["excluded_groups"].split(";"))
    assert {"VDT", "MNA", "COM"} <= excluded
    assert not excluded & {"MIG_RET", "MIG_TRA"}


def test_repeats_go_to_the_submission_that_they_name(read: Callable[[Sheets], Ingested]) -> None:
    services = read(kobo()).records["service"]
    owners = services.groupby("organization_name")["service_type_code"].agg(list).to_dict()
    assert owners == {"Association Fictive du Fleuve": ["ECO_02", "PSY_01"], "ONG Fictive des Dunes": ["SOC_02"]}
    assert list(services["locator"].str.rsplit("/").str[1]) == ["srv[1]", "srv[1]", "srv[2]"]


def test_values_lead_back_to_their_question(read: Callable[[Sheets], Ingested]) -> None:
    said = read(kobo()).assertions
    of_first = said[said["record_id"].str.endswith(f"{UUIDS[0]}/srv[1]") & said["shape"].eq("service")]
    places = dict(zip(of_first["attribute"], of_first["locator"], strict=True))
    assert places["organization_name"] == f"uuid:{UUIDS[0]}/org_nom"
    assert places["service_type_code"] == f"uuid:{UUIDS[0]}/srv[1]/type_service"
    assert places["latitude"] == f"uuid:{UUIDS[0]}/srv[1]/gps"
    raw = dict(zip(of_first["attribute"], of_first["raw_value"], strict=True))
    assert raw["admitted_groups"] == "MIG_RET MIG_TRA"
    assert raw["access_modes"] == "direct rdv"


def test_the_interview_mode_is_the_class_of_evidence(read: Callable[[Sheets], Ingested]) -> None:
    said = read(kobo()).assertions
    assert set(said.loc[said["locator"].str.contains(UUIDS[0]) & said["shape"].eq("service"), "evidence_class"]) == {
        "site"
    }
    assert set(said.loc[said["locator"].str.contains(UUIDS[1]) & said["shape"].eq("service"), "evidence_class"]) == {
        "phone"
    }


def test_an_odk_export_gives_the_same_records(read: Callable[[Sheets], Ingested]) -> None:
    same(read(kobo()), read(odk()))


@pytest.mark.parametrize("export", [kobo, odk])
def test_the_order_of_the_columns_does_not_matter(
    read: Callable[[Sheets], Ingested], export: Callable[[], Sheets]
) -> None:
    moved = shuffled(export())
    assert moved["srv"][0] != export()["srv"][0]
    same(read(export()), read(moved))


def test_the_order_of_the_submissions_does_not_matter(read: Callable[[Sheets], Ingested]) -> None:
    sheets = kobo()
    header, *rows = sheets["Enquête prestataires"]
    same(read(kobo()), read(sheets | {"Enquête prestataires": [header, *rows[::-1]]}))


@pytest.mark.parametrize("export", [kobo, odk])
def test_a_refused_submission_leaves_its_reason_and_none_of_its_answers(
    read: Callable[[Sheets], Ingested], export: Callable[[], Sheets]
) -> None:
    ingested = read(export())
    refused = ingested.rejected[ingested.rejected["shape"].eq("organization")]
    assert list(refused["locator"]) == [f"uuid:{UUIDS[2]}"]
    assert list(refused["reason"]) == ["consentement non donné"]
    assert ingested.read_counts["organization"] == 3
    kept = everything(ingested)
    answers = ["Réticente", "SFRET", REFUSED_PHONE, "7777", "2029-09-09", "2029-10-10", "Programme refusé", "kii",
               "2024-06-13", "Service que la structure refuse", "ML010399"]  # fmt: skip
    assert [answer for answer in answers if answer in kept] == []


@pytest.mark.parametrize("answer", ["non", "", "Peut-être"])
def test_only_a_given_consent_is_a_consent(read: Callable[[Sheets], Ingested], answer: str) -> None:
    submissions = [SUBMISSIONS[0], SUBMISSIONS[1] | {"consent": answer}, SUBMISSIONS[2]]
    ingested = read(kobo(submissions))
    assert set(ingested.records["organization"]["organization_name"]) == {"Association Fictive du Fleuve"}
    assert "Dunes" not in everything(ingested)


@pytest.mark.parametrize("export", [kobo, odk])
def test_a_phone_is_kept_only_where_it_may_be_published(
    read: Callable[[Sheets], Ingested], export: Callable[[], Sheets]
) -> None:
    ingested = read(export())
    organizations = ingested.records["organization"].set_index("organization_name")["public_phone"]
    assert organizations["Association Fictive du Fleuve"] == SHOWN_PHONE
    assert pd.isna(organizations["ONG Fictive des Dunes"])
    kept = everything(ingested)
    assert SHOWN_PHONE in kept
    assert HIDDEN_PHONE not in kept
    assert REFUSED_PHONE not in kept


@pytest.mark.parametrize("answer", ["non", "", "OUI, peut-être"])
def test_without_permission_no_phone_is_kept(read: Callable[[Sheets], Ingested], answer: str) -> None:
    submissions = [SUBMISSIONS[0] | {"publier_contact": answer}, *SUBMISSIONS[1:]]
    assert "17 17" not in everything(read(kobo(submissions)))


def test_without_the_question_of_permission_no_phone_is_kept(read: Callable[[Sheets], Ingested]) -> None:
    ingested = read(without(kobo(), "Enquête prestataires", "org/publier_contact"))
    assert len(ingested.records["organization"]) == 2
    assert "17 17" not in everything(ingested)


def test_the_phone_of_a_row_that_the_gate_rejects_is_not_kept(read: Callable[[Sheets], Ingested]) -> None:
    submissions = [SUBMISSIONS[0], SUBMISSIONS[1] | {"org_nom": ""}, SUBMISSIONS[2]]
    ingested = read(kobo(submissions))
    assert len(gate(ingested).rejected.query("shape == 'organization'")) == 2
    assert HIDDEN_PHONE not in everything(ingested)


@pytest.mark.parametrize("export", [kobo, odk])
def test_who_held_the_phone_and_when_is_never_kept(
    read: Callable[[Sheets], Ingested], export: Callable[[], Sheets]
) -> None:
    kept = everything(read(export()))
    assert [value for value in DEVICE.values() if value in kept] == []
    assert [name for name in ("deviceid", "username", "phonenumber") if name in kept] == []


def test_who_held_the_phone_and_when_does_not_leave_the_reader(source: Source, tmp_path: Path) -> None:
    tables = survey.read(write(tmp_path, kobo()), source, source.reader)
    columns = {column for table in tables.values() for column in table.frame.columns}
    assert {"org_nom", "type_service"} <= columns
    assert {column for column in columns if column in DEVICE or column.startswith("_")} == set()


@pytest.mark.parametrize("export", [kobo, odk])
def test_a_victims_shelter_has_no_place_below_its_cercle(
    read: Callable[[Sheets], Ingested], export: Callable[[], Sheets]
) -> None:
    ingested = read(export())
    services = ingested.records["service"]
    (shelter,) = services[services["service_type_code"].eq("SOC_02")].to_dict("records")
    assert shelter["is_shelter"] is True
    assert (shelter["zone_code"], shelter["admin2_code"]) == ("Z_MOP", "ML0506")
    assert "shelter_masked" in shelter["warnings"].split(";")
    hidden = shelters.WITHHELD
    assert [n for n in [*hidden, *(f"{n}_raw" for n in hidden)] if not pd.isna(shelter[n])] == []
    said = ingested.assertions[ingested.assertions["record_id"].eq(shelter["record_id"])]
    assert set(said["attribute"]) & set(hidden) == set()
    kept = everything(ingested)
    assert [place for place in ("14.5321", "-4.2177", "4.2177", "ML050677") if place in kept] == []


@pytest.mark.parametrize("commune", ["ml050677", "Commune VI, porte verte"])
def test_a_shelter_keeps_no_place_as_it_was_written_either(read: Callable[[Sheets], Ingested], commune: str) -> None:
    # A code in lower case, or none at all: the raw text is what would be kept.
    assert commune in everything(read(kobo(services=[(1, SERVICE | {"commune": commune})])))
    assert commune not in everything(read(kobo(services=[(1, SHELTER | {"commune": commune})])))


def test_other_services_keep_their_place(read: Callable[[Sheets], Ingested]) -> None:
    housing = SHELTER | {"inclus": "MIG_RET"}  # housing that does not admit victims is no shelter
    services = read(kobo(services=[(0, SERVICE), (1, housing)])).records["service"]
    assert list(services["latitude"]) == [14.4871, 14.5321]
    assert list(services["admin3_code"]) == ["ML050601", "ML050677"]
    assert services["is_shelter"].isna().all()
    assert not services["warnings"].fillna("").str.contains("shelter").any()


def test_a_shelter_that_the_gate_rejects_keeps_no_place_either(read: Callable[[Sheets], Ingested]) -> None:
    submissions = [SUBMISSIONS[0], SUBMISSIONS[1] | {"org_nom": ""}, SUBMISSIONS[2]]
    ingested = read(kobo(submissions))
    rejected = gate(ingested).rejected
    assert rejected["row"].str.contains("SOC_02").any()
    kept = everything(ingested)
    assert [place for place in ("14.5321", "4.2177", "ML050677") if place in kept] == []


@pytest.mark.parametrize(
    ("export", "link", "stranger"), [(kobo, "_parent_index", "99"), (odk, "PARENT_KEY", "uuid:inconnu")]
)
def test_a_repeat_of_an_unknown_submission_is_refused(
    refused: Callable[[Sheets], SourceFileError], export: Callable[[], Sheets], link: str, stranger: str
) -> None:
    sheets = export()
    sheets["srv"][2][sheets["srv"][0].index(link)] = stranger
    error = refused(sheets)
    assert error.place == "srv!3"
    assert error.expected == f"une soumission connue ({link})"
    assert stranger not in error.found


def test_a_repeat_without_link_is_refused(refused: Callable[[Sheets], SourceFileError]) -> None:
    error = refused(without(odk(), "srv", "PARENT_KEY"))
    assert error.place == "srv!1"
    assert "PARENT_KEY" in error.expected


def test_a_missing_sheet_of_repeats_is_refused(refused: Callable[[Sheets], SourceFileError]) -> None:
    sheets = kobo()
    sheets["services"] = sheets.pop("srv")
    error = refused(sheets)
    assert error.place == "classeur"
    assert "« srv »" in error.expected
    assert error.found == "les feuilles Enquête prestataires, services"


@pytest.mark.parametrize("sheet", ["Enquête prestataires", "srv"])
def test_a_question_that_nobody_reads_is_refused(refused: Callable[[Sheets], SourceFileError], sheet: str) -> None:
    sheets = kobo()
    header, *rows = sheets[sheet]
    sheets[sheet] = [[*header, "org/pf_nom"], *[[*row, "Nom Fictif"] for row in rows]]
    error = refused(sheets)
    assert error.place == "questions"
    assert "personnelles" in error.expected
    assert "« pf_nom »" in error.found
    assert "Nom Fictif" not in str(error)


def test_a_submission_twice_is_refused(refused: Callable[[Sheets], SourceFileError]) -> None:
    sheets = kobo()
    rows = sheets["Enquête prestataires"]
    rows[3][rows[0].index("_uuid")] = UUIDS[0]
    error = refused(sheets)
    assert error.place == "Enquête prestataires!4"
    assert "unique" in error.expected
    assert error.found == "un identifiant vide ou en double"


@pytest.mark.parametrize("has_identifiers", [True, False])
def test_a_second_sheet_of_submissions_is_refused(
    refused: Callable[[Sheets], SourceFileError], has_identifiers: bool
) -> None:
    sheets = kobo()
    sheets["Feuille 2"] = [list(row) for row in sheets["Enquête prestataires"]]
    if not has_identifiers:
        sheets = without(sheets, "Feuille 2", "_uuid")
    error = refused(sheets)
    assert (error.place, error.expected) == ("Feuille 2", "les soumissions sur la feuille Enquête prestataires")
    assert error.found.startswith("3 ligne(s)")


def test_submissions_without_identifier_are_refused(refused: Callable[[Sheets], SourceFileError]) -> None:
    error = refused(without(without(odk(), "mrf_provider_survey", "KEY"), "mrf_provider_survey", "meta-instanceID"))
    assert error.place == "mrf_provider_survey!1"
    assert "identifiant de soumission" in error.expected


def test_a_question_in_two_groups_is_refused(refused: Callable[[Sheets], SourceFileError]) -> None:
    sheets = kobo()
    header, *rows = sheets["Enquête prestataires"]
    sheets["Enquête prestataires"] = [[*header, "syn/org_nom"], *[[*row, "Autre Fictif"] for row in rows]]
    error = refused(sheets)
    assert error.expected == "des questions distinctes"
    assert "org_nom" in error.found
