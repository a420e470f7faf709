"""E-mails (EML): the text that its writer wrote, without what is quoted and without the signature."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

from ingestion.errors import SourceFileError
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.texts.html import read_html
from ingestion.readers.texts.passages import Passage
from ingestion.readers.texts.plain import drawn_tables, paragraphs
from ingestion.readers.texts.writing import Address, Writing

_REPLY = re.compile(r"^\s*(?:(?:re|tr|fw|fwd|rép|aw)\s*:\s*)+", re.IGNORECASE)
# From here on somebody else wrote it.
_QUOTED = re.compile(
    r"\s*(?:-{2,}\s*(?:message d.origine|original message|forwarded message|message transféré).*|_{10,}"
    r"|le .{5,80} a écrit\s*:|on .{5,80} wrote\s*:)",
    re.IGNORECASE,
)
# « De : » begins the header of a quoted message where the rest of one follows; « De : 8h à 17h » does not.
_FROM = re.compile(r"\s*\**(?:de|from)\s*:.*", re.IGNORECASE)
_HEADER = re.compile(r"\s*\**(?:envoyé|date|sent|à|a|to|cc|objet|subject)\s*:.*", re.IGNORECASE)
_HEADER_LINES = 4
_LONGEST_HEADER = 20_000  # characters; the library takes 10 KB of memory for each encoded word of a subject
# From here on it says who and where the writer is, up to a postscript.
_SIGNATURE = re.compile(
    r"\s*(?:--|(?:bien )?cordialement\W*|(?:sincères |meilleures )?salutations.{0,30}|bien à vous\W*"
    r"|(?:best|kind) regards\W*)",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?-?s\.?|post-scriptum|n\.?b\.?)\s*[:.–-].*", re.IGNORECASE)
# « "Nom, Prénom (STRUCTURE)" <adresse> », with words encoded as Outlook does (brackets and all), or « adresse (Nom) ».
_ADDRESS = re.compile(
    r'(?:^|(?<=[,;:>]))(?P<name>(?:"(?:[^"\\]|\\.)*"|=\?[^?]+\?[bq]\?[^?]*\?=|[^",;<>])*+)<(?P<address>[^<>]*)>'
    r'|(?<![^\s,;:<>"])(?P<bare>[^\s,;:<>"]{1,64}@[^\s,;<>"]{1,255})(?:\s*\((?P<comment>[^()]*)\))?',
    re.IGNORECASE,
)


def open_mail(path: Path) -> Writing:
    """Raises SourceFileError where the file has none of the headers of an e-mail, or no text."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    for header, raw in message.raw_items():
        if header.lower() in ("from", "date", "subject") and len(raw) > _LONGEST_HEADER:
            wanted = f"au plus {_LONGEST_HEADER} caractères"
            raise SourceFileError(path.name, f"en-tête {header.title()}", wanted, f"{len(raw)} caractères")
    if not ({"date", "subject"} & {name.lower() for name in message} and message["from"]):
        raise SourceFileError(
            path.name, "en-têtes", "un courriel (From, Date, Subject)", f"{len(message.keys())} en-tête(s), pas ceux-là"
        )
    parts = [_body(path.name, message, "")]
    attached = list(message.iter_attachments())
    forwarded = [part for part in attached if part.get_content_type() == "message/rfc822"]
    inner = [one for part in forwarded if isinstance(one := part.get_content(), EmailMessage)]
    parts += [_body(path.name, one, f"message={number};") for number, one in enumerate(inner, 1)]
    return Writing(
        title=_REPLY.sub("", " ".join(_subject(message).split())),
        day=_day(message),
        kind="courriel",
        passages=[passage for part in parts for passage in part.passages],
        grids=[grid for part in parts for grid in part.grids],
        addresses=_addresses(message) + [replace(a, is_sender=False) for one in inner for a in _addresses(one)],
        attachments=[
            part.get_filename() or part.get_content_type()
            for part in (*attached, *(part for one in inner for part in one.iter_attachments()))
            if part not in forwarded
        ],
        notes=[part.note for part in parts if part.note],
    )


@dataclass(frozen=True)
class _Body:
    """What its writer wrote, and how many lines are not his own."""

    passages: list[Passage]
    grids: list[Grid]
    note: str


