"""The rule of CSV files: nothing runs in a spreadsheet, nothing is lost for a program."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.reading.csv_cells import harmless, unescaped

_SIGN = re.compile(r"(?:\A|[;\n])[=+\-@\t\r][^;\n]*")
_FIGURE = re.compile(r"[+\-]\d[\d .,]*(?:[eE][+\-]?\d+)?")


@given(st.text(alphabet="=+-@'’;\t\r\n a1.,e＝"))
def test_the_apostrophe_can_always_be_taken_away(text: str) -> None:
    assert unescaped(harmless(text)) == text


@given(st.text(alphabet="=+-@';\n a1."))
def test_nothing_but_figures_begins_with_a_sign(text: str) -> None:
    beginnings = [found[0].lstrip(";\n") for found in _SIGN.finditer(harmless(text))]
    assert all(_FIGURE.fullmatch(beginning) for beginning in beginnings)


@pytest.mark.parametrize("text", ["+223 70 00 00 00", "+22370000000", "-4.2", "-4,2", "-1.5e-05", "-5;+6", "bon", ""])
def test_numbers_and_phones_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a;=1", "a;'=1"),
        ("'=1", "''=1"),
    ],
)
def test_what_would_run_gets_an_apostrophe(text: str, written: str) -> None:
    assert harmless(text) == written
