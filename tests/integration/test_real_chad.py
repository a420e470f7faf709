"""Chad, the second country: what is published is Chad's, no word of the first country is in it, and OCHA's own
pipeline publishes the same presence from the same 3W.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pypdfium2
import pytest

from tests.conftest import Root, real_folder

pytestmark = [pytest.mark.real, pytest.mark.long]
LANDED = real_folder() / "tcd"
# The first country's names, codes, prefixes and reference; « bamako » alone would not find « Bamako-Coura ».
FOREIGN = re.compile(
    r"(?<!mrf-)\bmali(?:en|enne|ens|ennes|an)?\b|\bMLI\b|\bML\d{2,}\b|bamako|\bkayes\b|\bmopti\b|tombouctou|timbuktu|\bgao\b|\+223"
    r"|CT-04-ML|\bZ_(?:BKO|KAY|MOP|TOM)\b|\{(?:admin\d|zones|country|terms|vintage):",
    re.IGNORECASE,
)
# OCHA's pipeline files both under camp coordination; here they are what the 3W calls them.
PEER = {"COO": "CCM", "MS": "CCM"}


@pytest.fixture(scope="module")
def chad(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """The real files of Chad, published with all deliverables."""
    root = Root(tmp_path_factory.mktemp("chad") / "data")
    done = root.mrf("run", "--landing", str(LANDED), "--as-of", "2025-06-30", whole=True, MRF_COUNTRY="tcd")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def _connection(root: Root) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(root.published_file), read_only=True)


def test_the_nine_deliverables_are_made(chad: Root) -> None:
    import json

    made = json.loads((chad.folder / "deliverables.json").read_text(encoding="utf-8"))
    states = {name: one["state"] for name, one in made["deliverables"].items()}
    assert len(states) == 9
    assert set(states.values()) <= {"made", "kept"}


def test_every_row_of_the_3w_is_accepted_and_placed_in_its_province(chad: Root) -> None:
    with _connection(chad) as connection:
        fates = connection.execute(
            "select fate, count(*) from marts.record_fate where source_id = 'ocha_3w_tcd' group by 1"
        ).fetchall()
        places = connection.execute("select distinct admin1_code from marts.operational_presence").fetchall()
    assert sum(count for _, count in fates) == 1556
    assert not {fate for fate, _ in fates} & {"not_placed", "other_country"}
    assert {code for (code,) in places} == {f"TCD{number:02d}" for number in range(1, 24)}


def test_presence_is_that_of_the_peer(chad: Root) -> None:
    peer = pd.read_csv(LANDED / "expected_presence_tcd.csv", dtype=str)
    with _connection(chad) as connection:
        ours = connection.execute("select admin1_code, sector_code from marts.operational_presence").df()
    expected = Counter(zip(peer["admin1_code"], peer["sector_code"], strict=True))
    found = Counter(zip(ours["admin1_code"], ours["sector_code"].replace(PEER), strict=True))
    met = sum(min(count, found[key]) for key, count in expected.items())
    assert met >= 0.99 * len(peer), f"{met} of {len(peer)}"


def test_no_word_of_the_first_country_is_in_any_file(chad: Root) -> None:
    named = {}
    for path in sorted(
        p for p in chad.folder.rglob("*") if p.is_file() and p.suffix not in (".duckdb", ".parquet", ".png")
    ):
        words = {match[0] for text in _texts(path) for match in FOREIGN.finditer(text)}
        if words:
            named[str(path.relative_to(chad.folder))] = sorted(words)
    assert named == {}


def test_nor_in_the_published_tables(chad: Root) -> None:
    with _connection(chad) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_schema in ('marts', 'reference') and data_type = 'VARCHAR'"
        ).fetchall()
        named = {}
        for schema, table, column in columns:
            if (table, column) in NAMES_OF_ALL:
                continue
            rows = connection.execute(
                f'select distinct "{column}" from {schema}."{table}" where "{column}" is not null'
            )
            if words := {match[0] for (text,) in rows.fetchall() for match in FOREIGN.finditer(text)}:
                named[f"{schema}.{table}.{column}"] = sorted(words)
    assert named == {}


# Well-known organizations of any country.
NAMES_OF_ALL = {("organization_alias", name) for name in ("canonical_name", "alias", "country")}


def _texts(path: Path) -> Iterator[str]:
    """What a reader of the file sees: of Office files their XML, of PDF the text of each page."""
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        yield from (page.get_textpage().get_text_bounded() for page in document)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    yield re.sub(r"<[^>]+>", " ", archive.read(name).decode("utf-8", errors="replace"))
    else:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
