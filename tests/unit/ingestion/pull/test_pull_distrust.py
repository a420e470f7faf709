"""Servers that lead elsewhere, lie, drip or never end: a pull refuses in words, and nothing goes where it should not."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from ingestion.declaration.pull_settings import KoboPull
from ingestion.declaration.source import Source
from ingestion.pull import kobo as kobo_pull
from ingestion.pull.client import Client
from ingestion.pull.connections import Connections
from ingestion.pull.errors import PullError
from ingestion.pull.pulling import pull
from ingestion.readers.surveys.consent import nothing_erased
from tests.fixtures.pulled import DATA, NAME, declared, landed, mechanism
from tests.fixtures.servers import Files, Kobo, running

TOKEN = "jeton-fictif-4242"
XLSX = b"PK\x03\x04 un classeur fictif"


class Net:
    """Encrypted and plain servers; this machine believes the authority of the first kind."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.authority = trustme.CA()

    def context(self, *names: str, **how: Any) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names or ("127.0.0.1", "localhost"), **how).configure_cert(made)
        return made

    def files(self, tls: ssl.SSLContext | None = None) -> Files:
        return self._stack.enter_context(running(Files(content=XLSX), tls))

    def pull(self, address: str, more: str = "", suffix: str = ".xlsx") -> Any:
        block = f"{{kind: http, url: '{address}', suffix: {suffix}, max_megabytes: 1{more}}}"
        self._folder.joinpath("sources").mkdir(exist_ok=True)
        number = len(list(self._folder.joinpath("sources").iterdir()))
        source = declared(self._folder / "sources" / str(number), block)
        return pull(source, self._folder / "landing", self._folder / "pulls", nothing_erased)


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    with ExitStack() as stack:
        made = Net(stack, tmp_path)
        made.authority.cert_pem.write_to_path(tmp_path / "autorite.pem")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "autorite.pem"))
        monkeypatch.setenv("MRF_JETON", TOKEN)
        yield made


def leads(server: Files, *targets: str, status: int = 302) -> None:
    server.faults["depart"] = [(status, {"Location": target}) for target in targets]


# Redirections


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_leads_from_an_encrypted_line_to_one_in_the_clear(net: Net, tmp_path: Path, status: int) -> None:
    given, inside = net.files(net.context()), net.files()
    leads(given, f"{inside.address}/interne/secret.csv?cle=4242", status=status)
    with pytest.raises(PullError, match="redirection de https vers http") as caught:
        net.pull(f"{given.address}/depart", ", token: MRF_JETON")
    assert "4242" not in str(caught.value)
    assert inside.address in str(caught.value), "what was found"
    assert inside.asked == []
    assert landed(tmp_path / "landing") == []


def test_another_server_has_to_be_declared_and_gets_no_token(net: Net) -> None:
    given, other = net.files(net.context()), net.files(net.context())
    elsewhere = other.address.replace("127.0.0.1", "localhost")
    leads(given, f"{elsewhere}/fichier?cle=4242")
    with pytest.raises(PullError, match="redirection vers un autre serveur") as caught:
        net.pull(f"{given.address}/depart", ", token: MRF_JETON")
    named = elsewhere.removeprefix("https://")
    assert f"hosts: [{named}]" in str(caught.value)
    assert "4242" not in str(caught.value)
    assert other.asked == []
    leads(given, f"{elsewhere}/fichier?cle=4242")
    assert net.pull(f"{given.address}/depart", f", token: MRF_JETON, hosts: ['{named}']").path.read_bytes() == XLSX
    assert given.opened_by[-1] == f"Bearer {TOKEN}"
    assert other.opened_by == [None]


def test_another_port_is_another_server(net: Net) -> None:
    given, other = net.files(), net.files()
    leads(given, f"{other.address}/fichier")
    with pytest.raises(PullError, match="autre serveur"):
        net.pull(f"{given.address}/depart", ", token: MRF_JETON")
    assert other.asked == []


def test_the_same_server_may_lead_on_and_to_its_encrypted_side(net: Net) -> None:
    given = net.files(net.context())
    leads(given, "/ailleurs?x=1", "plus/loin")
    assert net.pull(f"{given.address}/depart", ", token: MRF_JETON").path.read_bytes() == XLSX
    assert given.opened_by == [f"Bearer {TOKEN}"] * 2
    plain, encrypted = net.files(), net.files(net.context())
    leads(plain, f"{encrypted.address}/fichier")
    assert net.pull(f"{plain.address}/depart").path.read_bytes() == XLSX


