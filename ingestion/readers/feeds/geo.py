"""Outlines of administrative areas: TopoJSON, GeoJSON, GeoPackage, zipped shapefile, and nothing else.

GDAL would look into any file for any of its sixty formats, some of which name other files, databases or addresses to
read (an OGR VRT in a file called .geojson did). What a file holds is looked at first, and GDAL is told the one driver.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pandas as pd

from ingestion.declaration.reader_settings import BoundaryReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers import archives
from ingestion.readers.messages import columns_found, kind_of
from ingestion.readers.rows import Table, Tables

_FORMATS = "des contours TopoJSON, GeoJSON, GeoPackage ou shapefile (.zip)"
_GEOJSON = {"FeatureCollection", "Feature", "GeometryCollection", "Polygon", "MultiPolygon"}
_SQLITE, _SHAPEFILE, _ZIP = b"SQLite format 3\x00", b"\x00\x00\x27\x0a", b"PK\x03\x04"
_PARTS_OF_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGON, _MULTIPOLYGON = 3, 6


def read(path: Path, source: Source, reader: BoundaryReader) -> Tables:
    """One table named "table": the attributes of each feature as text, and `geometry` (WKB, WGS 84).

    Raises SourceFileError where the file is of another format, or holds anything but areas on the Earth.
    """
    import pyogrio.raw

    with _dataset(path) as dataset:
        try:
            meta, _, geometries, columns = pyogrio.raw.read(dataset)
        except Exception as error:  # GDAL's message is all there is
            raise SourceFileError(path.name, "fichier", _FORMATS, _without_paths(str(error), path)) from error
    if meta["crs"] not in (None, "EPSG:4326", "OGC:CRS84"):
        raise SourceFileError(path.name, "projection", "WGS 84 (EPSG:4326)", str(meta["crs"]))
    if geometries is None or not len(geometries):
        raise SourceFileError(path.name, "fichier", "au moins un contour", "aucun")
    frame = pd.DataFrame(
        {
            name: ["" if value is None else str(value) for value in values]
            for name, values in zip(meta["fields"], columns, strict=True)
        },
        index=pd.RangeIndex(len(geometries)),
        dtype=object,
    )
    frame["geometry"] = geometries
    if unread := sorted(set(frame.columns) - source.mapped - set(source.ignored)):
        found = f"{columns_found(unread, source.mapped.union(source.ignored), 'attribut')} que personne ne lit"
        raise SourceFileError(path.name, "attributs", "des attributs tous lus ou ignorés", found)
    locators = pd.Series([f"feature={number}" for number in range(1, len(frame) + 1)], index=frame.index)
    reasons = pd.Series(_reasons(geometries), index=frame.index, dtype=object)
    is_area = reasons.isna()
    if not is_area.any():
        raise SourceFileError(path.name, locators.iloc[0], "une surface en degrés (WGS 84)", reasons.iloc[0])
    rejected = pd.DataFrame({"locator": locators[~is_area], "reason": reasons[~is_area]}, dtype=object)
    table = Table("table", frame[is_area], locators, lambda column: locators + f"/{column}", rejected)
    return {"table": table}


@contextmanager
def _dataset(path: Path) -> Iterator[str]:
    """What GDAL is to open: one driver by its prefix, or a file that only one driver takes. Raises SourceFileError."""
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
    place = path.resolve()
    if head.startswith(_SQLITE):
        _check_geopackage(place)
        if place.suffix.lower() != ".gpkg":
            raise SourceFileError(path.name, "nom du fichier", "un GeoPackage nommé .gpkg", place.suffix or "rien")
        yield str(place)
    elif head.startswith(_ZIP):
        with _unpacked(place) as shapefile:
            yield str(shapefile)
    elif head.startswith(_SHAPEFILE):
        found = "un .shp seul : déposer un .zip qui contient aussi .shx, .dbf et .prj"
        raise SourceFileError(path.name, "fichier", _FORMATS, found)
    else:
        yield f"{_driver(path)}:{place}"


def _driver(path: Path) -> str:
    """TopoJSON or GeoJSON, by the type that the document says it has."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceFileError(path.name, "document", _FORMATS, "autre chose, ou un fichier tronqué") from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        return "TopoJSON"
    if kind in _GEOJSON:
        return "GeoJSON"
    found = f"du JSON d’un autre type ({kind_of(document) if kind is None else 'type inconnu'})"
    raise SourceFileError(path.name, "type", _FORMATS, found)


def _check_geopackage(path: Path) -> None:
    """Tables of its own alone: virtual ones and views can read other files and call functions."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            schema = database.execute("select name, type, lower(coalesce(sql, '')) from sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise SourceFileError(path.name, "document", "un GeoPackage entier", "un fichier abîmé") from error
    if "gpkg_contents" not in {name for name, _, _ in schema}:
        raise SourceFileError(path.name, "document", "un GeoPackage", "une base SQLite d’un autre usage")
    for _, kind, sql in schema:
        is_virtual = sql.lstrip().startswith("create virtual table") and "using rtree" not in sql
        if kind == "view" or is_virtual:
            found = f"une {'vue' if kind == 'view' else 'table virtuelle'}, qui pourrait lire autre chose"
            raise SourceFileError(path.name, "document", "des tables du GeoPackage lui-même", found)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The one shapefile of an archive, unpacked beside the file for as long as it is read."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceFileError(path.name, "archive", "un .zip entier", "un fichier abîmé") from error
    with archive, tempfile.TemporaryDirectory(prefix=".shp-", dir=path.parent) as folder:
        archives.check(archive, path.name)
        parts = [part for part in archive.infolist() if part.filename.lower().endswith(_PARTS_OF_SHAPEFILE)]
        shapes = [part for part in parts if part.filename.lower().endswith(".shp")]
        if len(shapes) != 1:
            raise SourceFileError(path.name, "archive", "un seul shapefile", f"{len(shapes)} fichier(s) .shp")
        stem = PurePosixPath(shapes[0].filename).stem
        for part in (part for part in parts if PurePosixPath(part.filename).stem == stem):
            target = Path(folder) / f"contours{PurePosixPath(part.filename).suffix.lower()}"
            with target.open("wb") as file:
                file.writelines(archives.chunks(archive, part.filename))
        shapefile = Path(folder) / "contours.shp"
        with shapefile.open("rb") as file:
            if file.read(len(_SHAPEFILE)) != _SHAPEFILE:
                raise SourceFileError(path.name, "archive", "un shapefile", "autre chose, nommé .shp")
        yield shapefile


def _reasons(geometries: object) -> list[str | None]:
    """Why each outline is none (a point, a line, coordinates off the Earth), None where it is one."""
    import numpy as np
    import shapely

    with np.errstate(invalid="ignore"):
        shapes = shapely.from_wkb(geometries, on_invalid="ignore")
        kinds = shapely.get_type_id(shapes)
        points, owners = shapely.get_coordinates(shapes, return_index=True)
        is_on_earth = np.ones(len(shapes), dtype=bool)
        is_on_earth[owners[~(np.abs(points) <= [180, 90]).all(axis=1)]] = False  # NaN is not
    return [
        "aucune géométrie" if kind < 0
        else "un point ou une ligne, non une surface" if kind not in (_POLYGON, _MULTIPOLYGON)
        else None if is_placed else "des coordonnées hors du globe"
        for kind, is_placed in zip(kinds, is_on_earth, strict=True)
    ]  # fmt: skip


def _without_paths(message: str, path: Path) -> str:
    """GDAL's message without the folders of this machine."""
    return message.replace(str(path.resolve()), path.name).replace(str(path), path.name)
