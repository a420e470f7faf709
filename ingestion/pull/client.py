"""Requests to one server: retried where that may help, limited in time and size, and never revealing secrets."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests
from pydantic import TypeAdapter, ValidationError
from requests.auth import AuthBase
from urllib3 import Retry
from urllib3.exceptions import DecodeError, HTTPError

from ingestion.declaration.pull_settings import checked_address
from ingestion.pull import certificates
from ingestion.pull.connections import Connections
from ingestion.pull.errors import PullError
from ingestion.pull.redirects import is_same_server, redirect_target, resolved_location

Params = dict[str, str]
_Kind = TypeVar("_Kind")

TRIES = 5
_HOPS = 5
_BUSY = (429, 500, 502, 503, 504)
_CONNECT_SECONDS, _READ_SECONDS, _WAIT_SECONDS = 10, 60, 60
_CHUNK = 1 << 16
_LARGEST, _DEEPEST = 2**63 - 1, 100
_TOO_DEEP = f"réponse trop imbriquée (plus de {_DEEPEST} niveaux)"
# Worth a retry: the server is away, slow, or dropped the connection.
PASSING = (requests.ConnectionError, requests.Timeout, HTTPError)
# Variables from which `requests` reads its certificate authorities.
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def from_environment(name: str) -> str:
    """The value of a variable. Raises PullError with its name if it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise PullError(f"variable d’environnement {name} absente")
    return value


def server_address(name: str) -> str:
    """The server's address from a variable."""
    try:
        return checked_address(from_environment(name))
    except ValueError as error:
        raise PullError(f"variable d’environnement {name} : {error}") from error


class Header(AuthBase):  # type: ignore[misc]
    """The credentials of the server. As `auth` it is neither replaced by ~/.netrc nor sent to another host."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the header to a request."""
        request.headers["Authorization"] = self._value
        return request


