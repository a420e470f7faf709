"""What the server says of a submission beside its answers: whether a person approved it, whether it can be read."""

from __future__ import annotations

import pandas as pd

from ingestion.clean.text import fold

_STATE = ("_validation_status", "__system/reviewState", "ReviewState")
_READABLE = ("__system/status", "Status")
NOT_APPROVED = "soumission non approuvée"
ENCRYPTED = "chiffrée sur le serveur : la relever ou l’exporter avec la phrase de passe du projet"
# The warning of a submission whose validation waits for somebody.
ON_HOLD = "review_on_hold"
_REJECTED = frozenset(
    {"not approved", "validation status not approved", "rejected", "non approuve", "non approuvee", "rejete", "rejetee"}
)
_WAITING = frozenset(
    {"on hold", "validation status on hold", "hasissues", "has issues", "en attente", "en suspens", "a des problemes"}
)
_UNREADABLE = frozenset({"notdecrypted", "not decrypted", "missingencryptedformdata", "missing encrypted form data"})


def states(frame: pd.DataFrame) -> pd.Series:
    """The state of review of each submission, folded; "" without one."""
    return _folded(frame, _STATE)


def on_hold(states: pd.Series) -> pd.Series:
    """Which submissions wait for a decision: they count, with a warning."""
    return states.isin(_WAITING)


def encrypted(frame: pd.DataFrame) -> pd.Series:
    """Which submissions came without their answers, for the server has not the key of its own project at hand."""
    return _folded(frame, _READABLE).isin(_UNREADABLE)


def gone(frame: pd.DataFrame, deleted: pd.Series, reason: str) -> pd.Series:
    """Why each submission counts no more, "" where it does; ``reason`` is that of the ``deleted`` ones."""
    why = pd.Series("", index=frame.index, dtype=object)
    why = why.mask(states(frame).isin(_REJECTED), NOT_APPROVED)
    return why.mask(encrypted(frame), ENCRYPTED).mask(deleted, reason)


def _folded(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    folded = pd.Series("", index=frame.index, dtype=object)
    for name in names:
        if name in frame:
            folded = folded.mask(folded.eq(""), frame[name].map(fold))
    return folded
