"""What one file may take to be read: processor time, memory and rows. The operating system holds a process to them."""

from __future__ import annotations

import os
import re
import resource
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1 << 20
# A large file earns more: the 3W of Mali (3.8 MB, 24,088 rows) takes 3 s and 150 MB.
_SECONDS_PER_MEGABYTE, _MEGABYTES_PER_MEGABYTE = 8, 64
_MOST_SECONDS = 1800
_SECONDS_PER_PAGE = 1  # of a PDF: a dense page takes half a second
# The system refuses memory only here: CPython 3.11 may spin for ever where not even its error fits, so that whoever
# watches the process ends it before.
_HARD = 1.25


@dataclass(frozen=True)
class Limits:
    """``seconds`` of processor time and ``megabytes`` of memory that any file may take, and ``rows`` that it may hold.

    Time and memory are those of a small file; a larger one may take more in proportion to its size.
    """

    seconds: int = 20
    megabytes: int = 512
    rows: int = 1_000_000

    def seconds_for(self, size: int) -> int:
        """Processor time, in seconds, for a file of so many bytes."""
        return min(self.seconds + size * _SECONDS_PER_MEGABYTE // _MEGABYTE, max(_MOST_SECONDS, self.seconds))

    def bytes_for(self, size: int) -> int:
        """Memory, in bytes, for a file of so many bytes."""
        return self.megabytes * _MEGABYTE + size * _MEGABYTES_PER_MEGABYTE


def confine(limits: Limits, path: Path) -> int | None:
    """Holds this process, from now on, to what the file may take beside what the process has taken so far.

    Beyond the time the system ends the process (SIGXCPU); a quarter beyond the memory Python raises MemoryError, or a
    library aborts. The processes that it starts inherit both. Returns the memory, in bytes as `memory_of` tells it,
    beyond which whoever watches should end the process; None where the system does not tell it.
    """
    size = path.stat().st_size
    _set(resource.RLIMIT_CPU, _seconds_used() + limits.seconds_for(size))
    if (taken := memory_of(os.getpid())) is None:
        return None
    allowed = limits.bytes_for(size)
    _set(resource.RLIMIT_DATA, taken + int(allowed * _HARD))
    return taken + allowed


def release() -> None:
    """Takes the limits of the last file away."""
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_DATA):
        _set(kind, resource.getrlimit(kind)[1])


def is_confined() -> bool:
    """Whether this process is held to the limits of a file."""
    return resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY


def allow_pages(count: int) -> None:
    """More processor time for a document of so many pages, where this process is held to a file's limits."""
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
