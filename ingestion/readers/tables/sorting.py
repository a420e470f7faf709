"""Rows under a header that are no records: totals, repeated headers, titles, notes, the tables below."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from statistics import median

from ingestion.clean.text import fold, visible
from ingestion.declaration.reader_settings import Tabular

TOTAL = "ligne de total ou de sous-total"
NOTE = "note sous le tableau"
HEADER = "en-tête répété"
TITLE = "titre de section (une seule cellule remplie)"
HELP = "ligne d’explication sous l’en-tête"
HIDDEN = "ligne masquée ou filtrée (hidden_rows)"
OTHER = "autre tableau, sous celui qui est lu"
# « Total Kayes » may be a subtotal or the name of a company, « Ensemble » that of an association: they are totals where
# their row leaves a needed cell empty, or where they stand for a place.
_TOTAL = re.compile(r"(sous |s |grand |sub ?)?tota(l|ux)( general| generaux| national)?|t o t a l")
_TOTAL_OF = re.compile(
    r"(sous |s |grand |sub ?)?tota(l|ux) .+|ensemble|(cumul|moyenne|somme)( general| generale| national| nationale)?"
    r"|recapitulati(f|on)( .+)?"
)
_NOTE = re.compile(
    r"\s*([*†‡¹²³]|\([0-9a-z*]\)|(sources?|notes?|n\.?b\.?|remarques?|l[ée]gendes?|cl[ée])\s*:)", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")

Rows = Sequence[tuple[int, list[str]]]  # the filled rows of a grid with their numbers


@dataclass(frozen=True)
class Meaning:
    """What a source says of the columns of its file.

    ``needed``: those without which a row says little. ``figures``: those that count something. ``places``: those of
    places; ``coded``: those of a list of codes. ``is_value``: whether a text is a known value of a column: « Total » is
    one where a table counts every group and their sum.
    """

    needed: AbstractSet[str]
    figures: AbstractSet[str]
    places: AbstractSet[str]
    coded: AbstractSet[str]
    is_value: Callable[[str, str], bool]


class Sorter:
    """Recognises rows that are no records, under a header of these names, written as ``titles``."""

    def __init__(self, header: list[str], titles: Rows, meaning: Meaning, options: Tabular) -> None:
        self.header, self.options, self.meaning = header, options, meaning
        self.titles = [_names(row) for _, row in titles]
        self.known = {_name(name) for name in (*header, *(name for row in self.titles for name in row)) if name}
        self.needed = {position for position, name in enumerate(header) if name in meaning.needed}
        self.labels = [n for n, name in enumerate(header) if name in meaning.places or name in meaning.coded]
        self.has_several = len(self.needed) > 1  # whether a record has several cells
        self.is_value = cache(meaning.is_value)
        self.is_worded = cache(self._is_worded)

    def left_out(self, filled: Rows, first: int) -> dict[int, str]:
        """The reasons of the rows that are no records, by row; titles are recognised once merged cells are filled."""
        self.has_several = len(self.needed) > 1 or _filled_cells(filled) >= 3
        # Each distinct text is looked at once: of a million rows few hold a word of a header or of a total.
        texts = set[str]().union(*(row for _, row in filled))
        starts = {names[0] for names in self.titles if names}
        begins = {text for text in texts if _name(text) in starts}
        reasons = {n: HEADER for n, row in filled if row[0] in begins and _names(row) in self.titles}
        worded = {text for text in texts if self.options.totals is not None or self.is_worded(text.strip())}
        held = ((n, row) for n, row in filled if n not in reasons and not worded.isdisjoint(row))
        reasons |= {n: TOTAL for n, row in held if self._is_total(row)}
        end = self._end(filled)
        reasons |= {n: OTHER for n, _ in filled[end:]}
        return dict(sorted((reasons | self._notes(filled[:end], reasons, first)).items()))

    def is_title(self, filled: AbstractSet[int]) -> bool:
        """Whether a row with only these cells filled is a title: « RÉGION DE GAO » where a record has several cells."""
        return self.has_several and len(filled) == 1

    def _notes(self, filled: Rows, reasons: dict[int, str], first: int) -> dict[int, str]:
        """Sentences below the last record, after a blank row or a sign of a note."""
        tail = []
        for n, row in reversed(filled):
            if n not in reasons and not self._is_lone(row):
                break
            tail.append((n, row))
        before = filled[-len(tail) - 1][0] if len(tail) < len(filled) else first - 1
        notes: dict[int, str] = {}
        for n, row in reversed(tail):
            if n not in reasons and (before in notes or before in reasons or n > before + 1 or _is_note(row)):
                notes[n] = NOTE
            before = n
        return notes

    def _end(self, filled: Rows) -> int:
        """Where another table begins: after a blank row, below a title or without one, a row of names."""
        for start in range(1, len(filled)):
            if filled[start][0] > filled[start - 1][0] + 1:
                names = next((n for n in range(start, len(filled)) if len(_cells(filled[n][1])) > 1), len(filled))
                if names + 1 < len(filled) and self._names_others(filled[names][1], filled[names + 1][1]):
                    return start
        return len(filled)

    def _names_others(self, row: list[str], below: list[str]) -> bool:
        """Whether a row names other columns: by a declared name, or of a narrower table that has figures."""
        cells, cells_below = _cells(row), _cells(below)
        if any(_DIGIT.search(text) for text in cells.values()) or _names(row) in self.titles:
            return False
        if sum(_name(text) in self.known for text in cells.values()) * 2 >= len(cells):
            return True
        has_figures = any(_DIGIT.search(text) for text in cells_below.values())
        return not self.needed <= cells.keys() and cells.keys() == cells_below.keys() and has_figures

    def _is_total(self, row: list[str]) -> bool:
        first, text = next(iter(_cells(row).items()))
        if self.options.totals is not None:
            return bool(self.options.totals) and re.search(self.options.totals, text) is not None
        return any(self._tells_total(row, column, column == first) for column in {first, *self.labels})

    def _tells_total(self, row: list[str], column: int, is_first: bool) -> bool:
        text = row[column].strip() if column < len(row) else ""
        kind = self.is_worded(text)
        name = self.header[column] if column < len(self.header) else ""
        if not kind or (name and self.is_value(name, text)):
            return False
        if kind == "total" or name in self.meaning.places:
            return True
        return is_first and any(needed >= len(row) or not row[needed].strip() for needed in self.needed)

    def _is_worded(self, text: str) -> str:
        key = fold(text) if len(text) < 200 else ""
        return "total" if _TOTAL.fullmatch(key) else "of" if _TOTAL_OF.fullmatch(key) else ""

    def _is_lone(self, row: list[str]) -> bool:
        """One sentence where a record has several cells."""
        count = len(_cells(row))
        return self.has_several and (count == 1 or (count == 2 and _is_note(row)))


def _filled_cells(filled: Rows) -> float:
    """How many cells a row of the middle has."""
    return median(filled_count(row) for _, row in filled) if filled else 0


def filled_count(row: list[str]) -> int:
    """How many cells of a row hold more than white space."""
    blank = row.count("")
    return len(row) - blank if blank == len(row) or not any(map(str.isspace, row)) else len(_cells(row))


def _is_note(row: list[str]) -> bool:
    return _NOTE.match(next(iter(_cells(row).values()))) is not None


def _cells(row: list[str]) -> dict[int, str]:
    """The filled cells of a row by their column."""
    return {column: cell.strip() for column, cell in enumerate(row) if cell.strip()}


def _name(text: str) -> str:
    return " ".join(visible(text).split()).casefold()


def _names(row: list[str]) -> list[str]:
    names = [_name(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    return names
