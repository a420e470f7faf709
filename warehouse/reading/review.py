"""The review queue: questions that a run left open, and how a person's answer becomes input of the next run."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.country.pcode_forms import ancestor
from warehouse.paths import Layout, Workspace
from warehouse.publication import publish
from warehouse.reading import csv_cells
from warehouse.resolution import state


@dataclass(frozen=True)
class Question:
    """One row of the mart `review_queue`."""

    question_id: str
    kind: str
    question_fr: str
    subject: str
    other_subject: str | None
    left_key: str
    right_key: str
    options: str | None
    reason: str | None
    score: float | None
    affected_count: int

    @property
    def choices(self) -> list[str]:
        """The permitted answers; a place may also be left unplaced (an empty answer)."""
        listed = (self.options or "").split(" | " if self.kind == "value" else ";")
        return [*listed, ""] if self.kind == "place" else listed


@cache
def place_name(code: str) -> str:
    """The name of a current p-code with its parents: "Bamba, Bourem, Gao"."""
    return ", ".join(names[part] for level in (3, 2, 1) if (part := ancestor(code, level)) in (names := _names()))


@cache
def _names() -> dict[str, str]:
    current = country().current_vintage
    return {row["code"]: row["name_fr"] for row in seeds.rows("admin_area") if row["vintage"] == current}


class AnswerRefused(Exception):
    """An invalid answer; the message says what was expected."""


def questions(layout: Layout) -> list[Question]:
    """The unanswered questions of the current publication, the most consequential first."""
    answered = _answered(_workspace(layout))
    return [question for question in _asked(layout) if _mark(question) not in answered]


def _asked(layout: Layout) -> list[Question]:
    """All questions of the current publication."""
    catalog = publish.catalog(layout)
    if catalog is None:
        return []
    names = ", ".join(f'"{field.name}"' for field in fields(Question))
    with duckdb.connect(str(layout.published / catalog["current"]), read_only=True) as connection:
        rows = connection.execute(
            f"select {names} from marts.review_queue order by affected_count desc, kind, score desc, question_id"
        ).fetchall()
    return [Question(*row) for row in rows]


def _mark(question: Question) -> tuple[str, str]:
    return question.left_key, question.right_key


def _answered(workspace: Workspace) -> set[tuple[str, str]]:
    answers = [state.answers(workspace, kind) for kind in state.KINDS]
    pairs = {pair for table in answers for pair in zip(table["left"], table["right"], strict=True)}
    made = state.overrides(workspace).to_pylist()
    return pairs | {(f"{row['entity']}/{row['entity_id']}", row["attribute"]) for row in made}


def answer(layout: Layout, question: Question, chosen: str, who: str, why: str, day: dt.date) -> None:
    """Stores an answer in `state/`, for the next run. Raises AnswerRefused, state.StateError."""
    _keep(layout, [_row(question, chosen, who, why, day)])


def _keep(layout: Layout, rows: list[dict[str, str]]) -> None:
    overrides = [row for row in rows if "attribute" in row]
    state.add(_workspace(layout), [row for row in rows if row not in overrides], overrides)


def _row(question: Question, chosen: str, who: str, why: str, day: dt.date) -> dict[str, str]:
    """The row of `state/` for an answer. Raises AnswerRefused or state.StateError if it is invalid."""
    if not who.strip() or not why.strip():
        raise AnswerRefused(f"{question.question_id} : « who » et « why » : une décision dit qui l’a prise et pourquoi")
    if question.kind == "value":  # unclaimed values are allowed: the person may know better than all sources
        entity, entity_id = question.left_key.split("/", 1)
        before = (question.reason or "").removeprefix("valeur publiée : ")
        row = {"entity": entity, "entity_id": entity_id, "attribute": question.right_key, "before": before}
        row |= {"after": chosen, "who": who, "why": why, "overridden_on": day.isoformat()}
        state.check_override(row)
        return row
    if chosen not in question.choices:
        allowed = ", ".join(choice or "(vide)" for choice in question.choices)
        raise AnswerRefused(f"{question.question_id} : attendu {allowed}, trouvé « {chosen} »")
    row = {"question_id": question.question_id, "kind": question.kind, "left": question.left_key}
    return row | {"right": question.right_key, "answer": chosen, "who": who, "why": why, "answered_on": day.isoformat()}


def _workspace(layout: Layout) -> Workspace:
    catalog = publish.catalog(layout)
    return layout.workspace(bool(catalog and catalog["is_demo"]))


_TO_FILL = ("answer", "who", "why")


def export(layout: Layout, path: Path) -> int:
    """Writes the open questions to a CSV with empty columns answer, who and why; returns how many.

    Texts of sources are escaped by `harmless`; `import_answers` unescapes those copied as answers.
    """
    asked = questions(layout)
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel needs the byte order mark for accents
        writer = csv.DictWriter(file, [field.name for field in fields(Question)] + list(_TO_FILL), delimiter=";")
        writer.writeheader()
        writer.writerows(_written(question) | dict.fromkeys(_TO_FILL, "") for question in asked)
    return len(asked)


def _written(question: Question) -> dict[str, Any]:
    fields = asdict(question).items()
    return {name: csv_cells.harmless(value) if isinstance(value, str) else value for name, value in fields}


def import_answers(layout: Layout, path: Path, day: dt.date) -> int:
    """Imports answers from such a CSV, all or none; rows that are not filled in are skipped.

    Answers already stored, as by an interrupted import, are no error. To be called under the lock; returns how many
    answers of the file are stored. Raises AnswerRefused, state.StateError.
    """
    state.finish_additions(_workspace(layout))
    known = {question.question_id: question for question in _asked(layout)}
    header, separator = state.header_of(path)
    if missing := {"question_id", *_TO_FILL} - set(header):
        raise AnswerRefused(f"{path}, ligne 1 : colonnes manquantes : {', '.join(sorted(missing))}")
    accepted: dict[str, tuple[str, str, str]] = {}
    rows: dict[str, dict[str, str]] = {}
    for line, row in enumerate(
        csv.DictReader(io.StringIO(state.text_of(path), newline=""), delimiter=separator), start=2
    ):
        chosen, who, why = (csv_cells.unescaped((row[name] or "").strip()) for name in _TO_FILL)
        if not (chosen or who or why):
            continue
        if row["question_id"] not in known:
            raise AnswerRefused(f"{path}, ligne {line} : aucune question ouverte « {row['question_id']} »")
        if accepted.setdefault(row["question_id"], (chosen, who, why)) != (chosen, who, why):
            raise AnswerRefused(f"{path}, ligne {line} : « {row['question_id']} » a déjà une autre réponse plus haut")
        try:
            rows[row["question_id"]] = _row(known[row["question_id"]], chosen, who, why, day)
        except (AnswerRefused, state.StateError) as reason:
            raise AnswerRefused(f"{path}, ligne {line} : {reason}") from reason
    _keep(layout, _new(layout, path, known, rows))
    return len(rows)


def _new(
    layout: Layout, path: Path, known: dict[str, Question], rows: dict[str, dict[str, str]]
) -> list[dict[str, str]]:
    """The rows not stored yet. Raises AnswerRefused if a question has since been answered differently."""
    workspace = _workspace(layout)
    answered, before = _answered(workspace), [_undated(row) for row in state.kept(workspace)]
    new = {name: row for name, row in rows.items() if _undated(row) not in before}
    for name in new:
        if _mark(known[name]) in answered:
            raise AnswerRefused(f"{path} : aucune question ouverte « {name} » : elle a déjà une autre réponse")
    return list(new.values())


def _undated(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in ("answered_on", "overridden_on")}


def is_after_as_of(layout: Layout, day: dt.date) -> bool:
    """Whether a day is later than the as-of date of the current publication.

    Raises state_files.Damaged if its manifest cannot be read.
    """
    catalog = publish.catalog(layout)
    return catalog is not None and day.isoformat() > publish.manifest_of(layout, catalog["current"])["as_of"]
