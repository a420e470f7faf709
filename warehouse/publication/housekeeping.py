"""First steps of every command: clears leftovers of killed ones, and refuses changes to a damaged root."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from warehouse import state_files
from warehouse.paths import Layout, Workspace
from warehouse.privacy import forgotten
from warehouse.publication import backup, nature, publish
from warehouse.resolution import state
from warehouse.state_files import Damaged
from warehouse.storage import write_json

_PART = re.compile(r"\..+\.(?P<process>\d+)\.part")
STATE = "state"  # the name that accepts the loss of state files
_ACCEPT = f"« mrf run --accept-loss {STATE} »"
_NEW_IDS = (
    f"Remettre ce fichier d’une sauvegarde, puis relancer ; s’il n’y en a aucune, {_ACCEPT} : des identifiants que les"
    " lecteurs connaissent peuvent alors changer."
)
_OF_PEOPLE = f"Le remettre d’une sauvegarde, puis relancer ; si c’est voulu, {_ACCEPT}."
_ACCEPTED = "accepted_loss.json"


def clear_leftovers(layout: Layout) -> list[str]:
    """Clears leftovers of killed commands; returns, in sentences, what people should know. Under the write lock.

    Decrypted copies go first. An interrupted publication, import or backup is completed or undone; an interrupted
    restore is left to « mrf restore ». Raises StateError, Damaged.
    """
    for workspace in _workspaces(layout):
        shutil.rmtree(workspace.opened, ignore_errors=True)
        shutil.rmtree(workspace.reading, ignore_errors=True)
    _clear_parts(layout)
    _clear_pulls(layout)
    backup.clear_unfinished(layout)
    if layout.restore_journal.exists():
        return [backup.RESTORE_INTERRUPTED]
    if backup.unfinished_restore(layout).exists():  # killed before it moved anything
        shutil.rmtree(backup.unfinished_restore(layout), ignore_errors=True)
    publish.remove_unfinished(layout)
    if publish.has_real(layout):
        nature.mark_real(layout)
    messages = []
    for workspace in _workspaces(layout):
        if state.finish_additions(workspace):
            messages.append("Un import de réponses avait été interrompu : il est terminé, aucune réponse ne manque.")
    return messages + _mend_ids(layout)


def _workspaces(layout: Layout) -> Iterator[Workspace]:
    yield from (layout.workspace(is_demo) for is_demo in (False, True))


def _clear_parts(layout: Layout) -> None:
    """Removes temporary files of dead processes; the landing folder is left alone."""
    folders = [layout.build, layout.alerts, layout.dagster_home, layout.pulls]
    for workspace in _workspaces(layout):
        folders += [workspace.state, workspace.validated, workspace.rejected, workspace.restricted, workspace.resolved]
        folders += [workspace.originals, workspace.parts]
    parts = [path for folder in folders for path in folder.rglob(".*.part")]
    parts += [*layout.root.glob(".*.part"), *layout.root.glob("demo/.*.part")]
    parts += [*layout.published.glob(".*.part"), *layout.published.glob("*/.*.part")]
    for path in parts:
        written_by = _PART.fullmatch(path.name)
        if written_by and not _lives(int(written_by["process"])):
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _clear_pulls(layout: Layout) -> None:
    """Removes temporary files of pulls (a page or the file to land), unless the pull is still running."""
    for folder in layout.pulls.glob("*/"):
        try:
            with FileLock(folder / "lock").acquire(timeout=0):
                for path in [*folder.glob(".*.part"), *layout.landing.glob(f".{folder.name}_*.part")]:
                    path.unlink(missing_ok=True)
        except Timeout:
            continue


def refuse_if_damaged(layout: Layout) -> None:
    """Raises RestoreInterrupted, Damaged or StateError if the root must not be changed: see `lost`."""
    if layout.restore_journal.exists():
        raise RestoreInterrupted()
    for reason in losses(layout):
        raise reason


def losses(layout: Layout) -> Iterator[Damaged | state.StateError]:
    """Losses and damages that cannot be rebuilt: given ids, people's decisions, receipts of erasures."""
    catalog = publish.catalog(layout)
    if catalog is None:
        return
    workspace, left = layout.workspace(catalog["is_demo"]), _left(layout, catalog)
    if flaw := _flaw_of_ids(workspace, left):
        yield Damaged(
            state.entity_ids_path(workspace),
            f"{flaw} : le registre des identifiants que les publications ont donnés",
            _NEW_IDS,
        )
    try:
        yield from _fewer(workspace, left)
    except state.StateError as reason:
        yield reason
    if (missing := _rows_of(left, forgotten.FOLDER) - len(forgotten.files(workspace))) > 0:
        yield Damaged(
            workspace.forgotten,
            f"{missing} reçu(s) d’effacement perdu(s), ce qui a été effacé pourrait revenir",
            "Les remettre d’une sauvegarde, puis relancer ; s’il n’y en a aucune, redemander ces effacements par"
            " « mrf forget ».",
        )


