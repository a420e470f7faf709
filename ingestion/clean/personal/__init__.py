"""Personal data typed where it does not belong: phones, e-mails, accounts, positions, announced names.

Pure functions. Similar but harmless text is left alone: dates, spans of years, uuids, decimal numbers and amounts.
Ambiguous text is removed: a lost figure can be asked for again, a published phone cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ingestion.clean.personal.emails import accounts, emails
from ingestion.clean.personal.figures import GONE
from ingestion.clean.personal.person_names import names as announced_names
from ingestion.clean.personal.phones import digit_runs, phones
from ingestion.clean.personal.plain_form import plain
from ingestion.clean.personal.positions import positions
from ingestion.clean.text import fold

PHONE, EMAIL, ACCOUNT, COORDINATES, NAME = "phone", "email", "account", "coordinates", "name"
MARKS = {
    PHONE: "[numéro retiré]",
    EMAIL: "[courriel retiré]",
    ACCOUNT: "[compte retiré]",
    COORDINATES: "[position retirée]",
    NAME: "[nom retiré]",
}
# A fast filter: a lower-case text without any of these has no finding. Python and RE2 read
# it alike: no lookaround, no \d, \w and \s.
_GAP = r"[^0-9a-z]{0,40}"
_SIDE = r"(?:[nseow](?:[^a-z]|$)|nord|sud|est|ouest|north|south|east|west)"
SUSPECT = "|".join(
    [
        r"[0-9](?:[^0-9a-z]*[0-9oil]){6}",  # a phone, UTM
        rf"[0-9][.,][0-9][0-9]|[°º]|[0-9]{_GAP}(?:d|o|deg[a-zé]*){_GAP}[0-9]",  # decimals and degrees
        rf"[0-9][^0-9a-z]{{1,40}}[0-9][0-9]?{_GAP}(?:[ms][a-z]*)?{_GAP}{_SIDE}",  # 14 29 N
        rf"[nseow]{_GAP}[0-9][0-9]?[0-9]?[^0-9a-z]{{1,40}}[0-9]",  # N 14 29
        r"[0-9][c-x] ?[a-z][a-z] ?[0-9][0-9][0-9]|\+[23456789cfghjmpqrvwx][23456789cfghjmpqrvwx]",  # MGRS, plus codes
        r"geo[:h]|///|(?:point|linestring|polygon) ?[zm]? ?[zm]? ?\(",
        r"\.(?:gl|me|co|org|com|codes|net|cz|google|link)[/?.]|maps[/?]",  # maps and accounts
        r"@|(?:^|[^a-z])(?:at|arobase|arrobase|arobas|chez)[^a-z]|[(\[{<] ?a ?[)\]}>]",
        r"(?:skype|fb|facebook|messenger|insta|instagram|twitter|tik ?tok|snap|snapchat|telegram|viber|signal|imo|ig"
        r"|linkedin|whats ?app)[^a-z]?[:=]",
        r"(?:z[eé]ro|vingts?|trente|quarante|cinquante|soixante|dix|six|sept|huit|neuf|zero|one|two|three|seven|eight"
        r"|nine)[^a-z]",
        "[²³¹]|[^\x01-\u024f\u2010-\u2027\u202f-\u205e€]",  # changed by the plain form: digits of other scripts
        r"&(?:#|[a-z])|%[0-9a-f][0-9a-f]|\\u[0-9a-f]",
    ]
)
_SUSPECT = re.compile(SUSPECT)
# Parts of a claim id, shape:document:place#attribute@entity, and places themselves: a range of cells (A22567:AN22567),
# the id of a submission; a text that is a uuid and nothing else. They are never personal, and many thousands.
AROUND_PLACE = (
    r"^[a-z_]+:[0-9a-f]{16}:|#[a-z][a-z0-9_>]*@[a-z_]+$|\b[a-z]{1,3}[0-9]{1,6}:[a-z]{1,3}[0-9]{1,6}\b"
    r"|\buuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
)
_AROUND_PLACE = re.compile(AROUND_PLACE)
_KINDS: tuple[tuple[str, Callable[[str], Iterable[tuple[int, int]]]], ...] = (
    (EMAIL, emails),
    (COORDINATES, positions),
    (ACCOUNT, accounts),
    (PHONE, phones),
)


class Removed(NamedTuple):
    """One piece of personal data found in a text: its kind (a key of MARKS) and its wording."""

    kind: str
    text: str


class _Piece(NamedTuple):
    start: int
    end: int
    kind: str


def find(text: str) -> list[Removed]:
    """The phones, e-mails, accounts and coordinates in a text, in order."""
    return [Removed(kind, text[start:end]) for start, end, kind in _pieces(text)]


def redact(text: str, names: bool = False) -> tuple[str, list[Removed]]:
    """(text without personal data, removed pieces). With ``names`` also names after a civility, a title or a label.

    Each piece leaves a mark such as « [numéro retiré] », so that the sentence remains readable; a text without any is
    returned unchanged. The result is searched again until nothing is found.
    """
    removed: list[Removed] = []
    while pieces := _pieces(text) or (_names(text) if names else []):
        removed += [Removed(kind, text[start:end]) for start, end, kind in pieces]
        for start, end, kind in reversed(pieces):
            text = text[:start] + MARKS[kind] + text[end:]
    return text, removed


def plain_text(text: str) -> str:
    """A text as `find` reads it: normalised digits, escapes and invisible characters."""
    return plain(text).text


def out_of_context(text: str) -> bool:
    """Whether parts of a text look personal when isolated.

    Its runs of digits, and the text in lower case without signs: the form of keys, file names and truncated lines.
    """
    return bool(find(fold(text))) or any(find(run) for run in digit_runs(plain_text(text)))


def _pieces(text: str) -> list[_Piece]:
    return list(_sorted(text)) if _SUSPECT.search(_AROUND_PLACE.sub("", text.lower())) else []


@lru_cache(100_000)  # each publication is searched twice: when built and when published
def _sorted(text: str) -> tuple[_Piece, ...]:
    return tuple(sorted(_personal_pieces(text)))


def _personal_pieces(text: str) -> Iterator[_Piece]:
    read = plain(text)
    left = read.text
    for kind, spans in _KINDS:
        for start, end in list(spans(left)):
            yield _Piece(*read.original(start, end), kind)
            left = left[:start] + GONE * (end - start) + left[end:]


def _names(text: str) -> list[_Piece]:
    return [_Piece(start, end, NAME) for start, end in announced_names(text)]
