"""Groups of mentions under constraints: no union ever joins two mentions that a veto keeps apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehouse.organizations.mentions import Mention


class Clusters:
    """Union-find over positions. A cluster has at most one context, one known organization and one set of countries
    and of numbers; pairs that were told apart stay apart. `forced` unions are a person's and override the former."""

    def __init__(self, mentions: list[Mention], apart: Iterable[tuple[int, int]]):
        """`apart`: pairs of positions that must never meet."""
        self._parent = list(range(len(mentions)))
        self._members: list[list[int]] = [[position] for position in self._parent]
        self._facts = [_facts(mention) for mention in mentions]
        self._apart: list[set[int]] = [set() for _ in mentions]
        for one, other in apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def find(self, position: int) -> int:
        """The first position of the cluster."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position

    def members(self, position: int) -> list[int]:
        return self._members[self.find(position)]

    def join(self, one: int, other: int, *, forced: bool = False) -> str:
        """Joins two clusters; otherwise the reason why not."""
        first, second = sorted((self.find(one), self.find(other)))
        if first == second:
            return ""
        if reason := self._obstacle(first, second, forced):
            return reason
        self._parent[second] = first
        self._members[first] = sorted(self._members[first] + self._members[second])
        self._members[second] = []
        self._facts[first] |= self._facts[second]
        self._apart[first] |= self._apart[second]
        self._apart[second] = set()
        return ""

    def facts(self, position: int) -> dict[str, str]:
        return self._facts[self.find(position)]

    def know(self, position: int, organization: str) -> None:
        """The cluster is found to be this organization of the reference list."""
        self._facts[self.find(position)].setdefault("organisation", organization)

    def _obstacle(self, first: int, second: int, forced: bool) -> str:
        if any(self.find(each) == second for each in self._apart[first]) or any(
            self.find(each) == first for each in self._apart[second]
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
        "pays": "" if mention.organization else " ".join(sorted(name.countries)),
        "numéro": " ".join(sorted(name.numbers)),
    }
    return {fact: value for fact, value in facts.items() if value}
