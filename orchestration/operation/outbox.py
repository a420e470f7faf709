"""The outbox of alerts: each is written once as a file, then sent on every channel until each has accepted it.

The process that ends a run writes and sends; the daemon retries what a mail server or a network refused. If the disk is
full, alerts are sent at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from ingestion.pull import certificates
from orchestration.settings import Settings
from warehouse import state_files
from warehouse.paths import Layout
from warehouse.storage import write_json

GIVE_UP_AFTER = dt.timedelta(days=3)
_SECONDS = 15  # a sensor tick may take a minute, with both channels timing out
_FOR_GOOD = 500  # SMTP codes below this are temporary
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def put(layout: Layout, key: str, kind: str, subject: str, text: str) -> bool:
    """Writes an alert unless one with this key exists; returns whether it is new."""
    path = layout.alerts / f"{key}.json"
    layout.alerts.mkdir(parents=True, exist_ok=True)
    with FileLock(layout.alerts / ".put.lock"):
        if path.exists():
            return False
        write_json(path, _alert(kind, subject, text))
    return True


def _alert(kind: str, subject: str, text: str) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return {"kind": kind, "subject": subject, "text": text, "created_at": now, "sent": {}}


def send_at_once(settings: Settings, key: str, kind: str, subject: str, text: str) -> list[str]:
    """Sends on every channel an alert that could not be written; returns the problems, in words."""
    alert = _alert(kind, subject, text)
    return [problem for channel in settings.channels if (problem := _try(channel, settings, key, alert))]


def waiting(layout: Layout, channels: tuple[str, ...]) -> list[Path]:
    """The alerts not yet accepted by every channel and still worth sending, oldest first."""
    oldest = dt.datetime.now(dt.UTC) - GIVE_UP_AFTER
    unsent = [
        (alert["created_at"], path)
        for path in layout.alerts.glob("*.json")
        if (alert := _read(path)) and dt.datetime.fromisoformat(alert["created_at"]) > oldest
        if set(channels) - set(alert["sent"])
    ]
    return [path for _, path in sorted(unsent)]


def _read(path: Path) -> dict[str, Any] | None:
    """An alert; None if its file is damaged."""
    try:
        return state_files.read(path, state_files.Alert)  # type: ignore[no-any-return]
    except state_files.Damaged:
        return None


def send(layout: Layout, settings: Settings) -> list[str]:
    """Sends what waits; returns the problems, in words. A failing channel is skipped until the next call."""
    problems: list[str] = []
    if not layout.alerts.is_dir():
        return []
    try:
        with FileLock(layout.alerts / ".lock").acquire(timeout=0):
            failing: set[str] = set()
            for path in waiting(layout, settings.channels):
                alert = _read(path) or {"sent": {}}
                for channel in set(settings.channels) - set(alert["sent"]) - failing:
                    if problem := _try(channel, settings, path.stem, alert):
                        problems.append(problem)
                        failing |= set() if channel in alert["sent"] or alert.get("left") else {channel}
                    with suppress(OSError):  # a full disk: better sent twice than not on the next channel
                        write_json(path, alert)
    except Timeout:
        pass  # another process is sending
    return problems


def _try(channel: str, settings: Settings, key: str, alert: dict[str, Any]) -> str:
    """Sends one alert on one channel and records its success in the alert; returns the problem in words, or ""."""
    problem = ""
    try:
        _CHANNELS[channel](settings, key, alert)
    except _Partly as error:
        problem = f"{channel} : {error}"
        if alert["left"]:
            return problem
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"{channel} : {_in_words(error)}"
    alert["sent"][channel] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return problem


class _Refused(ValueError):
    """An alert that was not sent, with a reason that holds no secret."""


class _Partly(Exception):
    """Some recipients were refused while others were accepted."""


def _in_words(error: Exception) -> str:
    """The problem in words; the text of an error may hold the address, which is a secret."""
    if isinstance(error, _Refused):
        return str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"aucun destinataire accepté : {_refusals(error.recipients)}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"utilisateur ou secret refusé ({error.smtp_code}) : vérifier MRF_ALERT_SMTP"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"refus du serveur ({error.smtp_code})"
    if explanation := certificates.explained(error):
        return explanation
    of_system = (one for one in certificates.causes(error) if isinstance(one, OSError) and one.errno)
    cause = next(of_system, error)
    return f"{type(cause).__name__} {getattr(cause, 'strerror', '') or ''}".strip()


def _refusals(refused: dict[str, tuple[int, bytes]]) -> str:
    return " ; ".join(
        f"{name} ({code} {text.decode('ascii', 'replace')[:80]})" for name, (code, text) in sorted(refused.items())
    )


def _mail(settings: Settings, key: str, alert: dict[str, Any]) -> None:
    """Sends one message. ``left``: the recipients refused for now, to be retried without the others."""
    message = EmailMessage()
    message["Subject"], message["From"] = alert["subject"], settings.alert_from
    message["To"] = ", ".join(settings.alert_to)
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(key[:16], domain="mrf.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(alert["text"])
    left = alert.get("left", [])
    with _mail_server(settings) as server:
        try:
            refused = server.send_message(message, to_addrs=left or settings.alert_to)
        except smtplib.SMTPRecipientsRefused as error:
            if not left:
                raise
            refused = error.recipients
    alert.pop("left", None)
    if refused:
        alert["left"] = [name for name, (code, _) in refused.items() if code < _FOR_GOOD]
        todo = "ils seront essayés de nouveau" if alert["left"] else "vérifier MRF_ALERT_TO"
        raise _Partly(f"refusé pour {_refusals(refused)} ; les autres destinataires l’ont ; {todo}")


def _mail_server(settings: Settings) -> smtplib.SMTP:
    """A connection that can send mail; credentials are only sent over an encrypted connection."""
    address = urlsplit(settings.smtp)
    host = address.hostname or ""
    context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or None)
    server: smtplib.SMTP
    if address.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, address.port or 465, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 587, timeout=_SECONDS)
    try:
        server.ehlo()
        if address.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        elif address.scheme == "smtp" and (address.username or address.password) and host not in _LOOPBACK:
            raise _Refused("le serveur ne chiffre pas (STARTTLS), utilisateur et secret non envoyés : smtps:// ?")
        if address.username and address.password:
            server.login(unquote(address.username), unquote(address.password))
    except BaseException:
        server.close()
        raise
    return server


def _post(settings: Settings, key: str, alert: dict[str, Any]) -> None:
    """Posts one JSON object; `text` is what chat services show. Only a 2xx answer counts as accepted."""
    from ingestion.pull.connections import Connections  # slow to import

    content = {"id": key, **{name: alert[name] for name in ("kind", "subject", "created_at")}}
    body = json.dumps(content | {"text": f"{alert['subject']}\n\n{alert['text']}"}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    with Connections(time.monotonic() + 2 * _SECONDS) as lines:
        answer = lines.session.post(
            settings.webhook, body, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True
        )
    if 300 <= answer.status_code < 400:
        to = urlsplit(answer.headers.get("Location", "")).hostname or "une autre page"
        raise _Refused(f"redirection vers {to} (HTTP {answer.status_code}), non suivie : vérifier MRF_ALERT_WEBHOOK")
    if not 200 <= answer.status_code < 300:
        raise _Refused(f"non pris (HTTP {answer.status_code}) : vérifier MRF_ALERT_WEBHOOK")


_CHANNELS: dict[str, Callable[[Settings, str, dict[str, Any]], None]] = {"smtp": _mail, "webhook": _post}
