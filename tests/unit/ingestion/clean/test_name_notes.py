"""Names of structures without what stands beside them."""

from __future__ import annotations

import pytest

from ingestion.clean.name_notes import bare_name, tells_closure


@pytest.mark.parametrize(
    "written",
    [
        "Maison Fictive",
        "1. Maison Fictive",
        "Maison Fictive*",
        "Maison Fictive ([numéro retiré])",
        "Maison Fictive – Tél : [numéro retiré]",
        "Maison Fictive, [courriel retiré]",
    ],
)
def test_a_name_is_bare(written: str) -> None:
    assert bare_name(written) == "Maison Fictive"
    assert not tells_closure(written)


@pytest.mark.parametrize(
    "written",
    [
        "Maison Fictive (fermée)",
        "Maison Fictive - FERMÉ depuis mars 2024",
        "Maison Fictive (fermé définitivement)",
        "Maison Fictive (n’existe plus)",
        "Maison Fictive, suspendue temporairement",
    ],
)
def test_a_closure_is_none_of_the_name(written: str) -> None:
    assert (bare_name(written), tells_closure(written)) == ("Maison Fictive", True)


@pytest.mark.parametrize(
    "name",
    [
        "Centre fermé de Gao",
        "3 Frontières",
        "Association Femmes – Développement",
        "Réseau (ReFiNaMa)",
        "[numéro retiré]",
    ],
)
def test_other_names_stay(name: str) -> None:
    assert (bare_name(name), tells_closure(name)) == (name, False)
