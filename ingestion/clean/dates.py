"""Dates as written in French and English documents and in file names."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from itertools import pairwise

from ingestion.clean.text import fold, unaccented

_MONTHS = {
    name: number
    for number, spellings in enumerate(
        [
            "janvier janv jan january",
            "fevrier fevr fev feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ],
        start=1,
    )
    for name in spellings.split()
}
# A month as a file's name or a header abbreviates it, whatever letters follow: janv, Févr., décembre.
MONTH = r"(?i:jan|f[eé][bv]|mar|avr|apr|mai|may|jui|jul|ao[uû]|aug|sep|oct|nov|d[eé]c)[^\W\d_]*"
_TIME = r"(?:[T ][0-9]{1,2}:.*|Z|[+-][0-9]{2}:[0-9]{2})?"
_ISO = re.compile(rf"([0-9]{{4}})([-/])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_ISO_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])|(20[0-9]{2})(0[1-9]|1[0-2])")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])[/-]([0-9]{4})")
_COMPACT = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_COMPACT_DAY_FIRST = re.compile(r"(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])(20[0-9]{2})")
_WEEKDAY = r"(?:(?:lun|mar|mercre|jeu|vendre|same)di |dimanche |(?:mon|tues|wednes|thurs|fri|satur|sun)day )?"
_DAY_MONTH = re.compile(
    rf"(?:le )?{_WEEKDAY}([0-9]{{1,2}})(?:er|e|eme|nd|rd|st|th)? (?:de )?([a-z]+) ([0-9]{{4}}|[0-9]{{2}})"
)
_MONTH_DAY = re.compile(r"([a-z]+) ([0-9]{1,2})(?:st|nd|rd|th)? ([0-9]{4})")
_MONTH_YEAR = re.compile(r"([a-z]+) ?([0-9]{4}|[0-9]{2})")  # names of files glue them: avr2024
_YEAR_MONTH = re.compile(r"([0-9]{4}) ?([a-z]+)")
# A part of a year: its letter or word and its number, whichever comes first.
_PART = re.compile(r"(q|t|s|trimestre |semestre )([1-4]) ([0-9]{4})")
_PART_NAMED = re.compile(r"([1-4])(?:er|e|eme|nd|st|rd|th)? (trimestre|semestre|quarter) (?:de )?([0-9]{4})")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
# A third of a month or a year: « fin juin 2024 », « mi-2025 », « end of March 2025 ».
_THIRD = re.compile(r"(debut|early|mi|milieu|mid|fin|late|end)(?: of| d[eu]?| mois| l| annee)* (.+)")
_THIRD_NO = {"debut": 0, "early": 0, "mi": 1, "milieu": 1, "mid": 1, "fin": 2, "late": 2, "end": 2}
_EXCEL_EPOCH = dt.date(1899, 12, 30)
# Between the two ends of a range: « du … au … », « … à … », a dash with spaces, or one between two years or words.
_ENDS = (
    re.compile(r"(?:du|de|from) (.+?) (?:au|a|à|to) (.+)", re.IGNORECASE),
    re.compile(r"(.+?) (?:au|a|à|to|jusqu['’]?(?:au|en|à)) (.+)", re.IGNORECASE),
    re.compile(r"(.+?)\s+[-–—/]\s+(.+)"),
    re.compile(r"([0-9]{4})\s*[-–—/]\s*([0-9]{4})"),
    # A dash without spaces, or with one, after the year or the month that ends the beginning.
    re.compile(r"(.*[^\W\d_].*[0-9]{4})\s*[-–—]\s*(.+)"),
    re.compile(r"((?:0?[1-9]|1[0-2])/[0-9]{4})\s*[-–—]\s*((?:0?[1-9]|1[0-2])/[0-9]{4})"),
    re.compile(
        r"([0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{4}|[0-9]{2}))\s*[-–—]\s*"
        r"([0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{4}|[0-9]{2}))"
    ),
    re.compile(r"([0-9]{1,2}(?:er)? [^\W\d_]+\.?)-([0-9]{1,2}(?:er)? [^\W\d_]+\.? [0-9]{4})"),
    re.compile(r"([0-9]{1,2}(?:er)?)\s*[-–]\s*([0-9]{1,2} [^\W\d_]+\.? [0-9]{4})"),
    re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})"),  # ISO 8601
    re.compile(r"(.*[^\W\d_].*?)\s*[–—]\s*(.+)"),
    re.compile(r"([^\W\d_]+\.?)-([^\W\d_]+\.? [0-9]{4})"),
    re.compile(r"([QTS][1-4])\s*-\s*([QTS][1-4] [0-9]{4})", re.IGNORECASE),
)
_LONGEST = 60  # no date is longer
_ARROW = re.compile(r"\s*(?:→|-+>|=+>|»)\s*")
_CALLED_YEAR = re.compile(r"^(?:l['’])?(?:année|annee|exercice|year)\s+(?=(?:19|20)[0-9]{2}\b)", re.IGNORECASE)
_TIME_OF_DAY = re.compile(
    r"(?<=(?:19|20)[0-9]{2}),?\s+(?:à |at )?[0-9]{1,2}(?::|h)[0-9]{2}(?::[0-9]{2})?(?:\s*[ap]m)?$", re.IGNORECASE
)
# An end alone: « jusqu’au 30 juin 2025 », « fermé le 12/05/2024 ».
_UNTIL = re.compile(
    r"(?:(?:prolongée?\s+)?jusqu['’](?:au|en|à)|prolongée?\s+(?:au|à)|d['’]ici(?: au| à)?|au plus tard(?: le| en)?"
    r"|until|till|up to|(?:fermée?|close?|clôturée?|terminée?|achevée?|arrêtée?|finie?|closed|ended)"
    r"(?:\s+(?:le|en|au|depuis(?: le)?|on|in|since))?)\s+(?:la\s+)?(.+)",
    re.IGNORECASE,
)
# A duration before its beginning or in front of its dates: « 12 mois à partir de mars 2025 », « 18 mois (du … au …) ».
_DURATION = r"([0-9]{1,2})\s*(mois|months?|ans?|annees?|years?)"
_LASTING = re.compile(
    rf"{_DURATION}(?: a partir d[eu']| a compter d[eu']| des| depuis| from| starting| as of)\s*(?:le |l')?(.+)"
)
# What has begun and not ended: « depuis 2023 », « sept. 2024 à ce jour ».
_OPEN = re.compile(
    r"(?:depuis|since|des|a partir d[eu'])\s*(?:le |l')?(.+)"
    r"|(.+?)\s*(?:[-–—]|\ba|\bto|\bjusqu'a)\s*(?:ce jour|en cours|aujourd'hui|maintenant|present|now|ongoing|date)"
)
_BESIDE_DURATION = re.compile(rf"{_DURATION}\s*(?:[:,;]|\(|\s-\s)\s*(.+?)\)?|(.+?)\s*\({_DURATION}\)")


def date(value: str, *, end: bool = False) -> dt.date | None:
    """A date, or None. A month, quarter, year or range stands for its first day, with ``end`` for its last; so does the
    third of a month or year that « début », « mi- » or « fin » names.

    Read: 2024-03-01 and 2024/03/01 (with a time and a time zone or without), 01/03/2024 and 1/3/24 (day first, as in
    Mali), 2e janvier 2024, 2 January 2024, 02-janv-24, janv-24, 03/2024, Q1 2024, 1er trimestre 2024, 2024, Excel
    serials from 20000 (1954) to 80000 (2119), and ranges of them: du 1er janvier au 31 mars 2024, janvier à mars 2024,
    01/02/2024 - 31/03/2024, 2024-2028, 18 mois (du 01/07/2024 au 31/12/2025), 12 mois à partir de mars 2025.
    """
    text = _TIME_OF_DAY.sub("", _CALLED_YEAR.sub("", _ARROW.sub(" - ", " ".join(value.split()))))
    if len(text) > _LONGEST:
        return None
    if match := _UNTIL.fullmatch(text):
        return _one(match[1], end=True) if end else None
    day = _one(text, end)
    if day is None:
        day = _of_months(text, end)
    if day is None:
        day = _end_of_range(text, end)
    if day is None:
        day = _of_duration(text, end)
    return _begun(text) if day is None and not end else day


def is_open(value: str) -> bool:
    """Whether a text says a beginning and that there is no end yet: « depuis 2023 », « 2024 - en cours »."""
    return _begun(" ".join(value.split())) is not None


def as_written(part: str) -> str:
    """A date in a file's name as it is written in a cell: 2024_08_31 is 2024-08-31, juillet_2024 has a space."""
    return re.sub(r"(?<=[0-9])[_. ](?=[0-9])", "-", part).replace("_", " ")


