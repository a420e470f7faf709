"""dbt as a subprocess, without the two costly extras of dagster-dbt."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging import version

from orchestration.pipeline.dbt_manifest import DBT
from warehouse.paths import DBT_PROJECT


class Dbt(DbtCliResource):
    """Skips `dbt --version` (a second process, 1.5 s) and opening the adapter in this process (2 s, and a handle on the
    file that dbt is about to write); both only serve features that are not used here.
    """

    @property
    def _cli_version(self) -> version.Version:
        return version.parse(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource(executable: Path = DBT) -> Dbt:
    """The dbt command of this environment, or another that takes its arguments, on this project."""
    return Dbt(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(DBT_PROJECT),
        dbt_executable=str(executable),
        # dbt's output is in Dagster's event log; writing its log file too costs more than a second a run.
        global_config_flags=[
            "--no-use-colors",
            "--no-version-check",
            "--no-populate-cache",
            "--log-level-file",
            "none",
        ],
    )
