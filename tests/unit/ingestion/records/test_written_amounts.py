"""Thousands decided over a whole column or table, currencies in a column of their own, former names of organizations."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ingestion.declaration.source import load
from ingestion.records.source_records import ingest

Read = Callable[..., pd.DataFrame]
SOURCE: dict[str, Any] = {
    "id": "ong_fictive_mli",
    "title": {"fr": "Projets", "en": "Projects"},
    "publisher": "ONG fictive",
    "license": "usage interne",
    "sensitivity": "internal",
    "evidence_class": "partner",
    "kind": "tableur",
    "files": ["projets_*.csv"],
    "reader": {"kind": "table"},
}
COLUMNS = {
    "observed_on": {"value": "2024-06-01"},
    "organization_name": "Structure",
    "service_type_code": {"value": "SOC_02"},
    "admin1_name": {"value": "Gao"},
    "admin_vintage": {"value": "2021"},
    "beneficiaries": "Personnes",
    "capacity_per_month": "Places",
    "budget_amount": "Montant",
    "budget_currency_code": "Devise",
}
HEADER = ["Structure", "Personnes", "Places", "Montant", "Devise", "Note"]
EMPTY = ["ONG Fictive", "", "", "", "", ""]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The service records of rows of a CSV, each the values of some columns; the frame keeps their order."""

    def given(*rows: dict[str, str], **columns: Any) -> pd.DataFrame:
        folder = tmp_path / "ong_fictive_mli"
        folder.mkdir()
        text = yaml.safe_dump(
            SOURCE | {"ignored": {"Note": "non lu"}, "shapes": {"service": {"columns": COLUMNS | columns}}},
            allow_unicode=True,
        )
        (folder / "source.yml").write_text(text, encoding="utf-8")
        path = tmp_path / "projets_1.csv"
        header = list(dict.fromkeys([*HEADER, *(name for row in rows for name in row)]))
        filled = [{**dict(zip(HEADER, EMPTY, strict=True)), **row} for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *([row.get(n, "") for n in header] for row in filled)])
        frame: pd.DataFrame = ingest(load(folder), [path]).records["service"]
        return frame

    return given


def _people(*cells: str, column: str = "Personnes") -> list[dict[str, str]]:
    return [{column: cell} for cell in cells]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (["2,500", "1,234,567", "980"], [2500, 1234567, 980]),
        (["2.500", "1.234.567"], [2500, 1234567]),
        (["2,500", "1,250.0"], [2500, 1250]),
        (["2.500", "1.250,0"], [2500, 1250]),
        (["2,500 femmes, 1,200 hommes", "12,300,000"], [3700, 12300000]),
        (["2,500", "980"], [None, 980]),
        (["2,500", "1.234.567"], [None, 1234567]),
        (["2,500", "1,234,567", "1.234.567"], [None, 1234567, 1234567]),
        (["2,500", "2.500", "1,234,567"], [2500, None, 1234567]),
    ],
)
def test_thousands_are_decided_over_the_column(read: Read, cells: list[str], read_as: list[int | None]) -> None:
    frame = read(*_people(*cells))
    assert [None if pd.isna(value) else value for value in frame["beneficiaries"]] == read_as
    assert [pd.notna(code) for code in frame["warnings"]] == [value is None for value in read_as]


@pytest.mark.parametrize(
    ("beside", "read_as"),
    [
        ({"Places": "1,200,300"}, 2500),
        ({"Montant": "12,500.75"}, 2500),
        ({"Montant": "12.50"}, 2500),
        ({"Note": "dont 1,200,300 en ville"}, 2500),
        ({"Montant": "12,5"}, None),
        ({"Note": "12,5"}, None),
        ({"Places": "1,200,300", "Montant": "1.200.300"}, None),
    ],
)
def test_or_over_the_other_columns(read: Read, beside: dict[str, str], read_as: int | None) -> None:
    frame = read({"Personnes": "2,500"}, beside)
    assert [None if pd.isna(value) else value for value in frame["beneficiaries"]] == [read_as, None]


def test_francs_whose_currency_has_its_own_column(read: Read) -> None:
    rows = [
        ("5 000 000", "FCFA"), ("2.500", "XOF"), ("7,500", "franc CFA"), ("12 000", "EUR"), ("15 245 €", "XOF"),
        ("900", ""), ("", "XOF"), ("3 000 000 FCFA", ""),
    ]  # fmt: skip
    frame = read(*({"Montant": amount, "Devise": code} for amount, code in rows))
    found = frame[["budget_amount", "budget_currency_code", "budget_xof"]].astype(object)
    assert found.where(found.notna(), None).values.tolist() == [
        [5e6, "XOF", 5e6],
        [2500, "XOF", 2500],
        [7500, "XOF", 7500],
        [12000, "EUR", None],
        [15245, "EUR", None],
        [900, None, None],
        [None, "XOF", None],
        [3e6, "XOF", 3e6],
    ]
    assert frame["warnings"].fillna("").tolist() == ["", "", "", "", "budget_currency_contradicted", "", "", ""]


def test_a_former_name_is_no_part_of_the_name(read: Read) -> None:
    frame = read({"Structure": "Association Fictive Djiguiya (ex Association Tonus)", "Places": "5"})
    assert frame["organization_name"].tolist() == ["Association Fictive Djiguiya"]
    assert frame["organization_name_raw"].tolist() == ["Association Fictive Djiguiya (ex Association Tonus)"]


def test_thousands_of_the_header_hold_beside_a_column_of_currencies(read: Read) -> None:
    rows = [{"Montant": amount, "Devise": "FCFA"} for amount in ("2.500", "12 500", "3 000 €")]
    frame = read(*rows, budget_amount={"column": "Montant", "unit": "milliers"})
    found = frame[["budget_amount", "budget_currency_code"]].to_numpy().tolist()
    assert found == [[2_500e3, "XOF"], [12_500e3, "XOF"], [3_000, "EUR"]]


def test_a_capacity_by_the_year_is_none_by_the_month(read: Read) -> None:
    """The header says it, not the cells; what nobody wrote has no warning."""
    beside = {"wait_days": "Places"}
    frame = read({"Capacité annuelle": "240"}, {"Note": "rien"}, capacity_per_month="Capacité annuelle", **beside)
    assert frame["capacity_per_month"].isna().all()
    assert frame["warnings"].fillna("").tolist() == ["capacity_per_month_invalid", ""]


def test_a_name_that_tells_a_closure_leaves_no_working_service(read: Read) -> None:
    rows = [
        {"Structure": "ONG Fictive (fermée)", "État": "OPE"},
        {"Structure": "ONG Fictive", "État": "OPE"},
        {"Structure": "ONG Fictive - fermé", "État": "FER"},
    ]
    frame = read(*rows, status_code="État")
    assert frame["organization_name"].unique().tolist() == ["ONG Fictive"]
    assert frame["status_code"].fillna("").tolist() == ["", "OPE", "FER"]
    assert frame["status_code_raw"].tolist()[0] == "OPE"
    assert frame["warnings"].fillna("").tolist() == ["closure_told_by_name", "", ""]
