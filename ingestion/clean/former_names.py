"""What an organization was called before, said within its name: « Djiguiya (ex Association Tonus) »."""

from __future__ import annotations

import re
from typing import NamedTuple

from ingestion.clean.text import fold, tidy

# Columns that name an organization.
NAMING = frozenset({"organization_name", "parent_name", "lead_organization_name"})

_CALLED = r"(?:\s+(?:appelée?|dénommée?|nommée?|connue? sous le nom d[e’'u]|known as|called|named))?"
_NAME = r"(?:noms?|sigle|dénomination|appellation|name)"
_WAS = (
    rf"ex[-.:\s]+|(?:anciennement|autrefois|précédemment|jadis|formerly|previously)\b{_CALLED}|ci-devant\b"
    rf"|ancien(?:ne)?s?\s+{_NAME}\b|former {_NAME}s?\b|nouveau nom de\b|qui s[’']appelait\b|f\.?k\.?a\.?(?=\s)"
    r"|ancien(?:ne)?(?=\s+[A-ZÀ-Þ0-9])|(?:a )?remplacé?\b|replaces\b|alias\b|a\.?k\.?a\.?(?=\s)"
)
_IS = (
    rf"deven(?:ue?s?|ant)\b|renommée?s?\b|rebaptisée?s?\b|(?:aujourd[’']hui|désormais|maintenant)\b{_CALLED}"
    rf"|nouv(?:eau|elle)\s+{_NAME}\b(?=\s*:)|new name\b|renamed\b(?: as\b| to\b)?|now\b{_CALLED}|became\b"
)
_BRACKETED = re.compile(rf"[(\[]\s*(?:(?P<was>{_WAS})|(?P<is>{_IS}))\s*:?\s*(?P<other>[^()\[\]]+)[)\]]", re.IGNORECASE)
# Without brackets: after a comma or a dash, or a word that can mean nothing else.
_SURE = (
    rf"(?:anciennement|formerly)\b{_CALLED}|ci-devant\b|deven(?:ue?)\b|rebaptisée?\b|renamed\b(?: as\b| to\b)?|became\b"
    r"|→|=>|->"
)
_APART = re.compile(
    rf"(?:\s*[,;/]\s*|\s+[-–—]\s+)(?:(?P<was>{_WAS})|(?P<is>{_IS}))\s*:?\s*(?P<other>.+)$", re.IGNORECASE
)
_WITHIN = re.compile(rf"\s+(?P<word>{_SURE})\s*:?\s*(?P<other>.+)$", re.IGNORECASE)
# « Djiguiya ex-Tonus », never « Association des ex-Combattants » nor « Amicale ex-Militaires ».
_OF_PERSONS = (
    "des|les|aux|de|pour|of|for|and|et|ong|ngo"
    r"|association|amicale|union|groupement|réseau|coopérative|fédération|collectif"
)
# « Association Malienne ex-Combattants »: what people were, no name.
_PERSONS = re.compile(
    r"(?:combattant|militaire|soldat|gendarme|policier|detenu|prisonnier|otage|migrant|emigre|refugie|rapatrie|deplace"
    r"|expulse|esclave|victime|exploite|enfant|mineur|orphelin|eleve|etudiant|stagiaire|apprenti|fonctionnaire|agent"
    r"|travailleur|employe|cadre|toxicomane|prostitue|rebelle|coupeu[rs]|exciseu[rs]|mendiant|talibe|malade|lepreu[xs]"
    r"|fighter|combatant|soldier|prisoner|detainee|migrant|refugee|returnee|slave|victim|child|student|worker|employee"
    r")(?:e?s|se|es|ren)?"
)
_EX = re.compile(r"(?P<before>[\w’']+)\s+ex[-.\s]+(?P<other>[^\W\d_].*)$")
_YEAR = re.compile(
    r"[\s,]*(?:\(?(?:en|depuis|in|since|jusqu[’']en|until)\s+(?:\w+\s+)?(?:19|20)\d\d\)?)\s*$", re.IGNORECASE
)
_QUOTES = ' \t"«»“”,;:-–—'


class Names(NamedTuple):
    """The name in use, and the former ones."""

    current: str
    former: tuple[str, ...] = ()


def names_of(text: str) -> Names:
    """The name of an organization without its former names, and these.

    "Association Tonus devenue Djiguiya" → ("Djiguiya", ("Association Tonus",)). « des ex-combattants » is part of
    a name; a text that says a former name alone is left as it is.
    """
    written = tidy(text) or ""
    for pattern in (_BRACKETED, _APART, _WITHIN, _EX):
        match = pattern.search(written)
        if match is None or not _is_name(match["other"]):
            continue
        groups = match.groupdict()
        before = groups.get("before") or ""
        is_ex = bool(before) or (groups.get("was") or "").casefold().startswith("ex")
        if re.fullmatch(_OF_PERSONS, before, re.IGNORECASE) or (is_ex and _are_persons(match["other"])):
            continue
        start = match.start() + len(before)
        rest = _bare(written[:start] + (written[match.end() :] if pattern is _BRACKETED else ""))
        other = _bare(_YEAR.sub("", match["other"]))
        if not rest or not other:
            continue
        current, former = (other, rest) if _is_later(match) else (rest, other)
        inner = names_of(current)
        return Names(inner.current, (*inner.former, former))
    return Names(text)


def _is_later(match: re.Match[str]) -> bool:
    """Whether the name after the word is the one in use."""
    groups = match.groupdict()
    return bool(groups.get("is")) or bool(re.match(rf"{_IS}|→|=>|->", groups.get("word") or "", re.IGNORECASE))


def _are_persons(text: str) -> bool:
    return _PERSONS.fullmatch(fold(re.split(r"[^\w’']", text)[0])) is not None


def _is_name(text: str) -> bool:
    """Names begin with a capital or a figure: « devenue autonome » is none."""
    first = text.strip(_QUOTES)[:1]
    return first.isdigit() or first.isupper()


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(_QUOTES)
