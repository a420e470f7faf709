"""Retention: removes old publications, files of old runs, and leftover temporary files.

Never the current publication. A publication leaves the catalog first and its folder a day later: a reader who has just
read the catalog still finds the file, and a disk that cannot remove open files gets another try.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from pathlib import Path

from warehouse.paths import Layout
from warehouse.publication import audit, nature, publish
from warehouse.storage import write_json

GRACE = dt.timedelta(days=1)
_PART = re.compile(r"\..+\.\d+\.part")


def prune(layout: Layout, keep_publications: int, keep_days: int, now: dt.datetime) -> list[Path]:
    """Removes what has expired and returns it. To be called under the write lock."""
    publish.restore_catalog(layout)  # publications missing in the catalog are removed for good
    _retire(layout, keep_publications, now)
    gone = [*publish.remove_unfinished(layout), *_removed_publications(layout, now)]
    return [*gone, *_removed_runs(layout, keep_days, now), *_removed_parts(layout, now)]


def _retire(layout: Layout, keep: int, now: dt.datetime) -> None:
    """Removes from the catalog's history what exceeds the number to keep, the current publication included."""
    catalog = publish.catalog(layout)
    if catalog is None:
        return
    pointers = dict.fromkeys(entry["current"] for entry in reversed([*catalog["history"], catalog]))  # newest first
    kept = set(list(pointers)[:keep])
    history = [entry for entry in catalog["history"] if entry["current"] in kept]
    if len(history) == len(catalog["history"]):
        return
    write_json(layout.catalog, catalog | {"history": history})
    for pointer in set(pointers) - kept:
        folder = (layout.published / pointer).parent
        if folder.is_dir():
            os.utime(folder, (now.timestamp(), now.timestamp()))  # starts its day of grace


def _removed_publications(layout: Layout, now: dt.datetime) -> list[Path]:
    """Removes the folders that left the catalog more than a day ago."""
    named = publish.catalog_folders(layout)
    if not named:
        return []
    folders = [
        p for p in sorted(layout.published.glob("*")) if nature.PUBLICATION.fullmatch(p.name) and not p.is_symlink()
    ]
    gone = [folder for folder in folders if folder.name not in named and _age(folder, now) > GRACE]
    for folder in gone:
        publish.remove(folder)
    return gone


def kept_runs(layout: Layout) -> set[str]:
    """The runs behind the publications of the catalog and the current build."""
    catalog = publish.catalog(layout)
    entries = [catalog, *catalog["history"]] if catalog else []
    return {entry["run_id"] for entry in entries} | {audit.run_of_build(layout).get("run_id", "")}


def _removed_runs(layout: Layout, keep_days: int, now: dt.datetime) -> list[Path]:
    kept, limit = kept_runs(layout), dt.timedelta(days=keep_days)
    folders = [p for p in layout.run_folder("_").parent.glob("*") if p.is_dir() and p.name not in kept]
    gone = [folder for folder in folders if _age(folder, now) > limit]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    alerts = [p for p in layout.alerts.glob("*.json") if _age(p, now) > limit]
    for path in alerts:
        path.unlink(missing_ok=True)
    return gone + alerts


def _removed_parts(layout: Layout, now: dt.datetime) -> list[Path]:
    """Removes temporary files left by a crash; the landing folder is left alone."""
    ours = [p for p in layout.root.glob("*") if p.is_dir() and p != layout.landing]
    parts = [p for folder in ours for p in folder.rglob(".*.part") if _PART.fullmatch(p.name) and _age(p, now) > GRACE]
    for path in parts:
        path.unlink(missing_ok=True)
    return parts


def _age(path: Path, now: dt.datetime) -> dt.timedelta:
    """The distance of a file's date from now; a date in the future was written before the clock was set back."""
    return abs(now - dt.datetime.fromtimestamp(path.lstat().st_mtime, dt.UTC))
