"""Every declared source against its fictional sample: nothing lost, nothing real, every value traced to its cell."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from expectations.gate import Gated, gate
from expectations.suites import shape_suite
from expectations.validation import validate
from ingestion.clean.text import as_text
from ingestion.declaration.reader_settings import TableReader
from ingestion.declaration.registry import sources
from ingestion.records.expected import expected_csv
from ingestion.records.source_records import Ingested, ingest
from ingestion.shapes import DOCUMENT, SHAPES
from tests.fixtures.assertions import asserted

SOURCES = sources()
OF_ORGANIZATIONS = [
    name for name, source in SOURCES.items() if any("organization_name" in m.columns for m in source.shapes.values())
]
TABLES = [name for name, source in SOURCES.items() if isinstance(source.reader, TableReader)]
TEXT_TABLES = [name for name in TABLES if SOURCES[name].sample.suffix == ".csv"]
FICTIONAL = re.compile("fictif|fictive", re.IGNORECASE)
# Where a row stands differs after shuffling, and with it the ids that are made from it.
PLACE = {"record_id", "document_id", "locator"}


@cache
def read(name: str) -> Ingested:
    return ingest(SOURCES[name], [SOURCES[name].sample])


@cache
def gated(name: str) -> Gated:
    return gate(read(name))


@pytest.fixture(params=SOURCES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_there_are_sources() -> None:
    assert len(SOURCES) >= 7
    assert OF_ORGANIZATIONS
    assert TEXT_TABLES


def test_the_sample_gives_exactly_the_expected_rows(name: str) -> None:
    source = SOURCES[name]
    assert expected_csv(source) == (source.expected).read_text(encoding="utf-8")


def test_rows_read_are_rows_accepted_and_rejected(name: str) -> None:
    checks = gated(name).conservation()
    assert {check.check_name for check in checks} == {f"conservation_{shape}" for shape in SOURCES[name].shapes}
    assert [check.examples for check in checks if not check.passed] == []
    assert all(read(name).read_counts.values())


def test_record_ids_are_unique(name: str) -> None:
    records = [*read(name).records.values(), read(name).documents]
    ids = pd.concat([frame["record_id"] for frame in records])
    assert ids.notna().all()
    assert ids.is_unique


def test_the_same_file_gives_the_same_records_again(name: str) -> None:
    again = ingest(SOURCES[name], [SOURCES[name].sample])
    for shape, frame in read(name).records.items():
        pd.testing.assert_frame_equal(again.records[shape], frame)
    pd.testing.assert_frame_equal(asserted(again), asserted(read(name)))


@cache
def values(name: str) -> dict[tuple[str, str], object]:
    """The values of the accepted records, by record id and column."""
    return {
        (row["record_id"], column.name): row[column.name]
        for shape, frame in gated(name).accepted.items()
        for row in frame.to_dict("records")
        for column in SHAPES[shape]
        if column.kind != "bytes" and not pd.isna(row[column.name])
    }


def test_every_assertion_is_the_value_of_an_accepted_record(name: str) -> None:
    said = asserted(gated(name))
    assert len(said) or not any(SHAPES[shape].is_asserted for shape in SOURCES[name].shapes)
    for record_id, attribute, value in zip(said["record_id"], said["attribute"], said["value"], strict=True):
        held = values(name)[record_id, attribute]
        assert value == as_text(held)
    assert not said.duplicated(["record_id", "attribute"]).any()


def test_every_assertion_says_its_value_as_written_and_where(name: str) -> None:
    said = asserted(gated(name))
    for column in ("value", "raw_value", "locator", "document_id", "observed_on", "evidence_class"):
        assert said[column].notna().all()
        assert said[column].astype(str).str.strip().ne("").all()


def _said_by_no_cell(name: str, said: pd.DataFrame) -> pd.Series[bool]:
    """Which claims are of columns that the declaration or the name of the file fills."""
    shapes = SOURCES[name].shapes.items()
    pairs = {(shape, column) for shape, m in shapes for column, origin in m.columns.items() if origin.column is None}
    return pd.Series([pair in pairs for pair in zip(said["shape"], said["attribute"], strict=True)], index=said.index)


def test_what_no_cell_says_is_said_of_the_row(name: str) -> None:
    given = gated(name)
    said = asserted(given)[_said_by_no_cell(name, asserted(given))]
    rows = {row.record_id: row.locator for frame in given.accepted.values() for row in frame.itertuples()}
    for claim in said.to_dict("records"):
        assert claim["locator"] == rows[claim["record_id"]]
        assert claim["raw_value"].startswith(("source.yml : ", "nom du fichier : "))


@pytest.mark.parametrize("name", [n for n in TABLES if any(SHAPES[shape].is_asserted for shape in SOURCES[n].shapes)])
def test_the_cell_of_an_assertion_holds_its_text(name: str) -> None:
    source, said = SOURCES[name], asserted(gated(name))
    # A column that comes from the name of a wide column (its sex) has no cell of its own, but that of the figure.
    named = {column for new in source.reader.unpivot.values() for column in new}
    said = said[~said["attribute"].isin(named) & ~_said_by_no_cell(name, said)]
    assert len(said)
    cell_at = cells(source.sample)
    for row in said.to_dict("records"):
        assert as_text(cell_at(row["locator"])) == row["raw_value"]


def cells(path: Path) -> Callable[[str], object]:
    """What a table holds at a place such as Sheet!B3."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))

        def cell(place: str) -> str:
            row, column = coordinate_to_tuple(place)
            return rows[row - 1][column - 1]

        return cell
    book = openpyxl.load_workbook(path, data_only=True)
    return lambda place: book[place.rpartition("!")[0]][place.rpartition("!")[2]].value


