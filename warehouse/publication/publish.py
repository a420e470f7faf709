"""From an audited build to a file for readers: new file, verification, manifest, then the pointer moves.

The only place where Python writes DuckDB.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.digest import file_sha256
from warehouse import state_files
from warehouse.paths import Layout
from warehouse.plain_path import for_duckdb, put_in_place
from warehouse.publication import nature
from warehouse.state_files import Damaged
from warehouse.storage import to_disk, write_json

# Marks the folder of an unfinished publication, so that one left by a killed run can be recognised.
UNFINISHED = ".unfinished"
_REMOVING = ".removing_"  # prefix of a publication being removed: no longer a publication
_ANEW = "« mrf run » en publie une nouvelle, « mrf rollback » remet une plus ancienne."
UNREADABLE = "(publication précédente illisible)"
REBUILT = (
    "published/catalog.json manquait ou était illisible : il a été refait d’après les manifestes, et la publication la"
    " plus récente est en place (une autre : « mrf rollback »)."
)
SCHEMAS = (
    "marts",
    "reference",
)  # `restricted` never enters a build; staging and intermediate are not for readers


@dataclass(frozen=True)
class Publication:
    """A publication's folder and file, relative to `published/`."""

    run: str
    file: str

    @property
    def pointer(self) -> str:
        """The catalog's reference to it: <run>/<file>."""
        return f"{self.run}/{self.file}"


def name_of(run_id: str, now: dt.datetime) -> Publication:
    """A unique name: UTC time and the run's first 8 characters.

    The letter before them is needed: one run in fifty begins with eight digits that look like a phone.
    """
    run = f"{now:%Y%m%dT%H%M%SZ}_r{run_id[:8]}"
    return Publication(run, f"mrf_{run}.duckdb")


def begin(layout: Layout, publication: Publication) -> Path:
    """Creates the folder of a new publication, marked as unfinished. To be called under the write lock."""
    restore_catalog(layout)  # first, or the new one would be taken for a published one
    remove_unfinished(layout)
    folder = layout.published / publication.run
    folder.mkdir(parents=True)
    (folder / UNFINISHED).touch()
    return folder


def remove_unfinished(layout: Layout) -> list[Path]:
    """Removes publications whose making or removal was interrupted. To be called under the write lock.

    A publication named in the catalog is complete: only a leftover mark is removed.
    """
    for half_gone in layout.published.glob(f"{_REMOVING}*"):
        shutil.rmtree(half_gone, ignore_errors=True)
    marked = [mark.parent for mark in sorted(layout.published.glob(f"*/{UNFINISHED}")) if mark.parent != layout.site]
    kept, gone = catalog_folders(layout), []
    for folder in marked:
        if folder.name in kept:
            _unmark(folder)
        else:
            remove(folder)
            gone.append(folder)
    return gone


def remove(folder: Path) -> None:
    """Removes a publication; a kill leaves it complete, or renamed so that it no longer counts as one.

    If the disk cannot move files held open by readers, it stays until the next time.
    """
    going = folder.with_name(f"{_REMOVING}{folder.name}")
    try:
        os.replace(folder, going)
    except OSError:
        return
    shutil.rmtree(going, ignore_errors=True)


def finish(layout: Layout, publication: Publication) -> None:
    """Flushes all files of a publication to disk, before the pointer moves to it."""
    folder = layout.published / publication.run
    for path in (*folder.rglob("*"), folder):
        to_disk(path)


def _unmark(folder: Path) -> None:
    (folder / UNFINISHED).unlink(missing_ok=True)
    to_disk(folder)


def copy_build(
    layout: Layout, publication: Publication, descriptions: dict[str, tuple[str, dict[str, str]]], notice: str
) -> dict[str, Any]:
    """Copies marts and reference as tables into the new file, reopens it and compares.

    ``descriptions``: by table, its description and those of its columns, stored as comments in the file. Returns row
    count and content hash by table. Raises RuntimeError if the copy differs from the build.
    """
    target = layout.published / publication.run / publication.file
    target.parent.mkdir(parents=True, exist_ok=True)
    written = for_duckdb(target)
    written.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(layout.build_file)}' as build (read_only)")
        connection.execute(f"attach '{_quoted(written)}' as copy")
        tables = _tables(connection, "build")
        connection.execute("begin")  # one for all: each of a thousand comments would wait for the disk
        for schema in SCHEMAS:
            connection.execute(f"create schema copy.{schema}")
        for schema, table in tables:
            connection.execute(f'create table copy.{schema}."{table}" as from build.{schema}."{table}"')
            _comment(connection, schema, table, descriptions.get(table, ("", {})), notice)
        connection.execute("commit")
        built = {f"{schema}.{table}": _content(connection, f'build.{schema}."{table}"') for schema, table in tables}
    put_in_place(target)
    copied = contents(target)
    if copied != built:
        different = sorted(name for name in built if copied.get(name) != built[name])
        raise RuntimeError(f"copie différente de la construction : {', '.join(different)}")
    return built


