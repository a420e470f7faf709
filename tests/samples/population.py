"""Population by cercle, in codes of 2019: Ménaka is one of them still."""

from __future__ import annotations

from tests.samples.files import write_csv
from tests.samples.vocabulary import CERCLES, REGIONS, SOURCES

HEADER = ["admin2Name_fr", "admin2Pcode", "admin2RefName", "admin2AltName1_fr", "admin2AltName2_fr", "admin1Name_fr",
          "admin1Pcode", "admin0Name_fr", "admin0Pcode", "M_TL", "F_TL", "T_TL"]  # fmt: skip


def write() -> None:
    rows: list[list[object]] = []
    for number, (code, name) in enumerate({**CERCLES, "ML0704": "Ménaka"}.items(), start=1):
        men, women = 1000 * number, 1000 * number + 500
        rows.append(
            [name, code, "<Null>", "<Null>", "<Null>", REGIONS[code[:4]], code[:4], "Mali (le)", "ML", men, women, men + women]
        )  # fmt: skip
    write_csv(SOURCES / "ocha_cod_ps_mli" / "sample.csv", [HEADER, *rows])
