"""dbt on Spark, as the command `mrf-dbt-spark`: dbt's own command line, with its inputs brought to Spark before and
its tables brought back into DuckDB's build file after. Its environment is that of `dbt_environment` and `engine`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.pipeline.engine import FAILURE
from orchestration.pipeline.spark import session, tables


def main() -> None:
    """Runs `dbt` with the arguments of the process; exits with 0, 1 if a model failed, 2 if it could not run.

    What is raised besides goes to the file of `engine.failure`: of Spark's hundred lines a run shows one.
    """
    folder = Path(os.environ["MRF_SPARK_FOLDER"])
    try:
        outcome = _build(folder, Path(os.environ["MRF_BUILD_FILE"]))
    except Exception as error:  # of Spark, Java and DuckDB
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FAILURE).write_text(session.first_words(error), encoding="utf-8")
        raise
    sys.exit(0 if outcome.success else 2 if outcome.exception else 1)


def _build(folder: Path, build: Path) -> dbtRunnerResult:
    manifest = json.loads(Path(os.environ["MRF_SPARK_MANIFEST"]).read_bytes())
    spark = session.start(os.environ["MRF_SPARK_MASTER"], folder / "tables")
    try:
        tables.register_inputs(spark, manifest["sources"].values())
        tables.register_seeds(spark, build, folder / "seeds")
        outcome = dbtRunner().invoke(sys.argv[1:])
        if outcome.success:
            tables.take_back(build, _tables(manifest, outcome), folder / "tables")
    finally:
        spark.stop()
    return outcome


def _tables(manifest: Mapping[str, Any], outcome: dbtRunnerResult) -> list[dict[str, Any]]:
    """The nodes of the tables that dbt made."""
    assert isinstance(outcome.result, RunExecutionResult)
    nodes = [manifest["nodes"][result.node.unique_id] for result in outcome.result.results]
    return [node for node in nodes if node["config"]["materialized"] == "table"]


if __name__ == "__main__":
    main()
