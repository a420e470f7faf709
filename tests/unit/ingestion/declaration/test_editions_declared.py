"""Which sources have files that replace one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.declaration.registry import sources
from ingestion.declaration.source import load
from ingestion.errors import DeclarationError


def test_lists_and_figures_replace_and_all_else_adds() -> None:
    replacing = {source.id for source in sources().values() if source.is_replacing}
    assert replacing == {
        "iom_dtm_mli", "ocha_3w_mli", "ocha_cod_ps_mli", "ocha_hno_mli", "who_health_facilities_mli",
    }  # fmt: skip


def test_a_source_may_say_otherwise(declaration: Callable[..., Path]) -> None:
    assert load(declaration()).is_replacing
    assert not load(declaration(lambda given: given.update(editions="add"))).is_replacing
    with pytest.raises(DeclarationError, match="editions"):
        load(declaration(lambda given: given.update(editions="parfois")))
