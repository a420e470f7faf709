"""Forgetting a part of a new source, attribute or mart is named with the file to edit, and ends `make check`."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from ingestion.declaration.registry import sources
from ingestion.errors import DeclarationError
from ingestion.shapes import SERVICE, SHAPES, Column
from orchestration.commands import console
from orchestration.commands.mrf import app
from warehouse.deliverables.portal import basis
from warehouse.generation import completeness, staging

RAMP = Column("has_ramp", "boolean", "Rampe d’accès", "Access ramp", family="eligibility", hxl="#access+ramp")
DIRECTORY = "dbt_project/models/marts/service/service_directory"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the models and of the portal's fields, which a test may change."""
    models = tmp_path / "dbt_project" / "models"
    shutil.copytree(staging.MODELS, models)
    fields = tmp_path / basis.FIELDS.relative_to(completeness.PROJECT)
    fields.parent.mkdir(parents=True)
    shutil.copyfile(basis.FIELDS, fields)
    monkeypatch.setattr(staging, "MODELS", models)
    monkeypatch.setattr(staging, "MARTS", models / "marts")
    monkeypatch.setattr(basis, "FIELDS", fields)
    monkeypatch.setattr(completeness, "PROJECT", tmp_path)
    return tmp_path


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _select(project: Path) -> None:
    _replace(project / f"{DIRECTORY}.sql", "    profiles.hours,\n", "    profiles.hours,\n    profiles.has_ramp,\n")


def _describe(project: Path) -> None:
    column = "    - {name: has_ramp, data_type: boolean, description: Rampe d’accès / Access ramp}\n"
    _replace(project / f"{DIRECTORY}.yml", "    - name: hours\n", f"{column}    - name: hours\n")


def _show(project: Path) -> None:
    field = "    - {name: has_ramp, label: Rampe d’accès, format: flag}\n"
    _replace(basis.FIELDS, "    - {name: hours,", f"{field}    - {{name: hours,")


def test_nothing_is_missing() -> None:
    assert completeness.faults() == []


@pytest.mark.parametrize(
    ("steps", "is_declared", "named"),
    [
        ((_select, _describe, _show), True, None),
        ((_select, _describe, _show), False, "ingestion/shapes/service.py ne déclare pas « has_ramp »"),
        ((_describe, _show), True, f"{DIRECTORY}.sql ne choisit pas « profiles.has_ramp »"),
        ((_select, _show), True, f"{DIRECTORY}.yml ne décrit pas « has_ramp »"),
        ((_select, _describe), True, "warehouse/deliverables/portal/fields.yml ne montre pas « has_ramp »"),
        ((), True, "ingestion/shapes/service.py, colonne « has_ramp » : aucun mart ne la montre"),
    ],
)
def test_a_forgotten_part_of_an_attribute_is_named(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    steps: tuple[Callable[[Path], None], ...],
    is_declared: bool,
    named: str | None,
) -> None:
    if is_declared:
        service = replace(SERVICE, columns=(*SERVICE.columns, RAMP))
        monkeypatch.setattr(staging, "SERVICE", service)
        monkeypatch.setattr(completeness, "SHAPES", SHAPES | {"service": service})
    for step in steps:
        step(project)
    monkeypatch.setattr(completeness, "_stale_files", lambda: iter(()))
    found = completeness.faults()
    assert len(found) == (named is not None), found
    assert not named or found[0].startswith(named)


MART = """\
version: 2
models:
  - name: languages
    description: Une ligne par langue. / One row per language.
    data_tests:
      - unique_key: {arguments: {columns: [language_code]}}
    columns:
      - {name: language_code, data_type: varchar, description: Langue / Language}
"""


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("", "", None),
        ("name: languages", "name: langues", "« name »"),
        ("Une ligne par langue. /", "Les langues /", "« description » commence par le grain"),
        ("    data_tests:\n      - unique_key: {arguments: {columns: [language_code]}}\n", "", "« data_tests »"),
        (", data_type: varchar", "", "« data_type » de language_code"),
        ("Langue / Language", "Langue", "« description » de language_code : en français"),
        ("Langue / Language", "", "« description » de language_code : en français"),
    ],
)
def test_a_forgotten_part_of_a_mart_is_named(project: Path, old: str, new: str, word: str | None) -> None:
    path = project / "dbt_project/models/marts/service/languages.sql"
    path.write_text("select 1 as language_code\n")
    assert [*completeness._models()] == [
        "dbt_project/models/marts/service/languages.yml manque : le contrat de languages, ses descriptions et son test"
        " de clé"
    ]
    path.with_suffix(".yml").write_text(MART.replace(old, new, 1), encoding="utf-8")
    found = [*completeness._models()]
    assert len(found) == (word is not None), found
    assert not word or found[0].startswith(f"dbt_project/models/marts/service/languages.yml : {word}")


def test_a_column_of_a_mart_without_hashtag_is_named(project: Path) -> None:
    path = project / "dbt_project/models/marts/service/languages.sql"
    path.write_text("select 1 as spoken_language\n")
    path.with_suffix(".yml").write_text(MART.replace("language_code", "spoken_language"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"exports/hxl\.csv : .* languages\.spoken_language"):
        staging.files()


def test_the_exports_hold_each_new_mart(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "EXPOSURES", project / "dbt_project/models/exposures.yml")
    before = staging.EXPOSURES.read_text(encoding="utf-8")
    assert staging._exposures() == before
    (project / "dbt_project/models/marts/service/languages.sql").touch()
    added = set(staging._exposures().splitlines()) - set(before.splitlines())
    assert added == {"      - ref('languages')"}


@pytest.mark.parametrize(
    ("elsewhere", "word"),
    [("provenance.value", None), ("provenance.no_column", "« elsewhere »"), ("nulle part : compté par survey", None)],
)
def test_where_else_an_attribute_is_read_exists(elsewhere: str, word: str | None) -> None:
    found = [*completeness.lost(replace(RAMP, elsewhere=elsewhere), {"provenance": {"value"}})]
    assert len(found) == (word is not None)
    assert not word or found[0].startswith(word)


def test_a_source_without_expected_rows_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = SimpleNamespace(id="ocha_essai", has_sample=True, expected=completeness.PROJECT / "sources/expected.csv")
    monkeypatch.setattr(completeness, "sources", lambda: {source.id: source} | sources())
    assert [*completeness._sources()] == ["sources/expected.csv manque : « mrf expected ocha_essai »"]


def test_the_command_names_what_is_missing_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(console, "console", console._Console(file=shown))
    monkeypatch.setattr(completeness, "faults", lambda: ["a.yml manque", "b.yml manque"])
    monkeypatch.setattr(staging, "write", lambda: pytest.fail("--check writes nothing"))
    assert CliRunner().invoke(app, ["generate", "--check"]).exit_code == 1
    assert shown.getvalue() == "a.yml manque\nb.yml manque\n"
    monkeypatch.setattr(completeness, "faults", list)
    assert CliRunner().invoke(app, ["generate", "--check"]).exit_code == 0
