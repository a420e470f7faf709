"""The workbook: one sheet per mart, with the column names in the first row, as Excel and pandas expect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.exports.mart_tables import Table
from warehouse.deliverables.exports.zeros import Zeros
from warehouse.deliverables.knowledge import LEGEND
from warehouse.reading.dictionary import COLUMNS
from warehouse.reading.edition import Edition

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

README, DICTIONARY, CODES = "Lisez-moi", "Dictionnaire", "Codes"
MOST_ROWS = 1_048_575  # rows of a sheet, below its header
_LONGEST_CELL = 32_767  # in UTF-16 units
_CUT = " […] (coupé : texte entier dans le CSV et le Parquet)"
_SIGNS = ("=", "+", "-", "@")
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 200
# The dictionary of the publication also has checks and English texts.
_DICTIONARY = {name: head for name, head in COLUMNS.items() if name not in ("checks", "en")}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


class Book:
    """A workbook being written: sheets are added one by one, row by row; `close` completes it."""

    def __init__(self, path: Path, edition: Edition, licence: str) -> None:
        import xlsxwriter

        path.parent.mkdir(parents=True, exist_ok=True)
        self._edition = edition
        self._zeros = Zeros(edition)
        self._book: Workbook = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._bold = self._format(bold=True, bg_color="#DCE6F1", border=1, valign="top")
        self._title = self._format(bold=True, font_size=14)
        self._wrapped = self._format(text_wrap=True, valign="top")
        self._quoted = self._format(quote_prefix=True)
        self._date = self._format(num_format="yyyy-mm-dd", align="left")
        self._book.set_properties(
            {
                "title": worded("Cartographie des services aux migrants {country:in}"),
                "subject": edition.notice,
                "comments": edition.notice,
                "created": dt.datetime.combine(edition.as_of, dt.time()),
            }
        )
        self._read_me(licence)

    def add(self, table: Table) -> None:
        """A sheet of this mart; what does not fit goes on in « name (2) »."""
        rows = self._zeros.marked(table)
        for start in range(0, max(1, len(rows)), MOST_ROWS):
            name = table.name if start == 0 else f"{table.name[:26]} ({start // MOST_ROWS + 1})"
            self._sheet(name, table.header, rows[start : start + MOST_ROWS])

    def close(self) -> None:
        """Adds the dictionary and the codes and saves the file."""
        tables, lists = self._edition.dictionary["tables"], self._edition.dictionary["lists"]
        columns = [{"table": t["name"], **c} for t in tables if t["schema"] == "marts" for c in t["columns"]]
        rows = [[_joined(column[name]) for name in _DICTIONARY] for column in columns]
        self._sheet(DICTIONARY, list(_DICTIONARY.values()), rows)
        codes = [[one["name"], code["code"], code["fr"], code["en"]] for one in lists for code in one["codes"]]
        self._sheet(CODES, ["liste", "code", "en français", "in English"], codes)
        self._book.close()

    def _format(self, **properties: Any) -> Format:
        return self._book.add_format(properties)

    def _sheet(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        sheet = self._new(name)
        for position, width in enumerate(_widths(header, rows[:_LOOKED_AT])):
            sheet.set_column(position, position, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(header) - 1)
        sheet.repeat_rows(0)
        if self._edition.notice:
            sheet.write_comment(0, 0, self._edition.notice)
        for position, title in enumerate(header):
            sheet.write_string(0, position, title, self._bold)
        for number, row in enumerate(rows, start=1):
            self._write(sheet, number, row)

    def _new(self, name: str) -> Worksheet:
        """A new sheet; fictional data is labelled on paper, on the tab and in a note."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{name}&R{self._edition.notice}")
        sheet.set_footer(f"&L{self._edition.name}&R&P / &N")
        if self._edition.is_demo:
            sheet.set_tab_color("#C00000")
        return sheet

    def _write(self, sheet: Worksheet, row: int, values: Sequence[Any]) -> None:
        """Writes a row, each value by its type: a text stays a text whatever it begins with."""
        for column, value in enumerate(values):
            kind = type(value)
            if kind is str:
                # remains a text even after its cell is edited
                form = self._quoted if value.startswith(_SIGNS) else None
                sheet.write_string(row, column, shortened(value), form)
            elif kind is bool:
                sheet.write_boolean(row, column, value)
            elif kind is dt.date:
                sheet.write_datetime(row, column, value, self._date)
            elif value is not None:
                sheet.write_number(row, column, value)

    def _read_me(self, licence: str) -> None:
        edition = self._edition
        sheet = self._new(README)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, worded("Cartographie des services aux migrants {country:in}"), self._title)
        lines = _about(edition, licence) + [
            (table["name"], table["fr"]) for table in edition.dictionary["tables"] if table["schema"] == "marts"
        ]
        for number, (name, text) in enumerate(lines, start=2):
            sheet.write_string(number, 0, name, self._bold if name else None)
            sheet.write_string(number, 1, text, self._wrapped)


def shortened(text: str) -> str:
    """The text, truncated with a mark if it exceeds the limit of a cell."""
    if len(text) * 2 <= _LONGEST_CELL:
        return text
    data = text.encode("utf-16-le")
    if len(data) <= 2 * _LONGEST_CELL:
        return text
    return data[: 2 * (_LONGEST_CELL - len(_CUT))].decode("utf-16-le", errors="ignore") + _CUT


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _widths(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Column widths in characters; the filter button takes three."""
    widths = [len(name) + 3 for name in header]
    for row in rows:
        widths = [max(width, len(str(value)) + 1) for width, value in zip(widths, row, strict=True)]
    return [min(_WIDEST, max(_NARROWEST, width)) for width in widths]


def _about(edition: Edition, licence: str) -> list[tuple[str, str]]:
    return [
        *([("Avertissement", edition.notice)] if edition.notice else []),
        ("Publication", f"{edition.name}, date de référence {french.day(edition.as_of)}"),
        (
            "Ce classeur",
            "Une feuille par table. La première ligne porte les noms des colonnes ; chacune est expliquée dans la"
            f" feuille « {DICTIONARY} », les codes dans la feuille « {CODES} ».",
        ),
        (
            "Comment lire",
            "Une case vide veut dire « inconnu », jamais zéro ni « non ». Dans service_gap, NS (personne n’a cherché)"
            " n’est pas G4 (aucun service), et UV (non vérifié) n’est pas un service rendu. Les listes dans une case"
            " sont séparées par des points-virgules.",
        ),
        ("Zéros", "Un zéro que personne n’a vérifié n’est pas écrit. " + " ".join(LEGEND.values())),
        (
            "Lieux protégés",
            worded("Les hébergements de victimes (is_masked) ne sont situés qu’au niveau {admin2:of_the}."),
        ),
        ("Licence et sensibilité", licence),
        ("", ""),
        ("Table", "Une ligne par…"),
    ]
