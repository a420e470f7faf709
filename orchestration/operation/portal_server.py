"""The server of `mrf portal`: serves the files of one folder, under known host names, for a limited time per request.

Whoever reaches it may read everything that is published and nothing else on this machine. It has no password: the proxy
of `deploy/` asks for one.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
import socket
from collections.abc import Collection
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_HEAD_SECONDS, _CONNECTION_SECONDS = 10, 600
_CONNECTIONS = 100
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# The portal's own page takes its scripts from files. Maps, dictionaries and the pages of other tools hold theirs
# inside, to be opened from a disk or sent as one file.
_OWN_PAGES = ("/", "/index.html")
_POLICY = (
    "default-src 'none'; script-src 'self'{inline}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_HEADERS = {
    "Cache-Control": "no-cache",  # never a cached page of an older publication
    "Connection": "close",  # one request per connection: nobody holds one open
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError if the address is taken or not of this machine."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def serve(folder: Path, listening: socket.socket, names: Collection[str]) -> None:
    """Serves a folder until interrupted, under the names of this machine and ``names``."""
    config = uvicorn.Config(
        application(folder, names),
        http=_Impatient,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def application(folder: Path, names: Collection[str]) -> ASGIApp:
    """The files of a folder as a web application. The folder may be a link, resolved at each request."""
    known = _LOOPBACK | {name.lower().strip("[]") for name in names}
    return Starlette(
        routes=[Mount("/", _Files(directory=folder, html=True))],
        middleware=[Middleware(_Guard, names=known)],
        exception_handlers={HTTPException: _refusal},
    )


class _Files(StaticFiles):
    """Files below the folder only: no listing, no link out of it. Types unknown to browsers are downloaded."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        kind = mimetypes.guess_type(full_path)[0] or "application/octet-stream"
        response = FileResponse(full_path, status_code, stat_result=stat_result, media_type=kind)
        is_known = self.is_not_modified(response.headers, Headers(scope=scope))
        return NotModifiedResponse(response.headers) if is_known else response


class _Guard:
    """Refuses other host names: a foreign page could point its own name here and read what is shown (DNS rebinding)."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inline = "" if scope["path"] in _OWN_PAGES else " 'unsafe-inline'"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Content-Security-Policy"] = _POLICY.format(inline=inline)
            await send(message)

        host = Headers(scope=scope).get("host", "")
        app = self._app if _name(host) in self._names else PlainTextResponse(_other_name(host), 421)
        await app(scope, receive, guarded)


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _other_name(host: str) -> str:
    return (
        f"Le portail n’est pas servi sous le nom « {_name(host)[:100]} » : l’appeler par http://localhost, ou lancer "
        "« mrf portal --name NOM »."
    )


async def _refusal(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return PlainTextResponse("Le portail se lit, et rien d’autre.", status, {"Allow": "GET, HEAD"})
    return PlainTextResponse("Introuvable dans la publication en place.", HTTPStatus.NOT_FOUND)


class _Impatient(H11Protocol):
    """A connection with a time limit for the request and for reading the answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limits = [
            self.loop.call_later(_HEAD_SECONDS, self._end_without_request),
            self.loop.call_later(_CONNECTION_SECONDS, transport.abort),
        ]

    def connection_lost(self, exc: Exception | None) -> None:
        for limit in self._limits:
            limit.cancel()
        super().connection_lost(exc)

    def _end_without_request(self) -> None:
        if self.cycle is None:
            self.transport.abort()
