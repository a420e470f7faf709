"""Parts of files that were read before: an unchanged file is not parsed again."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ingestion.digest import file_sha256
from ingestion.records.file_records import Part

_CODEC = "lz4"


class KeptParts:
    """A folder of parts, by the content and name of the file and by the code that read it.

    What holds personal data is never kept. A part is pickled, being nothing but tables of values, and compressed: only
    the account that runs the pipeline may write there.
    """

    def __init__(self, folder: Path, code: str) -> None:
        self.folder, self.code = folder, code
        self.used: set[Path] = set()

    def place(self, path: Path) -> Path:
        """Where the part of a file is kept, or would be; it counts as asked for."""
        key = f"{file_sha256(path)}|{path.name}|{self.code}|{pd.__version__}"  # a date may come from the file's name
        place = self.folder / hashlib.sha256(key.encode()).hexdigest()
        self.used.add(place)
        return place

    def forget_the_rest(self) -> None:
        """Drops the parts that were not asked for."""
        for place in set(self.folder.glob("*")) - self.used:
            place.unlink(missing_ok=True)


def load(place: Path) -> Part | None:
    """The part kept at a place, or None where there is none or what is there was cut off."""
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        return None
    digest, length, packed = content[:32], content[32:40], memoryview(content)[40:]
    if hashlib.sha256(packed).digest() != digest:
        return None
    part: Part = pickle.loads(pa.decompress(packed, int.from_bytes(length), _CODEC, asbytes=True))
    return part


def keep(place: Path, part: Part) -> None:
    """Writes a part whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    pickled = pickle.dumps(part)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    packed = pa.compress(pickled, _CODEC, asbytes=True)
    beside.write_bytes(hashlib.sha256(packed).digest() + len(pickled).to_bytes(8) + packed)
    beside.replace(place)
