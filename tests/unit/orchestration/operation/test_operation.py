"""Backup and restore, retention, doctor, and what a crash leaves behind, on small roots made by hand."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import typer

from ingestion.declaration.registry import sources
from ingestion.digest import file_sha256
from orchestration.commands import operation_commands
from orchestration.commands.console import console
from orchestration.operation import alerts, doctor, instance
from orchestration.operation import retention as history_retention
from orchestration.settings import settings
from tests.conftest import Root
from tests.fixtures.manifests import manifest
from warehouse.paths import Layout
from warehouse.privacy import erasure, forgotten
from warehouse.publication import backup, publish, retention
from warehouse.resolution import state
from warehouse.storage import write_json

NOW = dt.datetime(2024, 9, 30, 12, tzinfo=dt.UTC)


def _publication(layout: Layout, day: int, is_demo: bool = False) -> publish.Publication:
    """A publication of that day of September, put in place."""
    when = dt.datetime(2024, 9, day, 5, tzinfo=dt.UTC)
    made = publish.name_of(f"{day:08x}-run", when)
    folder = layout.published / made.run
    folder.mkdir(parents=True)
    (folder / made.file).write_bytes(b"duckdb %d" % day)
    publish.write_manifest(layout, made, manifest(run_id=f"{day:08x}-run", is_demo=is_demo))
    publish.publish_pointer(layout, made, f"{day:08x}-run", is_demo, when)
    return made


def _aged(path: Path, days: float) -> None:
    then = NOW.timestamp() - days * 86400
    os.utime(path, (then, then))


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A root with three publications, rows, something encrypted, a database that is in use, and a landed file."""
    made = Layout(tmp_path / "data")
    monkeypatch.setenv("MRF_DATA", str(made.root))
    for day in (1, 2, 3):
        _publication(made, day)
    for name, text in {
        "validated/service/une_source.parquet": "rows",
        "restricted/values/une_source.parquet.enc": "gAAAA…",
        "state/answers.csv": ",".join(state.ANSWER_COLUMNS) + "\n",
        "landing/recu.csv": "name,phone\n",
        "build/build.duckdb": "x",
        "dagster/storage/run/compute_logs/x.out": "printed",
    }.items():
        path = made.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made


@pytest.fixture
def database(layout: Layout) -> sqlite3.Connection:
    path = layout.dagster_home / "history" / "autre.db"
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table runs (id text)")
    connection.execute("insert into runs values ('first')")
    connection.commit()
    return connection


def _content(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): file_sha256(path)
        for path in root.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and "site" not in path.relative_to(root).parts
        and path.suffix != ".db"
    }


def test_a_backup_comes_back_whole(layout: Layout, database: sqlite3.Connection, tmp_path: Path) -> None:
    database.execute("insert into runs values ('not committed')")  # the daemon is writing
    folder = backup.make(layout, tmp_path / "disque", NOW)
    target = Layout(tmp_path / "autre")
    target.root.mkdir()
    assert backup.restore(target, folder, is_forced=False, now=NOW) is None
    kept = {
        name
        for name in _content(layout.root)
        if name.split("/")[0] in ("published", "validated", "restricted", "state")
    }
    before, after = _content(layout.root), _content(target.root)
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}
    assert len(kept) == 12, "among them the two marks of a root that holds real data"
    assert publish.current_file(target).read_bytes() == b"duckdb 3"
    assert (target.site / "manifest.json").exists(), "the portal’s link leads to the current publication"
    assert target.current.read_bytes() == b"duckdb 3"
    with sqlite3.connect(target.dagster_home / "history" / "autre.db") as copy:
        assert copy.execute("select id from runs").fetchall() == [("first",)]
    names = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert not names & {"landing", "build"}, "landed files may hold personal data in the clear"
    assert not list(folder.rglob("*-wal"))
    assert folder.stat().st_mode & 0o077 == 0


