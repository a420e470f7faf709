"""What `deploy/` gives to install: units that systemd accepts, commands that exist, servers on loopback, a login."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from orchestration.commands.mrf import app
from orchestration.settings import MEANING
from tests.conftest import PROJECT

DEPLOY = PROJECT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
SERVERS = {"mrf-ui": 3000, "mrf-viewer": 3001, "mrf-portal": 8000}
HARDENED = {
    "User": "mrf",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
}


def _unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


def _command(path: Path) -> list[str]:
    program, *arguments = _unit(path)["Service"]["ExecStart"].split()
    assert program == "/opt/mrf/.venv/bin/mrf"
    return arguments


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_the_command_of_a_unit_exists_with_its_options(path: Path) -> None:
    name, *arguments = _command(path)
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, arguments)  # refuses an unknown or a missing option


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_unit_is_held_in_bounds(path: Path) -> None:
    service = _unit(path)["Service"]
    assert {name: service.get(name) for name in HARDENED} == HARDENED
    assert re.fullmatch(r"\d+[MG]", service["MemoryMax"])
    if service["Type"] != "oneshot":
        assert service["Restart"] == "on-failure"
    writable = service.get("ReadWritePaths", "").split()
    assert all(folder.startswith(("/var/lib/mrf", "/var/backups/mrf")) for folder in writable)


def test_who_only_reads_sees_neither_the_key_nor_what_it_encrypts() -> None:
    for name, writable in (("mrf-viewer", "/var/lib/mrf/dagster"), ("mrf-portal", "")):
        service = _unit(DEPLOY / "systemd" / f"{name}.service")["Service"]
        assert service.get("ReadWritePaths", "") == writable
        assert "-/var/lib/mrf/restricted" in service["InaccessiblePaths"].split()
        assert "/etc/mrf" in service["InaccessiblePaths"]
    assert "--read-only" in _command(DEPLOY / "systemd" / "mrf-viewer.service")


def test_servers_listen_on_loopback_where_the_proxy_asks() -> None:
    proxied = (DEPLOY / "nginx.conf.example").read_text(encoding="utf-8")
    asked = {int(port) for port in re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+);", proxied)}
    assert len(re.findall("proxy_pass", proxied)) == len(asked) == len(SERVERS)
    for name, port in SERVERS.items():
        arguments = _command(DEPLOY / "systemd" / f"{name}.service")
        assert arguments[arguments.index("--host") + 1] == "127.0.0.1"
        assert arguments[arguments.index("--port") + 1] == str(port)
        assert port in asked
        if "--path-prefix" in arguments:
            assert f"location {arguments[arguments.index('--path-prefix') + 1]} " in proxied


def test_the_proxy_asks_who_one_is() -> None:
    proxied = (DEPLOY / "nginx.conf.example").read_text(encoding="utf-8")
    secured = proxied[proxied.index("listen 443 ssl") :]
    before_locations, operator = (
        secured[: secured.index("location")],
        secured[secured.index("location /exploitation") :],
    )
    assert "auth_basic_user_file" in before_locations, "for everything below"
    assert "mrf-exploitation.htpasswd" in operator, "another list of people for who may launch"
    assert "auth_basic off" not in proxied
    assert "return 301 https" in proxied[: proxied.index("listen 443 ssl")], "nothing in the clear"


def test_an_analyst_reads_no_secret_and_who_lands_files_reaches_the_folder() -> None:
    """Analysts are in the group `mrf`; who lands files is not."""
    lines = [line.partition("#")[0].strip() for line in (DEPLOY / "README.md").read_text(encoding="utf-8").splitlines()]
    assert "install -d -o mrf -g mrf -m 700 /etc/mrf" in lines
    assert "install -o mrf -g mrf -m 600 /opt/mrf/deploy/mrf.env.example /etc/mrf/mrf.env" in lines
    root = lines.index("install -d -o mrf -g mrf -m 750 /var/lib/mrf /var/backups/mrf")
    assert lines.index("setfacl -m g:mrf-depot:x /var/lib/mrf") > root, "install -m takes the right back"
    assert "install -d -o mrf -g mrf-depot -m 2770 /var/lib/mrf/landing" in lines


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze absent")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        # The command has to exist: any program of this machine stands for it.
        text = path.read_text(encoding="utf-8").replace("/opt/mrf/.venv/bin/mrf", sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)
    told = [line for line in done.stderr.splitlines() if "mrf-" in line]
    assert (done.returncode, told) == (0, []), done.stderr


def test_a_unit_waits_for_the_disks_it_writes_to() -> None:
    """A backup into the folder below a mount that is missing would fill the system's own disk."""
    for path in SERVICES:
        awaited = _unit(path)["Unit"]["RequiresMountsFor"].split()
        for folder in _unit(path)["Service"].get("ReadWritePaths", "").split():
            assert any(Path(folder).is_relative_to(base) for base in awaited), path.stem


def test_every_timer_has_its_service() -> None:
    for path in (DEPLOY / "systemd").glob("*.timer"):
        assert _unit(path)["Timer"]["OnCalendar"]
        assert path.with_suffix(".service").exists()


def test_the_example_shows_every_setting_with_its_default() -> None:
    lines = (DEPLOY / "mrf.env.example").read_text(encoding="utf-8").splitlines()
    shown = dict(re.fullmatch(r"#?(MRF_\w+)=(.*)", line).groups() for line in lines if re.match(r"#?MRF_", line))  # type: ignore[union-attr]
    assert set(shown) == set(MEANING)
    for name in ("MRF_KEEP_PUBLICATIONS", "MRF_KEEP_RUN_DAYS", "MRF_ALERT_ON"):
        assert shown[name] == MEANING[name][0]
