"""What lies over a page: the values of its form fields, and what a person typed or crossed out with a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import apply_matrix_rect, decode_text, mult_matrix

from ingestion.readers.pdf.painting import Box, Device, Interpreter, Letter, Matrix, Painted, corners_of

_HIDDEN, _NO_VIEW = 2, 32  # bits of an annotation's flags
_FONT_SIZE = re.compile(r"/\S+\s+([\d.]+)\s+Tf")
_PASSWORD, _PUSH_BUTTON = 1 << 13, 1 << 16  # of a field's


def paint_annotations(page: Any, turn: Matrix, interpreter: Interpreter) -> None:
    """The values of form fields, texts that were typed over a page, and strokes through words."""
    for reference in resolve1(page.annots) or []:
        annotation = resolve1(reference)
        if not isinstance(annotation, dict) or (resolve1(annotation.get("F")) or 0) & (_HIDDEN | _NO_VIEW):
            continue
        if "OC" in annotation and interpreter.layers.is_off(annotation["OC"]):
            continue
        bounds = [resolve1(value) for value in resolve1(annotation.get("Rect")) or []]
        if len(bounds) != 4 or not all(isinstance(value, int | float) for value in bounds):
            continue
        kind = getattr(resolve1(annotation.get("Subtype")), "name", "")
        box = (min(bounds[::2]), min(bounds[1::2]), max(bounds[::2]), max(bounds[1::2]))
        if kind == "Widget":
            _paint_field(annotation, box, turn, interpreter)
        elif kind == "FreeText":
            _paint_text(annotation, _text(annotation.get("Contents")), box, turn, interpreter)
        elif kind == "StrikeOut":
            painted = interpreter.device.painted
            painted.strikes += [_placed(painted, part, turn) for part in _marked(annotation, box)]


def _marked(annotation: dict[str, Any], box: Box) -> Iterator[Box]:
    corners = [resolve1(value) for value in resolve1(annotation.get("QuadPoints")) or []]
    if not corners or len(corners) % 8:
        yield box
    for first in range(0, len(corners) - 7, 8):
        part = corners[first : first + 8]
        yield corners_of(zip(part[::2], part[1::2], strict=True))


def _placed(painted: Painted, box: Box, turn: Matrix) -> Box:
    x0, y0, x1, y1 = apply_matrix_rect(turn, box)
    return (x0 - painted.left, painted.upper - y1, x1 - painted.left, painted.upper - y0)


def _inherited(field_: dict[str, Any], key: str) -> Any:
    """What a field says, or one that it is a part of."""
    for _ in range(20):
        if key in field_:
            return resolve1(field_[key])
        above = resolve1(field_.get("Parent"))
        if not isinstance(above, dict):
            return None
        field_ = above
    return None


def _paint_field(annotation: dict[str, Any], box: Box, turn: Matrix, interpreter: Interpreter) -> None:
    kind = getattr(_inherited(annotation, "FT"), "name", "")
    flags = _inherited(annotation, "Ff") or 0
    if kind == "Btn":
        state = getattr(resolve1(annotation.get("AS")), "name", "Off")
        if state != "Off" and not flags & _PUSH_BUTTON:
            _write("X", box, turn, interpreter.device)
    elif kind in ("Tx", "Ch") and not flags & _PASSWORD:
        value = _inherited(annotation, "V")
        chosen = value if isinstance(value, list) else [value]
        texts = [_choice(annotation, _text(each)) for each in chosen]
        _write("\n".join(text for text in texts if text), box, turn, interpreter.device, _font_size(annotation))


def _font_size(annotation: dict[str, Any]) -> float:
    """As the field's look says; 12 where it is to fit."""
    match = _FONT_SIZE.search(_text(_inherited(annotation, "DA")))
    return (float(match[1]) if match else 0.0) or 12.0


def _choice(annotation: dict[str, Any], value: str) -> str:
    """What a person sees of a chosen value."""
    for option in _inherited(annotation, "Opt") or []:
        pair = resolve1(option)
        if isinstance(pair, list) and len(pair) == 2 and _text(pair[0]) == value:
            return _text(pair[1])
    return value


def _text(value: Any) -> str:
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = value.get_data()
    if isinstance(value, PSLiteral):
        return str(value.name)
    return decode_text(value) if isinstance(value, bytes) else value if isinstance(value, str) else ""


def _paint_text(annotation: dict[str, Any], text: str, box: Box, turn: Matrix, interpreter: Interpreter) -> None:
    """The letters as they are shown, else the value written into its rectangle."""
    device = interpreter.device
    look = resolve1((resolve1(annotation.get("AP")) or {}).get("N"))
    first = len(device.painted.letters)
    if isinstance(look, PDFStream) and look.get("BBox") is not None:
        x0, y0, x1, y1 = (resolve1(value) for value in resolve1(look["BBox"]))
        matrix = tuple(resolve1(value) for value in resolve1(look.get("Matrix")) or (1, 0, 0, 1, 0, 0))
        within = apply_matrix_rect(matrix, (x0, y0, x1, y1))
        wide, high = within[2] - within[0], within[3] - within[1]
        if wide > 0 and high > 0:
            across, up = (box[2] - box[0]) / wide, (box[3] - box[1]) / high
            to_page = (across, 0, 0, up, box[0] - within[0] * across, box[1] - within[1] * up)
            ctm = mult_matrix(matrix, mult_matrix(to_page, turn))
            device.clip, device.opacity, device.is_blended = device.shown, 1.0, False
            interpreter.dup().render_contents(resolve1(look.get("Resources")) or {}, [look], ctm=ctm)
    if text.strip() and not any(letter.text.strip() for letter in device.painted.letters[first:]):
        _write(text, box, turn, device)


def _write(text: str, box: Box, turn: Matrix, device: Device, size: float = 12.0) -> None:
    """A text in a rectangle: its lines from the upper edge, one line at half the height."""
    painted = device.painted
    if not text.strip():
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    high = min(size, 0.9 * (box[3] - box[1]) / len(lines))
    top = (box[1] + box[3] + high * len(lines)) / 2 if len(lines) == 1 else box[3]
    device.order += 1
    for number, line in enumerate(lines):
        device.shows += 1
        wide = min(0.5 * high, (box[2] - box[0]) / max(1, len(line)))
        for place, sign in enumerate(line):
            x0, y1 = box[0] + place * wide, top - number * high
            at = _placed(painted, (x0, y1 - high, x0 + wide, y1), turn)
            painted.letters.append(Letter(sign, at, 0, "", device.shows, device.order))
