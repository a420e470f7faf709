"""The areas of a country from an official list of p-codes, in either of the forms that OCHA publishes.

Long: one row an area (Location, Admin Level, P-Code, Name, Parent P-Code, Valid from date), as in HDX's global list.
Wide: one row an area with those around it (ADM1_PCODE, ADM1_FR, ADM2_PCODE, ADM2_FR…), as the workbook of a COD-AB
has them on a sheet a level, with other names (ADM2ALT1FR) and the day of validity.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ingestion.clean.countries import country
from ingestion.clean.dates import date
from ingestion.clean.text import fold
from ingestion.country.pcode_forms import ancestor, level_of
from ingestion.errors import SourceFileError

_LONG = {"code": "p code", "name": "name", "country": "location"}
_VALID = ("valid from date", "validon", "valid on")
_WIDE_CODE = re.compile(r"adm(?:in)?\s*([123])\s*p\s*codes?")
_WIDE_NAME = re.compile(r"adm(?:in)?\s*([123])\s*(?:name\s*)?([a-z]{2})?")
_WIDE_OTHER = re.compile(r"adm(?:in)?\s*([123])\s*alt\s*(?:name\s*)?\d\s*(?:name\s*)?[a-z]{2}")
_ORDER = ("fr", None, "en")  # names in French first, those of another language last


@dataclass(frozen=True)
class Area:
    """An area of the list: ``parent`` is the code of the one around it, the country's letters for the first level."""

    code: str
    level: int
    name: str
    parent: str


@dataclass(frozen=True)
class AreaList:
    """The areas of a list, larger ones first, and the day since when it is valid ("" where it does not say).

    ``other_names``: code and other name, where the list has them.
    """

    areas: tuple[Area, ...]
    valid_from: str
    other_names: tuple[tuple[str, str], ...] = ()

    def of_level(self, level: int) -> list[Area]:
        """The areas of one level."""
        return [area for area in self.areas if area.level == level]


@dataclass(frozen=True)
class _Row:
    """An area as a row of the file says it, and where that row is."""

    place: str
    code: str
    name: str
    others: tuple[str, ...] = ()


def read(path: Path, iso3: str) -> AreaList:
    """The areas of the country, of every sheet that lists some.

    Raises SourceFileError with the row where a code has no known form, is another country's or has no parent.
    """
    tables = _tables(path)
    rows = [row for sheet, table in tables for row in _rows(table, sheet, iso3)]
    if not rows:
        found = " ; ".join(", ".join(map(str, table.columns)) for _, table in tables)
        raise SourceFileError(path.name, "en-tête", "P-Code et Name, ou ADM1_PCODE et ADM1_FR", found)
    areas: dict[str, Area] = {}
    for row in rows:
        level = level_of(row.code)
        if level is None:
            raise SourceFileError(
                path.name,
                row.place,
                "un p-code de la forme dite dans pcode_forms.csv (ajouter une ligne au besoin)",
                row.code,
            )
        if country(row.code.rstrip(string.digits)) != country(iso3):
            raise SourceFileError(path.name, row.place, f"un p-code de {iso3}", row.code)
        if level and row.code not in areas:
            areas[row.code] = Area(row.code, level, row.name or row.code, ancestor(row.code, level - 1))
    known = {area.parent for area in areas.values() if area.level == 1} | set(areas)
    if orphan := next((area for area in areas.values() if area.parent not in known), None):
        raise SourceFileError(path.name, orphan.code, f"le lieu qui le contient, {orphan.parent}", "absent de la liste")
    if not any(area.level == 2 for area in areas.values()):
        raise SourceFileError(
            path.name, "niveau 2", "des lieux de niveau 2 : besoins et lacunes sont comptés là", "aucun"
        )
    others = dict.fromkeys(
        (row.code, name) for row in rows for name in row.others if fold(name) != fold(areas[row.code].name)
    )
    return AreaList(
        tuple(sorted(areas.values(), key=lambda area: (area.level, area.code))),
        max((_valid_from(table) for _, table in tables), default=""),
        tuple(others),
    )


def _tables(path: Path) -> list[tuple[str, pd.DataFrame]]:
    """The tables of the file with the names of their sheets, "" where there is none."""
    if path.suffix.casefold() in (".xlsx", ".xls", ".ods"):
        sheets = pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine")
        return [(name, sheet.fillna("")) for name, sheet in sheets.items()]
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", sep=None, engine="python")
    return [("", table.fillna(""))]


def _place(sheet: str, line: int) -> str:
    return f"feuille {sheet}, ligne {line}" if sheet else f"ligne {line}"


def _columns(table: pd.DataFrame) -> dict[str, str]:
    """The columns of a table by the key of their header."""
    return {fold(str(name)): str(name) for name in table.columns}


def _rows(table: pd.DataFrame, sheet: str, iso3: str) -> Iterator[_Row]:
    columns = _columns(table)
    return _long(table, columns, sheet, iso3) if _LONG["code"] in columns else _wide(table, columns, sheet)


def _valid_from(table: pd.DataFrame) -> str:
    columns = _columns(table)
    stated = [date(str(value)) for key in _VALID if key in columns for value in table[columns[key]]]
    return max((day.isoformat() for day in stated if day), default="")


def _long(table: pd.DataFrame, columns: dict[str, str], sheet: str, iso3: str) -> Iterator[_Row]:
    located = columns.get(_LONG["country"])
    for line, row in enumerate(table.to_dict("records"), start=2):
        code = row[columns[_LONG["code"]]].strip().upper()
        if code and (located is None or row[located].strip().upper() in (iso3, "")):
            yield _Row(_place(sheet, line), code, row[columns[_LONG["name"]]].strip())


def _wide(table: pd.DataFrame, columns: dict[str, str], sheet: str) -> Iterator[_Row]:
    codes = {int(match[1]): name for key, name in columns.items() if (match := _WIDE_CODE.fullmatch(key))}
    others = [(int(match[1]), name) for key, name in columns.items() if (match := _WIDE_OTHER.fullmatch(key))]
    names = _names(columns)
    for line, row in enumerate(table.to_dict("records"), start=2):
        for level, column in sorted(codes.items()):
            code = row[column].strip().upper()
            if code and not code.startswith("#"):  # the row of HXL tags
                name = row[names[level]].strip() if level in names else ""
                also = [row[other].strip() for at, other in others if at == level]
                yield _Row(_place(sheet, line), code, name, tuple(filter(None, also)))


def _names(columns: dict[str, str]) -> dict[int, str]:
    """The column of names by level, in the language that comes first."""
    named: dict[int, list[tuple[int, str]]] = {}
    for key, name in columns.items():
        if match := _WIDE_NAME.fullmatch(key):
            rank = _ORDER.index(match[2]) if match[2] in _ORDER else len(_ORDER)
            named.setdefault(int(match[1]), []).append((rank, name))
    return {level: min(ranked)[1] for level, ranked in named.items()}
