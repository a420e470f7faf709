"""From which columns of other tables each column of a model comes, read from the SQL that dbt ran.

`sqlglot.lineage` walks the whole query again for each column: a minute for all models. Here each column of a common
table expression is looked up once, which takes a second or two.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

Origin = tuple[str, str]  # table and column
Lineage = dict[str, list[Origin]]


def schema_of(columns: dict[str, dict[str, dict[str, str]]]) -> MappingSchema:
    """What `of` asks of the tables: by schema and table, the columns and their types."""
    return MappingSchema(dict[str, object](columns), dialect="duckdb")


def of(code: str, schema: MappingSchema) -> Lineage:
    """By column of a query, the columns of tables that it is made of; nothing for SQL that is not understood."""
    try:
        tree = qualify(sqlglot.parse_one(code, dialect="duckdb"), schema=schema, dialect="duckdb")
        scope = build_scope(tree)
    except SqlglotError:
        return {}
    if scope is None:
        return {}
    known: dict[tuple[int, str], set[Origin]] = {}
    names = [column.alias_or_name for column in _selects(scope)]
    return {name: sorted(_origins(scope, name, known)) for name in names}


def _origins(scope: Scope, name: str, known: dict[tuple[int, str], set[Origin]]) -> set[Origin]:
    key = (id(scope), name)
    if key not in known:
        known[key] = set()  # a recursive expression does not come from itself
        known[key] = _looked_up(scope, name, known)
    return known[key]


def _looked_up(scope: Scope, name: str, known: dict[tuple[int, str], set[Origin]]) -> set[Origin]:
    place = next((i for i, one in enumerate(_selects(scope)) if one.alias_or_name == name), None)
    if place is None:
        return set()
    if scope.set_operation_scopes:
        parts = ((part, _selects(part)[place].alias_or_name) for part in scope.set_operation_scopes)
        return set().union(*(_origins(part, column, known) for part, column in parts))
    sources = {alias: source for one in (scope, *scope.subquery_scopes) for alias, source in one.sources.items()}
    found: set[Origin] = set()
    for column in _selects(scope)[place].find_all(exp.Column):
        source = sources.get(column.table)
        if isinstance(source, Scope):
            found |= _origins(source, column.name, known)
        elif isinstance(source, exp.Table):
            found.add((source.name, column.name))
    return found


def _selects(scope: Scope) -> list[exp.Expr]:
    query = scope.expression
    return list(query.selects) if isinstance(query, exp.Query) else []
