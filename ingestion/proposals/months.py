"""Months as columns: the values of each month, or a calendar of crosses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.clean.dates import MONTH, date
from ingestion.clean.numbers import number
from ingestion.clean.text import fold
from ingestion.proposals.looking import FileColumn, Sheet

_LEAST = 3  # columns of months: two may be a beginning and an end
_YEARLESS = re.compile(r"([^\W\d_]{3,})\.?")
# What a later edition calls its months: « janv-25 », « Janvier 2025 », 2025-01 or the day that Excel keeps for it.
_WORDED = rf"{MONTH}\.?[ -]?(?:20)?\d\d"
_ISO = r"20\d\d-\d\d(?=-01)?"
_YEAR = re.compile(r"20\d\d")
_TOTAL = re.compile(r"total|cumul|somme|ensemble", re.IGNORECASE)


@dataclass(frozen=True)
class Months:
    """The columns of the months of a table, each with its month; ``pattern`` is "" where they bear no year.

    ``is_calendar``: whether their cells are crosses. ``totals``: the columns of their sums.
    """

    of: dict[str, str]
    pattern: str
    is_calendar: bool
    totals: frozenset[str]

    @property
    def headers(self) -> frozenset[str]:
        """The columns that are no columns of one record."""
        return frozenset(self.of) | (frozenset() if self.is_calendar else self.totals)


def months_of(sheet: Sheet) -> Months | None:
    """The columns of months of a sheet, or None where it has none."""
    year = next(
        (match[0] for text in (*sheet.titles, sheet.name, sheet.file.name) if (match := _YEAR.search(text))), ""
    )
    months = {c.header: month for c in sheet.columns if (month := _month(c.name, year))}
    if len(months) < _LEAST:
        return None
    columns = [sheet.column(header) for header in months]
    filled = [cell for column in columns for cell in column.cells]
    figures = sum(number(cell) is not None for cell in filled)
    is_calendar = not filled or figures < 0.5 * len(filled) or set(filled) <= {"0", "1"}
    totals = frozenset(c.header for c in sheet.columns if _TOTAL.search(c.name) and _is_sum(c, columns))
    return Months(months, _pattern(columns), is_calendar, totals)


def _month(header: str, year: str) -> str | None:
    """« janv-25 », 2025-01-01 or « Janvier » as 2025-01."""
    if re.fullmatch(_ISO + "(?:-01)?", header):
        return header[:7]
    if re.fullmatch(_WORDED, header) and (day := date(header)):
        return f"{day:%Y-%m}"
    if year and _YEARLESS.fullmatch(header) and (day := date(f"{fold(header)} {year}")):
        return f"{day:%Y-%m}"
    return None


def _pattern(columns: list[FileColumn]) -> str:
    """What the headers are like, under the name that stands above all of them: « Atteints / janv-25 »."""
    groups = {column.group for column in columns}
    above = re.escape(f"{groups.pop()} / ") if len(groups) == 1 and all(groups) else ""
    for pattern in (_WORDED, _ISO) if not groups else ():
        if all(re.fullmatch(f"{pattern}(?:-01)?", column.name) for column in columns):
            return above + (rf"(?P<month>{pattern})(?:-01)?" if pattern == _ISO else rf"(?P<month>{pattern})")
    return ""


def _is_sum(column: FileColumn, months: list[FileColumn]) -> bool:
    """Whether a column of figures may be the sum of the months: its total is theirs."""
    values = [[number(cell) or 0 for cell in one.cells] for one in (column, *months)]
    return sum(values[0]) == sum(map(sum, values[1:]))
