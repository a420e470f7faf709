"""Victims' shelters: which rows describe one, which columns locate it, and which rows stand beside one.

The rule is here alone, of the type and the group that `shapes/service.py` names. What is withheld follows from the
shapes; the macros of dbt are generated from it, the search for leaks, the forms and the tests read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ingestion.declaration.parameters import parameter
from ingestion.shapes import SERVICE
from ingestion.shapes.service import SHELTER_GROUP, SHELTER_TYPE

Point = tuple[float, float]

# What locates a service below its cercle: nobody reads it of a shelter, nor of what stands beside one.
PLACE = tuple(column.name for column in SERVICE if column.tells_place)
HALVES = ("latitude", "longitude")
# What is read of a shelter nowhere: its place, every sentence somebody typed of it, and whom to call there.
WITHHELD = tuple(column.name for column in SERVICE if column.tells_place or column.is_free or column.is_contact)
# What is read of a neighbour nowhere: its place, and sentences that may describe the way there.
OF_NEIGHBOURS = tuple(column.name for column in SERVICE if column.tells_place or column.is_free)
MASKED = "shelter_masked"  # the warning of a shelter's row; what stands beside one has none, for it would be told by it
_KM_A_DEGREE = 111.32


def admits_victims(admitted_groups: pd.Series) -> pd.Series:
    """Whether each ";"-joined list of groups holds the victims of trafficking."""
    groups = ";" + admitted_groups.astype("string").fillna("") + ";"
    return groups.str.contains(f";{SHELTER_GROUP};", regex=False).astype(bool)


def are_shelters(services: pd.DataFrame) -> pd.Series:
    """Which services are victims' shelters: said to be one, or housing that admits victims.

    ``services``: is_shelter, service_type_code, admitted_groups.
    """
    is_housing = services["service_type_code"].eq(SHELTER_TYPE).fillna(False).astype(bool)
    return services["is_shelter"].eq(True).fillna(False).astype(bool) | (
        is_housing & admits_victims(services["admitted_groups"])
    )


def beside(latitude: pd.Series, longitude: pd.Series, shelters: Iterable[Point]) -> pd.Series:
    """Which rows stand beside one of the ``shelters``, by the declared distance."""
    return metres_to_nearest(latitude, longitude, shelters).le(parameter("shelter_neighbour_metres"))


def metres_to_nearest(latitude: pd.Series, longitude: pd.Series, shelters: Iterable[Point]) -> pd.Series:
    """How far each row is from the nearest of the ``shelters``; infinitely where either has no point."""
    y, x = (pd.to_numeric(part).astype(float) for part in (latitude, longitude))
    nearest = pd.Series(np.inf, index=y.index)
    for point in set(shelters):
        nearest = np.minimum(nearest, distance(y, x, point).fillna(np.inf))
    return nearest


def is_near(points: Iterable[Point], shelters: Iterable[Point]) -> bool:
    """Whether any of the ``points`` stands beside one of the ``shelters``."""
    y, x = np.array([*points], dtype=float).reshape(-1, 2).T
    return any((distance(y, x, point) <= parameter("shelter_neighbour_metres")).any() for point in shelters)


def distance(latitude: Any, longitude: Any, point: Point) -> Any:
    """Metres to a point, good to a few metres over the few kilometres that matter here."""
    north = latitude - point[0]
    east = (longitude - point[1]) * np.cos(np.radians(point[0]))
    return 1000 * _KM_A_DEGREE * np.hypot(north, east)
