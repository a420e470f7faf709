"""The demo run from the outside: the golden end-to-end test."""

from __future__ import annotations

import difflib
import math
import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.declaration import code_lists
from ingestion.declaration.registry import sources
from ingestion.records.source_records import ingest
from tests.conftest import Root
from tests.fixtures import golden

NOTICE = "DONNÉES FICTIVES"


def test_the_run_ends_with_sources_checks_and_the_published_file(demo: Root) -> None:
    printed = (demo.path / "run.txt").read_text()
    for source in demo.manifest["inputs"]:
        assert source in printed
    assert "Contrôles tenus" in printed
    assert demo.catalog["current"] in printed
    assert NOTICE in printed


def test_no_library_chatters_on_the_terminal(demo: Root) -> None:
    assert (demo.path / "run.err").read_text() == ""


def test_every_mart_has_golden_rows(demo: Root) -> None:
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        assert golden.marts(connection) == sorted(path.stem for path in golden.FOLDER.glob("*.csv"))


@pytest.mark.parametrize("mart", sorted(path.stem for path in golden.FOLDER.glob("*.csv")))
def test_marts_are_the_golden_ones(demo: Root, mart: str) -> None:
    """Same inputs and date, same rows: a change here is a change for analysts, to be looked at and then accepted."""
    accepted = (golden.FOLDER / f"{mart}.csv").read_text(encoding="utf-8").splitlines()
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        found = golden.lines(connection, mart)
    changed = list(difflib.unified_diff(accepted, found, "accepted", "found", n=0, lineterm=""))
    assert not changed, "\n".join(changed[:40])


def test_everything_says_that_the_data_is_fictional(demo: Root) -> None:
    assert demo.catalog["is_demo"]
    assert demo.manifest["notice"] == NOTICE
    assert demo.query("select is_demo, notice_fr from marts.publication_notice")[0][0] is True
    comments = demo.query("select comment from duckdb_tables() where schema_name = 'marts'")
    assert all(comment.startswith(NOTICE) for (comment,) in comments)
    assert NOTICE in (demo.folder / "controles.html").read_text()
    assert NOTICE in demo.mrf("status").stdout
    assert NOTICE in demo.mrf("sql", "select 1").stdout


def test_no_service_is_said_where_the_field_looked_and_leads_to_the_search(demo: Root) -> None:
    """Psychiatry: searched for in Gao and found nowhere; not searched for in Tombouctou, where no source tells of it."""
    classes = demo.query(
        "select distinct zone_code, gap_class, is_surveyed from marts.service_gap where reading = 'HISTORICAL'"
        " and month = date '2024-08-01' and service_type_code = 'PSY_03' and zone_code in ('Z_GAO', 'Z_TOM')"
        " and known_count = 0 order by zone_code"
    )
    assert classes == [("Z_GAO", "G4", True), ("Z_TOM", "NS", False)]
    told = demo.mrf("trace", "gap", "Z_GAO/PSY_03/MIG_RET").stdout
    assert "aucun service trouvé · mrf_survey_coverage" in told


def test_every_point_of_the_terms_of_reference_is_covered(demo: Root) -> None:
    assert demo.query("select count(*), count(distinct tor_ref) from marts.tor_coverage") == [(47, 47)]
    # The final report is not due yet: nothing in the register answers for it.
    assert demo.query("select tor_ref, status from marts.tor_coverage where status <> 'COVERED'") == [
        ("10.3", "EMPTY_JUSTIFIED")
    ]


def test_the_manifest_tells_every_parameter(demo: Root) -> None:
    assert demo.manifest["parameters"] == dict(demo.query("select name, value from reference.parameter"))


def test_a_programme_an_opportunity_and_a_mechanism_are_traced_to_their_answers(demo: Root) -> None:
    for kind, column, mart in (
        ("program", "program_id", "programs"),
        ("opportunity", "opportunity_id", "opportunity_calendar"),
        ("mechanism", "mechanism_id", "referral_mechanisms"),
    ):
        ((entity_id,),) = demo.query(f"select min({column}) from marts.{mart}")
        told = demo.mrf("trace", kind, entity_id)
        assert told.returncode == 0, told.stdout
        assert "uuid:" in told.stdout


def test_nothing_changed_publishes_nothing(demo: Root) -> None:
    before = demo.catalog
    done = demo.mrf("run")
    assert done.returncode == 0
    assert "Rien n’a changé" in done.stdout
    assert demo.catalog == before