def test_a_backup_knows_which_file_each_pull_landed_and_no_answer(layout: Layout, tmp_path: Path) -> None:
    """Else the file that is put back is read beside that of the next pull for ever."""
    known = layout.pulls / "une_source" / "landed.json"
    write_json(known, {"name": "une_source_2024-09-03.json"})
    (known.parent / "data-000001.page").write_text("answers")
    folder = backup.make(layout, tmp_path / "disque", NOW)
    assert [path.name for path in (folder / "pulls").rglob("*") if path.is_file()] == ["landed.json"]
    target = Layout(tmp_path / "autre")
    target.root.mkdir()
    asked = tmp_path / "disque" / "forgotten"
    write_json(asked / "recu.json", {"hashes": {}})
    backup.restore(target, folder, False, NOW, [asked, tmp_path / "aucun"])
    assert (target.workspace(False).forgotten / "recu.json").exists(), "there with the first file that it concerns"
    assert (target.pulls / "une_source" / "landed.json").read_bytes() == known.read_bytes()
    write_json(known, {"name": "une_source_2024-09-04.json"})  # pulled since, into a folder that a restore leaves alone
    backup.restore(layout, folder, is_forced=True, now=NOW)
    assert "2024-09-04" in known.read_text()


def _cut(folder: Path) -> None:
    path = next(folder.glob("published/*/*.duckdb"))
    path.write_bytes(path.read_bytes()[:-1])


def _alter(folder: Path) -> None:
    (folder / "state/answers.csv").write_text("question_iD\n")


def _remove(folder: Path) -> None:
    (folder / "validated/service/une_source.parquet").unlink()


def _add(folder: Path) -> None:
    (folder / "state/overrides.csv").write_text("entity\n")


def _forge(folder: Path) -> None:
    """A changed file with its new sha256 in the manifest."""
    _alter(folder)
    manifest = json.loads((folder / backup.MANIFEST).read_text())
    manifest["files"]["state/answers.csv"]["sha256"] = file_sha256(folder / "state/answers.csv")
    write_json(folder / backup.MANIFEST, manifest)


def _unseal(folder: Path) -> None:
    (folder / backup.SEAL).unlink()


def _link(folder: Path) -> None:
    path = folder / "state/answers.csv"
    shutil.copyfile(path, folder.parent / "ailleurs.csv")
    path.unlink()
    path.symlink_to(folder.parent / "ailleurs.csv")


@pytest.mark.parametrize("spoil", [_cut, _alter, _remove, _add, _forge, _unseal, _link])
def test_a_spoilt_backup_is_refused(layout: Layout, tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    folder = backup.make(layout, tmp_path / "disque", NOW)
    spoil(folder)
    target = Layout(tmp_path / "autre")
    target.root.mkdir()
    with pytest.raises(backup.BackupError):
        backup.restore(target, folder, is_forced=True, now=NOW)
    assert list(target.root.iterdir()) == [], "nothing was written"


def test_only_an_empty_root_is_restored_into(layout: Layout, tmp_path: Path) -> None:
    folder = backup.make(layout, tmp_path / "disque", NOW)
    _publication(layout, 4)
    with pytest.raises(backup.BackupError, match=r"n’est pas vide.*--force"):
        backup.restore(layout, folder, is_forced=False, now=NOW)
    assert publish.current_file(layout).read_bytes() == b"duckdb 4"
    aside = backup.restore(layout, folder, is_forced=True, now=NOW)
    assert publish.current_file(layout).read_bytes() == b"duckdb 3"
    assert aside is not None
    assert next(aside.glob("published/*/mrf_20240904*.duckdb")).read_bytes() == b"duckdb 4"
    assert (layout.landing / "recu.csv").exists()


def test_a_broken_publication_is_not_backed_up(layout: Layout, tmp_path: Path) -> None:
    publish.current_file(layout).write_bytes(b"torn")
    with pytest.raises(backup.BackupError, match="mrf rollback"):
        backup.make(layout, tmp_path / "disque", NOW)


def test_old_backups_go_and_unfinished_ones_do_not_count(layout: Layout, tmp_path: Path) -> None:
    made = [backup.make(layout, tmp_path / "disque", NOW + dt.timedelta(days=n)) for n in range(3)]
    unfinished = made[0].with_name(made[0].name + ".part")
    shutil.copytree(made[0], unfinished)
    assert backup.remove_old_backups(made[2], 3) == []
    assert backup.remove_old_backups(made[2], 2) == [made[0]]
    assert made[1].is_dir()
    assert made[2].is_dir()
    with pytest.raises(backup.BackupError, match="pas allée à son terme"):
        backup.restore(Layout(tmp_path / "autre"), unfinished, is_forced=False, now=NOW)


def test_a_clock_set_back_does_not_cost_the_backup_just_made(layout: Layout, tmp_path: Path) -> None:
    older = backup.make(layout, tmp_path / "disque", NOW - dt.timedelta(days=1))
    ahead = [backup.make(layout, tmp_path / "disque", NOW + dt.timedelta(days=400 + n)) for n in range(2)]
    made = backup.make(layout, tmp_path / "disque", NOW)
    assert backup.remove_old_backups(made, 3) == ahead[:1]
    assert backup.remove_old_backups(made, 1) == [ahead[1], older]
    assert backup.complete(tmp_path / "disque") == [made]


def test_retention_waits_a_day_before_it_removes_what_readers_may_hold(layout: Layout) -> None:
    known = publish.all_readable(layout)
    assert retention.prune(layout, 2, 90, NOW) == []
    catalog = publish.catalog(layout)
    assert catalog is not None
    assert [entry["current"] for entry in [*catalog["history"], catalog]] == known[1:], "no new reader is led there"
    assert (layout.published / known[0]).exists(), "who read the catalog a moment ago still finds it"
    assert retention.prune(layout, 2, 90, NOW + dt.timedelta(hours=23)) == []
    gone = retention.prune(layout, 2, 90, NOW + dt.timedelta(hours=25))
    assert [path.name for path in gone] == [known[0].split("/")[0]]
    assert publish.all_readable(layout) == known[1:]


def test_retention_never_removes_the_current_publication(layout: Layout) -> None:
    known = publish.all_readable(layout)
    publish.rollback(layout, known[0], NOW)  # the oldest is in place again
    for days in (0, 400, 800):
        retention.prune(layout, 2, 7, NOW + dt.timedelta(days=days))
    assert publish.current_file(layout).read_bytes() == b"duckdb 1"
    assert known[0] in publish.all_readable(layout)
    assert len(publish.all_readable(layout)) == 2
    assert publish.has_real(layout)


def test_retention_of_runs_and_unfinished_files(layout: Layout) -> None:
    kept, old, fresh = "00000003-run", "ancienne", "recente"
    for name, days in ((kept, 400), (old, 91), (fresh, 89)):
        layout.run_folder(name).mkdir(parents=True)
        _aged(layout.run_folder(name), days)
    part, landed = layout.root / "validated/service/.a.parquet.12.part", layout.landing / ".a.12.part"
    for path in (part, landed):
        path.write_text("half")
        _aged(path, 2)
    retention.prune(layout, 30, 90, NOW)
    assert {path.name for path in layout.run_folder("x").parent.iterdir()} == {kept, fresh}
    assert not part.exists()
    assert landed.exists(), "what people landed is theirs"


@dg.asset(check_specs=[dg.AssetCheckSpec("tenu", asset="checked")])
def checked() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="tenu", passed=True)])


