"""The registry of sources: the folders with a `source.yml` in the package, the country's pack and MRF_SOURCES."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.country.pack import pack
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError
from ingestion.project import PROJECT

PACKAGE_SOURCES = PROJECT / "ingestion" / "sources"


def roots() -> list[Path]:
    """The folders of source folders: the common ones, the country's, then those of MRF_SOURCES (dir[:dir])."""
    extra = [Path(part) for part in os.environ.get("MRF_SOURCES", "").split(os.pathsep) if part]
    for folder in extra:
        if not folder.is_dir():
            raise DeclarationError(f"MRF_SOURCES : dossier introuvable : {folder}")
    own = pack().sources
    return [PACKAGE_SOURCES, *([own] if own.is_dir() else []), *extra]


def sources() -> dict[str, Source]:
    """All sources, sorted by id. Raises DeclarationError for a wrong or duplicate id."""
    by_id: dict[str, Source] = {}
    for root in roots():
        for path in sorted(root.glob("*/source.yml")):
            if path.parent.name.startswith("_"):
                continue
            source = load(path.parent)
            if source.id in by_id:
                raise DeclarationError(f"id « {source.id} » en double : {by_id[source.id].folder} et {source.folder}")
            by_id[source.id] = source
    return dict(sorted(by_id.items()))


@dataclass(frozen=True)
class Assignment:
    """The landed files of each source; the rest, and those claimed by several sources."""

    files: dict[str, list[Path]]
    unrecognised: list[Path]
    ambiguous: dict[Path, list[str]]


def assign(paths: Iterable[Path], known: dict[str, Source]) -> Assignment:
    """Assigns each file to the source whose name patterns it matches."""
    files: dict[str, list[Path]] = {}
    unrecognised: list[Path] = []
    ambiguous: dict[Path, list[str]] = {}
    for path in sorted(paths):
        claimants = [source.id for source in known.values() if source.claims(path.name)]
        if len(claimants) == 1:
            files.setdefault(claimants[0], []).append(path)
        elif claimants:
            ambiguous[path] = claimants
        else:
            unrecognised.append(path)
    return Assignment(files, unrecognised, ambiguous)
