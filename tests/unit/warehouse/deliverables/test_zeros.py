"""No zero that nobody verified is printed: neither on the portal's first page, nor in the workbook, nor on a map."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from warehouse.deliverables import key_figures
from warehouse.deliverables.exports.mart_tables import Table
from warehouse.deliverables.exports.zeros import Zeros
from warehouse.deliverables.maps import drawing, legend, scene
from warehouse.deliverables.maps.facts import CercleFacts
from warehouse.reading.edition import Edition

ALL = dict.fromkeys(
    ["known", "within_scope", "organizations", "operational", "not_operational", "no_service", "open_opportunities",
     "upcoming_opportunities"], 0
)  # fmt: skip


def edition(is_surveyed: bool, unverified: int, opportunities: int = 0) -> Edition:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        f"create table marts.service_gap as select date '2024-08-01' as month, 'HISTORICAL' as reading,"
        f" 'Z_GAO' as zone_code, 'SOC_01' as service_type_code, {is_surveyed} as is_surveyed,"
        f" {unverified} as unverified_count"
    )
    connection.execute("create table marts.referral_mechanisms (mechanism_id varchar)")
    connection.execute(f"create table marts.opportunity_calendar as from range({opportunities})")
    return Edition(Path(), connection, {"as_of": "2024-08-31", "notice": "", "is_demo": False, "file": ""})


def test_the_first_page_says_that_nobody_verified_or_looked() -> None:
    marks = key_figures.marks(edition(True, unverified=3), ALL | {"known": 3, "within_scope": 3, "organizations": 2})
    assert {marks[name] for name in ("operational", "not_operational", "no_service")} == {"n. v."}
    assert marks["open_opportunities"] == "n. d."
    assert {marks[name] for name in ("known", "within_scope", "organizations")} == {""}, "what is known is counted"
    assert key_figures.marks(edition(False, unverified=0), ALL)["known"] == "n. e."


def test_zeros_that_are_established_stay() -> None:
    assert set(key_figures.marks(edition(True, unverified=0, opportunities=1), ALL).values()) == {""}


def table(name: str, *rows: dict[str, Any]) -> Table:
    content, columns = pa.Table.from_pylist(list(rows)), [{"name": column} for column in rows[0]]
    return Table("marts", name, "", [], columns, len(rows), content.to_reader)


COUNTS = {"operational_count": 0, "admitting_count": 0, "conditional_count": 0, "free_count": 0}


@pytest.mark.parametrize(
    ("gap_class", "known", "unverified", "expected"),
    [
        ("NS", 0, 0, ["n. e."] * 6),
        ("UV", 2, 2, [2, "n. v.", 2, "n. v.", "n. v.", "n. v."]),
        ("G4", 1, 0, [1, 0, 0, 0, 0, 0]),
    ],
)
def test_the_workbook_marks_the_counts_of_the_grid(
    gap_class: str, known: int, unverified: int, expected: list[Any]
) -> None:
    row = {"gap_class": gap_class, "known_count": known, "operational_count": 0, "unverified_count": unverified}
    (marked,) = Zeros(edition(True, 0)).marked(table("service_gap", row | COUNTS))
    assert list(marked[1:]) == expected


def test_the_workbook_marks_indicators_of_reports() -> None:
    told = [("services", "operational_count", 0.0), ("services", "known_count", 3.0), ("tor", "row_count", 0.0)]
    rows = [{"section": s, "indicator": i, "zone_code": "ALL", "value": v} for s, i, v in told]
    marked = Zeros(edition(True, unverified=3)).marked(table("report_final", *rows))
    assert [row[3] for row in marked] == ["n. v.", 3.0, 0.0]


def shown(**classes: str) -> Any:
    facts = {code: CercleFacts({"SOC_01": told}) for code, told in classes.items()}
    said = SimpleNamespace(notice="", as_of=dt.date(2024, 8, 31))
    unsurveyed = sum(one.is_unsurveyed for one in facts.values())
    return SimpleNamespace(facts=facts, name="Gao", edition=said, unsurveyed=unsurveyed, points=[])


def test_a_zone_of_many_areas_leaves_room_for_the_names_of_the_types() -> None:
    assert legend.column_pitch(4.0, 3) == legend.column_pitch(4.0, 8) == 0.175
    assert 4.0 - 0.25 - 44 * legend.column_pitch(4.0, 44) == pytest.approx(1.8)


def test_the_map_speaks_of_the_areas_of_the_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "words", lambda: {"admin2": {"word": "province", "plural": "provinces", "e": "e"}})
    assert "sur 2 provinces, aucune dont on sache" in scene.sentence(shown(a="NS", b="UV"))


def test_the_map_counts_cercles_without_service_only_where_that_is_known() -> None:
    assert "aucun dont on sache qu’un type" in scene.sentence(shown(a="NS", b="UV"))
    assert ", 0 où un type" in scene.sentence(shown(a="G0", b="CU"))
    assert ", 1 où un type" in scene.sentence(shown(a="G4", b="UV"))


def test_a_cercle_searched_for_one_type_does_not_serve_zero() -> None:
    one = CercleFacts({"SOC_01": "G4", "SOC_02": "NS"})
    assert not one.is_known
    assert drawing._figures(one, 2) == ["1 non enquêté"]
    assert drawing._figures(CercleFacts({"SOC_01": "G4", "SOC_02": "G4"}), 2) == ["0/2"]


@pytest.mark.parametrize(
    ("classes", "served", "share"),
    [
        (["G4"] + ["NU"] * 14, 14, "P3"),  # one type without a service does not paint fourteen others red
        (["NU"] * 15, 15, "P4"),
        (["NU"] * 5 + ["G4"] * 10, 5, "P1"),
        (["NU"] * 6 + ["NS"] * 9, 6, "P2"),
        (["NU"] * 10 + ["G4"] * 5, 10, "P2"),
        (["G4"] * 2 + ["UV"] * 13, 0, "P0"),
        (["UV"] * 1 + ["NS"] * 14, 0, "UV"),
        (["NS"] * 15, 0, "NS"),
    ],
)
def test_a_cercle_over_all_types_has_the_colour_of_what_is_served(classes: list[str], served: int, share: str) -> None:
    by_type = {f"T{number}": one for number, one in enumerate(classes)}
    assert CercleFacts(by_type, frozenset(list(by_type)[:served])).share == share