def test_retention_of_the_history_of_runs(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.prepare(layout)
    with dg.DagsterInstance.get() as dagster:
        ids = [dg.materialize([checked], instance=dagster).run_id for _ in range(3)]
        write_json(layout.catalog, publish.catalog(layout) | {"run_id": ids[0]})  # type: ignore[operator]
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=100)
        removed = history_retention._prune_history(layout, dagster, settings(), later)
        assert removed == [f"exécution {ids[1][:8]}"]
        left = {run.run_id for run in dagster.get_runs()}
        assert left == {ids[0], ids[2]}, "the run of the publication, and the last"
        assert not list(layout.dagster_home.rglob(f"{ids[1]}*"))
        found = dagster.event_log_storage.get_asset_check_execution_history(*checked.check_keys, limit=10)
        assert [one.run_id for one in found] == [ids[2], ids[0]], "nor what its checks found"


HOLDS = """
import sys, dagster as dg
from orchestration.operation.instance import alive
from warehouse.paths import Layout
with dg.DagsterInstance.get() as instance:
    run = dg.DagsterRun("pipeline", status=dg.DagsterRunStatus[sys.argv[1]])
    instance.add_run(run)
    with alive(Layout.from_environment(), run.run_id):
        print(run.run_id, flush=True)
        input()
"""


@pytest.mark.parametrize("status", ["NOT_STARTED", "STARTED"])
def test_a_run_whose_process_died_is_closed_and_a_living_one_is_not(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    instance.prepare(layout)
    monkeypatch.setattr(instance, "_SECONDS_TO_END", 0)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, status], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert holder.stdout is not None
    run_id = holder.stdout.readline().strip()
    with dg.DagsterInstance.get() as dagster:
        assert instance.close_interrupted(layout, dagster) == []
        assert not instance.was_interrupted(layout)
        holder.kill()
        holder.wait()
        assert instance.was_interrupted(layout)
        assert instance.interrupted(layout, dagster) == [run_id]
        assert instance.close_interrupted(layout, dagster) == [run_id]
        run = dagster.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE
        assert not instance.was_interrupted(layout)
        assert instance.close_interrupted(layout, dagster) == []