def _body(file: str, message: EmailMessage, prefix: str) -> _Body:
    """The body of a message; ``prefix`` begins the places of an attached one."""
    text, tables = _text(file, message)
    lines = text.splitlines()
    own, left = _own(lines)
    passages = [Passage(paragraph, f"{prefix}line={number}") for number, paragraph in paragraphs(own)]
    shown = [tables[line.strip()] for line in own if line.strip() in tables]
    grids = shown or list(drawn_tables(file, own))
    note = f"{prefix or 'courriel : '}{left} ligne(s) non lue(s), d’un message cité ou transféré" if left else ""
    return _Body(passages, [replace(grid, sheet=f"{prefix}{grid.sheet}") for grid in grids], note)


def _own(lines: list[str]) -> tuple[list[str], int]:
    """The lines, "" where they are quoted or of the signature; and how many of them say something and are quoted."""
    own: list[str] = []
    is_signature = False
    for number, line in enumerate(lines):
        is_header = any(map(_HEADER.fullmatch, lines[number + 1 : number + 1 + _HEADER_LINES]))
        if _QUOTED.fullmatch(line) or (_FROM.fullmatch(line) and is_header):
            break
        is_signature = not _POSTSCRIPT.fullmatch(line) and (is_signature or bool(_SIGNATURE.fullmatch(line)))
        own.append("" if is_signature or line.lstrip().startswith(">") else line)
    left = [line for number, line in enumerate(lines) if number >= len(own) or line.lstrip().startswith(">")]
    return own + [""] * (len(lines) - len(own)), sum(1 for line in left if line.strip())


def _day(message: EmailMessage) -> str:
    """The day in the header; "" where it says none that exists (an offset of 9999999999999 hours)."""
    try:
        sent = getattr(message["date"], "datetime", None)
    except (ValueError, OverflowError):
        return ""
    return sent.date().isoformat() if sent else ""


def _subject(message: EmailMessage) -> str:
    raw = next((raw for header, raw in message.raw_items() if header.lower() == "subject"), "")
    return str(message["subject"] or "") if raw.isascii() else _decoded(_in_letters(raw))


def _in_letters(raw: str) -> str:
    """A header with bytes beyond ASCII, which the library keeps as surrogates: in UTF-8, or as Windows writes it.

    « From: Hôpital Fictif Général <a@example.org> » in Latin-1, without the encoding that the standard asks for.
    """
    if raw.isascii():
        return raw
    data = raw.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _addresses(message: EmailMessage) -> list[Address]:
    """Everybody in the header, as it was sent: the policy drops the comment in « Nom (STRUCTURE) <adresse> »."""
    return [
        _address(match, header.lower() == "from")
        for header, raw in message.raw_items()
        if header.lower() in ("from", "to", "cc")
        for match in _ADDRESS.finditer(" ".join(_in_letters(raw).split()))
    ]


def _address(match: re.Match[str], is_sender: bool) -> Address:
    name = _decoded((match["name"] or match["comment"] or "").strip(' "'))
    address = match["address"] or match["bare"] or ""
    return Address(name, address.rpartition("@")[2].lower(), is_sender, f"{name} <{address}>")


def _decoded(name: str) -> str:
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, ValueError, MessageError):
        return name


def _text(file: str, message: EmailMessage) -> tuple[str, dict[str, Grid]]:
    """The body as text, and the tables that lines of it stand for: as HTML where only that holds tables."""
    plain, page = (message.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    text = _decoded_body(plain) if isinstance(plain, EmailMessage) else ""
    if not isinstance(page, EmailMessage):
        return text, {}
    shown, tables = read_html(file, _decoded_body(page))
    is_drawn = any(line.lstrip().startswith("|") for line in text.splitlines())
    return (shown, tables) if not text or (tables and not is_drawn) else (text, {})


def _decoded_body(body: EmailMessage) -> str:
    """An unknown charset is read as Windows-1252."""
    try:
        return str(body.get_content())
    except (LookupError, ValueError):  # a charset with a NUL in its name is a ValueError
        return bytes(body.get_payload(decode=True) or b"").decode("cp1252", errors="replace")
