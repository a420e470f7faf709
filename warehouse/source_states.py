"""The states of a source's delivery in a run, and their labels."""

from __future__ import annotations

from enum import StrEnum


class SourceState(StrEnum):
    """The state of a source's last delivery."""

    FRESH = "fresh"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REFUSED = "refused"
    ABSENT = "absent"
    REMOVED = "removed"


# Labels within a sentence; before « : » the state alone.
LABELS = {
    SourceState.FRESH: "à jour",
    SourceState.UNCHANGED: "inchangée",
    SourceState.STALE: "périmée : dernière bonne livraison gardée",
    SourceState.REFUSED: "refusée : aucune donnée",
    SourceState.ABSENT: "absente",
    SourceState.REMOVED: "retirée",
}
GOOD = (SourceState.FRESH, SourceState.UNCHANGED)  # states whose rows are those of the landed files
HELD_BACK = (SourceState.STALE, SourceState.REFUSED)
