"""What a command costs: processor seconds of all its processes, and the most memory that they held together."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY = 0.5


@dataclass(frozen=True)
class Cost:
    """`cpu`: user and system seconds of all processes; `memory`: bytes; `wall`: seconds."""

    cpu: float
    memory: int
    wall: float


def measured(command: Sequence[str], cwd: Path, **variables: str) -> Cost:
    """Runs a command to its end.

    Raises subprocess.CalledProcessError, with what it wrote, if it fails.
    """
    before, started = _processor(), time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = _Peak(process.pid)
    peak.start()
    written, _ = process.communicate()
    peak.stop()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), written)
    return Cost(_processor() - before, peak.bytes, time.perf_counter() - started)


def _processor() -> float:
    """Seconds of all children that ended; a process that nobody waited for is not counted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Peak(threading.Thread):
    """The most memory that a process and its descendants held at once; pages that they share count once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._root = psutil.Process(pid)
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(_EVERY):
            self.bytes = max(self.bytes, sum(map(_proportional, self._family())))

    def _family(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
