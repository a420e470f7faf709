"""Other countries' 3W through declarations alone, against the rows that OCHA's own pipeline publishes from them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.presence import Gazetteer, Register, placed
from ingestion.declaration.source import load
from ingestion.records.expected import expected_csv
from tests.conftest import PROJECT

SOURCES = Path(__file__).with_name("sources")
PCODES = [
    {"Location": "XXA", "Admin Level": "1", "P-Code": "XX01", "Name": "Nord fictif", "Parent P-Code": "XXA"},
    {"Location": "XXA", "Admin Level": "1", "P-Code": "XX02", "Name": "Sud fictif", "Parent P-Code": "XXA"},
    {"Location": "XXA", "Admin Level": "2", "P-Code": "XX0101", "Name": "Dunes", "Parent P-Code": "XX01"},
    {"Location": "XXA", "Admin Level": "2", "P-Code": "XX0203", "Name": "Rivières", "Parent P-Code": "XX02"},
]
LENGTHS = [{"Location": "XXA", "Admin 1 Length": "2", "Admin 2 Length": "2", "Admin 3 Length": "2"}]


@pytest.mark.parametrize("name", [path.name for path in sorted(SOURCES.iterdir())])
def test_the_sample_of_another_country_gives_exactly_the_expected_rows(name: str) -> None:
    source = load(SOURCES / name)
    assert expected_csv(source) == (source.folder / "expected.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        ({"admin2_code": "XX0203"}, ("XX02", "XX0203")),
        ({"admin1_code": "XX01", "admin2_code": "XX0203"}, ("XX02", "XX0203")),  # the child is right
        ({"admin2_code_raw": "XX23"}, ("XX02", "XX0203")),  # without its zeros
        ({"admin2_code_raw": "XX002003"}, ("XX02", "XX0203")),  # with three digits a level
        ({"admin3_code": "XX010107"}, ("XX01", "XX0101")),  # a commune that the table has not
        ({"admin2_code": "XX0999", "admin2_name": "Riviéres"}, ("XX02", "XX0203")),
        ({"admin1_name": "nord FICTIF", "admin2_name": "inconnu"}, ("XX01", None)),
        ({"admin1_code": "XX09", "admin2_code": "XX0999"}, (None, None)),
    ],
)
def test_a_place_is_found_by_code_then_by_name(record: dict[str, str], codes: tuple[str | None, ...]) -> None:
    found, _ = placed(Gazetteer(PCODES, LENGTHS), "XXA", record)
    assert tuple(area.code if (area := found[level]) else None for level in (1, 2)) == codes


def test_the_first_row_of_an_organization_says_what_the_look_up_does_not() -> None:
    known = {"Canonical org name": "Agence Fictive", "Acronym": "", "Org type": "", "Location code": ""}
    register = Register([known | {"String pattern": "L'Agence fictive"}])
    first = register.body("XXA", "LAgence Fictive", "AGF", "National NGO")
    assert register.body("XXA", "L’agence fictive", "agf", "Other") is first
    assert (first.name, first.acronym, first.kind) == ("Agence Fictive", "AGF", "National NGO")


@pytest.mark.real
def test_ethiopia_and_somalia_are_published_as_the_peer_does(real: Path, tmp_path: Path) -> None:
    listed = tmp_path / "differences.csv"
    command = [
        "benchmarks/presence.py",
        str(real / "presence"),
        "--sources",
        str(SOURCES),
        "--differences",
        str(listed),
    ]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "MRF_SOURCES": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (real / "presence" / "expected_presence_eth_som.csv").open(encoding="utf-8", newline="") as file:
        expected = len(list(csv.DictReader(file)))
    with listed.open(encoding="utf-8", newline="") as file:
        differences = list(csv.DictReader(file))
    assert expected == 2590
    assert len(differences) <= 0.02 * expected, done.stdout
    assert [row for row in differences if not row["reason"] or row["reason"] == "inconnue"] == []
    assert {row["location_code"] for row in differences} == {"ETH"}, "Somalia is equal row for row"
