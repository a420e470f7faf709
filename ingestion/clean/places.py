"""P-codes: their form, and what a row's codes say of each other.

A COD p-code carries its parents: ML (country), ML05 (region), ML0502 (cercle), ML050201 (commune).
Source: OCHA COD-AB Mali.
"""

from __future__ import annotations

import re

_FORMS = {1: re.compile(r"[A-Z]{2}\d{2}"), 2: re.compile(r"[A-Z]{2}\d{4}"), 3: re.compile(r"[A-Z]{2}\d{6}")}


def pcode(value: str, level: int) -> str | None:
    """The p-code of that level in upper case, or None: "#N/A" and "ML011" (a region with three digits) are none."""
    text = value.strip().upper()
    return text if _FORMS[level].fullmatch(text) else None


def disagreements(admin1: str | None, admin2: str | None, admin3: str | None) -> list[str]:
    """Warning codes for codes that contradict each other; which one is right is not decided here."""
    found = []
    if admin1 and admin2 and not admin2.startswith(admin1):
        found.append("admin1_not_parent_of_admin2")
    if admin2 and admin3 and not admin3.startswith(admin2):
        found.append("admin3_outside_admin2")
    return found


def coordinates(value: str) -> tuple[float, float] | None:
    """(latitude, longitude) of an ODK geopoint "lat lon alt accuracy", or None."""
    parts = value.split()
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (IndexError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
