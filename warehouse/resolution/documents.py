"""Which documents are copies of one another, and which were withdrawn.

A register (any source of shape `document`) may say of a document, known by its file name, its sha256 or its title,
that it is drawn from another one, or that it was withdrawn. Documents drawn from one another share a root and count
as one piece of evidence.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.text import fold
from warehouse.paths import Workspace
from warehouse.resolution.id_registry import entity_id
from warehouse.storage import write_parquet

SCHEMA = pa.schema(
    [
        ("document_id", pa.string()),
        ("title", pa.string()),
        ("source_id", pa.string()),
        ("root_document_id", pa.string()),
        ("withdrawn_on", pa.date32()),
        ("warnings", pa.string()),
    ]
)
# Which document each record of the shape `document` describes: a landed file itself, or what a register says of one.
DESCRIBED_SCHEMA = pa.schema([("record_id", pa.string()), ("document_id", pa.string()), ("is_landed", pa.bool_())])
_COLUMNS = [
    "record_id", "source_id", "document_id", "title", "publisher", "file_name", "derived_from", "withdrawn_on",
]  # fmt: skip


def resolve(workspace: Workspace) -> pa.Table:
    """Writes `resolved/document.parquet` (SCHEMA): one row per landed document and per one only the register knows.

    And `resolved/document_record.parquet` (DESCRIBED_SCHEMA): the document that each record describes.
    """
    paths = sorted((workspace.validated / "document").glob("*.parquet"))
    frames = [pq.read_table(path).to_pandas() for path in paths]
    rows = pd.concat(frames, ignore_index=True).reindex(columns=_COLUMNS)
    is_landed = rows["record_id"].eq("document:" + rows["document_id"].str[:16])
    landed, register = rows[is_landed], rows[~is_landed]
    names = _names(landed)
    entries = [(_described(row, names), row) for row in _dicts(register)]
    for document_id, row in entries:
        for text in filter(None, (row["title"], row["file_name"])):
            names.setdefault(fold(text), document_id)
    statements = [(row["document_id"], row) for row in _dicts(landed)] + entries
    _write_described(workspace, landed, entries)
    documents: dict[str, dict[str, Any]] = {
        document_id: {name: row[name] for name in ("title", "source_id")}
        | {"drawn_from": None, "withdrawn_on": None, "warnings": set()}
        for document_id, row in reversed(statements)
    }
    for document_id, row in entries:
        _add(documents[document_id], row, names)
    held = set(landed["document_id"])
    for document_id in held:
        # A copy is dated as its origin; without it, by itself.
        if documents[document_id]["drawn_from"] and _root(document_id, documents) not in held:
            documents[document_id]["warnings"].add("origin_not_landed")
    made = [
        {
            "document_id": document_id,
            "title": facts["title"],
            "source_id": facts["source_id"],
            "root_document_id": _root(document_id, documents),
            "withdrawn_on": facts["withdrawn_on"],
            "warnings": ";".join(sorted(facts["warnings"])) or None,
        }
        for document_id, facts in sorted(documents.items())
    ]
    table = pa.Table.from_pylist(made, schema=SCHEMA)
    write_parquet(workspace.resolved / "document.parquet", table)
    return table


def _write_described(workspace: Workspace, landed: pd.DataFrame, entries: list[tuple[str, dict[str, Any]]]) -> None:
    rows = [(row["record_id"], row["document_id"], True) for row in _dicts(landed)]
    rows += [(row["record_id"], document_id, False) for document_id, row in entries]
    made = [dict(zip(DESCRIBED_SCHEMA.names, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist(made, schema=DESCRIBED_SCHEMA)
    write_parquet(workspace.resolved / "document_record.parquet", table)


def _dicts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    dicts: Any = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return list(dicts)


def _names(landed: pd.DataFrame) -> dict[str, str]:
    """What a register may call a landed document: its sha256; its file name, with its ending or without, or its title
    where only one bears it.
    """
    names: dict[str, str] = {}
    stems = landed["file_name"].map(lambda name: name.rpartition(".")[0] or None, na_action="ignore")
    for called in (stems, landed["title"], landed["file_name"]):
        alone = called.notna() & ~called.duplicated(keep=False)
        names |= dict(zip(called[alone].map(fold), landed.loc[alone, "document_id"], strict=True))
    return names | {document_id: document_id for document_id in landed["document_id"]}


def _described(row: dict[str, Any], names: dict[str, str]) -> str:
    """The document that a row of the register describes; an id of its own where nothing of it was landed."""
    for text in (row["file_name"], row["title"]):
        if text and (digest := _named(text, names)):
            return digest
    return entity_id("doc", fold(row["title"]), fold(row["publisher"] or ""))


def _named(text: str, names: dict[str, str]) -> str | None:
    """The document that a text calls by its name, whatever folder stands before it."""
    return names.get(text.strip()) or names.get(fold(text)) or names.get(fold(re.split(r"[\\/]", text)[-1]))


def _add(facts: dict[str, Any], row: dict[str, Any], names: dict[str, str]) -> None:
    if source := row["derived_from"]:
        digest = _named(source, names)
        if digest is None:
            facts["warnings"].add("derived_from_unknown")
        elif facts["drawn_from"] not in (None, digest):
            facts["warnings"].add("derived_from_several")  # the first one said stands
        else:
            facts["drawn_from"] = digest
    days = [day for day in (facts["withdrawn_on"], row["withdrawn_on"]) if isinstance(day, dt.date)]
    facts["withdrawn_on"] = min(days, default=None)


def _root(document: str, documents: dict[str, dict[str, Any]]) -> str:
    """Where the chain of copies begins; of documents said to be drawn from each other, the first by its id."""
    seen: list[str] = []
    while document not in seen:
        seen.append(document)
        source = documents[document]["drawn_from"]
        if source is None:
            return document
        document = source
    return min(seen[seen.index(document) :])
