"""Dates as they are written in French and English documents and in file names."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from ingestion.clean.text import fold

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
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9]{1,2}:.*|Z|[+-][0-9]{2}:[0-9]{2})?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_DAY_MONTH = re.compile(r"(?:le )?([0-9]{1,2})(?:er|e|eme|nd|rd|st|th)? (?:de )?([a-z]+) ([0-9]{4})")
_MONTH_DAY = re.compile(r"([a-z]+) ([0-9]{1,2})(?:st|nd|rd|th)? ([0-9]{4})")
_MONTH_YEAR = re.compile(r"([a-z]+) ([0-9]{4}|[0-9]{2})")
_QUARTER = re.compile(r"(?:q|t|trimestre )([1-4]) ([0-9]{4})")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_EXCEL_EPOCH = dt.date(1899, 12, 30)


def date(value: str, *, end: bool = False) -> dt.date | None:
    """A date, or None. A month, quarter or year stands for its first day, with ``end`` for its last.

    Read: 2024-03-01 (a time and a time zone may follow), 01/03/2024 (day first, as in Mali),
    2e janvier 2024, 2 January 2024, janv-24, Q1 2024,
    2024 and Excel serials from 20000 (1954) to 80000 (2119).
    """
    text = value.strip()
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if re.fullmatch(r"[0-9]{5}(\.0+)?", text) and 20000 <= float(text) <= 80000:
        return _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
    return _worded(fold(text), end)


def _worded(text: str, end: bool) -> dt.date | None:
    if match := _DAY_MONTH.fullmatch(text):
        return _day(int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if match := _QUARTER.fullmatch(text):
        return _span(int(match[2]), 3 * int(match[1]) - 2, 3 * int(match[1]), end)
    if match := _MONTH_DAY.fullmatch(text):
        return _day(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    if (match := _MONTH_YEAR.fullmatch(text)) and match[1] in _MONTHS:
        year = int(match[2])
        if len(match[2]) == 2:  # janv-24 and janv-99
            year += 2000 if year < 70 else 1900
        return _span(year, _MONTHS[match[1]], _MONTHS[match[1]], end)
    if _YEAR.fullmatch(text):
        return _span(int(text), 1, 12, end)
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _span(year: int, first: int, last: int, end: bool) -> dt.date | None:
    if year < 1:
        return None
    return _day(year, last, calendar.monthrange(year, last)[1]) if end else _day(year, first, 1)
