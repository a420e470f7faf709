"""What people write in `state/`: kept, checked, never rewritten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from tests.fixtures.decisions import ANSWER, OVERRIDE
from warehouse.paths import Layout, Workspace
from warehouse.reading import review
from warehouse.resolution import state
from warehouse.storage import write_json


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_nothing_said(empty: Workspace) -> None:
    assert state.answers(empty, "organization").empty
    assert state.overrides(empty).num_rows == 0
    assert state.hash_of_decisions(empty) == ""
    assert state.described(empty) == {}


def test_answers_are_added_and_the_last_one_holds(empty: Workspace) -> None:
    state.add(empty, [ANSWER], [])
    before = (empty.state / "answers.csv").read_bytes()
    state.add(empty, [ANSWER | {"answer": "different"}], [])
    assert (empty.state / "answers.csv").read_bytes().startswith(before)
    assert list(state.answers(empty, "organization")["answer"]) == ["different"]
    assert state.answers(empty, "place").empty
    assert state.described(empty)["answers.csv"]["rows"] == 2


def test_an_override_is_cleaned_as_a_source_would_be(empty: Workspace) -> None:
    state.add(empty, [], [OVERRIDE])
    (row,) = state.overrides(empty).to_pylist()
    assert row["after"] == "gratuit"
    assert row["overridden_on"].isoformat() == "2024-08-31"
    assert row["line"] == 2


def test_a_spreadsheet_may_have_saved_the_file(empty: Workspace) -> None:
    empty.state.mkdir(parents=True)
    rows = [";".join(OVERRIDE), ";".join(OVERRIDE.values())]
    (empty.state / "overrides.csv").write_text("\r\n".join(rows) + "\r\n", encoding="utf-8-sig")
    assert state.overrides(empty).num_rows == 1
    state.add(empty, [], [OVERRIDE | {"after": "payant"}])
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
        state.add(empty, [], [OVERRIDE | change])
    assert not (empty.state / "overrides.csv").exists()


@pytest.mark.parametrize("change", [{"answer": "oui"}, {"kind": "autre"}, {"answered_on": ""}])
def test_an_answer_that_cannot_be_one_is_refused(empty: Workspace, change: dict[str, str]) -> None:
    with pytest.raises(state.StateError):
        state.add(empty, [ANSWER | change], [])


def test_a_wrong_line_is_named(empty: Workspace) -> None:
    state.add(empty, [], [OVERRIDE])
    path = empty.state / "overrides.csv"
    path.write_text(path.read_text() + "service_at_location,sal_1,cost_code,payant,gratuit,,\n")
    with pytest.raises(state.StateError, match="ligne 3"):
        state.overrides(empty)
    path.write_text("a,b\n")
    with pytest.raises(state.StateError, match="ligne 1"):
        state.overrides(empty)


def _queue(root: Path) -> Layout:
    """A publication with a question of each file: two spellings of one structure, and a value."""
    layout = Layout(root)
    file = layout.published / "r" / "mrf_r.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """create schema marts; create table marts.review_queue as
            select 'q_1' as question_id, 'value' as kind, 'Quel nom ?' as question_fr, 'x' as subject,
                null::varchar as other_subject, 'organization/org_1' as left_key, 'organization_name' as right_key,
                'Soutien | Appui' as options, 'valeur publiée : Appui' as reason, 1.5 as score, 2 as affected_count
            union all select 'q_2', 'organization', 'Même structure ?', 'x', 'y', 'a', 'b', 'same;different', '', 1, 1"""
        )
    told = {"current": "r/mrf_r.duckdb", "run_id": "r", "published_at": "2024-08-31T05:00:00+00:00", "is_demo": False}
    write_json(layout.catalog, told | {"history": []})
    return layout


def test_an_import_again_keeps_each_answer_once_and_refuses_another(tmp_path: Path) -> None:
    """After an import that was killed nobody knows which of its answers are kept: the same file runs through."""
    layout, path, day = _queue(tmp_path / "data"), tmp_path / "reponses.csv", dt.date(2024, 9, 1)
    rows = ["question_id;answer;who;why", "q_1;Soutien;CP;vu", "q_2;same;CP;même siège"]
    path.write_text("\n".join(rows), encoding="utf-8")
    for later in range(2):
        assert review.import_answers(layout, path, day + dt.timedelta(days=later)) == 2
        assert len(state.kept(layout.workspace(False))) == 2
    assert review.questions(layout) == []
    path.write_text("\n".join([*rows[:2], "q_2;different;CP;autre siège"]), encoding="utf-8")
    with pytest.raises(review.AnswerRefused, match="q_2"):
        review.import_answers(layout, path, day)
    assert len(state.kept(layout.workspace(False))) == 2
