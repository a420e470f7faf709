"""The printed maps: the five zones on one sheet, and each zone on its own, as SVG and PNG."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse.deliverables.maps import legend
from warehouse.deliverables.maps.facts import CercleFacts
from warehouse.deliverables.maps.label_placing import Labels
from warehouse.deliverables.maps.outlines import Cercle
from warehouse.deliverables.maps.scene import Scene, counted, scene, sentence
from warehouse.deliverables.maps.sheet import sheet
from warehouse.deliverables.maps.style import EDGE, LAND, MARKERS, STATES
from warehouse.deliverables.palette import INK, SHARE, SOFT
from warehouse.reading.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRY_WIDTH = 0.655  # of the map of the country, in shares of its page
_NAMED_DEGREES2 = 0.9  # on the country's map, smaller cercles only show their figure
_INSET_WIDTH, _INSET_HEIGHT = 0.2, 0.23  # shares of the map
FEW_ZONES = 8  # more do not fit: their names on the map, and a line each beside it
_MIDDLE = (0.5, 0.5)  # of a zone's name, where the country does not say better


def draw_country(edition: Edition, target: Path) -> None:
    """Draws the five zones as ``target``.svg and .png, whatever its suffix."""
    shown = scene(edition)
    with sheet(shown, target, worded("Lacunes de services aux migrants de retour, par {admin2:word}")) as page:
        chart = page.map(shown.outlines.country.bounds, COUNTRY_WIDTH)
        _draw(chart, shown)
        _label_country(chart, shown)
        panel = page.panel(8.05)
        legend.write(panel, shown)
        if len(shown.outlines.zones) <= FEW_ZONES:
            legend.write_zones(panel, shown)
        legend.write_caution(panel)


def draw_zone(edition: Edition, zone_code: str, target: Path) -> None:
    """Draws one zone as ``target``.svg and .png. Raises KeyError for an unknown zone."""
    shown = scene(edition, zone_code)
    with sheet(shown, target, f"{shown.name} : lacunes de services aux migrants de retour") as page:
        chart = page.map(shown.outlines.zones[zone_code].bounds, 0.615)
        _draw(chart, shown)
        _label_zone(chart, shown)
        _say_what_is_missing(chart, shown)
        panel = page.panel(7.55)
        legend.write(panel, shown)
        legend.write_types(panel, shown)


def describe(edition: Edition, zone_code: str | None = None) -> str:
    """One French sentence that describes the map, as alternative text; without a code, of all five zones."""
    return sentence(scene(edition, zone_code))


def _draw(chart: Axes, shown: Scene) -> None:
    _draw_land(chart, shown)
    _draw_services(chart, shown)
    for one in shown.cercles if not shown.outlines.is_tiled else ():
        x, y = shown.outlines.towns[one.code]
        chart.plot(x, y, marker="o", ms=2.6, mfc="white", mec=INK, mew=0.8, zorder=5)


def _draw_land(chart: Axes, shown: Scene) -> None:
    drawn = shown.outlines  # added as artists: the limits of the map are set, and measuring every outline takes a fifth
    chart.add_artist(_patch(drawn.country, facecolor=LAND, edgecolor="none"))
    for one in drawn.cercles.values():
        if one.code not in shown.facts:
            chart.add_artist(_patch(one.geometry, facecolor=LAND, edgecolor="#c3cbd1", lw=0.5))
    for one in shown.cercles:
        cercle = shown.facts[one.code]
        chart.add_artist(_patch(one.geometry, facecolor=SHARE[cercle.share], edgecolor="none"))
        if cercle.is_mostly_unsurveyed:
            chart.add_artist(_patch(one.geometry, facecolor="none", edgecolor=EDGE, hatch=_hatch(cercle), lw=0))
        chart.add_artist(_patch(one.geometry, facecolor="none", edgecolor=SOFT, lw=0.7))
    for code, zone in drawn.zones.items():
        is_shown = shown.zone_code in (None, code)
        chart.add_artist(
            _patch(zone, facecolor="none", edgecolor=INK if is_shown else EDGE, lw=1.6 if is_shown else 0.8)
        )
    chart.add_artist(_patch(drawn.country, facecolor="none", edgecolor=SOFT, lw=1.0))


def _hatch(cercle: CercleFacts) -> str:
    return "////" if cercle.is_unsurveyed else "//"


def _patch(geometry: shapely.Geometry, **style: Any) -> Any:
    """Polygons with their holes, as matplotlib draws them."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    polygons = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    rings = [shapely.get_coordinates(ring) for part in polygons for ring in (part.exterior, *part.interiors)]
    return PathPatch(Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings)), **style)


def _draw_services(chart: Axes, shown: Scene) -> None:
    for state, colour in reversed(STATES.items()):  # draws operational ones on top
        edge = "white" if state == "operational" else INK
        for domain, marker in MARKERS.items():
            places = [
                (one["longitude"], one["latitude"])
                for one in shown.points
                if (one["operational_state"], one["domain_code"]) == (state, domain)
            ]
            x, y = zip(*places, strict=True) if places else ((), ())
            chart.scatter(x, y, s=_size(shown), marker=marker, facecolor=colour, edgecolor=edge, lw=0.5, zorder=4)


