"""What a page paints, in the order in which it is painted: letters, shapes and pictures, each as far as it is seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTCurve, LTLine, LTRect
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect, decode_text

from ingestion.readers.pdf.colours import Colour, blended, colour_of
from ingestion.readers.pdf.layers import Layers

Box = tuple[float, float, float, float]  # x0, top, x1, bottom
Matrix = tuple[float, float, float, float, float, float]

_SLANT = math.tan(math.radians(6))  # more is no line of text of a page that was scanned askew
_UNSEEN_MODES = (3, 7)  # neither filled nor stroked
_MOST_RECTS = 200  # of one path that are looked at one by one: maps and charts have more
_SEE_THROUGH = 0.95  # opacity under which what lies below is seen
UNBOUNDED: Box = (-math.inf, -math.inf, math.inf, math.inf)


class Letter:
    """One letter as it is painted; `show` is the number of the operator that shows it.

    `turn`: quarter turns clockwise that bring it upright; none where it is slanted.
    """

    __slots__ = ("bottom", "colour", "font", "is_seen", "order", "show", "text", "top", "turn", "x0", "x1")

    def __init__(self, text: str, box: Box, turn: int | None, font: str, show: int, order: int) -> None:
        """A visible letter, black unless its colour is set."""
        self.text, self.turn, self.font, self.show, self.order = text, turn, font, show, order
        self.x0, self.top, self.x1, self.bottom = box
        self.colour: Colour | None = None
        self.is_seen = True


@dataclass(frozen=True)
class Patch:
    """A filled shape or a picture: `colour` is that of its area, none where it is not known or not one."""

    box: Box
    order: int
    colour: Colour | None
    is_opaque: bool
    is_picture: bool = False


@dataclass
class Painted:
    """A page: `width` and `height` are those of what a viewer shows of it, from whose upper left corner boxes count."""

    width: float
    height: float
    letters: list[Letter] = field(default_factory=list)
    lines: list[LTLine] = field(default_factory=list)
    rects: list[LTRect] = field(default_factory=list)
    curves: list[LTCurve] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    strikes: list[Box] = field(default_factory=list)  # drawn by a reader over the page
    is_cropped: bool = False  # whether it says itself that a viewer shows a part of it
    left: float = 0.0  # of what is shown, on the whole page
    upper: float = 0.0

    def box(self, item: Any) -> Box:
        """The box of a shape or letter of the page."""
        return (item.x0 - self.left, self.upper - item.y1, item.x1 - self.left, self.upper - item.y0)

    def points(self, shape: LTCurve) -> list[tuple[float, float]]:
        """The corners of a shape."""
        return [(x - self.left, self.upper - y) for x, y in shape.pts]


def within(box: Sequence[float], other: Box) -> Box:
    """What two boxes share."""
    return (max(box[0], other[0]), max(box[1], other[1]), min(box[2], other[2]), min(box[3], other[3]))


def corners_of(points: Iterable[tuple[float, float]]) -> Box:
    """The box around points."""
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


class Device(PDFLayoutAnalyzer):
    """Takes what is painted as it comes, with what hides it."""

    def __init__(self, resources: Any, painted: Painted, shown: Box) -> None:
        super().__init__(resources)
        self.painted, self.shown = painted, shown
        self.clip, self.opacity, self.is_blended = shown, 1.0, False
        self.kept: list[tuple[Box, float, bool]] = []
        self.order = self.shows = self.unseen = 0
        self.mode = 0
        self.is_within_path = False
        self.colours: dict[Any, Colour | None] = {}
        self.turns: dict[tuple[float, ...], int | None] = {}
        self.state: Any = None
        self.colour: Colour | None = None

    # --- pdfminer's events ---

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Shapes are added to the device itself."""
        self.cur_item = self  # type: ignore[assignment]

    def end_page(self, page: Any) -> None:
        """Nothing is left to do."""

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """What a form shows is of the page."""

    def end_figure(self, _: str) -> None:
        """What a form shows is of the page."""

    def render_image(self, name: str, stream: PDFStream) -> None:
        """A picture."""
        self.order += 1
        if self.unseen:
            return
        corners = [apply_matrix_pt(self.ctm, corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
        has_mask = any(stream.get(key) is not None for key in ("SMask", "Mask", "ImageMask", "IM"))
        self._add_patch(corners_of(corners), None, is_opaque=not has_mask, is_picture=True)

    def paint_path(self, gstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
        """Shapes, and the areas that they fill."""
        self.order += 1
        if self.unseen:
            return
        if self.is_within_path:  # pdfminer comes back for each part
            super().paint_path(gstate, stroke, fill, evenodd, path)
            return
        rects, curves = len(self.painted.rects), len(self.painted.curves)
        self.is_within_path = True
        super().paint_path(gstate, stroke, fill, evenodd, path)
        self.is_within_path = False
        if fill:
            self._add_rects(self.painted.rects[rects:], self._colour(gstate), evenodd)
            for curve in self.painted.curves[curves:]:  # of another form: it may leave parts of its box blank
                self._add_patch((curve.x0, curve.y0, curve.x1, curve.y1), None, is_opaque=False)

    def shade(self) -> None:
        """Colours that run into each other, as far as nothing cuts them off."""
        self.order += 1
        if not self.unseen:
            self._add_patch(self.clip, None, is_opaque=False)

    def _add_rects(self, rects: Sequence[LTRect], colour: Colour | None, evenodd: bool) -> None:
        if len(rects) > _MOST_RECTS:
            for rect in rects:
                self._add_patch((rect.x0, rect.y0, rect.x1, rect.y1), None, is_opaque=False)
            return
        for rect in rects:
            if not any(_is_hole(rect, other, evenodd) for other in rects):
                has_hole = any(_is_hole(other, rect, evenodd) for other in rects)
                self._add_patch((rect.x0, rect.y0, rect.x1, rect.y1), colour, is_opaque=not has_hole)

    def add(self, shape: Any) -> None:
        """A shape that pdfminer found in a path."""
        if isinstance(shape, LTLine):
            self.painted.lines.append(shape)
        elif isinstance(shape, LTRect):
            self.painted.rects.append(shape)
        else:
            self.painted.curves.append(shape)

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """A text in one colour."""
        self.order += 1
        self.shows += 1
        self.mode = textstate.render
        self.colour = self._colour(graphicstate)
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self,
        matrix: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,
        graphicstate: Any,
    ) -> float:
        """A letter, with its place on the page."""
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = f"(cid:{cid})"
        advance: float = font.char_width(cid) * fontsize * scaling
        if font.is_vertical():
            box = _vertical(font.char_disp(cid), fontsize, rise, advance)
        else:
            descent = font.get_descent() * fontsize
            box = (0.0, descent + rise, advance, descent + rise + fontsize)
        x0, y0, x1, y1 = apply_matrix_rect(matrix, box)
        if x1 < x0:
            x0, x1 = x1, x0
        if y1 < y0:
            y0, y1 = y1, y0
        key = (*matrix[:4], scaling)
        if key not in self.turns:
            self.turns[key] = _turn_of(matrix, scaling)
        to = self.painted
        name = font.fontname if isinstance(font.fontname, str) else repr(font.fontname)
        place = (x0 - to.left, to.upper - y1, x1 - to.left, to.upper - y0)
        letter = Letter(text, place, self.turns[key], name, self.shows, self.order)
        letter.colour = self.colour
        letter.is_seen = not self.unseen and self.mode not in _UNSEEN_MODES
        to.letters.append(letter)
        return advance

    # --- what hides ---

    def keep(self) -> None:
        """Keeps what `restore` brings back."""
        self.kept.append((self.clip, self.opacity, self.is_blended))

    def restore(self) -> None:
        """As it was before the last `keep`."""
        if self.kept:
            self.clip, self.opacity, self.is_blended = self.kept.pop()

    def clip_to(self, points: Sequence[tuple[float, float]]) -> None:
        """Nothing is painted outside a path."""
        if points:
            self.clip = within(corners_of(apply_matrix_pt(self.ctm, point) for point in points), self.clip)

    def _add_patch(self, box: Box, colour: Colour | None, *, is_opaque: bool, is_picture: bool = False) -> None:
        x0, y0, x1, y1 = within(box, self.clip)
        if x1 <= x0 or y1 <= y0:
            return
        to = self.painted
        place = (x0 - to.left, to.upper - y1, x1 - to.left, to.upper - y0)
        hides = is_opaque and not self.is_blended and self.opacity > _SEE_THROUGH and (is_picture or colour is not None)
        to.patches.append(Patch(place, self.order, colour, hides, is_picture))

    def _colour(self, gstate: Any) -> Colour | None:
        tint = gstate.ncolor
        key = (gstate.ncs.name, gstate.ncs.ncomponents, tuple(tint) if isinstance(tint, list) else tint, self.opacity)
        try:
            if key not in self.colours:
                self.colours[key] = blended(colour_of(*key[:3]), self.opacity)
            return self.colours[key]
        except TypeError:  # a pattern
            return None


def _is_hole(rect: LTRect, other: LTRect, evenodd: bool) -> bool:
    """Whether a rectangle within another one of the same path is left blank."""
    is_within = other.x0 <= rect.x0 and other.y0 <= rect.y0 and rect.x1 <= other.x1 and rect.y1 <= other.y1
    return rect is not other and is_within and (evenodd or _is_leftwards(rect) != _is_leftwards(other))


def _is_leftwards(rect: LTRect) -> bool:
    """The direction in which the corners of a rectangle follow each other."""
    steps: list[Any] = list(rect.original_path or ())
    (x0, y0), (x1, y1), (x2, y2) = (step[1] for step in steps[:3])
    return bool((x1 - x0) * (y2 - y1) - (x2 - x1) * (y1 - y0) > 0)


def _vertical(displacement: Any, size: float, rise: float, advance: float) -> Box:
    x, y = displacement
    x = size * 0.5 if x is None else x * size * 0.001
    y = (1000 - y) * size * 0.001
    return (-x, y + rise + advance, -x + size, y + rise)


def _turn_of(matrix: Sequence[float], scaling: float) -> int | None:
    """Quarter turns clockwise that bring a letter upright; 1 where it reads upwards, 2 upside down, 3 downwards.

    None if slanted.
    """
    a, b, _, d = matrix[:4]
    along, across = abs(a), abs(b)
    if across > _SLANT * along and along > _SLANT * across:
        return None
    if a * d * scaling > 0 and across <= along:
        return 0 if a > 0 else 2
    return 1 if b > 0 else 3


class Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, with the operators that say what is seen."""

    device: Device

    def __init__(self, resources: Any, device: Device, layers: Layers) -> None:
        super().__init__(resources, device)
        self.layers = layers
        self.marks: list[tuple[bool, str | None, int]] = []  # is hidden, its text, number of the first letter
        self.begun: Any = None

    def dup(self) -> Interpreter:
        """One for a form that the page shows."""
        made = Interpreter(self.rsrcmgr, self.device, self.layers)
        made.begun = self.graphicstate.copy() if hasattr(self, "graphicstate") else None
        return made

    def init_state(self, ctm: Any) -> None:
        """A form begins with the colours of what shows it."""
        super().init_state(ctm)
        if self.begun is not None:
            self.graphicstate = self.begun

    def do_q(self) -> None:
        """Keeps the state."""
        super().do_q()
        self.device.keep()

    def do_Q(self) -> None:
        """Brings the last kept state back."""
        if self.gstack:
            super().do_Q()
            self.device.restore()

    def do_W(self) -> None:
        """Nothing is seen outside a path."""
        steps = [step[1:] for step in self.curpath]
        points = [point for step in steps for point in zip(step[::2], step[1::2], strict=False)]
        self.device.clip_to(points)

    def do_W_a(self) -> None:
        """Nothing is seen outside a path."""
        self.do_W()

    def do_gs(self, name: Any) -> None:
        """Opacity, and how colours mix."""
        state = _resource(self.resources, "ExtGState", name)
        if not isinstance(state, dict):
            return
        opacity, blend = resolve1(state.get("ca")), resolve1(state.get("BM"))
        if isinstance(opacity, int | float):
            self.device.opacity = float(opacity)
        if blend is not None:
            first = resolve1(blend[0]) if isinstance(blend, list) and blend else blend
            self.device.is_blended = getattr(first, "name", "Normal") not in ("Normal", "Compatible")
        mask = resolve1(state.get("SMask"))
        if isinstance(mask, dict):
            self.device.is_blended = True

    def do_BMC(self, tag: Any) -> None:
        """A marked part of the page begins."""
        self._begin(None, None)

    def do_BDC(self, tag: Any, props: Any) -> None:
        """A part begins that may belong to a layer or carry its own text (ActualText)."""
        is_layer = isinstance(tag, PSLiteral) and tag.name == "OC"
        properties = _resource_ref(self.resources, "Properties", props) if isinstance(props, PSLiteral) else props
        self._begin(properties if is_layer else None, resolve1(properties))

    def do_EMC(self) -> None:
        """A marked part ends."""
        if not self.marks:
            return
        is_hidden, text, first = self.marks.pop()
        self.device.unseen -= is_hidden
        if text:
            _mend(self.device.painted.letters[first:], text)

    def _begin(self, layer: Any, properties: Any) -> None:
        is_hidden = layer is not None and self.layers.is_off(layer)
        text = resolve1(properties.get("ActualText")) if isinstance(properties, dict) else None
        actual = decode_text(text) if isinstance(text, bytes) else None
        self.marks.append((is_hidden, actual, len(self.device.painted.letters)))
        self.device.unseen += is_hidden

    def do_sh(self, name: object) -> None:
        """Colours that run into each other."""
        self.device.shade()

    def do_Do(self, xobjid_arg: Any) -> None:
        """A form or a picture, unless it is on a layer that is off."""
        shown = resolve1(self.xobjmap.get(getattr(xobjid_arg, "name", xobjid_arg)))
        if not isinstance(shown, PDFStream):
            return
        device = self.device
        depth, unseen = len(device.kept), device.unseen
        device.keep()
        device.unseen += "OC" in shown and self.layers.is_off(shown.get("OC"))
        self._clip_to_form(shown)
        super().do_Do(xobjid_arg)
        device.unseen = unseen
        del device.kept[depth + 1 :]
        device.restore()

    def _clip_to_form(self, shown: PDFStream) -> None:
        bounds = resolve1(shown.get("BBox"))
        if isinstance(bounds, list) and len(bounds) == 4:
            x0, y0, x1, y1 = (resolve1(value) for value in bounds)
            matrix = resolve1(shown.get("Matrix")) or (1, 0, 0, 1, 0, 0)
            corners = [apply_matrix_pt(matrix, corner) for corner in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
            self.device.clip_to(corners)


def _resource_ref(resources: Any, kind: str, name: Any) -> Any:
    """What a name stands for among the resources, unresolved: a layer is known by its number."""
    entries = resolve1(resolve1(resources or {}).get(kind))
    return entries.get(getattr(name, "name", name)) if isinstance(entries, dict) else None


def _resource(resources: Any, kind: str, name: Any) -> Any:
    return resolve1(_resource_ref(resources, kind, name))


def _mend(letters: Sequence[Letter], text: str) -> None:
    """Letters without a meaning of their own take the text that the page says they are."""
    if not letters or not any(is_unreadable(letter.text) for letter in letters):
        return
    first, *rest = letters
    first.text = text.replace("\u00ad", "-").strip() or " "
    for letter in rest:
        first.x1, letter.text = max(first.x1, letter.x1), " "


def is_unreadable(text: str) -> bool:
    """Whether a letter has no meaning of its own: the number of a glyph, a sign of private use."""
    return text.startswith("(cid:") or any("\ue000" <= sign <= "\uf8ff" or sign == "\ufffd" for sign in text)
