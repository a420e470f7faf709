"""Operational presence: the records of declared 3W sources, grouped as OCHA's own pipeline publishes them.

    .venv/bin/python benchmarks/presence.py INPUT_FOLDER --sources SOURCES [--differences FILE.csv]

INPUT_FOLDER holds the landed files and the reference tables, found by name or given by an option: p-codes
(`*pcodes*.csv`), their lengths (`*pcode_lengths*.csv`), organizations (`*org_lookup*.csv`), organization types
(`*organization_types*.csv`), sectors (`sectors*.csv`), expected rows (`expected_presence*.csv`). The country of a
source is the end of its id (`ocha_3w_eth`). A row is one organization in one sector at one place; rows are equal if
every compared column is. Each difference is written with its reason. `presence_terms.csv` translates the warehouse's
codes to the published terms.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from ingestion.clean.text import fold, tidy  # noqa: E402
from ingestion.declaration.registry import assign, sources  # noqa: E402
from ingestion.declaration.source import Source  # noqa: E402
from ingestion.records.source_records import ingest  # noqa: E402

KEY = ["location_code", "provider_admin1_name", "provider_admin2_name", "admin1_code", "admin2_code"]
KEY += ["org_acronym", "org_name", "sector_code"]
COMPARED = [*KEY, "admin1_name", "admin2_name", "org_type_description"]
PLACE = ["admin1_code", "admin1_name", "admin2_code", "admin2_name"]
LEVELS = (1, 2, 3)
CLOSE = 88  # minimum likeness of two spellings; below, « East Borena » would match « Borena »
LONGEST_ACRONYM = 32
UNKNOWN = "inconnue"
TABLES = {
    "pcodes": "*pcodes*.csv",
    "lengths": "*pcode*lengths*.csv",
    "organizations": "*org_lookup*.csv",
    "types": "*organization_types*.csv",
    "sectors": "sectors*.csv",
    "expected": "expected_presence*.csv",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV without a second line of HXL tags."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if not str(next(iter(row.values()))).startswith("#")]


@dataclass(frozen=True)
class Area:
    code: str
    name: str
    parent: str
    level: int


class Gazetteer:
    """The official places of some countries: by code, by name, and by codes padded differently."""

    def __init__(self, pcodes: list[dict[str, str]], lengths: list[dict[str, str]]) -> None:
        self.areas: dict[str, Area] = {}
        self.names: dict[tuple[str, int], dict[str, list[str]]] = {}
        for row in pcodes:
            area = Area(row["P-Code"], row["Name"], row["Parent P-Code"], int(row["Admin Level"]))
            self.areas[area.code] = area
            self.names.setdefault((row["Location"], area.level), {}).setdefault(fold(area.name), []).append(area.code)
        self.widths = {
            row["Location"]: [self._widths(row.get(f"Admin {level} Length", "")) for level in LEVELS] for row in lengths
        }

    @staticmethod
    def _widths(text: str) -> list[int]:
        return [int(part) for part in text.split("|") if part.lstrip("-").isdigit()]

    def known(self, code: str | None, level: int) -> Area | None:
        area = self.areas.get(code or "")
        return area if area and area.level == level else None

    def named(self, country: str, level: int, name: str | None) -> Area | None:
        """The only place with that name, else the one with nearly that name."""
        names = self.names.get((country, level), {})
        if not name or not names:
            return None
        codes = names.get(fold(name))
        if codes is None:
            close = process.extract(fold(name), list(names), scorer=fuzz.ratio, score_cutoff=CLOSE, limit=2)
            if not close or (len(close) > 1 and close[1][1] == close[0][1]):
                return None
            codes = names[close[0][0]]
        return self.areas[codes[0]] if len(codes) == 1 else None

    def above(self, country: str, code: str, level: int) -> Area | None:
        """The known place that contains an unknown code, by its first digits."""
        widths = self.widths.get(country, [[], [], []])[level - 1]
        return next((area for width in widths if (area := self.known(code[:-width], level - 1))), None)

    def padded(self, country: str, written: str, level: int) -> Area | None:
        """The place of a code padded differently from the official one: TD7 for TD07."""
        match = re.fullmatch(r"([A-Z]{2,3})([0-9]+)", (written or "").strip().upper())
        widths = self.widths.get(country)
        if not match or not widths:
            return None
        known = itertools.chain.from_iterable(self.names.get((country, level), {}).values())
        letters = {code.rstrip("0123456789") for code in known}
        candidates = {
            prefix + "".join(part.zfill(width) for part, width in zip(parts, official, strict=True))
            for parts in _splits(match[2], level)
            for official in itertools.product(*(widths[:level]))
            for prefix in letters
        }
        places = [area for code in sorted(candidates) if (area := self.known(code, level))]
        return places[0] if len(places) == 1 else None


def _splits(digits: str, count: int) -> list[list[str]]:
    """The ways to split digits into numbers, without leading zeros."""
    shapes = (widths for widths in itertools.product((1, 2, 3), repeat=count) if sum(widths) == len(digits))
    return [
        [str(int(digits[end - width : end])) for width, end in zip(widths, itertools.accumulate(widths), strict=True)]
        for widths in shapes
    ]


@dataclass
class Body:
    """An organization as it is published."""

    name: str
    acronym: str = ""
    kind: str = ""


class Register:
    """Names to organizations: the known spellings, else the first one in the file."""

    def __init__(self, lookup: list[dict[str, str]]) -> None:
        self.known: dict[tuple[str, str], Body] = {}
        for row in lookup:
            body = Body(row["Canonical org name"], row["Acronym"], row["Org type"])
            for spelling in (body.name, body.acronym, row["String pattern"]):
                if spelling:
                    self.known[row["Location code"], self._key(spelling)] = body
        self.written: dict[tuple[str, str], Body] = {}
        self.published: dict[tuple[str, str], Body] = {}

    @staticmethod
    def _key(name: str) -> str:
        """A key that ignores apostrophes: « Children's » is « Childrens »."""
        return fold(re.sub(r"['’]", "", name))

    def body(self, country: str, name: str, acronym: str, kind: str) -> Body:
        """The organization of a name; the first row completes it; equal name and acronym are one organization."""
        of_name = self.written.get((country, name))
        if of_name is None:
            key = self._key(name)
            listed = self.known.get((country, key)) or self.known.get(("", key)) or Body(name)
            of_name = self.written[country, name] = Body(listed.name, listed.acronym, listed.kind)
        of_name.acronym = of_name.acronym or acronym[:LONGEST_ACRONYM].strip()
        of_name.kind = of_name.kind or kind
        one = self.published.setdefault((self._key(of_name.acronym), self._key(of_name.name)), of_name)
        one.kind = one.kind or of_name.kind
        return one


