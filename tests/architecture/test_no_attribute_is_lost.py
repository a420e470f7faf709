"""What a record says is read in a column of a mart, or its attribute says where else, or why nowhere."""

from __future__ import annotations

import json
import re

import pytest

from ingestion.shapes import SHAPES, Column
from orchestration.pipeline.dbt_manifest import manifest_path
from warehouse.paths import Layout

COLUMNS = [
    pytest.param(column, id=f"{shape.name}.{column.name}") for shape in SHAPES.values() for column in shape.columns
]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The columns of each mart, by its name."""
    manifest = json.loads(manifest_path(Layout(tmp_path_factory.mktemp("root"))).read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {node["name"]: set(node["columns"]) for node in models if node["fqn"][1] == "marts"}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_attribute_is_shown_or_says_why_not(column: Column, marts: dict[str, set[str]]) -> None:
    is_shown = any(column.name in columns for columns in marts.values())
    if column.quality is not None:  # an item of the dimension that the mart of quality scores
        assert column.quality in marts["service_quality"]
        return
    named = re.findall(r"\b([a-z_]+)\.([a-z_0-9]+)", column.elsewhere)
    assert [name for name in named if name[1] not in marts.get(name[0], set())] == [], "it names a column that is there"
    assert is_shown or column.elsewhere, (
        f"ingestion/shapes : « {column.name} » n’est la colonne d’aucun mart ; « elsewhere » dit où la lire, ou pourquoi nulle part"
    )
