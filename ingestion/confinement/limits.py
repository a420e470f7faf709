"""Limits for reading one file: processor time, memory and rows, enforced by the operating system."""

from __future__ import annotations

import os
import re
import resource
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1 << 20
# Larger files get more: the 3W of Mali (3.8 MB, 24,088 rows) takes 3 s and 150 MB.
_SECONDS_PER_MEGABYTE, _MEGABYTES_PER_MEGABYTE = 8, 64
_MOST_SECONDS = 1800
_SECONDS_PER_PAGE = 1  # per page of a PDF: a dense page takes half a second
# The system's limit, as a multiple: near it CPython 3.11 may spin for ever, unable to raise an error, so the watching
# parent ends the process earlier.
_HARD = 1.25


@dataclass(frozen=True)
class Limits:
    """``seconds`` of processor time, ``megabytes`` of memory and ``rows`` for one file.

    Time and memory are those of a small file; larger ones get more in proportion to their size.
    """

    seconds: int = 20
    megabytes: int = 512
    rows: int = 1_000_000

    def seconds_for(self, size: int) -> int:
        """Processor time, in seconds, for a file of this size."""
        return min(self.seconds + size * _SECONDS_PER_MEGABYTE // _MEGABYTE, max(_MOST_SECONDS, self.seconds))

    def bytes_for(self, size: int) -> int:
        """Memory, in bytes, for a file of this size."""
        return self.megabytes * _MEGABYTE + size * _MEGABYTES_PER_MEGABYTE


def confine(limits: Limits, path: Path) -> int | None:
    """Limits this process to what the file may take on top of its current use.

    Beyond the time the system ends the process (SIGXCPU); a quarter beyond the memory Python raises MemoryError, or a
    library aborts. Child processes inherit both. Returns the memory, in bytes as from `memory_of`, above which the
    watching parent should end the process; None if unknown.
    """
    size = path.stat().st_size
    _set(resource.RLIMIT_CPU, _seconds_used() + limits.seconds_for(size))
    if (taken := memory_of(os.getpid())) is None:
        return None
    allowed = limits.bytes_for(size)
    _set(resource.RLIMIT_DATA, taken + int(allowed * _HARD))
    return taken + allowed


def release() -> None:
    """Removes the limits of the last file."""
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_DATA):
        _set(kind, resource.getrlimit(kind)[1])


def is_confined() -> bool:
    """Whether this process has the limits of a file."""
    return resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY


def allow_pages(count: int) -> None:
    """Adds processor time for the pages of a document, if this process has limits."""
    if is_confined():
        soft = resource.getrlimit(resource.RLIMIT_CPU)[0]
        _set(resource.RLIMIT_CPU, soft + min(count * _SECONDS_PER_PAGE, _MOST_SECONDS))


def _set(kind: int, soft: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _seconds_used() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return int(used.ru_utime + used.ru_stime) + 1


def memory_of(process: int) -> int | None:
    """The private memory of a process that the system counts against RLIMIT_DATA, in bytes; None where unknown."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    match = re.search(r"^VmData:\s*(\d+) kB", status, re.MULTILINE)
    return int(match[1]) * 1024 if match else None
