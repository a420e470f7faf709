"""The outlines of a publication and of its maps: landed ones in codes of 2021, else schematic ones that say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import shapely

from ingestion.declaration.registry import sources
from ingestion.proposals.country.areas import Area, AreaList
from ingestion.proposals.country.draft import draft
from ingestion.proposals.country.ground import of_tiles
from ingestion.proposals.country.writing import write
from warehouse.deliverables.maps import contours
from warehouse.deliverables.maps.outlines import DISCLAIMER, chief_towns, outlines
from warehouse.paths import Workspace
from warehouse.reading.edition import Edition
from warehouse.storage import read_json, write_parquet

# Two zones, three cercles; one more cercle outside.
ZONES = {"ML0101": "Z_KAY", "ML0102": "Z_KAY", "ML0901": "Z_BKO"}
NAMES = ZONES | {"ML0201": None}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("create schema marts; create schema reference")
        made.execute("create table marts.dim_zone (zone_code text, reading text, admin_code text, name_fr text)")
        made.execute("create table marts.dim_admin_area (code text, level int, vintage text, name_fr text)")
        made.execute(
            "create table reference.admin_crosswalk"
            " (from_vintage text, from_code text, to_vintage text, to_code text, to_level int, relation text)"
        )
        for code, zone in NAMES.items():
            made.execute("insert into marts.dim_admin_area values (?, 2, '2021', ?)", [code, f"Cercle {code}"])
            made.execute("insert into reference.admin_crosswalk values ('2019', ?, '2021', ?, 2, 'SAME')", [code, code])
            if zone:
                made.execute("insert into marts.dim_zone values (?, 'HISTORICAL', ?, ?)", [zone, code, f"Zone {zone}"])
        made.execute("insert into reference.admin_crosswalk values ('2019', 'ML0704', '2021', 'ML10', 1, 'SAME')")
        made.execute("insert into reference.admin_crosswalk values ('2019', 'ML07', '2021', 'ML07', 1, 'SPLIT')")
        yield made


def square(west: float, south: float) -> bytes:
    return shapely.to_wkb(shapely.box(west, south, west + 1, south + 1))


def publish(tmp_path: Path, connection: duckdb.DuckDBPyConnection, *areas: tuple[int, str, bytes]) -> list[Any]:
    """Lands the areas (level, code of 2019, outline) and gives the features of the publication."""
    rows = [
        {
            "source_id": "ocha_cod_ab_mli",
            "observed_on": date(2019, 8, 2),
            "admin_vintage": "2019",
            "level": level,
            "admin_code": code,
            "admin_name": code,
            "geometry": outline,
        }
        for level, code, outline in areas
    ]
    if rows:
        write_parquet(tmp_path / "validated" / "boundary" / "ocha_cod_ab_mli.parquet", pa.Table.from_pylist(rows))
    contours.write(Workspace(tmp_path), connection, sources(), tmp_path)
    return list(read_json(tmp_path / contours.NAME)["features"])


def edition(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Edition:
    return Edition(tmp_path, connection, {"as_of": "2024-08-31", "is_demo": True, "notice": None, "file": "x.duckdb"})


def test_codes_of_another_vintage_become_those_of_2021(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    features = publish(
        tmp_path,
        connection,
        (2, "ML0101", square(0, 0)),
        (2, "ML0704", square(1, 0)),
        (1, "ML07", square(1, 0)),
        (3, "ML010101", square(0, 0)),
    )
    told = [
        (p["level"], p["admin_code"], p["vintage"], p["license"])
        for p in (feature["properties"] for feature in features)
    ]
    assert told == [
        (1, "ML07", "2019", "CC BY-IGO"),  # split: not the region of 2021
        (1, "ML10", "2021", "CC BY-IGO"),
        (2, "ML0101", "2021", "CC BY-IGO"),
    ]


def test_neighbours_keep_a_common_border(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    wavy = [(1 + 0.002 * (step % 2), step / 200) for step in range(201)]
    west = shapely.Polygon([(0, 0), *wavy, (0, 1)])
    east = shapely.Polygon([*wavy, (2, 1), (2, 0)])
    features = publish(tmp_path, connection, (2, "ML0101", shapely.to_wkb(west)), (2, "ML0102", shapely.to_wkb(east)))
    one, other = (shapely.geometry.shape(feature["geometry"]) for feature in features)
    assert shapely.get_num_coordinates(one) < 20
    assert shapely.intersection(one, other).area == 0
    assert shapely.union(one, other).area == pytest.approx(one.area + other.area)
    assert shapely.coverage_is_valid([one, other])


def test_a_ring_that_touches_itself_is_simplified_all_the_same(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 1), (0.5, 1.5), (0.5, 1), (0, 1)])
    (feature,) = publish(tmp_path, connection, (2, "ML0101", shapely.to_wkb(spike)))
    drawn = shapely.geometry.shape(feature["geometry"])
    assert drawn.is_valid
    assert drawn.area == pytest.approx(1)


def test_landed_outlines_that_cover_the_zones_are_drawn(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    publish(
        tmp_path,
        connection,
        (2, "ML0101", square(0, 0)),
        (2, "ML0102", square(1, 0)),
        (2, "ML0901", square(2, 0)),
        (2, "ML0201", square(3, 0)),
    )
    drawn = outlines(edition(tmp_path, connection))
    assert not drawn.is_schematic
    assert drawn.zones["Z_KAY"].bounds == pytest.approx((0, 0, 2, 1))
    assert drawn.country.bounds == pytest.approx((0, 0, 4, 1))
    assert drawn.cercles["ML0201"].zone_code is None
    assert drawn.cercles["ML0101"].name_fr == "Cercle ML0101"
    assert drawn.credit == "Limites : Contours administratifs du Mali (COD-AB), OCHA / DNCT Mali (CC BY-IGO)."
    assert drawn.disclaimer == DISCLAIMER


@pytest.mark.parametrize("landed", [(), (2, "ML0101", square(0, 0))], ids=["none landed", "one cercle missing"])
def test_without_them_the_map_is_schematic_and_says_so(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, landed: tuple[int, str, bytes]
) -> None:
    publish(tmp_path, connection, *([landed] if landed else []))
    drawn = outlines(edition(tmp_path, connection))
    assert drawn.is_schematic
    assert "Natural Earth" in drawn.credit
    assert "domaine public" in drawn.credit
    assert set(drawn.zones) == {"Z_BKO", "Z_KAY"}
    for code, (longitude, latitude) in chief_towns().items():
        assert shapely.intersects_xy(drawn.cercles[code].geometry, longitude, latitude), code
    assert sum(one.geometry.area for one in drawn.cercles.values()) == pytest.approx(drawn.country.area)


def test_a_country_without_boundaries_is_drawn_as_tiles_that_locate_nothing(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ["GN001001", "GN001002", "GN002001"]
    areas = [Area("GN001", 1, "Boké", "GN"), Area("GN002", 1, "Conakry", "GN")]
    areas += [Area(code, 2, code, code[:5]) for code in codes]
    listed = AreaList(tuple(areas), "2017-01-01")
    told = draft("GIN", "liste.csv", "2017-01-01", ("GN001", "GN002"), date(2025, 1, 1))
    write(tmp_path / "packs" / "gin", told, listed, of_tiles(listed, "Guinée"))
    monkeypatch.setenv("MRF_COUNTRIES", str(tmp_path / "packs"))
    monkeypatch.setenv("MRF_COUNTRY", "gin")
    connection.execute("delete from marts.dim_zone")
    for code in codes:
        connection.execute("insert into marts.dim_zone values (?, 'HISTORICAL', ?, ?)", [f"Z_{code[:5]}", code, "Zone"])
    drawn = outlines(Edition(tmp_path, connection, {}))
    assert drawn.is_tiled
    assert drawn.is_schematic
    assert set(drawn.cercles) == set(codes)
    assert "Rien n’y est à sa place" in drawn.credit
