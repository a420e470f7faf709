"""A process that dies between two steps of its writing, a clock that is set back: what readers find, and what comes next."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import psutil
import pytest

from ingestion.digest import file_sha256
from orchestration.commands import session
from orchestration.operation import outbox
from tests.conftest import PROJECT
from tests.fixtures.manifests import manifest
from tests.fixtures.office import HEADER, ROW, Office
from warehouse.paths import Layout
from warehouse.publication import backup, housekeeping, publish, retention
from warehouse.storage import copy_atomically, write_json

NOW = dt.datetime(2024, 9, 30, 12, tzinfo=dt.UTC)

# Runs `act(layout)` in a child that dies just before its nth change of the file system, for n = 1, 2, … until it comes
# to its end; between the deaths, `look(layout)`. Audit events are raised by Python itself before each system call.
DIES = """
import os, sys
from pathlib import Path
CHANGES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.utime", "shutil.copyfile")
left = None
def hook(event, arguments):
    global left
    if left is not None and event in CHANGES:
        left -= 1
        if left < 0:
            os._exit(9)
sys.addaudithook(hook)
def dies_everywhere(act, look):
    global left
    for n in range(10_000):
        child = os.fork()
        if child == 0:
            left = n
            act()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 9), code
        look()
        if code == 0:
            return n
"""

PUBLISHES = """
import datetime as dt, uuid
from warehouse.publication import backup, housekeeping, publish, retention
from ingestion.digest import file_sha256
from warehouse.paths import Layout
from tests.fixtures.manifests import manifest
layout = Layout(Path(sys.argv[1]))
NOW = dt.datetime(2024, 9, 30, 12, tzinfo=dt.UTC)
def act():
    run_id = str(uuid.uuid4())
    publication = publish.name_of(run_id, NOW)
    folder = publish.begin(layout, publication)
    (folder / publication.file).write_bytes(run_id.encode() * 1000)
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_text(run_id)
    publish.write_manifest(layout, publication, manifest(run_id=run_id))
    publish.finish(layout, publication)
    publish.publish_pointer(layout, publication, run_id, False, NOW)
    retention.prune(layout, 2, 90, NOW)
def look():
    now = publish.catalog(layout)
    file, manifest = layout.published / now["current"], publish.manifest_of(layout, now["current"])
    assert manifest["run_id"] == now["run_id"], "catalog and manifest are of one run"
    assert file_sha256(file) == manifest["file_sha256"]
    assert (file.parent / "pages" / "index.html").read_text() == now["run_id"]
    assert now["current"] in publish.all_readable(layout)
    for name in publish.all_readable(layout):
        assert file_sha256(layout.published / name) == publish.manifest_of(layout, name)["file_sha256"], "a torn one to go back to"
act()
deaths = dies_everywhere(act, look)
retention.prune(layout, 2, 90, NOW)
assert not list(layout.published.glob("*/.unfinished"))
assert layout.site.readlink() == Path(publish.catalog(layout)["current"]).parent
assert layout.current.readlink() == Path(publish.catalog(layout)["current"])
later = NOW + dt.timedelta(days=400)
retention.prune(layout, 2, 90, later)
assert len(publish.all_readable(layout)) == 2
assert not list(layout.root.rglob("*.part"))
print(deaths)
"""


def test_a_publication_dies_at_every_place(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DIES + PUBLISHES, str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25, "the places where it died"


DELIVERS = """
import sys
from pathlib import Path
from tests.fixtures.office import HEADER, ROW, Office
left = None
class Death(BaseException):
    pass
def hook(event, arguments):
    global left
    if left is not None and event in ("os.rename", "os.remove"):
        left -= 1
        if left < 0:
            left = None
            raise Death
sys.addaudithook(hook)
office = Office(Path(sys.argv[1]))
first, second = HEADER + ROW * 2, HEADER + ROW * 3
def dies_everywhere(text):
    global left
    for n in range(100):
        assert office.land(first).state in ("fresh", "unchanged")
        assert office.rows() == 2, f"the former file is back, and so are its rows, after death {n}"
        assert office.rows("document") == 1
        left = n
        try:
            office.land(text)
        except Death:
            continue
        left = None
        return n