def test_nobody_reads_what_a_redirection_says(net: Net) -> None:
    given = net.files()
    bomb = gzip.compress(b"0" * 900_000_000)
    given.faults["depart"] = [(302, {"Location": "/fichier", "Content-Encoding": "gzip"}, bomb)]
    start = time.monotonic()
    assert net.pull(f"{given.address}/depart").path.read_bytes() == XLSX
    assert time.monotonic() - start < 2


def test_redirections_end(net: Net) -> None:
    given = net.files(net.context())
    leads(given, *["/depart"] * 50)
    with pytest.raises(PullError, match="plus de 5 redirections"):
        net.pull(f"{given.address}/depart")
    assert len(given.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://[", "ftp://127.0.0.1/x", "file:///etc/passwd", "https://nom:mot-4242@127.0.0.1/", "javascript:1",
        "https://127.0.0.1:99999/", "//169.254.169.254/latest/meta-data", "https://2130706433/", "https://127.0.0.1\\@exemple.test/",
        "https://exemple.test#@127.0.0.1/", "https://127.0.0.1.exemple.test/",
    ],
)  # fmt: skip
def test_a_crafted_address_leads_nowhere(net: Net, tmp_path: Path, target: str) -> None:
    given = net.files(net.context())
    leads(given, target)
    with pytest.raises(PullError, match="redirection") as caught:
        net.pull(f"{given.address}/depart")
    assert "4242" not in str(caught.value)
    assert landed(tmp_path / "landing") == []
    assert len(given.asked) == 1


INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "169.254.169.254",
    "0.0.0.0",
    "::1",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
]


@pytest.mark.parametrize("peer", INSIDE)
def test_who_begins_outside_is_not_led_inside(peer: str) -> None:
    """Whatever the name that leads there: what counts is the address of the connection."""
    lines = Connections(time.monotonic() + 60)
    lines._check("9.9.9.9")
    lines._check("2620:fe::fe")
    with pytest.raises(PullError, match="adresse interne"):
        lines._check(peer)
    within = Connections(time.monotonic() + 60)
    within._check("192.168.7.7")
    within._check(peer)


# Certificates


@pytest.mark.parametrize("wrong", ["expired", "self-signed", "unknown", "wrong name", "not tls"])
def test_a_bad_certificate_is_named_and_not_tried_again(
    net: Net, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: str
) -> None:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    told = {
        "expired": "certificat expiré",
        "self-signed": "certificat signé par (lui-même|une autorité que cette machine ne connaît pas)",
        "unknown": "certificat signé par une autorité que cette machine ne connaît pas",
        "wrong name": "certificat fait pour un(e autre adresse| autre nom)",
        "not tls": "liaison chiffrée impossible",
    }
    if wrong == "unknown":
        trustme.CA().cert_pem.write_to_path(tmp_path / "autre.pem")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "autre.pem"))
    made: dict[str, Any] = {
        "expired": lambda: net.context(not_after=yesterday),
        "wrong name": lambda: net.context("ailleurs.exemple.test"),
        "self-signed": lambda: _self_signed(tmp_path),
        "unknown": net.context,
        "not tls": lambda: None,
    }
    given = net.files(made[wrong]())
    address = given.address.replace("http://", "https://")
    start = time.monotonic()
    with pytest.raises(PullError, match=told[wrong]) as caught:
        net.pull(f"{address}/depart", ", token: MRF_JETON")
    assert "REQUESTS_CA_BUNDLE" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < 6
    assert given.opened_by == []


