"""Zip files (XLSX, ODS, DOCX) that unpack to more than a machine holds, or to more than they say."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from ingestion.errors import SourceFileError

MOST_UNPACKED = 2 * 1024**3
MOST_IN_MEMORY = 1 << 29  # of the parts that are held whole: shared texts, formats; sheets are read by pieces
_CHUNK = 1 << 22
# One byte of a deflated part gives at most 1032: a part of less than this cannot hide what it unpacks to.
_CANNOT_HIDE = 1 << 17


def check(
    archive: zipfile.ZipFile,
    file: str,
    by_pieces: tuple[str, ...] = (),
    most_in_memory: int = MOST_IN_MEMORY,
    ending: str = "",
) -> None:
    """Raises SourceFileError where the parts say that they unpack to more than a machine holds.

    Larger parts are unpacked to see whether what they say is true; parts whose names begin with ``by_pieces`` are read
    later, and then seen. ``most_in_memory``: bytes of the other parts whose names have this ``ending``.
    """
    whole = [part for part in archive.infolist() if not part.filename.startswith(by_pieces)]
    in_memory = [part for part in whole if part.filename.endswith(ending)]
    for parts, most in ((archive.infolist(), MOST_UNPACKED), (in_memory, most_in_memory)):
        size = sum(part.file_size for part in parts)
        if size > most:
            raise SourceFileError(file, "archive", f"au plus {most >> 20} Mo décompressés", f"{size >> 20} Mo")
    for part in whole:
        if part.compress_size > _CANNOT_HIDE:
            for _ in chunks(archive, part.filename):
                pass


def chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part by pieces. zipfile reads no further than the size that the part says, and raises where it is not true."""
    with archive.open(part) as file:
        while data := file.read(_CHUNK):
            yield data
