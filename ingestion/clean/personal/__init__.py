"""Personal data that people type where it does not belong: phones, e-mails, accounts, positions, announced names.

Pure functions. What looks alike and is no personal data is left alone: dates, spans of years, uuids, decimal numbers
and amounts. Where a text could be either, it is removed: a lost figure can be asked for again, a published phone cannot
be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ingestion.clean.personal.emails import accounts, emails
from ingestion.clean.personal.figures import GONE
from ingestion.clean.personal.names import names as announced_names
from ingestion.clean.personal.phones import phones, runs
from ingestion.clean.personal.plain import plain
from ingestion.clean.personal.positions import positions

PHONE, EMAIL, ACCOUNT, COORDINATES, NAME = "phone", "email", "account", "coordinates", "name"
MARKS = {
    PHONE: "[numéro retiré]",
    EMAIL: "[courriel retiré]",
    ACCOUNT: "[compte retiré]",
    COORDINATES: "[position retirée]",
    NAME: "[nom retiré]",
}
# Nothing can be found in a text without one of these: most texts go no further. Read by Python and, with `\d` spelled
# out, by RE2: no lookaround. `\d` has the digits of every script, the class those that are small or in a circle.
SUSPECT = "|".join(
    [
        r"\d(?:\D{0,6}\d){4}|\d[.,]\d\d|\d\D{0,3}\u20e3|[²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒🄀-🄊]|\d[OoIl]",
        r"[@＠﹫°º˚]|&(?:#|[A-Za-z]{2,31};)|%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}",
        r"[(\[{<]\s?(?:a|at|arobase|arrobase|arobas|chez)\s?[)\]}>]|\s(?:at|arobase|arrobase|arobas|chez)\s",
        r"\+[23456789CFGHJMPQRVWX]{2,3}|[a-z]\.(?:gl|me|co|org|com|codes|net|cz)[/?]|///|geohash|maps\.google",
        r"(?:skype|fb|facebook|messenger|insta|instagram|twitter|tik\s?tok|snap|snapchat|telegram|viber|signal|imo|linkedin"
        r"|whats\s?app)\s?[:=]",
        r"(?:z[eé]ro|vingt|trente|quarante|cinquante|soixante|dix|six|sept|huit|neuf|zero|one|two|three|seven|eight|nine)\W",
    ]
)
_SUSPECT = re.compile(SUSPECT, re.IGNORECASE)
_KINDS: tuple[tuple[str, Callable[[str], Iterable[tuple[int, int]]]], ...] = (
    (EMAIL, emails),
    (COORDINATES, positions),
    (ACCOUNT, accounts),
    (PHONE, phones),
)


class Removed(NamedTuple):
    """One piece of personal data found in a text: its kind (a key of MARKS) and how it reads."""

    kind: str
    text: str


class _Piece(NamedTuple):
    start: int
    end: int
    kind: str


def find(text: str) -> list[Removed]:
    """The phones, e-mails, accounts and coordinates in a text, in their order."""
    return [Removed(kind, text[start:end]) for start, end, kind in _pieces(text)]


def redact(text: str, names: bool = False) -> tuple[str, list[Removed]]:
    """(text without personal data, what was taken out). With ``names`` also names after a civility, a title or a label.

    Each piece leaves a mark such as « [numéro retiré] », so that the sentence can still be read; a text without any
    comes back as it is. Nothing is found in a text that was redacted: it is looked at again until that is so.
    """
    removed: list[Removed] = []
    while pieces := _pieces(text) or (_names(text) if names else []):
        removed += [Removed(kind, text[start:end]) for start, end, kind in pieces]
        for start, end, kind in reversed(pieces):
            text = text[:start] + MARKS[kind] + text[end:]
    return text, removed


def digit_runs(text: str) -> set[str]:
    """The digits of each run in a text that is long enough for a phone, whatever they are there."""
    return runs(plain(text).text) if _SUSPECT.search(text) else set()


def _pieces(text: str) -> list[_Piece]:
    return sorted(_found(text)) if _SUSPECT.search(text) else []


def _found(text: str) -> Iterator[_Piece]:
    read = plain(text)
    left = read.text
    for kind, spans in _KINDS:
        for start, end in list(spans(left)):
            yield _Piece(*read.original(start, end), kind)
            left = left[:start] + GONE * (end - start) + left[end:]


def _names(text: str) -> list[_Piece]:
    return [_Piece(start, end, NAME) for start, end in announced_names(text)]
