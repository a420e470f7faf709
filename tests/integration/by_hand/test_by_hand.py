"""A small fictional landing whose marts were worked out on paper (README.md), from the design and not from the SQL."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import PROJECT, Root
from tests.integration.by_hand.landing import INPUTS, rows, write_landing

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
AS_OF = "2024-11-15"
NOT_CLAIMED = "?"
TOLERANCE = 1e-9

# Ids are generated: a row is known by what a person would call it.
PLACE = ("organization_name", "service_type_code", "admin2_code")
CELL = ("zone_code", "service_type_code", "population_group_code")
OFFER = ("organization_name", "opportunity_type_code", "zone_code")
KEYS: dict[str, tuple[str, ...]] = {
    "access_barriers": (*CELL, "criterion_code"),
    "deliverable_tracker": ("deliverable_code",),
    "dim_organization": ("name",),
    "document_review": ("title",),
    "needs": ("zone_code", "reading", "admin2_code", "population_group_code", "indicator"),
    "opportunity_calendar": OFFER,
    "partner_profile": ("organization_name", "zone_code", "domain_code"),
    "programs": ("organization_name", "title"),
    "provenance": (*PLACE, "attribute", "value", "observed_on"),
    "referral_mechanisms": ("name", "zone_code", "wave"),
    "report_final": ("section", "indicator", "zone_code"),
    "report_midterm": ("section", "indicator", "zone_code"),
    "secondary_vs_field": PLACE,
    "service_directory": PLACE,
    "service_gap": ("month", "reading", *CELL),
    "service_gap_classes": ("month", "reading", "gap_class"),
    "service_history": (*PLACE, "valid_from"),
    "service_quality": (*PLACE, "wave"),
    "tor_coverage": ("tor_ref",),
    "synergies": (*OFFER, "service_type_code", "population_group_code"),
}
NAMED = (
    "select o.name as organization_name, m.* from marts.{} m left join marts.dim_organization o using (organization_id)"
)
PLACED = (
    "select d.organization_name, d.service_type_code, d.admin2_code, m.*"
    " from marts.{} m join marts.service_directory d on {}"
)
SELECTS = {
    "opportunity_calendar": NAMED.format("opportunity_calendar"),
    "partner_profile": NAMED.format("partner_profile"),
    "programs": NAMED.format("programs"),
    "provenance": PLACED.format(
        "provenance", "m.entity = 'service_at_location' and m.entity_id = d.service_at_location_id"
    ),
    "referral_mechanisms": (
        "select o.name as lead_organization_name, m.* from marts.referral_mechanisms m"
        " left join marts.dim_organization o on m.lead_organization_id = o.organization_id"
    ),
    "secondary_vs_field": PLACED.format("secondary_vs_field", "m.service_id = d.service_id"),
    "service_gap_classes": (
        "select month, reading, gap_class, count(*) as cell_count from marts.service_gap group by all"
    ),
    "service_history": PLACED.format("service_history", "m.service_at_location_id = d.service_at_location_id"),
    "service_quality": PLACED.format("service_quality", "m.service_at_location_id = d.service_at_location_id"),
    "synergies": (
        "select o.name as organization_name, c.opportunity_type_code, m.* from marts.synergies m"
        " join (select distinct opportunity_id, organization_id, opportunity_type_code from marts.opportunity_calendar) c"
        " using (opportunity_id) left join marts.dim_organization o on o.organization_id = c.organization_id"
    ),
}


def fr(age: float, half_life: float) -> float:
    """Freshness after ``age`` days."""
    return 0.5 ** (age / half_life)


def worked_out(cell: str) -> float:
    """The value of « =arithmetic », with nothing but numbers, log10 and the freshness."""
    return float(eval(cell[1:], {"__builtins__": {}}, {"log10": math.log10, "fr": fr}))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A data root after the run, with three more rows in the crosswalk of needs: sharing in proportion and the raised
    priority need more than one group whose need is known, and the published crosswalk has one."""
    base = tmp_path_factory.mktemp("by_hand")
    write_landing(base / "landing")
    found = Root(base / "data", copied_project(base / "project"))
    done = found.mrf("run", "--landing", str(base / "landing"), "--as-of", AS_OF)
    assert done.returncode == 0, done.stdout + done.stderr
    return found


def copied_project(target: Path) -> Path:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, target / name)
    with (target / "dbt_project" / "seeds" / "need_crosswalk.csv").open("a", encoding="utf-8") as seed:
        seed.write((INPUTS / "need_crosswalk_plus.csv").read_text(encoding="utf-8"))
    return target


def marts(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / folder).glob("*.csv"))


