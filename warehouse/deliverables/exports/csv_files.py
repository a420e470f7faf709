"""CSV for machines (UTF-8, RFC 4180), with and without the row of HXL hashtags."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.shapes import COLUMNS
from warehouse.deliverables.exports.mart_tables import Table
from warehouse.paths import PROJECT
from warehouse.reading.csv_cells import SIGNS_RE2, harmless

HXL = "warehouse/deliverables/exports/hxl.csv"  # for columns that only marts have
_END_OF_LINE = "\r\n"


def write(path: Path, header: list[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a CSV file: a header row, then one line per row. Texts that spreadsheets would run are made `harmless`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=_END_OF_LINE)
        writer.writerow(header)
        writer.writerows(rows)


def write_batches(path: Path, header: list[str], batches: Iterable[pa.RecordBatch]) -> None:
    """Writes a CSV file as `write` does, with dates as 2024-08-31, booleans as true and false, null as nothing."""
    write(path, header, ())
    with path.open("ab") as file:
        for batch in batches:
            if batch.num_rows:
                lines = pc.binary_join_element_wise(*(_fields(column) for column in batch.columns), ",")
                lines = pc.binary_join_element_wise(lines, _END_OF_LINE, "")
                # The texts of an Arrow array lie one after the other: together they are the content of the file.
                file.write(memoryview(lines.buffers()[2])[: pc.sum(pc.binary_length(lines)).as_py()])


def _fields(column: pa.Array) -> pa.Array:
    """The cells of a column as they stand in the file: each distinct text is looked at once."""
    if not pa.types.is_string(column.type):
        return column.cast(pa.string()).fill_null("")
    distinct = column.fill_null("").dictionary_encode()
    texts = distinct.dictionary
    signs = pc.match_substring_regex(texts, SIGNS_RE2)
    if pc.any(signs).as_py():
        harmless_texts = pa.array([harmless(text) for text in texts.filter(signs).to_pylist()], pa.string())
        texts = pc.replace_with_mask(texts, signs, harmless_texts)
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(texts, '[",\r\n]'), quoted, texts).take(distinct.indices)


def with_hashtags(plain: Path, path: Path, tags: list[str]) -> None:
    """Copies a CSV file with a row of hashtags below its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with plain.open("rb") as source, path.open("wb") as target:
        target.write(source.readline())
        target.write((",".join(tags) + _END_OF_LINE).encode())
        shutil.copyfileobj(source, target)


def tags_of(table: Table) -> list[str]:
    """The HXL hashtag of each column. Raises LookupError if neither a shape nor `hxl.csv` defines one."""
    tags = [tag_of(table.name, name) for name in table.header]
    if lacking := [name for name, tag in zip(table.header, tags, strict=True) if not tag]:
        raise LookupError(f"{HXL} : aucun mot-dièse pour {table.name}.{', '.join(lacking)}")
    return tags


def tag_of(table: str, column: str) -> str:
    """The hashtag of a column: specific to the table, else by its name in shapes or marts; empty if none."""
    known = _tags()
    return known.get((column, table)) or COLUMNS.get(column, {}).get("hxl") or known.get((column, "")) or ""


@cache
def _tags() -> dict[tuple[str, str], str]:
    with (PROJECT / HXL).open(encoding="utf-8", newline="") as file:
        return {(row["column"], row["table"]): row["tag"] for row in csv.DictReader(file)}
