"""Erasure on request in a data root: first the rows, then a new publication without them, then the older ones.

Readers always have a publication: one that holds the submission is removed once a newer one is in place, and so are
backups. Only hashes of the ids are kept afterwards, so the same steps serve a restored backup.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.declaration.source import Source
from ingestion.readers.surveys.consent import Erased
from orchestration.pipeline.inventory import landed_files, last_landed
from orchestration.upstream.event_log import delete_runs
from warehouse import state_files
from warehouse.paths import PROJECT, Layout
from warehouse.privacy import erasure, forgotten
from warehouse.privacy.file_texts import CannotScan, contains
from warehouse.privacy.vault import Vault
from warehouse.publication import backup, publish, retention
from warehouse.resolution import state
from warehouse.state_files import Damaged
from warehouse.storage import write_json, write_parquet

BESIDE_BACKUPS = "forgotten"  # the folder of receipts beside backups, for a restore on another machine


def landed_by_survey(layout: Layout, sources: dict[str, Source], landing: Path | None) -> dict[str, list[Path]]:
    """By survey, its files in ``landing`` (default: that of the current publication) and in the folder of this root.

    Raises NothingToPublish if a folder cannot be listed.
    """
    folders = {folder.resolve() for folder in (landing or Path(last_landed(layout).folder), layout.landing)}
    files = sorted({path for folder in folders for path in landed_files(folder)})
    return {
        source_id: [path for path in files if source.claims(path.name)]
        for source_id, source in erasure.surveys(sources).items()
    }


def erase(
    layout: Layout, vault: Vault | None, sources: dict[str, Source], erased: Erased, landed: Iterable[Path]
) -> tuple[erasure.Done, list[Path]]:
    """Removes erased submissions from everything but publications; returns what was done and the landed files left."""
    workspace = layout.workspace(False)
    done = erasure.erase(workspace, vault, sources, erased)
    left = []
    for path in landed:
        try:
            held = erasure.rewrite_landed(path, erased)
        except CannotScan:
            done.unverified.append(_shown(layout, path))
            continue
        if held is None:
            left.append(path)
        elif held:
            done.rewritten.append(f"dépôt : {path.name}")
    for path in layout.pulls.glob("*/*.page"):
        path.unlink()
    layout.build_file.unlink(missing_ok=True)  # deleted rows remain in the file of a database
    return done, left


def _shown(layout: Layout, path: Path) -> str:
    return path.relative_to(layout.root).as_posix() if path.is_relative_to(layout.root) else str(path)


def publications_holding(layout: Layout, receipts: list[dict[str, Any]], sources: dict[str, Source]) -> list[str]:
    """The publications, as the catalog names them, that may hold submissions erased after they were made."""
    return [name for name in publish.all_finished(layout) if _publication_may_hold(layout, name, receipts, sources)]


def _publication_may_hold(
    layout: Layout, name: str, receipts: list[dict[str, Any]], sources: dict[str, Source]
) -> bool:
    try:
        return _may_hold(publish.manifest_of(layout, name), receipts, sources)
    except Damaged:  # its inputs are unknown
        return bool(receipts)


def _may_hold(manifest: dict[str, Any], receipts: list[dict[str, Any]], sources: dict[str, Source]) -> bool:
    """Whether a publication precedes an erasure and was made from a file that held the submission or went unread."""
    if manifest["is_demo"]:
        return False
    inputs = {name: entry for name, entry in manifest["inputs"].items() if name in erasure.surveys(sources)}
    digests = {digest for entry in inputs.values() for digest in entry["files"].values()}
    return any(
        manifest["published_at"] <= receipt["forgotten_at"]
        and bool(digests & set(receipt["documents"]) or digests - set(receipt["read"]))
        for receipt in receipts
    )


def rebuild(layout: Layout, receipts: list[dict[str, Any]], is_data_only: bool) -> str:
    """Publishes the rows that are kept; returns the run's error message if it fails.

    The sources of the ``receipts`` are expected to have fewer rows.
    """
    command = [
        sys.executable,
        "-m",
        "orchestration.commands.mrf",
        "run",
        "--kept",
        *(["--data-only"] if is_data_only else []),
    ]
    for source_id in sorted({source_id for receipt in receipts for source_id in receipt.get("sources", ())}):
        command += ["--accept-loss", source_id]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:]


def remove_publications(layout: Layout, names: list[str], instance: dg.DagsterInstance) -> list[str]:
    """Removes publications, the ids that only they used, and the history of all runs no longer needed.

    Removes nothing if the current publication is among them. To be called under the lock.
    """
    catalog = publish.catalog(layout)
    if catalog is None or catalog["current"] in names:
        return []
    history = [one for one in catalog["history"] if one["current"] not in names]
    write_json(layout.catalog, catalog | {"history": history})
    kept = retention.kept_runs(layout)
    for folder in layout.run_folder("_").parent.glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder)
    _forget_runs(layout, instance, kept)
    _forget_ids(layout, names, catalog)
    for name in names:  # last: as long as one is left, the command repeats all steps
        folder = (layout.published / name).parent
        publish.remove(folder)
    return names


def _forget_ids(layout: Layout, names: list[str], catalog: dict[str, Any]) -> None:
    """Removes from the registry of ids the names of entities that no publication shows any more."""
    gone = set().union(*(_entities(layout.published / name) for name in names))
    gone -= _entities(layout.published / catalog["current"])
    workspace = layout.workspace(False)
    for path in (
        state.entity_ids_path(workspace),
        workspace.resolved / "entity_id.parquet",
        layout.run_folder(catalog["run_id"]) / "entity_id.parquet",
    ):
        if path.exists():
            table = pq.read_table(path)
            write_parquet(path, table.filter(pc.invert(pc.is_in(table["entity_id"], pc.cast(list(gone), "string")))))


def _entities(path: Path) -> set[str]:
    if not path.exists():
        return set()
    query = "select entity_id from marts.provenance union select organization_id from marts.dim_organization"
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return {row[0] for row in connection.execute(query).fetchall() if row[0]}
    except duckdb.Error:  # a damaged one: the entities that only it names stay in the registry
        return set()


def _forget_runs(layout: Layout, instance: dg.DagsterInstance, kept: set[str]) -> None:
    """Removes previews and examples of older runs; packing the databases releases the deleted rows."""
    delete_runs(instance, [run_id for run_id in instance.get_run_ids() if run_id not in kept])
    for folder in (layout.dagster_home / "storage").glob("*"):
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    for path in (layout.dagster_home / "history" / "runs").glob("*.db*"):
        if path.name.split(".")[0] not in kept | {"index"}:
            path.unlink()
    for path in layout.dagster_home.rglob("*.db"):
        vacuum(path)


def vacuum(path: Path) -> None:
    """Rewrites a SQLite file without its deleted rows."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    finally:
        connection.close()


