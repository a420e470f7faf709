"""Numbers as they are typed in French and in English."""

from __future__ import annotations

import re

_THOUSANDS = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(\D|$))")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


def number(value: str) -> float | None:
    """A finite number, or None. "1 234,5", "1.234,5", "1,234.5" and "1234.5" are all 1234.5; "12 %" is None."""
    text = _THOUSANDS.sub("", value.strip())
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif text.count(",") > 1:
        text = text.replace(",", "")
    else:
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def integer(value: str) -> int | None:
    """A whole number, or None where there is a fraction."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def boolean(value: str) -> bool | None:
    """oui/non, yes/no, true/false, vrai/faux, 1/0."""
    key = value.strip().casefold()
    if key in {"oui", "yes", "true", "vrai", "1", "x"}:
        return True
    if key in {"non", "no", "false", "faux", "0"}:
        return False
    return None
