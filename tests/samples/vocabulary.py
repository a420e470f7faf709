"""What the samples share: where the sources are, fictional structures, real p-codes and invented places in them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingestion.declaration.code_lists import codes
from tests.samples.files import read_csv

SOURCES = Path(__file__).resolve().parents[2] / "countries" / "mli" / "sources"
NOTICE = "DONNÉES FICTIVES — exemple inventé, aucune structure réelle"
REGIONS = {"ML01": "Kayes", "ML05": "Mopti", "ML06": "Tombouctou", "ML07": "Gao", "ML09": "Bamako"}
ZONES = {"ML01": "Z_KAY", "ML05": "Z_MOP", "ML06": "Z_TOM", "ML07": "Z_GAO", "ML09": "Z_BKO"}
# Cercles (p-codes of 2021), and a point in the middle of each fictional square outline.
CERCLES = {
    "ML0901": "Bamako", "ML0103": "Kayes", "ML0105": "Kita", "ML0106": "Nioro", "ML0107": "Yélimané",
    "ML0506": "Mopti", "ML0501": "Bandiagara", "ML0503": "Djenné", "ML0504": "Douentza", "ML0605": "Tombouctou",
    "ML0601": "Diré", "ML0602": "Goundam", "ML0703": "Gao", "ML0701": "Ansongo", "ML0702": "Bourem",
}  # fmt: skip
POINTS = {
    "ML0901": (12.6, -8.0), "ML0103": (14.4, -11.4), "ML0105": (13.0, -9.5), "ML0106": (15.2, -9.6),
    "ML0107": (15.1, -10.6), "ML0506": (14.5, -4.2), "ML0501": (14.3, -3.6), "ML0503": (13.9, -4.6),
    "ML0504": (15.0, -2.9), "ML0605": (16.8, -3.0), "ML0601": (16.2, -3.2), "ML0602": (16.4, -3.7),
    "ML0703": (16.3, 0.0), "ML0701": (15.7, 0.5), "ML0702": (16.9, -0.4),
}  # fmt: skip
TYPES = codes("type_service")
GROUPS = codes("popgr")


@dataclass(frozen=True)
class Organization:
    """A fictional structure, and what it tells when it is visited."""

    number: int
    name: str
    acronym: str
    type: str
    service_types: list[str]
    cercles: list[str]
    visits: list[str]
    mode: str
    publish: str

    @property
    def phone(self) -> str:
        """No such number exists in Mali."""
        return f"9900{self.number:04d}"


@cache
def organizations() -> list[Organization]:
    """The structures that the providers' survey visits, in order."""
    return [
        Organization(
            number, row["name"], row["acronym"], row["type"], row["service_types"].split(), row["cercles"].split(),
            row["visits"].split(), row["mode"], row["publish"],
        )
        for number, row in enumerate(read_csv("organizations.csv"), start=1)
    ]  # fmt: skip


def zone_of(cercle: str) -> str:
    return ZONES[cercle[:4]]


def chance(*of: object) -> random.Random:
    """Chance that depends on what it is drawn for alone: a row more changes no other row."""
    return random.Random("/".join(map(str, of)))


def uuid(series: int, number: int) -> str:
    return f"00000000-0000-4000-{series:04d}-{number:012d}"
