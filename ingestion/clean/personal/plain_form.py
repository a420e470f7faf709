"""The plain form of a text, for which the patterns are written, and the original position of each character.

One form for what people type and what files make of it: digits of every script are ASCII, `&#64;`, `%40` and `\\u0040`
are « @ », zero-width characters are gone, all white space is one space.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

# As HTML, URL and script escapes; double escapes are unescaped twice.
_ESCAPED = re.compile(
    r"&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});|(?:%(?:25)*[0-9A-Fa-f]{2})+|\\+u[0-9a-fA-F]{4}"
)
_NEEDS_WORK = re.compile(r"[^\x21-\x7e ]|[&%\\]|  ")
_DEGREE = re.compile("(?<![⁰¹²³⁴-⁹])⁰(?![⁰¹²³⁴-⁹])")  # a small zero is often typed for « ° »
_LOOKALIKES = str.maketrans(
    {**dict.fromkeys("º˚∘", "°"), **dict.fromkeys("’‘′´`ʹʼ", "'"), **dict.fromkeys("“”″〃ʺ", '"'), "−": "-", "。": "."}
)
_DASHES, _SPACES = frozenset({"Pd"}), frozenset({"Zs", "Zl", "Zp", "Cc"})
_NOTHING = frozenset({"Cf", "Mn", "Me"})  # zero-width characters, combining accents, keycap frames


@dataclass(frozen=True)
class Plain:
    """``text``: the plain form of an original of this ``length``; ``starts``, ``ends``: its original positions."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    length: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The position in the original of start:end of the plain form."""
        following = self.starts[end] if end < len(self.text) else self.length
        return self.starts[start], max(self.ends[end - 1], following)  # with the invisible characters after it


def plain(text: str) -> Plain:
    """The plain form of a text."""
    if not _NEEDS_WORK.search(text):
        return Plain(text, range(len(text)), range(1, len(text) + 1), len(text))
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, sign in _signs(_DEGREE.sub("°", text)):
        if sign == " " and signs and signs[-1] == " ":
            ends[-1] = end
            continue
        signs.append(sign)
        starts.append(start)
        ends.append(end)
    return Plain("".join(signs), starts, ends, len(text))


def _signs(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, plain character) for each character of a text that has one."""
    position = 0
    for escaped in _ESCAPED.finditer(text):
        yield from _as_they_stand(text, position, escaped.start())
        for sign in _unescaped(escaped[0]):
            yield from ((*escaped.span(), one) for one in _plain_sign(sign))
        position = escaped.end()
    yield from _as_they_stand(text, position, len(text))


def _as_they_stand(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for position in range(start, end):
        sign = text[position]
        if "\x20" <= sign <= "\x7e":
            yield position, position + 1, sign
        else:
            yield from ((position, position + 1, one) for one in _plain_sign(sign))


def _unescaped(escaped: str) -> str:
    if escaped.startswith("\\"):
        return chr(int(escaped[-4:], 16))
    if escaped.startswith("%"):
        return unquote(re.sub("%(?:25)+(?=[0-9A-Fa-f]{2})", "%", escaped))
    while (inner := html.unescape(escaped)) != escaped:
        escaped = inner
    return escaped


def _plain_sign(sign: str) -> str:
    """The plain form of a character: none, one or several."""
    if (digit := unicodedata.digit(sign, None)) is not None:
        return str(digit)
    sign = sign.translate(_LOOKALIKES)
    category = unicodedata.category(sign)
    if category in _NOTHING:
        return ""
    if category in _SPACES:
        return " "
    if category in _DASHES:
        return "-"
    if sign.isascii() or sign == "°" or category == "No":  # ½ is not 1 and 2
        return sign
    return unicodedata.normalize("NFKC", sign)
