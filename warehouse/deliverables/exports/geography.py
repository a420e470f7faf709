"""The services as points: GeoJSON (RFC 7946) and GeoParquet 1.1, one feature per row of service_directory.

Masked services and those without a known point have no geometry: their cercle is a property.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.country.words import worded
from warehouse.reading.edition import Edition, Row

NAME = "services"
# By added property, the code list and the column that its French label comes from.
_LABELS = {
    "service_type_fr": ("type_service", "service_type_code"),
    "domain_fr": ("domaine", "domain_code"),
    "status_fr": ("statut", "status_code"),
    "operational_state_fr": ("operational_state", "operational_state"),
    "cost_fr": ("cout", "cost_code"),
}
_QUERY = """
    select d.*, a.name_fr as admin2_name
    from marts.service_directory as d
    left join marts.dim_admin_area as a
        on d.admin2_code = a.code and a.level = 2 and a.system = 'COD' and a.vintage = '{vintage:current}'
    order by service_at_location_id
"""


def write(edition: Edition, folder: Path) -> None:
    """Writes `services.geojson` and `services.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = edition.rows(worded(_QUERY))
    collection = {
        "type": "FeatureCollection",
        "publication": edition.name,
        "as_of": edition.as_of.isoformat(),
        "notice": edition.notice,
        "features": [_feature(edition, row) for row in rows],
    }
    text = json.dumps(collection, ensure_ascii=False, default=str)
    (folder / f"{NAME}.geojson").write_text(text, encoding="utf-8")
    _write_geoparquet(edition, folder / f"{NAME}.parquet")


def point_of(row: Row) -> tuple[float, float] | None:
    """Longitude and latitude of a service, or None if it is masked or its point unknown."""
    if row["is_masked"] or row["latitude"] is None or row["longitude"] is None:
        return None
    return row["longitude"], row["latitude"]


def _feature(edition: Edition, row: Row) -> dict[str, Any]:
    point = point_of(row)
    properties: Row = {name: value for name, value in row.items() if name not in ("latitude", "longitude")}
    properties |= {name: edition.label(codes, row[column]) or None for name, (codes, column) in _LABELS.items()}
    if edition.notice:
        properties["notice"] = edition.notice
    return {
        "type": "Feature",
        "id": row["service_at_location_id"],
        "geometry": {"type": "Point", "coordinates": list(point)} if point else None,
        "properties": properties,
    }


def _write_geoparquet(edition: Edition, path: Path) -> None:
    import shapely

    content = edition.connection.execute(_QUERY).to_arrow_table()
    points = [point_of(row) for row in content.to_pylist()]
    geometries = [shapely.to_wkb(shapely.Point(point)) if point else None for point in points]
    metadata = {b"geo": json.dumps(_geo([point for point in points if point])).encode()}
    metadata |= {b"notice": edition.notice.encode()} if edition.notice else {}
    content = content.drop_columns(["latitude", "longitude"]).append_column(
        "geometry", pa.array(geometries, pa.binary())
    )
    pq.write_table(content.replace_schema_metadata(metadata), path, compression="zstd")


def _geo(points: list[tuple[float, float]]) -> dict[str, Any]:
    """The metadata of GeoParquet 1.1, in its default reference system OGC:CRS84. The box is of whole degrees."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"] if points else []}
    if points:
        axes = list(zip(*points, strict=True))
        column["bbox"] = [*(math.floor(min(axis)) for axis in axes), *(math.ceil(max(axis)) for axis in axes)]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def check(edition: Edition, folder: Path) -> list[str]:
    """Rereads both files: one feature per service, with a point if one may be shown, in the same order."""
    rows = edition.rows(worded(_QUERY))
    features = json.loads((folder / f"{NAME}.geojson").read_text(encoding="utf-8"))["features"]
    content = pq.read_table(folder / f"{NAME}.parquet")
    expected = [(row["service_at_location_id"], point_of(row) is not None) for row in rows]
    drawn = [(feature["id"], feature["geometry"] is not None) for feature in features]
    stored = [(row["service_at_location_id"], row["geometry"] is not None) for row in content.to_pylist()]
    wrong = [
        f"{NAME}.{kind} : les services et leurs points ne sont pas ceux de l’annuaire"
        for kind, services in (("geojson", drawn), ("parquet", stored))
        if services != expected
    ]
    geo = json.loads(content.schema.metadata[b"geo"])
    return wrong + ([] if geo["primary_column"] in content.column_names else [f"{NAME}.parquet : sans géométrie"])