class Terms:
    """Translates the warehouse's codes to the published terms."""

    def __init__(self, types: list[dict[str, str]], sectors: list[dict[str, str]]) -> None:
        terms = rows_of(Path(__file__).with_name("presence_terms.csv"))
        self.of = {(row["list"], row["code"]): row["term"] for row in terms}
        self.types = {fold(row["Preferred Term"]): row["Preferred Term"] for row in types}
        self.sectors = {
            fold(row[column]): row["ACRONYM"]
            for row in sectors
            for column in ("Preferred Term", "Preferred Term (fr)", "ACRONYM")
            if row.get(column) and row.get("ACRONYM")
        }

    def kind(self, code: str | None, raw: str | None) -> str:
        """The file's own word if it is official (the warehouse has no code for an embassy)."""
        return self.types.get(fold(raw or "")) or self.of.get(("type_org", code or ""), "")

    def sector(self, code: str | None, raw: str | None) -> str:
        return self.of.get(("sector", code or "")) or code or self.sectors.get(fold(raw or ""), "")


@dataclass
class Row:
    """A row to publish, its compared columns, and how its place was found."""

    values: dict[str, str]
    notes: set[str] = field(default_factory=set)


def placed(gazetteer: Gazetteer, country: str, record: dict[str, Any]) -> tuple[dict[int, Area | None], set[str]]:
    """The place of each level, from the deepest up: by code, else by name; a child determines its parent."""
    areas: dict[int, Area | None] = dict.fromkeys(LEVELS)
    notes: set[str] = set()
    above: Area | None = None
    for level in reversed(LEVELS):
        code, raw, name = (record.get(f"admin{level}_{part}") for part in ("code", "code_raw", "name"))
        area = above or gazetteer.known(code, level)
        if above and code and code != above.code:
            notes.add(f"code {code} remplacé par celui du lieu plus précis, {above.code}")
        if area is None and (area := gazetteer.padded(country, raw or code or "", level)):
            notes.add(f"code {raw or code} lu {area.code}")
        if area is None and code:
            notes.add(f"code {code} hors de la table")
        if area is None:
            area = gazetteer.named(country, level, name)
        areas[level] = area
        above = gazetteer.known(area.parent, level - 1) if area else None
        if area is None and code and level > 1:
            above = gazetteer.above(country, code, level)
    return areas, notes