print(dies_everywhere(second), dies_everywhere(None))
"""


@pytest.mark.long
def test_a_delivery_dies_at_every_place(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DELIVERS, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert all(int(deaths) > 5 for deaths in done.stdout.split())


def test_rows_of_two_deliveries_are_not_kept_for_good(tmp_path: Path) -> None:
    """A delivery that was killed while it wrote, and then a file that cannot be read: better none than a mixture."""
    office = Office(tmp_path)
    office.land(HEADER + ROW * 2)
    state = office.layout.workspace(is_demo=False).state_file(office.source.id)
    write_json(state, json.loads(state.read_text()) | {"fingerprint": ""})  # as it is while rows are written
    assert office.land("rien de lisible").state == "refused"
    assert office.rows() == 0


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"a": 1})
    with pytest.raises(FileNotFoundError):
        copy_atomically(tmp_path / "absent", target)
    assert json.loads(target.read_text()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(not Path("/usr/bin/strace").exists(), reason="strace absent")
def test_the_pointer_is_on_disk_before_and_after_its_rename(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from warehouse.storage import write_json\n"
        "write_json(Path(sys.argv[1]) / 'catalog.json', {'current': 'x'})"
    )
    calls = tmp_path / "calls"
    command = ["strace", "-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(calls)]
    traced = subprocess.run([*command, sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, capture_output=True)
    if traced.returncode:
        pytest.skip("strace n’a pas le droit de suivre un processus ici")
    told = [line.split(" ", 1)[1] for line in calls.read_text().splitlines() if str(tmp_path) in line]
    assert [line.strip().split("(")[0] for line in told] == ["fsync", "rename", "fsync"], told
    assert ".catalog.json." in told[0]
    assert f"<{tmp_path}>" in told[2], "the folder, which holds the name"


def _published(layout: Layout, number: int, now: dt.datetime) -> publish.Publication:
    made = publish.name_of(f"{number:08x}-run", now)
    folder = publish.begin(layout, made)
    with duckdb.connect(str(folder / made.file)) as connection:
        connection.execute(f"create table t as select {number} as number")
    told = {"run_id": f"{number:08x}-run", "is_demo": False, "published_at": now.isoformat(timespec="seconds")}
    publish.write_manifest(layout, made, manifest(**told))
    publish.finish(layout, made)
    publish.publish_pointer(layout, made, f"{number:08x}-run", False, now)
    return made


def _number(layout: Layout) -> int:
    with duckdb.connect(str(publish.current_file(layout)), read_only=True) as connection:
        return int(connection.execute("select number from t").fetchall()[0][0])


def test_a_clock_that_is_set_back(tmp_path: Path) -> None:
    """Names then no longer follow time; what is in place, kept and removed follows the order of publishing."""
    layout, days = Layout(tmp_path), [0, 1, 2, -30, -29, -29]  # the last two in the same second
    made = [_published(layout, number, NOW + dt.timedelta(days=day)) for number, day in enumerate(days)]
    assert len({one.pointer for one in made}) == len(days)
    assert _number(layout) == 5, "the last one published, though its name is not the last"
    retention.prune(layout, 2, 90, NOW - dt.timedelta(days=28))
    catalog = publish.catalog(layout)
    assert catalog is not None
    assert [entry["current"] for entry in [*catalog["history"], catalog]] == [one.pointer for one in made[-2:]]
    for day in (-27, 500, -500):
        retention.prune(layout, 2, 90, NOW + dt.timedelta(days=day))
        assert _number(layout) == 5
        assert file_sha256(publish.current_file(layout))
    assert sorted(publish.all_readable(layout)) == sorted(one.pointer for one in made[-2:]), (
        "nothing stays for ever either"
    )


def test_an_alert_that_was_killed_half_written_is_written_again(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert outbox.put(layout, "k", "failure", "sujet", "texte")
    assert not outbox.put(layout, "k", "failure", "sujet", "texte")
    (layout.alerts / "k.json").unlink()
    (layout.alerts / ".k.json.77.part").write_text('{"kind": "fai')  # where it was killed
    assert outbox.put(layout, "k", "failure", "sujet", "texte")
    assert [path.stem for path in outbox.waiting(layout, ("smtp",))] == ["k"]


WORKS = """
import os, time
from orchestration.pipeline.workers import pool
if __name__ == "__main__":
    print(pool().submit(os.getpid).result(), flush=True)
    pool().submit(time.sleep, 600)
    time.sleep(600)
