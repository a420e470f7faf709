"""Places labels on a map: in their cercle if there is room, else beside it, without hiding anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from warehouse.deliverables.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRID = 17  # candidates per side
_REACH = 0.12  # maximum distance of a label from its cercle: a share of the map's height
_WIDTH_OF_A_LETTER, _HEIGHT_OF_A_LINE = 0.52, 1.22  # share of the font size
_INCHES_A_POINT = 1 / 72
# Cost of each share of a hidden label, and of each part of the map's height in distance.
_OVER_LABEL, _OVER_OTHERS, _OFF_MAP, _OVER_A_SIGN, _OFF_ITS_OWN, _AWAY = 12.0, 3.0, 30.0, 0.15, 1.0, 9.0


@dataclass
class Labels:
    """The labels of one map so far. ``coloured``: what labels of other cercles should not cover."""

    chart: Axes
    coloured: shapely.Geometry
    taken: list[shapely.Geometry] = field(default_factory=list)

    def write(
        self, name: str, figures: str, geometry: shapely.Geometry, signs: Sequence[tuple[float, float]], size: float
    ) -> None:
        """Writes a name in bold with figures below, for a cercle; ``signs``: points not to hide; ``size`` in points."""
        lines = [line for line in (name, *figures.split("\n")) if line]
        wide, high = self._degrees(
            max(map(len, lines)) * _WIDTH_OF_A_LETTER * size, len(lines) * _HEIGHT_OF_A_LINE * size
        )
        x, y = self._best(wide, high, geometry, signs)
        self.taken.append(shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
        if not shapely.intersects_xy(geometry, x, y):
            self._lead((x, y), high, geometry)
        style: dict[str, Any] = {"ha": "center", "va": "top", "path_effects": _halo(), "zorder": 7}
        top = y + high / 2
        if name:
            self.chart.text(x, top, name, fontsize=size, fontweight="bold", **style)
            top -= self._degrees(0, size * _HEIGHT_OF_A_LINE)[1]
        self.chart.text(x, top, figures, fontsize=size * 0.86, fontweight="semibold", linespacing=1.0, **style)

    def reserve(self, left: float, low: float, right: float, top: float) -> None:
        """Reserves an area, in degrees, without labels."""
        self.taken.append(shapely.box(left, low, right, top))

    def _degrees(self, wide: float, high: float) -> tuple[float, float]:
        """Font points as degrees of the map."""
        inches = self.chart.get_window_extent()
        figure = self.chart.get_figure(root=True)
        dpi = figure.dpi if figure else 100
        (west, east), (south, north) = self.chart.get_xlim(), self.chart.get_ylim()
        across, down = (east - west) / (inches.width / dpi), (north - south) / (inches.height / dpi)
        return wide * _INCHES_A_POINT * across, high * _INCHES_A_POINT * down

    def _best(
        self, wide: float, high: float, geometry: shapely.Geometry, signs: Sequence[tuple[float, float]]
    ) -> tuple[float, float]:
        """The centre of the candidate that hides least."""
        (west, east), (south, north) = self.chart.get_xlim(), self.chart.get_ylim()
        reach = _REACH * (north - south)
        left, low, right, top = geometry.bounds
        middle = shapely.maximum_inscribed_circle(geometry, tolerance=0.02).coords[0]
        columns, rows = np.meshgrid(
            np.linspace(left - reach - wide / 2, right + reach + wide / 2, _GRID),
            np.linspace(low - reach, top + reach, _GRID),
        )
        x, y = np.append(columns.ravel(), middle[0]), np.append(rows.ravel(), middle[1])
        boxes = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        area = wide * high

        def share(over: shapely.Geometry) -> Any:
            return shapely.area(shapely.intersection(boxes, over)) / area

        shapely.prepare(boxes)
        hidden = sum(shapely.intersects_xy(boxes, *sign).astype(float) for sign in signs)
        inside = share(geometry)
        cost = (
            _OVER_LABEL * share(shapely.union_all(self.taken))
            + _OVER_OTHERS * (share(self.coloured) - inside)
            + _OFF_MAP * (1 - share(shapely.box(west, south, east, north)))
            + _OFF_ITS_OWN * (1 - inside)
            + np.minimum(1.5, _OVER_A_SIGN * hidden)
            + _AWAY * np.hypot(x - middle[0], y - middle[1]) / (north - south)
        )
        best = int(np.argmin(cost))
        return float(x[best]), float(y[best])

    def _lead(self, place: tuple[float, float], high: float, geometry: shapely.Geometry) -> None:
        """A leader line from a label into its cercle."""
        target = shapely.point_on_surface(geometry)
        x, y = place
        edge = y + high / 2 if target.y > y else y - high / 2
        self.chart.plot([x, target.x], [edge, target.y], color=INK, lw=0.7, zorder=6)


def _halo() -> list[Any]:
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.2, foreground="#ffffffd8")]
