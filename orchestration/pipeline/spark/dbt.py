"""dbt on Spark, as the command `mrf-dbt-spark`: dbt's own command line, between the way of its inputs into Spark and
that of its tables back into DuckDB's build file. It expects what `inventory.environment` and `spark_environment` set.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from orchestration.pipeline.spark import session, tables


def main() -> None:
    """Runs `dbt` with the arguments of the process on MRF_SPARK_MASTER; exits as dbt does, with 2 if Spark failed."""
    folder, build = Path(os.environ["MRF_SPARK_FOLDER"]), Path(os.environ["MRF_BUILD_FILE"])
    with open(os.environ["MRF_SPARK_MANIFEST"], encoding="utf-8") as file:
        manifest = json.load(file)
    spark = session.start(os.environ["MRF_SPARK_MASTER"], folder / "tables")
    try:
        tables.register_inputs(spark, manifest["sources"].values())
        tables.register_seeds(spark, build, folder / "seeds")
        done = dbtRunner().invoke(sys.argv[1:])
        if done.success:
            made = {str(result.node.unique_id) for result in done.result if str(result.status) == "success"}
            models = (manifest["nodes"][name] for name in made)
            tables.take_back(build, [node for node in models if _is_table(node)], folder / "tables")
    finally:
        spark.stop()
    sys.exit(0 if done.success else 2 if done.exception else 1)


def _is_table(node: dict) -> bool:
    return node["resource_type"] == "model" and node["config"]["materialized"] == "table"


if __name__ == "__main__":
    main()