"""


def test_a_worker_ends_with_the_command_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "works.py").write_text(WORKS)
    command = subprocess.Popen(
        [sys.executable, str(tmp_path / "works.py")],
        env=os.environ | {"PYTHONPATH": str(PROJECT), "MRF_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert command.stdout is not None
        worker = psutil.Process(int(command.stdout.readline()))
        command.kill()  # as a kernel out of memory does: the command alone
        command.wait()
        worker.wait(10)
    finally:
        os.killpg(command.pid, signal.SIGKILL) if _lives(command.pid) else None


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_torn_manifest_of_dbt_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt writes its manifest in place with each build; ours is a copy."""
    from orchestration.pipeline import dbt_manifest

    layout = Layout(tmp_path)
    layout.dbt_target.mkdir(parents=True)
    (layout.dbt_target / "manifest.json").write_text('{"nodes": {}}')
    dbt_manifest._keep(layout)
    (layout.dbt_target / "manifest.json").write_text('{"nod')  # killed here
    assert json.loads(dbt_manifest.manifest_path(layout).read_text()) == {"nodes": {}}
    dbt_manifest._keep(layout)
    assert json.loads(dbt_manifest.manifest_path(layout).read_text()) == {"nodes": {}}, "half a parse is not kept"


def test_the_sensor_with_a_clock_that_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    from orchestration.defs import jobs

    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    (tmp_path / "landing").mkdir()
    file = tmp_path / "landing" / "a.csv"
    file.write_text("x")
    clock = time.time()
    os.utime(file, (clock + 86400, clock + 86400))
    cursor, launched = None, []
    for seconds in (0, 30, 61, 91):
        monkeypatch.setattr("orchestration.defs.jobs.time.time", lambda seconds=seconds: clock + seconds)
        context = dg.build_sensor_context(cursor=cursor)
        result = jobs.landing_sensor(context)
        launched.append(isinstance(result, dg.SensorResult))
        cursor = result.cursor if isinstance(result, dg.SensorResult) else context.cursor
    assert launched == [False, False, True, False]


def test_what_the_catalog_never_named_goes_with_the_next_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = _published(layout, 1, NOW)
    whole = publish.name_of("0000000a-run", NOW + dt.timedelta(hours=1))
    folder = publish.begin(layout, whole)
    (folder / whole.file).touch()
    publish.write_manifest(layout, whole, manifest(run_id="0000000a-run"))
    publish.finish(layout, whole)  # and killed: all of it is on the disk, and the pointer has not moved
    assert publish.all_readable(layout) == [first.pointer]
    publish.begin(layout, publish.name_of("0000000b-run", NOW + dt.timedelta(hours=2)))
    assert not folder.exists()


@pytest.mark.parametrize("step", ["begin", "prune"])
def test_a_mark_that_a_kill_left_costs_no_publication(tmp_path: Path, step: str) -> None:
    layout = Layout(tmp_path)
    made = [_published(layout, number, NOW + dt.timedelta(hours=number)) for number in range(2)]
    for one in made:
        (layout.published / one.run / ".unfinished").touch()
    assert publish.all_readable(layout) == [one.pointer for one in made], "the catalog names them"
    if step == "begin":
        publish.begin(layout, publish.name_of("0000000a-run", NOW + dt.timedelta(days=1)))
    else:
        retention.prune(layout, 5, 90, NOW)
    assert publish.all_readable(layout) == [one.pointer for one in made]
    assert _number(layout) == 1


