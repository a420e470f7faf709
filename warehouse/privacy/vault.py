"""`restricted/`: personal values, originals and rejected rows of the sources that hold personal data, all encrypted.

Each file is one Fernet token, written atomically. Only the search for leaks reads them; persons use `read_values`,
`read_rejected` and `read_original`, and each reading is logged.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.fernet import InvalidToken, MultiFernet

from warehouse import state_files
from warehouse.paths import Workspace
from warehouse.privacy import key
from warehouse.privacy.key import KeyProblem
from warehouse.storage import write_atomically, write_json

VALUES = pa.schema([(name, pa.string()) for name in ("source_id", "document_id", "locator", "column", "kind", "value")])
_PROOF = "key_check.enc"  # an encrypted empty text: proves whether a key is that of this folder
_EXPIRED, _TERM = "expired.json", "fin de conservation"
_LOG_HEADER = ["read_at", "user", "what", "why"]


class Unreadable(KeyProblem):
    """A file of `restricted` that this key cannot decrypt: another key, or a modified file."""


@dataclass(frozen=True)
class Vault:
    """The restricted folder of a workspace and the cipher that opens it."""

    folder: Path
    cipher: MultiFernet

    def write_values(self, source_id: str, personal: pd.DataFrame) -> None:
        """Replaces all personal values of a source."""
        left = personal[~personal["document_id"].isin(self.expired)].assign(source_id=source_id)
        table = pa.Table.from_pandas(left, VALUES, preserve_index=False)
        self._write(_values(self.folder, source_id), _parquet(table))

    def write_rejected(self, source_id: str, rejected: pd.DataFrame) -> None:
        """Replaces the rejected rows of a source."""
        left = rejected[~rejected["document_id"].isin(self.expired)] if "document_id" in rejected else rejected
        table = pa.Table.from_pandas(left.astype(str), preserve_index=False)
        self._write(_rejected(self.folder, source_id), _parquet(table))

    def keep_original(self, document_id: str, suffix: str, content: bytes) -> None:
        """Stores a landed file, or what may be kept of it, under its sha256, unless it is there already."""
        path = self._original(document_id, suffix)
        if not path.exists() and document_id not in self.expired:
            self._write(path, content)

    def replace_original(self, path: Path, suffix: str, content: bytes) -> None:
        """Replaces an original by what may be kept of it, under the same sha256 and with its remaining term.

        ``path``: the file of the original, here or in the clear; it stays until the new one is on disk.
        """
        came_in = path.stat().st_mtime
        kept = self._original(path.name.split(".", 1)[0], suffix)
        self._write(kept, content)
        os.utime(kept, (came_in, came_in))
        if path != kept:
            path.unlink()

    @property
    def expired(self) -> frozenset[str]:
        """The documents whose personal data was erased at its term: it must not come back with the same file.

        Raises Unreadable if the list is damaged.
        """
        try:
            return frozenset(state_files.read(self.folder / _EXPIRED, list[str]) or ())
        except state_files.Damaged as reason:
            raise Unreadable(str(reason)) from reason

    def expire(self, before: dt.datetime) -> list[str]:
        """Erases what arrived before a day: originals, and their values and rejected rows.

        Returns the erased documents (sha256).
        """
        originals = [p for p in (self.folder / "originals").glob("*/*.enc") if p.stat().st_mtime < before.timestamp()]
        gone = sorted({path.name.split(".", 1)[0] for path in originals})
        if not gone:
            return []
        write_json(self.folder / _EXPIRED, sorted(self.expired | set(gone)))
        (self.folder / _EXPIRED).chmod(0o600)
        for path in originals:
            path.unlink()
        for source_id in sorted(path.name.split(".", 1)[0] for path in self.folder.glob("*/*.parquet.enc")):
            self.change_values(source_id, self._unexpired, _TERM)
            self.change_rejected(source_id, lambda rows: (rows, len(rows) - len(self._unexpired(rows))), _TERM)
        return gone

    def _unexpired(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[~rows["document_id"].isin(self.expired)]

    def read_values(self, why: str) -> pd.DataFrame:
        """The personal values of all sources: columns of VALUES. Raises Unreadable."""
        paths = sorted((self.folder / "values").glob("*.enc"))
        tables = [pq.read_table(io.BytesIO(self._read(path, why)), schema=VALUES) for path in paths]
        values: pd.DataFrame = pa.concat_tables([VALUES.empty_table(), *tables]).to_pandas()
        return values

    def read_rejected(self, source_id: str, why: str) -> pd.DataFrame:
        """The rejected rows of a source with their reasons. Raises Unreadable, FileNotFoundError."""
        rows: pd.DataFrame = pq.read_table(io.BytesIO(self._read(_rejected(self.folder, source_id), why))).to_pandas()
        return rows

    def read_original(self, document_id: str, why: str) -> bytes:
        """The stored content of a landed file, by its sha256. Raises Unreadable, FileNotFoundError."""
        paths = sorted((self.folder / "originals" / document_id[:2]).glob(f"{document_id}.*"))
        if not paths:
            raise FileNotFoundError(f"{document_id} : aucun original de ce nom dans {self.folder}")
        return self._read(paths[0], why)

    def has_full_original(self, document_id: str) -> bool:
        """Whether a landed file was stored unchanged, not only the answers of those who consented."""
        paths = list((self.folder / "originals" / document_id[:2]).glob(f"{document_id}.*"))
        return len(paths) == 1 and ".consented." not in paths[0].name

    def open_original(self, path: Path, why: str) -> bytes:
        """The content of one file below `originals`. Raises Unreadable."""
        return self._read(path, why)

    def change_values(self, source_id: str, kept: Callable[[pd.DataFrame], pd.DataFrame], why: str) -> int:
        """Keeps the personal values that ``kept`` selects; returns how many were removed. Raises Unreadable."""
        path = _values(self.folder, source_id)
        if not path.exists():
            return 0
        before = pq.read_table(io.BytesIO(self._read(path, why)), schema=VALUES).to_pandas()
        after = kept(before)
        if len(after) < len(before):
            self.write_values(source_id, after)
        return len(before) - len(after)

    def change_rejected(
        self, source_id: str, change: Callable[[pd.DataFrame], tuple[pd.DataFrame, int]], why: str
    ) -> int:
        """Applies ``change`` to the rejected rows of a source; returns how many changed."""
        if not _rejected(self.folder, source_id).exists():
            return 0
        rows, count = change(self.read_rejected(source_id, why))
        if count:
            self.write_rejected(source_id, rows)
        return count

    def _original(self, document_id: str, suffix: str) -> Path:
        return self.folder / "originals" / document_id[:2] / f"{document_id}{suffix}.enc"

    def _write(self, path: Path, content: bytes) -> None:
        _made_private(self.folder)
        proof = self.folder / _PROOF
        if not proof.exists():
            self._put(proof, b"")
        self._put(path, content)

    def _put(self, path: Path, content: bytes) -> None:
        write_atomically(path, self.cipher.encrypt(content))
        path.chmod(0o600)

    def _read(self, path: Path, why: str) -> bytes:
        content = _decrypted(path, self.cipher)
        _log(self.folder, str(path.relative_to(self.folder)), why)
        return content


def open_vault(workspace: Workspace) -> Vault:
    """The vault of real data. Raises KeyProblem if the key is missing, unusable or not that of this folder."""
    cipher = key.load(workspace.base)
    vault = Vault(workspace.restricted, cipher)
    proof = workspace.restricted / _PROOF
    # Without the proof file, any encrypted file serves as one.
    for path in [proof] if proof.exists() else sorted(workspace.restricted.glob("*/*.enc"))[:1]:
        _decrypted(path, cipher)
    _ = vault.expired  # checked now, not after half a delivery is written
    return vault


def forget(workspace: Workspace, source_id: str) -> None:
    """Removes what is kept of a source's last delivery except its original. Needs no key."""
    _values(workspace.restricted, source_id).unlink(missing_ok=True)
    _rejected(workspace.restricted, source_id).unlink(missing_ok=True)


