"""The proposal for a file: the shape of its rows, the role of each column, and the origin of other values."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ingestion.clean.countries import countries
from ingestion.clean.dates import date
from ingestion.clean.pcodes import letters as pcode_letters
from ingestion.clean.pcodes import pcode
from ingestion.clean.text import fold
from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.declaration.source import ID, Origin
from ingestion.declaration.values import clean
from ingestion.proposals.judging import (
    COUNTRY,
    LIKELY,
    Guess,
    country_ground,
    guesses,
    names_of_people,
    personal_ground,
    target_of,
)
from ingestion.proposals.looking import FileColumn, Sheet, sheets
from ingestion.proposals.words import correction, likeness
from ingestion.shapes import SHAPES

# Defaults of a figure if its file does not say more: everybody.
_TOTALS = {"population_group_code": "ALL", "sex": "a", "age_group": "ALL", "sector_code": "ALL"}
_TOTALS |= {"indicator": "population"}
_MONTH = "[a-zéûA-ZÉÛ]+"
# How file names tell their date, the most precise first; one group, as a declaration wants it.
_NAMED_DATES = (
    r"(20\d\d-\d\d-\d\d)",
    r"(20\d\d-(?:0[1-9]|1[0-2]))(?!\d)",
    rf"(?<![A-Za-zÀ-ÿ])({_MONTH}[_ -]?20\d\d)",  # juillet_2024, avr2024
    r"(20\d\d)",
)
_NEED = re.compile(r"need|besoin|\bpin\b", re.IGNORECASE)
_DISPLACED = re.compile(r"idp|displace|déplac", re.IGNORECASE)
_IGNORED = "à confirmer : la forme n’a pas de colonne pour elle"


@dataclass(frozen=True)
class Choice:
    """The role of one column of the file: one of the shape, "country", "personal", "empty" or "ignored", and why."""

    column: FileColumn
    fate: str
    guess: Guess | None
    reason: str
    others: list[Guess]


@dataclass(frozen=True)
class Correction:
    """A value that its list lacks, and the code that it usually means."""

    column: str
    raw: str
    canonical: str
    reason: str


@dataclass(frozen=True)
class Proposal:
    """A declaration to be confirmed.

    ``constants``: values without a column, with reasons. ``missing``: required columns without a value. ``unknown``: by
    header, values of a code column that no list has.
    """

    sheet: Sheet
    shape: str
    choices: list[Choice]
    constants: dict[str, tuple[Origin, str]]
    missing: list[str]
    corrections: list[Correction]
    unknown: dict[str, list[str]]
    score: float = field(compare=False)

    @property
    def mapped(self) -> dict[str, Choice]:
        """By column of the shape, the column of the file."""
        return {choice.fate: choice for choice in self.choices if choice.guess is not None}

    @property
    def rows(self) -> int:
        """The number of rows of the sheet."""
        return self.sheet.row_count

    @property
    def country(self) -> FileColumn | None:
        """The column of countries, if any: rows outside the country are rejected."""
        return next((choice.column for choice in self.choices if choice.fate == COUNTRY), None)

    @property
    def kept_rows(self) -> int:
        """The number of rows in the country, if a column gives the country."""
        column = self.country
        return self.rows if column is None else sum(country().iso2 in countries(cell) for cell in column.cells)


def propose(path: Path, shape: str | None = None) -> Proposal:
    """The likeliest reading of a file, as any shape or as a given one. Raises SourceFileError without any table."""
    readings = (reading for sheet in sheets(path) for reading in _readings(sheet, shape))
    return max(readings, key=lambda proposal: proposal.score)


def _readings(sheet: Sheet, shape: str | None) -> Iterator[Proposal]:
    """The sheet as each possible shape."""
    apart = {column.header: ground for column in sheet.columns if (ground := personal_ground(column))}
    apart |= names_of_people([column for column in sheet.columns if column.header not in apart], apart)
    for name in [shape] if shape else SHAPES:
        yield _as(sheet, name, apart)


def _as(sheet: Sheet, shape: str, apart: dict[str, str]) -> Proposal:
    ranked = {c.header: guesses(c, shape) for c in sheet.columns if c.header not in apart and not c.is_empty}
    assigned = _assigned(ranked)
    of_country = _country(sheet, {*apart, *assigned})
    choices = [_choice(column, apart, assigned.get(column.header), ranked, of_country) for column in sheet.columns]
    mapped = {guess.target: guess for guess in assigned.values()}
    constants = _constants(sheet, shape, mapped)
    required = [c.name for c in SHAPES[shape] if c.required] + ["observed_on"]
    missing = [name for name in required if name not in mapped and name not in constants]
    corrections, unknown = _code_values(sheet, shape, assigned)
    score = _fitness(shape, mapped, required, missing)
    return Proposal(sheet, shape, choices, constants, missing, corrections, unknown, score)


def _fitness(shape: str, mapped: dict[str, Guess], required: list[str], missing: list[str]) -> float:
    """How well rows fit a shape: scores of its columns, minus required ones that are missing or doubtful.

    Of two shapes that explain the same columns, the one with fewer others fits better. A missing outline hardly counts,
    since no list of places has one. A list of places is no list of organizations only because of a column « Name ».
    """
    explained = sum(guess.score for guess in mapped.values()) + len(mapped) / len(SHAPES[shape].columns)
    doubtful = sum(1 for name in required if name in mapped and mapped[name].score < LIKELY)
    return explained - doubtful - sum(0.5 if name == "geometry" else 2 for name in missing)


def _assigned(ranked: dict[str, list[Guess]]) -> dict[str, Guess]:
    """One column of the shape for each header, the surest pair first."""
    pairs = [(guess, header) for header, guesses_of_header in ranked.items() for guess in guesses_of_header]
    assigned: dict[str, Guess] = {}
    taken: set[str] = set()
    for guess, header in sorted(pairs, key=lambda pair: (-pair[0].score, -pair[0].by_header)):
        if header not in assigned and guess.target not in taken:
            assigned[header] = guess
            taken.add(guess.target)
    return assigned


def _country(sheet: Sheet, taken: set[str]) -> dict[str, str]:
    """The column that best gives the country of a row, and why."""
    grounds = {c.header: why for c in sheet.columns if c.header not in taken and (why := country_ground(c))}
    best = max(grounds, key=lambda header: likeness(header, COUNTRY), default="")
    return {best: grounds[best]} if grounds else {}


def _choice(
    column: FileColumn,
    apart: dict[str, str],
    guess: Guess | None,
    ranked: dict[str, list[Guess]],
    of_country: dict[str, str],
) -> Choice:
    others = [other for other in ranked.get(column.header, []) if guess is None or other.target != guess.target]
    if column.header in apart:
        return Choice(column, "personal", None, apart[column.header], [])
    if column.is_empty:
        return Choice(column, "empty", None, "vide dans ce fichier", [])
    if column.header in of_country:
        return Choice(column, COUNTRY, None, of_country[column.header], [])
    if guess is None:
        return Choice(column, "ignored", None, _IGNORED, others)
    return Choice(column, guess.target, guess, guess.ground, others)


def _constants(sheet: Sheet, shape: str, mapped: dict[str, Guess]) -> dict[str, tuple[Origin, str]]:
    constants: dict[str, tuple[Origin, str]] = {}
    names = {column.name for column in SHAPES[shape]}
    if "observed_on" not in mapped:
        constants["observed_on"] = _observed(sheet.file)
    if shape == "need":
        year = re.search(r"20\d\d", sheet.file.name)
        totals = _TOTALS | {"period": year[0] if year else str(_written(sheet.file).year)}
        if "people" in mapped and _NEED.search(mapped["people"].ground):
            totals["indicator"] = "people_in_need"
        if "people" in mapped and _DISPLACED.search(mapped["people"].ground):
            totals |= {"indicator": "people_displaced", "population_group_code": "IDP"}
        for name, value in totals.items():
            if name not in mapped:
                ground = "année du fichier" if name == "period" else "le fichier ne distingue pas"
                constants[name] = (Origin(value=value), ground)
    placed = any(name.startswith("admin") for name in mapped)
    if placed and "admin_vintage" in names and "admin_vintage" not in mapped:
        constants["admin_vintage"] = _vintage(sheet)
    return constants


def _observed(path: Path) -> tuple[Origin, str]:
    """The date in the file's name, else that of its last change."""
    for pattern in _NAMED_DATES:
        match = re.search(pattern, path.name)
        if match and date(match[1].replace("_", " ")):
            return Origin(file_name=pattern), f"nom du fichier : « {match[1]} »"
    value = _written(path).isoformat()
    return Origin(value=value), "date d’écriture du fichier : à remplacer par celle des faits"