@pytest.mark.parametrize("torn", [None, b"", b'{"current": "2024', b"\0" * 300, b"null", b"\xff\xfe"])
def test_a_lost_catalog_costs_no_publication(tmp_path: Path, torn: bytes | None) -> None:
    layout = Layout(tmp_path)
    made = [_published(layout, number, NOW + dt.timedelta(days=number)) for number in range(3)]
    before = publish.catalog(layout)
    killed = publish.begin(layout, publish.name_of("0000000b-run", NOW + dt.timedelta(days=5)))
    layout.catalog.unlink() if torn is None else layout.catalog.write_bytes(torn)
    assert publish.is_catalog_lost(layout)
    assert publish.has_real(layout), "an empty landing is not fiction’s turn"
    assert _number(layout) == 2
    whole = [_published(layout, 3, NOW + dt.timedelta(days=6)), *made]
    retention.prune(layout, 9, 90, NOW + dt.timedelta(days=400))
    assert set(publish.all_readable(layout)) == {one.pointer for one in whole}
    assert not killed.exists(), "what was never whole is none"
    now = publish.catalog(layout)
    assert now is not None
    assert before is not None
    assert now["history"] == [*before["history"], {key: before[key] for key in before if key != "history"}]
    assert "is_rebuilt" not in now, "it is told until the next publication"


def test_a_lost_catalog_is_written_again_and_told(tmp_path: Path) -> None:
    from orchestration.operation import doctor

    layout = Layout(tmp_path)
    _published(layout, 0, NOW)
    made = _published(layout, 1, NOW + dt.timedelta(days=1))
    assert not publish.restore_catalog(layout)
    layout.catalog.write_text("{")
    with session.console.capture() as said:
        session._restore_catalog(layout)
    assert "catalog.json" in said.get()
    assert json.loads(layout.catalog.read_text())["current"] == made.pointer
    told = next(line for line in doctor.pointer(layout) if line.name == "catalogue")
    assert (told.level, told.message) == (doctor.LOOK, publish.REBUILT)
    assert not publish.is_catalog_lost(layout)


def test_the_first_publication_has_no_history(tmp_path: Path) -> None:
    """It is whole before the pointer moves, when there is no catalog yet."""
    _published(Layout(tmp_path), 0, NOW)
    assert publish.catalog(Layout(tmp_path))["history"] == []  # type: ignore[index]


def test_of_publications_without_a_catalog_no_sample_is_put_in_place(tmp_path: Path) -> None:
    """Even where the clock was set back between the last of the fictional ones and the first real one."""
    layout = Layout(tmp_path)
    real = _published(layout, 0, NOW)
    sample = publish.name_of("0000000c-run", NOW + dt.timedelta(days=9))
    (publish.begin(layout, sample) / sample.file).touch()
    told = {"run_id": "0000000c-run", "is_demo": True, "published_at": "2024-10-09T12:00:00+00:00"}
    publish.write_manifest(layout, sample, manifest(**told))
    publish.finish(layout, sample)
    layout.catalog.unlink()
    now = publish.catalog(layout)
    assert now is not None
    assert now["current"] == real.pointer


RESTORES = """
import datetime as dt
from warehouse.publication import backup, housekeeping, publish
from warehouse.paths import Layout
layout, folder = Layout(Path(sys.argv[1])), Path(sys.argv[2])
NOW = dt.datetime(2024, 9, 30, 12, tzinfo=dt.UTC)
number = 0
def act():
    backup.restore(layout, folder, True, NOW + dt.timedelta(seconds=number))
def look():
    global number
    number += 1
    rows = {(path / "validated" / "rows.txt").read_text() for path in (layout.root, *layout.root.glob("avant_*"))
            if (path / "validated" / "rows.txt").exists()}
    assert "after" in rows, "what was in place is somewhere, whole"
    assert publish.has_real(layout)
    half_done = layout.restore_journal.exists()
    housekeeping.clear_leftovers(layout)
    try:
        housekeeping.refuse_if_damaged(layout)
        assert not half_done
        assert (layout.root / "validated" / "rows.txt").exists() and layout.catalog.exists()
    except housekeeping.RestoreInterrupted:
        assert half_done
print(dies_everywhere(act, look))
backup.restore(layout, folder, True, NOW + dt.timedelta(days=1))
assert (layout.root / "validated" / "rows.txt").read_text() == "before"
assert not layout.restore_journal.exists() and not backup.unfinished_restore(layout).exists()
"""


