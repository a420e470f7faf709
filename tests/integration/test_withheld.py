"""What is withheld cannot be had from all that is published together: where a shelter stands, how few persons answered,
what lies on the server.

Three shelters are landed in files of the real forms. Beside each stands another service: of the same submission, twelve
metres away; of another structure in another source, at the very point; of the same structure in another source,
elsewhere in the commune. A survey of persons is landed with them, and files that no source knows.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from ingestion.declaration.registry import sources
from tests.conftest import PROJECT, Root
from warehouse.privacy.file_texts import pieces

pytestmark = pytest.mark.long

Point = tuple[float, float]
# The sample's structure with a shelter in Bamako; that of the list with one in Mopti; a shelter in a list alone.
BAMAKO, MOPTI, GAO = (12.621137, -7.991148), (14.487121, -4.198714), (16.266612, -0.044431)
BESIDE_BAMAKO = (12.621212, -7.991093)  # twelve metres
COMMUNES = {"ML0901": "ML090103", "ML0506": "ML050601", "ML0703": "ML070301"}
# Words that stand beside a shelter in some cell: of its own row, of its neighbours' rows.
WORDS = [
    "Plantmaison", "Plantsonner", "Plantvoisin", "Plantaccueil", "Plantsite", "Plantlisteun", "Plantlistedeux",
    "Plantlistetrois", "Plantfoyer",
]  # fmt: skip
COLUMNS = {
    "observed_on": "Vu le", "organization_name": "Structure", "organization_type_code": "Type",
    "service_type_code": "Service", "admin2_code": "Cercle", "admin2_name": "Localisation", "admin3_code": "Commune",
    "admin_vintage": {"value": "2021"}, "status_code": "Statut", "site_name": "Site", "admitted_groups": "Groupes",
    "latitude": "Latitude", "longitude": "Longitude", "required_documents": "Pièces",
}  # fmt: skip
HEADER = [name for name in COLUMNS.values() if isinstance(name, str)]
OPINIONS = "mrf_beneficiary_survey"
UNKNOWN = ["liste_Awa_Plantunrec.txt", "Dossier Plantfolder/note Plantnote.pdf"]
MOVERS, SHELTERERS = "ONG Fictive Mains Ouvertes Internationale", "Mission Fictive Sainte Baobab"
FAR = {cercle: [(y + 0.09 + 0.01 * n, x + 0.08) for n in range(9)] for cercle, (y, x) in
       {"ML0901": BAMAKO, "ML0506": MOPTI, "ML0703": GAO}.items()}  # fmt: skip


def _metres(one: Point, other: Point) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return 111_320 * math.hypot(north, east)


def _survey(folder: Path) -> None:
    """The sample's export, where the sixth submission's shelter in Bamako and its office there say where they are."""
    book = openpyxl.load_workbook(sources()["mrf_provider_survey"].sample)
    sheet = book["srv"]
    column = {str(cell.value).rsplit("/", 1)[-1]: cell.column for cell in sheet[1]}

    def rows(parent: int, cercle: str, kind: str) -> int:
        (row,) = [
            number for number in range(2, sheet.max_row + 1)
            if sheet.cell(number, column["_parent_index"]).value == parent
            and sheet.cell(number, column["cercle"]).value == cercle
            and sheet.cell(number, column["type_service"]).value == kind
        ]  # fmt: skip
        return row

    def fill(row: int, **answers: str) -> None:
        for question, answer in answers.items():
            sheet.cell(row, column[question]).value = answer

    here, there = (f"{y} {x} 0 5" for y, x in (BAMAKO, BESIDE_BAMAKO))
    fill(rows(6, "ML0901", "SOC_02"), gps=here, srv_desc="Plantmaison", docs_requis="Plantsonner rue 12 porte 34",
         commune="ML090103")  # fmt: skip
    fill(rows(6, "ML0901", "PSY_01"), gps=there, srv_desc="Plantaccueil derrière la maison", commune="ML090103",
         docs_requis="Plantvoisin de la porte 34")  # fmt: skip
    # The shelter in Mopti: the survey knows its point, another source the same structure.
    fill(rows(9, "ML0506", "SOC_02"), gps=f"{MOPTI[0]} {MOPTI[1]} 0 5", commune="ML050601")
    book.save(folder / "mrf_provider_survey.xlsx")


def _row(
    structure: str, kind: str, cercle: str, site: str, point: Point | None, groups: str = "", papers: str = ""
) -> list[str]:
    place = [f"{value:.6f}" for value in point] if point else ["", ""]
    commune = COMMUNES[cercle]
    where = f"Cercle de {cercle}, commune {commune}"
    told = ["2024-07-01", structure, "ONG_NAT", kind, cercle, where, commune, "OPE", site, groups, *place, papers]
    return told


def _lists(folder: Path, declared: Path) -> None:
    """A list of other structures, one at a shelter's very point, and one of the same structures elsewhere."""
    others = [_row("Clinique Fictive Voisine", "SOC_01", "ML0901", "Plantsite", BAMAKO, papers="Plantlisteun")]
    others += [
        _row(f"Cabinet Fictif {cercle} {number}", "PSY_02", cercle, f"Site lointain {cercle} {number}", point)
        for cercle, points in FAR.items()
        for number, point in enumerate(points)
    ]
    own = [
        _row(SHELTERERS, "SOC_06", "ML0506", "Plantlistedeux", (MOPTI[0] + 0.03, MOPTI[1])),
        _row("Foyer Fictif du Nord", "SOC_02", "ML0703", "Plantfoyer", GAO, "VDT"),
        _row("Foyer Fictif du Nord", "SOC_01", "ML0703", "Plantlistetrois", (GAO[0] + 0.03, GAO[1])),
    ]
    for name, rows in (("liste_des_autres", others), ("liste_des_memes", own)):
        source = declared / name
        given = yaml.safe_load((PROJECT / "countries/mli/sources/_template/source.yml").read_text(encoding="utf-8"))
        given |= {"id": name, "files": [f"{name}.csv"], "evidence_class": "partner", "reader": {"kind": "table"}}
        given |= {"ignored": {}, "shapes": {"service": {"columns": COLUMNS}}}
        source.mkdir(parents=True)
        (source / "source.yml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
        for path, content in ((source / "sample.csv", [HEADER]), (folder / f"{name}.csv", [HEADER, *rows])):
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(content)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Root:
    base = tmp_path_factory.mktemp("shelters")
    landing, declared = base / "landing", base / "sources"
    landing.mkdir()
    _survey(landing)
    _lists(landing, declared)
    shutil.copyfile(sources()[OPINIONS].sample, landing / f"{OPINIONS}.xlsx")
    for name in UNKNOWN:
        (landing / name).parent.mkdir(exist_ok=True)
        (landing / name).write_text("rien")
    root = Root(base / "data")
    arguments = ("run", "--landing", str(landing), "--as-of", "2024-08-31")
    done = root.mrf(*arguments, whole=True, MRF_SOURCES=str(declared))
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def texts(planted: Root) -> list[tuple[str, str]]:
    """Every text of every published file, decoded."""
    paths = [path for path in sorted(planted.folder.rglob("*")) if path.is_file()]
    return [(path.name, text) for path in paths for text in {piece.text for piece in pieces(path)}]


def _directory(root: Root, condition: str) -> list[tuple[object, ...]]:
    return root.query(
        "select organization_name, service_type_code, admin2_code, admin3_code, site_name, latitude, longitude"
        f" from marts.service_directory where {condition} order by all"
    )


def test_the_shelters_and_their_neighbours_are_published_at_their_cercle(planted: Root) -> None:
    shelters = {(row[0], row[2]) for row in _directory(planted, "is_masked")}
    assert shelters >= {(MOVERS, "ML0901"), (SHELTERERS, "ML0506"), ("Foyer Fictif du Nord", "ML0703")}
    neighbours = [
        *_directory(planted, f"not is_masked and organization_name = '{MOVERS}' and admin2_code = 'ML0901'"),
        *_directory(planted, f"not is_masked and organization_name = '{SHELTERERS}' and admin2_code = 'ML0506'"),
        *_directory(
            planted, "not is_masked and organization_name in ('Clinique Fictive Voisine', 'Foyer Fictif du Nord')"
        ),
    ]
    assert {(row[0], row[1]) for row in neighbours} >= {
        (MOVERS, "PSY_01"), (MOVERS, "SOC_05"), (SHELTERERS, "SOC_06"),
        ("Clinique Fictive Voisine", "SOC_01"), ("Foyer Fictif du Nord", "SOC_01"),
    }  # fmt: skip
    assert {row[3:] for row in neighbours} == {(None, None, None, None)}


def test_services_far_from_every_shelter_keep_their_place(planted: Root) -> None:
    found = _directory(planted, "organization_name like 'Cabinet Fictif ML0506%'")
    assert len(found) == len(FAR["ML0506"])
    assert [row for row in found if None in row] == []
    same_structure = _directory(planted, f"organization_name = '{MOVERS}' and admin2_code = 'ML0605' and not is_masked")
    assert same_structure
    assert all(row[5] is not None for row in same_structure), "another cercle says nothing of the shelter"


def test_no_file_holds_a_word_or_a_point_of_a_shelter_or_of_its_neighbours(texts: list[tuple[str, str]]) -> None:
    points = (BAMAKO, MOPTI, GAO, BESIDE_BAMAKO)
    halves = [_digits(value, 4) for point in points for value in point]
    pairs = [(_digits(y, 3), _digits(x, 3)) for y, x in points]
    leaks = [
        (file, text[:80])
        for file, text in texts
        if any(secret in text for secret in [*WORDS, *halves]) or any(y in text and x in text for y, x in pairs)
    ]
    assert leaks == []


def _digits(value: float, decimals: int) -> str:
    """A number as it begins, whatever its sign."""
    whole, _, rest = f"{abs(value):.6f}".partition(".")
    return f"{whole}.{rest[:decimals]}"


def test_no_service_is_located_near_a_shelter(planted: Root) -> None:
    located = planted.query(
        "select latitude, longitude from marts.service_directory where latitude is not null"
        " union select try_cast(a.value as double), try_cast(b.value as double) from marts.provenance as a"
        " inner join marts.provenance as b using (entity_id)"
        " where a.attribute = 'latitude' and b.attribute = 'longitude'"
    )
    assert located
    near = [point for point in located for shelter in (BAMAKO, MOPTI, GAO) if _metres(point, shelter) <= 500]
    assert near == []


def test_the_neighbour_of_another_source_is_one_of_several_without_a_place(planted: Root) -> None:
    """By elimination: of the list's services in Bamako the neighbour is not the only one that lost its place."""
    rows = planted.query(
        "select d.organization_name, d.latitude is null and d.admin3_code is null and d.site_name is null"
        " from marts.service_directory as d inner join marts.provenance as p on d.service_at_location_id = p.entity_id"
        " where p.source_id = 'liste_des_autres' and d.admin2_code = 'ML0901' group by all"
    )
    without = {name for name, is_without in rows if is_without}
    assert "Clinique Fictive Voisine" in without
    assert 1 < len(without) < len(rows)


def test_nothing_says_which_services_stand_beside_a_shelter(planted: Root) -> None:
    checks = planted.query("select check_name, examples from marts.data_quality where check_name like '%shelter%'")
    assert [name for name, _ in checks if "beside" in name] == []
    assert [examples for _, examples in checks if examples] == []
    logged = {key for (key,) in planted.query("select row_key from marts.suppression_log where reason = 'SHELTER'")}
    masked = {
        key for (key,) in planted.query("select service_at_location_id from marts.service_directory where is_masked")
    }
    assert logged == masked
    told = planted.query("select left_text, right_text from marts.match_decision where entity = 'service'")
    questions = planted.query("select subject, other_subject from marts.review_queue")
    assert [row for row in [*told, *questions] if any(word.lower() in str(row).lower() for word in WORDS)] == []


def test_a_submission_that_holds_a_shelter_locates_nothing_in_its_cercle(planted: Root) -> None:
    rows = planted.query(
        "select split_part(p.locator, '/', 1), d.admin2_code, d.is_masked, p.attribute from marts.provenance as p"
        " inner join marts.service_directory as d on p.entity_id = d.service_at_location_id"
        " where p.source_id = 'mrf_provider_survey'"
    )
    sharing = {(submission, cercle) for submission, cercle, is_masked, _ in rows if is_masked}
    stated = defaultdict(set)
    for submission, cercle, _, attribute in rows:
        stated[submission, cercle].add(attribute)
    assert sharing
    assert {attribute for key in sharing for attribute in stated[key]} & {
        "latitude", "longitude", "admin3_code", "admin3_name", "site_name", "description", "required_documents"
    } == set()  # fmt: skip


def test_of_a_shelter_no_text_that_somebody_typed_is_published(planted: Root) -> None:
    rows = planted.query(
        "select p.attribute, p.value, p.raw_value from marts.provenance as p"
        " inner join marts.service_directory as d on p.entity_id = d.service_at_location_id where d.is_masked"
    )
    assert [row for row in rows if row[2] not in (None, row[1])] == []
    assert {row[0] for row in rows} & {"program_name", "description", "hours", "required_documents"} == set()


def _answers(root: Root) -> dict[str, int]:
    """How many answers were read, accepted and rejected: what the operator's own files say."""
    counts: dict[str, int] = json.loads((root.path / "validated" / "_state" / f"{OPINIONS}.json").read_text())["rows"][
        "feedback"
    ]
    return counts


def test_some_opinions_are_withheld_and_others_published(planted: Root) -> None:
    shown = planted.query("select sum(beneficiary_count) from marts.service_quality")[0][0]
    small = planted.query(
        "select row_key from marts.suppression_log where mart = 'service_quality' and reason = 'SMALL_COUNT'"
    )
    assert small
    assert 0 < shown < _answers(planted)["accepted"]


def test_the_manifest_and_the_marts_tell_no_number_of_answers(planted: Root) -> None:
    manifest = planted.manifest
    assert set(manifest["inputs"][OPINIONS]["rows"]["feedback"].values()) == {None}
    failed = [check for check in manifest["source_checks"][OPINIONS] if not check["passed"]]
    assert failed
    assert {(check["failed_count"], check["examples"]) for check in failed} == {(None, "")}
    checks = planted.query(
        f"select failed_count, coalesce(examples, '') from marts.data_quality where source_id = '{OPINIONS}' and not passed"
    )
    assert set(checks) == {(None, "")}
    documents = planted.query(
        f"select extracted_count from marts.document_review where file_name = '{OPINIONS}.xlsx' and is_landed"
    )
    assert documents == [(None,)]
    told = planted.query(f"select value from marts.report_inception where indicator = 'record_count/{OPINIONS}'")
    assert told == [(None,)]


def test_no_number_beside_the_survey_of_persons_is_one_of_its_counts(planted: Root) -> None:
    """In every table, and in the pages of its checks: what speaks of the survey has none of its totals or differences."""
    counts = _answers(planted)
    shown = planted.query("select sum(beneficiary_count) from marts.service_quality")[0][0]
    secrets = {*counts.values(), *(count - int(shown) for count in counts.values())} - {0}
    digest = next(iter(planted.manifest["inputs"][OPINIONS]["files"].values()))
    tables = planted.query(
        "select table_name, list(column_name) from information_schema.columns where table_schema = 'marts' group by all"
    )
    for table, columns in tables:
        keys = {"source_id": OPINIONS, "document_id": digest}
        wanted = " or ".join(f"{name} = '{value}'" for name, value in keys.items() if name in columns)
        for row in planted.query(f'from marts."{table}" where {wanted}') if wanted else []:
            assert (
                secrets & {int(cell) for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool)}
                == set()
            )
    words = " ".join(piece.text for piece in pieces(planted.folder / "controles.html")).split()
    assert {str(counts[kind]) for kind in ("read", "accepted")} & set(words) == set()


