"""Withheld counts of persons: small counts hidden in the marts would follow from a total by subtraction.

No row count of a shape whose rows are persons' answers is published, whatever its size: marts show counts of five and
more, so that a total would reveal the rest.
"""

from __future__ import annotations

from ingestion.shapes import SHAPES

RowCounts = dict[str, dict[str, int | None]]


def of_persons(shape: str) -> bool:
    """Whether the rows of a shape are persons."""
    return SHAPES[shape].is_answer_of_a_person


def row_counts(rows: dict[str, dict[str, int]]) -> RowCounts:
    """Rows read, accepted and rejected by shape, for publication: None if they are persons."""
    return {
        shape: {kind: None if of_persons(shape) else count for kind, count in counts.items()}
        for shape, counts in rows.items()
    }


def total(rows: RowCounts, kind: str) -> int | None:
    """The published rows of all shapes of a source, or None if one of them is withheld."""
    counts = [counts[kind] for counts in rows.values()]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
