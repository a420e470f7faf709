"""Kills runs, checks the publication that is left, and what the next run makes of it. Prints a Markdown table.

    .venv/bin/python benchmarks/crashes.py --kills 200 --boundaries --out FOLDER [--only A,B] [--light] [--deliverables]

A root is prepared once, from all files but the largest; each trial copies it, lands that file as well and is killed: at
random moments (``--kills``), or when a step begins and when files of a publication appear (``--boundaries``). A random
moment is a random point of the undisturbed run, recognised by the number of stored events, so that load on the machine
does not shift the kills towards the beginning. Three trials in four kill the whole process group, as a power cut would;
the fourth only the process of the command, as the out-of-memory killer does. One random trial in seven begins without a
root. Then the same command runs again, undisturbed. Runs make no reports, maps and exports unless ``--deliverables``.
``--light`` leaves the largest file out entirely, for more trials an hour; ``--hours`` limits the time.

A trial passes if the file of the catalog opens and matches its manifest, table by table, the recorded deliverables are
complete, and the next run publishes the same marts as an undisturbed one, makes every requested deliverable and leaves
nothing of the killed one. FOLDER keeps the trials: the same command resumes them. Exits with 1 if a trial failed.

With ``--commands review,restore,prune,rollback,backup,forget,pull`` those are killed instead, ``--kills`` times each:
see `commands_killed.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import Any

import psutil
from commands_killed import kill_commands
from landed import Entry, land, resumed, run, stamps, weightiest

from ingestion.digest import file_sha256
from warehouse.deliverables.producing import missing, record_of
from warehouse.deliverables.register import DELIVERABLES
from warehouse.paths import Layout
from warehouse.publication import publish

PATIENCE = 900
# Files that appear while publishing, as patterns below the data root: each is a moment to kill at.
MOMENTS = (
    "published/*/.unfinished", "published/*/mrf_*.duckdb", "published/*/manifest.json", "build/.last_audited.*",
    "published/.catalog.json.*", "published/catalog.json",
)  # fmt: skip
DATA_ONLY = "--data-only"
POINTED = ("l’ancien", "le nouveau", "aucun encore")


def asked(root: Path, known: set[str], query: str) -> list[Any]:
    """The answer of the new run's event log to a query; empty before the log exists."""
    for path in (root / "dagster" / "history" / "runs").glob("*.db"):
        if path.stem not in known | {"index"}:
            try:
                with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as connection:
                    return connection.execute(query).fetchall()
            except sqlite3.Error:
                return []
    return []


def events(root: Path, known: set[str]) -> list[tuple[str, str]]:
    """Step events (type, step) of the run, oldest first."""
    query = "select dagster_event_type, step_key from event_logs where step_key is not null order by id"
    return [(kind, step) for kind, step in asked(root, known, query) if kind and kind.startswith("STEP_")]


def times(root: Path, known: set[str]) -> list[float]:
    """When each event of the run was stored, in seconds since 1970."""
    query = "select (julianday(timestamp) - 2440587.5) * 86400 from event_logs order by id"
    return [seconds for (seconds,) in asked(root, known, query)]


def runs_of(root: Path) -> set[str]:
    return {path.stem for path in (root / "dagster" / "history" / "runs").glob("*.db")}


def step_of(events: list[tuple[str, str]]) -> str:
    """The step that was running."""
    begun = [step for kind, step in events if kind == "STEP_START"]
    ended = {step for kind, step in events if kind in ("STEP_SUCCESS", "STEP_FAILURE")}
    running = [step for step in begun if step not in ended]
    return running[-1] if running else (f"après {begun[-1]}" if begun else "démarrage")


def moment(root: Path, what: str) -> Callable[[], bool]:
    """A test for the moment to kill: a step begins, or files of a pattern appear or change."""
    if what in MOMENTS:
        before = stamps(root, [what])
        return lambda: stamps(root, [what]) != before
    known = runs_of(root)
    return lambda: ("STEP_START", what) in events(root, known)


def random_moment(root: Path, setup: dict[str, Any], generator: random.Random) -> Callable[[], bool]:
    """A test for a random moment: as much progress as an undisturbed run had made by a random time."""
    drawn = generator.uniform(0.02, 1) * setup["seconds"]
    passed = [seconds for seconds in setup["events"] if seconds <= drawn]
    pause = drawn - (passed[-1] if passed else 0)
    known, since = runs_of(root), [] if passed else [time.monotonic()]

    def has_come() -> bool:
        if not since and asked(root, known, "select count(*) from event_logs")[:1] >= [(len(passed),)]:
            since.append(time.monotonic())
        return bool(since) and time.monotonic() >= since[0] + pause

    return has_come


