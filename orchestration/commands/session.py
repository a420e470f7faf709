"""Shared by the commands: a data root that is prepared, locked and free of leftovers of killed commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import Timeout
from rich.markup import escape

from ingestion.country import consistency, pack
from ingestion.errors import DeclarationError
from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, stop, warnings
from orchestration.language import _, translated
from orchestration.operation import alerts, instance
from orchestration.operation.instance import is_writing
from orchestration.settings import SettingError, settings
from warehouse.paths import Layout
from warehouse.publication import backup as backups
from warehouse.publication import housekeeping, publish
from warehouse.resolution.state import StateError
from warehouse.state_files import Damaged

if TYPE_CHECKING:
    import dagster as dg

_WAIT_SECONDS = 600


# The only commands allowed during an unfinished restore: they change nothing, or end it.
_CHANGING = ("run", "review", "forget", "prune", "rollback", "backup", "deliver", "pull")


def begin_command(command: str | None) -> None:
    """First step of every command: looks at the country's files, clears leftovers of killed commands, and stops if a
    restore was interrupted.

    Skipped if another command holds the lock, which does the same, and if the root is read-only.
    """
    layout = Layout.from_environment()
    try:
        pack.pack()
        consistency.check()
        instance.refuse_other_country(layout)
    except (DeclarationError, SettingError) as error:
        stop(error, WRONG_USE)
    if not layout.root.is_dir():
        return
    try:
        with instance.write_lock(layout).acquire(timeout=0):
            for text in housekeeping.clear_leftovers(layout):
                warn(text)
    except (Timeout, OSError):
        pass
    except (StateError, Damaged) as reason:
        warn(str(reason))
    if layout.restore_journal.exists() and command in _CHANGING and not is_writing(layout):
        stop(backups.RESTORE_INTERRUPTED, NOT_PUBLISHED)


def warn(text: str) -> None:
    """Prints to the error stream: the output of a command may be read by a program."""
    warnings.print(f"[yellow]{escape(translated(text))}[/]", soft_wrap=True)


def refuse_damaged(layout: Layout, is_announced: bool = False) -> None:
    """Ends the command if something irreplaceable is lost: given ids, people's decisions, receipts of erasures."""
    try:
        housekeeping.refuse_if_damaged(layout)
    except (housekeeping.RestoreInterrupted, StateError, Damaged) as reason:
        if is_announced:
            show_problems(alerts.not_started(layout, str(reason)))
        stop(_("Rien n’est changé. {reason}", reason=reason), NOT_PUBLISHED)


def prepared(is_thorough: bool = False) -> Layout:
    """The data root, with Dagster's instance in it; a wrong setting ends the command.

    ``is_thorough``: looks for damage in all of Dagster's history.
    """
    layout = Layout.from_environment()
    try:
        for text in instance.prepare(layout, is_thorough):
            warn(text)
    except SettingError as error:
        stop(error, WRONG_USE)
    _restore_catalog(layout)
    return layout


def _restore_catalog(layout: Layout) -> None:
    """Rebuilds a lost catalog and says so; a run that holds the lock does it itself."""
    if not publish.is_catalog_lost(layout):
        return
    try:
        with instance.write_lock(layout).acquire(timeout=0):
            publish.restore_catalog(layout)
    except Timeout:
        return
    console.print(f"[yellow]{translated(publish.REBUILT)}[/]", soft_wrap=True)


def repair_after_kill(layout: Layout) -> None:
    """With nothing to run: completes what a run killed after moving the pointer left undone."""
    try:
        with instance.write_lock(layout).acquire(timeout=0):
            publish.link_current(layout)
            if instance.was_interrupted(layout):
                import dagster as dg

                with dg.DagsterInstance.get() as dagster:
                    instance.close_interrupted(layout, dagster)
    except Timeout:
        pass  # another run is writing and will do it


def tidy_after_run(layout: Layout, dagster: dg.DagsterInstance) -> None:
    """Applies retention at the end of a run, if no daemon does; skipped if another process is writing."""
    from orchestration.operation.retention import prune as removed_by

    try:
        with instance.write_lock(layout).acquire(timeout=0):
            removed = removed_by(layout, dagster, settings(), dt.datetime.now(dt.UTC))
    except Timeout:
        return
    except SettingError as error:
        console.print(
            _("[yellow]Rétention non faite :[/] {error}", error=escape(translated(str(error)))), soft_wrap=True
        )
        return
    if removed:
        console.print(_("Rétention : {count} élément(s) effacé(s)", count=len(removed)))


def show_problems(problems: list[str]) -> None:
    """Lists the alerts that could not be sent: only a warning, since the events have their own exit codes."""
    for problem in problems:
        console.print(
            _("[yellow]Annonce non partie :[/] {problem}", problem=escape(translated(problem))), soft_wrap=True
        )


@contextmanager
def in_words() -> Iterator[None]:
    """Ends the command in plain words if a backup cannot be made or read."""
    try:
        yield
    except backups.BackupError as error:
        stop(error, NOT_PUBLISHED)
    except OSError as error:
        stop(_("{file} : {problem}", file=error.filename, problem=error.strerror), NOT_PUBLISHED)


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Holds the lock of the data root; waits as long as a run may take."""
    try:
        with console.status(_("attente du verrou")):
            lock = instance.write_lock(layout).acquire(timeout=_WAIT_SECONDS)
    except Timeout:
        stop(
            _(
                "Une autre exécution écrit dans {root} depuis {wait_seconds} s.",
                root=layout.root,
                wait_seconds=_WAIT_SECONDS,
            ),
            NOT_PUBLISHED,
        )
    with lock:
        yield
