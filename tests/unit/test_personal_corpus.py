"""A corpus of what people type, fictional, and of what only looks alike: each line, and what it comes to."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from ingestion.clean.personal import MARKS, find, redact
from tests.conftest import PROJECT

LIMIT = "limit"  # not recognised, or taken out though nothing is wrong with it; the ADR says why
with (PROJECT / "tests" / "fixtures" / "personal_texts.csv").open(encoding="utf-8", newline="") as file:
    CORPUS = [(row["text"], row["kind"], row["note"]) for row in csv.DictReader(file)]


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