def _line(layout: Layout, name: str) -> doctor.Line:
    return next(line for line in doctor.examine(layout) if line.name == name)


def test_doctor_on_a_sound_root_says_what_is_missing(layout: Layout) -> None:
    (layout.root / "restricted/values/une_source.parquet.enc").unlink()
    instance.prepare(layout)
    lines = {line.name: line for line in doctor.examine(layout)}
    assert {name for name, line in lines.items() if line.level == doctor.ERROR} <= {"versions", "disque"}
    for name in ("publication", "verrou", "dépôt", "clé", "droits"):
        assert lines[name].level == doctor.OK, lines[name]
    for name in ("dernière exécution", "planificateur", "sauvegarde", "annonces"):
        assert lines[name].level == doctor.LOOK, lines[name]
        assert lines[name].todo


def test_doctor_finds_what_is_wrong(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.prepare(layout)
    publish.current_file(layout).write_bytes(b"torn")
    assert "mrf rollback" in _line(layout, "publication").todo
    publish.current_file(layout).unlink()
    assert _line(layout, "publication").level == doctor.ERROR
    (layout.landing / "recu.csv").unlink()
    assert _line(layout, "dépôt").level == doctor.ERROR, "a share that is not mounted"
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "absente.key"))
    assert _line(layout, "clé").level == doctor.ERROR, "something is encrypted, and the key is gone"
    with dg.DagsterInstance.get() as dagster:
        dg.materialize([checked], instance=dagster)
        dagster.add_run(dg.DagsterRun("pipeline", status=dg.DagsterRunStatus.FAILURE))
    assert _line(layout, "dernière exécution").level == doctor.ERROR
    monkeypatch.setenv("MRF_KEEP_PUBLICATIONS", "beaucoup")
    assert _line(layout, "réglages").level == doctor.ERROR
    wrong = [line for line in doctor.examine(layout) if line.level != doctor.OK]
    assert all(line.todo for line in wrong)


def test_doctor_on_a_restore_that_was_cut_short_and_what_it_brought_back(layout: Layout) -> None:
    instance.prepare(layout)
    assert list(doctor.erasures(layout)) == [], "nothing was asked for"
    (survey, *_) = erasure.surveys(sources())
    given = {survey: {"state": "fresh", "files": {"x.json": "aa"}, "rows": {}}}
    for day, name in enumerate(publish.all_readable(layout), start=1):
        told = publish.manifest_of(layout, name)
        told |= {"published_at": f"2024-09-0{day}T05:00:00+00:00", "inputs": given}
        write_json((layout.published / name).with_name("manifest.json"), told)
    receipt = {"hashes": {}, "documents": ["aa"], "read": ["aa"], "forgotten_at": "2024-09-02T12:00:00+00:00"}
    forgotten.write_receipt(layout.workspace(False), "recu", receipt)
    write_json(layout.restore_journal, {"backup": "x", "aside": "", "present": [], "coming": []})
    (restored,), (brought_back,) = doctor.state(layout), doctor.erasures(layout)
    assert (restored.level, brought_back.level) == (doctor.ERROR, doctor.ERROR)
    assert brought_back.message.startswith("2 publication(s)")
    assert "mrf forget --again" in brought_back.todo
    layout.restore_journal.unlink()
    for name in publish.all_readable(layout)[:2]:
        shutil.rmtree((layout.published / name).parent)
    assert [line.level for line in doctor.erasures(layout)] == [doctor.OK]


CHANNEL = ("MRF_ALERT_WEBHOOK", "http://127.0.0.1:9/personne")


def test_doctor_on_a_backup_that_is_late_or_gone(layout: Layout, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)

    def seen(made: dt.datetime) -> tuple[str, str]:
        backup.make(layout, tmp_path / "disque", made)
        (line,) = doctor.backup(layout)
        return line.level, line.message

    assert seen(now - dt.timedelta(days=1))[0] == doctor.OK
    assert seen(now - dt.timedelta(days=110))[0] == doctor.ERROR
    level, told = seen(now + dt.timedelta(days=300))
    assert (level, "horloge reculée" in told) == (doctor.ERROR, True)
    seen(now)
    shutil.rmtree(tmp_path / "disque")
    (line,) = doctor.backup(layout)
    assert (line.level, "n’est plus là" in line.message) == (doctor.ERROR, True)


