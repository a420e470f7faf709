"""Turns any error of a reader into one error that names the file and the place."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import DeclarationError, SourceFileError
from ingestion.project import PROJECT

# Lack of resources is no fault of the file.
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}


@contextmanager
def guarded(file: str, doing: str = "lecture") -> Iterator[None]:
    """Raises SourceFileError for any error inside, except wrong declarations and a full disk.

    The message gives the type of the error and the line of code, never the error's own text: it may quote a cell.
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
    """The innermost line of our own code in the traceback: « mail.py, ligne 48 »."""
    project = str(PROJECT)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(project) and "site-packages" not in frame.filename]
    ours = inside + [frame for frame in frames if frame.filename.endswith("parse.py") and frame not in inside]
    frame = next((frame for frame in reversed(ours) if not frame.filename.endswith("guard.py")), None)
    return f"{Path(frame.filename).name}, ligne {frame.lineno}" if frame is not None else "lecteur"
