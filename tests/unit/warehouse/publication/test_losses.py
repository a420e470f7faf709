"""A publication with far less than the one in place waits for a person who says that it is so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.digest import file_sha256
from orchestration.pipeline import losses
from orchestration.pipeline.delivery_files import Delivery
from tests.fixtures.manifests import manifest
from warehouse.paths import Layout
from warehouse.storage import write_json

DAY = dt.date(2024, 8, 31)


def delivered(**rows: int) -> list[Delivery]:
    return [
        Delivery(name, "fresh", rows={"service": {"read": count, "accepted": count, "rejected": 0}})
        for name, count in rows.items()
    ]


def database(path: Path, **marts: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for name, count in marts.items():
            connection.execute(f"create table marts.{name} as from range({count})")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A root whose publication in place has 100 rows of each of two sources, and 200 services."""
    layout = Layout(tmp_path)
    published = layout.published / "a" / "mrf_a.duckdb"
    entry = {"current": "a/mrf_a.duckdb", "run_id": "r1", "is_demo": False, "published_at": "2024-09-01T05:00:00+00:00"}
    database(published, service_directory=200, review_queue=50)
    database(layout.build_file, service_directory=200, review_queue=50)
    write_json(layout.catalog, entry | {"history": []})
    write_json(published.parent / "manifest.json", manifest(file=published.name, file_sha256=file_sha256(published)))
    write_json(layout.run_folder("r1") / "deliveries.json", [vars(d) for d in delivered(ong=100, liste=100)])
    return layout


def checked(layout: Layout, given: list[Delivery], *accepted: str, as_of: dt.date = DAY) -> list[dict[str, Any]]:
    return losses.check(layout, given, as_of, False, 30, list(accepted))


def test_a_small_fall_is_nothing(layout: Layout) -> None:
    database(layout.build_file, service_directory=150, review_queue=50)
    assert checked(layout, delivered(ong=70, liste=100)) == []


def test_a_source_that_fell_stops_the_publication_until_a_person_says_yes(layout: Layout) -> None:
    with pytest.raises(losses.LossRefused, match=r"source ong : 100 lignes publiées, 69 maintenant.*--accept-loss ong"):
        checked(layout, delivered(ong=69, liste=100))
    assert checked(layout, delivered(ong=69, liste=100), "ong") == [
        {"name": "ong", "before": 100, "after": 69, "is_mart": False}
    ]


def test_a_source_that_is_gone_is_the_largest_fall(layout: Layout) -> None:
    with pytest.raises(losses.LossRefused, match="source liste : 100 lignes publiées, 0 maintenant"):
        checked(layout, delivered(ong=100))


def test_to_accept_one_source_is_not_to_accept_another(layout: Layout) -> None:
    with pytest.raises(losses.LossRefused) as refused:
        checked(layout, delivered(ong=1, liste=2), "ong")
    assert "liste" in str(refused.value)
    assert "source ong" not in str(refused.value)


def test_a_mart_that_fell_by_itself_stops_too(layout: Layout) -> None:
    database(layout.build_file, service_directory=25, review_queue=50)
    with pytest.raises(losses.LossRefused, match=r"mart service_directory : 200 lignes publiées, 25 maintenant"):
        checked(layout, delivered(ong=100, liste=100))
    assert len(checked(layout, delivered(ong=100, liste=100), "service_directory")) == 1


def test_what_an_accepted_source_does_to_the_marts_needs_no_second_yes(layout: Layout) -> None:
    database(layout.build_file, service_directory=25, review_queue=50)
    assert len(checked(layout, delivered(ong=1, liste=100), "ong")) == 2
    only_mart = checked(layout, delivered(ong=99, liste=100), "ong")
    assert [fall["name"] for fall in only_mart] == ["service_directory"], "one row less may take much of a mart with it"


def test_a_source_that_lost_nothing_explains_no_fall_of_a_mart(layout: Layout) -> None:
    database(layout.build_file, service_directory=25, review_queue=50)
    with pytest.raises(losses.LossRefused, match="mart service_directory"):
        checked(layout, delivered(ong=100, liste=100), "ong")


def test_answered_questions_are_no_loss(layout: Layout) -> None:
    database(layout.build_file, service_directory=200, review_queue=1)
    assert checked(layout, delivered(ong=100, liste=100)) == []


def test_marts_of_an_earlier_day_are_not_compared(layout: Layout) -> None:
    database(layout.build_file, service_directory=25, review_queue=50)
    assert checked(layout, delivered(ong=100, liste=100), as_of=dt.date(2024, 7, 1)) == []


def test_fiction_that_gives_way_to_real_data_is_no_loss(layout: Layout) -> None:
    assert losses.check(layout, [], DAY, True, 30, []) == []