def add_views(layout: Layout, publication: Publication, schema: str, views: dict[str, str], notice: str) -> None:
    """Adds a schema of views to the new file: by mart, the query of the view of the same name.

    Their queries name no database, so that they work under whatever name a reader opens the file.
    """
    target = layout.published / publication.run / publication.file
    written = for_duckdb(target)
    if not written.exists():
        shutil.copyfile(target, written)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(written)}' as copy")
        connection.execute("use copy")
        connection.execute(f"create schema {schema}")
        for name, query in views.items():
            connection.execute(f'create view {schema}."{name}" as {query}')
            connection.execute(f'comment on view {schema}."{name}" is {_literal(notice)}')
    put_in_place(target)


def contents(file: Path) -> dict[str, Any]:
    """By table of a published file, row count and content hash, as in its manifest under `marts`."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {f"{s}.{t}": _content(connection, f'{s}."{t}"') for s, t in _tables(connection, file.stem)}


def removed_files(layout: Layout, is_demo: bool, files: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """By source, the files of the current publication that the next one no longer has.

    ``files``: by source, name to sha256 of the next one. Fictional files replaced by real ones are not listed.
    """
    published = catalog(layout)
    if published is None or published["is_demo"] != is_demo:
        return {}
    try:
        before = manifest_of(layout, published["current"])["inputs"]
    except Damaged as reason:
        return {UNREADABLE: [f"{published['current']} : manifeste {reason.found}"]}
    gone = {source: sorted(set(entry["files"]) - set(files.get(source, {}))) for source, entry in before.items()}
    return {source: names for source, names in gone.items() if names}


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_catalog = ? and table_schema in ('marts', 'reference') order by 1, 2",
        [database],
    ).fetchall()


def _comment(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    texts: tuple[str, dict[str, str]],
    notice: str,
) -> None:
    description, columns = texts
    comment = " — ".join(part for part in (notice, description) if part)
    connection.execute(f'comment on table copy.{schema}."{table}" is {_literal(comment)}')
    present = {row[0] for row in connection.execute(f'describe copy.{schema}."{table}"').fetchall()}
    for column, text in columns.items():
        if column in present and text:
            connection.execute(f'comment on column copy.{schema}."{table}"."{column}" is {_literal(text)}')


def _content(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """Row count and a hash that is independent of the order of rows and counts duplicates.

    It is DuckDB's own, equal as long as DuckDB's version is: md5 of each row's text took 35 times as long.
    """
    query = f"select count(*), coalesce(sum(hash(t)::hugeint), 0)::varchar from {table} as t"
    count, digest = connection.execute(query).fetchall()[0]
    return {"rows": count, "hash": digest}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def write_manifest(layout: Layout, publication: Publication, manifest: dict[str, Any]) -> Path:
    """Writes `manifest.json` beside the file, with the file's own sha256."""
    folder = layout.published / publication.run
    content = manifest | {"file": publication.file, "file_sha256": file_sha256(folder / publication.file)}
    write_json(folder / "manifest.json", content)
    return folder / "manifest.json"


def catalog(layout: Layout) -> dict[str, Any] | None:
    """The catalog: current, run_id, published_at, is_demo, history. None before the first publication.

    A lost catalog is rebuilt from the manifests of complete publications, with `is_rebuilt`.
    """
    return _written_catalog(layout) or _rebuilt_catalog(layout)


def restore_catalog(layout: Layout) -> bool:
    """Rewrites a lost catalog and returns whether it did. To be called under the write lock."""
    rebuilt = None if _written_catalog(layout) else _rebuilt_catalog(layout)
    if rebuilt is None:
        return False
    write_json(layout.catalog, rebuilt)
    link_current(layout)
    return True


