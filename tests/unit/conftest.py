"""What several unit tests share: a declaration to change, workbooks, and records made by hand."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import yaml
from hypothesis import settings

from ingestion.country.pack import pack
from ingestion.shapes import SHAPES
from tests.conftest import KEY
from warehouse.paths import Workspace
from warehouse.storage import write_parquet

# The same examples in every run: a red test is red for everyone.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=200)
settings.load_profile("repeatable")

TEMPLATE = pack().sources / "_template"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own key, never that of whoever runs them."""
    monkeypatch.setenv("MRF_KEY_FILE", str(KEY))


@pytest.fixture
def declaration(tmp_path: Path) -> Callable[..., Path]:
    """Copies the source template into `<root>/<id>/`, changes the declaration, and gives the folder."""

    def write(change: Change = lambda given: None, id: str = "editeur_produit_mli", root: str = "declared") -> Path:
        folder = tmp_path / root / id
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
        given = yaml.safe_load((TEMPLATE / "source.yml").read_text(encoding="utf-8")) | {"id": id}
        change(given)
        (folder / "source.yml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def template_rows() -> list[list[str]]:
    """The header and the two rows of the template's fictional sample."""
    with (TEMPLATE / "sample.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook of sheets {name: rows}; "#N/A" becomes a true error cell, "" an empty one."""

    def write(name: str, sheets: dict[str, list[list[Any]]], hidden: dict[str, str] | None = None) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row, start=1):
                    if value == "":
                        continue
                    cell = sheet.cell(number, column, value)
                    if value == "#N/A":
                        cell.data_type = "e"
            sheet.sheet_state = (hidden or {}).get(title, "visible")
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def records() -> Callable[..., pd.DataFrame]:
    """Records of a shape, as ingestion gives them: the columns that are not given are empty."""

    def make(shape: str, *rows: dict[str, Any]) -> pd.DataFrame:
        names = [column.name for column in SHAPES[shape].stored] + ["errors"]
        lineage = {"source_id": "une_source", "document_id": "d" * 64}
        filled = [
            dict.fromkeys(names)
            | lineage
            | {"record_id": f"{shape}:{number}", "locator": f"A{number}:Z{number}"}
            | given
            for number, given in enumerate(rows, start=1)
        ]
        return pd.DataFrame(filled, columns=names, dtype=object)

    return make


@pytest.fixture
def workspace(tmp_path: Path, records: Callable[..., pd.DataFrame]) -> Callable[..., Workspace]:
    """Writes validated records, {shape: rows}, to a workspace, and an empty table for each shape that is not given."""

    def write(name: str = "base", **given: list[dict[str, Any]]) -> Workspace:
        made = Workspace(tmp_path / name)
        for shape in SHAPES.values():
            write_parquet(made.records(shape.name, "_empty"), shape.schema.empty_table())
        for shape_name, rows in given.items():
            frame = records(shape_name, *rows).drop(columns="errors")
            table = pa.Table.from_pandas(frame, SHAPES[shape_name].schema, preserve_index=False)
            write_parquet(made.records(shape_name, "une_source"), table)
        return made

    return write
