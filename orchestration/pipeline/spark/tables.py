"""Tables that change engines: seeds and inputs go to Spark before dbt runs there, its tables come back after. All by
Parquet files, which both engines read in place.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

SEEDS = "reference"


def register_inputs(session: SparkSession, sources: Iterable[Mapping[str, Any]]) -> None:
    """Makes the dbt sources known to Spark: ``sources`` are nodes of a manifest, with `schema`, `identifier` and the
    pattern of their files in `meta.external_location`.
    """
    for node in sources:
        pattern = node["meta"]["external_location"].format(name=node["identifier"])
        _register(session, node["schema"], node["identifier"], pattern)


def register_seeds(session: SparkSession, build: Path, folder: Path) -> None:
    """Makes the seeds that DuckDB loaded into ``build`` known to Spark, as Parquet files written to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = "select table_name from duckdb_tables() where schema_name = ?"
    with duckdb.connect(str(build), read_only=True) as connection:
        for (name,) in connection.execute(tables, [SEEDS]).fetchall():
            path = folder / f"{name}.parquet"
            connection.table(f"{SEEDS}.{name}").write_parquet(str(path))
            _register(session, SEEDS, name, str(path))


def _register(session: SparkSession, schema: str, name: str, pattern: str) -> None:
    # Spark passes over files such as `_empty.parquet`, and so finds no columns where a shape has no row.
    columns = from_arrow_schema(pq.read_schema(sorted(glob.glob(pattern))[0]))
    session.sql(f"create schema if not exists {schema}")
    session.catalog.createTable(f"{schema}.{name}", pattern, "parquet", columns)


def take_back(build: Path, models: Iterable[Mapping[str, Any]], folder: Path) -> None:
    """Writes the tables that Spark made into DuckDB's ``build``, with the columns, types and rules of their contracts.

    ``models`` are nodes of a manifest; ``folder`` is the warehouse folder of Spark. Raises duckdb.Error if a table
    lacks a column of its contract or breaks it.
    """
    with duckdb.connect(str(build)) as connection:
        for node in models:
            schema, name, columns = node["schema"], node["alias"], node["columns"].values()
            files = str(folder / f"{schema}.db" / name / "*.parquet")
            named = ", ".join(f'"{column["name"]}"' for column in columns)
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f'create or replace table "{schema}"."{name}" ({", ".join(map(_defined, columns))})')
            connection.execute(f'insert into "{schema}"."{name}" select {named} from read_parquet($1)', [files])


def _defined(column: Mapping[str, Any]) -> str:
    rules = {"not_null": "not null"}
    kept = [rules[constraint["type"]] for constraint in column["constraints"] if constraint["type"] in rules]
    return " ".join((f'"{column["name"]}"', column["data_type"], *kept))