def is_catalog_lost(layout: Layout) -> bool:
    """Whether there are publications but no readable catalog."""
    return _written_catalog(layout) is None and _rebuilt_catalog(layout) is not None


def catalog_folders(layout: Layout) -> set[str]:
    """The folders of the current and earlier publications in the catalog."""
    return _folders(catalog(layout))


def _folders(catalog: dict[str, Any] | None) -> set[str]:
    return {Path(entry["current"]).parent.name for entry in [catalog, *catalog["history"]]} if catalog else set()


def _written_catalog(layout: Layout) -> dict[str, Any] | None:
    try:
        written: dict[str, Any] | None = state_files.read(layout.catalog, state_files.Catalog)
    except Damaged:
        return None
    return written


def _rebuilt_catalog(layout: Layout) -> dict[str, Any] | None:
    """In order of publication, real data after fictional: a root never goes back to fictional data."""
    entries = [entry for pointer in all_readable(layout) if (entry := _entry(layout, pointer))]
    if not entries:
        return None
    *history, last = sorted(entries, key=lambda entry: (not entry["is_demo"], entry["published_at"]))
    return last | {"history": history, "is_rebuilt": True}


def _entry(layout: Layout, pointer: str) -> dict[str, Any] | None:
    """The catalog entry of a publication, from its manifest; None if that cannot be read."""
    try:
        manifest = manifest_of(layout, pointer)
    except Damaged:
        return None
    return {"current": pointer} | {name: manifest[name] for name in ("run_id", "published_at", "is_demo")}


def manifest_of(layout: Layout, pointer: str) -> dict[str, Any]:
    """The manifest of a publication. Raises Damaged if it is missing, truncated or incomplete."""
    path = layout.published / Path(pointer).parent / "manifest.json"
    manifest: dict[str, Any] | None = state_files.read(path, state_files.Manifest, _ANEW)
    if manifest is None:
        raise Damaged(path, "perdu" if path.parent.is_dir() else "perdu, avec tout le dossier de la publication", _ANEW)
    return manifest


def flaw(layout: Layout, pointer: str) -> str:
    """What is wrong with a publication and what to do, in a sentence; "" if it is intact."""
    try:
        manifest = manifest_of(layout, pointer)
        path = layout.published / pointer
        if not path.is_file():
            raise Damaged(path, "perdu", _ANEW)
        if file_sha256(path) != manifest["file_sha256"]:
            raise Damaged(path, "abîmé : il ne correspond plus à son manifeste", _ANEW)
    except Damaged as reason:
        return f"La publication en place est abîmée. {reason}"
    return ""


def all_readable(layout: Layout) -> list[str]:
    """All publications with a readable manifest, oldest first by name, as the catalog names them."""
    return [pointer for pointer in all_finished(layout) if _entry(layout, pointer) is not None]


def all_finished(layout: Layout) -> list[str]:
    """All finished publications, including those whose manifest was lost or damaged since."""
    files = sorted(path for path in layout.published.glob("*/mrf_*.duckdb") if path.parent != layout.site)
    pointed = _folders(_written_catalog(layout))
    return [f"{path.parent.name}/{path.name}" for path in files if _is_finished(path.parent, pointed)]


def _is_finished(folder: Path, pointed: set[str]) -> bool:
    is_marked = (folder / UNFINISHED).exists() and folder.name not in pointed
    return not is_marked and not folder.name.startswith(_REMOVING)


def matching(layout: Layout, wanted: str) -> list[str]:
    """The readable publications of that name: a file name, a folder name or <run>/<file>."""
    return [name for name in all_readable(layout) if wanted in (name, Path(name).name, Path(name).parent.name)]


def has_real(layout: Layout) -> bool:
    """Whether this root ever held real data: then it never falls back to samples, whatever was lost since."""
    published = catalog(layout)
    if published is not None and any(not entry["is_demo"] for entry in [published, *published["history"]]):
        return True
    return nature.has_traces(layout)


def publish_pointer(layout: Layout, publication: Publication, run_id: str, is_demo: bool, now: dt.datetime) -> None:
    """Moves the pointer to a publication that is complete on disk; readers see the old or the new one.

    The mark of the unfinished is removed last: readers never saw a publication that is marked and not in the catalog.
    """
    before = _written_catalog(layout)
    if not is_demo:
        nature.mark_real(layout)
    entry = {
        "current": publication.pointer,
        "run_id": run_id,
        "published_at": now.isoformat(timespec="seconds"),
        "is_demo": is_demo,
    }
    history = [*before["history"], {k: before[k] for k in entry}] if before else []
    write_json(layout.catalog, entry | {"history": history})
    _unmark(layout.published / publication.run)
    link_current(layout)