def _one(text: str, end: bool) -> dt.date | None:
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = (part for part in match.groups() if part)
        return _day(_year(year), int(month), int(day))
    if match := _COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _COMPACT_DAY_FIRST.fullmatch(text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if match := _ISO_MONTH.fullmatch(text):
        year, month = (int(part) for part in match.groups() if part)
        return _span(year, month, month, end)
    if match := _MONTH_FIRST.fullmatch(text):
        return _span(int(match[2]), int(match[1]), int(match[1]), end)
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text) and 20000 <= float(text) <= 80000:
        return _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
    return _worded(fold(text), end)


def _worded(text: str, end: bool) -> dt.date | None:
    if match := _PART.fullmatch(text):
        return _part(int(match[3]), match[1], int(match[2]), end)
    if match := _PART_NAMED.fullmatch(text):
        return _part(int(match[3]), match[2], int(match[1]), end)
    if match := _DAY_MONTH.fullmatch(text):
        return _day(_year(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if match := _MONTH_DAY.fullmatch(text):
        return _day(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    if (match := _MONTH_YEAR.fullmatch(text)) and match[1] in _MONTHS:
        return _span(_year(match[2]), _MONTHS[match[1]], _MONTHS[match[1]], end)
    if (match := _YEAR_MONTH.fullmatch(text)) and match[2] in _MONTHS:
        return _span(int(match[1]), _MONTHS[match[2]], _MONTHS[match[2]], end)
    if _YEAR.fullmatch(text):
        return _span(int(text), 1, 12, end)
    if match := _THIRD.fullmatch(text):
        return _third(_THIRD_NO[match[1]], match[2], end)
    return None


def _third(number: int, text: str, end: bool) -> dt.date | None:
    """The first or last day of the first, second or last third of a month or a year; None for any other period."""
    if _YEAR.fullmatch(text):
        return _span(int(text), 4 * number + 1, 4 * number + 4, end)
    match = _MONTH_YEAR.fullmatch(text)
    if match is None or match[1] not in _MONTHS:
        return None
    year, month = _year(match[2]), _MONTHS[match[1]]
    if end:
        return _span(year, month, month, end) if number == 2 else _day(year, month, 10 * number + 10)
    return _day(year, month, 10 * number + 1)


def _end_of_range(text: str, end: bool) -> dt.date | None:
    """The first or last day of an ordered range; its beginning takes missing parts from its end."""
    for pattern in _ENDS:
        if match := pattern.fullmatch(text):
            first, last = _completed(match[1], match[2]), _one(match[2], end=True)
            if first is not None and last is not None:
                return (last if end else first) if first <= last else None
    return None


def _of_months(text: str, end: bool) -> dt.date | None:
    """The first or last day of months that follow one another: « juillet, août et septembre 2024 »."""
    *words, year = fold(text).replace(" et ", " ").split() or [""]
    numbers = [_MONTHS.get(word, 0) for word in words]
    is_run = len(numbers) > 1 and all(numbers) and all(b == a + 1 for a, b in pairwise(numbers))
    return _span(int(year), numbers[0], numbers[-1], end) if is_run and _YEAR.fullmatch(year) else None


def _begun(text: str) -> dt.date | None:
    """The beginning of what has not ended."""
    match = _OPEN.fullmatch(unaccented(text).replace("’", "'"))
    return _one(match[1] or match[2], end=False) if match and len(text) <= _LONGEST else None


def _of_duration(text: str, end: bool) -> dt.date | None:
    """The first or last day of « 12 mois à partir de mars 2025 », or of dates that stand beside their duration."""
    plain = unaccented(text).replace("’", "'")
    if match := _LASTING.fullmatch(plain):
        start = _one(match[3], end=False)
        months = int(match[1]) * (1 if match[2].startswith("mo") else 12)
        return start if start is None or not end else _months_later(start, months) - dt.timedelta(days=1)
    if match := _BESIDE_DURATION.fullmatch(plain):
        dates = match[3] or match[4]
        return _end_of_range(dates, end)
    return None


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _completed(first: str, last: str) -> dt.date | None:
    """The beginning of a range: « 1er janvier », « 1 » and « 01/02 » take missing parts from its end."""
    words = last.split()
    missing = ("", f" {words[-1]}", f" {' '.join(words[-2:])}", f"/{last[-4:]}")
    return next((day for rest in missing if (day := _one(first + rest, end=False))), None)


def _year(written: str) -> int:
    """A two-digit year, as in janv-24 and 01/03/99: from 1970 to 2069."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < 70 else 1900)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _part(year: int, kind: str, number: int, end: bool) -> dt.date | None:
    """A quarter or a half-year."""
    months = 6 if kind.startswith("s") else 3
    return _span(year, months * (number - 1) + 1, months * number, end) if number * months <= 12 else None


def _span(year: int, first: int, last: int, end: bool) -> dt.date | None:
    if year < 1:
        return None
    return _day(year, last, calendar.monthrange(year, last)[1]) if end else _day(year, first, 1)