def _fewer(workspace: Workspace, left: dict[str, Any]) -> Iterator[Damaged]:
    """Files of decisions with fewer rows than at the last publication; nobody is supposed to delete any."""
    accepted = _accepted(workspace)
    for name in (state.ANSWERS, state.OVERRIDES):
        path, before = workspace.state / name, _rows_of(left, name)
        fewer = before - state.count(path)
        if fewer > 0 and accepted.get(name) != before:
            fault = "perdu" if not path.exists() else "coupé"
            yield Damaged(path, f"{fault} : {fewer} décision(s) de moins qu’à la dernière publication", _OF_PEOPLE)


def _accepted(workspace: Workspace) -> dict[str, int]:
    """By file, the number of decisions at the last publication whose loss a person accepted."""
    try:
        return dict(state_files.read(workspace.state / _ACCEPTED, dict[str, int]) or {})
    except Damaged:
        return {}


def accept_loss(layout: Layout, now: dt.datetime) -> list[str]:
    """Gives up lost ids and decisions, as a person asked; returns, in sentences, what is given up.

    Receipts of erasures are never given up: the erasure must be asked for again. To be called under the write lock.
    """
    messages = []
    for reason in list(losses(layout)):
        if not isinstance(reason, Damaged):
            continue
        workspace = next(one for one in _workspaces(layout) if reason.path.is_relative_to(one.state))
        if reason.path.name == state.ENTITY_IDS:
            if reason.path.is_file():
                state_files.set_aside(reason.path, now)
            state.begin_ids_anew(workspace)
        elif reason.path.name in (state.ANSWERS, state.OVERRIDES):
            before = _rows_of(_left(layout, publish.catalog(layout) or {}), reason.path.name)
            write_json(workspace.state / _ACCEPTED, _accepted(workspace) | {reason.path.name: before})
        else:
            continue
        messages.append(f"Perte acceptée : {reason.path}, {reason.found}.")
    return messages


def problems(layout: Layout) -> list[str]:
    """What is wrong with the state files of a root, and what to do: a sentence each. Changes nothing."""
    if layout.restore_journal.exists():
        return [backup.RESTORE_INTERRUPTED]
    catalog = publish.catalog(layout)
    if catalog is None:
        return []
    wrong = [text for text in (publish.flaw(layout, catalog["current"]),) if text]
    wrong += [str(reason) for reason in losses(layout)]
    workspace = layout.workspace(catalog["is_demo"])
    for path in sorted(workspace.state_file("_").parent.glob("*.json")):
        wrong += _flaw(path, state_files.DeliveryState, "« mrf run » relit les fichiers de cette source.")
    wrong += _flaw(layout.backup_record, state_files.BackupRecord, "« mrf backup » en écrit un autre.")
    try:
        forgotten.receipts(workspace)
    except forgotten.ReceiptDamaged as reason:
        wrong.append(str(reason))
    return wrong


def _flaw(path: Path, kind: Any, todo: str) -> list[str]:
    try:
        state_files.read(path, kind, todo)
    except Damaged as reason:
        return [str(reason)]
    return []


class RestoreInterrupted(Exception):
    """A restore was interrupted: nothing may be published or changed before it is repeated."""

    def __init__(self) -> None:
        super().__init__(backup.RESTORE_INTERRUPTED)


def _left(layout: Layout, catalog: dict[str, Any]) -> dict[str, Any]:
    """`state/` as the newest publication of this nature left it, from the newest readable manifest."""
    manifests = [manifest for pointer in _named(catalog) if (manifest := _manifest(layout, pointer))]
    same = [one for one in manifests if one["is_demo"] == catalog["is_demo"] and one.get("state", {}).get("left")]
    newest = max(same, key=lambda one: str(one["published_at"]), default=None)
    return dict(newest["state"]["left"]) if newest else {}


def _named(catalog: dict[str, Any]) -> list[str]:
    return [entry["current"] for entry in (*catalog["history"], catalog)]


def _manifest(layout: Layout, pointer: str) -> dict[str, Any] | None:
    try:
        return publish.manifest_of(layout, pointer)
    except Damaged:
        return None


def _rows_of(left: dict[str, Any], name: str) -> int:
    return int(left.get(name, {}).get("rows", 0))


def _flaw_of_ids(workspace: Workspace, left: dict[str, Any]) -> str:
    """What is wrong with the registry of ids; "" if nothing is, or no publication gave any."""
    path = state.entity_ids_path(workspace)
    try:
        state.entity_ids(workspace)
    except Damaged as reason:
        return reason.found
    return "perdu" if _rows_of(left, state.ENTITY_IDS) and not path.exists() else ""


def _mend_ids(layout: Layout) -> list[str]:
    catalog = publish.catalog(layout)
    if catalog is None:
        return []
    workspace, left = layout.workspace(catalog["is_demo"]), _left(layout, catalog)
    if not (flaw := _flaw_of_ids(workspace, left)):
        return []
    entries = sorted([*catalog["history"], catalog], key=lambda entry: str(entry["published_at"]))
    folders = [layout.run_folder(entry["run_id"]) for entry in entries if entry["is_demo"] == catalog["is_demo"]]
    path = state.entity_ids_path(workspace)
    if not state.mend_ids(workspace, folders, _rows_of(left, state.ENTITY_IDS)):
        return []
    return [f"{path} était {flaw} : refait d’après ce que les exécutions ont gardé, aucun identifiant ne change."]
