"""Answers in the types that their form gives them, and every answer that is not what the form asked for."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ingestion.instruments.form import Form, Question
from ingestion.readers.conditions import Condition, NotEvaluable
from ingestion.readers.rows import Table
from ingestion.readers.survey_sheets import NO, YES, is_choice, is_meta, is_tool_column

PROBLEMS = ["table", "question", "locator", "problem", "found"]
# What may be wrong. Of a column as a whole, or of a condition, there is no locator.
NOT_ITS_TYPE = "réponse d’un autre type"
NOT_A_CHOICE = "code hors de la liste"
CONTRADICTED = "case qui contredit la réponse"
NOT_ASKED = "réponse à une question qui n’était pas à poser"
NOT_IN_FORM = "colonne hors du formulaire"
NOT_CHECKED = "condition qui ne se vérifie pas ici"
_MAIN = "main"
_DTYPES = {"integer": "Int64", "decimal": "Float64"}


@dataclass(frozen=True)
class Typed:
    """``frames``: by table, the same columns in their types, None where nothing usable was said.

    ``problems``: PROBLEMS, one row an answer, with the raw text: nothing that was said is lost.
    """

    frames: dict[str, pd.DataFrame]
    problems: pd.DataFrame


def typed(tables: dict[str, Table], form: Form) -> Typed:
    """The tables of a survey in the types of its form. An answer is told once, in the table of its own question."""
    frames, found = {}, []
    for name, table in tables.items():
        repeat = "" if name == _MAIN else name
        columns = {column: _column(table, repeat, column, form) for column in table.frame}
        frames[name] = pd.DataFrame(
            {column: values for column, (values, _) in columns.items()}, index=table.frame.index
        )
        for column, (_, problems) in columns.items():
            found += [(name, column, *problem) for problem in problems]
        found += [(name, *problem) for problem in _not_asked(table, repeat, form)]
    return Typed(frames, pd.DataFrame(found, columns=PROBLEMS, dtype=object))


def notes(problems: pd.DataFrame) -> dict[str, list[str]]:
    """By table, how often each question has which problem: no value, no place of an answer."""
    told: dict[str, list[str]] = {}
    answers = problems[~problems["problem"].isin([NOT_IN_FORM])]
    for (table, question, problem), rows in answers.groupby(["table", "question", "problem"], sort=True):
        told.setdefault(str(table), []).append(f"question « {question} » : {problem} ({len(rows)})")
    return told


Found = tuple[str | None, str, str | None]  # locator, problem, raw text


def _column(table: Table, repeat: str, column: str, form: Form) -> tuple[pd.Series, list[Found]]:
    raw = table.frame[column]
    if is_choice(column):
        return _ticks(table, column)
    question = form.question(repeat, column)
    if question is None:
        known = is_meta(column) or is_tool_column(column)
        return raw.mask(raw.eq(""), None), [] if known else [(None, NOT_IN_FORM, None)]
    convert = CONVERTERS.get(question.kind, _text)
    cleaned = {text: convert(text.strip(), question) for text in raw.unique()}
    values = pd.Series([cleaned[text][0] for text in raw], index=raw.index, dtype=_DTYPES.get(question.kind, "object"))
    if question.repeat != repeat:
        return values, []
    wrong = raw[[cleaned[text][1] is not None for text in raw]]
    places = table.cells(column)
    return values, [(str(places[label]), str(cleaned[text][1]), text) for label, text in wrong.items()]


def _ticks(table: Table, column: str) -> tuple[pd.Series, list[Found]]:
    """The 0/1 of one choice, which must say what the answer says."""
    raw = table.frame[column]
    question, code = column.rsplit("/", 1)
    marks = raw.str.strip().str.casefold()
    values = pd.Series(
        [None if not mark else True if mark in YES else False if mark in NO else None for mark in marks],
        index=raw.index,
        dtype="boolean",
    )
    answers = table.frame[question]
    said = pd.Series([code in answer.split() for answer in answers], index=raw.index, dtype="boolean")
    unreadable = marks.ne("") & values.isna()
    wrong = unreadable | (values.notna() & values.ne(said)).fillna(False)
    places = table.cells(column)
    return values, [
        (str(places[label]), NOT_ITS_TYPE if unreadable[label] else CONTRADICTED, text)
        for label, text in raw[wrong.astype(bool)].items()
    ]


def _integer(text: str, question: Question) -> tuple[Any, str | None]:
    return (int(text), None) if re.fullmatch(r"[-+]?\d{1,18}", text) else (None, NOT_ITS_TYPE if text else None)


def _decimal(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, lambda given: value if math.isfinite(value := float(given)) else None)


def _date(text: str, question: Question) -> tuple[Any, str | None]:
    # KoboToolbox may write a day with an hour and a zone: 2024-07-01T00:00:00.000+02:00, 2024-07-01Z
    return _parsed(
        text, lambda given: dt.date.fromisoformat(given[:10]) if given[10:11] in ("", "T", "Z", " ") else None
    )


def _datetime(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, dt.datetime.fromisoformat)


def _time(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, dt.time.fromisoformat)


def _point(text: str, question: Question) -> tuple[Any, str | None]:
    def numbers(given: str) -> tuple[float, ...] | None:
        parts = tuple(float(part) for part in given.split())
        return parts if 2 <= len(parts) <= 4 and abs(parts[0]) <= 90 and abs(parts[1]) <= 180 else None

    return _parsed(text, numbers)


def _parsed(text: str, parse: Callable[[str], Any]) -> tuple[Any, str | None]:
    if not text:
        return None, None
    try:
        value = parse(text)
    except ValueError:
        value = None
    return value, None if value is not None else NOT_ITS_TYPE


def _one(text: str, question: Question) -> tuple[Any, str | None]:
    if not text or question.choices is None or text in question.choices:
        return text or None, None
    return None, NOT_A_CHOICE


def _several(text: str, question: Question) -> tuple[Any, str | None]:
    codes = tuple(text.split())
    known = tuple(code for code in codes if question.choices is None or code in question.choices)
    return known or None, NOT_A_CHOICE if known != codes else None


def _text(text: str, question: Question) -> tuple[Any, str | None]:
    return text or None, None


CONVERTERS: dict[str, Callable[[str, Question], tuple[Any, str | None]]] = {
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "geopoint": _point,
    "select_one": _one,
    "select_multiple": _several,
}


def _not_asked(table: Table, repeat: str, form: Form) -> Iterator[tuple[str, str | None, str, str | None]]:
    """(question, locator, problem, raw text) of answers to questions whose condition did not hold."""
    for name, question in form.asked(repeat).items():
        if name not in table.frame or not question.relevant:
            continue
        answered = table.frame[table.frame[name].str.strip().ne("")]
        try:
            conditions = [Condition(text) for text in question.relevant]
            holds = pd.Series(True, index=answered.index)
            for condition in conditions:
                holds &= condition.holds(answered)
        except NotEvaluable as reason:
            yield name, None, NOT_CHECKED, str(reason)
            continue
        places = table.cells(name)
        for label in answered.index[~holds]:
            yield name, str(places[label]), NOT_ASKED, answered.at[label, name]
