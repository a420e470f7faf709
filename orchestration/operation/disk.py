"""A full disk: detected before a run that could not end well, and explained when it happens during one."""

from __future__ import annotations

import shutil

from warehouse.paths import Layout
from warehouse.publication import publish

_MIB = 2**20
_LITTLE = 16 * _MIB
# The wording of Python, SQLite and DuckDB.
_FULL_DISK_MESSAGES = ("No space left on device", "disk is full", "Disk quota exceeded")


def free_bytes(layout: Layout) -> int:
    """Free bytes on the disk of the data root."""
    return shutil.disk_usage(layout.root).free


def bytes_needed(layout: Layout) -> int:
    """The bytes without which no run can publish: the new file and the copy of its build."""
    catalog = publish.catalog(layout)
    file = layout.published / catalog["current"] if catalog else None
    return _LITTLE + (2 * file.stat().st_size if file and file.exists() else 0)


def is_full(layout: Layout, message: str) -> bool:
    """Whether an error comes from a full disk: by its message, or because next to nothing is left."""
    return any(words in message for words in _FULL_DISK_MESSAGES) or free_bytes(layout) < _MIB


def in_words(layout: Layout) -> str:
    """What is wrong and what to do."""
    return (
        f"Plus assez de place sur le disque de {layout.root} : {free_bytes(layout) // _MIB} Mio libres, une exécution"
        f" en demande au moins {bytes_needed(layout) // _MIB}. La publication en place reste lisible. Libérer de la"
        " place (« mrf prune » avec MRF_KEEP_PUBLICATIONS plus bas, « mrf doctor »), puis relancer « mrf run »."
    )
