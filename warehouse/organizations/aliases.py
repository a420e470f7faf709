"""The reference list of well-known organizations (seed `organization_alias`) and what it says of a name."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from warehouse.layout import SEEDS
from warehouse.organizations.names import Name, parse, section_suffixes

# The country office of these is the body itself: "UNICEF Mali" is UNICEF, "Oxfam Mali" is not Oxfam.
WITH_COUNTRY_OFFICES = frozenset({"UN", "IO", "DONOR"})


@dataclass(frozen=True)
class Alias:
    """One known spelling of a known organization."""

    canonical: str
    kind: str
    country: str
    name: Name


@dataclass(frozen=True)
class Known:
    """The reference list, by what a mention can be looked up with."""

    aliases: tuple[Alias, ...]
    by_key: dict[str, str]  # key of a name → canonical name, where only one organization has it
    by_squash: dict[str, str]
    by_acronym: dict[str, str]
    kind: dict[str, str]
    family: dict[str, str]  # acronym of an INGO without a country → canonical name: it may have sections

    def organization(self, name: Name) -> str | None:
        """The canonical name a mention certainly means, from its name alone."""
        if found := self.by_squash.get(name.squash) or self.by_key.get(name.key):
            return self._section(found, name) or found
        office = self.by_key.get(name.base_key)
        if office and name.countries and self.has_offices(office):
            return office
        # Two acronyms of one organization: the name "PAM" with the acronym "WFP".
        other = self.by_acronym.get(name.squash.upper())
        return other if other and other == self.by_acronym.get(name.acronym) and not name.bare else None

    def parent(self, name: Name) -> str | None:
        """The organization of which a name with a country is the national section or country office."""
        if not name.countries:
            return None
        return self.by_key.get(name.base_key) or self.family.get(name.base_key.upper())

    def has_offices(self, canonical: str) -> bool:
        return self.kind[canonical] in WITH_COUNTRY_OFFICES

    def _section(self, canonical: str, name: Name) -> str | None:
        """ "Action contre la Faim" with the acronym "ACF-E" is the Spanish body."""
        section = self.by_acronym.get(name.acronym)
        base = next(
            (name.acronym[: -len(suffix)] for suffix in section_suffixes() if name.acronym.endswith(suffix)), ""
        )
        return section if section and self.family.get(base) == canonical else None


@cache
def known() -> Known:
    """Reads the seed once."""
    with (SEEDS / "organization_alias.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    aliases = tuple(
        Alias(row["canonical_name"], row["kind"], row["country"], parse(row["alias"], row["acronym"])) for row in rows
    )
    return Known(
        aliases,
        _unique((alias.name.key, alias.canonical) for alias in aliases),
        _unique((alias.name.squash, alias.canonical) for alias in aliases),
        _unique((alias.name.acronym, alias.canonical) for alias in aliases if alias.name.acronym),
        {alias.canonical: alias.kind for alias in aliases},
        _unique(
            (alias.name.acronym, alias.canonical)
            for alias in aliases
            if alias.kind == "INGO" and not alias.country and alias.name.acronym
        ),
    )


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
