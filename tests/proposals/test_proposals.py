"""From a file to a source: what the columns are taken for, and what the folder holds."""

from __future__ import annotations

import csv
import datetime as dt
import json
from fnmatch import fnmatch
from pathlib import Path

import openpyxl
import pytest

from ingestion.country import pack
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.proposals.country import areas, draft, ground, writing
from ingestion.proposals.editions import patterns
from ingestion.proposals.folder import write
from ingestion.proposals.judging import SURE, personal_ground
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.proposal import Proposal, Stated, complete, propose, source_id
from ingestion.proposals.words import likeness, tagged, words
from ingestion.records.expected import expected_csv
from ingestion.records.source_records import ingest

TRUTH = Path(__file__).with_name("new_source_truth.csv")
DIRECTORY = """Annuaire fictif des services,,,,,,,,,
Nom de la structure,Sigle,Type de structure,Type de service,Région,Cercle,Statut,Date de visite,Téléphone,Courriel du point focal
Association Inventée Jigiya,AIJ,ONG nationale,Services de santé,Mopti,Djenné,Opérationnel,12/08/2024,76 12 34 56,awa@exemple.org
Comité Imaginaire des Sages,CIS,Société civile,Logement,Gao,Bourem,Suspendu,13/08/2024,66 98 76 54,issa@exemple.org
Comité Imaginaire des Sages,CIS,Société civile,Aide aux devoirs,Gao,Gao,Suspendu,14/08/2024,66 98 76 55,issa@exemple.org
"""


def fates(proposal: Proposal) -> dict[str, str]:
    return {choice.column.header: choice.fate for choice in proposal.choices}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "annuaire_aout_2024.csv"
    path.write_text(DIRECTORY, encoding="utf-8")
    return path


def test_a_french_directory_is_read_under_its_title(directory: Path) -> None:
    proposal = propose(directory)
    assert proposal.shape == "service"
    assert fates(proposal) == {
        "Nom de la structure": "organization_name",
        "Sigle": "organization_acronym",
        "Type de structure": "organization_type_code",
        "Type de service": "service_type_code",
        "Région": "admin1_name",
        "Cercle": "admin2_name",
        "Statut": "status_code",
        "Date de visite": "observed_on",
        "Téléphone": "personal",
        "Courriel du point focal": "personal",
    }
    assert proposal.unknown == {"Type de service": ["Aide aux devoirs"]}
    assert {(one.column, one.raw, one.canonical) for one in proposal.corrections} == {
        ("organization_type_code", "Société civile", "OSC_ASS"),
        ("status_code", "Suspendu", "SUS"),
    }


def test_the_folder_reads_the_file_and_holds_nothing_of_it(directory: Path, tmp_path: Path) -> None:
    source = write(propose(directory), tmp_path / "comite_annuaire_mli")
    assert expected_csv(source) == (source.folder / "expected.csv").read_text(encoding="utf-8")
    assert "rejetée" not in (source.folder / "expected.csv").read_text(encoding="utf-8")
    (records,) = ingest(source, [directory]).records.values()
    assert records["organization_name"].tolist()[0] == "Association Inventée Jigiya"
    assert records["status_code"].tolist() == ["OPE", "SUS", "SUS"]
    assert records["admin2_name"].tolist() == ["Djenné", "Bourem", "Gao"]
    written = "".join(path.read_text(encoding="utf-8") for path in source.folder.iterdir())
    for real in ("Jigiya", "Sages,CIS", "76 12 34 56", "exemple.org", "Djenné", "12/08/2024"):
        assert real not in written
    assert source.claims("annuaire_septembre_2025.csv")
    assert not source.claims("annuaire_prix.csv")


