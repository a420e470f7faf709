"""What ingestion says of itself, in the same one-folder-a-shape form as the records."""

from __future__ import annotations

import pyarrow as pa

ASSERTION = pa.schema(
    [
        ("record_id", pa.string()),
        ("shape", pa.string()),
        ("attribute", pa.string()),
        ("value", pa.string()),
        ("raw_value", pa.string()),
        ("locator", pa.string()),
        ("source_id", pa.string()),
        ("document_id", pa.string()),
        ("observed_on", pa.date32()),
        ("evidence_class", pa.string()),
        ("reader", pa.string()),
    ]
)
CHECK_RESULT = pa.schema(
    [
        ("source_id", pa.string()),
        ("check_name", pa.string()),
        ("severity", pa.string()),
        ("passed", pa.bool_()),
        ("failed_count", pa.int64()),
        ("examples", pa.string()),
    ]
)
