"""What lies on one page: words, and rules that are drawn, both as if the page were held so that its text is upright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]  # x0, top, x1, bottom

_SNAP = 5.0  # rules nearer than this are one: both edges of a thick rule, the two of a double frame
_JOIN = 3.0  # dashes nearer than this are one rule
_SHORTEST_RULE = 4.0
_SMALLEST_BAR = 3.0
_THICKEST_STROKE = 8.0  # a filled bar thinner than this is a rule, a thicker one a background


class Word(NamedTuple):
    """One word. `size` is the height of its letters; `turned` tells that it reads in another direction."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    turned: bool

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

    @property
    def size(self) -> float:
        """The usual height of letters on the page."""
        return median(word.size for word in self.words) if self.words else 10.0


def on_page(layout: Layout, box: Box) -> Box:
    """A box where it stands on the page as a person sees it."""
    return _back(box, layout.turn, layout.height, layout.width) if layout.turn else box


def lay_out(number: int, page: Any) -> Layout:
    """Words and rules of a pdfplumber page."""
    chars = page.chars
    turn = _turn(chars)
    width, height = float(page.width), float(page.height)
    strokes, sides = _drawn(page)
    words = _words(chars, turn, width, height)
    curves, fills = _drawings(page)
    if turn:
        strokes, sides = (_turned_rules(drawn, turn, width, height) for drawn in (strokes, sides))
        curves, fills = ([_turned(box, turn, width, height) for box in boxes] for boxes in (curves, fills))
        width, height = height, width
    return Layout(
        number,
        width,
        height,
        words,
        _merged(strokes.across),
        _merged(strokes.upright),
        _merged(strokes.across + sides.across),
        _merged(strokes.upright + sides.upright),
        curves,
        fills,
        turn,
    )


def _turned_rules(drawn: _Drawn, turn: int, width: float, height: float) -> _Drawn:
    across = [_turned((rule.start, rule.at, rule.end, rule.at), turn, width, height) for rule in drawn.across]
    upright = [_turned((rule.at, rule.start, rule.at, rule.end), turn, width, height) for rule in drawn.upright]
    return _Drawn(
        [Rule(top, x0, x1) for x0, top, x1, _ in upright], [Rule(x0, top, bottom) for x0, top, _, bottom in across]
    )


def _box(item: dict[str, Any]) -> Box:
    return (item["x0"], item["top"], item["x1"], item["bottom"])


def _direction(char: dict[str, Any]) -> int:
    """Quarter turns clockwise that bring a letter upright: 0; 1 where it reads upwards; 3 where it reads downwards."""
    if char["upright"]:
        return 0
    return 1 if char["matrix"][1] > 0 else 3


def _turn(chars: list[dict[str, Any]]) -> int:
    counts = Counter(map(_direction, chars))
    return counts.most_common(1)[0][0] if counts else 0


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the page after it was turned: upwards text (1) begins at the foot of the page."""
    x0, top, x1, bottom = box
    if turn == 1:
        return (height - bottom, x0, height - top, x1)
    if turn == 3:
        return (top, width - x1, bottom, width - x0)
    return box


def _back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the turned page on the page itself, whose width and height are given."""
    x0, top, x1, bottom = box
    if turn == 1:
        return (top, height - x1, bottom, height - x0)
    if turn == 3:
        return (width - bottom, x0, width - top, x1)
    return box


# --- words ---


def _words(chars: list[dict[str, Any]], turn: int, width: float, height: float) -> list[Word]:
    words: list[Word] = []
    by_direction: dict[int, list[dict[str, Any]]] = {}
    for char in chars:
        by_direction.setdefault(_direction(char), []).append(char)
    for direction, group in by_direction.items():
        for word in _words_upright(group, direction, width, height):
            if direction == turn:
                words.append(word)
                continue
            box = _back((word.x0, word.top, word.x1, word.bottom), direction, width, height)
            words.append(Word(word.text, *_turned(box, turn, width, height), word.size, word.bold, True))
    return words


def _words_upright(chars: list[dict[str, Any]], turn: int, width: float, height: float) -> Iterable[Word]:
    """Letters that follow each other in the file and stand next to each other make a word."""
    found: list[Word] = []
    letters: list[str] = []
    x0 = top = x1 = bottom = size = 0.0
    last = 0.0
    bold = False

    def close() -> None:
        if letters:
            found.append(Word("".join(letters), x0, top, x1, bottom, size, bold, False))
            letters.clear()

    for char in chars:
        text = char["text"]
        if text.isspace():
            close()
            continue
        c0, ctop, c1, cbottom = _turned(_box(char), turn, width, height) if turn else _box(char)
        if letters:
            overlap = min(bottom, cbottom) - max(top, ctop)
            gap = c0 - x1
            if overlap < 0.4 * min(bottom - top, cbottom - ctop) or gap > 0.22 * size or gap < -0.9 * size:
                close()
            elif text == letters[-1] and abs(c0 - last) < 0.2 * (c1 - c0) and c1 - x1 < 0.25 * (c1 - c0):
                continue  # a bold letter drawn twice
        if not letters:
            x0, top, x1, bottom, size = c0, ctop, c1, cbottom, cbottom - ctop
            bold = "bold" in char["fontname"].lower()
        else:
            x0, x1 = min(x0, c0), max(x1, c1)
            top, bottom = min(top, ctop), max(bottom, cbottom)
        last = c0
        letters.append(text)
    close()
    return found


# --- rules ---


class _Drawn(NamedTuple):
    across: list[Rule]
    upright: list[Rule]


def _drawn(page: Any) -> tuple[_Drawn, _Drawn]:
    """Strokes, and the sides of shaded areas, as far as they are straight."""
    strokes, sides = _Drawn([], []), _Drawn([], [])
    for line in page.lines:
        _add_line(strokes, _box(line))
    for shape in page.rects + page.curves:
        box = _box(shape)
        wide, high = box[2] - box[0], box[3] - box[1]
        into = strokes if shape["stroke"] else sides
        if min(wide, high) <= _THICKEST_STROKE:  # a rule drawn as a thin filled shape
            middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            _add_line(
                strokes, (box[0], middle_y, box[2], middle_y) if wide > high else (middle_x, box[1], middle_x, box[3])
            )
        elif shape["object_type"] == "rect":
            for side in ((0, 1, 2, 1), (0, 3, 2, 3), (0, 1, 0, 3), (2, 1, 2, 3)):
                _add_line(into, (box[side[0]], box[side[1]], box[side[2]], box[side[3]]))
        else:
            for (x0, y0), (x1, y1) in zip(shape["pts"], shape["pts"][1:], strict=False):
                _add_line(into, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return strokes, sides


def _drawings(page: Any) -> tuple[list[Box], list[Box]]:
    """Curves and slanted strokes; filled rectangles."""
    curves = [_box(curve) for curve in page.curves if len(curve["pts"]) > 5]
    slanted = [box for box in map(_box, page.lines) if box[2] - box[0] > 1.0 and box[3] - box[1] > 1.0]
    filled = [_box(rect) for rect in page.rects if rect["fill"]]
    return curves + slanted, [box for box in filled if min(box[2] - box[0], box[3] - box[1]) > _SMALLEST_BAR]


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


def clusters(items: list[Any], key: Any, distance: float) -> list[list[Any]]:
    """Items in order of a number, parted where it grows by more than a distance."""
    groups: list[list[Any]] = []
    before = 0.0
    for item in sorted(items, key=key):
        value = key(item)
        if groups and value - before <= distance:
            groups[-1].append(item)
        else:
            groups.append([item])
        before = value
    return groups
