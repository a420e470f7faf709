"""The measures of faults and load, small: readers while publications follow each other, and runs that are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


def _measure(script: str, *arguments: str, seconds: int) -> subprocess.CompletedProcess[str]:
    ours = [name for name in os.environ if name.startswith(("MRF_", "DAGSTER_")) and name != "MRF_REAL_DATA"]
    kept = {name: value for name, value in os.environ.items() if name not in ours}
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
    """At the start of the build, as the publication’s folder appears, as the pointer moves, and once at random.

    With MRF_KILLS at so many random moments, and at each step’s boundary: hours. Over real files where there are any.
    """
    moments = ("--only", "dbt_build,published/*/.unfinished,published/catalog.json")
    kills = os.environ.get("MRF_KILLS")
    asked = ("--boundaries", "--kills", kills) if kills else (*moments, "--kills", "1")
    seconds = 1800 + 200 * int(kills or 0)
    done = _measure("crashes.py", *asked, "--light", "--out", str(tmp_path / "out"), seconds=seconds)
    assert done.returncode == 0, done.stdout + done.stderr
    total = next(line for line in done.stdout.splitlines() if line.startswith("| ensemble |"))
    cells = [cell.strip() for cell in total.strip("|").split("|")]
    assert int(cells[1]) >= int(kills or 3), "a random moment may come after the end"
    assert cells[1] == cells[-1], "all held"
