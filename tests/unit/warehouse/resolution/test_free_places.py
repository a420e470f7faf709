"""Places in free text: the level of a bare name is the largest one where all names of the cell are known."""

from __future__ import annotations

import pytest

from warehouse.resolution.places.cell_paths import level_of_free_text
from warehouse.resolution.places.gazetteer import CURRENT


@pytest.mark.parametrize(
    ("cell", "above", "level"),
    [
        ("Gao", 0, 1),
        ("Gao, Tombouctou", 0, 1),
        ("Gao, Ansongo", 0, 2),
        ("Kayes, Kita, Nioro", 0, 2),
        ("Gounzoureye", 0, 3),
        ("Gao", 1, 2),  # the row states its region already
        ("Gounzoureye", 2, 3),
        ("Région de Gao, cercle d’Ansongo", 0, 1),  # words bind their level whatever that of bare names is
        ("quartier fictif", 0, 1),
    ],
)
def test_the_level_of_free_text(cell: str, above: int, level: int) -> None:
    assert level_of_free_text(cell, above, CURRENT) == level