def _written(path: Path) -> dt.date:
    return dt.date.fromtimestamp(path.stat().st_mtime)


@cache
def _seed_codes() -> dict[str, set[str]]:
    """By edition, the p-codes of the country's list."""
    codes: dict[str, set[str]] = {}
    for row in seeds.rows("admin_area"):
        codes.setdefault(row["vintage"], set()).add(row["code"])
    return codes


def _vintage(sheet: Sheet) -> tuple[Origin, str]:
    """The edition of the country's list that has most codes of the file; the latest if the file only has names."""
    codes = {
        code for column in sheet.columns for value in column.values for n in (1, 2, 3) if (code := pcode(value, n))
    }
    known = {vintage: len(codes & listed) for vintage, listed in _seed_codes().items()}
    best = max(sorted(known, reverse=True), key=lambda vintage: known[vintage])
    if codes and not known[best]:
        year = re.search(r"20\d\d", sheet.file.name)
        return Origin(value=year[0] if year else "?"), "p-codes d’un autre pays : dire leur édition"
    return Origin(value=best), "édition qui connaît le plus de codes" if codes else "édition en vigueur"


def _code_values(sheet: Sheet, shape: str, assigned: dict[str, Guess]) -> tuple[list[Correction], dict[str, list[str]]]:
    """Corrections for lookups.csv, and values of code columns that are unknown."""
    corrections: list[Correction] = []
    unknown: dict[str, list[str]] = {}
    for header, guess in assigned.items():
        target = target_of(shape, guess.target)
        if target.kind not in ("code", "codes"):
            continue
        for value in sheet.column(header).values:
            if clean(target, value)[1]:
                continue
            if usual := correction(target, value):
                corrections.append(Correction(target.name, value, usual[0], f"{usual[1]} (à confirmer)"))
            else:
                unknown.setdefault(header, []).append(value)
    return corrections, unknown


