"""Files that a data root keeps about itself, lost, cut or mad: mended from what is there, or one sentence; never fiction."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.fernet import Fernet
from filelock import FileLock

from ingestion.digest import file_sha256
from orchestration.commands import last_resort, mrf
from orchestration.defs.resources import writing
from orchestration.operation import doctor, instance
from tests.conftest import KEY
from tests.fixtures.decisions import ANSWER
from tests.fixtures.manifests import manifest
from warehouse import state_files
from warehouse.deliverables.producing import RECORD, record_of
from warehouse.paths import Layout
from warehouse.plain_path import for_duckdb, plain, put_in_place
from warehouse.privacy import forgotten
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import open_vault
from warehouse.publication import audit, backup, housekeeping, nature, publish
from warehouse.resolution import state
from warehouse.storage import write_json, write_parquet

NOW = dt.datetime(2024, 9, 30, 12, tzinfo=dt.UTC)
IDS = {"entity": ["organization"] * 2, "natural_key": ["a", "b"], "entity_id": ["org_1", "org_2"]}


def _published(layout: Layout, day: int, is_demo: bool = False) -> publish.Publication:
    """A publication of that day: a file that says what it is of, its manifest, the state that it left."""
    when, run_id = dt.datetime(2024, 9, day, 5, tzinfo=dt.UTC), f"{day:08x}-run"
    made = publish.name_of(run_id, when)
    folder = publish.begin(layout, made)
    with duckdb.connect(str(folder / made.file)) as connection:
        connection.execute(f"create schema marts; create table marts.publication_notice as select {is_demo} as is_demo")
    told = manifest(run_id=run_id, is_demo=is_demo, published_at=when.isoformat(timespec="seconds"))
    publish.write_manifest(layout, made, told | {"state": {"left": state.described(layout.workspace(is_demo))}})
    publish.finish(layout, made)
    publish.publish_pointer(layout, made, run_id, is_demo, when)
    return made


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A root with ids, an answer, a receipt and two publications of real data."""
    made = Layout(tmp_path / "data")
    monkeypatch.setenv("MRF_DATA", str(made.root))
    workspace = made.workspace(False)
    table = pa.Table.from_pandas(
        pd.DataFrame(IDS).reindex(columns=state.ENTITY_ID_SCHEMA.names), state.ENTITY_ID_SCHEMA
    )
    for path in (state.entity_ids_path(workspace), made.run_folder("00000002-run") / "entity_id.parquet"):
        write_parquet(path, table)
    state.add(workspace, [ANSWER], [])
    forgotten.write_receipt(workspace, "recu", {"hashes": forgotten.hashes(workspace, ["x"])})
    for day in (1, 2):
        _published(made, day)
    return made


