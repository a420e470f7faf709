"""Files for others: workbook, CSV, Parquet, points, Open Referral HSDS 3.0 and the sheets sent back to partners."""

from __future__ import annotations

from pathlib import Path

from warehouse.deliverables import Deliverable
from warehouse.edition import Edition

_HERE = Path(__file__).parent


def _make_exports(edition: Edition, folder: Path) -> None:
    from warehouse.exports import data

    data.make(edition, folder)


def _check_exports(edition: Edition, folder: Path) -> list[str]:
    from warehouse.exports import data

    return data.check(edition, folder)


EXPORTS = Deliverable(
    "exports",
    "Exports : classeur Excel, CSV, HXL, Parquet, GeoJSON, GeoParquet",
    "Exports: Excel workbook, CSV, HXL, Parquet, GeoJSON, GeoParquet",
    code=tuple(_HERE / name for name in ("tables.py", "data.py", "workbook.py", "csv_files.py", "hxl.csv")),
    make=_make_exports,
    check=_check_exports,
)
DELIVERABLES = (EXPORTS,)
