"""Every page of a publication: nothing comes from outside, and anyone can read it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.declaration.registry import sources
from tests.conftest import Root
from tests.fixtures.browser import page, serious_violations
from warehouse.deliverables.report.rereading import wrong_html

# dbt's own application, whose markup is not ours.
FOREIGN = ("dbt_docs",)
OURS = ("dictionnaire.html", "questions.html", "controles.html")


def _pages(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.html")) if p.relative_to(folder).parts[0] not in FOREIGN]


def test_no_page_leads_or_loads_from_outside(demo: Root) -> None:
    pages = _pages(demo.folder)
    assert {demo.folder / name for name in OURS} <= set(pages)
    assert [problem for page in pages for problem in wrong_html(page)] == []


@pytest.mark.parametrize(("name", "width"), zip(OURS, (360, 1280, 360), strict=True))
def test_pages_are_accessible(demo: Root, name: str, width: int) -> None:
    assert serious_violations(demo.folder / name, width) == []


@pytest.mark.parametrize("name", [*OURS, "dbt_docs/index.html", "rapports/rapport_final.html", "cartes/carte.html"])
def test_every_page_leads_back_to_the_portal(demo: Root, name: str) -> None:
    assert (demo.folder / name).exists()
    with page() as opened:
        opened.goto((demo.folder / name).as_uri())
        opened.click("text=← Portail")
        opened.wait_for_selector("#vue-accueil:not([hidden])")


def test_a_report_sent_alone_has_no_way_back(demo: Root, tmp_path: Path) -> None:
    alone = shutil.copy(demo.folder / "rapports" / "rapport_final.html", tmp_path)
    with page() as opened:
        opened.goto(Path(alone).as_uri())
        assert not opened.locator("text=← Portail").is_visible()


def test_one_page_tells_every_check(demo: Root) -> None:
    text = (demo.folder / "controles.html").read_text(encoding="utf-8")
    assert demo.manifest["notice"] in text
    names = [check["name"] for check in demo.manifest["checks"] if check["tool"] == "dbt"]
    assert [name for name in names if f"<td>{name}</td>" not in text] == []
    suites = [
        check["name"].removeprefix("great_expectations ") for check in demo.manifest["checks"] if check["tool"] == "gx"
    ]
    assert [name for name in suites if f'data-name="marts_{name}"' not in text] == []
    shapes = [f"{shape}_{source.id}" for source in sources().values() for shape in source.shapes]
    assert [name for name in shapes if f'data-name="{name}"' not in text] == []
