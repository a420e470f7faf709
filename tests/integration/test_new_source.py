"""A new source is one folder and no code elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Root

ROWS = """Annuaire fictif du comité,,,,,,
Nom de la structure,Type de service,Région,Cercle,Statut,Date de visite,Téléphone du point focal
Association Fictive Jigiya,Services juridiques et judiciaires,Mopti,Djenné,Opérationnel,12/08/2024,76 12 34 56
Comité Fictif des Sages,Appui psychosocial,Gao,Bourem,Suspendu temporairement,13/08/2024,66 98 76 54
"""


def typed(root: Root, *arguments: str) -> tuple[subprocess.Popen[bytes], int]:
    """The command in a terminal, and where to type."""
    terminal, inside = pty.openpty()
    environment = os.environ | {"MRF_DATA": str(root.path), "COLUMNS": "160", "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.commands.mrf", *arguments],
        stdin=inside,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=root.project,
        env=environment,
    )
    return process, terminal


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "depot" / "annuaire_comite_aout_2024.csv"
    path.parent.mkdir()
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.mark.long
def test_a_file_becomes_a_source_and_its_rows_reach_the_directory(
    project_copy: Path, directory: Path, tmp_path: Path
) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], cwd=project_copy, check=True)
    root = Root(tmp_path / "data", project_copy)
    proposed = root.mrf("new-source", str(directory), "--id", "comite_annuaire_mli")
    assert proposed.returncode == 0, proposed.stdout + proposed.stderr
    assert "2 lignes lues, 2 acceptées, 0 rejetées" in proposed.stdout
    done = root.mrf("run", "--landing", str(directory.parent), "--as-of", "2024-08-31")
    assert done.returncode == 0, done.stdout + done.stderr
    found = root.query(
        "select organization_name, service_type_code, admin2_code, operational_state from marts.service_directory"
        " where organization_name in ('Association Fictive Jigiya', 'Comité Fictif des Sages') order by 1"
    )
    assert found == [
        ("Association Fictive Jigiya", "SOC_05", "ML0503", "operational"),
        ("Comité Fictif des Sages", "PSY_01", "ML0702", "not_operational"),
    ]
    explained = root.mrf("explain-source", "comite_annuaire_mli")
    assert "à jour, annuaire_comite_aout_2024.csv" in explained.stdout
    assert "service : 2 lues, 2 acceptées, 0 rejetées" in explained.stdout
    changed = subprocess.run(["git", "status", "--short"], cwd=project_copy, capture_output=True, text=True, check=True)
    assert changed.stdout.split() == ["??", "countries/mli/sources/comite_annuaire_mli/"]


def test_a_proposal_shows_what_to_confirm_and_no_person(directory: Path, tmp_path: Path) -> None:
    root, into = Root(tmp_path / "data"), tmp_path / "sources"
    looked = root.mrf("new-source", str(directory), "--into", str(into), "--look")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert not into.exists()
    done = root.mrf("new-source", str(directory), "--id", "comite_annuaire_mli", "--into", str(into))
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("organization_name", "personnelle", "« Appui psychosocial » → PSY_01", "mrf run --landing"):
        assert told in done.stdout
    assert "76 12 34 56" not in done.stdout
    again = root.mrf("explain-source", "comite_annuaire_mli", MRF_SOURCES=str(into))
    assert again.returncode == 0, again.stdout + again.stderr
    for told in ("annuaire_comite_*20??.csv", "colonne « Nom de la structure »", "code, liste type_service", "aucune"):
        assert told in again.stdout
    taken = root.mrf("new-source", str(directory), "--into", str(into), MRF_SOURCES=str(into))
    assert taken.returncode == 2
    assert "comite_annuaire_mli" in taken.stdout


def test_a_file_that_no_shape_fits_is_read_all_the_same(tmp_path: Path) -> None:
    root, into = Root(tmp_path / "data"), tmp_path / "sources"
    codes, empty = tmp_path / "codes.csv", tmp_path / "vide.csv"
    codes.write_text("Admin Level,P-Code,Name\n1,ML07,Gao\n", encoding="utf-8")
    done = root.mrf("new-source", str(codes), "--id", "ong_codes_mli", "--into", str(into))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "aucune forme ne convient" in done.stdout
    assert "à confirmer" in (into / "ong_codes_mli" / "source.yml").read_text(encoding="utf-8")
    wanted = root.mrf("new-source", str(codes), "--into", str(into), "--shape", "need")
    assert wanted.returncode == 1
    assert "people (Personnes)" in wanted.stdout
    empty.write_text("", encoding="utf-8")
    nothing = root.mrf("new-source", str(empty), "--into", str(into))
    assert nothing.returncode == 1
    assert "un fichier vide" in nothing.stdout


def test_an_own_list_is_that_of_the_organization_that_is_told(tmp_path: Path) -> None:
    root, into = Root(tmp_path / "data"), tmp_path / "sources"
    path = tmp_path / "projets_2024.csv"
    path.write_text("Projet,Région,Bailleur\nAppui fictif,Gao,Fonds Fictif\n", encoding="utf-8")
    unknown = root.mrf("new-source", str(path), "--id", "ong_un_mli", "--into", str(into))
    told = root.mrf(
        "new-source", str(path), "--id", "ong_deux_mli", "--into", str(into), "--organization", "ONG Fictive"
    )
    for done in (unknown, told):
        assert done.returncode == 0, done.stdout + done.stderr
    assert "{value: 'Structure à préciser (projets_2024)'}" in (into / "ong_un_mli" / "source.yml").read_text("utf-8")
    assert "{value: 'ONG Fictive'}" in (into / "ong_deux_mli" / "source.yml").read_text("utf-8")


def test_what_is_uncertain_is_asked_in_a_terminal(tmp_path: Path) -> None:
    """The sheet, the organization and the date; an empty answer keeps what is proposed."""
    book = openpyxl.Workbook()
    book.active.title = "Anciens"
    for page, name in ((book.active, "Vieux projet fictif"), (book.create_sheet("Projets"), "Projet fictif")):
        page.append(
            ["Projet", "Région", "Bailleur"] if page.title == "Anciens" else ["Nom du projet", "Cercle", "Donateur"]
        )
        page.append([name, "Gao", "Fonds Fictif"])
    book.save(tmp_path / "liste.xlsx")
    into = tmp_path / "sources"
    arguments = [str(tmp_path / "liste.xlsx"), "--id", "ong_liste_mli", "--into", str(into)]
    process, terminal = typed(Root(tmp_path / "data"), "new-source", *arguments)
    os.write(terminal, b"2\nONG Fictive Jigi\n2024-05-01\n\n\n\n")
    assert process.wait(timeout=120) == 0
    declaration = next(into.glob("*/source.yml")).read_text(encoding="utf-8")
    assert "{value: 'ONG Fictive Jigi'}" in declaration
    assert "{value: '2024-05-01'}" in declaration


def test_a_file_that_does_not_read_as_proposed_leaves_no_folder(tmp_path: Path) -> None:
    root, into = Root(tmp_path / "data"), tmp_path / "sources"
    path = tmp_path / "services_2024.json"
    path.write_text('{"count": 90, "results": [{"structure": "ONG fictive", "region": "Gao"}]}', encoding="utf-8")
    done = root.mrf("new-source", str(path), "--id", "comite_services_mli", "--into", str(into))
    assert done.returncode == 1
    assert "réponse incomplète" in done.stdout
    assert not (into / "comite_services_mli").exists()


def test_a_declared_source_is_explained(tmp_path: Path) -> None:
    done = Root(tmp_path / "data").mrf("explain-source", "ocha_3w_mli")
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("OCHA Mali", "sheet = ML_5W", "vide = alerte", "code, liste sector, 7 correction", "Montant Cash"):
        assert told in done.stdout


def test_the_untouched_template_is_a_valid_source(project_copy: Path, tmp_path: Path) -> None:
    root = Root(tmp_path / "data", project_copy)
    assert root.mrf("new-source", "editeur_essai_mli").returncode == 0
    assert root.mrf("expected", "editeur_essai_mli").returncode == 0
    text = (project_copy / "countries/mli/sources/editeur_essai_mli/expected.csv").read_text()
    assert text.count("\n") == 3
    assert ",PSY_01," in text


def test_wrong_use_is_told_apart(tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    assert root.mrf("new-source", "MauvaisNom").returncode == 2
    assert root.mrf("new-source", "ocha_3w_mli").returncode == 2
    assert root.mrf("new-source", "nowhere/liste.csv").returncode == 2
    assert root.mrf("explain-source", "inconnue_x").returncode == 2
    assert root.mrf("run", "--landing", str(tmp_path / "nowhere")).returncode == 2
    assert root.mrf("sql", "select 1").returncode == 1
    assert root.mrf("expected", "inconnue_x").returncode == 2
