"""Who agreed to be kept: answers without consent, and submissions that their respondents had erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from ingestion.clean.text import tidy
from ingestion.declaration.source import Source
from ingestion.readers.rows import Table

NOT_GIVEN = "consentement non donné"
# What is told of a submission that its respondent had erased: that there was one, and not which.
ERASED, ERASED_PLACE = "effacée sur demande", "soumission effacée"

Erased = Callable[[str], bool]  # whether a submission of this id was erased on request


def nothing_erased(_: str) -> bool:
    """No submission is erased."""
    return False


def has_refused(source: Source, frame: pd.DataFrame) -> pd.Series:
    """The rows of those who did not give their consent, however it was typed: « Oui » and « oui  » are `oui`."""
    refused = pd.Series(False, index=frame.index)
    for question, answer in source.consent.items():
        if question in frame:
            refused |= frame[question].map(_plain).ne(_plain(answer))
    return refused


def respelled(source: Source, tables: dict[str, Table]) -> tuple[dict[str, Table], int]:
    """The tables with every consent in the letters of the form, and how many submissions had it in others."""
    spellings, labels = {}, set[str]()
    for name, table in tables.items():
        frame = table.frame.copy()
        for question, answer in source.consent.items():
            if question in frame:
                others = frame[question].ne(answer) & frame[question].map(_plain).eq(_plain(answer))
                frame[question] = frame[question].mask(others, answer)
                labels |= {str(label).split("#")[0] for label in frame.index[others]}
        spellings[name] = replace(table, frame=frame)
    return spellings, len(labels)


def _plain(answer: str) -> str:
    return (tidy(answer) or "").casefold()
