"""The servers as they are started: where they listen, and what the read-only one refuses. Loopback, bounded in time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import KEY, PROJECT, Root, free_port
from tests.fixtures.browser import launched

pytestmark = pytest.mark.long

_SECONDS = 90
LAUNCH = """mutation { launchRun(executionParams: {
  selector: {repositoryLocationName: "orchestration.defs.definitions", repositoryName: "__repository__", jobName: "pipeline"}
}) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""


@contextmanager
def _served(root: Root, *arguments: str) -> Iterator[psutil.Process]:
    """`mrf` as a server, ended with all that it started."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.commands.mrf", *arguments],
        cwd=PROJECT,
        env=kept | {"MRF_DATA": str(root.path), "MRF_KEY_FILE": str(KEY), "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    whole = psutil.Process(process.pid)
    try:
        yield whole
    finally:
        family = [whole, *whole.children(recursive=True)] if process.poll() is None else []
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=15)
        for one in left:
            one.kill()
        process.wait(15)


def _asked(url: str, content: dict[str, Any] | None = None) -> Any:
    body = json.dumps(content).encode() if content else None
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
        return json.loads(text) if "json" in answer.headers["Content-Type"] else text


def _waited_for(url: str, process: psutil.Process) -> Any:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        assert process.is_running(), "the server ended"
        try:
            return _asked(url)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"no answer from {url} in {_SECONDS} s")


def _listening(process: psutil.Process) -> set[str]:
    """The addresses where a process and its children wait for connections."""
    family = [process, *process.children(recursive=True)]
    found = [c for one in family for c in one.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]
    return {connection.laddr.ip for connection in found}


def test_the_read_only_interface_launches_nothing(demo: Root) -> None:
    port = free_port()
    with _served(demo, "ui", "--read-only", "--port", str(port), "--path-prefix", "/lignage") as process:
        address = f"http://127.0.0.1:{port}/lignage"
        _waited_for(f"{address}/server_info", process)
        assert _listening(process) == {"127.0.0.1"}
        count = "{ runsOrError { ... on Runs { count } } }"
        before = _asked(f"{address}/graphql", {"query": count})["data"]["runsOrError"]["count"]
        jobs = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
        seen = _asked(f"{address}/graphql", {"query": jobs})["data"]["repositoriesOrError"]["nodes"][0]["jobs"]
        assert {"name": "pipeline"} in seen, "it shows everything"
        told = _asked(f"{address}/graphql", {"query": LAUNCH})["data"]["launchRun"]
        assert told["__typename"] == "UnauthorizedError"
        assert _asked(f"{address}/graphql", {"query": count})["data"]["runsOrError"]["count"] == before


def test_the_walk_of_the_viewer_from_a_mart_to_its_files(demo: Root) -> None:
    """What `docs/guides/lignage.md` begins with, clicked in Dagster as it is started for viewers."""
    port = free_port()
    with launched() as browser, _served(demo, "ui", "--read-only", "--port", str(port)) as process:
        address = f"http://127.0.0.1:{port}"
        _waited_for(f"{address}/server_info", process)
        page = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en-US").new_page()
        page.set_default_timeout(_SECONDS * 1000)
        page.goto(address)
        _search(page, "service_gap", "/assets/service_gap")
        page.get_by_text("Row count", exact=True).first.wait_for()
        page.get_by_role("tab", name="Lineage").click()
        page.get_by_role("button", name="Upstream").click()
        page.get_by_role("button", name="All", exact=True).click()
        page.wait_for_url("**lineageScope=upstream**")
        _search(page, "mrf_provider_survey", "/assets/raw/mrf_provider_survey")
        page.get_by_text("fichiers", exact=True).first.wait_for()
        shown = page.locator("body").inner_text()
        assert "sample.xlsx" in shown
        assert "Downstream assets" in shown
        # By its text: browsers disagree on whether the label of its icon is a part of its name.
        assert page.locator("button").filter(has_text=re.compile("^Materialize$")).is_disabled()


RUNS = """{ runsOrError { ... on Runs { results {
  jobName status assetSelection { path } stepKeysToExecute
} } } }"""


def test_the_button_builds_one_mart_and_publishes_nothing(demo: Root, tmp_path: Path) -> None:
    """« Materialize » on the page of a mart: the run ends well, readers keep what they had, and its build is no whole."""
    root = demo.copy(tmp_path / "data")
    before, port = root.catalog, free_port()
    with launched() as browser, _served(root, "ui", "--port", str(port)) as process:
        address = f"http://127.0.0.1:{port}"
        _waited_for(f"{address}/server_info", process)
        page = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en-US").new_page()
        page.set_default_timeout(_SECONDS * 1000)
        page.goto(f"{address}/assets/service_gap")
        page.locator("button").filter(has_text=re.compile("^Materialize$")).click()
        run = _ended_run(address)
    assert run["jobName"] == "__ASSET_JOB"
    assert run["assetSelection"] == [{"path": ["service_gap"]}]
    assert run["status"] == "SUCCESS"
    assert root.catalog == before
    assert root.publications == demo.publications
    selection = ("--select", "published/warehouse", "-m", "orchestration.defs.definitions")
    done = root.python("-m", "dagster", "asset", "materialize", *selection)
    assert root.catalog == before
    assert done.returncode != 0


def _ended_run(address: str) -> dict[str, Any]:
    until = time.monotonic() + 3 * _SECONDS
    while time.monotonic() < until:
        runs = _asked(f"{address}/graphql", {"query": RUNS})["data"]["runsOrError"]["results"]
        found = [run for run in runs if run["jobName"] == "__ASSET_JOB" and run["status"] in ("SUCCESS", "FAILURE")]
        if found:
            return dict(found[0])
        time.sleep(1)
    pytest.fail("the run did not end")


def _search(page: Any, name: str, link: str) -> None:
    page.get_by_text("Search", exact=True).first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type(name, delay=30)
    page.locator(f"a[href='{link}']").first.click()


@pytest.mark.parametrize(
    ("arguments", "page"), [(("ui", "--no-daemon"), "/server_info"), (("portal",), "/")], ids=["ui", "portal"]
)
def test_servers_listen_on_this_machine_only(demo: Root, arguments: tuple[str, ...], page: str) -> None:
    port = free_port()
    with _served(demo, *arguments, "--port", str(port)) as process:
        _waited_for(f"http://127.0.0.1:{port}{page}", process)
        assert _listening(process) == {"127.0.0.1"}


def test_a_server_listens_elsewhere_when_told(demo: Root) -> None:
    port = free_port()
    with _served(demo, "portal", "--port", str(port), "--host", "127.0.0.2") as process:
        _waited_for(f"http://127.0.0.2:{port}/", process)
        assert _listening(process) == {"127.0.0.2"}
