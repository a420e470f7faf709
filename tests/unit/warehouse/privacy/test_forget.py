"""An erasure on request, piece by piece: what readers, pulls, `restricted`, originals and catalogs keep of it."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from ingestion.declaration.registry import sources
from ingestion.pull.pulling import pull
from ingestion.readers.surveys.consent import ERASED, ERASED_PLACE
from ingestion.records.source_records import ingest
from orchestration.commands import forget_command, operation_commands
from orchestration.commands.console import console
from orchestration.operation import forgetting
from orchestration.operation.retention import expire
from orchestration.pipeline.delivery import deliver
from orchestration.pipeline.delivery_files import Delivery
from orchestration.pipeline.inventory import take_inventory
from tests.conftest import KEY
from tests.fixtures.assertions import asserted
from tests.fixtures.provider_answers import HIDDEN_PHONE, SHOWN_PHONE, SUBMISSIONS, UUIDS, kobo, odk, write
from tests.fixtures.provider_json import kobo_json
from tests.fixtures.servers import Central, running
from tests.fixtures.survey_office import SOURCE, Survey, survey  # noqa: F401
from warehouse.paths import Layout, Workspace
from warehouse.privacy import erasure, forgotten
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import Vault, open_vault
from warehouse.storage import write_json

GONE = UUIDS[1]  # it holds HIDDEN_PHONE and the shelter
AGREED = [answers | {"consent": "oui"} for answers in SUBMISSIONS]
KNOWN = {SOURCE.id: SOURCE}


def forget(workspace: Workspace, *ids: str) -> forgotten.Forgotten:
    receipt = {"forgotten_at": "2024-08-31T00:00:00+00:00", "hashes": forgotten.hashes(workspace, ids)}
    forgotten.write_receipt(workspace, f"essai_{len(forgotten.receipts(workspace))}", receipt)
    return forgotten.load(workspace)


@pytest.mark.parametrize("sheets", [kobo(AGREED), odk(AGREED)], ids=["kobo", "odk"])
def test_a_reader_leaves_out_the_submission_with_its_repeats_and_tells_no_place(sheets: Any, tmp_path: Path) -> None:
    path = write(tmp_path, sheets)
    whole, left = ingest(SOURCE, [path]), ingest(SOURCE, [path], lambda one: one == GONE)
    for shape, count in left.read_counts.items():
        lost = left.rejected[left.rejected["shape"].eq(shape)]
        assert count == len(left.records[shape]) + len(lost), "read = accepted + rejected"
    # What it offers is made of its answers: of one that is gone, one row is counted.
    for shape in ("organization", "service"):
        assert left.read_counts[shape] == whole.read_counts[shape] > len(left.records[shape])
    rejected = left.rejected[left.rejected["reason"].eq(ERASED)]
    assert set(rejected["locator"]) == {ERASED_PLACE}
    assert len(rejected[rejected["shape"].eq("service")]) == 1
    for frame in (*left.records.values(), asserted(left), left.rejected, left.personal):
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
    left = ingest(SOURCE, [path], lambda one: one == GONE)
    assert left.rejected["reason"].tolist().count(ERASED) >= 1
    assert "11111111-1111" not in asserted(left).to_csv() + left.rejected.to_csv()
    ids = erasure.all_ids(Workspace(tmp_path), None, KNOWN, {SOURCE.id: [path]}, GONE)
    assert ids == {GONE, "11111111-1111-4111-8111-111111111111"}


def test_hashes_tell_nothing_without_the_key_and_hold_through_its_rotation(
    survey: Survey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget(survey.workspace, GONE)
    (path,) = survey.workspace.forgotten.glob("*.json")
    assert GONE not in path.read_text()
    own = tmp_path / "tournee.key"  # other tests run with the shared one meanwhile
    own.touch(mode=0o600)
    monkeypatch.setenv("MRF_KEY_FILE", str(own))
    own.write_bytes(Fernet.generate_key() + b"\n" + KEY.read_bytes())
    assert forgotten.load(survey.workspace)(GONE)
    assert not forgotten.load(survey.workspace)(UUIDS[0])
    own.write_bytes(Fernet.generate_key())
    with pytest.raises(KeyProblem, match="pourrait revenir"):
        forgotten.load(survey.workspace)
    survey_file = survey.deliver(kobo(AGREED))
    assert survey_file.state == "refused", "without the key what was erased could come back"


def _everything(survey: Survey) -> str:
    """All texts of the root, `restricted` and its originals opened."""
    vault = open_vault(survey.workspace)
    found = [survey.plain(), vault.read_values("essai").to_csv()]
    found += [
        vault.open_original(path, "essai").decode(errors="replace") for path in vault.folder.glob("originals/*/*")
    ]
    found += [vault.read_rejected(SOURCE.id, "essai").to_csv()]
    return "\n".join(found)


def test_an_erasure_leaves_nothing_in_a_workspace_and_counts_still_add_up(survey: Survey) -> None:
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


def test_the_next_delivery_of_the_same_file_does_not_bring_it_back(survey: Survey) -> None:
    survey.deliver(kobo(AGREED))
    forget(survey.workspace, GONE)
    after = survey.deliver(kobo(AGREED))
    assert after.state == "fresh", "an erasure is a reason to read again"
    assert GONE not in survey.plain()
    assert after.rows["service"]["rejected"] >= 1


def test_what_was_accepted_can_be_published_again_without_any_file(survey: Survey) -> None:
    before = survey.deliver(kobo(AGREED))
    inventory = take_inventory(survey.layout, KNOWN, survey.landing, dt.date(2024, 8, 31))
    kept = deliver(SOURCE, type(inventory)(**vars(inventory) | {"files": {}, "is_kept": True}), survey.workspace)
    assert (kept.rows, kept.files) == (before.rows, before.files)
    assert pq.read_table(survey.workspace.records("service", SOURCE.id)).num_rows == before.rows["service"]["accepted"]


def test_a_hand_dropped_workbook_is_named_and_left(survey: Survey) -> None:
    survey.deliver(kobo(AGREED))
    erased = forget(survey.workspace, GONE)
    (path,) = survey.landing.glob("*.xlsx")
    content = path.read_bytes()
    assert forgetting.erase(survey.layout, open_vault(survey.workspace), KNOWN, erased, [path])[1] == [path]
    assert path.read_bytes() == content


def _encrypted(path: Path) -> None:
    """A zip whose one member says that it is encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "caché")
    data = path.read_bytes()
    at = data.index(b"PK\x01\x02")
    path.write_bytes(data[:6] + b"\x01" + data[7 : at + 8] + b"\x01" + data[at + 9 :])


