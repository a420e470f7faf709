"""The rows that a source's sample must give, exactly: written for review, compared in the tests."""

from __future__ import annotations

import csv
import io

import pandas as pd

from ingestion.clean.text import as_text
from ingestion.declaration.source import Source
from ingestion.records.source_records import ingest
from ingestion.shapes import SHAPES

# Ids hold the sha256 of the sample, and outlines are long: neither is for a person to review.
_LEFT_OUT = {"record_id", "document_id", "source_id", "geometry"}


def expected_csv(source: Source) -> str:
    """All records and rejected rows of the sample as CSV text: shape, locator, reason, then every filled column."""
    ingested = ingest(source, [source.sample])
    rows = [
        {"shape": shape, "locator": row["locator"], "rejected": row["errors"] or ""}
        | {name: as_text(row[name]) for name in _named(shape) if not pd.isna(row[name])}
        for shape, frame in ingested.records.items()
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
    rows += [
        {"shape": row["shape"], "locator": row["locator"], "rejected": row["reason"]}
        for row in ingested.rejected.to_dict("records")
    ]
    header = list(dict.fromkeys(["shape", "locator", "rejected", *(name for row in rows for name in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _named(shape: str) -> list[str]:
    return [column.name for column in SHAPES[shape].stored if column.name not in _LEFT_OUT and column.name != "locator"]
