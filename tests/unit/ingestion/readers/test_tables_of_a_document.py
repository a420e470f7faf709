"""A document with many tables: the declared ones are found by their header, the others are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.declaration.reader_settings import TableReader
from ingestion.declaration.source import Source, load
from ingestion.errors import SourceFileError
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.tables.tabular import tables_of

Declare = Callable[..., Path]
HEADER = ["Structure", "Sigle", "Type", "Service", "Région", "Cercle", "Statut", "Coût", "Vu le", "Remarques"]
KEY = [["Légende"], ["CScom : centre de santé communautaire"]]


def sheet(name: str, *structures: str) -> Grid:
    return Grid(
        "classeur.xlsx", name, [["Titre fictif"], HEADER, *([each, "", "ONG", *[""] * 7] for each in structures)]
    )


@pytest.fixture
def source(declaration: Declare) -> Source:
    return load(declaration(lambda given: None))


def test_tables_under_the_same_header_are_one_and_keep_their_places(source: Source) -> None:
    grids = [
        sheet("Kayes", "Santé fictive"),
        Grid("classeur.xlsx", "Légende", KEY),
        sheet("Gao", "Abri fictif", "Aide fictive"),
    ]
    (found,) = tables_of("classeur.xlsx", grids, source, TableReader(kind="table")).values()
    assert list(found.frame["Structure"]) == ["Santé fictive", "Abri fictif", "Aide fictive"]
    assert list(found.place("Structure")) == ["Kayes!A3", "Gao!A3", "Gao!A4"]
    assert list(found.place(None)) == ["Kayes!A3:J3", "Gao!A3:J3", "Gao!A4:J4"]
    assert found.frame.index.is_unique


def test_a_table_that_nobody_reads_is_told(source: Source) -> None:
    grids = [
        sheet("Kayes", "Santé fictive"),
        Grid("classeur.xlsx", "Légende", KEY),
        Grid("classeur.xlsx", "Vide", [["", " "]]),
    ]
    (found,) = tables_of("classeur.xlsx", grids, source, TableReader(kind="table")).values()
    (note,) = found.notes
    assert note == "Légende!1 : tableau que la source ne lit pas (2 lignes)"


def test_two_tables_of_a_document_have_the_names_that_their_mappings_declare(declaration: Declare) -> None:
    def two(given: dict) -> None:
        given["shapes"]["service"]["table"] = "services"
        given["shapes"]["organization"] = {
            "table": "structures",
            "columns": {"organization_name": "Nom", "observed_on": {"value": "2024-06-30"}},
        }

    source = load(declaration(two))
    names = Grid("classeur.xlsx", "Structures", [["Nom"], ["Abri fictif"]])
    found = tables_of("classeur.xlsx", [names, sheet("Gao", "Aide fictive")], source, TableReader(kind="table"))
    assert {name: list(table.frame.iloc[:, 0]) for name, table in found.items()} == {
        "services": ["Aide fictive"],
        "structures": ["Abri fictif"],
    }


def test_a_document_without_the_declared_table_is_refused(source: Source) -> None:
    with pytest.raises(SourceFileError) as caught:
        tables_of("classeur.xlsx", [Grid("classeur.xlsx", "Légende", KEY)], source, TableReader(kind="table"))
    assert caught.value.place == "Légende!1"
    assert "« Structure »" in caught.value.expected


def test_a_sheet_with_a_renamed_column_is_not_passed_over(source: Source) -> None:
    renamed = Grid("classeur.xlsx", "Gao", [["Structures", *HEADER[1:]], ["Awa Inventée", "", "ONG"], ["x", "", "ONG"]])
    with pytest.raises(SourceFileError) as caught:
        tables_of("classeur.xlsx", [sheet("Kayes", "Santé fictive"), renamed], source, TableReader(kind="table"))
    assert caught.value.place == "Gao!1"
    assert caught.value.expected == "la ou les colonnes « Structure », comme dans le tableau lu"
    assert "sur 3 lignes" in caught.value.found
    assert "Awa" not in str(caught.value)


def test_a_header_elsewhere_than_declared_is_not_passed_over(source: Source) -> None:
    moved = Grid("classeur.xlsx", "Gao", [HEADER, ["Abri fictif", "", "ONG"]])
    with pytest.raises(SourceFileError) as caught:
        tables_of("c.xlsx", [sheet("Kayes", "Santé fictive"), moved], source, TableReader(kind="table", header_row=2))
    assert (caught.value.place, caught.value.expected) == (
        "Gao!1",
        "l’en-tête à la ligne déclarée, comme dans le tableau lu",
    )


def test_a_rest_without_a_header_is_not_passed_over(source: Source) -> None:
    record = ["Abri fictif", "", "ONG", "Logement", "Gao", "Gao", "OPE", "", "01/06/2024", ""]
    for rest in ([record], [record, [*record[:8], "02/06/2024", ""]]):
        grids = [sheet("Kayes", "Santé fictive"), Grid("classeur.xlsx", "Suite", rest)]
        with pytest.raises(SourceFileError) as caught:
            tables_of("classeur.xlsx", grids, source, TableReader(kind="table"))
        assert caught.value.place == "Suite!1"
        assert f"{len(rest)} ligne{'s' * (len(rest) > 1)} sans en-tête" in caught.value.found
    words = Grid("classeur.xlsx", "Autre", [[f"Mot {number}" for number in range(10)], record])
    narrow = Grid("classeur.xlsx", "Étroit", [record[:9]])
    (found,) = tables_of(
        "classeur.xlsx", [sheet("Kayes", "Santé fictive"), words, narrow], source, TableReader(kind="table")
    ).values()
    assert len(found.notes) == 2
