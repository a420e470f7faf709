"""Health facilities as the WHO lists them: one a cercle, one without coordinates."""

from __future__ import annotations

from tests.samples.files import write_csv
from tests.samples.vocabulary import POINTS, REGIONS, SOURCES

HEADER = ["Country", "Admin1", "Facility name", "Facility type", "Ownership", "Lat", "Long", "LL source", "iso3c",
          "facility_type_9", "Tier", "Tier_name"]  # fmt: skip
LISTED = ["ML0901", "ML0103", "ML0105", "ML0106", "ML0506", "ML0501", "ML0605", "ML0602", "ML0703", "ML0701"]
WITHOUT_POINT = 4


def write() -> None:
    rows: list[list[object]] = []
    for number, code in enumerate(LISTED, start=1):
        lat, lon = POINTS[code]
        located = number != WITHOUT_POINT
        rows.append(
            ["Mali", REGIONS[code[:4]], f"Centre de santé fictif n° {number}", "Community Health Centre",
             "Govt." if number % 5 == 0 else "", *([lat + 0.01, lon - 0.01] if located else ["", ""]), "GPS" if located else "",
             "MLI", "Community Health Unit", 2, "Tier2 health center"]
        )  # fmt: skip
    write_csv(SOURCES / "who_health_facilities_mli" / "sample.csv", [HEADER, *rows])
