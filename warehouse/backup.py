"""A backup of a data root as a folder of plain files with their sha256, and the way back.

Not in it: `landing` and the key. Landed files may hold personal data in the clear, and a key beside what it encrypts
protects nothing. `build` is made again by the next run. Of `pulls` only which file each pull landed is kept, so that
the next one takes the place of a landed file that was put back.
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
from warehouse import publish
from warehouse.layout import Layout, read_json, write_json, write_whole
from warehouse.protection import forgotten

MANIFEST, SEAL, NAME, FORMAT = "backup.json", "backup.sha256", "mrf_backup_", 1
# Real and fictional workspaces, Dagster’s settings and history, and last what readers see: they find it whole or not.
PARTS = (
    "originals", "validated", "rejected", "restricted", "resolved", "state",
    "run.parquet", "source.parquet", "demo", "alerts", "dagster", "published",
)  # fmt: skip
PULLED = "pulls/*/landed.json"
_LEFT_OUT = ("storage", "logs")  # below `dagster`: what steps printed
_SPARE = 64 * 1024**2


class BackupError(Exception):
    """A backup cannot be made, or is not what was written; says which file, what was expected and what to do."""


def make(layout: Layout, destination: Path, now: dt.datetime) -> Path:
    """Writes a backup into a new folder of ``destination`` and returns it, verified. To be called under the lock.

    A folder whose name ends in `.part` is one that did not come to its end. Raises BackupError.
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
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)  # what is in it is no more public than the root
    files = {name: _copied(path, part / name) for name, path in sources.items()}
    told = {"format": FORMAT, "made_at": now.isoformat(timespec="seconds"), "current": publish.catalog(layout)}
    write_json(part / MANIFEST, told | {"files": files})
    write_whole(part / SEAL, file_sha256(part / MANIFEST).encode())
    verify(part)
    os.replace(part, folder)
    write_json(layout.backup_record, {"folder": str(folder), "made_at": told["made_at"], "files": len(files)})
    return folder


def _refuse_torn(layout: Layout) -> None:
    """A backup of a publication that is broken already would push out the good ones."""
    path = publish.current_file(layout)
    manifest = publish.manifest_of(layout, str(path.relative_to(layout.published)))
    if not path.exists() or file_sha256(path) != manifest["file_sha256"]:
        raise BackupError(f"{path} ne correspond plus à son manifeste : « mrf rollback » d’abord")


def _sources(layout: Layout) -> dict[str, Path]:
    """Every file to keep, by its name relative to the root."""
    found = {}
    for part in PARTS:
        base = layout.root / part
        for path in [base] if base.is_file() else sorted(base.rglob("*")):
            name = path.relative_to(layout.root)
            if path.is_file() and not path.is_symlink() and not _is_left_out(name):
                found[name.as_posix()] = path
    return found | {path.relative_to(layout.root).as_posix(): path for path in sorted(layout.root.glob(PULLED))}


def _is_left_out(name: Path) -> bool:
    # A database’s journal is in the copy that SQLite makes of it.
    is_journal = name.name.endswith(("-wal", "-shm", "-journal")) and name.parts[0] == "dagster"
    is_output = name.parts[0] == "dagster" and len(name.parts) > 1 and name.parts[1] in _LEFT_OUT
    return is_journal or is_output or name.name.endswith((".part", ".lock"))


