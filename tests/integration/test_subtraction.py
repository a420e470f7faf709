"""Counts of persons that are withheld cannot be had by subtraction from what is published beside them.

A survey of our own is planted: counts by cercle and region, by group and all groups together, by sex. What is published
of it is written as equations, and an integer program looks for the least and the most that each small count can be.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import numpy as np
import pytest
import yaml
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.conftest import PROJECT, Root
from warehouse.privacy.file_texts import pieces

pytestmark = pytest.mark.long

SOURCE = "enquete_fictive_mli"
HEADER = ["Date", "Région", "Cercle", "Groupe", "Sexe", "Personnes"]
OF_WORLDS = [*HEADER, "Commune", "Période", "Nom"]
PLACES_OF_WORLDS = {"ML01": 3, "ML05": 2}  # regions, and how many cercles of each
DISPUTED = {"ML0101": "Diéma", "ML0501": "Bankass"}  # a cercle of the worlds, and the name of another of its region
WORLDS = 60
MANY = 10_000
GROUPS = ("VDT", "MIG_RET", "ALL")
# Digests and what is made of them, moments, and what was measured: sizes and seconds.
_MADE_OF_DIGESTS = re.compile(
    r"sha256:[0-9a-f]+|T?\d{6}Z_r?|[0-9a-f]{6,}(?:-?[0-9a-f]{4,})*|\d{4}-\d\d-\d\d[T ][\d:.+Z-]+|\d\d h \d\d|\d\d:\d\d(?::\d\d)?(?:\.\d+)?|[\d,.]+ (?:[km]o|[kM]B)\b"
)
_MEASURED = re.compile(r"bytes|seconds")
_DRAWN = {".png"}
Variable = tuple[str, str, str]  # area, group, sex
# By region, the counts of its cercles, women and men apart: in each, something small that the others give away.
WOMEN_AND_MEN = {
    "ML01": {"ML0101": (2, 1), "ML0102": (20, 11), "ML0103": (9, 31)},
    "ML05": {"ML0501": (1, 0), "ML0502": (0, 1), "ML0503": (10, 15), "ML0504": (40, 2)},
    "ML06": {"ML0601": (1, 0), "ML0602": (3, 2), "ML0603": (3, 3), "ML0604": (30, 31)},
    # All fours: withheld whole, and so is their region; the country would give it away.
    "ML07": {"ML0701": (2, 2), "ML0702": (3, 1)},
    "ML08": {"ML0801": (2, 1), "ML0802": (25, 15), "ML0803": (60, 31)},
}
OTHERS = {"ML01": 12, "ML05": 20, "ML06": 15, "ML07": 18, "ML08": 22}


def _rows() -> list[list[Any]]:
    made: list[list[Any]] = []
    country = {"VDT": 0, "MIG_RET": 0}
    for region, cercles in WOMEN_AND_MEN.items():
        for cercle, (women, men) in cercles.items():
            place, total = [region, cercle], women + men
            made += [[*place, "VDT", "f", women], [*place, "VDT", "m", men], [*place, "VDT", "a", total]]
            made += [[*place, "MIG_RET", "a", OTHERS[region]], [*place, "ALL", "a", total + OTHERS[region]]]
        counts = {"VDT": sum(map(sum, cercles.values())), "MIG_RET": OTHERS[region] * len(cercles)}
        made += [[region, "", group, "a", count] for group, count in counts.items()]
        made.append([region, "", "ALL", "a", sum(counts.values())])
        country = {group: count + counts[group] for group, count in country.items()}
    made += [["", "", group, "a", count] for group, count in country.items()]
    made.append(["", "", "ALL", "a", sum(country.values())])
    return [["2024-07-01", *row] for row in made]


def _source(folder: Path, header: Sequence[str] = HEADER) -> None:
    given = yaml.safe_load((PROJECT / "countries/mli/sources/_template/source.yml").read_text(encoding="utf-8"))
    columns = {"observed_on": "Date", "admin1_code": "Région", "admin2_code": {"column": "Cercle", "expected": False}}
    columns |= {"population_group_code": "Groupe", "sex": "Sexe", "people": "Personnes"}
    constants = {"admin_vintage": "2021", "age_group": "ALL", "sector_code": "SHL", "indicator": "people_in_need"}
    columns |= {name: {"value": value} for name, value in (constants | {"period": "2024"}).items()}
    if header == OF_WORLDS:
        columns |= {"admin3_code": {"column": "Commune", "expected": False}, "period": "Période"}
        columns |= {"admin2_name": {"column": "Nom", "expected": False}}
    given |= {"id": SOURCE, "files": [f"{SOURCE}*.csv"], "evidence_class": "site", "reader": {"kind": "table"}}
    given |= {"ignored": {}, "shapes": {"need": {"columns": columns}}}
    (folder / SOURCE).mkdir(parents=True)
    (folder / SOURCE / "source.yml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    _write(folder / SOURCE / "sample.csv", [], header)


def _write(path: Path, rows: list[list[Any]], header: Sequence[str] = HEADER) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Root:
    return _landed(tmp_path_factory.mktemp("counts"), _rows())


def _landed(base: Path, rows: list[list[Any]]) -> Root:
    """A root that published these rows, with all deliverables."""
    _source(base / "sources")
    landing = base / "landing"
    landing.mkdir()
    _write(landing / f"{SOURCE}_juillet.csv", rows)
    # An earlier edition, of which the small counts were larger or smaller.
    _write(landing / f"{SOURCE}_juin.csv", [["2024-06-01", *row[1:-1], row[-1] + 1] for row in rows])
    root = Root(base / "data")
    arguments = ("run", "--landing", str(landing), "--as-of", "2024-08-31")
    done = root.mrf(*arguments, whole=True, MRF_SOURCES=str(base / "sources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def _published(root: Root) -> dict[Variable, tuple[float, float]]:
    """The bounds that a reader knows of each count: its value, or that it is withheld, which says nothing more."""
    known: dict[Variable, tuple[float, float]] = {}
    figures = "select distinct figure_id, people, is_suppressed from marts.needs"
    for figure, people, is_suppressed in root.query(figures):
        known[_variable(figure)] = (0, MANY) if is_suppressed else (people, people)
    assert root.query("select distinct reason from marts.suppression_log where mart = 'needs'") == [("SMALL_COUNT",)]
    told = "select entity_id, locator, value from marts.provenance where entity = 'need' and standing = 'counted'"
    for figure, locator, value in root.query(told):
        sex = _rows()[int("".join(filter(str.isdigit, locator.split(":")[0].rsplit("!", 1)[-1]))) - 2][4]
        known[*_variable(figure)[:2], sex] = (float(value), float(value))
    return known


def _variable(figure: str) -> Variable:
    _, area, group, *_ = figure.split("|")
    return area, group, "a"


def _equations(regions: Mapping[str, Iterable[str]], groups: Sequence[str]) -> list[tuple[Variable, list[Variable]]]:
    """What adds up: regions of the country, cercles of a region, groups, women and men."""
    found: list[tuple[Variable, list[Variable]]] = []
    for group in (*groups, "ALL"):
        found.append((("ML", group, "a"), [(region, group, "a") for region in regions]))
        found += [((region, group, "a"), [(cercle, group, "a") for cercle in regions[region]]) for region in regions]
    areas = ["ML", *regions, *(cercle for cercles in regions.values() for cercle in cercles)]
    found += [((area, "ALL", "a"), [(area, group, "a") for group in groups]) for area in areas]
    return found + [((area, "VDT", "a"), [(area, "VDT", "f"), (area, "VDT", "m")]) for area in areas]


@dataclass(frozen=True)
class _Puzzle:
    """What a reader knows, as an integer program over all counts."""

    place: dict[Variable, int]
    constraints: LinearConstraint
    bounds: Bounds

    def best(self, aim: Mapping[Variable, float]) -> dict[Variable, int]:
        """The counts that fulfil all equations with the least sum of ``aim``."""
        weights = np.zeros(len(self.bounds.lb))
        for name, weight in aim.items():
            weights[self.place[name]] = weight
        found = milp(weights, constraints=self.constraints, bounds=self.bounds, integrality=1)
        assert found.success, found.message
        return {name: round(found.x[place]) for name, place in self.place.items()}

    def ends(self, name: Variable) -> tuple[int, int]:
        """The least and the most that a count can be."""
        return self.best({name: 1})[name], self.best({name: -1})[name]


def _puzzle(known: Mapping[Variable, tuple[float, float]], equations: list[tuple[Variable, list[Variable]]]) -> _Puzzle:
    names = sorted({name for whole, parts in equations for name in (whole, *parts)} | set(known))
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(equations), len(names)))
    for number, (whole, parts) in enumerate(equations):
        rows[number, place[whole]] = 1
        for part in parts:
            rows[number, place[part]] = -1
    bounds = [known.get(name, (0, MANY)) for name in names]
    limits = Bounds([least for least, _ in bounds], [most for _, most in bounds])
    return _Puzzle(place, LinearConstraint(rows, 0, 0), limits)


def _true(rows: list[list[Any]]) -> dict[Variable, int]:
    return {_of_row(row): row[5] for row in rows}


def _of_row(row: list[Any]) -> Variable:
    return (row[2] or row[1] or "ML", row[3], row[4])


@pytest.fixture(scope="module")
def puzzle(planted: Root) -> _Puzzle:
    return _puzzle(_published(planted), _equations(WOMEN_AND_MEN, ("VDT", "MIG_RET")))


def test_no_small_count_can_be_had(puzzle: _Puzzle) -> None:
    small = {name: count for name, count in _true(_rows()).items() if 0 < count < 5}
    ends = {name: puzzle.ends(name) for name in small}
    assert all(ends[name][0] <= count <= ends[name][1] for name, count in small.items())
    assert {name: count for name, count in small.items() if ends[name][0] == ends[name][1]} == {}


def test_another_truth_gives_the_same_publication(planted: Root, tmp_path: Path) -> None:
    """Other small counts with the same published values: no file of the publication shows the difference."""
    true = _true(_rows())
    near = {name: _near(name, count) for name, count in true.items()}
    known = near | {name: bounds for name, bounds in _published(planted).items() if bounds[0] == bounds[1]}
    small = [name for name, count in true.items() if 0 < count < 5 and name[2] == "a"]
    equations = [
        (whole, parts)
        for whole, parts in _equations(WOMEN_AND_MEN, ("VDT", "MIG_RET"))
        if all(part in true for part in parts)
    ]
    other = _puzzle(known, equations).best({name: 1 if true[name] > 2 else -1 for name in small})
    assert sum(other[name] != true[name] for name in small) >= 2
    elsewhere = _landed(tmp_path, [[*row[:-1], other[_of_row(row)]] for row in _rows()])
    here, there = Counter(_told(planted)), Counter(_told(elsewhere))
    assert (here - there, there - here) == (Counter(), Counter())


def _near(name: Variable, count: int) -> tuple[float, float]:
    """Another value that is withheld for the same reason: small as this one, none, or 5 and more."""
    if count == 0 or name[0].startswith(
        ("ML05", "ML06", "ML07")
    ):  # there more is withheld since counts are ones or fours
        return count, count
    return (max(1, count - 1), min(4, count + 1)) if count < 5 else (max(5, count - 2), count + 2)


def _told(root: Root) -> Iterator[tuple[str, str]]:
    """Every text and number of every published file, without digests, ids made of them, times and sizes."""
    for path in sorted(path for path in root.folder.rglob("*") if path.is_file() and "dbt_docs" not in path.parts):
        if path.suffix not in _DRAWN:
            for place, text in _cells(path) if path.suffix == ".duckdb" else _pieces(path):
                if not _MEASURED.search(place):
                    yield _MADE_OF_DIGESTS.sub("·", path.name), _MADE_OF_DIGESTS.sub("·", text)


def _pieces(path: Path) -> Iterator[tuple[str, str]]:
    return ((piece.place, piece.text) for piece in pieces(path))


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    """Every cell by itself: of equal cells one under the other a search needs the first, and rows have no order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        for schema, table in connection.execute(tables).fetchall():
            read = connection.execute(f'from "{schema}"."{table}"')
            names = [column[0] for column in read.description]
            for row in read.fetchall():
                yield from ((f"{table}.{name}", str(cell)) for name, cell in zip(names, row, strict=True))


