"""Dagster's instance in the data root: its settings file, its storage, and the runs that a crash left open."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from filelock import FileLock, Timeout

from ingestion.country import pack
from orchestration.operation import history
from orchestration.settings import POSTGRES, SettingError
from warehouse.paths import PROJECT, Layout
from warehouse.plain_path import NoPlainPath, plain
from warehouse.storage import write_atomically

if TYPE_CHECKING:
    import dagster as dg

WRITTEN = "# Écrit par « mrf » : ôter cette ligne pour y garder vos propres réglages.\n"
# The address stays in the environment: it holds a password.
_POSTGRES_STORAGE = f"storage:\n  postgres:\n    postgres_url:\n      env: {POSTGRES}\n"
_SQLITE_STORAGE = """event_log_storage:
  module: orchestration.upstream.event_log
  class: EventLog
  config:
    base_dir:
      env: DAGSTER_HOME
"""
# SQLAlchemy 2.1 takes a plain address for psycopg 3; dagster-postgres comes with psycopg2.
_PLAIN, _WITH_DRIVER = "postgresql://", "postgresql+psycopg2://"
_ALIVE = "alive.lock"
_MADE = ".storage_made"
_SECONDS_TO_BEGIN, _SECONDS_TO_END = 900, 3  # from launch to the first step; from the last step to the run’s end


def write_lock(layout: Layout) -> FileLock:
    """The one write lock of a data root; re-entrant within a process."""
    layout.root.mkdir(parents=True, exist_ok=True)
    return FileLock(layout.lock, is_singleton=True, thread_local=False)


def settings_file(layout: Layout) -> Path:
    """Dagster's settings in the data root."""
    return layout.dagster_home / "dagster.yaml"


def refuse_other_country(layout: Layout) -> None:
    """Raises SettingError if the root holds the data of another country than the one in use."""
    held = layout.country.read_text(encoding="utf-8").strip() if layout.country.exists() else ""
    if not held and layout.catalog.exists():
        held = pack.DEFAULT  # published before roots said their country
    if held and held != pack.iso3():
        raise SettingError(
            f"{layout.root} tient les données de « {held} » et non de « {pack.iso3()} » : une racine par pays"
            f" ({pack.SETTING}={held}, ou un autre MRF_DATA)"
        )


def prepare(layout: Layout, is_thorough: bool = False) -> list[str]:
    """Updates Dagster's settings in the data root and sets the environment of this process and its children.

    A settings file without our first line belongs to the user and stays as it is. Returns, in sentences, what was
    damaged and recreated; ``is_thorough`` also checks the history of every run. Raises SettingError.
    """
    refuse_other_country(layout)
    layout.landing.mkdir(parents=True, exist_ok=True)
    if not layout.country.exists():
        write_atomically(layout.country, f"{pack.iso3()}\n".encode())
    layout.dagster_home.mkdir(parents=True, exist_ok=True)
    path, wanted = settings_file(layout), _wanted()
    messages = history.repair_settings(path)
    current = path.read_text(encoding="utf-8") if path.exists() else WRITTEN
    if current.startswith(WRITTEN) and current != wanted:
        # A history split over two databases would be worse than a refusal.
        if _POSTGRES_STORAGE in current and _POSTGRES_STORAGE not in wanted:
            raise SettingError(
                f"l’historique de cette racine est dans PostgreSQL, et {POSTGRES} n’est pas posé ; pour revenir à"
                f" SQLite, effacer {path}"
            )
        write_atomically(path, wanted.encode())
    if os.environ.get(POSTGRES, "").startswith(_PLAIN):
        os.environ[POSTGRES] = _WITH_DRIVER + os.environ[POSTGRES].removeprefix(_PLAIN)
    try:
        os.environ["DAGSTER_HOME"] = str(Layout(plain(layout.root)).dagster_home)
    except NoPlainPath as reason:
        raise SettingError(str(reason)) from reason
    os.environ["MRF_DATA"] = str(layout.root)
    return messages + _make_storage(layout, is_thorough)


def _make_storage(layout: Layout, is_thorough: bool) -> list[str]:
    """Has Dagster create its SQLite files, one process at a time; returns sentences about those that are damaged.

    Two processes that open a new root at once write different versions into `schedules.db`, which then cannot be
    opened: « Version table 'alembic_version' has more than one head present ».
    """
    made = layout.dagster_home / _MADE
    with FileLock(f"{made}.lock"):
        if keeps_history_elsewhere(layout):
            return []
        messages = history.repair(layout, made, is_thorough)
        if not made.exists():
            import dagster as dg

            with dg.DagsterInstance.get():
                made.touch()
        return messages


