"""The proposal for a file: the shape of its rows, the role of each column, and the origin of other values."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingestion.clean.countries import countries
from ingestion.clean.dates import date
from ingestion.clean.money import unit_of
from ingestion.clean.pcodes import letters as pcode_letters
from ingestion.clean.pcodes import pcode
from ingestion.clean.text import fold
from ingestion.country.pack import country
from ingestion.declaration.reader_settings import CALENDAR_END, CALENDAR_START
from ingestion.declaration.source import ID, Origin
from ingestion.declaration.values import clean
from ingestion.errors import SourceFileError
from ingestion.proposals import constants
from ingestion.proposals.answers import answered
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
from ingestion.proposals.months import Months, months_of
from ingestion.proposals.shared import Shared, shared
from ingestion.proposals.words import correction, likeness
from ingestion.records.mapping import OBSERVED
from ingestion.shapes import SHAPES

MONTH, MONTH_VALUE = "month", "value"
_NEED = re.compile(r"need|besoin|\bpin\b", re.IGNORECASE)
_DISPLACED = re.compile(r"idp|displace|déplac", re.IGNORECASE)
_IGNORED = "à confirmer : la forme n’a pas de colonne pour elle"
# Lists of somebody’s own projects name nobody: a person says whose they are.
_OWN_LISTS = ("service", "program")
_RUNNER = 0.6  # « Partenaire » alone
_SEVERAL = re.compile(r"[,;/\n]|\bet\b")
_REPEATED = ("organization_name", "place_name", "admin1_name", "admin2_name", "admin3_name")


@dataclass(frozen=True)
class Choice:
    """The role of a column of the file, and why: of the shape, "country", "personal", "month", "empty" or "ignored"."""

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
    header, values of a code column that no list has. ``shared``: further columns of the shape that a column says.
    """

    sheet: Sheet
    shape: str
    choices: list[Choice]
    constants: dict[str, tuple[Origin, str]]
    missing: list[str]
    corrections: list[Correction]
    unknown: dict[str, list[str]]
    score: float = field(compare=False)
    shared: list[Shared] = field(default_factory=list)
    months: Months | None = None

    @property
    def derived(self) -> dict[str, str]:
        """By column of the shape, the column that the reader makes of those of the months."""
        if self.months is None:
            return {}
        if self.months.is_calendar:
            return {"starts_on": CALENDAR_START, "ends_on": CALENDAR_END}
        return {"observed_on": MONTH, "people" if self.shape == "need" else "beneficiaries_reached": MONTH_VALUE}

    @property
    def fill_down(self) -> list[str]:
        """The columns of places and structures where an empty cell seems to repeat the one above."""
        return [
            choice.column.header for name in _REPEATED if (choice := self.mapped.get(name)) and choice.column.repeats
        ]

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


@dataclass(frozen=True)
class Stated:
    """What a person says of a file: its shape, its sheet, its organization, its columns by header ("": none)."""

    shape: str | None = None
    sheet: str | None = None
    organization: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def propose(path: Path, shape: str | None = None, stated: Stated | None = None) -> Proposal:
    """The likeliest reading of a file, as any shape or as a given one, with whatever is ``stated`` of it.

    Raises SourceFileError without any table, or without the sheet.
    """
    return max(_all_readings(path, stated or Stated(shape=shape)), key=lambda proposal: proposal.score)


def complete(path: Path, stated: Stated) -> Proposal:
    """The likeliest reading that lacks nothing, else the likeliest one. Raises SourceFileError as `propose` does."""
    return max(_all_readings(path, stated), key=lambda proposal: (not proposal.missing, proposal.score))


def _all_readings(path: Path, stated: Stated) -> list[Proposal]:
    tables = [sheet for sheet in sheets(path) if stated.sheet in (None, sheet.name, *sheet.same)]
    if not tables:
        names = ", ".join(sheet.name for sheet in sheets(path))
        raise SourceFileError(path.name, "classeur", f"un tableau sur la feuille « {stated.sheet} »", names)
    return [reading for sheet in tables for reading in _readings(sheet, stated)]


def _readings(sheet: Sheet, stated: Stated) -> Iterator[Proposal]:
    """The sheet as each possible shape."""
    apart = {column.header: ground for column in sheet.columns if (ground := personal_ground(column))}
    apart |= names_of_people([column for column in sheet.columns if column.header not in apart], apart)
    for name in [stated.shape] if stated.shape else SHAPES:
        yield _as(sheet, name, apart, stated)


def _as(sheet: Sheet, shape: str, apart: dict[str, str], decided: Stated) -> Proposal:
    months = months_of(sheet) if shape in ("service", "need") else None
    not_asked = {*apart, *(months.headers if months else ())}
    ranked = {c.header: guesses(c, shape) for c in sheet.columns if c.header not in not_asked and not c.is_empty}
    ranked = _as_stated(ranked, shape, decided)
    assigned = _with_partner(_with_amounts(_assigned(ranked)), ranked, sheet)
    if months and not months.is_calendar:  # each month is seen on its own
        assigned = {header: guess for header, guess in assigned.items() if guess.target != "observed_on"}
    of_country = _country(sheet, {*not_asked, *assigned})
    choices = [_choice(c, apart, assigned.get(c.header), ranked, of_country, months) for c in sheet.columns]
    mapped = {guess.target: guess for guess in assigned.values()}
    proposal = Proposal(sheet, shape, choices, {}, [], *_code_values(sheet, shape, assigned), 0.0, months=months)
    stated = {*mapped, *proposal.derived}
    fixed = _constants(sheet, shape, mapped, stated)
    required = [c.name for c in SHAPES[shape] if c.required] + ["observed_on"]
    missing = [name for name in required if name not in stated and name not in fixed]
    score = _fitness(shape, mapped, required, missing) + _size(sheet)
    if "organization_name" in missing and shape in _OWN_LISTS:
        fixed["organization_name"] = constants.organization(sheet, decided.organization)
        missing.remove("organization_name")
    further = [one for one in shared(sheet, shape, assigned) if one.target not in stated]
    return replace(proposal, constants=fixed, missing=missing, score=score, shared=further)


