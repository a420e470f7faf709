"""The formulas of the marts on numbers worked out by hand: dbt's own unit tests, which runs of the pipeline leave out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from orchestration.pipeline.dbt_environment import environment
from orchestration.pipeline.dbt_manifest import DBT
from tests.conftest import PROJECT, Root
from warehouse.paths import Layout


def test_formulas_hold_on_numbers_worked_out_by_hand(demo: Root, tmp_path: Path) -> None:
    # A copy: dbt opens the build to learn the columns of the models.
    layout = Layout(demo.copy(tmp_path / "data").path)
    dbt_project = PROJECT / "dbt_project"
    done = subprocess.run(
        [
            str(DBT), "--no-use-colors", "test", "--select", "test_type:unit",
            "--project-dir", str(dbt_project), "--profiles-dir", str(dbt_project),
        ],
        env=os.environ | environment(layout, is_demo=True),
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "Nothing to do" not in done.stdout
