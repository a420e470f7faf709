"""Words to lines, cut into pieces where the space is wider than one between words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingestion.readers.pdf.texts import lines_of
from ingestion.readers.pdf.words import Word

_GAP = 0.8  # em: a wider gap between words parts two pieces of a line
FIGURE_GAP = 0.45  # em: between figures less is enough
_OVER = 0.6  # em: less is a column that is a little too narrow
_LEADING = 0.9  # em: lines further apart belong to two paragraphs
_COLUMN_GAP = 1.0  # em: a narrower space may stand between two figures of a sentence
_FIGURE = re.compile(r"[-–−(*$€]*\d[\d,.]*[%)*]*")
_THOUSANDS = re.compile(r"\d{3}([.,]\d+)?[%)*]*")
_EMPTY_MARK = re.compile(r"[-–—−.…*†‡#]+|\(?X\)?|n\.?/?a\.?|N\.?/?A\.?|nd|ns|\.\.")


def is_figure(text: str) -> bool:
    """A number, with or without a sign, unit or note; or a mark for "nothing"."""
    text = text.strip()
    if _EMPTY_MARK.fullmatch(text):
        return True
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return digits > 0 and letters <= max(1, 0.3 * digits)


@dataclass
class Piece:
    """Neighbouring words of one line."""

    words: list[Word]

    @property
    def top(self) -> float:
        """The upper edge."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return max(word.bottom for word in self.words)

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(word.x1 for word in self.words)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The box around the words."""
        return (self.x0, self.top, self.x1, self.bottom)

    @property
    def center(self) -> float:
        """Half the width."""
        return (self.x0 + self.x1) / 2

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        """The height of the largest letters."""
        return max(word.size for word in self.words)


@dataclass
class Line:
    """One line of an area, cut into pieces; `space` is the usual one between words, in em."""

    pieces: list[Piece]
    space: float

    @property
    def top(self) -> float:
        """The upper edge."""
        return min(word.top for piece in self.pieces for word in piece.words)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return max(word.bottom for piece in self.pieces for word in piece.words)

    @property
    def middle(self) -> float:
        """Half the height."""
        return (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """The height of the largest letters."""
        return max(piece.size for piece in self.pieces)

    @property
    def is_figures(self) -> bool:
        """Whether most of what stands after the label is figures."""
        rest = self.pieces[1:]
        return bool(rest) and sum(is_figure(piece.text) for piece in rest) >= 0.5 * len(rest)


def usual_space(words: Sequence[Word]) -> float:
    """The usual space between words, in em: about a quarter, and six tenths where all letters are equally wide."""
    gaps = [
        (word.x0 - before.x1) / word.size
        for line in lines_of([word for word in words if not word.turned])
        for before, word in pairwise(line)
        if 0 < word.x0 - before.x1 < 0.9 * word.size
    ]
    return median(gaps) if len(gaps) > 10 else 0.27


def lines_in(words: Sequence[Word], space: float = 0.27) -> list[Line]:
    """The lines of an area, cut where words stand further apart than words do."""
    lines = []
    for line in lines_of([word for word in words if not word.turned]):
        if any(lies_over(before, word) for before, word in pairwise(line)):
            lines.append(Line(_by_show(line), space))
            continue
        pieces: list[Piece] = []
        for word in line:
            if pieces and not _is_apart(pieces[-1].words[-1], word, space):
                pieces[-1].words.append(word)
            else:
                pieces.append(Piece([word]))
        lines.append(Line(pieces, space))
    return lines


def lies_over(before: Word, word: Word) -> bool:
    """Whether a text runs over the beginning of another one."""
    return word.show != before.show and word.x0 < before.x1 - _OVER * word.size


def _by_show(line: Sequence[Word]) -> list[Piece]:
    """The texts of a line of which one runs over another, each as it was written."""
    shows: dict[int, list[Word]] = {}
    for word in line:
        shows.setdefault(word.show, []).append(word)
    return [Piece(words) for words in sorted(shows.values(), key=lambda words: words[0].x0)]


def _is_apart(left: Word, right: Word, space: float) -> bool:
    em = min(left.size, right.size)
    gap = right.x0 - left.x1
    if gap > max(_GAP, 1.4 * space) * em:
        return True
    if _has_digit(left.text) and _has_digit(right.text) and gap > max(FIGURE_GAP, 1.3 * space) * em:
        return True
    return _are_two_figures(left.text, right.text)


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def blocks(words: Sequence[Word], space: float) -> list[list[Piece]]:
    """Pieces of lines that follow each other closely: paragraphs, column by column."""
    groups: list[list[Piece]] = []
    for line in lines_in(words, space):
        for piece in _wide_pieces(line.pieces):
            block = next((block for block in reversed(groups) if _is_next(block[-1], piece)), None)
            if block is None:
                groups.append([piece])
            else:
                block.append(piece)
    return groups


def _wide_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces parted by a space between columns, not by that between two figures of a sentence."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.x0 - joined[-1].x1 < _COLUMN_GAP * piece.size:
            joined[-1] = Piece(joined[-1].words + piece.words)
        else:
            joined.append(piece)
    return joined


def _is_next(above: Piece, below: Piece) -> bool:
    space = below.top - above.bottom
    beside = min(above.x1, below.x1) - max(above.x0, below.x0)
    em = max(above.size, below.size)
    return (
        -0.3 * em < space < _LEADING * em
        and beside > 0.3 * min(above.x1 - above.x0, below.x1 - below.x0)
        and abs(above.size - below.size) < 0.2 * em
    )


def _are_two_figures(left: str, right: str) -> bool:
    """Two numbers side by side are two cells, unless the second is the thousands of the first: 1 234."""
    if not (_FIGURE.fullmatch(left) and _FIGURE.fullmatch(right)):
        return False
    return not (left.isdecimal() and len(left) <= 3 and _THOUSANDS.fullmatch(right))
