"""Produces deliverables of a publication: made in a temporary folder, checked, then put in place with a record.

`deliverables.json` beside the publication's file records the inputs and the outcome of each deliverable.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from ingestion.digest import file_sha256
from warehouse import state_files
from warehouse.paths import PROJECT
from warehouse.reading.edition import Edition, open_edition
from warehouse.storage import read_json, tree_hash, write_json

RECORD = "deliverables.json"
_NO_CODE = ("data", "__pycache__")  # below warehouse/: written by runs
# Display order; others follow.
_SHOWN = ("final_report", "midterm_report", "inception_report", "presentation", "map", "exports", "hsds")
_ASIDE = ".making_"
State = Literal["made", "kept", "failed"]
_CODE = (".py", ".html", ".css", ".js", ".j2", ".lua", ".typ", ".md", ".csv", ".json", ".geojson", ".yml")


@dataclass(frozen=True)
class Deliverable:
    """One product made from a publication.

    ``make(edition, folder)`` writes into an empty folder the files for the publication's own; ``check(edition,
    folder)`` rereads them and returns what is wrong, in French, one sentence each. ``after``: deliverables that it
    reads. ``kinds``: of its files, as Dagster names them.
    """

    name: str
    title_fr: str
    title_en: str
    make: Callable[[Edition, Path], None]
    check: Callable[[Edition, Path], list[str]]
    kinds: frozenset[str]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The outcome of a deliverable: ``reason`` if it failed, ``files`` relative to the publication's folder."""

    state: State
    seconds: float
    files: list[str]
    reason: str = ""


class Refused(Exception):
    """A deliverable whose own checks failed; the message lists them."""


def produce(
    deliverable: Deliverable,
    folder: Path,
    guard: Callable[[Path], None],
    needed: tuple[Deliverable, ...] = (),
) -> Outcome:
    """Makes a deliverable of the publication in ``folder``, unless it is there for the same data and code.

    ``guard`` raises if the result must not be shown. A failure of any kind leaves the publication as it is, removes
    earlier files of the deliverable, and is recorded with its reason; it is not raised.
    """
    made_of = _made_of(deliverable, folder, needed)
    before = record_of(folder).get(deliverable.name, {})
    if before.get("state") == "made" and before["made_of"] == made_of and not _damaged(folder, before):
        return Outcome("kept", 0.0, [file["path"] for file in before["files"]])
    started = time.monotonic()
    try:
        files, reason = _made(deliverable, folder, guard), ""
    except Exception as error:  # whatever it is: readers keep the data, and the failure is reported
        files, reason = [], f"{error}".strip() or type(error).__name__
    _remove(folder, {file["path"] for file in before.get("files", [])} - {file["path"] for file in files})
    seconds = round(time.monotonic() - started, 2)
    entry = {
        "state": "failed" if reason else "made",
        "title_fr": deliverable.title_fr,
        "title_en": deliverable.title_en,
        "files": files,
        "made_of": made_of,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "reason": reason,
        "seconds": seconds,
    }
    with FileLock(folder.parent / f".{RECORD}.lock"):  # two processes make deliverables in parallel
        write_json(folder / RECORD, record_of(folder) | {deliverable.name: entry})
    return Outcome("failed" if reason else "made", seconds, [file["path"] for file in files], reason)


def record_of(folder: Path) -> dict[str, dict[str, Any]]:
    """`deliverables.json` by name, in display order."""
    try:
        entries = state_files.read(folder / RECORD, dict[str, state_files.Deliverable]) or {}
    except state_files.Damaged:  # none counts as made, and « mrf deliver » makes them again
        entries = {}
    return {name: entries[name] for name in dict.fromkeys((*_SHOWN, *entries)) if name in entries}


@cache
def code_hash() -> str:
    """A hash of all code behind deliverables: they are remade when it changes."""
    ours = sorted(path for path in (PROJECT / "warehouse").iterdir() if path.name not in _NO_CODE)
    return tree_hash([*ours, PROJECT / "ingestion" / "shapes", PROJECT / "requirements.txt"], _CODE)


def missing(deliverables: tuple[Deliverable, ...], folder: Path) -> list[str]:
    """Names of the deliverables that are incomplete or of other data or code."""
    by_name = {one.name: one for one in deliverables}
    entries = record_of(folder)
    lacking = []
    for one in deliverables:
        entry = entries.get(one.name, {})
        of_now = _made_of(one, folder, tuple(by_name[name] for name in one.after))
        if entry.get("state") != "made" or entry["made_of"] != of_now or _damaged(folder, entry):
            lacking.append(one.name)
    return lacking


def _made_of(deliverable: Deliverable, folder: Path, needed: tuple[Deliverable, ...]) -> dict[str, Any]:
    """The inputs of a deliverable: the data (a publication never changes), the code, and the deliverables it reads."""
    entries = record_of(folder)
    return {
        "publication": folder.name,
        "file_sha256": read_json(folder / "manifest.json")["file_sha256"],
        "code": code_hash(),
        "after": {one.name: entries.get(one.name, {}).get("files", []) for one in needed},
    }


def _made(deliverable: Deliverable, folder: Path, guard: Callable[[Path], None]) -> list[dict[str, Any]]:
    with _aside(folder, deliverable.name) as aside:
        with open_edition(folder) as edition:
            deliverable.make(edition, aside)
            if wrong := deliverable.check(edition, aside):
                raise Refused(" ; ".join(wrong))
        guard(aside)  # outside the block above: it opens the same file with settings that DuckDB does not mix
        paths = sorted(path for path in aside.rglob("*") if path.is_file())
        files = [
            {"path": str(p.relative_to(aside)), "bytes": p.stat().st_size, "sha256": file_sha256(p)} for p in paths
        ]
        try:
            for path, file in zip(paths, files, strict=True):
                target = folder / str(file["path"])
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)
        except OSError:
            _remove(folder, {str(file["path"]) for file in files})  # removes a half-made deliverable
            raise
    return files


@contextmanager
def _aside(folder: Path, name: str) -> Iterator[Path]:
    """A private temporary folder on the same disk, beside the publications."""
    aside = folder.parent / f"{_ASIDE}{name}"
    shutil.rmtree(aside, ignore_errors=True)  # leftovers of killed processes
    aside.mkdir(mode=0o700)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _damaged(folder: Path, entry: dict[str, Any]) -> bool:
    """Whether one of its files is gone or has another size."""
    paths = [(folder / file["path"], file["bytes"]) for file in entry["files"]]
    return any(not path.is_file() or path.stat().st_size != size for path, size in paths)


def _remove(folder: Path, names: set[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
