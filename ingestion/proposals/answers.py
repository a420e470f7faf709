"""Yes and no, where the header asks: « Gratuit ? », « Fonctionnel (O/N) », « Service fermé ? »."""

from __future__ import annotations

import re

from ingestion.clean.numbers import boolean
from ingestion.clean.text import fold
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.words import rows
from ingestion.shapes import Column

_SHORT = {"o": True, "n": False, "y": True}
_CHOICES = re.compile(r"\b(?:oui|yes|o|y)\W{1,3}(?:non|no|n)\b", re.IGNORECASE)  # what may be answered: « (Oui/Non) »
_NOT = re.compile(r"\b(?:non|pas|not?|sans)\b")


def answered(target: Column, column: FileColumn, value: str) -> tuple[str, str] | None:
    """(code, reason) of a yes or a no under a header that asks, or None; « Non fonctionnel » asks the contrary."""
    is_yes = _SHORT.get(fold(value), boolean(value))
    asked = fold(_CHOICES.sub(" ", column.header))
    codes = {
        row["yes" if is_yes != bool(_NOT.search(asked)) else "no"]
        for row in rows("answers.csv")
        if row["target"] == target.name
        and any(re.search(rf"\b{fold(one)}e?s?\b", asked) for one in row["words"].split(";"))
    }
    return (codes.pop(), f"réponse à « {column.header} »") if is_yes is not None and len(codes) == 1 else None
