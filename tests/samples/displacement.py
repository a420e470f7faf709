"""Displaced people as IOM's DTM API answers them: cut by reason and origin, some counted in two assessments."""

from __future__ import annotations

import json

from tests.samples.vocabulary import CERCLES, NOTICE, REGIONS, SOURCES

ROUNDS = {19: "2024-03-31", 20: "2024-06-30"}
PEOPLE = {"ML0506": 3200, "ML0501": 1500, "ML0605": 2400, "ML0703": 2800, "ML0701": 900, "ML0901": 600}


def write() -> None:
    rows = []
    for number, day in ROUNDS.items():
        for code, people in PEOPLE.items():
            count = people + 100 * (number - 19)
            reasons = (
                [("Conflict", count - 80), ("Natural disaster", 80)] if code == "ML0506" else [("Conflict", count)]
            )
            rows += [_row(number, day, code, reason, part, "BA") for reason, part in reasons]
    # The sites hold some of the people of the area, and are told apart: not to be added. One figure has no sex.
    rows.append(_row(20, ROUNDS[20], "ML0703", "Conflict", 700, "SA"))
    rows.append(_row(20, ROUNDS[20], "ML0103", "Insecurity", 40, "BA", sexes=False))
    answer = {"result": rows, "statusCode": 200, "isSuccess": True, "errorMessages": [], "totalRecordsCount": len(rows)}
    path = SOURCES / "iom_dtm_mli" / "sample.dtm_mli.json"
    path.write_text(json.dumps({"notice": NOTICE} | answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _row(
    number: int, day: str, code: str, reason: str, people: int, kind: str, sexes: bool = True
) -> dict[str, object]:
    women = people * 11 // 20
    year, month, _ = map(int, day.split("-"))
    return {
        "operation": "Opération fictive", "admin0Name": "Mali", "admin0Pcode": "MLI",
        "admin1Name": REGIONS[code[:4]], "admin1Pcode": code[:4], "admin2Name": CERCLES[code], "admin2Pcode": code,
        "numPresentIdpInd": people, "reportingDate": f"{day}T00:00:00", "yearReportingDate": year,
        "monthReportingDate": month, "roundNumber": number, "displacementReason": reason,
        "numberMales": people - women if sexes else None, "numberFemales": women if sexes else None,
        "idpOriginAdmin1Name": "Not available", "idpOriginAdmin1Pcode": "Not available", "assessmentType": kind,
    }  # fmt: skip