def _as_stated(ranked: dict[str, list[Guess]], shape: str, stated: Stated) -> dict[str, list[Guess]]:
    """The guesses, with those columns that a person has decided, and no other structure than the one told."""
    if stated.organization:
        ranked = {header: [g for g in guesses if g.target != "organization_name"] for header, guesses in ranked.items()}
    names = {OBSERVED.name, *(column.name for column in SHAPES[shape])}
    fixed = {
        header: [Guess(target, 2.0, "dit à la commande", 1.0)] if target in names else []
        for header, target in stated.columns.items()
    }
    return {header: fixed.get(header, guesses_of_header) for header, guesses_of_header in ranked.items()}


def _with_partner(assigned: dict[str, Guess], ranked: dict[str, list[Guess]], sheet: Sheet) -> dict[str, Guess]:
    """In a list of a donor’s projects the one partner of each runs it; of an organization’s own, it is beside it."""
    by_target = {guess.target: header for header, guess in assigned.items()}
    header = by_target.get("partners", "")
    runner = next((one for one in ranked.get(header, []) if one.target == "organization_name"), None)
    if "organization_name" in by_target or runner is None or runner.score < _RUNNER:
        return assigned
    several = sum(bool(_SEVERAL.search(value)) for value in sheet.column(header).values)
    return assigned if several > 0.3 * len(sheet.column(header).values) else assigned | {header: runner}


def _with_amounts(assigned: dict[str, Guess]) -> dict[str, Guess]:
    """« Budget (FCFA) » alone is the budget; beside one in euros it is the same budget in francs."""
    by_target = {guess.target: header for header, guess in assigned.items()}
    only_xof = by_target.get("budget_xof")
    if only_xof is None or "budget_amount" in by_target:
        return assigned
    ground = f"en-tête « {only_xof} », {unit_of(only_xof)}"
    return assigned | {only_xof: replace(assigned[only_xof], target="budget_amount", ground=ground)}


def _size(sheet: Sheet) -> float:
    """Of two sheets of one kind the longer one is the list."""
    return 0.5 * math.log10(max(1, sheet.row_count))


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
    months: Months | None,
) -> Choice:
    others = [other for other in ranked.get(column.header, []) if guess is None or other.target != guess.target]
    if column.header in apart:
        return Choice(column, "personal", None, apart[column.header], [])
    if months and column.header in months.of:
        what = "croix d’un calendrier" if months.is_calendar else "valeurs d’un mois"
        return Choice(column, MONTH, None, f"{what} : {months.of[column.header]}", [])
    if months and column.header in months.headers:
        return Choice(column, "ignored", None, "somme des mois, qui sont lus", [])
    if column.is_empty:
        return Choice(column, "empty", None, "vide dans ce fichier", [])
    if column.header in of_country:
        return Choice(column, COUNTRY, None, of_country[column.header], [])
    if guess is None:
        return Choice(column, "ignored", None, _IGNORED, others)
    return Choice(column, guess.target, guess, guess.ground, others)


def _constants(sheet: Sheet, shape: str, mapped: dict[str, Guess], stated: set[str]) -> dict[str, constants.Constant]:
    fixed: dict[str, constants.Constant] = {}
    names = {column.name for column in SHAPES[shape]}
    if "observed_on" not in stated:
        fixed["observed_on"] = constants.observed(sheet, shape)
    if shape == "need":
        totals = dict(constants.TOTALS)
        if "people" in mapped and _NEED.search(mapped["people"].ground):
            totals["indicator"] = "people_in_need"
        if "people" in mapped and _DISPLACED.search(mapped["people"].ground):
            totals |= {"indicator": "people_displaced", "population_group_code": "IDP"}
        everybody = {name: (Origin(value=value), "le fichier ne distingue pas") for name, value in totals.items()}
        fixed |= {name: one for name, one in everybody.items() if name not in stated}
        if "period" not in stated:
            dated = fixed.get("observed_on")
            fixed["period"] = constants.period(sheet, is_named=dated is not None and dated[0].file_name is not None)
    placed = any(name.startswith("admin") or name == "place_name" for name in mapped)
    if placed and "admin_vintage" in names and "admin_vintage" not in mapped:
        fixed["admin_vintage"] = constants.vintage(sheet)
    return fixed


def _code_values(sheet: Sheet, shape: str, assigned: dict[str, Guess]) -> tuple[list[Correction], dict[str, list[str]]]:
    """Corrections for lookups.csv, and values of code columns that are unknown."""
    corrections: list[Correction] = []
    unknown: dict[str, list[str]] = {}
    for header, guess in assigned.items():
        target = target_of(shape, guess.target)
        if target.kind not in ("code", "codes"):
            continue
        column = sheet.column(header)
        for value in column.values:
            if clean(target, value)[1]:
                continue
            if usual := correction(target, value) or answered(target, column, value):
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
