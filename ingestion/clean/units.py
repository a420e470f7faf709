"""Numbers that bear the unit of their column: « 10 personnes/mois », « 3 jours », « 2 500 FCFA », « 80 % »."""

from __future__ import annotations

import re

from ingestion.clean.money import XOF, amounts
from ingestion.clean.numbers import is_ambiguous, number
from ingestion.clean.text import unaccented

_PEOPLE = r"(?:personnes?|pers\.?|places?|beneficiaires?|people|persons?)"
# By the unit that a column declares, how cells write it. « 120/an » and « 2 semaines » are in another one.
_WRITTEN = {
    "personnes par mois": rf"{_PEOPLE}?\s*(?:(?:/|par|per|a)\s*(?:mois|month))?",
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
