"""A country pack from a list of p-codes: lists of three countries in the forms that OCHA publishes, and wrong ones."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest
import shapely

from ingestion.clean.plausible import is_inside
from ingestion.country import consistency, pack, seeds
from ingestion.country.words import words
from ingestion.declaration.registry import sources
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.proposals.country import areas, draft, ground, writing
from ingestion.records.source_records import ingest

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
    frame = pack.country().frame
    assert is_inside((frame.south + frame.north) / 2, (frame.west + frame.east) / 2), "tiles are no ground"


def test_names_are_the_french_ones(tmp_path: Path) -> None:
    listed = areas.read(_written(tmp_path / "liste.csv", WIDE, CAMEROON), "CMR")
    assert [area.name for area in listed.of_level(1)] == ["Extrême-Nord", "Nord"]


def _workbook(path: Path) -> Path:
    """The gazetteer of a COD-AB: a sheet a level, from the country down."""
    book = openpyxl.Workbook()
    valid, above = dt.datetime(2020, 4, 14), ["Burkina Faso", "BF"]
    sheets = {
        "ADM0": [["ADM0_FR", "ADM0_PCODE", "validOn"], [*above, valid]],
        "ADM1": [["ADM1_FR", "ADM1_PCODE", "ADM0_FR", "ADM0_PCODE", "validOn"], ["Sahel", "BF56", *above, valid]],
        "ADM2": [
            ["ADM2_FR", "ADM2_PCODE", "ADM2_REF", "ADM2ALT1FR", "ADM1_FR", "ADM1_PCODE", "validOn"],
            ["Soum", "BF5603", "Soum", None, "Sahel", "BF56", valid],
            ["Séno", "BF5602", "Seno", "Seeno", "Sahel", "BF56", valid],
        ],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def test_a_workbook_with_a_sheet_a_level_is_one_list(tmp_path: Path) -> None:
    listed = areas.read(_workbook(tmp_path / "bfa_adminboundaries_tabulardata.xlsx"), "BFA")
    assert [(area.code, area.name, area.parent) for area in listed.areas] == [
        ("BF56", "Sahel", "BF"),
        ("BF5602", "Séno", "BF56"),
        ("BF5603", "Soum", "BF56"),
    ]
    assert listed.valid_from == "2020-04-14"
    target = _pack(tmp_path, "BFA", listed, ground.of_tiles(listed, "Burkina Faso"))
    with (target / "seeds" / "place_variant.csv").open(encoding="utf-8") as file:
        assert [(r["variant"], r["level"], r["code"], r["vintage"]) for r in csv.DictReader(file)] == [
            ("Seeno", "2", "BF5602", "2020")
        ]


def test_the_answers_of_the_dtm_are_declared_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = areas.read(_workbook(tmp_path / "liste.xlsx"), "BFA")
    _pack(tmp_path, "BFA", listed, ground.of_tiles(listed, "Burkina Faso"))
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "BFA")
    declared = sources()["iom_dtm_bfa"]
    assert declared.title.fr.endswith("au Burkina Faso")
    place = {"admin0Pcode": "BFA", "admin1Pcode": "BF56", "admin2Pcode": "BF5603", "assessmentType": "BA"}
    place |= {"reportingDate": "2024-03-31T00:00:00", "numberMales": None, "numberFemales": None}
    rows = [
        place | {"numPresentIdpInd": 900, "displacementReason": "Conflict"},
        place | {"numPresentIdpInd": 100, "displacementReason": "Natural disaster"},
    ]
    path = tmp_path / "displacement-admin2-admin0pcode-bfa.json"
    path.write_text(json.dumps({"isSuccess": True, "totalRecordsCount": 2, "result": rows}), encoding="utf-8")
    assert declared.claims(path.name)
    (records,) = ingest(declared, [path]).records.values()
    counted = records[records["sex"] == "a"]
    assert [(row.people, row.period, row.admin2_code) for row in counted.itertuples()] == [(1000, "2024-03", "BF5603")]


@pytest.mark.parametrize(
    ("file", "written", "wrong", "told"),
    [
        (
            "country.yml",
            "near_zones: []",
            "near_zones: [Z_ABC]",
            "near_zones : « Z_ABC » n’est pas dans seeds/zone.csv",
        ),
        ("country.yml", "local_languages: []", "local_languages: [mos]", "local_languages : « mos » .* « langue »"),
        ("seeds/place_variant.csv", "BF5602", "BF5609", "place_variant.csv, colonne code : « BF5609 »"),
    ],
)
def test_a_name_that_no_list_has_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, written: str, wrong: str, told: str
) -> None:
    listed = areas.read(_workbook(tmp_path / "liste.xlsx"), "BFA")
    target = _pack(tmp_path, "BFA", listed, ground.of_tiles(listed, "Burkina Faso"))
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "BFA")
    path = target / file
    path.write_text(path.read_text(encoding="utf-8").replace(written, wrong), encoding="utf-8")
    with pytest.raises(DeclarationError, match=told):
        consistency.check()


def test_names_in_another_language_are_no_codes(tmp_path: Path) -> None:
    header, rows = ["ADM1_PT", "ADM1_PCODE", "ADM2_PT", "ADM2_PCODE"], [["Sofala", "MZ07", "Beira", "MZ0701"]]
    listed = areas.read(_written(tmp_path / "liste.csv", header, rows), "MOZ")
    assert [area.name for area in listed.areas] == ["Sofala", "Beira"]


def test_boundaries_give_outline_points_and_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = areas.read(_written(tmp_path / "liste.csv", LONG, GUINEA), "GIN")
    boxes = {"GN001001": (-14, 10, -13, 11), "GN001002": (-15, 10, -14, 11), "GN002001": (-14, 9, -13, 10)}
    features = [
        {
            "type": "Feature",
            "properties": {"pcode": code, "date": "2017-01-01"},
            "geometry": json.loads(shapely.to_geojson(shapely.box(*box))),
        }
        for code, box in boxes.items()
    ]
    path = tmp_path / "contours.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    drawn = ground.of_boundaries(path, listed, "Guinée")
    assert set(drawn.points) == set(boxes)
    assert drawn.frame == pytest.approx((8.7, 11.3, -15.3, -12.7), abs=0.05)
    _pack(tmp_path, "GIN", listed, drawn)
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "GIN")
    (records,) = ingest(sources()["ocha_cod_ab_gin"], [path]).records.values()
    assert sorted(zip(records["admin_code"], records["level"], strict=True)) == [(code, 2) for code in sorted(boxes)]
    assert is_inside(10.5, -13.5)
    assert not is_inside(9.2, -14.8), "within the frame, beyond the boundaries"
    features.pop()
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(SourceFileError, match="GN002001"):
        ground.of_boundaries(path, listed, "Guinée")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["GIN", "1", "GN01", "Boké", "GIN", ""]], "ligne 2.*GN01"),
        ([["GIN", "1", "GN001", "Boké", "GIN", ""]], "niveau 2"),
        ([["", "1", "SN01", "Dakar", "SEN", ""]], "ligne 2.*un p-code de GIN.*SN01"),
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


def test_zones_of_one_first_word_are_told_apart_by_the_last(tmp_path: Path) -> None:
    names = ("Centre", "Centre-Est", "Centre-Nord", "Centre-Sud")
    first = [["BFA", "1", f"BF0{n}", name, "BFA", ""] for n, name in enumerate(names, start=1)]
    inside = [["BFA", "2", f"BF0{n}01", "Lieu", f"BF0{n}", ""] for n in range(1, 5)]
    listed = areas.read(_written(tmp_path / "liste.csv", LONG, [*first, *inside]), "BFA")
    target = _pack(tmp_path, "BFA", listed, ground.of_tiles(listed, "Burkina Faso"))
    with (target / "seeds" / "zone.csv").open(encoding="utf-8") as file:
        assert [row["zone_code"] for row in csv.DictReader(file)] == ["Z_CEN", "Z_CES", "Z_CNO", "Z_CSU"]


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Centre", "Région du Centre"), ("Est", "Région de l’Est"), ("Hauts-Bassins", "Région des Hauts-Bassins"),
     ("Boucle du Mouhoun", "Région de la Boucle du Mouhoun"), ("Kaya", "Région de Kaya"), ("Amhara", "Région d’Amhara")],
)  # fmt: skip
def test_common_nouns_in_names_of_zones_have_their_article(tmp_path: Path, name: str, zone: str) -> None:
    rows = [["BFA", "1", "BF01", name, "BFA", ""], ["BFA", "2", "BF0101", "Lieu", "BF01", ""]]
    listed = areas.read(_written(tmp_path / "liste.csv", LONG, rows), "BFA")
    target = _pack(tmp_path, "BFA", listed, ground.of_tiles(listed, "Burkina Faso"))
    with (target / "seeds" / "zone.csv").open(encoding="utf-8") as file:
        assert [row["name_fr"] for row in csv.DictReader(file)] == [zone]


@pytest.mark.parametrize(
    ("iso3", "place", "of"),
    [("TCD", "au Tchad", "du Tchad"), ("GIN", "en Guinée", "de Guinée"), ("ETH", "en Éthiopie", "d’Éthiopie"),
     ("COM", "aux Comores", "des Comores"), ("SDN", "au Soudan", "du Soudan"), ("CIV", "en Côte d’Ivoire", "de Côte d’Ivoire")],
)  # fmt: skip
def test_french_prepositions(iso3: str, place: str, of: str) -> None:
    told = draft.draft(iso3, "", "", (), dt.date(2025, 1, 1))
    assert (told.in_fr, told.of_fr) == (place, of)
