"""The choice of the engine, and what the command says where it is not there."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from orchestration.pipeline import engine
from orchestration.settings import SettingError
from tests.conftest import Root


@pytest.fixture(autouse=True)
def _on_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_ENGINE", "spark")


def test_duckdb_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MRF_ENGINE")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    engine.check()
    assert not engine.is_spark()


def test_an_engine_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_ENGINE", "polars")
    with pytest.raises(SettingError, match="MRF_ENGINE : attendu duckdb ou spark, trouvé « polars »"):
        engine.check()


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(engine.EngineMissing, match=r"pip install '\.\[spark\]'"):
        engine.check()


def test_without_java_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(engine.EngineMissing, match="Java 17 ou 21"):
        engine.check()


def test_the_command_stops_before_it_reads_anything(tmp_path) -> None:
    root = Root(tmp_path / "data")
    done = root.mrf("run", "--engine", "polars")
    assert done.returncode == 2
    assert "MRF_ENGINE" in done.stdout + done.stderr
    assert not root.path.exists()
