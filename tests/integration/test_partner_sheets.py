"""The sheets sent back to organizations: each has its own services and no one else's, and tells no submission."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.conftest import Root
from warehouse.deliverables.exports.sheets.origins import place_in_file
from warehouse.deliverables.exports.sheets.paper import Paper
from warehouse.deliverables.exports.sheets.sheet_files import CHOICE, REPLY


@pytest.fixture(scope="module")
def index(demo: Root) -> dict[str, dict[str, str]]:
    with (demo.folder / "fiches" / "index.csv").open(encoding="utf-8", newline="") as file:
        return {row["organization_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def sheets(demo: Root, index: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {key: docx.Document(str(demo.folder / "fiches" / row["file"])) for key, row in index.items()}


def _cells(sheet: Any) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for table in sheet.tables for row in table.rows]


def test_each_surveyed_organization_with_a_service_has_one_sheet(index: dict[str, dict[str, str]], demo: Root) -> None:
    expected = demo.query(
        """
        with of_survey as (
            select distinct entity_id from marts.provenance
            where standing <> 'override' and source_id in ('mrf_provider_survey', 'mrf_mechanism_survey')
        ),

        seen as (
            select entity_id as organization_id from of_survey
            union
            select organization_id from marts.service_directory
            where service_at_location_id in (select entity_id from of_survey)
        )

        select organization_id, count(distinct service_id), count(*) from marts.service_directory
        where organization_id in (select organization_id from seen) group by all
        """
    )
    assert {k: (int(r["service_count"]), int(r["place_count"])) for k, r in index.items()} == {
        k: (a, b) for k, a, b in expected
    }
    everyone = demo.query("select count(distinct organization_id) from marts.service_directory")[0][0]
    assert 0 < len(index) < everyone, "a list alone makes no sheet"
    files = {path.name for path in (demo.folder / "fiches").glob("*.docx")}
    assert files == {row["file"] for row in index.values()}
    assert all(re.fullmatch(r"[a-z0-9-]+_org_[0-9a-f]{12}\.docx", name) for name in files)


def test_the_sheet_of_any_other_organization_is_made_when_asked_for(
    demo: Root, index: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    others = demo.query(
        "select organization_id, name, acronym from marts.dim_organization where organization_id in"
        " (select organization_id from marts.service_directory) order by acronym nulls last, name"
    )
    others = [one for one in others if one[0] not in index]
    (by_id, *_), (_, by_name, _), (acronym_of, _, acronym) = others[-1], others[-2], others[0]
    asked = [by_id, by_name.upper(), *([acronym.lower()] if acronym else [])]
    made = demo.mrf("sheets", *asked, "--into", str(tmp_path / "fiches"))
    assert made.returncode == 0, made.stdout + made.stderr
    assert demo.manifest["notice"] in made.stdout
    names = {path.name.rpartition("_org_")[2] for path in (tmp_path / "fiches").iterdir()}
    wanted = {by_id, others[-2][0], *([acronym_of] if acronym else [])}
    assert {f"{one.removeprefix('org_')}.docx" for one in wanted} <= names
    sheet = docx.Document(str(next((tmp_path / "fiches").glob(f"*{others[-2][0]}.docx"))))
    assert by_name in [paragraph.text for paragraph in sheet.paragraphs]


def test_an_unknown_organization_is_named_with_those_near_it(demo: Root, tmp_path: Path) -> None:
    name = demo.query("select name from marts.dim_organization where length(name) > 12 order by 1 limit 1")[0][0]
    made = demo.mrf("sheets", name.replace("a", "aa", 1) + "x", "--into", str(tmp_path / "fiches"))
    assert made.returncode == 2
    assert "aucune structure de l’annuaire" in made.stdout
    assert not (tmp_path / "fiches").exists()


def test_a_sheet_asks_about_each_place_of_each_service(
    sheets: dict[str, Any], index: dict[str, dict[str, str]]
) -> None:
    for key, sheet in sheets.items():
        texts = [paragraph.text for paragraph in sheet.paragraphs]
        asked = texts.count(CHOICE) + sum(row[3] == CHOICE for row in _cells(sheet))
        assert asked == int(index[key]["place_count"])
        assert any(REPLY in text for text in texts)


def test_a_sheet_names_the_address_of_the_settings(demo: Root, tmp_path: Path) -> None:
    """The publisher's own address is no finding of the search for personal data; another one still is."""
    root = demo.copy(tmp_path / "data")
    manifest = root.manifest | {"reply_to": "cartographie@example.org"}
    (root.folder / "manifest.json").write_text(json.dumps(manifest))
    name = demo.query("select organization_name from marts.service_directory order by 1 limit 1")[0][0]
    made = root.mrf("sheets", name, "--into", str(tmp_path / "fiches"))
    assert made.returncode == 0, made.stdout + made.stderr
    for path in (tmp_path / "fiches").glob("*.docx"):
        texts = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
        assert any("cartographie@example.org" in text for text in texts)
        assert not any(REPLY in text for text in texts)


