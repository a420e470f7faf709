"""Place names as people write them: the key that equal names share, their numbers, several places in one cell."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import OSA

from ingestion.clean.text import fold
from ingestion.country.pack import country


def _own_kinds() -> str:
    """What only the country calls its levels: « provinces?|departements?| »."""
    words = {
        fold(text)
        for level in country().levels.values()
        for text in (level.fr, level.plural, level.en, level.en_plural)
    }
    own = words - {"region", "regions", "cercle", "cercles", "district", "districts", "commune", "communes"}
    return "".join(f"{text}|" for text in sorted(own, key=len, reverse=True))


_KIND = rf"(?:{_own_kinds()}regions?|cercles?|districts?|communes?)(?: (?:rurales?|urbaines?))?"
_BEFORE = re.compile(rf"^{_KIND} (?:(?:de la|de l|du|des|de|d|of) )?(?!\d)(?=.)")  # « Cercle de », not « Commune VI »
_AFTER = re.compile(rf" (?:{_KIND}|ville)$")  # « Kati Commune », « Kayes region », « Kidal ville »
# « Tous les cercles », « toute la région », « ensemble du pays », « national »: what is around, and no place in it.
_WHOLE = re.compile(
    rf"(?:(?:dans |sur )?(?:l )?(?:tou(?:t|s|tes?)|ensemble|all|entire|whole|every)"
    rf"(?: (?:les|la|le|l|the|of|de|du|des|{_KIND}|pays|territoire|zones?|localites?|areas?|country|national))*"
    rf"|(?:niveau |couverture |echelle |portee )?nationale?|nationwide|countrywide)"
)
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


def says_whole(text: str) -> bool:
    """Whether a cell names no place, but all of the area around it: "Tous les cercles", "national"."""
    return _WHOLE.fullmatch(fold(text)) is not None


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
