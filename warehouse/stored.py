"""The files of a source's accepted rows, checked by hash: missing or damaged ones are detected."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from ingestion.digest import file_sha256
from warehouse.paths import Workspace


def stored_files(workspace: Workspace, source_id: str) -> dict[str, dict[str, Any]]:
    """By shape, row count and sha256 of the source's file, for the files that exist."""
    files = {}
    for path in sorted(workspace.validated.glob("*/*.parquet")):
        if path.name == f"{source_id}.parquet":
            rows = pq.read_metadata(path).num_rows
            files[path.parent.name] = {"rows": rows, "sha256": file_sha256(path)}
    return files


def damaged_files(workspace: Workspace, source_id: str, stored: dict[str, dict[str, Any]]) -> list[str]:
    """The files that differ from ``stored``: missing, changed or unreadable."""
    return [
        f"validated/{shape}/{source_id}.parquet"
        for shape, known in sorted(stored.items())
        if _sha256(workspace, shape, source_id) != known["sha256"]
    ]


def _sha256(workspace: Workspace, shape: str, source_id: str) -> str | None:
    try:
        return file_sha256(workspace.records(shape, source_id))
    except OSError:
        return None
