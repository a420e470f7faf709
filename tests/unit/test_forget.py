"""An erasure on request, piece by piece: what readers, pulls, `restricted`, originals and catalogs keep of it."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from ingestion.ingest import ingest
from ingestion.personal import ERASED, ERASED_PLACE
from ingestion.pull.pulling import pull
from ingestion.registry import sources
from orchestration import forget_command, forgetting
from orchestration.delivery import Delivery, deliver
from orchestration.forget_command import expire
from orchestration.inventory import take
from tests.servers import Central, running
from tests.unit.test_personal_delivery import SOURCE, Survey, survey  # noqa: F401
from tests.unit.test_survey_json import kobo_json
from tests.unit.test_survey_reader import HIDDEN_PHONE, SHOWN_PHONE, SUBMISSIONS, UUIDS, kobo, odk, write
from warehouse.layout import Workspace, write_json
from warehouse.protection import erasure, forgotten, key
from warehouse.protection.key import KeyProblem
from warehouse.protection.vault import open_vault

GONE = UUIDS[1]  # it holds HIDDEN_PHONE and the shelter
AGREED = [answers | {"consent": "oui"} for answers in SUBMISSIONS]
KNOWN = {SOURCE.id: SOURCE}


def forget(workspace: Workspace, *ids: str) -> forgotten.Forgotten:
    receipt = {"forgotten_at": "2024-08-31T00:00:00+00:00", "hashes": forgotten.hashes(workspace, ids)}
    forgotten.write_receipt(workspace, f"essai_{len(forgotten.receipts(workspace))}", receipt)
    return forgotten.known(workspace)


@pytest.mark.parametrize("sheets", [kobo(AGREED), odk(AGREED)], ids=["kobo", "odk"])
def test_a_reader_leaves_out_the_submission_with_its_repeats_and_tells_no_place(sheets: Any, tmp_path: Path) -> None:
    path = write(tmp_path, sheets)
    whole, left = ingest(SOURCE, [path]), ingest(SOURCE, [path], None, lambda one: one == GONE)
    for shape, count in whole.read_counts.items():
        assert left.read_counts[shape] == count, "read = accepted + rejected"
    rejected = left.rejected[left.rejected["reason"].eq(ERASED)]
    assert set(rejected["locator"]) == {ERASED_PLACE}
    assert len(rejected[rejected["shape"].eq("service")]) == 1
    for frame in (*left.records.values(), left.assertions, left.rejected, left.personal):
        assert not frame.astype(str).apply(lambda column: column.str.contains(GONE)).to_numpy().any()
    (kept,) = left.consented.values()
    assert HIDDEN_PHONE not in kept
    assert SHOWN_PHONE in kept


def test_an_edit_made_since_is_left_out_by_the_first_id(tmp_path: Path) -> None:
    answers = kobo_json(AGREED)
    answers["results"][1] |= {"_uuid": "11111111-1111-4111-8111-111111111111", "meta/deprecatedID": f"uuid:{GONE}"}
    answers["results"][1]["meta/instanceID"] = "uuid:11111111-1111-4111-8111-111111111111"
    path = tmp_path / f"{SOURCE.id}.json"
    path.write_text(json.dumps(answers))
    left = ingest(SOURCE, [path], None, lambda one: one == GONE)
    assert left.rejected["reason"].tolist().count(ERASED) >= 1
    assert "11111111-1111" not in left.assertions.to_csv() + left.rejected.to_csv()
    ids = erasure.all_ids(Workspace(tmp_path), None, KNOWN, {SOURCE.id: [path]}, GONE)
    assert ids == {GONE, "11111111-1111-4111-8111-111111111111"}


def test_hashes_tell_nothing_without_the_key_and_hold_through_its_rotation(survey: Survey) -> None:  # noqa: F811
    forget(survey.workspace, GONE)
    (path,) = survey.workspace.forgotten.glob("*.json")
    assert GONE not in path.read_text()
    old = key.key_file().read_bytes()
    try:
        key.key_file().write_bytes(Fernet.generate_key() + b"\n" + old)
        assert forgotten.known(survey.workspace)(GONE)
        assert not forgotten.known(survey.workspace)(UUIDS[0])
        key.key_file().write_bytes(Fernet.generate_key())
        with pytest.raises(KeyProblem, match="pourrait revenir"):
            forgotten.known(survey.workspace)
        survey_file = survey.deliver(kobo(AGREED))
        assert survey_file.state == "refused", "without the key what was erased could come back"
    finally:
        key.key_file().write_bytes(old)


def _everything(survey: Survey) -> str:  # noqa: F811
    """All texts of the root, `restricted` and its originals opened."""
    vault = open_vault(survey.workspace)
    found = [survey.plain(), vault.read_values("essai").to_csv()]
    found += [
        vault.open_original(path, "essai").decode(errors="replace") for path in vault.folder.glob("originals/*/*")
    ]
    found += [vault.read_rejected(SOURCE.id, "essai").to_csv()]
    return "\n".join(found)


def test_an_erasure_leaves_nothing_in_a_workspace_and_counts_still_add_up(survey: Survey) -> None:  # noqa: F811
    path = survey.landing / f"{SOURCE.id}_2024-08-01.json"
    path.write_text(json.dumps(kobo_json(AGREED)))
    before = survey.deliver_landed()
    accepted = before.rows["service"]["accepted"]
    assert GONE in _everything(survey)
    erased = forget(survey.workspace, GONE)
    done, left = forgetting.erase(survey.layout, open_vault(survey.workspace), KNOWN, erased, [path])
    assert left == []
    assert GONE not in _everything(survey)
    assert HIDDEN_PHONE not in _everything(survey)
    assert SHOWN_PHONE in _everything(survey), "what the others answered stays"
    assert done.documents == set(before.files.values())
    assert GONE not in path.read_text()
    assert UUIDS[0] in path.read_text()
    told = Delivery(**json.loads(survey.workspace.state_file(SOURCE.id).read_text()))
    counts = told.rows["service"]
    assert counts["accepted"] == accepted - 1
    assert counts["read"] == counts["accepted"] + counts["rejected"]
    assert pq.read_table(survey.workspace.records("service", SOURCE.id)).num_rows == accepted - 1
    reasons = open_vault(survey.workspace).read_rejected(SOURCE.id, "essai")["reason"].tolist()
    assert reasons.count(ERASED) >= 1
    log = (survey.workspace.restricted / "access.csv").read_text()
    assert f"originals/{next(iter(done.documents))[:2]}" in log
    assert erasure.WHY in log
    again = erasure.erase(survey.workspace, open_vault(survey.workspace), KNOWN, erased)
    assert (again.counts, again.documents) == ({}, set()), "twice is as once"


def test_the_next_delivery_of_the_same_file_does_not_bring_it_back(survey: Survey) -> None:  # noqa: F811
    survey.deliver(kobo(AGREED))
    forget(survey.workspace, GONE)
    after = survey.deliver(kobo(AGREED))
    assert after.state == "fresh", "an erasure is a reason to read again"
    assert GONE not in survey.plain()
    assert after.rows["service"]["rejected"] >= 1


def test_what_was_accepted_can_be_published_again_without_any_file(survey: Survey) -> None:  # noqa: F811
    before = survey.deliver(kobo(AGREED))
    inventory = take(survey.layout, KNOWN, survey.landing, dt.date(2024, 8, 31))
    kept = deliver(SOURCE, type(inventory)(**vars(inventory) | {"files": {}, "is_kept": True}), survey.workspace)
    assert (kept.rows, kept.files) == (before.rows, before.files)
    assert pq.read_table(survey.workspace.records("service", SOURCE.id)).num_rows == before.rows["service"]["accepted"]


def test_a_hand_dropped_workbook_is_named_and_left(survey: Survey) -> None:  # noqa: F811
    survey.deliver(kobo(AGREED))
    erased = forget(survey.workspace, GONE)
    (path,) = survey.landing.glob("*.xlsx")
    content = path.read_bytes()
    assert forgetting.erase(survey.layout, open_vault(survey.workspace), KNOWN, erased, [path])[1] == [path]
    assert path.read_bytes() == content


def test_a_pull_from_central_leaves_it_on_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.test_pull import declared

    source = declared(tmp_path / "sources", '{kind: central, project: "P", form: f}')
    rows = [
        {"__id": f"uuid:{uuid}", "meta": {"instanceID": f"uuid:{uuid}"}, "__system": {"formVersion": "1"}, "nom": uuid}
        for uuid in UUIDS
    ]
    server = Central(projects={1: "P"}, data={(1, "f"): rows})
    with running(server):
        monkeypatch.setenv("MRF_CENTRAL_URL", server.address)
        monkeypatch.setenv("MRF_CENTRAL_EMAIL", server.email)
        monkeypatch.setenv("MRF_CENTRAL_PASSWORD", server.password)
        told = pull(source, tmp_path / "landing", tmp_path / "pulls", lambda one: one == GONE)
    assert (told.submissions, told.erased) == (2, 1)
    assert GONE not in told.path.read_text()
    assert UUIDS[0] in told.path.read_text()


def test_publications_that_may_hold_it_are_those_made_before_of_such_files() -> None:
    receipt = {"forgotten_at": "2024-08-31T10:00:00+00:00", "documents": ["aa"], "read": ["aa", "bb"]}

    def manifest(digest: str, hour: int) -> dict[str, Any]:
        inputs = {SOURCE.id: {"files": {"x.json": digest}}}
        return {"is_demo": False, "published_at": f"2024-08-31T{hour:02}:00:00+00:00", "inputs": inputs}

    held = {
        (digest, hour): forgetting._may_hold(manifest(digest, hour), [receipt], KNOWN)
        for digest in ("aa", "bb", "cc") for hour in (9, 11)
    }  # fmt: skip
    assert {what for what, may in held.items() if may} == {("aa", 9), ("cc", 9)}, "cc was never looked into"


def test_personal_data_ends_after_its_term_and_does_not_come_back(survey: Survey) -> None:  # noqa: F811
    now = dt.datetime.now(dt.UTC)
    survey.deliver(kobo(AGREED))
    vault = open_vault(survey.workspace)
    assert expire(survey.layout, 30, now) == []
    assert expire(survey.layout, 0, now + dt.timedelta(days=9999)) == [], "no term is set"
    for path in vault.folder.glob("originals/*/*"):
        os.utime(path, (now.timestamp() - 31 * 86400,) * 2)
    assert len(expire(survey.layout, 30, now)) == 1
    assert not list(vault.folder.glob("originals/*/*"))
    assert vault.read_values("essai").empty
    survey.workspace.state_file(SOURCE.id).unlink()  # as after a change of the code: the same file is read again
    assert survey.deliver_landed().state == "fresh"
    assert vault.read_values("essai").empty
    assert not list(vault.folder.glob("originals/*/*"))
    assert "fin de conservation" in (vault.folder / "access.csv").read_text()


def test_modes_are_as_the_roles_say(survey: Survey) -> None:  # noqa: F811
    mask = os.umask(0)
    try:
        survey.deliver(kobo(AGREED))
        forget(survey.workspace, GONE)
        open_vault(survey.workspace).read_values("essai")
    finally:
        os.umask(mask)
    private = [survey.workspace.restricted, survey.workspace.forgotten]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in private] == [0o700, 0o700]
    files = [path for folder in private for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) != 0o600] == []


def test_receipts_travel_once(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "1.json", {"hashes": {}})
    assert forgotten.carry(tmp_path / "a", tmp_path / "b") == 1
    assert forgotten.carry(tmp_path / "a", tmp_path / "b") == 0
    assert forgotten.carry(tmp_path / "none", tmp_path / "b") == 0


def test_the_sources_of_surveys_are_those_that_know_submissions() -> None:
    assert set(erasure.surveys(sources())) == {
        "mrf_beneficiary_survey", "mrf_mechanism_survey", "mrf_provider_survey", "mrf_survey_coverage"
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [[], [GONE], ["--who", "essai"], ["--expired"], [GONE, "--who", "essai"]])
def test_without_what_it_needs_or_a_confirmation_nothing_is_erased(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    app = typer.Typer()
    forget_command.add_to(app)
    assert CliRunner().invoke(app, arguments, input="n\n").exit_code == 2
    assert not (tmp_path / "data" / "state").exists()
