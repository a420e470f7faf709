"""Exports of the providers' survey: the same records from either tool, and nothing that was not to be kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from expectations.gate import gate
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.surveys import survey
from ingestion.records import shelters
from ingestion.records.source_records import Ingested
from tests.fixtures.assertions import asserted
from tests.fixtures.export_changes import without
from tests.fixtures.provider_answers import (  # noqa: F401
    DEVICE,
    GROUPS,
    HIDDEN_PHONE,
    REFUSED_PHONE,
    SELECT_MULTIPLE,
    SERVICE,
    SERVICES,
    SHELTER,
    SHOWN_PHONE,
    SUBMISSIONS,
    UUIDS,
    Answers,
    Sheets,
    _path,
    _rows,
    _with_choices,
    everything,
    kobo,
    odk,
    read,
    same,
    source,
    write,
)


def shuffled(sheets: Sheets) -> Sheets:
    """The same sheets with their columns in another order."""
    order = {name: random.Random(7).sample(range(len(rows[0])), len(rows[0])) for name, rows in sheets.items()}
    return {name: [[row[column] for column in order[name]] for row in rows] for name, rows in sheets.items()}


@pytest.fixture
def refused(read: Callable[[Sheets], Ingested]) -> Callable[[Sheets], SourceFileError]:
    def error(sheets: Sheets) -> SourceFileError:
        with pytest.raises(SourceFileError) as caught:
            read(sheets)
        assert caught.value.file == "mrf_provider_survey.xlsx"
        return caught.value

    return error


def test_a_kobo_export_gives_its_records(read: Callable[[Sheets], Ingested]) -> None:
    ingested = read(kobo())
    assert {shape: len(frame) for shape, frame in ingested.records.items()} == {
        "organization": 2, "service": 3, "program": 1, "opportunity": 4 * 2 + 3
    }, "the first offers four things in two places; the second says no to the three closed questions"  # fmt: skip
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
    said = asserted(read(kobo()))
    of_first = said[said["record_id"].str.endswith(f"{UUIDS[0]}/srv[1]") & said["shape"].eq("service")]
    places = dict(zip(of_first["attribute"], of_first["locator"], strict=True))
    assert places["organization_name"] == f"uuid:{UUIDS[0]}/org_nom"
    assert places["service_type_code"] == f"uuid:{UUIDS[0]}/srv[1]/type_service"
    assert places["latitude"] == f"uuid:{UUIDS[0]}/srv[1]/gps"
    raw = dict(zip(of_first["attribute"], of_first["raw_value"], strict=True))
    assert raw["admitted_groups"] == "MIG_RET MIG_TRA"
    assert raw["access_modes"] == "direct rdv"


def test_the_interview_mode_is_the_class_of_evidence(read: Callable[[Sheets], Ingested]) -> None:
    said = asserted(read(kobo()))
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
    said = asserted(ingested)[asserted(ingested)["record_id"].eq(shelter["record_id"])]
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
    ("export", "link", "stranger"), [(kobo, "_submission__uuid", "inconnu"), (odk, "PARENT_KEY", "uuid:inconnu")]
)
def test_a_repeat_of_an_unknown_submission_is_refused(
    refused: Callable[[Sheets], SourceFileError], export: Callable[[], Sheets], link: str, stranger: str
) -> None:
    sheets = export()
    sheets["srv"][2][sheets["srv"][0].index(link)] = stranger
    error = refused(sheets)
    assert error.place == "srv!3"
    assert error.expected.startswith("une soumission connue (")
    assert link in error.expected
    assert "srv!3" in error.found
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
    for column in ("_id", "_uuid"):
        rows[3][rows[0].index(column)] = rows[1][rows[0].index(column)]
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
