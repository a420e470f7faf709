"""Landing, starting runs and keeping trials, for the other benchmarks: real files of MRF_REAL_DATA, else samples."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from ingestion.declaration.registry import sources

PROJECT = Path(__file__).resolve().parents[1]
AS_OF = "2024-08-31"
Entry = dict[str, Any]  # one trial as it is kept


def land(folder: Path) -> None:
    """Fills a landing folder. A sample gets a name that its source recognises, so that it counts as real."""
    folder.mkdir(parents=True, exist_ok=True)
    if real := os.environ.get("MRF_REAL_DATA"):
        shutil.copytree(Path(real) / "mali", folder, dirs_exist_ok=True)
        return
    for source in sources().values():
        suffix = source.sample.suffix.lower()
        pattern = next(pattern for pattern in source.files if pattern.endswith(suffix))
        shutil.copyfile(source.sample, folder / pattern.replace("*", "2024"))


def weightiest(folder: Path) -> Path:
    """The largest table, whose addition or removal gives a run most to do."""
    return max((p for p in folder.iterdir() if p.suffix in (".xlsx", ".csv")), key=lambda path: path.stat().st_size)


def environment(root: Path) -> dict[str, str]:
    """The environment of a command on a data root: a key beside the root, and no outside settings."""
    key = root.parent / "restricted.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_bytes(Fernet.generate_key())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
    kept |= {"MRF_DATA": str(root), "MRF_KEY_FILE": str(key), "COLUMNS": "160", "PYTHONPATH": str(PROJECT)}
    return kept | {"DAGSTER_HOME": str(root / "dagster")}


def start(root: Path, *arguments: str, is_watched: bool = False, **more: str) -> subprocess.Popen[str]:
    """Starts `mrf` on a data root, in its own process group; ``more``: environment variables.

    If watched, each event is stored at once, so that the current step is known.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.commands.mrf", *arguments],
        cwd=PROJECT,
        env=environment(root) | ({"DAGSTER_EVENT_BATCH_SIZE": "1"} if is_watched else {}) | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(root: Path, landing: Path, *options: str, is_watched: bool = False) -> subprocess.Popen[str]:
    """Starts a run with a fixed date: the same files give the same marts."""
    return start(root, "run", "--landing", str(landing), "--as-of", AS_OF, *options, is_watched=is_watched)


def resumed(
    kept: Path, names: list[Any], name_of: Callable[[Entry], Any], trial: Callable[[Any], Entry], until: float
) -> list[Entry]:
    """The entries of these trials: those already in ``kept``, then new ones until a time of the monotonic clock."""
    entries: list[Entry] = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    for name in names:
        if name in map(name_of, entries) or time.monotonic() > until:
            continue
        entries.append(trial(name))
        with kept.open("a") as file:
            file.write(json.dumps(entries[-1], ensure_ascii=False) + "\n")
        print(entries[-1], file=sys.stderr, flush=True)
    return [entry for entry in entries if name_of(entry) in names]


def stamps(root: Path, patterns: Iterable[str]) -> dict[str, int]:
    """When each file of these patterns below a root was last changed; those that vanish meanwhile are left out."""
    times = {}
    for path in (path for pattern in patterns for path in root.glob(pattern)):
        try:
            times[str(path)] = path.lstat().st_mtime_ns
        except FileNotFoundError:
            continue
    return times
