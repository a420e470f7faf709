"""The Spark session of a build: a catalog in memory, tables in Parquet below the data root."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.sql import SparkSession

# Texts are compared and dates kept as DuckDB does; a failed cast is null, as the models' own `safe_cast` says.
_AS_DUCKDB = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}


def start(master: str, tables: Path) -> SparkSession:
    """A session on ``master`` (`local[2]`, `spark://host:7077`) whose tables are written below ``tables``.

    Other settings come from Spark's own `spark-defaults.conf` (SPARK_CONF_DIR). Raises an error of py4j or Java if there
    is no Java or no such master.
    """
    # One query in Python at a time would leave the cluster idle: dbt sends several, and Spark shares its cores fairly.
    settings = _AS_DUCKDB | _QUIET | {"spark.sql.warehouse.dir": str(tables), "spark.scheduler.mode": "FAIR"}
    settings |= {"spark.sql.catalogImplementation": "in-memory", "spark.sql.shuffle.partitions": "16"}
    builder = SparkSession.builder.master(master).appName("mrf")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel(os.environ.get("MRF_SPARK_LOG", "ERROR"))
    return session
