"""The level of a code is read from the form of its country, never from its length alone."""

from __future__ import annotations

import re

import pytest

from ingestion.country.pcode_forms import TABLE, ancestor, form, level_of, pattern, prefixes

# Codes as OCHA's lists write them: country, levels 1, 2 and 3 ("" where its form knows none).
WRITTEN = {
    "MLI": ("ML", "ML05", "ML0506", "ML050601"),
    "NER": ("NE", "NE003", "NE003005", "NE003005002"),
    "TCD": ("TCD", "TCD07", "TCD0704", "TCD070401"),
    "BFA": ("BF", "BF46", "BF4601", "BF460103"),
    "CIV": ("CI", "CI01", "CI0101", "CI010101"),
    "CMR": ("CM", "CM004", "CM004003", "CM004003002"),
    "ETH": ("ET", "ET01", "ET0104", "ET010401"),
    "GHA": ("GH", "GH08", "GH0807", ""),
    "GIN": ("GN", "GN003", "GN003002", "GN00300201"),
    "GMB": ("GM", "GM02", "GM0201", "GM020101"),
    "LBY": ("LY", "LY02", "LY0203", ""),
    "MRT": ("MR", "MR04", "MR042", "MR04201"),
    "NGA": ("NG", "NG008", "NG008013", "NG008013002"),
    "SEN": ("SN", "SN05", "SN0501", "SN050101"),
    "SLE": ("SL", "SL02", "SL0203", "SL020301"),
    "SOM": ("SO", "SO11", "SO1101", ""),
    "SDN": ("SD", "SD01", "SD01003", ""),
}


@pytest.mark.parametrize("country", WRITTEN)
def test_the_forms_of_the_programme(country: str) -> None:
    codes = [code for code in WRITTEN[country] if code]
    assert [level_of(code) for code in codes] == list(range(len(codes)))
    deepest = codes[-1]
    assert [ancestor(deepest, level) for level in range(len(codes))] == codes
    assert WRITTEN[country][0] in prefixes(country)


@pytest.mark.parametrize("code", ["", "ML011", "NE01", "TCD1", "XYZ05", "Gao", "ML05-06", "MR0420"])
def test_what_has_no_level(code: str) -> None:
    assert level_of(code) is None
    assert ancestor(code, 1) == ""


def test_a_level_above_its_own_is_no_ancestor() -> None:
    assert ancestor("NE003", 2) == ""
    assert ancestor("SO110112345", 1) == "SO11"  # OCHA writes nine digits in one place


def test_codes_with_other_letters_are_of_the_same_country() -> None:
    assert prefixes("TCD") == ("TCD", "TD")
    assert form("TD").digits == form("TCD").digits


def test_each_form_says_its_source_and_whether_it_was_checked() -> None:
    import csv

    rows = list(csv.DictReader(TABLE.open(encoding="utf-8", newline="")))
    assert [row["prefix"] for row in rows if not row["source"] or not row["checked"]] == []
    assert {row["country"] for row in rows} >= set(WRITTEN)


@pytest.mark.parametrize("country", WRITTEN)
def test_the_gate_accepts_the_forms_and_nothing_else(country: str) -> None:
    for level, code in enumerate(WRITTEN[country]):
        if level and code:
            assert re.fullmatch(pattern(level), code), code
            assert not re.fullmatch(pattern(level), f"{code}9"), code
            assert not re.fullmatch(pattern(level), code[:-1]), code
