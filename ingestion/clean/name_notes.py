"""What stands beside the name of a structure and is none of it: its number in a list, a sign of a note, a phone that
was taken out, a word of closure.
"""

from __future__ import annotations

import re

from ingestion.clean.personal import MARKS

_MARK = "|".join(re.escape(mark) for mark in MARKS.values())
_REMOVED = re.compile(
    rf"[\s,;:/–—-]*[(\[]?\s*(?:t[ée]l(?:[ée]phone)?|contacts?|cell?|mob(?:ile)?|e-?mail|mail|courriel)?[\s.:]*"
    rf"(?:{_MARK})\s*[)\]]?",
    re.IGNORECASE,
)
_WHEN = r"(?:\s+(?:définitivement|temporairement|provisoirement|(?:depuis|since|le|en)\b[^()\[\]]*))?"
_CLOSED = re.compile(
    rf"(?:\s*[(\[]\s*|\s+[-–—]\s+|\s*[,;:]\s+)(?:fermée?|closed|clôturée?|suspendue?|arrêtée?|inactive?"
    rf"|à l['’]arrêt|n['’]existe plus|(?:non|plus) (?:fonctionnel|opérationnel)(?:le)?){_WHEN}\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^\s*(?:\d{1,3}[.)]\s+|[-•–*]\s+)|\s*[*†‡]+\s*$")


def bare_name(text: str) -> str:
    """The name alone: « 1. Maison Lune ([numéro retiré]) » and « Maison Lune - FERMÉ » are Maison Lune."""
    return _CLOSED.sub("", _REMOVED.sub("", _LISTED.sub("", text))) or text


def tells_closure(text: str) -> bool:
    """Whether a name is followed by a word that says that the structure works no more."""
    return _CLOSED.search(text) is not None
