"""`contours.geojson` of a publication: the landed outlines of regions and cercles, simplified for maps.

The records of shape `boundary` stay in the workspace; the publication carries what its maps need.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import shapely

from ingestion.declaration.source import Source
from warehouse.paths import Workspace
from warehouse.resolution.places.gazetteer import CURRENT
from warehouse.storage import write_atomically

NAME = "contours.geojson"
LEVELS = (1, 2)
TOLERANCE_DEGREES = 0.01
_DECIMALS = 4  # 11 m: far below the tolerance
_COLUMNS = ["source_id", "admin_vintage", "level", "admin_code", "admin_name", "geometry"]


def write(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], folder: Path
) -> Path:
    """Writes the outlines of levels 1 and 2 into ``folder``; empty if none was landed.

    ``connection``: the published file, for its crosswalk. Codes are current ones if a code of another vintage denotes
    the same area; a region that was split keeps its own code and vintage. Neighbours keep a common border.
    """
    codes = _same_area(connection)
    features = []
    for group in _landed(workspace):
        try:
            shapes = shapely.coverage_simplify(_valid([row["geometry"] for row in group]), TOLERANCE_DEGREES)
        except shapely.errors.ShapelyError as error:  # maps are then schematic and say so; the data is published anyway
            logging.getLogger(__name__).warning("contours illisibles, cartes schématiques : %s", error)
            continue
        features += [_feature(row, shape, codes, sources) for row, shape in zip(group, shapes, strict=True)]
    features.sort(key=lambda one: (one["properties"]["level"], one["properties"]["admin_code"]))
    content = {"type": "FeatureCollection", "features": features}
    target = folder / NAME
    write_atomically(target, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    return target


def _landed(workspace: Workspace) -> list[list[dict[str, Any]]]:
    """The records by source, vintage and level: each group covers its territory once."""
    groups: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for path in sorted((workspace.validated / "boundary").glob("*.parquet")):
        for row in pq.read_table(path, columns=_COLUMNS).to_pylist():
            if row["level"] in LEVELS:
                groups.setdefault((row["source_id"], row["admin_vintage"], row["level"]), []).append(row)
    return [groups[key] for key in sorted(groups)]


def _valid(outlines: list[bytes]) -> list[shapely.Geometry]:
    """Splits rings that touch themselves, as at seven landed cercles; nothing moves."""
    return list(shapely.make_valid(shapely.from_wkb(outlines), method="structure", keep_collapsed=False))


def _same_area(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[str, int]]:
    """From (vintage, code) to the current code and level of the same territory."""
    query = (
        "select from_vintage, from_code, to_code, to_level from reference.admin_crosswalk"
        " where to_vintage = ? and relation in ('SAME', 'RENAMED')"
    )
    return {
        (vintage, code): (to_code, level)
        for vintage, code, to_code, level in connection.execute(query, [CURRENT]).fetchall()
    }


def _feature(
    row: dict[str, Any],
    shape: shapely.Geometry,
    codes: dict[tuple[str, str], tuple[str, int]],
    sources: Mapping[str, Source],
) -> dict[str, Any]:
    same = codes.get((row["admin_vintage"], row["admin_code"]))
    code, level = same or (row["admin_code"], row["level"])
    rounded = shapely.transform(shape, lambda points: np.round(points, _DECIMALS))
    source = sources.get(row["source_id"])
    return {
        "type": "Feature",
        "properties": {
            "level": level,
            "admin_code": code,
            "name": row["admin_name"],
            "vintage": CURRENT if same else row["admin_vintage"],
            "source_id": row["source_id"],
            "source": f"{source.title.fr}, {source.publisher}" if source else row["source_id"],
            "license": source.license if source else None,
        },
        "geometry": json.loads(shapely.to_geojson(shapely.orient_polygons(rounded))),
    }
