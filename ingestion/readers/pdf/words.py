"""Letters to words: what follows each other and stands together; raised signs of notes; text that reads leftwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingestion.readers.pdf.painting import Box, Letter

_SIGNS = re.compile(r"[\d*†‡§,;()]{1,6}")  # of a note
_UNITS = frozenset({"m", "km", "cm", "mm", "dm", "hm", "dam", "10"})  # what a raised digit belongs to
_SMALLER = 0.82  # times the letters beside it: a sign of a note
_RAISED = 0.12  # of the letters beside it
_SUPERSCRIPTS = re.compile(r"(?<=\d)[¹²³⁰⁴-⁹]+$")
_LEFTWARDS = frozenset({"R", "AL"})


class Word(NamedTuple):
    """One word. `size`: the height of its letters; `turned`: it reads in another direction.

    `note`: signs raised behind it. `is_struck`: crossed out. `show`: the number of the operator that shows it.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    turned: bool
    note: str = ""
    is_struck: bool = False
    show: int = 0

    @property
    def box(self) -> Box:
        """The box around the letters."""
        return (self.x0, self.top, self.x1, self.bottom)

    @property
    def middle(self) -> float:
        """Half its height."""
        return (self.top + self.bottom) / 2

    @property
    def center(self) -> float:
        """Half its width."""
        return (self.x0 + self.x1) / 2


def words_of(letters: Sequence[Letter], turn: int, width: float, height: float) -> list[Word]:
    """The words of a page as if it were held so that the letters of one direction are upright."""
    words: list[Word] = []
    by_direction: dict[int, list[Letter]] = {}
    for letter in letters:
        by_direction.setdefault(letter.turn or 0, []).append(letter)
    for direction, group in by_direction.items():
        upright = _with_notes(list(_words_upright(group, direction, width, height)))
        if direction == turn:
            words += upright
            continue
        for word in upright:
            box = back(word.box, direction, width, height)
            x0, top, x1, bottom = turned(box, turn, width, height)
            words.append(word._replace(x0=x0, top=top, x1=x1, bottom=bottom, turned=True))
    return words


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the page after it was turned: upwards text (1) begins at the foot of the page."""
    x0, top, x1, bottom = box
    if turn == 1:
        return (height - bottom, x0, height - top, x1)
    if turn == 2:
        return (width - x1, height - bottom, width - x0, height - top)
    if turn == 3:
        return (top, width - x1, bottom, width - x0)
    return box


def back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the turned page on the page itself, whose width and height are given."""
    x0, top, x1, bottom = box
    if turn == 1:
        return (top, height - x1, bottom, height - x0)
    if turn == 2:
        return (width - x1, height - bottom, width - x0, height - top)
    if turn == 3:
        return (width - bottom, x0, width - top, x1)
    return box


def is_leftwards(text: str) -> bool:
    """Whether a word is of Arabic or Hebrew letters."""
    return text > "\u0590" and any(unicodedata.bidirectional(sign) in _LEFTWARDS for sign in text)


class _Gathered:
    """The letters of a word to be."""

    __slots__ = ("bold", "bottom", "letters", "places", "show", "size", "top", "x0", "x1")

    def __init__(self, letter: Letter, box: Box) -> None:
        self.letters, self.places = [letter.text], [box[0]]
        self.x0, self.top, self.x1, self.bottom = box
        self.size = box[3] - box[1]
        self.bold = "bold" in letter.font.lower()
        self.show = letter.show

    def holds(self, text: str, box: Box) -> bool:
        """Whether a letter that follows in the file belongs to the word."""
        x0, top, x1, bottom = box
        high = bottom - top
        if min(self.bottom, bottom) - max(self.top, top) < 0.4 * min(self.bottom - self.top, high):
            return False
        gap = x0 - self.x1
        if gap > 0.22 * self.size or gap < -0.9 * self.size:
            return text > "\u0590" and is_leftwards(text) and -0.5 * self.size < self.x0 - x1 < 0.22 * self.size
        if high < _SMALLER * self.size:
            return not (bottom < self.bottom - _RAISED * self.size and _SIGNS.fullmatch(text))
        return not (self.size < _SMALLER * high and self.bottom < bottom - _RAISED * high)

    def add(self, text: str, box: Box) -> None:
        """One letter more."""
        x0, top, x1, bottom = box
        self.x0, self.x1 = min(self.x0, x0), max(self.x1, x1)
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)
        self.letters.append(text)
        self.places.append(x0)

    def word(self) -> Word:
        """The word as it is read."""
        text = "".join(self.letters)
        if is_leftwards(text):
            text = _read_leftwards(self.letters, self.places)
        return Word(text, self.x0, self.top, self.x1, self.bottom, self.size, self.bold, False, show=self.show)


