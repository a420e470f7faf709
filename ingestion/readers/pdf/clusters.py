"""Items that lie near each other."""

from __future__ import annotations

from typing import Any


def clusters(items: list[Any], key: Any, distance: float) -> list[list[Any]]:
    """Items in order of a number, parted where it grows by more than a distance."""
    groups: list[list[Any]] = []
    before = 0.0
    for item in sorted(items, key=key):
        value = key(item)
        if groups and value - before <= distance:
            groups[-1].append(item)
        else:
            groups.append([item])
        before = value
    return groups
