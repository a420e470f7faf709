"""A disk that fills up: the run ends in words, readers keep what they had, and with room again it publishes."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Root

MIB = 2**20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 MiB in memory."""
    disk = tmp_path / "small"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("monter un petit disque demande les droits d’administration / mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _fill(disk: Path) -> None:
    """Takes all the room that is left."""
    try:
        with (disk / "ballast").open("ab", buffering=0) as file:
            while file.write(bytes(MIB)):
                pass
    except OSError:
        pass  # full


def _fill_during(disk: Path, root: Root) -> None:
    """Takes all the room as soon as a run that begins now writes its build."""
    (root.path / "build" / "build.duckdb").unlink()
    until = time.monotonic() + 200
    while not (root.path / "build" / "build.duckdb").exists() and time.monotonic() < until:
        time.sleep(0.05)
    _fill(disk)


@pytest.mark.long
def test_a_disk_that_fills_up(small: Path) -> None:
    root = Root(small / "data")
    assert root.mrf("run").returncode == 0
    before, marts = root.catalog, root.manifest["marts"]
    rows = root.query("select count(*) from marts.service_directory")

    filling = threading.Thread(target=_fill_during, args=(small, root))
    filling.start()
    done = root.mrf("run", "--force")
    filling.join()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Plus assez de place sur le disque" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr

    _fill(small)  # what the run gave back as well
    done = root.mrf("run", "--force")
    assert (done.returncode, "Plus assez de place sur le disque" in done.stdout) == (1, True), done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert root.catalog == before
    assert root.query("select count(*) from marts.service_directory") == rows
    assert root.publications == [Path(before["current"]).parent.name], "nothing half-made stays"

    (small / "ballast").unlink()
    done = root.mrf("run", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert root.catalog["run_id"] != before["run_id"]
    assert root.manifest["marts"] == marts
