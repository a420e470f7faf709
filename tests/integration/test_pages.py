"""Every page of a publication: nothing comes from outside, and anyone can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Root
from tests.fixtures.browser import serious_violations
from warehouse.deliverables.report.rereading import wrong_html

# dbt's own application, whose markup is not ours.
FOREIGN = ("dbt_docs",)
OURS = ("dictionnaire.html", "questions.html", "data_docs/index.html")


def _pages(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.html")) if p.relative_to(folder).parts[0] not in FOREIGN]


def test_no_page_leads_or_loads_from_outside(demo: Root) -> None:
    pages = _pages(demo.folder)
    assert len(pages) > 50
    assert [problem for page in pages for problem in wrong_html(page)] == []


@pytest.mark.parametrize(("name", "width"), zip(OURS, (360, 1280, 360), strict=True))
def test_pages_are_accessible(demo: Root, name: str, width: int) -> None:
    assert serious_violations(demo.folder / name, width) == []


def test_every_suite_has_its_page(demo: Root) -> None:
    index = (demo.folder / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert demo.manifest["notice"] in index
    assert index.count("<tr data-find>") == len(list((demo.folder / "data_docs" / "validations").rglob("*.html")))
