"""Latitudes and longitudes as people write them: decimal degrees, or degrees, minutes and seconds."""

from __future__ import annotations

import re
from typing import Literal

from ingestion.clean.numbers import number

Axis = Literal["latitude", "longitude"]
# O is the French west; « E » and « Est » are east in both languages.
_SIGNS: dict[Axis, dict[str, int]] = {
    "latitude": {"n": 1, "nord": 1, "north": 1, "s": -1, "sud": -1, "south": -1},
    "longitude": {"e": 1, "est": 1, "east": 1, "w": -1, "o": -1, "ouest": -1, "west": -1},
}
_SIDE = r"(?:nord|north|sud|south|ouest|west|est|east|[nsewo])"
_FIGURE = r"\d{1,3}(?:[.,]\d+)?"
_HALF = re.compile(
    rf"(?P<before>{_SIDE})?\s*(?P<sign>[-+])?\s*(?P<degrees>{_FIGURE})\s*(?:(?P<mark>[°ºd])|deg\w*)?\s*"
    rf"(?:(?P<minutes>{_FIGURE})\s*['’′´m]?\s*)?(?:(?P<seconds>{_FIGURE})\s*(?:[\"”″s]|['’′´]{{2}})?\s*)?"
    rf"(?P<after>{_SIDE})?",
    re.IGNORECASE,
)
# Between the halves of a point: a sign, or what follows the letter of the first half.
_BETWEEN = re.compile(r"\s*[;/|\n]\s*|,\s+|(?<=[nsewoNSEWO])\s*,?\s+(?=[-+\d])")


def degrees(text: str, axis: Axis) -> float | None:
    """Decimal degrees along an axis, west and south negative; of a cell with both halves that of the axis.

    None where it is not understood. Degrees and minutes without a letter or a sign say no side of Greenwich.
    """
    plain = number(text)
    if plain is not None:
        return plain
    if _HALF.fullmatch(text.strip()):
        return _half(text, axis)
    halves = [part for part in _BETWEEN.split(text.strip()) if part.strip()]
    if len(halves) != 2:
        return None
    first, second = (_half(halves[n], one) for n, one in enumerate(("latitude", "longitude")))  # type: ignore[arg-type]
    if first is None or second is None:  # the longitude first, as its letter says
        second, first = (_half(halves[n], one) for n, one in enumerate(("longitude", "latitude")))  # type: ignore[arg-type]
    return None if first is None or second is None else first if axis == "latitude" else second


def _half(text: str, axis: Axis) -> float | None:
    match = _HALF.fullmatch(text.strip())
    if match is None:
        return None
    sides = [side.lower() for side in (match["before"], match["after"]) if side]
    if len(sides) > 1 or (sides and sides[0] not in _SIGNS[axis]) or (sides and match["sign"]):
        return None
    parts = [number(part or "0") for part in (match["degrees"], match["minutes"], match["seconds"])]
    if any(part is None for part in parts) or max(parts[1] or 0, parts[2] or 0) >= 60:
        return None
    if axis == "longitude" and match["minutes"] and not (sides or match["sign"]):
        return None
    sign = _SIGNS[axis][sides[0]] if sides else -1 if match["sign"] == "-" else 1
    return sign * ((parts[0] or 0) + (parts[1] or 0) / 60 + (parts[2] or 0) / 3600)