def _copied(path: Path, target: Path) -> dict[str, Any]:
    """Copies a file and returns the sha256 and size of what was read; a SQLite database by its own means."""
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
    """One moment of a database that the daemon goes on writing."""
    source, copy = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("pragma journal_mode = delete")  # one file, no journal beside it
        if copy.execute("pragma integrity_check").fetchone() != ("ok",):
            raise BackupError(f"{path} : base SQLite abîmée")
    finally:
        copy.close()
        source.close()


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that is exactly what was written. Raises BackupError at the first difference."""
    manifest = _manifest(folder)
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in (MANIFEST, SEAL)
    }
    files = manifest["files"]
    for name in sorted(set(files) | found):
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or path.is_symlink():
            raise BackupError(f"{name} : nom ou lien qui sort de la sauvegarde")
        if name not in found:
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
    manifest: dict[str, Any] = read_json(path)
    if manifest["format"] != FORMAT:
        raise BackupError(f"{path} : format {manifest['format']}, cette version lit le format {FORMAT}")
    return manifest


def restore(
    layout: Layout, folder: Path, is_forced: bool, now: dt.datetime, receipts: Iterable[Path] = ()
) -> Path | None:
    """Puts a verified backup into an empty root, or by force beside what is there, which is set aside, not removed.

    ``receipts``: folders with receipts of erasures asked for since; they are there as soon as anything is.
    Returns the folder of what was set aside. To be called under the lock. Raises BackupError.
    """
    if folder.name.endswith(".part"):
        raise BackupError(f"{folder} n’est pas allée à son terme : en prendre une autre")
    files = verify(folder)["files"]
    present = [layout.root / part for part in (*PARTS, "build") if _holds_something(layout.root / part)]
    if present and not is_forced:
        names = ", ".join(path.name for path in present)
        raise BackupError(f"{layout.root} n’est pas vide ({names}) : choisir une autre racine, ou --force")
    needed = sum(told["bytes"] for told in files.values()) + _SPARE
    if (free := shutil.disk_usage(layout.root).free) < needed:
        raise BackupError(f"{layout.root} : {needed // 2**20} Mio nécessaires, {free // 2**20} Mio libres")
    made = unfinished_restore(layout)
    shutil.rmtree(made, ignore_errors=True)
    for name, told in files.items():
        if _copied_plainly(folder / name, made / name) != told["sha256"]:
            raise BackupError(f"{name} : mal copié, disque à vérifier")
    for asked in receipts:
        forgotten.carry(asked, Layout(made).workspace(False).forgotten)
    aside = layout.root / f"avant_restauration_{now:%Y%m%dT%H%M%SZ}" if present else None
    for path in present:
        assert aside is not None
        aside.mkdir(exist_ok=True)
        os.replace(path, aside / path.name)
    for part in (part for part in PARTS if (made / part).exists()):
        if (layout.root / part).is_dir():
            shutil.rmtree(layout.root / part)  # holds nothing
        os.replace(made / part, layout.root / part)
    for path in made.glob(PULLED):
        target = layout.root / path.relative_to(made)
        if not target.exists():  # what this root knows of its own landing is newer
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.replace(path, target)
    shutil.rmtree(made)
    publish.lead_site(layout)
    return aside


def unfinished_restore(layout: Layout) -> Path:
    """The folder that is there while a restore is under way, or where it was interrupted."""
    return layout.root / ".restoring"


def _holds_something(path: Path) -> bool:
    return path.is_file() or any(found.is_file() or found.is_symlink() for found in path.rglob("*"))


def _copied_plainly(path: Path, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
    return file_sha256(target)


def whole(destination: Path) -> list[Path]:
    """The whole backups of a folder, oldest first."""
    return sorted(path for path in destination.glob(f"{NAME}*") if is_whole(path))


def is_whole(folder: Path) -> bool:
    """Whether a folder is there and holds a backup that came to its end; not whether it is spoilt since."""
    return (folder / SEAL).is_file() and not folder.name.endswith(".part")


def made_at(folder: Path) -> str:
    """When a backup was made (ISO 8601)."""
    return str(read_json(folder / MANIFEST)["made_at"])


def remove(folder: Path) -> None:
    """Removes a backup; half removed, it is none."""
    (folder / SEAL).unlink()
    shutil.rmtree(folder)


def thin_out(made: Path, keep: int) -> list[Path]:
    """Removes all but ``keep`` whole backups beside the one just made, and returns what it removed.

    Those dated after it go first: they were made before it, by a clock that was ahead.
    """
    beside = whole(made.parent)
    others = sorted((path for path in beside if path != made), key=lambda path: (path.name < made.name, path.name))
    gone = others[: max(len(beside) - keep, 0)]
    for path in gone:
        remove(path)
    return gone
