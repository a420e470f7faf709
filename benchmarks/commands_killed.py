"""The all-or-nothing commands for `crashes.py --commands`: how to start each, and what it guarantees.

A command is killed at a random moment between its first change of the data root and its end. First the publication is
checked as the kill left it; then `mrf status` runs, which clears leftovers, and the guarantee is checked; then the same
command runs again and must complete.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from faults import answer_some, prepare, run
from landed import PROJECT, resumed, stamps, start

from ingestion.digest import file_sha256
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.resolution import state

OTHER_SUBMISSION = "00000000-0000-4000-8000-000000000007"
# Texts that only respondents' answers contain in the samples, and databases or archives of them.
_PERSONAL = re.compile(rb"uuid:|00000000-0000-4000-8000|SQLite format 3|^PK\x03\x04", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """``begins``: patterns, below the root or beside it, that change first; ``promise``: what is wrong, or "".

    ``promise(root, out, is_ended)`` is called after the kill and the next command, then after the command’s end.
    """

    arguments: Callable[[Path, Path], list[str]]
    begins: tuple[str, ...]
    promise: Callable[[Path, Path, bool], str]
    codes: tuple[int, ...] = (0,)


def decisions(root: Path) -> int:
    return len(state.kept(Layout(root).workspace(False)))


def _review(root: Path, out: Path, is_ended: bool) -> str:
    before, after = json.loads((out / "decisions.json").read_text())
    kept = decisions(root)
    return (
        "" if kept == after or (kept == before and not is_ended) else f"{kept} décisions, {before} ou {after} attendues"
    )


def _restore(root: Path, out: Path, is_ended: bool) -> str:
    layout = Layout(root)
    if not layout.restore_journal.exists():
        return "publication absente" if publish.catalog(layout) is None else ""
    if is_ended:
        return "restauration encore à moitié"
    for command in (["run", "--data-only"], ["rollback", "x"], ["backup", str(out / "ailleurs")]):
        code, output = run(root, *command)
        if code != 1 or "restauration a été interrompue" not in output:
            return f"{command[0]} ne refuse pas : {code} {output[-200:]}"
    return "" if "restauration a été interrompue" in run(root, "status")[1] else "status ne le dit pas"


def _prune(root: Path, out: Path, is_ended: bool) -> str:
    left = [path.name for path in Layout(root).published.glob("2020*")]
    broken = [name for name in left if not (Layout(root).published / name / "manifest.json").exists()]
    return f"à moitié : {broken}" if broken else (f"reste {left}" if left and is_ended else "")


def _rollback(root: Path, out: Path, is_ended: bool) -> str:
    catalog = publish.catalog(Layout(root))
    assert catalog is not None
    if Layout(root).site.readlink() != Path(catalog["current"]).parent:
        return "site sur une autre publication"
    return "" if not is_ended or catalog["current"] == oldest(root) else "pas en place"


def _backup(root: Path, out: Path, is_ended: bool) -> str:
    left = [path.name for path in (out / "sauvegardes").glob("*.part")]
    complete = [path for path in (out / "sauvegardes").glob("*") if (path / "backup.sha256").exists()]
    return f"reste {left}" if left else ("aucune" if is_ended and not complete else "")


def _forget(root: Path, out: Path, is_ended: bool) -> str:
    left = [str(path) for path in Layout(root).workspace(False).opened.rglob("*")]
    return f"en clair : {left}" if left else ""


def _pull(root: Path, out: Path, is_ended: bool) -> str:
    landed = list(Layout(root).landing.glob("mrf_provider_survey_*.json"))
    hidden = [path.name for path in Layout(root).landing.glob(".*.part")]
    broken = [path.name for path in landed if len(json.loads(path.read_bytes())["results"]) != _ROWS]
    return f"{hidden} {broken}" if hidden or broken else ("rien de déposé" if is_ended and not landed else "")


def oldest(root: Path) -> str:
    return min(name for name in publish.all_readable(Layout(root)) if not name.startswith("2020"))


def saved(out: Path) -> Path:
    return next(path for path in sorted((out / "disque").iterdir()) if path.name.startswith("mrf_backup_"))


COMMANDS = {
    "review": Command(
        lambda root, out: ["review", "--import", str(out / "rest.csv")], ("state/*", "state/.*"), _review
    ),
    "restore": Command(
        lambda root, out: ["restore", str(saved(out)), "--force"], (".restoring*", "avant_*"), _restore, (0, 1)
    ),
    "prune": Command(lambda root, out: ["prune"], ("published/*", "published/.*"), _prune),
    "rollback": Command(lambda root, out: ["rollback", oldest(root)], ("published/*", "published/.*"), _rollback),
    "backup": Command(lambda root, out: ["backup", str(out / "sauvegardes")], (".backing_up.json",), _backup),
    "forget": Command(
        lambda root, out: ["forget", OTHER_SUBMISSION, "--who", "essai", "--yes", "--data-only"],
        ("restricted/.open/*", "state/forgotten/*"), _forget, (0, 1),
    ),
    "pull": Command(lambda root, out: ["pull", "mrf_provider_survey"], ("pulls/*/*", "landing/.*"), _pull),
}  # fmt: skip
_ROWS = 5000
_LONGEST = 8  # seconds: then an erasure only publishes again, which the kills of runs cover


@contextmanager
def kobo() -> Iterator[dict[str, str]]:
    """A server of answers for `pull`; yields its environment variables."""
    sys.path.append(str(PROJECT))  # from the tests, which are not installed as a package
    from tests.fixtures.servers import Kobo, running

    rows = [{"_id": n, "_uuid": f"00000000-0000-4000-9000-{n:012}", "réponse": "x" * 200} for n in range(1, _ROWS + 1)]
    server = Kobo(assets={"a": "Cartographie MRF – Prestataires de services"}, data={"a": rows})
    with running(server):
        yield {"MRF_KOBO_URL": server.address, "MRF_KOBO_TOKEN": server.token}


def begin(out: Path) -> None:
    """The initial root: that of `faults.py`, with answers to import and publications to remove."""
    prepare(out, "00000000-0000-4000-8000-000000000006")
    root = out / "before"
    if (out / "decisions.json").exists():
        return
    answer_some(root, out, is_kept=False)
    os.replace(out / "answers.csv", out / "rest.csv")
    with (out / "rest.csv").open(encoding="utf-8-sig", newline="") as file:
        added = len(list(csv.DictReader(file, delimiter=";")))
    published = Layout(root).published
    for day in range(1, 6):  # of earlier years and not in the catalog: removed by the retention
        name = f"202001{day:02}T000000Z_r0000000{day}"
        shutil.copytree(published / Path(oldest(root)).parent, published / name)
        next((published / name).glob("mrf_*.duckdb")).rename(published / name / f"mrf_{name}.duckdb")
        os.utime(published / name, (0, 0))
    (out / "decisions.json").write_text(json.dumps([decisions(root), decisions(root) + added]))


def window(root: Path, out: Path, command: Command, server: dict[str, str]) -> float:
    """How long an undisturbed command takes from its first change; a long rebuild at its end is not awaited."""
    before, began = stamps(root, command.begins), None
    process = start(root, *command.arguments(root, out), **server)
    while process.poll() is None:
        if began is None and stamps(root, command.begins) != before:
            began = time.monotonic()
        if began is not None and time.monotonic() - began > _LONGEST:
            break
        time.sleep(0.002)
    took = time.monotonic() - (began or time.monotonic())
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return max(took, 0.02)


def trial(
    out: Path, name: str, seconds: dict[str, float], server: dict[str, str], generator: random.Random
) -> dict[str, Any]:
    """One kill, the next command, and the same command again."""
    kind = name.split(" ")[0]
    command, root = COMMANDS[kind], out / "trial"
    fresh(out)
    if kind not in seconds:
        seconds[kind] = window(root, out, command, server)
        fresh(out)
    drawn, is_term = generator.uniform(0, seconds[kind]), generator.random() < 0.2
    before, began = stamps(root, command.begins), None
    process = start(root, *command.arguments(root, out), **server)
    while process.poll() is None:
        if began is None and stamps(root, command.begins) != before:
            began = time.monotonic()
        if began is not None and time.monotonic() >= began + drawn:
            break
        time.sleep(0.0005)
    ended = process.poll() is not None
    if not ended:
        os.killpg(process.pid, signal.SIGTERM if is_term else signal.SIGKILL)
    process.communicate()
    entry: dict[str, Any] = {"name": name, "how": "TERM" if is_term else "KILL", "ended": ended}
    entry["readers"] = readers(root) if not Layout(root).restore_journal.exists() else ""
    entry["readable"] = readable(out)
    code, output = run(root, "status")
    entry["next"] = "" if code in (0, 1) and "Traceback" not in output else output[-500:]
    entry["promise"] = command.promise(root, out, False)
    entry["left"] = leftovers(root)
    code, output = run(root, *command.arguments(root, out), **server)
    entry["again"] = "" if code in command.codes and "Traceback" not in output else f"{code} {output[-500:]}"
    entry["end"] = command.promise(root, out, True) or readers(root) or leftovers(root) or readable(out)
    return entry


def fresh(out: Path) -> None:
    for name in ("trial", "sauvegardes", "ailleurs"):
        shutil.rmtree(out / name, ignore_errors=True)
    shutil.copytree(out / "before", out / "trial", symlinks=True)
    for path in Layout(out / "trial").published.glob("2020*"):
        os.utime(path, (0, 0))


def readers(root: Path) -> str:
    """What is wrong with the file that the catalog names."""
    layout = Layout(root)
    catalog = publish.catalog(layout)
    if catalog is None:
        return "aucune publication"
    file, manifest = layout.published / catalog["current"], publish.manifest_of(layout, catalog["current"])
    if catalog["is_demo"]:
        return "fiction"
    return "" if file_sha256(file) == manifest["file_sha256"] else "sha256 différent du manifeste"


def readable(out: Path) -> str:
    """Respondents' data that is readable in the temporary folder."""
    files = [path for path in Path(os.environ["TMPDIR"]).rglob("*") if path.is_file() and not path.is_symlink()]
    return ", ".join(str(path) for path in files if _PERSONAL.search(path.read_bytes()))


