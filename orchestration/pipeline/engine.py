"""What builds the models: DuckDB in one process, or Spark on one machine or many."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from orchestration.settings import SPARK, settings_of_engine
from warehouse.paths import Layout
from warehouse.plain_path import plain

FAILURE = "failure.txt"


class EngineMissing(Exception):
    """The engine cannot be used here; the message says what to install."""


def is_spark() -> bool:
    """Whether the models are built by Spark. Raises SettingError."""
    return settings_of_engine()[0] == SPARK


def check() -> None:
    """Raises EngineMissing if the chosen engine is not installed, SettingError if there is no such engine."""
    if not is_spark():
        return
    if importlib.util.find_spec("pyspark") is None:
        raise EngineMissing("MRF_ENGINE=spark : il faut l’extra « spark » : pip install '.[spark]'")
    home = os.environ.get("JAVA_HOME", "")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise EngineMissing(
            "MRF_ENGINE=spark : Java 17 ou 21 est introuvable (ni « java » dans PATH, ni JAVA_HOME) :"
            " apt-get install openjdk-17-jre-headless"
        )


def folder(layout: Layout) -> Path:
    """Where Spark keeps the tables of a build until they are in DuckDB's file."""
    return plain(layout.root) / "build" / "spark"


def target(layout: Layout) -> Path:
    """Where dbt on Spark writes its artifacts: its manifest differs from that of DuckDB."""
    return layout.dbt_target.with_name("dbt_spark")


def failure(layout: Layout) -> str:
    """Why Spark could not build at all, "" if it could: a model that fails is told by dbt."""
    path = folder(layout) / FAILURE
    return path.read_text(encoding="utf-8") if path.exists() else ""


def spark_environment(layout: Layout) -> dict[str, str]:
    """What `mrf-dbt-spark` reads besides `dbt_environment.environment`, which dbt on DuckDB has read just before."""
    return {
        "MRF_SPARK_MASTER": settings_of_engine()[1],
        "MRF_SPARK_FOLDER": str(folder(layout)),
        "MRF_SPARK_MANIFEST": str(layout.dbt_target / "manifest.json"),
    }
