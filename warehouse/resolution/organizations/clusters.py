"""Groups of mentions under constraints: no union ever joins two mentions that a veto keeps apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehouse.resolution.organizations.mentions import Mention


class Clusters:
    """Union-find over positions. A cluster has at most one context, one known organization and one set of countries
    and of numbers; vetoed pairs stay apart. What a person says (`forced`) yields only to what a person said."""

    def __init__(self, mentions: list[Mention], apart: Iterable[tuple[int, int, bool]]):
        """`apart`: pairs of positions that must never meet, and whether a person said so."""
        self._parent = list(range(len(mentions)))
        self._facts = [_facts(mention) for mention in mentions]
        self._apart: list[dict[int, bool]] = [{} for _ in mentions]
        for one, other, by_person in apart:
            self._apart[one][other] = self._apart[other][one] = by_person

    def find(self, position: int) -> int:
        """The first position of the cluster."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position

    def join(self, one: int, other: int, *, forced: bool = False) -> str:
        """Joins two clusters; otherwise the reason why not."""
        first, second = sorted((self.find(one), self.find(other)))
        if first == second:
            return ""
        if reason := self._obstacle(first, second, forced):
            return reason
        self._parent[second] = first
        self._facts[first] |= self._facts[second]
        for met, by_person in self._apart[second].items():
            self._apart[first][met] = by_person or self._apart[first].get(met, False)
        self._apart[second] = {}
        return ""

    def facts(self, position: int) -> dict[str, str]:
        """What holds for the whole cluster of this position."""
        return self._facts[self.find(position)]

    def _obstacle(self, first: int, second: int, forced: bool) -> str:
        for here, there in ((first, second), (second, first)):
            if any(
                self.find(met) == there and (by_person or not forced) for met, by_person in self._apart[here].items()
            ):
                return "une paire déclarée distincte serait réunie"
        ours, theirs = self._facts[first], self._facts[second]
        for fact in () if forced else sorted(ours.keys() & theirs.keys()):
            if ours[fact] != theirs[fact]:
                return f"{fact} : {ours[fact]} ≠ {theirs[fact]}"
        return ""

    def __iter__(self) -> Iterator[int]:
        """The first position of each cluster."""
        return (position for position, parent in enumerate(self._parent) if position == parent)


def _facts(mention: Mention) -> dict[str, str]:
    name = mention.name
    facts = {
        "contexte": mention.context,
        "organisation": mention.organization or "",
        # A known organization may be written with its country or not (UNICEF Mali).
        "pays": "" if mention.organization else " ".join(sorted(name.nations)),
        "numéro": " ".join(sorted(name.numbers)),
        # A list of sites tells its sites apart: "Asacoda" and "Asacofa" are two health centres, not one misspelt.
        **{f"site d’une même liste {listing[:8]}": name.folded for listing in mention.listings},
    }
    return {fact: value for fact, value in facts.items() if value}
