"""From files to marts: what a claim weighs, what counts once, what a person overrules. Worked out here by hand."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.conftest import PROJECT, Root

AS_OF = dt.date(2024, 8, 31)
HEADER = ["Structure", "Type", "Service", "Cercle", "Vu le", "Statut", "Coût", "Capacité", "Attente", "Site", "Groupes"]
# This list does not say that it is a shelter for victims; the official one does, and knows only the cercle.
SHELTER = ["Refuge Fictif", "ONG_NAT", "SOC_02", "ML0506", "2024-06-01", "", "", "", "", "Maison Secrète", ""]
# file -> class of its source, and rows
FILES: dict[str, tuple[str, list[list[str]]]] = {
    "liste_a.csv": ("partner", [["Association Fictive Alpha", "ONG_NAT", "SOC_01", "ML0506", "2024-06-01", "OPE", "gratuit", "40", "3", "", ""], SHELTER]),
    "copie_de_a.csv": ("partner", [["Association fictive ALPHA", "ONG_NAT", "SOC_01", "ML0506", "2024-06-10", "OPE", "gratuit", "40", "", "", ""]]),
    "officiel_b.csv": ("official", [["Association Fictive Alpha", "ONG_NAT", "SOC_01", "ML0506", "2024-07-15", "FER", "payant", "60", "", "", ""], ["Refuge Fictif", "ONG_NAT", "SOC_02", "ML0506", "2024-07-15", "", "", "", "", "", "VDT"]]),
    "retire_c.csv": (
        "official",
        [
            ["Association Fictive Alpha", "ONG_NAT", "SOC_01", "ML0506", "2024-08-01", "OPE", "gratuit", "40", "", "", ""],
            ["Réseau Fictif Retiré", "ONG_NAT", "SOC_02", "ML0506", "2024-08-01", "OPE", "gratuit", "10", "", "", ""],
        ],
    ),
}  # fmt: skip
REGISTER = [
    ["Titre", "Fichier", "Nature", "Éditeur", "Publié le", "Début de période", "Fin de période", "Licence", "Sensibilité",
     "Note de lecture", "Tiré de", "Retiré le", "Motif du retrait", "Examiné le"],
    ["Copie de la liste A", "copie_de_a.csv", "liste", "", "", "", "", "", "internal", "", "liste_a.csv", "", "", "2024-08-20"],
    ["Liste C", "retire_c.csv", "liste", "", "", "", "", "", "internal", "", "", "2024-08-15", "reprise par l’éditeur", "2024-08-20"],
]  # fmt: skip
ORIGIN_SEEN = FILES["liste_a.csv"][1][0][4]
CLASS = {"partner": 0.5, "official": 0.7}
HALF_LIFE = {"status_code": 120, "cost_code": 180, "capacity_per_month": 45, "wait_days": 45}


def weight(kind: str, seen: str, attribute: str, on: dt.date = AS_OF) -> float:
    """class × freshness × extraction confidence, the last being 1 for a table."""
    return CLASS[kind] * 0.5 ** ((on - dt.date.fromisoformat(seen)).days / HALF_LIFE[attribute])


def declare(folder: Path, kind: str, patterns: list[str]) -> None:
    template = PROJECT / "countries" / "mli" / "sources" / "_template"
    columns = {
        "observed_on": "Vu le", "organization_name": "Structure", "organization_type_code": "Type",
        "service_type_code": "Service", "admin2_code": "Cercle", "admin_vintage": {"value": "2021"},
        "status_code": "Statut", "cost_code": "Coût", "capacity_per_month": "Capacité", "wait_days": "Attente",
        "site_name": "Site", "admitted_groups": "Groupes",
    }  # fmt: skip
    given = yaml.safe_load((template / "source.yml").read_text(encoding="utf-8"))
    given |= {"id": folder.name, "files": patterns, "evidence_class": kind, "reader": {"kind": "table"}, "ignored": {}}
    given |= {"shapes": {"service": {"columns": columns}}}
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    write(folder / "sample.csv", [HEADER])


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A root after one run on the files above, and what is needed to run again."""
    base = tmp_path_factory.mktemp("evidence")
    for kind in CLASS:
        names = [name for name, (its, _) in FILES.items() if its == kind]
        declare(base / "sources" / f"editeur_{kind}", kind, names)
    landing = base / "landing"
    landing.mkdir()
    for name, (_, rows) in FILES.items():
        write(landing / name, [HEADER, *rows])
    write(landing / "mrf_documents.csv", REGISTER)
    root = Root(base / "data")
    settings = {"landing": str(landing), "MRF_SOURCES": str(base / "sources")}
    run(root, settings)
    return {"root": root, **settings}


