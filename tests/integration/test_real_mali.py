"""The pipeline on the real files of Mali."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import openpyxl
import pytest

from ingestion.declaration import code_lists
from tests.conftest import Root

pytestmark = pytest.mark.real
# Of a month in one reading: zone × service type × population group.
CELLS = math.prod(len(code_lists.codes(name)) for name in ("zone", "type_service", "popgr"))


def test_all_rows_of_the_3w_are_accounted_for(mali: Root) -> None:
    rows = mali.manifest["inputs"]["ocha_3w_mli"]["rows"]["service"]
    assert rows == {"read": 24088, "accepted": 24088, "rejected": 0}


@pytest.mark.parametrize(
    ("code", "count"),
    [("admin3_code_unusable", 6851), ("admin3_outside_admin2", 707), ("admin1_not_parent_of_admin2", 17)],
)
def test_each_trap_of_the_3w_has_its_own_warning(mali: Root, code: str, count: int) -> None:
    found = mali.query(
        f"select failed_count from marts.data_quality where source_id = 'ocha_3w_mli' and check_name = 'avertissement {code} (service)'"
    )
    assert found == [(count,)]


def test_unusable_codes_keep_what_the_file_says(mali: Root) -> None:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(mali.path / "validated" / "service" / "ocha_3w_mli.parquet")
    flagged = table.filter(pc.match_substring(pc.fill_null(table["warnings"], ""), "admin3_code_unusable"))
    assert flagged["admin3_code"].null_count == flagged.num_rows
    assert pc.sum(pc.fill_null(pc.equal(flagged["admin3_code_raw"], "#N/A"), False)).as_py() == 6848


def test_contradicting_codes_are_flagged_not_mended(mali: Root) -> None:
    """The commune of another cercle is in no published row, and its claim is still in the provenance."""
    wrong = mali.query(
        "select count(*) from marts.service_directory where admin3_code is not null and not starts_with(admin3_code, admin2_code)"
    )
    assert wrong == [(0,)]
    flagged = mali.query(
        "select count(*) > 0 from marts.service_directory where has_place_question and admin3_code is null"
    )
    assert flagged == [(True,)]
    alone = mali.query("select count(*) from marts.service_directory where has_conflict and source_count = 1")
    assert alone == [(0,)], "one source disagrees with no other"


def test_the_keys_of_the_3w_can_be_queried(mali: Root) -> None:
    keys, cercles, sectors, rows = mali.query(
        "select count(distinct (admin2_code, organization_acronym, organization_name, sector_code)),"
        " count(distinct admin2_code), count(distinct sector_code), sum(record_count)"
        " from marts.operational_presence where source_id = 'ocha_3w_mli'"
    )[0]
    assert (keys, cercles, sectors, rows) == (2203, 53, 8, 24088)


def test_sectors_outside_the_mission_are_kept_and_marked(mali: Root) -> None:
    found = dict(mali.query("select sector_code, bool_and(is_out_of_scope) from marts.operational_presence group by 1"))
    assert found == {
        "HEA": False, "EDU": False, "SHL": False, "PRO": False, "FSC": True, "NUT": True, "WSH": True, "COO": True,
    }  # fmt: skip


def test_the_facilities_are_in(mali: Root) -> None:
    found = mali.query(
        "select count(*), count(latitude), count(distinct service_type_code) from marts.service_directory"
        " where service_at_location_id in (select entity_id from marts.provenance where source_id = 'who_health_facilities_mli')"
    )
    assert found == [(1478, 1448, 1)]


def test_lists_that_only_show_presence_make_a_cell_unverified(mali: Root) -> None:
    assert {c for (c,) in mali.query("select distinct gap_class from marts.service_gap")} == {"NS", "UV"}
    cells = mali.query("select month, reading, count(*) from marts.service_gap group by all")
    assert {n for *_, n in cells} == {CELLS}
    assert len(cells) == 2 * 2  # May and June 2024, two readings


def test_needs_come_from_the_returnees_of_the_shelter_sector(mali: Root) -> None:
    found = mali.query(
        "select zone_code, need * 12 from marts.service_gap where need is not null and reading = 'HISTORICAL'"
        " and month = '2024-06-01' order by 1"
    )
    # The plan states returnees of one cercle of seven in Kayes, six of eight in Mopti, one of five in Tombouctou: their
    # sum is no need of the region, and stays unknown.
    assert {zone: round(need, 9) for zone, need in found} == {"Z_BKO": 484, "Z_GAO": 11039 + 3118 + 1129}
    stated = mali.query(
        "select zone_code, sum(people) from marts.needs where indicator = 'people_in_need_SHL'"
        " and population_group_code = 'MIG_RET' and reading = 'HISTORICAL' and admin_level = 2"
        " group by 1 order by 1"
    )
    assert stated == [
        ("Z_BKO", 484),
        ("Z_GAO", 11039 + 3118 + 1129),
        ("Z_KAY", 362),
        ("Z_MOP", 144 + 4 + 9056 + 149 + 2116 + 37),
        ("Z_TOM", 8048),
    ], "what is stated is shown, cercle by cercle"


def test_each_gap_in_the_terms_of_reference_has_its_computed_reason(mali: Root) -> None:
    found = dict(mali.query("select tor_ref, reason from marts.tor_coverage where status = 'EMPTY_JUSTIFIED'"))
    assert mali.query("select count(*) from marts.tor_coverage where status = 'MISSING'") == [(0,)]
    assert len(found) == 30
    assert found["3b.1"].startswith("aucune ligne de la forme « service » n’y répond (operational)")
    assert found["10.1"] == "échéance du 01/07/2024 à venir, aucune pièce au registre"
    assert found["3d.1"] == "aucune ligne de la forme « mechanism » ; la rempliraient : mrf_mechanism_survey"
    assert found["4.ECO_01"].startswith("aucune ligne de la forme « service » n’y répond (ECO_01)")
    assert "mrf_provider_survey" in found["4.ECO_01"]
    assert "who_health_facilities_mli" not in found["4.ECO_01"]


def test_menaka_is_not_in_gao(mali: Root) -> None:
    assert mali.query(
        "select count(*) from marts.service_directory where zone_code = 'Z_GAO' and admin1_code <> 'ML07'"
    ) == [(0,)]
    people = mali.query(
        "select sum(people) from marts.needs where indicator = 'population' and zone_code = 'Z_GAO' and reading = 'HISTORICAL'"
        " and admin_level = 2"
    )
    assert people == [(162637 + 143418 + 295236,)]  # COD-PS 2019 without the cercle of Ménaka


@pytest.mark.parametrize("code", ["levels_disagree", "people_fractional", "admin1_code_invalid"])
def test_the_traps_of_the_needs_carry_warnings(mali: Root, code: str) -> None:
    found = mali.query(f"select failed_count from marts.data_quality where check_name = 'avertissement {code} (need)'")
    assert found
    assert found[0][0] > 0


def test_fiction_is_absent(mali: Root) -> None:
    assert not mali.catalog["is_demo"]
    assert mali.query("select count(*) from marts.dim_organization where name ilike '%ficti%'") == [(0,)]


def test_an_empty_landing_keeps_the_real_publication(mali: Root, tmp_path: Path) -> None:
    before = mali.catalog
    (tmp_path / "empty").mkdir()
    done = mali.mrf("run", "--landing", str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "données réelles" in done.stdout
    assert mali.catalog == before
    assert mali.mrf("sql", "select count(*) from service_directory").returncode == 0


@pytest.mark.long
def test_a_spoilt_3w_is_refused_and_the_last_good_rows_stay(mali: Root, real: Path, tmp_path: Path) -> None:
    root = mali.copy(tmp_path / "data")
    landing = tmp_path / "landing"
    shutil.copytree(real / "mali", landing)
    workbook = landing / "mali_3w_december_2023.xlsx"
    workbook.chmod(0o644)
    workbook.write_bytes(workbook.read_bytes()[: workbook.stat().st_size // 2])
    done = root.mrf("run", "--landing", str(landing), "--as-of", "2024-06-30")
    assert done.returncode == 0, done.stdout
    assert "PÉRIMÉE" in done.stdout
    told = root.manifest["inputs"]["ocha_3w_mli"]
    assert told["state"] == "stale"
    assert "mali_3w_december_2023.xlsx" in told["error"]
    assert "tronqué" in told["error"]
    assert root.manifest["marts"]["marts.service_directory"] == mali.manifest["marts"]["marts.service_directory"]
    check = root.query(
        "select severity, passed from marts.data_quality where source_id = 'ocha_3w_mli' and check_name = 'livraison lisible et conforme'"
    )
    assert check == [("error", False)]


@pytest.mark.long
def test_a_renamed_column_or_a_text_file_is_refused_with_place_expected_and_found(real: Path, tmp_path: Path) -> None:
    from ingestion.declaration.registry import sources
    from ingestion.errors import SourceFileError
    from ingestion.records.source_records import ingest

    source = sources()["ocha_3w_mli"]
    book = openpyxl.load_workbook(real / "mali" / "mali_3w_december_2023.xlsx")
    sheet = book["ML_5W"]
    sheet.delete_rows(20, sheet.max_row)
    sheet["H1"] = "code_cercle"
    renamed = tmp_path / "mali_3w_renamed.xlsx"
    book.save(renamed)
    with pytest.raises(SourceFileError) as error:
        ingest(source, [renamed])
    assert error.value.file == renamed.name
    assert error.value.place.startswith("ML_5W!")
    assert "admin2Pcod" in error.value.expected
    assert "40 colonnes" in error.value.found
    assert "« Cercle »" in error.value.found, "the names that the source declares are told, no other cell of the file"
    text = tmp_path / "mali_3w_text.xlsx"
    text.write_text("Organisation Accronyme;Nom Organisation\n")
    with pytest.raises(SourceFileError) as error:
        ingest(source, [text])
    assert error.value.file == text.name
    assert "classeur" in error.value.expected
