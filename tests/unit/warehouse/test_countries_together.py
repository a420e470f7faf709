"""Several countries in one file: every row with its country, nothing lost, and refusals in words."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from warehouse.paths import Layout
from warehouse.reading import countries

_TABLES = """
    create schema marts;
    create table marts.dim_zone (zone_code text, name_fr text);
    create table marts.service_directory (
        zone_code text, organization_id text, operational_state text, is_out_of_scope boolean, beneficiary_count bigint
    );
    create table marts.service_gap (
        month date, reading text, zone_code text, population_group_code text, gap_class text, is_surveyed boolean
    );
    insert into marts.dim_zone values ('Z_UN', 'Zone une');
    insert into marts.service_directory values ('Z_UN', 'o1', 'operational', false, null), ('Z_UN', 'o1', null, false, 7);
    insert into marts.service_gap values
        ('2025-01-01', 'HISTORICAL', 'Z_UN', 'MIG_RET', 'G4', true),
        ('2025-02-01', 'HISTORICAL', 'Z_UN', 'MIG_RET', 'NS', false);
"""


def _root(path: Path, country: str, is_demo: bool = False, more: str = "") -> Path:
    layout = Layout(path)
    folder = layout.published / "20250301T000000Z_r1"
    folder.mkdir(parents=True)
    layout.country.write_text(f"{country}\n", encoding="utf-8")
    with duckdb.connect(str(folder / "mrf.duckdb")) as connection:
        connection.execute(_TABLES + more)
    manifest = {
        "file": "mrf.duckdb", "file_sha256": "0", "run_id": "r1", "published_at": "2025-03-01T00:00:00Z",
        "is_demo": is_demo, "notice": None, "as_of": "2025-02-28", "marts": {},
        "fingerprint": "", "inputs": {}, "source_checks": {}, "checks": [], "parameters": {},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    current = {"current": f"{folder.name}/mrf.duckdb", "run_id": "r1", "published_at": "2025-03-01T00:00:00Z"}
    layout.catalog.write_text(json.dumps(current | {"is_demo": is_demo, "history": []}), encoding="utf-8")
    return path


def test_every_row_bears_its_country_and_none_is_lost(tmp_path: Path) -> None:
    roots = [_root(tmp_path / "one", "ner"), _root(tmp_path / "two", "tcd")]
    file, page = countries.write(tmp_path / "together", countries.publications(roots))
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select country, count(*) from marts.service_directory group by all order by 1"
        ).fetchall()
        withheld = connection.execute(
            "select count(*) from marts.service_directory where beneficiary_count is null"
        ).fetchone()
    assert rows == [("NER", 2), ("TCD", 2)]
    assert withheld == (2,)
    text = page.read_text(encoding="utf-8")
    assert text.count("Zone une") == 2
    assert "0 %" in text  # of the last month alone


@pytest.mark.parametrize(
    ("second", "more", "is_demo", "told"),
    [
        ("ner", "", False, "deux publications de « ner »"),
        ("tcd", "alter table marts.dim_zone add column x int", False, "marts.dim_zone n’a pas les mêmes colonnes"),
        ("tcd", "create table marts.y (x int)", False, "marts.y n’a pas les mêmes colonnes"),
        ("tcd", "", True, "exemples fictifs"),
    ],
)
def test_what_cannot_be_read_together_is_refused(
    tmp_path: Path, second: str, more: str, is_demo: bool, told: str
) -> None:
    roots = [_root(tmp_path / "one", "ner"), _root(tmp_path / "two", second, is_demo, more)]
    with pytest.raises(countries.NotComparable, match=told):
        countries.write(tmp_path / "together", countries.publications(roots))
    assert not (tmp_path / "together" / countries.FILE).exists()


def test_a_root_without_a_publication_is_named(tmp_path: Path) -> None:
    with pytest.raises(countries.NotComparable, match="aucune publication"):
        countries.publications([tmp_path])
