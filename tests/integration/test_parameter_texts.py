"""All parameters changed at once: a whole publication tells the new values where it told the old ones."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from ingestion.country import seeds
from ingestion.declaration import parameters
from tests.changed_parameters import CHANGED
from tests.conftest import PROJECT, Root
from warehouse.parameter_texts import FORMATS

pytestmark = pytest.mark.long
MARK = re.compile(rf"\{{\w+:(?:{'|'.join(FORMATS)})\}}")
# Texts of a publication that give a value, « % » for it, and where; the formulas of other tests say that the rest follows.
GIVEN = [
    ("gap_G3_below", "percent", "Couverture inférieure à %", {"dictionnaire.html", "*.duckdb", "cartes/carte.html", "*.xlsx"}),
    ("gap_G2_below", "percent", "à moins de %", {"dictionnaire.html", "portail/donnees/socle.js"}),
    ("gap_G3_below", "percent", "couverture mesurée, de moins de %", {"questions.html"}),
    ("quality_band_A", "number", "A dès %,", {"dictionnaire.html", "dictionnaire.xlsx", "dbt_docs/index.html", "*.duckdb"}),
    ("quality_band_A", "number", "A dès une note de %", {"portail/donnees/socle.js"}),
    ("quality_band_A", "number", "A (dès %)", {"portail/donnees/socle.js"}),
    ("quality_band_A", "number", "A (≥ %)", {"exports/hsds/*.csv", "exports/hsds/LISEZMOI.md"}),
    ("quality_band_A", "number", "(A à partir de %", {"questions.html"}),
    ("quality_wait_days", "number", "attente de % jours", {"portail/donnees/socle.js"}),
    ("small_count", "words", "vide sous % réponses", {"dictionnaire.html", "*.duckdb"}),
    ("small_count", "words", "à partir de % réponses", {"rapports/*.html", "*.duckdb"}),
    ("check_interval_near", "number", "tous les % jours à Bamako", {"rapports/*.html", "*.duckdb"}),
    ("check_interval_near", "number", "Intervalle de vérification : % jours", {"questions.html"}),
    ("mechanism_recent_days", "number", "réunion depuis % jours", {"index.html", "dictionnaire.html"}),
    ("synergy_weight_gap", "number", "% lacune", {"dictionnaire.html", "*.duckdb"}),
    ("agreement_threshold", "number", "accord inférieur à %", {"portail/donnees/socle.js"}),
    ("priority_vulnerable_factor", "number", "× % pour VDT", {"dictionnaire.html", "dbt_docs/index.html"}),
]  # fmt: skip


def _words(text: str) -> str:
    """Without tags, and with one kind of blank."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").replace("&lt;", "<"))


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of a publication: of its pages, scripts and tables, of Office files, and of the DuckDB file."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in (".html", ".js", ".json", ".csv", ".md"):
            yield name, _words(path.read_text(encoding="utf-8"))
        elif path.suffix in (".xlsx", ".docx", ".pptx"):
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(part) for part in archive.namelist() if part.endswith(".xml")]
            yield name, _words(" ".join("".join(ElementTree.fromstring(part).itertext()) for part in parts))
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                told = "select comment from duckdb_columns() union all select comment from duckdb_tables()"
                lists = (
                    "select sentence_fr from reference.gap_class union all select text_fr from marts.report_inception"
                )
                yield (
                    name,
                    _words(
                        " ".join(text or "" for (text,) in connection.execute(f"{told} union all {lists}").fetchall())
                    ),
                )


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The texts of a demo publication with all deliverables, by file, made by a project with the changed parameters."""
    place = tmp_path_factory.mktemp("changed")
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "target", "data", "node_modules", ".*_cache")
    project = Path(shutil.copytree(PROJECT, place / "project", ignore=ignored))
    for seed in seeds.files("parameter"):
        path = project / seed.relative_to(PROJECT)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {"value": CHANGED[row["name"]]} for row in rows)
    root = Root(place / "data", project)
    done = root.mrf("run", whole=True, PYTHONPATH=str(project))
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(_texts(root.folder))


@pytest.mark.parametrize(("name", "kind", "text", "files"), GIVEN)
def test_the_new_value_stands_where_the_old_one_did(
    changed: dict[str, str], name: str, kind: str, text: str, files: set[str]
) -> None:
    old, new = (text.replace("%", _words(FORMATS[kind](float(v[name]))), 1) for v in (parameters.values(), CHANGED))
    assert [file for file, words in changed.items() if old in words] == []
    told = [Path(file) for file, words in changed.items() if new in words]
    assert [file for file in files if not any(one.match(file) for one in told)] == []


def test_no_mark_is_left(changed: dict[str, str]) -> None:
    assert [(file, mark[0]) for file, words in changed.items() if (mark := MARK.search(words))] == []
