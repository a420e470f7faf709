"""Searches a DuckDB file: SQL narrows down to the few suspicious texts, Python examines those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import duckdb
import pyarrow as pa

from ingestion.clean.personal import AROUND_PLACE, SUSPECT, find, out_of_context, plain_text
from ingestion.records.shelters import OF_NEIGHBOURS, WITHHELD, is_near
from warehouse.privacy.findings import (
    KNOWN_PHONE,
    KNOWN_POINT,
    NOT_PERMITTED,
    PLACE_OF_SHELTER,
    Finding,
    Known,
    kinds_in,
    phones_in,
    squashed,
)

# The same first filter as in Python; in RE2 word bounds add no speed and compile slowly.
SUSPECT_RE2 = SUSPECT.replace("{0,40}", "*").replace("{1,40}", "+")
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT")
_NAMES_A_PATTERN = 500  # RE2 refuses patterns that grow too large


def search(connection: duckdb.DuckDBPyConnection, file: str, schemas: tuple[str, ...], known: Known) -> list[Finding]:
    """The personal data in the tables of these schemas: texts, comments, and the places of masked services.

    Allowed are phones published with a source's consent, and coordinates of services that are not masked.
    """
    known = replace(known, let_through=let_through(connection, schemas))
    strict = replace(known, public_points=frozenset())  # coordinates belong in their own columns
    kinds = cache(lambda text: kinds_in(text, strict))  # the same ids recur in many tables
    findings = []
    for schema, table in _tables(connection, schemas):
        findings += _table(connection, file, schema, table, known, kinds)
    findings += search_comments(connection, file, schemas, known)
    return findings + _claims_of_unplaced(connection, file, schemas, known)


def let_through(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...]) -> Callable[[], frozenset[str]]:
    """The texts of these tables (squashed) that are not personal but look so out of context, including figures.

    Scans all texts, which takes minutes with a quarter of a million claims: only done once something is found, while
    the connection is open.
    """
    return cache(lambda: _let_through(connection, schemas))


def _let_through(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...]) -> frozenset[str]:
    forms: set[str] = set()
    for schema, table in _tables(connection, schemas):
        full = f'{schema}."{table}"'
        for column, kind, *_ in connection.execute(f"describe {full}").fetchall():
            if kind == "VARCHAR" and column != "public_phone":
                texts = _texts(connection, full, column, "true", Known())
                passed = [text for text in texts if not find(text) and out_of_context(text)]
                forms |= {squashed(form) for text in passed for form in (text, plain_text(text))}
            elif kind in _NUMBERS:
                figures = _figures(connection, full, column)
                forms |= {figure for figure in figures if out_of_context(figure) or out_of_context(f"{int(figure):_}")}
    return frozenset(forms)


def _figures(connection: duckdb.DuckDBPyConnection, full: str, column: str) -> list[str]:
    """The distinct numbers of a column with as many digits as a phone."""
    query = (
        f'select distinct cast(round("{column}") as hugeint)::varchar from {full} where "{column}" between 1e6 and 1e12'
    )
    return [row[0] for row in connection.execute(query).fetchall()]


def _tables(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...]) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables where table_schema in (select unnest(?))"
        " and table_catalog = current_database() order by all",
        [list(schemas)],
    ).fetchall()


def _table(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    schema: str,
    table: str,
    known: Known,
    kinds_of: Callable[[str], set[str]],
) -> list[Finding]:
    full, name = f'{schema}."{table}"', f"{schema}.{table}"
    columns = {row[0]: row[1] for row in connection.execute(f"describe {full}").fetchall()}
    is_long = {"attribute", "value"} <= set(columns)  # one row per value: `attribute` names the column
    findings = []
    for column, kind in columns.items():
        place = f"{name}.{column}"
        if kind == "VARCHAR" and column != "public_phone":
            rest = (
                "attribute is distinct from 'public_phone'" if is_long and column in ("value", "raw_value") else "true"
            )
            texts = _texts(connection, full, column, rest, known)
            findings += [Finding(file, place, kind) for text in texts for kind in kinds_of(text)]
        elif kind == "VARCHAR":
            findings += _unpermitted(connection, file, place, full, column, "true", known)
        elif known.phones and kind in _NUMBERS:
            query = (
                f'select distinct cast("{column}" as bigint)::varchar from {full} where "{column}" between 1e7 and 1e8'
            )
            numbers = {row[0] for row in connection.execute(query).fetchall()}
            findings += [Finding(file, place, KNOWN_PHONE)] if numbers & known.phones else []
    if is_long:
        for column in {"value", "raw_value"} & set(columns):
            findings += _unpermitted(
                connection, file, f"{name}.{column}", full, column, "attribute = 'public_phone'", known
            )
    return list(dict.fromkeys(findings)) + _places(connection, file, name, full, set(columns), is_long, known)


def _texts(connection: duckdb.DuckDBPyConnection, full: str, column: str, rest: str, known: Known) -> list[str]:
    """The distinct texts of a column that match a pattern or a known name."""
    wanted = [f"""regexp_matches(regexp_replace(lower("{column}"), ?, '', 'g'), ?)"""]
    arguments = [AROUND_PLACE, SUSPECT_RE2]
    names = sorted(known.names)
    for start in range(0, len(names), _NAMES_A_PATTERN):
        wanted.append(f"regexp_matches(regexp_replace(strip_accents(lower(\"{column}\")), '[^a-z0-9]+', ' ', 'g'), ?)")
        arguments.append("|".join(names[start : start + _NAMES_A_PATTERN]))
    query = (
        f'select distinct "{column}" from {full} where "{column}" is not null and {rest} and ({" or ".join(wanted)})'
    )
    return [row[0] for row in connection.execute(query, arguments).fetchall()]


def _unpermitted(
    connection: duckdb.DuckDBPyConnection, file: str, place: str, full: str, column: str, rest: str, known: Known
) -> list[Finding]:
    """Published phones without a source's consent, or that are not phones."""
    query = f'select distinct "{column}" from {full} where "{column}" is not null and {rest}'
    phones = [row[0] for row in connection.execute(query).fetchall()]
    wrong = [phone for phone in phones if not phones_in(phone) <= known.public_phones]
    return [Finding(file, place, NOT_PERMITTED)] if wrong else []


