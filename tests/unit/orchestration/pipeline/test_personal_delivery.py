"""What a delivery with personal data leaves behind: accepted rows in plain, all the rest encrypted or nowhere."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ingestion.declaration.registry import sources
from ingestion.records.source_records import ingest
from orchestration.pipeline.delivery import deliver, prepare
from orchestration.pipeline.inventory import NothingToPublish, take_inventory
from tests.fixtures.provider_answers import (
    HIDDEN_PHONE,
    REFUSED_PHONE,
    SERVICE,
    SERVICES,
    SHELTER,
    SHOWN_PHONE,
    SUBMISSIONS,
    UUIDS,
    Sheets,
    everything,
    kobo,
    write,
)
from tests.fixtures.provider_json import kobo_json
from tests.fixtures.survey_office import SOURCE, Survey, survey  # noqa: F401
from warehouse.paths import Layout
from warehouse.privacy.vault import open_vault

PHONE, EMAIL, NAME, POINT = "66 99 88 77", "awa.fictive@exemple.ml", "Awa Diarra Fictive", "16.2666, -0.0444"
TYPED = f"Atelier, voir Mme {NAME} au {PHONE} ou {EMAIL}, au point {POINT}"
# The plain columns where somebody may type what does not belong there: text, code, number, date.
PLACES = ["org_nom", "opp_nouvelles"]
SERVICE_PLACES = ["srv_desc", "docs_requis", "statut", "capacite_mois", "date_fin", "cercle"]


def _with(**answers: str) -> Sheets:
    return kobo([SUBMISSIONS[0] | answers, *SUBMISSIONS[1:]])


@pytest.mark.parametrize("question", PLACES)
def test_what_is_typed_in_a_submission_is_kept_nowhere(question: str, tmp_path: Path) -> None:
    ingested = ingest(SOURCE, [write(tmp_path, _with(**{question: TYPED}))])
    kept = everything(ingested)
    assert [secret for secret in (PHONE, EMAIL, POINT) if secret in kept] == []
    assert "[numéro retiré]" in kept
    assert {"phone", "email", "coordinates"} <= set(ingested.personal["kind"])


@pytest.mark.parametrize("question", SERVICE_PLACES)
def test_what_is_typed_about_a_service_is_kept_nowhere(question: str, tmp_path: Path) -> None:
    sheets = kobo(services=[(0, SERVICE | {question: TYPED}), *SERVICES[1:]])
    ingested = ingest(SOURCE, [write(tmp_path, sheets)])
    kept = everything(ingested)
    assert [secret for secret in (PHONE, EMAIL, POINT) if secret in kept] == []
    service = ingested.records["service"].iloc[0]
    assert "personal_removed" in service["warnings"].split(";")
    found = ingested.personal[ingested.personal["column"].eq(question)]
    assert {"phone", "email", "coordinates"} <= set(found["kind"])
    assert set(found["locator"]) == {f"uuid:{UUIDS[0]}/srv[1]/{question}"}
    if question in ("srv_desc", "docs_requis"):  # sentences may also name somebody
        assert NAME not in kept
        assert "Mme [nom retiré] au [numéro retiré]" in kept


def test_a_row_with_personal_data_that_the_gate_rejects_keeps_none(tmp_path: Path) -> None:
    sheets = kobo([SUBMISSIONS[0] | {"today": f"hier, {PHONE}"}, *SUBMISSIONS[1:]])
    kept = everything(ingest(SOURCE, [write(tmp_path, sheets)]))
    assert "valeur obligatoire, trouvé « hier, [numéro retiré] »" in kept
    assert PHONE not in kept


def test_personal_columns_and_shelters_say_what_was_taken_and_where(tmp_path: Path) -> None:
    personal = ingest(SOURCE, [write(tmp_path, kobo())]).personal
    told = {(row.locator, row.column, row.kind, row.value) for row in personal.itertuples()}
    hidden = f"uuid:{UUIDS[1]}"
    assert told == {
        (f"{hidden}/pf_tel", "pf_tel", "declared", HIDDEN_PHONE),
        (f"{hidden}/srv[1]/gps", "latitude", "shelter", "14.5321"),
        (f"{hidden}/srv[1]/gps", "longitude", "shelter", "-4.2177"),
        (f"{hidden}/srv[1]/commune", "admin3_code", "shelter", "ML050677"),
        (f"{hidden}/srv[1]/srv_desc", "description", "shelter", SHELTER["srv_desc"]),
        (f"{hidden}/srv[1]/srv_desc", "program_name", "shelter", SHELTER["srv_desc"]),
    }


def test_a_service_near_a_shelter_does_not_tell_where_it_is(tmp_path: Path) -> None:
    near = SERVICE | {"gps": "14.53221 -4.21768 0 5"}  # twelve metres
    ingested = ingest(SOURCE, [write(tmp_path, kobo(services=[(1, SHELTER), (1, near), (0, SERVICE)]))])
    services = ingested.records["service"]
    assert services["latitude"].tolist()[2] == 14.4871
    for name in ("latitude", "longitude", "admin3_code"):
        assert services[name].isna().tolist() == [True, True, False]
    assert services["is_beside_shelter"].tolist() == [None, True, None]
    assert pd.isna(services["warnings"].tolist()[1]), "a warning would lead to it"
    kept = ingested.personal[ingested.personal["kind"].eq("beside")]
    assert set(kept["value"]) == {"14.53221", "-4.21768", SERVICE["commune"]}


def test_of_a_shelter_no_sentence_leaves_restricted(tmp_path: Path) -> None:
    told = "Sonner à la porte bleue fictive"
    ingested = ingest(SOURCE, [write(tmp_path, kobo(services=[(0, SHELTER | {"docs_requis": told})]))])
    assert told not in everything(ingested)
    assert told in ingested.personal["value"].tolist()


def test_originals_and_rejected_rows_are_encrypted_and_nowhere_in_plain(survey: Survey) -> None:
    agreed = kobo([SUBMISSIONS[0], SUBMISSIONS[1] | {"org_nom": ""}, SUBMISSIONS[2] | {"consent": "oui"}])
    delivery = survey.deliver(agreed)
    assert delivery.state == "fresh"
    assert delivery.is_personal
    assert not survey.workspace.originals.exists()
    assert not survey.workspace.rejected.exists()
    vault = open_vault(survey.workspace)
    (digest,) = delivery.files.values()
    original = vault.read_original(digest, "essai")
    assert original == (survey.landing / "mrf_provider_survey.xlsx").read_bytes()
    assert openpyxl.load_workbook(io.BytesIO(original)).sheetnames == ["Enquête prestataires", "srv"]
    assert "organization_name" in vault.read_rejected(SOURCE.id, "essai")["reason"].iloc[0]
    assert HIDDEN_PHONE in vault.read_values("essai")["value"].tolist()
    kept = survey.plain()
    assert [secret for secret in (HIDDEN_PHONE, "14.5321", "ML050677", "marché aux bœufs") if secret in kept] == []


def test_every_pulled_version_of_an_answer_is_kept_encrypted_and_only_the_last_one_is_read(survey: Survey) -> None:
    agreed = [answers | {"consent": "oui"} for answers in SUBMISSIONS]
    first, later = survey.landing / f"{SOURCE.id}_2024-08-01.json", survey.landing / f"{SOURCE.id}_2024-08-02.json"
    first.write_text(json.dumps(kobo_json(agreed)))
    before = survey.deliver_landed()
    content = kobo_json([agreed[0] | {"pf_tel": "00 17 17 04", "publier_contact": "non"}, *agreed[1:]])
    old = kobo_json(agreed)["results"][0] | {"_uuid": "ancien", "meta/instanceID": "uuid:ancien"}
    content["results"][0]["meta/deprecatedID"] = "uuid:ancien"
    content["results"].append(old)
    later.write_text(json.dumps(content))
    first.unlink()
    after = survey.deliver_landed()
    assert (before.state, after.state) == ("fresh", "fresh"), after.error
    assert after.rows["organization"] == {"read": 4, "accepted": 3, "rejected": 1}
    vault = open_vault(survey.workspace)
    kept = [vault.read_original(digest, "essai").decode() for digest in (*before.files.values(), *after.files.values())]
    assert [SHOWN_PHONE in text for text in kept] == [True, True]
    assert vault.read_rejected(SOURCE.id, "essai")["reason"].iloc[0] == f"remplacée par uuid:{UUIDS[0]}"
    plain = survey.plain()
    assert [secret for secret in (SHOWN_PHONE, "00 17 17 04", HIDDEN_PHONE, "14.5321") if secret in plain] == []


def test_of_a_file_with_refusals_only_the_answers_of_the_others_are_kept(survey: Survey) -> None:
    delivery = survey.deliver(kobo())
    (digest,) = delivery.files.values()
    vault = open_vault(survey.workspace)
    kept = vault.read_original(digest, "essai").decode()
    tables = {table["name"]: table for table in json.loads(kept)}
    assert [len(tables[name]["rows"]) for name in ("main", "srv")] == [2, 3]
    assert HIDDEN_PHONE in kept
    everywhere = [kept, survey.plain(), vault.read_values("x").to_csv(), vault.read_rejected(SOURCE.id, "x").to_csv()]
    for refused in (REFUSED_PHONE, "Réticente", "Service que la structure refuse", "Programme refusé"):
        assert not any(refused in text for text in everywhere)
    assert UUIDS[2] in everywhere[3], "only that somebody refused, and where"


def test_without_a_key_the_source_is_refused_and_the_command_named(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
    delivery = survey.deliver(kobo())
    assert delivery.state == "refused"
    assert "« mrf key »" in (delivery.error or "")
    assert not survey.workspace.restricted.exists()
    assert not survey.workspace.originals.exists()
    kept = survey.plain()
    assert "Fictive du Fleuve" not in kept


def test_an_export_without_personal_columns_needs_no_key_and_its_original_is_not_kept(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
    asked = [{name: answer for name, answer in told.items() if name != "pf_tel"} for told in SUBMISSIONS]
    delivery = survey.deliver(kobo(asked))
    assert delivery.state == "fresh", delivery.error
    assert not survey.workspace.originals.exists()
    assert not survey.workspace.restricted.exists()
    assert "Réticente" not in survey.plain()


def test_without_a_key_the_last_good_rows_stay_and_are_said_to_be_stale(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = survey.deliver(kobo())
    with monkeypatch.context() as without:
        without.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
        assert survey.deliver(kobo()).state == "stale", "unchanged, but nobody can open what is kept of it"
        assert survey.deliver(kobo(services=SERVICES[:2])).state == "stale"
    rows = pq.read_table(survey.workspace.records("service", SOURCE.id))
    assert rows.num_rows == first.rows["service"]["accepted"]
    assert survey.deliver(kobo()).state == "fresh"


def test_the_free_text_of_surveys_is_withheld_by_one_setting(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read again once the setting changes, and again once it is taken back."""
    bare = "Atelier tenu par Awa Fictive derrière le marché"  # nobody can know that it names a person
    sheets = kobo(services=[(0, SERVICE | {"srv_desc": bare, "docs_requis": bare}), *SERVICES[1:]])
    first = survey.deliver(sheets)
    assert bare in survey.plain()
    monkeypatch.setenv("MRF_SURVEY_FREE_TEXT", "withhold")
    withheld = survey.deliver(sheets)
    assert withheld.state == "fresh"
    assert {shape: told["accepted"] for shape, told in withheld.rows.items()} == {
        shape: told["accepted"] for shape, told in first.rows.items()
    }
    assert bare not in survey.plain()
    services = pq.read_table(survey.workspace.records("service", SOURCE.id)).to_pandas()
    assert services[["program_name", "description", "required_documents", "description_raw"]].isna().all(axis=None)
    assert services["warnings"].str.contains("free_text_withheld").any()
    assert services["organization_name"].notna().all()
    programs = pq.read_table(survey.workspace.records("program", SOURCE.id)).to_pandas()
    assert set(programs["program_name"]) == {"[texte retenu]"}
    assert any("free_text_withheld" in check["check_name"] for check in withheld.checks)
    assert survey.deliver_landed().state == "unchanged"
    monkeypatch.delenv("MRF_SURVEY_FREE_TEXT")
    assert survey.deliver_landed().state == "fresh"
    assert bare in survey.plain()


