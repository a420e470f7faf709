"""Writes the fictional `sample.*` of the sources. Everything in it is invented; run by hand when a sample changes.

.venv/bin/python tests/make_samples.py && .venv/bin/mrf expected
"""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import openpyxl
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

SOURCES = Path(__file__).resolve().parents[1] / "ingestion" / "sources"
NOTICE = "DONNÉES FICTIVES — exemple inventé, aucune structure réelle"
# Cercles by zone (p-codes 2021) and a point inside each fictional square outline.
CERCLES = {
    "Z_BKO": ["ML0901"],
    "Z_KAY": ["ML0103", "ML0105", "ML0106"],
    "Z_MOP": ["ML0506", "ML0501", "ML0504"],
    "Z_TOM": ["ML0605", "ML0602"],
    "Z_GAO": ["ML0703", "ML0701"],
}
NAMES = {
    "ML0901": "Bamako", "ML0103": "Kayes", "ML0105": "Kita", "ML0106": "Nioro", "ML0506": "Mopti",
    "ML0501": "Bandiagara", "ML0504": "Douentza", "ML0605": "Tombouctou", "ML0602": "Goundam",
    "ML0703": "Gao", "ML0701": "Ansongo",
}  # fmt: skip
REGIONS = {"ML01": "Kayes", "ML05": "Mopti", "ML06": "Tombouctou", "ML07": "Gao", "ML09": "Bamako"}
POINTS = {
    "ML0901": (12.6, -8.0), "ML0103": (14.4, -11.4), "ML0105": (13.0, -9.5), "ML0106": (15.2, -9.6),
    "ML0506": (14.5, -4.2), "ML0501": (14.3, -3.6), "ML0504": (15.0, -2.9), "ML0605": (16.8, -3.0),
    "ML0602": (16.4, -3.7), "ML0703": (16.3, 0.0), "ML0701": (15.7, 0.5),
}  # fmt: skip
TYPES = [
    *(f"ECO_0{n}" for n in range(1, 5)), *(f"SOC_0{n}" for n in range(1, 9)), *(f"PSY_0{n}" for n in range(1, 4)),
]  # fmt: skip
GROUPS = ["MIG_TRA", "MIG_RET", "VDT", "MNA", "ENF", "FEM_RIS", "PSH", "MAL", "AGE", "FAM", "COM"]
ORGANIZATIONS = [
    ("Association Fictive Retour et Dignité", "AFRD", "OSC_MIG"),
    ("Centre Fictif de Formation Djigui", "CFFD", "ETA_EPA"),
    ("ONG Fictive Sahel Solidaire", "OFSS", "ONG_NAT"),
    ("Direction Régionale Fictive de la Promotion", "DRFP", "ETA_DEC"),
    ("Caisse Fictive du Fleuve", "CFF", "IMF"),
    ("ONG Fictive Mains Ouvertes Internationale", "OFMOI", "ONG_INT"),
    ("Hôpital Fictif du Nord", "HFN", "ETA_EPA"),
    ("Réseau Fictif des Femmes du Désert", "RFFD", "OSC_ASS"),
    ("Mission Fictive Sainte Baobab", "MFSB", "OSC_REL"),
    ("Mairie Fictive de Ville-Neuve", "MFVN", "ETA_CT"),
    ("ONG Fictive Enfance Protégée", "OFEP", "ONG_NAT"),
    ("Clinique Juridique Fictive du Mali", "CJFM", "OSC_ASS"),
]


