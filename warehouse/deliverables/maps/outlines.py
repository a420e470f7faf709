"""The outlines of the maps: landed ones if they cover the five zones, else schematic ones."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from ingestion.country.outline import is_tiled, national
from ingestion.country.pack import pack
from ingestion.country.words import worded
from warehouse.deliverables.maps import contours
from warehouse.reading.edition import Edition
from warehouse.resolution.places.gazetteer import CURRENT
from warehouse.storage import read_json

SCHEMATIC = "limites schématiques, sans valeur administrative"
DISCLAIMER = (
    "Les frontières, les noms et les appellations de cette carte n’impliquent, de la part de l’Organisation"
    " internationale pour les migrations, ni approbation ni acceptation officielle."
)
_GRID = 1e-4  # in degrees, as of the landed outlines: neighbours then meet exactly
_CLOSING_DEGREES = 0.01  # closes slivers between separately simplified outlines


@dataclass(frozen=True)
class Cercle:
    """An area of the second level (a cercle, a département) in its current code; WGS 84 geometry.

    ``zone_code``: in the historical reading, None outside the zones.
    """

    code: str
    name_fr: str
    zone_code: str | None
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Outlines:
    """The outlines of a map. ``towns``: approximate longitude and latitude of each cercle's chief town."""

    cercles: dict[str, Cercle]
    zones: dict[str, shapely.Geometry]
    zone_names: dict[str, str]
    country: shapely.Geometry
    towns: dict[str, tuple[float, float]]
    is_schematic: bool
    credit: str
    disclaimer: str = DISCLAIMER
    is_tiled: bool = False  # areas are tiles without geography: nothing may be located on them


def outlines(edition: Edition) -> Outlines:
    """The outlines for the maps of a publication.

    Landed outlines are used if they cover every cercle of the five zones; else the country's public-domain outline is
    divided between the chief towns, and the maps say that this is schematic.
    """
    zone_of, zone_names = _zones(edition)
    landed = read_json(edition.folder / contours.NAME) or {"features": []}
    shapes = _cercles(landed["features"])
    is_schematic = not set(zone_of) <= set(shapes)
    has_tiles = is_schematic and is_tiled(national(pack().outline))
    if is_schematic:
        country = _national()
        shapes = _shared_out(country, chief_towns())
        areas = worded("{admin2:Plural}")
        credit = f"Pays : {_national_source()}. {areas} : partage entre les coordonnées approchées des chefs-lieux."
        if has_tiles:
            credit = f"{areas} : {_national_source()}. Rien n’y est à sa place ni à son échelle."
    else:
        country = _closed([shapely.geometry.shape(one["geometry"]) for one in landed["features"]])
        credit = f"Limites : {' ; '.join(_sources(landed['features']))}."
    names = _names(edition)
    cercles = {
        code: Cercle(code, names.get(code, code), zone_of.get(code), shape) for code, shape in sorted(shapes.items())
    }
    zones = {
        zone: shapely.union_all([one.geometry for one in cercles.values() if one.zone_code == zone], grid_size=_GRID)
        for zone in zone_names
    }
    return Outlines(cercles, zones, zone_names, country, chief_towns(), is_schematic, credit, is_tiled=has_tiles)


def chief_towns() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the cercles' chief towns, to a tenth of a degree."""
    return {row["admin2_code"]: (float(row["longitude"]), float(row["latitude"])) for row in _town_rows()}


def _town_rows() -> list[dict[str, str]]:
    with pack().chief_towns.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
    pairs = {(one["properties"]["source"], one["properties"]["license"]) for one in features}
    return sorted(f"{source} ({license})" if license else source for source, license in pairs)


def _closed(shapes: list[shapely.Geometry]) -> shapely.Geometry:
    """The union, without slivers and narrow holes."""
    widened = shapely.buffer(shapely.union_all(shapes), _CLOSING_DEGREES, join_style="mitre")
    return shapely.buffer(widened, -_CLOSING_DEGREES, join_style="mitre")


def _national() -> shapely.Geometry:
    return shapely.geometry.shape(national(pack().outline)["geometry"])


def _national_source() -> str:
    properties = national(pack().outline)["properties"]
    return f"{properties['source']} ({properties['license']})" if properties["license"] else str(properties["source"])


def _shared_out(country: shapely.Geometry, towns: Mapping[str, tuple[float, float]]) -> dict[str, shapely.Geometry]:
    """Assigns each point of the country to the nearest chief town, except cities with a radius, which are discs."""
    radius = {row["admin2_code"]: float(row["radius_degrees"]) for row in _town_rows() if row["radius_degrees"]}
    cities = {code: shapely.Point(towns[code]).buffer(degrees) for code, degrees in radius.items()}
    around = shapely.difference(country, shapely.union_all(list(cities.values())))
    others = [code for code in towns if code not in cities]
    points = shapely.MultiPoint([towns[code] for code in others])
    cells = shapely.voronoi_polygons(points, extend_to=country, ordered=True).geoms
    return cities | {code: shapely.intersection(cell, around) for code, cell in zip(others, cells, strict=True)}
