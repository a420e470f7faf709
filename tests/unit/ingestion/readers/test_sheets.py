"""Sheets as people lay them out: header rows, merged cells, totals, notes, a sheet a region, several values in a cell."""

from __future__ import annotations

import csv
import datetime as dt
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from expectations.gate import gate
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.rows import Table
from ingestion.readers.sheets.grid import read_grid
from ingestion.readers.tables import sorting, table
from ingestion.records.source_records import ingest
from tests.fixtures.assertions import asserted
from tests.fixtures.odd_files import edited, ods_cell, write_ods, write_xls

Declare = Callable[..., Path]
Rows = list[list[Any]]
COLUMNS = {"organization_name": "Structure", "admin1_name": "Région", "starts_on": "Période", "ends_on": "Période"}
# Letters, marks and signs that a cell may hold, without the other separators: those may outnumber the true one.
CELLS = st.text(alphabet="abcé ’'\"\n=+-@0\u200b\u202eم", max_size=12)
HEADER = ["Structure", "Région", "Période", "Places"]


@pytest.fixture
def declared(declaration: Declare) -> Callable[..., Source]:
    """A source of services with a structure, a region, a period and a number of places, read as given."""

    def make(columns: dict[str, Any] | None = None, ignored: tuple[str, ...] = (), **reader: Any) -> Source:
        def change(given: dict[str, Any]) -> None:
            given["reader"] = {"kind": "table", **reader}
            of_file = columns or COLUMNS | {"capacity_per_month": "Places"}
            given["shapes"] = {"service": {"columns": of_file | {"observed_on": {"value": "2024-06-30"}}}}
            given["ignored"] = dict.fromkeys(ignored, "pas de forme pour cela")

        folder = declaration(change)
        (folder / "lookups.csv").unlink(missing_ok=True)
        return load(folder)

    return make


