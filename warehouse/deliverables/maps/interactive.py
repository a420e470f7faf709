"""The interactive map: one self-contained HTML file for any group and type of services."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup

from warehouse import pages
from warehouse.deliverables.maps import facts
from warehouse.deliverables.maps.outlines import SCHEMATIC, Cercle, Outlines, outlines
from warehouse.deliverables.maps.style import STATES
from warehouse.deliverables.palette import GAP, SHARE
from warehouse.french import long_day
from warehouse.reading.edition import Edition

TEMPLATE = "map.html"
_UNITS_A_DEGREE = 100
_STRETCH = math.cos(math.radians(17))  # length of a degree of longitude in the middle of the country
_MARGIN = 30


def write(edition: Edition, target: Path, sheets: dict[str, str]) -> None:
    """Writes the page; ``sheets``: names of the printed maps beside it, by file stem."""
    drawn = outlines(edition)
    content = _content(edition, drawn)
    pages.write(
        target,
        TEMPLATE,
        notice=edition.notice,
        publication=edition.name,
        as_of=long_day(edition.as_of),
        group=facts.GROUP,
        groups=facts.names(edition, "popgr"),
        types=content["types"],
        zones=content["zones"],
        classes=content["classes"],
        domains=facts.names(edition, "domaine"),
        states=content["states"],
        shares=facts.SHARES,
        class_colours=GAP | SHARE,
        state_colours=STATES,
        is_schematic=drawn.is_schematic,
        schematic=SCHEMATIC,
        credit=drawn.credit,
        disclaimer=drawn.disclaimer,
        sheets=sheets,
        unlocated=facts.unlocated(edition).total(),
        shelters=sum(one["shelters"] for one in content["cercles"].values()),
        data=Markup(json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")),
        **_shapes(drawn, set(content["cercles"])),
    )


def read(page: Path) -> dict[str, Any]:
    """The content of a written page. Raises ValueError if it has none."""
    text = page.read_text(encoding="utf-8")
    _, tag, rest = text.partition('<script type="application/json" id="data">')
    if not tag:
        raise ValueError(f"{page.name} : sans données")
    return dict(json.loads(rest.partition("</script>")[0]))


def _content(edition: Edition, drawn: Outlines) -> dict[str, Any]:
    """The data of the page's script."""
    types = facts.names(edition, "type_service")
    return {
        "classes": facts.sentences(edition),
        "shares": facts.SHARES,
        "types": types,
        "states": facts.names(edition, "operational_state"),
        "zones": drawn.zone_names,
        "frames": {code: _frame(shape) for code, shape in drawn.zones.items()},
        "cercles": _cercles(edition, drawn, list(types)),
        "services": [] if drawn.is_tiled else _services(edition),
    }


def _cercles(edition: Edition, drawn: Outlines, types: list[str]) -> dict[str, Any]:
    """By code: names, then by group the class and the count of admitting services by type."""
    unlocated, shelters = facts.unlocated(edition), facts.of_group(edition)
    made: dict[str, Any] = {}
    for row in facts.cells(edition):
        code, group = row["admin2_code"], row["population_group_code"]
        left, _, right, _ = _frame(drawn.cercles[code].geometry)
        one = made.setdefault(
            code,
            {
                "name": drawn.cercles[code].name_fr,
                "zone": drawn.cercles[code].zone_code,
                "width": round(right - left),
                "shelters": shelters[code].shelters,
                "unlocated": unlocated[code],
                "classes": {},
                "admitting": {},
            },
        )
        place = types.index(row["service_type_code"])
        one["classes"].setdefault(group, [facts.UNSURVEYED] * len(types))[place] = row["gap_class"]
        one["admitting"].setdefault(group, [0] * len(types))[place] = row["admitting_count"]
    return dict(sorted(made.items(), key=lambda item: (item[1]["zone"], item[1]["name"])))


def _services(edition: Edition) -> list[dict[str, Any]]:
    services = []
    for row in facts.located(edition):
        x, y = _project(np.array([[row["longitude"], row["latitude"]]]))[0].tolist()
        services.append(
            {
                "id": row["service_at_location_id"],
                "organization": row["organization_name"],
                "site": row["site_name"],
                "type": row["service_type_code"],
                "domain": row["domain_code"],
                "state": row["operational_state"],
                "cercle": row["admin2_code"],
                "x": round(x, 2),
                "y": round(y, 2),
            }
        )
    return services


def _shapes(drawn: Outlines, coloured: set[str]) -> dict[str, Any]:
    """The outlines as SVG paths."""
    left, top, right, bottom = _frame(drawn.country)
    return {
        "view": [left - _MARGIN, top - _MARGIN, right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN],
        "country": _path(drawn.country),
        "others": [_path(one.geometry) for code, one in drawn.cercles.items() if code not in coloured],
        "borders": [_path(zone) for zone in drawn.zones.values()],
        "cercles": [_cercle(drawn.cercles[code]) for code in sorted(coloured)],
    }


def _cercle(one: Cercle) -> dict[str, Any]:
    middle = shapely.maximum_inscribed_circle(one.geometry, tolerance=0.02).coords[0]
    x, y = _project(np.array([middle]))[0].tolist()
    return {"code": one.code, "name": one.name_fr, "path": _path(one.geometry), "x": round(x, 1), "y": round(y, 1)}


def _project(points: Any) -> Any:
    """Longitude and latitude in drawing units, y downwards."""
    return points * np.array([_UNITS_A_DEGREE * _STRETCH, -_UNITS_A_DEGREE])


def _frame(shape: shapely.Geometry) -> list[float]:
    """Left, top, right, bottom in drawing units."""
    west, south, east, north = shape.bounds
    (left, top), (right, bottom) = _project(np.array([[west, north], [east, south]])).tolist()
    return [round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)]


def _path(shape: shapely.Geometry) -> str:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in polygons for ring in (part.exterior, *part.interiors)]
    return "".join(_ring(_project(shapely.get_coordinates(ring))) for ring in rings)


def _ring(points: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1].tolist()) + "Z"
