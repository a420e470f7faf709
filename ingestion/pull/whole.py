"""What a pull brings, before it is put where files are received."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Whole:
    """The whole content, in a private file. ``versions``: submissions by form version.

    ``deleted``: how many submissions the server says are gone. ``state``: what the next pull is to know of this one.
    """

    file: Path
    submissions: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    deleted: int = 0
    state: dict[str, str] = field(default_factory=dict)
