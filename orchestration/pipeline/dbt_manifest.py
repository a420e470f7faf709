"""dbt's manifest with the compiled queries of its tests, parsed again only if the dbt project changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ingestion.country import pack
from ingestion.digest import file_sha256
from orchestration.pipeline.dbt_environment import environment, installed_seeds
from warehouse.parameter_texts import with_parameters, write_seeds
from warehouse.paths import DBT_PROJECT, Layout
from warehouse.state_files import Damaged
from warehouse.storage import copy_atomically, read_json, tree_hash, write_atomically, write_json

# The dbt of this environment, whether or not its folder is on PATH.
DBT = Path(sys.executable).with_name("mrf-dbt")
DBT_ON_SPARK = DBT.with_name("mrf-dbt-spark")
# The group of Dagster that holds the tables of a schema.
GROUPS = {"reference": "referentiels", "staging": "preparation", "intermediate": "calculs", "marts": "marts"}

# The parse made by `make`, which every new data root starts with.
INSTALLED = DBT_PROJECT / "target" / pack.iso3()
_STAMP = "parsed.json"
_PARTIAL_PARSE = "partial_parse.msgpack"  # dbt's own, from which it parses what changed since


_parsing: dict[Path, subprocess.Popen[str]] = {}


def manifest_path(layout: Layout) -> Path:
    """The manifest of the project as it is now: this root's, else the one made at set-up, else a new one.

    Raises RuntimeError with dbt's output if the project does not parse.
    """
    if _is_current(_kept(layout)):
        return _kept(layout) / "manifest.json"
    if _is_current(INSTALLED):
        return INSTALLED / "manifest.json"
    start_parsing(layout)
    finish_parsing(layout)
    return layout.dbt_target / "manifest.json"


def read(path: Path) -> dict[str, Any]:
    """A manifest whose descriptions contain the values of the parameters that they name."""
    manifest: dict[str, Any] = read_json(path)
    for node in (*manifest["nodes"].values(), *manifest.get("exposures", {}).values()):
        for described in (node, *node.get("columns", {}).values()):
            for key in ("description", "label"):
                if text := described.get(key):
                    described[key] = with_parameters(text, node["name"])
    return manifest


def start_parsing(layout: Layout) -> None:
    """Gives this root a current parse of the project: its own, else the one made at set-up, else a new one, which
    dbt makes in the background while a run reads its sources.
    """
    if layout.root in _parsing or _is_current(_kept(layout)):
        return
    if _is_current(INSTALLED) and (INSTALLED / _PARTIAL_PARSE).is_file():
        _take_installed(layout)
        return
    layout.dbt_target.mkdir(parents=True, exist_ok=True)
    command = [str(DBT), "--quiet", "--no-use-colors", "--log-level-file", "error", "--no-populate-cache"]
    # Models are compiled as they are built; the queries of the tests are kept with the parse (see dbt_rules).
    # Whole: a partial parse after the other workspace's build loses what _tests.yml says of the tests (dbt 1.11).
    command += ["compile", "--no-partial-parse", "--no-introspect", "--select", "resource_type:test"]
    command += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    # The workspace is a guess: if the build uses the other one, dbt only reads its sources again.
    variables = os.environ | environment(layout, is_demo=not any(layout.landing.glob("*")))
    _parsing[layout.root] = subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _take_installed(layout: Layout) -> None:
    copy_atomically(INSTALLED / _PARTIAL_PARSE, layout.dbt_target / _PARTIAL_PARSE)
    for name in ("manifest.json", _STAMP):
        copy_atomically(INSTALLED / name, _kept(layout) / name)


def finish_parsing(layout: Layout) -> None:
    """Waits for the parser, if it was started. Raises RuntimeError with dbt's output if it failed."""
    parsing = _parsing.pop(layout.root, None)
    if parsing is None:
        return
    output, _ = parsing.communicate()
    if parsing.returncode:
        raise RuntimeError(f"Le projet dbt ne se lit pas :\n{output}")
    _keep(layout)


def _kept(layout: Layout) -> Path:
    """A copy of the manifest: dbt rewrites its own in place at each build, so a kill may truncate it."""
    return layout.dbt_target / "parsed"


def _keep(layout: Layout) -> None:
    text = (layout.dbt_target / "manifest.json").read_bytes()
    try:
        json.loads(text)
    except ValueError:  # another process is parsing here too: the next run keeps the result
        return
    write_atomically(_kept(layout) / "manifest.json", text)
    write_json(_kept(layout) / _STAMP, _stamp(_kept(layout)))


def install() -> None:
    """Parses once at set-up, so that the first run of a data root does not have to."""
    if _is_current(INSTALLED):
        return
    write_seeds(installed_seeds())
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder).resolve())
        start_parsing(layout)
        finish_parsing(layout)
        copy_atomically(layout.dbt_target / _PARTIAL_PARSE, INSTALLED / _PARTIAL_PARSE)
        for name in ("manifest.json", _STAMP):
            copy_atomically(_kept(layout) / name, INSTALLED / name)


def _is_current(folder: Path) -> bool:
    try:
        return (folder / "manifest.json").is_file() and read_json(folder / _STAMP) == _stamp(folder)
    except Damaged:
        return False


def _stamp(folder: Path) -> dict[str, str]:
    """What was parsed, and what came of it: a manifest that was damaged since is none."""
    return _project() | {"manifest": file_sha256(folder / "manifest.json"), "parse": "whole"}


def _project() -> dict[str, str]:
    parts = [DBT_PROJECT / name for name in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")]
    used = pack.pack()
    parts += [used.seeds, used.folder / "country.yml"]
    return {"hash": tree_hash(parts, (".sql", ".yml", ".csv", ".md")), "country": used.iso3}
