"""Requests to one server: tried again where that may help, limited in time and size, and silent about secrets."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from ingestion.pull.settings import checked_address

Params = dict[str, str]

TRIES = 5
_BUSY = (429, 500, 502, 503, 504)
_CONNECT_SECONDS, _READ_SECONDS, _WAIT_SECONDS = 10, 60, 60
_CHUNK = 1 << 16
# Trying again helps: the server is away, slow, or hung up in the middle of an answer.
PASSING = (requests.ConnectionError, requests.Timeout, HTTPError)


class PullError(Exception):
    """A pull that did not bring the whole; ``status`` is what the server answered, if it did."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


def from_environment(name: str) -> str:
    """The value of a variable. Raises PullError with its name where it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise PullError(f"variable d’environnement {name} absente")
    return value


def server_address(name: str) -> str:
    """The server's address in a variable."""
    try:
        return checked_address(from_environment(name))
    except ValueError as error:
        raise PullError(f"variable d’environnement {name} : {error}") from error


class Header(AuthBase):  # type: ignore[misc]
    """What opens the server. As `auth` it is neither replaced by ~/.netrc nor sent on to another host."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Puts the header on a request."""
        request.headers["Authorization"] = self._value
        return request


class Client:
    """A session with one server. ``opened_by`` says in errors which variable to look at."""

    def __init__(
        self, address: str, minutes: float, max_bytes: int, auth: Header | None = None, opened_by: str = ""
    ) -> None:
        self.address, self.auth, self._opened_by = address, auth, opened_by
        self._end, self._max_bytes = time.monotonic() + minutes * 60, max_bytes
        self._session = requests.Session()
        # For what the server says of itself (`Retry-After`); a line that is cut is tried again below, body included.
        retry = Retry(
            total=None, connect=0, read=0, other=0, redirect=5, status=TRIES, status_forcelist=_BUSY,
            allowed_methods={"GET"}, raise_on_status=False, backoff_factor=0.5, backoff_jitter=0.5,
            backoff_max=_WAIT_SECONDS, retry_after_max=_WAIT_SECONDS,
        )  # fmt: skip
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(self, path: str, params: Params | None = None) -> Any:
        """The JSON at a path of the server."""
        for attempt in range(1, TRIES + 1):
            try:
                with self.answer(path, params) as response:
                    return self._json(path, b"".join(self.chunks(response)))
            except PASSING as error:
                self.wait(attempt, path, error)
        raise AssertionError  # the last wait raises

    def post(self, path: str, content: dict[str, str]) -> Any:
        """The JSON that the server answers to a JSON; never sent twice."""
        try:
            with self._session.post(
                self.address + path, json=content, timeout=(_CONNECT_SECONDS, _READ_SECONDS), allow_redirects=False
            ) as response:
                self._check(path, response)
                return self._json(path, response.content)
        except PASSING as error:
            raise PullError(f"{self._where(path)} : pas de réponse ({type(error).__name__})") from None

    def delete(self, path: str) -> None:
        """Asks the server to forget something; that it may not answer changes nothing."""
        try:
            self._session.delete(self.address + path, auth=self.auth, timeout=_CONNECT_SECONDS)
        except requests.RequestException:
            return

    @contextmanager
    def answer(
        self, path: str, params: Params | None = None, headers: Params | None = None, *, follow: bool = False
    ) -> Iterator[requests.Response]:
        """An answer whose body is still to be read. Raises PullError where the server says no."""
        if time.monotonic() > self._end:
            raise PullError(f"{self._where(path)} : durée permise dépassée")
        with self._session.get(
            self.address + path,
            params=params,
            headers=headers,
            auth=self.auth,
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            stream=True,
            allow_redirects=follow,
        ) as response:
            self._check(path, response)
            yield response

    def chunks(self, response: requests.Response, before: int = 0) -> Iterator[bytes]:
        """The body piece by piece, within the limits; ``before`` bytes are here already."""
        size = before
        where = self._where(urlsplit(response.url).path)
        # read1 gives what is there: a server that drips is stopped by the clock, and a cut line loses nothing.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._max_bytes:
                raise PullError(f"{where} : plus de {self._max_bytes // 1_000_000} Mo")
            if time.monotonic() > self._end:
                raise PullError(f"{where} : durée permise dépassée")
            yield chunk

    def wait(self, attempt: int, path: str, error: Exception) -> None:
        """Waits before another try; after the last one raises PullError."""
        if attempt >= TRIES or time.monotonic() > self._end:
            # The error's own text may hold the address with its parameters: its name says enough.
            raise PullError(f"{self._where(path)} : connexion coupée {attempt} fois ({type(error).__name__})") from None
        time.sleep(min(0.25 * 2**attempt, _WAIT_SECONDS))

    def _check(self, path: str, response: requests.Response) -> None:
        status = response.status_code
        if status < 300 or status == 304:
            return
        opened_by = f" : vérifier {self._opened_by}" if self._opened_by else ""
        told = {
            401: f"accès refusé{opened_by}",
            403: f"accès interdit à ce compte{opened_by}",
            404: "introuvable",
            429: "serveur occupé, trop de demandes",
        }.get(status, "redirection : vérifier l’adresse du serveur" if status < 400 else "demande non servie")
        raise PullError(f"{self._where(path)} : {told} (HTTP {status})", status)

    def _json(self, path: str, body: bytes) -> Any:
        try:
            return json.loads(body)
        except ValueError as error:
            raise PullError(f"{self._where(path)} : réponse qui n’est pas du JSON") from error

    def _where(self, path: str) -> str:
        return f"{urlsplit(self.address).hostname}{path}"


def query_of(link: Any) -> Params | None:
    """The parameters of a `next` link, or None. Only they are taken: what opens a server goes to no other address."""
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)) if isinstance(link, str) and link else None