def _values(folder: Path, source_id: str) -> Path:
    return folder / "values" / f"{source_id}.parquet.enc"


def _rejected(folder: Path, source_id: str) -> Path:
    return folder / "rejected" / f"{source_id}.parquet.enc"


def _decrypted(path: Path, cipher: MultiFernet) -> bytes:
    try:
        return cipher.decrypt(path.read_bytes())
    except (InvalidToken, OSError) as error:
        raise Unreadable(
            f"{path} ne s’ouvre pas avec la clé {key.key_file()} : ce n’est pas celle qui l’a chiffré, ou le fichier a"
            " été modifié. Remettre l’ancienne clé (une ligne de plus dans le fichier de clé) ou sa sauvegarde ;"
            f" perdue, effacer {path.parent if path.name == _PROOF else path} et relancer"
        ) from error


def _made_private(folder: Path) -> None:
    """Creates a folder for the account of the pipeline only, whatever the permissions of the root."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def _log(folder: Path, what: str, why: str) -> None:
    """Appends one line to the log: who read what, when and why."""
    path = folder / "access.csv"
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            path.chmod(0o600)
            writer.writerow(_LOG_HEADER)
        writer.writerow([dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), _reader(), what, why])


def _reader() -> str:
    """The name of the reading account, or its number if it has no name, as in containers."""
    return os.environ.get("LOGNAME") or os.environ.get("USER") or f"uid {os.getuid()}"


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
