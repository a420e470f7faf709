"""Reads files in a separate process with limits set by the system: a file can only end that process.

One process reads all files of a run in turn; it is restarted after a file that ended it.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from ingestion.confinement import limits
from ingestion.confinement.limits import Limits
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.project import PROJECT
from ingestion.readers.surveys.consent import Erased, nothing_erased
from ingestion.records import kept_parts
from ingestion.records.file_records import Part
from ingestion.records.kept_parts import KeptParts
from ingestion.records.source_records import parts

_WALL_SECONDS = 900  # a blocked file (a hanging share) takes no processor time
_WATCH_SECONDS, _LOOK_SECONDS = 1, 0.1
# Only the memory needed by the file should count: Arrow's own allocator reserves a gigabyte at once, and each thread of
# a numeric library its stack.
_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_BEYOND_TIME, _BEYOND_MEMORY = {signal.SIGXCPU}, {signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS}


@dataclass(frozen=True)
class _Request:
    source: Source
    paths: list[Path]
    places: list[Path | None]  # the cache path of each file, if permitted
    erased: Erased
    withheld: bool
    limits: Limits


class ReadingProcess:
    """The parent's handle of the reading process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Starts the process, so that its imports run in parallel."""
        ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=PROJECT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT | os.environ,
                start_new_session=True,  # its own session, to be ended with its children
            )
        self._connection = ours

    def parts(
        self,
        source: Source,
        paths: list[Path],
        limits: Limits,
        kept: KeptParts | None = None,
        erased: Erased = nothing_erased,
        withheld: bool = False,
    ) -> list[Part]:
        """The records of each file, as from `ingest.parts`; files cached in ``kept`` are not read again.

        Raises SourceFileError, also for a file that exceeded its limits or ended the process.
        """
        # Files of a survey depend on each other: one may hold a later version of a submission.
        may_keep = kept is not None and not isinstance(source.reader, SurveyReader)
        places = [kept.place(path) if kept is not None and may_keep else None for path in paths]
        read = [kept_parts.load(place) if place is not None else None for place in places]
        missing = [number for number, part in enumerate(read) if part is None]
        if missing:
            files, kept_at = [paths[n] for n in missing], [places[n] for n in missing]
            request = _Request(source, files, kept_at, erased, withheld, limits)
            for number, part in zip(missing, self._read(request), strict=True):
                read[number] = part
        return [part for part in read if part is not None]

    def _read(self, request: _Request) -> list[Part]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self.start()
        assert self._connection is not None
        path, most_memory, read = request.paths[0], None, list[Part]()
        try:
            self._connection.send(request)
            while True:
                self._wait(path, most_memory, request.limits)
                match self._connection.recv():
                    case "file", (path, most_memory):
                        pass
                    case "kept", place:
                        part = kept_parts.load(place)
                        if part is None:
                            raise OSError(f"{place} : à peine écrit, déjà illisible")
                        read.append(part)
                    case "part", part:
                        read.append(part)
                    case "error", error:
                        raise error
                    case "done", _:
                        return read
        except (EOFError, ConnectionError) as gone:
            raise self._ended(path, request.limits) from gone

    def _wait(self, path: Path, most_memory: int | None, allowed: Limits) -> None:
        """Waits for the next message. Ends the process and raises SourceFileError if a file takes too much."""
        assert self._process is not None
        assert self._connection is not None
        until = time.monotonic() + _WALL_SECONDS
        while not self._connection.poll(_LOOK_SECONDS):
            taken = limits.memory_of(self._process.pid)
            if most_memory is not None and taken is not None and taken > most_memory:
                self.end()
                raise _beyond_memory(path, allowed, "un contenu qui en demande davantage")
            if time.monotonic() > until:
                self.end()
                raise SourceFileError(path.name, "lecture", "un fichier qui se lit", f"{_WALL_SECONDS} s d’attente")

    def _ended(self, path: Path, limits: Limits) -> SourceFileError:
        """Why the process ended while reading a file."""
        assert self._process is not None
        code = self._process.wait()
        self.end()
        size = path.stat().st_size if path.exists() else 0
        number = -code
        if number in _BEYOND_TIME:
            wanted = f"un fichier qui se lit en {limits.seconds_for(size)} s de calcul (MRF_FILE_SECONDS)"
            return SourceFileError(path.name, "lecture", wanted, "un contenu qui en demande davantage")
        if number in _BEYOND_MEMORY:
            return _beyond_memory(path, limits, f"un contenu qui arrête son lecteur ({signal.Signals(number).name})")
        found = f"un contenu qui arrête son lecteur (code {code})"
        return SourceFileError(path.name, "lecture", "un fichier que son lecteur comprend", found)

    def end(self) -> None:
        """Ends the process and its children."""
        process, self._process = self._process, None
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _beyond_memory(path: Path, limits: Limits, found: str) -> SourceFileError:
    size = path.stat().st_size if path.exists() else 0
    wanted = f"un fichier qui se lit dans {limits.bytes_for(size) >> 20} Mo (MRF_FILE_MEMORY_MB)"
    return SourceFileError(path.name, "lecture", wanted, found)


def _serve(connection: Connection) -> None:
    while True:
        try:
            request: _Request = connection.recv()
        except (EOFError, ConnectionError):
            return  # the parent is gone
        connection.send(_answered(connection, request))


def _answered(connection: Connection, request: _Request) -> tuple[str, object]:
    """Sends the records of each file; returns how the request ended."""

    def begin(path: Path) -> None:
        connection.send(("file", (path, limits.confine(request.limits, path))))

    try:
        read = parts(request.source, request.paths, request.erased, request.withheld, request.limits.rows, begin)
        for place, part in zip(request.places, read, strict=True):
            limits.release()
            if place is not None and not part.holds_personal_data:
                kept_parts.keep(place, part)
                connection.send(("kept", place))
            else:
                connection.send(("part", part))
        return "done", None
    except (SourceFileError, DeclarationError, OSError) as error:
        return "error", error
    finally:
        limits.release()


def _end_without(parent: int) -> None:
    """Ends this process and its children once its parent is gone, killed or not."""
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the content of the file
    threading.Thread(target=_end_without, args=(os.getppid(),), daemon=True).start()
    # Requests refer to the classes of the imported module, not of `__main__`.
    from ingestion import reading_process

    reading_process._serve(Connection(int(sys.argv[1])))
