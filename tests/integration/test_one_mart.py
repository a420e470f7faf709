"""« Materialize » on one mart alone, asked of a real instance in Dagster's own language, as its button asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.defs.definitions import defs
from orchestration.defs.transform import dbt_build
from tests.conftest import Root

MODULE = "orchestration.defs.definitions"
# The question comes in a file: thirty marts with all their checks are longer than an argument may be.
_ASK = """
import sys
from dagster_graphql.cli import main
from orchestration.operation.instance import prepare
from warehouse.paths import Layout
prepare(Layout.from_environment())
sys.argv = ["dagster-graphql", "-m", sys.argv[1], "--file", sys.argv[2], "--output", sys.argv[3]]
main()
"""


def _selector(mart: dg.AssetKey, checks: list[dg.AssetCheckKey] | None) -> str:
    """What the button sends for one asset: nothing on its checks, none of them, or all."""
    named = ", ".join(
        f"{{assetKey: {{path: {_list(c.asset_key.path)}}}, name: {json.dumps(c.name)}}}" for c in checks or ()
    )
    return (
        f'{{repositoryLocationName: "{MODULE}", repositoryName: "__repository__", pipelineName: "__ASSET_JOB",'
        f" assetSelection: [{{path: {_list(mart.path)}}}],"
        f" assetCheckSelection: {'null' if checks is None else f'[{named}]'}}}"
    )


def _list(path: Any) -> str:
    return json.dumps(list(path))


def test_the_interface_launches_each_mart_alone(tmp_path: Path) -> None:
    """All in one question, so that the definitions are loaded once."""
    graph = defs.resolve_asset_graph()
    models = [key for key in dbt_build.keys if graph.get(key).group_name == "marts"]
    named = {}
    for key in sorted(models):
        own = sorted(graph.get_check_keys_for_assets({key}))
        for kind, checks in (("unsaid", None), ("none", []), ("all", own)):
            named[f"{key.path[-1]}__{kind}"] = _selector(key, checks)
    told = "__typename ... on Error { message }"
    pipelines = [f"{name}: pipelineOrError(params: {selector}) {{ {told} }}" for name, selector in named.items()]
    plans = [
        f'{name}__plan: executionPlanOrError(pipeline: {selector}, mode: "default", runConfigData: "{{}}") {{ {told} }}'
        for name, selector in named.items()
        if name.endswith("__all")
    ]
    question = "\n".join([*pipelines, *plans])
    (tmp_path / "question.graphql").write_text(f"{{ {question} }}")
    files = [str(tmp_path / name) for name in ("question.graphql", "answer.json")]
    done = Root(tmp_path / "data").python("-c", _ASK, MODULE, *files)
    assert done.returncode == 0, done.stderr
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert not answer.get("errors")
    wrong = {
        name: told.get("message")
        for name, told in answer["data"].items()
        if told["__typename"] not in ("Pipeline", "ExecutionPlan")
    }
    assert not wrong
    assert len(answer["data"]) == 4 * len(models)