def actual(root: Root, mart: str) -> list[dict[str, Any]]:
    select = SELECTS.get(mart, f"select * from marts.{mart}")
    with duckdb.connect(str(root.path / "published" / root.catalog["current"]), read_only=True) as connection:
        cursor = connection.execute(select)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def written(value: Any) -> str:
    """A value of the database as the tables of `expected/` write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return str(value)


def same(cell: str, value: Any) -> bool:
    if cell == NOT_CLAIMED:
        return True
    if cell.startswith("=") or (cell and isinstance(value, int | float) and not isinstance(value, bool)):
        if value is None:
            return False
        wanted = worked_out(cell) if cell.startswith("=") else float(cell)
        return math.isclose(float(value), wanted, rel_tol=TOLERANCE, abs_tol=1e-12)
    return cell == written(value)


def differences(mart: str, found: list[dict[str, Any]]) -> Iterator[str]:
    header, *lines = rows(HERE / "expected" / f"{mart}.csv")
    if found and (unknown := sorted(set(header) - set(found[0]))):
        yield f"no such column: {', '.join(unknown)}"
    for line in lines:
        expected = dict(zip(header, line, strict=True))
        key = [expected[name] for name in KEYS[mart]]
        matches = [row for row in found if [written(row.get(name)) for name in KEYS[mart]] == key]
        label = " · ".join(part or "∅" for part in key)
        if len(matches) != 1:
            yield f"{label}: {len(matches)} rows, expected 1"
            continue
        for name, cell in expected.items():
            if name not in KEYS[mart] and name in matches[0] and not same(cell, matches[0][name]):
                wanted = f"{worked_out(cell):.15g} ({cell})" if cell.startswith("=") else cell or "∅"
                yield f"{label}: {name} = {written(matches[0][name]) or '∅'}, expected {wanted}"


@pytest.mark.parametrize("mart", marts("expected"))
def test_the_mart_is_what_the_paper_says(root: Root, mart: str) -> None:
    found = list(differences(mart, actual(root, mart)))
    assert not found, f"{len(found)} differences in {mart}\n" + "\n".join(found)


@pytest.mark.parametrize("mart", marts("absent"))
def test_what_must_not_be_there_is_not(root: Root, mart: str) -> None:
    header, *lines = rows(HERE / "absent" / f"{mart}.csv")
    there = {tuple(written(row.get(name)) for name in header) for row in actual(root, mart)}
    found = [" · ".join(part or "∅" for part in line) for line in lines if tuple(line) in there]
    assert not found, f"in {mart}, though it must not be\n" + "\n".join(found)


# What the inputs say of the place of the shelter (S21): its description, its commune by code and by name, its point.
@pytest.mark.parametrize("told", ["zinzin", "ml070306", "sony aliber", "16.2712", "0.0412"])
def test_nothing_published_tells_where_the_shelter_is(root: Root, told: str) -> None:
    assert where_it_is_told(root, told) == []


def test_nothing_published_leads_to_the_answer_of_one_person(root: Root) -> None:
    assert where_it_is_told(root, "00000000-0000-4000-9001-") == []


def test_the_evidence_does_not_tell_what_is_withheld(root: Root) -> None:
    """Fleuve: three completed referrals, and nothing else in the inputs is 3 under that name."""
    told = root.query("select value from marts.provenance where entity = 'mechanism' and attribute = 'completed_count'")
    assert ("3",) not in told
    assert ("20",) in told


def where_it_is_told(root: Root, text: str) -> list[str]:
    """The columns of the marts where a text stands, the list of all places aside."""
    columns = root.query(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'marts' and table_name != 'dim_admin_area'"
    )
    one = """select '{0}.{1}' from marts.{0} where contains(lower(cast("{1}" as varchar)), '{2}')"""
    asked = " union ".join(one.format(table, column, text) for table, column in columns)
    return sorted(place for (place,) in root.query(asked))


@pytest.mark.parametrize(
    ("mart", "reason"),
    [
        ("service_quality", "SMALL_COUNT"),  # S02: four answers
        ("referral_mechanisms", "SMALL_COUNT"),  # Fleuve: three completed referrals
        ("referral_mechanisms", "COMPLEMENTARY"),  # and the rate that would give them back
        ("service_directory", "SHELTER"),  # S21
    ],
)
def test_what_is_withheld_is_logged(root: Root, mart: str, reason: str) -> None:
    logged = {(row["mart"], row["reason"]) for row in actual(root, "suppression_log")}
    assert (mart, reason) in logged, sorted(logged)


def test_every_point_of_the_terms_of_reference_is_answered(root: Root) -> None:
    found = actual(root, "tor_coverage")
    assert found
    wrong = [row for row in found if (row["status"] == "COVERED") != ((row["row_count"] or 0) > 0)]
    assert wrong == []
    # The final report is overdue and nothing of it is in the register.
    assert [row["tor_ref"] for row in found if row["status"] == "MISSING"] == ["10.3"]


def test_a_capacity_is_never_counted_twice(root: Root) -> None:
    """Over all groups of a cell, no more than the services of the cell offer (PAR half)."""
    offered = {  # November, historical reading
        ("Z_BKO", "SOC_02"): 120, ("Z_BKO", "SOC_01"): 60, ("Z_BKO", "SOC_05"): 40, ("Z_BKO", "ECO_04"): 60,
        ("Z_KAY", "SOC_02"): 90, ("Z_KAY", "SOC_01"): 40, ("Z_KAY", "SOC_06"): 20, ("Z_KAY", "PSY_01"): 30,
        ("Z_KAY", "ECO_01"): 10, ("Z_KAY", "ECO_02"): 25, ("Z_MOP", "SOC_06"): 30, ("Z_GAO", "SOC_06"): 40,
    }  # fmt: skip
    shared: dict[tuple[str, str], float] = {}
    for row in actual(root, "service_gap"):
        if row["month"] == dt.date(2024, 11, 1) and row["reading"] == "HISTORICAL":
            cell = (row["zone_code"], row["service_type_code"])
            shared[cell] = shared.get(cell, 0) + (row["capacity"] or 0)
    assert {cell: shared[cell] for cell in offered} == pytest.approx(offered)
