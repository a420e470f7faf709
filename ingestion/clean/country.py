"""What is plausible in the country that this warehouse is about: one place for what another country would change."""

from __future__ import annotations

import datetime as dt

# Where phones are at home, and codes of places begin, by ISO 3166.
PHONE_REGION = "ML"
PLACE_PREFIX = "ML"
# WGS 84. Mali lies between 10.14° and 25.00° N, 12.24° W and 4.27° E; a point of the border may be a little off.
LATITUDES, LONGITUDES = (10.0, 25.3), (-12.5, 4.6)
# No source says anything older; plans and projects end some years from now.
FIRST_DAY = dt.date(1990, 1, 1)
YEARS_AHEAD = 10


def is_inside(latitude: float, longitude: float) -> bool:
    """Whether a point may lie in the country."""
    (south, north), (west, east) = LATITUDES, LONGITUDES
    return south <= latitude <= north and west <= longitude <= east


def is_plausible(day: dt.date) -> bool:
    """Whether a date may be meant: others are a slip of the hand or of a spreadsheet."""
    return FIRST_DAY <= day <= dt.date(dt.date.today().year + YEARS_AHEAD, 12, 31)