@pytest.mark.long
def test_the_same_inputs_give_the_same_marts(demo: Root, tmp_path: Path) -> None:
    again = demo.copy(tmp_path / "data")
    assert again.mrf("run", "--force").returncode == 0
    assert again.catalog["run_id"] != demo.catalog["run_id"]
    assert again.manifest["marts"] == demo.manifest["marts"]
    assert len(again.catalog["history"]) == 1
    assert "Aucune différence" in again.mrf("diff", demo.catalog["current"], again.catalog["current"]).stdout
    # …and back: readers get the earlier file again
    assert again.mrf("rollback", Path(demo.catalog["current"]).name).returncode == 0
    assert (again.path / "published" / "site").resolve() == again.folder
    assert again.catalog["current"] == demo.catalog["current"]


def test_the_grid_is_whole_and_says_no_service_only_on_evidence(demo: Root) -> None:
    assert {n for _, _, n in demo.query("select month, reading, count(*) from marts.service_gap group by all")} == {
        len(code_lists.codes("zone")) * len(code_lists.codes("type_service")) * len(code_lists.codes("popgr"))
    }
    assert demo.query("select count(*) from marts.service_gap where gap_class = 'G4' and not is_surveyed") == [(0,)]
    classes = {
        code
        for (code,) in demo.query(
            "select distinct gap_class from marts.service_gap where reading = 'HISTORICAL' and month = date '2024-08-01'"
        )
    }
    assert classes == set(code_lists.codes("gap_class")), "the samples must show every class"


def test_the_answers_of_the_sample_name_services_of_the_directory(demo: Root) -> None:
    """Ids are given by a run: when what they are made from changes, the sample is made again (tests/samples)."""
    source = sources()["mrf_beneficiary_survey"]
    answers = ingest(source, [source.sample]).records["feedback"]["service_code"].dropna()
    known = {service for (service,) in demo.query("select service_at_location_id from marts.service_directory")}
    assert set(answers) - known == {"sal_code_inconnu"}
    counts = answers.value_counts()
    assert (counts >= 5).sum() >= 12
    assert (counts < 5).sum() >= 5


def test_the_measures_of_the_grid_follow_their_formulas(demo: Root) -> None:
    """Worked out again from the published columns, without the warehouse's macros."""
    rows = demo.query(
        "select known_count, operational_count, unverified_count, admitting_count, capacity, capacity_missing_count, need,"
        " coverage, gap_people, gap_class, severity, priority, population_group_code, is_surveyed from marts.service_gap"
    )
    measured = 0
    for (
        known,
        operational,
        unverified,
        admitting,
        capacity,
        missing,
        need,
        coverage,
        gap,
        label,
        severity,
        priority,
        group,
        seen,
    ) in rows:
        assert operational + unverified <= known
        assert admitting <= operational
        assert missing <= admitting
        if capacity is None or need is None:
            assert coverage is None
            assert gap is None
            assert priority is None
        elif need > 0:
            assert coverage == pytest.approx(min(1, capacity / need))
            assert gap == pytest.approx(max(0, need - capacity))
            factor = 1.5 if group in ("VDT", "MNA", "FEM_RIS") else 1
            assert priority == pytest.approx(severity * math.log10(1 + gap) * factor)
            measured += 1
        assert severity == {"G0": 1, "G1": 2, "G2": 3, "G3": 4, "G4": 5}.get(label)
        if label == "NS":
            assert not seen
        elif label == "G4":
            assert capacity == 0
            assert admitting == 0
        elif label == "UV":
            assert admitting == 0
            assert capacity is None
        elif label in ("G0", "G1", "G2", "G3"):
            assert admitting > 0
            share = capacity / need
            assert label == ("G3" if share < 0.25 else "G2" if share < 0.5 else "G1" if share < 1 else "G0")
    assert measured > 0, "the sample must measure some cells"


def test_a_published_value_leads_back_to_its_cell(demo: Root) -> None:
    """From the directory to the sample workbook, without the warehouse's help."""
    import openpyxl

    (locator, raw), *_ = demo.query(
        "select locator, raw_value from marts.provenance where source_id = 'ocha_3w_mli' and attribute = 'service_type_code' order by 1"
    )
    sheet, cell = locator.split("!")
    sample = next((demo.project / "countries/mli/sources/ocha_3w_mli").glob("sample.*"))
    assert openpyxl.load_workbook(sample)[sheet][cell].value == raw


