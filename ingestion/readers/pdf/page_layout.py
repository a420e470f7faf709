"""What lies on one page: words, and rules that are drawn, both as if the page were held so that its text is upright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import Any, NamedTuple

from pdfminer.layout import LTRect

from ingestion.readers.pdf.clusters import clusters
from ingestion.readers.pdf.letters import STRUCK, seen
from ingestion.readers.pdf.painted_page import paint
from ingestion.readers.pdf.painting import Box, Letter, Painted
from ingestion.readers.pdf.words import Word, back, turned, words_of

_SNAP = 5.0  # rules nearer than this are one: both edges of a thick rule, the two of a double frame
_JOIN = 3.0  # dashes nearer than this are one rule
_SHORTEST_RULE = 4.0
_SMALLEST_BAR = 3.0
_LINE = 12.0  # points
_FITS = 2.0  # points by which a stroke may be longer or shorter than its words
_THICKEST_STROKE = 8.0  # a filled bar thinner than this is a rule, a thicker one a background


class Rule(NamedTuple):
    """A straight rule: `at` is its height (or x, where upright), from `start` to `end`."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """From end to end."""
        return self.end - self.start


@dataclass(frozen=True)
class Layout:
    """One page as it is read. `turn` is the number of quarter turns that brought its text upright."""

    page: int
    width: float
    height: float
    words: list[Word]
    across: list[Rule]
    upright: list[Rule]
    shaded_across: list[Rule]  # strokes and the sides of shaded areas
    shaded_upright: list[Rule]
    curves: list[Box]  # slanted strokes too: what charts are made of
    fills: list[Box]
    turn: int = 0
    drawings: list[Box] = field(default_factory=list)  # curves, slanted strokes and pictures, on the page
    aside: list[tuple[str, str, Box]] = field(default_factory=list)  # what is no text: reason, words, box on the page

    @property
    def size(self) -> float:
        """The usual height of letters on the page."""
        return median(word.size for word in self.words) if self.words else 10.0


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around others."""
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return (min(x0s), min(tops), max(x1s), max(bottoms))


def on_page(layout: Layout, box: Box) -> Box:
    """A box where it stands on the page as a person sees it."""
    return back(box, layout.turn, *_held(layout.turn, layout.width, layout.height)) if layout.turn else box


def _held(turn: int, width: float, height: float) -> tuple[float, float]:
    """Width and height of a page after so many quarter turns."""
    return (height, width) if turn % 2 else (width, height)


def lay_out(number: int, page: Any) -> Layout:
    """Words and rules of a pdfplumber page."""
    painted = paint(page)
    visible = seen(painted)
    turn = _turn(visible.letters)
    width, height = painted.width, painted.height
    strokes, sides = _drawn(painted)
    words = words_of(visible.letters, turn, width, height)
    curves, fills = _drawings(painted)
    strikes = [_middle_rule(box) for box in painted.strikes]
    if turn:
        strokes, sides = (_turned_rules(drawn, turn, width, height) for drawn in (strokes, sides))
        strikes = []
        curves, fills = ([turned(box, turn, width, height) for box in boxes] for boxes in (curves, fills))
        width, height = _held(turn, width, height)
    words, across = with_strikes(words, strokes.across, strikes)
    layout = Layout(
        number,
        width,
        height,
        words,
        _merged(across),
        _merged(strokes.upright),
        _merged(across + sides.across),
        _merged(strokes.upright + sides.upright),
        curves,
        fills,
        turn,
        _every_drawing(painted),
        [(reason, _words_of(letters), around(map(_letter_box, letters))) for reason, letters in visible.aside],
    )
    struck = [word for word in words if word.is_struck]
    if struck:
        layout.aside.append((STRUCK, " ".join(w.text for w in struck), on_page(layout, around(w.box for w in struck))))
    return layout


def _words_of(letters: Sequence[Letter]) -> str:
    """The words of letters that are no text of the page."""
    by_turn: dict[int | None, list[Letter]] = {}
    for letter in letters:
        by_turn.setdefault(letter.turn, []).append(letter)
    texts = []
    for some in by_turn.values():
        shows = [list(show) for _, show in groupby(some, key=lambda letter: letter.show)]
        texts += ["".join(letter.text for letter in show).strip() for show in shows]
    return " ".join(text for text in dict.fromkeys(texts) if text)


def _letter_box(letter: Letter) -> Box:
    return (letter.x0, letter.top, letter.x1, letter.bottom)


def _middle_rule(box: Box) -> Rule:
    return Rule((box[1] + box[3]) / 2, box[0], box[2])


def _turned_rules(drawn: _Drawn, turn: int, width: float, height: float) -> _Drawn:
    across = [turned((rule.start, rule.at, rule.end, rule.at), turn, width, height) for rule in drawn.across]
    upright = [turned((rule.at, rule.start, rule.at, rule.end), turn, width, height) for rule in drawn.upright]
    if turn == 2:
        across, upright = upright, across
    return _Drawn(
        [Rule(top, x0, x1) for x0, top, x1, _ in upright], [Rule(x0, top, bottom) for x0, top, _, bottom in across]
    )


def _turn(letters: Sequence[Letter]) -> int:
    counts = Counter(letter.turn or 0 for letter in letters)
    return counts.most_common(1)[0][0] if counts else 0


# --- rules ---


class _Drawn(NamedTuple):
    across: list[Rule]
    upright: list[Rule]


