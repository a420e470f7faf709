"""The proxy of `deploy/`, by a real nginx: who has no password does not get in, and no other site gives orders."""

from __future__ import annotations

import base64
import datetime as dt
import os
import pwd
import shutil
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import PROJECT, free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx absent")
PASSWORDS = {"lecture": "lire", "lignage": "suivre", "exploitation": "lancer"}
# How browsers tell where a demand comes from.
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
SCRIPT = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
OURS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "x" * 22 + "==",
    "Sec-WebSocket-Version": "13",
}
FOREIGN = ["https://exemple.test", "null", "http://127.0.0.1", "https://127.0.0.1.exemple.test", "https://127.0.0.1:1"]


class Behind(BaseHTTPRequestHandler):
    """Stands for the servers behind: answers with what it got."""

    def do_GET(self) -> None:
        told = f"{self.path} {self.headers.get('Authorization')} {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _certificate(folder: Path) -> dict[str, str]:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "exemple")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    (folder / "entrepot.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    told = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "entrepot.key").write_bytes(key.private_bytes(*told))
    return {"/etc/ssl/certs/": f"{folder}/", "/etc/ssl/private/": f"{folder}/"}


def _configuration(folder: Path, port: int, plain: int, behind: int) -> Path:
    """The example as it is, but for its ports and folders."""
    text = (PROJECT / "deploy" / "nginx.conf.example").read_text(encoding="utf-8")
    here = {"listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "listen 80;": f"listen 127.0.0.1:{plain};"}
    here |= {f"127.0.0.1:{server};": f"127.0.0.1:{behind};" for server in (8000, 3001, 3000)}
    here |= _certificate(folder) | {"/etc/nginx/": f"{folder}/"}
    for theirs, ours in here.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    for name, password in PASSWORDS.items():
        (folder / f"mrf-{name}.htpasswd").write_text(f"awa:{{PLAIN}}{password}\n")
    (folder / "mrf.conf").write_text(text, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};\n" if os.getuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/mrf.conf;\n}}\n"
    )
    return main


