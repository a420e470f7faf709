"""The content of an XLSForm: every question with its type, choices, repeat and relevance.

pyxform reads the form, so that aliases (`gps`, `begin group`, `or_other`, `relevance`) mean the same as on a phone. A
form comes from its workbook, or by its name from the forms that this project builds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from ingestion.errors import DeclarationError
from ingestion.instruments import xlsform

# Type of the answer by pyxform's question type; text for any other.
KINDS = {
    "integer": "integer", "int": "integer", "decimal": "decimal", "range": "decimal",
    "date": "date", "today": "date", "time": "time", "dateTime": "datetime", "start": "datetime", "end": "datetime",
    "select one": "select_one", "select all that apply": "select_multiple", "rank": "select_multiple",
    "geopoint": "geopoint",
}  # fmt: skip
_SILENT = frozenset({"note", "audit"})  # they have no answer


@dataclass(frozen=True)
class Question:
    """One question. ``repeat``: its innermost repeat, or ""; ``choices`` is None if any answer is allowed.

    ``relevant``: its own condition and those of the enclosing groups, as XPath of XLSForm.
    """

    name: str
    kind: str
    repeat: str
    choices: frozenset[str] | None
    relevant: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A form. ``repeats``: by repeat, its parent repeat or ""."""

    questions: tuple[Question, ...]
    repeats: dict[str, str]

    def question(self, repeat: str, name: str) -> Question | None:
        """The question of that name in a repeat, else in the enclosing ones."""
        if (question := self._index.get((repeat, name))) is not None or not repeat:
            return question
        return self.question(self.repeats.get(repeat, ""), name)

    def asked(self, repeat: str) -> dict[str, Question]:
        """The questions directly in a repeat; "" for those of the submission."""
        return {question.name: question for question in self.questions if question.repeat == repeat}

    def named_twice(self, repeat: str) -> frozenset[str]:
        """The names that two questions directly in a repeat have, each in a group of its own."""
        names = [question.name for question in self.questions if question.repeat == repeat]
        return frozenset(name for name in names if names.count(name) > 1)

    @cached_property
    def _index(self) -> dict[tuple[str, str], Question]:
        return {(question.repeat, question.name): question for question in self.questions}


def of_workbook(path: Path) -> Form:
    """The form in an XLSForm workbook. Raises DeclarationError with pyxform's message."""
    if not path.is_file():
        raise DeclarationError(f"{path} : formulaire XLSForm introuvable")
    return _form(str(path), path)


@cache
def named(form_id: str) -> Form | None:
    """The form of that name among those built by this project, or None."""
    return _form(form_id, xlsform.definition(form_id)) if form_id in xlsform.questions() else None


def _form(name: str, definition: Path | dict[str, Any]) -> Form:
    try:
        content = workbook_to_json(get_xlsform(definition), form_name="form")
    except PyXFormError as error:
        raise DeclarationError(f"{name} : formulaire XLSForm invalide : {error}") from error
    repeats: dict[str, str] = {}
    return Form(tuple(_questions(content["children"], content.get("choices", {}), "", (), repeats)), repeats)


def _questions(
    children: list[dict[str, Any]],
    lists: dict[str, Any],
    repeat: str,
    conditions: tuple[str, ...],
    repeats: dict[str, str],
) -> Iterator[Question]:
    for child in children:
        own = child.get("bind", {}).get("relevant")
        relevant = (*conditions, own) if own else conditions
        if child["type"] in ("group", "repeat"):
            if child["name"] == "meta":
                continue
            inside = child["name"] if child["type"] == "repeat" else repeat
            if inside != repeat:
                repeats[inside] = repeat
            yield from _questions(child.get("children", []), lists, inside, relevant, repeats)
        elif child["type"] not in _SILENT:
            kind = KINDS.get(child["type"], "text")
            choices = child.get("choices") or lists.get(child.get("list_name", ""))
            codes = frozenset(str(choice["name"]) for choice in choices) if choices else None
            yield Question(child["name"], kind, repeat, codes if kind.startswith("select") else None, relevant)
