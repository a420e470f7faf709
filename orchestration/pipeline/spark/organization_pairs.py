"""Splink on Spark: finds and scores the pairs of organizations' names where they are too many for one machine."""

from __future__ import annotations

import json
import logging
from operator import attrgetter
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf
from splink import Linker

from orchestration.pipeline.spark.splink_api import CompiledSparkAPI
from warehouse.resolution.organizations.candidates import PAIRS, PLAUSIBLE, model, records, thresholds
from warehouse.resolution.organizations.mentions import Mention

# DuckDB's functions in the model and the queries, by their names in Spark.
_NAMES = {
    "len(": "size(",
    "list_intersect(": "array_intersect(",
    "list_has_any(": "arrays_overlap(",
    "jaro_winkler_similarity(": "jaro_winkler(",
    '"': "`",
}
# Splink's own functions for Spark weigh the common beginning of long names less than DuckDB's, which are RapidFuzz's.
_MEASURES = {"jaro_winkler": "JaroWinkler.similarity", "damerau_levenshtein": "DamerauLevenshtein.distance"}


def scored_pairs(mentions: list[Mention], session: SparkSession) -> pd.DataFrame:
    """The same pairs as `candidates.scored_pairs`: left, right (positions, left < right), probability; in order."""
    api = CompiledSparkAPI(session)
    for name, measure in _MEASURES.items():
        session.udf.register(name, _by_rows(measure))
    # By way of Arrow: of a frame Spark takes a missing text for the word « NaN ».
    given = session.createDataFrame(pa.Table.from_pandas(records(mentions)), _COLUMNS)
    given.createOrReplaceTempView("node")
    pairs = session.sql(sqlglot.transpile(PAIRS, read="duckdb", write="spark")[0])
    linker = Linker(api.register(given), _settings(), log_level=logging.ERROR)
    linker.table_management.register_blocked_pairs_for_predict(api.register(pairs.selectExpr("'0' as match_key", "*")))
    scored = linker.inference.predict().physical_name
    plausible = _renamed(PLAUSIBLE.format(scored=scored, review=thresholds().review))
    found: pd.DataFrame = session.sql(plausible).toPandas()
    return found.sort_values(["left", "right"], ignore_index=True)


# Of `candidates.records`: a column that is empty has no type of its own.
_COLUMNS = (
    "position long, context string, is_mention boolean, organization string, base string, squash string,"
    " words array<string>, acronym string, initials string, phone string, listings array<string>, keys array<string>"
)


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(json.dumps(model()["splink"]))
    settings["sql_dialect"] = "spark"
    for rule in settings["blocking_rules_to_generate_predictions"]:
        rule |= {"blocking_rule": _renamed(rule["blocking_rule"]), "sql_dialect": "spark"}
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = _renamed(level["sql_condition"])
    return settings


def _renamed(sql: str) -> str:
    for name, other in _NAMES.items():
        sql = sql.replace(name, other)
    return sql


def _by_rows(measure: str) -> Any:
    """A function of Spark for a measure of `rapidfuzz.distance`, which its workers import by name."""

    def measured(left: str | None, right: str | None) -> float | None:
        from rapidfuzz import distance

        # Spark measures pairs that an earlier condition has already decided; DuckDB compares bytes.
        if left is None or right is None:
            return None
        return float(attrgetter(measure)(distance)(left.encode(), right.encode()))

    return udf(measured, "double")
