"""The reference list of well-known organizations (seed `organization_alias`) and what it says of a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from ingestion.country import seeds
from warehouse.resolution.organizations.organization_names import Name, parse

Key = TypeVar("Key", str, tuple[str, frozenset[str]])

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
    by_core: dict[str, str]
    by_acronym: dict[str, str]
    kind: dict[str, str]
    family: dict[str, str]  # acronym of an organization without a country → canonical name: it may have sections
    by_section: dict[tuple[str, frozenset[str]], str]  # (parent, countries) → canonical name of the section

    def organization(self, name: Name) -> str | None:
        """The canonical name a mention certainly means, from its name alone."""
        matches = self.by_squash.get(name.squash) or self.by_key.get(name.key) or self.by_core.get(name.core_key)
        if matches and (name.countries or not name.section or self.has_offices(matches)):
            return matches
        if matches:  # "Action contre la Faim" with the acronym "ACF-E" is the Spanish body
            return self.by_section.get((matches, name.nations))
        if parent := self.parent(name):
            return parent if self.has_offices(parent) else self._section_in(parent, name)
        if name.parts:
            named = {self.organization(parse(part)) for part in name.parts}
            return named.pop() if len(named) == 1 else None
        # Two acronyms of one organization (the name "PAM", the acronym "WFP"), or one of several words: "IEDA Relief".
        other = None if name.bare else self.by_acronym.get(name.squash.upper())
        return other if len(name.words) > 1 or other == self.by_acronym.get(name.acronym) else None

    def parent(self, name: Name) -> str | None:
        """The organization of which a name with a country is the national section or country office."""
        if not name.countries:
            return None
        return self.by_key.get(name.base_key) or self.family.get(name.base_acronym)

    def _section_in(self, parent: str, name: Name) -> str | None:
        """The section in the name's country, unless its acronym is the parent's: then it is undecided."""
        return None if self.family.get(name.acronym) == parent else self.by_section.get((parent, name.countries))

    def has_offices(self, canonical: str) -> bool:
        """Whether its country offices are the body itself."""
        return self.kind[canonical] in WITH_COUNTRY_OFFICES


@cache
def known() -> Known:
    """Reads the seed once."""
    rows = seeds.rows("organization_alias")
    aliases = tuple(
        Alias(row["canonical_name"], row["kind"], row["country"], parse(row["alias"], row["acronym"])) for row in rows
    )
    listed = Known(
        aliases,
        _unique((alias.name.key, alias.canonical) for alias in aliases),
        _unique((alias.name.squash, alias.canonical) for alias in aliases),
        _unique((alias.name.core_key, alias.canonical) for alias in aliases),
        _unique((alias.name.acronym, alias.canonical) for alias in aliases),
        {alias.canonical: alias.kind for alias in aliases},
        _unique((alias.name.acronym, alias.canonical) for alias in aliases if not alias.country),
        {},
    )
    sections = _unique(
        ((parent, alias.name.countries), alias.canonical)
        for alias in aliases
        if alias.country and (parent := listed.parent(alias.name))
    )
    return replace(listed, by_section=sections)


def are_known_apart(name: str, former: str) -> bool:
    """Whether a former name is that of a well-known organization, and the name is not: « Djiguiya (ex-AFD) »."""
    listed = known()
    known_former = listed.organization(parse(former)) or listed.by_acronym.get(parse(former).acronym)
    return known_former is not None and listed.organization(parse(name)) != known_former


def _unique(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Keys that only one organization has; an empty key says nothing."""
    values_of: dict[Key, set[str]] = {}
    for key, value in pairs:
        if key:
            values_of.setdefault(key, set()).add(value)
    return {key: next(iter(values)) for key, values in values_of.items() if len(values) == 1}
