"""Rows of a query: read in a terminal of any width, or saved as what people open."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from orchestration.commands import console as consoles
from orchestration.commands import sql_command
from orchestration.commands.mrf import PANELS, app

ROWS = "select 'Gao' as zone, 3 as people, date '2024-08-31' as seen_on, '=1+1' as text, null::varchar as note"


def shown(monkeypatch: pytest.MonkeyPatch, width: int, header: list[str], rows: list[tuple[object, ...]]) -> str:
    console = consoles._Console(file=io.StringIO(), width=width)
    monkeypatch.setattr(sql_command, "console", console)
    sql_command.show(header, rows)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_wide_row_is_a_record_and_never_empty_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    header = [f"column_{place}" for place in range(44)]
    text = shown(monkeypatch, 80, header, [(*(f"value {place}" for place in range(43)), None)])
    assert all(name in text and f"value {place}" in text for place, name in enumerate(header[:-1]))
    assert "column_43" not in text, "an empty value needs no line"
    assert "1 ligne(s) ; les colonnes vides ne sont pas montrées" in text


def test_a_narrow_row_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, 80, ["zone", "people"], [("Gao", 3), ("Mopti", None)])
    assert "┃ zone  ┃ people ┃" in text
    assert "│ Mopti │        │" in text


def test_a_value_is_folded_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    header = ["requirement_fr", "mart", "row_count", "status", "reason"]
    text = shown(
        monkeypatch, 80, header, [("Administration (documentation)", "service_directory", 14, "COVERED", "x" * 60)]
    )
    assert "…" not in text
    assert text.count("x") == 60


def test_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    header = [f"column_{place}" for place in range(44)]
    text = shown(monkeypatch, 80, header, [tuple(range(44))] * 50)
    assert "20 lignes sur 50 ; toutes avec --csv" in text


def test_every_form_holds_the_rows(tmp_path: Path) -> None:
    content = {form: write(duckdb.connect().execute(ROWS)) for form, write in sql_command._WRITERS.items()}
    assert json.loads(content[sql_command.Format.json]) == [
        {"zone": "Gao", "people": 3, "seen_on": "2024-08-31", "text": "=1+1", "note": None}
    ]
    assert pq.read_table(io.BytesIO(content[sql_command.Format.parquet])).num_rows == 1
    sheet = openpyxl.load_workbook(io.BytesIO(content[sql_command.Format.xlsx])).active
    assert sheet is not None
    heading, row = sheet.iter_rows(values_only=True)
    assert heading == ("zone", "people", "seen_on", "text", "note")
    assert row == ("Gao", 3, dt.datetime(2024, 8, 31), "=1+1", None)
    assert sheet["D2"].data_type == "s", "a text that looks like a formula is a text"
    assert content[sql_command.Format.csv].decode().splitlines()[1] == "Gao,3,2024-08-31,'=1+1,"


def test_every_command_has_its_panel() -> None:
    names = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    assert names == {name for panel in PANELS.values() for name in panel}
    assert [command.rich_help_panel for command in app.registered_commands if command.name == "key"] == [
        "Données personnelles"
    ]
