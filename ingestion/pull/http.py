"""A file at an address: skipped if unchanged on the server, resumed if interrupted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import requests

from ingestion.declaration.pull_settings import HttpPull
from ingestion.pull.client import PASSING, TRIES, Client, Header, Params, from_environment
from ingestion.pull.errors import PullError
from ingestion.pull.fetched import Fetched
from ingestion.pull.pages import as_json, made_private, read_json, write_private

_COMPLETE, _REST, _SAME, _NO_SUCH_RANGE = 200, 206, 304, 416
# The beginning of a login or error page sent with status 200.
_PAGE = (b"<!doctype html", b"<html")


def fetch(settings: HttpPull, folder: Path, landed: dict[str, Any]) -> Fetched | None:
    """The file, or None if it is still the one that was ``landed``, according to its `Fetched.state`."""
    made_private(folder)
    auth = Header(f"Bearer {from_environment(settings.token)}") if settings.token else None
    size = settings.max_megabytes * 1_000_000
    with Client(settings.url, settings.minutes, size, auth, settings.token or "") as client:
        return _fetch(client, settings, folder, landed)


def _fetch(client: Client, settings: HttpPull, folder: Path, landed: dict[str, Any]) -> Fetched | None:
    part, about = folder / "whole.part", folder / "part.json"
    for attempt in range(1, TRIES + 1):
        before = _resumable(part, about, settings.url)
        headers = {"Accept-Encoding": "identity"} | (before or _unless_same(landed, settings.url))
        expected = (_COMPLETE, _REST if before else _SAME)
        try:
            with client.answer("", headers=headers, hosts=settings.hosts, expected=expected) as response:
                if response.status_code == _SAME:
                    return None
                _write(client, response, part, about, settings.url)
                state = {"url": settings.url, "etag": response.headers.get("ETag", "")}
                modified = response.headers.get("Last-Modified", "")
            about.unlink(missing_ok=True)
            _check_content(client, part)
            file = folder / "whole"
            os.replace(part, file)
            return Fetched(file, state=state | {"modified": modified})
        except PASSING as error:
            client.wait(attempt, "", error)
        except PullError as error:
            if error.status != _NO_SUCH_RANGE:
                raise
            about.unlink(missing_ok=True)  # a different, shorter file: start again
    raise PullError(f"{client.where('')} : fichier qui change pendant le relevé")


def _check_content(client: Client, part: Path) -> None:
    with part.open("rb") as file:
        start = file.read(500).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise PullError(f"{client.where('')} : réponse vide, attendu un fichier")
    if start.startswith(_PAGE):
        raise PullError(f"{client.where('')} : une page web (demande de connexion ?), attendu un fichier")


def _unless_same(landed: dict[str, Any], url: str) -> Params:
    if landed.get("url") != url:
        return {}
    asked = {"If-None-Match": landed.get("etag"), "If-Modified-Since": landed.get("modified")}
    return {name: value for name, value in asked.items() if value}


def _resumable(part: Path, about: Path, url: str) -> Params:
    """Headers that request the rest of a partial file, if the server identified the file."""
    known = read_json(about) or {}
    if not part.exists() or known.get("url") != url or not part.stat().st_size:
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": known["etag"]}


def _write(client: Client, response: requests.Response, part: Path, about: Path, url: str) -> None:
    is_rest = response.status_code == _REST
    before = part.stat().st_size if is_rest else 0
    content_range = response.headers.get("Content-Range", "")
    if is_rest and not content_range.startswith(f"bytes {before}-"):
        raise PullError(f"{client.where('')} : le serveur rend une autre partie du fichier que la partie demandée")
    if not is_rest:
        part.unlink(missing_ok=True)
        about.unlink(missing_ok=True)
        etag = response.headers.get("ETag", "")
        # Ranges of compressed content would be counted in compressed bytes.
        if etag and not etag.startswith("W/") and "Content-Encoding" not in response.headers:
            write_private(about, as_json({"url": url, "etag": etag}))
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        for chunk in client.chunks(response, before):
            file.write(chunk)
    total = content_range.rpartition("/")[2]
    if is_rest and total.isdecimal() and part.stat().st_size != int(total):
        about.unlink(missing_ok=True)
        raise PullError(f"{client.where('')} : {part.stat().st_size} octets reçus, {total} annoncés")