def test_columns_of_people_never_reach_the_records(directory: Path, tmp_path: Path) -> None:
    source = write(propose(directory), tmp_path / "comite_annuaire_mli")
    assert set(source.personal) == {"Téléphone", "Courriel du point focal"}
    ingested = ingest(source, [directory])
    assert len(ingested.personal) == 6
    assert "76 12 34 56" not in ingested.records["service"].to_csv()


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("N° de téléphone", "?"),
        ("Enumerator ID", "17"),
        ("Personne de contact", "Awa"),
        ("Colonne 1", "+223 76 12 34 56"),
        ("Colonne 2", "76123456"),
        ("Colonne 3", "awa@exemple.org"),
        ("Colonne 4", "14.4871, -4.1956"),
        ("Contact (nom)", "Awa"),
        ("Nom (point focal)", "Awa"),
    ],
)
def test_a_column_of_people_is_told_by_its_header_or_its_cells(header: str, cell: str) -> None:
    assert personal_ground(FileColumn(header, "", [cell, cell])) is not None


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Nom de la structure", "ONG fictive"),
        ("Lat", "14.487123"),
        ("T", "98765"),
        ("Latitude", "16°15'10\"N"),
        ("Budget (FCFA)", "76123456"),
        ("Organisation\n(nom complet, pas de sigle)", "ONG fictive"),
    ],
)
def test_other_columns_are_not_taken_for_people(header: str, cell: str) -> None:
    assert personal_ground(FileColumn(header, "", [cell])) is None


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Lisez-moi"
    book.active.append(["Présentation fictive"])
    page = book.create_sheet("Données")
    page.append(["Col A", "Col B", "Col C", "Col D", "Col E", "Remarques"])
    page.append(["#org+name", "#sector", "#adm1+code", "#adm2 +code", "#date+reported", "#meta"])
    for number in range(1, 5):
        page.append([f"ONG fictive {number}", "WASH", "ML07", f"ML070{number % 3 + 1}", f"2024-0{number}-01", None])
    book.save(path)
    return path


def test_hxl_tags_say_what_headers_do_not(tmp_path: Path) -> None:
    proposal = propose(workbook(tmp_path / "donnees.xlsx"))
    assert (proposal.sheet.name, proposal.shape) == ("Données", "service")
    assert fates(proposal) == {
        "Col A": "organization_name",
        "Col B": "sector_code",
        "Col C": "admin1_code",
        "Col D": "admin2_code",
        "Col E": "observed_on",
        "Remarques": "empty",
    }
    source = write(proposal, tmp_path / "source_donnees_mli")
    assert source.reader.hxl
    assert source.shapes["service"].columns["admin_vintage"].value == "2021"
    assert source.sample.suffix == ".xlsx"
    assert len(ingest(source, [tmp_path / "donnees.xlsx"]).records["service"]) == 4


def test_headers_of_any_kind_are_declared_as_they_are(tmp_path: Path) -> None:
    headers = [
        "Nom de la\nstructure",
        "Sigle",
        "# Bénéficiaires: total",
        "Région, en clair",
        "Tél.\ndu 'point' focal",
        "oui",
    ]
    book = openpyxl.Workbook()
    book.active.append(headers)
    book.active.append(["ONG fictive A", "OFA", 12, "Gao", "76123456", "x"])
    book.active.append([None, "OFB", 15, "Mopti", "66123456", "y"])
    book.save(tmp_path / "annuaire_2024.xlsx")
    source = write(propose(tmp_path / "annuaire_2024.xlsx"), tmp_path / "source_annuaire_mli")
    (records,) = ingest(source, [tmp_path / "annuaire_2024.xlsx"]).records.values()
    assert records["organization_name"].tolist() == ["ONG fictive A", "OFB"]
    assert records["admin1_name"].tolist() == ["Gao", "Mopti"]
    assert set(source.personal) == {headers[4]}
    assert set(source.ignored) >= {headers[5]}


def test_values_alone_say_a_code_or_a_place(tmp_path: Path) -> None:
    path = tmp_path / "liste_2024.csv"
    path.write_text(
        "organisation;a;b;c\nONG fictive;ML07;EHA;ML0703\nONG fictive;ML05;Santé;ML0501\n", encoding="utf-8"
    )
    expected = {"organisation": "organization_name", "a": "admin1_code", "b": "sector_code", "c": "admin2_code"}
    assert fates(propose(path)) == expected
    source = write(propose(path), tmp_path / "source_liste_mli")
    assert ";" in source.sample.read_text().splitlines()[0]


