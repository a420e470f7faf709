"""The forms of p-codes: letters of the country, then digits, so many at each level (`pcode_forms.csv`).

A p-code contains its parents: ML (country), ML05 (region), ML0502, ML050201. The table gives the digits after the
letters at each level, "4|9" being either, and a country whose codes are written with two kinds of letters (TD, TCD) has
a row for each. Two letters and two digits a level are the rule for countries without a row.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("pcode_forms.csv")
LEVELS = (1, 2, 3)
_CODE = re.compile(r"([A-Z]{2,3})([0-9]*)")
_DIGITS = r"\d{{{}}}"


@dataclass(frozen=True)
class Form:
    """The p-codes of one country with these letters. ``digits``: by level, the permitted numbers of digits."""

    prefix: str
    country: str
    digits: dict[int, frozenset[int]]

    def level(self, count: int) -> int | None:
        """The level of a code with so many digits after its letters; None if no level has so many."""
        if count == 0:
            return 0
        return next((level for level in LEVELS if count in self.digits[level]), None)


def form(prefix: str) -> Form:
    """The form of codes with these letters; none has digits for three letters that the table does not know."""
    known = _forms().get(prefix)
    usual = {level: frozenset({2 * level}) if len(prefix) == 2 else frozenset() for level in LEVELS}
    return known or Form(prefix, "", usual)


def prefixes(country: str) -> tuple[str, ...]:
    """The letters with which the codes of a country (ISO 3166 alpha-3) are written."""
    return tuple(form.prefix for form in _forms().values() if form.country == country)


def level_of(code: str) -> int | None:
    """The level of a p-code by the form of its letters: 0 the country, None if it has no such form."""
    match = _CODE.fullmatch(code)
    return form(match[1]).level(len(match[2])) if match else None


def ancestor(code: str, level: int) -> str:
    """The area of that level that a code lies in, itself at its own level; "" above the code's own level or unread."""
    own, match = level_of(code), _CODE.fullmatch(code)
    if match is None or own is None or own < level:
        return ""
    if own == level:
        return code
    widths = form(match[1]).digits[level] if level else {0}
    return min((match[1] + match[2][:width] for width in widths if width < len(match[2])), default="", key=len)


@cache
def _forms() -> dict[str, Form]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["prefix"]: Form(row["prefix"], row["country"], {level: _digits(row, level) for level in LEVELS})
            for row in csv.DictReader(file)
        }


def _digits(row: dict[str, str], level: int) -> frozenset[int]:
    """As the table says; where it says nothing, the usual two digits a level after two letters."""
    text = row[f"admin{level}"]
    if not text and len(row["prefix"]) == 2:
        return frozenset({2 * level})
    return frozenset(int(digits) for digits in text.split("|") if digits)


def pattern(level: int) -> str:
    """A regular expression for the p-codes of a level, of any country."""
    known = [
        f"{form.prefix}(?:{'|'.join(_DIGITS.format(count) for count in sorted(form.digits[level]))})"
        for form in _forms().values()
        if form.digits[level]
    ]
    others = rf"(?!(?:{'|'.join(_forms())})\d)[A-Z]{{2}}\d{{{2 * level}}}"
    return f"^(?:{'|'.join([*known, others])})$"
