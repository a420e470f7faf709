"""Backup of a data root as a folder of plain files with their sha256, and restore.

Without `landing` and the key: landed files may hold personal data in the clear, and a key beside the data it encrypts
protects nothing. `build` is remade by the next run. Of `pulls` only the name of each landed file is kept, so that the
next pull replaces a landed file that was put back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from ingestion.digest import file_sha256
from warehouse import state_files
from warehouse.paths import Layout
from warehouse.privacy import forgotten
from warehouse.publication import publish
from warehouse.state_files import Damaged
from warehouse.storage import write_atomically, write_json

MANIFEST, SEAL, NAME, FORMAT = "backup.json", "backup.sha256", "mrf_backup_", 1
# Real and fictional workspaces, Dagster’s settings and history, and last `published`, so that readers see all or none.
PARTS = (
    "originals", "validated", "rejected", "restricted", "resolved", "state",
    "run.parquet", "source.parquet", "demo", "alerts", "dagster", "country", "published",
)  # fmt: skip
PULLED = "pulls/*/landed.json"
_LEFT_OUT = ("storage", "logs")  # below `dagster`: output of steps
_SPARE = 64 * 1024**2
_PART = ".part"  # suffix of a backup being written or removed
RESTORE_INTERRUPTED = (
    "Une restauration a été interrompue : rien n’est publié ni changé avant de l’avoir relancée, « mrf restore"
    " SAUVEGARDE --force ». Ce qui était en place est gardé, et revient si elle n’aboutit pas."
)


class BackupError(Exception):
    """A backup cannot be made or is damaged; names the file, what was expected and what to do."""


def make(layout: Layout, destination: Path, now: dt.datetime) -> Path:
    """Writes a backup into a new folder of ``destination``, verifies and returns it. To be called under the lock.

    An unfinished backup has a name that ends in `.part`. Raises BackupError.
    """
    if publish.catalog(layout) is None:
        raise BackupError(f"rien à sauvegarder dans {layout.root} : aucune publication")
    if destination.resolve().is_relative_to(layout.root):
        raise BackupError(f"{destination} est dans la racine de données : choisir un autre disque")
    _refuse_torn(layout)
    sources = _sources(layout)
    needed = sum(path.stat().st_size for path in sources.values()) + _SPARE
    destination.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(destination).free) < needed:
        raise BackupError(f"{destination} : {needed // 2**20} Mio nécessaires, {free // 2**20} Mio libres")
    folder = destination / f"{NAME}{now:%Y%m%dT%H%M%SZ}"
    if folder.exists():
        raise BackupError(f"{folder} existe déjà")
    part = folder.with_name(folder.name + _PART)
    write_json(layout.backup_journal, {"part": str(part)})
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)  # no more public than the root
    files = {name: _copied(path, part / name) for name, path in sources.items()}
    catalog = publish.catalog(layout)
    manifest = {"format": FORMAT, "made_at": now.isoformat(timespec="seconds"), "current": catalog}
    write_json(part / MANIFEST, manifest | {"files": files})
    write_atomically(part / SEAL, file_sha256(part / MANIFEST).encode())
    verify(part)
    os.replace(part, folder)
    write_json(layout.backup_record, {"folder": str(folder), "made_at": manifest["made_at"], "files": len(files)})
    layout.backup_journal.unlink(missing_ok=True)
    return folder


def clear_unfinished(layout: Layout) -> None:
    """Removes the folder of an interrupted backup, if its disk is mounted. Under the lock."""
    try:
        journal = state_files.read(layout.backup_journal, dict[str, str])
    except Damaged:
        layout.backup_journal.unlink(missing_ok=True)
        return
    if journal is None:
        return
    part = Path(journal.get("part", ""))
    if part.parent.is_dir():
        if part.name.startswith(NAME) and part.name.endswith(_PART):
            shutil.rmtree(part, ignore_errors=True)
        layout.backup_journal.unlink(missing_ok=True)


def _refuse_torn(layout: Layout) -> None:
    """Refuses to back up a damaged publication: it would displace good backups."""
    path = publish.current_file(layout)
    if wrong := publish.flaw(layout, str(path.relative_to(layout.published))):
        raise BackupError(f"Rien n’est sauvegardé. {wrong}")


def _sources(layout: Layout) -> dict[str, Path]:
    """Every file to keep, by name relative to the root."""
    sources = {}
    for part in PARTS:
        base = layout.root / part
        for path in [base] if base.is_file() else sorted(base.rglob("*")):
            name = path.relative_to(layout.root)
            if path.is_file() and not path.is_symlink() and path != layout.current and not _is_left_out(name):
                sources[name.as_posix()] = path
    return sources | {path.relative_to(layout.root).as_posix(): path for path in sorted(layout.root.glob(PULLED))}


def _is_left_out(name: Path) -> bool:
    # SQLite's own copy of a database includes its journal.
    is_journal = name.name.endswith(("-wal", "-shm", "-journal")) and name.parts[0] == "dagster"
    is_output = name.parts[0] == "dagster" and len(name.parts) > 1 and name.parts[1] in _LEFT_OUT
    is_damaged = any(state_files.ASIDE in part for part in name.parts)
    return is_journal or is_output or is_damaged or name.name.endswith((_PART, ".lock"))


def _copied(path: Path, target: Path) -> dict[str, Any]:
    """Copies a file (a SQLite database by its own means) and returns the sha256 and size of what was read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".db":
        _copy_database(path, target)
        return {"sha256": file_sha256(target), "bytes": target.stat().st_size}
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, target.open("wb") as copy:
        while block := source.read(1024 * 1024):
            digest.update(block)
            size += copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    shutil.copystat(path, target)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _copy_database(path: Path, target: Path) -> None:
    """A consistent copy of a database that the daemon keeps writing."""
    source, copy = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("pragma journal_mode = delete")  # a single file without a journal
        if copy.execute("pragma integrity_check").fetchone() != ("ok",):
            raise BackupError(f"{path} : base SQLite abîmée ; « mrf doctor » la met à part")
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} : base SQLite abîmée ({error}) ; « mrf doctor » la met à part") from error
    finally:
        copy.close()
        source.close()


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that matches it exactly. Raises BackupError at the first difference."""
    manifest = _manifest(folder)
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in (MANIFEST, SEAL)
    }
    files = manifest["files"]
    for name in sorted(set(files) | present):
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or path.is_symlink():
            raise BackupError(f"{name} : nom ou lien qui sort de la sauvegarde")
        if name not in present:
            raise BackupError(f"{name} manque : sauvegarde incomplète, en prendre une autre")
        if name not in files:
            raise BackupError(f"{name} n’était pas dans la sauvegarde : quelqu’un l’a ajouté, en prendre une autre")
        if path.stat().st_size != files[name]["bytes"] or file_sha256(path) != files[name]["sha256"]:
            raise BackupError(f"{name} n’est plus ce qui a été écrit : sauvegarde abîmée, en prendre une autre")
    return manifest


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file() or not (folder / SEAL).is_file():
        raise BackupError(f"{folder} n’est pas une sauvegarde entière : {MANIFEST} ou {SEAL} manque")
    if file_sha256(path) != (folder / SEAL).read_text(encoding="ascii", errors="replace").strip():
        raise BackupError(f"{path} n’est plus ce qui a été écrit : sauvegarde abîmée, en prendre une autre")
    try:
        manifest: dict[str, Any] = state_files.read(path, state_files.BackupManifest)
    except Damaged as error:
        raise BackupError(f"{path} : {error.found}, en prendre une autre") from error
    if manifest["format"] != FORMAT:
        raise BackupError(f"{path} : format {manifest['format']}, cette version lit le format {FORMAT}")
    return manifest


def restore(
    layout: Layout, folder: Path, is_forced: bool, now: dt.datetime, receipts: Iterable[Path] = ()
) -> Path | None:
    """Restores a verified backup into an empty root, or by force; existing files are then set aside, not removed.

    A journal records the moves: the next restore first undoes an interrupted one. ``receipts``: folders with receipts
    of later erasures, restored with the rest. Returns the folder of what was set aside. To be called under the lock.
    Raises BackupError.
    """
    if folder.name.endswith(_PART):
        raise BackupError(f"{folder} n’est pas allée à son terme : en prendre une autre")
    manifest = verify(folder)
    files = manifest["files"]
    undo_restore(layout, now)
    if manifest["current"]["is_demo"] and publish.has_real(layout):
        raise BackupError(f"{folder} : sauvegarde d’exemples fictifs, et {layout.root} a porté des données réelles")
    # The root's country is written before it holds anything.
    present = [part for part in (*PARTS, "build") if part != "country" and _holds_something(layout.root / part)]
    if present and not is_forced:
        raise BackupError(f"{layout.root} n’est pas vide ({', '.join(present)}) : choisir une autre racine, ou --force")
    needed = sum(one["bytes"] for one in files.values()) + _SPARE
    if (free := shutil.disk_usage(layout.root).free) < needed:
        raise BackupError(f"{layout.root} : {needed // 2**20} Mio nécessaires, {free // 2**20} Mio libres")
    made = unfinished_restore(layout)
    shutil.rmtree(made, ignore_errors=True)
    for name, one in files.items():
        if _copied_plainly(folder / name, made / name) != one["sha256"]:
            raise BackupError(f"{name} : mal copié, disque à vérifier")
    for asked in receipts:
        forgotten.copy_receipts(asked, Layout(made).workspace(False).forgotten)
    aside = layout.root / f"avant_restauration_{now:%Y%m%dT%H%M%SZ}" if present else None
    coming = [part for part in PARTS if (made / part).exists()]
    write_json(
        layout.restore_journal,
        {"backup": str(folder), "aside": aside.name if aside else "", "present": present, "coming": coming},
    )
    _exchange(layout, made, aside, present, coming)
    layout.restore_journal.unlink()
    return aside


def _exchange(layout: Layout, made: Path, aside: Path | None, present: list[str], coming: list[str]) -> None:
    """Sets existing parts aside and moves the restored ones into place."""
    for part in present:
        assert aside is not None
        aside.mkdir(exist_ok=True)
        os.replace(layout.root / part, aside / part)
    for part in coming:
        _remove(layout.root / part)  # empty
        os.replace(made / part, layout.root / part)
    for path in made.glob(PULLED):
        target = layout.root / path.relative_to(made)
        if not target.exists():  # the root's own state of landed files is newer
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.replace(path, target)
    shutil.rmtree(made)
    publish.link_current(layout)


def undo_restore(layout: Layout, now: dt.datetime) -> bool:
    """Undoes an interrupted restore; returns whether there was one. To be called under the lock.

    Restored parts are removed, since the backup has them. If interrupted itself, it resumes.
    """
    try:
        journal = state_files.read(layout.restore_journal, state_files.RestoreJournal)
    except Damaged:  # ownership is unknown: everything will be set aside as it is, and nothing is lost
        state_files.set_aside(layout.restore_journal, now)
        return False
    if journal is None:
        return False
    aside = layout.root / journal["aside"] if journal["aside"] else None
    for part in journal["coming"]:
        if part not in journal["present"] or (aside and (aside / part).exists()):
            _remove(layout.root / part)
    for part in journal["present"] if aside else ():
        if (aside / part).exists():
            _remove(layout.root / part)  # created by a command meanwhile, such as an empty history
            os.replace(aside / part, layout.root / part)
    if aside and aside.is_dir() and not any(aside.iterdir()):
        aside.rmdir()
    publish.link_current(layout)
    layout.restore_journal.unlink()
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def unfinished_restore(layout: Layout) -> Path:
    """The folder of files that a running restore has copied but not moved into place yet."""
    return layout.root / ".restoring"


def _holds_something(path: Path) -> bool:
    return path.is_file() or any(inner.is_file() or inner.is_symlink() for inner in path.rglob("*"))


def _copied_plainly(path: Path, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
    return file_sha256(target)


def complete(destination: Path) -> list[Path]:
    """The complete backups of a folder, oldest first."""
    return sorted(path for path in destination.glob(f"{NAME}*") if is_complete(path))


def is_complete(folder: Path) -> bool:
    """Whether a folder exists and holds a finished backup; it may have been damaged since."""
    return (folder / SEAL).is_file() and not folder.name.endswith(".part")


def made_at(folder: Path) -> str:
    """When a backup was made (ISO 8601). Raises BackupError."""
    return str(_manifest(folder)["made_at"])


def remove(folder: Path) -> None:
    """Removes a backup, its seal first: half removed, it no longer counts as one."""
    (folder / SEAL).unlink(missing_ok=True)
    shutil.rmtree(folder)


def remove_old_backups(made: Path, keep: int) -> list[Path]:
    """Removes all but ``keep`` complete backups beside the new one, and returns what it removed.

    Those dated after the new one go first: they were made earlier, by a clock that was ahead.
    """
    for path in made.parent.glob(f"{NAME}*"):
        if not (path / SEAL).is_file() and not path.name.endswith(_PART):
            shutil.rmtree(path, ignore_errors=True)  # its removal was interrupted
    beside = complete(made.parent)
    others = sorted((path for path in beside if path != made), key=lambda path: (path.name < made.name, path.name))
    gone = others[: max(len(beside) - keep, 0)]
    for path in gone:
        remove(path)
    return gone
