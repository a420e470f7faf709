"""The reference lists (seeds): the rows that all countries share, then those of the country in use.

A file of the same name in both places is one list; the common one, which may have no row, says the columns.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ingestion.country import pack
from ingestion.errors import DeclarationError
from ingestion.project import SEEDS


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list, as written: texts still name parameters and words of the country.

    Raises DeclarationError if the country's file has other columns.
    """
    return [dict(row) for row in _rows(name, pack.pack().seeds)]


def names() -> list[str]:
    """The names of all lists."""
    return sorted(path.stem for path in SEEDS.glob("*.csv"))


def columns(name: str) -> list[str]:
    """The columns of a list."""
    return _read(SEEDS / f"{name}.csv")[0]


def files(name: str) -> list[Path]:
    """The files that make up a list."""
    return [path for path in (SEEDS / f"{name}.csv", pack.pack().seeds / f"{name}.csv") if path.exists()]


@cache
def _rows(name: str, own: Path) -> tuple[dict[str, str], ...]:
    header, common = _read(SEEDS / f"{name}.csv")
    path = own / f"{name}.csv"
    if not path.exists():
        return tuple(common)
    own_header, added = _read(path)
    if own_header != header:
        raise DeclarationError(f"{path} : attendu les colonnes {', '.join(header)} ; trouvé {', '.join(own_header)}")
    return (*common, *added)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        header, rows = list(reader.fieldnames or []), list(reader)
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            cells = sum(value is not None for value in row.values()) + len(row.get(None) or []) - (None in row)
            raise DeclarationError(f"{path}, ligne {line} : attendu {len(header)} cellules, trouvé {cells}")
    return header, rows