def test_doctor_calls_a_missing_backup_an_error_where_somebody_asked_to_be_told(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next(doctor.backup(layout)).level == doctor.LOOK, "a laptop"
    monkeypatch.setenv(*CHANNEL)
    assert next(doctor.backup(layout)).level == doctor.ERROR
    catalog = publish.catalog(layout)
    assert catalog is not None
    began = {"published_at": dt.datetime.now(dt.UTC).isoformat(), "history": []}
    write_json(layout.catalog, catalog | began)
    assert next(doctor.backup(layout)).level == doctor.LOOK, "its first night is to come"


@pytest.mark.parametrize(("days", "level"), [(0, "OK"), (40, "ERREUR"), (-200, "ERREUR")])
def test_doctor_on_the_last_run_of_a_machine_that_runs_alone(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    instance.prepare(layout)
    with dg.DagsterInstance.get() as dagster:
        dg.materialize([checked], instance=dagster)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)

        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
                return later

        monkeypatch.setattr(doctor.dt, "datetime", Clock)
        (alone,) = doctor._last_run(dagster, is_scheduled=True)
        (laptop,) = doctor._last_run(dagster, is_scheduled=False)
    assert alone.level == level
    assert laptop.level == ("À VOIR" if days > 0 else level)
    assert ("horloge reculée" in alone.message) == (days < 0)


def test_the_alert_of_doctor_names_no_landed_file(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "liste Awa Diarra 76 12 34 56.csv"
    (layout.landing / name).write_text("x")
    can_read = os.access
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: Path(path).name != name and can_read(path, mode))
    told: list[str] = []
    monkeypatch.setattr(alerts, "announce", lambda *given: told.append(given[-1]) or [])
    with console.capture() as shown, pytest.raises(typer.Exit):
        operation_commands.doctor(alert=True)
    assert name in shown.get(), "who is at the machine has to find it"
    assert "1 fichier(s) illisible(s)" in told[0]
    assert "Diarra" not in told[0]
    monkeypatch.setattr(doctor, "examine", lambda layout: [doctor.Line(doctor.ERROR, "x", "pas de 76 12 34 56")])
    with pytest.raises(typer.Exit):
        operation_commands.doctor(alert=True)
    assert "pas de [numéro retiré]" in told[1]


def _ticked(dagster: dg.DagsterInstance, when: dt.datetime) -> None:
    """A sensor that began then, as the daemon notes it."""
    from dagster._core.remote_origin import (
        InProcessCodeLocationOrigin,
        RemoteInstigatorOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.scheduler.instigation import (
        InstigatorState,
        InstigatorStatus,
        InstigatorType,
        SensorInstigatorData,
        TickData,
        TickStatus,
    )
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    place = InProcessCodeLocationOrigin(LoadableTargetOrigin(module_name="orchestration.defs.definitions"))
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(place, "__repository__"), "landing")
    data = SensorInstigatorData(last_tick_timestamp=when.timestamp(), min_interval=30)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE, data)
    dagster.add_instigator_state(state)
    tick = TickData(
        state.instigator_origin_id,
        "landing",
        InstigatorType.SENSOR,
        TickStatus.SKIPPED,
        when.timestamp(),
        selector_id=state.selector_id,
    )
    dagster.create_tick(tick)


def test_the_timetable_starts_again_after_the_clock_was_set_back(layout: Layout) -> None:
    instance.prepare(layout)
    now = dt.datetime.now(dt.UTC)
    with dg.DagsterInstance.get() as dagster:
        assert not instance.forget_future_ticks(dagster, now)
        _ticked(dagster, now)
        assert not instance.forget_future_ticks(dagster, now + dt.timedelta(seconds=1))
        assert len(dagster.all_instigator_state()) == 1, "what is not ahead is kept: a sensor that somebody stopped"
        assert instance.forget_future_ticks(dagster, now - dt.timedelta(days=200))
        assert dagster.all_instigator_state() == [], "all begin as they do on a new root: running"
        assert not instance.forget_future_ticks(dagster, now - dt.timedelta(days=200))


