"""What outlives a build: the ids that were given, people's answers, people's overrides.

`state/` of a workspace holds append-only files. `entity_ids.parquet` is written by publications alone, and
`arrivals.parquet` by runs; `answers.csv` and `overrides.csv` by `mrf review`, or by hand in a spreadsheet. Nothing here
is ever rewritten: a person who changes their mind adds a row, and the last one holds.

Rows for both CSV files are first written together to a journal, so that all of them are kept or none: the journal is
the decision, and whoever comes next (`finish_additions`) writes what a kill kept from being written.
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
from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.declaration.values import clean
from ingestion.shapes import ORGANIZATION, SERVICE, SHAPES
from warehouse import state_files
from warehouse.paths import Workspace
from warehouse.privacy import forgotten
from warehouse.resolution import id_registry
from warehouse.state_files import Damaged
from warehouse.storage import read_json, write_atomically, write_json, write_parquet

KINDS = ("organization", "place", "service", "edition")
# What a person may override, by entity. Nothing that tells where a service stands: it may be a victims’ shelter.
OVERRIDABLE = {
    "service_at_location": tuple(c.name for c in SERVICE if c.is_overridable and c not in ORGANIZATION.columns),
    "organization": tuple(c.name for c in ORGANIZATION if c.is_overridable),
}
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


ANSWERS, OVERRIDES, ENTITY_IDS = "answers.csv", "overrides.csv", "entity_ids.parquet"
ARRIVALS = "arrivals.parquet"
ARRIVAL_SCHEMA = pa.schema([("document_id", pa.string()), ("arrived", pa.string())])
_JOURNAL = ".additions.json"
_ARRIVE_ANEW = (
    "Le remettre d’une sauvegarde, ou l’effacer : de deux fichiers d’une même date, l’ordre d’arrivée est perdu."
)
_PUT_BACK = "Corriger, ou remettre le fichier d’une sauvegarde : ce que des personnes ont décidé n’est pas oublié."
_COLUMNS = {ANSWERS: ANSWER_COLUMNS, OVERRIDES: OVERRIDE_COLUMNS}


class StateError(Exception):
    """A file that people write in `state/` is not as it must be: names file, line, what was expected and found."""


def entity_ids_path(workspace: Workspace) -> Path:
    """The ids that publications gave: one row per natural key and id, the last row of a key holds."""
    return workspace.state / ENTITY_IDS


def entity_ids(workspace: Workspace) -> pd.DataFrame:
    """The registry of ids (ENTITY_ID_SCHEMA), oldest first; empty before the first publication. Raises Damaged."""
    return _ids_of(entity_ids_path(workspace))


def _ids_of(path: Path) -> pd.DataFrame:
    try:
        table = pq.read_table(path, schema=ENTITY_ID_SCHEMA) if path.exists() else ENTITY_ID_SCHEMA.empty_table()
        # A folder of that name reads as a table without rows.
        if path.is_dir() or not {"entity", "natural_key", "entity_id"} <= set(table.column_names):
            raise Damaged(path)
    except (pa.ArrowException, OSError) as error:
        raise Damaged(path) from error
    ids: pd.DataFrame = table.to_pandas()
    return ids


def mend_ids(workspace: Workspace, run_folders: list[Path], wanted_rows: int) -> bool:
    """Puts the registry of ids together again from what the runs of the publications kept; whether it could.

    ``run_folders``: those of the publications, in the order in which they were made; ``wanted_rows``: how many rows the
    newest of them left. With any other number ids could be missing, and other ones be given in their place.
    """
    kept = []
    for path in (folder / "entity_id.parquet" for folder in run_folders):
        try:
            kept += [_ids_of(path)] if path.exists() else []
        except Damaged:
            continue
    rows = pd.concat([ENTITY_ID_SCHEMA.empty_table().to_pandas(), *kept], ignore_index=True).drop_duplicates(
        ["entity", "natural_key", "entity_id"]
    )
    if len(rows) != wanted_rows:
        return False
    write_parquet(entity_ids_path(workspace), pa.Table.from_pandas(rows, ENTITY_ID_SCHEMA, preserve_index=False))
    return True


def begin_ids_anew(workspace: Workspace) -> None:
    """An empty registry in place of one that is lost for good: entities get the ids of their natural keys."""
    write_parquet(entity_ids_path(workspace), ENTITY_ID_SCHEMA.empty_table())


def _assigned_path(workspace: Workspace) -> Path:
    return workspace.resolved / "entity_id.parquet"


def begin_ids(workspace: Workspace) -> None:
    """Starts the registry of ids that a run gives; what the resolutions add is kept once the run is published."""
    write_parquet(_assigned_path(workspace), ENTITY_ID_SCHEMA.empty_table())


def assigned_ids(workspace: Workspace) -> pd.DataFrame:
    """The registry with the ids that this run has given so far (ENTITY_ID_SCHEMA)."""
    ids: pd.DataFrame = pq.read_table(_assigned_path(workspace), schema=ENTITY_ID_SCHEMA).to_pandas()
    return ids


def assign_ids(workspace: Workspace, known: pd.DataFrame, entity: str, assigned: pd.DataFrame) -> None:
    """Adds ids of one kind of entity: those known (ENTITY_ID_SCHEMA), then what is new or changed in ``assigned``."""
    rows = id_registry.extended(
        known, assigned.assign(entity=entity).reindex(columns=ENTITY_ID_SCHEMA.names).astype(object)
    )
    added = pa.Table.from_pandas(rows, ENTITY_ID_SCHEMA, preserve_index=False)
    before = pq.read_table(_assigned_path(workspace), schema=ENTITY_ID_SCHEMA)
    write_parquet(_assigned_path(workspace), pa.concat_tables([before, added]))


def keep_for(workspace: Workspace, run_folder: Path) -> None:
    """Keeps with a run the state that it read and the ids that it gave: its build may be published by a later run."""
    write_json(run_folder / "state.json", described(workspace))
    candidate = _assigned_path(workspace)
    if candidate.exists():
        write_atomically(run_folder / candidate.name, candidate.read_bytes())


def read_by(run_folder: Path) -> dict[str, Any]:
    """The state that a run read, as `described` returned it."""
    return read_json(run_folder / "state.json") or {}


def commit(workspace: Workspace, run_folder: Path) -> None:
    """Adds to the registry the ids of a run that is published; rows that are there already stay as they are."""
    candidate = run_folder / "entity_id.parquet"
    if not candidate.exists():
        return
    known, assigned = entity_ids(workspace), pq.read_table(candidate, schema=ENTITY_ID_SCHEMA).to_pandas()
    rows = pd.concat([known, assigned], ignore_index=True).drop_duplicates(["entity", "natural_key", "entity_id"])
    if len(rows) > len(known):
        table = pa.Table.from_pandas(rows, ENTITY_ID_SCHEMA, preserve_index=False)
        write_parquet(entity_ids_path(workspace), table)


def arrivals(workspace: Workspace, documents: list[str], now: dt.datetime) -> dict[str, str]:
    """When each document was first seen, as ISO text; those that were never seen arrive ``now`` and are kept.

    Raises Damaged.
    """
    path = workspace.state / ARRIVALS
    try:
        known = pq.read_table(path, schema=ARRIVAL_SCHEMA) if path.exists() else ARRIVAL_SCHEMA.empty_table()
        if known.column_names != ARRIVAL_SCHEMA.names:
            raise Damaged(path, todo=_ARRIVE_ANEW)
    except (pa.ArrowException, OSError) as error:
        raise Damaged(path, todo=_ARRIVE_ANEW) from error
    arrived = {row["document_id"]: row["arrived"] for row in known.to_pylist()}
    moment = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    new = [{"document_id": document, "arrived": moment} for document in sorted(set(documents) - set(arrived))]
    if new:
        write_parquet(path, pa.concat_tables([known, pa.Table.from_pylist(new, schema=ARRIVAL_SCHEMA)]))
    return arrived | {row["document_id"]: row["arrived"] for row in new}


def answers(workspace: Workspace, kind: str) -> pd.DataFrame:
    """People's answers of one kind (ANSWER_COLUMNS, as text), the last one for each question.

    organization, service: `left` and `right` are "same" or "different". place: `left` is the question's key and
    `answer` a p-code of 2021, or empty to leave the record unplaced. edition: which of two documents holds, the "first"
    or the "second". Raises StateError.
    """
    rows = [row for row in _rows(workspace.state / ANSWERS, ANSWER_COLUMNS) if row["kind"] == kind]
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS, dtype=str).drop_duplicates(["left", "right"], keep="last")


def overrides(workspace: Workspace) -> pa.Table:
    """People's overrides (OVERRIDE_SCHEMA) in the order they were made. Raises StateError."""
    path = workspace.state / OVERRIDES
    made = [
        {**row, "line": line, "overridden_on": date(row["overridden_on"]), "after": _cleaned(row)}
        for line, row in enumerate(_rows(path, OVERRIDE_COLUMNS), start=2)
    ]
    return pa.Table.from_pylist(made, schema=OVERRIDE_SCHEMA)


