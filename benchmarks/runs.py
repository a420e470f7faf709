"""Whole-process times of a run, and where they go. Prints the tables of benchmarks/README.md.

    .venv/bin/python benchmarks/runs.py [REAL_LANDING]

Each line is one cold process on a data root of its own; ratios between lines of one run of this script mean more
than the seconds, since machines are noisy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from landed import AS_OF, PROJECT


def timed(root: Path, *arguments: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "orchestration.commands.mrf", "run", *arguments]
    subprocess.run(command, cwd=PROJECT, env=os.environ | {"MRF_DATA": str(root)}, check=True, capture_output=True)
    return time.perf_counter() - started


def shares(root: Path, total: float) -> dict[str, float]:
    """Seconds by part of the last run, from the step times of the manifest and the moment of publication."""
    pointer = root / "published" / "catalog.json"
    since_published = time.time() - pointer.stat().st_mtime
    catalog = json.loads(pointer.read_text())
    manifest = json.loads((root / "published" / Path(catalog["current"]).parent / "manifest.json").read_text())
    steps = manifest["durations_seconds"]
    parts = {
        "lecture et contrôle des sources": sum(
            s for name, s in steps.items() if name.startswith(("source_", "landing"))
        ),
        "lieux et entités": sum(s for name, s in steps.items() if name.startswith("resolved")),
        "dbt (modèles et tests)": steps["dbt_build"],
        "suites des marts": steps["mart_suites"],
        "livrables, les lecteurs ayant déjà les données": since_published,
    }
    return parts | {"imports, démarrage, publication": total - sum(parts.values())}


def report(name: str, root: Path, cases: list[tuple[str, list[str]]]) -> None:
    print(f"\n| {name} | secondes |\n|---|---|")
    for label, arguments in cases:
        total = timed(root, *arguments)
        print(f"| {label} | {total:.1f} |", flush=True)
        if label == cases[0][0]:
            parts = shares(root, total)
    print(f"\n| part ({cases[0][0]}) | secondes | part |\n|---|---|---|")
    for part, seconds in parts.items():
        print(f"| {part} | {seconds:.1f} | {seconds / sum(parts.values()):.0%} |")


def imports() -> None:
    print("\n| import seul | secondes |\n|---|---|")
    for module in (
        "pandas",
        "dagster",
        "dagster_dbt",
        "great_expectations",
        "orchestration.commands.mrf",
        "orchestration.defs.definitions",
    ):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], cwd=PROJECT, check=True, capture_output=True)
        print(f"| {module} | {time.perf_counter() - started:.1f} |", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        report(
            "exemples fictifs",
            Path(folder) / "demo",
            [("première exécution", []), ("recalcul complet", ["--force"]), ("rien de changé", [])],
        )
        if len(sys.argv) > 1:
            dated = ["--landing", sys.argv[1], "--as-of", AS_OF]
            report(
                "données réelles",
                Path(folder) / "real",
                [("première exécution", dated), ("recalcul complet", [*dated, "--force"]), ("rien de changé", dated)],
            )
    imports()