def presence(source: Source, paths: list[Path], gazetteer: Gazetteer, register: Register, terms: Terms) -> list[Row]:
    """The rows to publish for one country: each organization in a sector at a place once."""
    country = source.id.rpartition("_")[2].upper()
    records = ingest(source, paths).records["service"]
    frame = records[records["errors"].isna()]
    has_acronym = "organization_acronym" in source.shapes["service"].columns
    published: dict[tuple[str, ...], Row] = {}
    for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        name, acronym = record["organization_name"], record["organization_acronym"] or ""
        kind = terms.kind(record["organization_type_code"], record["organization_type_code_raw"])
        body = register.body(country, name, acronym if has_acronym else name, kind)
        areas, notes = placed(gazetteer, country, record)
        values = {
            "location_code": country,
            "org_acronym": body.acronym,
            "org_name": body.name,
            "org_type_description": body.kind,
            "sector_code": terms.sector(record["sector_code"], record["sector_code_raw"]),
        }
        for level in (1, 2):
            area = areas[level]
            values[f"provider_admin{level}_name"] = (
                record[f"admin{level}_name_raw"] or record[f"admin{level}_name"] or ""
            )
            values[f"admin{level}_code"], values[f"admin{level}_name"] = (area.code, area.name) if area else ("", "")
        values = {column: tidy(text) or "" for column, text in values.items()}
        row = published.setdefault(tuple(values[column] for column in KEY), Row(values))
        row.notes |= notes
    return list(published.values())


@dataclass(frozen=True)
class Difference:
    """A row that differs from the expected one or has no counterpart, and why."""

    reason: str
    columns: str
    expected: dict[str, str]
    found: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    expected: int
    found: int
    equal: int
    differences: list[Difference]

    @property
    def share(self) -> float:
        """The share of equal rows among expected and unexpected ones."""
        rows = self.expected + sum(1 for one in self.differences if not one.expected)
        return self.equal / rows if rows else 0.0


def compare(wanted: list[dict[str, str]], rows: list[Row]) -> Comparison:
    """Compares complete rows; then matches the rest by organization and sector at the same written place."""

    def key_of(values: dict[str, str]) -> tuple[str, ...]:
        return tuple(values[column] for column in COMPARED)

    ours = {key_of(row.values): row for row in rows}
    theirs = {key_of(row) for row in wanted}
    left = [row for row in wanted if key_of(row) not in ours]
    ours_left = [row for key, row in ours.items() if key not in theirs]
    elsewhere = {_apart_from_place(row.values) for row in rows}
    differences = []
    for row in left:
        other = _nearest(row, ours_left)
        if other is not None:
            ours_left.remove(other)
        differences.append(_difference(row, other, _apart_from_place(row) in elsewhere))
    differences += [_difference({}, row) for row in ours_left]
    return Comparison(len(wanted), len(rows), len(wanted) - len(left), differences)


def _apart_from_place(values: dict[str, str]) -> tuple[str, ...]:
    return tuple(values[column] for column in COMPARED if column not in PLACE)


def _nearest(row: dict[str, str], rows: list[Row]) -> Row | None:
    """The row of the same written place with the fewest different columns, two at most besides its place."""
    same = [other for other in rows if all(other.values[c] == row[c] for c in KEY[:3])]
    others = [c for c in COMPARED if c not in PLACE]
    scored = [(sum(other.values[c] != row[c] for c in others), n) for n, other in enumerate(same)]
    best = min(scored, default=(9, 0))
    return same[best[1]] if best[0] <= 2 else None


def _difference(row: dict[str, str], other: Row | None, is_elsewhere: bool = False) -> Difference:
    values = other.values if other else {}
    columns = [c for c in COMPARED if row and values and row[c] != values[c]]
    return Difference(_reason(row, other, columns, is_elsewhere), ", ".join(columns), row, values)


