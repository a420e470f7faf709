"""`mrf portal` as a machine on the network meets it: files of the publication, to who calls it by its name, in time."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import PROJECT

SECRET = "hors de la publication"


class Portal:
    """A running portal of a fictional publication; `ask` says status, headers and body."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.publication = root / "published" / "20240831T050000Z_r1"
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "orchestration.commands.mrf", "portal", "--port", "0", *arguments],
            cwd=PROJECT,
            env=os.environ | {"MRF_DATA": str(root), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://(.*):(\d+) ", line)
        assert found, line + self.process.stdout.read()
        self.host, self.port = found[1], int(found[2])

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=20)
        try:
            line.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                line.putheader(name, value)
            line.endheaders()
            answer = line.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            line.close()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def published(root: Path) -> Path:
    """The data root of a publication with all that a site may hold, and things that lead out of it."""
    publication = root / "published" / "20240831T050000Z_r1"
    (publication / "exports" / "vide").mkdir(parents=True)
    (publication / "dbt_docs").mkdir()
    (publication / "index.html").write_text("<!doctype html><title>portail</title>")
    (publication / "dbt_docs" / "index.html").write_text("<!doctype html><title>lignage</title>")
    (publication / "exports" / "a b é.csv").write_text("x;y\n1;2\n")
    (publication / "exports" / "mrf.duckdb").write_bytes(b"\0" * 100)
    (publication / "dedans.csv").symlink_to(publication / "exports" / "a b é.csv")
    (root / "restricted").mkdir()
    (root / "restricted" / "clair.txt").write_text(SECRET)
    (publication / "lien").symlink_to(root / "restricted")
    (publication / "lien.txt").symlink_to(root / "restricted" / "clair.txt")
    (publication / "relatif").symlink_to("../../restricted")
    os.mkfifo(publication / "tuyau")
    (root / "published" / "site").symlink_to(publication.name)
    (root / "published" / "site_ailleurs").mkdir()
    (root / "published" / "site_ailleurs" / "x.txt").write_text(SECRET)
    return root


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = Portal(published(tmp_path_factory.mktemp("portail")))
    yield made
    made.end()


def test_the_files_of_the_publication_are_served(portal: Portal) -> None:
    status, headers, body = portal.ask("/")
    assert (status, b"portail" in body) == (200, True)
    assert "'unsafe-inline'" not in headers["content-security-policy"].partition("style-src")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "server" not in headers
    status, headers, body = portal.ask("/exports/a%20b%20%C3%A9.csv")
    assert (status, body) == (200, b"x;y\n1;2\n")
    assert portal.ask("/exports/a%20b%20%C3%A9.csv", **{"If-None-Match": headers["etag"]})[0] == 304
    assert portal.ask("/dedans.csv")[0] == 200, "a link inside"
    assert portal.ask("/exports/mrf.duckdb")[1]["content-type"] == "application/octet-stream"
    status, headers, body = portal.ask("/index.html", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0
    assert portal.ask("/dbt_docs", Host=f"localhost:{portal.port}")[0] in (200, 307)


@pytest.mark.parametrize(
    "path",
    [
        "/lien/clair.txt", "/lien.txt", "/relatif/clair.txt", "/lien/", "/lien",
        "/../site_ailleurs/x.txt", "/../../restricted/clair.txt", "/%2e%2e/%2e%2e/restricted/clair.txt",
        "/..%2f..%2frestricted%2fclair.txt", "/exports/..%2f..%2f..%2frestricted/clair.txt", "/%252e%252e/%252e%252e/restricted/clair.txt",
        "/..%5c..%5crestricted%5cclair.txt", "//etc/passwd", "/%2fetc/passwd", "/./../../restricted/clair.txt", "/etc/passwd",
        "/%00", "/index.html%00.txt", "/" + "a" * 5000, "/" + "a/" * 3000, "/%ff%fe", "/exports/", "/exports", "/exports/vide/", "/tuyau",
        "/index.html/x", "/index.html/../lien.txt", "/exports//../lien.txt",
    ],
)  # fmt: skip
def test_nothing_else_of_the_machine_is(portal: Portal, path: str) -> None:
    status, headers, body = portal.ask(path)
    assert status == 404, body
    assert SECRET.encode() not in body
    assert b"a b" not in body, "no list of a folder"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "PROPFIND"])