def _size(shown: Scene) -> float:
    """The size of signs in square points: smaller, the more services there are."""
    return (1 if shown.zone_code else 0.6) * max(5.0, min(26.0, 2600 / max(1, len(shown.points))))


def _label_country(chart: Axes, shown: Scene) -> None:
    labels = _labels(chart, shown)
    for code in shown.outlines.zones if len(shown.outlines.zones) <= FEW_ZONES else ():
        x, y = country().map.label_offsets.get(code, _MIDDLE)
        west, south, east, north = shown.outlines.zones[code].bounds
        place = (west + x * (east - west), south + y * (north - south))
        name = shown.outlines.zone_names[code].replace(" de ", "\nde ")
        chart.text(*place, name, fontsize=9, fontweight="bold", ha="center", va="center", linespacing=0.95, zorder=7)
        labels.reserve(place[0] - 0.9, place[1] - 0.35, place[0] + 0.9, place[1] + 0.35)
    for one in _largest_first(shown):
        told = shown.facts[one.code]
        # a zero that nobody verified is not shown
        figure = f"{len(told.served)}/{len(shown.types)}" if told.is_known else ""
        name = one.name_fr if one.geometry.area > _NAMED_DEGREES2 else ""
        if name or figure:
            labels.write(name, figure, one.geometry, _signs(one, shown), 7)


def _label_zone(chart: Axes, shown: Scene) -> None:
    labels = _labels(chart, shown)
    labels.reserve(*_locate(chart, shown))
    for one in _largest_first(shown):
        figures = "\n".join(_figures(shown.facts[one.code], len(shown.types)))
        labels.write(one.name_fr, figures, one.geometry, _signs(one, shown), 9)


def _labels(chart: Axes, shown: Scene) -> Labels:
    return Labels(chart, shapely.simplify(shapely.union_all([one.geometry for one in shown.cercles]), 0.02))


def _largest_first(shown: Scene) -> list[Cercle]:
    return sorted(shown.cercles, key=lambda one: -one.geometry.area)


def _signs(one: Cercle, shown: Scene) -> list[tuple[float, float]]:
    """Points that the label of a cercle should not hide."""
    services = [(row["longitude"], row["latitude"]) for row in shown.points if row["admin2_code"] == one.code]
    return services if shown.outlines.is_tiled else [shown.outlines.towns[one.code], *services]


def _served(told: CercleFacts, total: int) -> list[str]:
    """Types served; where nothing is verified that zero is not one, and what is known is told instead."""
    if told.is_known:
        return [f"{len(told.served)}/{total}"]
    return [counted(told.unverified, "non vérifié", "non vérifiés")] if told.unverified else []


def _figures(told: CercleFacts, total: int) -> list[str]:
    """The figures of a cercle, in lines short enough for a small one."""
    lines = ["non enquêté"] if told.is_unsurveyed else _served(told, total)
    if told.unsurveyed and not told.is_unsurveyed:
        lines.append(counted(told.unsurveyed, "non enquêté", "non enquêtés"))
    if told.shelters:
        lines.append(counted(told.shelters, "hébergement\nnon situé", "hébergements\nnon situés"))
    return lines


def _locate(chart: Axes, shown: Scene) -> tuple[float, float, float, float]:
    """Draws the country in the emptiest corner of the map; returns the bounds of that corner in degrees."""
    (west, east), (south, north) = chart.get_xlim(), chart.get_ylim()
    wide, high = _INSET_WIDTH * (east - west), _INSET_HEIGHT * (north - south)
    zone = shown.outlines.zones[shown.zone_code or ""]
    corners = [
        shapely.box(left, low, left + wide, low + high) for left in (west, east - wide) for low in (south, north - high)
    ]
    corner = min(corners, key=lambda box: float(shapely.intersection(zone, box).area)).bounds
    inset = chart.inset_axes((corner[0], corner[1], wide, high), transform=chart.transData, zorder=6)
    inset.set(xticks=[], yticks=[], facecolor="white")
    inset.add_patch(_patch(shown.outlines.country, facecolor=LAND, edgecolor=SOFT, lw=0.6))
    inset.add_patch(_patch(zone, facecolor="#0b4f8a", edgecolor="#0b4f8a", lw=0.8))
    inset.set_aspect(1 / math.cos(math.radians(17)), adjustable="datalim")
    inset.autoscale_view()
    for spine in inset.spines.values():
        spine.set_edgecolor(EDGE)
    left, low, right, top = corner
    return left, low, right, top


def _say_what_is_missing(chart: Axes, shown: Scene) -> None:
    """Explains why the map is empty, if it is."""
    if shown.unsurveyed == len(shown.facts):
        text = (
            "Aucune enquête ni aucune source ne couvre cette zone à la date de référence :\n"
            "« non enquêté » ne veut pas dire « aucun service »."
        )
    elif not shown.points:
        text = "Aucun service de cette zone n’a de coordonnées que l’on puisse montrer."
    else:
        return
    box: dict[str, Any] = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": INK}
    chart.text(0.5, 0.03, text, transform=chart.transAxes, ha="center", va="bottom", fontsize=9, bbox=box, zorder=8)