def backups_with(folders: Iterable[Path], receipts: list[dict[str, Any]], sources: dict[str, Source]) -> list[Path]:
    """The backups below these folders that may hold what was erased."""
    return [path for folder in folders for path in backup.complete(folder) if _backup_may_hold(path, receipts, sources)]


def _backup_may_hold(folder: Path, receipts: list[dict[str, Any]], sources: dict[str, Source]) -> bool:
    made_at = backup.made_at(folder)
    if not any(made_at <= one["forgotten_at"] for one in receipts):
        return False
    try:
        manifests = [state_files.read(path, state_files.Manifest) for path in folder.glob("published/*/manifest.json")]
    except Damaged:
        return True
    return any(_may_hold(manifest | {"published_at": made_at}, receipts, sources) for manifest in manifests)


def replace_backups(layout: Layout, old: list[Path], now: dt.datetime) -> list[str]:
    """Makes a new backup in each folder that has outdated ones, then removes those.

    The receipts are copied beside them, so that an older backup is erased too once it is restored.
    """
    for folder in sorted({path.parent for path in old}):
        forgotten.copy_receipts(layout.workspace(False).forgotten, folder / BESIDE_BACKUPS)
        backup.make(layout, folder, now)
    for path in old:
        backup.remove(path)
    return [str(path) for path in old]


def find_traces(layout: Layout, ids: set[str]) -> tuple[list[str], list[str]]:
    """The files of the root in which an id can still be read, and those that cannot be searched.

    Encrypted files were searched before.
    """
    readable, unverified = [], []
    sought = {one.lower() for one in ids}
    for path in sorted(path for path in layout.root.rglob("*") if path.is_file() and not path.is_symlink()):
        if path.suffix == ".enc" or path.is_relative_to(layout.site):
            continue
        name = _shown(layout, path)
        try:
            if contains(path, lambda text: any(one in text.lower() for one in sought)):
                readable.append(name)
        except CannotScan:
            if path.exists():  # not removed meanwhile
                unverified.append(name)
    return readable, unverified
