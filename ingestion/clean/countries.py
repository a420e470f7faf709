"""Countries as files write them: « Mali », « MLI », « République du Mali », « Niger / NER ».

`countries.csv`: names of ISO 3166-1 in French and English (Debian's iso-codes, CLDR), and common ones.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from ingestion.clean.text import fold

_BETWEEN = re.compile(r"[,;/|&+\\()\n]|\s[-–—]\s|\b(?:et|and)\b", re.IGNORECASE)


@cache
def _names() -> dict[str, str]:
    """The two-letter ISO code by folded name or code."""
    codes: dict[str, str] = {}
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in (row["iso2"], row["iso3"], *row["names"].split(";")):
                codes.setdefault(fold(name), row["iso2"])
    return codes


def country(text: str) -> str | None:
    """The two-letter ISO code of the only country named in a text, or None."""
    return _names().get(fold(text)) or _names().get(re.sub(r"^(?:le|la|les|l|the) ", "", fold(text)))


def countries(cell: str, shortest: int = 2) -> frozenset[str]:
    """The countries named in a cell: « Mali, Niger » two, « Mali (MLI) » one, « Sahel » none.

    With ``shortest`` 4 codes are not read: in « Commune V et VI » VI is not the Virgin Islands.
    """
    parts = [cell] if country(cell) else _BETWEEN.split(cell)  # « Bosnie et Herzégovine » is a single one
    return frozenset(code for part in parts if len(fold(part)) >= shortest and (code := country(part)))
