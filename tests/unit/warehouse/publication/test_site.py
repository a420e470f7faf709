"""`published/site` and `current.duckdb` lead to the current publication, whatever is in their way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from warehouse.paths import Layout
from warehouse.publication.publish import Publication, is_linked, link_current, publish_pointer

NOW = dt.datetime(2024, 8, 31, tzinfo=dt.UTC)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for run in ("first", "second"):
        (tmp_path / "published" / run).mkdir(parents=True)
        (tmp_path / "published" / run / "index.html").write_text(run)
        (tmp_path / "published" / run / "mrf.duckdb").write_text(f"duckdb {run}")
    return Layout(tmp_path)


def test_the_site_moves_with_the_pointer(layout: Layout) -> None:
    for run in ("first", "second", "first"):
        publish_pointer(layout, Publication(run, "mrf.duckdb"), run, False, NOW)
        assert (layout.site / "index.html").read_text() == run
        assert not layout.site.readlink().is_absolute()
        assert layout.current.read_text() == f"duckdb {run}"
        assert not layout.current.readlink().is_absolute()


def test_before_the_first_publication_there_is_none(tmp_path: Path) -> None:
    link_current(Layout(tmp_path))
    assert not (tmp_path / "published").exists()


def test_a_folder_of_that_name_stops_no_publication(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    layout.site.mkdir()
    publish_pointer(layout, Publication("first", "mrf.duckdb"), "first", False, NOW)
    assert layout.catalog.exists()
    assert "ne mène pas" in caplog.text
    assert sorted(path.name for path in layout.published.iterdir()) == [
        ".real.json",
        "catalog.json",
        "current.duckdb",
        "first",
        "second",
        "site",
    ]


def test_a_disk_without_links_has_a_copy_of_the_file(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refused)
    for run in ("first", "second", "first"):
        publish_pointer(layout, Publication(run, "mrf.duckdb"), run, False, NOW)
        assert not layout.current.is_symlink()
        assert layout.current.read_text() == f"duckdb {run}"
    assert list(layout.published.glob(".*.part")) == []


def test_without_a_publication_nothing_is_left_under_its_name(layout: Layout) -> None:
    publish_pointer(layout, Publication("first", "mrf.duckdb"), "first", False, NOW)
    layout.catalog.unlink()
    link_current(layout)
    assert not layout.current.is_symlink()


def test_doctor_can_tell_whether_the_names_lead_there(layout: Layout) -> None:
    publish_pointer(layout, Publication("first", "mrf.duckdb"), "first", False, NOW)
    assert is_linked(layout)
    layout.current.unlink()
    layout.current.write_text("an old copy")
    assert not is_linked(layout)
    link_current(layout)
    assert is_linked(layout)
