"""Usual words for columns and codes: those of the shapes and of the tables beside this module."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz

from ingestion.clean.text import fold
from ingestion.declaration import code_lists
from ingestion.declaration.values import clean
from ingestion.shapes import LINEAGE, SHAPES, Column

Words = tuple[str, ...]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Z])")
_VAGUE = 0.6
_ALMOST = 88  # « accronyme » for « acronyme »
_LINKS = {"de", "du", "des", "la", "le", "les", "l", "d", "of", "the", "en", "et", "and", "a", "au", "par", "per"}


def words(header: str) -> Words:
    """The normalised words of a header: « admin1Pcode » is admin 1 pcode, « Organization_Name » organization name."""
    parts = fold(_CAMEL.sub(" ", header)).split()
    return tuple(_singular(word) for word in parts if word not in _LINKS) or tuple(parts)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def headers() -> dict[str, dict[Words, float]]:
    """By column of a shape ("personal", "ignored"), its spellings and their weights.

    The first spelling weighs most; one with a question mark is vague: « nom » alone may be anything's name.
    """
    spellings_of = {row["target"]: row["spellings"].split(";") for row in _rows("headers.csv")}
    for column in (*LINEAGE, *(column for shape in SHAPES.values() for column in shape)):
        if column.spellings:
            spellings_of.setdefault(column.name, column.spellings.split(";"))
    parts = {target: spellings for target, spellings in spellings_of.items() if target.startswith("$")}
    by_target: dict[str, dict[Words, float]] = {}
    for target in spellings_of.keys() - parts.keys():
        ways = by_target.setdefault(target, {})
        for place, spelling in enumerate(spellings_of[target]):
            weight = _VAGUE if spelling.endswith("?") else 1 - min(place, 20) * 0.005
            for phrase in _spelled_out(spelling.rstrip("?"), parts):
                ways.setdefault(words(phrase), weight)
    return by_target


def _spelled_out(spelling: str, parts: dict[str, list[str]]) -> Iterator[str]:
    choices = [parts.get(word, [word]) for word in spelling.split()]
    return (" ".join(choice) for choice in itertools.product(*choices))


@cache
def hxl() -> dict[tuple[str, frozenset[str]], str]:
    """By HXL tag and attributes, the column."""
    return {tag_parts(row["tag"]): row["target"] for row in _rows("hxl.csv")}


def tag_parts(tag: str) -> tuple[str, frozenset[str]]:
    """Splits a tag: #adm1 +code is ("#adm1", {"code"})."""
    name, *attributes = re.sub(r"\s", "", tag).lower().split("+")
    return name, frozenset(attributes)


def tagged(tag: str) -> str | None:
    """The column of an HXL tag: the entry that shares most attributes and has no others."""
    name, attributes = tag_parts(tag)
    known = [(len(asked), target) for (entry, asked), target in hxl().items() if entry == name and asked <= attributes]
    return max(known)[1] if known else None


def likeness(header: str, target: str) -> float:
    """The likeness of a header and a column, from 0 to 1: as listed, with a misspelt word, or among other words."""
    phrase = words(header)
    best = 0.0
    for way, weight in headers().get(target, {}).items():
        if way == phrase:
            best = max(best, weight)
        elif set(way) < set(phrase):
            best = max(best, weight * (0.25 + 0.6 * len(way) / len(phrase)))
        elif _is_misspelt(way, phrase):
            best = max(best, weight * 0.9)
    return best


def _is_misspelt(way: Words, phrase: Words) -> bool:
    """Nearly the same letters and the same numbers: never « admin 3 » for « admin 2 », « country » for « county »."""
    if len(way) != len(phrase) or [w for w in way if w.isdigit()] != [w for w in phrase if w.isdigit()]:
        return False
    return phrase not in headers()["ignored"] and fuzz.ratio(" ".join(way), " ".join(phrase)) >= _ALMOST


@cache
def _values() -> dict[tuple[str, str], tuple[str, str]]:
    return {(row["list"], fold(row["spelling"])): (row["code"], row["reason"]) for row in _rows("values.csv")}


def correction(column: Column, text: str) -> tuple[str, str] | None:
    """(code, reason) for a usual spelling of a code that its list lacks, or None."""
    return _values().get((column.codes or "", fold(text)))


def understood(column: Column, text: str) -> bool:
    """Whether a cell is a valid value of this column, or a usual abbreviation of one."""
    value, is_read = clean(column, text)
    return (value is not None and is_read) or correction(column, text) is not None


def is_peculiar(list_name: str) -> bool:
    """Whether values alone identify a list: yes and no, or 1 to 5, do not."""
    return len(code_lists.codes(list_name)) >= 4 and not list_name.startswith(("oui_non", "likert", "particip", "freq"))
