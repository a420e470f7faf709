"""The maps of a publication: six sheets and a page that say what is known, where, and what is not known."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conftest import Root
from tests.fixtures.browser import page, violations_of
from warehouse.deliverables.maps import describe, draw_zone, facts, interactive
from warehouse.deliverables.maps.deliverable import check
from warehouse.deliverables.maps.outlines import DISCLAIMER, SCHEMATIC, outlines
from warehouse.deliverables.producing import record_of
from warehouse.reading.edition import Edition, open_edition

ZONES = ("Z_BKO", "Z_GAO", "Z_KAY", "Z_MOP", "Z_TOM")
SHEETS = ("mali", *ZONES)


@pytest.fixture(scope="module")
def edition(demo: Root) -> Iterator[Edition]:
    with open_edition(demo.folder) as one:
        yield one


@pytest.fixture(scope="module")
def carte(demo: Root) -> Path:
    return demo.folder / "cartes" / "carte.html"


def test_a_publication_has_its_maps(demo: Root) -> None:
    entry = record_of(demo.folder)["map"]
    assert entry["state"] == "made", entry["reason"]
    names = {f"cartes/{stem}{suffix}" for stem in SHEETS for suffix in (".svg", ".png")} | {"cartes/carte.html"}
    assert {file["path"] for file in entry["files"]} == names


def test_a_picture_says_what_it_is_to_who_cannot_see_it(demo: Root, edition: Edition) -> None:
    for stem in SHEETS:
        told = describe(edition, None if stem == "mali" else stem)
        assert told.startswith("DONNÉES FICTIVES. Carte « ")
        text = " ".join(ElementTree.parse(demo.folder / "cartes" / f"{stem}.svg").getroot().itertext())
        assert told in text
        assert told.encode() in (demo.folder / "cartes" / f"{stem}.png").read_bytes()


def test_the_sentence_counts_cercles_as_the_mart_does(edition: Edition) -> None:
    served = edition.value(
        "select count(*) from (select admin2_code from marts.service_gap_cercle where zone_code = 'Z_KAY'"
        " and population_group_code = 'MIG_RET' group by all having bool_or(gap_class = 'G4'))"
    )
    unsurveyed = edition.value(
        "select count(*) from (select admin2_code from marts.service_gap_cercle where zone_code = 'Z_KAY'"
        " and population_group_code = 'MIG_RET' group by all having bool_and(gap_class = 'NS'))"
    )
    told = describe(edition, "Z_KAY")
    assert f"sur 7 cercles, {served} où un type de services au moins" in told
    assert f", {unsurveyed} où rien n’a été enquêté" in told


def test_an_unknown_zone_is_an_error(edition: Edition, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="Z_XXX"):
        draw_zone(edition, "Z_XXX", tmp_path / "x")


def test_without_landed_outlines_the_page_says_that_its_limits_are_schematic(edition: Edition, carte: Path) -> None:
    text = carte.read_text()
    assert outlines(edition).is_schematic
    assert SCHEMATIC.capitalize() in text
    assert DISCLAIMER in text
    assert "DONNÉES FICTIVES" in text


def test_the_page_holds_every_cell_and_every_service_that_may_be_located(edition: Edition, carte: Path) -> None:
    content = interactive.read(carte)
    types = list(content["types"])
    for row in edition.rows("select * from marts.service_gap_cercle"):
        cercle = content["cercles"][row["admin2_code"]]
        place = types.index(row["service_type_code"])
        assert cercle["classes"][row["population_group_code"]][place] == row["gap_class"]
        assert cercle["admitting"][row["population_group_code"]][place] == row["admitting_count"]
    services = edition.rows("select * from marts.service_directory where latitude is not null and not is_masked")
    assert {one["id"] for one in content["services"]} == {row["service_at_location_id"] for row in services}
    masked = edition.rows("select service_at_location_id, admin2_code from marts.service_directory where is_masked")
    assert masked
    assert not [row for row in masked if row["service_at_location_id"] in carte.read_text()]
    assert sum(one["shelters"] for one in content["cercles"].values()) == len(masked)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "cartes/Z_GAO.png").unlink(), "cartes absentes : Z_GAO.png"),
        (lambda folder: (folder / "cartes/Z_GAO.svg").write_text("<svg"), "Z_GAO.svg n’est pas du SVG"),
        (lambda folder: (folder / "cartes/Z_GAO.png").write_bytes(b"GIF"), "Z_GAO.png n’est pas un PNG"),
        (
            lambda folder: _add(folder, "<img src='https://tuiles.example.org/1.png'>"),
            "renvoie hors du dossier : https://tuiles.example.org",
        ),
        (lambda folder: _add(folder, "{{ reste }}"), "gabarit non rempli"),
        (lambda folder: _without_a_service(folder), "services situés sur"),
    ],
)
def test_what_is_wrong_with_a_map_is_said(demo: Root, edition: Edition, tmp_path: Path, spoil: Any, told: str) -> None:
    shutil.copytree(demo.folder / "cartes", tmp_path / "cartes")
    assert check(edition, tmp_path) == []
    spoil(tmp_path)
    assert any(told in one for one in check(edition, tmp_path))


def _add(folder: Path, text: str) -> None:
    path = folder / "cartes" / "carte.html"
    path.write_text(path.read_text().replace("</main>", f"{text}</main>"))


def _without_a_service(folder: Path) -> None:
    path = folder / "cartes" / "carte.html"
    first = json.dumps(interactive.read(path)["services"][0], ensure_ascii=False, separators=(",", ":"))
    path.write_text(path.read_text().replace(f"{first},", ""))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_is_accessible_and_fits(carte: Path, width: int) -> None:
    with page(width) as opened_page:
        faults: list[str] = []
        opened_page.on("pageerror", lambda error: faults.append(str(error)))
        opened_page.goto(carte.as_uri())
        assert violations_of(opened_page) == []
        opened_page.locator(".cercle[data-code=ML0506]").focus()
        opened_page.keyboard.press("Enter")
        assert violations_of(opened_page) == []
        assert opened_page.evaluate("document.documentElement.scrollWidth") == width
        assert faults == []


def test_the_page_answers_to_choices_keys_and_buttons(carte: Path) -> None:
    content = interactive.read(carte)
    place = list(content["types"]).index("SOC_01")
    with page() as opened_page:
        opened_page.goto(carte.as_uri())
        opened_page.select_option("#group", "VDT")
        opened_page.select_option("#type", "SOC_01")
        for code, cercle in content["cercles"].items():
            classes = opened_page.locator(f".cercle[data-code={code}]").get_attribute("class").split()
            assert cercle["classes"]["VDT"][place] in classes
        whole = opened_page.locator("#svg").get_attribute("viewBox")
        opened_page.select_option("#zone", "Z_GAO")
        assert opened_page.locator("#svg").get_attribute("viewBox") != whole
        assert opened_page.locator("#table tbody tr").count() == 3
        opened_page.click("[data-act=all]")
        assert opened_page.locator("#table tbody tr").count() == 24
        opened_page.locator("#map").focus()
        seen = {opened_page.locator("#svg").get_attribute("viewBox")}
        for key in ("+", "ArrowLeft", "ArrowUp", "-"):
            opened_page.keyboard.press(key)
            seen.add(opened_page.locator("#svg").get_attribute("viewBox"))
        assert len(seen) == 5
        opened_page.locator(".cercle[data-code=ML0103]").focus()
        opened_page.keyboard.press("Enter")
        assert "Kayes, Région de Kayes" in opened_page.locator("#details").inner_text()


def test_over_all_types_the_page_colours_cercles_as_the_sheets_do(edition: Edition, carte: Path) -> None:
    with page() as opened_page:
        opened_page.goto(carte.as_uri())
        for code, cercle in facts.of_group(edition).items():
            classes = opened_page.locator(f".cercle[data-code={code}]").get_attribute("class").split()
            assert cercle.share in classes
        assert "24 cercles et 15 types, soit 360 cas" in opened_page.locator("#summary").inner_text()
        assert opened_page.locator(".legend li:visible").count() == len(facts.SHARES) + 1
        opened_page.select_option("#type", "SOC_01")
        assert opened_page.locator(".legend li:visible").count() == len(facts.WORST_FIRST)


def test_layers_hide_services(carte: Path) -> None:
    content = interactive.read(carte)
    with page() as opened_page:
        opened_page.goto(carte.as_uri())
        opened_page.uncheck("input[value=PSY]")
        opened_page.uncheck("input[value=unverified]")
        shown = opened_page.locator("#services use:visible").count()
    wanted = [one for one in content["services"] if one["domain"] != "PSY" and one["state"] != "unverified"]
    assert shown == len(wanted)


@pytest.mark.long
@pytest.mark.real
def test_the_five_zones_of_mali_are_drawn_with_the_landed_outlines(mali_deliverables: Root) -> None:
    entry = record_of(mali_deliverables.folder)["map"]
    assert entry["state"] == "made", entry["reason"]
    with open_edition(mali_deliverables.folder) as edition:
        drawn = outlines(edition)
        assert not drawn.is_schematic
        assert set(drawn.zones) == set(ZONES)
        assert drawn.credit == "Limites : Contours administratifs du Mali (COD-AB), OCHA / DNCT Mali (CC BY-IGO)."
        assert {zone: sum(one.zone_code == zone for one in drawn.cercles.values()) for zone in ZONES} == {
            "Z_BKO": 1, "Z_GAO": 3, "Z_KAY": 7, "Z_MOP": 8, "Z_TOM": 5,
        }  # fmt: skip
        located = edition.value("select count(*) from marts.service_directory where latitude is not null")
    text = (mali_deliverables.folder / "cartes" / "carte.html").read_text()
    assert len(interactive.read(mali_deliverables.folder / "cartes" / "carte.html")["services"]) == located > 1000
    assert "DONNÉES FICTIVES" not in text
    assert SCHEMATIC.capitalize() not in text
    assert not re.search(r"https?://", text)
