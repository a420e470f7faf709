"""What people say of services: enough of some to be told, too few of others, and some without a known code."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples.directory import Service
from tests.samples.files import write_sheets
from tests.samples.vocabulary import GROUPS, SOURCES, TYPES, chance, uuid

Row = dict[str, object]

# How many people speak of each of the chosen services; of the last eight, fewer than may be told.
COUNTS = [12, 9, 6, 10, 5, 8, 5, 7, 6, 5, 9, 8, 5, 4, 3, 2, 1, 4, 3, 1, 2]
WITHOUT_CODE = 30
ZONES = ["Z_BKO", "Z_KAY", "Z_MOP", "Z_TOM", "Z_GAO"]
OBSTACLES = ["aucun", "aucun", "cout", "distance", "attente", "docs", "info", "distance cout", "langue", "securite",
             "discrim", "ferme"]  # fmt: skip


def write(services: list[Service]) -> None:
    """Answers on these services, spread over zones and types; on none, answers without a code alone."""
    rows = []
    for number, answers in enumerate(_answers(services), start=1):
        day = answers["today"]
        times = {"start": f"{day}T08:00:00.000Z", "end": f"{day}T08:15:00.000Z"}
        keys = {"_id": number, "_uuid": uuid(8300, number), "_submission_time": f"{day}T18:00:00", "_index": number}
        rows.append(times | answers | keys)
    write_sheets(SOURCES / "mrf_beneficiary_survey" / "sample.xlsx", {"Enquête bénéficiaires (fictif)": rows})


def _answers(services: list[Service]) -> Iterator[Row]:
    for service, count in zip(_chosen(services), COUNTS, strict=False):
        for number in range(count):
            yield _answer(service.zone, service.type, service.id, service.organization, number)
    for number in range(WITHOUT_CODE):
        draw = chance("sans code", number)
        yield _answer(ZONES[number % len(ZONES)], draw.choice(TYPES), "", "sans code", number)
    yield _answer("Z_BKO", "SOC_01", "sal_code_inconnu", "code inconnu", 0)
    yield _answer("Z_KAY", "PSY_01", "sal_reticence", "refus", 0) | {"consent": "non"}
    yield _answer("Z_GAO", "SOC_01", "", "refus", 1) | {"consent": "non"}
    yield _answer("", "SOC_03", "", "zone perdue", 0)  # lost by hand in the spreadsheet: the gate rejects it


def _chosen(services: list[Service]) -> list[Service]:
    """At most one service of each zone and type."""
    mixed = sorted(services, key=lambda s: chance("avis", s.organization, s.type, s.cercle).random())
    return list({(service.zone, service.type): service for service in mixed}.values())


def _answer(zone: str, kind: str, code: str, organization: str, number: int) -> Row:
    draw = chance("avis", organization, kind, zone, number)
    usual = chance("satisfaction", organization, kind).choice([2, 3, 4, 4, 5])  # some are liked more than others
    paid = draw.random() < (0.9 if kind == "ECO_04" else 0.25)
    answers = {
        "zone": zone, "type_service": kind, "srv_code": code,
        "profil": draw.choice(["MIG_RET", "MIG_RET", "MIG_TRA", *GROUPS]),
        "sexe": draw.choices(["f", "m", "nr"], [10, 11, 1])[0],
        "age": draw.choices(["0_17", "18_24", "25_59", "60"], [2, 6, 10, 1])[0],
        "recu": draw.choices(["oui", "non"], [5, 1])[0],
        "obst": draw.choice(OBSTACLES), "delai": draw.choice([0, 1, 3, 7, 15, ""]),
        "paye": "oui" if paid else "non", "montant": draw.choice([500, 1000, 2500, ""]) if paid else "",
        "sat": _near(draw.choice([-1, 0, 0, 1]) + usual), "respect": _near(draw.choice([-1, 0, 1, 1]) + usual),
        "confid": draw.choices(["oui", "non", "nsp"], [7, 2, 1])[0],
        "consulte": draw.choice(["oui", "non", "non", "nsp"]), "plainte": draw.choice(["oui", "non", "non", "nsp"]),
    }  # fmt: skip
    day = f"2024-{draw.choice([6, 7, 8]):02d}-{draw.randint(1, 28):02d}"
    asked: Row = {"today": day, "consent": "oui", "interview_mode": draw.choice(["site", "site", "tel"])}
    return asked | {f"g/{question}": said for question, said in answers.items()}


def _near(degree: int) -> int:
    return min(5, max(1, degree))
