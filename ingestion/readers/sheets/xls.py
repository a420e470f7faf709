"""What python-calamine does not report of an XLS workbook: epoch, hidden rows, days shown as their month."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from pathlib import Path

import xlrd

from ingestion.readers.sheets.xlsx import shows_month

_EPOCHS = (dt.date(1899, 12, 30), dt.date(1904, 1, 1))


@dataclass(frozen=True)
class SheetFacts:
    """``hidden``: the filled rows that a person or a filter hides. ``odd``: (row, column, text) of months."""

    hidden: frozenset[int] = frozenset()
    odd: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class BookFacts:
    """Whether the days of a workbook are counted ``from_1904``, and its sheets by name.

    ``is_read``: false where calamine opens a workbook that xlrd does not, and nothing of this is known.
    """

    from_1904: bool = False
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    is_read: bool = True


def facts(path: Path) -> BookFacts:
    """What the records of the workbook say beside the values of its cells."""
    try:
        with xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO()) as book:
            return BookFacts(book.datemode == 1, {sheet.name: _sheet(book, sheet) for sheet in book.sheets()})
    except Exception:  # of a damaged file xlrd raises whatever its parsing meets; the cells are read by calamine
        return BookFacts(is_read=False)


def _sheet(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet) -> SheetFacts:
    filled = {row for row in range(sheet.nrows) if any(kind not in _EMPTY for kind in sheet.row_types(row))}
    hidden = frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden and row in filled)
    months = {n for n, xf in enumerate(book.xf_list) if shows_month(book.format_map[xf.format_key].format_str)}
    odd = [
        (row, column, f"{day:%Y-%m}")
        for row in filled
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_DATE
        and sheet.cell_xf_index(row, column) in months
        and (day := _EPOCHS[book.datemode] + dt.timedelta(days=int(sheet.cell_value(row, column)))).day == 1
    ]
    return SheetFacts(hidden, tuple(odd))


_EMPTY = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
