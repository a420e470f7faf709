"""Place names as people write them: the key that equal names share, their numbers, several places in one cell."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import OSA

from ingestion.clean.text import fold
from ingestion.clean.whole_area import kind

_BEFORE = re.compile(rf"^{kind()} (?:(?:de la|de l|du|des|de|d|of) )?(?!\d)(?=.)")  # « Cercle de », not « Commune VI »
_AFTER = re.compile(rf" (?:{kind()}|ville)$")  # « Kati Commune », « Kayes region », « Kidal ville »
_DIGITS_APART = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_NUMERO = re.compile(r"\b(?:no?|numero) (?=\d)")  # « Commune n° 1 »
_PARENT_AFTER_NUMBER = re.compile(r"(?<=\d) d[eu] .+$")  # « Commune VI du District de Bamako »
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
# A hyphen without spaces is part of a name (Gourma-Rharous); « ani » too (Sere Moussa Ani Samo).
_SEPARATOR = re.compile(r"[,;/|&+\n]|\s[-–—]\s|\b(?:et|and)\b", re.IGNORECASE)


@cache
def place_key(name: str) -> str:
    """The key that spellings of one name share: "Cercle de N'Gara" → "ngara", "Gadougou II" → "gadougou2".

    No accents, case, spaces, hyphens; no word for the kind of place; Roman numbers are Arabic.
    """
    words = " ".join(_ROMAN.get(word, word) for word in _DIGITS_APART.sub(" ", fold(name)).split())
    text = _PARENT_AFTER_NUMBER.sub("", _NUMERO.sub("", words))
    text = _AFTER.sub("", _BEFORE.sub("", text))
    return re.sub(r"^communes(?=\d)", "commune", text.replace(" ", ""))


def similarity(one: str, other: str) -> float:
    """How alike two keys are, 0 to 1: edits by length. Gadougou I is not Gadougou II: other numbers, other places."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return 0.0
    return OSA.normalized_similarity(one, other)


def parts(cell: str) -> list[str]:
    """The pieces of a cell that may name several places: "Kayes, Mopti et Gao" → three; a single name → one.

    A number alone repeats the name before it: "Gadougou I et II" → "Gadougou I", "gadougou II".
    """
    pieces: list[str] = []
    for piece in filter(place_key, map(str.strip, _SEPARATOR.split(cell))):
        stem = place_key(pieces[-1]).rstrip("0123456789") if pieces and place_key(piece).isdigit() else ""
        pieces.append(f"{stem} {piece}".strip())
    return list(dict.fromkeys(pieces))
