"""From a cell's text to a typed value, by the kind of the shape's column."""

from __future__ import annotations

import re
from typing import Any

from ingestion.clean import coordinates, dates, money, numbers, pcodes, people, plausible, text, units
from ingestion.clean.whole_area import says_whole
from ingestion.declaration import code_lists
from ingestion.shapes import Column

# Of what has no end: as if nothing were written.
_ENDLESS = {"permanent", "indetermine", "indeterminee", "illimite", "duree indeterminee", "en continu", "sans fin"}
# Since when something is so does not change what it is: « Fermé depuis mai », « Opérationnel (depuis 2022) ».
_SINCE = re.compile(r"[\s,(]+(?:depuis|since)\s.+$", re.IGNORECASE)
# What a column of age brackets says of a figure of all ages: « Total », « tous âges ».
_ALL_AGES = re.compile(
    r"(?:all|tou(?:s|te|tes|t)|total|ensemble|overall)(?: (?:les|des|ages?|tranches?|d|confondus|confondues))*"
)
_LARGEST_COUNT = 10**12  # larger counts of people, days or francs are slips, and 1e30 is no 64-bit integer
# The code of lists that says that none of their other codes applies.
_NONE = "aucun"


def clean(column: Column, raw: str, start: bool = False, unit: str = "", is_part: bool = False) -> tuple[Any, bool]:
    """(value, understood). An empty cell is (None, True); an unreadable text, or a value outside the column's bounds,
    is (None, False).

    With ``start``, and for columns named starts_…, a year or a month is its first day. Several codes are sorted and
    joined by ";"; with False if some are unknown. ``unit``: the currency that the header gives to bare amounts.
    ``is_part``: the cell may hold several counts (« 300 femmes, 200 hommes »), of which the column is one.
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
    if column.kind in ("money", "currency"):
        value, is_read = _of_amount(column, text.visible(raw), unit)
        return (value, is_read) if value is None or _within(column, value) else (None, False)
    if column.is_count and numbers.is_ambiguous(tidied):
        return None, False
    if column.kind == "people":
        value, is_read = people.count(text.visible(raw), column.part, is_part)
        return (value, is_read) if value is None or _within(column, value) else (None, False)
    if column.name.startswith("ends") and (text.fold(tidied) in _ENDLESS or dates.is_open(tidied)):
        return None, True
    value = _single(column, tidied, start or column.name.startswith("starts"))
    return (value, True) if value is not None and _within(column, value) else (None, False)


def _single(column: Column, tidied: str, start: bool) -> Any:
    match column.kind:
        case "code":
            return code_lists.find(column.codes or "", _SINCE.sub("", tidied))
        case "pcode":
            return pcodes.pcode(tidied, column.level, bare=True)
        case "integer" | "number":
            value = numbers.number(tidied)
            value = units.measured(tidied, column.unit or "") if value is None else value
            if column.kind == "number" or value is None:
                return value
            return int(value) if value.is_integer() else None
        case "boolean":
            return numbers.boolean(tidied)
        case "degrees":
            return coordinates.degrees(tidied, "latitude" if column.name == "latitude" else "longitude")
        case "date":
            return dates.date(tidied, end=not start)
    return "ALL" if column.name == "age_group" and _ALL_AGES.fullmatch(text.fold(tidied)) else tidied


def _of_amount(column: Column, cell: str, unit: str) -> tuple[Any, bool]:
    """The first amount of a cell, or the one in the currency of the column; or the currency of the first."""
    if column.kind == "currency" and not any(sign.isdigit() for sign in cell):
        code = money.currency(cell)
        return code, code is not None
    amounts = money.amounts(cell, unit)
    if column.kind == "currency":
        return (amounts[0][1] or None if amounts else None), bool(amounts)
    of_column = [value for value, code in amounts if column.currency in ("", code)]
    return next(iter(of_column), None), bool(amounts)


# Tried in this order: a label may contain "/" (Familles / parent isolé), « et » or spaces (Accès direct); surveys
# separate codes by spaces (direct rdv).
_SEPARATORS = (r"[;|\n]", ",", "/", r"\s+(?:et|and|&)\s+", r"\s+")


def _codes(column: Column, tidied: str) -> tuple[str | None, bool]:
    if column.codes == code_lists.ZONE and says_whole(tidied):
        return None, True
    codes, understood = _matched(column.codes or "", tidied, _SEPARATORS)
    if _NONE in codes and len(codes) > 1:  # « aucun age »: which of the two was meant is not known
        return None, False
    return ";".join(sorted(codes)) or None, understood


def _matched(list_name: str, text: str, separators: tuple[str, ...]) -> tuple[set[str], bool]:
    """The codes in a text, and whether every part of it is one."""
    if code := code_lists.find(list_name, text):
        return {code}, True
    if not separators:
        return set(), False
    parts = [part.strip() for part in re.split(separators[0], text) if part.strip()]
    results = [_matched(list_name, part, separators[1:]) for part in parts]
    return set().union(*(codes for codes, _ in results)), all(known for _, known in results)


def _within(column: Column, value: Any) -> bool:
    if column.kind in ("integer", "people") and abs(value) > _LARGEST_COUNT:
        return False
    if column.kind == "date" and not plausible.is_plausible(value):
        return False
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)
