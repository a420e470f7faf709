"""Plausible values: points inside the country of this warehouse, dates between its oldest source and its plans."""

from __future__ import annotations

import datetime as dt

from ingestion.country.pack import country

# No source is older; plans and projects end some years from now.
FIRST_DAY = dt.date(1990, 1, 1)
YEARS_AHEAD = 10


def is_inside(latitude: float, longitude: float) -> bool:
    """Whether a point may lie in the country (WGS 84)."""
    frame = country().frame
    return frame.south <= latitude <= frame.north and frame.west <= longitude <= frame.east


def is_plausible(day: dt.date) -> bool:
    """Whether a date is plausible: others are slips of the hand or of a spreadsheet."""
    return FIRST_DAY <= day <= dt.date(dt.date.today().year + YEARS_AHEAD, 12, 31)
