"""The claims behind the published values, in leaves of limited size that the page loads on demand.

Entities are sorted by their keys, `<entity>/<id>`, so that the first key of each leaf is an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.deliverables.portal import scripts
from warehouse.reading.edition import Edition

LARGEST_BYTES = 200_000  # size of one leaf, on disk
_ROOM_BYTES = 10_000  # margin for the last claim and the surrounding text
# A claim consists of positions in the leaf's list of texts (-1 for none), whether it won, and the position of its
# ground: the common part of a record's claims on attributes of one kind, texts first.
CLAIM = ("attribute", "value", "raw_value", "locator", "is_winner")
GROUND = (
    "source_id",
    "document",
    "observed_on",
    "standing",
    "weight",
    "class_weight",
    "freshness",
    "extraction_confidence",
)
TEXTS = 4  # the leading columns of both that are texts

_QUERY = """
select concat(entity, '/', entity_id), attribute, value, raw_value, locator, cast(is_winner as integer),
    source_id, document_id, cast(observed_on as varchar), standing, round(weight, 4), round(class_weight, 4),
    round(freshness, 4), round(extraction_confidence, 4)
from marts.provenance
order by 1, attribute, is_winner desc, standing <> 'override', standing <> 'counted', weight desc, assertion_id
"""


class _Leaf:
    """Claims of some entities, with their shared texts and grounds."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.grounds: dict[tuple[Any, ...], int] = {}
        self.entities: dict[str, list[list[int]]] = {}
        self.bytes = 0

    @property
    def is_full(self) -> bool:
        return self.bytes > LARGEST_BYTES - _ROOM_BYTES

    def add(self, key: str, claim: tuple[Any, ...], ground: tuple[Any, ...]) -> None:
        """Adds a claim (values in the order of CLAIM and GROUND) and its size in bytes."""
        if key not in self.entities:
            self.entities[key] = []
            self.bytes += len(key) + 8
        shared = self._place((*self._texts(ground), *ground[TEXTS:]), self.grounds)
        encoded = [*self._texts(claim), *claim[TEXTS:], shared]
        self.entities[key].append(encoded)
        self.bytes += scripts.size(encoded) + 1

    def _texts(self, values: tuple[Any, ...]) -> list[int]:
        return [-1 if text is None else self._place(text, self.texts) for text in values[:TEXTS]]

    def _place(self, value: Any, places: dict[Any, int]) -> int:
        if value not in places:
            self.bytes += scripts.size(value) + 1
        return places.setdefault(value, len(places))


def write(edition: Edition, folder: Path) -> list[str]:
    """Writes the leaves, `preuves_<n>`; returns the first key of each.

    An entity whose claims fill a leaf continues in the next, which then begins with the same key.
    """
    firsts = []
    for number, leaf in enumerate(_leaves(edition)):
        content = {"texts": list(leaf.texts), "grounds": list(leaf.grounds), "entities": leaf.entities}
        scripts.write(folder, f"preuves_{number}", content)
        firsts.append(next(iter(leaf.entities)))
    return firsts


def _leaves(edition: Edition) -> Iterator[_Leaf]:
    leaf = _Leaf()
    cursor = edition.connection.execute(_QUERY)
    while rows := cursor.fetchmany(10_000):
        for key, *row in rows:
            if leaf.is_full:
                yield leaf
                leaf = _Leaf()
            leaf.add(key, tuple(row[: len(CLAIM)]), tuple(row[len(CLAIM) :]))
    if leaf.entities:
        yield leaf