def test_the_daemon_sees_to_the_clock_before_it_starts(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.prepare(layout)
    with dg.DagsterInstance.get() as dagster:
        _ticked(dagster, dt.datetime.now(dt.UTC) + dt.timedelta(days=200))
    monkeypatch.setattr(operation_commands, "_become", lambda *program: None)
    with console.capture() as shown:
        operation_commands.daemon()
    assert "Horloge reculée" in shown.get()
    with dg.DagsterInstance.get() as dagster:
        assert dagster.all_instigator_state() == []


def test_doctor_sees_a_run_that_holds_the_lock(layout: Layout) -> None:
    instance.prepare(layout)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from filelock import FileLock; lock = FileLock({str(layout.lock)!r}); lock.acquire(); print('held', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    assert next(iter(doctor.lock(layout))).level == doctor.LOOK
    holder.kill()
    holder.wait()
    assert next(iter(doctor.lock(layout))).level == doctor.OK, "a lock whose holder died is free"


def test_settings_of_dagster_follow_the_project_unless_a_person_owns_them(layout: Layout) -> None:
    instance.prepare(layout)
    path = instance.settings_file(layout)
    assert "run_retries" in path.read_text()
    path.write_text(instance.WRITTEN + "telemetry:\n  enabled: false\n")  # of an earlier version
    instance.prepare(layout)
    assert "run_retries" in path.read_text()
    path.write_text("telemetry:\n  enabled: false\n")
    instance.prepare(layout)
    assert path.read_text() == "telemetry:\n  enabled: false\n"
    assert _line(layout, "dagster.yaml").level == doctor.LOOK


OPENS = """
import sys, dagster as dg
from orchestration.operation import instance
from warehouse.paths import Layout
print(flush=True)
sys.stdin.readline()
instance.prepare(Layout.from_environment())
with dg.DagsterInstance.get() as dagster:
    dagster.get_runs(limit=1)
"""


def test_processes_that_start_together_on_a_new_root_make_a_history_that_opens(layout: Layout) -> None:
    """Dagster alone writes two versions into one file then, and no process opens it any more."""

    def begun() -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", OPENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    together = [begun() for _ in range(3)]
    for one in together:
        assert one.stdout is not None
        one.stdout.readline()  # all have imported what they need, and begin at once
    for one in together:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    assert [one.wait(60) for one in together] == [0, 0, 0]
    after = begun()
    after.communicate("\n", timeout=60)
    assert after.returncode == 0


def test_a_history_in_files_is_not_taken_for_one_in_a_database_server(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`event_log_storage` names a class of ours, on SQLite: a backup must not ask for `pg_dump` then."""
    instance.prepare(layout)
    assert not instance.keeps_history_elsewhere(layout)
    monkeypatch.setenv(instance.POSTGRES, "postgresql://mrf@localhost/dagster")
    monkeypatch.setattr(instance.importlib.util, "find_spec", lambda name: name)
    instance.prepare(layout)
    assert instance.keeps_history_elsewhere(layout)


def test_interrupted_runs_are_run_again_from_their_start() -> None:
    """From the failed step on, a run would not be complete and could never publish."""
    from orchestration.defs import jobs

    for job in (jobs.pipeline, jobs.data, jobs.deliverables):
        assert job.tags == {"dagster/retry_strategy": "ALL_STEPS"}


def test_the_commands(layout: Layout, database: sqlite3.Connection, tmp_path: Path) -> None:
    root, target = Root(layout.root), Root(tmp_path / "autre")
    made = root.mrf("backup", str(tmp_path / "disque"), "--keep", "3")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "La clé n’y est pas" in made.stdout
    inside = root.mrf("backup", str(layout.root / "sauvegardes"))
    assert (inside.returncode, "choisir un autre disque" in inside.stdout) == (1, True)
    folder = next((tmp_path / "disque").iterdir())
    back = target.mrf("restore", str(folder))
    assert back.returncode == 0, back.stdout + back.stderr
    assert target.mrf("restore", str(folder)).returncode == 1, "no longer empty"
    assert Layout(target.path).catalog.read_bytes() == layout.catalog.read_bytes()
    seen = root.mrf("doctor")
    assert "sauvegarde : " in seen.stdout
    assert "mrf rollback" not in seen.stdout
    publish.current_file(layout).write_bytes(b"torn")
    seen = root.mrf("doctor")
    assert seen.returncode == 1
    assert "ERREUR  publication : " in seen.stdout
    assert root.mrf("prune", MRF_KEEP_PUBLICATIONS="0").returncode == 2
    assert "élément(s) effacé(s)" in root.mrf("prune").stdout