def _self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that its own key signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    how = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + key.private_bytes(*how)
    (folder / "soi.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "soi.pem")
    return context


def test_a_list_of_authorities_that_is_not_there_is_named(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    given = net.files(net.context())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nulle/part.pem")
    with pytest.raises(PullError, match="REQUESTS_CA_BUNDLE"):
        net.pull(f"{given.address}/depart")


# What a server says of a file


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((204, {}, b""), "HTTP 204"),
        ((206, {"Content-Range": "bytes 0-3/9"}, b"abcd"), "HTTP 206"),
        ((304, {}, b""), "inchangé"),
        ((200, {}, b""), "réponse vide"),
        ((200, {}, b"<html>connectez-vous"), "une page web"),
        ((200, {"Content-Type": "text/csv"}, b"\xef\xbb\xbf\r\n<!DOCTYPE HTML>"), "une page web"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 300_000_000)), "plus de 1 Mo"),
        ((200, {"Content-Encoding": "gzip"}, b"pas du gzip"), "comprimée illisible"),
        ((500, {}, b""), "HTTP 500"),
    ],
)
def test_what_is_no_file_is_not_landed(net: Net, tmp_path: Path, answer: tuple[Any, ...], told: str) -> None:
    given = net.files()
    good = net.pull(f"{given.address}/depart").path
    given.faults["depart"] = [answer] * (6 if answer[0] == 500 else 1)
    (tmp_path / "pulls" / "mrf_mechanism_survey" / "landed.json").unlink()
    with pytest.raises(PullError, match=told):
        net.pull(f"{given.address}/depart")
    assert landed(tmp_path / "landing") == [good]
    assert good.read_bytes() == XLSX


def test_a_rest_that_is_not_the_whole_rest_is_not_landed(net: Net, tmp_path: Path) -> None:
    given = net.files()
    given.content = b"x" * 1000
    rest = (206, {"Content-Range": "bytes 500-999/1000", "ETag": '"v1"'}, b"y" * 100)
    given.faults["depart"] = ["cut", rest]
    with pytest.raises(PullError, match="600 octets reçus, 1000 annoncés"):
        net.pull(f"{given.address}/depart")
    assert landed(tmp_path / "landing") == []
    assert net.pull(f"{given.address}/depart").path.read_bytes() == given.content


def test_headers_that_drip_are_stopped_by_the_clock(net: Net) -> None:
    given = net.files(net.context())
    given.faults["depart"] = ["slow head"]
    start = time.monotonic()
    with Client(given.address, 0.03, 10_000_000) as client, pytest.raises(PullError, match="durée permise dépassée"):
        client.get("/depart", dict)
    assert 1 < time.monotonic() - start < 5


# What a server says in JSON


@pytest.fixture
def kobo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kobo]:
    server = Kobo(assets={"aVrai": NAME}, data={"aVrai": [mechanism(number) for number in range(1, 8)]})
    with running(server):
        monkeypatch.setenv("MRF_KOBO_URL", server.address)
        monkeypatch.setenv("MRF_KOBO_TOKEN", server.token)
        yield server


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return declared(tmp_path / "sources", f'{{kind: kobo, name: "{NAME}", page: 3, max_megabytes: 1}}')


def page(**changed: Any) -> bytes:
    return json.dumps({"count": 1, "next": None, "results": [mechanism(1)]} | changed).encode()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[" * 200_000, "trop imbriquée"),
        (b'{"count":1,"next":null,"results":[{"_id":1,"x":' + b"[" * 700 + b"]" * 700 + b"}]}", "trop imbriquée"),
        (b'{"a":' * 50_000, "trop imbriquée"),
        (b"<html>connectez-vous", "pas du JSON"),
        (b"", "pas du JSON"),
        (page()[:-1], "pas du JSON"),
        (page(count=int("9" * 4000)), "4000 chiffres"),
        (page(count=int("9" * 200)), "200 chiffres"),
        (page(results=[{"_id": 10**19}]), "chiffres"),
        (page().replace(b'"_id": 1', b'"_id": ' + b"9" * 9000), "9000 chiffres"),
        (page(results=[{"_id": 1, "x": float("nan")}]), "NaN"),
        (page(results=[{"_id": 1, "x": float("-inf")}]), "NaN"),
        (page().replace(b'"_id": 1', b'"_id": 1, "x": 1e999'), "NaN"),
        (page().replace(b"fictif", b"fic\xfftif"), "UTF-8"),
        (page().replace(b"fictif", b"\\ud800"), "moitié d’un signe"),
        (b"[]", "autre forme"),
        (b"null", "autre forme"),
        (page(results={}), "results"),
        (page(results=[1]), "results.0"),
        (page(results=[[]]), "results.0"),
        (page(count="beaucoup"), "count"),
        (page(next=3), "next"),
        (page(next="http://["), "ValueError"),
        (page(results=[{"_id": [1]}]), "results.0"),
        (page(results=[{}]), "results.0"),
        (page(results=[mechanism(1), {"_id": "1"}]), "results.1"),
    ],
)
def test_an_answer_that_is_none_is_refused_in_words(
    kobo: Kobo, source: Source, tmp_path: Path, body: bytes, told: str
) -> None:
    kobo.faults[DATA] = [(200, {"Content-Type": "application/json"}, body)] * 2
    with pytest.raises(PullError, match=told) as caught:
        pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)
    assert len(str(caught.value)) < 300
    assert landed(tmp_path / "landing") == []
    kobo.faults.clear()
    assert pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased).submissions == 7, (
        "no bad page was kept"
    )


