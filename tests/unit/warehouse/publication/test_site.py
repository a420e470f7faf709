"""`published/site` leads to the current publication, whatever is in its way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from warehouse.paths import Layout
from warehouse.publication.publish import Publication, link_site, publish_pointer

NOW = dt.datetime(2024, 8, 31, tzinfo=dt.UTC)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for run in ("first", "second"):
        (tmp_path / "published" / run).mkdir(parents=True)
        (tmp_path / "published" / run / "index.html").write_text(run)
    return Layout(tmp_path)


def test_the_site_moves_with_the_pointer(layout: Layout) -> None:
    for run in ("first", "second", "first"):
        publish_pointer(layout, Publication(run, "mrf.duckdb"), run, False, NOW)
        assert (layout.site / "index.html").read_text() == run
        assert not layout.site.readlink().is_absolute()


def test_before_the_first_publication_there_is_none(tmp_path: Path) -> None:
    link_site(Layout(tmp_path))
    assert not (tmp_path / "published").exists()


def test_a_folder_of_that_name_stops_no_publication(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    layout.site.mkdir()
    publish_pointer(layout, Publication("first", "mrf.duckdb"), "first", False, NOW)
    assert layout.catalog.exists()
    assert "ne mène pas" in caplog.text
    assert sorted(path.name for path in layout.published.iterdir()) == [
        ".real.json",
        "catalog.json",
        "first",
        "second",
        "site",
    ]