def write_csv(path: Path, rows: Rows, separator: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def write_xlsx(path: Path, sheets: dict[str, Rows], merged: dict[str, list[str]] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, []):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def read(path: Path, source: Source) -> Table:
    (found,) = table.read(path, source, source.reader).values()
    return found


def rows_of(found: Table, *columns: str) -> Rows:
    return found.frame[list(columns)].to_numpy().tolist()


# --- header ---


def test_two_header_rows_are_joined_under_merged_names(declared: Callable[..., Source], tmp_path: Path) -> None:
    columns = {"organization_name": "Structure", "capacity_per_month": "Places / Femmes"}
    source = declared(columns, ("Places / Hommes", "Fin"), header_rows=2)
    rows = [
        ["Titre fictif"],
        ["Structure", "Places", None, "Fin"],
        [None, "Femmes", "Hommes"],
        ["ONG fictive", 5, 7, 9],
    ]
    merged = {"F": ["A2:A3", "B2:C2", "D2:D3"]}
    found = read(write_xlsx(tmp_path / "a.xlsx", {"F": rows}, merged), source)
    assert list(found.frame.columns) == ["Structure", "Places / Femmes", "Places / Hommes", "Fin"]
    assert rows_of(found, "Places / Femmes") == [["5"]]
    assert list(found.place("Places / Femmes")) == ["F!B4"]
    text = [["" if cell is None else cell for cell in row] for row in rows]
    assert list(read(write_csv(tmp_path / "a.csv", text), source).frame.columns) == list(found.frame.columns)


def test_an_upper_name_that_is_not_merged_stands_for_its_column_alone(
    declared: Callable[..., Source], tmp_path: Path
) -> None:
    source = declared({"organization_name": "Structure"}, ("Places / F", "Places / H", "Fin"), header_rows=2)
    rows = [["Structure", "Places", None, None], [None, "F", "H", "Fin"], ["ONG fictive", 5, 7, 9]]
    found = read(write_xlsx(tmp_path / "a.xlsx", {"F": rows}, {"F": ["A1:A2", "B1:C1"]}), source)
    assert list(found.frame.columns) == ["Structure", "Places / F", "Places / H", "Fin"]


def test_the_header_may_stand_where_it_is_declared(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["ONG d’avant, fictive", "Gao", "2024", 1], *[[""]] * 40, HEADER, ["ONG fictive", "Gao", "2024", 5]]
    path = write_csv(tmp_path / "a.csv", rows)
    assert rows_of(read(path, declared(header_row=43)), "Structure") == [["ONG fictive"]]
    with pytest.raises(SourceFileError) as caught:
        read(path, declared(header_row=2))
    assert caught.value.place == "2"
    with pytest.raises(SourceFileError):
        read(path, declared(header_row=4000))


# --- merged and repeated cells ---


def test_a_merged_cell_stands_for_every_row_it_covers(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["ONG A fictive", "Gao", "2024", 5],
        ["ONG B fictive", None, "2024", 7],
        ["ONG C fictive", None, "2024"],
    ]
    found = read(write_xlsx(tmp_path / "a.xlsx", {"F": rows}, {"F": ["B2:B3"]}), declared())
    assert rows_of(found, "Région") == [["Gao"], ["Gao"], [""]]
    assert list(found.place("Région")) == ["F!B2", "F!B2", "F!B4"]


def test_cells_merged_sideways_are_one_value_unless_declared(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["ONG fictive", "Gao", None, 5]]
    path = write_xlsx(tmp_path / "a.xlsx", {"F": rows}, {"F": ["B2:C2"]})
    assert rows_of(read(path, declared()), "Région", "Période") == [["Gao", ""]]
    assert rows_of(read(path, declared(merged="all")), "Région", "Période") == [["Gao", "Gao"]]
    down = write_xlsx(
        tmp_path / "b.xlsx", {"F": [HEADER, ["A fictive", "Gao"], ["B fictive", None, 1]]}, {"F": ["B2:B3"]}
    )
    assert rows_of(read(down, declared(merged="none")), "Région") == [["Gao"], [""]]


def test_merged_cells_of_an_ods_file(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [
        "".join(map(ods_cell, HEADER)),
        ods_cell("ONG A fictive") + ods_cell("Gao", down=2) + ods_cell("2024") + ods_cell("5"),
        ods_cell("ONG B fictive") + "<table:covered-table-cell/>" + ods_cell("2024") + ods_cell("7"),
    ]
    found = read(write_ods(tmp_path / "a.ods", {"F": rows}), declared())
    assert rows_of(found, "Structure", "Région") == [["ONG A fictive", "Gao"], ["ONG B fictive", "Gao"]]
    assert list(found.place("Région")) == ["F!B2", "F!B2"]


def test_merged_cells_of_an_old_workbook(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["ONG A fictive", "Gao", "2024", "5"], ["ONG B fictive", "", "2024", "7"]]
    found = read(write_xls(tmp_path / "a.xls", "F", rows, (1, 2, 1, 1)), declared())
    assert rows_of(found, "Région") == [["Gao"], ["Gao"]]
    assert list(found.place("Région")) == ["F!B2", "F!B2"]


def test_a_declared_column_repeats_the_cell_above(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["A fictive", "Gao", "", 1],
        ["B fictive", "", "", 2],
        ["C fictive", "Kayes", "", 3],
        ["D fictive", "", "", 4],
    ]
    found = read(write_csv(tmp_path / "a.csv", rows), declared(fill_down=["Région"]))
    assert rows_of(found, "Région") == [["Gao"], ["Gao"], ["Kayes"], ["Kayes"]]
    assert list(found.place("Région")) == ["B2", "B2", "B4", "B4"]


def test_figures_without_any_name_are_no_row_of_the_one_above(declared: Callable[..., Source], tmp_path: Path) -> None:
    """The last one may be the total of Kayes, or of all."""
    rows = [
        HEADER,
        ["A fictive", "Gao", "", 1],
        ["B fictive", "", "", 2],
        ["C fictive", "Kayes", "", 3],
        ["", "", "", 6],
    ]
    found = read(write_csv(tmp_path / "a.csv", rows), declared(fill_down=["Structure", "Région"]))
    assert rows_of(found, "Structure") == [["A fictive"], ["B fictive"], ["C fictive"]]
    assert found.rejected["reason"].tolist() == ["ligne de total ou de sous-total"]


def test_a_repeated_cell_stops_where_a_column_declared_before_it_changes(
    declared: Callable[..., Source], tmp_path: Path
) -> None:
    columns = {"organization_name": "Structure", "admin1_name": "Région", "admin2_name": "Cercle"}
    rows = [
        ["Région", "Cercle", "Structure"], ["Gao", "Ansongo", "A fictive"], ["", "", "B fictive"], ["Gao", "", "C fictive"],
        ["", "Bourem", "D fictive"], ["Kayes", "", "E fictive"], ["", "Bafoulabé", "F fictive"],
    ]  # fmt: skip
    found = read(write_csv(tmp_path / "a.csv", rows), declared(columns, fill_down=["Région", "Cercle"]))
    assert rows_of(found, "Région", "Cercle") == [
        ["Gao", "Ansongo"], ["Gao", "Ansongo"], ["Gao", "Ansongo"], ["Gao", "Bourem"], ["Kayes", ""],
        ["Kayes", "Bafoulabé"],
    ]  # fmt: skip


def test_a_merged_figure_counts_once(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["ONG A fictive", "Gao", "2024", 12],
        ["ONG B fictive", None, "2024"],
        ["ONG C fictive", "Kayes", "2024", 3],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"F": rows}, {"F": ["B2:B3", "D2:D3"]})
    for merged in ("down", "all"):
        found = read(path, declared(merged=merged))
        assert rows_of(found, "Région", "Places") == [["Gao", "12"], ["Gao", ""], ["Kayes", "3"]]
        assert found.notes == ("F!D2 : chiffre fusionné sur 2 lignes, gardé sur la première seulement",)


# --- totals and notes ---


def test_totals_and_notes_are_kept_with_their_reason_and_never_taken(
    declared: Callable[..., Source], tmp_path: Path
) -> None:
    rows = [
        HEADER, ["ONG A fictive", "Gao", "2024", 5], ["Sous-total Gao", "", "", 5], ["ONG B fictive", "Kayes", "2024", 7],
        ["Total Solidarité fictive", "Kayes", "2024", 1], ["TOTAL GÉNÉRAL", "", "", 12], [],
        ["Source : enquête fictive"], ["Chiffres provisoires"],
    ]  # fmt: skip
    source = declared(COLUMNS | {"capacity_per_month": "Places"})
    path = write_csv(tmp_path / "a.csv", rows)
    found = read(path, source)
    assert [name for (name,) in rows_of(found, "Structure")] == [
        "ONG A fictive",
        "ONG B fictive",
        "Total Solidarité fictive",
    ]
    assert found.rejected[["locator", "reason"]].to_numpy().tolist() == [
        ["A3:D3", sorting.TOTAL], ["A6:D6", sorting.TOTAL], ["A8:D8", sorting.NOTE], ["A9:D9", sorting.NOTE],
    ]  # fmt: skip
    gated = gate(ingest(source, [path]))
    assert all(check.passed for check in gated.conservation())
    assert (gated.read_counts["service"], len(gated.accepted["service"]), len(gated.rejected)) == (7, 3, 4)


@pytest.mark.parametrize(
    ("label", "is_alone", "is_left_out"),
    [
        ("Cumul", True, True), ("Cumul", False, False), ("Moyenne", True, True), ("Moyenne Guinée", True, False),
        ("TOTAUX", False, True), ("Grand total", True, True), ("S/Total", True, True), ("Ensemble", True, True),
        ("Ensemble", False, False), ("Total Kayes", True, True), ("Total Kayes", False, False), ("Totale", True, False),
    ],
)  # fmt: skip
def test_what_is_taken_for_a_total(
    declared: Callable[..., Source], tmp_path: Path, label: str, is_alone: bool, is_left_out: bool
) -> None:
    """A word that may be a name is a total only where its row is not filled like the others."""
    row = [label, "", "", 5] if is_alone else [label, "Kayes", "2024", 5]
    found = read(write_csv(tmp_path / "a.csv", [HEADER, ["ONG fictive", "Gao", "2024", 7], row]), declared())
    assert list(found.rejected["reason"]) == [sorting.TOTAL] * is_left_out
    assert len(found.frame) == 2 - is_left_out


def test_a_last_row_with_one_cell_is_no_record_and_no_note(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["ONG A fictive", "Gao", "2024", 5], ["ONG B fictive", "", "", ""]]
    found = read(write_csv(tmp_path / "a.csv", rows), declared())
    assert rows_of(found, "Structure") == [["ONG A fictive"]]
    assert list(found.rejected["reason"]) == [sorting.TITLE]
    assert list(found.rejected["cells"]) == [{"Structure": "ONG B fictive"}]


def test_titles_and_repeated_headers_are_no_records(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [
        HEADER, ["RÉGION DE GAO"], ["ONG A fictive", "Gao", "2024", 5], HEADER, ["ONG B fictive", "Gao", "2024", 7],
        [], ["RÉGION DE KAYES"], HEADER, ["ONG C fictive", "Kayes", "2024", 1], [], ["ONG D fictive", "Kayes", "2024", 2],
    ]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", {"F": rows}, {"F": ["A2:D2"]})
    for merged in ("down", "all"):
        found = read(path, declared(merged=merged))
        assert [name for (name,) in rows_of(found, "Structure")] == [f"ONG {letter} fictive" for letter in "ABCD"]
        assert list(zip(found.rejected["locator"], found.rejected["reason"], strict=True)) == [
            ("F!A2:D2", sorting.TITLE), ("F!A4:D4", sorting.HEADER), ("F!A7:D7", sorting.TITLE),
            ("F!A8:D8", sorting.HEADER),
        ]  # fmt: skip


def test_a_title_is_no_structure_where_only_names_are_read(declared: Callable[..., Source], tmp_path: Path) -> None:
    source = declared({"organization_name": "Structure"}, ("Région", "Période", "Places"))
    rows = [HEADER, ["RÉGION DE GAO"], ["ONG A fictive", "Gao", "2024", 5], ["ONG B fictive", "Gao", "2024", 5]]
    found = read(write_csv(tmp_path / "a.csv", rows), source)
    assert rows_of(found, "Structure") == [["ONG A fictive"], ["ONG B fictive"]]
    names = [HEADER, ["ONG A fictive"], ["ONG B fictive", "Gao"], ["ONG C fictive"]]
    assert len(read(write_csv(tmp_path / "b.csv", names), source).frame) == 3


def test_a_title_is_repeated_where_its_column_is_declared(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["", "Gao"], ["ONG A fictive", "", "2024", 5], ["", "Kayes"], ["ONG B fictive", "", "2024", 7]]
    found = read(write_csv(tmp_path / "a.csv", rows), declared(fill_down=["Région"]))
    assert rows_of(found, "Structure", "Région") == [["ONG A fictive", "Gao"], ["ONG B fictive", "Kayes"]]
    assert list(found.place("Région")) == ["B2", "B4"]
    rows = [HEADER, ["ONG A fictive", "Gao", "2023", 5], ["", "", "2024", ""]]
    again = read(write_csv(tmp_path / "b.csv", rows), declared(fill_down=["Structure", "Région"]))
    assert rows_of(again, "Structure", "Période") == [["ONG A fictive", "2023"], ["ONG A fictive", "2024"]]


@pytest.mark.parametrize(
    "below",
    [
        [["Synthèse par région"], ["Région", "Nombre"], ["Gao", 2], ["Kayes", 4]],
        [["Zone", "Nombre"], ["Gao", 2]],
        [["Structure", "Siège", "Contact", "Places"], ["ONG fictive", "Gao", "Kayes", 4]],
    ],
    ids=["declared_name", "narrower", "as_wide"],
)
def test_a_table_below_the_one_that_is_read_is_another(
    declared: Callable[..., Source], tmp_path: Path, below: Rows
) -> None:
    rows = [HEADER, ["ONG A fictive", "Gao", "2024", 5], [], ["ONG B fictive", "Gao", "2024", 5], [], *below]
    source = declared()
    path = write_csv(tmp_path / "a.csv", rows)
    assert rows_of(read(path, source), "Structure") == [["ONG A fictive"], ["ONG B fictive"]]
    gated = gate(ingest(source, [path]))
    assert list(gated.rejected["reason"]) == [sorting.OTHER] * len(below)
    assert json.loads(gated.rejected["row"].iloc[-1]).keys() <= set(HEADER)
    assert "Gao" in "".join(gated.rejected["row"])
    assert gated.conservation()[0].passed


def test_the_cells_of_what_is_no_record_are_kept_without_what_is_personal(declaration: Declare, tmp_path: Path) -> None:
    def change(given: dict[str, Any]) -> None:
        columns = {"organization_name": "Structure", "admin1_name": "Région", "observed_on": {"value": "2024-06-30"}}
        given |= {"shapes": {"service": {"columns": columns}}, "ignored": {}, "personal": {"Contact": {}}}

    folder = declaration(change)
    (folder / "lookups.csv").unlink(missing_ok=True)
    rows = [
        ["Structure", "Région", "Contact"], ["ONG fictive", "Gao", "Awa Inventée"], ["Total", "", "Awa Inventée"], [],
        ["Source : Mme Awa Inventée, 76 12 13 14"],
    ]  # fmt: skip
    rejected = gate(ingest(load(folder), [write_csv(tmp_path / "a.csv", rows)])).rejected
    assert [json.loads(row) for row in rejected["row"]] == [
        {"Structure": "Total"}, {"Structure": "Source : Mme [nom retiré], [numéro retiré]"}
    ]  # fmt: skip


def test_totals_are_what_the_source_says(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [HEADER, ["Solde", "", "", 5], ["Total", "Gao", "2024", 5]]
    path = write_csv(tmp_path / "a.csv", rows)
    assert rows_of(read(path, declared(totals="^Solde$")), "Structure") == [["Total"]]
    assert rows_of(read(path, declared(totals="")), "Structure") == [["Solde"], ["Total"]]
    assert rows_of(read(path, declared()), "Structure") == [["Solde"]]


@pytest.mark.parametrize("region", ["TOTAL", "TOTAL GAO", "Cumul", "Moyenne", "Récapitulatif", "Ensemble"])
def test_a_total_stands_where_a_place_does(declared: Callable[..., Source], tmp_path: Path, region: str) -> None:
    rows = [HEADER, ["ONG fictive", "Gao", "2024", 7], ["ONG fictive", region, "2024", 7]]
    found = read(write_csv(tmp_path / "a.csv", rows), declared())
    assert rows_of(found, "Région") == [["Gao"]]
    assert list(found.rejected["reason"]) == [sorting.TOTAL]


def test_a_total_that_a_list_knows_is_a_value(declaration: Declare, tmp_path: Path) -> None:
    def change(given: dict[str, Any]) -> None:
        columns = {"population_group_code": "Groupe", "people": "Personnes", "admin1_name": "Région"}
        constant = {
            "sex": "a",
            "age_group": "ALL",
            "sector_code": "ALL",
            "indicator": "people_in_need",
            "period": "2024",
        }
        values = {name: {"value": value} for name, value in (constant | {"observed_on": "2024-06-30"}).items()}
        given |= {"shapes": {"need": {"columns": columns | values}}, "ignored": {}}

    folder = declaration(change)
    (folder / "lookups.csv").write_text(
        "column,raw,canonical,reason\npopulation_group_code,Total,ALL,tous les groupes\n"
    )
    rows = [["Groupe", "Personnes", "Région"], ["IDP", 3, "Gao"], ["Total", 5, "Gao"]]
    found = ingest(load(folder), [write_csv(tmp_path / "a.csv", rows)])
    assert list(found.records["need"]["people"]) == [3, 5]


# --- sheets ---


def test_a_sheet_for_each_region_gives_its_name(declared: Callable[..., Source], tmp_path: Path) -> None:
    header = ["Structure", "Période", "Places"]
    sheets = {
        "Lisez-moi": [["Fichier fictif"]],
        "Kayes": [header, ["ONG A fictive", "2024", 5]],
        "Gao": [header, ["ONG B fictive", "2024", 7], ["Total", None, 7]],
    }
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    for sheets_read in ("all", ["Kayes", "Ga*"]):
        source = declared(sheets=sheets_read, sheet_column="Région")
        found = read(path, source)
        assert rows_of(found, "Structure", "Région") == [["ONG A fictive", "Kayes"], ["ONG B fictive", "Gao"]]
        assert list(found.place("Structure")) == ["Kayes!A2", "Gao!A2"]
        assert list(found.place("Région")) == ["Kayes!A2:C2", "Gao!A2:C2"]
        assert list(found.rejected["locator"]) == ["Gao!A3:C3"]
        assert gate(ingest(source, [path])).conservation()[0].passed
    with pytest.raises(SourceFileError, match="Ségou"):
        read(path, declared(sheets=["Kayes", "Ségou"], sheet_column="Région"))


def test_a_hidden_sheet_is_read_where_it_is_named(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = {name: [HEADER, [f"ONG {name} fictive", "Gao", "2024", 5]] for name in ("Vue", "Cachée")}
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book["Cachée"].sheet_state = "hidden"
    book.save(path)
    assert rows_of(read(path, declared(sheets="all")), "Structure") == [["ONG Vue fictive"]]
    assert rows_of(read(path, declared(sheet="Cachée")), "Structure") == [["ONG Cachée fictive"]]
    assert len(read(path, declared(sheets=["Vue", "Cachée"])).frame) == 2


# --- shape of the table ---


def test_several_values_of_a_cell_are_several_records_of_the_same_cell(
    declared: Callable[..., Source], tmp_path: Path
) -> None:
    rows = [
        HEADER,
        ["ONG A fictive", "Kayes, Mopti et Gao", "2024", 5],
        ["ONG B fictive", "Ségou", "2024", 7],
        ["C fictive", "", "2024", 1],
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    for split in (["Région"], {"Région": [",", " et "]}):
        source = declared(split=split)
        records = ingest(source, [path]).records["service"]
        assert list(records["admin1_name"].fillna("")) == ["Kayes", "Mopti", "Gao", "Ségou", ""]
        assert list(records["locator"]) == ["A2:D2"] * 3 + ["A3:D3", "A4:D4"]
        assert records["record_id"].is_unique
    assert list(records["capacity_per_month"].fillna(0)) == [5, 0, 0, 7, 1]  # 5 places of the three together
    assert list(records["warnings"].fillna("")) == ["figure_shared"] * 3 + [""] * 2
    said = asserted(ingest(source, [path]))
    assert list(said.loc[said["attribute"].eq("admin1_name"), "raw_value"]) == ["Kayes", "Mopti", "Gao", "Ségou"]
    regions = said[said["attribute"].eq("admin1_name")]
    assert list(zip(regions["value"], regions["locator"], strict=True)) == [
        ("Kayes", "B2"), ("Mopti", "B2"), ("Gao", "B2"), ("Ségou", "B3"),
    ]  # fmt: skip


def test_wide_columns_are_found_by_their_names(declaration: Declare, tmp_path: Path) -> None:
    def change(given: dict[str, Any]) -> None:
        columns = {"admin1_name": "Région", "sex": "sex", "age_group": "age", "people": "people"}
        constant = {
            "population_group_code": "ALL",
            "sector_code": "ALL",
            "indicator": "people_in_need",
            "period": "2024",
        }
        values = {name: {"value": value} for name, value in (constant | {"observed_on": "2024-06-30"}).items()}
        given |= {"shapes": {"need": {"columns": columns | values}}, "ignored": {}}
        given["reader"] = {
            "kind": "table",
            "unpivot_pattern": r"(?P<sex>[fm])_(?P<age>\d+_\d+)",
            "unpivot_value": "people",
        }

    folder = declaration(change)
    (folder / "lookups.csv").unlink(missing_ok=True)
    rows = [["Région", "f_0_17", "m_0_17", "f_18_59"], ["Gao", 1, 2, 3], ["Total", 1, 2, 3]]
    found = ingest(load(folder), [write_csv(tmp_path / "a.csv", rows)])
    needs = found.records["need"]
    assert list(zip(needs["sex"], needs["age_group"], needs["people"], needs["locator"], strict=True)) == [
        ("f", "0_17", 1, "B2"), ("m", "0_17", 2, "C2"), ("f", "18_59", 3, "D2"),
    ]  # fmt: skip
    assert list(found.rejected["locator"]) == ["A3:D3"]
    with pytest.raises(SourceFileError, match="forme"):
        ingest(load(folder), [write_csv(tmp_path / "b.csv", [["Région"], ["Gao"]])])


# --- cells ---


def test_dates_of_the_calendar_of_1904_are_those_that_people_see(
    declared: Callable[..., Source], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    book.active.append(["ONG fictive", "Gao", dt.datetime(2024, 1, 5), 5])
    book.save(tmp_path / "a.xlsx")
    records = ingest(declared(), [tmp_path / "a.xlsx"]).records["service"]
    assert list(records["starts_on"]) == [dt.date(2024, 1, 5)]


def test_a_formula_that_nobody_computed_is_no_empty_cell(declared: Callable[..., Source], tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"F": [HEADER, ["ONG fictive", '=IF(1,"","")', "2024", "=2+3"]]})
    records = ingest(declared(), [path]).records["service"]
    assert records.loc[0, "warnings"].split(";") == ["admin1_name_invalid", "capacity_per_month_invalid"]
    assert pd.isna(records.loc[0, "capacity_per_month"])
    computed = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = computed.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["ONG fictive", "Gao", "2024"])
    sheet.write_formula(1, 3, "=2+3", value=5)
    sheet.write_formula(1, 1, '=IF(1,"","")', value="rien")  # Excel itself writes the empty text with its type
    computed.close()
    path = edited(tmp_path / "b.xlsx", lambda name, content: content.replace(b"<v>rien</v>", b"<v></v>"))
    records = ingest(declared(), [path]).records["service"]
    assert list(records["capacity_per_month"]) == [5]
    assert pd.isna(records.loc[0, "warnings"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(declared: Callable[..., Source], tmp_path: Path, encoding: str) -> None:
    text = write_csv(tmp_path / "a.csv", [HEADER, ["ONG fictive d’été", "Gao", "2024", 5]], ";").read_text(
        encoding="utf-8"
    )
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert rows_of(read(tmp_path / "a.csv", declared()), "Structure") == [["ONG fictive d’été"]]


def test_commas_in_sentences_are_no_separators(declared: Callable[..., Source], tmp_path: Path) -> None:
    lines = [
        "Structure;Région;Période;Places",
        "A, B, C, D, E et F fictives;Gao;2024;5",
        "ONG fictive, d’ici;Gao;2024;7",
    ]
    for number, text in enumerate(["\n".join(lines), "\n".join(["sep=;", *lines])]):
        path = tmp_path / f"{number}.csv"
        path.write_text(text, encoding="cp1252")
        assert rows_of(read(path, declared()), "Places") == [["5"], ["7"]]


@given(
    st.lists(st.lists(CELLS, min_size=4, max_size=4).filter(lambda row: row[0].strip() and row[1].strip()), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_what_is_written_to_a_text_table_is_read(rows: Rows, separator: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator).writerows([HEADER, *rows])
        assert read_grid(path, None).rows == [HEADER, *rows]


def test_tags_with_a_prefix_are_the_same_tags(declared: Callable[..., Source], tmp_path: Path) -> None:
    plain = write_xlsx(tmp_path / "a.xlsx", {"F": [HEADER, ["ONG fictive", "=1", "2024", 5]]})
    expected = read(plain, declared()).frame

    def prefixed(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/"):
            return content
        tags = content.replace(b"</", b"<@").replace(b"<", b"<x:").replace(b"<x:@", b"</x:")
        return tags.replace(b"xmlns=", b"xmlns:x=")

    assert read(edited(plain, prefixed), declared()).frame.equals(expected)


# --- declarations ---


@pytest.mark.parametrize(
    "reader",
    [
        {"totals": "("},
        {"header_rows": 0},
        {"unpivot_pattern": "[MF]_.*"},
        {"split": {"Région": []}},
        {"split": ["Village"]},
        {"fill_down": ["Village"]},
        {"sheet": "F", "sheets": "all"},
        {"merged": "up"},
    ],
    ids=str,
)
def test_a_reader_that_cannot_be_meant_is_refused(declared: Callable[..., Source], reader: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError):
        declared(**reader)


# --- what is not read ---


def test_hidden_sheets_other_sheets_and_comments_are_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {name: [HEADER, [f"ONG {name}", "Gao", "2024", 5]] for name in "ABC"})
    book = openpyxl.load_workbook(path)
    book["B"].sheet_state = "hidden"
    book["A"]["A2"].comment = Comment("fermé depuis mai", "fictif")
    book.create_sheet("Vide")
    book.save(path)
    comment, hidden, other = (
        "feuille A, commentaires de cellule non lus : 1",
        "feuille masquée B, non lue : 2 lignes",
        "feuille C, non lue : 2 lignes",
    )
    assert read(path, declared(sheet="A")).notes == (comment, hidden, other)
    assert read(path, declared(sheet="C")).notes == ("feuille A, non lue : 2 lignes", hidden)
    assert read(path, declared(sheets=["A", "C"])).notes == (comment, hidden)


def test_comments_of_an_ods_file_are_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = ["".join(map(ods_cell, HEADER)), "".join(map(ods_cell, ["ONG fictive", "Gao", "2024", "5"]))]
    noted = rows[1].replace("</table:table-cell>", "<office:annotation/></table:table-cell>", 1)
    found = read(write_ods(tmp_path / "a.ods", {"F": [rows[0], noted], "G": rows}), declared(sheet="F"))
    assert found.notes == ("feuille F, commentaires de cellule non lus : 1", "feuille G, non lue : 2 lignes")


@pytest.mark.parametrize("space", ["\u00a0", "\n", "  "])
def test_a_header_is_what_a_person_sees(declared: Callable[..., Source], tmp_path: Path, space: str) -> None:
    source = declared({"organization_name": "Nom complet"}, ("Vu le",))
    rows = [[f"Nom{space}complet", f"Vu{space}le"], ["ONG fictive", "2024"]]
    assert rows_of(read(write_csv(tmp_path / "a.csv", rows), source), "Nom complet") == [["ONG fictive"]]


def test_a_header_too_far_below_is_told(declared: Callable[..., Source], tmp_path: Path) -> None:
    rows = [*[["Titre"]] * 35, HEADER, ["ONG fictive", "Gao", "2024", 5]]
    with pytest.raises(SourceFileError) as caught:
        read(write_csv(tmp_path / "a.csv", rows), declared())
    assert "30 premières lignes" in caught.value.expected
    assert "header_row: 36" in caught.value.found


def test_letters_after_a_closing_quote_are_read_as_excel_does(declared: Callable[..., Source], tmp_path: Path) -> None:
    def text(name: str, *lines: str) -> Path:
        (tmp_path / name).write_text("\n".join([";".join(HEADER), *lines]), encoding="utf-8")
        return tmp_path / name

    path = text("a.csv", '"ONG" fictive;Gao;2024;5', '"ONG à\nla ligne";Kayes;2024;7', "B;Gao;2024;1")
    assert rows_of(read(path, declared()), "Structure") == [["ONG fictive"], ["ONG à\nla ligne"], ["B"]]
    for name, line, lines in (
        ("b.csv", 3, ['"ONG" fictive;Gao;2024;5', '"jamais fermé;Kayes;2024;7']),
        ("c.csv", 2, ['"pas fermé;Gao;2024;5', 'B;Gao;"2024";1']),
    ):
        with pytest.raises(SourceFileError) as caught:
            read(text(name, *lines), declared())
        assert caught.value.place == f"ligne {line}"
        assert "jamais fermé" in caught.value.found


def test_a_binary_workbook_is_told_what_to_do(declared: Callable[..., Source], tmp_path: Path) -> None:
    (tmp_path / "a.xlsb").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceFileError, match=r"l’enregistrer en \.xlsx"):
        read(tmp_path / "a.xlsb", declared())
