"""The country's own outline: maps are drawn with it, and points are checked against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# The layout of a country without geography: a tile an area, which is no place on Earth.
TILES = "tiles"


def national(outline: Path) -> dict[str, Any]:
    """The country's feature, before those of its neighbours, of a pack's `outline` (GeoJSON)."""
    return dict(json.loads(outline.read_text(encoding="utf-8"))["features"][0])


def is_tiled(feature: dict[str, Any]) -> bool:
    """Whether the outline is one of tiles."""
    return bool(feature["properties"].get("layout") == TILES)
