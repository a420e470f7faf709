"""Atomic, durable writing of files, reading back, and hashing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import state_files


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file atomically."""
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode())


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file atomically."""
    with atomic_path(path) as beside:
        beside.write_bytes(data)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside the target; on exit flushed to disk and renamed over it, or removed after an error.

    A folder at the target path is set aside.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        to_disk(beside)
        if path.is_dir() and not path.is_symlink():
            state_files.set_aside(path, dt.datetime.now(dt.UTC))
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)  # frees the space on a full disk
        raise
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Flushes a file, or the entries of a folder, to disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None if there is none. Raises state_files.Damaged."""
    return state_files.read(path)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Writes a Parquet file atomically."""
    with atomic_path(path) as beside:
        pq.write_table(table, beside, compression="zstd")


def copy_atomically(source: Path, target: Path) -> None:
    """Copies a file atomically."""
    with atomic_path(target) as beside:
        shutil.copyfile(source, beside)


def tree_hash(paths: list[Path], suffixes: tuple[str, ...]) -> str:
    """One sha256 of names and contents of the files below these paths with one of the suffixes."""
    digest = hashlib.sha256()
    for base in paths:
        files = [base] if base.is_file() else sorted(p for p in base.rglob("*") if p.suffix in suffixes and p.is_file())
        for path in files:
            digest.update(str(path.relative_to(base.parent)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
