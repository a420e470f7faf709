"""What explains a publication to who opens it: dbt docs, dictionary, ready questions."""

from __future__ import annotations

import json
import re

import duckdb
import openpyxl
import pytest

from tests.conftest import Root
from warehouse.reading import cookbook

NOTICE = "DONNÉES FICTIVES"
PAGES = ("dbt_docs/index.html", "dictionnaire.html", "questions.html")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_fictional_loads_nothing_and_names_no_path(demo: Root, name: str) -> None:
    page = (demo.folder / name).read_text()
    assert NOTICE in page.split("</title>")[0]
    assert str(demo.path) not in page
    assert str(demo.project) not in page
    loaded = re.findall(
        r"""(?:<script[^>]+src|<link[^>]+href|<img[^>]+src|@import|\.src\s*=)\s*=?\s*["']([^"'{$]+)""", page
    )
    assert [address for address in loaded if address.startswith(("http", "//"))] == []


def test_dbt_docs_hold_every_table_with_its_columns_and_lineage(demo: Root) -> None:
    page = (demo.folder / "dbt_docs" / "index.html").read_text()
    start = page.index('n={manifest:{"') + len("n={manifest:")
    manifest, end = json.JSONDecoder().raw_decode(page[start:])
    catalog, _ = json.JSONDecoder().raw_decode(page[start + end + len(",catalog:") :])
    gap = "model.mrf.service_gap"
    assert manifest["nodes"][gap]["description"].startswith(f"{NOTICE} — Une ligne par")
    assert "model.mrf.int_gap_known" in manifest["parent_map"][gap]
    assert manifest["nodes"][gap]["compiled_code"]
    assert NOTICE in manifest["docs"]["doc.mrf.__overview__"]["block_contents"]
    assert not manifest["metadata"]["send_anonymous_usage_stats"], "the page would count visits"
    built = {key for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    assert set(catalog["nodes"]) == built
    assert catalog["nodes"][gap]["columns"]["gap_class"]["type"] == "VARCHAR"
    (rows,) = demo.query("select count(*) from marts.service_gap")[0]
    assert catalog["nodes"][gap]["stats"]["row_count"]["value"] == rows


def test_the_dictionary_has_every_published_column_in_french(demo: Root) -> None:
    content = json.loads((demo.folder / "dictionnaire.json").read_text())
    told = {(t["schema"], t["name"], c["name"]) for t in content["tables"] for c in t["columns"]}
    assert told == set(
        demo.query(
            "select schema_name, table_name, column_name from duckdb_columns() where schema_name in ('marts', 'reference')"
        )
    )
    assert [c["name"] for t in content["tables"] if t["schema"] == "marts" for c in t["columns"] if not c["fr"]] == []
    assert [t["name"] for t in content["tables"] if not t["key"] and t["name"] != "publication_notice"] == []


def test_a_column_of_codes_leads_to_its_list(demo: Root) -> None:
    content = json.loads((demo.folder / "dictionnaire.json").read_text())
    lists = {one["name"] for one in content["lists"]}
    marts = [(t["name"], c) for t in content["tables"] if t["schema"] == "marts" for c in t["columns"]]
    assert {c["codes"] for _, c in marts if c["codes"]} <= lists
    untold = [
        f"{table}.{column['name']}"
        for table, column in marts
        if re.search(r"_codes?$", column["name"]) and not column["codes"] and not column["values"]
    ]
    assert [name for name in untold if not re.search(r"admin\d?_code|parent_code", name)] == []
    directory = {c["name"]: c for t in content["tables"] if t["name"] == "service_directory" for c in t["columns"]}
    assert directory["exclusion_criteria"]["codes"] == "exclu"
    assert directory["cost_xof"]["unit"] == "francs CFA"
    assert directory["organization_id"]["checks"] == ["toujours rempli", "existe dans dim_organization"]


def test_the_codes_that_the_marts_hold_are_those_of_their_lists(demo: Root) -> None:
    """The dictionary's word on which list a column uses, held against the published values."""
    content = json.loads((demo.folder / "dictionnaire.json").read_text())
    known = {one["name"]: {code["code"] for code in one["codes"]} for one in content["lists"]}
    for table in content["tables"]:
        for column in table["columns"]:
            if table["schema"] != "marts" or not column["codes"]:
                continue
            query = f'select distinct unnest(string_split("{column["name"]}", \';\')) from marts."{table["name"]}"'
            found = {code for (code,) in demo.query(query) if code and code != "ALL"}  # a report's line over all zones
            assert found <= known[column["codes"]], f"{table['name']}.{column['name']}"


def test_the_workbook_of_the_dictionary_opens_with_its_sheets(demo: Root) -> None:
    book = openpyxl.load_workbook(demo.folder / "dictionnaire.xlsx", read_only=True)
    assert book.sheetnames == ["Colonnes", "Tables", "Codes", "Paramètres"]
    assert NOTICE in book["Colonnes"]["A1"].value
    assert ("service_gap", "gap_class") in [row[:2] for row in book["Colonnes"].iter_rows(values_only=True)]


def test_the_dictionary_and_the_questions_answer_in_the_terminal(demo: Root) -> None:
    assert "service_directory" in demo.mrf("dictionary").stdout
    told = demo.mrf("dictionary", "service_gap").stdout
    assert NOTICE in told
    assert "G4 Aucun service opérationnel" in " ".join(told.split())
    assert demo.mrf("dictionary", "unknown").returncode == 2
    assert "20" in demo.mrf("cookbook").stdout
    asked = demo.mrf("cookbook", "5").stdout
    assert NOTICE in asked
    assert "15 ligne(s)" in asked
    assert demo.mrf("cookbook", "99").returncode == 2


def test_there_are_twenty_questions_and_their_list_is_current() -> None:
    assert [recipe.number for recipe in cookbook.recipes()] == list(range(1, 21))
    assert cookbook.INDEX.read_text() == cookbook.index(), "run `mrf generate`"
    points = {point for recipe in cookbook.recipes() for point in recipe.tor.split(", ")}
    assert {"a", "b", "c", "d", "e", "f", "g"} <= points, "every task of the terms of reference is asked for"


@pytest.mark.parametrize("recipe", cookbook.recipes(), ids=lambda recipe: recipe.name)
def test_a_question_is_answered_or_says_why_not(demo: Root, recipe: cookbook.Recipe) -> None:
    with duckdb.connect(str(demo.path / "published" / demo.catalog["current"]), read_only=True) as connection:
        answer = cookbook.answer(connection, recipe)
    assert answer.count or recipe.empty_if
    assert recipe.question in (demo.folder / "questions.html").read_text().replace("&#39;", "'")
