"""A whole manifest for publications that a test makes by hand."""

from __future__ import annotations

from typing import Any

_LEAST: dict[str, Any] = {
    "run_id": "00000001-run", "published_at": "2024-09-01T05:00:00+00:00", "is_demo": False, "as_of": "2024-08-31",
    "fingerprint": "", "inputs": {}, "source_checks": {}, "checks": [], "marts": {},
}  # fmt: skip


def manifest(**given: Any) -> dict[str, Any]:
    """The least that a manifest says, and what is given."""
    return _LEAST | given
