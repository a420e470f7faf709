"""The areas of a country from an official list of p-codes, in either of the forms that OCHA publishes.

Long: one row an area (Location, Admin Level, P-Code, Name, Parent P-Code, Valid from date), as in HDX's global list.
Wide: one row an area of the deepest level with those around it (ADM1_PCODE, ADM1_FR, ADM2_PCODE, ADM2_FR…).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ingestion.clean.dates import date
from ingestion.clean.text import fold
from ingestion.country.pcode_forms import ancestor, level_of
from ingestion.errors import SourceFileError

_LONG = {"level": "admin level", "code": "p code", "name": "name", "country": "location", "valid": "valid from date"}
_WIDE_CODE = re.compile(r"adm(?:in)?\s*([123])\s*p\s*codes?")
_WIDE_NAME = re.compile(r"adm(?:in)?\s*([123])\s*(?:name\s*)?(?:(fr|en)|name)?")
_ORDER = {"fr": 0, None: 1, "en": 2}  # names in French first


@dataclass(frozen=True)
class Area:
    """An area of the list: ``parent`` is the code of the one around it, the country's letters for the first level."""

    code: str
    level: int
    name: str
    parent: str


@dataclass(frozen=True)
class AreaList:
    """The areas of a list, larger ones first, and the day since when it is valid ("" where it does not say)."""

    areas: tuple[Area, ...]
    valid_from: str

    def of_level(self, level: int) -> list[Area]:
        """The areas of one level."""
        return [area for area in self.areas if area.level == level]


def read(path: Path, iso3: str) -> AreaList:
    """The areas of the country. Raises SourceFileError with the row where a code has no known form or no parent."""
    table = _table(path)
    columns = {fold(str(name)): str(name) for name in table.columns}
    rows, valid = _long(table, columns, iso3) if _LONG["code"] in columns else _wide(table, columns, path)
    if not rows:
        raise SourceFileError(
            path.name, "en-tête", "P-Code et Name, ou ADM1_PCODE et ADM1_FR", ", ".join(table.columns)
        )
    areas: dict[str, Area] = {}
    for line, (code, name) in enumerate(rows, start=2):
        level = level_of(code)
        if level is None:
            raise SourceFileError(
                path.name,
                f"ligne {line}",
                "un p-code de la forme dite dans pcode_forms.csv (ajouter une ligne au besoin)",
                code,
            )
        if level and code not in areas:
            areas[code] = Area(code, level, name or code, ancestor(code, level - 1))
    known = {area.parent for area in areas.values() if area.level == 1} | set(areas)
    if orphan := next((area for area in areas.values() if area.parent not in known), None):
        raise SourceFileError(path.name, orphan.code, f"le lieu qui le contient, {orphan.parent}", "absent de la liste")
    if not any(area.level == 2 for area in areas.values()):
        raise SourceFileError(
            path.name, "niveau 2", "des lieux de niveau 2 : besoins et lacunes sont comptés là", "aucun"
        )
    return AreaList(tuple(sorted(areas.values(), key=lambda area: (area.level, area.code))), valid)


def _table(path: Path) -> pd.DataFrame:
    if path.suffix.casefold() in (".xlsx", ".xls", ".ods"):
        table = pd.read_excel(path, dtype=str, engine="calamine")
    else:
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", sep=None, engine="python")
    return table.fillna("")


def _long(table: pd.DataFrame, columns: dict[str, str], iso3: str) -> tuple[list[tuple[str, str]], str]:
    if country := columns.get(_LONG["country"]):
        table = table[table[country].str.strip().str.upper().isin([iso3, ""])]
    valid = table[columns[_LONG["valid"]]].max() if _LONG["valid"] in columns and len(table) else ""
    pairs = zip(table[columns[_LONG["code"]]], table[columns[_LONG["name"]]], strict=True)
    day = date(str(valid))
    return [
        (code.strip().upper(), name.strip()) for code, name in pairs if code.strip()
    ], day.isoformat() if day else ""


def _wide(table: pd.DataFrame, columns: dict[str, str], path: Path) -> tuple[list[tuple[str, str]], str]:
    codes = {int(match[1]): name for key, name in columns.items() if (match := _WIDE_CODE.fullmatch(key))}
    named: dict[int, list[tuple[int, str]]] = {}
    for key, name in columns.items():
        if match := _WIDE_NAME.fullmatch(key):
            named.setdefault(int(match[1]), []).append((_ORDER[match[2]], name))
    rows = []
    for _, row in table.iterrows():
        for level in sorted(codes):
            code = str(row[codes[level]]).strip().upper()
            if code and not code.startswith("#"):  # the row of HXL tags
                rows.append((code, str(row[min(named[level])[1]]).strip() if level in named else ""))
    return list(dict.fromkeys(rows)), ""
