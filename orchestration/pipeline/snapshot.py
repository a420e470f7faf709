"""Private copies of the files to read: what is read, checked and kept is exactly what was hashed.

They may hold personal data in the clear: only their owner may read them, they stay below the data root, and are removed
as soon as the source has been read. The next run removes what a kill left.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import SourceFileError
from warehouse.paths import Workspace
from warehouse.privacy.vault import Vault

_CHUNK = 1 << 20
_WHY = "relire les lignes d’une source dont un fichier est abîmé"


@dataclass(frozen=True)
class Copy:
    """A copy of a file under its landed name, and its sha256."""

    path: Path
    sha256: str


def clear(workspace: Workspace) -> None:
    """Removes what a killed run left. To be called under the write lock."""
    shutil.rmtree(workspace.reading, ignore_errors=True)


@contextmanager
def of_landed(workspace: Workspace, paths: list[Path], sha256: dict[str, str]) -> Iterator[list[Copy]]:
    """Copies of landed files, for as long as they are read. ``sha256``: by path, from the inventory.

    Raises SourceFileError if a file is gone or has changed since the run began.
    """
    with _folder(workspace) as folder:
        yield [_copied(path, folder / str(number), sha256[str(path)]) for number, path in enumerate(paths)]


@contextmanager
def of_originals(workspace: Workspace, vault: Vault | None, files: dict[str, str]) -> Iterator[list[Copy]]:
    """Copies of the originals behind a delivery. ``files``: their sha256 by name.

    Raises SourceFileError if one was not kept, or only partly because some respondents refused consent.
    """
    with _folder(workspace) as folder:
        yield [
            _opened(workspace, vault, folder / str(number), name, sha256)
            for number, (name, sha256) in enumerate(sorted(files.items()))
        ]


@contextmanager
def _folder(workspace: Workspace) -> Iterator[Path]:
    clear(workspace)
    workspace.reading.mkdir(parents=True, mode=0o700)
    try:
        yield workspace.reading
    finally:
        clear(workspace)


def _private(folder: Path, name: str) -> Path:
    """The path of a copy, in its own folder: two files of a delivery may have the same name."""
    folder.mkdir(mode=0o700)
    path = folder / name
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _copied(path: Path, folder: Path, expected: str) -> Copy:
    wanted = "le fichier que l’inventaire a vu"
    target, digest = _private(folder, path.name), hashlib.sha256()
    try:
        with path.open("rb") as landed, target.open("wb") as copy:
            while block := landed.read(_CHUNK):
                digest.update(block)
                copy.write(block)
    except FileNotFoundError as error:
        raise SourceFileError(path.name, "fichier", wanted, "plus rien : il a été ôté depuis") from error
    except PermissionError as error:
        raise SourceFileError(path.name, "fichier", wanted, "un fichier que l’on ne peut plus lire") from error
    if digest.hexdigest() != expected:
        raise SourceFileError(path.name, "fichier", wanted, "un autre contenu : il change encore, relancer « mrf run »")
    return Copy(target, expected)


def _opened(workspace: Workspace, vault: Vault | None, folder: Path, name: str, sha256: str) -> Copy:
    wanted = f"l’original {sha256[:16]}…"
    plain = next(iter((workspace.originals / sha256[:2]).glob(f"{sha256}.*")), None)
    if plain is not None:
        content = plain.read_bytes()
    elif vault is not None and vault.has_full_original(sha256):
        content = vault.read_original(sha256, _WHY)
    else:
        raise SourceFileError(name, "originals", wanted, "aucun qui soit entier")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SourceFileError(name, "originals", wanted, "un fichier abîmé")
    target = _private(folder, name)
    target.write_bytes(content)
    return Copy(target, sha256)
