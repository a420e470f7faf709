"""Exports: workbook, CSV, Parquet, points, Open Referral HSDS 3.0 and the sheets sent back to partners."""

from __future__ import annotations

from pathlib import Path

from warehouse.deliverables.producing import Deliverable
from warehouse.reading.edition import Edition


def _make_exports(edition: Edition, folder: Path) -> None:
    from warehouse.deliverables.exports import data

    data.make(edition, folder)


def _check_exports(edition: Edition, folder: Path) -> list[str]:
    from warehouse.deliverables.exports import data

    return data.check(edition, folder)


def _make_hsds(edition: Edition, folder: Path) -> None:
    from warehouse.deliverables.exports.hsds import hsds_files

    hsds_files.make(edition, folder)


def _check_hsds(edition: Edition, folder: Path) -> list[str]:
    from warehouse.deliverables.exports.hsds import hsds_files

    return hsds_files.check(edition, folder)


def _make_sheets(edition: Edition, folder: Path) -> None:
    from warehouse.deliverables.exports.sheets import sheet_files

    sheet_files.make(edition, folder)


def _check_sheets(edition: Edition, folder: Path) -> list[str]:
    from warehouse.deliverables.exports.sheets import sheet_files

    return sheet_files.check(edition, folder)


EXPORTS = Deliverable(
    "exports",
    "Exports : classeur Excel, CSV, HXL, Parquet, GeoJSON, GeoParquet",
    "Exports: Excel workbook, CSV, HXL, Parquet, GeoJSON, GeoParquet",
    make=_make_exports,
    check=_check_exports,
    kinds=frozenset({"excel", "csv", "parquet"}),
)
HSDS = Deliverable(
    "hsds",
    "Open Referral HSDS 3.0 : structures, programmes et services",
    "Open Referral HSDS 3.0: organizations, programmes and services",
    make=_make_hsds,
    check=_check_hsds,
    kinds=frozenset({"json", "csv"}),
)
PARTNER_SHEETS = Deliverable(
    "partner_sheets",
    "Fiches à faire vérifier par les structures enquêtées",
    "Sheets for the surveyed organizations to verify",
    make=_make_sheets,
    check=_check_sheets,
    kinds=frozenset({"word"}),
)
DELIVERABLES = (EXPORTS, HSDS, PARTNER_SHEETS)
