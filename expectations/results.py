"""The result of a check, whichever tool ran it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from ingestion.shapes import CHECK_RESULT


@dataclass(frozen=True)
class CheckResult:
    """One check of one source. ``severity`` is error (holds the source back), warning or info.

    ``failed_count`` is None if the rows are persons: their number is withheld.
    """

    check_name: str
    severity: str
    passed: bool
    failed_count: int | None = 0
    examples: str = ""

    @property
    def is_blocking_failure(self) -> bool:
        """Whether this result holds the source back."""
        return self.severity == "error" and not self.passed


def as_table(source_id: str, results: list[CheckResult]) -> pa.Table:
    """The results as a table of schema CHECK_RESULT."""
    rows: list[dict[str, Any]] = [asdict(result) | {"source_id": source_id} for result in results]
    return pa.Table.from_pylist(rows, schema=CHECK_RESULT)
