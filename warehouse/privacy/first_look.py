"""A first look at large files of known formats: which of their distinct texts need a closer one.

Reading a table cell by cell takes minutes for a quarter of a million claims, and each text stands there many times.
Arrow compares the distinct texts of a column at once. Places are only sought where something is found.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from ingestion.clean.personal import AROUND_PLACE
from warehouse.privacy.database_scan import SUSPECT_RE2
from warehouse.privacy.file_texts import (
    LATITUDE,
    LONGITUDE,
    delimiter_of,
    is_figure,
    is_of_phones,
    point_of,
    shown,
    split_script,
)
from warehouse.privacy.findings import Known

Text = tuple[str, bool]  # and whether it is a number
_BLOCK_BYTES = 8_000_000
_SMALL_BYTES = 100_000  # below this, reading piece by piece is as fast
# What known values of `restricted` look like: phones, e-mails, decimals, and texts that have another plain form.
_LIKE_KNOWN = r"[0-9](?:[^0-9a-zA-Z]{0,3}[0-9]){7}|@|[0-9][.,][0-9]{3}|[^\x00-\x7f]|[&%\\]|  "


class _Unsuited(Exception):
    """A file that only a reading piece by piece understands."""


def suspects(path: Path, known: Known) -> set[Text] | None:
    """The texts of a file that may hold something personal; None if it has to be read piece by piece."""
    read = _READERS.get(path.suffix.casefold())
    if read is None or path.stat().st_size < _SMALL_BYTES:
        return None
    try:
        return set(read(path, known))
    except (_Unsuited, pa.ArrowInvalid, UnicodeError, csv.Error, ValueError, RecursionError):
        return None


def _of_csv(path: Path, known: Known) -> Iterator[Text]:
    with path.open(encoding="utf-8", newline="") as file:
        first = file.readline()
        if first.lstrip()[:1] in ("{", "[", "<"):
            raise _Unsuited
        file.seek(0)
        header = next(csv.reader(file, delimiter=delimiter_of(first)))
    places = [f"f{number}" for number in range(len(header))]
    reader = arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(autogenerate_column_names=True, block_size=_BLOCK_BYTES, use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter_of(first), newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
        ),
    )
    for batch in reader:
        yield from _of_columns(header, batch.columns, known)


def _of_parquet(path: Path, known: Known) -> Iterator[Text]:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        if any(pa.types.is_nested(field.type) for field in schema):
            raise _Unsuited
        about = [f"{key.decode()} {value.decode()}" for key, value in (schema.metadata or {}).items()]
        yield from _chosen(about, known)
        wanted = [field.name for field in schema if not pa.types.is_binary(field.type)]
        for batch in file.iter_batches(columns=wanted):
            yield from _of_columns(wanted, batch.select(wanted).columns, known)


def _of_columns(header: list[str], columns: list[pa.Array], known: Known) -> Iterator[Text]:
    for name, column in zip(header, columns, strict=True):
        is_phone = is_of_phones(name)
        if pa.types.is_floating(column.type) and not is_phone and not known.has_values:
            continue
        cells = column.unique().drop_null()
        texts = cells if pa.types.is_string(cells.type) else [shown(cell) for cell in cells.to_pylist()]
        for text, _ in _chosen(texts, known):
            yield text.strip(), not is_phone and is_figure(text.strip())
    halves = [name for name in header if LATITUDE.fullmatch(name) or LONGITUDE.fullmatch(name)]
    if known.points and len(halves) > 1:
        cells = (columns[header.index(name)].to_pylist() for name in halves)
        points = {point_of(dict(zip(halves, row, strict=True))) for row in zip(*cells, strict=True)}
        yield from ((point, True) for point in points if point)


def _of_json(path: Path, known: Known) -> Iterator[Text]:
    yield from _of_values(json.loads(path.read_text(encoding="utf-8")), known)


def _of_script(path: Path, known: Known) -> Iterator[Text]:
    yield from _of_values(split_script(path.read_text(encoding="utf-8")), known)


def _of_values(value: Any, known: Known) -> Iterator[Text]:
    texts: set[str] = set()
    numbers: set[str] = set()
    _collect(value, texts, numbers, bool(known.points))
    yield from _chosen(list(texts), known)
    if known.has_values:
        yield from ((number, True) for number in numbers)


def _collect(value: Any, texts: set[str], numbers: set[str], with_points: bool) -> None:
    """Takes the keys and scalars of a JSON value, including JSON within its strings, and its points."""
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            try:
                return _collect(json.loads(value), texts, numbers, with_points)
            except ValueError:
                pass
        texts.add(value)
    elif isinstance(value, dict):
        texts.update(value)
        if with_points:
            numbers.add(point_of(value))
        for inner in value.values():
            _collect(inner, texts, numbers, with_points)
    elif isinstance(value, list | tuple):
        if with_points:
            numbers.update(f"{one}, {other}" for one, other in pairwise(value) if type(one) is type(other) is float)
        for inner in value:
            _collect(inner, texts, numbers, with_points)
    elif value is not None and not isinstance(value, bool):
        numbers.add(str(value))


def _chosen(texts: pa.Array | list[str], known: Known) -> Iterator[Text]:
    """Those among distinct texts that the patterns or a known value may match."""
    texts = pa.array(texts, pa.string())
    if not known.names:
        bare = pc.replace_substring_regex(pc.utf8_lower(texts), AROUND_PLACE, "")
        wanted = pc.match_substring_regex(bare, SUSPECT_RE2)
        if known.has_values:
            wanted = pc.or_(wanted, pc.match_substring_regex(texts, _LIKE_KNOWN))
        texts = texts.filter(wanted)
    yield from ((text, False) for text in texts.to_pylist())


_READERS = {
    ".csv": _of_csv,
    ".tsv": _of_csv,
    ".parquet": _of_parquet,
    ".json": _of_json,
    ".geojson": _of_json,
    ".js": _of_script,
}
