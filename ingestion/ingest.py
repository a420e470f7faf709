"""One source's files to records: read, split off what is personal, let the source's parse.py reshape, map."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion import personal
from ingestion.errors import DeclarationError
from ingestion.personal import PERSONAL
from ingestion.readers import geo, pdf, survey, table
from ingestion.readers.rows import Table
from ingestion.records import Document, Records, build
from ingestion.row_checks import add_warnings
from ingestion.shapes import ASSERTION, DOCUMENT, SHAPES, Shape
from ingestion.source import Mapping, Source

Tables = dict[str, Table]
# By the kind that a source declares.
READERS: dict[str, Callable[[Path, Source, Any], Tables]] = {
    "table": table.read,
    "pdf": pdf.read,
    "survey": survey.read,
    "geo": geo.read,
}


@dataclass(frozen=True)
class Ingested:
    """What a source's files gave.

    ``records``: by shape, the stored columns plus `errors`. ``rejected``: rows that never became records
    (locator, shape, reason). ``read_counts``: rows read by shape. ``notes``: what a person should know.
    ``personal``: PERSONAL, every piece of personal data that was taken out. ``is_personal``: whether the files held
    declared personal columns or answers of people who were asked for their consent, ``is_declared`` whether they held
    the former: then they need a key. ``is_typed``: whether somebody
    typed something personal in any cell, read or not. ``consented``: by document, the answers of those who agreed as
    JSON, where somebody in the document did not.
    """

    records: dict[str, pd.DataFrame]
    assertions: pd.DataFrame
    documents: pd.DataFrame
    rejected: pd.DataFrame
    read_counts: dict[str, int]
    notes: list[str]
    personal: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PERSONAL, dtype=object))
    is_personal: bool = False
    is_declared: bool = False
    is_typed: bool = False
    consented: dict[str, str] = field(default_factory=dict)


def sha256(path: Path) -> str:
    """The hexadecimal sha256 of a file: its document id."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ingest(source: Source, paths: list[Path]) -> Ingested:
    """All records of all files of one source.

    Raises SourceFileError where a file is not as declared: then nothing of the source is taken, so that half a
    delivery is never mistaken for a whole one.
    """
    built: dict[str, list[Records]] = {shape: [] for shape in source.shapes}
    rejected, documents, notes, hidden = [], [], [], []
    is_personal, is_declared, is_typed, consented = False, False, False, {}
    for path, raw in _read_all(source, paths):
        document = Document(sha256(path), path.name)
        notes += [f"{path.name} · {note}" for item in raw.values() for note in item.notes]
        is_personal |= personal.is_present(source, raw)
        is_declared |= personal.is_declared(source, raw)
        is_typed |= personal.is_typed(source, raw)
        parts = {name: personal.split(source, item) for name, item in raw.items()}
        hidden += [part.personal.assign(document_id=document.document_id) for part in parts.values()]
        if kept := [part.consented for part in parts.values() if part.consented is not None]:
            consented[document.document_id] = f"[{','.join(kept)}]"
        tables = {name: part.table for name, part in parts.items()}
        notes += _filled_columns(source, path, tables)
        tables = _parse(source, tables)
        for shape, mapping in source.shapes.items():
            item = _table_of(source, path, mapping, tables)
            records = build(source, SHAPES[shape], mapping, item, document)
            built[shape].append(records)
            hidden.append(records.personal)
            rejected.append(item.rejected.assign(shape=shape, document_id=document.document_id))
        documents.append(_document(source, document, [built[shape][-1].frame for shape in source.shapes]))
    return Ingested(
        records={
            shape: add_warnings(shape, _concat([r.frame for r in parts], _columns(SHAPES[shape])))
            for shape, parts in built.items()
        },
        assertions=_concat([r.assertions for parts in built.values() for r in parts], ASSERTION.names),
        documents=_concat(documents, [c.name for c in DOCUMENT.stored]),
        rejected=_concat(rejected, ["shape", "document_id", "locator", "reason"]),
        read_counts={shape: sum(r.read_count for r in parts) for shape, parts in built.items()},
        notes=notes,
        personal=personal.joined(hidden),
        is_personal=is_personal,
        is_declared=is_declared,
        is_typed=is_typed or any(len(part) for part in hidden),
        consented=consented,
    )


def _read_all(source: Source, paths: list[Path]) -> Iterable[tuple[Path, Tables]]:
    """The files one by one; those of a survey together, for one may hold a later version of what another holds."""
    read = ((path, READERS[source.reader.kind](path, source, source.reader)) for path in paths)
    return survey.last_versions(dict(read)).items() if source.reader.kind == "survey" else read


def _parse(source: Source, tables: Tables) -> Tables:
    if source.parser is None:
        return tables
    return _parser(source.parser)(tables)


def _parser(path: Path) -> Callable[[Tables], Tables]:
    spec = importlib.util.spec_from_file_location(f"ingestion_source_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise DeclarationError(f"{path} : module illisible")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, "parse", None)
    if not callable(function):
        raise DeclarationError(f"{path} : attendu une fonction parse(tables) -> tables")
    return function  # type: ignore[no-any-return]


def _table_of(source: Source, path: Path, mapping: Mapping, tables: Tables) -> Table:
    if mapping.table is None and len(tables) == 1:
        return next(iter(tables.values()))
    if mapping.table not in tables:
        raise DeclarationError(
            f"{source.folder / 'source.yml'} : table « {mapping.table} » inconnue ; il y a : {', '.join(tables)}"
        )
    return tables[mapping.table]


def _filled_columns(source: Source, path: Path, tables: Tables) -> list[str]:
    """Columns declared empty that hold something in this delivery: to be mapped, not silently passed over."""
    notes = []
    for item in tables.values():
        for column in source.expected_empty:
            if column in item.frame and (filled := item.frame[column].str.strip().ne("")).any():
                place = item.cells(column)[filled].iloc[0]
                notes.append(
                    f"{path.name} · {place} : la colonne « {column} » n’est plus vide ({filled.sum()} cellules)"
                )
    return notes


def _document(source: Source, document: Document, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The file as a record of shape `document`, seen when it was published, else when its latest row was."""
    seen = [day for frame in frames for day in frame["observed_on"] if not pd.isna(day)]
    values = dict.fromkeys((c.name for c in DOCUMENT.stored), None)
    return pd.DataFrame(
        [
            values
            | {
                "record_id": f"document:{document.document_id[:16]}",
                "source_id": source.id,
                "document_id": document.document_id,
                "locator": document.file_name,
                "observed_on": source.published_on or max(seen, default=None),
                "title": source.title.fr,
                "publisher": source.publisher,
                "kind": source.kind,
                "file_name": document.file_name,
                "published_on": source.published_on,
                "license": source.license,
                "sensitivity": source.sensitivity,
                "evidence_class": source.evidence_class,
            }
        ]
    )


def _columns(shape: Shape) -> list[str]:
    return [c.name for c in shape.stored] + ["errors"]


def _concat(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns, dtype=object)
