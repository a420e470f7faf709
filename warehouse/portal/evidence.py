"""Every claim behind the published values, in leaves of bounded size that the page loads when somebody asks.

Leaves hold entities in the order of their keys, `<entity>/<id>`, so that the first key of each says where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.edition import Edition
from warehouse.portal import scripts

LARGEST_BYTES = 200_000  # of one leaf, on disk
_ROOM_BYTES = 10_000  # for the last claim added and for what surrounds the claims
COLUMNS = (
    "attribute",
    "value",
    "raw_value",
    "source_id",
    "document",
    "locator",
    "observed_on",
    "standing",
    "is_winner",
    "weight",
    "class_weight",
    "freshness",
    "extraction_confidence",
)
_TEXTS = 8  # the first columns are positions in the leaf's list of texts, -1 for none

_QUERY = """
select concat(entity, '/', entity_id), attribute, value, raw_value, source_id, document_id, locator,
    cast(observed_on as varchar), standing, is_winner, round(weight, 4), round(class_weight, 4), round(freshness, 4),
    round(extraction_confidence, 4)
from marts.provenance
order by 1, attribute, is_winner desc, standing <> 'override', standing <> 'counted', weight desc, assertion_id
"""


class _Leaf:
    """Claims of some entities, and the texts that they share."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.entities: dict[str, list[list[Any]]] = {}
        self.bytes = 0

    @property
    def is_full(self) -> bool:
        return self.bytes > LARGEST_BYTES - _ROOM_BYTES

    def add(self, key: str, claim: tuple[Any, ...]) -> None:
        """Adds a claim (values in the order of COLUMNS) and counts the bytes that it takes."""
        if key not in self.entities:
            self.entities[key] = []
            self.bytes += len(key) + 8
        encoded = [*(self._place(text) for text in claim[:_TEXTS]), int(claim[_TEXTS]), *claim[_TEXTS + 1 :]]
        self.entities[key].append(encoded)
        self.bytes += scripts.size(encoded) + 1

    def _place(self, text: str | None) -> int:
        if text is None:
            return -1
        if text not in self.texts:
            self.bytes += scripts.size(text) + 1
        return self.texts.setdefault(text, len(self.texts))


def write(edition: Edition, folder: Path) -> list[str]:
    """Writes the leaves, `preuves_<n>`; returns the first key of each.

    An entity whose claims fill a leaf goes on in the next, which then begins with the same key.
    """
    firsts = []
    for number, leaf in enumerate(_leaves(edition)):
        scripts.write(folder, f"preuves_{number}", {"texts": list(leaf.texts), "entities": leaf.entities})
        firsts.append(next(iter(leaf.entities)))
    return firsts


def _leaves(edition: Edition) -> Iterator[_Leaf]:
    leaf = _Leaf()
    cursor = edition.connection.execute(_QUERY)
    while rows := cursor.fetchmany(10_000):
        for key, *claim in rows:
            if leaf.is_full:
                yield leaf
                leaf = _Leaf()
            leaf.add(key, tuple(claim))
    if leaf.entities:
        yield leaf