def _no_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")


# How a file of the survey may be damaged, and whether it says the id all the same (else nobody can tell).
DAMAGED: dict[str, tuple[Any, bool]] = {
    "tronque.json": (lambda path: path.write_text('{"results": [{"_uuid": "' + GONE), True),
    "liste.json": (lambda path: path.write_text(json.dumps([{"_uuid": GONE}])), True),
    "autre.json": (lambda path: path.write_text(json.dumps({"data": [{"_uuid": GONE}]})), True),
    "profond.json": (lambda path: path.write_text("[" * 90_000 + f'"{GONE}"' + "]" * 90_000), True),
    "reponses_profondes.json": (
        lambda path: path.write_text(f'{{"results": [{{"_uuid": "{GONE}", "a": {"[" * 900}{"]" * 900}}}]}}'), True
    ),
    "longue.csv": (lambda path: path.write_text(f"_uuid,texte\n{GONE},{'x' * 140_000}\n"), True),
    "casse.xlsx": (_no_workbook, False),
    "protege.xlsx": (_encrypted, False),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_and_keeps_nothing_else_from_being_erased(
    name: str,
    survey: Survey,
) -> None:
    survey.deliver(kobo(AGREED))
    write, is_told = DAMAGED[name]
    damaged = survey.layout.landing / f"{SOURCE.id}_{name}"
    damaged.parent.mkdir()
    write(damaged)
    content, shown = damaged.read_bytes(), f"landing/{damaged.name}"
    ids = erasure.all_ids(survey.workspace, open_vault(survey.workspace), KNOWN, {SOURCE.id: [damaged]}, GONE)
    assert GONE in ids
    erased = forget(survey.workspace, GONE)
    done, left = forgetting.erase(survey.layout, open_vault(survey.workspace), KNOWN, erased, [damaged])
    if name == "reponses_profondes.json":  # it can be written again
        assert (left, done.unverified, forgetting.find_traces(survey.layout, ids)) == ([], [], ([], []))
        return
    assert (left, done.unverified) == (([damaged], []) if is_told else ([], [shown]))
    assert done.documents, "all the rest is erased"
    assert damaged.read_bytes() == content
    assert forgetting.find_traces(survey.layout, ids) == (([shown], []) if is_told else ([], [shown]))
    damaged.unlink()
    assert GONE not in _everything(survey)


def test_a_damaged_text_that_does_not_name_them_is_no_reason_to_worry(survey: Survey) -> None:
    erased = forget(survey.workspace, GONE)
    path = survey.landing / "longue.csv"
    path.write_text(f"_uuid,texte\n{UUIDS[0]},{'x' * 140_000}\n")
    assert erasure.rewrite_landed(path, erased) is False


def test_an_original_stays_until_what_the_others_answered_is_written(
    survey: Survey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    survey.deliver(kobo(AGREED))
    vault = open_vault(survey.workspace)
    (original,) = vault.folder.glob("originals/*/*")
    came_in = original.stat().st_mtime - 1000
    os.utime(original, (came_in, came_in))

    def full(self: Any, path: Path, content: bytes) -> None:
        if "originals" in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, path, content)

    write = Vault._put
    for erased in (forget(survey.workspace, GONE), forget(survey.workspace, UUIDS[2])):
        before = original.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(Vault, "_put", full)
            with pytest.raises(OSError, match="No space"):
                erasure.erase(survey.workspace, vault, KNOWN, erased)
        assert original.read_bytes() == before, "the answers of the others are still there"
        erasure.erase(survey.workspace, vault, KNOWN, erased)
        (original,) = vault.folder.glob("originals/*/*")
        assert original.name.endswith(".consented.json.enc")
        assert original.stat().st_mtime == pytest.approx(came_in), "its term runs on"
        text = vault.open_original(original, "essai").decode()
        assert UUIDS[0] in text
    assert GONE not in text
    assert UUIDS[2] not in text


def test_an_id_is_known_however_it_is_pasted(survey: Survey) -> None:
    erased = forget(survey.workspace, f" uuid:{GONE.upper()}")
    assert erased(GONE)
    assert erased(GONE.upper())
    path = survey.landing / f"{SOURCE.id}.json"
    path.write_text(json.dumps(kobo_json(AGREED)))
    assert erasure.all_ids(survey.workspace, None, KNOWN, {SOURCE.id: [path]}, GONE.upper()) == {GONE}
    named = survey.layout.root / "note.txt"
    named.parent.mkdir(exist_ok=True)
    named.write_text(GONE.upper())
    assert forgetting.find_traces(survey.layout, {GONE}) == (["note.txt"], [])


class Command:
    """`mrf forget` and `mrf restore` on a root with rows and no publication, so that none has to be made again."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was printed in one line."""
        app = typer.Typer()
        forget_command.add_to(app)
        app.command()(operation_commands.restore)
        with console.capture() as printed:
            code = CliRunner().invoke(app, list(arguments)).exit_code
        return code, " ".join(printed.get().split())


@pytest.fixture
def mrf(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("MRF_DATA", str(survey.layout.root))
    monkeypatch.setattr(forget_command, "sources", lambda: KNOWN)
    survey.deliver(kobo(AGREED))
    for path in survey.landing.iterdir():
        path.unlink()
    return Command(survey)


def test_an_id_that_is_nowhere_is_said_and_may_not_arrive_later(mrf: Command) -> None:
    other = "99999999-9999-4999-8999-999999999999"
    for _ in range(2):
        code, told = mrf("forget", other, "--who", "essai", "--yes")
        assert (code, "Effacée." in told) == (1, False)
        assert "Aucune soumission de cet identifiant" in told
    assert forgotten.load(mrf.survey.workspace)(other), "it may still be on the server"
    assert GONE in _everything(mrf.survey)


def test_the_same_command_again_is_as_once(mrf: Command) -> None:
    for pasted in (GONE.upper(), GONE):
        code, told = mrf("forget", pasted, "--who", "essai", "--yes")
        assert (code, "Effacée." in told) == (0, True), told
        assert GONE not in _everything(mrf.survey)


def test_what_cannot_be_looked_into_is_named_in_the_receipt(mrf: Command) -> None:
    damaged = mrf.survey.layout.landing / f"{SOURCE.id}_protege.xlsx"
    damaged.parent.mkdir()
    _encrypted(damaged)
    code, told = mrf("forget", GONE, "--who", "essai", "--yes")
    assert code == 1
    assert f"Non vérifié (abîmé ou protégé : à ouvrir ou à ôter par vous) : landing/{damaged.name}" in told
    (receipt,) = forgotten.receipts(mrf.survey.workspace)
    assert (receipt["unverified"], receipt["complete"]) == ([f"landing/{damaged.name}"], False)
    damaged.unlink()
    assert mrf("forget", GONE, "--who", "essai", "--yes")[0] == 0


def test_what_was_erased_is_erased_again_where_it_came_back(
    mrf: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restore that was interrupted, and files that were put back."""
    assert mrf("forget", "--again")[0] == 0, "nothing was asked for"
    forget(mrf.survey.workspace, GONE)
    dropped = mrf.survey.layout.landing / f"{SOURCE.id}.json"
    dropped.parent.mkdir()
    dropped.write_text(json.dumps(kobo_json(AGREED)))
    with monkeypatch.context() as patched:
        patched.setenv("MRF_KEY_FILE", str(tmp_path / "perdue.key"))
        code, told = mrf("forget", "--again")
        assert (code, "mrf forget --again" in told) == (1, True)
    assert GONE in _everything(mrf.survey)
    code, told = mrf("forget", "--again")
    assert code == 0, told
    assert GONE not in _everything(mrf.survey) + dropped.read_text()
    assert UUIDS[0] in dropped.read_text()


@pytest.mark.parametrize("place", ["root", "beside the backup", "in the backup"])
def test_nothing_is_restored_without_the_key_of_what_was_erased(
    place: str, mrf: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, target = tmp_path / "disque" / "mrf_backup_20240801T000000Z", Layout(tmp_path / "autre")
    folders = {
        "root": target.workspace(False).forgotten,
        "beside the backup": saved.parent / "forgotten",
        "in the backup": saved / "state" / "forgotten",
    }
    forget(mrf.survey.workspace, GONE)
    forgotten.copy_receipts(mrf.survey.workspace.forgotten, folders[place])
    target.root.mkdir(exist_ok=True)
    monkeypatch.setenv("MRF_DATA", str(target.root))
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "perdue.key"))
    code, told = mrf("restore", str(saved))
    assert code == 1
    assert "Rien n’est restauré : remettre d’abord la clé" in told
    monkeypatch.setenv("MRF_KEY_FILE", str(KEY))
    assert "n’est pas une sauvegarde entière" in mrf("restore", str(saved))[1], "only the key kept it from being read"


def test_a_pull_from_central_leaves_it_on_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fixtures.pulled import declared

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


def test_personal_data_ends_after_its_term_and_does_not_come_back(survey: Survey) -> None:
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


def test_modes_are_as_the_roles_say(survey: Survey) -> None:
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
    assert forgotten.copy_receipts(tmp_path / "a", tmp_path / "b") == 1
    assert forgotten.copy_receipts(tmp_path / "a", tmp_path / "b") == 0
    assert forgotten.copy_receipts(tmp_path / "none", tmp_path / "b") == 0


def test_the_sources_of_surveys_are_those_that_know_submissions() -> None:
    assert set(erasure.surveys(sources())) == {
        "mrf_beneficiary_survey", "mrf_mechanism_survey", "mrf_provider_survey", "mrf_survey_coverage"
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [[], [GONE], ["--who", "essai"], ["--expired"], [GONE, "--who", "essai"], [GONE, "--again"]]
)
def test_without_what_it_needs_or_a_confirmation_nothing_is_erased(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    app = typer.Typer()
    forget_command.add_to(app)
    assert CliRunner().invoke(app, arguments, input="n\n").exit_code == 2
    assert not (tmp_path / "data" / "state").exists()
