"""Erases one respondent's submission from a workspace: rows, rejected rows, `restricted`, originals.

Originals never change, with one declared exception: an original that holds the submission is replaced by the answers of
the others, `<digest>.consented.json`, the form of originals with refusals.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.confinement.guard import guarded
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.surveys import survey
from ingestion.readers.surveys.consent import ERASED, ERASED_PLACE, Erased
from ingestion.records.file_records import part_of, read_tables
from warehouse import stored
from warehouse.paths import Workspace
from warehouse.privacy.file_texts import CannotScan, contains
from warehouse.privacy.forgotten import UUID, normalised_id
from warehouse.privacy.vault import Vault
from warehouse.state_files import Damaged, DeliveryState, read
from warehouse.storage import write_atomically, write_json, write_parquet

CONSENTED = ".consented.json"
WHY = "effacement demandé"
_ID = re.compile(r"uuid:([^/~#\s;,»\"']+)")


@dataclass
class Done:
    """The result of an erasure. ``counts``: rows by file; ``documents``: digests of the files that held the submission.

    ``read``: digests of the files that were searched; ``unverified``: originals that could not be searched.
    """

    counts: dict[str, int] = field(default_factory=dict)
    rewritten: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    documents: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    unverified: list[str] = field(default_factory=list)

    def count(self, name: str, rows: int, source_id: str) -> None:
        """Adds the rows removed from one file."""
        if rows:
            self.counts[name] = self.counts.get(name, 0) + rows
            self.rewritten.append(name)
            self.sources.add(source_id)


def surveys(sources: dict[str, Source]) -> dict[str, Source]:
    """The sources with submissions."""
    return {name: source for name, source in sources.items() if isinstance(source.reader, SurveyReader)}


def all_ids(
    workspace: Workspace, vault: Vault | None, sources: dict[str, Source], landed: dict[str, list[Path]], wanted: str
) -> set[str]:
    """Every id that a submission ever had, from landed files and originals: each edit gives it a new one."""
    id_groups: list[set[str]] = []
    for source_id, source in surveys(sources).items():
        assert isinstance(source.reader, SurveyReader)
        files = [*landed.get(source_id, ()), *_digests(workspace, source_id)]
        for file in files:
            with _readable(vault, file) as path:
                if path is not None and not path.name.endswith(CONSENTED):
                    id_groups += _ids_of(path, source, source.reader)
    id_groups = [set(map(normalised_id, ids)) for ids in id_groups]
    linked = {normalised_id(wanted)}
    while more := {one for ids in id_groups if ids & linked for one in ids} - linked:
        linked |= more
    return linked


def _ids_of(path: Path, source: Source, reader: SurveyReader) -> list[set[str]]:
    try:
        with guarded(path.name):
            return survey.all_ids(path, source, reader)
    except SourceFileError:
        return []  # of another form; searched as text


def erase(workspace: Workspace, vault: Vault | None, sources: dict[str, Source], erased: Erased) -> Done:
    """Erases every erased submission from the workspace; returns what was done. To be called under the lock."""
    done = Done()
    for source_id, source in surveys(sources).items():
        lost = _erase_rows(workspace, source_id, source, erased, done)
        if vault is not None:
            _erase_restricted(vault, source_id, lost, erased, done)
        for digest in _digests(workspace, source_id):
            _erase_original(workspace, vault, source, digest, erased, done)
    _erase_orphans(vault, erased, done)
    return done


def _erase_rows(workspace: Workspace, source_id: str, source: Source, erased: Erased, done: Done) -> dict[str, int]:
    """Erases accepted and rejected rows; returns the number of accepted ones by shape."""
    _unseal(workspace, source_id)
    lost = {}
    for shape in (*source.shapes, "assertion"):
        path = workspace.records(shape, source_id)
        rows = _without(path, erased)
        done.count(_name(workspace, path), rows, source_id)
        if shape in source.shapes:
            lost[shape] = rows
    plain = workspace.rejected / f"{source_id}.parquet"
    if plain.exists():
        frame, hidden = _rejected(pq.read_table(plain).to_pandas(), lost, erased)
        if hidden:
            write_parquet(plain, pa.Table.from_pandas(frame.astype(str), preserve_index=False))
        done.count(_name(workspace, plain), hidden, source_id)
    checks = workspace.records("check_result", source_id)
    if checks.exists():
        table = pq.read_table(checks)
        texts = [None if text and _names_one(text, erased) else text for text in table["examples"].to_pylist()]
        if texts != table["examples"].to_pylist():
            column = table.schema.get_field_index("examples")
            write_parquet(checks, table.set_column(column, "examples", pa.array(texts, pa.string())))
    _erase_from_delivery(workspace, source_id, lost, erased)
    return lost


def _erase_from_delivery(workspace: Workspace, source_id: str, lost: dict[str, int], erased: Erased) -> None:
    """Adjusts the counts of the last delivery, and makes the next run read its files again."""
    path = workspace.state_file(source_id)
    try:
        delivery = read(path, DeliveryState)
    except Damaged:  # unusable: the next run reads the source again
        path.unlink(missing_ok=True)
        return
    named = [check for check in delivery["checks"] if _names_one(check["examples"] or "", erased)] if delivery else []
    if delivery is None or not (named or any(lost.values())):
        return
    for shape, counts in delivery["rows"].items():
        counts["accepted"] -= lost.get(shape, 0)
        counts["rejected"] += lost.get(shape, 0)
    for check in named:
        check["examples"] = ""
    files = stored.stored_files(workspace, source_id)
    write_json(path, delivery | {"fingerprint": "", "validations": [], "stored": files})


def _unseal(workspace: Workspace, source_id: str) -> None:
    """Before rows change: rows of an interrupted erasure must not count as damaged nor be rebuilt from the original."""
    path = workspace.state_file(source_id)
    with contextlib.suppress(Damaged):
        if delivery := read(path, DeliveryState):
            write_json(path, delivery | {"stored": {}})


def _without(path: Path, erased: Erased) -> int:
    """Drops the rows of erased submissions from a Parquet file and returns how many."""
    if not path.exists():
        return 0
    table = pq.read_table(path)
    gone = [_names_one(text or "", erased) for text in table["locator"].to_pylist()]
    if any(gone):
        write_parquet(path, table.filter(pa.array([not one for one in gone])))
    return sum(gone)


def _rejected(rejected: pd.DataFrame, lost: dict[str, int], erased: Erased) -> tuple[pd.DataFrame, int]:
    """The rejected rows, with those of erased submissions reduced to that reason, and the number of these.

    ``lost``: by shape, the accepted rows that were turned into rejected ones.
    """
    texts = rejected["locator"].astype(str) + " " + rejected["reason"].astype(str)
    gone = texts.map(lambda text: _names_one(text, erased)).astype(bool)
    for column in rejected.columns.difference(["shape", "document_id"]):
        value = {"locator": ERASED_PLACE, "reason": ERASED}.get(column, "")
        rejected[column] = rejected[column].mask(gone, value)
    extra = [
        {"shape": shape, "locator": ERASED_PLACE, "reason": ERASED} for shape, rows in lost.items() for _ in range(rows)
    ]
    added = pd.DataFrame(extra, columns=rejected.columns, dtype=object).fillna("")
    return pd.concat([rejected, added], ignore_index=True), int(gone.sum()) + len(extra)


def _erase_restricted(vault: Vault, source_id: str, lost: dict[str, int], erased: Erased, done: Done) -> None:
    def kept(values: pd.DataFrame) -> pd.DataFrame:
        return values[~values["locator"].map(lambda place: _names_one(place or "", erased)).astype(bool)]

    done.count("restricted/values", vault.change_values(source_id, kept, WHY), source_id)
    hidden = vault.change_rejected(source_id, lambda frame: _rejected(frame, lost, erased), WHY)
    done.count("restricted/rejected", hidden, source_id)


def _erase_original(
    workspace: Workspace, vault: Vault | None, source: Source, file: Path, erased: Erased, done: Done
) -> None:
    """Replaces an original that holds a submission by the answers of the others; removes one that cannot be read."""
    digest = file.name.split(".", 1)[0]
    try:
        with _readable(vault, file) as path:
            if path is None:
                left = None
            elif path.name.endswith(CONSENTED):
                left = _without_in_consented(path, erased)
            else:
                left = _consented(path, source, erased)
    except CannotScan:
        done.unverified.append(_name(workspace, file))
        return
    done.read.add(digest)
    if left is None:
        return
    done.documents.add(digest)
    done.sources.add(source.id)
    if left and vault is not None:
        vault.replace_original(file, CONSENTED, left.encode())
        done.rewritten.append(_name(workspace, file))
    else:
        file.unlink()
        done.removed.append(_name(workspace, file))


def _consented(path: Path, source: Source, erased: Erased) -> str | None:
    """The answers of the others; "" if the file cannot be read and names the submission; None if all may stay.

    Raises CannotScan if the file can neither be read nor searched.
    """
    try:
        tables = read_tables(source, path, erased)
        held = any(len(one.rejected) and one.rejected["reason"].eq(ERASED).any() for one in tables.values())
        return (part_of(source, path, tables).consented or "") if held else None
    except (SourceFileError, DeclarationError):
        return "" if _text_names_one(path, erased) else None


def _without_in_consented(path: Path, erased: Erased) -> str | None:
    tables = json.loads(path.read_bytes())
    gone = 0
    for table in tables:
        kept = [n for n, place in enumerate(table["locators"]) if not _names_one(place, erased)]
        gone += len(table["locators"]) - len(kept)
        table["locators"] = [table["locators"][n] for n in kept]
        table["rows"] = [table["rows"][n] for n in kept]
    return json.dumps(tables, ensure_ascii=False) if gone else None


def _erase_orphans(vault: Vault | None, erased: Erased, done: Done) -> None:
    """Removes originals that no publication or source refers to if their text names the submission."""
    for file in sorted((vault.folder / "originals").glob("*/*.enc")) if vault is not None else ():
        digest = file.name.split(".", 1)[0]
        name = f"restricted/originals/{file.parent.name}/{file.name}"
        if digest in done.read or name in done.unverified:
            continue
        try:
            with _readable(vault, file) as path:
                holds = path is not None and _text_names_one(path, erased)
        except CannotScan:
            done.unverified.append(name)
            continue
        done.read.add(digest)
        if holds:
            file.unlink()
            done.documents.add(digest)
            done.removed.append(name)


def rewrite_landed(path: Path, erased: Erased) -> bool | None:
    """Erases submissions from a landed JSON file; returns whether it held one, None if it still does.

    Workbooks and CSV files belong to their owner and could not be rewritten without loss; nor could damaged files or
    JSON of unknown form. Raises CannotScan if the file cannot be searched.
    """
    if not _text_names_one(path, erased):
        return False
    try:
        content: Any = json.loads(path.read_bytes()) if path.suffix.lower() == ".json" else None
        lists = [title for title in ("results", "value") if isinstance(content, dict) and _is_list(content, title)]
        for title in lists:
            content[title] = [one for one in content[title] if not _names_one_in_json(one, erased)]
        if not lists or _names_one_in_json(content, erased):
            return None
    except (ValueError, RecursionError):
        return None
    mode = path.stat().st_mode
    write_atomically(path, json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    path.chmod(mode)
    return True


def _is_list(content: dict[str, Any], title: str) -> bool:
    return isinstance(content.get(title), list)


def _names_one_in_json(value: Any, erased: Erased) -> bool:
    return any(map(erased, UUID.findall(json.dumps(value))))


def _text_names_one(path: Path, erased: Erased) -> bool:
    return contains(path, lambda text: any(map(erased, UUID.findall(text))))


def _names_one(text: str, erased: Erased) -> bool:
    return "uuid:" in text and any(erased(match) for match in _ID.findall(text))


def _digests(workspace: Workspace, source_id: str) -> list[Path]:
    """The originals of a source, from its published deliveries and the last one."""
    root = workspace.base
    manifests = [_readable_content(path) for path in root.glob("published/*/manifest.json")]
    entries = [manifest.get("inputs", {}).get(source_id, {}) for manifest in manifests]
    entries.append(_readable_content(workspace.state_file(source_id)))
    digests = {digest for one in entries for digest in one.get("files", {}).values()}
    folders = (workspace.restricted / "originals", workspace.originals)
    return [
        path for digest in sorted(digests) for f in folders for path in sorted((f / digest[:2]).glob(f"{digest}.*"))
    ]


def _readable_content(path: Path) -> dict[str, Any]:
    """The content of a JSON file, empty if damaged: originals that only it names are treated as orphans."""
    try:
        return read(path, dict[str, Any]) or {}
    except Damaged:
        return {}


@contextmanager
def _readable(vault: Vault | None, file: Path) -> Iterator[Path | None]:
    """A file as readers need it: an encrypted one is decrypted into a temporary folder; None without a key.

    Only the owner may read that folder; leftovers of a killed command are cleared by the next one.
    """
    if file.suffix != ".enc":
        yield file
    elif vault is None:
        yield None
    else:
        folder = vault.folder / ".open" / file.name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.parent.chmod(0o700)
            path = folder / file.name.removesuffix(".enc")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
                opened.write(vault.open_original(file, WHY))
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                folder.parent.rmdir()


def _name(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.base).as_posix()
