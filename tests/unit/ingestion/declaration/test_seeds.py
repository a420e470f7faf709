"""The reference lists: each key names one row, each value that points to another list finds it there."""

from __future__ import annotations

import csv

import pytest
import yaml

from ingestion.country import consistency, pack, seeds
from ingestion.country.pcode_forms import ancestor, level_of
from ingestion.records.file_records import READERS
from warehouse.paths import DBT_PROJECT

_DECLARED = yaml.safe_load((DBT_PROJECT / "models" / "_seeds.yml").read_text(encoding="utf-8"))["seeds"]
DECLARED = {seed["name"]: seed for seed in _DECLARED}
# seed, column -> seed, column
POINTERS = [
    ("sector_crosswalk", "service_type_code", "service_type", "service_type_code"),
    ("need_crosswalk", "service_type_code", "service_type", "service_type_code"),
    ("need_crosswalk", "population_group_code", "population_group", "population_group_code"),
    ("attribute_family", "half_life_parameter", "parameter", "name"),
]


rows = seeds.rows


@pytest.fixture(autouse=True, params=sorted(pack.known()))
def country(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each country that the project ships, in turn."""
    monkeypatch.setenv(pack.SETTING, request.param)
    return str(request.param)


def test_every_seed_is_declared() -> None:
    assert set(DECLARED) == set(seeds.names())


@pytest.mark.parametrize("name", DECLARED)
def test_the_key_names_one_row(name: str) -> None:
    keys = [tuple(row[column] for column in DECLARED[name]["config"]["meta"]["key"]) for row in rows(name)]
    assert keys or name in ("admin_crosswalk", "place_variant")  # a country may need none
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("name", "column", "target", "key"), POINTERS)
def test_what_points_to_another_list_is_found_there(name: str, column: str, target: str, key: str) -> None:
    there = {row[key] for row in rows(target)}
    assert {row[column] for row in rows(name) if row[column]} <= there


def test_every_parameter_has_its_reason() -> None:
    assert [row["name"] for row in rows("parameter") if not row["reason_fr"].strip()] == []


def test_every_reader_has_a_confidence() -> None:
    """Without one, all that a reader reads would weigh nothing and be in no mart."""
    there = {row["name"] for row in rows("parameter")}
    assert {f"confidence_{kind}" for kind in READERS} <= there


def test_the_shares_of_a_crosswalk_add_up() -> None:
    shares: dict[tuple[str, str], float] = {}
    for row in rows("admin_crosswalk"):
        key = row["from_vintage"], row["from_code"]
        shares[key] = shares.get(key, 0.0) + float(row["population_share"])
    assert [key for key, share in shares.items() if abs(share - 1) > 1e-9] == []


def test_every_point_of_the_terms_of_reference_is_there_once() -> None:
    points = {row["tor_ref"] for row in rows("tor_requirement")}
    types = {f"4.{row['service_type_code']}" for row in rows("service_type")}
    zones = {f"5.{row['zone_code']}" for row in rows("zone")}
    groups = {"4.STATE", "4.NGO", "4.CSO"}
    means = {f"6.{number}" for number in range(1, 6)}
    deliverables = {"10.1", "10.2", "10.3"}
    assert types | zones | groups | means | deliverables <= points
    assert {point[1] for point in points if point.startswith("3")} == set("abcdefg")


def test_a_code_lies_in_its_parent_and_has_the_form_of_its_level() -> None:
    wrong = [
        row["code"]
        for row in rows("admin_area")
        if level_of(row["code"]) != int(row["level"])
        or ancestor(row["code"], int(row["level"]) - 1) != row["parent_code"]
    ]
    assert wrong == []


def test_the_settings_name_what_there_is(country: str) -> None:
    used = pack.pack()
    consistency.check()
    readings = {row["reading"] for row in rows("zone_admin")}
    assert readings == set(used.settings.readings)
    assert {row["vintage"] for row in rows("admin_area")} == {vintage.code for vintage in used.settings.vintages}
    with used.chief_towns.open(encoding="utf-8", newline="") as file:
        towns = {row["admin2_code"] for row in csv.DictReader(file)}
    assert {row["admin_code"] for row in rows("zone_admin")} <= towns
    assert used.outline.exists(), country
