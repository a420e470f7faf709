"""CSV for machines (UTF-8, RFC 4180), with and without the row of HXL hashtags."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa

from ingestion.shapes import COLUMNS
from warehouse.deliverables.exports.mart_tables import Table
from warehouse.paths import PROJECT
from warehouse.reading.csv_cells import harmless

HXL = "warehouse/deliverables/exports/hxl.csv"  # for columns that only marts have
_END_OF_LINE = "\r\n"


def write(path: Path, header: list[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a CSV file: a header row, then one line per row. Texts that spreadsheets would run are made `harmless`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=_END_OF_LINE)
        writer.writerow(header)
        writer.writerows(rows)


def cells(content: pa.Table) -> Iterator[tuple[str, ...]]:
    """The rows as texts: dates as 2024-08-31, booleans as true and false, null as nothing."""
    return zip(*(_texts(column) for column in content.columns), strict=True)


def _texts(column: pa.ChunkedArray) -> list[str]:
    texts: list[str] = column.cast(pa.string()).fill_null("").to_pylist()
    return [harmless(text) for text in texts] if pa.types.is_string(column.type) else texts


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