def killed(
    root: Path, landing: Path, options: list[str], has_come: Callable[[], bool], is_alone: bool, pause: float
) -> tuple[str, list[str]]:
    """Starts a run and kills it at the moment; returns its step ("fini" if it had ended) and surviving processes."""
    known = runs_of(root)
    process = run(root, landing, *options, is_watched=True)
    while process.poll() is None and not has_come():
        time.sleep(pause)
    if process.poll() is not None:
        process.communicate()
        return "fini", []
    if is_alone:
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()  # type: ignore[union-attr]
    process.wait()
    return step_of(events(root, known)), outliving(process.pid)


def outliving(group: int) -> list[str]:
    """The processes of a killed command that live on after some seconds; they are then killed."""
    until = time.monotonic() + 20
    while (alive := [one for one in psutil.process_iter() if _group(one) == group]) and time.monotonic() < until:
        time.sleep(0.2)
    names = [f"processus {' '.join(one.cmdline()[:4])}" for one in alive]
    for one in alive:
        one.kill()
    return names


def _group(process: psutil.Process) -> int:
    try:
        return os.getpgid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else -1
    except (ProcessLookupError, psutil.NoSuchProcess):
        return -1


def catalog_of(root: Path) -> dict[str, Any]:
    catalog = publish.catalog(Layout(root))
    assert catalog is not None
    return catalog


def published_marts(root: Path) -> Any:
    return publish.manifest_of(Layout(root), catalog_of(root)["current"])["marts"]


def wrong_with(root: Path, marts: list[Any]) -> str:
    """What is wrong with the file that the catalog names; "" if it is one of these publications, complete."""
    layout, catalog = Layout(root), publish.catalog(Layout(root))
    if catalog is None:
        return ""
    file, manifest = layout.published / catalog["current"], publish.manifest_of(layout, catalog["current"])
    if file_sha256(file) != manifest["file_sha256"]:
        return "sha256 différent du manifeste"
    if publish.contents(file) != manifest["marts"]:
        return "tables différentes du manifeste"
    for name, made in record_of(file.parent).items():
        if any(file_sha256(file.parent / one["path"]) != one["sha256"] for one in made["files"]):
            return f"livrable {name} différent de ce qui en est noté"
    return "" if manifest["marts"] in marts else "ni l’ancienne publication ni la nouvelle"


def leftovers(root: Path, options: list[str]) -> list[str]:
    """Files of the killed run that survived the next one, and what that one failed to make."""
    layout = Layout(root)
    catalog = catalog_of(root)
    folder = layout.published / Path(catalog["current"]).parent
    named = {Path(one["current"]).parent.name for one in [catalog, *catalog["history"]]}
    folders = [p.name for p in layout.published.iterdir() if p.is_dir() and not p.is_symlink() and p.name not in named]
    left = [str(path.relative_to(root)) for path in root.rglob("alive.lock")]
    if layout.site.readlink().name != folder.name:
        left.append("site sur une autre publication")
    if DATA_ONLY not in options:
        left += [f"livrable {name} absent" for name in missing(DELIVERABLES, folder)]
    with closing(sqlite3.connect(root / "dagster" / "history" / "runs.db")) as connection:
        query = "select run_id from runs where status not in ('SUCCESS', 'FAILURE', 'CANCELED')"
        return left + folders + [f"exécution ouverte {run_id[:8]}" for (run_id,) in connection.execute(query)]


def pointed(root: Path, setup: dict[str, Any]) -> str:
    """Which publication the catalog names after the kill."""
    if publish.catalog(Layout(root)) is None:
        return POINTED[2]
    return POINTED[published_marts(root) == setup["after"]]


def undisturbed(root: Path, landing: Path, options: list[str], is_watched: bool = False) -> tuple[Any, float]:
    """The marts that an undisturbed run publishes, and its duration."""
    started = time.monotonic()
    process = run(root, landing, *options, is_watched=is_watched)
    output, _ = process.communicate(timeout=PATIENCE)
    if process.returncode:
        raise RuntimeError(f"exécution en échec ({process.returncode}) :\n{output[-3000:]}")
    return published_marts(root), time.monotonic() - started