def source_id(path: Path, proposal: Proposal) -> str:
    """An id from the file's name without dates and the country of its p-codes."""
    plain = re.sub(r"(19|20)\d\d|\d{6,}", " ", path.stem)
    kept = [word for word in fold(plain).split() if date(f"{word} 2000") is None and not word.isdigit()][:4]
    letters = country_of(proposal.sheet)
    name = "_".join(["source", *(kept or ["fichier"]), *([letters] if letters and letters not in kept else [])])
    return name if ID.fullmatch(name) else "source_fichier"


def country_of(sheet: Sheet) -> str:
    """The letters of the p-codes, if the file has some: « ml » for ML0502."""
    letters = Counter(
        code.rstrip("0123456789").lower()
        for column in sheet.columns
        for value in column.values[:300]
        for n in (1, 2, 3)
        if (code := pcode(value, n))
    )
    if not letters:
        return ""
    best = letters.most_common(1)[0][0]
    return country().iso3.lower() if best == pcode_letters().lower() else best


def patterns(path: Path) -> list[str]:
    """The names that later editions of the file will bear: its own, with any month, any year and any long number."""
    stem = re.sub(r"20\d\d-\d\d(?:-\d\d)?|\d{6,}", "*", path.stem)
    # A month that is glued to its year is a word of its own; the two together are any month of any year.
    stem = re.sub(r"([^\W\d_]+)(20\d\d)(?!\d)", lambda named: "*" if date(f"{named[1]} 2000") else named[0], stem)
    stem = re.sub(r"(?<=[^\W\d_])20\d\d(?!\d)", "20??", stem)
    parts = [_any(part) for part in re.split(r"([^A-Za-zÀ-ÿ0-9*]+)", stem)]
    named = any(re.search("[A-Za-z]", part) for part in parts)
    return [("".join(parts) if named else path.stem) + path.suffix]


def _any(part: str) -> str:
    if part.isalpha() and date(f"{part} 2000"):
        return "*"
    return "20??" if re.fullmatch(r"20\d\d", part) else part
