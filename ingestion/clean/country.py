"""Plausible values in the country of this warehouse: the one place to change for another country."""

from __future__ import annotations

import datetime as dt

# The country of phones and of p-codes, by ISO 3166.
PHONE_REGION = "ML"
PLACE_PREFIX = "ML"
# WGS 84. Mali lies between 10.14° and 25.00° N, 12.24° W and 4.27° E, with a margin for points of the border.
LATITUDES, LONGITUDES = (10.0, 25.3), (-12.5, 4.6)
# No source is older; plans and projects end some years from now.
FIRST_DAY = dt.date(1990, 1, 1)
YEARS_AHEAD = 10


def is_inside(latitude: float, longitude: float) -> bool:
    """Whether a point may lie in the country."""
    (south, north), (west, east) = LATITUDES, LONGITUDES
    return south <= latitude <= north and west <= longitude <= east


def is_plausible(day: dt.date) -> bool:
    """Whether a date is plausible: others are slips of the hand or of a spreadsheet."""
    return FIRST_DAY <= day <= dt.date(dt.date.today().year + YEARS_AHEAD, 12, 31)
