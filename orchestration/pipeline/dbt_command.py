"""dbt as the command `mrf-dbt`: dbt's own command line, run in the folder of the build file.

dbt parses the whole project again, which takes seven seconds, if the path of the file differs from that of its last
parse. Named without its folder it is the same in every data root, so that all begin with the parse made at set-up.
"""

from __future__ import annotations

import os
from pathlib import Path


def main() -> None:
    """Runs `dbt` with the arguments of the process, in the environment of `dbt_environment.environment`."""
    build = Path(os.environ["MRF_BUILD_FILE"])
    os.environ.setdefault("DBT_PROJECT_DIR", os.getcwd())
    build.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(build.parent)
    os.environ["MRF_BUILD_FILE"] = build.name
    from dbt.cli.main import cli  # takes a second

    cli()
