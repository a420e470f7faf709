"""The charts of the reports, written as SVG for pages and print, and as PNG for Word and slides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from warehouse import french
from warehouse.deliverables import fonts, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 6.7  # inches: the text width of an A4 page
_DPI = 200
_Given = ParamSpec("_Given")


def _styled(draw: Callable[_Given, Path]) -> Callable[_Given, Path]:
    """Draws with settings that match the text, and restores those of the process."""

    @wraps(draw)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> Path:
        import matplotlib as mpl

        settings: dict[Any, Any] = {
            "font.family": fonts.register(),
            "font.size": 9,
            "svg.fonttype": "path",
            "svg.hashsalt": "mrf",  # makes the file reproducible
            "text.color": palette.INK,
            "axes.labelcolor": palette.INK,
            "xtick.color": palette.INK,
            "ytick.color": palette.INK,
        }
        with mpl.rc_context(settings):
            return draw(*args, **kwargs)

    return drawn


def _figure(height: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def _save(figure: Figure, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(target.with_suffix(".png"), dpi=_DPI)
    return target


_LEVEL_LABELS = 8  # more labels of columns are slanted


@_styled
def stacked(
    target: Path, rows: Sequence[str], series: Mapping[str, Sequence[float | None]], colours: Mapping[str, str]
) -> Path:
    """Stacked horizontal bars, one per row; each part shows its number if there is room."""
    figure, axes = _figure(0.7 + 0.36 * len(rows))
    left = [0.0] * len(rows)
    for name, values in series.items():
        widths = [value or 0.0 for value in values]
        bars = axes.barh(rows, widths, left=left, color=colours[name], label=name, edgecolor="white", height=0.7)
        for bar, width in zip(bars, widths, strict=True):
            if width:
                middle = (bar.get_x() + width / 2, bar.get_y() + bar.get_height() / 2)
                axes.annotate(
                    french.count(width), middle, ha="center", va="center", color=palette.on(colours[name]), fontsize=8
                )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    axes.invert_yaxis()
    axes.set_xticks([])
    figure.legend(loc="outside lower left", ncols=min(4, len(series)), frameon=False, fontsize=8.5)
    return _save(figure, target)


@_styled
def shares(target: Path, rows: Sequence[str], values: Sequence[float | None], colour: str = palette.BLUE) -> Path:
    """One bar per row from 0 to 100 %; an unknown share is labelled as such, not drawn as zero."""
    figure, axes = _figure(0.3 + 0.34 * len(rows))
    axes.barh(rows, [1.0] * len(rows), color=palette.TINT, height=0.6)
    axes.barh(rows, [value or 0.0 for value in values], color=colour, height=0.6)
    for index, value in enumerate(values):
        label = "inconnu" if value is None else french.share(value)
        axes.annotate(label, (1.01, index), va="center", annotation_clip=False)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    return _save(figure, target)


@_styled
def classes(target: Path, rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[str]]) -> Path:
    """A grid of gap classes with colour and code; cells not surveyed are hatched."""
    from matplotlib.patches import Rectangle

    figure, axes = _figure((2.2 if len(columns) > _LEVEL_LABELS else 0.5) + 0.27 * len(rows))
    for y, line in enumerate(cells):
        for x, code in enumerate(line):
            hatch = "////" if code == palette.HATCHED else None
            axes.add_patch(
                Rectangle((x, y), 1, 1, facecolor=palette.GAP[code], edgecolor=palette.LINE, hatch=hatch, linewidth=1)
            )
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1} if hatch else None
            axes.text(
                x + 0.5, y + 0.5, code, ha="center", va="center", color=palette.on(palette.GAP[code]),
                bbox=box, fontsize=8.5, fontweight="bold",
            )  # fmt: skip
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    is_long = len(columns) > _LEVEL_LABELS
    slant: dict[str, Any] = {"rotation": 60, "ha": "left", "rotation_mode": "anchor"} if is_long else {}
    axes.set_xticks([x + 0.5 for x in range(len(columns))], columns, **slant)
    axes.set_yticks([y + 0.5 for y in range(len(rows))], rows)
    axes.xaxis.tick_top()
    return _save(figure, target)


@_styled
def periods(
    target: Path,
    rows: Sequence[str],
    spans: Sequence[tuple[float, float]],
    colours: Sequence[str],
    ticks: dict[float, str],
    today: float | None = None,
) -> Path:
    """One bar per row over a period, on the axis ``ticks``; ``today`` is a vertical line."""
    figure, axes = _figure(0.5 + 0.3 * len(rows))
    for index, ((start, end), colour) in enumerate(zip(spans, colours, strict=True)):
        axes.barh(index, end - start, left=start, color=colour, height=0.55)
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.set_xlim(min(ticks), max(ticks))
    axes.grid(axis="x", color=palette.LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.tick_top()
    if today is not None and min(ticks) <= today <= max(ticks):
        axes.axvline(today, color=palette.INK, linewidth=1, linestyle="--")
    return _save(figure, target)


def months_between(first: dt.date, last: dt.date) -> dict[float, str]:
    """The first days of the months of a period, as an axis with at most nine labels."""
    starts, current = [first.replace(day=1)], first.replace(day=1)
    while current <= last:
        current = (current + dt.timedelta(days=32)).replace(day=1)
        starts.append(current)
    step = -(-len(starts) // 9)
    return {float(day.toordinal()): french.short_month(day) if i % step == 0 else "" for i, day in enumerate(starts)}


def ordinal(value: Any) -> float:
    """A date on such an axis."""
    return float(value.toordinal())
