"""Spreadsheets and text tables: the declared rows with the right cells, or an error that says what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.rows import Table
from ingestion.readers.sheets.grid import letter
from ingestion.readers.tables import table
from ingestion.records.source_records import ingest
from tests.fixtures.assertions import asserted

Rows = list[list[str]]
Declare = Callable[..., Path]
Workbook = Callable[..., Path]
TAGS = [
    "#org+name",
    "#org+acronym",
    "#org+type",
    "#service",
    "#adm1+name",
    "#adm2+name",
    "#status",
    "#cost",
    "#date",
    "",
]


@pytest.fixture
def source(declaration: Declare) -> Source:
    return load(declaration())


@pytest.fixture
def hxl_source(declaration: Declare) -> Source:
    return load(declaration(lambda given: given["reader"].update(hxl=True)))


def as_csv(rows: Rows, separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Rows) -> Path:
    path.write_text(as_csv(rows), encoding="utf-8", newline="")
    return path


def read(path: Path, source: Source) -> Table:
    return table.read(path, source, source.reader)["table"]


def contents(read_table: Table) -> Rows:
    return [list(read_table.frame.columns), *read_table.frame.to_numpy().tolist()]


def refused(path: Path, source: Source) -> SourceFileError:
    with pytest.raises(SourceFileError) as caught:
        read(path, source)
    assert caught.value.file == path.name
    assert all(part in str(caught.value) for part in (path.name, caught.value.place, caught.value.expected))
    return caught.value


# --- what is read ---


def test_a_workbook_gives_its_rows(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    assert contents(read(workbook("a.xlsx", {"Services": template_rows}), source)) == template_rows


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_separators_give_the_same_rows(
    source: Source, tmp_path: Path, template_rows: Rows, encoding: str, separator: str
) -> None:
    template_rows[1][0] = "Association, fictive ; « été »"
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(template_rows, separator).encode(encoding))
    assert contents(read(path, source)) == template_rows


def test_a_header_is_found_below_titles(
    source: Source, workbook: Workbook, template_rows: Rows, tmp_path: Path
) -> None:
    titles: Rows = [["Services fictifs, Structure et Service"], [], ["Mis à jour le", "01/07/2024"]]
    for path in (
        workbook("a.xlsx", {"Services": titles + template_rows}),
        write_csv(tmp_path / "a.csv", titles + template_rows),
    ):
        found = read(path, source)
        assert contents(found) == template_rows
        assert list(found.cells("Structure").str.removeprefix("Services!")) == ["A5", "A6"]


def test_the_row_of_hxl_tags_is_no_row(source: Source, hxl_source: Source, tmp_path: Path, template_rows: Rows) -> None:
    header, *rows = template_rows
    path = write_csv(tmp_path / "a.csv", [header, TAGS, *rows])
    for declared in (source, hxl_source):
        assert contents(read(path, declared)) == template_rows
        assert list(read(path, declared).locators) == ["A3:J3", "A4:J4"]


def test_blank_rows_are_no_rows(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    header, first, second = template_rows
    path = write_csv(tmp_path / "a.csv", [header, first, [""] * 10, ["  "] * 10, second, []])
    found = read(path, source)
    assert contents(found) == template_rows
    assert list(found.locators) == ["A2:J2", "A5:J5"]


def test_columns_may_come_in_another_order(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    backwards = [row[::-1] for row in template_rows]
    found = read(write_csv(tmp_path / "a.csv", backwards), source)
    assert found.frame[template_rows[0]].to_numpy().tolist() == template_rows[1:]
    assert list(found.cells("Structure")) == ["J2", "J3"]


def test_an_optional_column_may_be_missing(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    cost = template_rows[0].index("Coût")
    shorter = [row[:cost] + row[cost + 1 :] for row in template_rows]
    path = write_csv(tmp_path / "a.csv", shorter)
    assert contents(read(path, source)) == shorter
    assert ingest(source, [path]).records["service"]["cost_code"].isna().all()


def test_cells_are_read_as_a_person_sees_them(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    values: list[Any] = [12.0, 0.5, 45292, True, "007", "1 234,5", "N/A", " espace ", "2024-07-01", ""]
    path = workbook("a.xlsx", {"Services": [template_rows[0], values]})
    assert contents(read(path, source))[1] == [
        "12", "0.5", "45292", "oui", "007", "1 234,5", "N/A", " espace ", "2024-07-01", ""
    ]  # fmt: skip


def test_error_cells_are_kept_and_differ_from_empty_cells(
    source: Source, workbook: Workbook, template_rows: Rows
) -> None:
    header, first, second = template_rows
    cercle, cost = header.index("Cercle"), header.index("Coût")
    first[cercle] = "#N/A"
    second[cercle] = ""
    first[cost], second[cost] = "", "#N/A"
    errors = ["#N/A", *[""] * 8, "#N/A"]  # the last row and the last column
    path = workbook("a.xlsx", {"Autre": [["x"]], "Services": [header, first, second, errors]}, {"Autre": "hidden"})
    assert contents(read(path, source)) == [header, first, second, errors]
    found = ingest(source, [path]).records["service"].head(2)
    assert list(found["admin2_name"].isna()) == [True, True]
    assert list(found["admin2_name_raw"].fillna("")) == ["#N/A", ""]
    assert list(found["warnings"].fillna("")) == ["admin2_name_invalid", "cost_code_invalid"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read(source: Source, workbook: Workbook, template_rows: Rows, state: str) -> None:
    header, first, second = template_rows
    path = workbook("a.xlsx", {"Brouillon": [header, first], "Services": [header, second]}, {"Brouillon": state})
    assert contents(read(path, source)) == [header, second]


def test_a_named_sheet_is_read_among_several(declaration: Declare, workbook: Workbook, template_rows: Rows) -> None:
    source = load(declaration(lambda given: given["reader"].update(sheet="Services")))
    path = workbook("a.xlsx", {"Lisez-moi": [["texte"]], "Services": template_rows, "Listes": [["ONG"]]})
    assert contents(read(path, source)) == template_rows


def test_locators_are_the_cells_that_hold_the_values(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    shifted = [[], ["", "", "Services fictifs"], *[["", "", *row] for row in template_rows]]
    path = workbook("a.xlsx", {"Services (1)": shifted})
    found = read(path, source)
    book = openpyxl.load_workbook(path)
    for column in found.frame.columns:
        for label, place in found.cells(column).items():
            sheet, cell = place.rsplit("!", 1)
            assert (book[sheet][cell].value or "") == found.frame.loc[label, column]
    for label, place in found.locators.items():
        sheet, cells = place.rsplit("!", 1)
        held = [cell.value for cell in book[sheet][cells][0] if cell.value is not None]
        assert held == found.frame.loc[label].tolist()


@pytest.mark.parametrize("width", [1, 26, 27, 52, 53, 703])
def test_columns_are_named_as_in_a_spreadsheet(width: int) -> None:
    assert letter(width - 1) == get_column_letter(width)


def test_wide_columns_become_rows_that_keep_the_cell_of_their_value(tmp_path: Path) -> None:
    source = sources()["ocha_cod_ps_mli"]
    header = ["admin2Pcode", "admin2Name_fr", "admin1Pcode", "M_TL", "F_TL", "T_TL"]
    lines = [["ML0901", "Bamako", "ML09", "10", "15", "25"], ["ML0103", "Kayes", "ML01", "20", "22", "42"]]
    path = write_csv(tmp_path / "population_mli.csv", [header, *lines])
    ingested = ingest(source, [path])
    assert ingested.read_counts == {"need": 6}
    needs = ingested.records["need"]
    found = {(row.admin2_code, row.sex): (row.people, row.locator) for row in needs.itertuples()}
    assert found == {
        ("ML0901", "m"): (10, "D2"), ("ML0901", "f"): (15, "E2"), ("ML0901", "a"): (25, "F2"),
        ("ML0103", "m"): (20, "D3"), ("ML0103", "f"): (22, "E3"), ("ML0103", "a"): (42, "F3"),
    }  # fmt: skip
    assertions = asserted(ingested).merge(needs[["record_id", "locator"]], on="record_id", suffixes=("", "_row"))
    for said in assertions.itertuples():
        column, row = ord(said.locator[0]) - 65, int(said.locator[1:]) - 2
        if said.attribute in ("people", "admin2_code", "admin2_name", "admin1_code"):
            assert lines[row][column] == said.value
        assert said.locator[1:] == said.locator_row[1:]


def test_what_the_declaration_or_the_name_of_the_file_says_is_claimed_of_every_row(
    declaration: Declare, workbook: Workbook, template_rows: Rows
) -> None:
    """Else a list of calls whose kind only its title tells would publish none, as one that was tried found."""

    def change(given: dict[str, Any]) -> None:
        given["shapes"]["service"]["columns"] |= {
            "status_code": {"value": "OPE"},
            "cost_code": {"file_name": "mli_([a-z]+)_"},
            "zone_code": {"file_name": "zone_([a-z]+)", "value": "Z_GAO"},
        }
        given["ignored"] = given.get("ignored", {}) | {"Statut": "essai", "Coût": "essai"}

    source = load(declaration(change))
    ingested = ingest(source, [workbook("editeur_produit_mli_gratuit_2024.xlsx", {"Services": template_rows})])
    rows = ingested.records["service"].set_index("record_id")["locator"]
    for attribute, raw in {
        "status_code": "source.yml : OPE",
        "cost_code": "nom du fichier : gratuit",
        "zone_code": "source.yml : Z_GAO",  # what it falls back to
    }.items():
        said = asserted(ingested)[asserted(ingested)["attribute"].eq(attribute)].set_index("record_id")
        assert said["locator"].to_dict() == rows.to_dict()
        assert set(said["raw_value"]) == {raw}


def test_a_constant_that_is_no_code_is_refused_with_the_codes(declaration: Declare) -> None:
    def change(given: dict[str, Any]) -> None:
        given["shapes"]["service"]["columns"]["zone_code"] = {"value": "Ville de Gao"}

    with pytest.raises(
        DeclarationError, match=r"« Ville de Gao » n’est pas une valeur ; permis : .*Z_GAO \(Région de Gao\)"
    ):
        load(declaration(change))


def test_a_column_declared_empty_that_is_filled_is_noted(
    declaration: Declare, workbook: Workbook, template_rows: Rows
) -> None:
    source = load(declaration(lambda given: given.update(expected_empty=["Bailleur", "Village"])))
    header, first, second = template_rows
    empty = [[*header, "Bailleur"], [*first, ""], [*second, "  "]]
    assert ingest(source, [workbook("vide.xlsx", {"Services": empty})]).notes == []
    filled = [[*header, "Bailleur"], [*first, ""], [*second, "Bailleur fictif"]]
    (note,) = ingest(source, [workbook("rempli.xlsx", {"Services": filled})]).notes
    assert all(part in note for part in ("rempli.xlsx", "Services!K3", "« Bailleur »", "1 cellule"))


# --- what is refused ---


def test_a_renamed_column_is_refused(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    template_rows[0][0] = "Nom de la structure"
    error = refused(workbook("a.xlsx", {"Services": [["Titre"], *template_rows]}), source)
    assert error.place == "Services!2"
    assert "« Structure »" in error.expected
    assert "« Sigle »" not in error.expected
    assert "« Région »" in error.found
    assert "Nom de la structure" not in error.found


def test_people_in_the_place_of_a_header_are_not_named(source: Source, workbook: Workbook) -> None:
    people = [["Awa Inventée", "+223 76 12 34 56"], ["Issa Imaginé", "66 98 76 54"]]
    error = refused(workbook("a.xlsx", {"Services": people}), source)
    assert error.found == "2 colonnes"
    assert "« Structure »" in error.expected


def test_a_misspelt_header_is_told(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    template_rows[0][0] = "Structures"
    assert "« Structures »" in refused(workbook("a.xlsx", {"Services": template_rows}), source).found


def test_a_column_that_nobody_reads_is_refused(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    template_rows[0].append("Courriel")
    error = refused(workbook("a.xlsx", {"Services": template_rows}), source)
    assert error.place == "Services!K1"
    assert "ignored" in error.expected
    assert error.found == "1 colonne que personne ne lit : Services!K1"
    assert "Structure" not in error.found


def test_a_header_twice_is_refused(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    template_rows[0].append("Sigle")
    error = refused(write_csv(tmp_path / "a.csv", template_rows), source)
    assert (error.place, error.expected, error.found) == ("K1", "des en-têtes distincts", "« Sigle » déjà en B1")


def test_missing_hxl_tags_are_refused_where_declared(hxl_source: Source, tmp_path: Path, template_rows: Rows) -> None:
    error = refused(write_csv(tmp_path / "a.csv", template_rows), hxl_source)
    assert error.place == "2"
    assert "HXL" in error.expected
    assert error.found == "aucune"
    assert "HXL" in refused(write_csv(tmp_path / "b.csv", template_rows[:1]), hxl_source).expected


def test_too_many_cells_in_a_row_are_refused(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    template_rows[2].append("de trop")
    error = refused(write_csv(tmp_path / "a.csv", template_rows), source)
    assert (error.place, error.expected, error.found) == ("K3", "au plus 10 cellules", "11 cellules dans la ligne")


def test_empty_cells_past_the_header_are_no_matter(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    longer = [template_rows[0], template_rows[1], [*template_rows[2], "", " "]]
    assert contents(read(write_csv(tmp_path / "a.csv", longer), source)) == template_rows


def test_content_under_an_empty_header_is_refused(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    header, first, second = template_rows
    rows = [["", *header], ["", *first], ["confidentiel", *second]]
    error = refused(workbook("a.xlsx", {"Services": rows}), source)
    assert error.place == "Services!A3"
    assert "sans en-tête" in error.expected
    assert "confidentiel" not in str(error)  # a message travels further than the data


def test_a_truncated_workbook_is_refused(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    path = workbook("a.xlsx", {"Services": template_rows})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    error = refused(path, source)
    assert error.place == "classeur"
    assert ".xlsx entier" in error.expected
    assert f"{len(whole) // 2} octets illisibles" in error.found
    assert "tronqué" in error.found


def test_a_text_file_named_xlsx_is_refused(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    error = refused(write_csv(tmp_path / "a.XLSX", template_rows), source)
    assert error.place == "premier octet"
    assert "un classeur" in error.expected
    assert "Structur" in error.found


def test_a_workbook_named_csv_is_refused(source: Source, workbook: Workbook, template_rows: Rows) -> None:
    error = refused(workbook("a.csv", {"Services": template_rows}), source)
    assert "CSV" in error.expected
    assert "binaire" in error.found


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.ods"])
def test_an_empty_file_is_refused(source: Source, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    error = refused(path, source)
    assert error.place == "premier octet"
    assert error.found == "un fichier vide"


def test_an_empty_sheet_is_refused(source: Source, workbook: Workbook) -> None:
    error = refused(workbook("a.xlsx", {"Services": []}), source)
    assert error.place == "Services!1"
    assert error.expected == "un tableau rempli"
    assert error.found == "aucune cellule remplie"


def test_a_text_table_cut_in_a_quoted_cell_is_refused(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    template_rows[2][-1] = "remarque, longue"
    path = tmp_path / "a.csv"
    path.write_text(as_csv(template_rows)[:-8], encoding="utf-8", newline="")
    error = refused(path, source)
    assert "bien formé" in error.expected
    assert "tronqué" in error.found


def test_a_sheet_that_is_not_there_is_refused(declaration: Declare, workbook: Workbook, template_rows: Rows) -> None:
    source = load(declaration(lambda given: given["reader"].update(sheet="Services")))
    error = refused(workbook("a.xlsx", {"Service": template_rows, "Listes": [["ONG"]]}), source)
    assert error.place == "classeur"
    assert "« Services »" in error.expected
    assert error.found == "les feuilles Service, Listes"


def test_several_visible_sheets_are_refused_where_none_is_named(
    source: Source, workbook: Workbook, template_rows: Rows
) -> None:
    error = refused(workbook("a.xlsx", {"2023": template_rows, "2024": template_rows}), source)
    assert "une seule feuille" in error.expected
    assert error.found == "les feuilles 2023, 2024"


def test_one_wrong_file_holds_the_whole_delivery_back(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    right = write_csv(tmp_path / "a.csv", template_rows)
    wrong = write_csv(tmp_path / "b.csv", [["Structure"], ["Association Fictive"]])
    with pytest.raises(SourceFileError, match=r"b\.csv"):
        ingest(source, [right, wrong])


def test_two_files_give_the_rows_of_both(source: Source, tmp_path: Path, template_rows: Rows) -> None:
    header, first, second = template_rows
    paths = [write_csv(tmp_path / f"{i}.csv", [header, row]) for i, row in enumerate((first, second))]
    ingested = ingest(source, paths)
    frame = ingested.records["service"]
    assert ingested.read_counts == {"service": 2}
    assert list(frame["organization_name"]) == [first[0], second[0]]
    assert frame["record_id"].is_unique
    assert frame["document_id"].nunique() == 2
    assert list(ingested.documents["file_name"]) == ["0.csv", "1.csv"]
    assert list(ingested.documents["observed_on"]) == list(frame["observed_on"])


def test_a_row_without_a_required_value_is_kept_with_its_reason(
    source: Source, tmp_path: Path, template_rows: Rows
) -> None:
    template_rows[1][0] = "N/A"
    template_rows[2][template_rows[0].index("Vu le")] = "un jour"
    frame = ingest(source, [write_csv(tmp_path / "a.csv", template_rows)]).records["service"]
    first, second = frame["errors"]
    assert "organization_name" in first
    assert "« N/A »" in first
    assert "observed_on" in second
    assert "« un jour »" in second


def test_a_date_read_in_the_file_name(declaration: Declare, tmp_path: Path, template_rows: Rows) -> None:
    def from_name(given: dict[str, Any]) -> None:
        given["shapes"]["service"]["columns"]["observed_on"] = {"file_name": r"([a-zé]+_20\d\d)"}
        given["ignored"]["Vu le"] = "le nom du fichier fait foi"

    source = load(declaration(from_name))
    found = ingest(source, [write_csv(tmp_path / "Services_Février_2024.csv", template_rows)]).records["service"]
    assert set(found["observed_on"]) == {pd.Timestamp("2024-02-29").date()}
    with pytest.raises(SourceFileError) as caught:
        ingest(source, [write_csv(tmp_path / "services.csv", template_rows)])
    assert caught.value.place == "nom du fichier"
    assert "services.csv" in caught.value.found


def test_another_column_speaks_where_the_first_is_empty(
    declaration: Declare, tmp_path: Path, template_rows: Rows
) -> None:
    def by_acronym(given: dict[str, Any]) -> None:
        given["shapes"]["service"]["columns"]["organization_name"] = {"column": "Structure", "otherwise": "Sigle"}

    source = load(declaration(by_acronym))
    template_rows[2][0] = " - "
    path = write_csv(tmp_path / "editeur_produit_mli.csv", template_rows)
    ingested = ingest(source, [path])
    names = asserted(ingested)[asserted(ingested)["attribute"] == "organization_name"]
    assert ingested.records["service"]["organization_name"].tolist() == ["Association Fictive du Modèle", "OFM"]
    assert ingested.records["service"]["errors"].isna().all()
    assert names["locator"].tolist() == ["A2", "B3"], "each value keeps the cell it came from"
