"""What no column says: the date, the organization of a list of its own projects, the edition of the codes."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from ingestion.clean.dates import MONTH, as_written, date
from ingestion.clean.pcodes import pcode
from ingestion.clean.text import tidy
from ingestion.country import seeds
from ingestion.declaration.source import Origin
from ingestion.proposals.looking import Sheet

Constant = tuple[Origin, str]  # and the reason
_N, _D, _BETWEEN = "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])", "[-_. ]?"
_YEAR = r"(20\d\d)"
# How file names tell their date, the most precise first; one group, as a declaration wants it.
NAMED_DATES = (
    rf"(?<!\d)(20\d\d{_BETWEEN}{_N}{_BETWEEN}{_D})(?!\d)",  # 2024-08-31, 20240831
    rf"(?<!\d)({_D}{_BETWEEN}{_N}{_BETWEEN}20\d\d)(?!\d)",
    rf"(?<!\d)(20\d\d{_BETWEEN}{_N})(?!\d)",
    rf"(?<!\d)({_N}{_BETWEEN}20\d\d)(?!\d)",
    rf"(?<![A-Za-zÀ-ÿ])({MONTH}[_ -]?20\d\d)(?!\d)",  # juillet_2024, avr2024
    rf"(?<!\d)(20\d\d[_ -]?{MONTH})",
    rf"(?<![A-Za-zÀ-ÿ])({MONTH}[_ -]?2\d)(?!\d)",  # avr24
    r"(?<![A-Za-z])([TQStqs][1-4][_ -]?20\d\d)(?!\d)",  # T1 2024
    _YEAR,
)
_DATED = re.compile(
    r"(?:mise?\s+à\s+jour|m[.àa]?j|actualis\w+|situation|état|version|en date|updated?|as of|au|du|de)\b[\s:]*"
    r"(?:le|au|du|de|en)?\s*"
    r"(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}(?:er)?\s+[^\W\d_]+\s+20\d\d|[^\W\d_]{3,9}\s+20\d\d|20\d\d-\d\d-\d\d)",
    re.IGNORECASE,
)
# « Liste des projets de l’ONG Sahel Fictif »
_NAMED_ORGANIZATION = re.compile(
    r"\b((?:ONG|Association|Fondation|Croix[- ]Rouge|Secours|Comité|Réseau|Collectif|Coopérative|Fédération|Union|NGO"
    r"|Foundation)\s+[^\d\W].*?)\s*(?:[:|–—(\n]|\s-\s|,|\d|$)"
)
TO_BE_NAMED = "Structure à préciser"
# Defaults of a figure if its file does not say more: everybody.
TOTALS = {"population_group_code": "ALL", "sex": "a", "age_group": "ALL", "sector_code": "ALL"}
TOTALS |= {"indicator": "population"}


def observed(sheet: Sheet, shape: str) -> Constant:
    """The date in the file's name, else above the table, else that of its last change.

    A year alone is its first day in a file of needs: they are estimated before the year that they plan.
    """
    path = sheet.file
    for pattern in NAMED_DATES[:-1]:
        if origin := _in_name(path, pattern):
            return origin
    for title in sheet.titles:
        if (match := _DATED.search(title)) and (day := date(match[1], end=True)):
            return Origin(value=day.isoformat()), f"au-dessus du tableau : « {match[1]} »"
    if year := _in_name(path, _YEAR):
        return year[0].model_copy(update={"start": shape == "need"}), year[1]
    return Origin(value=written(path).isoformat()), "date d’écriture du fichier : à remplacer par celle des faits"


def _in_name(path: Path, pattern: str) -> Constant | None:
    match = re.search(pattern, path.name, re.IGNORECASE)
    if match and date(as_written(match[1])):
        return Origin(file_name=pattern), f"nom du fichier : « {match[1]} »"
    return None


def written(path: Path) -> dt.date:
    """The day when a workbook was saved, as it says itself: a copy has a new date; else that of the file."""
    if path.suffix.lower() in (".xlsx", ".docx"):
        try:
            with zipfile.ZipFile(path) as archive:
                nodes = ElementTree.fromstring(archive.read("docProps/core.xml")).iter(
                    "{http://purl.org/dc/terms/}modified"
                )
                if day := date((next(nodes).text or "")[:10]):
                    return day
        except (KeyError, StopIteration, ElementTree.ParseError, zipfile.BadZipFile):
            pass
    return dt.date.fromtimestamp(path.stat().st_mtime)


def organization(sheet: Sheet, named: str | None) -> Constant:
    """The organization whose own list it is: as ``named``, or above the table, else to be named by a person."""
    if named:
        return Origin(value=named), "dite à la commande"
    for title in (*sheet.titles, sheet.name):
        if match := _NAMED_ORGANIZATION.search(title):
            return Origin(value=tidy(match[1])), "au-dessus du tableau : la liste serait la sienne"
    return Origin(value=f"{TO_BE_NAMED} ({sheet.file.stem})"), "aucune colonne ne nomme la structure : l’écrire ici"


def period(sheet: Sheet, is_named: bool) -> Constant:
    """The year that figures are of: in the file's name, which the next edition changes, else that of the file.

    ``is_named``: whether the declaration reads the date there too.
    """
    match = re.search(_YEAR, sheet.file.name)
    if match and is_named:
        return Origin(file_name=_YEAR), f"nom du fichier : « {match[1]} »"
    return Origin(value=match[1] if match else str(written(sheet.file).year)), "année du fichier"


@cache
def _seed_codes() -> dict[str, set[str]]:
    """By edition, the p-codes of the country's list."""
    codes: dict[str, set[str]] = {}
    for row in seeds.rows("admin_area"):
        codes.setdefault(row["vintage"], set()).add(row["code"])
    return codes


def vintage(sheet: Sheet) -> Constant:
    """The edition of the country's list that has most codes of the file; the latest if the file only has names."""
    codes = {
        code for column in sheet.columns for value in column.values for n in (1, 2, 3) if (code := pcode(value, n))
    }
    known = {edition: len(codes & listed) for edition, listed in _seed_codes().items()}
    best = max(sorted(known, reverse=True), key=lambda edition: known[edition])
    if codes and not known[best]:
        year = re.search(r"20\d\d", sheet.file.name)
        return Origin(value=year[0] if year else "?"), "p-codes d’un autre pays : dire leur édition"
    return Origin(value=best), "édition qui connaît le plus de codes" if codes else "édition en vigueur"
