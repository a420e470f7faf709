"""Licences and known weaknesses of what runs: whole lists, and no silence where nothing was looked at."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from security.pins import installed_here, pins
from tests.conftest import PROJECT

TODAY = dt.datetime.now(dt.UTC).isoformat()
HERE = {"sys_platform": "linux", "platform_system": "Linux", "python_version": "3.11", "python_full_version": "3.11.9"}


def test_the_licences_are_those_of_what_runs() -> None:
    lines = (PROJECT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \S+ \| \d", line)]
    listed = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version, *_ in rows}
    assert listed == installed_here(environment=HERE), "make licences"
    assert all(len(row) == 4 and row[2] for row in rows)
    assert not re.search(r"://(pypi|files\.pythonhosted)", "\n".join(lines))


def advisory(package: str, *events: dict[str, str], ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": ecosystem, "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": [*events]}],
    }
    made = {"id": f"FICTIF-{package}", "modified": TODAY, "summary": "Une faiblesse\n inventée", "affected": [affected]}
    affected |= more.pop("affected", {})
    return made | more


def audit(folder: Path, *advisories: Any, **environment: str) -> tuple[int, str]:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number, one in enumerate(advisories):
            file.writestr(f"FICTIF-{number}.json", one if isinstance(one, str) else json.dumps(one))
    return run(**({"MRF_ADVISORIES": str(path)} | environment))


def run(**environment: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if name != "MRF_ADVISORIES"}
    done = subprocess.run(
        [sys.executable, "-m", "security.advisories"],
        cwd=PROJECT,
        env=kept | environment,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


VERSION = {one.name: version for one, version in pins()}["requests"]
LATER = "9999.1"


@pytest.mark.parametrize(
    ("events", "is_affected"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": LATER}], True),
        ([{"introduced": "0"}, {"fixed": VERSION}], False),
        ([{"introduced": "0"}, {"fixed": "0.1"}], False),
        ([{"introduced": "0"}, {"last_affected": VERSION}], True),
        ([{"introduced": "0"}, {"last_affected": "0.1"}], False),
        ([{"introduced": VERSION}, {"fixed": LATER}], True),
        ([{"introduced": LATER}], False),
        ([{"introduced": f"{VERSION}.post1"}], False),
        ([{"introduced": f"{VERSION}rc1"}, {"fixed": f"{VERSION}.post1"}], True),
        ([{"introduced": "0"}, {"fixed": "0.1"}, {"introduced": "2"}, {"fixed": LATER}], True),
        ([{"fixed": LATER}, {"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "pas une version"}], True),
    ],
)
def test_a_version_in_the_range_of_an_advisory_is_found(
    tmp_path: Path, events: list[dict[str, str]], is_affected: bool
) -> None:
    code, told = audit(tmp_path, advisory("Requests", *events), advisory("aucun-paquet", {"introduced": "0"}))
    assert code == int(is_affected)
    assert (f"requests {VERSION} : FICTIF-Requests" in told) is is_affected
    if is_affected and {"fixed": LATER} in events:
        assert f"corrigé dans {LATER} ; Une faiblesse inventée" in told


def test_what_is_listed_withdrawn_or_of_another_kind(tmp_path: Path) -> None:
    listed = advisory("requests", affected={"versions": [VERSION], "ranges": []}, id="FICTIF-1", aliases=["CVE-0000-1"])
    code, told = audit(tmp_path, listed)
    assert (code, f"requests {VERSION} : FICTIF-1, CVE-0000-1 ; aucune version corrigée connue" in told) == (1, True)
    other = advisory("requests", {"introduced": "0"}, ecosystem="npm")
    withdrawn = advisory("requests", {"introduced": "0"}, withdrawn=TODAY)
    code, told = audit(tmp_path, withdrawn, other)
    assert (code, "0 faiblesse(s) connue(s)" in told) == (0, True)
    git = advisory("requests", affected={"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]})
    assert audit(tmp_path, git)[0] == 0


def test_an_old_list_says_so(tmp_path: Path) -> None:
    code, told = audit(tmp_path, advisory("aucun-paquet", {"introduced": "0"}, modified="2020-01-01T00:00:00Z"))
    assert code == 0
    assert "liste de plus de 30 jours" in told


def test_without_a_list_nothing_was_checked_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "texte.zip").write_text("ceci n’est pas une liste")
    cases = [
        run(),
        run(MRF_ADVISORIES=""),
        run(MRF_ADVISORIES=str(tmp_path / "absente.zip")),
        run(MRF_ADVISORIES=str(tmp_path / "texte.zip")),
        run(MRF_ADVISORIES=str(tmp_path)),
        audit(tmp_path),
        audit(tmp_path, "{"),
        audit(tmp_path, "[" * 100_000),
        audit(tmp_path, "[]", "{}", '{"affected": null}'),
        audit(tmp_path, advisory("requests", {"introduced": "0"}, ecosystem="npm")),
    ]
    for code, told in cases:
        assert code == 2
        assert told.startswith("aucune liste d’avis")
        assert "rien n’a été vérifié" in told
        assert "faiblesse" not in told
