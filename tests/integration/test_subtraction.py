"""Counts of persons that are withheld cannot be had by subtraction from what is published beside them.

A survey of our own is planted: counts by cercle and region, by group and all groups together, by sex. What is published
of it is written as equations, and every unknown is narrowed as far as they allow.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT, Root

pytestmark = pytest.mark.long

SOURCE = "enquete_fictive_mli"
HEADER = ["Date", "Région", "Cercle", "Groupe", "Sexe", "Personnes"]
MANY = 10**9
Variable = tuple[str, str, str]  # area, group, sex
# By region, the counts of its cercles, women and men apart: in each, something small that the others give away.
WOMEN_AND_MEN = {
    "ML01": {"ML0101": (2, 1), "ML0102": (20, 11), "ML0103": (9, 31)},
    "ML05": {"ML0501": (1, 0), "ML0502": (0, 1), "ML0503": (10, 15), "ML0504": (40, 2)},
    "ML06": {"ML0601": (1, 0), "ML0602": (3, 2), "ML0603": (3, 3), "ML0604": (30, 31)},
    "ML07": {"ML0701": (2, 2), "ML0702": (3, 1)},
}
OTHERS = {"ML01": 12, "ML05": 20, "ML06": 15, "ML07": 18}


def _rows() -> list[list[Any]]:
    made: list[list[Any]] = []
    for region, cercles in WOMEN_AND_MEN.items():
        for cercle, (women, men) in cercles.items():
            place, total = [region, cercle], women + men
            made += [[*place, "VDT", "f", women], [*place, "VDT", "m", men], [*place, "VDT", "a", total]]
            made += [[*place, "MIG_RET", "a", OTHERS[region]], [*place, "ALL", "a", total + OTHERS[region]]]
        told = sum(map(sum, cercles.values()))
        made += [[region, "", "VDT", "a", told], [region, "", "MIG_RET", "a", OTHERS[region] * len(cercles)]]
    return [["2024-07-01", *row] for row in made]


def _source(folder: Path) -> None:
    given = yaml.safe_load((PROJECT / "countries/mli/sources/_template/source.yml").read_text(encoding="utf-8"))
    columns = {"observed_on": "Date", "admin1_code": "Région", "admin2_code": {"column": "Cercle", "expected": False}}
    columns |= {"population_group_code": "Groupe", "sex": "Sexe", "people": "Personnes"}
    constants = {"admin_vintage": "2021", "age_group": "ALL", "sector_code": "SHL", "indicator": "people_in_need"}
    columns |= {name: {"value": value} for name, value in (constants | {"period": "2024"}).items()}
    given |= {"id": SOURCE, "files": [f"{SOURCE}*.csv"], "evidence_class": "site", "reader": {"kind": "table"}}
    given |= {"ignored": {}, "shapes": {"need": {"columns": columns}}}
    (folder / SOURCE).mkdir(parents=True)
    (folder / SOURCE / "source.yml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    _write(folder / SOURCE / "sample.csv", [])


def _write(path: Path, rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Root:
    base = tmp_path_factory.mktemp("counts")
    _source(base / "sources")
    landing = base / "landing"
    landing.mkdir()
    rows = _rows()
    _write(landing / f"{SOURCE}_juillet.csv", rows)
    # An earlier edition, of which the small counts were larger or smaller.
    _write(landing / f"{SOURCE}_juin.csv", [["2024-06-01", *row[1:-1], row[-1] + 1] for row in rows])
    root = Root(base / "data")
    arguments = ("run", "--landing", str(landing), "--as-of", "2024-08-31")
    done = root.mrf(*arguments, MRF_SOURCES=str(base / "sources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def _published(root: Root) -> dict[Variable, tuple[float, float]]:
    """The bounds that a reader knows of each count: its value, or that it is withheld and why."""
    known: dict[Variable, tuple[float, float]] = {}
    figures = "select distinct figure_id, people, is_suppressed from marts.needs"
    reasons = dict(root.query("select row_key, min(reason) from marts.suppression_log where mart = 'needs' group by 1"))
    for figure, people, is_suppressed in root.query(figures):
        _, area, group, *_ = figure.split("|")
        small = any(figure in key and reason == "SMALL_COUNT" for key, reason in reasons.items())
        known[area, group, "a"] = ((1, 4) if small else (0, MANY)) if is_suppressed else (people, people)
    told = "select entity_id, locator, value from marts.provenance where entity = 'need' and standing = 'counted'"
    for figure, locator, value in root.query(told):
        _, area, group, *_ = figure.split("|")
        sex = _rows()[int("".join(filter(str.isdigit, locator.split(":")[0].rsplit("!", 1)[-1]))) - 2][4]
        known[area, group, sex] = (float(value), float(value))
    return known


def _equations(known: dict[Variable, tuple[float, float]]) -> list[tuple[Variable, list[Variable]]]:
    """What adds up: cercles of a region, groups, women and men."""
    found = []
    for region, cercles in WOMEN_AND_MEN.items():
        found += [((region, group, "a"), [(cercle, group, "a") for cercle in cercles]) for group in ("VDT", "MIG_RET")]
        for area in cercles:
            found.append(((area, "ALL", "a"), [(area, "VDT", "a"), (area, "MIG_RET", "a")]))
            found.append(((area, "VDT", "a"), [(area, "VDT", "f"), (area, "VDT", "m")]))
    return found


def _narrowed(known: dict[Variable, tuple[float, float]]) -> dict[Variable, tuple[float, float]]:
    """The bounds of all counts, narrowed by the equations until nothing changes."""
    bounds: dict[Variable, tuple[float, float]] = defaultdict(lambda: (0, MANY)) | known  # type: ignore[assignment]
    bounds = defaultdict(lambda: (0, MANY), bounds)
    before = None
    while before != (before := dict(bounds)):
        for whole, parts in _equations(known):
            low, high = (sum(bounds[part][side] for part in parts) for side in (0, 1))
            bounds[whole] = max(bounds[whole][0], low), min(bounds[whole][1], high)
            for part in parts:
                least = bounds[whole][0] - (high - bounds[part][1])
                most = bounds[whole][1] - (low - bounds[part][0])
                bounds[part] = max(bounds[part][0], least), min(bounds[part][1], most)
        if before == dict(bounds):
            break
    return dict(bounds)


def test_no_small_count_can_be_had(planted: Root) -> None:
    bounds = _narrowed(_published(planted))
    true = {(row[2] or row[1], row[3], row[4]): row[5] for row in _rows()}
    assert all(bounds[name][0] <= count <= bounds[name][1] for name, count in true.items() if name in bounds)
    had = {name: count for name, count in true.items() if 0 < count < 5 and len(set(bounds.get(name, (0, 1)))) == 1}
    assert had == {}


def test_the_solver_finds_what_a_difference_tells() -> None:
    """Withheld alone, a count is what the others leave."""
    known: dict[Variable, tuple[float, float]] = {("ML01", "VDT", "a"): (74, 74), ("ML0101", "VDT", "a"): (1, 4)}
    known |= {("ML0102", "VDT", "a"): (31, 31), ("ML0103", "VDT", "a"): (40, 40)}
    assert _narrowed(known)["ML0101", "VDT", "a"] == (3, 3)


def test_published_small_counts_of_a_survey_are_none(planted: Root) -> None:
    told = "select count(*) from marts.provenance where entity = 'need' and try_cast(value as double) between 1 and 4"
    assert planted.query(told) == [(0,)]
