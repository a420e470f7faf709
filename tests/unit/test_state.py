"""What people write in `state/`: kept, checked, never rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import state
from warehouse.layout import Workspace

ANSWER = {
    "question_id": "q_1", "kind": "organization", "left": "A", "right": "B", "answer": "same", "who": "IM",
    "why": "même siège", "answered_on": "2024-08-31",
}  # fmt: skip
OVERRIDE = {
    "entity": "service_at_location", "entity_id": "sal_1", "attribute": "cost_code", "before": "payant",
    "after": "Gratuit", "who": "IM", "why": "vu sur place", "overridden_on": "31/08/2024",
}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_nothing_said(empty: Workspace) -> None:
    assert state.answers(empty, "organization").empty
    assert state.overrides(empty).num_rows == 0
    assert state.said_by_people(empty) == ""
    assert state.described(empty) == {}


def test_answers_are_added_and_the_last_one_holds(empty: Workspace) -> None:
    state.add_answer(empty, ANSWER)
    before = (empty.state / "answers.csv").read_bytes()
    state.add_answer(empty, ANSWER | {"answer": "different"})
    assert (empty.state / "answers.csv").read_bytes().startswith(before)
    assert list(state.answers(empty, "organization")["answer"]) == ["different"]
    assert state.answers(empty, "place").empty
    assert state.described(empty)["answers.csv"]["rows"] == 2


def test_an_override_is_cleaned_as_a_source_would_be(empty: Workspace) -> None:
    state.add_override(empty, OVERRIDE)
    (row,) = state.overrides(empty).to_pylist()
    assert row["after"] == "gratuit"
    assert row["overridden_on"].isoformat() == "2024-08-31"
    assert row["line"] == 2


def test_a_spreadsheet_may_have_saved_the_file(empty: Workspace) -> None:
    empty.state.mkdir(parents=True)
    rows = [";".join(OVERRIDE), ";".join(OVERRIDE.values())]
    (empty.state / "overrides.csv").write_text("\r\n".join(rows) + "\r\n", encoding="utf-8-sig")
    assert state.overrides(empty).num_rows == 1
    state.add_override(empty, OVERRIDE | {"after": "payant"})
    assert [row["after"] for row in state.overrides(empty).to_pylist()] == ["gratuit", "payant"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"who": " "}, "who"),
        ({"why": ""}, "why"),
        ({"overridden_on": "bientôt"}, "bientôt"),
        ({"attribute": "organization_id"}, "organization_id"),
        ({"entity": "need"}, "need"),
        ({"after": "peut-être"}, "peut-être"),
        ({"after": ""}, "after"),
    ],
)
def test_an_override_that_cannot_be_one_is_refused(empty: Workspace, change: dict[str, str], told: str) -> None:
    with pytest.raises(state.StateError, match=told):
        state.add_override(empty, OVERRIDE | change)
    assert not (empty.state / "overrides.csv").exists()


@pytest.mark.parametrize("change", [{"answer": "oui"}, {"kind": "autre"}, {"answered_on": ""}])
def test_an_answer_that_cannot_be_one_is_refused(empty: Workspace, change: dict[str, str]) -> None:
    with pytest.raises(state.StateError):
        state.add_answer(empty, ANSWER | change)


def test_a_wrong_line_is_named(empty: Workspace) -> None:
    state.add_override(empty, OVERRIDE)
    path = empty.state / "overrides.csv"
    path.write_text(path.read_text() + "service_at_location,sal_1,cost_code,payant,gratuit,,\n")
    with pytest.raises(state.StateError, match="ligne 3"):
        state.overrides(empty)
    path.write_text("a,b\n")
    with pytest.raises(state.StateError, match="ligne 1"):
        state.overrides(empty)
