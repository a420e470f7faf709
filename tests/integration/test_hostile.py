"""Files and values made to do harm, through the whole chain: they are shown, and nothing of them takes effect."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser

from tests.conftest import PROJECT, Root
from tests.fixtures import hostile
from tests.fixtures.browser import launched
from warehouse.privacy.file_texts import pieces

pytestmark = pytest.mark.long
# The beginning of a cell that a spreadsheet runs; numbers and phones run nothing.
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠](?!\d[\d .,\u00a0\u202f]*(?:[eE][+\-]?\d+)?\Z)")
_TAG = re.compile(r"<[a-z][^<>]*(?:__pwned|mal\.invalid)", re.IGNORECASE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def root(place: Path) -> Root:
    hostile.land(place / "landing")
    hostile.declare(place / "sources")
    made = Root(place / "data")
    given = {"MRF_SOURCES": str(place / "sources")}
    done = made.mrf("run", "--landing", str(place / "landing"), "--as-of", "2024-08-31", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    (place / "run.txt").write_text(done.stdout + done.stderr)
    done = made.mrf("deliver", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def test_good_rows_are_taken_and_files_that_are_none_refused(root: Root) -> None:
    inputs = root.manifest["inputs"]
    rows = inputs["hostile_values_mli"]["rows"]["service"]
    assert inputs["hostile_values_mli"]["state"] == "fresh", inputs["hostile_values_mli"]["error"]
    assert rows["accepted"] > len(hostile.VALUES) - 10
    assert rows["read"] == rows["accepted"] + rows["rejected"]
    assert inputs["hostile_files_mli"]["state"] == "refused"
    shown = json.loads((root.path / "last_landing.json").read_text())["unrecognised"]
    assert root.manifest["unrecognised"] == len(shown), "the published count; the names are the operator's"
    assert "hostile_values_lien.csv" in shown, "a link that leads out of the folder is not followed"
    assert "hostile_values\ufffdligne.csv" in shown
    assert all(name.isprintable() for name in shown)


def test_every_table_stands_and_holds_the_values_as_texts(root: Root) -> None:
    tables = {name for (name,) in root.query("select table_name from information_schema.tables")}
    assert {"service_gap", "service_directory", "provenance", "dim_organization"} <= tables
    names = {name for (name,) in root.query("select name from marts.dim_organization")}
    assert "'; drop table marts.service_gap; --" in names
    assert "<script>window.__pwned=1</script>" in names


def test_nothing_is_written_outside_the_data_root(root: Root, place: Path) -> None:
    assert {path.name for path in place.iterdir()} == {"landing", "sources", "data", "run.txt"}
    found = [path for folder in (place / "data", PROJECT) for path in folder.rglob(f"*{hostile.MARK}*")]
    assert found == []
    assert not list(place.parent.glob(f"*{hostile.MARK}*"))
    assert not Path("/tmp", hostile.MARK).exists()


def test_no_template_nor_typesetter_ran(root: Root) -> None:
    told = {
        (path.name, word)
        for path in root.folder.rglob("*")
        if path.is_file()
        for piece in pieces(path)
        for word in (hostile.SUM, hostile.SECRET)
        if word in piece.text
    }
    assert told == set()


def test_no_cell_of_a_csv_is_a_formula(root: Root) -> None:
    paths = sorted(root.folder.rglob("*.csv"))
    assert len(paths) > 20
    wrong = [
        (path.name, cell[:40])
        for path in paths
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        for cell in row
        if _FORMULA.match(cell)
    ]
    assert wrong == []


def test_no_cell_of_a_workbook_is_a_formula_and_no_link_leads_out(root: Root) -> None:
    paths = sorted(root.folder.rglob("*.xlsx"))
    assert paths
    for path in paths:
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                assert [cell.coordinate for cell in row if cell.data_type == "f"] == [], (path.name, sheet.title)


def test_documents_hold_no_link_nor_field_of_theirs(root: Root) -> None:
    """In Word and PowerPoint a link is a relation of its part."""
    paths = [path for path in root.folder.rglob("*") if path.suffix in (".docx", ".pptx", ".xlsx")]
    assert {path.suffix for path in paths} >= {".docx", ".xlsx"}
    for path in paths:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                text = packed.read(name).decode("utf-8", errors="replace")
                if name.endswith(".rels"):
                    assert not re.search(r"javascript:|mal\.invalid|passwd", text, re.IGNORECASE), (path.name, name)
                elif name.endswith(".xml"):
                    assert not _TAG.search(text), (path.name, name)
    for path in root.folder.rglob("*.pdf"):
        told = list(_pdf_objects(path))
        assert any("'Font'" in one for one in told), "the objects are read"
        assert not [one for one in told if re.search(r"'JS':|'JavaScript'|javascript:|mal\.invalid", one)], path.name


def _pdf_objects(path: Path) -> Iterator[str]:
    """What every object of a document says but for its packed content, whose bytes may spell anything."""
    with path.open("rb") as file:
        document = PDFDocument(PDFParser(file))
        for number in {number for table in document.xrefs for number in table.get_objids()}:
            found = document.getobj(number)
            yield repr(getattr(found, "attrs", found))


def test_no_drawing_holds_an_element_of_theirs(root: Root) -> None:
    for path in root.folder.rglob("*.svg"):
        assert not _TAG.search(path.read_text(encoding="utf-8")), path.name


def _events(folder: Path) -> Iterator[str]:
    for path in (folder / "dagster").rglob("*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            tables = connection.execute("select name from sqlite_master where name = 'event_logs'").fetchall()
            if tables:
                yield from (event for (event,) in connection.execute("select event from event_logs"))


def test_previews_in_dagster_show_them_as_texts(root: Root) -> None:
    events = list(_events(root.path))
    previews = [event for event in events if '"md_str"' in event]
    assert any("pwned" in event for event in previews), "what was landed is shown"
    for event in previews:
        for table in re.findall(r'"md_str": ("(?:[^"\\]|\\.)*")', event):
            assert not re.search(r"<(?:script|img|svg|iframe|a |base|meta)|(?<!\\)\]\(javascript", table, re.IGNORECASE)


def test_no_script_of_theirs_runs_in_any_page(root: Root) -> None:
    """Each page of the publication in a browser that reaches nothing else, and the portal's own views of the values."""
    pages = sorted(root.folder.rglob("*.html"))
    assert len(pages) > 8
    services = root.query("select service_at_location_id from marts.service_directory order by 1")
    index = (root.folder / "index.html").as_uri()
    views = [f"{index}#/annuaire", *(f"{index}#/service/{service}" for (service,) in services[::6])]
    ran: list[str] = []
    with launched() as browser:
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.on("dialog", lambda dialog: (ran.append(f"dialog {page.url}"), dialog.dismiss()))
        for address in [*(path.as_uri() for path in pages), *views]:
            page.goto("about:blank")
            page.goto(address, wait_until="load")
            page.wait_for_timeout(150)
            found = page.evaluate(
                """() => [
                  ...(window.__pwned === undefined ? [] : ['ran']),
                  ...[...document.querySelectorAll('*')].flatMap(one => [...one.attributes]
                    .filter(a => /^on/i.test(a.name) && a.value.includes('__pwned')
                      || /^(href|src|xlink:href|action|srcdoc)$/i.test(a.name)
                        && /^\\s*(javascript:|data:text\\/html|(https?:)?\\/\\/mal\\.invalid)/i.test(a.value))
                    .map(a => `${one.tagName} ${a.name}=${a.value.slice(0, 60)}`))]"""
            )
            ran += [f"{address} : {one}" for one in found]
    assert ran == []
