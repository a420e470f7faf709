"""Every column of every record shape, once: a file a shape.

The Parquet schema, the Great Expectations suite, the dbt source and staging contracts, the weighing of claims, the
hashtags, the units and the dictionary are made from here (`mrf generate`; a test fails on drift). A shape is a record
type whatever the source; identifiers follow Open Referral HSDS 3.0 where it has a term.
"""

from __future__ import annotations

from ingestion.errors import DeclarationError
from ingestion.shapes.boundary import BOUNDARY
from ingestion.shapes.column import ARROW, FAMILIES, LINEAGE, SQL, Column, Shape
from ingestion.shapes.document import DOCUMENT
from ingestion.shapes.evidence import ASSERTION, CHECK_RESULT, ENCODED_ASSERTION
from ingestion.shapes.feedback import FEEDBACK
from ingestion.shapes.mechanism import MECHANISM
from ingestion.shapes.need import NEED
from ingestion.shapes.opportunity import OPPORTUNITY
from ingestion.shapes.organization import ORGANIZATION
from ingestion.shapes.program import PROGRAM
from ingestion.shapes.service import SERVICE
from ingestion.shapes.survey_coverage import SURVEY_COVERAGE

__all__ = [
    "ARROW",
    "ASSERTION",
    "CHECK_RESULT",
    "COLUMNS",
    "DOCUMENT",
    "ENCODED_ASSERTION",
    "FAMILIES",
    "FEEDBACK",
    "LINEAGE",
    "ORGANIZATION",
    "SERVICE",
    "SHAPES",
    "SQL",
    "Column",
    "Shape",
]

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        DOCUMENT,
        ORGANIZATION,
        PROGRAM,
        SERVICE,
        MECHANISM,
        FEEDBACK,
        NEED,
        OPPORTUNITY,
        SURVEY_COVERAGE,
        BOUNDARY,
    )
}


def facts_of(shapes: dict[str, Shape]) -> dict[str, dict[str, str]]:
    """By name of a column, its family, hashtag and unit: marts and claims know columns by their names alone.

    Raises DeclarationError where two shapes say them differently.
    """
    found: dict[str, dict[str, str]] = {}
    for shape in shapes.values():
        for column in shape:
            stated = {"family": column.family or "", "hxl": column.hxl, "unit": column.unit}
            known = found.setdefault(column.name, {})
            for fact, value in stated.items():
                if value and known.setdefault(fact, value) != value:
                    raise DeclarationError(
                        f"ingestion/shapes/{shape.name}.py, colonne « {column.name} » : « {fact} » vaut « {value} »,"
                        f" et « {known[fact]} » dans une autre forme ; une colonne de ce nom en a un seul"
                    )
    return found


COLUMNS = facts_of(SHAPES)
