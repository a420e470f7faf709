"""Which letters of a page a person sees as its text: none that is hidden, no mark over the page, none twice."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ingestion.readers.pdf.clusters import clusters
from ingestion.readers.pdf.colours import WHITE, Colour, are_alike, lightness
from ingestion.readers.pdf.painting import Letter, Painted, Patch, is_unreadable

STRUCK = "texte barré"
HIDDEN = "texte caché"
OUTSIDE = "texte hors de la page"
SLANTED = "texte en biais ou en filigrane"
RECOGNIZED = "texte d’une reconnaissance de caractères, lu sous une image : à vérifier"

_COLUMN = 200.0  # points: columns of one line stand nearer
_BAND = 24.0  # points
_TINY = 1.0  # points: lower letters are a dot, unless all are
_PALE = 0.5  # lightness from which on a mark lies behind the text
_OVER = 0.15  # share of a letter that a mark lies over
_TWICE = 0.45  # of its width: a letter that is drawn again is moved by less
_SHADOW = 0.25  # of its height: the same for one that is moved downwards too
_SAME_HEIGHT = 0.05
_EXACT = 0.1  # points
_ACCENTS = dict(
    zip(
        "´`ˆ^¨˜~¸ˇ˚˘¯˙˛˝",
        "\u0301\u0300\u0302\u0302\u0308\u0303\u0303\u0327\u030c\u030a\u0306\u0304\u0307\u0328\u030b",
        strict=True,
    )
)
_DOTLESS = {"ı": "i", "ȷ": "j"}
_UNREADABLE = "\ufffd"
# Signs of the fonts Symbol and Wingdings, which programs write at U+F000 and their code.
_SYMBOLS = dict(zip("\uf0b7\uf0a7\uf0d8\uf0e0\uf0fc\uf0fb\uf0fe\uf0a8\uf06f\uf076\uf02d", "•▪➢→✓✗☑☐☐❖-", strict=True))


@dataclass
class Seen:
    """The letters that are text, and others with what they are."""

    letters: list[Letter]
    aside: list[tuple[str, list[Letter]]]


def seen(painted: Painted) -> Seen:
    """The letters of a page, parted into what is its text and what is not."""
    inside, outside = _on_page(painted)
    shown, hidden, pale = _shown(inside, painted.patches)
    aside = [(OUTSIDE, outside), (HIDDEN, hidden)]
    if hidden and not _words_in(shown) and _is_scan(painted):
        shown, aside = hidden, [(OUTSIDE, outside), (RECOGNIZED, hidden)]
    once = _once([letter for letter in shown if letter.turn is not None])
    marks = _marks(once, pale)
    text = [letter for letter in once if letter not in marks] if marks else once
    aside.append((SLANTED, [letter for letter in shown if letter.turn is None or letter in marks]))
    kept = _read(_with_accents(text))
    return Seen(kept, [(reason, letters) for reason, letters in aside if _words_in(letters)])


def _words_in(letters: Iterable[Letter]) -> bool:
    return any(not letter.text.isspace() for letter in letters)


def _is_scan(painted: Painted) -> bool:
    """Whether a picture covers most of the page."""
    page_area = painted.width * painted.height
    pictures = [patch.box for patch in painted.patches if patch.is_picture]
    return any((x1 - x0) * (bottom - top) > 0.5 * page_area for x0, top, x1, bottom in pictures)


def _on_page(painted: Painted) -> tuple[list[Letter], list[Letter]]:
    """Letters within what is shown of the page, and the others.

    Where nothing was cut away on purpose, a line that runs over the edge of the page is one.
    """
    outside = [letter for letter in painted.letters if not _is_inside(letter, painted)]
    if not outside:
        return painted.letters, []
    kept = set() if painted.is_cropped else _run_over(painted, outside)
    gone = {letter for letter in outside if letter not in kept}
    return [letter for letter in painted.letters if letter not in gone], [x for x in outside if x in gone]


def _is_inside(letter: Letter, painted: Painted) -> bool:
    x, y = (letter.x0 + letter.x1) / 2, (letter.top + letter.bottom) / 2
    return -1 <= x <= painted.width + 1 and -1 <= y <= painted.height + 1


def _run_over(painted: Painted, outside: Sequence[Letter]) -> set[Letter]:
    """Letters beyond the edge that stand on a line with letters of the page, column by column."""
    heights = {round(letter.bottom) for letter in outside}
    lines: dict[int, list[Letter]] = {}
    for letter in painted.letters:
        if round(letter.bottom) in heights:
            lines.setdefault(round(letter.bottom), []).append(letter)
    kept: set[Letter] = set()
    for line in lines.values():
        for run in clusters(line, lambda letter: letter.x0, _COLUMN):
            if any(_is_inside(letter, painted) for letter in run):
                kept.update(run)
    return kept


# --- hidden ---


def _shown(letters: list[Letter], patches: list[Patch]) -> tuple[list[Letter], list[Letter], set[int]]:
    """Letters that are seen, those that are not, and what shows pale ones on something lighter."""
    shown: list[Letter] = []
    hidden: list[Letter] = []
    pale: set[int] = set()
    tiny = min(_TINY, 0.2 * median(letter.bottom - letter.top for letter in letters)) if letters else 0.0
    bands = _bands(patches)
    for show in _shows(letters):
        near = _near(show, bands) if bands else []
        for letter in show:
            under = _under(letter, near) if near else WHITE
            if not letter.is_seen or under is None or letter.bottom - letter.top < tiny:
                hidden.append(letter)
                continue
            if letter.colour is not None and isinstance(under, tuple):
                if are_alike(letter.colour, under):
                    hidden.append(letter)
                    continue
                if _PALE <= lightness(letter.colour) < lightness(under):
                    pale.add(letter.show)
            shown.append(letter)
    return shown, hidden, pale


def _shows(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Letters that one operator shows."""
    show: list[Letter] = []
    for letter in letters:
        if show and letter.show != show[-1].show:
            yield show
            show = []
        show.append(letter)
    if show:
        yield show


