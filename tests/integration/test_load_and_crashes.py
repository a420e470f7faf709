"""The measures of faults and load, small: readers while publications follow each other, and runs that are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


def _measure(script: str, *arguments: str, seconds: int) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
    return subprocess.run(
        [sys.executable, str(PROJECT / "benchmarks" / script), *arguments],
        cwd=PROJECT,
        env=kept | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def test_readers_see_one_publication_at_a_time(tmp_path: Path) -> None:
    """A slow one holds its file open longer than the retention keeps it."""
    arguments = ("--readers", "4", "--publications", "9", "--every", "0.1")
    done = _measure("readers.py", *arguments, seconds=180)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = [cell.strip() for cell in done.stdout.splitlines()[-1].strip("|").split("|")]
    assert cells[:2] == ["4", "9"]
    assert int(cells[3]) > int(cells[4]) >= 1, "reads, and slow ones among them"
    assert cells[5] == "0", "errors"


@pytest.mark.long
def test_runs_that_are_killed(tmp_path: Path) -> None:
    """At the start of the build, as the publication’s folder appears, as the pointer moves, and once at random."""
    moments = "dbt_build,published/*/.unfinished,published/catalog.json"
    done = _measure("crashes.py", "--only", moments, "--kills", "1", "--out", str(tmp_path / "out"), seconds=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 exécutions tuées, 3 tenues" in done.stdout or "4 exécutions tuées, 4 tenues" in done.stdout
