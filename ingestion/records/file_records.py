"""One file to records: read, split off what is personal, let the source's parse.py reshape, map."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion.confinement.guard import guarded
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Mapping, Source
from ingestion.digest import file_sha256
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers import pdf
from ingestion.readers.feeds import geo, iati, json_records
from ingestion.readers.rows import Table, Tables
from ingestion.readers.surveys import survey
from ingestion.readers.surveys.cleaning_log import Applied
from ingestion.readers.surveys.consent import Erased, nothing_erased
from ingestion.readers.tables import table
from ingestion.readers.texts import written
from ingestion.records import personal
from ingestion.records.mapping import Document, Records, build, nothing
from ingestion.shapes import DOCUMENT, SHAPES

# By the kind that a source declares.
READERS: dict[str, Callable[[Path, Source, Any], Tables]] = {
    "table": table.read,
    "pdf": pdf.read,
    "survey": survey.read,
    "geo": geo.read,
    "json": json_records.read,
    "iati": iati.read,
    "written": written.read,
}


@dataclass(frozen=True)
class Part:
    """What one file gave: the records by shape, the rest as in Ingested."""

    records: dict[str, Records]
    document: pd.DataFrame
    rejected: list[pd.DataFrame]
    notes: list[str]
    personal: list[pd.DataFrame]
    is_personal: bool
    is_declared: bool
    is_typed: bool
    consented: str | None

    @property
    def holds_personal_data(self) -> bool:
        """Whether anything of it may only lie in `restricted`."""
        return self.is_personal or self.is_typed or any(len(cells) for cells in self.personal)


def read_tables(source: Source, path: Path, erased: Erased = nothing_erased) -> Tables:
    """The raw tables of a file, by the reader that its source declares.

    Raises SourceFileError, also for whatever the reader stumbles over.

    ``erased`` submissions of a survey are left out.
    """
    if not path.is_file():
        raise SourceFileError(path.name, "fichier", "un fichier", "un dossier" if path.is_dir() else "rien")
    with guarded(path.name):
        if isinstance(source.reader, SurveyReader):  # no other reader knows submissions
            return survey.read(path, source, source.reader, erased)
        return READERS[source.reader.kind](path, source, source.reader)


def read_part(source: Source, path: Path) -> Part:
    """Everything that one file gives. Raises SourceFileError."""
    return part_of(source, path, read_tables(source, path))


def part_of(source: Source, path: Path, raw: Tables, withheld: bool = False) -> Part:
    """What the tables that a file holds give, with ``withheld`` without its free texts.

    Raises SourceFileError, also for whatever a `parse.py` or a cleaner stumbles over.
    """
    with guarded(path.name):
        return _part_of(source, path, raw, withheld)


def _part_of(source: Source, path: Path, raw: Tables, withheld: bool) -> Part:
    document = Document(file_sha256(path), path.name)
    split = {name: personal.split(source, item) for name, item in raw.items()}
    tables = {name: each.table for name, each in split.items()}
    notes = [f"{path.name} · {note}" for item in tables.values() for note in item.notes]
    notes += _filled_columns(source, path, tables)
    tables = _parse(source, tables)
    records, rejected = {}, []
    for shape, mapping in source.shapes.items():
        item = _table_of(source, path, mapping, tables)
        records[shape] = build(source, SHAPES[shape], mapping, item, document, withheld)
        rejected.append(item.rejected.assign(shape=shape, document_id=document.document_id))
    hidden = [each.personal.assign(document_id=document.document_id) for each in split.values()]
    return Part(
        records=records,
        document=_document(source, document, [built.frame for built in records.values()]),
        rejected=rejected,
        notes=notes,
        personal=hidden + [built.personal for built in records.values()],
        is_personal=personal.is_present(source, raw),
        is_declared=personal.is_declared(source, raw),
        is_typed=personal.is_typed(source, raw),
        consented=personal.consented(list(split.values())),
    )


def part_of_log(source: Source, path: Path, log: Applied, day: dt.date | None) -> Part:
    """What a cleaning log gives beside what it changed: its rows that could not be applied, each of one shape.

    ``day``: when the answers that it corrects were given.
    """
    document = Document(file_sha256(path), path.name)
    records, rejected = {}, []
    of_shape = log.wrong["question"].map(lambda question: _shape_of(source, question))
    for shape in source.shapes:
        wrong = log.wrong[of_shape.eq(shape)].drop(columns="question")
        rejected.append(wrong.assign(shape=shape, document_id=document.document_id))
        records[shape] = nothing(SHAPES[shape], len(wrong))
    described = _document(source, document, [])
    questions = {entry.cells["question"].rsplit("/", 1)[-1] for _, entry in log.kept}
    return Part(
        records=records,
        document=described.assign(observed_on=described["observed_on"].where(described["observed_on"].notna(), day)),
        rejected=rejected,
        notes=[f"{path.name} · {note}" for note in log.notes],
        personal=[],
        is_personal=bool(source.consent or source.personal),
        is_declared=bool(questions & set(source.personal)),
        is_typed=False,
        consented=_kept_of_log(log) if log.is_cut else None,
    )


def _shape_of(source: Source, question: str) -> str:
    """The shape that a question feeds, else the first one of the source."""
    shapes = source.shapes.items()
    fed = (name for name, mapping in shapes for origin in mapping.columns.values() if question in origin.read)
    return next(fed, next(iter(source.shapes)))


def _kept_of_log(log: Applied) -> str:
    """The rows of those who agreed, as originals with refusals are kept."""
    columns = list(log.kept[0][1].cells) if log.kept else []
    content = {
        "name": "cleaning_log",
        "locators": [f"uuid:{label}" for label, _ in log.kept],
        "columns": columns,
        "rows": [list(entry.cells.values()) for _, entry in log.kept],
    }
    return json.dumps([content], ensure_ascii=False)


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
    name = mapping.table or "table"
    if name not in tables:
        raise DeclarationError(
            f"{source.folder / 'source.yml'} : table « {name} » inconnue ; il y a : {', '.join(tables)}"
        )
    return tables[name]


def _filled_columns(source: Source, path: Path, tables: Tables) -> list[str]:
    """Columns declared empty that hold something in this delivery: to be mapped, not silently passed over."""
    notes = []
    for item in tables.values():
        for column in source.expected_empty:
            if column not in item.frame or not any(text.strip() for text in item.frame[column].unique()):
                continue
            if (filled := item.frame[column].str.strip().ne("")).any():
                place = item.place(column)[filled.to_numpy()].iloc[0]
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