def test_a_list_of_places_has_no_outlines(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("Admin Level,P-Code,Name\n1,ML07,Gao\n2,ML0703,Gao\n", encoding="utf-8")
    assert "geometry" in propose(path).missing
    assert not complete(path, Stated()).missing, "a folder all the same, with what a person has to confirm"


def test_a_folder_that_cannot_be_read_is_not_left_behind(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="forme attendue"):
        write(propose(directory), tmp_path / "Mauvais")
    assert not (tmp_path / "Mauvais").exists()


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("3w_august_2025.csv", "3w_*20??.csv"),
        ("services_avr2024.csv", "services_*20??.csv"),
        ("bilan2024avril.ods", "bilan20??*.ods"),
        ("avr24_projets.xlsx", "*2?_projets.xlsx"),
        ("matrice avril-juin 2025.xlsx", "matrice *20??.xlsx"),
        ("4W_T1_2024.xlsx", "4W_*20??.xlsx"),
        ("Rapport juin-2024 v2.xlsx", "Rapport *20??*.xlsx"),
        ("suivi_services_migrants_v3_FINAL.xlsx", "suivi_services_migrants*.xlsx"),
        ("liste_v2.xlsx", "liste_*.xlsx"),
        ("5W Janvier 2025 VF.xlsx", "5W *20??*.xlsx"),
        ("Etat_final_des_lieux_2024.xlsx", "Etat_final_des_lieux_20??.xlsx"),
        ("projets 31-12-2024 (1).xlsx", "projets *20??*.xlsx"),
        ("export_20240831.csv", "export_20??*.csv"),
        ("export_2024-08-31.csv", "export_20??*.csv"),
        ("2024.csv", "2024.csv"),
        ("mai_2024.csv", "mai_2024.csv"),
    ],
)
def test_later_editions_bear_the_same_name_but_for_the_date(name: str, pattern: str) -> None:
    assert patterns(Path(name)) == [pattern]
    assert fnmatch(name, pattern)


@pytest.mark.parametrize(
    ("name", "later", "other"),
    [
        ("services_avr2024.csv", "services_septembre2025.csv", "services_prix.csv"),
        ("3w_august_2025.csv", "3w_mars_2026.csv", "3w_prix.csv"),
        ("suivi_v1_2024.xlsx", "suivi_v2_FINAL_2025.xlsx", "suivi.xlsx"),
        ("projets_20241231.xlsx", "projets_20250630.xlsx", "projets_prix.xlsx"),
        ("structures.xlsx", "structures_2025.xlsx", "structures_prix.xlsx"),
    ],
)
def test_a_proposed_pattern_takes_the_next_edition_and_no_other_list(name: str, later: str, other: str) -> None:
    proposed = patterns(Path(name))
    assert any(fnmatch(later, pattern) for pattern in proposed)
    assert not any(fnmatch(other, pattern) for pattern in proposed)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("services_avr2024.csv", "2024-04-30"),
        ("bilan2024avril.csv", "2024-04-30"),
        ("avr24_projets.csv", "2024-04-30"),
        ("suivi_2025_03.csv", "2025-03-31"),
        ("suivi 03.2025.csv", "2025-03-31"),
        ("projets 31-12-2024.csv", "2024-12-31"),
        ("projets_31122024.csv", "2024-12-31"),
        ("export_20240831.csv", "2024-08-31"),
        ("4W_T1_2024.csv", "2024-03-31"),
        ("lot 2024 juillet.csv", "2024-07-31"),
        ("liste2024_prix12.csv", "2024-12-31"),
    ],
)
def test_a_date_is_read_from_the_name_as_people_write_it(name: str, day: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("Organisation,Secteur\nONG fictive,Santé\n", encoding="utf-8")
    source = write(propose(path), tmp_path / "source_liste_mli")
    (records,) = ingest(source, [path]).records.values()
    assert records["observed_on"].astype(str).tolist() == [day]
    assert "rejetée" not in (source.folder / "expected.csv").read_text(encoding="utf-8")


def test_the_id_keeps_the_words_of_the_name(directory: Path) -> None:
    assert source_id(directory, propose(directory)) == "source_annuaire"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("admin1Pcode", "admin1_code"),
        ("Code de la région", "admin1_code"),
        ("Nom du cercle", "admin2_name"),
        ("COMMUNE", "admin3_name"),
        ("Organisation Accronyme", "organization_acronym"),
        ("Partenaire de mise en œuvre", "organization_name"),
        ("Secteur d’intervention", "sector_code"),
        ("Date de début", "starts_on"),
        ("iso3", "ignored"),
    ],
)
def test_headers_as_people_write_them(header: str, target: str) -> None:
    assert likeness(header, target) >= 0.85


