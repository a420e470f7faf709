"""Who agreed to be kept: answers without consent, and submissions that their respondents had erased."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ingestion.declaration.source import Source

NOT_GIVEN = "consentement non donné"
# What is told of a submission that its respondent had erased: that there was one, and not which.
ERASED, ERASED_PLACE = "effacée sur demande", "soumission effacée"

Erased = Callable[[str], bool]  # whether a submission of this id was erased on request


def nobody(_: str) -> bool:
    """The answer where nobody asked for anything to be erased."""
    return False


def has_refused(source: Source, frame: pd.DataFrame) -> pd.Series:
    """The rows of those who did not give their consent."""
    refused = pd.Series(False, index=frame.index)
    for question, answer in source.consent.items():
        if question in frame:
            refused |= frame[question].ne(answer)
    return refused