def test_the_solver_finds_what_differences_tell() -> None:
    """Withheld alone, a count is what the others leave, be it over two levels."""
    known: dict[Variable, tuple[float, float]] = {("ML", "VDT", "a"): (84, 84), ("ML02", "VDT", "a"): (10, 10)}
    known |= {("ML01", "VDT", "a"): (0, MANY), ("ML0101", "VDT", "a"): (0, MANY)}
    known |= {("ML0102", "VDT", "a"): (31, 31), ("ML0103", "VDT", "a"): (40, 40)}
    parts = {"ML": ["ML01", "ML02"], "ML01": ["ML0101", "ML0102", "ML0103"]}
    equations = [((whole, "VDT", "a"), [(part, "VDT", "a") for part in parts[whole]]) for whole in parts]
    assert _puzzle(known, equations).ends(("ML0101", "VDT", "a")) == (3, 3)


def test_published_small_counts_of_a_survey_are_none(planted: Root) -> None:
    told = "select count(*) from marts.provenance where entity = 'need' and try_cast(value as double) between 1 and 4"
    assert planted.query(told) == [(0,)]


@pytest.fixture(scope="module")
def worlds() -> list[dict[Variable, int]]:
    """Complete counts of random surveys by area and group, down to the communes: many small, many none."""
    draw = Random(20240831)
    areas = _areas_of_worlds()
    leaves = [area for area in areas if area not in areas.values()]
    made = []
    for _ in range(WORLDS):
        largest = draw.choice([3, 6, 12, 60])
        counts = {(leaf, group, "a"): draw.randint(0, largest) for leaf in leaves for group in ("VDT", "MIG_RET")}
        for area in sorted(set(areas.values()), key=len, reverse=True):
            for group in ("VDT", "MIG_RET"):
                parts = [part for part, parent in areas.items() if parent == area]
                counts[area, group, "a"] = sum(counts[part, group, "a"] for part in parts)
        for area in {*areas, "ML"}:
            counts[area, "ALL", "a"] = counts[area, "VDT", "a"] + counts[area, "MIG_RET", "a"]
        made.append(counts)
    return made


