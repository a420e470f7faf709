"""A file at an address: not asked for again while the server says it is the same, gone on with where it broke off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import requests

from ingestion.pull.client import PASSING, TRIES, Client, Header, Params, PullError, from_environment
from ingestion.pull.pages import as_json, made_private, read_json, write_private
from ingestion.pull.settings import HttpPull
from ingestion.pull.whole import Whole

_NO_SUCH_RANGE = 416


def fetch(settings: HttpPull, folder: Path, landed: dict[str, Any]) -> Whole | None:
    """The file, or None where it is still the one that was ``landed``: what `Whole.state` said of it then."""
    made_private(folder)
    auth = Header(f"Bearer {from_environment(settings.token)}") if settings.token else None
    size = settings.max_megabytes * 1_000_000
    client = Client(settings.url, settings.minutes, size, auth, settings.token or "")
    part, about = folder / "whole.part", folder / "part.json"
    for attempt in range(1, TRIES + 1):
        before = _resumable(part, about, settings.url)
        headers = {"Accept-Encoding": "identity"} | (before or _unless_same(landed, settings.url))
        try:
            with client.answer("", headers=headers, follow=True) as response:
                if response.status_code == requests.codes.not_modified:
                    return None
                _write(client, response, part, about, settings.url)
                state = {"url": settings.url, "etag": response.headers.get("ETag", "")}
                modified = response.headers.get("Last-Modified", "")
            about.unlink(missing_ok=True)
            file = folder / "whole"
            os.replace(part, file)
            return Whole(file, state=state | {"modified": modified})
        except PASSING as error:
            client.wait(attempt, "", error)
        except PullError as error:
            if error.status != _NO_SUCH_RANGE:
                raise
            about.unlink(missing_ok=True)  # the file is another, and shorter: from its start
    raise PullError(f"{settings.url} : fichier qui change pendant le relevé")


def _unless_same(landed: dict[str, Any], url: str) -> Params:
    if landed.get("url") != url:
        return {}
    asked = {"If-None-Match": landed.get("etag"), "If-Modified-Since": landed.get("modified")}
    return {name: value for name, value in asked.items() if value}


def _resumable(part: Path, about: Path, url: str) -> Params:
    """What asks for the rest of a file of which a part is here, where the server said which file it is."""
    known = read_json(about) or {}
    if not part.exists() or known.get("url") != url or not part.stat().st_size:
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": known["etag"]}


def _write(client: Client, response: requests.Response, part: Path, about: Path, url: str) -> None:
    is_rest = response.status_code == requests.codes.partial_content
    before = part.stat().st_size if is_rest else 0
    if is_rest and not response.headers.get("Content-Range", "").startswith(f"bytes {before}-"):
        raise PullError(f"{url} : le serveur rend une autre partie du fichier que la partie demandée")
    if not is_rest:
        part.unlink(missing_ok=True)
        about.unlink(missing_ok=True)
        etag = response.headers.get("ETag", "")
        if etag and not etag.startswith("W/"):
            write_private(about, as_json({"url": url, "etag": etag}))
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        for chunk in client.chunks(response, before):
            file.write(chunk)
