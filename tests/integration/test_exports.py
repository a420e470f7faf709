"""The files for others hold what the marts hold, open where people open them, and run nothing there."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import hxl
import openpyxl
import pyarrow.parquet as pq
import pytest
import shapely
from geojson_pydantic import FeatureCollection
from lxml import etree

from tests.conftest import Root
from warehouse.deliverables.exports import EXPORTS
from warehouse.deliverables.exports import workbook as workbook_of
from warehouse.deliverables.exports.mart_tables import tables
from warehouse.reading.csv_cells import unescaped
from warehouse.reading.edition import open_edition, typographic

INJECTED = ['=HYPERLINK("http://example.org";"x")', "+1+1", "@SUM(A1)", "-2+3", "\tcmd", "bon;=1+1", "a\n-1+2", "'=1"]
LONG = "é" * 40_000


@pytest.fixture(scope="module")
def exports(demo: Root) -> Path:
    return demo.folder / "exports"


@pytest.fixture(scope="module")
def marts(demo: Root) -> dict[str, int]:
    return _counts(demo, "marts")


@pytest.fixture(scope="module")
def workbook(exports: Path) -> Any:
    return openpyxl.load_workbook(exports / "cartographie.xlsx")


@pytest.fixture(scope="module")
def spoiled(demo: Root, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of a publication into whose texts somebody wrote what spreadsheets run, and with two empty marts."""
    folder = tmp_path_factory.mktemp("spoiled")
    for name in ("manifest.json", "dictionnaire.json", demo.manifest["file"]):
        shutil.copy(demo.folder / name, folder / name)
    with duckdb.connect(str(folder / demo.manifest["file"])) as connection:
        for number, text in enumerate([*INJECTED, LONG]):
            connection.execute(
                "update marts.service_directory set required_documents = ? where service_at_location_id ="
                f" (select service_at_location_id from marts.service_directory order by 1 offset {number} limit 1)",
                [text],
            )
        for name in ("provenance", "service_gap"):
            connection.execute(f"delete from marts.{name}")
    with open_edition(folder) as edition:
        EXPORTS.make(edition, folder)
        assert EXPORTS.check(edition, folder) == []
    return folder / "exports"


def _counts(root: Root, schema: str) -> dict[str, int]:
    names = root.query(f"select table_name from duckdb_tables() where schema_name = '{schema}'")
    return {name: root.query(f'select count(*) from {schema}."{name}"')[0][0] for (name,) in names}


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_every_mart_that_people_read_is_a_sheet_with_its_rows(workbook: Any, marts: dict[str, int], demo: Root) -> None:
    read = {name: count for name, count in marts.items() if name not in workbook_of.EVIDENCE}
    assert set(workbook.sheetnames) == {*read, "Résumé", "Lisez-moi", "Dictionnaire", "Codes"}
    assert {name: workbook[name].max_row - 1 for name in read} == read
    for name in read:
        columns = [row[0] for row in demo.query(f"select column_name from (describe marts.{name})")]
        labels = {f"{column}_fr" for column in columns} - {*columns}
        assert [cell.value for cell in workbook[name][1] if cell.value not in labels] == columns


def test_the_sheets_stand_in_the_order_in_which_people_read(workbook: Any, marts: dict[str, int]) -> None:
    assert workbook.sheetnames[:4] == ["Résumé", "Lisez-moi", "service_directory", "service_gap"]
    assert workbook.sheetnames[2:-2] == list(workbook_of.READING_ORDER), "each mart has its place, each place a mart"
    assert {*workbook_of.READING_ORDER, *workbook_of.EVIDENCE} == set(marts)


def test_the_workbook_says_where_the_evidence_is(workbook: Any) -> None:
    told = " ".join(str(cell.value) for row in workbook["Lisez-moi"].iter_rows() for cell in row)
    assert all(name in told for name in (*workbook_of.EVIDENCE, "portail", "parquet/", "csv/", "DuckDB"))


def test_no_long_text_runs_over_the_next_line(exports: Path) -> None:
    """Excel fits a row to its text when it opens the file; LibreOffice takes the height that the file says."""
    with zipfile.ZipFile(exports / "cartographie.xlsx") as book:
        rows = etree.fromstring(book.read("xl/worksheets/sheet2.xml")).iter("{*}row")
        heights = [(max(map(len, row.itertext()), default=0), float(row.get("ht", 15))) for row in rows]
    assert [height for length, height in heights if length > 110 and height < 30] == []
    assert any(height >= 30 for _, height in heights)


def test_each_code_has_its_label_beside_it(workbook: Any, demo: Root) -> None:
    labels = dict(demo.query("select code, fr from reference.code_list where list in ('zone', 'popgr')"))
    labels = {code: typographic(label) for code, label in labels.items()}
    rows = workbook["service_directory"].iter_rows(values_only=True)
    header = next(rows)
    zone, groups = header.index("zone_code"), header.index("admitted_groups")
    assert (header[zone + 1], header[groups + 1]) == ("zone_code_fr", "admitted_groups_fr")
    several = 0
    for row in rows:
        assert row[zone + 1] == labels.get(row[zone])
        assert row[groups + 1] == (" ; ".join(labels[code] for code in row[groups].split(";")) if row[groups] else None)
        several += ";" in (row[groups] or "")
    assert several


