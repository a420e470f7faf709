"""Model SQL runs on DuckDB and on Spark: every compiled model is read in both dialects, and nothing only DuckDB knows is left.

sqlglot alone is too kind: reading Spark it also takes much that Spark refuses (`::`, `qualify`, `string_agg`…). So the
words as written are held against Spark's own list of functions, and its missing clauses are named here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from sqlglot import exp, parse_one
from sqlglot.dialects import Spark
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from orchestration.pipeline.dbt_environment import environment
from warehouse.paths import Layout

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_project"
FUNCTIONS = set((Path(__file__).parent / "spark_functions.txt").read_text().splitlines()[1:])
# Words that stand before a parenthesis without being functions.
_WORDS = """
    all any as by case cast distinct else except exists extract filter from having in intersect join lateral on over
    partition select then try_cast union using values when where window with within
"""
SYNTAX = set(_WORDS.split())
NOT_IN_SPARK = {
    exp.Qualify: "qualify",
    exp.Columns: "columns(*)",
}
PREDICATES = (exp.EQ, exp.NEQ, exp.In, exp.Like, exp.Between, exp.Is, exp.LT, exp.LTE, exp.GT, exp.GTE)
TARGETS = {"duckdb": "build", "spark": "spark"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By dialect, the SQL of each model and test that dbt compiles; both at once, no engine running."""
    folder = tmp_path_factory.mktemp("compiled")
    # dbt-spark only asks whether pyspark can be imported; with `--no-introspect` it never uses it.
    (folder / "modules").mkdir()
    (folder / "modules" / "pyspark.py").touch()
    variables = os.environ | environment(Layout(folder), is_demo=False) | {"PYTHONPATH": str(folder / "modules")}
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors", "--log-level-file", "none"]
    command += ["--no-populate-cache", "compile", "--no-introspect", "--project-dir", str(DBT_PROJECT)]
    running = {
        dialect: subprocess.Popen(
            [*command, "--profiles-dir", DBT_PROJECT, "--target", target, "--target-path", folder / dialect],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for dialect, target in TARGETS.items()
    }
    for process in running.values():
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
    return {
        dialect: {path.name: path.read_text() for path in (folder / dialect / "compiled").rglob("*.sql")}
        for dialect in TARGETS
    }


def faults(sql: str) -> list[str]:
    """What Spark would not understand of it."""
    try:
        tree = parse_one(sql, read="spark")
        tokens = Spark().tokenize(sql)
    except SqlglotError as error:
        return [str(error)]
    words = [token.text.lower() for token in tokens]
    pairs = list(zip([None, *tokens], tokens, strict=False))
    return [
        *(f"{word}() is no function of Spark" for word in _called(tokens) if word not in FUNCTIONS),
        *(f"{name} is not Spark's" for kind, name in NOT_IN_SPARK.items() if tree.find(kind)),
        *(":: is not Spark's" for token in tokens if token.token_type is TokenType.DCOLON),
        *("a text type without length is `string`" for word in words if word in ("varchar", "char", "text")),
        *("`from` without `select`" for before, token in pairs if _begins(before) and token.token_type is TokenType.FROM),
        *("select * exclude or replace" for star in tree.find_all(exp.Star) if star.args.get("except_") or star.args.get("replace")),
        *("distinct on" for distinct in tree.find_all(exp.Distinct) if distinct.args.get("on")),
        *("a predicate in a predicate wants parentheses" for inner in tree.find_all(*PREDICATES) if type(inner.parent) in PREDICATES),
        *("asof join" for join in tree.find_all(exp.Join) if join.method),
        *("[…] as a list" for before, token in pairs if _opens_list(before, token)),
    ]  # fmt: skip


def _called(tokens: list[Token]) -> list[str]:
    """The names directly before a parenthesis."""
    followed = pairwise(tokens)
    names = [a.text.lower() for a, b in followed if b.token_type is TokenType.L_PAREN and a.text.isidentifier()]
    return [name for name in names if name not in SYNTAX]


def _begins(before: Token | None) -> bool:
    return before is None or before.token_type is TokenType.L_PAREN


def _opens_list(before: Token | None, token: Token) -> bool:
    """A bracket that does not follow a name or another bracket's end is a literal of DuckDB."""
    return token.token_type is TokenType.L_BRACKET and not (
        before and (before.text.isidentifier() or before.text in ")]") and before.token_type is not TokenType.SELECT
    )


def test_every_model_is_compiled_for_both(compiled: dict[str, dict[str, str]]) -> None:
    models = {path.name for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert models <= set(compiled["duckdb"])
    assert set(compiled["duckdb"]) == set(compiled["spark"])


def test_every_model_reads_as_duckdb(compiled: dict[str, dict[str, str]]) -> None:
    for sql in compiled["duckdb"].values():
        parse_one(sql, read="duckdb")


def test_every_model_reads_as_spark(compiled: dict[str, dict[str, str]]) -> None:
    wrong = {name: found for name, sql in compiled["spark"].items() if (found := faults(sql))}
    assert wrong == {}, "put what differs into macros/portable.sql"


@pytest.mark.parametrize(
    "sql",
    [
        "from needs",
        "select * from (from needs)",
        "select people::bigint from needs",
        "select * exclude (people) from needs",
        "select distinct on (zone_code) people from needs",
        "select people from needs qualify row_number() over (order by people) = 1",
        "select string_agg(zone_code, ';') from needs",
        "select unnest(string_split(zone_code, ';')) from needs",
        "select list_sort([1, 2])",
        "select [1, 2]",
        "select {'a': 1}",
        "select cast(people as varchar) from needs",
        "select * from needs where zone_code like '%\\_%' escape '\\'",
        "select people // 2 from needs",
        "select * from needs where zone_code ~ 'Z_'",
        "select date_diff('day', period, period), strftime(period, '%Y') from needs",
        "select * from needs asof join needs as n on needs.period >= n.period",
        "select epoch(period) from needs",
        "select zone_code in ('Z_GAO') <> period in ('2024') from needs",
    ],
)
def test_what_only_duckdb_knows_is_found(sql: str) -> None:
    assert faults(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "with n as (select 1 as a) select a, sum(a) over (partition by a) from n where a in (1, 2) group by 1",
        "select extract(year from period), position('a' in zone_code), items[0] from needs",
        "select count(*) filter (where people > 1) from needs having count(*) > 1",
        "select * from needs where zone_code is distinct from 'Z_GAO' and exists (select 1)",
    ],
)
def test_what_both_know_is_let_through(sql: str) -> None:
    assert faults(sql) == []
