"""dbt on Spark, as the command `mrf-dbt-spark`: dbt's own command line, with its inputs brought to Spark before and
its tables brought back into DuckDB's build file after. Its environment is that of `inventory.environment` and `engine`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from orchestration.pipeline.spark import session, tables


def main() -> None:
    """Runs `dbt` with the arguments of the process; exits with 0, 1 if a model failed, 2 if dbt could not run."""
    folder, build = Path(os.environ["MRF_SPARK_FOLDER"]), Path(os.environ["MRF_BUILD_FILE"])
    manifest = json.loads(Path(os.environ["MRF_SPARK_MANIFEST"]).read_bytes())
    spark = session.start(os.environ["MRF_SPARK_MASTER"], folder / "tables")
    try:
        tables.register_inputs(spark, manifest["sources"].values())
        tables.register_seeds(spark, build, folder / "seeds")
        outcome = dbtRunner().invoke(sys.argv[1:])
        if outcome.success:
            nodes = [manifest["nodes"][result.node.unique_id] for result in outcome.result]
            tables.take_back(build, filter(_is_table, nodes), folder / "tables")
    finally:
        spark.stop()
    sys.exit(0 if outcome.success else 2 if outcome.exception else 1)


def _is_table(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["config"]["materialized"] == "table")


if __name__ == "__main__":
    main()
