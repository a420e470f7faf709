"""Damages the files of a data root one by one, and checks what commands make of it. Prints a Markdown table.

    .venv/bin/python benchmarks/faults.py --out FOLDER [--only PATTERN,…] [--each 2] [--hours 1]

A root is prepared once: landed files (the samples, under names that their sources recognise, so that they count as
real), two publications, decisions of the review queue, an erasure, a backup, an alert. Its files are grouped into
classes (names without ids and dates); of each class the first ``--each`` are tried, each one missing, truncated and
filled with noise, and each time `status`, `doctor`, `run` and `rollback` to the older publication run in turn on a copy
of the root. With ``--forced`` the run is forced if a file is an input of the build; otherwise it reports that nothing
has changed, which takes two seconds instead of a minute.

A trial passes if no command ends in a traceback, no fictional data is published, and no row of the publication is lost
silently. FOLDER keeps the trials: the same command resumes them. Exits with 1 if a trial failed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from landed import AS_OF, environment, land, resumed, start

from orchestration.commands.mrf import main as mrf_main
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.state_files import Damaged
from warehouse.storage import write_json

DAMAGES = ("manque", "coupé", "bruit")
PATIENCE = 900
# Inputs of a build: a run that finds nothing changed would not read them.
_OF_THE_BUILD = ("build/", "validated/", "resolved/", "restricted/", "parts/", "cache/", "originals/", "run.parquet")
_NOT_TRIED = re.compile(r"^(landing/|log/)|\.lock$|-(wal|shm)$|/compute_logs/|^published/site/")
_IDS = (
    (re.compile(r"\d{8}T\d{6}Z_(r?[0-9a-f]{8})"), "PUBLICATION"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "RUN"),
    (re.compile(r"[0-9a-f]{64}"), "SHA"),
    (re.compile(r"\b[0-9a-f]{2}/"), "xx/"),
)
# Folders of similar files.
_ALIKE = re.compile(
    r"^(demo/)?(validated/_state|validated/\w+|rejected|parts/\w+|restricted/(?:values|rejected)|cache|alerts|"
    r"published/PUBLICATION/(?:dbt_docs)|build/dbt/(?:compiled|run|graph\w*)|dagster/storage)/.*?(\.\w+)$"
)
_CLUE = re.compile(r"perdu|abîm|illisible|incomplet|manque|retir|refus|périm|interromp", re.IGNORECASE)


def mrf(root: Path, *arguments: str) -> tuple[int, str]:
    """Runs a command in a forked child, with its imports done; returns exit code and output."""
    output = root.parent / "output.txt"
    child = os.fork()
    if child == 0:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.environ.clear()
        os.environ.update(environment(root))
        sys.argv = ["mrf", *arguments]
        code = 0
        try:
            mrf_main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            code = 99
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), output.read_text(encoding="utf-8", errors="replace")


def run(root: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """Runs a command in its own process; ``more``: environment variables."""
    process = start(root, *arguments, **more)
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        return 98, "sans fin"
    return process.returncode, output


def published(root: Path, *options: str) -> tuple[int, str]:
    return run(root, "run", "--as-of", AS_OF, "--data-only", *options)


def done(outcome: tuple[int, str]) -> str:
    code, output = outcome
    if code:
        raise RuntimeError(output[-3000:])
    return output


def answer_some(root: Path, out: Path, is_kept: bool = True) -> None:
    """Answers one exported question of each kind and imports the answers."""
    done(run(root, "review", "--export", str(out / "questions.csv")))
    with (out / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    chosen = {row["kind"]: row for row in reversed(rows)}
    for row in chosen.values():
        first = row["options"].split(" | " if row["kind"] == "value" else ";")[0]
        row |= {"answer": first, "who": "essai", "why": "essai"}
    with (out / "answers.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(chosen.values())
    if is_kept:
        done(run(root, "review", "--import", str(out / "answers.csv")))


def prepare(out: Path, submission: str) -> None:
    """The root that each trial copies and damages."""
    if (out / "before").exists():
        return
    shutil.rmtree(out, ignore_errors=True)
    root = out / "trial"  # all trials use this path: dbt parses its project again for a root elsewhere
    land(root / "landing")
    done(published(root))
    answer_some(root, out)
    run(root, "forget", submission, "--who", "essai", "--yes", "--data-only")  # 1: the landed workbook holds it
    done(published(root, "--force"))
    done(run(root, "backup", str(out / "disque")))
    write_json(root / "pulls" / "mrf_provider_survey" / "landed.json", {"name": "mrf_provider_survey_2024.xlsx"})
    alert = {
        "kind": "trial",
        "subject": "essai",
        "text": "essai",
        "created_at": "2024-08-31T00:00:00+00:00",
        "sent": {},
    }
    write_json(root / "alerts" / "20240831_essai.json", alert)
    done(published(root))
    shutil.copytree(root, out / "before", symlinks=True)


def classes(root: Path, each: int) -> dict[str, list[str]]:
    """The files to try, by class."""
    by_class: dict[str, list[str]] = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        name = path.relative_to(root).as_posix()
        if not _NOT_TRIED.search(name):
            kind = name
            for pattern, word in _IDS:
                kind = pattern.sub(word, kind)
            kind = _ALIKE.sub(r"\2/*\3", kind)
            by_class.setdefault(kind, []).append(name)
    current = Path(str((publish.catalog(Layout(root)) or {})["current"])).parent.name
    for names in by_class.values():  # files of the current publication first
        names.sort(key=lambda name: current not in name)
    # Files that force a new publication last: they take longest.
    last = sorted(by_class, key=lambda kind: kind.startswith("published/PUBLICATION"))
    return {kind: by_class[kind][:each] for kind in last}


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "manque":
        path.unlink()
    elif how == "coupé":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(os.urandom(max(len(content), 64)))


def rows_of(root: Path) -> int | None:
    """The number of rows in the published marts; None if the manifest cannot be read."""
    catalog = publish.catalog(Layout(root))
    try:
        marts = publish.manifest_of(Layout(root), catalog["current"])["marts"] if catalog else {}
    except Damaged:
        return None
    return sum(mart["rows"] for name, mart in marts.items() if name.startswith("marts.")) or None


def is_fiction(root: Path) -> bool:
    catalog = publish.catalog(Layout(root))
    return bool(catalog and catalog["is_demo"])


def sentence(output: str, file: str) -> str:
    """The line about the damage, or the last one."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    speaking = [line for line in lines if Path(file).name in line or (_CLUE.search(line) and "fichiers d’état" in line)]
    candidates = speaking or [line for line in lines if _CLUE.search(line)] or lines[-1:]
    return candidates[0][:220] if candidates else ""


