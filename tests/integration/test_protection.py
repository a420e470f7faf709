"""Planted personal data: found in what was landed, and afterwards in no file but the encrypted ones."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from ingestion.clean.text import fold
from ingestion.declaration.registry import sources
from tests.conftest import KEY, PROJECT, Root
from tests.fixtures.provider_answers import SERVICE, SHELTER, SUBMISSIONS, kobo, write
from warehouse.paths import Workspace
from warehouse.privacy.file_texts import pieces
from warehouse.privacy.findings import Known, kinds_in
from warehouse.privacy.vault import open_vault

# What is planted and where. Everything is invented.
PHONES = {
    "personal column": "66 11 22 01",
    "refused submission": "+223 66 11 22 02",
    "free text": "00223-66-11-22-03",
    "title of an opportunity": "66.11.22.04",
    "remark of a 3W": "66112205",
    "name in a 3W": "66 11 22 06",
    "rejected row": "66 11 22 07",
    "personal remark": "66 11 22 08",
    "review note": "66/11/22/09",
    "answer to a closed question": "66\u00a011\u00a022\u00a010",
}
EMAILS = {"free text": "plantee@exemple-fictif.ml", "refused submission": "refusee@exemple-fictif.ml"}
NAMES = {"free text": "Planta Fictive Diarra", "personal remark": "Oumar Fictif Planté", "note": "Salif Fictif Keïta"}
SHELTER_POINT, SHELTER_PLACE = (14.5321, -4.2177), "derrière le marché aux plantes fictives"
POINT_IN_TEXT = "16.26661, -0.04442"
PERMITTED = "+226 70 11 22 99"  # of a neighbour, in groups of digits
KNOWN = Known(
    phones=frozenset("".join(filter(str.isdigit, phone))[-8:] for phone in PHONES.values()),
    emails=frozenset(EMAILS.values()),
    names=frozenset(fold(name) for name in NAMES.values()),
    points=frozenset({SHELTER_POINT, (16.2666, -0.0444)}),
)
# Ways to write the same that only their kind has in common; no name among them looks like a number.
ODD = [
    "6 6 1 1 3 3 0 1", "66,11,33,02", "66:11:33:03", "66|11|33|04", "661 13 305", "77 611 33 06", "622 61 33 07", "WA66113308",
    "66113309 F", "66 113 310", "6️⃣6️⃣1️⃣1️⃣3️⃣3️⃣1️⃣1️⃣", "soixante-six onze trente-trois douze", "⁶⁶¹¹³³¹³", "66 11 33 l4",
    "odde at exemple.org", "oddf＠exemple.org", "oddg(a)exemple.org", "oddh @ exemple . org", "oddi arobase exemple point org",
    "14 31 13 N 4 11 51 W", "14º31'14\"N", "N14 31.225 W004 11.835", "14.5171 - 4.2016", "14.5171|-4.2017", "7CQ3FRQ3+3X",
    "30P 0313345 1601239", "osm.org/?mlat=14.51710&mlon=-4.20120", "maps.app.goo.gl/FictifOdd1",
    "latitude nord 14,51711 longitude ouest 4,20122", "Responsable : Issa Oddresp", "m. moussa oddlow", "Cheikh Oddcheikh",
    "M.Oddglue", "Mmes Fictive et Odddeux", "M. d’Oddapos",
]  # fmt: skip
REFUSED = [PHONES["refused submission"][-11:], EMAILS["refused submission"], "Réticente", "Service refusé fictif"]


def _survey(folder: Path) -> None:
    submissions = [
        SUBMISSIONS[0] | {"pf_tel": PERMITTED, "opp_nouvelles": f"Programme, {PHONES['title of an opportunity']}"},
        SUBMISSIONS[1] | {"pf_tel": PHONES["personal column"]},
        SUBMISSIONS[2] | {"pf_tel": PHONES["refused submission"], "opp_nouvelles": EMAILS["refused submission"]},
    ]
    sentence = f"Atelier : Mme {NAMES['free text']}, {PHONES['free text']}, {EMAILS['free text']}, {POINT_IN_TEXT}"
    latitude, longitude = SHELTER_POINT
    services = [
        (0, SERVICE | {"srv_desc": sentence, "statut": f"OPE, {PHONES['answer to a closed question']}"}),
        (1, SHELTER | {"gps": f"{latitude} {longitude} 0 5", "srv_desc": f"Maison {SHELTER_PLACE}"}),
        (1, SERVICE | {"type_service": "SOC_01", "gps": f"{latitude} {longitude} 0 5", "srv_desc": "Soins fictifs"}),
        (2, SERVICE | {"srv_desc": "Service refusé fictif"}),
        *((0, SERVICE | {"srv_desc": f"Écoute {odd}", "docs_requis": f"Pièce, voir {odd}"}) for odd in ODD),
    ]
    write(folder, kobo(submissions, services))


def _3w(folder: Path) -> None:
    """The sample's rows, repeated until there are as many as the source must have."""
    book = openpyxl.load_workbook(sources()["ocha_3w_mli"].sample)
    sheet = book["ML_5W"]
    header = {str(cell.value).strip(): cell.column for cell in sheet[1]}
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    for number in range(1000):
        sheet.append(rows[number % len(rows)])
    sheet.cell(4, header["Remarques"], f"appeler le {PHONES['remark of a 3W']}")
    sheet.cell(5, header["Nom Organisation"], f"ONG Fictive Plantée ({PHONES['name in a 3W']})")
    sheet.cell(6, header["Nom Organisation"]).value = None
    sheet.cell(6, header["Commune"], f"voir {PHONES['rejected row']}")
    book.save(folder / "mali_3w_july_2024.xlsx")