def prepare(out: Path, options: list[str], is_light: bool) -> None:
    """The initial root, the landing folder before and after, and the result of an undisturbed run."""
    if (out / "prepared.json").exists():
        return
    shutil.rmtree(out, ignore_errors=True)
    land(out / "landing")
    if is_light:
        weightiest(out / "landing").unlink()
    shutil.copytree(out / "landing", out / "landing_before")
    weightiest(out / "landing_before").unlink()
    root = out / "trial"  # all trials use this path: dbt parses its project again for a root elsewhere
    before, _ = undisturbed(root, out / "landing_before", options)
    shutil.copytree(root, out / "before", symlinks=True)
    known, began = runs_of(root), time.time()
    after, seconds = undisturbed(root, out / "landing", options, is_watched=True)
    steps = [step for kind, step in events(root, known) if kind == "STEP_START"]
    stored = [at - began for at in times(root, known)]
    prepared = {"before": before, "after": after, "seconds": seconds, "steps": steps, "events": stored}
    (out / "prepared.json").write_text(json.dumps(prepared))


def trial(out: Path, setup: dict[str, Any], options: list[str], name: str, generator: random.Random) -> Entry:
    """One kill and the run after it."""
    kind, _, what = name.partition(" ")
    root, is_alone, is_first = out / "trial", generator.random() < 0.25, kind == "hasard" and generator.random() < 0.15
    shutil.rmtree(root, ignore_errors=True)
    if not is_first:
        shutil.copytree(out / "before", root, symlinks=True)
    has_come = moment(root, what) if kind == "à" else random_moment(root, setup, generator)
    pause = 0.002 if what in MOMENTS else 0.1
    step, alive = killed(root, out / "landing", options, has_come, is_alone, pause)
    entry = {"name": name, "step": step, "how": "processus" if is_alone else "groupe", "wrong": "", "left": alive}
    entry["found"] = wrong_with(root, [setup["before"], setup["after"]])
    entry["pointed"] = pointed(root, setup)
    try:
        marts, entry["seconds"] = undisturbed(root, out / "landing", options)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        entry |= {"seconds": None, "equal": False, "wrong": str(error)}
        return entry
    entry["equal"] = marts == setup["after"] and not wrong_with(root, [setup["after"]])
    entry["left"] = alive + leftovers(root, options)
    return entry


def is_held(entry: dict[str, Any]) -> bool:
    return entry["equal"] and not entry["found"] and not entry["left"]


def is_random(entry: dict[str, Any]) -> bool:
    return entry["name"].startswith("hasard")


def show(entries: list[dict[str, Any]]) -> None:
    """One line per step in which runs were killed, then every failed trial."""
    dead = [e for e in entries if e["step"] != "fini"]
    steps = list(dict.fromkeys(e["step"] for e in sorted(dead, key=is_random)))
    print("\n| étape | tuées | au hasard | processus seul | pointé : ancien, nouveau, aucun | tenues |")
    print("|---" * 6 + "|")
    for step in [*steps, None]:
        these = [e for e in dead if step in (e["step"], None)]
        chance, alone = sum(map(is_random, these)), sum(e["how"] == "processus" for e in these)
        where = ", ".join(str(sum(e["pointed"] == one for e in these)) for one in POINTED)
        held = sum(map(is_held, these))
        print(f"| {step or 'ensemble'} | {len(these)} | {chance} | {alone} | {where} | {held} |")
    print(f"\n{len(entries) - len(dead)} exécutions avaient fini avant d’être tuées.")
    for e in entries:
        if not is_held(e):
            print(f"NON TENUE : {json.dumps(e, ensure_ascii=False)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--boundaries", action="store_true")
    parser.add_argument("--only", help="steps and patterns to kill at, separated by commas, instead of all")
    parser.add_argument("--commands", help="commands to kill instead of runs, separated by commas")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--deliverables", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    until, out = time.monotonic() + args.hours * 3600, args.out.resolve()
    if args.commands:
        return kill_commands(out, args.commands.split(","), args.kills, args.seed, until)
    options = [] if args.deliverables else [DATA_ONLY]
    prepare(out, options, args.light)
    setup = json.loads((out / "prepared.json").read_text())
    moments = args.only.split(",") if args.only else [*setup["steps"], *MOMENTS] if args.boundaries else []
    names = [f"à {what}" for what in moments] + [f"hasard {args.seed}.{n}" for n in range(1, args.kills + 1)]
    tried = resumed(
        out / "trials.jsonl",
        names,
        itemgetter("name"),
        lambda name: trial(out, setup, options, name, random.Random(name)),
        until,
    )
    show(tried)
    shutil.rmtree(out / "trial", ignore_errors=True)
    return 0 if all(map(is_held, tried)) else 1


if __name__ == "__main__":
    sys.exit(main())
