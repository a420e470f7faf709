"""Digits that are not phones: ids, hashes, dates, years, times, decimals, amounts with their unit."""

from __future__ import annotations

import re

GONE = "\0"  # replaces what was recognised: neither a letter nor a digit, and no sign of a phone
START, END = r"(?<![^\W_])", r"(?![^\W_])"  # no adjacent letter or digit

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20|21)\d\d"
_TIME = r"(?:[01]?\d|2[0-4])(?:[:h][0-5]\d(?::[0-5]\d)?|h)"
_UNITS = (
    r"(?:f\s?cfa|cfa|xof|francs?|€|eur(?:os?)?|\$|usd|dollars?|%|personnes|m[ée]nages|b[ée]n[ée]ficiaires|habitants"
    r"|enfants|femmes|hommes|filles|gar[çc]ons|migrants|d[ée]plac[ée]s|cas|tonnes|kg|km|litres|ha)(?![^\W_])"
)
_THOUSANDS = r"\d{1,3}(?:[ .,']\d{3})+(?!\d)"
_IDS = "|".join(
    [
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",  # uuid
        r"uuid:[0-9a-f\-]+",  # a submission, whose id may be a number
        r"[0-9a-f]{16,}",  # a hash or its beginning
        r"[a-z]{1,4}_[0-9a-f]{12}",  # an id of the warehouse: org_004118073302
        r"\d{8}T\d{6}Z_r?[0-9a-f]{8}",  # the name of a publication: 20241124T143801Z_32241594
        r"(?-i:[A-Z]{2}\d\d(?: [A-Z0-9]{4}){2,7})",  # IBAN
        r"(?-i:[A-Z]{2}-[A-Z0-9]{1,5}-)[a-z0-9\-]+",  # IATI: US-GOV-1-72068817
    ]
)
_FIGURES = "|".join(
    [
        rf"{_YEAR}(?P<sign>[-./ ]){_MONTH}(?P=sign){_DAY}(?:[ T]{_TIME})?",  # 2024-08-31
        rf"{_DAY}(?P<mark>[-./ ]){_MONTH}(?P=mark){_YEAR}",  # 31/08/2024
        rf"{_DAY}(?P<short>[/.-]){_MONTH}(?P=short)\d\d(?!(?P=short)?\d)",  # 31/08/24
        r"(?:199\d|20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",  # 20240831
        rf"{_YEAR}(?:\s?[-/ ]\s?{_YEAR})+",  # 2020-2024
        rf"{_TIME}(?::\d\d)?(?:\s?[-/]\s?{_TIME})?(?!:?\d)",  # 08:00-16:30
        r"(?:0_17|18_24|25_59)",  # age brackets, which a list of codes sets side by side: 18_24 25_59 60
        r"\d{1,3}[.,]\d{5,}",  # 20.025418
        r"(?:\d{4,}|\d{1,3}(?:[ ']\d{3})+)[.,]\d{1,2}(?![.,/ -]?\d)",  # 210393.06
        rf"(?:{_THOUSANDS}|\d{{7,12}})(?:[.,]\d{{1,2}})?\s?{_UNITS}",  # 25 000 000 FCFA
        rf"(?:{_THOUSANDS}|\d{{4,9}}000)\s?f(?![^\W_])",  # 75 000 000 F; but 76100011 F may be a phone
        r"\d{1,3}(?:[ .,']\d{3})*[ .,']000(?P<zeros>[ .,'])000",  # 65 000 000
        r"\d{1,3}(?:[ .,']\d{3}){2,}[ .,']000",  # 1 250 300 000
        r"\d(?:[ .,']\d{3})*[ .,']000",  # 5 000, 1 250 000
    ]
)
_ID = re.compile(rf"{START}(?:{_IDS}){END}", re.IGNORECASE)
_FIGURE = re.compile(rf"{START}(?<!\d[.,':])(?:{_FIGURES}){END}", re.IGNORECASE)


def without_ids(text: str) -> str:
    """A plain text with every id blanked."""
    return blanked(_ID, text)


def without_figures(text: str) -> str:
    """A plain text with every date, time, decimal and amount blanked."""
    return blanked(_FIGURE, text)


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """A text of the same length, with GONE where a pattern matches."""
    return pattern.sub(lambda match: GONE * len(match[0]), text)
