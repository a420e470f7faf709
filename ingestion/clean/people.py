"""Counts of people as people write them: « 1 200 », « 500 personnes », « 300 femmes, 200 hommes (150 filles) »."""

from __future__ import annotations

import re

from ingestion.clean.numbers import integer, is_ambiguous
from ingestion.clean.text import fold

TOTAL = "total"
_WORDS = {
    TOTAL: "total totaux personne pers individu beneficiaire people person participant t ensemble",
    "women": "femme f women woman female feminin dame",
    "men": "homme h men man male m masculin",
    "girls": "fille girl fillette jeune_fille",
    "boys": "garcon boy g jeune_garcon",
    "children": "enfant children child mineur",
    "disabled": "psh handicape personne_handicapee personne_en_situation_de_handicap",
}
_PART = {word.replace("_", " "): part for part, words in _WORDS.items() for word in words.split()}
_BOTH_SEXES = ({"women", "men"}, {"women", "men", "girls", "boys"}, {"girls", "boys"})
_CUT = re.compile(
    r"[;/()\[\]\n+&|]|,(?!\d)|\s-\s|(?<=\d)\s+(?=[^\W\d]+\s*[:=]\s*\d)|\b(?:dont|et|and|soit|including)\b",
    re.IGNORECASE,
)
_NUMBER = r"(?P<number>\d[\d\s\u00a0\u202f.,'’]*)"
_BEFORE = re.compile(rf"{_NUMBER}\s*(?P<label>[^\W\d].*)?")
_AFTER = re.compile(rf"(?P<label>[^\W\d][^\d:=]*?)\s*[:=]?\s*{_NUMBER}")
_ABOUT = re.compile(r"^(?:environ|env\.?|plus de|au moins|about|~|≈)\s*", re.IGNORECASE)


def counts(text: str) -> dict[str, int] | None:
    """The counts of a cell by part (total, women, men, girls, boys, children, disabled).

    A number alone is the "" of its column. None where any part of the cell is not understood, or named twice.
    """
    plain = integer(text)
    if plain is not None and not is_ambiguous(text):
        return {"": plain}
    by_part: dict[str, int] = {}
    for piece in (piece.strip(" :.-") for piece in _CUT.split(text)):
        if not piece:
            continue
        part, count = _counted(piece, is_first=not by_part)
        if count is None or part is None or part in by_part:
            return None
        by_part[part] = count
    return by_part or None


def _counted(piece: str, is_first: bool) -> tuple[str | None, int | None]:
    """The part and the number of « 300 femmes », « F : 300 »; a number that leads others is their total."""
    match = _BEFORE.fullmatch(_ABOUT.sub("", piece)) or _AFTER.fullmatch(piece)
    if match is None or is_ambiguous(match["number"].strip(" .,")):
        return None, None
    label = fold(match["label"] or "")
    part = TOTAL if not label and is_first else _PART.get(label) or _PART.get(_singular(label))
    return part, integer(match["number"].strip(" .,"))


def _singular(label: str) -> str:
    return " ".join(word.removesuffix("s") for word in label.split())


def count(text: str, part: str, is_part: bool) -> tuple[int | None, bool]:
    """(the count of a part, whether the cell is understood). ``is_part``: whether the cell may tell several counts.

    A total that is not written is the sum where both sexes are; a part that is not written is unknown.
    """
    by_part = counts(text)
    if by_part is None:
        return None, False
    if "" in by_part:
        return (None if is_part else by_part[""]), True
    if part == TOTAL and TOTAL not in by_part and set(by_part) in _BOTH_SEXES:
        return sum(by_part.values()), True
    return by_part.get(part), True
