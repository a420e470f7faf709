"""A data root belongs to one country."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.country import pack
from orchestration.operation import instance
from orchestration.settings import SettingError
from warehouse.paths import Layout


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "MRF_DATA"):  # `prepare` sets them
        monkeypatch.setenv(name, "")


def test_a_root_remembers_its_country_and_refuses_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path / "data")
    monkeypatch.setenv(pack.SETTING, "tcd")
    instance.prepare(layout)
    instance.refuse_other_country(layout)
    monkeypatch.setenv(pack.SETTING, "mli")
    with pytest.raises(
        SettingError, match="tient les données de « tcd » et non de « mli » : une racine par pays"
    ) as caught:
        instance.prepare(layout)
    assert "\n" not in str(caught.value)
    assert layout.country.read_text(encoding="utf-8").strip() == "tcd"


def test_a_root_that_published_before_is_of_the_first_country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path)
    layout.published.mkdir()
    layout.catalog.write_text("{}", encoding="utf-8")
    instance.refuse_other_country(layout)
    monkeypatch.setenv(pack.SETTING, "TCD")
    with pytest.raises(SettingError, match="« mli »"):
        instance.refuse_other_country(layout)


def test_an_empty_root_is_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pack.SETTING, "tcd")
    instance.refuse_other_country(Layout(tmp_path))
