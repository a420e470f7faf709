"""Numbers as typed in French and in English."""

from __future__ import annotations

import math
import re

_THOUSANDS = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(\D|$))")
# Thousands in groups of three: at least two groups, or one beside the other decimal sign.
_COMMA_GROUPS = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(,[0-9]{3}|\.[0-9]+)")
_DOT_GROUPS = re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+(\.[0-9]{3}|,[0-9]+)")
# One group of three: « 1.250 » people are 1,250 or 1.25. No thousands begin with a zero.
_ONE_GROUP = re.compile(r"[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}")
# Under each other, or as far apart as columns stand: no thousands.
_APART = re.compile(r"\d[^\S\n\t]*[\n\t]\s*\d")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def number(value: str) -> float | None:
    """A finite number, or None. "1 234,5", "1.234,5", "1,234.5" and "1234.5" are all 1234.5; "12 %" is None.

    A single sign is the decimal one, as in French ("1,234" is 1.234); repeated signs separate thousands.
    """
    if are_several(value.strip()):
        return None
    text = _THOUSANDS.sub("", value.strip().replace("\u2212", "-"))  # a true minus sign
    if _COMMA_GROUPS.fullmatch(text):
        text = text.replace(",", "")
    elif _DOT_GROUPS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", ".")
    value_read = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value_read if math.isfinite(value_read) else None


def is_ambiguous(value: str) -> bool:
    """Whether a count may be in thousands or have decimals: "1.250" or "12,500"."""
    return _ONE_GROUP.fullmatch(value.strip().replace("\u2212", "-")) is not None


def are_several(value: str) -> bool:
    """Whether a cell shows two figures, one under the other or far from it: together they are no number."""
    return _APART.search(value) is not None


def integer(value: str) -> int | None:
    """An integer, or None if there is a fraction."""
    value_read = number(value)
    return int(value_read) if value_read is not None and value_read.is_integer() else None


def boolean(value: str) -> bool | None:
    """oui/non, yes/no, true/false, vrai/faux, 1/0."""
    key = value.strip().casefold()
    if key in {"oui", "yes", "true", "vrai", "1", "x"}:
        return True
    if key in {"non", "no", "false", "faux", "0"}:
        return False
    return None