def _bands(patches: Sequence[Patch]) -> dict[int, list[Patch]]:
    bands: dict[int, list[Patch]] = {}
    for patch in patches:
        for band in range(int(max(0.0, patch.box[1]) // _BAND), int(min(20_000.0, patch.box[3]) // _BAND) + 1):
            bands.setdefault(band, []).append(patch)
    return bands


def _near(show: Sequence[Letter], bands: dict[int, list[Patch]]) -> list[Patch]:
    x0, x1 = min(letter.x0 for letter in show), max(letter.x1 for letter in show)
    top, bottom = min(letter.top for letter in show), max(letter.bottom for letter in show)
    first, last = int(top // _BAND), int(bottom // _BAND)
    near = {
        id(patch): patch
        for band in range(first, last + 1)
        for patch in bands.get(band, ())
        if patch.box[0] < x1 and x0 < patch.box[2] and patch.box[1] < bottom and top < patch.box[3]
    }
    return sorted(near.values(), key=lambda patch: patch.order)


_UNKNOWN = "unknown"


def _under(letter: Letter, near: Sequence[Patch]) -> Colour | str | None:
    """The colour on which a letter stands; none where something was painted over it."""
    x, y = (letter.x0 + letter.x1) / 2, (letter.top + letter.bottom) / 2
    under: Colour | str = WHITE
    for patch in near:
        x0, top, x1, bottom = patch.box
        if x0 <= x <= x1 and top <= y <= bottom:
            if patch.order < letter.order:
                under = patch.colour or _UNKNOWN
            elif patch.is_opaque:
                return None
    return under


# --- marks behind the text ---


def _marks(letters: Sequence[Letter], pale: set[int]) -> set[Letter]:
    """Pale letters that lie over others, with all that is shown with them, and the same again elsewhere."""
    if not pale:
        return set()
    dark: dict[tuple[int, int], list[Letter]] = {}
    for letter in letters:
        if letter.show not in pale and not letter.text.isspace() and letter.turn is not None:
            dark.setdefault((int(letter.x0 // _BAND), int(letter.top // _BAND)), []).append(letter)
    shows: dict[int, list[Letter]] = {}
    for letter in letters:
        if letter.show in pale:
            shows.setdefault(letter.show, []).append(letter)
    over = {number for number, show in shows.items() if any(_lies_over(letter, dark) for letter in show)}
    same = {_look(shows[number]) for number in over}
    return {letter for number, show in shows.items() if number in over or _look(show) in same for letter in show}


def _look(show: Sequence[Letter]) -> tuple[str, str, int]:
    return ("".join(letter.text for letter in show), show[0].font, round(show[0].bottom - show[0].top))


def _lies_over(letter: Letter, dark: dict[tuple[int, int], list[Letter]]) -> bool:
    if letter.text.isspace():
        return False
    columns = range(int(letter.x0 // _BAND) - 1, int(letter.x1 // _BAND) + 1)
    rows = range(int(letter.top // _BAND) - 1, int(letter.bottom // _BAND) + 1)
    return any(
        _shared(letter, other) > _OVER for column in columns for row in rows for other in dark.get((column, row), ())
    )


def _shared(one: Letter, other: Letter) -> float:
    """The share of the smaller letter that lies on the other."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min((each.x1 - each.x0) * (each.bottom - each.top) for each in (one, other))
    return wide * high / smaller if wide > 0 and high > 0 and smaller > 0 else 0.0


# --- drawn twice ---


_Places = dict[tuple[str, int, int], list[Letter]]  # by text and square of the page
_SQUARE = 16.0  # points


def _once(letters: Sequence[Letter]) -> list[Letter]:
    """Letters without those that are drawn again beside themselves, to look bold or to cast a shadow."""
    places: _Places = {}
    again: dict[int, tuple[float, float]] = {}
    for number, letter in enumerate(letters):
        if letter.text.isspace():
            continue
        first = _first_drawn(letter, places)
        if first is None:
            places.setdefault(_square(letter), []).append(letter)
        else:
            again[number] = (letter.x0 - first.x0, letter.top - first.top)
    _forget_chance(letters, again)
    if not again:
        return list(letters)
    moves = [move for move, _ in Counter((round(x, 1), round(y, 1)) for x, y in again.values()).most_common(3)]
    kept: list[Letter] = []
    before: _Places = {}
    for number, letter in enumerate(letters):
        if number in again or _is_moved(letter, before, moves):
            continue
        kept.append(letter)
        before.setdefault(_square(letter), []).append(letter)
    return kept


def _square(letter: Letter) -> tuple[str, int, int]:
    return (letter.text, int(letter.x0 // _SQUARE), int(letter.top // _SQUARE))


def _beside(text: str, x: float, top: float, across: float, down: float, places: _Places) -> Iterator[Letter]:
    """The like letters whose corner lies no further from a point than so much."""
    for column in range(int((x - across) // _SQUARE), int((x + across) // _SQUARE) + 1):
        for row in range(int((top - down) // _SQUARE), int((top + down) // _SQUARE) + 1):
            yield from places.get((text, column, row), ())


def _forget_chance(letters: Sequence[Letter], again: dict[int, tuple[float, float]]) -> None:
    """Of a text that lies over another a letter may fall on its like; one that is drawn twice does so with most."""
    drawn = Counter(letter.show for letter in letters if not letter.text.isspace())
    repeated = Counter(letters[number].show for number in again)
    for number in list(again):
        show = letters[number].show
        if 2 * repeated[show] < drawn[show]:
            del again[number]


def _first_drawn(letter: Letter, places: _Places) -> Letter | None:
    high, wide = letter.bottom - letter.top, letter.x1 - letter.x0
    most_across, most_down = min(max(_TWICE * wide, _SHADOW * high), _SQUARE), min(_SHADOW * high, _SQUARE)
    for other in _beside(letter.text, letter.x0, letter.top, most_across, most_down, places):
        across, down = abs(letter.x0 - other.x0), abs(letter.top - other.top)
        if down > most_down or abs(wide - other.x1 + other.x0) > 0.2 * wide + 0.01:
            continue
        if across <= _TWICE * wide or (down > _SAME_HEIGHT * high and across <= _SHADOW * high):
            return other
    return None


def _is_moved(letter: Letter, places: _Places, moves: Sequence[tuple[float, float]]) -> bool:
    """Whether a narrow letter was drawn before, as far away as the others of the page that are drawn again."""
    return any(
        abs(letter.x0 - other.x0 - across) < _EXACT and abs(letter.top - other.top - down) < _EXACT
        for across, down in moves
        for other in _beside(letter.text, letter.x0 - across, letter.top - down, _EXACT, _EXACT, places)
        if (across, down) != (0.0, 0.0)
    )


# --- letters of several signs, and signs without a letter ---


def _with_accents(letters: list[Letter]) -> list[Letter]:
    """An accent that is drawn over a letter is part of it."""
    gone: set[int] = set()
    for number, letter in enumerate(letters):
        sign = _ACCENTS.get(letter.text) or (letter.text if unicodedata.combining(letter.text[:1] or " ") else "")
        if not sign:
            continue
        for beside in (number + 1, number - 1):
            if 0 <= beside < len(letters) and _is_over(letter, base := letters[beside]):
                composed = unicodedata.normalize("NFC", _DOTLESS.get(base.text, base.text) + sign)
                if len(composed) == 1:
                    base.text = composed
                    gone.add(number)
                    break
    return [letter for number, letter in enumerate(letters) if number not in gone] if gone else letters


def _is_over(accent: Letter, base: Letter) -> bool:
    middle = (accent.x0 + accent.x1) / 2
    slack = 0.1 * (base.x1 - base.x0)
    return (
        base.text.isalpha()
        and base.x0 - slack <= middle <= base.x1 + slack
        and min(accent.bottom, base.bottom) > max(accent.top, base.top)
    )


def _read(letters: list[Letter]) -> list[Letter]:
    """Letters as a person sees them: those of symbol fonts by name; unreadable ones are marked."""
    for letter in letters:
        if is_unreadable(letter.text):
            letter.text = "".join(_SYMBOLS.get(sign, _UNREADABLE) for sign in _signs(letter.text))
    return letters


def _signs(text: str) -> Sequence[str]:
    return (_UNREADABLE,) if text.startswith("(cid:") else text