def test_a_restore_dies_at_every_place(tmp_path: Path) -> None:
    """Nothing is lost, nothing may be published while it is half done, and the same command ends it."""
    layout = Layout(tmp_path / "data")
    _published(layout, 1, NOW)
    rows = layout.root / "validated" / "rows.txt"
    rows.parent.mkdir()
    rows.write_text("before")
    folder = backup.make(layout, tmp_path / "disque", NOW)
    rows.write_text("after")
    program = [sys.executable, "-c", DIES + RESTORES, str(layout.root), str(folder)]
    done = subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) > 20, "the places where it died"


ADDS = """
from warehouse.resolution import state
from warehouse.paths import Workspace
from tests.fixtures.decisions import ANSWER, OVERRIDE
workspace = Workspace(Path(sys.argv[1]))
workspace.state.mkdir(parents=True)
number = 0
def act():
    answers = [ANSWER | {"question_id": f"q_{number}_{n}", "left": f"{number} {n}"} for n in range(3)]
    state.add(workspace, answers, [OVERRIDE | {"entity_id": f"sal_{number}"}])
def look():
    global number
    state.finish_additions(workspace)
    kept = [row for row in state.kept(workspace) if str(number) in (row.get("left", "").split(" ")[0], row.get("entity_id", "")[4:])]
    assert len(kept) in (0, 4), kept
    assert not (workspace.state / ".additions.json").exists()
    number += 1
print(dies_everywhere(act, look))
"""


def test_answers_and_overrides_of_one_import_are_kept_together(tmp_path: Path) -> None:
    program = [sys.executable, "-c", DIES + ADDS, str(tmp_path / "data")]
    done = subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) > 5, "the places where it died"


def test_a_backup_that_was_killed_leaves_nothing_beside_the_others(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    _published(layout, 1, NOW)
    program = (
        "import sys, os; from pathlib import Path; import datetime as dt; from warehouse.publication import backup\n"
        "from warehouse.paths import Layout\n"
        "backup.verify = lambda folder: os._exit(9)\n"
        "backup.make(Layout(Path(sys.argv[1])), Path(sys.argv[2]), dt.datetime.now(dt.UTC))"
    )
    subprocess.run([sys.executable, "-c", program, str(layout.root), str(tmp_path / "disque")], cwd=PROJECT)
    assert [path.suffix for path in (tmp_path / "disque").iterdir()] == [".part"]
    (tmp_path / "disque" / "autre.part").mkdir()
    housekeeping.clear_leftovers(layout)
    assert [path.name for path in (tmp_path / "disque").iterdir()] == ["autre.part"], "what is not ours stays"
    assert backup.make(layout, tmp_path / "disque", NOW).is_dir()
    assert not layout.backup_journal.exists()


def test_what_a_killed_erasure_had_opened_is_cleared(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    opened = layout.workspace(False).opened / "aa.json.enc" / "aa.json"
    opened.parent.mkdir(parents=True)
    opened.write_text("answers")
    part, alive = (layout.root / "state" / f".x.{process}.part" for process in (2**22 + 1, os.getpid()))
    part.parent.mkdir()
    for path in (part, alive):
        path.touch()
    housekeeping.clear_leftovers(layout)
    assert not layout.workspace(False).opened.exists()
    assert not part.exists()
    assert alive.exists(), "its writer lives"
