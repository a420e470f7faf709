"""Numbers that bear the unit of their column: « 10 personnes/mois », « 3 jours », « 2 500 FCFA », « 80 % »."""

from __future__ import annotations

import re

from ingestion.clean.money import XOF, amounts
from ingestion.clean.numbers import is_ambiguous, number
from ingestion.clean.text import fold, unaccented

_PEOPLE = r"(?:personnes?|pers\.?|places?|beneficiaires?|people|persons?)"
PER_MONTH = "personnes par mois"
_YEAR = r"annuel\w*|(?<!\d )ans?|annees?(?! 20\d\d)|years?(?! 20\d\d)|yearly|annual"
_MONTH = r"mois|mensuel\w*|months?|monthly"
_DAY = r"(?<!mise a )(?<!mis a )jours?|journalier\w*|quotidien\w*|days?|daily"
_SHORTER = r"semaines?|hebdomadaires?|weeks?|weekly|trimestr\w*|quarter\w*|semestr\w*"
# By the unit of a column, the words for its own time and for others: « Capacité annuelle », « Délai (semaines) ».
_TIMES = {
    PER_MONTH: (_MONTH, rf"{_YEAR}|{_DAY}|{_SHORTER}"),
    "jours": (_DAY, rf"{_YEAR}|{_MONTH}|{_SHORTER}|heures?|hours?"),
    "ans": (_YEAR, rf"{_MONTH}|{_DAY}|{_SHORTER}"),
}
# By the unit that a column declares, how cells write it. « 120/an » and « 2 semaines » are in another one.
_WRITTEN = {
    PER_MONTH: rf"{_PEOPLE}?\s*(?:(?:/|par|per|a)\s*(?:mois|month))?",
    "personnes": r"(?:personnes?|pers\.?|individus?|people|persons?|individuals?)",
    "places": r"places?(?:\s+(?:libres?|disponibles?|available))?",
    "jours": r"(?:jours?|j|days?)",
    "ans": r"(?:ans?|years?)",
}
SHARE, FRANCS = "de 0 à 1", "francs CFA"
_NUMBER = r"(?P<number>[0-9](?:[0-9\s.,'’]*[0-9])?)\s*"


def measured(text: str, unit: str) -> float | None:
    """The number of a cell that bears this unit, in it; None where it bears none or another one."""
    if unit == FRANCS:
        francs = amounts(text)
        return francs[0][0] if len(francs) == 1 and francs[0][1] == XOF else None
    if unit == SHARE:
        percentage = number(text.removesuffix("%")) if text.endswith("%") else None
        return None if percentage is None else percentage / 100
    match = re.fullmatch(_NUMBER + _WRITTEN[unit], unaccented(text)) if unit in _WRITTEN else None
    return number(match["number"]) if match and not is_ambiguous(match["number"]) else None


def is_of_another_period(header: str, unit: str) -> bool:
    """Whether a header counts in another time than its column: « Capacité annuelle » where months are asked."""
    if unit not in _TIMES:
        return False
    own, other = _TIMES[unit]
    told = fold(header)
    return re.search(rf"\b(?:{other})\b", told) is not None and re.search(rf"\b(?:{own})\b", told) is None
