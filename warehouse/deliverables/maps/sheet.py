"""The page of a map: A4 with header, footer, a map to scale and a column beside it."""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.country.pack import country
from warehouse.deliverables import fonts
from warehouse.deliverables.maps.outlines import SCHEMATIC
from warehouse.deliverables.maps.scene import Scene, sentence
from warehouse.deliverables.maps.style import ABROAD, EDGE
from warehouse.deliverables.palette import INK, NOTICE, NOTICE_EDGE, SOFT
from warehouse.french import long_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 200
WIDTH_INCHES, HEIGHT_INCHES = 11.69, 8.27  # A4, landscape
_MARGIN_INCHES = 0.18
_BOTTOM, _HIGH = 0.125, 0.775  # of the map, in shares of the page
_KM_A_DEGREE = 111.32
_LENGTHS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def frame(width: float) -> tuple[float, float, float, float]:
    """Where the map stands on the page: left, top, right and bottom, in shares of it."""
    left = _MARGIN_INCHES / WIDTH_INCHES
    return left, 1 - _BOTTOM - _HIGH, left + width, 1 - _BOTTOM


@dataclass
class Panel:
    """A column of the page, written from the top down; lengths in inches from the page's upper left corner."""

    axes: Axes
    left: float
    width: float
    y: float

    def write(self, text: str, size: float = 8, wrap: int = 0, **style: Any) -> None:
        """Writes one paragraph; ``wrap``: characters per line."""
        for line in wrapped(text, wrap) if wrap else [text]:
            self.axes.text(self.left, self.y, line, fontsize=size, va="top", **style)
            self.y += size / 72 * 1.25

    def gap(self, inches: float) -> None:
        """Leaves vertical space."""
        self.y += inches


def wrapped(text: str, characters: int) -> list[str]:
    """The lines of a French text: none begins with « ; », « : » or a closing quotation mark."""
    return textwrap.wrap(re.sub(r" ([;:!?»])", "\u00a0\\1", text.replace("« ", "«\u00a0")), characters)


@dataclass
class Sheet:
    """A page to draw on: ``page`` covers all of it in inches, downwards."""

    figure: Figure
    page: Axes
    is_tiled: bool = False  # tiles have neither scale nor north

    def map(self, bounds: tuple[float, ...], width: float) -> Axes:
        """The axes of a map of at least these bounds (degrees), at the scale of their middle latitude.

        ``width``: share of the page.
        """
        axes = self.figure.add_axes((_MARGIN_INCHES / WIDTH_INCHES, _BOTTOM, width, _HIGH))
        west, south, east, north = bounds
        stretch = 1 / math.cos(math.radians((south + north) / 2))
        shape = (width * WIDTH_INCHES) / (_HIGH * HEIGHT_INCHES)
        high = 1.12 * max(north - south, (east - west) / stretch / shape)
        wide = high * stretch * shape
        x, y = (west + east) / 2, (south + north) / 2
        axes.set(xlim=(x - wide / 2, x + wide / 2), ylim=(y - high / 2, y + high / 2), xticks=[], yticks=[])
        axes.set_facecolor(ABROAD)
        for spine in axes.spines.values():
            spine.set_edgecolor(EDGE)
        if not self.is_tiled:
            self._scale(axes, wide * _KM_A_DEGREE / stretch / (width * WIDTH_INCHES))
        return axes

    def panel(self, left: float) -> Panel:
        """The column to the right of the map."""
        return Panel(self.page, left, WIDTH_INCHES - left - _MARGIN_INCHES, 0.85)

    def _scale(self, axes: Axes, km_an_inch: float) -> None:
        """A scale bar and a north arrow, below the map at its right end."""
        box = axes.get_position()
        km = max(length for length in _LENGTHS_KM if length / km_an_inch <= 1.3)
        inches = km / km_an_inch
        right, y = box.x1 * WIDTH_INCHES - 0.3, (1 - box.y0) * HEIGHT_INCHES + 0.14
        self.page.plot([right - inches, right - inches / 2], [y, y], color=INK, lw=3.5, solid_capstyle="butt")
        self.page.plot([right - inches / 2, right], [y, y], color=EDGE, lw=3.5, solid_capstyle="butt")
        self.page.text(right - inches, y + 0.06, "0", fontsize=7, ha="center", va="top")
        self.page.text(right, y + 0.06, f"{km} km", fontsize=7, ha="center", va="top")
        north = right - inches - 0.3
        arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1, "shrinkB": 0}
        style: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "fontsize": 8,
            "fontweight": "bold",
            "arrowprops": arrow,
        }
        self.page.annotate("N", (north, y - 0.1), (north, y + 0.17), **style)