def test_a_sheet_says_what_where_from_and_leaves_room(sheets: dict[str, Any], demo: Root) -> None:
    told = {}
    for key, sheet in sheets.items():
        for row in _cells(sheet):
            assert row[3] in ("", "Votre correction", CHOICE)
            told.setdefault(row[0], {}).setdefault(key, row)
    assert {"Nom", "Type de structure", "Lieu", "Statut", "Coût pour la personne", "Groupes admis"} <= told.keys()
    names = dict(demo.query("select organization_id, name from marts.dim_organization"))
    assert all(row[1] == names[key] and row[2] for key, row in told["Nom"].items())
    sources = {row[2] for row in told["Statut"].values() if row[1] != "non renseigné"}
    assert any(source.startswith("Enquête, ") for source in sources)
    assert any("page " in row[2] and "tableau " in row[2] for rows in told.values() for row in rows.values())


def test_a_sheet_tells_neither_submission_nor_place_of_a_shelter(sheets: dict[str, Any], demo: Root) -> None:
    submissions = re.compile(r"uuid:|[0-9a-f]{8}-[0-9a-f]{4}-|{{")
    for sheet in sheets.values():
        assert not [text for row in _cells(sheet) for text in row if submissions.search(text)]
    masked = demo.query("select distinct organization_id from marts.service_directory where is_masked")
    masked = [key for (key,) in masked if key in sheets]
    assert masked
    for key in masked:
        lines = [row[1] for row in _cells(sheets[key]) if "lieu protégé" in row[1]]
        assert lines
        assert not [line for line in lines if "Commune" in line]


def test_a_sheet_is_a_page_of_a4_with_notice_numbers_and_headers_that_repeat(
    sheets: dict[str, Any], demo: Root
) -> None:
    for sheet in sheets.values():
        section = sheet.sections[0]
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        assert demo.manifest["notice"] in section.header.paragraphs[0].text
        fields = section.footer.paragraphs[0]._p.xpath("./w:fldSimple/@w:instr")
        assert fields == ["PAGE", "NUMPAGES"]
        assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in sheet.tables)
        assert sheet.core_properties.title in [paragraph.text for paragraph in sheet.paragraphs]


@pytest.mark.parametrize(
    ("locator", "said"),
    [
        ("page=2;table=1;row=4;bbox=71.9,144.0,181.9,166.0", "page 2, tableau 1, ligne 4"),
        ("ML_5W!B10", "feuille ML_5W, cellule B10"),
        ("K3", "cellule K3"),
        ("uuid:00000000-0000-4000-8000-000000000048/srv[6]/zone", ""),
        (None, ""),
    ],
)
def test_a_place_in_a_file_is_told_in_french(locator: str | None, said: str) -> None:
    assert place_in_file(locator) == said


def test_odd_texts_are_written_too(tmp_path: Path) -> None:
    paper = Paper("", "pied", dt.date(2024, 8, 31))
    paper.begin("Nom\x0b très long & <étrange> " * 20)
    paper.table([("a & b\x00", "<", '"', "\ufffe")])
    paper.save(tmp_path / "fiche.docx")
    sheet = docx.Document(str(tmp_path / "fiche.docx"))
    assert _cells(sheet)[1] == ("a & b ", "<", '"', " ")
    assert len(sheet.core_properties.title) == 255
