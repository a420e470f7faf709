"""The message for an unforeseen failure of a command: one sentence, and where to find the rest."""

from __future__ import annotations

import datetime as dt
import os
import traceback

from orchestration.language import _, translated
from orchestration.operation import disk
from warehouse.paths import Layout
from warehouse.plain_path import NoPlainPath
from warehouse.privacy.key import KeyProblem
from warehouse.resolution.state import StateError
from warehouse.state_files import Damaged

# Errors with our own messages, which name the file and what to do.
_OURS = (Damaged, StateError, KeyProblem, NoPlainPath)


def in_a_sentence(error: Exception, layout: Layout) -> str:
    """What went wrong and what to do; the traceback of an unforeseen error goes to the root's log."""
    if isinstance(error, _OURS):
        return translated(str(error))
    if layout.root.is_dir() and disk.is_full(layout, str(error)):
        return translated(disk.in_words(layout))
    if isinstance(error, OSError) and error.filename:
        return _(
            "{file} : {strerror}. Le corriger (« mrf doctor » aide), puis relancer.",
            file=os.fsdecode(error.filename),
            strerror=error.strerror,
        )
    kind = type(error).__name__
    try:
        log = _logged(error, layout)
    except OSError as reason:
        return _(
            "Erreur imprévue ({kind}), que {error_log} n’a pu garder ({strerror}) : la signaler.",
            kind=kind,
            error_log=layout.error_log,
            strerror=reason.strerror,
        )
    return _(
        "Erreur imprévue ({kind}). « mrf doctor » dit l’état de la racine ; joindre {log} au signalement.",
        kind=kind,
        log=log,
    )


def _logged(error: Exception, layout: Layout) -> str:
    """Appends the traceback to the log, without messages and values: they may quote a row."""
    lines, cause = [f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"], error.__cause__ or error.__context__
    for one in filter(None, (cause, error)):
        lines.append(type(one).__name__)
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(one.__traceback__)
        ]
    path = layout.error_log
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return str(path)
