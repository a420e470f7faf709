"""P-codes: their form, and what a row's codes say of each other.

A COD p-code carries its parents: ML (country), ML05 (region), ML0502 (cercle), ML050201 (commune).
Source: OCHA COD-AB Mali.
"""

from __future__ import annotations

import re

from ingestion.clean.numbers import number

_FORMS = {level: re.compile(rf"[A-Z]{{2}}[0-9]{{{2 * level}}}") for level in (1, 2, 3)}


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
    parts = [number(part) for part in value.split()[:2]]
    if len(parts) < 2 or parts[0] is None or parts[1] is None:
        return None
    return (parts[0], parts[1]) if abs(parts[0]) <= 90 and abs(parts[1]) <= 180 else None
