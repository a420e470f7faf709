"""A publication with many services: the marts of another, multiplied with new ids and new names of structures."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import duckdb

# By mart, the columns whose values each copy has of its own; copy 0 is the publication that was given.
_IDS = ("service_at_location_id", "service_id", "organization_id")
_MULTIPLIED = {
    "service_directory": _IDS,
    "dim_organization": ("organization_id",),
    "secondary_vs_field": ("service_id",),
    "service_quality": ("service_at_location_id",),
    "provenance": ("entity_id",),
}
_NAMES = {"service_directory": "organization_name", "dim_organization": "name"}


def multiply(given: Path, target: Path, services: int) -> Path:
    """Writes into ``target`` a publication of at least ``services`` services made of that of ``given``."""
    target.mkdir(parents=True)
    manifest = json.loads((given / "manifest.json").read_text())
    for name in ("manifest.json", "dictionnaire.json"):
        shutil.copyfile(given / name, target / name)
    with duckdb.connect(str(target / manifest["file"])) as connection:
        connection.execute(f"attach '{given / manifest['file']}' as given (read_only)")
        known = connection.execute("select count(*) from given.marts.service_directory").fetchone()
        assert known is not None
        copies = math.ceil(services / known[0])
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'given'"
        ).fetchall()
        for schema in {schema for schema, _ in tables}:
            connection.execute(f"create schema {schema}")
        for schema, table in tables:
            connection.execute(f"create table {schema}.{table} as {_query(schema, table, copies)}")
    return target


def _query(schema: str, table: str, copies: int) -> str:
    if schema != "marts" or table not in _MULTIPLIED:
        return f"from given.{schema}.{table}"
    own = [_own_id(column) for column in _MULTIPLIED[table]]
    if table in _NAMES:
        name = _NAMES[table]
        own.append(f"case when copy = 0 then {name} else concat({name}, ' ', copy) end as {name}")
    query = f"select * exclude (copy) replace ({', '.join(own)}) from given.marts.{table}, range({copies}) as t(copy)"
    if table == "provenance":  # programmes, opportunities and the like stay as they are
        query += " where copy = 0 or entity in ('service_at_location', 'organization')"
    return query


def _own_id(column: str) -> str:
    new = f"concat(left({column}, 4), left(md5(concat({column}, copy)), 12))"
    return f"case when copy = 0 then {column} else {new} end as {column}"
