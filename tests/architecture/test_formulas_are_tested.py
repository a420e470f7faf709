"""No formula without numbers worked out by hand: each macro of `metrics.sql` is reached by a model that has a unit test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orchestration.pipeline.dbt_manifest import manifest_path
from warehouse.paths import Layout


def _macros_behind(node: dict[str, Any], manifest: dict[str, Any]) -> set[str]:
    """The macros that a model calls, itself or through other macros; not those of the models it reads."""
    reached: set[str] = set()
    waiting = list(node["depends_on"]["macros"])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += manifest["macros"][name]["depends_on"]["macros"]
    return reached


def _untested(manifest: dict[str, Any]) -> list[str]:
    models = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    tested = {macro for model in models for macro in _macros_behind(manifest["nodes"][model], manifest)}
    return sorted(
        macro["name"]
        for name, macro in manifest["macros"].items()
        if macro["original_file_path"] == "macros/metrics.sql" and name not in tested
    )


def test_each_formula_is_reached_by_a_unit_tested_model(tmp_path: Path) -> None:
    manifest = json.loads(manifest_path(Layout(tmp_path)).read_text())
    assert any(macro["original_file_path"] == "macros/metrics.sql" for macro in manifest["macros"].values())
    assert _untested(manifest) == []


def test_every_model_has_a_contract_a_description_and_a_key_test(tmp_path: Path) -> None:
    nodes = json.loads(manifest_path(Layout(tmp_path)).read_text())["nodes"].values()
    models = {node["unique_id"]: node for node in nodes if node["resource_type"] == "model"}
    keyed = {node["attached_node"] for node in nodes if (node.get("test_metadata") or {}).get("name") == "unique_key"}
    assert len(models) > 80
    assert [name for name, node in models.items() if not node["config"]["contract"]["enforced"]] == []
    assert [name for name, node in models.items() if not node["description"].startswith("Une ")] == []
    assert set(models) - keyed == set()


def test_a_formula_that_only_an_untested_model_uses_is_told() -> None:
    def macro(*calls: str, path: str = "macros/metrics.sql", name: str) -> dict[str, Any]:
        return {"name": name, "original_file_path": path, "depends_on": {"macros": list(calls)}}

    manifest = {
        "macros": {
            "m.score": macro("m.mean", name="score"),
            "m.mean": macro(name="mean"),
            "m.new": macro(name="new"),
            "m.days": macro(name="days", path="macros/portable.sql"),
        },
        "nodes": {
            "model.rated": {"depends_on": {"macros": ["m.score"]}},
            "model.other": {"depends_on": {"macros": ["m.new", "m.days"]}},
        },
        "unit_tests": {"unit_test.rated": {"depends_on": {"nodes": ["model.rated"]}}},
    }
    assert _untested(manifest) == ["new"]
