"""Rows that a new publication has lost against the current one, by source and by mart.

An unmounted share, a damaged file and a changed filter all look like fewer rows. Above a set percentage a person has to
accept the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

# These shrink legitimately: answers close questions, time closes opportunities, data gets better.
MAY_SHRINK = frozenset({"review_queue", "suppression_log", "data_quality", "opportunity_calendar", "synergies"})


@dataclass(frozen=True)
class Fall:
    """A source or a mart with fewer rows than before."""

    name: str
    before: int
    after: int
    is_mart: bool = False

    def __str__(self) -> str:
        what = "mart" if self.is_mart else "source"
        return f"{what} {self.name} : {self.before} lignes publiées, {self.after} maintenant"


def of_sources(before: Mapping[str, int], after: Mapping[str, int], max_fall: int) -> list[Fall]:
    """The sources whose accepted rows fell by more than ``max_fall`` per cent. By source id, the rows of each."""
    return [
        Fall(name, count, after.get(name, 0))
        for name, count in sorted(before.items())
        if _is_fall(count, after.get(name, 0), max_fall)
    ]


def of_marts(published: Path, build: Path, max_fall: int) -> list[Fall]:
    """The marts of a build that fell by more than ``max_fall`` per cent of those of a published file."""
    before, after = mart_rows(published), mart_rows(build)
    return [
        Fall(name, count, after.get(name, 0), is_mart=True)
        for name, count in sorted(before.items())
        if name not in MAY_SHRINK and _is_fall(count, after.get(name, 0), max_fall)
    ]


def mart_rows(file: Path) -> dict[str, int]:
    """By mart of a DuckDB file, its row count."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
            ).fetchall()
        ]
        return {name: _count(connection, name) for name in names}


def _count(connection: duckdb.DuckDBPyConnection, mart: str) -> int:
    return int(connection.execute(f'select count(*) from marts."{mart}"').fetchall()[0][0])


def _is_fall(before: int, after: int, max_fall: int) -> bool:
    return (before - after) * 100 > max_fall * before
