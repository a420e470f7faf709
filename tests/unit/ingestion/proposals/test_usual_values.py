"""The names of clusters and sectors as response plans and 3W of the region write them, in English and French."""

from __future__ import annotations

import pytest

from ingestion.declaration.values import clean
from ingestion.proposals.words import correction
from ingestion.shapes import SHAPES

NAMES = {
    "Camp Coordination and Camp Management": "CCM",
    "Coordination and Common Services": "COO",
    "Coordination et services communs": "COO",
    "Early Recovery": "ERY",
    "Education in Emergencies": "EDU",
    "Shelter and Non-Food Items": "SHL",
    "Abris/AME": "SHL",
    "Emergency Telecommunications": "TEL",
    "Food Security and Livelihoods": "FSC",
    "Sécurité alimentaire et moyens d'existence": "FSC",
    "Protection - Child Protection": "PRO_CPM",
    "Gender Based Violence": "PRO_GBV",
    "Protection - Housing, Land and Property": "PRO_HLP",
    "Lutte antimines humanitaire": "PRO_MIN",
    "Multipurpose Cash Assistance": "CSH",
    "Water, Sanitation and Hygiene": "WSH",
    "Multi-sector refugee response": "MS",
    "Logistics": "LOG",
    "NUTRITION": "NUT",
    "health": "HEA",
}


@pytest.mark.parametrize(("name", "code"), NAMES.items())
def test_a_usual_name_of_a_sector_is_its_code(name: str, code: str) -> None:
    column = next(column for column in SHAPES["service"].columns if column.name == "sector_code")
    value, is_read = clean(column, name)
    usual = correction(column, name)
    assert (value if is_read and value else usual and usual[0]) == code
