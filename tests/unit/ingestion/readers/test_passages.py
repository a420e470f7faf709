"""Declared sentences: what is lifted, its numbers as French writes them, and the place of the sentence."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ingestion.clean.numbers import number
from ingestion.declaration.reader_settings import SentencePattern
from ingestion.readers.rows import Table
from ingestion.readers.texts.passages import Passage, lift

ARRIVALS = r"(?P<people>{nombre}) migrants .*?à (?P<place>[A-Z]\w+)"


def lifted(text: str, *patterns: str) -> Table:
    declared = tuple(SentencePattern(table="found", pattern=pattern) for pattern in patterns)
    return lift([Passage("Rien ici.", "paragraph=1"), Passage(text, "paragraph=2")], declared)["found"]


@pytest.mark.parametrize(
    ("written", "figure"),
    [("1 250", 1250), ("1\u202f250", 1250), ("1\u00a0250", 1250), ("1.250.000", 1250000), ("300", 300)],
)
def test_a_figure_is_lifted_however_french_writes_it(written: str, figure: float) -> None:
    table = lifted(f"En 2024, {written} migrants ont été accueillis à Gao.", ARRIVALS)
    assert table.frame["people"].map(number).tolist() == [figure]
    assert table.frame["place"].tolist() == ["Gao"]


def test_the_row_holds_the_whole_sentence_and_its_place() -> None:
    table = lifted("M. le préfet est venu. En 2024, 300 migrants sont passés à Gao. Fin.", ARRIVALS)
    assert table.frame["sentence"].tolist() == ["En 2024, 300 migrants sont passés à Gao."]
    assert table.place("people").tolist() == table.place(None).tolist() == ["paragraph=2;sentence=2"]


def test_every_match_of_a_sentence_is_a_row() -> None:
    table = lifted("On compte 300 migrants venus à Gao et 20 migrants venus à Mopti.", ARRIVALS)
    assert table.frame[["people", "place"]].to_numpy().tolist() == [["300", "Gao"], ["20", "Mopti"]]


def test_a_pattern_never_joins_two_sentences() -> None:
    assert lifted("Il y a 300 migrants au centre. Le marché est à Gao.", ARRIVALS).frame.empty


def test_a_share_keeps_its_comma_and_either_apostrophe_matches() -> None:
    table = lifted("L’ONG Fictive prend 12,5 % des coûts.", r"L'ONG (?P<name>\w+) prend (?P<share>{nombre}) %")
    assert table.frame.iloc[0].tolist() == ["Fictive", "12,5", "L’ONG Fictive prend 12,5 % des coûts."]


def test_two_patterns_of_a_table_share_its_columns_and_take_no_word_twice() -> None:
    table = lifted(
        "On a vu 300 migrants arriver à Gao.", ARRIVALS, r"(?P<people>\d+) migrants", r"(?P<verb>arriver|vu)"
    )
    assert table.frame.columns.tolist() == ["people", "place", "verb", "sentence"]
    assert table.frame[["people", "verb"]].to_numpy().tolist() == [["300", ""], ["", "vu"]]


@pytest.mark.parametrize(
    ("sentence", "is_row"),
    [
        ("Il n’est pas vrai que 300 migrants sont passés à Gao.", False),
        ("Si la route rouvre, 300 migrants passeront à Gao.", False),
        ("On attend 300 migrants à Gao, sous réserve de l’accord du préfet.", False),
        ("Les retours ne cessent pas : 300 migrants sont passés à Gao.", True),
        ("Ainsi 300 migrants sont passés à Gao, qui n’ont rien reçu.", True),
    ],
)
def test_what_a_sentence_denies_or_makes_depend_is_no_row_and_told(sentence: str, is_row: bool) -> None:
    table = lifted(sentence, ARRIVALS)
    assert len(table.frame) == is_row
    told = "paragraph=2;sentence=1 : phrase déclarée, mais niée ou sous condition, non reprise"
    assert table.notes == (() if is_row else (told,))


def test_a_pattern_of_a_denial_finds_it() -> None:
    table = lifted("Le centre Fictif n’accueille plus 20 personnes.", r"(?P<name>\w+) n'accueille plus (?P<people>\d+)")
    assert table.frame["name"].tolist() == ["Fictif"]


def test_without_a_match_the_table_is_there_and_empty() -> None:
    table = lifted("Rien.", ARRIVALS)
    assert table.frame.columns.tolist() == ["people", "place", "sentence"]
    assert table.place("people").empty


@pytest.mark.parametrize("pattern", ["(", r"\d+ migrants", r"(?P<sentence>\d+)"])
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match=r"régulière|groupes"):
        SentencePattern(table="found", pattern=pattern)
