"""The outbox of alerts: each is written once as a file, then sent on every channel until each has taken it.

Whoever ends a run writes and sends; the daemon sends again what a mail server or a network did not take. What a full
disk does not take is sent at once.
"""

from __future__ import annotations

import datetime as dt
import json
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from orchestration.settings import Settings
from warehouse import state_files
from warehouse.layout import Layout, write_json

GIVE_UP_AFTER = dt.timedelta(days=3)
_SECONDS = 15  # a sensor’s tick may take a minute, with both channels silent
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def put(layout: Layout, key: str, kind: str, subject: str, text: str) -> bool:
    """Writes an alert, unless one of this key was written before; whether it is new."""
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
    """Sends an alert that could not be written, on every channel; returns what went wrong, in words."""
    told = _alert(kind, subject, text)
    return [problem for channel in settings.channels if (problem := _try(channel, settings, key, told))]


def waiting(layout: Layout, channels: tuple[str, ...]) -> list[Path]:
    """The alerts that a channel has not taken yet and that are still worth sending, oldest first."""
    oldest = dt.datetime.now(dt.UTC) - GIVE_UP_AFTER
    found = [
        (told["created_at"], path)
        for path in layout.alerts.glob("*.json")
        if (told := _read(path)) and dt.datetime.fromisoformat(told["created_at"]) > oldest
        if set(channels) - set(told["sent"])
    ]
    return [path for _, path in sorted(found)]


def _read(path: Path) -> dict[str, Any] | None:
    """An alert; None where somebody spoilt the file."""
    try:
        return state_files.read(path, state_files.Alert)  # type: ignore[no-any-return]
    except state_files.Damaged:
        return None


def send(layout: Layout, settings: Settings) -> list[str]:
    """Sends what waits; returns what went wrong, in words. A channel that fails is left alone until the next time."""
    problems: dict[str, str] = {}
    if not layout.alerts.is_dir():
        return []
    try:
        with FileLock(layout.alerts / ".lock").acquire(timeout=0):
            for path in waiting(layout, settings.channels):
                told = _read(path) or {"sent": {}}
                for channel in set(settings.channels) - set(told["sent"]) - set(problems):
                    if problem := _try(channel, settings, path.stem, told):
                        problems[channel] = problem
                        continue
                    told["sent"][channel] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
                    with suppress(OSError):  # a full disk: sent again later rather than not on the next channel
                        write_json(path, told)
    except Timeout:
        pass  # another process is sending
    return list(problems.values())


def _try(channel: str, settings: Settings, key: str, told: dict[str, Any]) -> str:
    """Sends one alert on one channel; what went wrong, in words, or nothing."""
    try:
        _CHANNELS[channel](settings, key, told)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"{channel} : {type(error).__name__} {getattr(error, 'strerror', '') or ''}".strip()
    return ""


def _mail(settings: Settings, key: str, told: dict[str, Any]) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = told["subject"], settings.alert_from
    message["To"] = ", ".join(settings.alert_to)
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(key[:16], domain="mrf.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(told["text"])
    address = urlsplit(settings.smtp)
    host, context = address.hostname or "", ssl.create_default_context()
    server: smtplib.SMTP
    if address.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, address.port or 465, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 587, timeout=_SECONDS)
    with server:
        server.ehlo()
        if address.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        elif address.scheme == "smtp" and address.password and host not in _LOOPBACK:
            raise ValueError("mot de passe sur une liaison en clair")
        if address.username and address.password:
            server.login(unquote(address.username), unquote(address.password))
        server.send_message(message)


def _post(settings: Settings, key: str, told: dict[str, Any]) -> None:
    """One JSON object; `text` is what chat services show."""
    content = {"id": key, **{name: told[name] for name in ("kind", "subject", "created_at")}}
    body = json.dumps(content | {"text": f"{told['subject']}\n\n{told['text']}"}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(settings.webhook, body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=_SECONDS):
        pass


_CHANNELS: dict[str, Callable[[Settings, str, dict[str, Any]], None]] = {"smtp": _mail, "webhook": _post}