@contextmanager
def sheet(shown: Scene, target: Path, title: str) -> Iterator[Sheet]:
    """A page with header and footer; written as ``target``.svg and .png on exit."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(_settings()):
        figure = pyplot.figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), facecolor="white")
        try:
            page = figure.add_axes((0, 0, 1, 1), zorder=5, frameon=False)
            page.set(xlim=(0, WIDTH_INCHES), ylim=(HEIGHT_INCHES, 0), xticks=[], yticks=[])
            _head(page, shown, title)
            _foot(page, shown)
            yield Sheet(figure, page, shown.outlines.is_tiled)
            target.parent.mkdir(parents=True, exist_ok=True)
            about = {"Title": title, "Description": sentence(shown)}
            figure.savefig(target.with_suffix(".svg"), metadata={**about, "Date": None, "Creator": None})
            _write_png(figure, target.with_suffix(".png"), about)
        finally:
            pyplot.close(figure)


def _write_png(figure: Figure, target: Path, about: dict[str, str]) -> None:
    """Writes a PNG of 256 colours: enough for a map, a third of the size; more compression is slower than drawing."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    metadata = PngInfo()
    for key, value in about.items():
        metadata.add_itxt(key, value, lang="fr")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="rgba", dpi=DPI)
    size = (round(WIDTH_INCHES * DPI), round(HEIGHT_INCHES * DPI))
    image = Image.frombytes("RGBA", size, drawn.getvalue())
    # the only method that keeps the colours of rare classes
    few = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(target, pnginfo=metadata, dpi=(DPI, DPI))


def _settings() -> Any:
    """Uses the project's font, drawn as outlines: the same map on every machine."""
    return {
        "font.family": fonts.register(),
        "text.color": INK,
        "hatch.linewidth": 0.6,
        "svg.fonttype": "path",
        "svg.hashsalt": "carte",
    }


def _head(page: Axes, shown: Scene, title: str) -> None:
    page.text(_MARGIN_INCHES, 0.22, title, fontsize=17, fontweight="bold", va="top")
    day = long_day(shown.edition.as_of)
    text = f"{country().name.fr}, situation au {day}. Couleur : part des types de services assurés."
    page.text(_MARGIN_INCHES, 0.53, text, fontsize=10, color=SOFT, va="top")
    if shown.edition.notice:
        box: dict[str, Any] = {"boxstyle": "round,pad=0.4", "facecolor": NOTICE, "edgecolor": NOTICE_EDGE, "lw": 1.5}
        style: dict[str, Any] = {
            "fontsize": 13,
            "fontweight": "bold",
            "color": "#5c3a00",
            "ha": "right",
            "va": "center",
        }
        page.text(WIDTH_INCHES - 0.28, 0.4, shown.edition.notice, bbox=box, **style)


def _foot(page: Axes, shown: Scene) -> None:
    drawn = shown.outlines
    foot = Panel(page, _MARGIN_INCHES, WIDTH_INCHES, HEIGHT_INCHES - (0.62 if drawn.is_schematic else 0.46))
    if drawn.is_schematic:
        foot.write(f"{SCHEMATIC.capitalize()}.", 8, fontweight="semibold", color="#8a1c1c")
    towns = "" if drawn.is_tiled else " Chefs-lieux : coordonnées approchées."
    sources = (
        f"Sources : service_gap_cercle et service_directory, publication {shown.edition.name}, date de référence"
        f" {long_day(shown.edition.as_of)}. {drawn.credit}{towns} {drawn.disclaimer}"
    )
    foot.write(sources, 7, wrap=275, color=SOFT)
