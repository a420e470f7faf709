"""What is private to Dagster, dagster-dbt and dbt, and used here all the same: an upgrade that changes it fails here."""

from __future__ import annotations

import inspect
import subprocess
import sys
from functools import cached_property
from importlib.resources import files

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._daemon import controller
from dagster_dbt import DbtCliResource

from orchestration.upstream import dbt_docs
from orchestration.upstream.dbt_cli import Dbt
from orchestration.upstream.event_log import EventLog


def test_the_event_log_overrides_what_dagster_calls() -> None:
    own, ours = (inspect.signature(log._connect) for log in (SqliteEventLogStorage, EventLog))
    assert list(own.parameters) == list(ours.parameters)
    source = inspect.getsource(SqliteEventLogStorage)
    assert "self._connect(" in source
    assert "self._initdb(" in source
    assert "self._initialized_dbs" in source


def test_dbt_overrides_what_dagster_dbt_calls() -> None:
    assert isinstance(inspect.getattr_static(DbtCliResource, "_cli_version"), cached_property)
    names = list(inspect.signature(DbtCliResource._initialize_dbt_core_adapter).parameters)
    assert names == list(inspect.signature(Dbt._initialize_dbt_core_adapter).parameters)
    called = inspect.getsource(DbtCliResource)
    assert "self._initialize_dbt_core_adapter(" in called
    assert "self._cli_version" in called


def test_the_daemon_reads_its_interval_when_it_runs() -> None:
    read = inspect.getsource(controller)
    assert read.count("RELOAD_WORKSPACE_INTERVAL") > 1
    program = (
        "from dagster._daemon import controller; before = controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE;"
        "import orchestration.upstream.daemon;"
        "print(controller.RELOAD_WORKSPACE_INTERVAL, controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["900", "900"]


def test_the_page_of_dbt_docs_has_the_places_to_fill() -> None:
    page = files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    for mark in (
        '"MANIFEST.JSON INLINE DATA"',
        '"CATALOG.JSON INLINE DATA"',
        "<title>dbt Docs</title>",
        'lang="en-US"',
    ):
        assert dbt_docs._replaced(page, mark, "") != page