def keeps_history_elsewhere(layout: Layout) -> bool:
    """Whether Dagster's history of a data root is in a database server, so that its files are incomplete."""
    path = settings_file(layout)
    return path.exists() and "storage" in (yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def _wanted() -> str:
    text = WRITTEN + (PROJECT / "dagster.yaml").read_text(encoding="utf-8")
    if not os.environ.get(POSTGRES):
        return text + _SQLITE_STORAGE
    if importlib.util.find_spec("dagster_postgres") is None:
        raise SettingError(f"{POSTGRES} est posé : installer aussi « pip install -e '.[postgres]' »")
    return text + _POSTGRES_STORAGE


def _alive_file(layout: Layout, run_id: str) -> Path:
    return layout.run_folder(run_id) / _ALIVE


@contextmanager
def alive(layout: Layout, run_id: str) -> Iterator[None]:
    """Marks the process of a run as alive: the system releases the lock however the process ends.

    The file stays behind only if the process was killed or could not report its end to Dagster.
    """
    path = _alive_file(layout, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path, is_singleton=True, thread_local=False):
        yield
        path.unlink(missing_ok=True)


def was_interrupted(layout: Layout) -> bool:
    """Whether a run was killed and not closed yet; looks at files only, because importing Dagster takes seconds."""
    return any(_is_free(path) for path in _alive_files(layout))


def _alive_files(layout: Layout) -> list[Path]:
    return sorted(layout.run_folder("_").parent.glob(f"*/{_ALIVE}"))


def interrupted(layout: Layout, instance: dg.DagsterInstance) -> list[str]:
    """The open runs whose process is gone."""
    import dagster as dg

    statuses = dg.DagsterRunStatus
    open_states = [statuses.NOT_STARTED, statuses.STARTING, statuses.STARTED]
    records = instance.get_run_records(dg.RunsFilter(statuses=open_states))
    return [r.dagster_run.run_id for r in records if _is_gone(layout, r.dagster_run.run_id, r.update_timestamp)]


def close_interrupted(layout: Layout, instance: dg.DagsterInstance) -> list[str]:
    """Marks as failed the runs whose process is gone, and returns their ids.

    Dagster's default launcher has no health check: after a power cut such a run stays « started » for ever, and with
    one run at a time no other would start. The daemon may retry the runs marked here.
    """
    if gone := interrupted(layout, instance):
        time.sleep(_SECONDS_TO_END)
    closed = []
    for run in filter(None, map(instance.get_run_by_id, gone)):
        if not run.is_finished:
            instance.report_run_failed(run, "Exécution interrompue : son processus n’existe plus.")
            closed.append(run.run_id)
    for path in _alive_files(layout):
        owner = instance.get_run_by_id(path.parent.name)
        # A run that a damaged history no longer knows is alive as long as its lock is held.
        if owner.is_finished if owner is not None else _is_free(path):
            path.unlink(missing_ok=True)
    return closed


def forget_future_ticks(instance: dg.DagsterInstance, now: dt.datetime) -> bool:
    """Clears the state of schedules and sensors if a last tick lies in the future; returns whether one did.

    After the clock was set back Dagster starts none of them until it has caught up. All restart by themselves.
    """
    ticks = (
        tick
        for state in instance.all_instigator_state()
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
    )
    if is_future := any(tick.timestamp > now.timestamp() for tick in ticks):
        instance.wipe_all_schedules()
    return is_future


def _is_gone(layout: Layout, run_id: str, changed_at: dt.datetime) -> bool:
    path = _alive_file(layout, run_id)
    if not path.exists():  # it has not reached its first step, or never will
        return (dt.datetime.now(dt.UTC) - changed_at).total_seconds() > _SECONDS_TO_BEGIN
    return _is_free(path)


def _is_free(path: Path) -> bool:
    try:
        with FileLock(path).acquire(timeout=0):
            return True
    except Timeout:
        return False


def is_writing(layout: Layout) -> bool:
    """Whether another process holds the lock of the data root."""
    try:
        with write_lock(layout).acquire(timeout=0):
            return False
    except Timeout:
        return True
