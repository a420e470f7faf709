"""A 3W as OCHA publishes it: presence by sector, error cells, codes that contradict each other, a hidden draft."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl import Workbook

from tests.samples.files import save
from tests.samples.provider_survey import commune_of, offered
from tests.samples.vocabulary import CERCLES, NOTICE, REGIONS, SOURCES, chance, organizations

HEADER = [
    "Organisation Accronyme", "Nom Organisation", "Type Organisation", "Program Organization", "Bailleur de fond",
    "admin1Pcod", "Region", "admin2Pcod", "Cercle", "admin3Pcod", "Commune", "Village", "Cluster", "Remarques",
]  # fmt: skip
TAGS = [
    "#org+acronym", "#org+name", "#org+type", "", "#actor", "#adm1+code", "#adm1+name", "#adm2+code", "#adm2+name",
    "#adm3+code", "", "", "#sector", "",
]  # fmt: skip
KINDS = {"ONG_NAT": "ONG Nat", "ONG_INT": "ONG Int", "ONU": "Agence UN", "MCR": "Mouv. CR"}
SECTORS = {"SOC_01": "Santé", "SOC_02": "Abris", "SOC_06": "Education", "SOC_08": "Protection"}
# Nobody spells everybody’s name the same way.
SPELLED = {
    "MFSE": "Mediateurs Fictif Sans Escale",
    "OFAG": "Alafia Gourma Fictive",
    "VOFE": "Volontaires fictifs Etoile",
}
# What no other source knows: name, acronym, kind, sector, cercle.
ALONE = [
    ("ONG Fictive Douniya Kènè", "OFDK", "ONG Nat", "Santé", "ML0601"),
    ("ONG Fictive Douniya Kènè", "OFDK", "ONG Nat", "Sécurité Alimentaire", "ML0602"),
    ("Secours Fictif Boréal", "SFBO", "ONG Int", "Education", "ML0103"),
    ("Secours Fictif Boréal", "SFBO", "ONG Int", "Abris", "ML0504"),
    ("Secours Fictif Boréal", "SFBO", "ONG Int", "EHA", "ML0504"),
    ("Programme Fictif des Récoltes", "PFRE", "Agence UN", "Sécurité Alimentaire", "ML0701"),
    ("Programme Fictif des Récoltes", "PFRE", "Agence UN", "Santé", "ML0703"),
    ("ONG Fictive Walado Jeunesse", "", "ONG Nat", "Education", "ML0501"),
]
NOT_IN_GAO = "Abris"  # the 3W says nothing of housing there
Row = list[object]


def write() -> None:
    rows = [*_of_the_surveyed(), *(_row(*line, line[-1] + "01") for line in ALONE)]
    rows[1][9] = "ML050601" if rows[1][7] != "ML0506" else "ML050101"  # a commune of another cercle
    rows[2][5] = "ML01" if rows[2][5] != "ML01" else "ML05"  # a region that is not the parent
    book = Workbook()
    sheet = book.active
    sheet.title = "ML_5W"
    for row in [HEADER, TAGS, *rows]:
        sheet.append(row)
    for cells in sheet.iter_rows(min_row=3, min_col=10, max_col=10):
        if cells[0].value == "#N/A":
            cells[0].data_type = "e"
    hidden = book.create_sheet("Brouillon")
    hidden.append(["ancien", NOTICE])
    hidden.sheet_state = "hidden"
    save(book, SOURCES / "ocha_3w_mli" / "sample.mali_3w_july_2024.xlsx")


def _of_the_surveyed() -> Iterator[Row]:
    for organization in organizations():
        if organization.type not in KINDS:
            continue
        name, kind = SPELLED.get(organization.acronym, organization.name), KINDS[organization.type]
        for service_type, cercle in offered(organization):
            sector = SECTORS.get(service_type)
            if sector is None or (sector == NOT_IN_GAO and cercle.startswith("ML07")):
                continue
            yield _row(name, organization.acronym, kind, sector, cercle, commune_of(organization, cercle) or "#N/A")
        if chance("3W", organization.acronym).random() < 0.4:
            cercle = organization.cercles[0]
            yield _row(name, organization.acronym, kind, "Sécurité Alimentaire", cercle, f"{cercle}01")


def _row(name: str, acronym: str, kind: str, sector: str, cercle: str, commune: str) -> Row:
    return [
        acronym, name, kind, "", "", cercle[:4], REGIONS[cercle[:4]], cercle, CERCLES[cercle], commune,
        f"Commune fictive de {CERCLES[cercle]}", "", sector, "",
    ]  # fmt: skip