def test_the_portal_says_that_the_answers_are_not_counted(planted: Root) -> None:
    text = next(planted.folder.glob("portail/donnees/qualite.js")).read_text()
    content: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    (source,) = [source for source in content["sources"] if source["source_id"] == OPINIONS]
    assert [source[name] for name in ("read", "accepted", "rejected")] == [None, None, None]


def test_dagster_shows_neither_answers_nor_their_number(planted: Root) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for path in (planted.path / "dagster").rglob("*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            if connection.execute("select 1 from sqlite_master where name = 'event_logs'").fetchall():
                for (event,) in connection.execute("select event from event_logs"):
                    data = (json.loads(event).get("dagster_event") or {}).get("event_specific_data") or {}
                    made = data.get("materialization") or {}
                    if made:
                        key = "/".join((made.get("asset_key") or {}).get("path", []))
                        labels[key] |= {entry.get("label", "") for entry in made.get("metadata_entries", [])} | set(
                            made.get("metadata") or {}
                        )
    assert "dagster/row_count" in labels["validated/service/mrf_provider_survey"], "others are counted"
    for name in (
        f"raw/{OPINIONS}",
        f"validated/feedback/{OPINIONS}",
        "stg_feedback",
        "int_feedback",
        "int_quality_feedback",
    ):
        (key,) = [key for key in labels if key == name or key.endswith(f"/{name}")]
        assert labels[key] & {"dagster/row_count", "lues", "rejetées", "aperçu"} == set(), key


@pytest.mark.parametrize("made", ["planted", "demo"])
def test_no_file_names_a_path_of_the_server_or_a_file_that_no_source_knows(
    made: str, request: pytest.FixtureRequest
) -> None:
    root: Root = request.getfixturevalue(made)
    secrets = [
        str(root.path),
        str(root.path.parent),
        str(Path.home()),
        str(PROJECT),
        "Plantunrec",
        "Plantnote",
        "Plantfolder",
    ]
    found = {
        (path.name, secret)
        for path in sorted(root.folder.rglob("*"))
        if path.is_file()
        for piece in pieces(path)
        for secret in secrets
        if secret in piece.text
    }
    assert found == set()


def test_the_operator_finds_the_files_that_no_source_knows(planted: Root) -> None:
    assert planted.manifest["unrecognised"] == len(UNKNOWN)
    kept = json.loads((planted.path / "last_landing.json").read_text())
    assert sorted(kept["unrecognised"]) == sorted(UNKNOWN)
    assert kept["folder"] == str(planted.path.parent / "landing")
