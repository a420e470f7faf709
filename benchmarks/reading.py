"""Reading speed of sheets and text tables, beside the bare libraries, and the cost of a row from file to records.

    .venv/bin/python benchmarks/reading.py [WORKBOOK.xlsx SHEET SOURCE_ID]

Machines are noisy: compare the ratios of one run. Without a workbook one with the template's columns is invented.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import python_calamine
import xlsxwriter
from rich.console import Console
from rich.table import Table

from ingestion.country.pack import pack

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from ingestion.declaration.registry import sources  # noqa: E402
from ingestion.declaration.source import Source, load  # noqa: E402
from ingestion.readers.sheets.grid import read_grid  # noqa: E402
from ingestion.readers.tables import table  # noqa: E402
from ingestion.records.source_records import ingest  # noqa: E402

ROWS, ROUNDS = 24_000, 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) == 4:
            workbook, sheet, source = Path(sys.argv[1]), sys.argv[2], sources()[sys.argv[3]]
        else:
            source = _template(Path(folder))
            workbook, sheet = _invented(Path(folder), source), "Services"
        rows = len(read_grid(workbook, sheet).rows)
        as_csv = Path(folder) / "same.csv"
        with as_csv.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(read_grid(workbook, sheet).rows)
        print_table(f"{workbook.name}, {sheet} : {rows} lignes", rows, _workbook(workbook, sheet, source))
        print_table("le même en CSV", rows, _text(as_csv, source))


def _workbook(path: Path, sheet: str, source: Source) -> dict[str, Callable[[], object]]:
    return {
        "python-calamine seul": lambda: (
            python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
        ),
        "notre grille": lambda: read_grid(path, sheet),
        "notre table": lambda: table.read(path, source, source.reader),
        "jusqu’aux enregistrements": lambda: ingest(source, [path]),
        "pandas + openpyxl": lambda: pd.read_excel(path, sheet_name=sheet, engine="openpyxl"),
        "openpyxl, lecture seule": lambda: list(openpyxl.load_workbook(path, read_only=True)[sheet].values),
    }


def _text(path: Path, source: Source) -> dict[str, Callable[[], object]]:
    def alone() -> object:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    return {
        "csv seul": alone,
        "notre grille": lambda: read_grid(path, None),
        "notre table": lambda: table.read(path, source, source.reader),
        "pandas, tout en texte": lambda: pd.read_csv(path, dtype=str, keep_default_na=False, header=None),
    }


def print_table(title: str, rows: int, ways: dict[str, Callable[[], object]]) -> None:
    """The best of ROUNDS of each way, run in turn; the first is the baseline."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, read in ways.items():
            start = time.perf_counter()
            read()
            best[name] = min(best[name], time.perf_counter() - start)
    printed = Table("lecture", "secondes", "rapport", "µs par ligne", title=title)
    first = next(iter(best.values()))
    for name, seconds in best.items():
        printed.add_row(name, f"{seconds:.2f}", f"{seconds / first:.1f}", f"{1e6 * seconds / rows:.0f}")
    Console().print(printed)


def _template(folder: Path) -> Source:
    target = folder / "editeur_produit_mli"
    target.mkdir()
    for path in (pack().sources / "_template").iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return load(target)


def _invented(folder: Path, source: Source) -> Path:
    with source.sample.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    book = xlsxwriter.Workbook(str(folder / "invented.xlsx"))
    sheet = book.add_worksheet("Services")
    sheet.write_row(0, 0, header)
    for number in range(1, ROWS + 1):
        row = rows[number % len(rows)]
        sheet.write_row(number, 0, [f"Association fictive {number % 500}", *row[1:]])
    book.close()
    return folder / "invented.xlsx"


if __name__ == "__main__":
    main()
