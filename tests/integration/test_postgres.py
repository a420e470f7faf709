"""Dagster's history in PostgreSQL by one setting, on a server of this machine; skipped where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Root

pytest.importorskip("dagster_postgres", reason="extra « postgres » absent")


def _programs() -> Path:
    found = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[::-1]), None)
    if found is None:
        pytest.skip("pas de serveur PostgreSQL sur cette machine / no PostgreSQL server")
    return Path(found).resolve().parent


@pytest.fixture
def server() -> Iterator[str]:
    """A cluster of its own on a socket only, as an account that is not root: PostgreSQL refuses root."""
    programs = _programs()
    user = "nobody" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mrf-pg-") as folder:
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [programs / program, *arguments],
                user=user,
                check=True,
                cwd=folder,
                timeout=60,
                stdout=subprocess.DEVNULL,
            )

        data = f"{folder}/data"
        run("initdb", "--pgdata", data, "--username", "mrf", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "--pgdata", data, "--log", f"{folder}/log", "--options", options, "--wait", "start")
        try:
            run("createdb", "--host", folder, "--username", "mrf", "mrf_dagster")
            yield f"postgresql://mrf@/mrf_dagster?host={folder}"
        finally:
            run("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")


RUN = """
import dagster as dg
from orchestration.operation.instance import prepare
from orchestration.defs.resources import DataRoot
from orchestration.defs.upkeep import tidy
from warehouse.paths import Layout
prepare(Layout.from_environment())
with dg.DagsterInstance.get() as instance:
    assert tidy.execute_in_process(instance=instance, resources={"data_root": DataRoot()}).success
    print([(run.job_name, run.status.value) for run in instance.get_runs()])
"""


def test_one_setting_moves_the_history(server: str, tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    setting = {"MRF_DAGSTER_POSTGRES_URL": server}
    done = root.python("-c", RUN, **setting)
    assert done.stdout.strip().endswith("[('tidy', 'SUCCESS')]"), done.stderr
    assert not (root.path / "dagster" / "history").exists(), "nothing went to SQLite"
    assert "host=" not in (root.path / "dagster" / "dagster.yaml").read_text(), "the address may hold a password"
    assert "dernière exécution : SUCCESS" in root.mrf("doctor", **setting).stdout
    without = root.mrf("status")
    assert without.returncode == 2, "half of the history here and half there"
    assert "MRF_DAGSTER_POSTGRES_URL" in without.stdout
