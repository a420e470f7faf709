"""The fate of the accepted records of each source in a publication."""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.french import count as number
from warehouse.reading.labels import LABELS

PUBLISHED = "published"


def by_source(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """By source, the number of records per fate; answers of persons are not counted."""
    counts: dict[str, dict[str, int]] = {}
    query = "select source_id, fate, count(*) from marts.record_fate group by all order by all"
    for source_id, fate, count in connection.execute(query).fetchall():
        counts.setdefault(source_id, {})[fate] = count
    return counts


def others(fates: dict[str, int]) -> str:
    """The fates of unpublished records, in words: « Sans lieu 3, Déjà compté 12 »."""
    return ", ".join(f"{LABELS['fate'][fate]} {number(count)}" for fate, count in fates.items() if fate != PUBLISHED)


def of_manifest(manifest: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The fates in a manifest; none in those of earlier versions."""
    fates: dict[str, dict[str, int]] = manifest.get("fates", {})
    return fates
