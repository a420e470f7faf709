"""Servers on this machine that speak the real protocols: KoboToolbox API v2, ODK Central (OData), plain HTTP files."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """``asked``: every request as (method, path, parameters), ``opened_by``: its `Authorization`. ``faults``: what to do wrong, in turn, on a path.

    A fault is a status, (status, headers) or (status, headers, body), "cut" (half an answer), "drip" (a byte of the body
    at a time), "slow head" (a byte of the headers at a time), "packed" (gzip, in chunks), or an event: the answer then
    waits for it.
    """

    address: str = ""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    opened_by: list[str | None] = field(default_factory=list)
    faults: dict[str, list[Any]] = field(default_factory=dict)

    def answer(self, method: str, path: str, params: dict[str, str], headers: Any, body: bytes) -> Answer:
        raise NotImplementedError

    def pages(self, ending: str) -> list[dict[str, str]]:
        """The parameters of the requests to paths that end so."""
        return [params for _, path, params in self.asked if path.endswith(ending)]


def as_json(content: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(content, ensure_ascii=False).encode()


@contextmanager
def running(server: Server, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server on a free port, encrypted where it has a certificate, ended with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            path, params = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append((self.command, path, params))
            server.opened_by.append(self.headers.get("Authorization"))
            fault = next((left.pop(0) for end, left in server.faults.items() if left and path.endswith(end)), None)
            if isinstance(fault, threading.Event):
                fault.wait(20)
            if isinstance(fault, int):
                fault = (fault, {})
            if isinstance(fault, tuple):
                status, headers, content = (*fault, b'{"detail":"."}')[:3]
            else:
                status, headers, content = server.answer(self.command, path, params, self.headers, body)
            if fault == "slow head":
                with suppress(OSError):
                    for byte in b"HTTP/1.1 200 OK\r\nX-Fictif: " + b"x" * 200:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.05)
                self.close_connection = True
                return
            if fault == "packed":
                content = gzip.compress(content)
                headers = headers | {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if fault != "packed":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if fault == "packed":
                for start in range(0, len(content), 50):
                    piece = content[start : start + 50]
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")
                return
            if fault == "drip":
                with suppress(OSError):  # the client hangs up
                    for byte in content[:200]:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(0.05)
                self.close_connection = True
                return
            if fault == "cut":
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        if tls is not None:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        listening.block_on_close = False
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        server.address = f"http{'s' if tls else ''}://127.0.0.1:{listening.server_address[1]}"
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join(5)


@dataclass
class Kobo(Server):
    """`assets`: name by uid. `data`: the submissions of each uid, as the server's JSON gives them."""

    token: str = "jeton-fictif-0017"
    assets: dict[str, str] = field(default_factory=dict)
    data: dict[str, list[Json]] = field(default_factory=dict)

    def answer(self, method: str, path: str, params: dict[str, str], headers: Any, body: bytes) -> Answer:
        if headers.get("Authorization") != f"Token {self.token}":
            return as_json({"detail": "Invalid token."}, 401)
        if path == "/api/v2/assets/":
            found = [{"uid": uid, "name": name, "asset_type": "survey"} for uid, name in self.assets.items()]
            return as_json(self._page(path, params, found, "offset"))
        parts = path.split("/")
        if path.startswith("/api/v2/assets/") and path.endswith("/data.json") and parts[4] in self.data:
            rows = sorted(self.data[parts[4]], key=lambda row: row["_id"])
            return as_json(self._page(path, params, rows, "start"))
        return as_json({"detail": "Not found."}, 404)

    def _page(self, path: str, params: dict[str, str], rows: list[Json], at: str) -> Json:
        start, limit = int(params.get(at, 0)), min(int(params.get("limit", 100)), 1000)
        following = params | {"limit": str(limit), at: str(start + limit)}
        # Behind a proxy KoboToolbox may write another address than the one that was called.
        link = f"http://kobo.invalid{path}?{urlencode(following)}" if start + limit < len(rows) else None
        return {"count": len(rows), "next": link, "previous": None, "results": rows[start : start + limit]}


@dataclass
class Central(Server):
    """`projects`: name by id. `data`: by (project, form), the submissions; `deleted` ids are out of them."""

    email: str = "collecte@exemple.test"
    password: str = "mot-de-passe-fictif"
    projects: dict[int, str] = field(default_factory=dict)
    data: dict[tuple[int, str], list[Json]] = field(default_factory=dict)
    deleted: list[Json] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    knows_deleted: bool = True

    def answer(self, method: str, path: str, params: dict[str, str], headers: Any, body: bytes) -> Answer:
        if path == "/v1/sessions":
            given = json.loads(body)
            if (given["email"], given["password"]) != (self.email, self.password):
                return as_json({"code": 401.2, "message": "Could not authenticate with the provided credentials."}, 401)
            self.sessions.add(token := f"session{len(self.asked)}")
            return as_json({"token": token, "csrf": "x", "expiresAt": "2099-01-01T00:00:00.000Z"})
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.sessions:
            return as_json({"code": 401.2, "message": "Could not authenticate with the provided credentials."}, 401)
        if (method, path) == ("DELETE", "/v1/sessions/current"):
            self.sessions.discard(token)
            return as_json({"success": True})
        if path == "/v1/projects":
            return as_json([{"id": number, "name": name} for number, name in self.projects.items()])
        parts = path.split("/")
        form = parts[5].removesuffix(".svc") if len(parts) == 7 else ""
        if not path.endswith(".svc/Submissions") or (rows := self.data.get((int(parts[3]), form))) is None:
            return as_json({"code": 404.1, "message": "Could not find the resource you were looking for."}, 404)
        if "$filter" in params and not self.knows_deleted:
            return as_json(
                {"code": 501.4, "message": "The given OData filter expression uses features unsupported"}, 501
            )
        if params.get("$filter") == "__system/deletedAt ne null":
            rows = [{name: row[name] for name in params["$select"].split(",")} for row in self.deleted]
        return as_json(self._page(path, params, rows))

    def _page(self, path: str, params: dict[str, str], rows: list[Json]) -> Json:
        top, after = int(params.get("$top", 250)), params.get("$skiptoken")
        start = 0
        if after:
            last = json.loads(base64.b64decode(after[2:]))["instanceId"]
            start = [row["__id"] for row in rows].index(last) + 1
        shown = rows[start : start + top]
        told: Json = {"@odata.context": f"{self.address}{path}/$metadata#Submissions", "value": shown}
        if params.get("$count") == "true":
            told["@odata.count"] = len(rows)
        if start + top < len(rows):
            token = "01" + base64.b64encode(json.dumps({"instanceId": shown[-1]["__id"]}).encode()).decode()
            told["@odata.nextLink"] = (
                f"https://central.invalid{quote(path)}?{urlencode(params | {'$skiptoken': token})}"
            )
        return told


@dataclass
class Files(Server):
    """One file with an ETag; the rest of it where `Range` and `If-Range` ask for it."""

    content: bytes = b""
    etag: str = '"v1"'
    sent: list[int] = field(default_factory=list)

    def answer(self, method: str, path: str, params: dict[str, str], headers: Any, body: bytes) -> Answer:
        about = {"ETag": self.etag, "Last-Modified": "Mon, 01 Jul 2024 08:00:00 GMT"}
        if headers.get("If-None-Match") == self.etag:
            self.sent.append(0)
            return 304, about, b""
        start = 0
        if headers.get("If-Range") == self.etag:
            start = int(headers["Range"].removeprefix("bytes=").removesuffix("-"))
            about["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        self.sent.append(len(self.content) - start)
        return 206 if start else 200, about, self.content[start:]