def test_the_records_pass_their_suites(name: str) -> None:
    for shape, frame in gated(name).accepted.items():
        found = validate(f"{name}_{shape}", frame, shape_suite(SHAPES[shape], None), shape)
        assert [f"{r.check_name} : {r.examples}" for r in found.results if not r.passed] == []
        assert len(frame)


def test_the_document_is_described(name: str) -> None:
    (document,) = read(name).documents.to_dict("records")
    assert list(document) == [column.name for column in DOCUMENT.stored]
    assert document["file_name"] == SOURCES[name].sample.name
    assert document["sensitivity"] == SOURCES[name].sensitivity
    assert not pd.isna(document["observed_on"])
    for frame in read(name).records.values():
        assert set(frame["document_id"]) == {document["document_id"]}


@pytest.mark.parametrize("name", OF_ORGANIZATIONS)
def test_every_organization_of_a_sample_is_fictional(name: str) -> None:
    names = {
        organization
        for frame in read(name).records.values()
        if "organization_name" in frame
        for organization in [*frame["organization_name"].dropna(), *frame["organization_name_raw"].dropna()]
    }
    assert names
    assert [organization for organization in names if not FICTIONAL.search(organization)] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", TEXT_TABLES)
def test_the_order_of_the_rows_does_not_matter(name: str, seed: int, tmp_path: Path) -> None:
    source = SOURCES[name]
    with source.sample.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    header = 2 if source.reader.hxl else 1
    rows = lines[header:]
    random.Random(seed).shuffle(rows)
    assert rows != lines[header:]
    path = tmp_path / source.sample.name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines[:header] + rows)
    assert cleaned(ingest(source, [path])) == cleaned(read(name))


def cleaned(ingested: Ingested) -> Counter[tuple[str, ...]]:
    """How often each row of values was read, wherever it stood."""
    return Counter(
        (shape, *(as_text(None if pd.isna(value) else value) for column, value in row.items() if column not in PLACE))
        for shape, frame in ingested.records.items()
        for row in frame.to_dict("records")
    )
