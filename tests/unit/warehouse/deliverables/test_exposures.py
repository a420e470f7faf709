"""What people use is declared to dbt: one exposure for each deliverable, told as the deliverable tells itself."""

from __future__ import annotations

from typing import Any

import yaml

from ingestion.country.words import worded
from warehouse.deliverables.register import DELIVERABLES
from warehouse.paths import DBT_PROJECT


def exposures() -> dict[str, dict[str, Any]]:
    declared = yaml.safe_load((DBT_PROJECT / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    return {exposure["name"]: exposure for exposure in declared}


def test_each_deliverable_is_an_exposure_and_nothing_else_is() -> None:
    assert list(exposures()) == [deliverable.name for deliverable in DELIVERABLES]


def test_an_exposure_is_told_as_its_deliverable_is_and_has_an_owner() -> None:
    for deliverable in DELIVERABLES:
        exposure = exposures()[deliverable.name]
        assert worded(exposure["label"]) == deliverable.title_fr
        assert exposure["owner"]["name"]
        assert " / " in exposure["description"], "French and English"
