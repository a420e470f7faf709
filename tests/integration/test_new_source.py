"""A new source is one folder and no code elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Root

DECLARATION = """
id: comite_annuaire_mli
title: {fr: Annuaire fictif d’un comité, en: Fictional directory of a committee}
publisher: Comité fictif
license: fictive
sensitivity: internal
evidence_class: partner
kind: tableur
files: ["annuaire_comite*.csv"]
reader: {kind: table}
shapes:
  service:
    columns:
      organization_name: Nom de la structure
      service_type_code: Type
      admin1_name: Région
      admin2_name: Cercle
      admin_vintage: {value: 2021}
      status_code: Statut
      observed_on: Date
ignored: {Téléphone du point focal: donnée personnelle}
"""
ROWS = """Nom de la structure,Type,Région,Cercle,Statut,Date,Téléphone du point focal
Association Fictive Jigiya,Services juridiques et judiciaires,Mopti,Djenné,Opérationnel,12/08/2024,00000000
Comité Fictif des Sages,Services psychosociaux,Gao,Bourem,Suspendu temporairement,13/08/2024,00000000
"""


@pytest.mark.long
def test_a_copied_template_brings_its_rows_to_the_directory(project_copy: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], cwd=project_copy, check=True)
    root = Root(tmp_path / "data", project_copy)
    assert root.mrf("new-source", "comite_annuaire_mli").returncode == 0
    folder = project_copy / "ingestion" / "sources" / "comite_annuaire_mli"
    (folder / "source.yml").write_text(DECLARATION)
    (folder / "sample.csv").write_text(ROWS)
    (folder / "lookups.csv").unlink()
    assert root.mrf("expected", "comite_annuaire_mli").returncode == 0
    done = root.mrf("run")
    assert done.returncode == 0, done.stdout + done.stderr
    found = root.query(
        "select organization_name, service_type_code, admin2_code, operational_state from marts.service_directory"
        " where organization_name in ('Association Fictive Jigiya', 'Comité Fictif des Sages') order by 1"
    )
    assert found == [
        ("Association Fictive Jigiya", "SOC_05", "ML0503", "operational"),
        ("Comité Fictif des Sages", "PSY_01", "ML0702", "not_operational"),
    ]
    changed = subprocess.run(["git", "status", "--short"], cwd=project_copy, capture_output=True, text=True, check=True)
    assert changed.stdout.split() == ["??", "ingestion/sources/comite_annuaire_mli/"]


def test_the_untouched_template_is_a_valid_source(project_copy: Path, tmp_path: Path) -> None:
    root = Root(tmp_path / "data", project_copy)
    assert root.mrf("new-source", "editeur_essai_mli").returncode == 0
    assert root.mrf("expected", "editeur_essai_mli").returncode == 0
    text = (project_copy / "ingestion/sources/editeur_essai_mli/expected.csv").read_text()
    assert text.count("\n") == 3
    assert ",PSY_01," in text


def test_wrong_use_is_told_apart(tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    assert root.mrf("new-source", "MauvaisNom").returncode == 2
    assert root.mrf("new-source", "ocha_3w_mli").returncode == 2
    assert root.mrf("run", "--landing", str(tmp_path / "nowhere")).returncode == 2
    assert root.mrf("sql", "select 1").returncode == 1
    assert root.mrf("expected", "inconnue_x").returncode == 2
