"""The likelihood that a column of a file is a column of a shape: by header, HXL tag and values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from ingestion.clean.countries import countries
from ingestion.clean.dates import date
from ingestion.clean.money import unit_of
from ingestion.clean.numbers import number
from ingestion.clean.pcodes import pcode
from ingestion.clean.people import counts
from ingestion.clean.personal import ACCOUNT, EMAIL, PHONE, find
from ingestion.clean.text import fold
from ingestion.clean.units import is_of_another_period
from ingestion.country import seeds
from ingestion.country.pack import country as here
from ingestion.proposals.answers import answered
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.words import is_peculiar, likeness, phrases, tagged, understood, words
from ingestion.records.mapping import OBSERVED
from ingestion.shapes import SERVICE, SHAPES, Column

SURE, LIKELY = 0.85, 0.65
_LEAST = 0.45
_EXAMINED = 300  # distinct values of a column: more add nothing
PERSONAL = "personal"
COUNTRY = "country"
# Words for countries other than that of the row: of people, of money, of a head office.
_OTHER_COUNTRIES = set(words("origine origin provenance destination nationalité nationality naissance birth retour"))
_OTHER_COUNTRIES |= set(words("return citoyenneté citizenship siège headquarter bailleur donor asile asylum résidence"))
_FIRST_NAMES = {words(text) for text in ("prénom", "first name", "given name", "civilité", "prénom usuel")}
_NAMES = {words(text) for text in ("nom", "name", "nom de famille", "surname", "family name", "last name")}
_FUNCTIONS = {words(text) for text in ("fonction", "poste", "titre", "position", "title", "job title")}
# What is said of people, money or time and is not what a column asks for: indirect beneficiaries, households, the money
# that is spent, the day of a closure or of a birth.
_NOT_PEOPLE = {
    *words(
        "indirect indirecte indirectement ménage household foyer famille coût cost taux rate pourcentage proportion"
    ),
    *words("mois mensuel month monthly jour day"),
}
_NOT_MONEY = {*words("décaissé dépensé consommé exécuté reste solde gap écart spent disbursed expenditure dépense")}
_CLOSED = {*words("fermé fermée fermeture cessation arrêt arrêté suspendu suspension closed closure closing")}
_OTHER_DAYS = {*words("naissance birth expiration validité expiry")}
_TAKEN = {*words("pris prise occupé occupée utilisé utilisée taken occupied used")}
_NOT_ASKED = {
    "admitted_groups": {*words("non pas exclu exclue exclus refusé refusée interdit interdite not excluded")},
    "capacity_per_month": _TAKEN,
    "free_places": _TAKEN,
    "starts_on": _CLOSED | _OTHER_DAYS,
    "observed_on": _CLOSED | _OTHER_DAYS,
    "ends_on": _OTHER_DAYS,
}
PERIOD = "project period"
_SEVERAL_COUNTS = 0.2  # of the cells tell several counts: « F : 300, H : 200 »
_ONE_PERIOD = re.compile(r"(?:[^\W\d_]+\.?[ -]?)?(?:20)?\d\d|20\d\d-\d\d|\d\d/20\d\d")  # « avril 2025 », 2025
_SEVERAL_PARTNERS = re.compile(r"partenaires|partners|partenaire\(s\)|partner\(s\)", re.IGNORECASE)
_TELLING = 0.5  # « N° de téléphone »: better a column too many than a published phone


@dataclass(frozen=True)
class Guess:
    """A possible column of a shape for a file's column: its score, from 0 to 1, and the reason.

    ``by_header``: the score of its header alone, which decides between two columns with the same HXL tag.
    """

    target: str
    score: float
    ground: str
    by_header: float

    @property
    def label(self) -> str:
        """The confidence in a word."""
        return "sûr" if self.score >= SURE else "probable" if self.score >= LIKELY else "à vérifier"


def target_of(shape: str, name: str) -> Column:
    """A column of a shape, or the observation date that all shapes have."""
    return OBSERVED if name == OBSERVED.name else SHAPES[shape].column(name)


def guesses(column: FileColumn, shape: str) -> list[Guess]:
    """The possible columns in that shape, the likeliest first; none below a threshold."""
    targets = [*SHAPES[shape].columns, OBSERVED]
    likely = [guess for target in targets if target.kind != "bytes" and (guess := _guess(column, target))]
    nothing = column.likeness("ignored")
    return sorted((one for one in likely if one.score > nothing), key=lambda one: (-one.score, -one.by_header))


def _guess(column: FileColumn, target: Column) -> Guess | None:
    header = column.likeness(target.name)
    if _is_another_figure(column, target):
        return None
    if column.tag and tagged(column.tag) == target.name:
        return Guess(target.name, 1.0, f"étiquette {column.tag}", header)
    share = 0.0 if target.kind == "text" else _share_of(column, target)
    if target.name == "place_name":
        score, ground = _of_places(column, header)
    elif target.kind == "text":
        score, ground = header * _as_text(column, target), f"en-tête « {column.header} »"
    elif target.kind == "pcode" and share >= 0.8:
        score, ground = max(0.75 + 0.25 * header, header) * share, f"{share:.0%} de p-codes de niveau {target.level}"
    elif target.kind != "currency" and target.codes and share >= 0.8 and header < _LEAST and is_peculiar(target.codes):
        score, ground = 0.55 * share, f"{share:.0%} de codes de la liste {target.codes}"
    else:
        if target.kind == "date" and target.name.startswith("starts") and header < LIKELY:
            header = max(header, column.likeness(PERIOD) * _share_of_spans(column.values[:_EXAMINED]))
        if target.name == "beneficiaries" and _share_of_counts(column.values[:_EXAMINED]) >= _SEVERAL_COUNTS:
            header = max(header, SURE)
        score = header * (0.3 + 0.7 * share)
        ground = f"en-tête « {column.header} », {share:.0%} des valeurs comprises"
    return Guess(target.name, round(score, 3), ground, header) if score >= _LEAST else None


def _is_another_figure(column: FileColumn, target: Column) -> bool:
    """Whether a header tells a figure about people, money or time that is not the one that the column asks for."""
    is_of_people = target.kind == "people" or target.name == "people"
    not_asked = _NOT_PEOPLE if is_of_people else _NOT_MONEY if target.kind == "money" else _NOT_ASKED.get(target.name)
    return (
        (is_of_people and "%" in column.name)
        or is_of_another_period(column.header, target.unit or "")
        or not {*words(column.header)}.isdisjoint(not_asked or ())
    )


def _of_places(column: FileColumn, header: float) -> tuple[float, str]:
    """The score of free text that names places: « Région de Gao, cercle d’Ansongo », « Région/Cercle/Commune »."""
    levels = sum(column.likeness(f"admin{level}_name") >= LIKELY for level in (1, 2, 3))
    named = sum(names_place(value) for value in column.values[:_EXAMINED]) / len(column.values) if column.values else 0
    ground = f"en-tête « {column.header} », {named:.0%} des valeurs nomment une région, un cercle ou une commune"
    # Elsewhere a zone is a level of its own; « Région/Cercle/Commune » is a path.
    if named >= 0.5 and (levels > 1 or (header >= LIKELY and "zone" in words(column.name))):
        return 1.01, ground
    return 0.97 * header * min(1.0, named / 0.7), ground


def _share_of_spans(values: tuple[str, ...]) -> float:
    """The share of cells that tell a beginning and an end: « Avril 2025-décembre 2025 »."""
    ends = [(date(value), date(value, end=True)) for value in values]
    spans = sum(
        first != last and not _ONE_PERIOD.fullmatch(v.strip()) for v, (first, last) in zip(values, ends, strict=True)
    )
    return spans / len(values) if values else 0.0


def _share_of_counts(values: tuple[str, ...]) -> float:
    """The share of cells that tell several counts of people: « F : 300, H : 200 »."""
    return sum(len(counts(value) or ()) > 1 for value in values) / len(values) if values else 0.0


def _share_of(column: FileColumn, target: Column) -> float:
    """The share of distinct values that this column could hold, in the currency and to the question of its header."""
    values = column.values[:_EXAMINED]
    if not values:
        return 0.0
    unit = unit_of(column.header) if target.kind in ("money", "currency") else ""
    known = _known(values, target, unit)
    return sum(n in known or answered(target, column, value) is not None for n, value in enumerate(values)) / len(
        values
    )


@lru_cache(maxsize=4096)
def _known(values: tuple[str, ...], target: Column, unit: str) -> frozenset[int]:
    """Which values a column could hold; plain numbers do not count as p-codes."""
    if target.kind == "pcode":
        return frozenset(n for n, value in enumerate(values) if pcode(value, target.level) is not None)
    return frozenset(n for n, value in enumerate(values) if understood(target, value, unit))


def _as_text(column: FileColumn, target: Column) -> float:
    """The score of a text column: names are neither numbers nor codes, but years, editions and age brackets may be."""
    values = column.values[:_EXAMINED]
    if not values:
        return 0.0
    if target.name in ("admin_code", "admin_vintage", "period", "age_group", "hours", "iati_identifier", "file_name"):
        return 1.0
    if target.name == "organization_name" and _SEVERAL_PARTNERS.search(column.name):
        return 0.6  # of a list of somebody else’s projects
    coded = sum(number(v) is not None or any(pcode(v, level) for level in (1, 2, 3)) for v in values) / len(values)
    return 1 - 0.8 * coded


def personal_ground(column: FileColumn) -> str | None:
    """Why a column must not be read: it names people, or holds their phones, e-mails or positions."""
    if column.tag and tagged(column.tag) == PERSONAL:
        return f"étiquette {column.tag}"
    values = column.values[:_EXAMINED]
    read = [value for value in values if number(value) is None or _is_phone(value)]
    if announced := _figure_announced(column):  # « 16°15'10" N » leads to nobody, nor does a budget of 8 digits
        read = [value for value in read if not understood(announced, value, unit_of(column.header))]
    kinds = [piece.kind for value in read for piece in find(value)]
    if values and len(kinds) >= 0.3 * len(values):
        labels = {PHONE: "des numéros de téléphone", EMAIL: "des courriels", ACCOUNT: "des comptes de messagerie"}
        return f"les cellules contiennent {labels.get(max(kinds, key=kinds.count), 'des positions')}"
    if _announces_person(column):
        return f"l’en-tête « {column.header} » annonce une personne ou un contact"
    return None


def _announces_person(column: FileColumn) -> bool:
    """Whether a header names a person or a contact; not « Organisation (nom complet) », which explains itself."""
    parts = [column.group, column.name, *column.header.split(".")]  # for JSON: « contact.nom »
    if likeness(phrases(column.name)[-1 if len(phrases(column.name)) == 1 else 1][0], "organization_name") >= SURE:
        parts = [column.group]
    return max(likeness(part, PERSONAL) for part in parts) >= _TELLING


def _figure_announced(column: FileColumn) -> Column | None:
    """The figure of a service that a header announces: a latitude, an amount, a number of people."""
    figures = {target.name: column.likeness(target.name) for target in SERVICE if target.is_number}
    best = max(figures, key=lambda name: figures[name])
    return SERVICE.column(best) if figures[best] >= LIKELY else None


def country_ground(column: FileColumn) -> str | None:
    """Why a column gives the country of a row, in a file with some rows in this one."""
    by_header = max(1.0 if column.tag and tagged(column.tag) == COUNTRY else 0.0, column.likeness(COUNTRY))
    values = column.values[:_EXAMINED]
    known = [countries(value) for value in values]
    is_of_countries = sum(map(bool, known)) >= 0.8 * len(values) > 0
    if by_header < LIKELY or set(words(column.header)) & _OTHER_COUNTRIES or not is_of_countries:
        return None
    return (
        f"en-tête « {column.header} », noms ou codes de pays" if any(here().iso2 in codes for codes in known) else None
    )


def names_of_people(columns: list[FileColumn], apart: dict[str, str]) -> dict[str, str]:
    """The columns « Nom » and « Fonction » of a list of people, by their headers, with the reason.

    « Nom » alone may be that of a structure: it is a person's beside a first name, or beside a function and a phone or
    e-mail if another column names the structure.
    """
    phrases = {column.header: words(column.header) for column in columns}
    named = [header for header, way in phrases.items() if way in _NAMES]
    function = [header for header, way in phrases.items() if way in _FUNCTIONS]
    has_first_name = any(way in _FIRST_NAMES for way in phrases.values())
    has_structure = any(likeness(header, "organization_name") >= LIKELY for header in phrases if header not in named)
    if not named or not (has_first_name or (function and apart and has_structure)):
        return {}
    return {header: f"« {header} » d’une personne, dans une liste de personnes" for header in (*named, *function)}


def _is_phone(value: str) -> bool:
    digits = value.lstrip("+0")
    return value.startswith("+") or (value.isdigit() and len(digits) in (8, 11))


def names_place(text: str) -> bool:
    """Whether a text names a region, a cercle or a commune of the country, perhaps among other words."""
    words = fold(text).split()
    return any(
        " ".join(words[start : start + length]) in _place_names()
        for length in (1, 2, 3)
        for start in range(len(words) - length + 1)
    )


@cache
def _place_names() -> frozenset[str]:
    names = frozenset(fold(row["name_fr"]) for row in seeds.rows("admin_area") if row["level"] != "0")
    return names - {fold(here().name.fr)}
