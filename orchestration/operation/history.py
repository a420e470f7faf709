"""Dagster's own files in a data root: damaged ones are set aside and recreated, since publications do not need them.

Only the history of runs is lost, and the user is told.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import yaml

from warehouse.paths import Layout
from warehouse.state_files import set_aside

# Dagster opens nothing without these; the others hold the events of one run each.
_NEEDED = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
_HISTORY_LOST = "L’historique des exécutions est perdu, en tout ou en partie ; les publications sont intactes."
_MAGIC = b"SQLite format 3\0"
_JOURNALS = ("-wal", "-shm", "-journal")


def repair_settings(path: Path) -> list[str]:
    """Sets aside a settings file that Dagster could not read; returns what was done, in sentences."""
    try:
        if not path.exists() or isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict):
            return []
    except (OSError, UnicodeError, yaml.YAMLError):
        pass
    aside = set_aside(path, dt.datetime.now(dt.UTC))
    return [f"{path} était coupé ou illisible : mis à part ({aside.name}) et refait d’après le projet."]


def repair(layout: Layout, made: Path, is_thorough: bool = False) -> list[str]:
    """Sets aside Dagster's SQLite files that cannot be opened; returns what was done, in sentences.

    ``made``: the marker that all files were created; it is removed when one must be recreated. ``is_thorough``: also
    reads through the events of each run, some milliseconds a run.
    """
    messages = []
    for path in sorted(layout.dagster_home.rglob("*.db")):
        is_needed = path.relative_to(layout.dagster_home).as_posix() in _NEEDED
        if not (_is_sound(path) if is_needed or is_thorough else _is_database(path)):
            aside = set_aside(path, dt.datetime.now(dt.UTC))
            for ending in _JOURNALS:
                path.with_name(path.name + ending).unlink(missing_ok=True)
            messages.append(f"{path} était abîmé : mis à part ({aside.name}) et recommencé. {_HISTORY_LOST}")
    lost = [name for name in _NEEDED if not (layout.dagster_home / name).is_file()]
    if lost and made.exists():
        made.unlink()
        if not messages:
            messages.append(f"{layout.dagster_home / lost[0]} manquait : recommencé. {_HISTORY_LOST}")
    return messages


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except PermissionError:
        return True  # unreadable is not damaged: whoever opens it reports the error
    except OSError:
        return False


def _is_sound(path: Path) -> bool:
    """Whether SQLite's check of a file passes; a busy file is in use and counts as sound."""
    if not _is_database(path):
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            return bool(connection.execute("pragma quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False
