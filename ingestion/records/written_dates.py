"""How a table writes its days: which of two numbers is the month, and the day from which a workbook counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBERS = re.compile(r"\s*([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})\s*")
_CELL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SERIAL = re.compile(r"\s*([0-9]{5})(?:\.[0-9]+)?\s*")
# Between the first days of Excel's two calendars; old Macs counted from 1904.
_FROM_1904 = (dt.date(1904, 1, 1) - dt.date(1899, 12, 30)).days
# Of the dates that can be read in one way only: fewer than this in the other order are slips.
_SLIPS = 0.05
# So many dates that Excel turned into days, and so many that it left as text, are no chance.
_TELLING = 2
MONTH_FIRST, AMBIGUOUS, SWAPPED = "month_first", "ambiguous", "maybe_swapped"


@dataclass(frozen=True)
class WrittenDates:
    """What the dates of a table that can be read in one way only say of all the others.

    An American spreadsheet writes 07/15/2024 beside 07/03/2024: the third of July (libhxl-python issue 181). Where it
    opens a French file, 03/07/2024 becomes the cell of the 7th of March and 15/07/2024 stays text (``is_swapped``).
    """

    is_month_first: bool = False
    is_swapped: bool = False
    is_contradictory: bool = False
    is_1904: bool = False

    def plain(self, text: str) -> tuple[str, str | None]:
        """The text as `dates.date` reads it, day first and counted from 1900; and what to warn of, if anything.

        A date that may be of either order where the table has both is AMBIGUOUS, and no date. A day that a spreadsheet
        may have made of another one stays, and is SWAPPED.
        """
        if self.is_1904 and (serial := _SERIAL.fullmatch(text)):
            return str(int(serial[1]) + _FROM_1904), None
        if self.is_swapped and (cell := _CELL.fullmatch(text)) and cell[2] != cell[3]:
            return text, SWAPPED
        match = _NUMBERS.fullmatch(text)
        if match is None:
            return text, None
        first, second = int(match[1]), int(match[3])
        if first <= 12 < second or (self.is_month_first and first <= 12):
            return f"{match[3]}/{match[1]}/{match[4]}", MONTH_FIRST
        if self.is_contradictory and first != second and max(first, second) <= 12:
            return "", AMBIGUOUS
        return text, None


def written_dates(texts: Iterable[str], is_1904: bool = False) -> WrittenDates:
    """What the texts of all date columns of a table say of their order of day and month."""
    day_first = month_first = either = 0
    cells: list[bool] = []  # of each day that is a date for Excel, whether it can be read in both orders
    for text in texts:
        if cell := _CELL.fullmatch(text):
            cells.append(int(cell[3]) <= 12)
        elif match := _NUMBERS.fullmatch(text):
            day_first += int(match[1]) > 12 >= int(match[3])
            month_first += int(match[1]) <= 12 < int(match[3])
            either += max(int(match[1]), int(match[3])) <= 12
    decided = day_first + month_first
    if decided and min(day_first, month_first) > _SLIPS * decided:
        return WrittenDates(is_contradictory=True, is_1904=is_1904)
    is_swapped = not either and day_first >= _TELLING and len(cells) >= _TELLING and all(cells)
    return WrittenDates(is_month_first=month_first > day_first, is_swapped=is_swapped, is_1904=is_1904)