class Endless(Kobo):
    """Always another page, at another address: of an answer each, of none, or of forms nobody asked for."""

    kind = "answers"

    def _page(self, path: str, params: dict[str, str], rows: Any, at: str) -> Any:
        start = int(params.get(at, 0))
        following = f"http://kobo.invalid{path}?{at}={start + 1}"
        forms = path.endswith("/assets/")
        if forms is (self.kind == "forms"):
            new = {"uid": f"a{start}", "name": "x"} if forms else mechanism(start)
            rows = [] if self.kind == "empty" else [new]
            return {"count": 5, "next": following, "previous": None, "results": rows}
        return super()._page(path, params, rows, at)


@pytest.mark.parametrize(
    ("kind", "told"), [("answers", "6 soumissions relevées, 5 annoncées"), ("empty", "vide"), ("forms", "aucun projet")]
)
def test_pages_without_end_end(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch, kind: str, told: str
) -> None:
    server = Endless(assets={"aVrai": NAME}, data={"aVrai": []})
    server.kind = kind
    with running(server):
        monkeypatch.setenv("MRF_KOBO_URL", server.address)
        monkeypatch.setenv("MRF_KOBO_TOKEN", server.token)
        with pytest.raises(PullError, match=told):
            pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)
    assert len(server.asked) < 20


def test_the_size_is_that_of_all_pages(kobo: Kobo, source: Source, tmp_path: Path) -> None:
    kobo.data["aVrai"] = [mechanism(number, note="x" * 150_000) for number in range(1, 10)]
    with pytest.raises(PullError, match="plus de 1 Mo"):
        pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)
    assert landed(tmp_path / "landing") == []


def test_a_page_that_unpacks_to_a_bomb_is_stopped(kobo: Kobo, source: Source, tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 400_000_000)
    kobo.faults[DATA] = [(200, {"Content-Encoding": "gzip"}, bomb)]
    start = time.monotonic()
    with pytest.raises(PullError, match="plus de 1 Mo"):
        pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("path", ["/assets/", DATA])
def test_no_redirection_takes_a_token_anywhere(kobo: Kobo, source: Source, tmp_path: Path, path: str) -> None:
    with running(Kobo()) as other:
        kobo.faults[path] = [(307, {"Location": f"{other.address}/api/v2/assets/"})]
        with pytest.raises(PullError, match="redirection"):
            pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)
        assert other.asked == []


# What is left on the disk


def test_what_a_killed_pull_left_beside_its_file_goes_with_the_next(kobo: Kobo, source: Source, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    left = landing / f".{source.id}_2024-07-01.json.part"  # only where the landing folder is on another disk
    left.write_text("une réponse fictive")
    other = landing / f".{source.id}_bis_2024-07-01.json.part"
    other.write_text("d’un relevé en cours")
    told = pull(source, landing, tmp_path / "pulls", nothing_erased)
    assert landed(landing) == [other, told.path]


def test_a_folder_that_cannot_be_written_is_said(kobo: Kobo, source: Source, tmp_path: Path) -> None:
    (tmp_path / "landing").write_text("un fichier, pas un dossier")
    with pytest.raises(PullError, match="landing"):
        pull(source, tmp_path / "landing", tmp_path / "pulls", nothing_erased)


def test_no_password_of_this_account_goes_to_a_server_that_needs_none(
    net: Net, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login moi password tr3s-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    given = net.files()
    net.pull(f"{given.address}/depart")
    assert given.opened_by == [None]


def test_a_name_of_a_form_is_no_part_of_an_address(kobo: Kobo, tmp_path: Path) -> None:
    kobo.assets = {"../../x?y": NAME}
    with pytest.raises(PullError, match="introuvable"):
        kobo_pull.fetch(KoboPull(kind="kobo", name=NAME), tmp_path / "pages", nothing_erased)
    assert kobo.asked[-1][2].get("y") is None
