"""The workbook: a summary, then a sheet per mart that people read, with the column names in its first row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables import key_figures
from warehouse.deliverables.exports.mart_tables import MARTS, Table, tables
from warehouse.deliverables.exports.zeros import Zeros
from warehouse.deliverables.knowledge import LEGEND
from warehouse.reading.dictionary import COLUMNS
from warehouse.reading.edition import Edition
from warehouse.reading.label_views import LABEL, labelled

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SUMMARY, README, DICTIONARY, CODES = "Résumé", "Lisez-moi", "Dictionnaire", "Codes"
# Where each published value comes from, and what became of each record read: asked one value at a time, and most of all
# rows. They are in the portal, Parquet, CSV and the DuckDB file.
EVIDENCE = ("provenance", "record_fate")
# The sheets as people read them; others follow by name.
READING_ORDER = (
    "service_directory", "service_gap", "service_gap_cercle", "needs", "operational_presence", "access_barriers",
    "service_quality", "programs", "activities", "opportunity_calendar", "referral_mechanisms", "synergies",
    "partner_profile", "secondary_vs_field", "service_history", "review_queue", "report_inception", "report_midterm",
    "report_final", "tor_coverage", "deliverable_tracker", "document_review", "data_quality", "match_decision",
    "suppression_log", "publication_notice", "dim_zone", "dim_admin_area", "dim_service_type", "dim_population_group",
    "dim_organization",
)  # fmt: skip
MOST_ROWS = 1_048_575  # rows of a sheet, below its header
_LONGEST_CELL = 32_767  # in UTF-16 units
_CUT = " […] (coupé : texte entier dans le CSV et le Parquet)"
_SIGNS = ("=", "+", "-", "@")
_LINE, _CHARACTERS = 15, 105  # the height of a line of text, and how much of one fits into a column of 100
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
# The key figures of the summary: name, what it counts, and a remark.
_FIGURES = {
    "known": ("services connus", "toutes zones et tous types"),
    "within_scope": ("services dans les cinq zones et les types de la mission", "ceux des rapports"),
    "organizations": ("structures", ""),
    "operational": ("services opérationnels", "un statut récent le dit"),
    "unverified": ("services non vérifiés", "connus, fonctionnement non établi"),
    "not_operational": ("services non opérationnels", "suspendus, fermés, planifiés, terminés"),
    "not_surveyed": ("croisements zone × type non enquêtés", "personne n’a cherché"),
    "no_service": (
        "cellules sans service",
        "aucun service opérationnel n’admet le groupe, là où une source dit quelque chose",
    ),
    "open_opportunities": ("possibilités ouvertes", ""),
    "upcoming_opportunities": ("possibilités à venir", ""),
    "conflicts": ("services aux sources en désaccord", ""),
    "to_check": ("services à vérifier de nouveau", ""),
}
_GAPS = {
    "zone": "Zone",
    "type": "Type de service",
    "population_group": "Groupe",
    "gap_class": "Classe",
    "sentence": "Ce qu’elle veut dire",
    "need": "Besoin (personnes par mois)",
    "gap_people": "Lacune (personnes par mois)",
}


def write(path: Path, edition: Edition, licence: str) -> None:
    """Writes the workbook of a publication: the summary first, then what explains it and each mart that people read."""
    book = Book(path, edition, licence)
    marts = {table.name: table for table in tables(edition, MARTS) if table.name not in EVIDENCE}
    for name in dict.fromkeys((*READING_ORDER, *marts)):
        if name in marts:
            book.add(marts[name])
    book.close()


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
        self._figure = self._format(bold=True, align="right", indent=1, num_format="# ##0")
        self._head = self._format(bold=True, bg_color="#DCE6F1", border=1, valign="top", text_wrap=True)
        self._date = self._format(num_format="yyyy-mm-dd", align="left")
        self._book.set_properties(
            {
                "title": worded("Cartographie des services aux migrants {country:in}"),
                "subject": edition.notice,
                "comments": edition.notice,
                "created": dt.datetime.combine(edition.as_of, dt.time()),
            }
        )
        self._summary()
        self._read_me(licence)

    def add(self, table: Table) -> None:
        """A sheet of this mart, with a label beside each code; what does not fit goes on in « name (2) »."""
        labels = _Labels(self._edition, table)
        rows = labels.beside(self._zeros.marked(table))
        for start in range(0, max(1, table.count), MOST_ROWS):
            name = table.name if start == 0 else f"{table.name[:26]} ({start // MOST_ROWS + 1})"
            part = islice(rows, MOST_ROWS)
            self._sheet(name, labels.header, part, min(MOST_ROWS, table.count - start))

    def close(self) -> None:
        """Adds the dictionary and the codes and saves the file."""
        content, lists = self._edition.dictionary["tables"], self._edition.dictionary["lists"]
        columns = [{"table": t["name"], **c} for t in content if t["schema"] == "marts" for c in t["columns"]]
        rows = [[_joined(column[name]) for name in _DICTIONARY] for column in columns]
        self._sheet(DICTIONARY, list(_DICTIONARY.values()), rows, len(rows))
        codes = [[one["name"], code["code"], code["fr"], code["en"]] for one in lists for code in one["codes"]]
        self._sheet(CODES, ["liste", "code", "en français", "in English"], codes, len(codes))
        self._book.close()

    def _format(self, **properties: Any) -> Format:
        return self._book.add_format(properties)

    def _sheet(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], count: int) -> None:
        sheet, rest = self._new(name), iter(rows)
        first = list(islice(rest, _LOOKED_AT))
        for position, width in enumerate(_widths(header, first)):
            sheet.set_column(position, position, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, count, len(header) - 1)
        sheet.repeat_rows(0)
        if self._edition.notice:
            sheet.write_comment(0, 0, self._edition.notice)
        for position, title in enumerate(header):
            sheet.write_string(0, position, title, self._bold)
        for number, row in enumerate(chain(first, rest), start=1):
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

    def _summary(self) -> None:
        """The key figures, then the first gaps: as on the first page of the portal."""
        edition = self._edition
        figures = key_figures.figures(edition)
        marks = key_figures.marks(edition, figures)
        sheet = self._new(SUMMARY)
        for position, width in enumerate((28, 52, 28, 10, 60, 18, 18)):
            sheet.set_column(position, position, width)
        lines: list[Sequence[Any]] = [
            (f"Situation au {french.day(edition.as_of)}, publication {edition.name}",),
            *([(edition.notice,)] if edition.notice else []),
            (),
            *((marks.get(name) or figures[name], *about) for name, about in _FIGURES.items()),
            *(("", text) for mark, text in LEGEND.items() if mark in marks.values()),
        ]
        sheet.write_string(0, 0, worded("Cartographie des services aux migrants {country:in}"), self._title)
        for number, line in enumerate(lines, start=1):
            self._write(sheet, number, line)
            if len(line) == 3:  # the figure stands apart from what it counts
                sheet.write(number, 0, line[0], self._figure)
        start, gaps = len(lines) + 2, key_figures.first_gaps(edition)
        sheet.write_string(start, 0, "Lacunes à regarder d’abord", self._title)
        if not gaps:
            sheet.write_string(start + 1, 0, key_figures.NO_GAP)
            return
        sheet.set_row(start + 1, 2 * _LINE)
        for position, title in enumerate(_GAPS.values()):
            sheet.write_string(start + 1, position, title, self._head)
        for number, gap in enumerate(gaps, start=start + 2):
            self._write(sheet, number, [gap[name] for name in _GAPS])

    def _read_me(self, licence: str) -> None:
        edition = self._edition
        sheet = self._new(README)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, worded("Cartographie des services aux migrants {country:in}"), self._title)
        lines = _about(edition, licence) + [
            (table["name"], table["fr"])
            for table in edition.dictionary["tables"]
            if table["schema"] == MARTS and table["name"] not in EVIDENCE
        ]
        for number, (name, text) in enumerate(lines, start=2):
            # Excel fits the height of a row to its text, LibreOffice does not.
            sheet.set_row(number, _LINE * max(1, -(-len(text) // _CHARACTERS)))
            sheet.write_string(number, 0, name, self._bold if name else None)
            sheet.write_string(number, 1, text, self._wrapped)


class _Labels:
    """The codes of a table in French, each in a column beside its code; of a list of codes, each of them."""

    def __init__(self, edition: Edition, table: Table) -> None:
        self._label = edition.label
        lists = labelled(table.columns)
        self._lists = [lists.get(name) for name in table.header]
        self.header = [
            name
            for column, codes in zip(table.header, self._lists, strict=True)
            for name in ((column, f"{column}{LABEL}") if codes else (column,))
        ]

    def beside(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows with their labels, in the order of ``header``."""
        if not any(self._lists):
            return iter(rows)
        return (
            [
                cell
                for value, codes in zip(row, self._lists, strict=True)
                for cell in ((value, self._in_french(codes, value)) if codes else (value,))
            ]
            for row in rows
        )

    def _in_french(self, codes: str, value: str | None) -> str | None:
        return " ; ".join(self._label(codes, code) for code in value.split(";")) if value else None


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
            f"« {SUMMARY} », puis une feuille par table. La première ligne porte les noms des colonnes ; chacune est"
            f" expliquée dans la feuille « {DICTIONARY} », les codes dans la feuille « {CODES} ». Une colonne en"
            f" « {LABEL} » dit en français le code de la colonne à sa gauche.",
        ),
        (
            "Ailleurs",
            f"Les tables de preuves ({' et '.join(EVIDENCE)}) sont trop longues pour un tableur : chaque valeur du"
            " portail ouvre ses preuves, et les tables entières sont dans parquet/, csv/ et le fichier DuckDB.",
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
