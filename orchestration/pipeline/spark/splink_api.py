"""Splink on Spark beside a compiled sqlglot.

Splink 5.0.0 derives a dialect of its own from sqlglot's Spark, to keep literals of doubles out of Spark's decimals; the
compiled classes of sqlglot (`sqlglotc`) cannot be derived from: "interpreted classes cannot inherit from compiled". The
same is done here to the parsed query, and the dialect stays sqlglot's (docs/adr/0033).
"""

from __future__ import annotations

import sqlglot
from pyspark.sql import SparkSession
from splink.backends.spark import SparkAPI
from sqlglot import exp


class CompiledSparkAPI(SparkAPI):
    """Splink's interface to a Spark session, which keeps its tables in the memory of the workers."""

    def __init__(self, session: SparkSession) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            spark_session=session, break_lineage_method="persist", register_udfs_automatically=False
        )

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        return sqlglot.parse_one(sql, dialect="spark").transform(_exact).sql(dialect="spark")


def _exact(node: exp.Expression) -> exp.Expression:
    """A number that is cast to a double, as a text: Spark reads a number of over 38 digits as no decimal."""
    if isinstance(node, exp.Cast) and node.is_type("double") and isinstance(node.this, exp.Literal):
        node.set("this", exp.Literal.string(node.name))
    return node
