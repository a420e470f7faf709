"""Counts of persons that nobody reads: what the marts withhold would follow from a total by subtraction.

Of a shape whose rows are answers of persons no number of rows is published, whatever its size: a mart shows the parts
of five and more, so that any total beside them gives the rest.
"""

from __future__ import annotations

from ingestion.shapes import SHAPES

RowCounts = dict[str, dict[str, int | None]]


def of_persons(shape: str) -> bool:
    """Whether the rows of a shape are persons."""
    return SHAPES[shape].is_answer_of_a_person


def row_counts(rows: dict[str, dict[str, int]]) -> RowCounts:
    """Rows read, accepted and rejected by shape, as they may be published: None where they are persons."""
    return {
        shape: {kind: None if of_persons(shape) else count for kind, count in counts.items()}
        for shape, counts in rows.items()
    }


def total(rows: RowCounts, kind: str) -> int | None:
    """The published rows of all shapes of a source, or None where one of them is withheld."""
    counts = [counts[kind] for counts in rows.values()]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
