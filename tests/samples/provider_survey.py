"""The providers' survey: two visits to some, refusals, a submission without a name, services of every kind and state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.shapes.service import SHELTER_GROUP, SHELTER_TYPE
from tests.samples.files import read_csv, write_sheets
from tests.samples.vocabulary import GROUPS, POINTS, SOURCES, Organization, chance, organizations, uuid, zone_of

Row = dict[str, object]

DESCRIPTIONS = {
    "ECO_01": "Placement en entreprise", "ECO_02": "Formation aux métiers", "ECO_03": "Appui aux petites entreprises",
    "ECO_04": "Petits crédits et épargne", "SOC_01": "Consultations de santé", "SOC_02": "Hébergement de transit",
    "SOC_03": "Aide aux papiers d’identité", "SOC_04": "Filets sociaux", "SOC_05": "Conseil et aide juridique",
    "SOC_06": "Classes passerelles", "SOC_07": "Garderie de jour", "SOC_08": "Protection des enfants",
    "PSY_01": "Écoute et groupes de parole", "PSY_02": "Suivi psychologique", "PSY_03": "Consultations de psychiatrie",
}  # fmt: skip
# Groups that a type of service is mostly for, beside returnees and migrants in transit.
MEANT_FOR = {
    "ECO": ["FEM_RIS", "PSH", "FAM", "COM"], "PSY": ["FEM_RIS", "MAL", "MNA", "ENF", "AGE"],
    "SOC_01": ["ENF", "MAL", "AGE", "FEM_RIS", "COM"], "SOC_02": ["FAM", "FEM_RIS", "AGE"],
    "SOC_06": ["ENF", "MNA", "FAM"], "SOC_07": ["ENF", "FAM"], "SOC_08": ["ENF", "MNA", "FEM_RIS"],
}  # fmt: skip
CAPACITIES = {"SOC_01": [150, 250, 400], "SOC_02": [20, 30, 45], "SOC_06": [40, 60, 90], "ECO": [15, 25, 40, 60]}
LANGUAGES = {"Z_BKO": "fr bm", "Z_KAY": "fr bm snk", "Z_MOP": "fr ff dgo", "Z_TOM": "fr ses tmh", "Z_GAO": "fr ses ar"}
USUAL_COST = {"ECO_04": "payant", "ECO_01": "gratuit", "SOC_08": "gratuit", "PSY_01": "gratuit", "SOC_02": "gratuit"}
QUALITY = ["q_d_personnel", "q_d_intrants", "q_a_transport", "q_a_handicap", "q_c_confid", "q_c_femmes", "q_q_qualif",
           "q_q_plaintes"]  # fmt: skip
# The questions in the order of the form.
ORDER = ["type_service", "srv_desc", "zone", "cercle", "commune", "gps", "statut", "date_fin", "acces", "capacite_mois",
         "places_dispo", "delai_jours", "inclus", "age_min", "age_max", "exclusion", "docs_requis", "cout", "cout_fcfa",
         "langues", *QUALITY]  # fmt: skip
SYNERGIES = ["orient_gratuit", "orient_quota", "partage_cout", "partage_pct", "opp_debut", "opp_fin", "opp_nouvelles"]
NOTHING_OFFERED = {"orient_gratuit": "non", "partage_cout": "aucun"}


def write() -> None:
    submissions, services = [], []
    for number, (submission, offered) in enumerate(_submissions(), start=1):
        day = submission["today"]
        keys = {"_id": number, "_uuid": uuid(8000, number), "_submission_time": f"{day}T12:00:00", "_index": number}
        submissions.append({"start": f"{day}T08:00:00.000Z", "end": f"{day}T11:30:00.000Z"} | submission | keys)
        services += [row | {"_index": len(services) + n, "_parent_index": number} for n, row in enumerate(offered, 1)]
    path = SOURCES / "mrf_provider_survey" / "sample.xlsx"
    write_sheets(path, {"Enquête prestataires (fictif)": submissions, "srv": services})


def _submissions() -> Iterator[tuple[Row, list[Row]]]:
    """Each submission with its services. The first visits come last: exports are in no order of days."""
    for organization in organizations():
        yield _visit(organization, organization.visits[-1])
    for organization in organizations():
        for day in organization.visits[:-1]:
            yield _visit(organization, day)
    # Somebody typed in a name, then the person withdrew: nothing of it may be kept.
    for number, day in enumerate(("2024-06-05", "2024-07-23"), start=801):
        name, where = "Structure Fictive Réticente", ["ML0901"]
        submission, services = _visit(
            Organization(number, name, "SFRET", "AUT", ["ECO_01"], where, [day], "tel", "oui"), day
        )
        yield submission | {"consent": "non"}, services
    # The name was lost by hand in the spreadsheet: the gate rejects what depends on it.
    nameless = Organization(901, "", "", "ONG_NAT", ["SOC_05"], ["ML0506"], ["2024-07-19"], "site", "non")
    yield _visit(nameless, "2024-07-19")


def _visit(organization: Organization, day: str) -> tuple[Row, list[Row]]:
    is_last = day == organization.visits[-1]
    offers = {row["acronym"]: row for row in read_csv("opportunities.csv")} if is_last else {}
    synergies = offers.get(organization.acronym, NOTHING_OFFERED)
    submission: Row = {"today": day, "consent": "oui", "interview_mode": organization.mode}
    submission |= {
        "org/org_nom": organization.name, "org/org_sigle": organization.acronym, "org/org_type": organization.type,
        "org/pf_tel": organization.phone, "org/publier_contact": organization.publish,
    }  # fmt: skip
    submission |= {f"syn/{question}": synergies.get(question, "") for question in SYNERGIES}
    return submission, [_service(organization, *offer, day) for offer in offered(organization)]


def offered(organization: Organization) -> list[tuple[str, str]]:
    """The types of service and the cercles where the structure offers them."""
    return [(kind, cercle) for kind in organization.service_types for cercle in organization.cercles]


def _service(organization: Organization, kind: str, cercle: str, day: str) -> Row:
    answers = _lasting(organization, kind, cercle) | _of_the_day(organization, kind, cercle, day)
    for row in read_csv("particular.csv"):
        if (row["acronym"], row["service_type"], row["cercle"]) == (organization.acronym, kind, cercle):
            answers[row["question"]] = row["answer"]
    if kind == SHELTER_TYPE and SHELTER_GROUP in str(answers["inclus"]):
        answers |= {"gps": "", "commune": ""}  # the form does not ask where victims are sheltered
    if not answers["capacite_mois"]:
        answers["places_dispo"] = ""
    answers["cout_fcfa"] = {"partiel": 1000, "payant": 2500}.get(str(answers["cout"]), "")
    return {f"srv/{'qual/' if question in QUALITY else ''}{question}": answers[question] for question in ORDER}


def commune_of(organization: Organization, cercle: str) -> str:
    """Where in a cercle a structure works; some answers leave it out."""
    number = chance(organization.acronym, cercle).choice([1, 2, 3, 4, 0])
    return f"{cercle}{number:02d}" if number else ""


def _lasting(organization: Organization, kind: str, cercle: str) -> Row:
    """What does not change from one visit to the next."""
    draw = chance(organization.acronym, kind, cercle)
    lat, lon = POINTS[cercle]
    groups = [
        "MIG_RET",
        *(["MIG_TRA"] if draw.random() < 0.7 else []),
        *draw.sample(_of_type(MEANT_FOR, kind, GROUPS[3:]), 2),
    ]
    is_for_adults = kind.startswith("ECO")
    return {
        "type_service": kind, "srv_desc": f"{DESCRIPTIONS[kind]} (fictif)", "zone": zone_of(cercle), "cercle": cercle,
        "commune": commune_of(organization, cercle),
        "gps": f"{lat + draw.uniform(-0.1, 0.1):.4f} {lon + draw.uniform(-0.1, 0.1):.4f} 0 5",
        "acces": draw.choice(["direct", "direct rdv", "rdv orient", "orient", "direct mobile"]), "date_fin": "",
        "inclus": " ".join(groups),
        "age_min": draw.choice([18, 18, 16, ""]) if is_for_adults else "",
        "age_max": draw.choice([35, 40, "", ""]) if is_for_adults else "",
        "exclusion": draw.choice(["aucun", "aucun", "aucun", "sans_doc", "age residence", "sans_doc deja_aide"]),
        "docs_requis": draw.choice(["", "", "Pièce d’identité ou attestation de retour"]),
        "cout": USUAL_COST.get(kind) or draw.choice(["gratuit", "gratuit", "gratuit_ref", "partiel"]),
        "langues": LANGUAGES[zone_of(cercle)] if draw.random() < 0.8 else "fr",
    }  # fmt: skip


def _of_the_day(organization: Organization, kind: str, cercle: str, day: str) -> Row:
    """What each visit may find changed."""
    draw = chance(organization.acronym, kind, cercle, day)
    capacity = draw.choice(_of_type(CAPACITIES, kind, [20, 40, 80]))
    answers: Row = {question: draw.choices(["oui", "non", "nsp"], [65, 25, 10])[0] for question in QUALITY}
    return answers | {
        "statut": draw.choices(["OPE", "PAR", "SUS", "PLA", "PNF", "FER"], [70, 14, 6, 3, 2, 5])[0],
        "capacite_mois": capacity if draw.random() < 0.8 else "",
        "places_dispo": draw.choice([0, capacity // 4, capacity // 2]),
        "delai_jours": draw.choice([0, 1, 3, 7, 14, 21]),
    }


def _of_type(table: dict[str, list[Any]], kind: str, otherwise: list[Any]) -> list[Any]:
    """What a table says of a type of service, else of its domain."""
    return table.get(kind) or table.get(kind[:3]) or otherwise
