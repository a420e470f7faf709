"""What a deliverable may and may not do to a publication."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.deliverables import producing
from warehouse.deliverables.producing import RECORD, Deliverable, Outcome, missing, produce
from warehouse.reading.edition import Edition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A publication of one row."""
    made = tmp_path / "published" / "20240831T000000Z_r00000000"
    made.mkdir(parents=True)
    with duckdb.connect(str(made / "mrf.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.notice as select 1 as n")
    manifest = {"file": "mrf.duckdb", "file_sha256": "abc", "notice": None, "is_demo": False, "as_of": "2024-08-31"}
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


def _make(edition: Edition, folder: Path) -> None:
    (folder / "rapports").mkdir()
    (folder / "rapports" / "un.txt").write_text(str(edition.value("select n from marts.notice")))


def _deliverable(
    make: Callable[..., None] = _make, wrong: tuple[str, ...] = (), name: str = "one", after: tuple[str, ...] = ()
) -> Deliverable:
    return Deliverable(name, "Un", "One", make, lambda *_: list(wrong), frozenset({"html"}), after)


def _nothing(_: Path) -> None:
    """A guard that lets everything pass."""


def _record(folder: Path) -> dict[str, Any]:
    return json.loads((folder / RECORD).read_text())["one"]


def test_it_is_made_once_and_again_only_when_data_or_code_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _deliverable()
    assert produce(one, folder, _nothing).state == "made"
    assert (folder / "rapports" / "un.txt").read_text() == "1"
    assert produce(one, folder, _nothing) == Outcome("kept", 0.0, ["rapports/un.txt"])
    assert missing((one,), folder) == []
    monkeypatch.setattr(producing, "code_hash", lambda: "changed")
    assert missing((one,), folder) == ["one"]
    assert produce(one, folder, _nothing).state == "made"
    (folder / "rapports" / "un.txt").unlink()
    assert produce(one, folder, _nothing).state == "made"


@pytest.mark.parametrize("how", ["make", "check", "guard"])
def test_a_failure_leaves_no_file_and_is_recorded_with_its_reason(folder: Path, how: str) -> None:
    def fail(*_: object) -> None:
        raise ValueError("raison écrite")

    one = _deliverable(fail if how == "make" else _make, ("raison écrite",) if how == "check" else ())
    before = sorted(path.name for path in folder.iterdir())
    outcome = produce(one, folder, fail if how == "guard" else _nothing)
    assert (outcome.state, outcome.reason) == ("failed", "raison écrite")
    assert _record(folder)["reason"] == "raison écrite"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, RECORD])
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]
    assert missing((one,), folder) == ["one"]


def test_what_an_earlier_state_left_goes_when_it_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    produce(_deliverable(), folder, _nothing)
    monkeypatch.setattr(producing, "code_hash", lambda: "changed")
    produce(_deliverable(wrong=("faux",)), folder, _nothing)
    assert not (folder / "rapports" / "un.txt").exists()


def test_what_looks_at_another_is_made_again_when_that_one_changed(folder: Path) -> None:
    one, two = _deliverable(), _deliverable(_two, name="two", after=("one",))
    assert produce(two, folder, _nothing, (one,)).state == "made"
    produce(one, folder, _nothing)
    assert missing((one, two), folder) == ["two"]
    assert produce(two, folder, _nothing, (one,)).state == "made"


def _two(_: Edition, folder: Path) -> None:
    (folder / "deux.txt").write_text("2")
