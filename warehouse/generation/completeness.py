"""What a new source, attribute or mart lacks before it can be published: `mrf generate --check` names the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingestion.declaration.registry import sources
from ingestion.shapes import SHAPES, Column
from warehouse.deliverables.portal import basis
from warehouse.generation import staging
from warehouse.paths import PROJECT

_DIRECTORY = "service_directory"
_GRAINS = ("Une ligne", "Une seule ligne")


def faults() -> list[str]:
    """One French sentence for each missing thing, with the file to edit; a check rests on the earlier ones."""
    for check in (_sources, _models, _directory, _lost_attributes, _stale_files):
        if missing := [*check()]:
            return missing
    return []


def _sources() -> Iterator[str]:
    """Sources without the rows that their sample must give."""
    for source in sources().values():
        if source.has_sample and not source.expected.exists():
            yield f"{_named(source.expected)} manque : « mrf expected {source.id} »"


def _models() -> Iterator[str]:
    """Models without a complete yml beside them."""
    for path in sorted(staging.MODELS.rglob("*.sql")):
        beside = path.with_suffix(".yml")
        if not beside.exists():
            yield f"{_named(beside)} manque : le contrat de {path.stem}, ses descriptions et son test de clé"
            continue
        entries = yaml.load(beside.read_text(encoding="utf-8"), yaml.CSafeLoader).get("models") or [{}]
        for sentence in _lacking(path, entries[0]):
            yield f"{_named(beside)} : {sentence}"


def _lacking(path: Path, entry: dict[str, Any]) -> Iterator[str]:
    """What the yml of a model does not say."""
    if entry.get("name") != path.stem:
        yield f"« name » est {path.stem}"
    if not str(entry.get("description", "")).startswith(_GRAINS):
        yield "« description » commence par le grain : « Une ligne par … / One row per … »"
    if not entry.get("data_tests"):
        yield "« data_tests » manque : le test de clé, unique_key"
    columns = entry.get("columns") or []
    if not columns:
        yield "« columns » manque : le nom, le type et la description de chaque colonne"
    for column in columns:
        if "data_type" not in column:
            yield f"« data_type » de {column['name']} manque"
        if staging.MARTS in path.parents and " / " not in (column.get("description") or ""):
            yield f"« description » de {column['name']} : en français, « / », puis en anglais"


def _directory() -> Iterator[str]:
    """Attributes that only some of the shape, the directory, its contract and the portal know."""
    path = next(staging.MARTS.rglob(f"{_DIRECTORY}.sql"))
    attributes = {column.name for column in staging.profiled()}
    selected = set(re.findall(r"^\s+profiles\.(\w+),?$", path.read_text(encoding="utf-8"), re.MULTILINE))
    declared = set(staging.contract(_DIRECTORY))
    shown = {
        field["name"]
        for section in basis.sections(basis.FIELDS.read_text(encoding="utf-8"))
        for field in section["fields"]
    }
    for name in sorted(selected - attributes - set(staging.PROFILE_MEASURES)):
        yield f"ingestion/shapes/service.py ne déclare pas « {name} », que {_named(path)} choisit"
    for name in sorted(declared & attributes - selected):
        yield f"{_named(path)} ne choisit pas « profiles.{name} », que son contrat promet"
    for name in sorted(selected - declared):
        yield f"{_named(path.with_suffix('.yml'))} ne décrit pas « {name} »"
    for name in sorted(selected - shown):
        yield f"{_named(basis.FIELDS)} ne montre pas « {name} »"


def _lost_attributes() -> Iterator[str]:
    """Attributes that no mart shows and that do not say why."""
    marts = {path.stem: set(columns) for path, columns in staging.contracts() if staging.MARTS in path.parents}
    for shape in SHAPES.values():
        for column in shape.columns:
            for sentence in lost(column, marts):
                yield f"ingestion/shapes/{shape.name}.py, colonne « {column.name} » : {sentence}"


def lost(column: Column, marts: dict[str, set[str]]) -> Iterator[str]:
    """Why nobody reads the values of a column, if so. ``marts``: the columns of each."""
    if column.quality is not None:  # an item of the dimension that the mart of quality scores
        if column.quality not in marts["service_quality"]:
            yield f"service_quality n’a pas de colonne « {column.quality} »"
        return
    for mart, name in re.findall(r"\b([a-z_]+)\.([a-z_0-9]+)", column.elsewhere):
        if name not in marts.get(mart, set()):
            yield f"« elsewhere » nomme {mart}.{name}, qui n’existe pas"
    if not column.elsewhere and not any(column.name in columns for columns in marts.values()):
        yield (
            f"aucun mart ne la montre ; choisir « profiles.{column.name} » dans {_DIRECTORY}.sql, ou dire dans"
            " « elsewhere » où la lire, ou pourquoi nulle part"
        )


def _stale_files() -> Iterator[str]:
    """Generated files that are not what would be written now."""
    for path, text in staging.files().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"{_named(path)} n’est plus ce que ses formes disent : « make generate »"


def _named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()