def _drawn(painted: Painted) -> tuple[_Drawn, _Drawn]:
    """Strokes, and the sides of shaded areas, as far as they are straight."""
    strokes, sides = _Drawn([], []), _Drawn([], [])
    for line in painted.lines:
        _add_line(strokes, painted.box(line))
    for shape in [*painted.rects, *painted.curves]:
        box = painted.box(shape)
        wide, high = box[2] - box[0], box[3] - box[1]
        into = strokes if shape.stroke else sides
        if min(wide, high) <= _THICKEST_STROKE:  # a rule drawn as a thin filled shape
            middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            _add_line(
                strokes, (box[0], middle_y, box[2], middle_y) if wide > high else (middle_x, box[1], middle_x, box[3])
            )
        elif isinstance(shape, LTRect):
            for side in ((0, 1, 2, 1), (0, 3, 2, 3), (0, 1, 0, 3), (2, 1, 2, 3)):
                _add_line(into, (box[side[0]], box[side[1]], box[side[2]], box[side[3]]))
        else:
            for (x0, y0), (x1, y1) in pairwise(painted.points(shape)):
                _add_line(into, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return strokes, sides


def _drawings(painted: Painted) -> tuple[list[Box], list[Box]]:
    """Curves and slanted strokes; filled rectangles."""
    curves = [painted.box(curve) for curve in painted.curves if len(curve.pts) > 5]
    slanted = [box for box in map(painted.box, painted.lines) if box[2] - box[0] > 1.0 and box[3] - box[1] > 1.0]
    filled = [painted.box(rect) for rect in painted.rects if rect.fill]
    return curves + slanted, [box for box in filled if min(box[2] - box[0], box[3] - box[1]) > _SMALLEST_BAR]


def with_strikes(
    words: Sequence[Word], across: Sequence[Rule], drawn_over: Sequence[Rule]
) -> tuple[list[Word], list[Rule]]:
    """Words that a stroke crosses out as such; and the strokes that neither cross out words nor underline them.

    Such a stroke is as long as the words that it belongs to; the rule of a cell is longer, or further away.
    """
    by_line: dict[int, list[int]] = {}
    for number, word in enumerate(words):
        if not word.turned:
            for line in range(int(word.top // _LINE), int(word.bottom // _LINE) + 1):
                by_line.setdefault(line, []).append(number)
    struck: set[int] = set()
    kept: list[Rule] = []
    for rule in across:
        near = by_line.get(int(rule.at // _LINE), ())
        over = [n for n in near if _shares(words[n], rule) and _is_crossed(words[n], rule)]
        under = [n for n in near if _shares(words[n], rule) and _is_underlined(words[n], rule)]
        if _fits(over, words, rule):
            struck.update(over)
        elif not _fits(under, words, rule):
            kept.append(rule)
    for rule in drawn_over:
        struck.update(n for n in by_line.get(int(rule.at // _LINE), ()) if _shares(words[n], rule))
    return [word._replace(is_struck=n in struck) for n, word in enumerate(words)] if struck else list(words), kept


def _shares(word: Word, rule: Rule) -> bool:
    return min(word.x1, rule.end) - max(word.x0, rule.start) > 0.5 * (word.x1 - word.x0)


def _is_crossed(word: Word, rule: Rule) -> bool:
    return abs(rule.at - word.middle) < 0.2 * (word.bottom - word.top)


def _is_underlined(word: Word, rule: Rule) -> bool:
    high = word.bottom - word.top
    return word.middle + 0.2 * high <= rule.at < word.bottom + 0.1 * high


def _fits(some: Sequence[int], words: Sequence[Word], rule: Rule) -> bool:
    """Whether a stroke begins and ends with the words that it belongs to."""
    if not some:
        return False
    start, end = min(words[n].x0 for n in some), max(words[n].x1 for n in some)
    return abs(rule.start - start) < _FITS and abs(rule.end - end) < _FITS


def _every_drawing(painted: Painted) -> list[Box]:
    curved = [curve for curve in painted.curves if any(step[0] == "c" for step in curve.original_path or ())]
    slanted = [line for line in painted.lines if abs(line.x1 - line.x0) > 1.0 and abs(line.y1 - line.y0) > 1.0]
    pictures = [patch.box for patch in painted.patches if patch.is_picture]
    return [painted.box(shape) for shape in [*curved, *slanted]] + pictures


def _add_line(drawn: _Drawn, box: Box) -> None:
    x0, top, x1, bottom = box
    if bottom - top <= 1.0 < x1 - x0:
        drawn.across.append(Rule((top + bottom) / 2, x0, x1))
    elif x1 - x0 <= 1.0 < bottom - top:
        drawn.upright.append(Rule((x0 + x1) / 2, top, bottom))


def _merged(rules: list[Rule]) -> list[Rule]:
    """Rules at nearly one height brought to it, and those that touch joined."""
    merged: list[Rule] = []
    for group in clusters(sorted(set(rules)), lambda rule: rule.at, _SNAP):
        at = sum(rule.at for rule in group) / len(group)
        joined: list[Rule] = []
        for rule in sorted(group, key=lambda rule: rule.start):
            if joined and rule.start <= joined[-1].end + _JOIN:
                joined[-1] = Rule(at, joined[-1].start, max(joined[-1].end, rule.end))
            else:
                joined.append(Rule(at, rule.start, rule.end))
        merged += [rule for rule in joined if rule.length >= _SHORTEST_RULE]
    return merged
