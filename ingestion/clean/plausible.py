"""Plausible values: points inside the country of this warehouse, dates between its oldest source and its plans."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ingestion.country.outline import is_tiled, national
from ingestion.country.pack import country, pack

# No source is older; plans and projects end some years from now.
FIRST_DAY = dt.date(1990, 1, 1)
YEARS_AHEAD = 10
# Degrees, some 15 km, around the country's outline: it is simplified.
_BESIDE = 0.15


def is_inside(latitude: float, longitude: float) -> bool:
    """Whether a point may lie in the country (WGS 84): within its frame, which holds parts of its neighbours, and its
    outline, where the pack has a true one.
    """
    frame = country().frame
    if not (frame.south <= latitude <= frame.north and frame.west <= longitude <= frame.east):
        return False
    return _is_on_ground(pack().outline, latitude, longitude)


@lru_cache(10_000)
def _is_on_ground(outline: Path, latitude: float, longitude: float) -> bool:
    import shapely  # slow to import

    ground = _ground(outline)
    return ground is None or bool(shapely.contains_xy(ground, longitude, latitude))


@cache
def _ground(outline: Path) -> Any:
    import shapely

    if not outline.is_file() or is_tiled(own := national(outline)):
        return None
    ground = shapely.buffer(shapely.from_geojson(json.dumps(own["geometry"])), _BESIDE)
    shapely.prepare(ground)
    return ground


def is_plausible(day: dt.date) -> bool:
    """Whether a date is plausible: others are slips of the hand or of a spreadsheet."""
    return FIRST_DAY <= day <= dt.date(dt.date.today().year + YEARS_AHEAD, 12, 31)
