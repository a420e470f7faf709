"""The map of a new country: its outline and the middle of its areas from a file of boundaries, else tiles in rows.

Without any geography each area of the second level is a tile, in the order of its code: the map says so.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from ingestion.country.outline import TILES
from ingestion.errors import SourceFileError
from ingestion.proposals.country.areas import AreaList

_SIMPLE = 0.02  # degrees
_MARGIN = 0.3


@dataclass(frozen=True)
class Ground:
    """The outline as GeoJSON, the point of each area of the second level, and the frame with a margin.

    ``file``, ``code_field``, ``other_fields``: the boundaries, the attribute with the p-codes, and those beside it.
    """

    outline: dict[str, Any]
    points: dict[str, tuple[float, float]]  # longitude, latitude
    frame: tuple[float, float, float, float] | None  # south, north, west, east
    file: Path | None = None
    code_field: str = ""
    other_fields: tuple[str, ...] = ()


def of_boundaries(path: Path, listed: AreaList, name: str) -> Ground:
    """From boundaries of the second level. Raises SourceFileError if they cannot be read or lack an area."""
    import pyogrio

    try:
        _, _, geometries, fields = pyogrio.raw.read(path)
        meta = pyogrio.read_info(path)
    except Exception as error:  # GDAL has many, each with its own words
        raise SourceFileError(
            path.name, "fichier", "des contours que GDAL lit (GeoJSON, Shapefile, GPKG, TopoJSON)", str(error)
        ) from error
    wanted = {area.code for area in listed.of_level(2)}
    by_column = {
        column: [str(value).strip().upper() for value in values]
        for column, values in zip(meta["fields"], fields, strict=True)
    }
    column = max(by_column, key=lambda one: len(wanted & set(by_column[one])), default=None)
    if column is None or not wanted <= set(by_column[column]):
        missing = sorted(wanted - set(by_column.get(column or "", [])))
        raise SourceFileError(
            path.name, f"colonne {column}", "le contour de chaque lieu de niveau 2", f"sans {', '.join(missing[:5])}"
        )
    shapes: dict[str, list[shapely.Geometry]] = {}
    for code, geometry in zip(by_column[column], shapely.from_wkb(geometries), strict=True):
        if code in wanted and geometry is not None:
            shapes.setdefault(code, []).append(shapely.make_valid(geometry))
    areas = {code: shapely.union_all(parts) for code, parts in shapes.items()}
    outline = shapely.simplify(shapely.buffer(shapely.union_all(list(areas.values())), 0.005), _SIMPLE)
    west, south, east, north = outline.bounds
    points = {code: (one.x, one.y) for code, area in areas.items() for one in [shapely.point_on_surface(area)]}
    about = {"name": name, "source": path.name, "license": "à confirmer"}
    return Ground(
        _collection(outline, about),
        points,
        (south - _MARGIN, north + _MARGIN, west - _MARGIN, east + _MARGIN),
        path,
        column,
        tuple(one for one in by_column if one != column),
    )


def of_tiles(listed: AreaList, name: str) -> Ground:
    """One tile an area, in rows, by code."""
    codes = [area.code for area in listed.of_level(2)]
    columns = math.ceil(math.sqrt(len(codes) * 1.3))
    rows = math.ceil(len(codes) / columns)
    points = {code: (float(place % columns), float(rows - 1 - place // columns)) for place, code in enumerate(codes)}
    outline = shapely.box(-0.5, -0.5, columns - 0.5, rows - 0.5)
    about = {"name": name, "source": "carreaux, un par lieu, dans l’ordre des codes", "license": "", "layout": TILES}
    return Ground(_collection(outline, about), points, None)


def _collection(outline: shapely.Geometry, about: dict[str, str]) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(outline, 0.001)))
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": about, "geometry": geometry}]}
