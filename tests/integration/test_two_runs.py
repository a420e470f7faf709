"""Two whole runs at once on one data root: the second waits, and readers get two sound publications."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import Root

STEPS = """
import dagster as dg, json
with dg.DagsterInstance.get() as instance:
    stats = [instance.get_run_step_stats(run.run_id) for run in instance.get_runs()]
print(json.dumps(sorted([min(s.start_time for s in run), max(s.end_time for s in run)] for run in stats)))
"""


def _commanded(root: Root) -> subprocess.CompletedProcess[str]:
    return root.mrf("run", "--force")


def _launched(root: Root) -> subprocess.CompletedProcess[str]:
    """A run in a process of Dagster, as its daemon starts them."""
    return root.python("-m", "dagster", "job", "execute", "-m", "orchestration.defs.definitions", "-j", "data")


@pytest.mark.long
@pytest.mark.parametrize("other", [_commanded, _launched])
def test_two_runs_at_once(tmp_path: Path, other: Callable[[Root], subprocess.CompletedProcess[str]]) -> None:
    root = Root(tmp_path / "data")
    assert root.mrf("status").returncode == 1  # prepares the root: nothing is published yet
    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(one, root) for one in (_commanded, other)]
        done = [one.result() for one in started]
    assert [one.returncode for one in done] == [0, 0], "\n".join(one.stdout + one.stderr for one in done)
    first, second = json.loads(root.python("-c", STEPS).stdout)
    assert first[1] <= second[0], "no step of one ran while the other wrote"
    manifests = [
        json.loads((root.path / "published" / name / "manifest.json").read_text()) for name in root.publications
    ]
    assert len(manifests) == 2
    assert manifests[0]["marts"] == manifests[1]["marts"]
    assert len(root.catalog["history"]) == 1
