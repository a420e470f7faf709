"""Connections with a deadline, and that never lead from outside to an internal address.

The read time-out restarts with every byte: a server that drips its certificate or its headers could hold a pull for
ever. And a host name chosen by somebody else may lead to a machine that only this one can reach.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ingestion.pull.errors import PullError

# A new socket, and whether its peer is the server itself and not a proxy.
_Opened = Callable[[socket.socket, bool], None]


class Connections:
    """The session of one pull: at ``end`` (of the monotonic clock), open connections are closed."""

    def __init__(self, end: float, **retries: Any) -> None:
        self.end = end
        self.session = _Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, _Adapter(self._opened, **retries))
        self._open: list[socket.socket] = []
        self._begins_inside: bool | None = None
        self._timer = threading.Timer(max(0.0, end - time.monotonic()), self._cut)
        self._timer.daemon = True

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() > self.end

    def __enter__(self) -> Connections:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.session.close()
        for line in self._open:
            line.close()

    def _opened(self, line: socket.socket, is_direct: bool) -> None:
        self._open.append(line.dup())  # TLS takes over the socket
        if is_direct:
            self._check(line.getpeername()[0])

    def _check(self, peer: str) -> None:
        """Refuses an internal address if the first, declared one was public: a server may have chosen it."""
        address = ip_address(peer.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if self._begins_inside is None:
            self._begins_inside = not address.is_global
        elif not address.is_global and not self._begins_inside:
            raise PullError("redirection vers une adresse interne, refusée : attendu une adresse publique")

    def _cut(self) -> None:
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Nothing(AuthBase):  # type: ignore[misc]
    """No credentials: otherwise `requests` would send those of ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):  # type: ignore[misc]
    """Never follows redirections: to prepare one, `requests` would read its whole body."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _Nothing()

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:
        return iter(())


class _Adapter(HTTPAdapter):  # type: ignore[misc]
    """Reports every new connection."""

    def __init__(self, opened: _Opened, **retries: Any) -> None:
        self._pools = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, opened),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, opened),
        }
        super().__init__(**retries)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **named)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pool(pool: type[HTTPConnectionPool], connection: type[HTTPConnection], opened: _Opened) -> type:
    class Connection(connection):  # type: ignore[valid-type,misc]
        def _new_conn(self) -> socket.socket:
            line: socket.socket = super()._new_conn()
            try:
                opened(line, self.proxy is None)
            except PullError:
                line.close()
                raise
            return line

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