def leftovers(root: Path) -> str:
    paths = [*root.rglob(".*.part"), *root.glob("published/.removing_*"), *root.glob("restricted/.open")]
    return ", ".join(str(path.relative_to(root)) for path in paths)


def is_held(entry: dict[str, Any]) -> bool:
    return not any(entry[name] for name in ("readers", "readable", "next", "promise", "left", "again", "end"))


def show(entries: list[dict[str, Any]]) -> None:
    print("\n| commande | tuées | par TERM | finies avant | tenues |\n|---|---|---|---|---|")
    for kind in [*dict.fromkeys(e["name"].split(" ")[0] for e in entries), "ensemble"]:
        these = [e for e in entries if kind in (e["name"].split(" ")[0], "ensemble")]
        dead = [e for e in these if not e["ended"]]
        terms, held = sum(e["how"] == "TERM" for e in dead), sum(map(is_held, these))
        print(f"| {kind} | {len(dead)} | {terms} | {len(these) - len(dead)} | {held} sur {len(these)} |")
    for e in entries:
        if not is_held(e):
            print(f"NON TENUE : {json.dumps(e, ensure_ascii=False)}")


def kill_commands(out: Path, kinds: list[str], kills: int, seed: int, until: float) -> int:
    """Kills each command this many times and reports; returns 1 if a guarantee was broken."""
    out.mkdir(parents=True, exist_ok=True)
    begin(out)
    (out / "tmp").mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(out / "tmp")
    seconds: dict[str, float] = {}
    names = [f"{kind} {seed}.{n}" for n in range(1, kills + 1) for kind in kinds]
    with kobo() as server:
        tried = resumed(
            out / "kills.jsonl",
            names,
            itemgetter("name"),
            lambda name: trial(out, name, seconds, server, random.Random(name)),
            until,
        )
    show(tried)
    return 0 if all(map(is_held, tried)) else 1
