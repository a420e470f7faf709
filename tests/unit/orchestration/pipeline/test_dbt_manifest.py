"""The parse of the dbt project that runs go by."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from orchestration.pipeline import dbt_environment, dbt_manifest
from warehouse.parameter_texts import holds_seeds
from warehouse.paths import DBT_PROJECT, Layout


@pytest.mark.long
def test_a_changed_project_keeps_what_is_said_of_its_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt 1.11 loses it where it parses in part after the other workspace: then Dagster knows no such check."""
    project, layout = tmp_path / "dbt_project", Layout(tmp_path / "root")
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr(dbt_manifest, "DBT_PROJECT", project)
    monkeypatch.setattr(dbt_manifest, "INSTALLED", project / "target")
    monkeypatch.setattr(dbt_environment, "DBT_PROJECT", project)  # the seeds are named relative to it
    landed = layout.landing / "landed.csv"
    landed.parent.mkdir(parents=True)
    landed.touch()
    dbt_manifest.manifest_path(layout)
    landed.unlink()
    with (project / "seeds/parameter.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    nodes = json.loads(dbt_manifest.manifest_path(layout).read_text(encoding="utf-8"))["nodes"].values()
    written = [node for node in nodes if node["resource_type"] == "test" and "test_metadata" not in node]
    assert len(written) > 10
    assert [node["name"] for node in written if not node["description"]] == []


def test_reference_lists_that_nobody_installed_are_written_within_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under `../../data/build/seeds` dbt would keep what it ran of them astray: in `data/data/build/seeds`."""
    project = tmp_path / "dbt_project"
    project.mkdir()
    monkeypatch.setattr(dbt_environment, "DBT_PROJECT", project)
    named = dbt_environment.environment(Layout(tmp_path / "root"), is_demo=True)["MRF_SEEDS"]
    assert not named.startswith("..")
    assert holds_seeds(project / named)
    assert not (tmp_path / "root").exists()
