"""Answers in the types that their form gives them, and every answer that is not what the form asked for."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ingestion.clean.pcodes import coordinates
from ingestion.instruments.form import Form, Question
from ingestion.readers.rows import Table
from ingestion.readers.surveys.conditions import Condition, NotEvaluable
from ingestion.readers.surveys.survey_sheets import NO, YES, is_choice, is_meta, is_tool_column

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
    """The tables of a survey in the types of its form; a problem is reported once, in the table of its question."""
    frames, problems_found = {}, []
    for name, table in tables.items():
        repeat = "" if name == _MAIN else name
        columns = {column: _column(table, repeat, column, form) for column in table.frame.columns}
        frames[name] = pd.DataFrame(
            {column: values for column, (values, _) in columns.items()}, index=table.frame.index
        )
        for column, (_, problems) in columns.items():
            problems_found += [(name, column, *problem) for problem in problems]
        problems_found += [(name, *problem) for problem in _not_asked(table, repeat, form)]
    return Typed(frames, pd.DataFrame(problems_found, columns=PROBLEMS, dtype=object))


def notes(problems: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """By table, how often each problem is met and with which questions: no value, no place of an answer."""
    notes_of: dict[str, tuple[str, ...]] = {}
    answers = problems[problems["problem"].ne(NOT_IN_FORM)]
    for table, problem in dict.fromkeys(zip(answers["table"], answers["problem"], strict=True)):
        rows = answers[answers["table"].eq(table) & answers["problem"].eq(problem)]
        counts = rows["question"].value_counts().sort_index()
        questions = ", ".join(f"{question} ({count})" for question, count in counts.items())
        notes_of[table] = (*notes_of.get(table, ()), f"{problem} : {len(rows)} — {questions}")
    return notes_of


Problem = tuple[str | None, str, str | None]  # locator, problem, raw text


def _column(table: Table, repeat: str, column: str, form: Form) -> tuple[pd.Series, list[Problem]]:
    raw = table.frame[column]
    if is_choice(column):
        values, contradicted = _ticks(table, column)
        return values, contradicted if _is_own(table, column) else []
    question = form.question(repeat, column)
    if question is None:
        known = is_meta(column) or is_tool_column(column)
        return raw.mask(raw.eq(""), None), [(None, NOT_IN_FORM, None)] if _is_own(table, column) and not known else []
    convert = CONVERTERS.get(question.kind, _text)
    cleaned = {text: convert(text.strip(), question) for text in raw.unique()}
    values = pd.Series([cleaned[text][0] for text in raw], index=raw.index, dtype=_DTYPES.get(question.kind, "object"))
    if not _is_own(table, column):
        return values, []
    places = table.place(column)
    return values, [
        (place, problem, text)
        for place, text in zip(places, raw, strict=True)
        if (problem := cleaned[text][1]) is not None
    ]


def _is_own(table: Table, column: str) -> bool:
    """Whether a column stands in the table's own rows, not around them."""
    return bool(len(table.frame)) and table.place(column).iloc[0] == f"{table.place(None).iloc[0]}/{column}"


def _ticks(table: Table, column: str) -> tuple[pd.Series, list[Problem]]:
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
    ticked = pd.Series([code in answer.split() for answer in answers], index=raw.index, dtype="boolean")
    unreadable = marks.ne("") & values.isna()
    wrong = unreadable | (values.notna() & values.ne(ticked)).fillna(False)
    rows = zip(table.place(column), raw, unreadable, wrong.astype(bool), strict=True)
    return values, [
        (place, NOT_ITS_TYPE if is_unreadable else CONTRADICTED, text)
        for place, text, is_unreadable, is_wrong in rows
        if is_wrong
    ]


def _integer(text: str, question: Question) -> tuple[Any, str | None]:
    return (int(text), None) if re.fullmatch(r"[-+]?\d{1,18}", text) else (None, NOT_ITS_TYPE if text else None)


def _decimal(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, lambda number: value if math.isfinite(value := float(number)) else None)


def _date(text: str, question: Question) -> tuple[Any, str | None]:
    # KoboToolbox may write a day with an hour and a zone: 2024-07-01T00:00:00.000+02:00, 2024-07-01Z
    return _parsed(text, lambda day: dt.date.fromisoformat(day[:10]) if day[10:11] in ("", "T", "Z", " ") else None)


def _datetime(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, dt.datetime.fromisoformat)


def _time(text: str, question: Question) -> tuple[Any, str | None]:
    return _parsed(text, dt.time.fromisoformat)


def _point(text: str, question: Question) -> tuple[Any, str | None]:
    def numbers(given: str) -> tuple[float, ...] | None:
        try:
            parts = tuple(float(part) for part in given.split())
        except ValueError:
            return coordinates(given)  # as people type it: « 14.4469, -11.4347 »
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
        holds = pd.Series(True, index=answered.index)
        for condition in question.relevant:
            try:
                holds &= Condition(condition).holds(answered)
            except NotEvaluable as reason:
                yield name, None, NOT_CHECKED, str(reason)
        places = table.place(name).loc[answered.index]
        for place, text, held in zip(places, answered[name], holds, strict=True):
            if not held:
                yield name, place, NOT_ASKED, text
