"""Zip files (XLSX, ODS) that unpack to more than a machine holds, or to more than they say."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from ingestion.errors import SourceFileError

MOST_UNPACKED = 2 * 1024**3
_CHUNK = 1 << 22
# One byte of a deflated part gives at most 1032: a part of less than this cannot hide what it unpacks to.
_CANNOT_HIDE = MOST_UNPACKED // 1032 // 2


def check(archive: zipfile.ZipFile, file: str, read_later: str) -> None:
    """Raises SourceFileError where the parts say that they unpack to more than MOST_UNPACKED.

    Larger parts are unpacked to see whether what they say is true, but for those that are ``read_later``.
    """
    total = sum(part.file_size for part in archive.infolist())
    if total > MOST_UNPACKED:
        raise SourceFileError(
            file, "classeur", f"au plus {MOST_UNPACKED >> 20} Mo une fois décompressé", f"{total >> 20} Mo"
        )
    for part in archive.infolist():
        if part.compress_size > _CANNOT_HIDE and not part.filename.startswith(read_later):
            for _ in chunks(archive, part.filename):
                pass


def chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part by pieces. zipfile reads no further than the size that the part says, and raises where it is not true."""
    with archive.open(part) as file:
        while data := file.read(_CHUNK):
            yield data
