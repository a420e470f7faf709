"""The two languages of the portal: its texts are written in French, and `english.csv` has each of them in English."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.country.pack import country
from warehouse import french
from warehouse.deliverables import front
from warehouse.deliverables.producing import record_of
from warehouse.reading.edition import Edition, typographic

PAGES = (front.NAME, "index.en.html")
CATALOG = Path(__file__).with_name("english.csv")
_FORMS = ("", "of_", "meaning_")
_LABELS = "select fr, en from reference.code_list"
_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True)
class Language:
    """A language: its page, its own name, its texts by their French, and by the French labels of codes."""

    code: str
    page: str
    name: str
    texts: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def said(self, text: str, *values: object) -> str:
        """The text in this language, with the values of its places {0}, {1}…; French where it has none."""
        key = text.replace("\u00a0", " ")
        told = self.texts.get(key) or self.labels.get(key, text)
        return re.sub(r"\{(\d)\}", lambda place: str(values[int(place[1])]), told)

    def thousands(self, count: int) -> str:
        """A count with its thousands apart: 1 950 or 1,950."""
        return french.count(count) if self.code == "fr" else f"{count:,}"

    def weight(self, count: int) -> str:
        """The size of a file: 14,3 Mo or 14.3 MB."""
        number, unit = float(count), 0
        while number >= 1000 and unit < 3:
            number, unit = number / 1000, unit + 1
        shown = f"{number:.1f}".removesuffix(".0")
        if self.code == "fr":
            return f"{shown.replace('.', ',')}\u00a0{('octets', 'ko', 'Mo', 'Go')[unit]}"
        return f"{shown}\u00a0{('bytes', 'kB', 'MB', 'GB')[unit]}"


FRENCH = Language("fr", PAGES[0], "Français")


def english(edition: Edition) -> Language:
    """English, with the parameters of the publication."""
    labels = {typographic(fr): en for fr, en in edition.connection.execute(_LABELS).fetchall()}
    titles = {entry["title_fr"]: entry.get("title_en", "") for entry in record_of(edition.folder).values()}
    readings = {
        getattr(one, f"{form}fr"): getattr(one, f"{form}en") for one in country().readings.values() for form in _FORMS
    }
    return Language("en", PAGES[1], "English", _texts(edition) | readings, labels | titles)


def catalog() -> dict[str, str]:
    """The English of each French text, as written: with the marks of parameters and of the country's words."""
    with CATALOG.open(encoding="utf-8", newline="") as file:
        return {row["french"]: row["english"] for row in csv.DictReader(file)}


def _texts(edition: Edition) -> dict[str, str]:
    return {
        edition.filled(french, CATALOG.name).replace("\u00a0", " "): _COMMA.sub(
            ".", edition.filled(told, CATALOG.name)
        ).replace("\u00a0%", "%")
        for french, told in catalog().items()
    }