def run(root: Root, settings: dict[str, str], as_of: dt.date = AS_OF) -> None:
    arguments = ("run", "--landing", settings["landing"], "--as-of", as_of.isoformat())
    variables = {name: value for name, value in settings.items() if name.startswith("MRF_")}
    done = root.mrf(*arguments, **variables)
    assert done.returncode == 0, done.stdout + done.stderr


def service(root: Root) -> str:
    ((found,),) = root.query(
        "select service_at_location_id from marts.service_directory where service_type_code = 'SOC_01'"
    )
    return str(found)


def claims(root: Root, attribute: str) -> dict[str, tuple[str, bool, str, float]]:
    """By file (known from its source and class of evidence), the value, whether it won, its standing and weight."""
    rows = root.query(
        "select document_id, value, is_winner, standing, weight from marts.provenance"
        f" where entity = 'service_at_location' and attribute = '{attribute}'"
    )
    names = {digest: name for told in root.manifest["inputs"].values() for name, digest in told["files"].items()}
    return {names.get(document, document): tuple(told) for document, *told in rows}  # type: ignore[misc]


def test_claims_weigh_what_the_design_says(landed: dict[str, Any]) -> None:
    found = claims(landed["root"], "status_code")
    assert {name: (value, standing) for name, (value, _, standing, _) in found.items()} == {
        "liste_a.csv": ("OPE", "counted"),
        "copie_de_a.csv": ("OPE", "copy"),  # dated the 10th, it knows no more than its origin of the 1st
        "officiel_b.csv": ("FER", "counted"),
        "retire_c.csv": ("OPE", "withdrawn"),
    }
    for name, (_, _, _, measured) in found.items():
        kind, rows = FILES[name]
        seen = ORIGIN_SEEN if name == "copie_de_a.csv" else rows[0][4]
        assert measured == pytest.approx(weight(kind, seen, "status_code"), abs=1e-9)


@pytest.mark.parametrize("attribute", ["status_code", "cost_code", "capacity_per_month"])
def test_the_largest_sum_wins_and_copies_count_once(landed: dict[str, Any], attribute: str) -> None:
    root = landed["root"]
    partner, official = weight("partner", ORIGIN_SEEN, attribute), weight("official", "2024-07-15", attribute)
    winner = {"status_code": "FER", "cost_code": "payant", "capacity_per_month": "60"}[attribute]
    values = {value for value, wins, standing, _ in claims(root, attribute).values() if wins}
    assert values == {winner}
    agreement = official / (official + partner)
    told = root.mrf("trace", "service", service(root)).stdout
    line = next(line for line in told.splitlines() if f"{attribute} = {winner}" in line)
    assert f"accord {agreement:.3f}".replace(".", ",") in line
    assert f"confiance {agreement * official:.3f}".replace(".", ",") in line
    if attribute == "status_code":
        ((published, confidence),) = root.query(
            "select agreement, confidence from marts.service_directory where service_type_code = 'SOC_01'"
        )
        assert published == pytest.approx(agreement, abs=1e-9)
        assert confidence == pytest.approx(agreement * official, abs=1e-9)


def test_a_cell_of_the_grid_is_traced_to_its_services(landed: dict[str, Any]) -> None:
    root = landed["root"]
    told = root.mrf("trace", "gap", "Z_MOP/SOC_01/MIG_RET").stdout
    assert "G4" in told
    assert service(root) in told
    assert "non opérationnel" in told
    assert "Non enquêté" in root.mrf("trace", "gap", "Z_KAY/SOC_01/MIG_RET").stdout
    assert root.mrf("trace", "gap", "Z_KAY").returncode == 2
    assert root.mrf("trace", "service", "sal_inconnu").returncode == 2


