"""A page with everything that is painted on it, seen as a viewer shows it."""

from __future__ import annotations

from typing import Any

from pdfminer.utils import apply_matrix_rect

from ingestion.readers.pdf.annotations import paint_annotations
from ingestion.readers.pdf.layers import Layers
from ingestion.readers.pdf.painting import UNBOUNDED, Device, Interpreter, Matrix, Painted, within


def paint(page: Any) -> Painted:
    """Everything that a pdfplumber page paints, its form fields and typed notes too."""
    of_page = page.page_obj
    turn = _page_matrix(of_page)
    media = within(apply_matrix_rect(turn, of_page.mediabox), UNBOUNDED)
    shown = within(apply_matrix_rect(turn, of_page.cropbox), media)
    if shown[2] - shown[0] < 1.0 or shown[3] - shown[1] < 1.0:
        shown = media
    painted = Painted(shown[2] - shown[0], shown[3] - shown[1], left=shown[0], upper=shown[3])
    painted.is_cropped = shown != media
    device = Device(page.pdf.rsrcmgr, painted, shown)
    interpreter = Interpreter(page.pdf.rsrcmgr, device, Layers.of(page.pdf.doc))
    interpreter.process_page(of_page)
    paint_annotations(of_page, turn, interpreter)
    return painted


def _page_matrix(page: Any) -> Matrix:
    """As pdfminer turns a page."""
    x0, y0, x1, y1 = page.mediabox
    turned: dict[int, Matrix] = {90: (0, -1, 1, 0, -y0, x1), 180: (-1, 0, 0, -1, x1, y1), 270: (0, 1, -1, 0, y1, -x0)}
    return turned.get(page.rotate, (1, 0, 0, 1, -x0, -y0))
