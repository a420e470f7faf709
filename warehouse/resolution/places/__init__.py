"""Which administrative areas a record means, in p-codes of 2021, how that was found, and what contradicts it.

Methods: `answer` (a person's), `code` (a p-code of the stated vintage), `exact_name`, `variant` (a known other name),
`fuzzy` (an alike name, with its score), `point_in_polygon`, `country` (no place is stated). docs/adr/0010.
"""

from warehouse.resolution.places.gazetteer import carried
from warehouse.resolution.places.resolving import CANDIDATE_SCHEMA, PLACED_SHAPES, SCHEMA, resolve, unknown_names
from warehouse.resolution.places.testimony import question_key

__all__ = ["CANDIDATE_SCHEMA", "PLACED_SHAPES", "SCHEMA", "carried", "question_key", "resolve", "unknown_names"]
