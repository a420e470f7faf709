"""Mechanisms of every type and state, two of them met twice, and a refusal."""

from __future__ import annotations

from tests.samples.files import read_csv, write_sheets
from tests.samples.vocabulary import SOURCES, uuid

BEFORE_THE_GROUP = ("today", "interview_mode")


def write() -> None:
    told = read_csv("mechanisms.csv")
    refused = dict.fromkeys(told[0], "") | {
        "today": "2024-07-10",
        "interview_mode": "tel",
        "m_nom": "Mécanisme fictif réticent",
    }
    rows = []
    for number, (answers, consent) in enumerate([*((row, "oui") for row in told), (refused, "non")], start=1):
        day = answers["today"]
        row = {"start": f"{day}T08:00:00.000Z", "end": f"{day}T08:40:00.000Z", "today": day, "consent": consent,
               "interview_mode": answers["interview_mode"]}  # fmt: skip
        row |= {f"m/{question}": said for question, said in answers.items() if question not in BEFORE_THE_GROUP}
        rows.append(
            row | {"_id": number, "_uuid": uuid(8600, number), "_submission_time": f"{day}T12:00:00", "_index": number}
        )
    write_sheets(SOURCES / "mrf_mechanism_survey" / "sample.xlsx", {"Enquête mécanismes (fictif)": rows})
