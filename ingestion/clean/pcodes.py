"""P-codes: their form, and the consistency of the codes of a row.

A COD p-code contains its parents: ML (country), ML05 (region), ML0502 (cercle), ML050201 (commune). Source: OCHA COD-AB
Mali. Two letters and two digits per level are the rule; exceptions by country (BDI001, LB12) are in `pcode_forms.csv`:
the number of digits after the letters at each level, "4|9" being either. Compiled from OCHA's global list of p-code
lengths (HDX, cod-ab), completed by the two-letter prefix where both are in use.

Mali's codes are also written « ML 05 06 09 », « ml-0506 », « ML506 », 506. Such a form is only read if exactly one code
of the official lists (seed `admin_area`) matches.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ingestion.clean.numbers import number
from ingestion.project import SEEDS

_CODE = re.compile(r"([A-Z]{2,3})([0-9]+)")
_BETWEEN = r"[\s\-‐-―_./:]"  # separators typed between the parts of a code
_WRITTEN = re.compile(rf"(?<![A-Z0-9])MLI?({_BETWEEN}*[0-9]+(?:{_BETWEEN}+[0-9]+)*)(?![A-Z0-9])")
_BARE = re.compile(rf"[0-9]+(?:{_BETWEEN}+[0-9]+)*")
_EXCEL_DECIMALS = re.compile(r"[.,]0+$")  # 506.0
# Codes of ISO 3166-2 differ: its ML-9 is Ménaka, OCHA's ML09 is Bamako.
_OF_ISO = {"ML-9", "ML-10"}


@cache
def _forms() -> dict[str, dict[int, set[int]]]:
    """By prefix and level, the permitted numbers of digits; missing levels have the usual two."""
    with Path(__file__).with_name("pcode_forms.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["prefix"]: {n: {int(d) for d in row[f"admin{n}"].split("|")} for n in (1, 2, 3) if row[f"admin{n}"]}
            for row in csv.DictReader(file)
        }


def digits(prefix: str, level: int) -> set[int]:
    """The permitted numbers of digits after a country's letters at a level; none for unknown three letters."""
    usual = {2 * level} if len(prefix) == 2 else set()
    return _forms().get(prefix, {}).get(level, usual)


def pcode(value: str, level: int, bare: bool = False) -> str | None:
    """The p-code of that level in upper case, or None: "#N/A" and "ML011" (a region with three digits) are none.

    With ``bare``, numbers without letters are accepted (Excel makes 506 of ML0506's 0506): for columns of codes only.
    """
    text = value.strip().upper()
    match = _CODE.fullmatch(text)
    if match and len(match[2]) in digits(match[1], level):
        return text
    written = code_in(text, level)
    if written is None and bare and _BARE.fullmatch(number_text := _EXCEL_DECIMALS.sub("", text)):
        return _of_digits(number_text, level)
    return written[0] if written else None


def code_in(text: str, level: int) -> tuple[str, str] | None:
    """(code, other words) of a text with one code of Mali: « Mopti (ML 0506) » is ML0506 and « Mopti »."""
    matches = list(_WRITTEN.finditer(text.upper()))
    if len(matches) != 1 or len(text.upper()) != len(text):
        return None
    start, end = matches[0].span()
    rest = re.sub(r"\(\s*\)", " ", f"{text[:start]} {text[end:]}").strip(" -–—:,;/()")
    if text[start:end].upper() in _OF_ISO or re.search("[0-9]", rest):
        return None
    code = _of_digits(matches[0][1], level)
    return (code, rest) if code else None


def _of_digits(text: str, level: int) -> str | None:
    """The only official code that digits may stand for, or None; a part may lack its leading zero."""
    groups = re.findall("[0-9]+", text)
    joined = "".join(groups)
    if len(joined) == 2 * level:
        readings = {f"ML{joined}"}
    elif len(groups) == 1:
        readings = set(_padded(joined, level)) if len(joined) == 2 * level - 1 else set()
    else:
        # « ML5-6-9 », « ML5 0609 »: each group may lack its own zero
        readings = {"ML" + "".join(group.zfill(len(group) + len(group) % 2) for group in groups)}
    official = {code for code in readings & _official() if len(code) == 2 * level + 2}
    return official.pop() if len(official) == 1 else None


def _padded(joined: str, level: int) -> Iterator[str]:
    """Every way to insert one zero: « 506 » is 05-06 or 50-06."""
    for short in range(level):
        yield f"ML{joined[: 2 * short]}0{joined[2 * short :]}"


@cache
def _official() -> frozenset[str]:
    """Mali's codes of all editions."""
    with (SEEDS / "admin_area.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


def disagreements(admin1: str | None, admin2: str | None, admin3: str | None) -> list[str]:
    """Warning codes for codes that contradict each other, without deciding which one is right."""
    warnings = []
    if admin1 and admin2 and not admin2.startswith(admin1):
        warnings.append("admin1_not_parent_of_admin2")
    if admin2 and admin3 and not admin3.startswith(admin2):
        warnings.append("admin3_outside_admin2")
    return warnings


# 14°26'48.8"N, 14.44° N, 11°26’O: degrees, minutes, seconds and a side.
_SIDED = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*[°º]?\s*(?:(\d+(?:[.,]\d+)?)\s*['’′]\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:\"|''|’’|″|”)\s*)?([NSEWO])\b",
    re.IGNORECASE,
)
_SIDES = {"N": (0, 1), "S": (0, -1), "E": (1, 1), "W": (1, -1), "O": (1, -1)}
# Between latitude and longitude as typed: « ; », a comma beside a space, a comma between two decimal points.
_PARTS_OF_PAIR = re.compile(r"\s*;\s*|\s+,\s*|,\s+|(?<=\d),(?=[-+]?\d+\.)|\s+")


def coordinates(value: str) -> tuple[float, float] | None:
    """(latitude, longitude) of an ODK geopoint "lat lon alt accuracy" or of a typed point, or None.

    "14.4469, -11.4347", "14,4469 -11,4347" and "14°26'48.8"N 11°26'05"W" are read.
    """
    text = value.strip().strip("()[]").strip()
    if _SIDED.search(text):
        return _sided(text)
    parts = [number(part) for part in _PARTS_OF_PAIR.split(text)[:2]]
    if len(parts) < 2 or parts[0] is None or parts[1] is None:
        return None
    return (parts[0], parts[1]) if abs(parts[0]) <= 90 and abs(parts[1]) <= 180 else None


def _sided(text: str) -> tuple[float, float] | None:
    found: list[float | None] = [None, None]
    matches = list(_SIDED.finditer(text))
    for match in matches:
        degrees, minutes, seconds = (number(part or "0") or 0.0 for part in match.groups()[:3])
        axis, sign = _SIDES[match[4].upper()]
        found[axis] = sign * round(degrees + minutes / 60 + seconds / 3600, 6)
    latitude, longitude = found
    if len(matches) != 2 or latitude is None or longitude is None or re.search(r"[\w-]", _SIDED.sub("", text)):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
