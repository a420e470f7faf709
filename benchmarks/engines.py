"""Seconds of a run that reads no file again, its models by DuckDB and by Spark. Prints a Markdown row.

    .venv/bin/python benchmarks/engines.py LANDING --as-of 2024-06-30 [--master 'local[2]']

A run with DuckDB prepares a root; then `mrf run --kept --force --data-only` runs with each engine on a copy of it.
Needs the extra `spark` and Java.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from landed import environment


def seconds(root: Path, *arguments: str, **settings: str) -> float:
    """How long the command takes. Raises CalledProcessError if it fails."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "orchestration.commands.mrf", "run", "--data-only", *arguments]
    subprocess.run(command, env=environment(root) | settings, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--master", default="local[2]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared"
        limits = {name: os.environ[name] for name in os.environ if name.startswith("MRF_FILE_")}
        seconds(prepared, "--landing", str(options.landing), "--as-of", options.as_of, **limits)
        figures = []
        for engine in ("duckdb", "spark"):
            root = Path(folder) / engine
            shutil.copytree(prepared, root, symlinks=True)
            again = ("--kept", "--force", "--as-of", options.as_of, "--engine", engine)
            figures.append(seconds(root, *again, MRF_SPARK_MASTER=options.master))
    print(f"| {options.landing.name} | {figures[0]:.0f} | {figures[1]:.0f} | {figures[1] / figures[0]:.1f} |")


if __name__ == "__main__":
    main()
