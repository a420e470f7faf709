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
from ingestion.country.pack import country, iso3
from ingestion.declaration import code_lists
from ingestion.declaration.values import clean
from ingestion.shapes import LINEAGE, SHAPES, Column

Words = tuple[str, ...]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Z])")
# Between the parts of a header; what asks for it; what explains it.
_PARTS = re.compile(r"[\n()\[\]/:;|]|\s[-–—]\s|\.\s|\s\*|,\s")
_HELP = re.compile(
    r"(?:(?:veuillez|merci de|please)\s+)?(?:indique[rz]|précise[rz]|choisi(?:r|ssez)|sélectionne[rz]|saisi(?:r|ssez)"
    r"|mett(?:re|ez)|renseigne[rz]|écri(?:re|vez)|donne[rz]|décri(?:re|vez)"
    r"|select|enter|choose|specify|indicate|fill(?: in)?|type in|ne pas|si|ex|exemple|format|cf)\b[\s.:]*"
    r"(?:ici\s+)?(?:(?:le|la|les|un|une|the)\s+|l['’]\s*)?",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    r"\s(?:qui|que|dont|où|pour|selon|dans la liste|à partir|tel(?:le)?s? que|comme|which|that|from the list|as)\b"
    r"|\s?\*+$|\s?\?$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[,;/\n+]|\bet\b")
_VAGUE = 0.6
_ALMOST = 88  # « accronyme » for « acronyme »
_LINKS = {"de", "du", "des", "la", "le", "les", "l", "d", "of", "the", "en", "et", "and", "a", "au", "par", "per"}


def words(header: str) -> Words:
    """The normalised words of a header: « admin1Pcode » is admin 1 pcode, « Organization_Name » organization name."""
    parts = fold(_CAMEL.sub(" ", header)).split()
    return tuple(_singular(word) for word in parts if word not in _LINKS) or tuple(parts)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this module."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def headers() -> dict[str, dict[Words, float]]:
    """By column of a shape ("personal", "ignored"), its spellings and their weights, in the country in use.

    The first spelling weighs most; one with a question mark is vague: « nom » alone may be anything's name.
    """
    return _headers(iso3())


@cache
def _headers(_country: str) -> dict[str, dict[Words, float]]:
    spellings_of = {row["target"]: row["spellings"].split(";") for row in rows("headers.csv")}
    for column in (*LINEAGE, *(column for shape in SHAPES.values() for column in shape)):
        if column.spellings:
            spellings_of.setdefault(column.name, column.spellings.split(";"))
    parts = _levels_here({target: found for target, found in spellings_of.items() if target.startswith("$")})
    by_target: dict[str, dict[Words, float]] = {}
    for target in spellings_of.keys() - parts.keys():
        ways = by_target.setdefault(target, {})
        for place, spelling in enumerate(spellings_of[target]):
            weight = _VAGUE if spelling.endswith("?") else 1 - min(place, 20) * 0.005
            for phrase in _spelled_out(spelling.rstrip("?"), parts):
                ways.setdefault(words(phrase), weight)
    return by_target


def _levels_here(parts: dict[str, list[str]]) -> dict[str, list[str]]:
    """The words of each level, those of the country first, and of no other level there: a « province » is one of them.

    Chad's provinces are of the first level, those of Burkina Faso of the second.
    """
    own = {f"$adm{number}": [level.fr, level.en] for number, level in country().levels.items()}
    named = {words(word) for spellings in own.values() for word in spellings}
    return parts | {
        target: [*spellings, *(word for word in parts[target] if words(word) not in named)]
        for target, spellings in own.items()
    }


def _spelled_out(spelling: str, parts: dict[str, list[str]]) -> Iterator[str]:
    choices = [parts.get(word, [word]) for word in spelling.split()]
    return (" ".join(choice) for choice in itertools.product(*choices))


@cache
def hxl() -> dict[tuple[str, frozenset[str]], str]:
    """By HXL tag and attributes, the column."""
    return {tag_parts(row["tag"]): row["target"] for row in rows("hxl.csv")}


def tag_parts(tag: str) -> tuple[str, frozenset[str]]:
    """Splits a tag: #adm1 +code is ("#adm1", {"code"})."""
    name, *attributes = re.sub(r"\s", "", tag).lower().split("+")
    return name, frozenset(attributes)


