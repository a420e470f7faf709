"""Each mart may be materialized alone, as the interface asks it: the asset with all of its checks."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.defs.definitions import defs
from orchestration.defs.publication import mart_names
from orchestration.defs.transform import MANIFEST, dbt_build
from orchestration.pipeline import dbt_rules


@pytest.mark.parametrize("mart", mart_names())
def test_a_mart_is_materialized_with_its_checks(mart: str) -> None:
    job = defs.resolve_implicit_global_asset_job_def()
    checks = defs.resolve_asset_graph().get_check_keys_for_assets({dg.AssetKey([mart])})
    alone = job.get_subset(asset_selection={dg.AssetKey([mart])}, asset_check_selection=checks)
    assert alone.asset_layer.executable_asset_keys == {dg.AssetKey([mart])}


def test_every_test_of_dbt_is_a_check() -> None:
    """One over several models says with which it is shown, in its own file: a partial parse forgets what a yml says."""
    shown = {spec.metadata["dagster_dbt/unique_id"] for spec in dbt_build.check_specs}
    assert {test["unique_id"] for test in dbt_rules.tests(MANIFEST)} == shown
