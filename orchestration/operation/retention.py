"""The retention of one data root: its files, personal data past its term, and Dagster's history of runs."""

from __future__ import annotations

import datetime as dt
import shutil

import dagster as dg

from orchestration.settings import Settings
from orchestration.upstream.event_log import delete_runs
from warehouse.paths import Layout
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import open_vault
from warehouse.publication import retention


def prune(layout: Layout, instance: dg.DagsterInstance, settings: Settings, now: dt.datetime) -> list[str]:
    """Removes what the settings no longer keep and returns its names. To be called under the write lock."""
    removed = retention.prune(layout, settings.keep_publications, settings.keep_run_days, now)
    names = [str(path.relative_to(layout.root)) for path in removed] + _prune_history(layout, instance, settings, now)
    try:
        expired = expire(layout, settings.keep_personal_days, now)
    except KeyProblem as problem:  # the rest is removed anyway; « mrf forget --expired » reports the problem again
        return [*names, f"(données personnelles échues : non effacées, {problem})"]
    return names + [f"données personnelles du document {digest[:8]}" for digest in expired]


def _prune_history(layout: Layout, instance: dg.DagsterInstance, settings: Settings, now: dt.datetime) -> list[str]:
    """Removes old runs, which Dagster keeps for ever, but for those of kept publications and the last one."""
    before = now - dt.timedelta(days=settings.keep_run_days)
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    old = instance.get_run_records(dg.RunsFilter(statuses=ended, updated_before=before))
    latest = {run.run_id for run in instance.get_runs(limit=1)}
    ids = sorted({record.dagster_run.run_id for record in old} - retention.kept_runs(layout) - latest)
    delete_runs(instance, ids)
    for run_id in ids:
        shutil.rmtree(layout.dagster_home / "storage" / run_id, ignore_errors=True)
        for path in (layout.dagster_home / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink()
    return [f"exécution {run_id[:8]}" for run_id in ids]


def expire(layout: Layout, days: int, now: dt.datetime) -> list[str]:
    """Erases from `restricted` what arrived more than so many days ago; returns the documents. Under the lock."""
    workspace = layout.workspace(False)
    if not days or not (workspace.restricted / "originals").is_dir():
        return []
    return open_vault(workspace).expire(now - dt.timedelta(days=days))