class Client:
    """A session with one server, as a context manager. ``opened_by``: the variable of the credentials, for errors."""

    def __init__(
        self, address: str, minutes: float, max_bytes: int, auth: Header | None = None, opened_by: str = ""
    ) -> None:
        self.address, self.auth, self._opened_by = address, auth, opened_by
        self._max_bytes, self._received = max_bytes, 0
        patience = min(_WAIT_SECONDS, int(minutes * 60 / TRIES))
        # For `Retry-After`; dropped connections are retried below, body included.
        retry = Retry(
            total=None, connect=0, read=0, other=0, redirect=0, status=TRIES, status_forcelist=_BUSY,
            allowed_methods={"GET"}, raise_on_status=False, backoff_factor=0.5, backoff_jitter=0.5,
            backoff_max=patience, retry_after_max=patience,
        )  # fmt: skip
        self._connections = Connections(time.monotonic() + minutes * 60, max_retries=retry)
        self._session = self._connections.session

    def __enter__(self) -> Client:
        for name in _AUTHORITIES:
            if (path := os.environ.get(name)) and not Path(path).exists():
                raise PullError(f"variable d’environnement {name} : attendu un fichier de certificats, il n’existe pas")
        self._connections.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._connections.__exit__()

    def get(self, path: str, kind: type[_Kind], params: Params | None = None) -> _Kind:
        """The JSON at a path of the server, validated as ``kind``."""
        for attempt in range(1, TRIES + 1):
            try:
                with self.answer(path, params) as response:
                    return self._read(path, kind, response)
            except PASSING as error:
                self.wait(attempt, path, error)
        raise AssertionError  # the last wait raises an error

    def post(self, path: str, kind: type[_Kind], content: dict[str, str]) -> _Kind:
        """The JSON answer to a JSON request; never retried."""
        try:
            with self._asked("POST", self.address + path, json=content) as response:
                self._check(path, response)
                return self._read(path, kind, response)
        except PASSING as error:
            raise PullError(f"{self.where(path)} : {certificates.explained(error) or _away(error)}") from None

    def delete(self, path: str) -> None:
        """Deletes something on the server; a failure is ignored."""
        try:
            self._asked("DELETE", self.address + path, timeout=_CONNECT_SECONDS).close()
        except requests.RequestException:
            return

    @contextmanager
    def answer(
        self,
        path: str,
        params: Params | None = None,
        headers: Params | None = None,
        *,
        hosts: Collection[str] | None = None,
        expected: Collection[int] = (200,),
    ) -> Iterator[requests.Response]:
        """A response whose body is not read yet. Raises PullError if its status is not ``expected``.

        Redirections are followed on the same server and, without credentials, to ``hosts``; None: nowhere.
        """
        address = self.address + path
        for _ in range(_HOPS + 1):
            self._check_clock(path)
            with self._asked("GET", address, params=params, headers=headers) as response:
                if hosts is None or not response.is_redirect:
                    self._check(path, response, expected)
                    yield response
                    return
                address, params = self._following(path, response, hosts), None  # the location includes the query
        raise PullError(f"{self.where(path)} : plus de {_HOPS} redirections")

    def _asked(self, method: str, address: str, timeout: float = _READ_SECONDS, **content: Any) -> requests.Response:
        auth = self.auth if is_same_server(self.address, address) else None
        response: requests.Response = self._session.request(
            method,
            address,
            auth=auth,
            timeout=(_CONNECT_SECONDS, timeout),
            stream=True,
            allow_redirects=False,
            **content,
        )
        return response

    def _following(self, path: str, response: requests.Response, hosts: Collection[str]) -> str:
        location = self._session.get_redirect_target(response) or ""
        try:
            return redirect_target(response.url, location, hosts)
        except PullError as error:
            raise PullError(f"{self.where(path)} : {error}", response.status_code) from None

    def chunks(self, response: requests.Response, before: int = 0) -> Iterator[bytes]:
        """The body in chunks, within the limits; ``before``: bytes already received."""
        size = self._received + before
        path = urlsplit(response.url).path
        try:
            # read1 returns what is available: the clock stops a dripping server, a dropped connection loses nothing.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                size += len(chunk)
                if size > self._max_bytes:
                    raise PullError(f"{self.where(path)} : plus de {self._max_bytes // 1_000_000} Mo")
                self._check_clock(path)
                yield chunk
        except DecodeError:
            raise PullError(f"{self.where(path)} : réponse comprimée illisible") from None
        self._check_clock(path)  # without a declared length, a truncated body looks complete

    def wait(self, attempt: int, path: str, error: Exception) -> None:
        """Waits before a retry; raises PullError after the last one, or if a retry cannot help."""
        self._check_clock(path)
        if failed_of := certificates.explained(error):
            raise PullError(f"{self.where(path)} : {failed_of}") from None
        if attempt >= TRIES:
            # The text of the error may hold the address with its parameters: its type is enough.
            raise PullError(f"{self.where(path)} : connexion coupée {attempt} fois ({type(error).__name__})") from None
        time.sleep(min(0.25 * 2**attempt, _WAIT_SECONDS))

    def _check_clock(self, path: str) -> None:
        if self._connections.is_over:
            raise PullError(f"{self.where(path)} : durée permise dépassée")

    def _check(self, path: str, response: requests.Response, expected: Collection[int] = (200,)) -> None:
        status = response.status_code
        if status in expected:
            return
        opened_by = f" : vérifier {self._opened_by}" if self._opened_by else ""
        problem = {
            401: f"accès refusé{opened_by}",
            403: f"accès interdit à ce compte{opened_by}",
            404: "introuvable",
            429: "serveur occupé, trop de demandes",
        }.get(status, "demande non servie")
        if response.is_redirect:
            leads = urlsplit(resolved_location(response.url, self._session.get_redirect_target(response))).hostname
            problem = f"redirection vers {leads or 'une adresse illisible'}, non suivie : vérifier l’adresse du serveur"
        raise PullError(f"{self.where(path)} : {problem} (HTTP {status})", status)

    def _read(self, path: str, kind: type[_Kind], response: requests.Response) -> _Kind:
        body = b"".join(self.chunks(response))
        self._received += len(body)
        try:
            return TypeAdapter(kind).validate_python(_content(body))
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            problem = f"réponse d’une autre forme que celle attendue (« {place} » absent ou d’une autre sorte)"
        except ValueError as error:
            problem = str(error)
        raise PullError(f"{self.where(path)} : {problem}")

    def where(self, path: str) -> str:
        """Server and path for error messages: a query may hold a key."""
        return f"{urlsplit(self.address).hostname}{path or urlsplit(self.address).path}"


def _away(error: Exception) -> str:
    return f"pas de réponse ({type(error).__name__})"


def _content(body: bytes) -> Any:
    """The content of a JSON body. Raises ValueError, whose message quotes nothing of it."""
    try:
        text = body.decode("utf-8-sig")
        content = json.loads(text, parse_int=_integer, parse_float=_decimal, parse_constant=_decimal)
    except UnicodeDecodeError as error:
        raise ValueError(f"réponse qui n’est pas de l’UTF-8 (octet {error.start})") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"réponse qui n’est pas du JSON (signe {error.pos})") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not _is_shallow(content):
        raise ValueError(_TOO_DEEP)
    return content


def _is_shallow(content: Any) -> bool:
    """Whether the nesting is within the limits of later JSON readers and writers."""
    level = [content] if isinstance(content, dict | list) else []
    for _ in range(_DEEPEST):
        inner = (value for one in level for value in (one.values() if isinstance(one, dict) else one))
        if not (level := [value for value in inner if isinstance(value, dict | list)]):
            return True
    return False


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > _LARGEST:
        raise ValueError(f"réponse avec un nombre de {len(digits)} chiffres, attendu 19 au plus")
    return int(digits)


def _decimal(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("réponse avec un nombre qui n’en est pas un (NaN, infini)")
    return number


def query_of(link: str | None) -> Params | None:
    """The parameters of a `next` link, or None. Only they are used: credentials go to no other address."""
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)) if link else None