def _read_leftwards(letters: Sequence[str], places: Sequence[float]) -> str:
    """Letters from right to left in any order of the file; figures among them are read rightwards."""
    order = sorted(range(len(letters)), key=lambda number: -places[number])
    signs = [unicodedata.normalize("NFKC", letters[number]) for number in order]
    text = "".join(sign if len(sign) > 1 or not sign.isdigit() else f"\0{sign}" for sign in signs)
    return re.sub(r"(\0\d)+", lambda match: match.group().replace("\0", "")[::-1], text)


def _words_upright(letters: Iterable[Letter], turn: int, width: float, height: float) -> Iterator[Word]:
    """Letters that follow each other in the file and stand next to each other make a word."""
    word: _Gathered | None = None
    for letter in letters:
        text = letter.text
        if not text or text.isspace():
            if word is not None:
                yield word.word()
                word = None
            continue
        box = (letter.x0, letter.top, letter.x1, letter.bottom)
        if turn:
            box = turned(box, turn, width, height)
        if word is not None and word.holds(text, box):
            word.add(text, box)
            continue
        if word is not None:
            yield word.word()
        word = _Gathered(letter, box)
    if word is not None:
        yield word.word()


# --- signs of notes ---


def _with_notes(words: list[Word]) -> list[Word]:
    """Signs raised behind a word are its note, and no part of its text: 640² is 640."""
    largest = max((word.size for word in words), default=0.0)
    raised = [n for n, word in enumerate(words) if word.size < _SMALLER * largest and _SIGNS.fullmatch(word.text)]
    by_line: dict[int, list[int]] = {}
    for number, word in enumerate(words if raised else ()):
        by_line.setdefault(int(word.middle // 12), []).append(number)
    gone: set[int] = set()
    for number in sorted(raised, key=lambda n: words[n].x0):
        base = _base(number, words, by_line, gone)
        if base is not None:
            words[base] = words[base]._replace(note=words[base].note + words[number].text)
            gone.add(number)
    words = [word for number, word in enumerate(words) if number not in gone]
    return [_without_superscripts(word) for word in words]


def _base(number: int, words: Sequence[Word], by_line: dict[int, list[int]], gone: set[int]) -> int | None:
    """The word behind which a small one is raised."""
    small = words[number]
    line = int(small.middle // 12)
    for other in (n for near in (line, line + 1, line - 1) for n in by_line.get(near, ())):
        word = words[other]
        if other == number or other in gone or small.size >= _SMALLER * word.size:
            continue
        reach = 0.35 * word.size + sum(0.6 * small.size for _ in word.note)
        is_behind = -0.4 * small.size <= small.x0 - word.x1 <= reach
        is_high = word.top - 0.5 * word.size < small.top and small.bottom < word.bottom - _RAISED * word.size
        is_beside = small.bottom > word.top + 0.1 * word.size
        if is_behind and is_high and is_beside and word.text.casefold() not in _UNITS:
            return other
    return None


def _without_superscripts(word: Word) -> Word:
    """640² where the raised figure is a sign of its own."""
    if word.text[-1:] >= "¹" or word.text[-1:] in "²³":
        match = _SUPERSCRIPTS.search(word.text)
        if match:
            note = unicodedata.normalize("NFKC", match.group())
            return word._replace(text=word.text[: match.start()], note=word.note + note)
    return word
