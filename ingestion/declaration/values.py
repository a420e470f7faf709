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
# Since when something is so does not change what it is: « Fermé depuis mai », « Opérationnel (depuis 2022) ». What
# follows a time may be another state: « Fermé depuis 2020, rouvert en 2023 ».
_SINCE = re.compile(
    r"[\s,(]+(?:depuis|since)(?:\s+(?:[0-9]\S*|l[ea]s?|l['’]\S+|d[eu]|d['’]\S+|the|fin|mi|début|end|early|mid|plus|about|environ"
    rf"|plusieurs|longtemps|ans?|années?|mois|semaines?|jours?|years?|months?|weeks?|days?|{dates.MONTH}))+\)?$",
    re.IGNORECASE,
)
# A word that turns round or bounds what stands beside it: « Migrants de retour, sauf enfants », « sans rendez-vous ».
_TURNED = re.compile(
    r"\b(?:sauf|hors|hormis|except\w*|exclu\w*|sans|pas|ne|n|ni|non(?! accompagn)|aucune?s?|jamais"
    r"|without|not?|never|neither|nor|other than|autres? que)\b"
)
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
    if column.kind in ("code", "codes") and "?" in tidied:  # who wrote it was not sure
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
    codes, unknown = _matched(column.codes or "", tidied, _SEPARATORS)
    if any(_TURNED.search(text.fold(part)) for part in unknown):
        return None, False
    if _NONE in codes and len(codes) > 1:  # « aucun age »: which of the two was meant is not known
        return None, False
    return ";".join(sorted(codes)) or None, not unknown


def _matched(list_name: str, written: str, separators: tuple[str, ...]) -> tuple[set[str], list[str]]:
    """The codes in a text, and its parts that are none.

    Of a part with unknown words only codes as they are written count: « Enfants de 5 ans » is no label, nor two.
    """
    if code := code_lists.find(list_name, written):
        return {code}, []
    separator, *others = separators
    parts = [part.strip() for part in re.split(separator, written) if part.strip()]
    if others:
        results = [_matched(list_name, part, tuple(others)) for part in parts]
        return set().union(*(codes for codes, _ in results)), [part for _, unknown in results for part in unknown]
    found = {part: code_lists.find(list_name, part) for part in parts}
    is_all = all(found.values())
    known = {code for part, code in found.items() if code is not None and (is_all or code == part)}
    return known, [] if is_all else [written]


def _within(column: Column, value: Any) -> bool:
    if column.kind in ("integer", "people") and abs(value) > _LARGEST_COUNT:
        return False
    if column.kind == "date" and not plausible.is_plausible(value):
        return False
    if column.kind == "number" and column.unit == "personnes" and 0 < value < 1:  # a share of them
        return False
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)
