"""The words of the country in texts: « {admin2:of_the} » is « du cercle » in one, « de la préfecture » in another.

Texts name a word and its form in braces; `warehouse.parameter_texts` puts them in.
"""

from __future__ import annotations

import re
from functools import cache

from ingestion.country import seeds
from ingestion.country.pack import Pack, pack
from ingestion.country.settings import CountrySettings, Level

Words = dict[str, dict[str, str]]
_VOWELS = "aàâeéèêiîoôuûyh"
_IN_LETTERS = ("", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


def words() -> Words:
    """By name and form, the texts of the country in use."""
    return _words(pack())


@cache
def _words(used: Pack) -> Words:
    settings = used.settings
    named = {f"admin{number}": _of_level(level) for number, level in settings.levels.items()}
    named["admin2"] |= _asked(settings)
    return named | {
        "country": {
            "name": settings.name.fr,
            "in": settings.name.in_fr,
            "of": settings.name.of_fr,
            "en": settings.name.en,
            "iso3": settings.iso3,
        },
        "terms": settings.terms.model_dump(),
        "currency": {"code": settings.currency.code, "fr": settings.currency.fr},
        "vintage": {
            "current": settings.current_vintage,
            "all": " ou ".join(vintage.code for vintage in settings.vintages),
            "all_en": " or ".join(vintage.code for vintage in settings.vintages),
        },
        "zones": _of_zones(settings),
        "reading": {
            f"{code}_{form}": text
            for code, reading in settings.readings.items()
            for form, text in reading.model_dump().items()
        }
        | {"all": " ou ".join(f"{code} ({reading.meaning_fr})" for code, reading in settings.readings.items())},
    }


def _of_level(level: Level) -> dict[str, str]:
    is_elided = level.fr[0].casefold() in _VOWELS
    is_feminine = level.gender == "f"
    the = "l’" if is_elided else "la " if is_feminine else "le "
    return {
        "word": level.fr,
        "Word": _capital(level.fr),
        "plural": level.plural,
        "Plural": _capital(level.plural),
        "A": f"{'Une' if is_feminine else 'Un'} {level.fr}",
        "this": f"{'cette' if is_feminine else 'cet' if is_elided else 'ce'} {level.fr}",
        "whole": f"{level.fr} {'entière' if is_feminine else 'entier'}",
        "of_the_whole": ("du " if the == "le " else f"de {the}")
        + f"{level.fr} {'entière' if is_feminine else 'entier'}",
        "its": f"{'sa' if is_feminine and not is_elided else 'son'} {level.fr}",
        "the_kept": f"{the}{level.fr} {'retenue' if is_feminine else 'retenu'}",
        "the_only": f"{'la seule' if is_feminine else 'le seul'} {level.fr}",
        "all_the": f"{'toutes' if is_feminine else 'tous'} les {level.plural}",
        "as_written": "telle qu’écrite" if is_feminine else "tel qu’écrit",
        "a": f"{'une' if is_feminine else 'un'} {level.fr}",
        "the": the + level.fr,
        "The": _capital(the) + level.fr,
        "of": f"{'d’' if is_elided else 'de '}{level.fr}",
        "of_the": ("du " if the == "le " else f"de {the}") + level.fr,
        "to_the": ("au " if the == "le " else f"à {the}") + level.fr,
        "unknown": f"{level.fr} {'inconnue' if is_feminine else 'inconnu'}",
        "Unknown": f"{_capital(level.fr)} {'inconnue' if is_feminine else 'inconnu'}",
        "kept": f"{_capital(level.fr)} {'retenue' if is_feminine else 'retenu'}",
        "of_the_kept": ("du " if the == "le " else f"de {the}")
        + f"{level.fr} {'retenue' if is_feminine else 'retenu'}",
        "none": f"{'Aucune' if is_feminine else 'Aucun'} {level.fr}",
        "no": f"{'aucune' if is_feminine else 'aucun'} {level.fr}",
        "e": "e" if is_feminine else "",  # agreement: « non enquêté{admin2:e}s »
        "en": level.en,
        "En": _capital(level.en),
        "En_plural": _capital(level.en_plural),
        "en_plural": level.en_plural,
    }


def _asked(settings: CountrySettings) -> dict[str, str]:
    """The label of the question for an area of the second level."""
    level, capital = settings.levels[2], settings.capital
    other = (capital.second_level_fr, capital.second_level_en) if capital else ("", "")
    return {
        "asked": " / ".join(text for text in (_capital(level.fr), other[0]) if text),
        "asked_en": " / ".join(text for text in (_capital(level.en), other[1]) if text),
    }


def _of_zones(settings: CountrySettings) -> dict[str, str]:
    zones = seeds.rows("zone")
    count = len(zones)
    written = _IN_LETTERS[count] if count < len(_IN_LETTERS) else str(count)
    return {
        "near": settings.near_zones_fr or "zones proches",
        "in": settings.zones_fr,
        "prefix": _prefix(settings),
        "last_code": zones[-1]["zone_code"] if zones else "",
        "last_name": zones[-1]["name_fr"] if zones else "",
        "The": "La zone" if count == 1 else f"Les {written} zones",
        "the": "la zone" if count == 1 else f"les {written} zones",
        "of_the": "de la zone" if count == 1 else f"des {written} zones",
    }


def _prefix(settings: CountrySettings) -> str:
    """Expression for what stands before the short name of a zone: « Région de », « District de »."""
    kinds = [_capital(settings.levels[1].fr)]
    if settings.capital:
        kinds.append(settings.capital.title.split(" ")[0])
    return f"(?:{'|'.join(kinds)}) (?:de la |de l’|du |des |de |d’)"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_PLACE = re.compile(r"\{([a-z]\w*):(\w+)\}")


def worded(text: str) -> str:
    """The text with the country's words; other marks stay as they are."""
    known = words()
    return _PLACE.sub(lambda place: known.get(place[1], {}).get(place[2], place[0]), text)
