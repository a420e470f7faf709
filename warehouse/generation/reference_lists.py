"""Generates the lists that repeat the labels of a seed (zones, service types, groups…)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ingestion.country.pack import COUNTRIES
from ingestion.project import SEEDS
from warehouse.reading.edition import typographic

Rows = list[dict[str, str]]
_CODES, _REQUIREMENTS = "code_list.csv", "tor_requirement.csv"


@dataclass(frozen=True)
class _Origin:
    """The seed behind a code list, and its column of French labels; the column of English labels is named alike."""

    seed: str
    code: str
    label: str = "name_fr"

    def rows(self, folder: Path) -> Rows:
        """Code, labels and source of each row of the seed in that folder."""
        english = self.label.removesuffix("fr") + "en"
        return [
            {"code": row[self.code], "fr": row[self.label], "en": row[english], "source": row["source"]}
            for row in _read(folder / f"{self.seed}.csv")
        ]


# Origins by code list: those of all countries, and those of each.
ORIGINS = {
    "type_org": _Origin("organization_type", "organization_type_code"),
    "type_service": _Origin("service_type", "service_type_code"),
    "popgr": _Origin("population_group", "population_group_code"),
    "need_group": _Origin("population_group", "population_group_code"),  # and groups used only by figures of needs
    "gap_class": _Origin("gap_class", "gap_class", "sentence_fr"),
}
OF_COUNTRY = {
    "zone": _Origin("zone", "zone_code"),
    "deliverable": _Origin("deliverable", "deliverable_code"),
}


def files() -> dict[Path, str]:
    """The seeds that repeat labels of others, and their text."""
    made = {SEEDS / _CODES: _text(_code_lists(SEEDS, ORIGINS)), SEEDS / _REQUIREMENTS: _text(_requirements(SEEDS))}
    for folder in sorted(COUNTRIES.glob("*/seeds")):
        made |= of_country(folder)
    return made


def of_country(folder: Path) -> dict[Path, str]:
    """The same of one country, from its other seeds."""
    return {
        folder / _CODES: _text(_code_lists(folder, OF_COUNTRY)),
        folder / _REQUIREMENTS: _text(_requirements(folder)),
    }


def _code_lists(folder: Path, origins: dict[str, _Origin]) -> Rows:
    lists: dict[str, Rows] = {}
    for row in _read(folder / _CODES):
        lists.setdefault(row["list"], []).append(row)
    return [row for name, own in lists.items() for row in _with_origin(name, own, folder, origins)]


def _with_origin(name: str, own: Rows, folder: Path, origins: dict[str, _Origin]) -> Rows:
    """The rows of a list: first those of its seed, then those that only the list has."""
    made = [{"list": name, **row} for row in origins[name].rows(folder)] if name in origins else []
    return made + [row for row in own if row["source"] not in {one["source"] for one in made}]


def _requirements(folder: Path) -> Rows:
    """The points of the terms of reference, with the labels of the zones and types that they require."""
    required = {"zone_code": OF_COUNTRY["zone"].rows(folder), "service_type_code": ORIGINS["type_service"].rows(SEEDS)}
    labels = {(column, row["code"]): typographic(row["fr"]) for column, rows in required.items() for row in rows}
    return [
        row | {"requirement_fr": labels.get((row["filter_column"], row["filter_value"]), row["requirement_fr"])}
        for row in _read(folder / _REQUIREMENTS)
    ]


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _text(rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
