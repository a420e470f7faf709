"""Alerts reach a mail server and a web address once, say nothing of rows, and never fail a run."""

from __future__ import annotations

import email
import errno
import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import dagster as dg
import pytest
import trustme
from aiosmtpd.controller import Controller

from orchestration.operation import alerts, outbox
from orchestration.settings import SettingError, settings
from tests.conftest import Root, free_port
from tests.fixtures.manifests import manifest
from tests.fixtures.servers import Files, running
from warehouse.paths import Layout
from warehouse.storage import write_json


class _Mailbox:
    """``refused``: what it answers to a recipient that it does not take."""

    def __init__(self) -> None:
        self.received: list[email.message.EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.receivers.append(list(envelope.rcpt_tos))
        self.received.append(email.message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Mailbox]:
    box, port = _Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("MRF_ALERT_SMTP", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("MRF_ALERT_FROM", "entrepot@example.org")
    monkeypatch.setenv("MRF_ALERT_TO", "a@example.org, b@example.org")
    yield box
    controller.stop()


class _Hook(BaseHTTPRequestHandler):
    status = 200
    location = ""
    got: ClassVar[list[str]] = []
    received: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.status == 200:
            self.received.append(json.loads(content))
        self.got.append(f"{self.command} {self.path}")
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()

    def do_GET(self) -> None:
        self.got.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>connectez-vous")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Hook]]:
    handler = type("Hook", (_Hook,), {"received": [], "got": [], "status": 200})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MRF_ALERT_WEBHOOK", f"http://127.0.0.1:{server.server_address[1]}/crochet")
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("MRF_DATA", str(tmp_path / "data"))
    return Layout(tmp_path / "data")


@dg.op
def breaks() -> None:
    raise dg.Failure("dbt : 1 contrôle en échec, rien n’est publié\n  · Untel, 76 12 34 56")


@dg.op
def surprises() -> None:
    raise ValueError("could not convert string to float: 'Fatoumata Untel'")


@dg.job
def surprising() -> None:
    surprises()


@dg.op
def holds() -> None:
    pass


@dg.job
def failing() -> None:
    breaks()


@dg.job
def holding() -> None:
    holds()


def _ran(layout: Layout, instance: dg.DagsterInstance, job: dg.JobDefinition) -> str:
    """A finished run on real data, with the folder that a run of the pipeline leaves."""
    run_id = job.execute_in_process(instance=instance, raise_on_error=False).run_id
    write_json(layout.run_folder(run_id) / "inventory.json", {"is_demo": False})
    return run_id


def _held_back(layout: Layout, found: str) -> None:
    told = {
        "source_id": "mrf_provider_survey",
        "state": "stale",
        "error": f"Liste Aminata Untel.xlsx · feuille 1, B7 : attendu un nombre ; trouvé {found}",
        "checks": [],
    }
    write_json(layout.workspace(False).state_file("mrf_provider_survey"), told)


def _published(layout: Layout, run_id: str) -> None:
    entry = {"current": "20240831T050000Z_r1a2b3c4d/mrf_a.duckdb", "run_id": run_id, "is_demo": False}
    write_json(layout.catalog, entry | {"published_at": "2024-08-31T05:00:00+00:00", "history": []})
    told = {"removed": ["who_gone"], "marts": {"marts.needs": {"rows": 12}}, "file": "mrf_a.duckdb", "file_sha256": ""}
    write_json(layout.published / "20240831T050000Z_r1a2b3c4d" / "manifest.json", manifest(**told))


def test_a_failure_is_announced_once_on_every_channel(layout: Layout, mailbox: _Mailbox, hook: type[_Hook]) -> None:
    check = {"name": "gap_absence", "tool": "dbt", "severity": "error", "passed": False, "failed_count": 3}
    with dg.instance_for_test() as instance:
        run_id = _ran(layout, instance, failing)
        said = {"checks": [check | {"message": "Untel 76 12 34 56"}], "run": {"run_id": run_id}}
        said |= {"build_sha256": "", "expected": []}
        write_json(layout.audit_file, {"dbt": said})
        _held_back(layout, "Fatoumata Untel")
        assert alerts.after_run(layout, instance, run_id) == []
        assert alerts.after_run(layout, instance, run_id) == [], "the daemon asks again"
    assert len(mailbox.received) == len(hook.received) == 1
    message = mailbox.received[0]
    text = message.get_content()
    assert message["Subject"] == "[Entrepôt migrants Mali] ÉCHEC, rien n’est publié"
    assert message["To"] == "a@example.org, b@example.org"
    assert "gap_absence (dbt) : 3 ligne(s)" in text
    assert "mrf_provider_survey : périmée" in text
    assert "B7 : attendu un nombre" in text
    assert "À faire : " in text
    for shown in (text, hook.received[0]["text"]):
        assert "Untel" not in shown
        assert "76 12" not in shown
    assert hook.received[0]["kind"] == "failure"
    assert hook.received[0]["id"] == f"{run_id}_failure"


def test_without_failed_checks_the_cause_is_told_without_what_looks_personal(layout: Layout, mailbox: _Mailbox) -> None:
    with dg.instance_for_test() as instance:
        alerts.after_run(layout, instance, _ran(layout, instance, failing))
        alerts.after_run(layout, instance, _ran(layout, instance, surprising))
    refusal, surprise = (message.get_content().replace("\r\n", "\n") for message in mailbox.received)
    assert "breaks : dbt : 1 contrôle en échec, rien n’est publié\n" in refusal
    assert "surprises : ValueError\n" in surprise
    for text in (refusal, surprise):
        assert "76 12 34 56" not in text
        assert "Untel" not in text


def test_a_publication_and_held_back_sources(layout: Layout, mailbox: _Mailbox) -> None:
    with dg.instance_for_test() as instance:
        _held_back(layout, "x")
        first = _ran(layout, instance, holding)
        _published(layout, first)
        alerts.after_run(layout, instance, first)
        assert sorted(m["Subject"].split("] ")[1] for m in mailbox.received) == [
            "1 source(s) retenue(s)",
            "nouvelle publication",
        ]
        told = next(m.get_content() for m in mailbox.received if "publication" in m["Subject"])
        assert "12 lignes" in told
        assert "Sources retirées : who_gone" in told
        alerts.after_run(layout, instance, _ran(layout, instance, holding))
        assert len(mailbox.received) == 2, "the same sources are not announced every day"
        layout.workspace(False).state_file("mrf_provider_survey").unlink()
        alerts.after_run(layout, instance, _ran(layout, instance, holding))
        _held_back(layout, "x")
        alerts.after_run(layout, instance, _ran(layout, instance, holding))
        assert len(mailbox.received) == 3, "held back again after it was good"


def test_what_could_not_leave_is_sent_later(
    layout: Layout, mailbox: _Mailbox, hook: type[_Hook], monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.status = 500
    problems = alerts.not_started(layout, "dépôt vide")
    assert len(mailbox.received) == 1
    assert len(problems) == 1
    assert problems[0] == "webhook : non pris (HTTP 500) : vérifier MRF_ALERT_WEBHOOK"
    assert len(outbox.waiting(layout, settings().channels)) == 1
    hook.status = 200
    assert outbox.send(layout, settings()) == []
    assert len(hook.received) == 1
    assert len(mailbox.received) == 1, "who has it does not get it twice"
    alerts.not_started(layout, "dépôt vide")
    assert len(mailbox.received) == 1, "once a day"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 400, 404, 500])
def test_only_an_answer_of_success_counts_as_sent(layout: Layout, hook: type[_Hook], status: int) -> None:
    hook.status, hook.location = status, "/login?cle=tr3s-secret"
    (problem,) = alerts.announce(layout, "failure", "x", "sujet", "texte")
    assert f"HTTP {status}" in problem
    assert ("redirection" in problem) is (300 <= status < 400)
    assert "MRF_ALERT_WEBHOOK" in problem
    assert "secret" not in problem
    assert hook.got == ["POST /crochet"], "nothing is followed"
    assert len(outbox.waiting(layout, settings().channels)) == 1
    hook.status, hook.location = 204, ""
    assert outbox.send(layout, settings()) == []
    assert outbox.waiting(layout, settings().channels) == []


def test_a_webhook_of_a_bad_certificate_gets_nothing_and_it_is_named(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(Files(), context) as server:
        monkeypatch.setenv("MRF_ALERT_WEBHOOK", f"{server.address}/crochet/tr3s-secret")
        (problem,) = alerts.announce(layout, "failure", "x", "sujet", "texte")
    assert problem.startswith("webhook : certificat signé par")
    assert "REQUESTS_CA_BUNDLE" in problem
    assert "secret" not in problem
    assert server.asked == []


def test_who_a_mail_server_refuses_is_named_and_nobody_gets_a_message_twice(layout: Layout, mailbox: _Mailbox) -> None:
    mailbox.refused = {"a@example.org": "550 5.1.1 No such user"}
    (problem,) = alerts.announce(layout, "failure", "x", "sujet", "texte")
    assert "refusé pour a@example.org (550 5.1.1 No such user)" in problem
    assert mailbox.receivers == [["b@example.org"]]
    assert outbox.send(layout, settings()) == [], "refused for good"
    mailbox.refused = {"a@example.org": "450 Try later"}
    assert "450" in alerts.announce(layout, "failure", "y", "sujet", "texte")[0]
    assert "450" in alerts.announce(layout, "failure", "z", "sujet", "texte")[0], "the next one is sent all the same"
    mailbox.refused = {}
    assert outbox.send(layout, settings()) == []
    assert mailbox.receivers == [["b@example.org"]] * 3 + [["a@example.org"]] * 2
    assert outbox.waiting(layout, settings().channels) == []
    mailbox.refused = dict.fromkeys(("a@example.org", "b@example.org"), "554 Relay denied")
    assert "aucun destinataire accepté" in alerts.announce(layout, "failure", "w", "sujet", "texte")[0]
    assert len(outbox.waiting(layout, settings().channels)) == 1, "nobody has it"


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_mail_server_of_a_bad_certificate_gets_no_password(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context, box, port = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), _Mailbox(), free_port()
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    how = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    controller = Controller(box, hostname="127.0.0.1", port=port, **how)
    monkeypatch.setenv("MRF_ALERT_SMTP", f"{scheme}://127.0.0.1:{port}")
    monkeypatch.setenv("MRF_ALERT_FROM", "entrepot@example.org")
    monkeypatch.setenv("MRF_ALERT_TO", "a@example.org")
    with suppress(ssl.SSLError):  # the controller itself calls its server once, and does not believe it
        controller.start()
    try:
        (problem,) = alerts.announce(layout, "failure", "x", "sujet", "texte")
        assert "certificat signé par une autorité que cette machine ne connaît pas" in problem
        assert "REQUESTS_CA_BUNDLE" in problem
        assert box.received == []
        with authority.cert_pem.tempfile() as known:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", known)
            assert outbox.send(layout, settings()) == []
        assert len(box.received) == 1
    finally:
        controller.stop()


@pytest.mark.parametrize("account", ["moi:tr3s-secret", "moi", ":tr3s-secret"])
def test_no_account_is_given_over_a_line_in_the_clear(
    layout: Layout, mailbox: _Mailbox, monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    monkeypatch.setattr(outbox, "_LOOPBACK", ())
    monkeypatch.setenv("MRF_ALERT_SMTP", os.environ["MRF_ALERT_SMTP"].replace("//", f"//{account}@"))
    (problem,) = alerts.announce(layout, "failure", "x", "sujet", "texte")
    assert "le serveur ne chiffre pas" in problem
    assert "secret" not in problem.replace("utilisateur et secret", "")
    assert mailbox.received == []


def test_an_alert_never_raises_and_never_tells_the_password(
    layout: Layout, mailbox: _Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.instance_for_test() as instance:
        run_id = _ran(layout, instance, failing)
        monkeypatch.setenv("MRF_ALERT_SMTP", "smtp://moi:tr3s-secret@127.0.0.1:9")  # nobody listens on 9
        problems = alerts.after_run(layout, instance, run_id)
        assert len(problems) == 1
        assert "ConnectionRefusedError" in problems[0]
        assert "secret" not in problems[0]
        monkeypatch.setenv("MRF_ALERT_SMTP", "courriel")
        assert "MRF_ALERT_SMTP" in alerts.after_run(layout, instance, run_id)[0]


def test_a_full_disk_is_announced_all_the_same(
    layout: Layout, mailbox: _Mailbox, hook: type[_Hook], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outbox takes nothing any more; what has to be said is just that."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with dg.instance_for_test() as instance:
        run_id = _ran(layout, instance, failing)
        monkeypatch.setattr(outbox, "write_json", full)
        assert alerts.announce(layout, "failure", "disk", "disque plein", "libérer de la place") == []
        assert alerts.after_run(layout, instance, run_id) == []
    assert [told["subject"].split("] ")[1] for told in hook.received] == ["disque plein", "ÉCHEC, rien n’est publié"]
    assert len(mailbox.received) == 2
    monkeypatch.setenv("MRF_ALERT_WEBHOOK", "http://127.0.0.1:9/personne")
    (problem,) = alerts.announce(layout, "failure", "disk", "disque plein", "libérer de la place")
    assert problem.startswith("webhook : ")
    assert len(mailbox.received) == 3, "one channel that fails does not keep the other from it"


def test_a_backup_that_fails_is_announced(layout: Layout, hook: type[_Hook]) -> None:
    webhook = os.environ["MRF_ALERT_WEBHOOK"]
    done = Root(layout.root).mrf("backup", str(layout.root.parent / "disque"), MRF_ALERT_WEBHOOK=webhook)
    assert done.returncode == 1
    (told,) = hook.received
    assert told["subject"] == "[Entrepôt migrants Mali] ÉCHEC de la sauvegarde"
    assert "aucune publication" in told["text"]
    assert "À faire" in told["text"]


def test_only_what_is_asked_for(layout: Layout, mailbox: _Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRF_ALERT_ON", "publication")
    with dg.instance_for_test() as instance:
        alerts.after_run(layout, instance, _ran(layout, instance, failing))
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MRF_ALERT_ON", "tout"),
        ("MRF_ALERT_SMTP", "smtp://127.0.0.1"),
        ("MRF_ALERT_WEBHOOK", "ftp://x"),
        ("MRF_KEEP_PUBLICATIONS", "1"),
        ("MRF_KEEP_RUN_DAYS", "trois"),
        ("MRF_REPLY_TO", "le bureau"),
    ],
)
def test_a_wrong_setting_says_which(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name):
        settings()


def test_the_command_announces_a_run_that_could_not_begin(layout: Layout, hook: type[_Hook]) -> None:
    """A share that is not mounted on a root that has published real data."""
    _published(layout, "1a2b3c4d")
    webhook = os.environ["MRF_ALERT_WEBHOOK"]
    done = Root(layout.root).mrf("run", MRF_ALERT_WEBHOOK=webhook)
    assert done.returncode == 1
    assert [told["subject"] for told in hook.received] == ["[Entrepôt migrants Mali] ÉCHEC, rien n’est publié"]
    assert "données réelles" in hook.received[0]["text"]
    unheard = Root(layout.root).mrf("run", MRF_ALERT_WEBHOOK="http://127.0.0.1:9/personne")
    assert unheard.returncode == 1, "the code of the run, not of the alert"
    trial = Root(layout.root).mrf("alert-test", MRF_ALERT_WEBHOOK="http://127.0.0.1:9/personne")
    assert trial.returncode == 1
    assert "ConnectionRefusedError" in trial.stdout
    assert Root(layout.root).mrf("alert-test").returncode == 2, "nothing is set"
