"""Running text to tables: sentences that match a declared pattern, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ingestion.declaration.reader_settings import SENTENCE, SentencePattern
from ingestion.readers.rows import Table, Tables

# A full stop ends a sentence before a capital letter, unless it ends an abbreviation: « M. », « Dr. », « J. ».
_END = re.compile(
    r"(?<=[.!?…])(?<!\b[A-ZÀ-Þ]\.)(?<!\b(?:Dr|Pr|St|cf)\.)(?<!\b(?:Mme|art|etc|env|tél|hab)\.)(?<!\bMlle\.)"
    r"[»”)]?\s+(?=[«“(\[]?\s?[A-ZÀ-Þ0-9])"
)
_LONGEST = 4000  # characters; in longer ones a pattern with two gaps may look for hours, and nobody wrote them
# Words that deny what they stand before, and those that make all of a sentence depend on something.
_DENIED = re.compile(r"\b(?:n'|(?:ne|non|jamais|aucune?s?)\b)", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:]|,\s(?=(?:mais|et|tandis)\b)", re.IGNORECASE)
_CONDITIONAL = re.compile(
    r"\b(?:si|s'ils?|sous réserve|à condition|en cas d[e']|pourvu qu[e']|à moins qu[e']|(?:pour|se)rai(?:en)?t)\b",
    re.IGNORECASE,
)
_APOSTROPHES = str.maketrans("’ʼ‘", "'''")  # Word writes ’ where people type '


@dataclass(frozen=True)
class Passage:
    """A piece of running text, at most a paragraph if the document marks them, and its place."""

    text: str
    place: str


def lift(passages: list[Passage], patterns: tuple[SentencePattern, ...]) -> Tables:
    """A table for every name that the patterns give, a row a match; empty where nothing matches.

    The columns are the named groups of the table's patterns ("" where a group took no part) and ``sentence``, the
    whole sentence as evidence. The locator is the passage's, with the sentence in it: paragraph=12;sentence=2.
    Runs of white space, no-break ones too, are one space; whichever apostrophe is written matches either. A sentence
    that is too long to be one is not searched, and what a sentence denies or makes depend on something is no row
    (« ne prend plus en charge », « si le financement est accordé ») unless its pattern says so itself; notes say where.
    """
    every = [pair for passage in passages for pair in _sentences(passage)]
    sentences = [pair for pair in every if len(pair[0]) <= _LONGEST]
    notes = tuple(
        f"{place} : phrase de {len(text)} caractères, trop longue pour y chercher une phrase déclarée"
        for text, place in every
        if len(text) > _LONGEST
    )
    names = list(dict.fromkeys(p.table for p in patterns))
    return {name: _table(name, sentences, patterns, notes if name == names[0] else ()) for name in names}


def _sentences(passage: Passage) -> Iterator[tuple[str, str]]:
    """(sentence, place), counted from 1 in the passage."""
    for number, sentence in enumerate(_END.split(" ".join(passage.text.split())), start=1):
        yield sentence, f"{passage.place};sentence={number}"


def _table(
    name: str, sentences: list[tuple[str, str]], patterns: tuple[SentencePattern, ...], notes: tuple[str, ...]
) -> Table:
    compiled = [re.compile(p.expression.translate(_APOSTROPHES)) for p in patterns if p.table == name]
    columns = list(dict.fromkeys(group for pattern in compiled for group in pattern.groupindex))
    rows, places, unsure = [], [], []
    for sentence, place in sentences:
        for match in _matches(sentence, compiled):
            if _is_unsure(sentence.translate(_APOSTROPHES), match):
                unsure.append(f"{place} : phrase déclarée, mais niée ou sous condition, non reprise")
                continue
            groups = {group: sentence[slice(*match.span(group))].strip() for group in match.re.groupindex}
            rows.append([groups.get(column, "") for column in columns] + [sentence])
            places.append(place)
    frame = pd.DataFrame(rows, columns=[*columns, SENTENCE], dtype=object)
    locators = pd.Series(places, index=frame.index, dtype=object)
    return Table(name, frame, locators, lambda _: locators, notes=notes + tuple(dict.fromkeys(unsure)))


def _is_unsure(sentence: str, match: re.Match[str]) -> bool:
    """Whether a sentence denies what a pattern finds in it, in its clause, or makes it depend on something."""
    begun = max((end.end() for end in _CLAUSE.finditer(sentence, 0, match.start())), default=0)
    said = ((_DENIED, sentence[begun : match.end()]), (_CONDITIONAL, sentence))
    return any(words.search(text) and not words.search(match.re.pattern) for words, text in said)


def _matches(sentence: str, patterns: list[re.Pattern[str]]) -> Iterator[re.Match[str]]:
    """What the patterns find in one sentence; what an earlier pattern has taken is not taken again by a later one."""
    plain, taken = sentence.translate(_APOSTROPHES), set[int]()
    for pattern in patterns:
        for match in pattern.finditer(plain):
            span = set(range(*match.span()))
            if span and not span & taken:
                taken |= span
                yield match
