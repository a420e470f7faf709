"""Successive runs, started by the daemon’s own sensor as files land. Prints a Markdown table and the growth per run.

    .venv/bin/python benchmarks/soak.py --runs 50 --out FOLDER [--light] [--hours 2]

`mrf daemon` runs on a new root. For each run the largest file is removed or put back, the sensor notices, and the whole
pipeline runs, including deliverables; then the retention keeps two publications and seven days of history, with a clock
ten days further at each run, so that fifty runs cover more than a year. Measured between runs: memory and open files of
the daemon and its children, processes, bytes on disk. The slopes are least squares over the runs after the second, once
caches are full. ``--light`` leaves the largest file out entirely. Exits with 1 if a run failed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import dagster as dg
import psutil
from landed import PROJECT, environment, land, weightiest

from orchestration.defs import upkeep
from orchestration.operation.instance import write_lock
from orchestration.settings import settings
from warehouse.paths import Layout

PATIENCE = 1800
REST = 20  # seconds after a run for its process and its code server to end
KEPT = 2
_MIB = 2**20


@dataclass(frozen=True)
class Measure:
    """The measurements after one run."""

    run: int
    status: str
    seconds: float
    memory: float
    files: int
    processes: int
    published: float
    history: float
    rest: float


def runs(root: Path) -> list[tuple[str, str, float]]:
    """Status, id and duration of all runs, oldest first; none while the database is being created."""
    path = root / "dagster" / "history" / "runs.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            query = "select status, run_id, coalesce(end_time - start_time, 0) from runs order by id"
            return list(connection.execute(query))
    except sqlite3.Error:
        return []


def change(landing: Path, aside: Path) -> None:
    """Removes the largest landed file or puts it back; all files are dated so that they count as settled."""
    if gone := list(aside.iterdir()):
        shutil.move(gone[0], landing / gone[0].name)
    else:
        path = weightiest(landing)
        shutil.move(path, aside / path.name)
    old = time.time() - 120
    for path in landing.iterdir():
        os.utime(path, (old, old))


def finished(root: Path, known: set[str]) -> tuple[str, str, float]:
    """Waits for a new run to end; the retention removes old ones from the list."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for run in runs(root):
            if run[1] not in known and run[0] in ("SUCCESS", "FAILURE", "CANCELED"):
                return run
        time.sleep(2)
    raise RuntimeError(f"aucune autre exécution en {PATIENCE} s : {runs(root)[-1:]}")


def prune(root: Path, number: int) -> None:
    """Applies the retention, ten days further at each run: what leaves the catalog is removed next time."""
    os.environ |= environment(root) | {"MRF_KEEP_PUBLICATIONS": str(KEPT), "MRF_KEEP_RUN_DAYS": "7"}
    layout, now = Layout(root), dt.datetime.now(dt.UTC) + (number + 1) * dt.timedelta(days=10)
    with write_lock(layout), dg.DagsterInstance.get() as instance:
        upkeep.prune(layout, instance, settings(), now)


def used(*folders: Path) -> float:
    """The size of the files below, in mebibytes."""
    paths = {path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    return sum(path.stat().st_size for path in paths) / _MIB


def measured(daemon: psutil.Process, root: Path, number: int, run: tuple[str, str, float]) -> Measure:
    """The idle daemon with its children, and the disk."""
    family = [daemon, *daemon.children(recursive=True)]
    published = used(*(path for path in (root / "published").iterdir() if not path.is_symlink()))
    history = used(root / "dagster", root / "build" / "runs")
    memory, files = sum(p.memory_info().rss for p in family) / _MIB, sum(p.num_fds() for p in family)
    rest = used(root) - published - history
    return Measure(number + 1, run[0], run[2], memory, files, len(family), published, history, rest)


def slope(values: list[float]) -> float:
    """Growth per run, by least squares."""
    n = len(values)
    if n < 2:
        return 0.0
    middle, mean = (n - 1) / 2, sum(values) / n
    return sum((x - middle) * (y - mean) for x, y in enumerate(values)) / sum((x - middle) ** 2 for x in range(n))


def show(all_of: list[Measure]) -> None:
    names = {
        "seconds": "durée (s)", "memory": "mémoire (Mio)", "files": "fichiers ouverts", "processes": "processus",
        "published": "publié (Mio)", "history": "historique (Mio)", "rest": "reste (Mio)",
    }  # fmt: skip
    print("| exécution | état | " + " | ".join(names.values()) + " |\n|" + "---|" * (len(names) + 2))
    for one in all_of:
        print(f"| {one.run} | {one.status} | " + " | ".join(f"{asdict(one)[name]:.0f}" for name in names) + " |")
    slopes = [f"{slope([asdict(one)[name] for one in all_of[2:]]):+.2f}" for name in names]
    print("| pente par exécution | | " + " | ".join(slopes) + " |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    out, until = options.out.resolve(), time.monotonic() + options.hours * 3600
    shutil.rmtree(out, ignore_errors=True)
    root, aside = out / "data", out / "aside"
    aside.mkdir(parents=True)
    land(root / "landing")
    if options.light:
        weightiest(root / "landing").unlink()
    all_of: list[Measure] = []
    known: set[str] = set()
    command = [sys.executable, "-m", "orchestration.commands.mrf", "daemon"]
    with (out / "daemon.log").open("w") as log:
        started = subprocess.Popen(
            command, cwd=PROJECT, env=environment(root), stdout=log, stderr=log, start_new_session=True
        )
    daemon = psutil.Process(started.pid)
    try:
        for number in range(options.runs):
            if time.monotonic() > until:
                break
            change(root / "landing", aside)
            run = finished(root, known)
            known.add(run[1])
            prune(root, number)
            time.sleep(REST)
            all_of.append(measured(daemon, root, number, run))
            print(json.dumps(asdict(all_of[-1])), file=sys.stderr, flush=True)
    finally:
        family = [daemon, *daemon.children(recursive=True)]
        daemon.send_signal(signal.SIGTERM)
        for one in psutil.wait_procs(family, timeout=30)[1]:
            one.kill()
    show(all_of)
    return 0 if all(one.status == "SUCCESS" for one in all_of) else 1


if __name__ == "__main__":
    sys.exit(main())
