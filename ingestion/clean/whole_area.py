"""Cells that name no place, but all of the area around it: « Tous les cercles », « toute la région », « national »."""

from __future__ import annotations

import re
from functools import cache

from ingestion.clean.text import fold
from ingestion.country.pack import country


@cache
def kind() -> str:
    """The words for the levels of areas, as a part of an expression on folded text."""
    words = {
        fold(text)
        for level in country().levels.values()
        for text in (level.fr, level.plural, level.en, level.en_plural)
    }
    # What only the country calls its levels: « provinces?|departements?| ».
    own = words - {"region", "regions", "cercle", "cercles", "district", "districts", "commune", "communes"}
    others = "".join(f"{text}|" for text in sorted(own, key=len, reverse=True))
    return rf"(?:{others}regions?|cercles?|districts?|communes?)(?: (?:rurales?|urbaines?))?"


@cache
def _whole() -> re.Pattern[str]:
    names = "|".join(sorted({fold(country().name.fr), fold(country().name.en)}))
    return re.compile(
        rf"(?:(?:dans |sur )?(?:l )?(?:tou(?:t|s|tes?)|ensemble|all|entire|whole|every)"
        rf"(?: (?:les|la|le|l|the|of|de|du|des|{kind()}|pays|territoire|zones?|localites?|areas?|country|national"
        rf"|{names}))*"
        rf"|(?:niveau |couverture |echelle |portee )?nationale?|nationwide|countrywide|{names})"
    )


def says_whole(text: str) -> bool:
    """Whether a cell names no place, but all of the area around it: "Tous les cercles", "national", "Mali"."""
    return _whole().fullmatch(fold(text)) is not None
