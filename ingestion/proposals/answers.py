"""Yes and no, where the header asks: « Gratuit ? », « Fonctionnel (O/N) »."""

from __future__ import annotations

from ingestion.clean.numbers import boolean
from ingestion.clean.text import fold
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.words import rows, words
from ingestion.shapes import Column

_SHORT = {"o": True, "n": False, "y": True}


def answered(target: Column, column: FileColumn, value: str) -> tuple[str, str] | None:
    """(code, reason) of a yes or a no under a header that asks for one, or None."""
    is_yes = _SHORT.get(fold(value), boolean(value))
    asked = set(words(column.header))
    for row in rows("answers.csv"):
        is_asked = row["target"] == target.name and any(set(words(one)) <= asked for one in row["words"].split(";"))
        if is_asked and is_yes is not None:
            return row["yes" if is_yes else "no"], f"réponse à « {column.header} »"
    return None
