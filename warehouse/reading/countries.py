"""Several countries read together: the marts of one publication each in one file, with a column `country`.

Rows are copied as they were published: what is suppressed or withheld there is so here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.country.pack import DEFAULT
from warehouse import pages
from warehouse.paths import Layout
from warehouse.plain_path import for_duckdb
from warehouse.publication import publish
from warehouse.storage import atomic_path

FILE, PAGE = "comparaison.duckdb", "comparaison.html"
_ZONES = """
    with known as (
        select country, zone_code,
            count(*) as services,
            count(*) filter (where operational_state = 'operational') as operational,
            count(distinct organization_id) as organizations
        from marts.service_directory where zone_code is not null and not is_out_of_scope group by all
    ),

    grid as (
        select country, zone_code,
            count(*) filter (where is_surveyed) / count(*) as surveyed,
            count(*) filter (where gap_class = 'G4') as without_service
        from marts.service_gap
        where reading = 'HISTORICAL' and population_group_code = 'MIG_RET'
            and (country, month) in (select (country, max(month)) from marts.service_gap group by country)
        group by all
    )

    select
        zones.country, zones.zone_code, zones.name_fr as name, coalesce(services, 0) as services,
        coalesce(operational, 0) as operational, coalesce(organizations, 0) as organizations, surveyed, without_service
    from (select distinct country, zone_code, name_fr from marts.dim_zone) as zones
    left join known using (country, zone_code)
    left join grid using (country, zone_code)
    order by zones.country, zones.zone_code
"""


class NotComparable(Exception):
    """Publications that cannot be read together; says which, and why."""


@dataclass(frozen=True)
class Publication:
    """The current publication of a root."""

    country: str
    file: Path
    manifest: dict[str, Any]


def publications(roots: list[Path]) -> list[Publication]:
    """The current publication of each root. Raises NotComparable for two of a country, or invented beside real ones."""
    by_country: dict[str, Publication] = {}
    for root in roots:
        layout = Layout(root.resolve())
        try:
            file = publish.current_file(layout)
        except FileNotFoundError as error:
            raise NotComparable(str(error)) from error
        country = layout.country.read_text(encoding="utf-8").strip() if layout.country.exists() else DEFAULT
        if country in by_country:
            raise NotComparable(f"{root} et {by_country[country].file} : deux publications de « {country} »")
        manifest = publish.manifest_of(layout, str(file.relative_to(layout.published)))
        by_country[country] = Publication(country, file, manifest)
    if len({one.manifest["is_demo"] for one in by_country.values()}) > 1:
        raise NotComparable("exemples fictifs et données réelles ne se lisent pas ensemble")
    return list(by_country.values())


def write(folder: Path, read: list[Publication]) -> list[Path]:
    """Writes the file and the page of zones side by side. Raises NotComparable if a mart differs in its columns."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    with atomic_path(target) as made, duckdb.connect(for_duckdb(made)) as connection:
        _unite(connection, read)
        if failed := [name for name, rows in _checks(connection, read).items() if rows]:
            raise NotComparable(f"contrôles non tenus : {', '.join(failed)}")
        cursor = connection.execute(_ZONES)
        names = [column[0] for column in cursor.description or []]
        zones = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    page = pages.write(
        folder / PAGE,
        "countries.html",
        title="Zones de plusieurs pays, côte à côte",
        notice=read[0].manifest["notice"] or "",
        publication=", ".join(one.file.parent.name for one in read),
        as_of=", ".join(f"{one.country.upper()} {one.manifest['as_of']}" for one in read),
        zones=zones,
    )
    return [target, page]


def _unite(connection: duckdb.DuckDBPyConnection, read: list[Publication]) -> None:
    columns: dict[str, dict[str, list[tuple[str, str]]]] = {}
    connection.execute("create schema marts")
    for one in read:
        connection.execute(f"attach '{for_duckdb(one.file)}' as {one.country} (read_only)")
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_catalog = ? and table_schema = 'marts' order by table_name, ordinal_position",
            [one.country],
        ).fetchall():
            columns.setdefault(table, {}).setdefault(one.country, []).append((column, kind))
    for table, by_country in columns.items():
        if len(by_country) < len(read) or len({tuple(listed) for listed in by_country.values()}) > 1:
            raise NotComparable(f"marts.{table} n’a pas les mêmes colonnes partout : publier avec la même version")
        union = " union all ".join(
            f"select '{one.country.upper()}' as country, * from {one.country}.marts.\"{table}\"" for one in read
        )
        connection.execute(f'create table marts."{table}" as {union}')


def _checks(connection: duckdb.DuckDBPyConnection, read: list[Publication]) -> dict[str, int]:
    """By check, the number of rows that fail it: nothing lost, nothing added, nothing less withheld."""
    failed: dict[str, int] = {}
    tables = connection.execute("select table_name from duckdb_tables() where database_name not in (select unnest(?)) "
                                "and schema_name = 'marts'", [[one.country for one in read]]).fetchall()  # fmt: skip
    for (table,) in tables:
        for one in read:
            query = f"(from marts.\"{table}\" select * exclude (country) where country = '{one.country.upper()}')"
            own = f'(from {one.country}.marts."{table}")'
            for name, left, right in (("perdues", own, query), ("ajoutées", query, own)):
                count = connection.execute(f"select count(*) from ({left} except all {right})").fetchone()
                failed[f"lignes {name} de {table}, {one.country}"] = int(count[0]) if count else 0
    return failed