def test_near_words_are_not_the_same() -> None:
    assert likeness("admin 3 name", "admin2_name") < 0.6
    assert likeness("Country", "admin2_name") == 0
    assert words("Organization_Names") == ("organization", "name")
    assert (tagged("#adm2+code+i_ocha"), tagged("#org +impl +name"), tagged("#affected")) == (
        "admin2_code",
        "organization_name",
        None,
    )


def test_sheets_under_the_same_header_are_all_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, count in (("Kayes", 5), ("Gao", 4)):
        page = book.create_sheet(name)
        page.append(["Nom de la structure", "Région", "Date de visite"])
        for number in range(count):
            page.append([f"ONG fictive {name} {number}", name, "2024-03-01"])
    del book["Sheet"]
    book.save(tmp_path / "liste_2024.xlsx")
    source = write(propose(tmp_path / "liste_2024.xlsx"), tmp_path / "source_liste_mli")
    found = ingest(source, [tmp_path / "liste_2024.xlsx"])
    (records,) = found.records.values()
    assert records["admin1_name"].value_counts().to_dict() == {"Kayes": 5, "Gao": 4}


def test_a_merged_name_over_others_is_a_header_of_two_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["Liste fictive", None, None, None, None],
        ["Région", "Organisation", "Bénéficiaires", None, "Date de visite"],
        [None, None, "Hommes", "Femmes", None],
        ["Gao", "ONG fictive", 5, 6, "2024-03-01"],
    ):
        page.append(row)
    page.merge_cells("A1:E1")
    page.merge_cells("C2:D2")
    book.save(tmp_path / "liste_2024.xlsx")
    source = write(propose(tmp_path / "liste_2024.xlsx"), tmp_path / "source_liste_mli")
    columns = source.shapes["service"].columns
    assert columns["beneficiaries_men"].column == "Bénéficiaires / Hommes"
    assert columns["beneficiaries_women"].column == "Bénéficiaires / Femmes"
    (records,) = ingest(source, [tmp_path / "liste_2024.xlsx"]).records.values()
    assert records["organization_name"].tolist() == ["ONG fictive"]


@pytest.mark.parametrize("count", [2, 90])
def test_an_answer_says_how_many_records_it_holds(tmp_path: Path, count: int) -> None:
    records = [{"structure": f"ONG fictive {n}", "region": "Gao", "contact": {"nom": "Awa Inventée"}} for n in (1, 2)]
    path = tmp_path / "services_2024.json"
    path.write_text(json.dumps({"count": count, "next": "…", "results": records}), encoding="utf-8")
    source = write(propose(path), tmp_path / "source_services_mli")
    assert set(source.personal) == {"contact.nom"}
    if count == 2:
        assert len(ingest(source, [path]).documents) == 1
    else:
        with pytest.raises(SourceFileError, match="incomplète"):
            ingest(source, [path])


