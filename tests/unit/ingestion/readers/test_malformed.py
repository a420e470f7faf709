"""Malformed files: each ends in accepted rows or in an error that says what is wrong, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion.country.pack import pack
from ingestion.declaration.registry import sources
from ingestion.declaration.source import load
from ingestion.readers.tables import table
from tests.conftest import PROJECT
from tests.fixtures import malformed
from tests.fixtures.malformed import NAMES, REFUSED, Case

MOST_MEGABYTES = 2048
OTHERS = (
    "mapping_report_pdf",
    "mapping_report_docx",
    "mrf_emails",
    "iom_dtm_mli",
    "iati_activities_mli",
    "ocha_cod_ab_mli",
)

Told = dict[str, Any]


def read_apart(folder: Path, cases: list[Case], of_sources: dict[str, Path]) -> dict[str, Told]:
    """What a process of its own told of each case; it may die of the next one, which then told nothing."""
    path = folder / "cases.json"
    path.write_text(malformed.as_json(cases, of_sources), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fixtures.malformed", str(path)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    told = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len(told) == len(cases), f"{cases[len(told)].name}: exit {done.returncode}\n{done.stderr[-2000:]}"
    return told


@pytest.fixture(scope="module")
def of_sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The template as a source, and sources of other readers."""
    folder = tmp_path_factory.mktemp("declared") / "editeur_produit_mli"
    folder.mkdir()
    for name in ("source.yml", "lookups.csv"):
        (folder / name).write_bytes((pack().sources / "_template" / name).read_bytes())
    return {"table": folder} | {name: sources()[name].folder for name in OTHERS}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    samples = {name: sources()[name].sample for name in OTHERS}
    return malformed.make(tmp_path_factory.mktemp("malformed"), samples)


@pytest.fixture(scope="module")
def told(cases: list[Case], of_sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return read_apart(tmp_path_factory.mktemp("told"), cases, of_sources)


def test_there_are_two_hundred_different_cases(cases: list[Case]) -> None:
    assert len({case.name for case in cases}) == len(cases) >= 200


def test_each_gives_rows_or_a_clear_error(cases: list[Case], told: dict[str, Told]) -> None:
    assert [line for line in told.values() if "crashed" in line] == []
    for case in cases:
        line = told[case.name]
        if case.expected == REFUSED:
            assert "refused" in line, line
        elif case.expected is not None:
            assert line.get("rows") == case.expected, line
        if "refused" in line:
            assert line["refused"].startswith(f"{case.name} · "), line
            assert "attendu" in line["refused"], line
            assert "trouvé" in line["refused"], line
            assert len(line["refused"].encode()) < 2000, line["name"]
        else:
            assert line["conserved"], line


def test_what_is_accepted_is_what_the_good_file_says(cases: list[Case], told: dict[str, Told]) -> None:
    """Damage never invents a structure: where all five rows are read, they are the five of the good file."""
    for case in cases:
        if case.source == "table" and case.expected == 5 and not case.name.startswith("names_with_signs"):
            assert told[case.name]["names"] == NAMES, case.name


def test_none_takes_long_or_much(told: dict[str, Told]) -> None:
    assert max(line["megabytes"] for line in told.values()) < MOST_MEGABYTES
    assert max(line["seconds"] for line in told.values()) < malformed.SECONDS


def test_a_text_that_begins_with_a_sign_is_kept_as_it_is(told: dict[str, Told]) -> None:
    assert told["names_with_signs.csv"]["names"] == ["=" + name for name in NAMES]


@pytest.mark.long
def test_a_million_rows_are_read_or_refused_in_a_minute_and_two_gigabytes(
    of_sources: dict[str, Path], tmp_path: Path
) -> None:
    for case in malformed.make_heavy(tmp_path):
        told = read_apart(tmp_path, [case], of_sources)[case.name]
        assert "crashed" not in told, told
        assert told.get("rows", REFUSED) == case.expected, told
        assert told["seconds"] < malformed.SECONDS, told
        assert told["megabytes"] < MOST_MEGABYTES, told
        if case.expected == REFUSED:
            assert "max_rows" in told["refused"]


@pytest.mark.long
def test_a_million_rows_can_be_declared(of_sources: dict[str, Path], tmp_path: Path) -> None:
    source = load(of_sources["table"])
    declared = source.model_copy(update={"reader": source.reader.model_copy(update={"max_rows": 1_000_000})})
    path = tmp_path / "a.csv"
    path.write_text(malformed.text([malformed.HEADER, *malformed.ROWS * 200_000]), encoding="utf-8")
    assert len(table.read(path, declared, declared.reader)["table"].frame) == 1_000_000