def _coverage(folder: Path) -> None:
    book = openpyxl.load_workbook(sources()["mrf_survey_coverage"].sample)
    sheet = book.worksheets[0]
    names = [str(cell.value).rsplit("/", 1)[-1] for cell in sheet[1]]
    column = names.index("remarques") + 1 if "remarques" in names else sheet.max_column + 1
    sheet.cell(1, column, "remarques")
    sheet.cell(2, column, PHONES["personal remark"])
    sheet.cell(3, column, NAMES["personal remark"])
    book.save(folder / "mrf_survey_coverage.xlsx")


def _documents(folder: Path) -> None:
    header = (
        "Examiné le,Titre,Éditeur,Nature,Fichier,Publié le,Début de période,Fin de période,Licence,Sensibilité,"
        "Note de lecture,Tiré de,Retiré le,Motif du retrait"
    )
    note = f"Entretien avec M. {NAMES['note']}, {PHONES['review note']}"
    row = f'2024-08-01,Étude fictive,Éditeur fictif,rapport,etude.pdf,2024-07-01,,,,public,"{note}",,,'
    (folder / "mrf_documents.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    for plant in (_survey, _3w, _coverage, _documents):
        plant(folder)
    return folder


@pytest.fixture(scope="module")
def planted(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Root:
    root = Root(tmp_path_factory.mktemp("planted") / "data")
    done = _run(root, landing)
    assert done.returncode == 0, done.stdout + done.stderr
    (root.path / "run.txt").write_text(done.stdout + done.stderr)
    return root


def _run(root: Root, landing: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return root.mrf("run", "--landing", str(landing), "--as-of", "2024-08-31", **environment)


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """The distinct texts of each file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from ((str(path.relative_to(folder)), text) for text in {piece.text for piece in pieces(path)})


def test_each_planted_value_is_found_in_what_was_landed(landing: Path) -> None:
    texts = [text for _, text in _texts(landing)]
    singly = [
        *(Known(phones=frozenset({phone})) for phone in KNOWN.phones),
        *(Known(emails=frozenset({email})) for email in KNOWN.emails),
        *(Known(names=frozenset({name})) for name in KNOWN.names),
        *(Known(points=frozenset({point})) for point in KNOWN.points),
    ]
    assert [
        known for known in singly if not any(kinds_in(text, known, is_number=not known.names) for text in texts)
    ] == []
    assert any(SHELTER_PLACE in text for text in texts)
    assert [odd for odd in ODD if not any(odd in text for text in texts)] == []


def test_the_run_takes_every_source(planted: Root) -> None:
    states = {source: told["state"] for source, told in planted.manifest["inputs"].items() if told["state"] != "absent"}
    assert states == dict.fromkeys(
        ["mrf_documents", "mrf_provider_survey", "mrf_survey_coverage", "ocha_3w_mli"], "fresh"
    )
    assert planted.manifest["inputs"]["ocha_3w_mli"]["rows"]["service"]["rejected"] > 0


def test_no_planted_value_is_in_any_file_that_is_not_encrypted(planted: Root) -> None:
    """Publication, build, validated and rejected rows, state, Dagster's event log, logs, what was printed."""
    file_of: dict[str, str] = {}
    for file, text in _texts(planted.path):
        file_of.setdefault(text, file)
    leaks = [
        (file, kinds)
        for text, file in file_of.items()
        if (kinds := {kind for kind in kinds_in(text, KNOWN) if kind.startswith("known_")})
        or any(secret in text for secret in (SHELTER_PLACE, *REFUSED, *ODD))
    ]
    assert leaks == []
    files = {path.relative_to(planted.path).parts[0] for path in planted.path.rglob("*") if path.is_file()}
    assert {"published", "validated", "restricted", "build", "dagster", "run.txt"} <= files


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def test_dagster_shows_no_planted_value(planted: Root) -> None:
    """What its pages are made of: every event with its metadata, checks, previews and messages, decoded."""
    events = []
    for path in (planted.path / "dagster").rglob("*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            if connection.execute("select 1 from sqlite_master where name = 'event_logs'").fetchall():
                events += [event for (event,) in connection.execute("select event from event_logs")]
    texts = {text for event in events for text in _strings(json.loads(event))}
    assert len(events) > 100
    assert any("Association Fictive du Fleuve" in text for text in texts), "accepted rows are previewed"
    shown = {kind for text in texts for kind in kinds_in(text, KNOWN) if kind.startswith("known_")}
    assert shown == set()
    assert [secret for secret in (SHELTER_PLACE, *REFUSED) if any(secret in text for text in texts)] == []


def test_the_permitted_phone_is_published_and_the_rest_says_that_something_was_removed(planted: Root) -> None:
    phones = planted.query("select distinct public_phone from marts.service_directory where public_phone is not null")
    assert phones == [(PERMITTED.replace(" ", ""),)]
    removed = planted.query(
        "select source_id, check_name from marts.data_quality where check_name like '%personal_removed%' order by all"
    )
    assert {source for source, _ in removed} == {"mrf_documents", "mrf_provider_survey", "ocha_3w_mli"}


def test_what_was_taken_out_is_in_restricted_but_for_those_who_refused(
    planted: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_KEY_FILE", str(KEY))
    vault = open_vault(Workspace(planted.path))
    values = " ; ".join(vault.read_values("essai")["value"])
    for where in ("personal column", "free text", "name in a 3W", "rejected row", "personal remark", "review note"):
        assert PHONES[where] in values, where
    assert SHELTER_PLACE in values
    originals = [vault.read_original(path.name.split(".")[0], "essai") for path in vault.folder.glob("originals/*/*")]
    everything = values + "".join(content.decode(errors="replace") for content in originals)
    everything += "".join(vault.read_rejected(name, "x").to_csv() for name in ("mrf_provider_survey",))
    assert [refused for refused in REFUSED if refused in everything] == []
    assert "recherche de fuites" in (vault.folder / "access.csv").read_text()


def test_such_sources_leave_no_plain_original_and_no_plain_rejected_rows(planted: Root) -> None:
    assert sorted(path.stem for path in (planted.path / "rejected").glob("*")) == ["mrf_documents", "ocha_3w_mli"]
    assert not (planted.path / "originals").exists(), "into each of the four files somebody typed a phone"
    kept = sorted(path.name.split(".", 1)[1] for path in (planted.path / "restricted" / "originals").glob("*/*"))
    assert kept == ["consented.json.enc", "csv.enc", "xlsx.enc", "xlsx.enc"]


@pytest.mark.long
def test_without_the_key_such_sources_are_refused_and_the_rest_is_published(landing: Path, tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    done = _run(root, landing, MRF_KEY_FILE=str(tmp_path / "none.key"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mrf key" in done.stdout
    states = {source: told["state"] for source, told in root.manifest["inputs"].items() if told["state"] != "absent"}
    assert states == {
        "mrf_documents": "fresh", "mrf_provider_survey": "refused", "mrf_survey_coverage": "refused",
        "ocha_3w_mli": "fresh",
    }  # fmt: skip
    assert not (root.path / "restricted").exists()
    made = root.mrf("key", MRF_KEY_FILE=str(tmp_path / "none.key"))
    assert made.returncode == 0, made.stdout
    assert _run(root, landing, MRF_KEY_FILE=str(tmp_path / "none.key")).returncode == 0
    assert root.manifest["inputs"]["mrf_provider_survey"]["state"] == "fresh", "a new key is a reason to run again"


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("profiles.required_documents,", "'voir 66 11 22 77' as required_documents,", "required_documents : numéro"),
        (
            "profiles.required_documents,",
            "'16.2666, -0.0444' as required_documents,",
            "required_documents : coordonnées",
        ),
        ("profiles.public_phone,", "'66112277' as public_phone,", "marts.service_directory.public_phone : téléphone"),
    ],
    ids=["phone", "coordinates", "no permission"],
)
def test_a_build_that_gives_something_away_is_refused(
    demo: Root, project_copy: Path, tmp_path: Path, before: str, after: str, named: str
) -> None:
    model = project_copy / "dbt_project/models/marts/service/service_directory.sql"
    text = model.read_text()
    assert before in text
    model.write_text(text.replace(before, after))
    root = demo.copy(tmp_path / "data", project_copy)
    catalog = root.catalog
    done = root.mrf("run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert named in done.stdout
    assert "66 11 22 77" not in done.stdout
    assert "16.2666" not in done.stdout
    assert root.catalog == catalog
    alone = root.python(
        "-m",
        "dagster",
        "asset",
        "materialize",
        "--select",
        "published/warehouse",
        "-m",
        "orchestration.defs.definitions",
    )
    assert alone.returncode != 0
    assert root.catalog == catalog


@pytest.mark.long
def test_a_folder_that_gives_something_away_is_removed_before_readers_see_it(
    demo: Root, project_copy: Path, tmp_path: Path
) -> None:
    """A file that some later step adds beside the marts is searched like them."""
    code = project_copy / "orchestration/defs/publication.py"
    text = code.read_text()
    step = "        front.write(folder)\n"
    added = f"{step}        (folder / 'annuaire.html').write_text('<p>Tél. 66 11 22 77</p>')\n"
    assert step in text
    code.write_text(text.replace(step, added))
    root = demo.copy(tmp_path / "data", project_copy)
    catalog = root.catalog
    done = root.mrf("run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "annuaire.html · ligne 1 : numéro de téléphone" in done.stdout
    assert "66 11 22 77" not in done.stdout
    assert root.catalog == catalog
    assert root.publications == [catalog["current"].split("/")[0]]
    shutil.rmtree(project_copy)


def test_the_key_is_not_in_the_project() -> None:
    assert not KEY.is_relative_to(PROJECT)