def write_csv(source: str, name: str, rows: list[list[object]]) -> None:
    with (SOURCES / source / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def three_w() -> None:
    header = [
        "Organisation Accronyme", "Nom Organisation", "Type Organisation", "Program Organization", "Bailleur de fond",
        "admin1Pcod", "Region", "admin2Pcod", "Cercle", "admin3Pcod", "Commune", "Village", "Cluster", "Remarques",
    ]  # fmt: skip
    tags = [
        "#org+acronym", "#org+name", "#org+type", "", "#actor", "#adm1+code", "#adm1+name", "#adm2+code", "#adm2+name",
        "#adm3+code", "", "", "#sector", "",
    ]  # fmt: skip
    kinds = {"ONG_NAT": "ONG Nat", "ONG_INT": "ONG Int"}
    chance = random.Random(3)
    rows = []
    for sector in ["Santé", "Education", "Abris", "Protection", "Sécurité Alimentaire", "EHA"]:
        for name, acronym, kind in [o for o in ORGANIZATIONS if o[2] in kinds]:
            zone = chance.choice(list(CERCLES))
            code = chance.choice(CERCLES[zone])
            commune = "#N/A" if chance.random() < 0.2 else f"{code}01"
            rows.append(
                [acronym, name, kinds[kind], "", "", code[:4], REGIONS[code[:4]], code, NAMES[code], commune,
                 f"Commune fictive de {NAMES[code]}", "", sector, ""]
            )  # fmt: skip
    rows[1][9] = "ML050601" if rows[1][7] != "ML0506" else "ML050101"  # a commune of another cercle
    rows[2][5] = "ML01" if rows[2][5] != "ML01" else "ML05"  # a region that is not the parent
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "ML_5W"
    for row in [header, tags, *rows]:
        sheet.append(row)
    for cells in sheet.iter_rows(min_row=3, min_col=10, max_col=10):
        if cells[0].value == "#N/A":
            cells[0].data_type = "e"
    hidden = book.create_sheet("Brouillon")
    hidden.append(["ancien", NOTICE])
    hidden.sheet_state = "hidden"
    book.save(SOURCES / "ocha_3w_mli" / "sample.mali_3w_july_2024.xlsx")


def facilities() -> None:
    rows: list[list[object]] = [
        ["Country", "Admin1", "Facility name", "Facility type", "Ownership", "Lat", "Long", "LL source", "iso3c",
         "facility_type_9", "Tier", "Tier_name"]
    ]  # fmt: skip
    for number, (code, (lat, lon)) in enumerate(POINTS.items(), start=1):
        where = ["", ""] if number == 4 else [lat + 0.01, lon - 0.01]
        owner = "Govt." if number % 5 == 0 else ""
        rows.append(
            ["Mali", REGIONS[code[:4]], f"Centre de santé fictif n° {number}", "Community Health Centre", owner, *where,
             "" if number == 4 else "GPS", "MLI", "Community Health Unit", 2, "Tier2 health center"]
        )  # fmt: skip
    write_csv("who_health_facilities_mli", "sample.csv", rows)


def needs() -> None:
    header = ["Admin 1 PCode", "Admin 2 PCode", "Sector", "Gender", "Age Range", "Min Age", "Max Age", "Disabled",
              "Population Group", "Population", "In Need", "Targeted", "Affected", "Reached"]  # fmt: skip
    tags = ["#adm1+code", "#adm2+code", "#sector+code", "#gender+code", "#age+range", "#age+min", "#age+max",
            "#is_disabled", "#population_group+code", "#population", "#inneed", "#targeted", "#affected", "#reached"]  # fmt: skip
    figures = {
        "ML0901": 1200,
        "ML0103": 2400,
        "ML0105": 360,
        "ML0506": 3600,
        "ML0605": 4800,
        "ML0703": 240,
        "ML0701": 6000,
    }
    rows: list[list[object]] = [header, tags]

    def add(admin1: str, admin2: str, sector: str, group: str, people: object) -> None:
        rows.append([admin1, admin2, sector, "a", "ALL", "", "", "a", group, "", people, "", "", ""])

    add("", "", "SHL", "RRI", sum(figures.values()) - 600)  # the national figure disagrees, as it does in real life
    for code, people in figures.items():
        add(code[:4], code, "SHL", "RRI", people)
        add(code[:4], code, "SHL", "IDP", people * 2)
        add(code[:4], code, "HEA", "ALL", people * 10)
    add("ML01", "ML0103", "EDU", "RRI", 1800)
    add("ML011", "", "FSC", "ALL", 150)  # a code with one digit too many
    add("ML05", "ML0501", "WSH", "ALL", 410.5)  # people come whole
    add("ML05", "ML0504", "NUT", "ALL", "")  # nothing said: rejected, and kept with its reason
    write_csv("ocha_hno_mli", "sample.hno_2024_mli.csv", rows)


def population() -> None:
    rows: list[list[object]] = [
        ["admin2Name_fr", "admin2Pcode", "admin2RefName", "admin2AltName1_fr", "admin2AltName2_fr", "admin1Name_fr",
         "admin1Pcode", "admin0Name_fr", "admin0Pcode", "M_TL", "F_TL", "T_TL"]
    ]  # fmt: skip
    for number, (code, name) in enumerate({**NAMES, "ML0704": "Ménaka"}.items(), start=1):
        men, women = 1000 * number, 1000 * number + 500
        rows.append(
            [
                name,
                code,
                "<Null>",
                "<Null>",
                "<Null>",
                REGIONS[code[:4]],
                code[:4],
                "Mali (le)",
                "ML",
                men,
                women,
                men + women,
            ]
        )
    write_csv("ocha_cod_ps_mli", "sample.csv", rows)


def outlines() -> None:
    features = []
    for code, (lat, lon) in POINTS.items():
        ring = [[lon + dx, lat + dy] for dx, dy in [(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2), (-0.2, -0.2)]]
        features.append(
            {
                "type": "Feature",
                "properties": {"admin2Name": f"{NAMES[code]} (contour fictif)", "admin2Pcode": code},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path = SOURCES / "ocha_cod_ab_mli" / "sample.cod_ab_2019_adm2.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1) + "\n"
    )


def provider_survey() -> None:
    chance = random.Random(20240831)
    main_header = [
        "start", "end", "today", "consent", "interview_mode", "org/org_nom", "org/org_sigle", "org/org_type", "org/pf_tel",
        "org/publier_contact", "syn/orient_gratuit", "syn/orient_quota", "syn/partage_cout", "syn/partage_pct",
        "syn/opp_debut", "syn/opp_fin", "syn/opp_nouvelles", "_id", "_uuid", "_submission_time", "_index",
    ]  # fmt: skip
    questions = [
        "type_service", "srv_desc", "zone", "cercle", "commune", "gps", "statut", "date_fin", "acces", "capacite_mois",
        "places_dispo", "delai_jours", "inclus", "age_min", "age_max", "exclusion", "docs_requis", "cout", "cout_fcfa",
        "langues",
    ]  # fmt: skip
    answers = ["q_d_personnel", "q_d_intrants", "q_a_transport", "q_a_handicap", "q_c_confid", "q_c_femmes", "q_q_qualif",
               "q_q_plaintes"]  # fmt: skip
    srv_header = [f"srv/{q}" for q in questions] + [f"srv/qual/{q}" for q in answers] + ["_index", "_parent_index"]
    main, srv = [], []
    for index, (name, acronym, kind) in enumerate(
        [*ORGANIZATIONS, ("Structure Fictive Réticente", "SFR", "AUT")], start=1
    ):
        uuid = f"00000000-0000-4000-8000-{index:012d}"
        day = f"2024-{5 + index % 4:02d}-{10 + index:02d}" if index != 5 else "2024-04-20"
        refused = name.endswith("Réticente")
        free = chance.random() < 0.6 and not refused
        sharing = chance.choice(["aucun", "places locaux", "nature", "cofin", "personnel"])
        main.append(
            ["", "", day, "non" if refused else "oui", "" if refused else chance.choice(["site", "site", "tel", "kii"]),
             *(["", "", "", "", ""] if refused else [name, acronym, kind, f"9900{index:04d}", chance.choice(["oui", "non"])]),
             "" if refused else "oui" if free else "non", chance.randint(5, 30) if free else "",
             "" if refused else sharing, "" if sharing == "aucun" or refused else chance.choice([20, 50, 80]),
             "2024-07-01" if free else "", "2024-12-31" if free else "",
             "Programme fictif de réinsertion, bailleur fictif, 2025" if index % 4 == 0 else "",
             index, uuid, f"{day}T12:00:00", index]
        )  # fmt: skip
        for number in range(0 if refused else chance.randint(2, 4)):
            srv.append([*_service(chance, index, number), len(srv) + 1, index])
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Enquête prestataires (fictif)"
    for row in [main_header, *main]:
        sheet.append(row)
    repeat = book.create_sheet("srv")
    for row in [srv_header, *srv]:
        repeat.append(row)
    book.save(SOURCES / "mrf_provider_survey" / "sample.xlsx")


def survey_coverage() -> None:
    header = ["start", "end", "today", "interview_mode", "zone", "cercle", "types_cherches", "types_non_trouves",
              "n_structures", "remarques", "_id", "_uuid", "_submission_time", "_index"]  # fmt: skip
    # Tombouctou was searched for health alone and Ansongo not at all: what nobody searched stays not surveyed.
    searches = [
        ("ML0901", "Z_BKO", "site", TYPES[:8], ["ECO_01"]),
        ("ML0103", "Z_KAY", "site", TYPES[4:], ["SOC_07", "PSY_03"]),
        ("ML0106", "Z_KAY", "tel", ["SOC_07", "PSY_03"], ["SOC_07", "PSY_03"]),
        ("ML0506", "Z_MOP", "kii", ["SOC_01", "SOC_07", "PSY_03"], ["SOC_07"]),
        ("ML0605", "Z_TOM", "tel", ["SOC_01"], []),
        ("ML0703", "Z_GAO", "site", TYPES, ["ECO_01", "SOC_07", "PSY_02", "PSY_03"]),
    ]  # fmt: skip
    rows = [
        ["", "", f"2024-0{6 + index % 2}-{10 + index}", mode, zone, code, " ".join(asked), " ".join(missing), 3 + index,
         "Recherche fictive", index, f"00000000-0000-4000-9000-{index:012d}", "", index]
        for index, (code, zone, mode, asked, missing) in enumerate(searches, start=1)
    ]  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Couverture (fictif)"
    for row in [header, *rows]:
        sheet.append(row)
    book.save(SOURCES / "mrf_survey_coverage" / "sample.xlsx")


def _service(chance: random.Random, index: int, number: int) -> list[object]:
    kind = TYPES[(index * 3 + number) % len(TYPES)]
    zone = list(CERCLES)[(index + number) % 5]
    code = chance.choice(CERCLES[zone])
    lat, lon = POINTS[code]
    shelter = kind == "SOC_02"
    groups = ["MIG_RET", "MIG_TRA", *chance.sample(GROUPS[3:], 3), *(["VDT"] if shelter else [])]
    capacity = "" if chance.random() < 0.3 and kind not in ("SOC_02", "SOC_06") else chance.choice([50, 200, 400, 800])
    cost = chance.choice(["gratuit", "gratuit_ref", "partiel", "payant"])
    return [
        kind, f"Service fictif {index}.{number + 1}", zone, code, f"{code}01",
        "" if shelter else f"{lat + 0.02:.4f} {lon + 0.02:.4f} 0 5",
        chance.choice(["OPE", "OPE", "OPE", "PAR", "SUS", "FER"]), "2024-07-31" if number == 3 else "",
        chance.choice(["direct", "rdv orient", "orient", "direct mobile"]), capacity,
        "" if capacity == "" else capacity // 2, chance.choice([0, 3, 7, 14]), " ".join(groups), "", "",
        chance.choice(["aucun", "age", "sans_doc residence"]), "", cost,
        1000 if cost in ("partiel", "payant") else "", chance.choice(["fr bm", "fr bm ses", "fr ff tmh"]),
        *[chance.choice(["oui", "oui", "non", "nsp"]) for _ in range(8)],
    ]  # fmt: skip


def mapping_report() -> None:
    header = ["N°", "Structure", "Sigle", "Type de structure", "Service", "Région", "Cercle", "Statut", "Groupes admis",
              "Coût", "Vu le"]  # fmt: skip
    rows = [
        ["1", "ONG Fictive Sahel Solidaire", "OFSS", "ONG", "Formation professionnelle", "Gao", "Gao", "Opérationnel",
         "Migrants de retour ; Familles / parent isolé", "Gratuit pour tous", "15/06/2024"],
        ["2", "Association Fictive Retour et Dignité", "AFRD", "Association", "Appui psychosocial", "Kayes", "Kayes",
         "Opérationnel", "Migrants de retour", "Gratuit pour tous", "15/06/2024"],
        ["3", "Mutuelle Fictive du Delta", "", "Association", "Services financiers", "Mopti", "Mopti", "Fermé", "", "Payant",
         "20/05/2024"],
        ["4", "Service Fictif de l’État Civil", "SFEC", "Service de l’État", "Administration (documentation)",
         "Tombouctou", "Tombouctou", "Partiellement opérationnel", "", "Participation partielle", "20/05/2024"],
        ["5", "Foyer Fictif des Rives", "FFR", "ONGI", "Logement", "Bamako", "Bamako", "Opérationnel",
         "Migrants en transit ; Migrants de retour", "Gratuit pour tous", "01/07/2024"],
    ]  # fmt: skip
    styles = getSampleStyleSheet()
    small = styles["BodyText"].clone("small", fontSize=7, leading=8)

    def table(lines: list[list[str]]) -> Table:
        cells = [[Paragraph(text, small) for text in line] for line in lines]
        widths = [22, 110, 45, 65, 85, 60, 60, 70, 95, 75, 55]
        return Table(cells, colWidths=widths, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)], repeatRows=1)

    path = SOURCES / "mapping_report_pdf" / "sample.pdf"
    document = SimpleDocTemplate(str(path), pagesize=landscape(A4), title="Rapport fictif de cartographie", invariant=1)
    text = "Ce rapport est inventé pour essayer la lecture des tableaux. Les structures nommées n’existent pas."
    document.build(
        [
            Paragraph(NOTICE, styles["Heading2"]),
            Paragraph(text, styles["BodyText"]),
            Spacer(1, 12),
            table([header, *rows]),
        ]
    )


if __name__ == "__main__":
    for write in (three_w, facilities, needs, population, outlines, provider_survey, survey_coverage, mapping_report):
        write()
