"""Reads the validated records, resolves each distinct statement once, and writes the places and their candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.country.pcode_forms import ancestor
from ingestion.shapes import SHAPES
from warehouse.paths import Workspace
from warehouse.resolution.places.cell_paths import level_of_free_text
from warehouse.resolution.places.cercle_of_point import Outlines
from warehouse.resolution.places.gazetteer import CURRENT
from warehouse.resolution.places.testimony import Place, Statement, places_of
from warehouse.storage import write_parquet

PLACED_SHAPES = ("service", "need", "survey_coverage")
INDIVISIBLE = {"need"}  # a figure of people cannot be told of each of several places
SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("shape", pa.string()),
        ("place_no", pa.int64()),
        ("admin_level", pa.int64()),
        ("admin1_code", pa.string()),
        ("admin2_code", pa.string()),
        ("admin3_code", pa.string()),
        ("method", pa.string()),
        ("score", pa.float64()),
        ("stated_code", pa.string()),
        ("stated_vintage", pa.string()),
        ("warnings", pa.string()),
    ]
)
CANDIDATE_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("place_no", pa.int64()),
        ("rank", pa.int64()),
        ("method", pa.string()),
        ("score", pa.float64()),
        ("stated_code", pa.string()),
        ("stated_vintage", pa.string()),
        ("admin_code", pa.string()),
        ("is_chosen", pa.bool_()),
        ("witness", pa.string()),
        ("question_key", pa.string()),
    ]
)
_CODES = [f"admin{level}_code" for level in (1, 2, 3)]
_NAMES = [f"admin{level}_name" for level in (1, 2, 3)]
_STATED = [*_CODES, *_NAMES, "admin_vintage"]
_FREE = "place_name"
_RAW = [f"{name}_raw" for name in (*_CODES, *_NAMES, _FREE)]
_READ = pa.schema(
    [(name, pa.string()) for name in ("record_id", *_STATED, _FREE, *_RAW)]
    + [(name, pa.float64()) for name in ("latitude", "longitude")]
)
_BETWEEN = "\x1f"  # separates the values of a statement; no cell holds it


def resolve(workspace: Workspace, answers: Mapping[str, str] | None = None) -> pa.Table:
    """Places all records and writes `resolved/place.parquet` (SCHEMA) and `place_candidate.parquet`.

    `answers`: what people chose, question_key → code of 2021, "" = leave unplaced. Returns the places.
    """
    outlines = Outlines(workspace)
    tables = [_shape(workspace, shape, outlines, answers or {}) for shape in PLACED_SHAPES]
    resolved = pa.concat_tables(table for table, _ in tables)
    write_parquet(workspace.resolved / "place.parquet", resolved)
    write_parquet(workspace.resolved / "place_candidate.parquet", pa.concat_tables(table for _, table in tables))
    return resolved


def unknown_names(records: pd.DataFrame) -> Counter[str]:
    """The names that no list knows under what their rows say around them, and how many rows each places higher up.

    ``records``: of one shape, as cleaned.
    """
    columns = [name if name in records else None for name in (*_CODES, *_NAMES, "admin_vintage")]
    stated = pd.DataFrame(
        {n: records[name].astype(object) if name else None for n, name in enumerate(columns)}, index=records.index
    )
    unknown: Counter[str] = Counter()
    rows = stated.where(stated.notna(), None).itertuples(index=False, name=None)
    for (*values, vintage), count in Counter(rows).items():
        names = tuple(values[3:])
        for place in places_of(Statement(tuple(values[:3]), names, vintage), {}, True):
            for level, name in enumerate(names, start=1):
                if name and f"admin{level}_name_unknown" in place.warnings and (place.level or 0) < level:
                    unknown[name] += count
    return unknown


def _shape(
    workspace: Workspace, shape: str, outlines: Outlines, answers: Mapping[str, str]
) -> tuple[pa.Table, pa.Table]:
    records = _records(workspace, shape)
    statements = _statements(records, outlines)
    resolved = [
        places_of(_statement(text), answers, shape not in INDIVISIBLE) for text in statements.dictionary.to_pylist()
    ]
    number, ids = statements.indices.to_numpy(), records["record_id"]
    rows = [[_row(shape, number, place) for number, place in enumerate(places, 1)] for places in resolved]
    candidates = [
        [row for number, place in enumerate(places, 1) for row in _ranks(number, place)] for places in resolved
    ]
    return _joined(ids, number, rows, SCHEMA), _joined(ids, number, candidates, CANDIDATE_SCHEMA)


def _records(workspace: Workspace, shape: str) -> pa.Table:
    """The columns that say a place; those that the shape does not have are null."""
    tables = [_READ.empty_table()]
    for path in sorted((workspace.validated / shape).glob("*.parquet")):
        present = set(pq.read_schema(path).names)
        table = pq.read_table(path, columns=[name for name in _READ.names if name in present])
        for field in _READ:
            if field.name not in present:
                table = table.append_column(field, pa.nulls(len(table), field.type))
        tables.append(table.select(_READ.names))
    records = pa.concat_tables(tables)
    if "admin_vintage" not in SHAPES[shape].schema.names:  # survey_coverage: our own form, which lists current codes
        position = _READ.get_field_index("admin_vintage")
        records = records.set_column(position, "admin_vintage", pa.repeat(CURRENT, len(records)))
    return records


def _statements(records: pa.Table, outlines: Outlines) -> pa.DictionaryArray:
    """What each record states, as one text: thousands of records state the same."""
    columns = {name: records[name] for name in _STATED}
    for name in (*_NAMES, _FREE):  # cleaning makes one line of a list that has one place a line
        raw = pc.replace_substring(records[f"{name}_raw"], _BETWEEN, " ")
        is_list = pc.and_(pc.fill_null(pc.match_substring(raw, "\n"), False), pc.is_valid(records[name]))
        columns[name] = pc.if_else(is_list, raw, records[name])
    columns |= _with_free_text(columns, columns.pop(_FREE))
    for code in _CODES:
        is_unreadable = pc.and_(pc.is_null(records[code]), pc.is_valid(records[f"{code}_raw"]))
        columns[f"{code}_unreadable"] = pc.if_else(is_unreadable, "unreadable", "")
    columns["point"] = outlines.around(records["latitude"], records["longitude"])
    joined = pc.binary_join_element_wise(
        *(pc.cast(column, pa.string()) for column in columns.values()),
        _BETWEEN,
        null_handling="replace",
        null_replacement="",
    )
    return (
        pa.chunked_array(joined if isinstance(joined, pa.ChunkedArray) else [joined])
        .combine_chunks()
        .dictionary_encode()
    )


def _with_free_text(columns: Mapping[str, pa.ChunkedArray], free: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """The names with what free text says, in the column of the level where its names are known."""
    texts = free.to_pylist()
    names = [columns[name].to_pylist() for name in _NAMES]
    codes = [columns[code].to_pylist() for code in _CODES]
    vintages = columns["admin_vintage"].to_pylist()
    for row, text in enumerate(texts):
        above = max((n for n in (1, 2, 3) if names[n - 1][row] or codes[n - 1][row]), default=0)
        if text and above < 3:
            names[level_of_free_text(text, above, vintages[row] or CURRENT) - 1][row] = text
    return {name: pa.chunked_array([pa.array(names[n], pa.string())]) for n, name in enumerate(_NAMES)}


def _statement(text: str) -> Statement:
    code1, code2, code3, name1, name2, name3, vintage, *unreadable, point = (
        value or None for value in text.split(_BETWEEN)
    )
    is_unreadable = tuple(mark is not None for mark in unreadable)
    return Statement((code1, code2, code3), (name1, name2, name3), vintage, is_unreadable, point)


def _row(shape: str, number: int, place: Place) -> dict[str, Any]:
    codes = {f"admin{n}_code": ancestor(place.code, n) or None if (place.level or 0) >= n else None for n in (1, 2, 3)}
    return codes | {
        "shape": shape,
        "place_no": number,
        "admin_level": place.level,
        "method": place.method,
        "score": place.score,
        "stated_code": place.stated_code,
        "stated_vintage": place.stated_vintage,
        "warnings": ";".join(dict.fromkeys(place.warnings)) or None,
    }


def _ranks(number: int, place: Place) -> Iterable[dict[str, Any]]:
    for rank, candidate in enumerate(place.candidates, start=1):
        yield {
            "place_no": number,
            "rank": rank,
            "method": candidate.method,
            "score": candidate.score,
            "stated_code": candidate.stated_code,
            "stated_vintage": candidate.stated_vintage,
            "admin_code": candidate.code,
            "is_chosen": candidate.code == place.code,
            "witness": candidate.witness,
            "question_key": place.question_key,
        }


def _joined(ids: pa.ChunkedArray, number: np.ndarray, rows: list[list[dict[str, Any]]], schema: pa.Schema) -> pa.Table:
    """The rows of each record's statement, with the record's id: no loop over records."""
    counts = np.array([len(group) for group in rows], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    repeated = np.repeat(np.arange(len(number)), counts[number])
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts[number]) - counts[number], counts[number])
    table = pa.Table.from_pylist([row for group in rows for row in group], schema=schema.remove(0))
    table = table.take(pa.array(starts[number][repeated] + within))
    return table.add_column(0, schema.field(0), ids.take(pa.array(repeated))).cast(schema)
