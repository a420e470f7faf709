"""E-mails, also in words (« awa arobase exemple point org »), and accounts in messaging services."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_ENDING = r"(?:com|org|net|info|int|edu|gov|gouv|ong|ngo|africa|[a-z]{2})"  # required if the signs are ambiguous
_PROVIDER = r"(?:gmail|yahoo|ymail|hotmail|outlook|live|icloud|protonmail|proton|afribonemali|orangemali|malinet)"
_LOCAL = r"(?<![\w.+\-])(?:\"[^\"@]{1,64}\"|[\w.+\-]{1,64})"
_WORD_AT = r"(?:at|arobase|arrobase|arobas|chez)"
_OPEN, _CLOSE = r"(?:\s?[(\[{<]|\s[\-_*~|]{1,2})\s?", r"\s?(?:[)\]}>]\s?|[\-_*~|]{1,2}\s)"  # (at), -at-
_SIGN = rf"(?:\s?@\s?|{_OPEN}(?:{_WORD_AT}|a|@){_CLOSE})"
_DOT = rf"(?:\.{{1,3}}|\s\.\s|{_OPEN}(?:dot|point|\.){_CLOSE}|\s(?:dot|point)\s)"
_LABEL = r"[^\W_][\w\-]*"
_PATTERN = re.compile(
    "|".join(
        [
            rf"{_LOCAL}{_SIGN}(?:{_LABEL}\.)+[^\W\d_]{{2,}}",  # not bootstrap-table@1.19.1
            rf"{_LOCAL}{_SIGN}(?:{_LABEL}\s?(?:,|{_DOT})\s?)+{_ENDING}(?![^\W_])",
            rf"{_LOCAL}{_SIGN}(?:{_LABEL}{_DOT})+[^\W\d_]{{2,}}",
            rf"{_LOCAL}\s?@\s?{_PROVIDER}(?![^\W_])",
            # « more at example.org » refers to a site
            rf"(?<![\w.+\-])(?!(?:more|available|us|look|found|found|online|visit|based|see|information|accessible)\sat)"
            rf"(?:[\w.+\-]{{2,64}}(?:\spoint\s|\sdot\s))?[\w.+\-]{{2,64}}\s{_WORD_AT}\s"
            rf"(?!www\.|https?:)(?:{_LABEL}{_DOT})+{_ENDING}(?![^\W_])",
        ]
    ),
    re.IGNORECASE,
)

_SERVICE = (  # words that precede an account; `SUSPECT` has them too
    r"(?:skype|fb|facebook|messenger|insta(?:gram)?|twitter|tik\s?tok|snap(?:chat)?|telegram|viber|signal|imo|linkedin"
    r"|whats\s?app)"
)
_ACCOUNT = re.compile(
    "|".join(
        [
            # « Facebook : oui » names nobody
            rf"(?<![^\W_]){_SERVICE}\s?[:=]\s?(?:@|(?=[^\W\d_]+[\d_.][\w]))[^\W\d_][\w.\-]{{2,}}(?![^\W_])",
            r"(?<![^\W_])(?:skype|insta(?:gram)?|snap(?:chat)?|ig)\s?[:=]\s?(?:live:)?[^\W\d_][\w.\-]{3,}(?![^\W_])",
            rf"(?<![^\W_]){_SERVICE}\s@[\w.\-]{{3,}}",
            r"wa\.me/(?:message|qr)/\w+",
            r"(?:t|m|telegram)\.me/\+?[a-z_][\w.\-]{3,}",
            r"(?:facebook|fb|instagram|tiktok|twitter|x|snapchat|linkedin)\.com/(?:@|in/|add/|profile\.php\?id=)?[\w.\-]{3,}",
            r"(?:chat\.whatsapp\.com|join\.skype\.com|wa\.link)/[\w\-]{4,}",
            r"(?<![^\s(:;,])@(?=[\w.]*[\d_.][\w])[^\W\d_][\w.]{3,}(?![^\W_])",  # @awa_fictive; not @media
        ]
    ),
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Span]:
    """The positions of e-mails in a plain text."""
    return (match.span() for match in _PATTERN.finditer(text))


def accounts(text: str) -> Iterator[Span]:
    """The positions of personal accounts in messaging services in a plain text."""
    return (match.span() for match in _ACCOUNT.finditer(text))
