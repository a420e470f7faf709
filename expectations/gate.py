"""Splits rows into accepted and rejected; checks that rows read = accepted + rejected."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.results import CheckResult
from ingestion.records.source_records import Ingested
from ingestion.shapes import SHAPES

REJECTED = ["shape", "document_id", "locator", "reason", "row"]


def conservation_of(shape: str) -> str:
    """The name of the check that no row of a shape is lost."""
    return f"conservation_{shape}"


@dataclass(frozen=True)
class Gated:
    """``accepted``: by shape, the stored columns. ``assertions``: ENCODED_ASSERTION. ``rejected``: REJECTED columns.

    `row` is the record as JSON, or the cells of a row that never became one; it holds nothing personal.
    """

    accepted: dict[str, pd.DataFrame]
    assertions: pa.Table
    rejected: pd.DataFrame
    read_counts: dict[str, int]

    def conservation(self) -> list[CheckResult]:
        """One check per shape: rows read = accepted + rejected."""
        results = []
        for shape, read in self.read_counts.items():
            kept, left = len(self.accepted[shape]), int(self.rejected["shape"].eq(shape).sum())
            # The number of persons who refused is withheld.
            counts = "" if SHAPES[shape].is_answer_of_a_person else f"lues {read} = acceptées {kept} + rejetées {left}"
            results.append(
                CheckResult(conservation_of(shape), "error", read == kept + left, abs(read - kept - left), counts)
            )
        return results


def gate(ingested: Ingested) -> Gated:
    """Splits the records by their errors; assertions of rejected records go with them."""
    accepted, rejected = {}, [_left_out(ingested.rejected)]
    for shape, frame in ingested.records.items():
        wrong = frame["errors"].notna()
        accepted[shape] = frame.loc[~wrong, [c.name for c in SHAPES[shape].stored]]
        rejected.append(_rejected(shape, frame[wrong]))
    assertions = ingested.assertions
    if any(map(len, rejected[1:])):
        kept = pa.array(pd.concat([frame["record_id"] for frame in accepted.values()]), pa.string())
        assertions = assertions.filter(pc.is_in(assertions["record_id"], kept))
    filled = [part[REJECTED] for part in rejected if len(part)]
    left = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=REJECTED, dtype=object)
    return Gated(accepted, assertions, left, ingested.read_counts)


def _left_out(rejected: pd.DataFrame) -> pd.DataFrame:
    """Rows that never became records; not every reader provides their cells."""
    rows = rejected.reindex(columns=REJECTED).astype(object)
    return rows.assign(row=rows["row"].where(rows["row"].notna(), ""))


def _rejected(shape: str, frame: pd.DataFrame) -> pd.DataFrame:
    columns = [c.name for c in SHAPES[shape].columns if c.kind != "bytes"] + ["observed_on"]
    rows = [
        json.dumps({k: v for k, v in row.items() if not pd.isna(v)}, ensure_ascii=False, default=str)
        for row in frame[columns].to_dict("records")
    ]
    return frame[["document_id", "locator"]].assign(shape=shape, reason=frame["errors"], row=rows)
