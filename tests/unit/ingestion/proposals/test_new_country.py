"""A country pack from a list of p-codes: lists of three countries in the forms that OCHA publishes, and wrong ones."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
import shapely

from ingestion.country import pack, seeds
from ingestion.country.words import words
from ingestion.declaration.registry import sources
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.proposals.country import areas, draft, ground, writing

LONG = ["Location", "Admin Level", "P-Code", "Name", "Parent P-Code", "Valid from date"]
GUINEA = [
    ["GIN", "1", "GN001", "Boké", "GIN", "2017-01-01"],
    ["GIN", "1", "GN002", "Conakry", "GIN", "2017-01-01"],
    ["GIN", "2", "GN001001", "Boffa", "GN001", "2017-01-01"],
    ["GIN", "2", "GN001002", "Boké", "GN001", "2017-01-01"],
    ["GIN", "2", "GN002001", "Conakry", "GN002", "2017-01-01"],
    ["GIN", "3", "GN00100101", "Koba", "GN001001", "2017-01-01"],
    ["SEN", "1", "SN01", "Dakar", "SEN", "2017-01-01"],
]
WIDE = ["ADM0_EN", "ADM1_EN", "ADM1_FR", "ADM1_PCODE", "ADM2_EN", "ADM2_PCODE"]
CAMEROON = [
    ["Cameroon", "#adm1", "#adm1", "#adm1+code", "#adm2", "#adm2+code"],
    ["Cameroon", "Far North", "Extrême-Nord", "CM004", "Diamare", "CM004001"],
    ["Cameroon", "Far North", "Extrême-Nord", "CM004", "Mayo-Sava", "CM004002"],
    ["Cameroon", "North", "Nord", "CM006", "Benoue", "CM006001"],
]
SUDAN = [["", "1", "SD01", "Khartoum", "SDN", ""], ["", "2", "SD01001", "Bahri", "SD01", ""]]


def _written(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def _pack(tmp_path: Path, iso3: str, listed: areas.AreaList, drawn: ground.Ground) -> Path:
    first = tuple(area.code for area in listed.of_level(1))
    told = draft.draft(iso3, "liste.csv", listed.valid_from, first, dt.date(2025, 3, 20))
    target = tmp_path / "packs" / iso3.lower()
    writing.write(target, told, listed, drawn)
    return target


@pytest.mark.parametrize(
    ("iso3", "header", "rows", "counts", "word"),
    [
        ("GIN", LONG, GUINEA, (2, 3, 1), "préfecture"),
        ("CMR", WIDE, CAMEROON, (2, 3, 0), "département"),
        ("SDN", LONG, SUDAN, (1, 1, 0), "localité"),
    ],
)
def test_a_pack_loads_with_its_lists_and_sources(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    iso3: str,
    header: list[str],
    rows: list[list[str]],
    counts: tuple[int, ...],
    word: str,
) -> None:
    listed = areas.read(_written(tmp_path / "liste.csv", header, rows), iso3)
    assert tuple(len(listed.of_level(level)) for level in (1, 2, 3)) == counts
    target = _pack(tmp_path, iso3, listed, ground.of_tiles(listed, iso3))
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, iso3)
    assert pack.pack().folder == target
    assert words()["admin2"]["word"] == word
    zones = {row["zone_code"] for row in seeds.rows("zone")}
    assert len(zones) == counts[0]
    assert {row["admin_code"] for row in seeds.rows("zone_admin")} == {area.code for area in listed.of_level(2)}
    assert {row["code"] for row in seeds.rows("code_list") if row["list"] == "zone"} == zones
    assert not any(source.has_sample for source in sources().values())
    for path in target.rglob("*.csv"):
        assert "ML0" not in path.read_text(encoding="utf-8")
    assert "à confirmer" in (target / "country.yml").read_text(encoding="utf-8")


def test_names_are_the_french_ones(tmp_path: Path) -> None:
    listed = areas.read(_written(tmp_path / "liste.csv", WIDE, CAMEROON), "CMR")
    assert [area.name for area in listed.of_level(1)] == ["Extrême-Nord", "Nord"]


def test_boundaries_give_outline_points_and_frame(tmp_path: Path) -> None:
    listed = areas.read(_written(tmp_path / "liste.csv", LONG, GUINEA), "GIN")
    boxes = {"GN001001": (-14, 10, -13, 11), "GN001002": (-15, 10, -14, 11), "GN002001": (-14, 9, -13, 10)}
    features = [
        {
            "type": "Feature",
            "properties": {"pcode": code},
            "geometry": json.loads(shapely.to_geojson(shapely.box(*box))),
        }
        for code, box in boxes.items()
    ]
    path = tmp_path / "contours.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    drawn = ground.of_boundaries(path, listed, "Guinée")
    assert set(drawn.points) == set(boxes)
    assert drawn.frame == pytest.approx((8.7, 11.3, -15.3, -12.7), abs=0.05)
    features.pop()
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(SourceFileError, match="GN002001"):
        ground.of_boundaries(path, listed, "Guinée")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["GIN", "1", "GN01", "Boké", "GIN", ""]], "ligne 2.*GN01"),
        ([["GIN", "1", "GN001", "Boké", "GIN", ""]], "niveau 2"),
        (
            [["GIN", "1", "GN001", "Boké", "GIN", ""], ["GIN", "2", "GN009001", "Kindia", "GN009", ""]],
            "GN009001.*GN009",
        ),
    ],
)
def test_a_wrong_list_is_refused_with_its_place(tmp_path: Path, rows: list[list[str]], told: str) -> None:
    with pytest.raises(SourceFileError, match=told):
        areas.read(_written(tmp_path / "liste.csv", LONG, rows), "GIN")


def test_another_table_is_told_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="attendu P-Code et Name, ou ADM1_PCODE"):
        areas.read(_written(tmp_path / "liste.csv", ["Région", "Population"], [["Boké", "12"]]), "GIN")


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(DeclarationError, match="pays « ZZZ » inconnu"):
        draft.draft("ZZZ", "", "", (), dt.date(2025, 1, 1))


@pytest.mark.parametrize(
    ("iso3", "place", "of"),
    [("TCD", "au Tchad", "du Tchad"), ("GIN", "en Guinée", "de Guinée"), ("ETH", "en Éthiopie", "d’Éthiopie"),
     ("COM", "aux Comores", "des Comores"), ("SDN", "au Soudan", "du Soudan"), ("CIV", "en Côte d’Ivoire", "de Côte d’Ivoire")],
)  # fmt: skip
def test_french_prepositions(iso3: str, place: str, of: str) -> None:
    told = draft.draft(iso3, "", "", (), dt.date(2025, 1, 1))
    assert (told.in_fr, told.of_fr) == (place, of)
