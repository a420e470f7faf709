"""Files are identified by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path


def file_sha256(path: Path) -> str:
    """The hexadecimal sha256 of a file, which is the document id of a landed one."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