def test_it_is_only_read(portal: Portal, method: str) -> None:
    assert portal.ask("/", method)[0] in (400, 404, 405)


@pytest.mark.parametrize(
    "host",
    ["exemple.test", "exemple.test:8000", "127.0.0.1.exemple.test", "localhost.exemple.test", "127.0.0.1@exemple.test",
     "192.168.1.7", "0.0.0.0", "[::ffff:8.8.8.8]", "[", "", "2130706433"],
)  # fmt: skip
def test_who_calls_it_by_another_name_gets_nothing(portal: Portal, host: str) -> None:
    """A page elsewhere may make its own name lead to this machine: the browser then says that name."""
    status, headers, body = portal.ask("/", Host=host)
    assert status in (400, 421)
    assert b"<title>" not in body
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1", "[::1]:8000"])
def test_who_calls_this_machine_gets_it(portal: Portal, host: str) -> None:
    assert portal.ask("/", Host=host)[0] == 200


def test_other_names_are_told(tmp_path: Path) -> None:
    other = Portal(published(tmp_path), "--host", "127.0.0.2", "--name", "entrepot.example.org")
    try:
        assert other.host == "127.0.0.2"
        for host, status in (("127.0.0.2", 200), ("Entrepot.example.org:443", 200), ("autre.example.org", 421)):
            assert other.ask("/", Host=host)[0] == status
    finally:
        other.end()


def test_the_link_of_the_site_is_followed_to_each_new_publication(tmp_path: Path) -> None:
    root = published(tmp_path)
    served = Portal(root)
    try:
        assert b"portail" in served.ask("/")[2]
        newer = root / "published" / "20240901T050000Z_r2"
        newer.mkdir()
        (newer / "index.html").write_text("la suivante")
        (root / "published" / "site.new").symlink_to(newer.name)
        os.replace(root / "published" / "site.new", root / "published" / "site")
        assert served.ask("/")[2] == b"la suivante"
        assert served.ask("/exports/mrf.duckdb")[0] == 404
    finally:
        served.end()


def _open(portal: Portal) -> socket.socket:
    return socket.create_connection((portal.host, portal.port), timeout=30)


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Fictif: "], ids=["silent", "dripping"])
def test_a_request_that_does_not_come_is_not_waited_for(portal: Portal, first: bytes) -> None:
    """And others are served meanwhile."""
    slow, start = [_open(portal) for _ in range(80)], time.monotonic()
    for line in slow:
        line.sendall(first)
    drips = threading.Event()

    def drip() -> None:
        while not drips.wait(0.5):
            for line in slow if first else []:
                try:
                    line.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        assert portal.ask("/")[0] == 200
        for line in slow:
            with suppress(ConnectionError):
                assert line.recv(1000) == b""
        assert time.monotonic() - start < 40
    finally:
        drips.set()
        thread.join()
        for line in slow:
            line.close()


def test_more_connections_than_it_serves_do_not_end_it(portal: Portal) -> None:
    waiting = [_open(portal) for _ in range(150)]
    assert portal.ask("/")[0] == 503
    for line in waiting:
        line.close()
    time.sleep(0.5)
    assert portal.ask("/")[0] == 200


def test_a_port_that_is_taken_is_said(portal: Portal) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.commands.mrf", "portal", "--port", str(portal.port)],
        cwd=PROJECT, env=os.environ | {"MRF_DATA": str(portal.publication.parents[1])}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"Port {portal.port}" in done.stdout
