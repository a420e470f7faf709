"""The walks that the guides begin with, as they are written there: what is typed, and what is clicked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from tests.conftest import KEY, PROJECT, Root
from tests.fixtures.browser import page
from tests.fixtures.languages import french_in

GUIDES = PROJECT / "docs" / "guides"
_BLOCK = re.compile(r"^ *```bash\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def walk(guide: str, title: str) -> list[str]:
    """What is typed in one chapter of a guide, block by block."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    chapter = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    blocks = _BLOCK.findall(chapter)
    assert blocks, f"{guide} : {title}"
    return blocks


class Terminal:
    """A terminal in the folder of the project, with `mrf` on its path: variables last from block to block."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self._environment = folder, environment
        (folder / "bin").mkdir()
        command = folder / "bin" / "mrf"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orchestration.commands.mrf "$@"\n')
        command.chmod(0o755)
        self._typed: list[str] = []

    def type(self, block: str) -> str:
        """What a block prints; earlier blocks only set their variables again."""
        exports = [line for one in self._typed for line in one.splitlines() if line.startswith("export ")]
        self._typed.append(block)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
        environment = kept | {
            "PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "COLUMNS": "160",
            "MRF_KEY_FILE": str(KEY),
            **self._environment,
        }
        script = "\n".join(["set -e", *exports, block])
        done = subprocess.run(
            ["bash", "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.mark.long
def test_the_walk_of_the_engineer_in_english(tmp_path: Path) -> None:
    """Lands a file and a cut one, reads the error, mends it, adds a source and publishes its rows."""
    blocks = [re.sub(r"/tmp/mrf_", f"{tmp_path}/mrf_", block) for block in walk("engineer.md", "A walk of two minutes")]
    terminal = Terminal(tmp_path)
    printed = [terminal.type(block) for block in blocks]
    run, status, mended, proposed, again = printed
    assert "ocha_3w_mli: mali_3w_july_2024.xlsx · workbook: expected a whole .xlsx workbook; found 3000" in run
    assert "REFUSED" in run
    assert "REFUSED" in status
    assert "REFUSED" not in mended
    assert "exemple_essai_mli" in proposed
    assert re.search(r"exemple_essai_mli +up to date +2 +2 +0 +2", again)
    for text in printed:
        plain = re.sub(
            r"^.*(?:│|┃|mrf_documents|source\.yml|« ).*$|à confirmer|à préciser", "", text, flags=re.MULTILINE
        )
        assert not {line for line in plain.splitlines() if french_in(line) - {"données"}} - {""} or text is status


def test_the_walk_of_the_analyst_is_typed(demo: Root, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, MRF_DATA=str(demo.path), MRF_LANG="fr")
    saved, asked = walk("analyste.md", "Deux minutes pour commencer")
    terminal.type(f"mkdir -p {tmp_path}/in\n" + saved.replace("gao.xlsx", f"{tmp_path}/gao.xlsx"))
    rows = list(openpyxl.load_workbook(tmp_path / "gao.xlsx", read_only=True).active.values)  # type: ignore[union-attr]
    assert len(rows) - 1 == demo.query(OPEN_IN_GAO)[0][0] > 0
    [(known,)] = demo.query("select min(service_at_location_id) from marts.service_directory")
    printed = terminal.type(re.sub(r"sal_\w+", known, asked))
    assert "Gao" in printed
    assert known in printed


OPEN_IN_GAO = (
    "select count(*) from marts.service_directory where zone_code = 'Z_GAO' and operational_state = 'operational'"
    " and contains(';' || admitted_groups || ';', ';MIG_RET;')"
)


@pytest.fixture(scope="module")
def portal(demo: Root) -> Iterator[Any]:
    with page() as opened:
        opened.goto((demo.path / "published" / "site" / "index.html").as_uri())
        yield opened


def test_the_walk_of_the_analyst_is_clicked(demo: Root, portal: Any) -> None:
    portal.get_by_role("link", name="Annuaire").first.click()
    portal.get_by_label("Zone", exact=True).locator("visible=true").select_option(label="Région de Gao")
    portal.get_by_label("Groupe admis").locator("visible=true").select_option(label="Migrants de retour")
    portal.get_by_label("État").locator("visible=true").select_option(label="Opérationnel")
    expected = demo.query(OPEN_IN_GAO)[0][0]
    portal.wait_for_function(f"document.querySelector('#dir-count').textContent.startsWith('{expected} service')")
    portal.locator("#dir-list a").first.click()
    portal.get_by_role("button", name="Preuves").first.click()
    assert "mrf_provider_survey" in portal.locator("main").inner_text()
    portal.get_by_role("link", name="Livrables").first.click()
    href = portal.get_by_role("link", name="cartographie.xlsx").get_attribute("href")
    book = openpyxl.load_workbook(demo.folder / href, read_only=True)
    heads = next(book["service_directory"].iter_rows(values_only=True))
    assert {"zone_code", "operational_state", "admitted_groups"} <= set(heads)


def test_the_walk_of_the_consultant_ends_in_a_report_that_word_edits(demo: Root, portal: Any, tmp_path: Path) -> None:
    portal.get_by_role("link", name="Livrables").first.click()
    assert portal.get_by_role("heading", name="Rapport final (Word, PDF, HTML)").is_visible()
    href = portal.get_by_role("link", name="rapport_final.docx").get_attribute("href")
    report = Document(str(demo.folder / href))
    titles = [one for one in report.paragraphs if ((one.style and one.style.name) or "").startswith("Heading")]
    assert len(titles) > 10, "titles are styles: the navigation pane and the table of contents follow them"
    titles[0].text = "En bref, relu"
    report.save(str(tmp_path / "relu.docx"))
    assert Document(str(tmp_path / "relu.docx")).paragraphs
    terminal = Terminal(tmp_path, MRF_DATA=str(demo.path), MRF_LANG="fr")
    [block] = walk("consultant.md", "Deux minutes pour commencer")
    printed = terminal.type(block.replace("--into ", f"--into {tmp_path}/"))
    assert "Rapport final" in printed
    assert (tmp_path / "chiffres_du_rapport.xlsx").exists()
