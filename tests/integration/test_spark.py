"""The models on Spark, on a standalone master with two workers: the same marts as DuckDB's, also after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.conftest import KEY, PROJECT, Root, free_port
from warehouse.resolution.organizations.aliases import known
from warehouse.resolution.organizations.candidates import scored_pairs
from warehouse.resolution.organizations.mentions import mentions_of

pytest.importorskip("pyspark", reason="extra « spark » absent: pip install -e '.[spark]'")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java absent: apt-get install openjdk-17-jre-headless"),
]
CLUSTER = PROJECT / "deploy/spark/cluster.sh"
# What names the run differs between any two of them.
OF_THE_RUN = {"run_id", "published_at"}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    settings = os.environ | {"PYTHON": sys.executable, "PORT": str(free_port())}
    started = subprocess.run([CLUSTER, "start", folder], env=settings, capture_output=True, text=True, timeout=120)
    assert started.returncode == 0, started.stderr
    yield started.stdout.strip()
    subprocess.run([CLUSTER, "stop", folder], env=settings, check=True, timeout=60)


def _run_on_spark(root: Root, master: str, *arguments: str) -> None:
    done = root.mrf("run", "--engine", "spark", *arguments, MRF_SPARK_MASTER=master, MRF_SPARK_NAMES="0")
    assert done.returncode == 0, done.stdout + done.stderr


def _assert_same_marts(left: Root, right: Root) -> None:
    """Row for row, order aside, doubles to 1e-9."""
    for (mart,) in left.query("select table_name from duckdb_tables() where schema_name = 'marts' order by 1"):
        one, other = (_rows(root.published_file, mart) for root in (left, right))
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9, obj=mart)


def _rows(path: Path, mart: str) -> pd.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        described = connection.execute(f"describe marts.{mart}").fetchall()
        kept = {name: kind for name, kind, *_ in described if name not in OF_THE_RUN}
        # Doubles last: two that differ in the last digit must not part rows that are equal otherwise.
        order = sorted(kept, key=lambda name: kept[name] == "DOUBLE")
        listed = ", ".join(f'"{name}"' for name in order)
        return connection.execute(f"select {listed} from marts.{mart} order by all").df()


@pytest.fixture(scope="module")
def on_spark(master: str, tmp_path_factory: pytest.TempPathFactory) -> Root:
    root = Root(tmp_path_factory.mktemp("spark") / "data")
    _run_on_spark(root, master)
    return root


def test_the_marts_of_the_demo_are_those_of_duckdb(demo: Root, on_spark: Root) -> None:
    _assert_same_marts(demo, on_spark)


def test_pairs_of_names_are_those_of_duckdb(master: str, tmp_path: Path) -> None:
    """Also of letters that are no ASCII, long names that begin alike, and columns that no name fills."""
    from orchestration.pipeline.spark import organization_pairs, session

    names = [alias.name.written for alias in known().aliases]
    spelled = [name[:-2] + name[-1:] for name in names[::3]] + ["جمعية غاو", "جمعية غاوو", "Ⅳe Réseau", "IVe Réseau"]
    mentions = mentions_of(pd.DataFrame({"name": names + spelled}))
    spark = session.start(master, tmp_path)
    try:
        on_spark = organization_pairs.scored_pairs(mentions, spark)
    finally:
        spark.stop()
    pd.testing.assert_frame_equal(on_spark, scored_pairs(mentions), rtol=1e-9, atol=1e-9)
    assert len(on_spark) > 500


def test_every_check_of_a_run_is_made(demo: Root, on_spark: Root) -> None:
    assert {check["name"] for check in demo.manifest["checks"]} == {c["name"] for c in on_spark.manifest["checks"]}


@pytest.mark.real
def test_the_marts_of_mali_are_those_of_duckdb(mali: Root, master: str, real: Path, tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    _run_on_spark(root, master, "--landing", str(real / "mali"), "--as-of", "2024-06-30")
    _assert_same_marts(mali, root)


def test_a_run_that_was_killed_publishes_when_it_is_started_again(demo: Root, master: str, tmp_path: Path) -> None:
    root = Root(tmp_path / "data")
    settings = os.environ | {"MRF_DATA": str(root.path), "MRF_KEY_FILE": str(KEY), "MRF_SPARK_MASTER": master}
    command = [sys.executable, "-m", "orchestration.commands.mrf", "run", "--data-only", "--engine", "spark"]
    with subprocess.Popen(
        command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as run:
        _wait_for(root.path / "build/spark/tables/intermediate.db")
        os.killpg(run.pid, signal.SIGKILL)
    assert not (root.path / "published" / "catalog.json").exists()
    _run_on_spark(root, master)
    _assert_same_marts(demo, root)


@pytest.mark.parametrize(
    ("names", "part"),
    [("200000", "construire les modèles, rien n’est publié"), ("0", "rapprocher les noms de structures")],
)
def test_a_master_that_does_not_answer_is_named(demo: Root, tmp_path: Path, names: str, part: str) -> None:
    root = demo.copy(tmp_path / "data")
    nowhere = f"spark://127.0.0.1:{free_port()}"
    done = root.mrf("run", "--force", "--engine", "spark", MRF_SPARK_MASTER=nowhere, MRF_SPARK_NAMES=names)
    assert done.returncode == 1
    told = " ".join((done.stdout + done.stderr).split())
    assert f"Spark ({nowhere}) n’a pas pu {part}" in told
    assert "Catalog Error" not in told
    assert root.published_file == root.path / "published" / demo.catalog["current"]


def _wait_for(path: Path, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not appear"
        time.sleep(0.2)
