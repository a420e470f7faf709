"""One source's files to records, ready for the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ingestion.confinement.guard import guarded
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.surveys import cleaning_log, exports
from ingestion.readers.surveys.consent import Erased, nothing_erased
from ingestion.records import personal
from ingestion.records.file_records import Part, part_of, part_of_log, read_part, read_tables
from ingestion.records.personal import PERSONAL
from ingestion.records.row_checks import add_warnings
from ingestion.shapes import DOCUMENT, ENCODED_ASSERTION, SHAPES, Shape

_LEFT_OUT = ["shape", "document_id", "locator", "reason", "row"]


@dataclass(frozen=True)
class Ingested:
    """What a source's files gave.

    ``records``: by shape, the stored columns plus `errors`. ``assertions``: ENCODED_ASSERTION. ``rejected``: rows that
    never became records (locator, shape, reason; `row`, their cells as JSON where the reader tells them).
    ``read_counts``: rows read by shape. ``notes``: what a person should know.
    ``personal``: PERSONAL, every piece of personal data that was taken out. ``is_personal``: whether the files held
    declared personal columns or answers of people who were asked for their consent, ``is_declared`` whether they held
    the former: then they need a key. ``is_typed``: whether somebody
    typed something personal in any cell, read or not. ``consented``: by document, the answers of those who agreed as
    JSON, where somebody in the document did not.
    """

    records: dict[str, pd.DataFrame]
    assertions: pa.Table
    documents: pd.DataFrame
    rejected: pd.DataFrame
    read_counts: dict[str, int]
    notes: list[str]
    personal: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PERSONAL, dtype=object))
    is_personal: bool = False
    is_declared: bool = False
    is_typed: bool = False
    consented: dict[str, str] = field(default_factory=dict)


def ingest(source: Source, paths: list[Path], erased: Erased = nothing_erased, withheld: bool = False) -> Ingested:
    """All records of all files of one source, read in this process.

    Of ``erased`` submissions nothing is taken: they are rejected, and their place is not told. With ``withheld`` no
    sentence that somebody typed in a survey is taken.

    Raises SourceFileError where a file is not as declared: then nothing of the source is taken, so that half a
    delivery is never mistaken for a whole one.
    """
    return joined(source, list(parts(source, paths, erased, withheld)))


def parts(
    source: Source,
    paths: list[Path],
    erased: Erased = nothing_erased,
    withheld: bool = False,
    most_rows: int | None = None,
    begin: Callable[[Path], None] = lambda _: None,
) -> Iterator[Part]:
    """What each file gives, in the order of the files; ``begin`` is called before a file is read.

    Raises SourceFileError, also for a file of more than ``most_rows`` rows and for whatever a reader stumbles over.
    """
    if not isinstance(source.reader, SurveyReader):
        for path in paths:
            begin(path)
            yield _of_few_rows(path, read_part(source, path), most_rows)
        return
    tables, logs = {}, {}
    for path in paths:
        begin(path)
        if source.is_cleaning_log(path.name):
            with guarded(path.name):
                logs[path] = cleaning_log.read(path)
        else:
            tables[path] = read_tables(source, path, erased)
    tables = exports.last_versions(tables)  # one file may hold a later version of what another holds
    with guarded(", ".join(path.name for path in logs), "journal de nettoyage"):
        tables, applied = cleaning_log.apply(source, tables, logs)
    last_day = None
    for path in paths:
        begin(path)
        if path not in applied:
            part = part_of(source, path, tables[path], withheld)
            last_day = max(filter(None, (last_day, part.document["observed_on"].iloc[0])), default=None)
            yield _of_few_rows(path, part, most_rows)
        else:
            yield _of_few_rows(path, part_of_log(source, path, applied[path], last_day), most_rows)


def _of_few_rows(path: Path, part: Part, most_rows: int | None) -> Part:
    count = max((records.read_count for records in part.records.values()), default=0)
    if most_rows is not None and count > most_rows:
        raise SourceFileError(path.name, "lignes", f"au plus {most_rows} lignes (MRF_FILE_ROWS)", f"{count} lignes")
    return part


def joined(source: Source, parts: list[Part]) -> Ingested:
    """The parts of a delivery as one."""
    built = {shape: [part.records[shape] for part in parts] for shape in source.shapes}
    hidden = [record for part in parts for record in part.personal]
    return Ingested(
        records={
            shape: add_warnings(shape, _concat([record.frame for record in items], _columns(SHAPES[shape])))
            for shape, items in built.items()
        },
        assertions=pa.concat_tables(
            [ENCODED_ASSERTION.empty_table(), *(record.assertions for items in built.values() for record in items)]
        ),
        documents=_concat([part.document for part in parts], [c.name for c in DOCUMENT.stored]),
        rejected=_concat([left for part in parts for left in part.rejected], _LEFT_OUT),
        read_counts={shape: sum(record.read_count for record in items) for shape, items in built.items()},
        notes=[note for part in parts for note in part.notes],
        personal=personal.joined(hidden),
        is_personal=any(part.is_personal for part in parts),
        is_declared=any(part.is_declared for part in parts),
        is_typed=any(part.is_typed or any(len(record) for record in part.personal) for part in parts),
        consented={
            part.document["document_id"].iloc[0]: part.consented for part in parts if part.consented is not None
        },
    )


def _columns(shape: Shape) -> list[str]:
    return [c.name for c in shape.stored] + ["errors"]


def _concat(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if len(filled) == 1 and list(filled[0].columns) == columns:
        return filled[0].reset_index(drop=True)  # of a million rows, a copy less
    return (
        pd.concat(filled, ignore_index=True).reindex(columns=columns)
        if filled
        else pd.DataFrame(columns=columns, dtype=object)
    )
