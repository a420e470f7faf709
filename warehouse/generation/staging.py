"""Generates from the shapes what dbt must know about them, so that no column is declared twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from ingestion.declaration.parameters import parameter
from ingestion.errors import DeclarationError
from ingestion.project import SEEDS
from ingestion.records.shelters import OF_NEIGHBOURS, PLACE, WITHHELD
from ingestion.shapes import ASSERTION, CHECK_RESULT, FAMILIES, SERVICE, SHAPES, SQL, Column
from ingestion.shapes.service import SHELTER_GROUP, SHELTER_TYPE
from warehouse.deliverables.exports.csv_files import HXL, tag_of
from warehouse.generation import reference_lists
from warehouse.paths import DBT_PROJECT
from warehouse.resolution import documents, editions, initiatives, places, service_shelters, services, state
from warehouse.resolution.record_organizations import DECISION_SCHEMA, ORGANIZATION_SCHEMA, PARENT_SCHEMA

FOLDER = DBT_PROJECT / "models" / "staging"
MODELS = DBT_PROJECT / "models"
MARTS = MODELS / "marts"
WITHHELD_MACROS = DBT_PROJECT / "macros" / "withheld.sql"
ATTRIBUTE_MACROS = DBT_PROJECT / "macros" / "attributes.sql"
FAMILY_SEED = SEEDS / "attribute_family.csv"
EXPOSURES = MODELS / "exposures.yml"
HEADER = "# Écrit par « mrf generate » depuis ingestion/shapes : ne pas modifier ici / generated, do not edit here.\n"
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
     "Une ligne par enregistrement et lieu : ses codes en vigueur. / One row per record and place: its current codes."),
    ("resolved", "place_candidate", "stg_place_candidate", places.CANDIDATE_SCHEMA, ["record_id", "place_no", "rank"],
     "Une ligne par lieu possible d’un enregistrement contesté. / One row per possible place of a disputed record."),
    ("resolved", "document", "stg_document_standing", documents.SCHEMA, ["document_id"],
     "Une ligne par document : son origine, son retrait. / One row per document: its root, its withdrawal."),
    ("resolved", "document_record", "stg_document_described", documents.DESCRIBED_SCHEMA, ["record_id"],
     "Une ligne par enregistrement de document : le document qu’il décrit. / One row per record of a document."),
    ("resolved", "edition", "stg_record_edition", editions.SCHEMA, ["record_id", "place_no"],
     "Une ligne par enregistrement (et lieu ; 0 : l’enregistrement entier) qu’un autre fichier de sa source remplace ou"
     " répète. / One row per record (and place; 0: the whole record) that another file of its source replaces or"
     " repeats."),
    ("resolved", "edition_dispute", "stg_edition_dispute", editions.DISPUTE_SCHEMA, ["question_id"],
     "Une ligne par paire de fichiers d’une même date qui se contredisent. /"
     " One row per pair of files of one date that contradict each other."),
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
# The other models that count rows of all shapes.
_COUNTING = ("stg_check_result", "stg_source")
OF_PERSONS = "of_persons"  # key in the meta of a model
# Days after which `dbt source freshness` warns that nothing newer was read: the run is made every morning, services are
# checked again within an interval, figures of people come out every year, and all else is asked in waves.
_MAX_AGE = {"run": 2, "service": int(parameter("check_interval_near")), "need": 366}
_WAVE = int(parameter("wave_months") * 366 / 12)
STAGED = list(SHAPES.values())
# The column that dates a row, by staging model; decisions of persons do not age.
_DATED = {f"stg_{shape.name}": "observed_on" for shape in STAGED} | {"stg_assertion": "observed_on", "stg_run": "as_of"}


# The columns of `int_service_profile` that are not attributes: name and type.
PROFILE_MEASURES = {
    "status_observed_on": "date",
    "status_freshness": "double",
    "status_agreement": "double",
    "status_confidence": "double",
    "best_agreement": "double",
    "best_confidence": "double",
    "last_seen_on": "date",
    "has_conflict": "boolean",
}


def files() -> dict[Path, str]:
    """Every generated file and its text. Raises DeclarationError if a published column is declared incompletely."""
    _require_hashtags()
    made = {FOLDER / f"{name}.sql": _model(group, table) for group, table, name in _models()}
    made[FOLDER / "_sources.yml"] = _yaml("sources", _sources())
    for entry in [*map(_shape_model, STAGED), *map(_other, _OTHERS)]:
        made[FOLDER / f"{entry['name']}.yml"] = _yaml("models", [entry])
    return (
        made
        | {
            _beside("int_service_profile"): _yaml("models", [_profile_contract()]),
            WITHHELD_MACROS: _withheld_macros(),
            ATTRIBUTE_MACROS: _attribute_macros(),
            FAMILY_SEED: _family_seed(),
            EXPOSURES: _exposures(),
        }
        | reference_lists.files()
    )


def write() -> list[Path]:
    """Writes the generated files that changed and returns them."""
    changed = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files()[path], encoding="utf-8")
    return changed


def contracts() -> Iterator[tuple[Path, dict[str, dict[str, Any]]]]:
    """By model, its SQL file and its columns, as declared in its yml."""
    files_of = {path.stem: path for path in MODELS.rglob("*.sql")}
    for path in sorted(MODELS.rglob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).get("models", []):
            if entry["name"] in files_of:
                yield files_of[entry["name"]], {column["name"]: column for column in entry.get("columns", [])}


def contract(model: str) -> dict[str, dict[str, Any]]:
    """The columns of one model. Raises KeyError if no yml declares it."""
    return {path.stem: columns for path, columns in contracts()}[model]


def _require_hashtags() -> None:
    """Raises DeclarationError for the first column of a mart without an HXL hashtag for the exports."""
    for path, columns in contracts():
        for name in columns if MARTS in path.parents else ():
            if not tag_of(path.stem, name):
                raise DeclarationError(
                    f"{HXL} : aucun mot-dièse pour {path.stem}.{name} ; une colonne d’une forme le dit dans"
                    " ingestion/shapes (« hxl »)"
                )


def _exposures() -> str:
    """The exposures as written by hand, but for the marts of `exports`, which are all."""
    refs = "".join(f"      - ref('{name}')\n" for name in sorted(path.stem for path in MARTS.rglob("*.sql")))
    before, name, rest = EXPOSURES.read_text(encoding="utf-8").partition("  - name: exports\n")
    own, key, _ = rest.partition("    depends_on:\n")
    _, _, others = rest.partition("\n\n")
    return f"{before}{name}{own}{key}{refs}\n{others}"


def _beside(model: str) -> Path:
    """The yml beside the SQL of a model, in whichever folder."""
    return next(MODELS.rglob(f"{model}.sql")).with_suffix(".yml")


def _yaml(kind: str, entries: list[dict[str, Any]]) -> str:
    return HEADER + yaml.safe_dump({"version": 2, kind: entries}, allow_unicode=True, sort_keys=False, width=110)


def profiled() -> list[Column]:
    """The attributes of a service that become columns of its profile."""
    return [column for column in SERVICE if column.is_weighed and column.is_profiled]


def _profile_contract() -> dict[str, Any]:
    """The contract of `int_service_profile`."""
    typed = {"service_at_location_id": "varchar"} | {c.name: SQL[c.kind] for c in profiled()} | PROFILE_MEASURES
    return {
        "name": "int_service_profile",
        "description": "Une ligne par service en un lieu, ses valeurs retenues côte à côte. /"
        " One row per service at a location, its winning values.",
        "data_tests": [{"unique_key": {"arguments": {"columns": ["service_at_location_id"]}}}],
        "columns": [{"name": name, "data_type": kind} for name, kind in typed.items()],
    }


def _family_seed() -> str:
    """The half-life of each weighted attribute."""
    names = {c.name: FAMILIES[c.family or ""] for s in SHAPES.values() if s.is_weighed for c in s if c.is_weighed}
    rows = (f"{n},{f.half_life},{f.reason_fr},Décision du projet : familles de demi-vies\n" for n, f in names.items())
    return "attribute,half_life_parameter,reason_fr,source\n" + "".join(rows)


_MACRO_HEADER = "{# " + HEADER.removeprefix("# ").strip() + " #}\n"


def _returning(name: str, about: str, value: str) -> str:
    """A macro that returns ``value``."""
    return f"\n{{# {about} #}}\n{{% macro {name} %}}\n    {{{{ return({value}) }}}}\n{{% endmacro %}}\n"


def _list(names: Iterable[str]) -> str:
    return f"[{_quoted(names)}]"


def _side_by_side(name: str, about: str, columns: list[Column]) -> str:
    """The two macros behind `side_by_side`: attributes of texts and codes, and those of other types."""
    typed = {column.name: SQL[column.kind] for column in columns}
    others = ", ".join(f"'{attribute}': '{kind}'" for attribute, kind in typed.items() if kind != "varchar")
    texts = _list(attribute for attribute, kind in typed.items() if kind == "varchar")
    return _returning(f"{name}_texts()", f"{about}: texts and codes.", texts) + _returning(
        f"{name}_numbers_and_dates()", f"{about}: the others and their types.", f"{{{others}}}"
    )


def _attribute_macros() -> str:
    """Macros about attributes for SQL, from the declarations of the shapes."""
    weighed = [shape for shape in SHAPES.values() if shape.is_weighed]
    decided = {c.name: c for shape in weighed for c in shape if c.is_overridable}
    items = [column for column in SERVICE if column.quality]
    by_dimension: dict[str, list[str]] = {}
    for column in items:
        by_dimension.setdefault(str(column.quality), []).append(column.name)
    dimensions = ", ".join(f"'{dimension}': {_list(names)}" for dimension, names in by_dimension.items())
    monthly = [column for column in SERVICE if column.is_monthly]
    answers = [c.name for c in items if c.codes == "oui_non_nsp"]
    return (
        _MACRO_HEADER
        + _returning("weighed_shapes()", "The shapes whose claims are weighed.", _list(s.name for s in weighed))
        + _side_by_side("service", "The attributes of `int_service_profile`", profiled())
        + _side_by_side("monthly", "The attributes that the grids ask for each month", monthly)
        + _returning(
            "disputable_attributes()",
            "What a person may decide where sources contradict each other: two spellings of a name do not.",
            _list(name for name, column in decided.items() if not column.is_name),
        )
        + _returning(
            "activity_attributes()",
            "What is an activity’s own: a service has as many values as activities.",
            _list(column.name for column in SERVICE if column.is_of_activity),
        )
        + _returning(
            "activity_figures()",
            "Of these, what counts people and money.",
            _list(column.name for column in SERVICE if column.is_of_activity and column.is_number),
        )
        + _returning("quality_answers()", "The items of the AAAQ frame that are yes or no.", _list(answers))
        + _returning(
            "quality_values()",
            "The other items of the AAAQ frame.",
            _list(c.name for c in items if c.name not in answers),
        )
        + _returning("quality_items(dimension)", "The items of a dimension.", f"{{{dimensions}}}[dimension]")
        + "\n{# Attributes that the AAAQ dimensions are made of. #}\n"
        "{% macro is_of_quality(attribute) -%}\n"
        f"    {{{{ attribute }}}} in ({_quoted(c.name for c in items)})\n"
        "{%- endmacro %}\n"
    )


def _withheld_macros() -> str:
    """Macros about what is withheld of shelters, their surroundings and persons' answers, from `ingestion`."""
    directory = contract("service_directory")
    shown = ["program_id", *(name for name in directory if name in WITHHELD)]
    persons = [shape.name for shape in STAGED if shape.is_answer_of_a_person]
    return (
        _MACRO_HEADER + "\n{# Whether what a service is makes it a victims’ shelter, whatever sources call it. #}\n"
        "{% macro is_shelter(service_type_code, admitted_groups) -%}\n"
        f"    {{{{ service_type_code }}}} = '{SHELTER_TYPE}'"
        f" and {{{{ holds(admitted_groups, \"'{SHELTER_GROUP}'\") }}}}\n"
        "{%- endmacro %}\n\n"
        "{# Whether an attribute of a service is read nowhere: of a shelter, or of what stands beside one. #}\n"
        "{% macro is_withheld(attribute, is_masked, is_place_withheld) -%}\n"
        f"    (({{{{ is_masked }}}} and {{{{ attribute }}}} in ({_quoted(WITHHELD)}))\n"
        f"    or ({{{{ is_place_withheld }}}} and {{{{ attribute }}}} in ({_quoted(OF_NEIGHBOURS)})))\n"
        "{%- endmacro %}\n"
        + _returning(
            "shelter_columns()", "The columns of `service_directory` that are null for a shelter.", _list(shown)
        )
        + _returning(
            "place_columns()",
            "The columns of `service_directory` that tell a place below the cercle.",
            _list(name for name in directory if name in PLACE),
        )
        + _returning("shapes_of_persons()", "The shapes whose rows are answers of persons.", _list(persons))
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _models() -> list[tuple[str, str, str]]:
    shapes = [("validated", shape.name, f"stg_{shape.name}") for shape in STAGED]
    return shapes + [(group, table, name) for group, table, name, *_ in _OTHERS]


def _model(group: str, table: str) -> str:
    return (
        "-- Écrit par « mrf generate » : ne pas modifier ici.\n"
        f"with source as (select * from {{{{ source('{group}', '{table}') }}}})\n\n"
        "select * from source\n"
    )


def _sources() -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for group, table, name in _models():
        groups.setdefault(group, []).append({"name": table} | _freshness(table, _DATED.get(name)))
    return [
        {
            "name": group,
            "description": f"Parquet écrit par Python ({group}) / Parquet written by Python ({group})",
            "config": {"meta": {"external_location": "{{ env_var('MRF_INPUTS') }}/" + _location(group)}},
            "tables": tables,
        }
        for group, tables in groups.items()
    ]


def _freshness(table: str, column: str | None) -> dict[str, Any]:
    """The permitted age of the newest dated row: files are rewritten by each run, rows are not."""
    if column is None:
        return {}
    # dbt expects a timestamp, and the column holds days.
    within = {"warn_after": {"count": _MAX_AGE.get(table, _WAVE), "period": "day"}}
    return {"config": {"loaded_at_field": f"cast({column} as timestamp)", "freshness": within}}


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
    """A model whose rows are answers of persons, or count them: Dagster shows neither rows nor counts."""
    return entry | {"config": entry["config"] | {"meta": {OF_PERSONS: True}}}


def _entry(name: str, description: str, columns: list[dict[str, Any]], key: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "config": {"contract": {"enforced": True}},
        "data_tests": [{"unique_key": {"arguments": {"columns": key}}}],
        "columns": columns,
    }
