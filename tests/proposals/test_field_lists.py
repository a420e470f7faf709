"""What people do to a workbook: help in headers, sheets of one kind, months as columns, lists of one’s own."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ingestion.proposals.folder import write
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.proposal import Proposal, Stated, propose
from ingestion.proposals.words import likeness
from ingestion.records.source_records import ingest
from tests.fixtures.project_lists import LISTS


def fates(proposal: Proposal) -> dict[str, str]:
    return {choice.column.header: choice.fate for choice in proposal.choices}


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("CLUSTER\n(Choisir dans la liste déroulante)\nPour les projets humanitaires uniquement", "sector_code"),
        (
            "Indiquer le nom de l’organisation qui met en œuvre l’activité (ne pas utiliser de sigle)",
            "organization_name",
        ),
        ("Veuillez préciser la date de début (jj/mm/aaaa)", "starts_on"),
        ("STATUT DU PROJET *", "status_code"),
        ("Secteur / Cluster", "sector_code"),
        ("Nom de l’ONG - Structure porteuse", "organization_name"),
        ("Bailleur(s) de fonds", "funder"),
        ("Budget (EUR)", "budget_amount"),
        ("Budget (FCFA)", "budget_xof"),
        ("Filles (<18 ans)", "beneficiaries_girls"),
        ("Nbre de bénéficiaires : femmes", "beneficiaries_women"),
    ],
)
def test_help_in_a_header_hides_nothing(header: str, target: str) -> None:
    assert likeness(header, target) >= 0.85


def test_a_group_tells_what_its_names_are_of() -> None:
    column = FileColumn("Bénéficiaires / Femmes", "", ["12"], "Bénéficiaires")
    assert (column.name, column.likeness("beneficiaries_women") > 0.9) == ("Femmes", True)
    assert FileColumn("Structure / Nom", "", ["ONG"], "Structure").likeness("organization_name") > 0.9


@pytest.mark.parametrize("name", LISTS)
def test_every_list_gives_a_folder_that_reads_it(name: str, tmp_path: Path) -> None:
    listed = LISTS[name]
    path = tmp_path / listed.file_name
    listed.write(path)
    source = write(propose(path), tmp_path / f"ong_{name}_mli")
    assert "rejetée" not in (source.folder / "expected.csv").read_text(encoding="utf-8").replace("explication", "")
    (records,) = ingest(source, [path]).records.values()
    assert len(records[records["errors"].isna()]) == len(listed.truth)


def test_the_longer_sheet_is_the_list_and_another_can_be_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for page, count in ((book.active, 4), (book.create_sheet("Activités"), 40)):
        page.append(["Organisation", "Région", "Cercle" if count < 10 else "Secteur"])
        for number in range(count):
            page.append([f"ONG fictive {number}", "Gao", "Bourem" if count < 10 else "Santé"])
    book.save(tmp_path / "deux_2024.xlsx")
    proposal = propose(tmp_path / "deux_2024.xlsx")
    assert (proposal.sheet.name, proposal.sheet.others) == ("Activités", ["Sheet"])
    assert propose(tmp_path / "deux_2024.xlsx", stated=Stated(sheet="Sheet")).sheet.row_count == 4
    assert "laissées : Sheet" in (write(proposal, tmp_path / "ong_deux_mli").folder / "source.yml").read_text("utf-8")


def test_values_by_month_are_read_month_by_month(tmp_path: Path) -> None:
    path = tmp_path / "suivi_2024.csv"
    path.write_text(
        "Organisation,Secteur,Cercle,janv-24,févr-24,mars-24,Total 2024\n"
        "ONG fictive,Santé,Gao,10,,5,15\nONG imaginaire,EHA,Bourem,,7,1,8\n",
        encoding="utf-8",
    )
    proposal = propose(path)
    assert fates(proposal)["Total 2024"] == "ignored"
    source = write(proposal, tmp_path / "ong_suivi_mli")
    (records,) = ingest(source, [path]).records.values()
    assert records["beneficiaries_reached"].sum() == 23
    assert set(records["observed_on"].astype(str)) == {"2024-01-31", "2024-02-29", "2024-03-31"}


def test_months_under_one_name_are_read_month_by_month(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Structure", "Région", "Personnes atteintes", None, None, None])
    page.append([None, None, "janv-24", "févr-24", "mars-24", "Total"])
    page.append(["ONG fictive", "Gao", 10, 20, 30, 60])
    page.append(["ONG imaginaire", "Mopti", None, 7, 1, 8])
    page.merge_cells("C1:F1")
    book.save(tmp_path / "suivi_2024.xlsx")
    source = write(propose(tmp_path / "suivi_2024.xlsx"), tmp_path / "ong_suivi_mli")
    (records,) = ingest(source, [tmp_path / "suivi_2024.xlsx"]).records.values()
    assert records.groupby(records["observed_on"].astype(str))["beneficiaries_reached"].sum().to_dict() == {
        "2024-01-31": 10,
        "2024-02-29": 27,
        "2024-03-31": 31,
    }


@pytest.mark.parametrize(
    "header",
    [
        "Bénéficiaires indirects",
        "Ménages bénéficiaires",
        "% de bénéficiaires",
        "Coût par bénéficiaire",
        "Montant décaissé",
    ],
)
def test_what_is_not_the_people_or_the_budget_is_neither(header: str, tmp_path: Path) -> None:
    path = tmp_path / "projets_2024.csv"
    path.write_text(f"Projet,Organisation,Région,{header}\nPuits fictifs,ONG fictive,Gao,120\n", encoding="utf-8")
    assert fates(propose(path))[header] == "ignored"


@pytest.mark.parametrize(
    ("header", "cell", "fate"),
    [
        ("Capacité annuelle", "240", "ignored"),
        ("Capacité mensuelle", "20", "capacity_per_month"),
        ("Fermé depuis", "01/03/2024", "ends_on"),
        ("Date de fermeture", "01/03/2024", "ends_on"),
        ("Date de naissance", "01/03/1984", "ignored"),
        ("Délai (semaines)", "2", "ignored"),
        ("Places prises", "12", "ignored"),
        ("Bénéficiaires par mois", "25", "ignored"),
        ("Public non admis", "Enfants", "excluded_groups"),
    ],
)
def test_another_time_or_day_is_not_the_one_that_is_asked(header: str, cell: str, fate: str, tmp_path: Path) -> None:
    path = tmp_path / "structures_2024.csv"
    path.write_text(f"Structure;Service;Région;{header}\nONG fictive;Santé;Gao;{cell}\n", encoding="utf-8")
    assert fates(propose(path))[header] == fate


def test_a_header_that_names_a_currency_is_that_of_an_amount(tmp_path: Path) -> None:
    path = tmp_path / "projets_2024.csv"
    rows = "Puits fictifs;Groupe fictif;Gao;1.250.000,50\nÉcoute fictive;Groupe fictif;Gao;85 000\n"
    path.write_text(f"Projet;Intervenant;Région;Budget global (en euros)\n{rows}", encoding="utf-8")
    source = write(propose(path), tmp_path / "ong_projets_mli")
    (records,) = ingest(source, [path]).records.values()
    told = records[["organization_name", "budget_amount", "budget_currency_code"]].to_numpy().tolist()
    assert told == [["Groupe fictif", 1_250_000.5, "EUR"], ["Groupe fictif", 85_000, "EUR"]]


def test_cells_that_count_several_groups_are_beneficiaries_whatever_their_header(tmp_path: Path) -> None:
    path = tmp_path / "projets_2024.csv"
    rows = (
        "Puits fictifs,ONG fictive,Gao,F : 300 H : 200\nÉcoute fictive,ONG fictive,Gao,120 personnes dont 80 femmes\n"
    )
    path.write_text(f"Projet,Organisation,Région,Cibles\n{rows}", encoding="utf-8")
    source = write(propose(path), tmp_path / "ong_projets_mli")
    (records,) = ingest(source, [path]).records.values()
    assert records[["beneficiaries", "beneficiaries_women"]].to_numpy().tolist() == [[500, 300], [120, 80]]


@pytest.mark.parametrize(
    ("header", "answers", "target", "codes"),
    [
        ("Gratuit ?", ("oui", "non"), "cost_code", ["gratuit", "payant"]),
        ("Payant (oui/non)", ("oui", "non"), "cost_code", ["payant", "gratuit"]),
        ("Fonctionnel (O/N)", ("O", "N"), "status_code", ["OPE", "FER"]),
        ("Service fermé ?", ("oui", "non"), "status_code", ["FER", "OPE"]),
        ("Non opérationnel (Oui/Non)", ("Oui", "Non"), "status_code", ["FER", "OPE"]),
    ],
)
def test_yes_and_no_answer_the_header(
    header: str, answers: tuple[str, str], target: str, codes: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "liste_2024.csv"
    rows = "".join(f"ONG fictive {n},Gao,{answer}\n" for n, answer in enumerate(answers))
    path.write_text(f"Organisation,Cercle,{header}\n{rows}", encoding="utf-8")
    source = write(propose(path), tmp_path / "ong_liste_mli")
    (records,) = ingest(source, [path]).records.values()
    assert records[target].tolist() == codes


def test_one_partner_runs_a_donors_project_and_several_are_beside_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "bailleurs_2024.csv"
    path.write_text("Bailleur,Projet,Partenaire de mise en œuvre\nFonds Fictif,Appui,ONG fictive\n", encoding="utf-8")
    assert fates(propose(path))["Partenaire de mise en œuvre"] == "organization_name"
    assert fates(propose(path, stated=Stated(organization="ONG à nous")))["Partenaire de mise en œuvre"] == "partners"
    path.write_text("Bailleur,Projet,Partenaires\nFonds Fictif,Appui,ONG fictive\n", encoding="utf-8")
    assert fates(propose(path))["Partenaires"] == "partners"


def test_a_column_may_be_decided_by_a_person(tmp_path: Path) -> None:
    path = tmp_path / "liste_2024.csv"
    path.write_text("Organisation,Lieu,Remarque\nONG fictive,Gao,vu\n", encoding="utf-8")
    decided = propose(path, stated=Stated(columns={"Lieu": "admin2_name", "Remarque": "description"}))
    assert fates(decided) == {"Organisation": "organization_name", "Lieu": "admin2_name", "Remarque": "description"}


def test_names_of_two_rows_need_not_be_merged(tmp_path: Path) -> None:
    path = tmp_path / "suivi_T2_2025.csv"
    path.write_text(
        "Structure de mise en œuvre,Nom du projet,Lieu de réalisation,Période,,Financement,,,Population touchée,,\n"
        ",,,Début,Fin,Bailleur,Montant,Devise,H,F,Total\n"
        "ONG Fictive,Projet A,Cercle de Djenné,janv. 2025,juin 2025,Fonds Fictif,45000,EUR,30,40,70\n",
        encoding="utf-8",
    )
    found = {choice.column.name: choice.fate for choice in propose(path).choices}
    assert found == {
        "Structure de mise en œuvre": "organization_name",
        "Nom du projet": "program_name",
        "Lieu de réalisation": "place_name",
        "Début": "starts_on",
        "Fin": "ends_on",
        "Bailleur": "funder",
        "Montant": "budget_amount",
        "Devise": "budget_currency_code",
        "H": "beneficiaries_men",
        "F": "beneficiaries_women",
        "Total": "beneficiaries",
    }


def test_a_path_of_levels_in_one_header_is_free_text(tmp_path: Path) -> None:
    path = tmp_path / "matrice_2025.csv"
    path.write_text(
        "Organisation,Régions/Cercles/Communes d’intervention,Durée (début-fin),Coût total,Bénéficiaires garçons (0-17 ans)\n"
        "ONG Fictive,Gao / Ansongo / Bara,Avril 2025-décembre 2025,250 000 EUR,90\n",
        encoding="utf-8",
    )
    proposal = propose(path)
    assert list(fates(proposal).values()) == [
        "organization_name",
        "place_name",
        "starts_on",
        "budget_amount",
        "beneficiaries_boys",
    ]
    assert [one.target for one in proposal.shared] == ["ends_on", "budget_currency_code"]


def test_the_partner_of_a_list_of_partners_is_its_structure(tmp_path: Path) -> None:
    path = tmp_path / "partenaires_2025.csv"
    path.write_text(
        "Partenaire,Domaine,Zones couvertes,Source de fonds,Nb de bénéf. (F),Horaires\n"
        'ONG Fictive,Santé,"Gao, Ménaka",Diaspora fictive,1 800,8h-16h\n',
        encoding="utf-8",
    )
    expected = ["organization_name", "sector_code", "place_name", "funder", "beneficiaries_women", "hours"]
    assert list(fates(propose(path)).values()) == expected
