"""What becomes of a source in a run: the states of its delivery, and how people read them."""

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


# What people read, in the middle of a sentence; before « : » stands the state alone.
LABELS = {
    SourceState.FRESH: "à jour",
    SourceState.UNCHANGED: "inchangée",
    SourceState.STALE: "périmée : dernière bonne livraison gardée",
    SourceState.REFUSED: "refusée : aucune donnée",
    SourceState.ABSENT: "absente",
    SourceState.REMOVED: "retirée",
}
GOOD = (SourceState.FRESH, SourceState.UNCHANGED)  # the rows are those of the landed files
HELD_BACK = (SourceState.STALE, SourceState.REFUSED)