def link_current(layout: Layout) -> None:
    """Points `published/site` to the folder of the current publication and `published/current.duckdb` to its file.

    Each is a relative link, moved by one rename: a program that keeps the name opens the old publication or the new.
    """
    published = catalog(layout)
    if published is None:
        if layout.current.is_file() or layout.current.is_symlink():
            layout.current.unlink()
        return
    pointer = Path(published["current"])
    _link(layout.site, pointer.parent)
    _link(layout.current, pointer)


def is_linked(layout: Layout) -> bool:
    """Whether both names lead to the current publication; a copy does if it has the content of the file."""
    pointer = current_file(layout).relative_to(layout.published)
    return _leads_to(layout.site, pointer.parent) and _leads_to(layout.current, pointer)


def _leads_to(link: Path, target: Path) -> bool:
    if link.is_symlink():
        return link.readlink() == target
    there = link.parent / target
    return link.is_file() and there.is_file() and file_sha256(link) == file_sha256(there)


def _link(link: Path, target: Path) -> None:
    """A relative link, atomically; where a disk has no links, a copy of a file, while a folder is left to its own name.

    Whatever stands in its way is left and said.
    """
    if _leads_to(link, target):
        return
    beside = link.with_name(f".{link.name}.{os.getpid()}.part")
    try:
        beside.unlink(missing_ok=True)
        try:
            beside.symlink_to(target)
        except OSError:
            shutil.copyfile(link.parent / target, beside)
        os.replace(beside, link)
    except OSError as error:
        beside.unlink(missing_ok=True)
        logging.getLogger(__name__).warning("%s ne mène pas à %s : %s", link, target, error.strerror)


def rollback(layout: Layout, wanted: str, now: dt.datetime) -> dict[str, Any]:
    """Points to an earlier publication (its file name or <run>/<file>) after verifying it."""
    matches = matching(layout, wanted)
    if len(matches) != 1 or flaw(layout, matches[0]):
        names = [name for name in all_readable(layout) if not flaw(layout, name)]
        problem = "cette publication est abîmée" if matches else "aucune publication entière de ce nom"
        raise FileNotFoundError(f"{wanted} : {problem} ; il y a, entières : {', '.join(names) or 'aucune'}")
    manifest = manifest_of(layout, matches[0])
    run, file = matches[0].split("/")
    if not manifest["is_demo"] or not has_real(layout):
        publish_pointer(layout, Publication(run, file), manifest["run_id"], manifest["is_demo"], now)
        return manifest
    raise RuntimeError("cette racine a publié des données réelles : elle ne revient pas à des données fictives")


def current_file(layout: Layout) -> Path:
    """The file that the catalog points to. Raises FileNotFoundError before the first publication."""
    published = catalog(layout)
    if published is None:
        raise FileNotFoundError(f"aucune publication dans {layout.published} : lancer « mrf run »")
    return layout.published / str(published["current"])


def compare(layout: Layout, first: str, second: str) -> list[dict[str, Any]]:
    """By table, the rows that only one of two publications has."""
    paths = [layout.published / name for name in (first, second)]
    with duckdb.connect() as connection:
        for path, alias in zip(paths, ("a", "b"), strict=True):
            connection.execute(f"attach '{_quoted(path)}' as {alias} (read_only)")
        names = [set(_tables(connection, alias)) for alias in ("a", "b")]
        result = []
        for schema, table in sorted(names[0] | names[1]):
            row: dict[str, Any] = {"table": f"{schema}.{table}", "removed": None, "added": None}
            if (schema, table) in names[0] & names[1]:
                full = f'{schema}."{table}"'
                row["removed"], row["added"] = (_only_in(connection, x, y, full) for x, y in (("a", "b"), ("b", "a")))
            result.append(row)
    return result


def _only_in(connection: duckdb.DuckDBPyConnection, one: str, other: str, table: str) -> int | None:
    """Rows of one publication that the other lacks; None if the columns differ."""
    try:
        query = f"select count(*) from (from {one}.{table} except all from {other}.{table})"
        return int(connection.execute(query).fetchall()[0][0])
    except duckdb.BinderException:
        return None
