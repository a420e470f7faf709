"""Whatever a reader stumbles over while it reads a file, told as one error that names the file and the place."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import DeclarationError, SourceFileError
from ingestion.project import PROJECT

# What the machine lacks is no fault of the file.
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}


@contextmanager
def guarded(file: str, doing: str = "lecture") -> Iterator[None]:
    """Raises SourceFileError for anything that is raised inside, but for wrong declarations and a full disk.

    The message tells the kind of the error and the line of the code, never the error's own text: it may quote a cell.
    """
    try:
        yield
    except (SourceFileError, DeclarationError):
        raise
    except MemoryError as error:
        raise SourceFileError(
            file, f"{doing} ({_line(error)})", "un fichier qui se lit dans la mémoire permise (MRF_FILE_MEMORY_MB)",
            "un contenu qui en demande davantage",
        ) from error  # fmt: skip
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            raise
        found = f"un contenu qui l’arrête ({type(error).__name__})"
        raise SourceFileError(file, f"{doing} ({_line(error)})", "un contenu que l’entrepôt comprend", found) from error


def _line(error: BaseException) -> str:
    """The innermost line of our own code that the error passed: « mail.py, ligne 48 »."""
    project = str(PROJECT)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(project) and "site-packages" not in frame.filename]
    ours = inside + [frame for frame in frames if frame.filename.endswith("parse.py") and frame not in inside]
    frame = next((frame for frame in reversed(ours) if not frame.filename.endswith("guard.py")), None)
    return f"{Path(frame.filename).name}, ligne {frame.lineno}" if frame is not None else "lecteur"
