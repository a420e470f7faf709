"""The rule of CSV files: nothing runs in a spreadsheet, nothing is lost for a program."""

import re
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.deliverables.exports import csv_files
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


_ODD = st.text(alphabet="=+-@'\";,\t\r\n a1")


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | _ODD, st.booleans()), max_size=8))
def test_a_file_from_arrow_is_that_of_the_csv_module(rows: list[tuple[str | None, str | None, bool]]) -> None:
    """Byte for byte, whatever has to be quoted or made harmless."""
    rows = [(one and one.encode("utf-8", "replace").decode(), other, flag) for one, other, flag in rows]
    schema = pa.schema([("a", pa.string()), ("b", pa.string()), ("c", pa.bool_())])
    batch = pa.RecordBatch.from_pylist([dict(zip("abc", row, strict=True)) for row in rows], schema)
    with tempfile.TemporaryDirectory() as folder:
        ours, plain = Path(folder) / "ours.csv", Path(folder) / "plain.csv"
        csv_files.write_batches(ours, ["a", "b", "c"], [batch])
        texts = [(harmless(a or ""), harmless(b or ""), str(c).lower()) for a, b, c in rows]
        csv_files.write(plain, ["a", "b", "c"], texts)
        assert ours.read_bytes() == plain.read_bytes()
