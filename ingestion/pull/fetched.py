"""The result of a pull before it is landed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.readers.surveys.consent import Erased

_IDS = ("_uuid", "__id", "instanceID", "rootUuid", "deprecatedID")


def without_erased(rows: list[dict[str, Any]], erased: Erased) -> list[dict[str, Any]]:
    """The submissions that were not erased on request; ids are nested (`meta`) or named by path (`meta/…`)."""
    return [row for row in rows if not any(map(erased, _ids(row)))]


def _ids(row: dict[str, Any]) -> set[str]:
    flat = row | (row["meta"] if isinstance(row.get("meta"), dict) else {})
    named = {name.rsplit("/", 1)[-1]: value for name, value in flat.items()}
    return {str(named[name]).removeprefix("uuid:") for name in _IDS if named.get(name)}


@dataclass(frozen=True)
class Fetched:
    """The complete content, in a private file. ``versions``: submissions by form version.

    ``deleted``: number of submissions deleted on the server; ``erased``: number of received ones erased on request.
    ``state``: what the next pull needs to know.
    """

    file: Path
    submissions: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    deleted: int = 0
    erased: int = 0
    state: dict[str, str] = field(default_factory=dict)
