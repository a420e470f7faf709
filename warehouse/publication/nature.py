"""Whether a data root ever held real data: any trace counts, so that a lost file never brings back fictional data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse import state_files
from warehouse.paths import Layout
from warehouse.storage import write_json

# A mark in each of two folders that backups keep; either one is enough.
MARKS = ("state/real.json", "published/.real.json")
PUBLICATION = re.compile(r"\d{8}T\d{6}Z_r[0-9a-f]{8}")
# Written only for real data: fictional data has its own workspace, `demo/`.
_OF_REAL_DATA = (
    "originals", "validated", "rejected", "restricted", "resolved", "parts", "state", "run.parquet", "source.parquet",
)  # fmt: skip
_SET_ASIDE = ("avant_restauration_*", ".restoring", "*.abime-*")


def mark_real(layout: Layout) -> None:
    """Marks the root as holding real data. To be called under the write lock, before readers see any."""
    for name in MARKS:
        if not (layout.root / name).is_file():
            write_json(layout.root / name, {"is_real": True})


def has_traces(layout: Layout) -> bool:
    """Whether anything in a root, or set aside in it by a restore, comes from real data."""
    if any((layout.root / name).exists() for name in MARKS):
        return True
    if any(_holds_files(layout.root / name) for name in _OF_REAL_DATA):
        return True
    if any(_is_real(folder) for folder in _publications(layout)):
        return True
    asides = [path for pattern in _SET_ASIDE for path in layout.root.glob(pattern) if path.is_dir()]
    return any(has_traces(Layout(path)) for path in asides)


def _holds_files(path: Path) -> bool:
    return path.is_file() or any(inner.is_file() for inner in path.rglob("*"))


def _publications(layout: Layout) -> Iterator[Path]:
    for folder in layout.published.glob("*"):
        if PUBLICATION.fullmatch(folder.name) and folder.is_dir() and not (folder / ".unfinished").exists():
            yield folder


def _is_real(folder: Path) -> bool:
    """The nature of a publication by its manifest, else by its file; real if neither can be read."""
    try:
        manifest = state_files.read(folder / "manifest.json", dict)
        if manifest is not None and isinstance(manifest.get("is_demo"), bool):
            return not manifest["is_demo"]
    except state_files.Damaged:
        pass
    return any(_holds_real_rows(path) for path in folder.glob("mrf_*.duckdb"))


def _holds_real_rows(path: Path) -> bool:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("select is_demo from marts.publication_notice").fetchall()
    except duckdb.Error:
        return True
    return not all(is_demo for (is_demo,) in rows)