def trial(out: Path, file: str, how: str, before: int, is_forced: bool) -> dict[str, Any]:
    """One damage and the outcome of each command; each on the damaged root, the run last."""
    root = out / "trial"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(out / "before", root, symlinks=True)
    older = publish.all_readable(Layout(root))[0]
    damage(root / file, how)
    entry: dict[str, Any] = {"file": file, "how": how, "commands": {}}
    forced = ["--force"] if is_forced and file.startswith(_OF_THE_BUILD) else []
    for name in ("status", "doctor", "run", "rollback"):
        began = time.monotonic()
        if name == "run":
            code, output = published(root, *forced) if forced else mrf(root, "run", "--as-of", AS_OF, "--data-only")
            after = rows_of(root)
            entry |= {"rows": after, "fiction": is_fiction(root) or "DONNÉES FICTIVES" in output}
            is_less = after is None or after < before
            entry["unsaid"] = bool(is_less and not _CLUE.search(output))
        else:
            code, output = mrf(root, name, *([older] if name == "rollback" else []))
        entry["commands"][name] = {
            "code": code,
            "traceback": "Traceback (most recent call last)" in output or code in (98, 99),
            "told": sentence(output, file),
            "seconds": round(time.monotonic() - began, 1),
        }
    entry["fiction"] = entry["fiction"] or is_fiction(root)
    return entry


def is_held(entry: dict[str, Any]) -> bool:
    is_traced = any(command["traceback"] for command in entry["commands"].values())
    return not (is_traced or entry["fiction"] or entry["unsaid"])


def show(entries: list[dict[str, Any]], before: int) -> None:
    """One line per trial: exit codes, rows, and the message; then the failed ones."""
    print(f"\nLignes des marts avant : {before}\n")
    print("| fichier | dommage | status | doctor | run | rollback | lignes après | fiction | dit |")
    print("|---" * 9 + "|")
    for e in entries:
        codes = [f"{c['code']}{' TRACE' if c['traceback'] else ''}" for c in e["commands"].values()]
        message = e["commands"]["run"]["told"] if e["commands"]["run"]["code"] else e["commands"]["status"]["told"]
        rows = "illisible" if e["rows"] is None else e["rows"]
        fiction = "OUI" if e["fiction"] else "·"
        print(f"| {e['file']} | {e['how']} | {' | '.join(codes)} | {rows} | {fiction} | {message} |")
    held = sum(map(is_held, entries))
    print(f"\n{held} tenus sur {len(entries)}")
    for e in entries:
        if not is_held(e):
            print(f"NON TENU : {json.dumps(e, ensure_ascii=False)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="parts of names of classes, separated by commas, instead of all")
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--forced", action="store_true")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--submission", default="00000000-0000-4000-8000-000000000006")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    out, until = options.out.resolve(), time.monotonic() + options.hours * 3600
    prepare(out, options.submission)
    before = rows_of(out / "before")
    assert before is not None
    wanted = options.only.split(",") if options.only else [""]
    by_class = classes(out / "before", options.each)
    kinds = [kind for kind in by_class if any(part in kind for part in wanted)]
    names = [(file, how) for kind in kinds for file in by_class[kind] for how in DAMAGES]
    tried = resumed(
        out / "trials.jsonl",
        names,
        lambda entry: (entry["file"], entry["how"]),
        lambda name: trial(out, *name, before, options.forced),
        until,
    )
    show(tried, before)
    shutil.rmtree(out / "trial", ignore_errors=True)
    return 0 if all(map(is_held, tried)) else 1


if __name__ == "__main__":
    sys.exit(main())
