"""Writes dbt's sources and staging models from the shapes, and lists from others, so that nobody types one twice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from ingestion.records.shelters import OF_NEIGHBOURS, WITHHELD
from ingestion.shapes import ASSERTION, CHECK_RESULT, SHAPES, SQL
from warehouse.generation import reference_lists
from warehouse.paths import DBT_PROJECT
from warehouse.resolution import documents, initiatives, places, service_shelters, services, state
from warehouse.resolution.record_organizations import DECISION_SCHEMA, ORGANIZATION_SCHEMA, PARENT_SCHEMA

FOLDER = DBT_PROJECT / "models" / "staging"
MACROS = DBT_PROJECT / "macros" / "withheld.sql"
MARTS = DBT_PROJECT / "models" / "marts" / "_marts.yml"
HEADER = (
    "# Écrit par « mrf generate » depuis ingestion/shapes.py : ne pas modifier ici / generated, do not edit here.\n"
)
RUN_SCHEMA = pa.schema([("as_of", pa.date32()), ("is_demo", pa.bool_())])
SOURCE_SCHEMA = pa.schema(
    [
        ("source_id", pa.string()),
        ("shape", pa.string()),
        ("title", pa.string()),
        ("publisher", pa.string()),
        ("evidence_class", pa.string()),
        ("state", pa.string()),
        ("record_count", pa.int64()),
        ("only_service_type_code", pa.string()),
    ]
)
_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.bool_(): "boolean",
}

# Staged tables that are not record shapes: source group, name, schema, keys, description.
_OTHERS: list[tuple[str, str, str, pa.Schema, list[str], str]] = [
    ("validated", "assertion", "stg_assertion", ASSERTION, ["record_id", "attribute"],
     "Une ligne par valeur lue : sa cellule, son texte brut. / One row per value read: its cell, its raw text."),
    ("validated", "check_result", "stg_check_result", CHECK_RESULT, ["source_id", "check_name"],
     "Une ligne par contrôle d’une source. / One row per check of a source."),
    ("resolved", "place", "stg_record_place", places.SCHEMA, ["record_id", "place_no"],
     "Une ligne par enregistrement et lieu : ses codes de 2021. / One row per record and place: its codes of 2021."),
    ("resolved", "place_candidate", "stg_place_candidate", places.CANDIDATE_SCHEMA, ["record_id", "place_no", "rank"],
     "Une ligne par lieu possible d’un enregistrement contesté. / One row per possible place of a disputed record."),
    ("resolved", "document", "stg_document_standing", documents.SCHEMA, ["document_id"],
     "Une ligne par document : son origine, son retrait. / One row per document: its root, its withdrawal."),
    ("resolved", "document_record", "stg_document_described", documents.DESCRIBED_SCHEMA, ["record_id"],
     "Une ligne par enregistrement de document : le document qu’il décrit. / One row per record of a document."),
    ("resolved", "override", "stg_override", state.OVERRIDE_SCHEMA, ["line"],
     "Une ligne par valeur décidée par une personne. / One row per value that a person decided."),
    ("resolved", "organization", "stg_record_organization", ORGANIZATION_SCHEMA, ["record_id", "role"],
     "Une ligne par enregistrement et structure qu’il nomme. / One row per record and organization that it names."),
    ("resolved", "organization_parent", "stg_organization_parent", PARENT_SCHEMA, ["organization_id"],
     "Une ligne par section : sa structure mère. / One row per section: its parent organization."),
    ("resolved", "service", "stg_record_service", services.SERVICE_SCHEMA, ["record_id", "place_no"],
     "Une ligne par enregistrement de service et lieu. / One row per service record and place."),
    ("resolved", "shelter", "stg_service_shelter", service_shelters.SCHEMA, ["service_at_location_id"],
     "Une ligne par service en un lieu : hébergement de victimes ou non, et si son lieu est tu. /"
     " One row per service at a location: whether it is a victims’ shelter, and whether its place is withheld."),
    ("resolved", "initiative", "stg_record_initiative", initiatives.SCHEMA, ["record_id", "entity"],
     "Une ligne par enregistrement qui parle d’un programme, d’une possibilité ou d’un mécanisme. /"
     " One row per record that speaks of a programme, an opportunity or a mechanism."),
    ("resolved", "decision", "stg_match_decision", DECISION_SCHEMA, ["question_id"],
     "Une ligne par rapprochement examiné. / One row per match that was considered."),
    ("run", "run", "stg_run", RUN_SCHEMA, ["as_of"],
     "Une seule ligne : la date de référence et la nature des données. / One row: as-of date and kind of data."),
    ("run", "source", "stg_source", SOURCE_SCHEMA, ["source_id", "shape"],
     "Une ligne par source et forme qu’elle déclare, avec son état. / One row per source and shape it declares."),
]  # fmt: skip
# Of the others, those that count rows of all shapes.
_COUNTING = ("stg_check_result", "stg_source")
OF_PERSONS = "of_persons"  # in the meta of a model
# Outlines stay in Python: only point in polygon reads them.
STAGED = [shape for shape in SHAPES.values() if shape.name != "boundary"]


def files() -> dict[Path, str]:
    """Every generated file and its text."""
    made = {FOLDER / f"{name}.sql": _model(group, table) for group, table, name in _models()}
    made[FOLDER / "_staging.yml"] = HEADER + yaml.safe_dump(
        _properties(), allow_unicode=True, sort_keys=False, width=110
    )
    return made | {MACROS: _macros()} | reference_lists.files()


def write() -> list[Path]:
    """Writes the generated files that changed and returns them."""
    changed = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files()[path], encoding="utf-8")
    return changed


def _macros() -> str:
    """What is withheld of shelters, of what stands beside one and of persons' answers, as `ingestion` declares it."""
    marts = yaml.safe_load(MARTS.read_text(encoding="utf-8"))["models"]
    directory = [c["name"] for mart in marts if mart["name"] == "service_directory" for c in mart["columns"]]
    told = ["program_id", *(name for name in directory if name in WITHHELD)]
    return (
        "{# Écrit par « mrf generate » depuis ingestion : ne pas modifier ici / generated, do not edit here. #}\n\n"
        "{# Whether an attribute of a service is read nowhere: of a shelter, or of what stands beside one. #}\n"
        "{% macro is_withheld(attribute, is_masked, is_place_withheld) -%}\n"
        f"    (({{{{ is_masked }}}} and {{{{ attribute }}}} in ({_quoted(WITHHELD)}))\n"
        f"    or ({{{{ is_place_withheld }}}} and {{{{ attribute }}}} in ({_quoted(OF_NEIGHBOURS)})))\n"
        "{%- endmacro %}\n\n"
        "{# The columns of `service_directory` that are null for a shelter. #}\n"
        "{% macro shelter_columns() %}\n"
        f"    {{{{ return([{_quoted(told)}]) }}}}\n"
        "{% endmacro %}\n\n"
        "{# The shapes whose rows are answers of persons. #}\n"
        "{% macro shapes_of_persons() %}\n"
        f"    {{{{ return([{_quoted(shape.name for shape in STAGED if shape.is_answer_of_a_person)}]) }}}}\n"
        "{% endmacro %}\n"
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _models() -> list[tuple[str, str, str]]:
    shapes = [("validated", shape.name, f"stg_{shape.name}") for shape in STAGED]
    return shapes + [(group, table, name) for group, table, name, *_ in _OTHERS]


def _model(group: str, table: str) -> str:
    return (
        f"-- Écrit par « mrf generate » : ne pas modifier ici.\nselect * from {{{{ source('{group}', '{table}') }}}}\n"
    )


def _properties() -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for group, table, _ in _models():
        groups.setdefault(group, []).append(table)
    sources = [
        {
            "name": group,
            "description": f"Parquet écrit par Python ({group}) / Parquet written by Python ({group})",
            "config": {"meta": {"external_location": "{{ env_var('MRF_INPUTS') }}/" + _location(group)}},
            "tables": [{"name": name} for name in names],
        }
        for group, names in groups.items()
    ]
    return {
        "version": 2,
        "sources": sources,
        "models": [_shape_model(s) for s in STAGED] + [_other(o) for o in _OTHERS],
    }


def _location(group: str) -> str:
    return {
        "validated": "validated/{name}/*.parquet",
        "resolved": "resolved/{name}.parquet",
        "run": "{name}.parquet",
    }[group]


def _shape_model(shape: Any) -> dict[str, Any]:
    columns = [
        {
            "name": column.name,
            "data_type": SQL[column.kind],
            "description": f"{column.fr} / {column.en}",
        }
        for column in shape.stored
    ]
    entry = _entry(f"stg_{shape.name}", f"{shape.fr} / {shape.en}", columns, ["record_id"])
    return _quiet(entry) if shape.is_answer_of_a_person else entry


def _other(entry: tuple[str, str, str, pa.Schema, list[str], str]) -> dict[str, Any]:
    _, _, name, schema, key, description = entry
    columns = [{"name": field.name, "data_type": _TYPES[field.type]} for field in schema]
    made = _entry(name, description, columns, key)
    return _quiet(made) if name in _COUNTING else made


def _quiet(entry: dict[str, Any]) -> dict[str, Any]:
    """A model whose rows are answers of persons, or count them: Dagster shows neither rows nor their number."""
    return entry | {"config": entry["config"] | {"meta": {OF_PERSONS: True}}}


def _entry(name: str, description: str, columns: list[dict[str, Any]], key: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "config": {"contract": {"enforced": True}},
        "data_tests": [{"unique_key": {"arguments": {"columns": key}}}],
        "columns": columns,
    }
