"""Outlines of administrative areas, in any format GDAL knows (pyogrio)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found
from ingestion.readers.rows import Table, Tables
from ingestion.readers.settings import BoundaryReader
from ingestion.source import Source


def read(path: Path, source: Source, reader: BoundaryReader) -> Tables:
    """One table named "table": the attributes of each feature as text, and `geometry` (WKB, WGS 84)."""
    import pyogrio.raw

    try:
        meta, _, geometries, columns = pyogrio.raw.read(path)
    except Exception as error:  # GDAL's message is all there is
        raise SourceFileError(
            path.name, "fichier", "des contours (TopoJSON, GeoJSON, GeoPackage…)", str(error)
        ) from error
    if meta["crs"] not in (None, "EPSG:4326", "OGC:CRS84"):
        raise SourceFileError(path.name, "projection", "WGS 84 (EPSG:4326)", str(meta["crs"]))
    frame = pd.DataFrame(
        {
            name: ["" if value is None else str(value) for value in values]
            for name, values in zip(meta["fields"], columns, strict=True)
        },
        dtype=object,
    )
    frame["geometry"] = geometries
    if unread := sorted(set(frame.columns) - source.mapped - set(source.ignored)):
        found = f"{columns_found(unread, source.mapped.union(source.ignored), 'attribut')} que personne ne lit"
        raise SourceFileError(path.name, "attributs", "des attributs tous lus ou ignorés", found)
    locators = pd.Series([f"feature={number}" for number in range(1, len(frame) + 1)], index=frame.index)
    return {"table": Table("table", frame, locators, lambda column: locators + f"/{column}")}