@pytest.mark.parametrize(
    ("header", "personal"),
    [
        (["Nom", "Prénom", "Fonction", "Structure"], {"Nom", "Prénom", "Fonction"}),
        (["Nom", "Fonction", "Structure", "Email"], {"Nom", "Fonction", "Email"}),
        (["Nom", "Région", "Email"], {"Email"}),
    ],
)
def test_the_names_of_people_are_told_from_those_of_structures(
    header: list[str], personal: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "contacts_2024.csv"
    path.write_text(",".join(header) + "\n" + ",".join(["Inventé"] * len(header)) + "\n", encoding="utf-8")
    assert {name for name, fate in fates(propose(path)).items() if fate == "personal"} == personal


@pytest.mark.long
@pytest.mark.real
def test_five_real_files_are_mapped_without_help(real: Path) -> None:
    """The truth was written before anything proposed it; of the columns that matter four in five are right."""
    with TRUTH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {name: fates(propose(real / name)) for name in dict.fromkeys(row["file"] for row in rows)}
    relevant = [row for row in rows if row["expected"] != "ignored"]
    wrong = [row for row in relevant if found[row["file"]][row["column"]] != row["expected"]]
    taken = [
        row
        for row in rows
        if row["expected"] == "ignored" and found[row["file"]][row["column"]] not in ("ignored", "empty")
    ]
    assert len(found) == 5
    assert len(wrong) <= 0.2 * len(relevant), wrong
    assert len(taken) <= 0.2 * (len(rows) - len(relevant)), taken


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("name", ["3w_august_2025.csv", "3w_operational_presence_dataset_january_april_2025.xlsx"])
def test_a_proposed_source_takes_its_real_file(name: str, real: Path, tmp_path: Path) -> None:
    source: Source = write(propose(real / "presence" / name), tmp_path / "source_presence_xxx")
    (records,) = ingest(source, [real / "presence" / name]).records.values()
    accepted = records[records["errors"].isna()]
    assert len(accepted) >= 0.98 * len(records)
    assert accepted["sector_code"].notna().all()
    # No organization of the file is in the folder: its codes alone are.
    text = (source.folder / "expected.csv").read_text(encoding="utf-8")
    assert [name for name in set(records["organization_name"].dropna()) if name in text] == []


@pytest.mark.parametrize("like", ["mapping_report_pdf", "mapping_report_docx", "iom_dtm_mli"])
def test_documents_that_are_no_spreadsheets_are_proposed_too(like: str, tmp_path: Path) -> None:
    """A PDF, a letter, an API's answer: proposed without the declaration that the project has, and read as proposed."""
    known = sources()[like]
    path = tmp_path / f"recu_2024{known.sample.suffix}"
    path.write_bytes(known.sample.read_bytes())
    source = write(propose(path), tmp_path / "editeur_recu_mli")
    assert source.reader.kind == known.reader.kind
    assert source.sample.suffix == path.suffix
    assert "rejetée" not in (source.folder / "expected.csv").read_text(encoding="utf-8")
    (shape,) = source.shapes
    proposed, declared = ingest(source, [path]).records[shape], ingest(known, [known.sample]).records[shape]
    assert set(declared["admin2_name"].dropna()) <= set(proposed["admin2_name"])
    assert proposed["errors"].isna().all()


@pytest.fixture
def _burkina(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A country whose provinces are of the second level."""
    rows = [("BF56", "Sahel"), ("BF5603", "Soum"), ("BF560301", "Arbinda")]
    header = [f"ADM{level}_{kind}" for level in (1, 2, 3) for kind in ("PCODE", "FR")]
    path = tmp_path / "liste.csv"
    path.write_text(f"{','.join(header)}\n{','.join(cell for row in rows for cell in row)}\n", encoding="utf-8")
    listed = areas.read(path, "BFA")
    told = draft.draft("BFA", path.name, "2020-04-14", ("BF56",), dt.date(2025, 3, 20))
    writing.write(tmp_path / "packs" / "bfa", told, listed, ground.of_tiles(listed, "Burkina Faso"))
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "BFA")


@pytest.mark.usefixtures("_burkina")
def test_the_words_of_the_levels_are_those_of_the_country(tmp_path: Path) -> None:
    path = tmp_path / "bfa_3w_septembre_2024.csv"
    path.write_text(
        "Organisation,Secteur,Région,Province,Commune\nAssociation Inventée,Santé,Sahel,Soum,Arbinda\n",
        encoding="utf-8",
    )
    read = fates(propose(path))
    assert [read[header] for header in ("Région", "Province", "Commune")] == [
        "admin1_name",
        "admin2_name",
        "admin3_name",
    ]
    assert likeness("Province", "admin1_name") == 0


def test_needs_of_a_year_are_of_its_first_day_and_of_the_year_of_the_next_file(tmp_path: Path) -> None:
    path = tmp_path / "hno_2024_mli.csv"
    path.write_text(
        "Admin 1 PCode,Admin 2 PCode,Sector,In Need\n#adm1+code,#adm2+code,#sector+code,#inneed\nML01,ML0103,HEA,120\n",
        encoding="utf-8",
    )
    source = write(propose(path), tmp_path / "ocha_hno_mli2")
    later = path.rename(tmp_path / "hno_2025_mli.csv")
    (records,) = ingest(source, [later]).records.values()
    assert [(str(row.observed_on), row.period) for row in records.itertuples()] == [("2025-01-01", "2025")]


@pytest.mark.parametrize("header", ["Reporting Organisation", "Reporting organization", "Organisation déclarante"])
def test_who_reports_is_the_organization(header: str) -> None:
    assert likeness(header, "organization_name") >= SURE