class Site:
    """The proxy, as a browser finds it."""

    def __init__(self, port: int, plain: int) -> None:
        self.origin = f"https://127.0.0.1:{port}"
        self._address, self._plain = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain}"
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE

    def ask(
        self, path: str, password: str | None = None, told: dict[str, str] | None = None, method: str = "GET"
    ) -> tuple[int, str]:
        """Status and body."""
        headers = dict(told or {})
        if password:
            headers["Authorization"] = "Basic " + base64.b64encode(f"awa:{password}".encode()).decode()
        asked = urllib.request.Request(self._address + path, headers=headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=5, context=self._context) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def in_the_clear(self) -> str:
        """Where the port without encryption leads."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        with pytest.raises(urllib.error.HTTPError) as found:
            urllib.request.build_opener(Stay).open(self._plain + "/exploitation", timeout=5)
        return f"{found.value.code} {found.value.headers['Location']}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port, plain = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    main = _configuration(folder, port, plain, behind.server_address[1])
    nginx = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(main)], stderr=subprocess.PIPE, text=True)
    try:
        found = Site(port, plain)
        for _ in range(100):
            with suppress(OSError):
                found.ask("/")
                break
            assert nginx.poll() is None, nginx.stderr.read() if nginx.stderr else ""
            time.sleep(0.1)
        yield found
    finally:
        nginx.terminate()
        nginx.wait(timeout=10)
        behind.shutdown()


@pytest.mark.parametrize("path", ["/", "/lignage", "/lignage/graphql", "/exploitation", "/exploitation/graphql"])
def test_nobody_gets_in_without_a_password(site: Site, path: str) -> None:
    assert site.ask(path)[0] == 401
    assert site.ask(path, "autre")[0] == 401


def test_who_reads_does_not_launch(site: Site) -> None:
    """Each list opens its own part."""
    parts = {"lecture": "/", "lignage": "/lignage/graphql", "exploitation": "/exploitation/graphql"}
    for owner, password in PASSWORDS.items():
        for part, path in parts.items():
            method = "GET" if part == "lecture" else "POST"
            assert site.ask(path, password, OURS, method)[0] == (200 if part == owner else 401), (owner, part)


@pytest.mark.parametrize(
    "path", ["/lignage", "/lignage/", "/lignage/runs", "/./lignage", "/%6cignage", "/x/../lignage", "//lignage"]
)
def test_who_reads_the_portal_sees_no_lineage(site: Site, path: str) -> None:
    assert site.ask(path, PASSWORDS["lecture"])[0] == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_portal_is_only_read(site: Site, method: str) -> None:
    assert site.ask("/", PASSWORDS["lecture"], OURS, method)[0] == 403
    assert site.ask("/", PASSWORDS["lecture"], OURS, "HEAD")[0] == 200


def test_no_password_goes_further_than_the_proxy_nor_over_the_wire_in_the_clear(site: Site) -> None:
    status, told = site.ask("/exploitation", PASSWORDS["exploitation"])
    assert (status, told.split()[:2]) == (200, ["/exploitation", "None"])
    status, told = site.ask("/x", PASSWORDS["lecture"])
    assert (status, told.split()[:2]) == (200, ["/x", "None"])
    assert told.split()[2].startswith("127.0.0.1:"), "the portal answers to no other name"
    assert site.in_the_clear() == "301 https://127.0.0.1/exploitation"


@pytest.mark.parametrize(("prefix", "word"), [("/lignage", "lignage"), ("/exploitation", "exploitation")])
def test_no_other_site_commands_dagster(site: Site, prefix: str, word: str) -> None:
    """The browser adds the password to whatever a foreign page asks for, and Dagster takes orders from a plain GET."""
    password = PASSWORDS[word]
    order = f"{prefix}/graphql?query=mutation"
    for told in (LINK, SCRIPT, OURS, {}):  # an older browser does not say where a page comes from
        assert site.ask(order, password, told)[0] == 403
        assert site.ask(order.replace("graphql?", "graphql/?"), password, told)[0] == 403
        assert site.ask(order.replace("graphql", "%67raphql"), password, told)[0] == 403
    for told in (LINK, SCRIPT):
        assert site.ask(f"{prefix}/graphql", password, told)[0] == 403
        assert site.ask(f"{prefix}/graphql", password, told, "POST")[0] == 403
        assert site.ask(f"{prefix}/runs", password, told, "POST")[0] == 403
    assert site.ask(f"{prefix}/runs", password, SCRIPT)[0] == 403
    assert site.ask(f"{prefix}/graphql", password, OURS, "POST")[0] == 200, "what the interface itself sends"
    for own in (OURS | {"Origin": site.origin}, {"Origin": site.origin}):
        assert site.ask(f"{prefix}/graphql", password, own, "POST")[0] == 200
        assert site.ask(f"{prefix}/graphql", password, own | SOCKET)[0] == 200
    for origin in FOREIGN:
        for method, more in (("POST", {}), ("GET", SOCKET), ("GET", {}), ("POST", {"Sec-Fetch-Site": "same-origin"})):
            told = {"Origin": origin} | more
            assert site.ask(f"{prefix}/graphql", password, told, method)[0] == 403, (origin, method, more)
    assert site.ask(f"{prefix}/graphql", password, {}, "POST")[0] == 403, "who does not say where it comes from"
    assert site.ask(f"{prefix}/graphql", password, SOCKET)[0] == 403
    assert site.ask(f"{prefix}/runs", password, {}, "POST")[0] == 403
    assert site.ask(f"{prefix}/runs", password, {})[0] == 200, "a tool that reads a page"


def test_a_link_in_a_mail_leads_to_a_run(site: Site) -> None:
    assert site.ask("/exploitation/runs/0a1b?selection=x", PASSWORDS["exploitation"], LINK)[0] == 200
