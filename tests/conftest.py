"""What the tests share: the real data, data roots, and the command as people call it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.fernet import Fernet
from filelock import FileLock

from tests import forked

PROJECT = Path(__file__).resolve().parents[1]
os.environ["MRF_LANG"] = "fr"  # whatever the locale of this machine: the tests read French
# One key for all tests and processes, outside every data root: `copy` needs the key of the root that it copies.
IS_ONE_OF_TWO = "PYTEST_XDIST_WORKER" in os.environ
if not IS_ONE_OF_TWO:
    os.environ["MRF_TESTS_KEYS"] = tempfile.mkdtemp(prefix="mrf-key-")
    atexit.register(shutil.rmtree, os.environ["MRF_TESTS_KEYS"])
KEY = Path(os.environ["MRF_TESTS_KEYS"]) / "restricted.key"
if not IS_ONE_OF_TWO:
    KEY.write_bytes(Fernet.generate_key())
    KEY.chmod(0o600)


# The variables that commands read when they are called, and the commands that start processes of their own.
_FORKED = {"MRF_SOURCES", "MRF_LANG"}
_STARTING = {"deliver", "sheets", "forget", "pull", "portal", "ui", "daemon"}
# The files first taken: the two that make what others share, one for each process, then those that take longest.
_FIRST = ("test_demo.py", "test_real_mali.py", "test_protection.py", "test_evidence.py", "test_reports.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts long files first, so that no process waits for another at the start or works alone at the end.

    Whoever sets MRF_REAL_DATA wants the real tests to run: a missing folder is then a failure, not a skip.
    """
    items.sort(key=lambda item: _FIRST.index(item.path.name) if item.path.name in _FIRST else len(_FIRST))
    folder = real_folder()
    for item in items:
        if item.get_closest_marker("real") and not folder.is_dir() and "MRF_REAL_DATA" not in os.environ:
            item.add_marker(pytest.mark.skip(reason=f"données réelles absentes / real data absent: {folder}"))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def real_folder() -> Path:
    return Path(os.environ.get("MRF_REAL_DATA") or PROJECT.parent / "shared" / "real").resolve()


@dataclass(frozen=True)
class Root:
    """A data root, and the command on it."""

    path: Path
    project: Path = PROJECT

    def mrf(self, *arguments: str, whole: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command. A run makes no deliverables, which take as long again, unless a test wants the ``whole``."""
        if arguments[:1] == ("run",):
            short = () if whole else ("--data-only",)
            return self.python("-m", "orchestration.commands.mrf", *arguments, *short, **environment)
        if self.project != PROJECT or not _FORKED.issuperset(environment) or arguments[0] in _STARTING:
            return self.python("-m", "orchestration.commands.mrf", *arguments, **environment)
        return forked.mrf(arguments, self._environment(environment), self.project)

    def _environment(self, own: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
        return kept | {
            "MRF_DATA": str(self.path),
            "MRF_LANG": "fr",
            "COLUMNS": forked.WIDTH,
            "DAGSTER_HOME": str(self.path / "dagster"),
            "MRF_KEY_FILE": str(KEY),
            **own,
        }

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.project,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            timeout=900,  # a whole run on a busy machine
        )

    @property
    def catalog(self) -> dict[str, Any]:
        return json.loads((self.path / "published" / "catalog.json").read_text())

    @property
    def folder(self) -> Path:
        return self.path / "published" / Path(self.catalog["current"]).parent

    @property
    def publications(self) -> list[str]:
        """The folders of `published/` that hold a file; `site` is a link to one of them."""
        found = sorted((self.path / "published").glob("*/*.duckdb"))
        return [path.parent.name for path in found if not path.parent.is_symlink()]

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text())

    @property
    def published_file(self) -> Path:
        return self.path / "published" / self.catalog["current"]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.published_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, target: Path, project: Path = PROJECT) -> Root:
        """The same root elsewhere, so that a test may spoil it."""
        shutil.copytree(self.path, target, symlinks=True)
        return Root(target, project)


@pytest.fixture(scope="session")
def real() -> Path:
    folder = real_folder()
    assert folder.is_dir(), f"MRF_REAL_DATA : {folder} n’existe pas"
    return folder


def made_once(name: str, make: Callable[[Root], None], tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root of this process, as whichever process came first made it: a test may change its own."""
    mine = Root(tmp_path_factory.mktemp(name) / "data")
    if not IS_ONE_OF_TWO:
        make(mine)
        return mine
    made = Root(tmp_path_factory.getbasetemp().parent / f"made-{name}")
    with FileLock(f"{made.path}.lock"):
        if made.path.exists():
            return made.copy(mine.path)
        make(mine)
        mine.copy(made.path)
        return mine


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root after one whole demo run, with what the command printed in `run.txt` and `run.err`."""

    def make(root: Root) -> None:
        done = root.mrf("run", whole=True)
        assert done.returncode == 0, done.stdout + done.stderr
        (root.path / "run.txt").write_text(done.stdout)
        (root.path / "run.err").write_text(done.stderr)

    return made_once("demo", make, tmp_path_factory)


@pytest.fixture(scope="session")
def mali(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root after one run on the real files of Mali."""

    def make(root: Root) -> None:
        done = root.mrf("run", "--landing", str(real / "mali"), "--as-of", "2024-06-30")
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("mali", make, tmp_path_factory)


@pytest.fixture(scope="session")
def mali_deliverables(mali: Root, tmp_path_factory: pytest.TempPathFactory) -> Root:
    """The same root with what people look at; the exports of a quarter of a million claims take minutes."""
    program = (
        "from warehouse.paths import Layout; from warehouse.publication import publish; from orchestration.defs.deliverables import make\n"
        "layout = Layout.from_environment(); folder = publish.current_file(layout).parent\n"
        "for name in ('map', 'inception_report', 'midterm_report', 'final_report', 'presentation', 'portal'):\n"
        "    outcome = make(name, layout, folder, is_demo=False)\n"
        "    assert outcome.state == 'made', f'{name}: {outcome.reason}'\n"
    )

    def make(root: Root) -> None:
        done = mali.copy(root.path).python("-c", program)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("mali-deliverables", make, tmp_path_factory)


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """The project's own files elsewhere, so that a test may change the code."""
    target = tmp_path / "project"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, target / name)
    return target