def test_only_marts_and_reference_are_published_and_views_that_say_their_codes(demo: Root) -> None:
    schemas = {row[0] for row in demo.query("select distinct schema_name from duckdb_tables()")}
    assert schemas == {"marts", "reference"}
    marts = demo.query("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
    assert demo.query("select view_name from duckdb_views() where not internal order by 1") == marts
    assert demo.query("select distinct schema_name from duckdb_views() where not internal") == [("libelles",)]


def test_an_analyst_reads_labels_under_a_name_that_stays(demo: Root) -> None:
    """What Excel, DBeaver and notebooks keep as their connection: one file, codes and their French beside them."""
    current = demo.path / "published" / "current.duckdb"
    with duckdb.connect(str(current), read_only=True) as connection:
        found = connection.execute(
            "select distinct zone_code_fr, service_type_code_fr, population_group_code_fr, gap_class_fr"
            " from libelles.service_gap where zone_code = 'Z_GAO' and service_type_code = 'SOC_01'"
            " and population_group_code = 'MIG_RET' and month = '2024-08-01' and reading = 'HISTORICAL'"
        ).fetchall()
        assert [row[:3] for row in found] == [("Région de Gao", "Services de santé", "Migrants de retour")]
        several = connection.execute(
            "select admitted_groups, admitted_groups_fr from libelles.service_directory"
            " where contains(admitted_groups, ';') limit 1"
        ).fetchone()
        counted = "select count(*) from {}.service_directory"
        assert connection.execute(counted.format("libelles")).fetchone() == demo.query(counted.format("marts"))[0]
        assert connection.execute("select distinct comment from duckdb_views() where not internal").fetchall() == [
            (demo.manifest["notice"],)
        ]
    assert several is not None
    assert len(several[1].split(" ; ")) == len(several[0].split(";"))
    assert "MIG" not in several[1]
    with duckdb.connect() as other:  # beside other files, under the name that its reader gives it
        other.execute(f"attach '{current}' as cartographie (read_only)")
        assert other.execute("select count(*) from cartographie.libelles.provenance").fetchone() != (0,)
    told = demo.mrf("sql", "select gap_class_fr from libelles.service_gap limit 1")
    assert told.returncode == 0, told.stdout


def test_every_published_table_and_column_is_described(demo: Root) -> None:
    undescribed = demo.query(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    )
    assert undescribed == []


def test_no_personal_column_reaches_the_publication(demo: Root) -> None:
    """The sample's phones are published only where the row says so; nobody who refused is anywhere."""
    file = demo.path / "published" / demo.catalog["current"]
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        text = "\n".join(str(connection.execute(f'from {s}."{t}"').fetchall()) for s, t in tables)
    assert "réticen" not in text.casefold()  # those who refused: a structure, a mechanism
    assert "sal_reticence" not in text
    assert "99000003" not in text  # a phone without permission in the sample
    assert "99000001" in text  # one with permission


@pytest.mark.parametrize("name", [pytest.param("service_gap", marks=pytest.mark.long), "published/warehouse"])
def test_a_partial_run_never_publishes(demo: Root, tmp_path: Path, name: str) -> None:
    root = demo.copy(tmp_path / "data")
    (root.path / "build" / "build.duckdb").write_bytes(b"not the audited build")
    before = root.catalog
    selection = name if name == "published/warehouse" else f"{name},published/warehouse"
    arguments = ["-m", "dagster", "asset", "materialize", "--select", selection, "-m", "orchestration.defs.definitions"]
    done = root.python(*arguments)
    assert done.returncode != 0
    assert root.catalog == before
    assert len(root.publications) == 1


@pytest.mark.long
def test_publishing_an_audited_build_again_never_mislabels_it(demo: Root, tmp_path: Path) -> None:
    """Files landed since then make the fictional build no more real."""
    root = demo.copy(tmp_path / "data")
    (root.path / "landing" / "mapping_report_2024.pdf").write_bytes(b"landed later")
    arguments = [
        "-m",
        "dagster",
        "asset",
        "materialize",
        "--select",
        "published/warehouse",
        "-m",
        "orchestration.defs.definitions",
    ]
    before = root.catalog
    assert root.python(*arguments).returncode == 0
    assert root.catalog == before, "already published"
    (root.path / "published" / "catalog.json").unlink()  # as if the run had been cut off before its last step
    assert root.python(*arguments).returncode == 0
    assert root.catalog["is_demo"]
    assert root.catalog["run_id"] == before["run_id"]
    for told in ("notice", "as_of", "inputs", "fingerprint", "marts"):
        assert root.manifest[told] == demo.manifest[told]


@pytest.mark.long
def test_demo_and_real_data_never_meet(demo: Root, tmp_path: Path) -> None:
    """The first real delivery leaves the fictional rows out, and the root never goes back to them."""
    root = demo.copy(tmp_path / "data")
    landing = tmp_path / "landing"
    landing.mkdir()
    sample = next((demo.project / "countries/mli/sources/mapping_report_pdf").glob("sample.*"))
    shutil.copyfile(sample, landing / "mapping_report_2024.pdf")
    assert root.mrf("run", "--landing", str(landing), "--as-of", "2024-08-31").returncode == 0
    assert not root.catalog["is_demo"]
    assert root.query("select distinct source_id from marts.provenance") == [("mapping_report_pdf",)]
    shutil.rmtree(landing)
    before = root.catalog
    done = root.mrf("run", "--landing", str(landing))
    assert done.returncode == 1
    assert root.catalog == before
    assert root.mrf("rollback", Path(demo.catalog["current"]).name).returncode == 2
