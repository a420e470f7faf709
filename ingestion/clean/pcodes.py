"""P-codes: their form, and the consistency of the codes of a row.

The forms of all countries are in `ingestion.country.pcode_forms`. Codes of the country of this warehouse are also
written « ML 05 06 09 », « ml-0506 », « ML506 », 506, or with other letters (TD0704 for TCD0704). Such a form is only
read if exactly one code of the official lists (seed `admin_area`) matches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from ingestion.clean.numbers import number
from ingestion.country import seeds
from ingestion.country.pack import country, iso3
from ingestion.country.pcode_forms import form, level_of, prefixes

_CODE = re.compile(r"([A-Z]{2,3})([0-9]+)")
_BETWEEN = r"[\s\-‐-―_./:]"  # separators typed between the parts of a code
_BARE = re.compile(rf"[0-9]+(?:{_BETWEEN}+[0-9]+)*")
_EXCEL_DECIMALS = re.compile(r"[.,]0+$")  # 506.0


def digits(prefix: str, level: int) -> frozenset[int]:
    """The permitted numbers of digits after a country's letters at a level; none for unknown three letters."""
    return form(prefix).digits[level]


def pcode(value: str, level: int, bare: bool = False) -> str | None:
    """The p-code of that level in upper case, or None: "#N/A" and "ML011" (a region with three digits) are none.

    With ``bare``, numbers without letters are accepted (Excel makes 506 of ML0506's 0506): for columns of codes only.
    """
    text = value.strip().upper()
    match = _CODE.fullmatch(text)
    if match and len(match[2]) in digits(match[1], level):
        return _with_official_letters(match[1], match[2])
    written = code_in(text, level)
    if written is None and bare and _BARE.fullmatch(number_text := _EXCEL_DECIMALS.sub("", text)):
        return _of_digits(number_text, level)
    return written[0] if written else None


def code_in(text: str, level: int) -> tuple[str, str] | None:
    """(code, other words) of a text with one code of the country: « Mopti (ML 0506) » is ML0506 and « Mopti »."""
    matches = list(_written().finditer(text.upper()))
    if len(matches) != 1 or len(text.upper()) != len(text):
        return None
    start, end = matches[0].span()
    rest = re.sub(r"\(\s*\)", " ", f"{text[:start]} {text[end:]}").strip(" -–—:,;/()")
    if text[start:end].upper() in country().iso_3166_2 or re.search("[0-9]", rest):
        return None
    code = _of_digits(matches[0][1], level)
    return (code, rest) if code else None


def letters() -> str:
    """The letters of the country's own p-codes, from its official list."""
    return _letters(iso3())


def is_foreign(code: str) -> bool:
    """Whether a p-code is another country's: BF4601."""
    return not code.startswith(letters())


def _with_official_letters(prefix: str, number: str) -> str:
    """TD0704 is TCD0704 where the official list writes the country's codes so."""
    code = prefix + number
    is_other_spelling = prefix != letters() and prefix in _spellings(iso3()) and code not in _official()
    return letters() + number if is_other_spelling else code


def _of_digits(text: str, level: int) -> str | None:
    """The only official code that digits may stand for, or None; a part may lack its leading zeros."""
    groups = re.findall("[0-9]+", text)
    joined = "".join(groups)
    widths = digits(letters(), level)
    if len(joined) in widths:
        readings = {joined}
    elif len(groups) == 1:
        readings = {reading for width in widths if len(joined) == width - 1 for reading in _padded(joined, level)}
    else:
        # « ML5-6-9 », « ML5 0609 »: each group may lack its own zeros
        readings = set(_grouped(groups, level))
    official = {code for code in (letters() + one for one in readings) if code in _official()}
    official = {code for code in official if level_of(code) == level}
    return official.pop() if len(official) == 1 else None


def _steps(level: int) -> list[int]:
    """How many digits each level adds: 2, 2, 2 of ML050609; 3, 3, 2 of GN00100101."""
    ends = [0, *(min(digits(letters(), one), default=0) for one in range(1, level + 1))]
    return [max(0, end - start) for start, end in pairwise(ends)]


def _padded(joined: str, level: int) -> Iterator[str]:
    """Every way to insert one zero at the start of a part: « 506 » is 05-06 or 50-06."""
    place = 0
    for step in _steps(level):
        yield f"{joined[:place]}0{joined[place:]}"
        place += step


def _grouped(groups: list[str], level: int) -> Iterator[str]:
    """Each group filled up with zeros to the end of a part, in every way that leaves no part out."""
    steps = _steps(level)

    def filled(groups: list[str], steps: list[int]) -> Iterator[str]:
        if not groups:
            if not steps:
                yield ""
            return
        for count in range(1, len(steps) + 1):
            width = sum(steps[:count])
            if width - steps[0] < len(groups[0]) <= width:
                yield from (groups[0].zfill(width) + rest for rest in filled(groups[1:], steps[count:]))

    return filled(groups, steps)


def _written() -> re.Pattern[str]:
    return _pattern(_spellings(iso3()))


@cache
def _pattern(spellings: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(sorted(spellings, key=len, reverse=True))
    return re.compile(rf"(?<![A-Z0-9])(?:{words})({_BETWEEN}*[0-9]+(?:{_BETWEEN}+[0-9]+)*)(?![A-Z0-9])")


@cache
def _spellings(code: str) -> tuple[str, ...]:
    """The letters with which people write the country's p-codes."""
    return tuple(sorted({letters(), country().iso2, code.upper(), *prefixes(code.upper())}))


@cache
def _letters(code: str) -> str:
    first = next(iter(seeds.rows("admin_area")), None)
    match = _CODE.match(first["code"]) if first else None
    return match[1] if match else country().iso2


def _official() -> frozenset[str]:
    """The country's codes of all editions."""
    return _official_of(iso3())


@cache
def _official_of(code: str) -> frozenset[str]:
    return frozenset(row["code"] for row in seeds.rows("admin_area"))


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
    halves: list[float | None] = [None, None]
    matches = list(_SIDED.finditer(text))
    for match in matches:
        degrees, minutes, seconds = (number(part or "0") or 0.0 for part in match.groups()[:3])
        axis, sign = _SIDES[match[4].upper()]
        halves[axis] = sign * round(degrees + minutes / 60 + seconds / 3600, 6)
    latitude, longitude = halves
    if len(matches) != 2 or latitude is None or longitude is None or re.search(r"[\w-]", _SIDED.sub("", text)):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
