"""One cell's text to one typed value, by the kind of the shape's column."""

from __future__ import annotations

import re
from typing import Any

from ingestion.clean import country, dates, numbers, pcodes, text
from ingestion.declaration import code_lists
from ingestion.shapes import Column

_LARGEST_COUNT = 10**12  # no count of people, days or francs is larger; 1e30 is a slip, and no 64-bit integer


def clean(column: Column, raw: str, start: bool = False) -> tuple[Any, bool]:
    """(value, understood). An empty cell is (None, True); a text that cannot be read, or whose
    value is outside the column's bounds, is (None, False).

    With ``start`` a year or a month is its first day; so is it for columns named starts_….

    Several codes in one cell come back sorted and joined by ";"; where only some are known, with False.
    """
    tidied = text.tidy(raw)
    if tidied is None:
        return None, True
    if tidied in text.EXCEL_ERRORS:
        return None, False
    if column.kind == "codes":
        return _codes(column, tidied)
    if column.is_number and numbers.are_several(raw.strip()):
        return None, False
    if column.is_count and numbers.is_ambiguous(tidied):
        return None, False
    value = _single(column, tidied, start or column.name.startswith("starts"))
    return (value, True) if value is not None and _within(column, value) else (None, False)


def _single(column: Column, tidied: str, start: bool) -> Any:
    match column.kind:
        case "code":
            return code_lists.find(column.codes or "", tidied)
        case "pcode":
            return pcodes.pcode(tidied, column.level, bare=True)
        case "integer":
            return numbers.integer(tidied)
        case "number":
            return numbers.number(tidied)
        case "boolean":
            return numbers.boolean(tidied)
        case "date":
            return dates.date(tidied, end=not start)
    return tidied


# Tried in this order: a label may hold "/" (Familles / parent isolé) or spaces (Accès direct); a survey
# separates its codes by spaces (direct rdv).
_SEPARATORS = (r"[;|\n]", ",", "/", r"\s+")


def _codes(column: Column, tidied: str) -> tuple[str | None, bool]:
    found, understood = _matched(column.codes or "", tidied, _SEPARATORS)
    return ";".join(sorted(found)) or None, understood


def _matched(list_name: str, text: str, separators: tuple[str, ...]) -> tuple[set[str], bool]:
    """The codes in a text, and whether every part of it is one."""
    if code := code_lists.find(list_name, text):
        return {code}, True
    if not separators:
        return set(), False
    parts = [part.strip() for part in re.split(separators[0], text) if part.strip()]
    results = [_matched(list_name, part, separators[1:]) for part in parts]
    return set().union(*(found for found, _ in results)), all(known for _, known in results)


def _within(column: Column, value: Any) -> bool:
    if column.kind == "integer" and abs(value) > _LARGEST_COUNT:
        return False
    if column.kind == "date" and not country.is_plausible(value):
        return False
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)
