"""Writes the landing of the hand-computed example: the readable tables of `inputs/` in the form of the real files."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

HERE = Path(__file__).parent
INPUTS = HERE / "inputs"
REGISTER = "mrf_documents.csv"
THREE_W = "mali_3w_april_2024"
HNO = "hno_2024_mli"
# The real 3W and HNO are long, and their declarations refuse a short file as truncated (`bounds`). What fills them up
# lies in a region outside the five zones, under sectors outside the 15 types.
THREE_W_ROWS = 1000
HNO_ROWS = 120


def write_landing(folder: Path) -> None:
    """Everything that the example lands, in ``folder``."""
    folder.mkdir(parents=True)
    for workbook in sorted(path for path in INPUTS.iterdir() if path.is_dir()):
        _write_workbook(folder / f"{workbook.name}.xlsx", {sheet.stem: rows(sheet) for sheet in _sheets(workbook)})
    shutil.copyfile(INPUTS / REGISTER, folder / REGISTER)
    _write_workbook(folder / f"{THREE_W}.xlsx", {"ML_5W": _three_w()})
    with (folder / f"{HNO}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_hno())
    for report in ("mapping_report_a", "mapping_report_b"):
        _write_report(folder / f"{report}.pdf", rows(INPUTS / f"{report}.csv"))


def rows(path: Path) -> list[list[str]]:
    """The cells of a CSV file as they are written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _sheets(workbook: Path) -> list[Path]:
    """The submissions first, then the repeats."""
    return sorted(workbook.glob("*.csv"), key=lambda path: (path.stem != "enquete", path.stem))


def _write_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append([cell or None for cell in row])
    book.save(path)


def _three_w() -> list[list[str]]:
    table = rows(INPUTS / f"{THREE_W}.csv")
    header = table[0]
    filler = dict.fromkeys(header, "") | {
        "Nom Organisation": "ONG Fictive du Puits",
        "Type Organisation": "ONG Nat",
        "admin1Pcod": "ML02",
        "Region": "Koulikoro",
        "admin2Pcod": "ML0201",
        "Cercle": "Banamba",
        "Cluster": "EHA",
    }
    return table + [list(filler.values())] * (THREE_W_ROWS - (len(table) - 2))


def _hno() -> list[list[str]]:
    table = rows(INPUTS / f"{HNO}.csv")
    header = table[0]
    fillers = [
        dict.fromkeys(header, "")
        | {
            "Admin 1 PCode": "ML03",
            "Admin 2 PCode": "ML0305",
            "Sector": "WSH",
            "Gender": "a",
            "Age Range": f"{age}-{age}",
            "Disabled": "a",
            "Population Group": "ALL",
            "In Need": "10",
        }
        for age in range(HNO_ROWS - (len(table) - 2))
    ]
    return table + [list(row.values()) for row in fillers]


def _write_report(path: Path, table: list[list[str]]) -> None:
    style = getSampleStyleSheet()["BodyText"].clone("small", fontSize=7, leading=8)
    cells = [[Paragraph(text, style) for text in line] for line in table]
    widths = [22, 110, 45, 65, 85, 60, 60, 70, 95, 75, 55]
    grid = Table(cells, colWidths=widths, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)], repeatRows=1)
    page = SimpleDocTemplate(str(path), pagesize=landscape(A4), title="Rapport fictif", invariant=1)
    page.build([Paragraph("Rapport inventé : les structures nommées n’existent pas.", style), grid])
