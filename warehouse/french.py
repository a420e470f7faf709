"""Values as a French reader expects them: 24 088, 12,5 %, 0,69, 31 août 2024."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

UNKNOWN = "—"
_LOCALE = "fr"
_IN_LETTERS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize"),
)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"\d+(\.\d+)?")


def count(value: float) -> str:
    """A whole number: 24 088. Shared capacities give fractions of persons: rounded for display only."""
    return format_decimal(round(value), format="#,##0", locale=_LOCALE)


def decimal(value: float) -> str:
    """Two decimals: 0,69."""
    return format_decimal(value, format="#,##0.00", locale=_LOCALE)


def number(value: float) -> str:
    """With as many decimals as it has, six at most: 0,75, 7."""
    return format_decimal(round(value, 6), format="#,##0.######", locale=_LOCALE)


def percent(value: float) -> str:
    """A share as a percentage, with the decimals that it has: 25 %, 37,17 %."""
    return f"{number(100 * value)} %"


def words(value: float) -> str:
    """A small whole number in words: cinq; others in digits."""
    return _IN_LETTERS[int(value)] if value in range(len(_IN_LETTERS)) else number(value)


def share(value: float) -> str:
    """A share as a percentage: 69 %; one decimal under 10 %."""
    return format_percent(value, format="#,##0.# %" if 0 < value < 0.1 else "#,##0 %", locale=_LOCALE)


def day(value: dt.date) -> str:
    """31/08/2024."""
    return format_date(value, format="dd/MM/yyyy", locale=_LOCALE)


def long_day(value: dt.date) -> str:
    """31 août 2024; 1er septembre 2024."""
    text = format_date(value, format="d MMMM yyyy", locale=_LOCALE)
    return text.replace("1 ", "1er ", 1) if value.day == 1 else text


def month(value: dt.date) -> str:
    """août 2024."""
    return format_date(value, format="MMMM yyyy", locale=_LOCALE)


def short_month(value: dt.date) -> str:
    """août 24, on the axis of a chart."""
    return format_date(value, format="MMM yy", locale=_LOCALE)


def iso_day(value: str) -> str:
    """An ISO date, 2024-08-31, in words."""
    return long_day(dt.date.fromisoformat(value))


def parameter(value: str) -> str:
    """A number or a date that is held as a text: 0,6, 01/05/2024; any other unchanged."""
    if _ISO_DAY.fullmatch(value):
        return day(dt.date.fromisoformat(value))
    return number(float(value)) if _NUMBER.fullmatch(value) else value


def text(value: Any) -> str:
    """Unchanged."""
    return str(value)


def yes(value: bool) -> str:
    """oui or non."""
    return "oui" if value else "non"


FORMATS: dict[str, Callable[[Any], str]] = {
    "count": count,
    "decimal": decimal,
    "share": share,
    "day": day,
    "long_day": long_day,
    "month": month,
    "iso_day": iso_day,
    "parameter": parameter,
    "text": text,
    "yes": yes,
}
# Formats by unit of the report marts.
_BY_UNIT = {"part": "share", "note 0 à 1": "decimal"}


def format_of(unit: str | None) -> str:
    """The format of a value of a report mart, by its unit."""
    return _BY_UNIT.get(unit or "", "count")


def show(value: Any, kind: str) -> str:
    """The text of a value: — if unknown. ``kind``: a name of FORMATS. Raises KeyError for another."""
    return UNKNOWN if value is None else FORMATS[kind](value)


def forms(value: Any) -> list[str]:
    """Every text that a value may be written as, for comparison when rereading."""
    names: tuple[str, ...]
    match value:
        case None:
            return [UNKNOWN]
        case bool():
            names = ("yes",)
        case dt.date():
            names = ("day", "long_day", "month")
        case int() | float():
            names = ("count", "decimal", "share", "text")
        case str() if _ISO_DAY.fullmatch(value):
            names = ("text", "iso_day", "parameter")
        case str() if _NUMBER.fullmatch(value):
            names = ("text", "parameter")
        case _:
            names = ("text",)
    return [FORMATS[name](value) for name in names]
