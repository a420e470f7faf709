"""A wrong declaration is refused before anything is read, and the message says where and what is allowed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.declaration.registry import assign, roots, sources
from ingestion.declaration.source import load
from ingestion.errors import DeclarationError

Declare = Callable[..., Path]


@pytest.fixture(autouse=True)
def _only_package_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MRF_SOURCES", raising=False)


def columns(given: dict[str, Any]) -> dict[str, Any]:
    return given["shapes"]["service"]["columns"]


def test_the_template_is_a_valid_declaration(declaration: Declare) -> None:
    source = load(declaration())
    assert source.id == "editeur_produit_mli"
    assert source.title.fr == "Titre que liront les analystes"
    assert source.shapes["service"].columns["admin_vintage"].value == "2021"  # YAML gives a number
    assert source.shapes["service"].columns["organization_name"].column == "Structure"
    assert "Structure" in source.mapped
    assert "Remarques" not in source.mapped
    assert source.canonical("organization_type_code", " ong ") == "ONG_NAT"
    assert source.canonical("organization_name", "ONG") is None
    assert source.canonical("organization_type_code", "ONG ?") is None
    # The parts of a list of codes, each corrected.
    assert source.restated("organization_type_code", "ong et AUT; Ong/x") == "ONG_NAT et AUT; ONG_NAT/x"


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "unknown key": (lambda d: d.update(publishr="x"), ["publishr", "permis", "publisher", "license", "shapes"]),
    "unknown key of the reader": (lambda d: d["reader"].update(sheeet="x"), ["reader", "sheeet", "clé inconnue"]),
    "unknown key of an origin": (
        lambda d: columns(d).update(status_code={"column": "Statut", "optionnal": True}),
        ["shapes.service.columns.status_code.optionnal", "clé inconnue"],
    ),
    "another column than none": (
        lambda d: columns(d).update(status_code={"value": "OPE", "otherwise": "Statut"}),
        ["shapes.service.columns.status_code", "otherwise demande column"],
    ),
    "missing key": (lambda d: d.pop("license"), ["license"]),
    "no file pattern": (lambda d: d.update(files=[]), ["files"]),
    "unknown reader": (lambda d: d["reader"].update(kind="word"), ["reader", "word", "table", "pdf", "survey", "geo"]),
    "unknown shape": (
        lambda d: d["shapes"].update(servise=d["shapes"]["service"]),
        ["servise", "permis", "service", "organization"],
    ),
    "no shape": (lambda d: d.update(shapes={}), ["shapes"]),
    "unknown column": (
        lambda d: columns(d).update(organisation_name="Structure"),
        ["organisation_name", "permis", "organization_name", "observed_on"],
    ),
    "lineage column": (lambda d: columns(d).update(record_id="Sigle"), ["record_id", "permis"]),
    "missing required column": (
        lambda d: columns(d).pop("organization_name"),
        ["service", "colonnes obligatoires", "organization_name"],
    ),
    "missing day of observation": (lambda d: columns(d).pop("observed_on"), ["service", "observed_on"]),
    "column without origin": (
        lambda d: columns(d).update(status_code={"optional": True}),
        ["status_code", "file_name"],
    ),
    "file name without group": (
        lambda d: columns(d).update(observed_on={"file_name": "20.."}),
        ["observed_on", "file_name", "un groupe"],
    ),
    "bounds below zero": (
        lambda d: d["shapes"]["service"].update(bounds={"min_records": -1}),
        ["shapes.service.bounds.min_records"],
    ),
    "read and ignored": (
        lambda d: d["ignored"].update(Sigle="inutile", Statut="inutile"),
        ["à la fois lues et ignorées", "Sigle, Statut"],
    ),
    "unknown evidence class": (
        lambda d: d.update(evidence_class="rumeur"),
        ["evidence_class", "rumeur", "permis", "phone", "secondary"],
    ),
    "unknown sensitivity": (
        lambda d: d.update(sensitivity="secret"),
        ["sensitivity", "secret", "permis", "public", "confidential"],
    ),
    "publication day": (lambda d: d.update(published_on="hier"), ["published_on"]),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_declaration_is_refused(
    declaration: Declare, change: Callable[[dict[str, Any]], object], told: list[str]
) -> None:
    folder = declaration(change)
    with pytest.raises(DeclarationError) as caught:
        load(folder)
    message = str(caught.value)
    assert str(folder / "source.yml") in message
    assert [part for part in told if part not in message] == []


@pytest.mark.parametrize(
    "wrong", ["Editeur_Produit", "editeur", "editeur-produit", "1editeur_produit", "éditeur_produit"]
)
def test_an_id_of_another_form_is_refused(declaration: Declare, wrong: str) -> None:
    folder = declaration(id=wrong)
    with pytest.raises(DeclarationError, match="forme attendue") as caught:
        load(folder)
    assert str(folder / "source.yml") in str(caught.value)
    assert "  id : " in str(caught.value)


def test_an_id_that_is_not_the_folder_is_refused(declaration: Declare) -> None:
    folder = declaration(lambda given: given.update(id="autre_produit"))
    with pytest.raises(DeclarationError, match="« autre_produit » et dossier « editeur_produit_mli »"):
        load(folder)


@pytest.mark.parametrize("content", ["id: [", "- id\n- title\n", "", "juste un texte"])
def test_a_file_that_is_no_declaration_is_refused(declaration: Declare, content: str) -> None:
    folder = declaration()
    (folder / "source.yml").write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load(folder)
    assert str(folder / "source.yml") in str(caught.value)


def test_a_folder_without_declaration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"source\.yml"):
        load(tmp_path)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_correction_without_reason_is_refused(declaration: Declare, reason: str) -> None:
    folder = declaration()
    rows = f"column,raw,canonical,reason\nstatus_code,ouvert,OPE,dit par la source\nstatus_code,clos,FER,{reason}\n"
    (folder / "lookups.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"ligne 3 : .*sans raison") as caught:
        load(folder)
    assert str(folder / "lookups.csv") in str(caught.value)


def test_a_list_of_corrections_with_other_columns_is_refused(declaration: Declare) -> None:
    folder = declaration()
    (folder / "lookups.csv").write_text("column;raw;canonical;reason\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"lookups\.csv : attendu les colonnes .*'canonical'"):
        load(folder)


def test_a_source_has_exactly_one_sample(declaration: Declare) -> None:
    folder = declaration()
    assert load(folder).sample == folder / "sample.csv"
    (folder / "sample.xlsx").write_bytes(b"")
    with pytest.raises(DeclarationError, match="trouvé 2"):
        _ = load(folder).sample
    (folder / "sample.xlsx").unlink()
    (folder / "sample.csv").unlink()
    with pytest.raises(DeclarationError, match="trouvé 0"):
        _ = load(folder).sample


def test_sources_of_other_folders_are_found_beside_those_of_the_package(
    declaration: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = sources()
    first, second = declaration(root="one"), declaration(id="autre_produit", root="two")
    declaration(id="_brouillon", root="two")
    monkeypatch.setenv("MRF_SOURCES", f"{first.parent}{os.pathsep}{second.parent}")
    assert roots()[2:] == [first.parent, second.parent]
    found = sources()
    assert set(found) - set(package) == {"editeur_produit_mli", "autre_produit"}
    assert list(found) == sorted(found)
    assert found["autre_produit"].folder == second


def test_two_sources_of_one_id_are_refused(declaration: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = declaration(root="one"), declaration(root="two")
    monkeypatch.setenv("MRF_SOURCES", f"{first.parent}{os.pathsep}{second.parent}")
    with pytest.raises(DeclarationError, match="« editeur_produit_mli » en double") as caught:
        sources()
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


def test_a_folder_of_sources_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_SOURCES", str(tmp_path / "nulle_part"))
    with pytest.raises(DeclarationError, match="MRF_SOURCES") as caught:
        sources()
    assert str(tmp_path / "nulle_part") in str(caught.value)


def test_files_go_to_their_source_by_name_whatever_the_case_and_the_folder(tmp_path: Path) -> None:
    threew = [tmp_path / "MALI_3W_December_2023.XLSX", tmp_path / "2024" / "juillet" / "mali_3w_july_2024.xlsx"]
    needs = tmp_path / "2024" / "Hno_2024_MLI.csv"
    unknown = [tmp_path / "notes.docx", tmp_path / "mali_3w" / "lisez-moi.txt"]
    given = assign([*unknown, needs, *threew], sources())
    assert given.files == {"ocha_3w_mli": sorted(threew), "ocha_hno_mli": [needs]}
    assert given.unrecognised == sorted(unknown)
    assert given.ambiguous == {}


def test_a_file_that_two_sources_claim_is_given_to_neither(declaration: Declare, tmp_path: Path) -> None:
    first = load(declaration(lambda given: given.update(files=["services_*.csv"]), id="premier_produit"))
    second = load(declaration(lambda given: given.update(files=["*_2024.csv"]), id="second_produit"))
    both, one = tmp_path / "Services_2024.csv", tmp_path / "services_2023.csv"
    given = assign([both, one], {source.id: source for source in (first, second)})
    assert given.ambiguous == {both: ["premier_produit", "second_produit"]}
    assert given.files == {"premier_produit": [one]}
    assert given.unrecognised == []


@pytest.mark.parametrize("source", sources().values(), ids=sources())
def test_the_declarations_of_the_package_say_why_a_column_is_ignored(source) -> None:
    written = yaml.safe_load((source.folder / "source.yml").read_text(encoding="utf-8"))
    assert [name for name, reason in (written.get("ignored") or {}).items() if not (reason or "").strip()] == []
