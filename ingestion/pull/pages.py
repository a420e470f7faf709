"""Pages of a pull, kept until it is complete, so that an interrupted pull can resume.

Pages hold answers of people: the folder and its files are private to one user, and removed at the end.
"""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from ingestion.pull.client import Params
from ingestion.pull.errors import PullError

# Older pages may no longer match the server.
_KEPT_SECONDS = 6 * 3600
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """Some rows, the total number of rows, and the parameters of the next page."""

    rows: list[_Row]
    count: int
    following: Params | None


def pages_from(first: Params, get: Callable[[Params], Page[_Row]]) -> Iterator[Page[_Row]]:
    """Pages one after the other. Ends even if the server sends more rows than announced.

    Raises PullError if a page is repeated, or an empty one announces another.
    """
    following: Params | None = first
    seen: set[tuple[tuple[str, str], ...]] = set()
    rows = 0
    while following is not None:
        if (asked := tuple(sorted(following.items()))) in seen:
            raise PullError("le serveur redonne sans fin la même page")
        seen.add(asked)
        page = get(following)
        yield page
        rows += len(page.rows)
        if not page.rows and page.following is not None:
            raise PullError("le serveur annonce sans fin une autre page, et la rend vide")
        following = page.following if rows <= page.count else None


_Page = Page[dict[str, Any]]


class Pages:
    """The pages of one pull in a folder. ``asked`` identifies the request: pages of another one are deleted."""

    def __init__(self, folder: Path, asked: dict[str, Any]) -> None:
        self._folder, self._asked = folder, asked
        made_private(folder)
        known = read_json(folder / "asked.json") or {}
        if known.get("asked") != asked or not 0 <= time.time() - known.get("since", 0) < _KEPT_SECONDS:
            self._start()

    def all(self, name: str, first: Params, get: Callable[[Params], _Page], key: str) -> list[dict[str, Any]]:
        """The rows of all pages, each once by its ``key``. Raises PullError if two attempts miss the count."""
        for _ in range(2):
            pages = list(self._pages(name, first, get))
            rows = {str(row.get(key)): row for page in pages for row in page.rows}
            if {page.count for page in pages} == {len(rows)}:
                return list(rows.values())
            self._start()  # answers were added or deleted during the pull
        raise PullError(f"{len(rows)} soumissions relevées, {pages[-1].count} annoncées : à refaire")

    def combined(self, content: dict[str, Any]) -> Path:
        """Writes the combined content of all pages; returns the file."""
        file = self._folder / "whole"
        write_private(file, as_json(content))
        return file

    def _start(self) -> None:
        for path in self._folder.glob("*.page"):
            path.unlink()
        write_private(self._folder / "asked.json", as_json({"asked": self._asked, "since": time.time()}))

    def _pages(self, name: str, first: Params, get: Callable[[Params], _Page]) -> Iterator[_Page]:
        numbers = itertools.count()

        def kept(params: Params) -> _Page:
            path = self._folder / f"{name}-{next(numbers):06}.page"
            if (known := read_json(path)) is not None:
                return Page(**known)
            page = get(params)
            write_private(path, as_json(vars(page)))
            return page

        return pages_from(first, kept)


def as_json(content: Any) -> bytes:
    """Deterministic JSON: the same content is the same bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def made_private(folder: Path) -> None:
    """Creates a folder that only its owner may enter."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def write_private(path: Path, data: bytes) -> None:
    """Writes a file atomically, for its owner only."""
    copy_private(io.BytesIO(data), path)


def move_private(file: Path, path: Path) -> None:
    """Moves a private file atomically; on the same disk no temporary file appears beside the target."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        try:
            os.replace(file, path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            copy_private(opened, path)
            file.unlink()


def copy_private(opened: BinaryIO, path: Path) -> None:
    """Copies an open file atomically, by a hidden `.part` beside the target that no source claims."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)  # a leftover would keep its permissions
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(opened, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The stored content, or None; a truncated file counts as none."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