def _missing(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _noise(path: Path) -> None:
    path.write_bytes(os.urandom(200))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _list(path: Path) -> None:
    path.write_text("[1, 2]")


def _poor(path: Path) -> None:
    path.write_text("{}")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


damages = pytest.mark.parametrize("damage", [_missing, _cut, _noise, _empty, _list, _poor, _folder])


@damages
def test_a_damaged_publication_is_said_and_stops_no_new_one(layout: Layout, damage: Callable[[Path], None]) -> None:
    first, second = publish.all_readable(layout)
    damage((layout.published / second).with_name("manifest.json"))
    assert publish.flaw(layout, second).startswith("La publication en place est abîmée.")
    assert "mrf run" in publish.flaw(layout, second)
    assert publish.all_readable(layout) == [first], "to go back to"
    assert list(publish.removed_files(layout, False, {})) == [publish.UNREADABLE]
    assert any("manifest.json" in text for text in housekeeping.problems(layout))
    third = _published(layout, 3)
    assert publish.flaw(layout, third.pointer) == ""
    with pytest.raises(FileNotFoundError, match=first):
        publish.rollback(layout, second.split("/")[1], NOW)
    publish.rollback(layout, first.split("/")[1], NOW)


@pytest.mark.parametrize("damage", [_missing, _cut, _noise, _empty])
def test_a_damaged_file_of_a_publication_is_none_to_go_back_to(layout: Layout, damage: Callable[[Path], None]) -> None:
    first, second = publish.all_readable(layout)
    damage(layout.published / first)
    with pytest.raises(FileNotFoundError, match=rf"entières : {second}$"):
        publish.rollback(layout, first, NOW)


@damages
def test_a_lost_registry_of_ids_is_put_together_again_or_asked_for(
    layout: Layout, damage: Callable[[Path], None]
) -> None:
    path = state.entity_ids_path(layout.workspace(False))
    before = pq.read_table(path).to_pydict()
    damage(path)
    assert any("aucun identifiant ne change" in text for text in housekeeping.clear_leftovers(layout))
    housekeeping.refuse_if_damaged(layout)
    assert pq.read_table(path).to_pydict() == before
    if path.is_dir():
        shutil.rmtree(path)
    damage(path)
    shutil.rmtree(layout.run_folder("00000002-run"))
    assert housekeeping.clear_leftovers(layout) == []
    with pytest.raises(state_files.Damaged, match="mrf run --accept-loss state"):
        housekeeping.refuse_if_damaged(layout)
    with pytest.raises(dg.Failure, match="entity_ids"), writing(layout, 0):
        pass
    assert "Perte acceptée" in housekeeping.accept_loss(layout, NOW)[0]
    housekeeping.refuse_if_damaged(layout)


def test_nothing_is_given_up_that_is_not_lost(layout: Layout) -> None:
    assert housekeeping.accept_loss(layout, NOW) == []
    assert len(state.entity_ids(layout.workspace(False))) == 2


@pytest.mark.parametrize("damage", [_missing, _cut, _noise, _empty, _folder])
def test_what_people_decided_is_never_taken_for_nothing(layout: Layout, damage: Callable[[Path], None]) -> None:
    path = layout.workspace(False).state / "answers.csv"
    damage(path)
    with pytest.raises((state.StateError, state_files.Damaged), match=r"answers\.csv"):
        housekeeping.refuse_if_damaged(layout)
    if not path.exists():
        assert "1 décision(s) de moins" in housekeeping.accept_loss(layout, NOW)[0]
        housekeeping.refuse_if_damaged(layout)
        state.add(layout.workspace(False), [ANSWER], [])
        housekeeping.refuse_if_damaged(layout)


@damages
def test_a_damaged_receipt_is_never_taken_for_no_erasure(layout: Layout, damage: Callable[[Path], None]) -> None:
    workspace = layout.workspace(False)
    before = forgotten.identity(workspace)
    damage(workspace.forgotten / "recu.json")
    assert forgotten.identity(workspace) != before, "the run is another"
    if damage is _missing:
        with pytest.raises(state_files.Damaged, match=r"1 reçu\(s\) d’effacement perdu"):
            housekeeping.refuse_if_damaged(layout)
        forgotten.write_receipt(workspace, "encore", {"hashes": forgotten.hashes(workspace, ["x"])})
        housekeeping.refuse_if_damaged(layout)
    else:
        with pytest.raises(KeyProblem, match="aucune enquête n’est lue"):
            forgotten.load(workspace)
        assert any("reçu d’effacement" in text for text in housekeeping.problems(layout))


TRACES = (
    "state/real.json", "published/.real.json", "originals/aa/x.csv", "validated/_state/a.json", "restricted/key_check.enc",
    "avant_restauration_20240901T000000Z/state/answers.csv", ".restoring/validated/service/a.parquet", "run.parquet",
)  # fmt: skip


@pytest.mark.parametrize("name", TRACES)
def test_any_trace_of_real_data_keeps_fiction_away(tmp_path: Path, name: str) -> None:
    layout = Layout(tmp_path)
    _published(layout, 1, is_demo=True)
    write_json(layout.root / "demo" / "validated" / "_state" / "a.json", {})
    write_json(layout.backup_record, {})
    assert not publish.has_real(layout)
    (layout.root / name).parent.mkdir(parents=True, exist_ok=True)
    (layout.root / name).touch()
    assert publish.has_real(layout)


def test_a_publication_is_real_by_what_is_left_of_it(layout: Layout, tmp_path: Path) -> None:
    """Its manifest, its file, or a file that nobody can read; of fiction the file says so."""
    for name in ("catalog.json", ".real.json"):
        (layout.published / name).unlink()
    shutil.rmtree(layout.root / "state")
    for pointer in publish.all_finished(layout):
        (layout.published / pointer).with_name("manifest.json").unlink()
    assert publish.catalog(layout) is None
    assert publish.has_real(layout)
    for pointer in publish.all_finished(layout):
        _noise(layout.published / pointer)
    assert publish.has_real(layout)
    fiction = Layout(tmp_path / "fiction")
    made = _published(fiction, 1, is_demo=True)
    _cut((fiction.published / made.pointer).with_name("manifest.json"))
    fiction.catalog.unlink()
    assert not publish.has_real(fiction)


def test_no_backup_of_fiction_is_put_where_real_data_was(layout: Layout, tmp_path: Path) -> None:
    fiction = Layout(tmp_path / "fiction")
    _published(fiction, 1, is_demo=True)
    folder = backup.make(fiction, tmp_path / "disque", NOW)
    with pytest.raises(backup.BackupError, match="exemples fictifs"):
        backup.restore(layout, folder, is_forced=True, now=NOW)


@pytest.mark.parametrize("damage", [_missing, _cut, _noise, _empty, _folder])
@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db", "dagster.yaml"])
def test_what_dagster_keeps_is_begun_anew_where_it_is_damaged(
    layout: Layout, name: str, damage: Callable[[Path], None]
) -> None:
    assert instance.prepare(layout) == []
    path = layout.dagster_home / name
    damage(path)
    told = instance.prepare(layout)
    with dg.DagsterInstance.get() as dagster:
        assert dagster.get_runs(limit=1) == []
        assert dagster.all_instigator_state() == []
    if name == "dagster.yaml" and damage in (_missing, _cut):
        return  # written again as it was
    assert len(told) == 1
    assert path.name in told[0]
    if damage is not _missing:
        assert [one.name for one in path.parent.glob(f"{path.name}.abime-*")], "kept for who wants to look"
    assert instance.prepare(layout) == []


@pytest.mark.parametrize("damage", [_cut, _noise, _empty, _list, _poor])
def test_what_can_be_made_again_counts_as_not_made(layout: Layout, damage: Callable[[Path], None]) -> None:
    folder = publish.current_file(layout).parent
    for path in (layout.audit_file, folder / RECORD):
        write_json(path, {"a": "text that is long enough to be cut"})
        damage(path)
    assert record_of(folder) == {}
    assert audit.run_of_build(layout) == {"is_complete": False}
    with pytest.raises(audit.PublicationRefused):
        audit.verified(layout)


def test_no_vault_is_opened_with_another_key_though_its_proof_is_lost(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = layout.workspace(False)
    vault = open_vault(workspace)
    vault.write_values("a", pd.DataFrame(columns=["document_id", "locator", "column", "kind", "value"], dtype=str))
    (workspace.restricted / "key_check.enc").unlink()
    open_vault(workspace)
    other = tmp_path / "autre.key"
    other.write_bytes(Fernet.generate_key())
    other.chmod(0o600)
    monkeypatch.setenv("MRF_KEY_FILE", str(other))
    with pytest.raises(KeyProblem):
        open_vault(workspace)
    monkeypatch.setenv("MRF_KEY_FILE", str(KEY))
    (workspace.restricted / "expired.json").write_text('["aa", ')
    with pytest.raises(KeyProblem, match=r"expired\.json"):
        open_vault(workspace)


def test_doctor_names_each_damage_and_what_to_do(layout: Layout) -> None:
    instance.prepare(layout)
    for path in (layout.backup_record, layout.workspace(False).state_file("une_source")):
        write_json(path, {})
    lines = list(doctor.state(layout))
    assert {line.level for line in lines} == {doctor.ERROR}
    told = " ".join(line.message for line in lines)
    assert "last_backup.json" in told
    assert "une_source.json" in told
    assert "mrf backup" in told
    assert not any(line.name == "backup" and "Traceback" in line.message for line in doctor.examine(layout))


def test_an_error_that_nobody_foresaw_is_a_sentence_and_its_log_quotes_nothing(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise KeyError("Awa Diarra 76 12 34 56")

    monkeypatch.setattr(mrf, "app", fails)
    with pytest.raises(SystemExit) as end:
        mrf.main()
    assert end.value.code == 1
    log = layout.error_log.read_text()
    assert "KeyError" in log
    assert "test_damaged_files.py" in log
    assert "Diarra" not in log
    assert layout.error_log.stat().st_mode & 0o077 == 0
    told = last_resort.in_a_sentence(PermissionError(13, "Permission denied", "/x/y"), layout)
    assert told.startswith("/x/y : Permission denied")
    assert str(state_files.Damaged(Path("/x"))) == last_resort.in_a_sentence(state_files.Damaged(Path("/x")), layout)


ODD = ("d'août", "a [1]", "100%20", "a?b=c", "a#b", "é è", "deux  espaces", "{x}", "a;b&c", "*", 'guillemet"', "a\\b")


@pytest.mark.parametrize("name", ODD)
def test_a_folder_of_any_name_can_be_written_and_read_by_duckdb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / name
    folder.mkdir()
    link = plain(folder)
    assert not set(link.name) & set("'[]%?#{};&*\"\\")
    assert link == plain(folder), "dbt parses everything again where a path changes"
    assert link.resolve() == folder.resolve()
    path = folder / "x.duckdb"
    with duckdb.connect(str(for_duckdb(path))) as connection:
        connection.execute("create table t as select 1 as a")
    put_in_place(path)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("from t").fetchall() == [(1,)]
    pq.write_table(pa.table({"a": [1, 2]}), folder / "rows.parquet")
    with duckdb.connect() as connection:
        assert connection.execute(f"select count(*) from '{link}/*.parquet'").fetchall() == [(2,)]
    assert sorted(path.name for path in folder.iterdir()) == ["rows.parquet", "x.duckdb"]


@pytest.mark.parametrize("name", ["d'août 100%", "a?b#c [1]"])
def test_dagster_and_a_backup_work_below_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    layout = Layout(tmp_path / name / "data")
    monkeypatch.setenv("MRF_DATA", str(layout.root))
    assert instance.prepare(layout) == []
    with dg.DagsterInstance.get() as dagster:
        assert dagster.get_runs(limit=1) == []
    made = publish.name_of("00000001-run", NOW)
    folder = publish.begin(layout, made)
    (folder / made.file).write_bytes(b"x")
    publish.write_manifest(layout, made, manifest())
    publish.publish_pointer(layout, made, "00000001-run", False, NOW)
    saved = backup.make(layout, tmp_path / "disque", NOW)
    assert file_sha256(saved / "dagster" / "history" / "runs.db")
    assert backup.restore(layout, saved, is_forced=True, now=NOW) is not None


def test_what_another_account_put_in_a_link_s_place_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    (tmp_path / "cache" / "mrf").mkdir(parents=True)
    (tmp_path / "cache" / "mrf" / "racines").symlink_to(elsewhere)
    folder = tmp_path / "a?b"
    folder.mkdir()
    plain(folder)
    assert list(elsewhere.iterdir()) == []


def test_marks_of_real_data_are_left_once_real_data_is_published(layout: Layout) -> None:
    assert all((layout.root / name).exists() for name in nature.MARKS)


def test_a_page_that_a_killed_pull_was_writing_goes_unless_the_pull_lives(layout: Layout) -> None:
    folder = layout.pulls / "mrf_provider_survey"
    folder.mkdir(parents=True)
    page, kept = folder / ".data-000001.page.part", folder / "data-000001.page"
    page.write_bytes(b"half")
    kept.write_bytes(b"whole: the pull goes on from it")
    with FileLock(folder / "lock").acquire(timeout=0):
        housekeeping.clear_leftovers(layout)
        assert page.exists()
    housekeeping.clear_leftovers(layout)
    assert (page.exists(), kept.exists()) == (False, True)