def tagged(tag: str) -> str | None:
    """The column of an HXL tag: the entry that shares most attributes and has no others."""
    name, attributes = tag_parts(tag)
    known = [(len(asked), target) for (entry, asked), target in hxl().items() if entry == name and asked <= attributes]
    return max(known)[1] if known else None


@cache
def phrases(header: str) -> tuple[tuple[str, float], ...]:
    """What a header may be called for, with weights: itself, its parts between signs, its parts without help.

    « CLUSTER\n(Choisir dans la liste) » is a cluster, « Indiquer le nom de la structure qui met en œuvre » the name of
    a structure, « Secteur / Cluster » either.
    """
    first, *more = [part for part in _PARTS.split(header) if words(part)] or [header]
    weights = {header: 1.0}
    weights.setdefault(_without_help(first), 0.99)
    for part in more:
        if not _HELP.match(part.strip()):
            weights.setdefault(_without_help(part), 0.93)
    return tuple(weights.items())


def _without_help(part: str) -> str:
    """Without the verb that asks for it, and without what explains it."""
    return _EXPLAINED.split(_HELP.sub("", part.strip(), count=1), maxsplit=1)[0] or part


def likeness(header: str, target: str, group: str = "") -> float:
    """The likeness of a header and a column, from 0 to 1: as listed, with a misspelt word, or among other words.

    ``group``: the name above it and others, « Bénéficiaires » above « Femmes ».
    """
    alone = max(weight * _likeness(words(phrase), target, iso3()) for phrase, weight in phrases(header))
    return max(alone, _likeness(words(f"{group} {header}"), target, iso3())) if group else alone


@cache
def _likeness(phrase: Words, target: str, _country: str) -> float:
    best = 0.0
    for way, weight in headers().get(target, {}).items():
        if way == phrase:
            best = max(best, weight)
        elif len(way) == len(phrase) and set(way) == set(phrase):
            best = max(best, weight * 0.97)
        elif set(way) < set(phrase):
            best = max(best, weight * (0.25 + 0.6 * len(way) / len(phrase)))
        elif _is_misspelt(way, phrase):
            best = max(best, weight * 0.9)
    return best


def _is_misspelt(way: Words, phrase: Words) -> bool:
    """Nearly the same letters and the same numbers and initials: never « admin 3 » for « admin 2 », « country » for
    « county », « bénéficiaires par mois » for « bénéficiaires M ».
    """
    short = [[w for w in words if w.isdigit() or len(w) < 3] for words in (way, phrase)]
    if len(way) != len(phrase) or short[0] != short[1]:
        return False
    return phrase not in headers()["ignored"] and fuzz.ratio(" ".join(way), " ".join(phrase)) >= _ALMOST


@cache
def _values() -> dict[tuple[str, str], tuple[str, str]]:
    return {(row["list"], fold(row["spelling"])): (row["code"], row["reason"]) for row in rows("values.csv")}


def correction(column: Column, text: str) -> tuple[str, str] | None:
    """(code, reason) for a usual spelling of a code that its list lacks, or None; codes for a list of them."""
    if known_code := _values().get((column.codes or "", fold(text))):
        return known_code
    parts = [part.strip() for part in _LISTED.split(text) if part.strip()] if column.kind == "codes" else []
    known = [(clean(column, part)[0], _values().get((column.codes or "", fold(part)))) for part in parts]
    codes = [code or (usual[0] if usual else None) for code, usual in known]
    if len(codes) < 2 or None in codes:
        return None
    return ";".join(
        sorted({code for codes_of_part in codes for code in str(codes_of_part).split(";")})
    ), "plusieurs codes"


def understood(column: Column, text: str, unit: str = "") -> bool:
    """Whether a cell is a valid value of this column, or a usual abbreviation of one."""
    value, is_read = clean(column, text, unit=unit)
    return (value is not None and is_read) or correction(column, text) is not None


def is_peculiar(list_name: str) -> bool:
    """Whether values alone identify a list: yes and no, or 1 to 5, do not."""
    return len(code_lists.codes(list_name)) >= 4 and not list_name.startswith(("oui_non", "likert", "particip", "freq"))