def test_a_shelter_that_one_source_knows_as_such_is_hidden_in_all(landed: dict[str, Any]) -> None:
    root = landed["root"]
    found = root.query(
        "select is_masked, source_count, admin2_code from marts.service_directory where organization_name = 'Refuge Fictif'"
    )
    assert found == [(True, 2, "ML0506")], "both lists speak of one service"
    with duckdb.connect(str(root.path / "published" / root.catalog["current"]), read_only=True) as connection:
        tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        text = "\n".join(str(connection.execute(f'from {s}."{t}"').fetchall()) for s, t in tables).casefold()
    assert "refuge fictif" in text
    assert "secrète" not in text
    assert "secrete" not in text


@pytest.mark.long
def test_two_independent_supporters_make_it_surer(landed: dict[str, Any], tmp_path: Path) -> None:
    """confidence = agreement × (1 − (1 − w₁)(1 − w₂)). Before its withdrawal the later official list counts, in the place
    of the earlier one: nobody contradicts it then."""
    root = landed["root"].copy(tmp_path / "data")
    day = dt.date(2024, 8, 10)
    run(root, landed, day)
    assert claims(root, "cost_code")["retire_c.csv"][:3] == ("gratuit", True, "counted")
    assert claims(root, "status_code")["officiel_b.csv"][:3] == ("FER", False, "superseded")
    partner = weight("partner", ORIGIN_SEEN, "status_code", day)
    withdrawn = weight("official", "2024-08-01", "status_code", day)
    ((status, cost, agreement, confidence),) = root.query(
        "select status_code, cost_code, agreement, confidence from marts.service_directory"
        " where organization_name ilike '%alpha%'"
    )
    assert (status, cost, agreement) == ("OPE", "gratuit", 1)
    assert confidence == pytest.approx(1 - (1 - partner) * (1 - withdrawn), abs=1e-9)
    # what only the withdrawn list knew was there then, and is gone since
    assert root.query("select count(*) from marts.service_directory where organization_name ilike '%retiré%'") == [(1,)]
    assert landed["root"].query("select count(*) from marts.service_directory where service_type_code = 'SOC_01'") == [
        (1,)
    ]
    assert landed["root"].query("select count(*) from marts.dim_organization where name ilike '%retiré%'") == [(0,)]


def test_the_history_follows_the_dated_claims(landed: dict[str, Any]) -> None:
    """OPE from the first list on; FER when the official one outweighs it: .7 that day against .5 × 2^(−35/120)."""
    found = landed["root"].query(
        "select valid_from, valid_to, status_code, observed_by from marts.service_history order by 1"
    )
    assert [(str(a), str(b), code, by) for a, b, code, by in found] == [
        ("2024-06-01", "2024-07-14", "OPE", "editeur_partner"),
        ("2024-07-15", "None", "FER", "editeur_official"),
    ]


@pytest.mark.long
def test_a_question_is_asked_answered_and_not_asked_again(landed: dict[str, Any], tmp_path: Path) -> None:
    root = landed["root"].copy(tmp_path / "data")
    landing = tmp_path / "landing"
    shutil.copytree(landed["landing"], landing)
    # seen the same week, by classes close to one another: neither status has enough weight
    write(
        landing / "liste_a.csv",
        [HEADER, [*FILES["liste_a.csv"][1][0][:4], "2024-07-15", "OPE", "gratuit", "40", "3", "", ""], SHELTER],
    )
    settings = landed | {"landing": str(landing)}
    run(root, settings)
    states = {source: told["state"] for source, told in root.manifest["inputs"].items() if told["files"]}
    assert states == {"editeur_partner": "fresh", "editeur_official": "unchanged", "mrf_documents": "unchanged"}
    assert root.manifest["removed"] == {}
    ((question, subject, options),) = root.query(
        "select question_id, subject, options from marts.review_queue where kind = 'value' and right_key = 'status_code'"
    )
    assert options == "FER | OPE"
    assert "Alpha" in subject
    assert question in root.mrf("review").stdout
    exported = tmp_path / "questions.csv"
    assert root.mrf("review", "--export", str(exported)).returncode == 0
    with exported.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for row in rows:
        if row["question_id"] == question:
            row |= {"answer": "OPE", "who": "IM", "why": "appel du 30 août"}
    with exported.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    done = root.mrf("review", "--import", str(exported), "--on", "2024-08-30")
    assert "1 réponse(s)" in done.stdout, done.stdout
    assert question not in root.mrf("review").stdout
    refused = root.mrf("review", "--question", "q_inconnue", "--answer", "OPE", "--who", "IM", "--why", "x")
    assert refused.returncode == 2
    run(root, settings)
    assert root.query("select status_code from marts.service_directory where service_type_code = 'SOC_01'") == [
        ("OPE",)
    ]
    assert root.query(f"select count(*) from marts.review_queue where question_id = '{question}'") == [(0,)]


