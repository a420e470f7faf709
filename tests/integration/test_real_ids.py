"""On the real files: ids do not depend on the order of rows, and a new source changes none."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.conftest import Root
from warehouse.paths import Workspace
from warehouse.resolution import documents, places, record_organizations, services, state

pytestmark = [pytest.mark.real, pytest.mark.long]


def resolved(workspace: Workspace) -> dict[tuple[str, int], tuple[str, str, str]]:
    """By record and place: organization, service, service at a location."""
    places.resolve(workspace)
    documents.resolve(workspace)
    record_organizations.resolve(workspace)
    rows = services.resolve(workspace)[0].to_pylist()
    names = ("organization_id", "service_id", "service_at_location_id")
    return {(row["record_id"], row["place_no"]): tuple(row[name] for name in names) for row in rows}  # type: ignore[misc]


def shuffle(workspace: Workspace) -> None:
    chance = np.random.default_rng(1)
    for path in sorted(workspace.validated.glob("*/*.parquet")):
        table = pq.read_table(path)
        pq.write_table(table.take(chance.permutation(table.num_rows)), path)


@pytest.fixture
def workspace(mali: Root, tmp_path: Path) -> Workspace:
    shutil.copytree(mali.path / "validated", tmp_path / "validated")
    return Workspace(tmp_path)


def test_shuffled_rows_give_the_same_ids(mali: Root, workspace: Workspace) -> None:
    published = {sid for (sid,) in mali.query("select service_at_location_id from marts.service_directory")}
    shuffle(workspace)
    assert {ids[2] for ids in resolved(workspace).values()} == published


def test_a_new_source_changes_no_id(workspace: Workspace, tmp_path: Path) -> None:
    facilities = workspace.records("service", "who_health_facilities_mli")
    aside = tmp_path / facilities.name
    facilities.rename(aside)
    before = resolved(workspace)
    state.keep_for(workspace, tmp_path / "run")
    state.commit(workspace, tmp_path / "run")
    aside.rename(facilities)
    shuffle(workspace)
    after = resolved(workspace)
    assert len(after) > len(before)
    changed = {record for record in before if before[record] != after[record]}
    assert changed == set()
