"""People in need as the HNO publishes them, with what is wrong in the real one."""

from __future__ import annotations

import csv

from ingestion.country.pack import pack
from tests.samples.files import write_csv
from tests.samples.vocabulary import SOURCES

HEADER = ["Admin 1 PCode", "Admin 2 PCode", "Sector", "Gender", "Age Range", "Min Age", "Max Age", "Disabled",
          "Population Group", "Population", "In Need", "Targeted", "Affected", "Reached"]  # fmt: skip
TAGS = ["#adm1+code", "#adm2+code", "#sector+code", "#gender+code", "#age+range", "#age+min", "#age+max",
        "#is_disabled", "#population_group+code", "#population", "#inneed", "#targeted", "#affected", "#reached"]  # fmt: skip
# Returnees in need in 2024 by sector and cercle: with the survey's capacities they give every class of the gap grid.
RETURNEES = {
    "SHL": {"ML0901": 600, "ML0103": 2400, "ML0105": 360, "ML0506": 3600, "ML0605": 4800, "ML0703": 240, "ML0701": 6000},
    "HEA": {"ML0901": 9000, "ML0103": 12000, "ML0506": 30000, "ML0605": 30000, "ML0703": 6000},
    "EDU": {"ML0901": 0, "ML0103": 1800, "ML0506": 3000, "ML0605": 1500, "ML0703": 900},
}  # fmt: skip


def _cercles() -> list[str]:
    """The cercles of the five zones, as regions stood in 2021."""
    with (pack().seeds / "zone_admin.csv").open(encoding="utf-8") as seed:
        return sorted({row["admin_code"] for row in csv.DictReader(seed) if row["reading"] == "HISTORICAL"})


def write() -> None:
    rows: list[list[object]] = [HEADER, TAGS]

    def add(admin1: str, admin2: str, sector: str, group: str, people: object) -> None:
        rows.append([admin1, admin2, sector, "a", "ALL", "", "", "a", group, "", people, "", "", ""])

    # The national figure disagrees with its parts, as it does in real life.
    add("", "", "SHL", "RRI", sum(RETURNEES["SHL"].values()) - 600)
    for sector, figures in RETURNEES.items():
        for code, people in figures.items():
            add(code[:4], code, sector, "RRI", people)
    for code, people in RETURNEES["SHL"].items():
        add(code[:4], code, "SHL", "IDP", people * 2)
        add(code[:4], code, "HEA", "ALL", people * 10)
    add("ML011", "", "FSC", "ALL", 150)  # a code with one digit too many
    add("ML05", "ML0501", "WSH", "ALL", 410.5)  # people come whole
    add("ML05", "ML0504", "NUT", "ALL", "")  # nothing said: rejected, and kept with its reason
    # All cercles of the zones are told, most of them with nobody: a zone's need is known where all of its cercles are.
    for sector, figures in RETURNEES.items():
        for code in _cercles():
            if code not in figures:
                add(code[:4], code, sector, "RRI", 0)
    write_csv(SOURCES / "ocha_hno_mli" / "sample.hno_2024_mli.csv", rows)
