"""What outlives a build: the ids that were given, people's answers, people's overrides.

`state/` of a workspace holds three append-only files. `entity_ids.parquet` is written by publications alone;
`answers.csv` and `overrides.csv` by `mrf review`, or by hand in a spreadsheet. Nothing here is ever rewritten: a
person who changes their mind adds a row, and the last one holds.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.dates import date
from ingestion.clean.text import as_text
from ingestion.shapes import SHAPES
from ingestion.values import clean
from warehouse import registry
from warehouse.layout import SEEDS, Workspace, read_json, write_json, write_parquet, write_whole

KINDS = ("organization", "place", "service")
# What a person may override: the published attributes of a service, the identity of an organization. Nothing that
# tells where a service stands: it may be a victims’ shelter.
OVERRIDABLE = {
    "service_at_location": (
        "status_code", "starts_on", "ends_on", "access_modes", "admitted_groups", "excluded_groups",
        "exclusion_criteria", "required_documents", "cost_code", "cost_xof", "capacity_per_month", "free_places",
        "wait_days", "hours", "languages", "min_age", "max_age",
    ),
    "organization": ("organization_name", "organization_acronym", "organization_type_code"),
}  # fmt: skip
ENTITY_ID_SCHEMA = pa.schema(
    [
        ("entity", pa.string()),
        ("natural_key", pa.string()),
        ("entity_id", pa.string()),
        ("name", pa.string()),
        ("acronym", pa.string()),
        ("organization_type_code", pa.string()),
        ("context", pa.string()),
    ]
)
ANSWER_COLUMNS = ("question_id", "kind", "left", "right", "answer", "who", "why", "answered_on")
OVERRIDE_COLUMNS = ("entity", "entity_id", "attribute", "before", "after", "who", "why", "overridden_on")
OVERRIDE_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("entity", pa.string()),
        ("entity_id", pa.string()),
        ("attribute", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("who", pa.string()),
        ("why", pa.string()),
        ("overridden_on", pa.date32()),
    ]
)


class StateError(Exception):
    """A file that people write in `state/` is not as it must be: names file, line, what was expected and found."""


def entity_ids_path(workspace: Workspace) -> Path:
    """The ids that publications gave: one row per natural key and id, the last row of a key holds."""
    return workspace.state / "entity_ids.parquet"


def entity_ids(workspace: Workspace) -> pd.DataFrame:
    """The registry of ids (ENTITY_ID_SCHEMA), oldest first; empty before the first publication."""
    path = entity_ids_path(workspace)
    table = pq.read_table(path, schema=ENTITY_ID_SCHEMA) if path.exists() else ENTITY_ID_SCHEMA.empty_table()
    ids: pd.DataFrame = table.to_pandas()
    return ids


def _given_path(workspace: Workspace) -> Path:
    return workspace.resolved / "entity_id.parquet"


def begin_ids(workspace: Workspace) -> None:
    """Starts the registry of ids that a run gives; what the resolutions add is kept once the run is published."""
    write_parquet(_given_path(workspace), ENTITY_ID_SCHEMA.empty_table())


def given_ids(workspace: Workspace) -> pd.DataFrame:
    """The registry with the ids that this run has given so far (ENTITY_ID_SCHEMA)."""
    ids: pd.DataFrame = pq.read_table(_given_path(workspace), schema=ENTITY_ID_SCHEMA).to_pandas()
    return ids


def give_ids(workspace: Workspace, known: pd.DataFrame, entity: str, given: pd.DataFrame) -> None:
    """Adds ids of one kind of entity: those known (ENTITY_ID_SCHEMA), then what is new or changed in ``given``."""
    rows = registry.extended(known, given.assign(entity=entity).reindex(columns=ENTITY_ID_SCHEMA.names).astype(object))
    added = pa.Table.from_pandas(rows, ENTITY_ID_SCHEMA, preserve_index=False)
    before = pq.read_table(_given_path(workspace), schema=ENTITY_ID_SCHEMA)
    write_parquet(_given_path(workspace), pa.concat_tables([before, added]))


def keep_for(workspace: Workspace, run_folder: Path) -> None:
    """Keeps with a run the state that it read and the ids that it gave: its build may be published by a later run."""
    write_json(run_folder / "state.json", described(workspace))
    candidate = _given_path(workspace)
    if candidate.exists():
        write_whole(run_folder / candidate.name, candidate.read_bytes())


def read_by(run_folder: Path) -> dict[str, Any]:
    """The state that a run read, as `described` told it."""
    return read_json(run_folder / "state.json") or {}


def commit(workspace: Workspace, run_folder: Path) -> None:
    """Adds to the registry the ids of a run that is published; rows that are there already stay as they are."""
    candidate = run_folder / "entity_id.parquet"
    if not candidate.exists():
        return
    known, given = entity_ids(workspace), pq.read_table(candidate, schema=ENTITY_ID_SCHEMA).to_pandas()
    rows = pd.concat([known, given], ignore_index=True).drop_duplicates(["entity", "natural_key", "entity_id"])
    if len(rows) > len(known):
        table = pa.Table.from_pandas(rows, ENTITY_ID_SCHEMA, preserve_index=False)
        write_parquet(entity_ids_path(workspace), table)


def answers(workspace: Workspace, kind: str) -> pd.DataFrame:
    """People's answers of one kind (ANSWER_COLUMNS, as text), the last one for each question.

    organization, service: `left` and `right` are "same" or "different". place: `left` is the question's key and
    `answer` a p-code of 2021, or empty to leave the record unplaced. Raises StateError.
    """
    rows = [row for row in _rows(workspace.state / "answers.csv", ANSWER_COLUMNS) if row["kind"] == kind]
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS, dtype=str).drop_duplicates(["left", "right"], keep="last")


def overrides(workspace: Workspace) -> pa.Table:
    """People's overrides (OVERRIDE_SCHEMA) in the order they were made. Raises StateError."""
    path = workspace.state / "overrides.csv"
    made = [
        {**row, "line": line, "overridden_on": date(row["overridden_on"]), "after": _cleaned(row)}
        for line, row in enumerate(_rows(path, OVERRIDE_COLUMNS), start=2)
    ]
    return pa.Table.from_pylist(made, schema=OVERRIDE_SCHEMA)