def add(workspace: Workspace, answers: list[dict[str, str]], overrides: list[dict[str, str]]) -> None:
    """Appends answers (ANSWER_COLUMNS) and overrides (OVERRIDE_COLUMNS), all or, where the process dies, none.

    To be called under the write lock. Raises StateError where one cannot be what it should; then nothing is kept.
    """
    finish_additions(workspace)
    added = {name: rows for name, rows in ((ANSWERS, answers), (OVERRIDES, overrides)) if rows}
    for name, rows in added.items():
        path = workspace.state / name
        _rows(path, _COLUMNS[name])  # what is there already can be read
        for row in rows:
            _check(path, _COLUMNS[name], row, "la ligne à ajouter")
    if len(added) > 1:
        write_json(workspace.state / _JOURNAL, added)
    for name, rows in added.items():
        _append(workspace.state / name, _COLUMNS[name], rows)
    (workspace.state / _JOURNAL).unlink(missing_ok=True)


def finish_additions(workspace: Workspace) -> bool:
    """Writes what a killed `add` had decided and not written; whether there was any. To be called under the lock.

    Raises StateError, Damaged.
    """
    journal = workspace.state / _JOURNAL
    added = state_files.read(
        journal, dict[str, list[dict[str, str]]], "L’effacer, puis « mrf review » : l’import est à refaire."
    )
    if added is None:
        return False
    for name, rows in added.items():
        known = _rows(workspace.state / name, _COLUMNS[name])
        _append(workspace.state / name, _COLUMNS[name], [row for row in rows if row not in known])
    journal.unlink()
    return True


