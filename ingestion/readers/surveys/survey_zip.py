"""ODK Central's own export: a ZIP with the submissions in `form.csv` and each repeat in `form-repeat.csv`.

Nothing is unpacked to a disk: the tables are read from memory, within what the archive may unpack to, and pictures
and sounds that respondents sent are not opened.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ingestion.errors import SourceFileError
from ingestion.readers import archives
from ingestion.readers.sheets.encodings import Held
from ingestion.readers.sheets.grid import Grid, text_grid

_MOST_TABLES = 100
_OF_SYSTEMS = "__MACOSX"


def read_grids(path: Path, repeats: tuple[str, ...]) -> list[Grid]:
    """The submissions, then each repeat under its own name. Raises SourceFileError."""
    try:
        with zipfile.ZipFile(path) as archive:
            archives.check(archive, path.name, ending=".csv")
            tables = _tables(path, archive)
            main = min(tables, key=len)
            notes = _of_attachments(archive)
            grids = [
                text_grid(
                    Held(path.name, b"".join(archives.chunks(archive, tables[stem]))), _sheet(stem, main, repeats)
                )
                for stem in sorted(tables, key=len)
            ]
            return [replace(grids[0], notes=grids[0].notes + notes), *grids[1:]]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise SourceFileError(path.name, "archive", "un ZIP entier", "un ZIP tronqué ou abîmé") from error
    except RuntimeError as error:  # what zipfile raises where it wants a password
        wanted = "l’export de Central sans mot de passe"
        raise SourceFileError(path.name, "archive", wanted, "un ZIP protégé par un mot de passe") from error


def _of_attachments(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The note on attached files, which are not opened."""
    parts = [PurePosixPath(part.filename).parts for part in archive.infolist() if not part.is_dir()]
    count = sum("media" in part and _OF_SYSTEMS not in part for part in parts)
    return (f"{count} pièce(s) jointe(s) dans l’archive, non ouverte(s)",) if count else ()


def _tables(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """By stem, the names of the CSV files in the archive, but for those in the folder of what respondents sent."""
    tables: dict[str, str] = {}
    for part in archive.infolist():
        place = PurePosixPath(part.filename)
        if part.is_dir() or place.suffix.lower() != ".csv" or {_OF_SYSTEMS, "media"} & set(place.parts):
            continue
        if place.stem in tables:
            raise SourceFileError(path.name, "archive", "un seul export", "deux CSV du même nom")
        tables[place.stem] = part.filename
    if not 1 <= len(tables) <= _MOST_TABLES:
        wanted = "les CSV d’un export de Central : les soumissions et un par groupe répété"
        raise SourceFileError(path.name, "archive", wanted, f"{len(tables)} CSV")
    return tables


def _sheet(stem: str, main: str, repeats: tuple[str, ...]) -> str:
    """The repeat that a table holds, by the end of its name; the form for the submissions."""
    if stem == main:
        return main
    own = stem.removeprefix(f"{main}-")
    ends = [name for name in repeats if own == name or own.endswith((f"-{name}", f".{name}"))]
    return max(ends, key=len, default=own)
