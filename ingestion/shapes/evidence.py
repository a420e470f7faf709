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
# The columns whose texts recur from row to row: in memory each distinct one is kept once.
_RECURRING = {"shape", "attribute", "value", "raw_value", "source_id", "document_id", "evidence_class", "reader"}
ENCODED_ASSERTION = pa.schema(
    [
        pa.field(one.name, pa.dictionary(pa.int32(), pa.string()) if one.name in _RECURRING else one.type)
        for one in ASSERTION
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
