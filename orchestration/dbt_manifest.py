"""dbt's manifest, parsed only when the dbt project changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.inventory import environment
from warehouse.layout import DBT_PROJECT, Layout, read_json, tree_hash, write_json

# dbt of this very environment, whether or not its folder is on PATH.
DBT = Path(sys.executable).with_name("dbt")

# The parse that `make` leaves in the project, so that a new data root starts with it.
INSTALLED = DBT_PROJECT / "target"
_FILES = ("manifest.json", "partial_parse.msgpack")
_STAMP = "parsed.json"


def manifest_path(layout: Layout) -> Path:
    """The manifest of the project as it is now; parses where it is missing or out of date.

    Raises RuntimeError with dbt's own words where the project does not parse.
    """
    if (parsing := start_parsing(layout)) is not None:
        finish_parsing(layout, parsing)
    return layout.dbt_target / "manifest.json"


def start_parsing(layout: Layout) -> subprocess.Popen[str] | None:
    """Starts dbt's parser beside this process where the project changed; the command imports Dagster meanwhile."""
    if _is_current(layout.dbt_target):
        return None
    layout.dbt_target.mkdir(parents=True, exist_ok=True)
    if _is_current(INSTALLED):
        for name in (*_FILES, _STAMP):
            shutil.copyfile(INSTALLED / name, layout.dbt_target / name)
        return None
    command = [
        str(DBT),
        "--quiet",
        "--no-use-colors",
        "parse",
        "--project-dir",
        str(DBT_PROJECT),
        "--profiles-dir",
        str(DBT_PROJECT),
    ]
    # A guess of the workspace: dbt only reads its sources again where the build names the other one.
    is_demo = not any(layout.landing.glob("*"))
    variables = os.environ | environment(layout, is_demo)
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish_parsing(layout: Layout, parsing: subprocess.Popen[str]) -> None:
    """Waits for the parser. Raises RuntimeError with dbt's own words where the project does not parse."""
    told, _ = parsing.communicate()
    if parsing.returncode:
        raise RuntimeError(f"Le projet dbt ne se lit pas :\n{told}")
    write_json(layout.dbt_target / _STAMP, _project())


def install() -> None:
    """Parses once at set-up, so that the first run of a data root need not."""
    layout = Layout.from_environment()
    path = manifest_path(layout)
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in (*_FILES, _STAMP):
        shutil.copyfile(path.parent / name, INSTALLED / name)


def _is_current(folder: Path) -> bool:
    return all((folder / name).exists() for name in _FILES) and read_json(folder / _STAMP) == _project()


def _project() -> dict[str, str]:
    parts = [DBT_PROJECT / name for name in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")]
    return {"hash": tree_hash(parts, (".sql", ".yml", ".csv"))}
