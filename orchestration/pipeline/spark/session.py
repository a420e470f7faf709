"""A Spark session: a catalog in memory, tables as Parquet below the data root."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

_CONF = Path(__file__).with_name("conf")
# What the figures depend on. With ANSI a cast that fails ends the build, as in DuckDB; else it is null in silence.
_AS_DUCKDB = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}


def start(master: str, tables: Path) -> SparkSession:
    """A session on ``master`` (`local[2]`, `spark://host:7077`) whose tables are written below ``tables``.

    Memory and the like come from `spark-defaults.conf` of SPARK_CONF_DIR, else from ours. Raises what pyspark raises
    if there is no Java or no such master.
    """
    os.environ.setdefault("SPARK_CONF_DIR", str(_CONF))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of the workers, which measure names
    builder = SparkSession.builder.master(master).appName("mrf")
    # No metastore: the tables of one build are of no use to the next.
    settings = {"spark.sql.warehouse.dir": str(tables), "spark.sql.catalogImplementation": "in-memory"}
    for name, value in (_AS_DUCKDB | settings).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def first_words(error: Exception) -> str:
    """An error without the stack of Java below it."""
    text = str(error).partition("\n\tat ")[0]
    return f"{type(error).__name__} : {' '.join(text.split())[:240]}"
