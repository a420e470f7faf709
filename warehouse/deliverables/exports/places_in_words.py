"""Places in words: « Commune de Diamou », « Cercle d’Ansongo », as the country calls its levels."""

from __future__ import annotations

from ingestion.country.pack import country
from ingestion.country.words import words
from warehouse.reading.edition import Edition, Row

# Codes are current ones; a commune without one is known by its older code.
_NAMES = "select code, arg_max(name_fr, vintage) as name from marts.dim_admin_area group by code"
_VOWELS = tuple("AEIOUÀÂÉÈÊÎÔÛH")


class Places:
    """The names of the places of a publication."""

    def __init__(self, edition: Edition) -> None:
        self._names: dict[str, str] = {row["code"]: row["name"] for row in edition.rows(_NAMES)}

    def name(self, code: str | None) -> str | None:
        """The name of a code, or None."""
        return self._names.get(code or "")

    def levels(self, row: Row) -> list[str]:
        """The known places of a row of service_directory, from the commune to the region."""
        codes = ((level, self.name(row[f"admin{level}_code"])) for level in (3, 2, 1))
        return [_in_words(level, name) for level, name in codes if name]


def _in_words(level: int, name: str) -> str:
    kind, capital = words()[f"admin{level}"]["Word"], country().capital
    if name.startswith(kind):
        return name  # as in « Commune II »
    if capital and (level, name) == (1, capital.name):
        return capital.title
    return f"{kind} d’{name}" if name.upper().startswith(_VOWELS) else f"{kind} de {name}"
