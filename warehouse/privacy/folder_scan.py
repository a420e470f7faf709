"""Searches whole folders for personal data before they are published."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import duckdb

from warehouse.privacy import database_scan, first_look
from warehouse.privacy.file_texts import NAME_OF_FILE, pieces
from warehouse.privacy.findings import Finding, Known, kinds_in

_REMEMBERED = 1_000_000  # texts


def search(folder: Path, known: Known, own: tuple[str, ...] = (), searched: str = "") -> list[Finding]:
    """The personal data in the files below a folder, each finding once. Raises CannotScan if a file cannot be opened.

    ``own``: subfolders with the project's own code and no data, such as dbt docs. Hashes and dates in code look like
    phones: there only known values of `restricted` are searched for, in the raw text. ``searched``: a DuckDB file below
    the folder whose tables were searched already, so that only its comments are left.
    """
    findings: dict[Finding, None] = {}

    @lru_cache(_REMEMBERED)  # the same cells recur in many files
    def looked(text: str, is_number: bool) -> set[str]:
        return kinds_in(text, known, is_number)

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        if path.suffix == ".duckdb":
            findings |= dict.fromkeys(_in_database(path, name, known, is_searched=name == searched))
            continue
        if Path(name).parts[0] in own:
            kinds = kinds_in(path.read_text(encoding="utf-8", errors="replace"), known, is_own=True)
            findings |= {Finding(name, "texte", kind): None for kind in kinds}
            continue
        texts = first_look.suspects(path, known)
        if texts is not None and not any(looked(*text) for text in texts):
            findings |= {Finding(name, NAME_OF_FILE, kind): None for kind in looked(name, False)}
            continue
        for piece in pieces(path, name):
            for kind in looked(piece.text, piece.is_number):
                findings[Finding(piece.file, _shown(piece.place, known), kind)] = None
    return list(findings)


def _in_database(path: Path, name: str, known: Known, is_searched: bool) -> list[Finding]:
    with duckdb.connect(str(path), read_only=True) as connection:
        # A schema of views alone shows the rows of the tables again.
        schemas = connection.execute(
            "select distinct table_schema from information_schema.tables where table_type = 'BASE TABLE'"
        ).fetchall()
        look = database_scan.search_comments if is_searched else database_scan.search
        return look(connection, name, tuple(schema for (schema,) in schemas), known)


def _shown(place: str, known: Known) -> str:
    """The place of a finding, which may itself hold data of the file, such as JSON keys."""
    return "(place non montrée)" if kinds_in(place, known) else place