def test_the_summary_shows_the_figures_of_the_portal_and_no_unverified_zero(workbook: Any, demo: Root) -> None:
    rows = [row[:3] for row in workbook["Résumé"].iter_rows(values_only=True)]
    figures = {text: figure for figure, text, _ in rows if text}
    known, operational = demo.query(
        "select count(*), count(*) filter (operational_state = 'operational') from marts.service_directory"
    )[0]
    assert (figures["services connus"], figures["services opérationnels"]) == (known, operational)
    assert 0 not in figures.values()
    gaps = rows[next(n for n, row in enumerate(rows) if row[0] == "Zone") + 1 :]
    assert len(gaps) == 8
    assert all(all(gap) for gap in gaps)


def test_the_summary_says_why_no_gap_comes_first(spoiled: Path) -> None:
    """On real files a table of a heading alone stood there."""
    texts = [
        row[0] for row in openpyxl.load_workbook(spoiled / "cartographie.xlsx")["Résumé"].iter_rows(values_only=True)
    ]
    assert "Zone" not in texts
    assert str(texts[-1]).startswith("Aucune cellule n’a de priorité")


def test_sheets_are_ready_to_read(workbook: Any) -> None:
    for name in workbook.sheetnames[2:]:
        sheet = workbook[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(8 <= column.width <= 62 for column in sheet.column_dimensions.values())


def test_the_notice_is_on_every_sheet_and_never_in_the_table(workbook: Any, demo: Root) -> None:
    notice = demo.manifest["notice"]
    told = " ".join(str(cell.value) for row in workbook["Lisez-moi"].iter_rows() for cell in row)
    assert notice in told
    assert demo.folder.name in told
    for sheet in workbook.worksheets:
        assert notice in (sheet.oddHeader.right.text or "")
        assert sheet.title in ("Résumé", "Lisez-moi") or notice in sheet["A1"].comment.text


def test_dates_numbers_and_booleans_keep_their_type(workbook: Any) -> None:
    header, first = [[cell.value for cell in row] for row in workbook["service_directory"].iter_rows(max_row=2)]
    row = dict(zip(header, first, strict=True))
    assert isinstance(row["last_seen_on"], dt.datetime)
    assert isinstance(row["confidence"], float)
    assert isinstance(row["is_masked"], bool)
    phones = [
        cell.value for cell in next(c for c in workbook["service_directory"].columns if c[0].value == "public_phone")
    ]
    assert all(phone is None or isinstance(phone, str) for phone in phones)


def test_the_dictionary_covers_every_column(workbook: Any, demo: Root) -> None:
    rows = list(workbook["Dictionnaire"].iter_rows(min_row=2, values_only=True))
    expected = demo.query("select table_name, column_name from duckdb_columns() where schema_name = 'marts'")
    assert {row[:2] for row in rows} == set(expected)
    assert all(row[3] for row in rows)
    used = {row[5] for row in rows if row[5]}
    assert used <= {row[0] for row in workbook["Codes"].iter_rows(min_row=2, values_only=True)}


def test_texts_that_spreadsheets_run_stay_texts_in_the_workbook(spoiled: Path) -> None:
    sheet = openpyxl.load_workbook(spoiled / "cartographie.xlsx")["service_directory"]
    column = next(c for c in sheet.columns if c[0].value == "required_documents")
    cells = column[1 : len(INJECTED) + 2]
    assert [cell.value for cell in cells[:-1]] == INJECTED
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert all(cell.quotePrefix for cell in cells if cell.value[0] in "=+-@")
    assert len(cells[-1].value) <= 32_767
    assert "coupé" in cells[-1].value


def test_a_mart_longer_than_a_sheet_goes_on_in_another(
    demo: Root, marts: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_of, "MOST_ROWS", 100)
    with open_edition(demo.folder) as edition:
        book = workbook_of.Book(tmp_path / "book.xlsx", edition, "")
        book.add(next(table for table in tables(edition, "marts") if table.name == "service_directory"))
        book.close()
    found = openpyxl.load_workbook(tmp_path / "book.xlsx")
    names = [name for name in found.sheetnames if name.startswith("service_directory")]
    assert names[:2] == ["service_directory", "service_directory (2)"]
    assert sum(found[name].max_row - 1 for name in names) == marts["service_directory"]
    assert {found[name]["A1"].value for name in names} == {"service_at_location_id"}


@pytest.mark.long
@pytest.mark.real
def test_the_workbook_of_mali_is_small(mali: Root, tmp_path: Path) -> None:
    """With the evidence it was 24 MB, and LibreOffice took 39 s to open it."""
    with open_edition(mali.folder) as edition:
        workbook_of.write(tmp_path / "book.xlsx", edition, "")
    assert (tmp_path / "book.xlsx").stat().st_size < 3_000_000


def test_nothing_runs_in_the_csv_and_nothing_is_lost(spoiled: Path) -> None:
    lines = _lines(spoiled / "csv" / "service_directory.csv")
    position = lines[0].index("required_documents")
    texts = [line[position] for line in lines[1 : len(INJECTED) + 2]]
    assert not [text for text in texts if re.search(r"(?:\A|[;\n])[=+\-@\t\r]", text)]
    assert [unescaped(text) for text in texts] == [*INJECTED, LONG]


def test_every_mart_is_a_csv_with_its_rows(exports: Path, marts: dict[str, int]) -> None:
    for folder, above in (("csv", 1), ("csv_hxl", 2)):
        assert {p.stem: len(_lines(p)) - above for p in (exports / folder).glob("*.csv")} == marts
    for path in (exports / "csv").glob("*.csv"):
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")


def test_the_hashtags_are_valid_hxl(exports: Path) -> None:
    for path in sorted((exports / "csv_hxl").glob("*.csv")):
        source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
        tags = [column.display_tag for column in source.columns]
        assert len(set(tags)) == len(tags), path.name
        assert tags == _lines(path)[1]
        report = hxl.validate(source)
        assert report["stats"]["error"] == 0, (path.name, report["issues"])


def test_every_table_is_a_parquet_file_equal_to_it(exports: Path, demo: Root) -> None:
    found = {
        str(p.relative_to(exports / "parquet")): pq.read_metadata(p).num_rows
        for p in exports.rglob("parquet/**/*.parquet")
    }
    expected = {f"{name}.parquet": count for name, count in _counts(demo, "marts").items()}
    expected |= {f"reference/{name}.parquet": count for name, count in _counts(demo, "reference").items()}
    assert found == expected
    codecs = {pq.read_metadata(p).row_group(0).column(0).compression for p in exports.rglob("parquet/**/*.parquet")}
    assert codecs == {"ZSTD"}
    same = duckdb.sql(
        f"select count(*) from '{exports}/parquet/service_directory.parquet' where confidence is not null"
    )
    assert same.fetchone() == demo.query("select count(*) from marts.service_directory where confidence is not null")[0]


def test_the_package_is_valid_and_says_where_it_comes_from(exports: Path, demo: Root) -> None:
    report = frictionless.Package(str(exports / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])
    told = json.loads((exports / "datapackage.json").read_text())
    assert told["is_demo"] is True
    assert told["as_of"] == demo.manifest["as_of"]
    assert told["licenses"]
    assert told["sensitivity"]
    assert {source["title"] for source in told["sources"]} == {
        title for (title,) in demo.query("select title from marts.document_review where is_landed")
    }
    paths = {resource["path"] for resource in told["resources"]}
    files = {str(p.relative_to(exports)) for p in exports.rglob("*.*") if p.suffix not in (".json", ".md")}
    assert paths == {name for name in files if not name.startswith("hsds/")}  # which has a package of its own
    of_marts = [
        resource for resource in told["resources"] if "schema" in resource and "reference" not in resource["path"]
    ]
    assert all(field["description"] for resource in of_marts for field in resource["schema"]["fields"])


def test_the_points_are_valid_geojson_without_shelters(exports: Path, demo: Root) -> None:
    text = (exports / "services.geojson").read_text()
    features = FeatureCollection.model_validate_json(text).features
    rows = {
        row[0]: row[1:]
        for row in demo.query(
            "select service_at_location_id, is_masked, longitude, latitude, admin2_code from marts.service_directory"
        )
    }
    assert {feature.id for feature in features} == set(rows)
    for feature in features:
        is_masked, longitude, latitude, cercle = rows[feature.id]
        assert feature.properties["admin2_code"] == cercle
        if is_masked or longitude is None:
            assert feature.geometry is None
        else:
            assert tuple(feature.geometry.coordinates) == (longitude, latitude)
    assert any(masked for masked, *_ in rows.values())
    assert json.loads(text)["notice"] == demo.manifest["notice"]


def test_geoparquet_follows_the_rules_of_its_version(exports: Path, demo: Root) -> None:
    """The rules of the JSON schema of GeoParquet 1.1, and that the box holds the points."""
    table = pq.read_table(exports / "services.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert set(geo) <= {"version", "primary_column", "columns"}
    assert geo["primary_column"] == "geometry"
    column = geo["columns"]["geometry"]
    assert set(column) <= {"encoding", "geometry_types", "bbox", "crs", "edges", "orientation", "epoch", "covering"}
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Point"]
    west, south, east, north = column["bbox"]
    assert all(math.isfinite(side) for side in column["bbox"])
    field = pq.read_schema(exports / "services.parquet").field("geometry")
    assert str(field.type) == "binary"
    points = {row["service_at_location_id"]: row["geometry"] for row in table.to_pylist()}
    for service, longitude, latitude in demo.query(
        "select service_at_location_id, if(is_masked, null, longitude), if(is_masked, null, latitude) from marts.service_directory"
    ):
        data = points.pop(service)
        assert (data is None) == (longitude is None)
        if data is not None:
            point = shapely.from_wkb(data)
            assert (point.x, point.y) == (longitude, latitude)
            assert west <= point.x <= east
            assert south <= point.y <= north
    assert points == {}