def _areas_of_worlds() -> dict[str, str]:
    """The parent of each area of the worlds: some regions of 2021, some of their cercles, their first communes."""
    with (PROJECT / "countries/mli/seeds/admin_area.csv").open(encoding="utf-8") as file:
        listed = [row for row in csv.DictReader(file) if row["vintage"] == "2021"]
    below: dict[str, list[str]] = {}
    for row in listed:
        below.setdefault(row["parent_code"], []).append(row["code"])
    parents = {}
    for region, count in PLACES_OF_WORLDS.items():
        parents[region] = "ML"
        for cercle in sorted(below[region])[:count]:
            parents |= {cercle: region} | dict.fromkeys(sorted(below[cercle])[:3], cercle)
    return parents


@pytest.fixture(scope="module")
def surveyed(worlds: list[dict[Variable, int]], tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root that published them, one a period: a third complete, a third without some rows, a third without a level.

    In every other one a cercle of each region bears another's name: its row is a part of the region, whichever it is.
    """
    draw = Random(20240901)
    base = tmp_path_factory.mktemp("worlds")
    rows = []
    for number, counts in enumerate(worlds):
        left_out = draw.choice([2, 4, 6, 8]) if number % 3 == 2 else None
        for (area, group, _), count in sorted(counts.items()):
            # A part is shown where its region has no figure of its own.
            missing = 0.6 if number % 2 and len(area) == 4 else 0.15 if number % 3 == 1 else 0
            if len(area) != left_out and draw.random() >= missing:
                codes = [area[:size] if len(area) >= size else "" for size in (4, 6, 8)]
                other = DISPUTED.get(area, "") if number % 2 else ""
                rows.append(["2024-07-01", *codes[:2], group, "a", count, codes[2], str(1950 + number), other])
    _source(base / "sources", OF_WORLDS)
    (base / "landing").mkdir()
    _write(base / "landing" / f"{SOURCE}.csv", rows, OF_WORLDS)
    root = Root(base / "data")
    arguments = ("run", "--data-only", "--landing", str(base / "landing"), "--as-of", "2024-08-31")
    done = root.mrf(*arguments, whole=True, MRF_SOURCES=str(base / "sources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_no_small_count_of_random_surveys_can_be_had(worlds: list[dict[Variable, int]], surveyed: Root) -> None:
    told: dict[str, dict[Variable, tuple[float, float]]] = {}
    open_parts = set()
    for figure, people, known_people in surveyed.query(
        "select distinct figure_id, people, known_people from marts.needs where not is_suppressed"
    ):
        name = _variable(figure)
        if people is None:  # a reader who knows which cercle the part is of knows more than others
            open_parts.add(name[0])
            name = (next(cercle for cercle in DISPUTED if cercle.startswith(name[0])), *name[1:])
        value = known_people if people is None else people
        told.setdefault(figure.rsplit("|", 1)[-1], {})[name] = (value, value)
    assert sum(map(len, told.values())) > 800
    assert open_parts == {"ML01", "ML05"}
    areas = _areas_of_worlds()
    wholes = {area: [part for part, parent in areas.items() if parent == area] for area in areas.values()}
    equations = [
        ((area, group, "a"), [(part, group, "a") for part in parts])
        for area, parts in wholes.items()
        for group in GROUPS
    ]
    equations += [((area, "ALL", "a"), [(area, group, "a") for group in GROUPS[:2]]) for area in {*areas, "ML"}]
    had = {}
    for number, counts in enumerate(worlds):
        known = told.get(str(1950 + number), {})
        assert all(counts[name] == bounds[0] for name, bounds in known.items() if name in counts)
        puzzle = _puzzle(known, equations)
        for name in (name for name, count in counts.items() if 0 < count < 5):
            least, most = puzzle.ends(name)
            if least == most:
                had[number, name] = least
    assert had == {}