def count(path: Path) -> int:
    """How many rows a file of people's decisions has. Raises StateError."""
    return len(_rows(path, _COLUMNS[path.name]))


def kept(workspace: Workspace) -> list[dict[str, str]]:
    """All answers and overrides as they stand in their files. Raises StateError."""
    return [row for name, columns in _COLUMNS.items() for row in _rows(workspace.state / name, columns)]


def check_override(override: dict[str, str]) -> None:
    """Raises StateError where these cells cannot be an override."""
    _check(Path("overrides.csv"), OVERRIDE_COLUMNS, override, "la ligne à ajouter")


def hash_of_decisions(workspace: Workspace) -> str:
    """One hash of answers and overrides, an input of every run; "" if there are none."""
    files = [p for p in (workspace.state / ANSWERS, workspace.state / OVERRIDES) if p.is_file()]
    return hashlib.sha256(b"\x1f".join(path.read_bytes() for path in files)).hexdigest() if files else ""


def described(workspace: Workspace) -> dict[str, Any]:
    """Rows and sha256 of each file of the state, and how many receipts of erasures there are, for the manifest."""
    rows = {
        ENTITY_IDS: len(entity_ids(workspace)),
        ANSWERS: len(_rows(workspace.state / ANSWERS, ANSWER_COLUMNS)),
        OVERRIDES: len(_rows(workspace.state / OVERRIDES, OVERRIDE_COLUMNS)),
    }
    sizes = {
        name: {"rows": count, "sha256": _sha256(workspace.state / name)}
        for name, count in rows.items()
        if (workspace.state / name).exists()
    }
    receipts = [path.name for path in forgotten.files(workspace)]
    names = hashlib.sha256("\n".join(receipts).encode()).hexdigest()
    return sizes | ({forgotten.FOLDER: {"rows": len(receipts), "sha256": names}} if receipts else {})


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _append(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    before = text_of(path) if path.exists() else ""
    text = io.StringIO()
    header, separator = header_of(path) if before else (list(columns), ",")
    writer = csv.DictWriter(text, header, delimiter=separator, lineterminator="\n")
    if not before:
        writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, (before + ("\n" if before and not before.endswith("\n") else "") + text.getvalue()).encode())


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
    try:
        header, separator = header_of(path)
        if sorted(header) != sorted(columns):
            raise StateError(f"{path}, ligne 1 : attendu les colonnes {list(columns)}, trouvé autre chose. {_PUT_BACK}")
        rows = list(csv.DictReader(io.StringIO(text_of(path), newline=""), delimiter=separator))
    except (OSError, csv.Error) as error:
        raise StateError(f"{path} : illisible ({getattr(error, 'strerror', None) or error}). {_PUT_BACK}") from error
    for line, row in enumerate(rows, start=2):
        _check(path, columns, row, f"ligne {line}")
    return rows


def _check(path: Path, columns: tuple[str, ...], row: dict[str, Any], place: str) -> None:
    if set(row) != set(columns) or None in row.values():
        raise StateError(f"{path}, {place} : attendu {len(columns)} cellules. {_PUT_BACK}")
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
        attribute = f"{row['entity']} / {row['attribute']}"
        raise StateError(f"{path}, {place} : attendu un de ces attributs ({allowed}), trouvé « {attribute} »")

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
            raise StateError(
                f"{path}, {place} : answer : « {row['answer']} » n’est pas un p-code de {country().current_vintage}"
            )
        return
    one, other = ("first", "second") if row["kind"] == "edition" else ("same", "different")
    if row["answer"] not in (one, other):
        raise StateError(f"{path}, {place} : answer : attendu {one} ou {other}, trouvé « {row['answer']} »")


@cache
def _current_codes() -> frozenset[str]:
    current = country().current_vintage
    return frozenset(row["code"] for row in seeds.rows("admin_area") if row["vintage"] == current)
