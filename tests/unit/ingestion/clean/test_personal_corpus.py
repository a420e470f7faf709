"""A corpus of what people type, fictional, and of what only looks alike: each line, and what it comes to."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import python_calamine

from ingestion.clean.numbers import number
from ingestion.clean.personal import MARKS, find, redact
from ingestion.clean.text import fold
from tests.conftest import PROJECT, real_folder
from tests.fixtures.personal_corpus import _LINES, CORPUS  # noqa: F401

LIMIT = "limit"  # not recognised, or taken out though nothing is wrong with it; the ADR says why


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for text, kind, note in CORPUS if note != LIMIT])
def test_each_line_is_recognised_for_what_it_is(text: str, kind: str) -> None:
    for around in ("{}", "Écoute {}", "Pièce, voir {} ou revenir"):
        if kind != "name" or around == "{}":
            assert {piece.kind for piece in redact(around.format(text), names=True)[1]} == ({kind} if kind else set())


def test_the_corpus_holds_enough_of_both_and_the_record_of_the_decision_its_figures() -> None:
    outcomes = Counter((bool(kind), bool(redact(text, names=True)[1])) for text, kind, _ in CORPUS)
    found, missed, alarms = outcomes[True, True], outcomes[True, False], outcomes[False, True]
    assert found + missed >= 200
    assert alarms + outcomes[False, False] >= 300
    assert {kind for _, kind, _ in CORPUS} == {*MARKS, ""}
    recall, precision = found / (found + missed), found / (found + alarms)
    told = (PROJECT / "docs" / "adr" / "0015-personal-data.md").read_text(encoding="utf-8")
    assert f"recall {100 * recall:.1f} %" in told
    assert f"precision {100 * precision:.1f} %" in told


def test_what_is_left_of_a_text_holds_nothing_more() -> None:
    for text, _, _ in CORPUS:
        once, _ = redact(text, names=True)
        assert find(once) == []
        assert redact(once, names=True) == (once, [])


NAMED = [
    "mali/mali_3w_december_2023.xlsx", "mali/cod_ab_2019_adm3.csv", "mali/cod_pcodes_2021_adm1_adm2.csv",
    "mali/who_kwtrp_health_facilities_mali.csv", "tcd/3w_tcd_avr2025.xlsx", "tcd/pcodes_tcd_adm1_adm2.csv",
    "tcd/expected_presence_tcd.csv", "presence/3w_august_2025.csv", "presence/peer_org_lookup.csv",
    "presence/expected_presence_eth_som.csv",
]  # fmt: skip


def _cells(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from (cell for row in csv.reader(file) for cell in row)
    else:
        book = python_calamine.CalamineWorkbook.from_path(path)
        rows = (row for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python())
        yield from (cell for row in rows for cell in row if isinstance(cell, str))


@pytest.mark.real
def test_the_names_of_the_real_data_are_no_personal_data() -> None:
    """Communes, structures, sites, codes: a false alarm there would take a name out of every mart."""
    texts = {text for name in NAMED for text in _cells(real_folder() / name) if number(text) is None}
    titles = ElementTree.parse(real_folder() / "iati" / "hxl-proxy__iati-dataset.xml").iterfind(".//title//narrative")
    texts |= {title.text or "" for title in titles}
    assert len(texts) > 8000
    assert {text: found for text in sorted(texts) if (found := find(text) or find(fold(text)))} == {}
