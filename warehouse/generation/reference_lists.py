"""Generates the lists that repeat the labels of a seed (zones, service types, groups…)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ingestion.declaration.code_lists import SEED
from warehouse.paths import SEEDS
from warehouse.reading.edition import typographic

Rows = list[dict[str, str]]
_REQUIREMENTS = SEEDS / "tor_requirement.csv"


@dataclass(frozen=True)
class _Origin:
    """The seed behind a code list, and its column of French labels; the column of English labels is named alike."""

    seed: str
    code: str
    label: str = "name_fr"

    def rows(self) -> Rows:
        """Code, labels and source of each row."""
        english = self.label.removesuffix("fr") + "en"
        return [
            {"code": row[self.code], "fr": row[self.label], "en": row[english], "source": row["source"]}
            for row in _read(SEEDS / f"{self.seed}.csv")
        ]


# Origins by code list.
ORIGINS = {
    "zone": _Origin("zone", "zone_code"),
    "type_org": _Origin("organization_type", "organization_type_code"),
    "type_service": _Origin("service_type", "service_type_code"),
    "popgr": _Origin("population_group", "population_group_code"),
    "need_group": _Origin("population_group", "population_group_code"),  # and groups used only by figures of needs
    "gap_class": _Origin("gap_class", "gap_class", "sentence_fr"),
    "deliverable": _Origin("deliverable", "deliverable_code"),
}
# Sections of the terms of reference that require each zone and type, by the column that marks them.
_ASKED = {"zone_code": "zone", "service_type_code": "type_service"}


def files() -> dict[Path, str]:
    """The seeds that repeat labels of others, and their text."""
    return {SEED: _text(_code_lists()), _REQUIREMENTS: _text(_requirements())}


def _code_lists() -> Rows:
    lists: dict[str, Rows] = {}
    for row in _read(SEED):
        lists.setdefault(row["list"], []).append(row)
    return [row for name, own in lists.items() for row in _with_origin(name, own)]


def _with_origin(name: str, own: Rows) -> Rows:
    """The rows of a list: first those of its seed, then those that only the list has."""
    made = [{"list": name, **row} for row in ORIGINS[name].rows()] if name in ORIGINS else []
    return made + [row for row in own if row["source"] not in {one["source"] for one in made}]


def _requirements() -> Rows:
    labels = {
        (column, row["code"]): typographic(row["fr"]) for column, name in _ASKED.items() for row in ORIGINS[name].rows()
    }
    return [
        row | {"requirement_fr": labels.get((row["filter_column"], row["filter_value"]), row["requirement_fr"])}
        for row in _read(_REQUIREMENTS)
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
