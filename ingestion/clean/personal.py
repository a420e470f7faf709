"""Personal data that people type where it does not belong: phones, e-mails, coordinates, names after a civility.

Pure functions. What looks alike and is no personal data is left alone: dates, spans of years, uuids, decimal numbers
and amounts. Where a text could be either, it is removed: a lost figure can be asked for again, a published phone cannot
be taken back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PHONE, EMAIL, COORDINATES, NAME = "phone", "email", "coordinates", "name"
MARKS = {
    PHONE: "[numéro retiré]",
    EMAIL: "[courriel retiré]",
    COORDINATES: "[position retirée]",
    NAME: "[nom retiré]",
}

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"  # no letter or digit beside it

# Not personal, though made of digits. The first alternative that matches at a place wins, so these come before phones.
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20|21)\d\d"
_UNITS = (
    r"(?:f\s?cfa|cfa|xof|francs?|f|€|eur(?:os?)?|\$|usd|dollars?|%|personnes|m[ée]nages|b[ée]n[ée]ficiaires|habitants"
    r"|enfants|femmes|hommes|filles|gar[çc]ons|migrants|d[ée]plac[ée]s|cas)(?![^\W_])"
)
_THOUSANDS = r"\d{1,3}(?:[\s.,'’]\d{3})+(?!\d)"
_KEPT = "|".join(
    [
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",  # uuid
        r"uuid:[0-9a-f\-]+",  # a submission, which may only have a number
        r"[0-9a-f]{16,}",  # a hash, or the beginning of one
        r"[a-z]{1,4}_[0-9a-f]{12}",  # an id of the warehouse: org_004118073302
        r"\d{8}T\d{6}Z_[0-9a-f]{8}",  # the name of a publication: 20241124T143801Z_32241594
        r"\d{1,3}[.,]\d{5,}",  # 20.025418
        r"(?:0_17|18_24|25_59)",  # age brackets, which a list of codes sets side by side: 18_24 25_59 60
        rf"{_YEAR}(?P<sign>[-./ ]){_MONTH}(?P=sign){_DAY}(?:[ T]\d\d?:\d\d(?::\d\d)?)?",  # 2024-08-31
        rf"{_DAY}(?P<mark>[-./ ]){_MONTH}(?P=mark){_YEAR}",  # 31/08/2024
        r"(?:199\d|20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",  # 20240831
        rf"{_YEAR}\s?[-–/ ]\s?{_YEAR}",  # 2020-2024
        rf"(?:{_THOUSANDS}|\d{{7,12}})(?:[.,]\d{{1,2}})?\s?{_UNITS}",  # 25 000 000 FCFA
        r"\d{1,3}(?:[\s.,'’]\d{3})*[\s.,'’]000",  # 65 000 000
    ]
)

_AT = r"\s?(?:@|\(at\)|\[at\]|\(arobase\)|\[arobase\])\s?"
_EMAIL = rf"(?<![\w.+\-])[\w.+\-]{{1,64}}{_AT}(?:[^\W_][\w\-]*\.)+[^\W\d_]{{2,}}"  # not bootstrap-table@1.19.1

_SIDE = r"(?:\s?°?\s?[NSEWO](?![^\W_])|\s?°)?"
_BETWEEN = r"\s?(?:[,;/\s]|\bet\b)\s?(?:long?(?:itude)?\.?\s?[:=]?\s?)?(?:[NSEWO]\s?)?"
_LATITUDE, _LONGITUDE = r"\+?(?:9|[12]\d|3[0-7])", r"[-+]?(?:1[0-8]|\d)"  # from the Gulf of Guinea to Tunis


def _pair(first: str, second: str, decimals: str) -> str:
    return rf"(?:[NSEWO]\s?)?{first}[.,]{decimals}(?!\d){_SIDE}{_BETWEEN}{second}[.,]{decimals}(?!\d){_SIDE}"


_COORDINATES = "|".join(
    [
        # 14°29'13"N, alone or in pairs
        r"\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['’′´](?:\s?\d{1,2}(?:[.,]\d+)?\s?(?:\"|''|’’|″|”))?"
        r"(?:\s?[NSEWO](?![^\W_]))?",
        _pair(_LATITUDE, _LONGITUDE, r"\d{3,}"),  # three decimals are a hundred metres
        _pair(_LONGITUDE, _LATITUDE, r"\d{3,}"),
        _pair(r"(?:1\d|2[0-5])", r"(?:-?1[0-2]|[-+]?\d)", r"\d\d"),  # 14.49, -4.20: in Mali's own frame
        # Anywhere else; but not two shares, 0.1234 0.5678
        r"(?![-+]?0[.,]\d+\D+0[.,])" + _pair(r"[-+]?\d{1,2}", r"[-+]?\d{1,3}", r"\d{4,}"),
        # lat 14.4871; 14.4871° N
        r"lat(?:itude)?\.?\s?[:=]?\s?[-+]?\d{1,2}[.,]\d{2,}",
        r"long?(?:itude)?\.?\s?[:=]?\s?[-+]?\d{1,3}[.,]\d{2,}",
        r"\d{1,3}[.,]\d{2,}\s?°\s?[NSEWO](?![^\W_])",
    ]
)

# What people put between the groups of a phone number, and what comes with copies from the web.
_GAP = r"[\s.\-‐-–/_()·\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]{0,3}"
_2_TO_9, _5_TO_9 = "[2-9２-９٢-٩۲-۹]", "[5-9５-９٥-٩۵-۹]"  # no subscriber's number in Mali begins with 0 or 1
_PHONE = "|".join(
    [
        rf"(?:\+|00){_GAP}[1-9](?:{_GAP}\d){{7,14}}",  # +33 6 12 34 56 78
        rf"223(?:{_GAP}\d){{8}}",  # 223 7612 3456
        rf"{_2_TO_9}\d(?:{_GAP}\d\d){{3}}",  # 76 12 34 56
        rf"{_5_TO_9}\d{_GAP}\d{{3}}{_GAP}\d{{3}}",  # 76 123 456
    ]
)
_BEFORE_PHONE = (
    r"(?:(?<![^\W_])|(?<=tel)|(?<=tél))"  # also « tel76123456 »
    r"(?<!\b\d[.,])(?<!\b\d\d[.,])(?<!\b\d\d\d[.,])"  # not the decimals of a number
)
_AFTER_PHONE = rf"{_END}(?![.,]\d{{1,2}}(?!\d))"  # nor a number with decimals

_PATTERN = re.compile(
    rf"(?P<email>{_EMAIL})|{_START}(?<![.,])(?P<coordinates>{_COORDINATES})|{_START}(?P<kept>{_KEPT}){_END}"
    rf"|{_BEFORE_PHONE}(?P<phone>{_PHONE}){_AFTER_PHONE}",
    re.IGNORECASE,
)
# Nothing above can match a text without one of these: most texts go no further.
_SUSPECT = re.compile(r"@|°|\(at\)|\[at\]|arobase\W|\d(?:\D{0,4}\d){4}|\d[.,]\d\d", re.IGNORECASE)

_CIVILITY = (
    r"M(?:r|rs|me|mes|lle|elle|lles|M)?\.|Mr|Mme|Mmes|Mlle|Melle|MM|M(?=\s[A-ZÀ-Þ])|MME|MLLE|MONSIEUR|MADAME"
    r"|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|Dre?|DR|[Dd]octeur|Pr|[Pp]rofesseur|[Mm]a[îi]tre|Me(?=\s[A-ZÀ-Þ])"
    r"|(?:El|Al)[\s-][Hh]adj[ji]?|Elhadj[ji]?|[Hh]adja|[Ii]mam|[Ss](?:œ|oe)ur|[Pp]ère|[Aa]bbé"
)
# A function may stand between the civility and the name: « Mme la directrice Awa Diarra ».
_FUNCTION = r"(?:(?:l[ae]\s|l['’])[\w-]+(?:\s(?:adjointe?|générale?|régionale?|locale?))?\s)?"
_WORD = r"[A-ZÀ-ÞŒ](?:[\w’'-]*\w|\.)?"
_NAMES = re.compile(
    rf"\b(?P<civility>{_CIVILITY})(?P<gap>\.?\s+{_FUNCTION})"
    rf"(?P<name>{_WORD}(?:\s(?:ag\s|ould\s|dit\s|ben\s)?{_WORD}){{0,3}})"
)


class Removed(NamedTuple):
    """One piece of personal data found in a text: its kind (PHONE, EMAIL, COORDINATES or NAME) and how it reads."""

    kind: str
    text: str


def find(text: str) -> list[Removed]:
    """The phones, e-mails and coordinates in a text, in their order."""
    if not _SUSPECT.search(text):
        return []
    kinds = ((match.lastgroup or "", match[0]) for match in _PATTERN.finditer(text))
    return [Removed(kind, found) for kind, found in kinds if kind in MARKS]


def redact(text: str, names: bool = False) -> tuple[str, list[Removed]]:
    """(text without personal data, what was taken out). With ``names`` also names after a civility.

    Each piece leaves a mark such as « [numéro retiré] », so that the sentence can still be read; a text without any
    comes back as it is, and a redacted text redacted again does not change.
    """
    removed: list[Removed] = []

    def mark(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        if kind not in MARKS:
            return match[0]
        removed.append(Removed(kind, match[0]))
        return MARKS[kind]

    def mark_name(match: re.Match[str]) -> str:
        removed.append(Removed(NAME, match["name"]))
        return f"{match['civility']}{match['gap']}{MARKS[NAME]}"

    if _SUSPECT.search(text):
        text = _PATTERN.sub(mark, text)
    if names:
        text = _NAMES.sub(mark_name, text)
    return text, removed
