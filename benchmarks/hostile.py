"""Lands each file of a folder alone beside good ones and reports the outcome: a table for benchmarks/README.md.

    .venv/bin/python benchmarks/hostile.py FOLDER [NAME…]

Every run must exit with 0 and publish the good sources; an unreadable file must be named with a reason. Times and
memory are those of the whole run: all its processes, sampled ten times a second.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from cryptography.fernet import Fernet
from landed import AS_OF, PROJECT

from ingestion.declaration.registry import assign, sources
from ingestion.declaration.source import Source

GOOD = ("ocha_cod_ps_mli", "mrf_documents")


def good_files(folder: Path, known: dict[str, Source]) -> None:
    for source_id in GOOD:
        sample = known[source_id].sample
        pattern = next(pattern for pattern in known[source_id].files if pattern.endswith(sample.suffix))
        shutil.copyfile(sample, folder / pattern.replace("*", "2024"))


@dataclass(frozen=True)
class Measured:
    """``seconds`` of the clock, ``processor`` seconds, peak megabytes of all processes together and of any single."""

    code: int
    seconds: float
    processor: float
    together: float
    single: float


def measured(command: list[str], environment: dict[str, str]) -> Measured:
    """Runs a command and samples its processes ten times a second."""
    started, together, single, used = time.perf_counter(), 0.0, 0.0, processor_seconds()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    root = psutil.Process(process.pid)
    while process.poll() is None:
        sizes = []
        for one in (root, *root.children(recursive=True)):
            try:
                sizes.append(one.memory_info().rss / 2**20)
            except psutil.Error:
                continue
        together, single = max(together, sum(sizes)), max(single, max(sizes, default=0))
        time.sleep(0.1)
    seconds, used = time.perf_counter() - started, processor_seconds() - used
    return Measured(process.returncode, seconds, used, together, single)


def processor_seconds() -> float:
    """Of the children that have ended, with theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def recognised(name: str, known: dict[str, Source]) -> tuple[str, str | None]:
    """The name to land a file under, and its source: « 42_big_dtm_mli.json » loses the words before a known name."""
    words = name.split("_")
    for start in range(len(words)):
        landed_as = "_".join(words[start:])
        if claimed := assign([Path(landed_as)], known).files:
            return landed_as, next(iter(claimed))
    return name, None


def outcome(root: Path, source_id: str) -> str:
    catalog = json.loads((root / "published" / "catalog.json").read_text())
    manifest = json.loads((root / "published" / Path(catalog["current"]).parent / "manifest.json").read_text())
    held = [name for name in GOOD if manifest["inputs"][name]["state"] not in ("fresh", "unchanged")]
    entry = manifest["inputs"].get(source_id, {"state": "sans source", "error": None})
    return (f"!! {held} " if held else "") + f"{entry['state']} | {entry['error'] or ''}"


def main() -> None:
    known, folder = sources(), Path(sys.argv[1])
    names = sys.argv[2:] or sorted(path.name for path in folder.iterdir() if path.is_file())
    columns = ("fichier", "code", "s", "s de processeur", "Mo ensemble", "Mo d’un seul", "état", "raison")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        key = base / "cle"
        key.write_bytes(Fernet.generate_key())
        key.chmod(0o600)
        for name in names:
            root, landing = base / "racine", base / "depot"
            landed_as, claimed = recognised(name, known)
            if not claimed:
                print(f"| {name} | aucune source ne le reconnaît |", flush=True)
                continue
            landing.mkdir()
            good_files(landing, known)
            shutil.copyfile(folder / name, landing / landed_as)
            command = [
                sys.executable,
                "-m",
                "orchestration.commands.mrf",
                "run",
                "--data-only",
                "--landing",
                str(landing),
            ]
            environment = os.environ | {"MRF_DATA": str(root), "MRF_KEY_FILE": str(key), "PYTHONPATH": str(PROJECT)}
            run = measured([*command, "--as-of", AS_OF], environment)
            result = outcome(root, claimed) if run.code == 0 else "NON PUBLIÉ"
            numbers = " | ".join(f"{n:.0f}" for n in (run.seconds, run.processor, run.together, run.single))
            print(f"| {name} | {run.code} | {numbers} | {result} |", flush=True)
            shutil.rmtree(root)
            shutil.rmtree(landing)


if __name__ == "__main__":
    main()
