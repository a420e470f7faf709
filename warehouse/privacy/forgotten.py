"""Submissions erased at their respondents' request, known only by keyed hashes, so that nothing brings them back.

Each erasure leaves a receipt, `state/forgotten/<when>_<hash>.json`: when, who asked, what was done, and a keyed hash of
every id of the submission. Hashes can only be checked with the key; without it no survey is read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import state_files
from warehouse.paths import Workspace
from warehouse.privacy import key
from warehouse.privacy.key import KeyProblem
from warehouse.storage import write_json

FOLDER = "forgotten"
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class ReceiptDamaged(KeyProblem):
    """A receipt cannot be read: the list of erasures is incomplete, so no survey may be read."""


@dataclass(frozen=True)
class Forgotten:
    """Tests whether a submission was erased. ``hashes``: by the name of the key that made them."""

    hashes: dict[str, frozenset[str]]
    seals: dict[str, bytes]

    def __call__(self, submission: str) -> bool:
        """Whether the submission of this id was erased."""
        return any(_hash(self.seals[name], submission) in known for name, known in self.hashes.items())

    @property
    def identity(self) -> str:
        """A short hash that changes with every erasure; "" without any."""
        parts = "".join(sorted(one for known in self.hashes.values() for one in known))
        return hashlib.sha256(parts.encode()).hexdigest()[:16] if parts else ""


def load(workspace: Workspace) -> Forgotten:
    """The erased submissions of this workspace.

    Raises KeyProblem if the key that sealed an erasure is missing, ReceiptDamaged if a receipt is damaged.
    """
    return from_receipts(receipts(workspace), workspace.base)


def from_receipts(receipts: Iterable[dict[str, Any]], root: Path) -> Forgotten:
    """The erased submissions of these receipts, tested with the key of this data root. Raises KeyProblem."""
    hashes: dict[str, set[str]] = {}
    for receipt in receipts:
        for name, digests in receipt["hashes"].items():
            hashes.setdefault(name, set()).update(digests)
    if not hashes:
        return Forgotten({}, {})
    seals = key.seals(root)
    if unknown := sorted(set(hashes) - set(seals)):
        raise KeyProblem(
            f"{key.key_file()} n’a plus la clé « {unknown[0]} » qui scelle des effacements demandés : la remettre (une"
            " ligne de plus dans le fichier), sinon ce qui a été effacé pourrait revenir"
        )
    return Forgotten({name: frozenset(digests) for name, digests in hashes.items()}, seals)


def identity(workspace: Workspace) -> str:
    """A few signs that change with every erasure, an input of every run. Needs no key; a cut receipt changes it too."""
    parts = []
    for path in files(workspace):
        try:
            parts += [one for hashes in _receipt(path)["hashes"].values() for one in hashes]
        except ReceiptDamaged:
            parts.append(f"illisible {path.name}")
    return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()[:16] if parts else ""


def hashes(workspace: Workspace, ids: Iterable[str]) -> dict[str, list[str]]:
    """The keyed hashes of ids under the first key, for a receipt. Raises KeyProblem."""
    name, secret = next(iter(key.seals(workspace.base).items()))
    return {name: sorted(_hash(secret, one) for one in ids)}


def _hash(secret: bytes, submission: str) -> str:
    return hmac.new(secret, normalised_id(submission).encode(), "sha256").hexdigest()


def normalised_id(submission: str) -> str:
    """An id normalised for comparison: without `uuid:`, and UUIDs in lower case."""
    text = re.sub(r"^uuid:", "", submission.strip(), flags=re.IGNORECASE)
    return text.lower() if UUID.fullmatch(text) else text


def files(workspace: Workspace) -> list[Path]:
    """The files of all receipts, oldest first."""
    return sorted(workspace.forgotten.glob("*.json"))


def receipts(workspace: Workspace) -> list[dict[str, Any]]:
    """All receipts, oldest first. Raises ReceiptDamaged."""
    return receipts_in(workspace.forgotten)


def receipts_in(folder: Path) -> list[dict[str, Any]]:
    """All receipts of any folder, such as that beside backups. Raises ReceiptDamaged."""
    return [_receipt(path) for path in sorted(folder.glob("*.json"))]


def _receipt(path: Path) -> dict[str, Any]:
    try:
        receipt: dict[str, Any] | None = state_files.read(path, state_files.Receipt)
    except state_files.Damaged as reason:
        raise ReceiptDamaged(
            f"{path} : reçu d’effacement {reason.found} ; ce qui a été effacé pourrait revenir, aucune enquête n’est"
            " lue. Le remettre d’une sauvegarde (state/forgotten, ou le dossier « forgotten » à côté des sauvegardes),"
            " puis relancer"
        ) from reason
    return receipt or {"hashes": {}}


def write_receipt(workspace: Workspace, name: str, receipt: dict[str, Any]) -> Path:
    """Writes or updates a receipt, readable by its owner only."""
    path = workspace.forgotten / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    write_json(path, receipt)
    path.chmod(0o600)
    return path


def copy_receipts(folder: Path, into: Path) -> int:
    """Copies the receipts of a folder that another lacks, such as those beside a backup; returns how many."""
    new = [path for path in sorted(folder.glob("*.json")) if not (into / path.name).exists()] if folder.is_dir() else []
    for path in new:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(path, into / path.name)
    return len(new)