def add_answer(workspace: Workspace, answer: dict[str, str]) -> None:
    """Appends one answer (ANSWER_COLUMNS). Raises StateError where it cannot be one."""
    _append(workspace.state / "answers.csv", ANSWER_COLUMNS, answer)


def check_override(override: dict[str, str]) -> None:
    """Raises StateError where these cells cannot be an override."""
    _check(Path("overrides.csv"), OVERRIDE_COLUMNS, override, "la ligne à ajouter")


def add_override(workspace: Workspace, override: dict[str, str]) -> None:
    """Appends one override (OVERRIDE_COLUMNS). Raises StateError where it cannot be one."""
    _append(workspace.state / "overrides.csv", OVERRIDE_COLUMNS, override)


def said_by_people(workspace: Workspace) -> str:
    """One hash of answers and overrides, an input of every run; "" where nobody said anything."""
    told = [p for p in (workspace.state / "answers.csv", workspace.state / "overrides.csv") if p.exists()]
    return hashlib.sha256(b"\x1f".join(path.read_bytes() for path in told)).hexdigest() if told else ""


def described(workspace: Workspace) -> dict[str, Any]:
    """Rows and sha256 of each file of the state, for the manifest."""
    rows = {
        "entity_ids.parquet": len(entity_ids(workspace)),
        "answers.csv": len(_rows(workspace.state / "answers.csv", ANSWER_COLUMNS)),
        "overrides.csv": len(_rows(workspace.state / "overrides.csv", OVERRIDE_COLUMNS)),
    }
    return {
        name: {"rows": count, "sha256": _sha256(workspace.state / name)}
        for name, count in rows.items()
        if (workspace.state / name).exists()
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _append(path: Path, columns: tuple[str, ...], row: dict[str, str]) -> None:
    _check(path, columns, row, "la ligne à ajouter")
    before = text_of(path) if path.exists() else ""
    text = io.StringIO()
    header, separator = header_of(path) if before else (list(columns), ",")
    writer = csv.DictWriter(text, header, delimiter=separator, lineterminator="\n")
    if not before:
        writer.writeheader()
    writer.writerow(row)
    write_whole(path, (before + ("\n" if before and not before.endswith("\n") else "") + text.getvalue()).encode())


def text_of(path: Path) -> str:
    """The text of a CSV that a spreadsheet program may have saved: UTF-8, or the Windows code page of French Excel."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def header_of(path: Path) -> tuple[list[str], str]:
    """The columns of a CSV file and its separator: a spreadsheet program in French saves with semicolons."""
    first = text_of(path).partition("\n")[0].rstrip("\r")
    separator = ";" if first.count(";") > first.count(",") else ","
    return next(csv.reader([first], delimiter=separator), []), separator


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.exists():
        return []
    header, separator = header_of(path)
    if sorted(header) != sorted(columns):
        raise StateError(f"{path}, ligne 1 : attendu les colonnes {list(columns)}, trouvé {header}")
    rows = list(csv.DictReader(io.StringIO(text_of(path), newline=""), delimiter=separator))
    for line, row in enumerate(rows, start=2):
        _check(path, columns, row, f"ligne {line}")
    return rows


def _check(path: Path, columns: tuple[str, ...], row: dict[str, Any], place: str) -> None:
    if set(row) != set(columns) or None in row.values():
        raise StateError(f"{path}, {place} : attendu {len(columns)} cellules")
    for name in ("who", "why"):
        if not row[name].strip():
            raise StateError(f"{path}, {place} : « {name} » est vide ; une décision dit qui l’a prise et pourquoi")
    when = row[columns[-1]]
    if not isinstance(date(when), dt.date):
        raise StateError(f"{path}, {place} : {columns[-1]} : attendu une date comme 2024-08-31, trouvé « {when} »")
    if columns is ANSWER_COLUMNS:
        _check_answer(path, row, place)
    elif row["attribute"] not in OVERRIDABLE.get(row["entity"], ()):
        allowed = ", ".join(f"{entity} : {', '.join(names)}" for entity, names in OVERRIDABLE.items())
        found = f"{row['entity']} / {row['attribute']}"
        raise StateError(f"{path}, {place} : attendu un de ces attributs ({allowed}), trouvé « {found} »")

    elif not _cleaned(row):
        raise StateError(f"{path}, {place} : after : « {row['after']} » n’est pas une valeur de {row['attribute']}")


def _cleaned(row: dict[str, Any]) -> str:
    """The value as the sources' own values are written, "" where it is none."""
    shape = SHAPES["organization" if row["entity"] == "organization" else "service"]
    value, understood = clean(shape.column(row["attribute"]), row["after"])
    return as_text(value) if understood else ""


def _check_answer(path: Path, row: dict[str, Any], place: str) -> None:
    if row["kind"] not in KINDS:
        raise StateError(f"{path}, {place} : kind : attendu {', '.join(KINDS)}, trouvé « {row['kind']} »")
    if row["kind"] == "place":
        if row["answer"] and row["answer"] not in _current_codes():
            raise StateError(f"{path}, {place} : answer : « {row['answer']} » n’est pas un p-code de 2021")
        return
    if row["answer"] not in ("same", "different"):
        raise StateError(f"{path}, {place} : answer : attendu same ou different, trouvé « {row['answer']} »")


@cache
def _current_codes() -> frozenset[str]:
    with (SEEDS / "admin_area.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file) if row["vintage"] == "2021")
