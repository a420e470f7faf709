"""Words to the text of a cell, as a person reads it, and as far apart as they stand."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.pdf.clusters import clusters
from ingestion.readers.pdf.words import Word, is_leftwards

_TOUCH = 0.15  # em: letters that stand nearer are of one word, in spite of another size
_WIDE = 0.8  # em: a wider gap parts two figures
# Words that keep their hyphen where a line ends with it: « sous-préfecture ».
_KEPT = frozenset(
    (
        "sous",
        "mi",
        "non",
        "semi",
        "demi",
        "vice",
        "ex",
        "porte",
        "sud",
        "nord",
        "est",
        "ouest",
        "quasi",
        "peut",
        "au",
        "là",
    )
)


def lines_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words by line, from top to bottom, each line from left to right; a raised note sign stays on its line."""
    lines: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: (word.turned, word.middle)):
        if lines and lines[-1][0].turned == word.turned:
            top, bottom = spans[-1]
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap > 0.5 * min(bottom - top, word.bottom - word.top):
                lines[-1].append(word)
                if word.bottom - word.top > bottom - top:
                    spans[-1] = (word.top, word.bottom)
                continue
        lines.append([word])
        spans.append((word.top, word.bottom))
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def text_of(words: Sequence[Word]) -> str:
    """Words in the order in which they are read.

    Two figures under each other, or far apart, stay so: "\\n", "\\t". A figure that is crossed out is told as such, and
    words that are crossed out are gone. A word that a hyphen parts at the end of a line is whole again.
    """
    text = ""
    for line in lines_of([word for word in words if not word.turned]):
        text = _with_line(text, _line_text(line))
    # Upright text in a cell is read from the foot of the page, column by column.
    for column in clusters([word for word in words if word.turned], lambda word: word.center, 2.0):
        parts = [word.text for word in sorted(column, key=lambda word: -word.bottom)]
        text = f"{text} {' '.join(parts)}".strip()
    return text.replace("\u00ad", "-")


def note_of(words: Sequence[Word]) -> str:
    """The signs of notes raised in a cell."""
    return " ".join(word.note for word in words if word.note)


def _line_text(line: Sequence[Word]) -> str:
    text = ""
    before: Word | None = None
    for word in _read_in_order(line):
        word_text = _text_of(word)
        if before is None or not word_text:
            text += word_text
        else:
            text += _between(before, word) + word_text
        before = word if word_text else before
    return text


def _text_of(word: Word) -> str:
    if not word.is_struck:
        return word.text
    return f"[barré : {word.text}]" if any(sign.isdigit() for sign in word.text) else ""


def _between(before: Word, word: Word) -> str:
    gap = max(word.x0 - before.x1, before.x0 - word.x1)
    em = min(word.size, before.size)
    if before.note:
        gap = max(gap, _TOUCH * em)
    if gap < _TOUCH * em:
        return ""
    return "\t" if gap > _WIDE * em and before.text[-1:].isdigit() and word.text[:1].isdigit() else " "


def _read_in_order(line: Sequence[Word]) -> list[Word]:
    """Words of a line as they are read: those of Arabic or Hebrew letters from right to left."""
    sides = [is_leftwards(word.text) for word in line]
    if not any(sides):
        return list(line)
    read: list[Word] = []
    first = 0
    while first < len(line):
        last = first
        if sides[first]:
            last = max(
                end
                for end in range(first, len(line))
                if sides[end] and all(sides[n] or not line[n].text.isalpha() for n in range(first, end))
            )
        read += reversed(line[first : last + 1])
        first = last + 1
    return read


def _with_line(text: str, line: str) -> str:
    """A line below others of a cell."""
    if not text or not line:
        return text + line
    if text[-1].isdigit() and line[0].isdigit():
        return f"{text}\n{line}"
    if text.endswith(("-", "\u2010", "\u00ad")) and text[-2:-1].isalpha() and line[0].isalnum():
        return _rejoined(text, line)
    return f"{text} {line}"


def _rejoined(text: str, line: str) -> str:
    head = text[:-1]
    last = head.split()[-1].rsplit("-", 1)[-1].rsplit("’", 1)[-1]
    if text.endswith("\u00ad") or (line[0].islower() and last.casefold() not in _KEPT and not last.isupper()):
        return head + line
    return f"{head}-{line}"
