"""The personal data in one text: patterns, and known values of `restricted`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from ingestion.clean import personal
from ingestion.clean.numbers import number
from ingestion.clean.text import fold
from ingestion.records.personal import DECLARED, SHELTER
from ingestion.records.shelters import HALVES

KNOWN_PHONE, KNOWN_EMAIL, KNOWN_NAME, KNOWN_POINT = "known_phone", "known_email", "known_name", "known_point"
PLACE_OF_SHELTER, NOT_PERMITTED = "place_of_shelter", "not_permitted"
SENTENCES = {
    personal.PHONE: "numéro de téléphone",
    personal.EMAIL: "adresse électronique",
    personal.ACCOUNT: "compte d’une messagerie",
    personal.COORDINATES: "coordonnées",
    KNOWN_PHONE: "numéro de téléphone gardé dans restricted",
    KNOWN_EMAIL: "adresse électronique gardée dans restricted",
    KNOWN_NAME: "nom de personne gardé dans restricted",
    KNOWN_POINT: "coordonnées gardées dans restricted",
    PLACE_OF_SHELTER: "lieu d’un hébergement de victimes, ou de ce qui en est trop près",
    NOT_PERMITTED: "téléphone qu’aucune source ne permet de publier",
}

Point = tuple[float, float]
_DIGITS = re.compile(r"\d(?:[\W_]{0,3}\d)*")
_DECIMAL = re.compile(r"[-+]?\d{1,3}[.,]\d{3,}")
_EMAIL = re.compile(r"[\w.+\-]+@[\w.\-]+")
_NAME = re.compile(r"(?:[A-ZÀ-ÞŒ][\w’'.-]*|ag|ould|dit|ben)(?:\s+(?:[A-ZÀ-ÞŒ][\w’'.-]*|ag|ould|dit|ben)){1,4}")
_NAME_COLUMN = re.compile(r"(?:^|[^a-z])(?:nom|noms|prenom|prenoms|name|names)(?:$|[^a-z])")
_WORDS_OF_A_NAME = range(2, 7)


@dataclass(frozen=True)
class Finding:
    """Where something personal was found and of which kind (a key of TOLD); never the value itself."""

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{personal.redact(self.file)[0]} · {personal.redact(self.place)[0]} : {SENTENCES[self.kind]}"


@dataclass(frozen=True)
class Known:
    """Values to search for: phones (last 8 digits), e-mails and names (folded), points (lat, lon, 4 decimals).

    ``public_phones`` and ``public_points`` may be published and are no findings. ``let_through``: texts (``squashed``)
    published because nothing personal is in them, although parts of them look personal out of context; what
    deliverables derive from them (keys, file names, truncated lines) is no finding. ``shelters``: points that no
    located service may be near; ``unplaced``: services whose place is withheld. ``public_email``: the publisher's own.
    """

    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    points: frozenset[Point] = frozenset()
    public_phones: frozenset[str] = field(default_factory=frozenset)
    public_points: frozenset[Point] = field(default_factory=frozenset)
    let_through: Callable[[], frozenset[str]] = frozenset
    shelters: frozenset[Point] = field(default_factory=frozenset)
    unplaced: frozenset[str] = field(default_factory=frozenset)
    public_email: str = ""

    @property
    def has_values(self) -> bool:
        """Whether texts have to be compared with values, or only with patterns."""
        return bool(self.phones or self.emails or self.names or self.points)


def known_of(
    values: pd.DataFrame,
    public_phones: Collection[str] = (),
    stated_names: Collection[str] = (),
    public_points: Collection[Point] = (),
    unplaced: Collection[str] = (),
) -> Known:
    """The values to search for, from the personal values (columns of vault.VALUES).

    A phone withheld in one submission and published with consent in another is public; the name of a structure or a
    place is not that of a person.
    """
    permitted = {digits for phone in public_phones for digits in phones_in(phone)}
    texts = values["value"].dropna()
    shelters = values[values["kind"].eq(SHELTER)]
    return Known(
        phones=frozenset({digits for text in texts for digits in phones_in(text)} - permitted),
        emails=frozenset(email.casefold() for text in texts for email in _EMAIL.findall(personal.plain_text(text))),
        names=frozenset(set(_names(values)) - {fold(name) for name in stated_names}),
        points=frozenset({point for text in texts for point in points_in(text)} | _rounded(points_of(shelters))),
        public_phones=frozenset(permitted),
        public_points=frozenset(_rounded(public_points)),
        shelters=frozenset(points_of(shelters)),
        unplaced=frozenset(unplaced),
    )


def _names(values: pd.DataFrame) -> list[str]:
    """Names of persons: after a civility, in columns of names, or in cells that look like one."""
    rows = zip(values["kind"], values["column"], values["value"], strict=True)
    names = [fold(text) for kind, column, text in rows if text and _is_name(kind, column, text)]
    return [name for name in names if len(name.split()) in _WORDS_OF_A_NAME]


def _is_name(kind: str, column: str, text: str) -> bool:
    if kind != DECLARED:
        return kind == personal.NAME
    return bool(_NAME_COLUMN.search(fold(column)) or _NAME.fullmatch(text.strip()))


def points_of(shelters: pd.DataFrame) -> list[Point]:
    """The points of shelters (columns of vault.VALUES), in degrees as they were written.

    Latitude and longitude of one shelter are consecutive cells of a row of the document.
    """
    points = []
    for _, rows in shelters[shelters["column"].isin(HALVES)].groupby("document_id", sort=False):
        latitudes, longitudes = (
            [number(text) for text in rows.loc[rows["column"].eq(name), "value"]] for name in HALVES
        )
        pairs = zip(latitudes, longitudes, strict=False)
        points += [(y, x) for y, x in pairs if y is not None and x is not None]
    return points


def _rounded(points: Collection[Point]) -> set[Point]:
    return {(round(y, 4), round(x, 4)) for y, x in points}


def kinds_in(text: str, known: Known, is_number: bool = False, is_own: bool = False) -> set[str]:
    """The kinds of personal data in a text. In numbers and in our own code only known values are searched for."""
    pieces = [] if is_number or is_own else personal.find(text)
    kinds = {piece.kind for piece in pieces if not _is_public(piece, known) and not _is_let_through(piece, known)}
    if not known.has_values:
        return kinds
    text = personal.plain_text(text)  # of dbt docs, four million characters
    if known.phones and phones_in(text) & known.phones:
        kinds.add(KNOWN_PHONE)
    if known.emails and "@" in text and known.emails & {email.casefold() for email in _EMAIL.findall(text)}:
        kinds.add(KNOWN_EMAIL)
    if known.points and known.points & points_in(text):
        kinds.add(KNOWN_POINT)
    if known.names and any(sign.isalpha() for sign in text) and _holds_name(text, known.names):
        kinds.add(KNOWN_NAME)
    return kinds


def _is_public(piece: personal.Removed, known: Known) -> bool:
    if piece.kind == personal.PHONE:
        digits = phones_in(piece.text)
        return bool(digits) and digits <= known.public_phones
    if piece.kind == personal.EMAIL:
        return {email.casefold() for email in _EMAIL.findall(piece.text)} == {known.public_email}
    return piece.kind == personal.COORDINATES and bool(points_in(piece.text) & known.public_points)


def _is_let_through(piece: personal.Removed, known: Known) -> bool:
    wanted = squashed(piece.text)
    return bool(wanted) and any(wanted in text for text in known.let_through())


def squashed(text: str) -> str:
    """Letters and digits alone: independent of how a text was folded, truncated or grouped."""
    return fold(text).replace(" ", "")


def phones_in(text: str) -> set[str]:
    """The last 8 digits up to the end of each group of digits: « +223 76 12 34 56 » gives 76123456."""
    phones = set()
    for run in _DIGITS.findall(personal.plain_text(text)):
        digits = ""
        for group in re.findall(r"\d+", run):
            digits += group
            if len(digits) >= 8:
                phones.add(digits[-8:])
    return phones


def points_in(text: str) -> set[Point]:
    """Each pair of consecutive decimals, as (latitude, longitude) in both orders, to 4 decimals."""
    decimals = [float(decimal.replace(",", ".")) for decimal in _DECIMAL.findall(text)]
    pairs = {(round(a, 4), round(b, 4)) for a, b in pairwise(decimals)}
    return pairs | {(b, a) for a, b in pairs}


def _holds_name(text: str, names: frozenset[str]) -> bool:
    words = fold(text).split()
    return any(
        " ".join(words[start : start + length]) in names
        for length in {len(name.split()) for name in names}
        for start in range(len(words) - length + 1)
    )