def _reason(expected: dict[str, str], other: Row | None, columns: list[str], is_elsewhere: bool) -> str:
    if "provider_adm3_name" in expected.get("warning", ""):
        return "commune inconnue de la table à deux niveaux ; le pair l’a placée par son nom dans sa table de niveau 3"
    if other is None:
        return (
            "lieu : deux lignes du pair, une chez nous, qui plaçons tout le lieu écrit au même endroit"
            if is_elsewhere
            else UNKNOWN
        )
    if not expected or set(columns) & set(PLACE):
        notes = "; ".join(sorted(other.notes))
        return "lieu : " + re.sub(r"\b[A-Z]{2,3}\d+\b", "…", notes) if notes else UNKNOWN
    if set(columns) & {"org_acronym", "org_name"}:
        return "structure : nom ou sigle lu autrement"
    if "org_type_description" in columns:
        return "type de structure : deux lignes du fichier ne disent pas le même"
    return "secteur lu autrement" if "sector_code" in columns else UNKNOWN


def table_path(folder: Path, name: str, path: Path | None) -> Path:
    paths = [path] if path else sorted(folder.glob(TABLES[name]))
    if not paths:
        sys.exit(f"{folder} : aucune table {TABLES[name]} (option --{name})")
    return paths[0]


def measured(folder: Path, tables: dict[str, Path | None], landing: Path | None = None) -> dict[str, Comparison]:
    """By country, the rows of the declared sources against the expected ones."""
    read = {name: rows_of(table_path(folder, name, tables.get(name))) for name in TABLES}
    gazetteer = Gazetteer(read["pcodes"], read["lengths"])
    register, terms = Register(read["organizations"]), Terms(read["types"], read["sectors"])
    known = sources()
    files = assign([path for path in (landing or folder).rglob("*") if path.is_file()], known).files
    comparisons = {}
    for source_id in sorted(name for name in files if "service" in known[name].shapes):
        country = source_id.rpartition("_")[2].upper()
        wanted = [
            {column: tidy(text) or "" for column, text in row.items()}
            for row in read["expected"]
            if row["location_code"] == country
        ]
        if wanted:
            rows = presence(known[source_id], files[source_id], gazetteer, register, terms)
            comparisons[country] = compare(wanted, rows)
    return comparisons


def written(comparisons: dict[str, Comparison], path: Path) -> None:
    """Writes every difference as a row: reason, columns, expected and found values."""
    compared = [f"{side}_{column}" for side in ("expected", "found") for column in COMPARED]
    header = ["location_code", "reason", "columns", *compared, "peer_warning"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for country, comparison in comparisons.items():
            for one in comparison.differences:
                cells = [one.expected.get(c, "") for c in COMPARED] + [one.found.get(c, "") for c in COMPARED]
                writer.writerow([country, one.reason, one.columns, *cells, one.expected.get("warning", "")])


def shown(comparisons: dict[str, Comparison]) -> None:
    console = Console(width=150)
    table = Table(title="Présence opérationnelle : lignes du pair et les nôtres")
    for column in ("pays", "attendues", "faites", "égales", "part", "différences"):
        table.add_column(column)
    for country, one in comparisons.items():
        counts = [str(n) for n in (one.expected, one.found, one.equal)]
        table.add_row(country, *counts, f"{one.share:.2%}", str(len(one.differences)))
    console.print(table)
    reasons = Counter((country, d.reason) for country, one in comparisons.items() for d in one.differences)
    listed = Table(title="Différences, par raison")
    for column in ("pays", "raison", "lignes"):
        listed.add_column(column)
    for (country, reason), count in reasons.most_common():
        listed.add_row(country, reason, str(count))
    console.print(listed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="fichiers reçus et tables de référence")
    parser.add_argument("--sources", type=Path, help="dossier des sources (défaut : MRF_SOURCES)")
    parser.add_argument("--landing", type=Path, help="dossier des fichiers reçus, s’il est ailleurs")
    parser.add_argument("--differences", type=Path, help="CSV où écrire chaque différence")
    for name in TABLES:
        parser.add_argument(f"--{name}", type=Path)
    options = parser.parse_args()
    if options.sources:
        os.environ["MRF_SOURCES"] = str(options.sources.resolve())
    comparisons = measured(options.folder, {name: getattr(options, name) for name in TABLES}, options.landing)
    if not comparisons:
        sys.exit("aucun fichier qu’une source 3W reconnaisse et dont des lignes soient attendues")
    shown(comparisons)
    if options.differences:
        written(comparisons, options.differences)


if __name__ == "__main__":
    main()
