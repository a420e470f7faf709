"""The event log says what Dagster's own says, whichever way the events come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.upstream.event_log import EventLog


@dg.asset(check_specs=[dg.AssetCheckSpec("tenu", asset="services")])
def services():  # Dagster would take an annotation for its one output
    """An asset with a check."""
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="tenu")])


@pytest.fixture(scope="module")
def events() -> list[dg.EventLogEntry]:
    """The events of a real run."""
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([services], instance=instance)
        return list(instance.all_logs(run.run_id))


def told(log: SqliteEventLogStorage, run_id: str) -> tuple[Any, ...]:
    key = dg.AssetKey("services")
    latest = log.get_latest_materialization_events([key])[key]
    checks = log.get_latest_asset_check_execution_by_key([dg.AssetCheckKey(key, "tenu")])
    return log.get_logs_for_run(run_id), latest, [(k, c.status, c.run_id) for k, c in checks.items()]


@pytest.mark.parametrize("is_batch", [False, True])
def test_it_tells_what_dagster_stores(events: list[dg.EventLogEntry], is_batch: bool, tmp_path: Path) -> None:
    own, ours = SqliteEventLogStorage(str(tmp_path / "own")), EventLog(str(tmp_path / "ours"))
    for event in events:
        own.store_event(event)
    if is_batch:
        ours.store_event_batch(events)
    else:
        for event in events:
            ours.store_event(event)
    run_id = events[0].run_id
    assert told(ours, run_id) == told(own, run_id)
    again = SqliteEventLogStorage(str(tmp_path / "ours"))
    assert told(again, run_id) == told(own, run_id), "Dagster’s own class reads the same files"


def test_a_batch_is_stored_whole_or_not_at_all(events: list[dg.EventLogEntry], tmp_path: Path) -> None:
    log, run_id = EventLog(str(tmp_path)), events[0].run_id
    with pytest.raises(TypeError):
        log.store_event_batch([*events, events[-1]._replace(timestamp=None)])
    assert not log.get_logs_for_run(run_id)
    log.store_event_batch(events)
    assert len(log.get_logs_for_run(run_id)) == len(events)


def test_more_runs_than_files_kept_in_mind(events: list[dg.EventLogEntry], tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    run_ids = [f"00000000-0000-4000-8000-{n:012}" for n in range(10)]
    for run_id in run_ids:
        log.store_event(events[0]._replace(run_id=run_id))
    assert [len(log.get_logs_for_run(run_id)) for run_id in run_ids] == [1] * 10
