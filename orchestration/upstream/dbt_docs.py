"""The dbt docs of a build as one page that loads nothing and shows no path of the machine.

`dbt docs generate --static` would start dbt a second time (7 s) to write the same page: two JSON texts inserted into a
page that dbt-core carries. Both are at hand: the manifest of the build and the columns of its file.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from ingestion.country.words import worded
from orchestration.pipeline import dbt_manifest
from orchestration.settings import owners
from warehouse.paths import PROJECT, Layout
from warehouse.storage import write_atomically

_PACKAGE = "mrf"
# Keys removed from the page: paths of this machine.
_PATHS = ("root_path", "build_path", "compiled_path")
_BACK = (
    '<a href="../index.html" style="position:fixed;right:1rem;bottom:1rem;z-index:99;padding:.4rem .8rem;'
    'background:#fff;border:1px solid #0b4f8a;border-radius:4px;color:#0b4f8a">← Portail</a>'
)
_TABLE_TYPES = {"BASE TABLE": "table", "VIEW": "vue"}


def build(layout: Layout, target: Path, title: str, notice: str) -> Path:
    """Writes the page of the current build and returns its path. Raises RuntimeError if dbt's page has changed."""
    manifest = _manifest(dbt_manifest.read(layout.dbt_target / "manifest.json"), notice)
    page = files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    page = _replaced(page, '"MANIFEST.JSON INLINE DATA"', _inline(manifest, layout))
    page = _replaced(page, '"CATALOG.JSON INLINE DATA"', _inline(_catalog(layout.build_file, manifest), layout))
    page = _replaced(page, "<title>dbt Docs</title>", f"<title>{title}</title>")
    page = _replaced(page, 'lang="en-US"', 'lang="fr"')
    page = _replaced(page, "<body>", f"<body>{_BACK}")
    page = re.sub(r'"//[a-z0-9]+\.cloudfront\.net/[^"]+"', '""', page)  # dbt's visit counter, switched off but named
    write_atomically(target, page.encode())
    return target


def _replaced(page: str, mark: str, text: str) -> str:
    if mark not in page:
        raise RuntimeError(f"page de dbt docs inattendue : {mark} n’y est pas")
    return page.replace(mark, text)


def _inline(content: dict[str, Any], layout: Layout) -> str:
    """JSON for a script element of a page, with paths relative to the data root and to the project."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return text.replace(f"{layout.root}/", "").replace(f"{PROJECT}/", "")


def _manifest(manifest: dict[str, Any], notice: str) -> dict[str, Any]:
    """The parts of the manifest that the page reads: this project's own macros, and the notice in each description."""
    kept = {name: macro for name, macro in manifest["macros"].items() if macro["package_name"] == _PACKAGE}
    for node in manifest["nodes"].values():
        for name in _PATHS:
            node.pop(name, None)
        if "macros" in node.get("depends_on", {}):
            node["depends_on"]["macros"] = [name for name in node["depends_on"]["macros"] if name in kept]
        if node["resource_type"] in ("model", "seed"):
            node["description"] = " — ".join(part for part in (notice, node["description"]) if part)
    for macro in kept.values():
        macro["depends_on"]["macros"] = [name for name in macro["depends_on"]["macros"] if name in kept]
    overview = manifest["docs"][f"doc.{_PACKAGE}.__overview__"]
    overview["block_contents"] = worded(overview["block_contents"])
    if notice:
        overview["block_contents"] = f"**{notice}**\n\n{overview['block_contents']}"
    # The rows of unit tests are nobody's data, and readers might take them for some.
    manifest = manifest | {"unit_tests": {}}
    return manifest | {"macros": kept, "docs": {overview["unique_id"]: overview}}


def _catalog(build_file: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """dbt's catalog of the build: tables, columns and rows."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, 'BASE TABLE', estimated_size from duckdb_tables() where not internal"
            " union all select schema_name, view_name, 'VIEW', null from duckdb_views() where not internal"
        ).fetchall()
        columns: dict[tuple[str, str], dict[str, Any]] = {}
        for schema, table, column, kind, index in connection.execute(
            "select schema_name, table_name, column_name, data_type, column_index from duckdb_columns()"
            " where not internal order by all"
        ).fetchall():
            described = {"type": kind, "index": index, "name": column, "comment": None}
            columns.setdefault((schema, table), {})[column] = described
    ids = {(n["schema"], n["alias"]): key for key, n in manifest["nodes"].items() if n["resource_type"] != "test"}
    nodes = {
        ids[schema, table]: _entry(ids[schema, table], schema, table, kind, rows, columns[schema, table])
        for schema, table, kind, rows in tables
        if (schema, table) in ids
    }
    metadata = {
        "dbt_schema_version": "v1",
        "dbt_version": version("dbt-core"),
        "generated_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return {"metadata": metadata, "nodes": nodes, "sources": {}, "errors": None}


def _entry(unique_id: str, schema: str, table: str, kind: str, rows: int | None, columns: Any) -> dict[str, Any]:
    owner = owners()[dbt_manifest.GROUPS[schema]].removeprefix("team:")
    described = {"type": _TABLE_TYPES[kind], "schema": schema, "name": table, "database": None, "comment": None}
    stats = {
        "has_stats": {"id": "has_stats", "label": "", "value": True, "include": False, "description": ""},
        "row_count": {
            "id": "row_count",
            "label": "lignes",
            "value": rows,
            "include": rows is not None,
            "description": "",
        },
    }
    return {"unique_id": unique_id, "metadata": described | {"owner": owner}, "columns": columns, "stats": stats}
