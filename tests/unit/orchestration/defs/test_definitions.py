"""What the interface shows of the definitions: it loads them all, and each says what it is made of and who answers."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import settings
from orchestration.defs import deliverables, sources
from orchestration.defs.definitions import defs
from orchestration.defs.publication import PUBLISHED, mart_names
from orchestration.defs.resources import known_sources
from warehouse.paths import Workspace


def test_the_interface_loads_all_definitions() -> None:
    """No step bears the name of a job."""
    defs.get_repository_def().load_all_definitions()


def test_a_deliverable_stands_behind_the_marts_that_it_reads() -> None:
    marts = {dg.AssetKey([name]) for name in mart_names()}
    for spec in deliverables.deliverables.specs:
        read = {dep.asset_key for dep in spec.deps} & marts
        assert read == set(deliverables.marts_of(spec.key.path[-1])), spec.key
        assert read < marts or spec.key.path[-1] == "exports", "on everything"
        assert PUBLISHED in {dep.asset_key for dep in spec.deps}, "made of the published file"
        assert spec.kinds, spec.key
    assert dg.AssetKey(["needs"]) not in deliverables.marts_of("map")


def test_a_source_bears_the_kinds_of_its_files() -> None:
    kinds = {name: sources.kinds_of(source) for name, source in known_sources().items()}
    assert kinds["ocha_3w_mli"] == {"excel"}
    assert kinds["mrf_provider_survey"] == {"excel", "json", "zip"}
    assert kinds["mapping_report_pdf"] == {"pdf"}
    assert "file" not in set().union(*kinds.values())


@pytest.mark.parametrize("source", known_sources().values(), ids=known_sources())
def test_each_source_has_a_job_of_its_own(source: sources.Source) -> None:
    job = defs.resolve_job_def(f"read_{source.id}")
    rows = {sources.validated_key(shape, source.id) for shape in source.shapes}
    assert job.asset_layer.executable_asset_keys == {sources.INVENTORY, sources.raw_key(source.id), *rows}


def test_every_asset_has_an_owner_of_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = defs.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.executable_asset_keys}
    assert groups == set(settings.GROUPS)
    assert all(graph.get(key).owners == [settings.DEFAULT_OWNER] for key in graph.executable_asset_keys)
    monkeypatch.setenv("MRF_OWNERS", "marts=team:analyse, sources=saisie@example.org")
    assert sources.owned_by("marts") == ["team:analyse"]
    assert sources.owned_by("sources") == ["saisie@example.org"]
    assert sources.owned_by("livrables") == [settings.DEFAULT_OWNER]


@pytest.mark.parametrize("wrong", ["marchés=team:analyse", "marts=analyse", "marts"])
def test_an_owner_that_dagster_would_refuse_is_said(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_OWNERS", wrong)
    with pytest.raises(settings.SettingError, match="MRF_OWNERS"):
        settings.settings()


@pytest.mark.parametrize(("as_of", "is_in_time"), [("2024-03-31", True), ("2024-04-02", False)])
def test_a_source_is_late_by_its_own_rhythm(as_of: str, is_in_time: bool) -> None:
    """The rows say how old it is, however often a run reads the same file again."""
    source = known_sources()["ocha_3w_mli"]
    assert source.renewed_every == 92
    with tempfile.TemporaryDirectory() as folder:
        rows = Workspace(Path(folder)).records("service", source.id)
        rows.parent.mkdir(parents=True)
        days = [dt.date(2023, 12, 31), dt.date(2023, 6, 30), None]
        pq.write_table(pa.table({"observed_on": pa.array(days, pa.date32())}), rows)
        last = sources.newest(Workspace(Path(folder)), source)
    told = sources.freshness(source, last, dt.date.fromisoformat(as_of))
    assert told.passed is is_in_time
    assert told.severity == dg.AssetCheckSeverity.WARN, "readers keep what there is"
    assert "31/12/2023" in str(told.description)


def test_a_source_that_never_came_is_not_late() -> None:
    source = known_sources()["ocha_3w_mli"]
    with tempfile.TemporaryDirectory() as folder:
        assert sources.newest(Workspace(Path(folder)), source) is None
    assert sources.freshness(source, None, dt.date(2024, 4, 2)).passed
