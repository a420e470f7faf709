"""E-mails (EML): the text that its writer wrote, without what is quoted and without the signature."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

from ingestion.errors import SourceFileError
from ingestion.readers.passages import Passage
from ingestion.readers.plain import paragraphs
from ingestion.readers.writing import Address, Writing

_REPLY = re.compile(r"^\s*(?:(?:re|tr|fw|fwd|rép|aw)\s*:\s*)+", re.IGNORECASE)
# From here on somebody else wrote it, or it says who and where the writer is.
_END = re.compile(
    r"\s*(?:-{2,}\s*(?:message d.origine|original message|forwarded message|message transféré).*|_{10,}"
    r"|(?:de|from)\s*:.*|le .{5,80} a écrit\s*:|on .{5,80} wrote\s*:|--"
    r"|(?:bien )?cordialement\W*|(?:sincères |meilleures )?salutations.{0,30}|bien à vous\W*|(?:best|kind) regards\W*)",
    re.IGNORECASE,
)
# « "Nom, Prénom (STRUCTURE)" <adresse> », with words encoded as Outlook does (brackets and all), or « adresse (Nom) ».
_ADDRESS = re.compile(
    r'(?:^|(?<=[,;:>]))(?P<name>(?:"(?:[^"\\]|\\.)*"|=\?[^?]+\?[bq]\?[^?]*\?=|[^",;<>])*+)<(?P<address>[^<>]*)>'
    r'|(?<![^\s,;:<>"])(?P<bare>[^\s,;:<>"]{1,64}@[^\s,;<>"]{1,255})(?:\s*\((?P<comment>[^()]*)\))?',
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"}


def open_mail(path: Path) -> Writing:
    """Raises SourceFileError where the file has none of the headers of an e-mail, or no text."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if not (message["from"] and (message["date"] or message["subject"])):
        raise SourceFileError(path.name, "en-têtes", "un courriel (From, Date, Subject)", f"{message.keys()[:5]}")
    body = message.get_body(preferencelist=("plain", "html"))
    text = _text(body) if isinstance(body, EmailMessage) else ""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if _END.fullmatch(line)), len(lines))
    own = ["" if line.lstrip().startswith(">") else line for line in lines[:end]]
    passages = [Passage(said, f"line={number}") for number, said in paragraphs(own)]
    return Writing(
        title=_REPLY.sub("", " ".join(str(message["subject"] or "").split())),
        day=_day(message),
        kind="courriel",
        passages=passages,
        addresses=_addresses(message),
        attachments=[part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )


def _day(message: EmailMessage) -> str:
    sent = getattr(message["date"], "datetime", None)
    return sent.date().isoformat() if sent else ""


def _addresses(message: EmailMessage) -> list[Address]:
    """Everybody in the header, as it was sent: the policy drops the comment in « Nom (STRUCTURE) <adresse> »."""
    return [
        _address(match, header.lower() == "from")
        for header, raw in message.raw_items()
        if header.lower() in ("from", "to", "cc")
        for match in _ADDRESS.finditer(" ".join(raw.split()))
    ]


def _address(match: re.Match[str], is_sender: bool) -> Address:
    name = _decoded((match["name"] or match["comment"] or "").strip(' "'))
    address = match["address"] or match["bare"] or ""
    return Address(name, address.rpartition("@")[2].lower(), is_sender, f"{name} <{address}>")


def _decoded(name: str) -> str:
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, UnicodeError, MessageError):
        return name


def _text(body: EmailMessage) -> str:
    """The body as text; one that says a charset that nobody knows is read as Windows writes it."""
    try:
        text = str(body.get_content())
    except (LookupError, UnicodeError):
        text = bytes(body.get_payload(decode=True) or b"").decode("cp1252", errors="replace")
    return _of_html(text) if body.get_content_subtype() == "html" else text


def _of_html(text: str) -> str:
    """The text of a page: a line for every block, without styles and scripts."""
    from lxml import etree, html

    if not text.strip():
        return ""
    page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    for node in list(page.iter("style", "script", "head", "title", etree.Comment)):
        node.drop_tree()
    for node in page.iter():
        if node.tag == "blockquote":
            tail = node.tail
            node.clear()  # a quoted message
            node.tail = tail
        is_block = node.tag in _BLOCKS
        node.text = ("\n" if is_block else "") + ("- " if node.tag == "li" else "") + _SPACES.sub(" ", node.text or "")
        node.tail = ("\n" if is_block else "") + _SPACES.sub(" ", node.tail or "")
    return str(page.text_content())
