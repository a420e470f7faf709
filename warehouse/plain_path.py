"""A path without special characters to a folder that has some, for programs that read paths as addresses or patterns.

dbt puts paths into SQL and drops what follows `?` or `#`, Dagster puts them into addresses of SQLite files (`?`, `%`),
DuckDB reads brackets as a pattern. No escaping works for all three, but a link does.

DuckDB (1.5) resolves links, and below a folder with a `?` in its name it looks for its journal in another folder that
does not exist. Such files are written to a folder of the account and then moved.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.storage import copy_atomically

_PLAIN = re.compile(r"[\w/.,+=@ -]+")


class NoPlainPath(Exception):
    """There is no place for such a link; the message says what to do."""


def plain(folder: Path) -> Path:
    """The folder itself if its path is plain, else a stable link to it. Raises NoPlainPath."""
    if _PLAIN.fullmatch(str(folder)):
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    for place in _places():
        try:
            return _linked(place / name, folder)
        except OSError:
            continue
    raise NoPlainPath(
        f"{folder} : ce chemin porte des signes que dbt ou SQLite ne prennent pas, et il n’y a aucun dossier où mettre"
        " un lien vers lui ; poser XDG_CACHE_HOME sur un dossier où écrire, au chemin simple"
    )


def for_duckdb(path: Path) -> Path:
    """A path where DuckDB can write a file; `put_in_place` moves it to its target. Raises NoPlainPath."""
    folder = path.parent
    if "?" not in str(folder.resolve()):
        return plain(folder) / path.name
    beside = plain(folder).with_suffix(".ecrit")
    beside.mkdir(mode=0o700, exist_ok=True)
    return beside / path.name


def put_in_place(path: Path) -> None:
    """Moves a file from where DuckDB could write it to its target."""
    written = for_duckdb(path)
    if written.parent.suffix == ".ecrit" and written.exists():
        copy_atomically(written, path)
        written.unlink()


def _places() -> Iterator[Path]:
    """The cache folder of the account, else its own folder among temporary files."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "mrf" / "racines"
    for place in (kept, Path(tempfile.gettempdir()) / f"mrf-racines-{os.getuid()}"):
        if place.is_absolute() and _PLAIN.fullmatch(str(place)):
            yield place


def _linked(link: Path, folder: Path) -> Path:
    link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if link.parent.lstat().st_uid != os.getuid() or link.parent.is_symlink():
        raise PermissionError(link.parent)  # owned by somebody else, who could redirect us
    if not (link.is_symlink() and link.readlink() == folder):
        beside = link.with_name(f".{link.name}.{os.getpid()}.part")
        beside.unlink(missing_ok=True)
        beside.symlink_to(folder, target_is_directory=True)
        os.replace(beside, link)
    return link
