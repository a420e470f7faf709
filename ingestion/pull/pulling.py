"""One pull: from the declaration of a source to the landed file."""

from __future__ import annotations

import datetime as dt
import errno
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from filelock import FileLock, Timeout

from ingestion.declaration.pull_settings import CentralPull, HttpPull, KoboPull
from ingestion.declaration.source import Source
from ingestion.digest import file_sha256
from ingestion.errors import DeclarationError
from ingestion.pull import central, http, kobo
from ingestion.pull.errors import PullError
from ingestion.pull.fetched import Fetched
from ingestion.pull.pages import as_json, made_private, move_private, read_json, write_private
from ingestion.readers.surveys.consent import Erased


@dataclass(frozen=True)
class Pulled:
    """The result of a pull: the landed file, and whether it is new.

    ``submissions``, ``versions`` (submissions by form version), ``deleted`` and ``erased`` (on request, but still on
    the server) are empty if nothing was transferred.
    """

    source_id: str
    path: Path
    is_new: bool
    submissions: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    deleted: int = 0
    erased: int = 0


def pull(source: Source, landing: Path, work: Path, erased: Erased) -> Pulled:
    """Pulls a source into ``landing``; ``work`` keeps pages and state between pulls.

    The landed file is only replaced if the content changed, by one with today's date; the file of the previous pull is
    removed. ``erased`` submissions are not landed. Raises PullError; the landed file stays until the new one is
    complete.
    """
    if source.pull is None:
        raise DeclarationError(f"{source.folder / 'source.yml'} : la source ne déclare pas de relevé (clé pull)")
    name = f"{source.id}_{dt.datetime.now(dt.UTC).date().isoformat()}{_suffix(source.pull)}"
    if not source.claims(name):
        raise DeclarationError(f"{source.folder / 'source.yml'} : files ne réclame pas le fichier relevé « {name} »")
    folder = work / source.id
    made_private(folder)
    try:
        with FileLock(folder / "lock", timeout=0):
            return _pull(source.id, source.pull, landing / name, folder, erased)
    except Timeout as error:
        raise PullError("un autre relevé de cette source est en cours") from error
    except UnicodeEncodeError:
        _forget_pages(folder)
        raise PullError("réponse au texte illisible (moitié d’un signe Unicode)") from None
    except (requests.RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
        _forget_pages(folder)
        # The message may quote an answer or credentials: the type is enough.
        raise PullError(f"demande ou réponse inattendue ({type(error).__name__})") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # a full disk is reported by the caller
            raise
        raise PullError(f"{error.filename or landing} : {error.strerror or type(error).__name__}") from error


def _suffix(settings: KoboPull | CentralPull | HttpPull) -> str:
    if not isinstance(settings, HttpPull):
        return ".json"
    return settings.suffix or Path(urlsplit(settings.url).path).suffix.lower()


def _pull(
    source_id: str, settings: KoboPull | CentralPull | HttpPull, target: Path, folder: Path, erased: Erased
) -> Pulled:
    landed = read_json(folder / "landed.json") or _landed_by_name(source_id, target, folder)
    for left in target.parent.glob(f".{source_id}_????-??-??.*.part"):  # left by a killed pull
        left.unlink(missing_ok=True)
    before = _landed(landed, target.parent)
    fetched = _fetched(settings, folder, landed.get("state", {}) if before else {}, erased)
    if fetched is None and before is not None:
        return Pulled(source_id, before, False)
    if fetched is None:
        raise PullError("le serveur dit « inchangé » d’un fichier qui n’a pas été reçu")
    is_new = before is None or file_sha256(before) != file_sha256(fetched.file)
    path = target if is_new or before is None else before
    if is_new:
        # Recorded first, so that an interrupted pull leaves no file unaccounted for.
        known = {"name": before.name} if before else {}
        write_private(folder / "landed.json", as_json(known | {"coming": path.name}))
        move_private(fetched.file, path)
    if before is not None and before != path:
        before.unlink()
    write_private(folder / "landed.json", as_json({"name": path.name, "state": fetched.state}))
    fetched.file.unlink(missing_ok=True)
    _forget_pages(folder)
    return Pulled(source_id, path, is_new, fetched.submissions, fetched.versions, fetched.deleted, fetched.erased)


def _forget_pages(folder: Path) -> None:
    """Deletes the pages: done with, or unusable, so that the next pull starts again."""
    for page in folder.glob("*.page"):
        page.unlink(missing_ok=True)


def _landed_by_name(source_id: str, target: Path, folder: Path) -> dict[str, Any]:
    """The newest file with the name of a pull, if the record of the last one is damaged: it must be replaced."""
    if not (folder / "landed.json").exists():
        return {}
    files = sorted(target.parent.glob(f"{source_id}_????-??-??{target.suffix}"))
    return {"name": files[-1].name} if files else {}


def _landed(known: dict[str, Any], landing: Path) -> Path | None:
    """The file of the last pull, if it exists; removes the older one that an interrupted pull left."""
    files = [landing / known[key] for key in ("coming", "name") if key in known and (landing / known[key]).exists()]
    for older in files[1:]:
        if older != files[0]:
            older.unlink()
    return files[0] if files else None


def _fetched(
    settings: KoboPull | CentralPull | HttpPull, folder: Path, state: dict[str, Any], erased: Erased
) -> Fetched | None:
    if isinstance(settings, KoboPull):
        return kobo.fetch(settings, folder, erased)
    if isinstance(settings, CentralPull):
        return central.fetch(settings, folder, erased)
    return http.fetch(settings, folder, state)
