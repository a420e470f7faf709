"""What a new country pack says of its country: what is known of it, and defaults for what somebody must confirm."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel import Locale
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies

from ingestion.clean.text import fold
from ingestion.errors import DeclarationError

_FEMININE_EXCEPTIONS = ("mozambique", "mexique", "cambodge", "zimbabwe", "suriname", "belize")
_VOWELS = "aeiouyh"
_AROUND = 12.0  # degrees around the main city, where no boundary says more


@dataclass
class Draft:
    """The answers that a pack is made of; each has a default. ``levels``: rows of levels.csv by level."""

    iso3: str
    iso2: str
    name_fr: str
    name_en: str
    in_fr: str
    of_fr: str
    levels: dict[int, dict[str, str]]
    currency: str
    time_zone: str
    languages: tuple[str, ...]
    frame: tuple[float, float, float, float]  # south, north, west, east
    vintage: str
    valid_from: str
    list_name: str
    zones: tuple[str, ...]  # codes of the areas of the first level that are zones
    mission_start: dt.date
    reference: str = "TdR"

    @property
    def slug(self) -> str:
        """The country's name in file names."""
        return re.sub(r"\W+", "_", fold(self.name_fr)).strip("_")


def draft(iso3: str, list_name: str, valid_from: str, zones: tuple[str, ...], today: dt.date) -> Draft:
    """The defaults of a country. Raises DeclarationError for an unknown code."""
    iso2 = _iso2(iso3)
    french, english = Locale("fr"), Locale("en")
    name = str(french.territories[iso2])
    currencies = get_territory_currencies(iso2, start_date=today)
    zone, (latitude, longitude) = _main_city(iso2)
    official = tuple(code for code in get_official_languages(iso2) if code in french.languages)
    month = today.replace(day=1)
    return Draft(
        iso3,
        iso2,
        name,
        str(english.territories[iso2]),
        _with("in", name),
        _with("of", name),
        levels(iso3),
        currencies[0] if currencies else "USD",
        zone,
        official,
        (latitude - _AROUND, latitude + _AROUND, longitude - _AROUND, longitude + _AROUND),
        valid_from[:4] or str(today.year),
        valid_from or f"{today.year}-01-01",
        list_name,
        zones,
        (month - dt.timedelta(days=75)).replace(day=1),
    )


@cache
def _level_rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("levels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def levels(iso3: str) -> dict[int, dict[str, str]]:
    """What the levels are called there, or in most countries."""
    own = [row for row in _level_rows() if row["iso3"] == iso3] or [row for row in _level_rows() if not row["iso3"]]
    return {int(row["level"]): row for row in own}


def are_levels_known(iso3: str) -> bool:
    """Whether the words for the levels are the country's own."""
    return any(row["iso3"] == iso3 for row in _level_rows())


def _iso2(iso3: str) -> str:
    with files("ingestion.clean").joinpath("countries.csv").open(encoding="utf-8") as file:
        codes = {row["iso3"]: row["iso2"] for row in csv.DictReader(file)}
    if iso3 not in codes:
        raise DeclarationError(f"pays « {iso3} » inconnu : attendu un code ISO 3166 de trois lettres, comme TCD")
    return codes[iso3]


def _with(preposition: str, name: str) -> str:
    """« au Tchad », « en Guinée », « aux Comores »; « du Tchad », « de Guinée », « des Comores »: the usual rule."""
    key = fold(name)
    if key.endswith("s") and key in ("comores", "seychelles", "maldives", "philippines", "etats unis"):
        return f"{'aux' if preposition == 'in' else 'des'} {name}"
    is_elided = key[0] in _VOWELS
    if key.endswith("e") and key not in _FEMININE_EXCEPTIONS:
        return f"en {name}" if preposition == "in" else f"d’{name}" if is_elided else f"de {name}"
    if is_elided:
        return f"en {name}" if preposition == "in" else f"d’{name}"
    return f"{'au' if preposition == 'in' else 'du'} {name}"


def _main_city(iso2: str) -> tuple[str, tuple[float, float]]:
    """The first time zone of a country, and the position of its city, from the tz database."""
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{iso2}\t"):
            _, position, zone, *_ = line.split("\t")
            latitude, longitude = re.findall(r"[+-]\d+", position)
            return zone, (_degrees(latitude, 2), _degrees(longitude, 3))
    return "UTC", (0.0, 0.0)


def _degrees(text: str, width: int) -> float:
    """+1207 is 12.12 degrees."""
    sign = -1 if text[0] == "-" else 1
    return sign * (int(text[1 : 1 + width]) + int(text[1 + width : 3 + width]) / 60)
