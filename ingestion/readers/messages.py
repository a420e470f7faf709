"""What an error may say of a file: errors are kept with a publication, and a cell may name somebody.

Only names that the source itself declares are quoted, and those that come near one: « Structures » for « Structure ».
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from ingestion.clean.text import fold

_MOST, _LONGEST = 50, 80  # names in a message, and letters of a name
_NEAR = 80  # of 100: a letter too many, an accent that is missing


def quoted(names: Sequence[str]) -> str:
    """Declared names between quotes, not too many: « Région », « Cercle » et 3 de plus."""
    more = f" et {len(names) - _MOST} de plus" if len(names) > _MOST else ""
    return ", ".join(f"« {name[:_LONGEST]} »" for name in names[:_MOST]) + more


def columns_found(there: Iterable[str], declared: Iterable[str], what: str = "colonne") -> str:
    """How many columns a file has, and which of them bear a declared name or nearly so: 6 colonnes, dont « Cercle »."""
    named = [name for name in there if name]
    known = safe(named, declared)
    count = f"{len(named)} {what}{'s' if len(named) > 1 else ''}" if named else f"aucune {what}"
    return count + (f", dont {quoted(known)}" if known else "")


def safe(names: Iterable[str], declared: Iterable[str]) -> list[str]:
    """Of the names that a file holds, those that a message may quote."""
    known = [fold(name) for name in declared]
    return [name for name in names if process.extractOne(fold(name), known, scorer=fuzz.ratio, score_cutoff=_NEAR)]


def kind_of(value: Any) -> str:
    """What stands somewhere in JSON, without its texts: a number says nothing of anybody, but for a long one."""
    match value:
        case None:
            return "rien"
        case bool():
            return str(value).lower()
        case int() | float() if abs(value) < 100_000:  # a status or a count, no phone
            return str(value)
        case dict():
            return f"un objet de {len(value)} clé(s)"
        case list():
            return f"une liste de {len(value)} élément(s)"
    return "un nombre" if isinstance(value, int | float) else f"un texte de {len(str(value))} lettre(s)"
