"""The files that a data root keeps about itself: the type of each, and the only function that reads them.

All faults (truncated, garbled, wrong type, a folder of that name, no permission) are one error, `Damaged`, whose
message names the file and what to do.
"""

from __future__ import annotations

import datetime as dt
import os
from functools import cache
from pathlib import Path
from typing import Any, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

FROM_BACKUP = "Le remettre d’une sauvegarde, puis relancer."
ASIDE = ".abime-"
_MORE = with_config(ConfigDict(extra="allow"))


class Damaged(ValueError):
    """A file of the data root that cannot be used: its path, what is wrong with it, and what to do."""

    def __init__(self, path: Path, found: str = "abîmé ou illisible", todo: str = FROM_BACKUP) -> None:
        self.path, self.found, self.todo = path, found, todo
        super().__init__(f"{path} : {found}. {todo}")

    def __reduce__(self) -> tuple[Any, ...]:  # it is pickled by worker processes
        return Damaged, (self.path, self.found, self.todo)


@_MORE
class Entry(TypedDict):
    """A publication as the catalog names it."""

    current: str
    run_id: str
    published_at: str
    is_demo: bool


@_MORE
class Catalog(Entry):
    """The pointer to the current publication."""

    history: list[Entry]


@_MORE
class Input(TypedDict):
    """The data of one source in a publication."""

    state: str
    files: dict[str, str]
    rows: dict[str, dict[str, int | None]]  # None if they are persons


@_MORE
class StateFile(TypedDict):
    """A file of `state/` as a publication left it."""

    rows: int
    sha256: str


@_MORE
class StateOfManifest(TypedDict):
    """`state/` when a publication was made."""

    left: NotRequired[dict[str, StateFile]]


@_MORE
class Manifest(TypedDict):
    """The inputs and checks of a publication."""

    run_id: str
    published_at: str
    is_demo: bool
    as_of: str
    fingerprint: str
    inputs: dict[str, Input]
    source_checks: dict[str, list[dict[str, Any]]]
    checks: list[dict[str, Any]]
    marts: dict[str, dict[str, Any]]
    state: NotRequired[StateOfManifest]
    reply_to: NotRequired[str]
    landing: NotRequired[str]
    file: str
    file_sha256: str


@_MORE
class DeliveryState(TypedDict):
    """The last delivery of a source."""

    source_id: str
    state: str
    fingerprint: NotRequired[str]
    files: NotRequired[dict[str, str]]
    rows: NotRequired[dict[str, dict[str, int]]]
    checks: NotRequired[list[dict[str, Any]]]
    validations: NotRequired[list[dict[str, Any]]]
    error: NotRequired[str | None]
    stored: NotRequired[dict[str, dict[str, Any]]]


@_MORE
class Receipt(TypedDict):
    """One erasure asked for by a respondent."""

    hashes: dict[str, list[str]]
    forgotten_at: NotRequired[str]
    documents: NotRequired[list[str]]
    read: NotRequired[list[str]]


@_MORE
class AuditPart(TypedDict):
    """The checks of one tool on a build."""

    build_sha256: str
    checks: list[dict[str, Any]]
    expected: list[str]
    run: dict[str, Any]


@_MORE
class BackupRecord(TypedDict):
    """Where and when the last backup was written."""

    folder: str
    made_at: str


@_MORE
class BackupManifest(TypedDict):
    """What a backup holds."""

    format: int
    made_at: str
    current: Catalog
    files: dict[str, dict[str, Any]]


class RestoreJournal(TypedDict):
    """What a restore sets aside (``present``, in the folder ``aside``) and what it puts in place (``coming``)."""

    backup: str
    aside: str
    present: list[str]
    coming: list[str]


@_MORE
class Alert(TypedDict):
    """One alert to people."""

    kind: str
    subject: str
    text: str
    created_at: str
    sent: dict[str, str]


@_MORE
class Deliverable(TypedDict):
    """The record of one deliverable of a publication."""

    state: str
    title_fr: str
    files: list[dict[str, Any]]
    made_of: dict[str, Any]
    reason: str
    seconds: float


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read(path: Path, kind: Any = Any, todo: str = FROM_BACKUP) -> Any:
    """The content of a JSON file of a given type, or None if there is none.

    Raises Damaged, which quotes nothing of the file.
    """
    try:
        return _adapter(kind).validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        is_json = error.errors(include_input=False, include_url=False)[0]["type"] != "json_invalid"
        fault = "incomplet ou d’une autre forme que celle attendue" if is_json else "coupé ou illisible (JSON attendu)"
        raise Damaged(path, fault, todo) from None
    except (OSError, UnicodeError, RecursionError) as error:
        raise Damaged(path, _reason(error), todo) from error


def _reason(error: Exception) -> str:
    return f"illisible ({getattr(error, 'strerror', None) or type(error).__name__})"


def set_aside(path: Path, now: dt.datetime) -> Path:
    """Renames an unusable file, in the same folder; returns its new path."""
    aside = path.with_name(f"{path.name}{ASIDE}{now:%Y%m%dT%H%M%SZ}")
    os.replace(path, aside)
    return aside
