"""Values of sources in a terminal and in what a spreadsheet opens: they are shown, and nothing obeys them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

import duckdb
import pytest
from rich.prompt import Prompt
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from ingestion.clean.text import fold, tidy
from orchestration.commands import console as consoles
from orchestration.commands.sql_command import as_csv
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading import review
from warehouse.storage import write_json

OBEYED = "\x1b]52;c;cHduZWQ=\x07Gao\x1b[2J\x9b2J\x08\x00\r"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@pytest.mark.parametrize("is_terminal", [False, True])
def test_no_control_sign_of_a_value_reaches_the_terminal(is_terminal: bool) -> None:
    shown = consoles._Console(file=io.StringIO(), force_terminal=is_terminal, width=200)
    table, tree = Table(OBEYED, title=OBEYED), Tree(OBEYED)
    table.add_row(OBEYED)
    tree.add(f"[bold]{OBEYED}[/]")
    for value in (f"[bold]{OBEYED}[/]", Text(OBEYED), table, tree, Prompt(choices=[OBEYED]).make_prompt("")):
        shown.print(value, soft_wrap=True)
    shown.rule(OBEYED)
    told = shown.file.getvalue()  # type: ignore[attr-defined]
    assert told.count("Gao") == 9
    assert ("\x1b[1m" in told) == is_terminal, "its own colours stay"
    assert not _CONTROL.search(re.sub(r"\x1b\[[\d;]*m", "", told))


def test_published_texts_hold_no_control_sign() -> None:
    assert tidy("\x1b[2JGao\x07 \x9bville") == "[2JGao ville"
    assert tidy("deux\x0blignes\x85ici") == "deux lignes ici", "where programs part lines, words stay apart"
    assert fold(tidy("l\x92eau") or "") == fold("l’eau")


def test_a_csv_of_sql_runs_in_no_spreadsheet() -> None:
    query = """select '=HYPERLINK("http://mal.invalid")' as "=1+1", 'a;@x' as b, ['=1', ';=2'] as c, -4.5 as d,
               '+223 70 00 00 00' as e, date '2024-08-31' as f, null::varchar as g, true as h"""
    header, row = csv.reader(io.StringIO(as_csv(duckdb.sql(query).df())))
    assert header == ["'=1+1", *"bcdefgh"]
    assert row[:2] == ['\'=HYPERLINK("http://mal.invalid")', "a;'@x"]
    assert ";=" not in row[2]
    assert row[3:] == ["-4.5", "+223 70 00 00 00", "2024-08-31", "", "True"]
    assert as_csv(duckdb.sql("select 'x' as a where false").df()) == "a\n"


@pytest.fixture
def asked(tmp_path: Path) -> Layout:
    """A publication with one question: which of two values holds."""
    layout = Layout(tmp_path)
    file = layout.published / "r" / "mrf_r.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """create table marts.review_queue as select 'q_1' as question_id, 'value' as kind, '=1+1' as question_fr,
            '=HYPERLINK("http://mal.invalid")' as subject, null::varchar as other_subject,
            'organization/org_1' as left_key, 'organization_name' as right_key, '=Soutien | Appui' as options,
            'valeur publiée : Appui' as reason, 1.5 as score, 2 as affected_count"""
        )
    told = {"current": "r/mrf_r.duckdb", "run_id": "r", "published_at": "2024-08-31T05:00:00+00:00", "is_demo": False}
    write_json(layout.catalog, told | {"history": []})
    return layout


def test_questions_run_in_no_spreadsheet_and_answers_come_back_as_they_were(asked: Layout, tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    assert review.export(asked, path) == 1
    text = path.read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert row["question_fr"] == "'=1+1"
    assert row["subject"].startswith("'=HYPERLINK")
    assert (row["score"], row["affected_count"]) == ("1.5", "2")
    row |= {"answer": row["options"].split(" | ")[0], "who": "coordination", "why": "vu sur place"}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(row), delimiter=";")
        writer.writeheader()
        writer.writerow(row)
    assert review.import_answers(asked, path, dt.date(2024, 9, 1)) == 1
    kept = (asked.workspace(False).state / "overrides.csv").read_text()
    assert ",=Soutien," in kept, "the value of the source, without the apostrophe of the file"
    assert publish.catalog(asked) is not None
