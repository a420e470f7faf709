"""The outlines that maps are drawn with: landed ones where they cover the five zones, else schematic ones."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely

from warehouse.edition import Edition
from warehouse.layout import read_json
from warehouse.maps import contours
from warehouse.places.gazetteer import CURRENT

SCHEMATIC = "limites schématiques, sans valeur administrative"
DISCLAIMER = (
    "Les frontières, les noms et les appellations de cette carte n’impliquent, de la part de l’Organisation"
    " internationale pour les migrations, ni approbation ni acceptation officielle."
)
_COUNTRY = Path(__file__).with_name("mali_outline.geojson")
_TOWNS = Path(__file__).with_name("chief_towns.csv")
_CLOSING_DEGREES = 0.01  # closes the slivers between outlines that were simplified apart


@dataclass(frozen=True)
class Cercle:
    """A cercle of 2021: ``zone_code`` in the historical reading, None outside the five zones; WGS 84 geometry."""

    code: str
    name_fr: str
    zone_code: str | None
    geometry: shapely.Geometry

    @cached_property
    def label_point(self) -> tuple[float, float]:
        """Longitude and latitude of a point inside, far from the border."""
        point = shapely.maximum_inscribed_circle(self.geometry, tolerance=0.02).coords[0]
        return float(point[0]), float(point[1])


@dataclass(frozen=True)
class Outlines:
    """What a map needs of places. ``towns``: approximate longitude and latitude of each cercle's chief town."""

    cercles: dict[str, Cercle]
    zones: dict[str, shapely.Geometry]
    zone_names: dict[str, str]
    country: shapely.Geometry
    towns: dict[str, tuple[float, float]]
    is_schematic: bool
    credit: str
    disclaimer: str = DISCLAIMER


def outlines(edition: Edition) -> Outlines:
    """The outlines for the maps of a publication.

    Landed outlines count when they cover every cercle of the five zones; else the country's outline in the public
    domain is shared out between the chief towns, which is schematic and says so.
    """
    zone_of, zone_names = _zones(edition)
    landed = read_json(edition.folder / contours.NAME) or {"features": []}
    shapes = _cercles(landed["features"])
    is_schematic = not set(zone_of) <= set(shapes)
    towns = chief_towns()
    if is_schematic:
        country = _national()
        shapes = _shared_out(country, towns)
        credit = f"Pays : {_national_source()}. Cercles : partage entre les coordonnées approchées des chefs-lieux."
    else:
        country = _closed([shapely.geometry.shape(one["geometry"]) for one in landed["features"]])
        credit = f"Limites : {' ; '.join(_sources(landed['features']))}."
    names = _names(edition)
    cercles = {
        code: Cercle(code, names.get(code, code), zone_of.get(code), shape) for code, shape in sorted(shapes.items())
    }
    zones = {zone: _closed([one.geometry for one in cercles.values() if one.zone_code == zone]) for zone in zone_names}
    return Outlines(cercles, zones, zone_names, country, towns, is_schematic, credit)


def chief_towns() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the cercles' chief towns, to a tenth of a degree."""
    with _TOWNS.open(encoding="utf-8", newline="") as file:
        return {row["admin2_code"]: (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)}


def _zones(edition: Edition) -> tuple[dict[str, str], dict[str, str]]:
    """Zone by cercle, and the zones' names, in the order of the terms of reference."""
    rows = edition.rows(
        "select zone_code, admin_code, name_fr from marts.dim_zone where reading = 'HISTORICAL' order by all"
    )
    return {row["admin_code"]: row["zone_code"] for row in rows}, {row["zone_code"]: row["name_fr"] for row in rows}


def _names(edition: Edition) -> dict[str, str]:
    rows = edition.rows("select code, name_fr from marts.dim_admin_area where level = 2 and vintage = ?", CURRENT)
    return {row["code"]: row["name_fr"] for row in rows}


def _cercles(features: list[dict[str, Any]]) -> dict[str, shapely.Geometry]:
    return {
        one["properties"]["admin_code"]: shapely.geometry.shape(one["geometry"])
        for one in features
        if one["properties"]["level"] == 2 and one["properties"]["vintage"] == CURRENT
    }


def _sources(features: list[dict[str, Any]]) -> list[str]:
    told = {(one["properties"]["source"], one["properties"]["license"]) for one in features}
    return sorted(f"{source} ({license})" if license else source for source, license in told)


def _closed(shapes: list[shapely.Geometry]) -> shapely.Geometry:
    """The union, without slivers and without holes that are no wider than they."""
    widened = shapely.buffer(shapely.union_all(shapes), _CLOSING_DEGREES, join_style="mitre")
    return shapely.buffer(widened, -_CLOSING_DEGREES, join_style="mitre")


def _national_feature() -> dict[str, Any]:
    return dict(json.loads(_COUNTRY.read_text(encoding="utf-8"))["features"][0])


def _national() -> shapely.Geometry:
    return shapely.geometry.shape(_national_feature()["geometry"])


def _national_source() -> str:
    properties = _national_feature()["properties"]
    return f"{properties['source']} ({properties['license']})"


def _shared_out(country: shapely.Geometry, towns: dict[str, tuple[float, float]]) -> dict[str, shapely.Geometry]:
    """Each place of the country belongs to the nearest chief town."""
    points = shapely.MultiPoint(list(towns.values()))
    cells = shapely.voronoi_polygons(points, extend_to=country, ordered=True).geoms
    return {code: shapely.intersection(cell, country) for code, cell in zip(towns, cells, strict=True)}