def test_a_setting_that_is_none_publishes_nothing(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_SURVEY_FREE_TEXT", "masquer")
    with pytest.raises(NothingToPublish, match="MRF_SURVEY_FREE_TEXT : attendu redact ou withhold"):
        survey.deliver(kobo())


def test_a_removed_file_leaves_no_values(survey: Survey) -> None:
    survey.deliver(kobo())
    (survey.landing / "mrf_provider_survey.xlsx").unlink()
    (survey.landing / "autre.txt").write_text("x")
    (survey.landing / "mali_3w.xlsx").write_text("x")
    known = {SOURCE.id: SOURCE, "ocha_3w_mli": sources()["ocha_3w_mli"]}
    inventory = take_inventory(survey.layout, known, survey.landing, dt.date(2024, 8, 31))
    assert deliver(SOURCE, inventory, survey.workspace).state == "removed"
    assert open_vault(survey.workspace).read_values("essai").empty


def test_a_file_whose_name_tells_a_phone_is_refused_without_repeating_it(survey: Survey) -> None:
    delivery = survey.deliver(kobo(), f"enquete_prestataires {PHONE}.xlsx")
    assert delivery.state == "refused"
    assert "nom du fichier" in (delivery.error or "")
    assert PHONE not in survey.plain()


def test_fictional_data_needs_no_key_and_writes_nothing_restricted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
    layout = Layout(tmp_path / "data")
    inventory = take_inventory(layout, {SOURCE.id: SOURCE}, tmp_path / "empty", None)
    assert inventory.is_demo
    workspace = layout.workspace(is_demo=True)
    prepare(workspace, {SOURCE.id: SOURCE})
    assert deliver(SOURCE, inventory, workspace).state == "fresh"
    assert not workspace.restricted.exists()
    assert not layout.workspace(is_demo=False).restricted.exists()


def test_a_list_without_personal_columns_loses_the_phone_that_somebody_typed(tmp_path: Path) -> None:
    from tests.fixtures.office import HEADER, ROW, Office

    office = Office(tmp_path)
    delivery = office.land(HEADER + ROW + ROW.replace("Association Fictive", f"Association Fictive ({PHONE})"))
    assert delivery.state == "fresh"
    assert not delivery.is_personal
    frame = pq.read_table(office.layout.workspace(False).records("service", office.source.id)).to_pandas()
    assert frame["organization_name"].tolist() == ["Association Fictive", "Association Fictive"]
    assert frame["warnings"].fillna("").tolist() == ["", "personal_removed"]
    assert not office.checks()["avertissement personal_removed (service)"]
    assert not office.layout.workspace(False).originals.exists()
    assert (office.layout.workspace(False).rejected / f"{office.source.id}.parquet").exists()
    values = open_vault(office.layout.workspace(False)).read_values("essai")
    assert values[["locator", "kind", "value"]].to_numpy().tolist() == [["A3", "phone", PHONE]]


def test_without_a_key_such_a_list_is_taken_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fixtures.office import HEADER, ROW, Office

    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
    office = Office(tmp_path)
    remark = ROW.strip() + f"appeler le {PHONE}\n"
    assert office.land(HEADER + remark * 2).state == "fresh"
    assert len(list(office.layout.workspace(False).originals.rglob("*.csv"))) == 1
    assert not office.layout.workspace(False).restricted.exists()


def test_a_phone_in_a_column_that_nobody_reads_makes_the_original_personal(tmp_path: Path) -> None:
    from tests.fixtures.office import HEADER, ROW, Office

    office = Office(tmp_path)
    assert office.land(HEADER + ROW + ROW.strip() + f"appeler le {PHONE}\n").state == "fresh"
    assert not office.layout.workspace(False).originals.exists()
    assert len(list(office.layout.workspace(False).restricted.rglob("*.csv.enc"))) == 1


def test_a_table_may_declare_personal_columns_too(tmp_path: Path) -> None:
    from tests.fixtures.office import HEADER, ROW, Office

    office = Office(tmp_path)
    declared = office.source.folder / "source.yml"
    declared.write_text(declared.read_text() + "\npersonal:\n  Téléphone: {}\n")
    from ingestion.declaration.source import load

    office.source = load(office.source.folder)
    rows = ROW.strip() + ",66998877\n"
    delivery = office.land(HEADER.strip() + ",Téléphone\n" + rows * 2)
    assert delivery.state == "fresh", delivery.error
    assert delivery.is_personal
    assert not list(office.layout.workspace(False).originals.rglob("*.csv"))
    values = open_vault(office.layout.workspace(False)).read_values("essai")
    assert set(values["value"]) == {"66998877"}
    assert isinstance(values, pd.DataFrame)