def _places(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    name: str,
    full: str,
    columns: set[str],
    is_long: bool,
    known: Known,
) -> list[Finding]:
    """Points of shelters, and columns of a masked row that reveal its place."""
    findings = []
    if {"latitude", "longitude"} <= columns:
        query = f"select distinct latitude::double, longitude::double from {full} where latitude is not null"
        located = connection.execute(query).fetchall()
        rounded = {(round(y, 4), round(x, 4)) for y, x in located if x is not None}
        findings += [Finding(file, f"{name}.latitude", KNOWN_POINT)] if rounded & known.points else []
        if "service_at_location_id" in columns and is_near(located, known.shelters):
            findings.append(Finding(file, f"{name}.latitude", PLACE_OF_SHELTER))
    if is_long and "entity_id" in columns and known.points:
        query = f"""
            select distinct round(try_cast(a.value as double), 4), round(try_cast(b.value as double), 4)
            from {full} as a inner join {full} as b using (entity_id)
            where a.attribute = 'latitude' and b.attribute = 'longitude'
        """
        points = connection.execute(query).fetchall()
        findings += [Finding(file, f"{name}.value", KNOWN_POINT)] if set(points) & known.points else []
    withheld = {"is_masked": WITHHELD} if "is_masked" in columns else {}
    if "service_at_location_id" in columns and known.unplaced:
        connection.register("unplaced", pa.table({"id": sorted(known.unplaced)}))
        withheld["service_at_location_id in (select id from unplaced)"] = OF_NEIGHBOURS
    for rows, names in withheld.items():
        present = [column for column in names if column in columns]
        if not present:
            continue
        counts = ", ".join(f'count("{column}")' for column in present)
        stated = connection.execute(f"select {counts} from {full} where {rows}").fetchall()[0]
        findings += [Finding(file, f"{name}.{c}", PLACE_OF_SHELTER) for c, n in zip(present, stated, strict=True) if n]
    return findings


def _claims_of_unplaced(
    connection: duckdb.DuckDBPyConnection, file: str, schemas: tuple[str, ...], known: Known
) -> list[Finding]:
    """Provenance that reveals the place of a service that the directory withholds."""
    tables = set(_tables(connection, schemas))
    if not {("marts", "provenance"), ("marts", "service_directory")} <= tables:
        return []
    query = """
        select distinct attribute from marts.provenance
        where attribute in (select unnest($1))
            and entity_id in (select service_at_location_id from marts.service_directory where is_masked)
        union
        select distinct attribute from marts.provenance
        where attribute in (select unnest($2)) and entity_id in (select unnest($3))
    """
    parameters = [list(WITHHELD), list(OF_NEIGHBOURS), sorted(known.unplaced)]
    attributes = connection.execute(query, parameters).fetchall()
    return [Finding(file, f"marts.provenance, attribut {name}", PLACE_OF_SHELTER) for (name,) in attributes]


def search_comments(
    connection: duckdb.DuckDBPyConnection, file: str, schemas: tuple[str, ...], known: Known
) -> list[Finding]:
    """The personal data in the comments of these schemas' tables and columns."""
    query = """
        select table_name, comment from duckdb_tables() where comment is not null and schema_name in (select unnest($1))
        union all
        select table_name || '.' || column_name, comment from duckdb_columns()
        where comment is not null and schema_name in (select unnest($1))
    """
    rows = connection.execute(query, [list(schemas)]).fetchall()
    return [Finding(file, f"commentaire de {name}", kind) for name, text in rows for kind in kinds_in(text, known)]
