"""Permitted redirections of a pull: never to an unencrypted connection, and to other servers only as declared."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from ingestion.declaration.pull_settings import checked_address
from ingestion.pull.errors import PullError


def redirect_target(address: str, location: str, hosts: Collection[str]) -> str:
    """The address that an answer of ``address`` redirects to.

    Raises PullError unless it is encrypted and on the same server or one of ``hosts``. Its query may hold a key: no
    message repeats it.
    """
    target = resolved_location(address, location)
    here, there = urlsplit(address), urlsplit(target)
    if not there.hostname or there.scheme not in ("http", "https"):
        raise PullError("redirection vers une adresse illisible, refusée : attendu une adresse https://…")
    shown = f"{there.scheme}://{_server(there)}"
    if here.scheme == "https" and there.scheme == "http":
        raise PullError(f"redirection de https vers http ({shown}), refusée : attendu une adresse https://…")
    if not is_same_server(address, target) and _server(there) not in hosts:
        raise PullError(
            f"redirection vers un autre serveur ({shown}), refusée : attendu {_server(here)} ; si c’est le bon, "
            f"l’ajouter à la source : « hosts: [{_server(there)}] » sous « pull: »"
        )
    try:
        checked_address(target)
    except ValueError as error:
        raise PullError(f"redirection vers {shown}, refusée : {error}") from None
    return target


def is_same_server(one: str, other: str) -> bool:
    """Whether credentials for one address may be sent to the other: the same server, or its encrypted port."""
    here, there = urlsplit(one), urlsplit(other)
    if here.hostname != there.hostname:
        return False
    return (here.scheme, _server(here)) == (there.scheme, _server(there)) or (
        here.scheme == "http" and there.scheme == "https"
    )


def resolved_location(address: str, location: str) -> str:
    """The address of a location exactly as `requests` would call it, or nothing if it cannot.

    Parsed differently, a crafted location could name another server.
    """
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(urljoin(address, location), None)
        urlsplit(prepared.url).port  # noqa: B018 (raises where it is none)
    except (requests.RequestException, ValueError):
        return ""
    return str(prepared.url)


def _server(parts: SplitResult) -> str:
    """Host name, and port unless it is the default."""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return parts.hostname or "" if parts.port in (None, usual) else f"{parts.hostname}:{parts.port}"