@pytest.mark.long
def test_decisions_are_published_traced_and_survive_a_change_of_name(landed: dict[str, Any], tmp_path: Path) -> None:
    root = landed["root"].copy(tmp_path / "data")
    before = root.catalog["current"]
    sid = service(root)
    (root.path / "state").mkdir(exist_ok=True)
    (root.path / "state" / "overrides.csv").write_text(
        "entity,entity_id,attribute,before,after,who,why,overridden_on\n"
        f"service_at_location,{sid},status_code,FER,PAR,chargée de suivi,visite de contrôle,2024-08-20\n"
        f"service_at_location,{sid},cost_code,payant,gratuit,chargée de suivi,affiche sur place,2024-08-20\n"
        f"service_at_location,{sid},wait_days,3,1,chargée de suivi,trop tard,2024-12-01\n"
    )
    run(root, landed)
    ((status, cost, wait, agreement, confidence, conflict),) = root.query(
        "select status_code, cost_code, wait_days, agreement, confidence, has_conflict from marts.service_directory"
        " where service_type_code = 'SOC_01'"
    )
    assert (status, cost, wait) == ("PAR", "gratuit", 3)  # a decision of December is none in August
    assert (agreement, confidence) == (0, 0)  # no source says PAR: the sources' own support stays visible
    assert not conflict
    stated = claims(root, "status_code")
    assert stated["decision"] == ("PAR", True, "override", None)
    assert stated["officiel_b.csv"][1:3] == (False, "counted")
    assert root.query("select operational_state from marts.service_directory where service_type_code = 'SOC_01'") == [
        ("operational",)
    ]
    history = root.query("select valid_from, status_code, observed_by from marts.service_history order by 1")
    assert [(str(day), code, by) for day, code, by in history][-1] == ("2024-08-20", "PAR", "decision")
    assert "décision d’une personne" in root.mrf("trace", "service", sid).stdout
    told = root.mrf("diff", before, root.catalog["current"]).stdout
    assert "1 service rouvert, Région de Mopti, depuis le 2024-08-31" in told
    assert root.manifest["state"]["read"]["overrides.csv"]["rows"] == 3
    assert_a_renamed_organization_keeps_id_and_decisions(root, landed, tmp_path)


def assert_a_renamed_organization_keeps_id_and_decisions(root: Root, landed: dict[str, Any], tmp_path: Path) -> None:
    (before,) = root.query(
        "select organization_id, service_at_location_id from marts.service_directory where service_type_code = 'SOC_01'"
    )
    landing = tmp_path / "landing"
    landing.mkdir()
    renamed = [["Association Fictive Alpha du Sahel", *FILES["officiel_b.csv"][1][0][1:]]]
    write(landing / "officiel_b.csv", [HEADER, *renamed])
    (root.path / "state" / "answers.csv").write_text(
        "question_id,kind,left,right,answer,who,why,answered_on\n"
        "q,organization,Association Fictive Alpha,Association Fictive Alpha du Sahel,same,IM,changement de nom,2024-08-30\n"
    )
    run(root, landed | {"landing": str(landing), "MRF_MAX_FALL": "100"})  # files that were removed on purpose
    assert root.manifest["removed"] == {
        "editeur_official": ["retire_c.csv"],
        "editeur_partner": ["copie_de_a.csv", "liste_a.csv"],
        "mrf_documents": ["mrf_documents.csv"],
    }
    after = root.query(
        "select organization_id, service_at_location_id, organization_name from marts.service_directory where service_type_code = 'SOC_01'"
    )
    assert after == [(*before, "Association Fictive Alpha du Sahel")]
    assert root.query(
        "select status_code, cost_code from marts.service_directory where service_type_code = 'SOC_01'"
    ) == [("PAR", "gratuit")]
