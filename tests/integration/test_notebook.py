"""The notebook for analysts runs from top to bottom on the current publication, and is committed without its outputs."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PROJECT, Root

NOTEBOOK = PROJECT / "docs" / "notebooks" / "exploration.ipynb"


def test_the_notebook_is_committed_without_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []


def test_the_notebook_runs_on_the_demo(demo: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_DATA", str(demo.path))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    told = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    texts = " ".join(output.get("text", "") for output in told)
    assert "DONNÉES FICTIVES" in texts
    assert "→ publié : " in texts, "a value was read again in its cell"
    assert any("image/png" in output.get("data", {}) for output in told), "the chart"
