"""When a run starts by itself, and that only one writes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def _tick(cursor: str | None):  # type: ignore[no-untyped-def]
    import dagster as dg

    from orchestration.defs.jobs import landing_sensor

    context = dg.build_sensor_context(cursor=cursor)
    result = landing_sensor(context)
    requests = result.run_requests if isinstance(result, dg.SensorResult) else []
    return requests, (result.cursor if isinstance(result, dg.SensorResult) else context.cursor)


def test_the_sensor_waits_until_files_have_settled_and_runs_once(landing: Path) -> None:
    assert _tick(None) == ([], None)  # nothing there
    file = landing / "a.csv"
    file.write_text("x")
    requests, cursor = _tick(None)
    assert not requests, "a file that just arrived"
    requests, cursor = _tick(cursor)
    assert not requests, "seen twice, but written less than a minute ago"
    old = time.time() - 120
    os.utime(file, (old, old))
    _, cursor = _tick(cursor)
    requests, cursor = _tick(cursor)
    assert len(requests) == 1
    again, cursor = _tick(cursor)
    assert not again, "the same files start no second run"
    file.write_text("changed")
    requests, cursor = _tick(cursor)
    assert not requests
    os.utime(file, (old + 1, old + 1))
    _, cursor = _tick(cursor)
    requests, _ = _tick(cursor)
    assert len(requests) == 1, "a changed file starts one"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    import subprocess
    import sys

    import dagster as dg

    from orchestration.defs.resources import writing
    from warehouse.paths import Layout

    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from filelock import FileLock; lock = FileLock({str(tmp_path / '.write.lock')!r}); lock.acquire(); print('held', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(dg.Failure, match="Une autre exécution écrit"), writing(Layout(tmp_path), 0.1):
        pass
    holder.kill()  # a crash leaves no lock behind
    holder.wait()
    with writing(Layout(tmp_path), 5), writing(Layout(tmp_path), 0):
        pass


WRITES = """
import sys, time
from orchestration.defs.resources import writing
from warehouse.paths import Layout
root, name, seconds = sys.argv[1:]
with writing(Layout(__import__('pathlib').Path(root)), 60), open(root + '/told', 'a', buffering=1) as told:
    told.write(name + ' begins\\n')
    time.sleep(float(seconds))
    told.write(name + ' ends\\n')
"""


def test_writers_wait_for_each_other_even_when_one_is_killed(tmp_path: Path) -> None:
    import subprocess
    import sys

    def writer(name: str, seconds: float) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path), name, str(seconds)])

    def told() -> list[str]:
        return (tmp_path / "told").read_text().splitlines() if (tmp_path / "told").exists() else []

    killed = writer("killed", 300)
    while told() != ["killed begins"]:
        assert killed.poll() is None
        time.sleep(0.05)
    waiting = [writer("one", 0.3), writer("other", 0.3)]
    time.sleep(1)
    assert told() == ["killed begins"]
    killed.kill()
    assert [process.wait(60) for process in waiting] == [0, 0]
    lines = told()[1:]
    assert sorted(lines) == ["one begins", "one ends", "other begins", "other ends"]
    assert lines[0].split()[0] == lines[1].split()[0], "one ended before the other began"
