"""How a text table was saved: by its bytes, line by line where two encodings are mixed."""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.errors import SourceFileError

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SAMPLE = 1 << 16
# What offices save where it is not UTF-8: Windows, old Macs, the command line of Windows and old databases.
_SINGLE = ("cp1252", "mac_roman", "cp850")
_NAMES = {"cp1252": "Windows (cp1252)", "mac_roman": "Mac (Mac Roman)", "cp850": "DOS (cp850)"}
# How often French texts hold these signs, roughly; what is none of them speaks against an encoding.
_FRENCH: dict[str, float] = {
    "é": 20,
    "è": 4,
    "à": 5,
    "ê": 2,
    "ç": 1,
    "É": 2,
    "’": 5,
    "ù": 1,
    "â": 1,
    "î": 1,
    "ô": 1,
    "û": 1,
    "ë": 1,
    "ï": 1,
}
_FRENCH |= dict.fromkeys("ÀÈÊÇÂÎÔœŒñöäáíóúüã“”«»–—…°€\u00a0", 0.5)
_NO_FRENCH = -5
# Two or three signs that are the bytes of one letter: Ã© for é, â€™ for ’. It must be a letter that French has: é, a
# no-break space and » are the bytes of 頻, and the end of « Santé ».
_BYTES = "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
_SEEN_AGAIN = re.compile(f"[ÂÃÅ][{_BYTES}]|â[{_BYTES}]{{2}}")
_MENDED = re.compile("[\u00a0-\u017f\u2010-\u203a\u20ac]")


@dataclass(frozen=True)
class Held:
    """A text table that is in memory and not in a file: what reading it asks of a path."""

    name: str
    content: bytes

    def open(self, mode: str = "r", **how: Any) -> IO[Any]:
        """The content, as bytes or as text."""
        file = io.BytesIO(self.content)
        return file if mode == "rb" else io.TextIOWrapper(file, **how)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)


@dataclass(frozen=True)
class Encoding:
    """``name``: that of the file, or of its lines that are no UTF-8 where ``is_mixed``. ``sample``: its beginning."""

    name: str
    sample: str
    is_mixed: bool = False


def encoding_of(path: Path | Held) -> Encoding:
    """The encoding of a text table. Raises SourceFileError where it is no text, or cut."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip():
        raise SourceFileError(path.name, "premier octet", "un tableau de texte", "un fichier vide")
    name = next((name for bom, name in _BOMS.items() if head.startswith(bom)), None) or _unmarked(head)
    try:
        _check_text(path, name)
    except UnicodeDecodeError as error:
        if not name.startswith("utf-8"):
            raise _cut(path, name) from error
        return _by_lines(path, head)
    return Encoding(name, head.decode(name, errors="replace").removeprefix("\ufeff"))


def opened(path: Path | Held, encoding: Encoding) -> IO[str]:
    """The text of the table, each line in its own encoding."""
    if encoding.is_mixed:
        with path.open("rb") as file:
            return io.StringIO("".join(_decoded(line, encoding.name) for line in file), newline="")
    errors = "replace" if encoding.name in _SINGLE else "strict"
    return path.open(encoding=encoding.name, errors=errors, newline="")


def notes(path: Path | Held, encoding: Encoding) -> tuple[str, ...]:
    """What a person should know of the encoding, without any text of the file."""
    if encoding.is_mixed:
        with path.open("rb") as file:
            count = sum(not _is_utf8(line) for line in file)
        return (
            f"deux encodages : {count} ligne(s) {_NAMES[encoding.name]} parmi de l’UTF-8, lues chacune dans le sien",
        )
    return (f"encodage {_NAMES[encoding.name]}, reconnu à ses lettres",) if encoding.name in _SINGLE[1:] else ()


def mended(rows: list[list[str]]) -> int:
    """Puts right, in place, texts that were UTF-8 read as Windows and saved again (« Ã‰toile »); the rows touched."""
    odd = [text for text in set[str]().union(*rows) if not text.isascii()]
    right = {text: repaired for text in odd if (repaired := _SEEN_AGAIN.sub(_once_less, text)) != text}
    touched = [row for row in rows if not right.keys().isdisjoint(row)] if right else []
    for row in touched:
        row[:] = [right.get(cell, cell) for cell in row]
    return len(touched)


def _once_less(match: re.Match[str]) -> str:
    """The letter that two or three signs stand for, or the signs where they stand for none."""
    try:
        content = b"".join(bytes([ord(s)]) if ord(s) < 256 else s.encode("cp1252") for s in match[0])
        letter = content.decode("utf-8")
    except UnicodeError:
        return match[0]
    return letter if _MENDED.fullmatch(letter) else match[0]


def _by_lines(path: Path | Held, head: bytes) -> Encoding:
    """Of a file that is not UTF-8 throughout: the encoding of the lines that are not, and whether others are."""
    letters: Counter[int] = Counter()
    is_mixed = False
    with path.open("rb") as file:
        for line in file:
            if _is_utf8(line):
                is_mixed = is_mixed or not line.isascii()
            else:
                letters.update(line)
    name = max(_SINGLE, key=lambda one: _likelihood(letters, one))
    _check_text(path, name)
    sample = "".join(_decoded(line, name) for line in head.splitlines(keepends=True))
    return Encoding(name, sample.removeprefix("\ufeff"), is_mixed)


def _likelihood(letters: Counter[int], encoding: str) -> float:
    """How French the bytes above ASCII are."""
    seen = {byte: bytes([byte]).decode(encoding, errors="replace") for byte in letters if byte > 127}
    return sum(letters[byte] * _FRENCH.get(sign, _NO_FRENCH) for byte, sign in seen.items())


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(line: bytes, single: str) -> str:
    return line.decode("utf-8-sig") if _is_utf8(line) else line.decode(single, errors="replace")


def _check_text(path: Path | Held, encoding: str) -> None:
    """Raises UnicodeDecodeError where the encoding is another, SourceFileError where it is no text or cut."""
    decoder = codecs.getincrementaldecoder(encoding)("replace" if encoding in _SINGLE else "strict")
    is_wide = encoding.startswith("utf-16")  # there a letter holds a zero, in others no letter does
    with path.open("rb") as file:
        while data := file.read(_SAMPLE):
            if (not is_wide and b"\x00" in data) or "\x00" in decoder.decode(data):
                place = f"avant l’octet {file.tell()}"
                raise SourceFileError(path.name, place, "un tableau de texte (CSV)", "un octet nul, un fichier binaire")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _cut(path, encoding) from error


def _unmarked(head: bytes) -> str:
    """UTF-16 without its mark has zeros at every other byte for signs and Latin letters, and hardly any between."""
    low, high = head[::2].count(0), head[1::2].count(0)
    most = len(head) // 8
    if high > most and high > 8 * low:
        return "utf-16-le"
    return "utf-16-be" if low > most and low > 8 * high else "utf-8"


def _cut(path: Path | Held, encoding: str) -> SourceFileError:
    found = "une lettre coupée : fichier tronqué ?"
    size = path.size if isinstance(path, Held) else path.stat().st_size
    return SourceFileError(path.name, f"{size} octets", f"un texte {encoding} entier", found)
