"""Which administrative area a record means, in p-codes of 2021, and how that was found.

Methods, in this order: `code` (a p-code of the record's vintage), `exact_name` (a name of that level, under the
named region where there is one), `point_in_polygon` (coordinates in a landed boundary). A code of 2019 goes
through the crosswalk; where it was split, the record stays unplaced. Contradictions are warnings.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from ingestion.clean.text import fold
from warehouse.layout import SEEDS, Workspace, write_parquet

CURRENT = "2021"
PLACED_SHAPES = ("service", "need", "survey_coverage")
SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("shape", pa.string()),
        ("admin_level", pa.int64()),
        ("admin1_code", pa.string()),
        ("admin2_code", pa.string()),
        ("admin3_code", pa.string()),
        ("method", pa.string()),
        ("warnings", pa.string()),
    ]
)
_COLUMNS = [
    "record_id", "admin1_code", "admin1_code_raw", "admin1_name", "admin2_code", "admin2_code_raw", "admin2_name",
    "admin3_code", "admin_vintage", "latitude", "longitude",
]  # fmt: skip


@dataclass
class Place:
    """The area of one record: codes of 2021 down to its level, the method, and warnings."""

    codes: list[str | None] = field(default_factory=lambda: [None, None, None])
    method: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def level(self) -> int | None:
        """3 commune, 2 cercle, 1 region, 0 the whole country, None unknown."""
        if self.method == "country":
            return 0
        return next((level for level in (3, 2, 1) if self.codes[level - 1]), None)


def place_key(name: str) -> str:
    """A key for comparing place names: folded, without "Cercle de", "Région de"…"""
    return re.sub(r"^(region|cercle|district|commune) (de |du |d )?", "", fold(name))


@cache
def _areas() -> dict[tuple[str, str], dict[str, str]]:
    """(vintage, code) to the row of the seed."""
    with (SEEDS / "admin_area.csv").open(encoding="utf-8", newline="") as file:
        return {(row["vintage"], row["code"]): row for row in csv.DictReader(file)}


@cache
def _names(vintage: str, level: int) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for (edition, code), row in _areas().items():
        if edition == vintage and int(row["level"]) == level:
            names.setdefault(place_key(row["name_fr"]), []).append(code)
    return names


@cache
def _forward() -> dict[str, list[str]]:
    """Code of 2019 to its codes of 2021."""
    targets: dict[str, list[str]] = {}
    with (SEEDS / "admin_crosswalk.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            targets.setdefault(row["from_code"], []).append(row["to_code"])
    return targets


def resolve(workspace: Workspace) -> pa.Table:
    """Reads the validated records of all placed shapes and writes `resolved/place.parquet` (SCHEMA)."""
    outlines = _Outlines(workspace)
    rows: list[dict[str, Any]] = []
    for shape in PLACED_SHAPES:
        frame = _records(workspace, shape)
        found = outlines.find(frame)
        seen: dict[tuple[Any, ...], Place] = {}
        keys = zip(
            *(frame[name].astype(object).where(frame[name].notna(), None) for name in _COLUMNS[1:-2]),
            found,
            strict=True,
        )
        for record_id, key in zip(frame["record_id"], keys, strict=True):
            if key not in seen:
                seen[key] = _place(*key)
            place = seen[key]
            rows.append(
                {
                    "record_id": record_id,
                    "shape": shape,
                    "admin_level": place.level,
                    **{f"admin{n}_code": place.codes[n - 1] for n in (1, 2, 3)},
                    "method": place.method,
                    "warnings": ";".join(place.warnings) or None,
                }
            )
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    write_parquet(workspace.resolved / "place.parquet", table)
    return table


def _records(workspace: Workspace, shape: str) -> pd.DataFrame:
    paths = sorted((workspace.validated / shape).glob("*.parquet"))
    present = set(pq.read_schema(paths[0]).names)
    frames = [pq.read_table(path, columns=[c for c in _COLUMNS if c in present]).to_pandas() for path in paths]
    return pd.concat(frames, ignore_index=True).reindex(columns=_COLUMNS)


def _place(
    admin1: str | None, admin1_raw: str | None, name1: str | None, admin2: str | None, admin2_raw: str | None,
    name2: str | None, admin3: str | None, vintage: str | None, point: str | None,
) -> Place:  # fmt: skip
    edition = vintage or CURRENT
    place = Place()
    code, method = _cercle(edition, admin1, name1, admin2, name2, place)
    region = admin1 if (edition, admin1) in _areas() else _only(_names(edition, 1).get(place_key(name1 or ""), []))
    if code is None and point is not None:
        code, method, edition = point, "point_in_polygon", "2019"
        if region and not point.startswith(region):
            place.warnings.append("point_outside_admin1")
    if admin2_raw and not admin2 and code is None:
        place.warnings.append("admin2_unreadable")
    if code is None and region:
        code, method = region, "code" if region == admin1 else "exact_name"
    if code is None:
        stated = any((admin1_raw, admin2_raw, name1, name2, admin1, admin2))
        place.method = None if stated else "country"
        if stated:
            place.warnings.append("place_unresolved")
        return place
    _to_current(place, code, edition)
    place.method = method if place.level else None
    if admin3 and place.codes[1] and admin3.startswith(place.codes[1]):
        place.codes[2] = admin3
    return place


def _cercle(
    edition: str, admin1: str | None, name1: str | None, admin2: str | None, name2: str | None, place: Place
) -> tuple[str | None, str | None]:
    if admin2 is not None:
        if (edition, admin2) in _areas():
            return admin2, "code"
        place.warnings.append("admin2_unknown_in_vintage")
    candidates = _names(edition, 2).get(place_key(name2 or ""), [])
    if len(candidates) > 1 and (admin1 or name1):
        regions = [admin1] if admin1 else _names(edition, 1).get(place_key(name1 or ""), [])
        candidates = [code for code in candidates if code[:4] in regions]
    return _only(candidates), "exact_name"


def _only(codes: list[str]) -> str | None:
    return codes[0] if len(codes) == 1 else None


def _to_current(place: Place, code: str, edition: str) -> None:
    """Fills the codes of 2021; a split code of 2019 has no single successor."""
    targets = [code] if edition == CURRENT else _forward().get(code, [])
    if len(targets) != 1:
        place.warnings.append("admin_split_since_vintage")
        return
    target = targets[0]
    place.codes[0] = target[:4]
    if len(target) == 6:
        place.codes[1] = target


class _Outlines:
    """The landed outlines of level 2, for point in polygon."""

    def __init__(self, workspace: Workspace) -> None:
        paths = sorted((workspace.validated / "boundary").glob("*.parquet"))
        frames = [pq.read_table(path, columns=["level", "admin_code", "geometry"]).to_pandas() for path in paths]
        cercles = pd.concat(frames, ignore_index=True).query("level == 2")
        self._codes = cercles["admin_code"].to_numpy()
        self._tree = shapely.STRtree(shapely.from_wkb(cercles["geometry"].to_numpy(dtype=object)))

    def find(self, frame: pd.DataFrame) -> list[str | None]:
        """For each record the p-code (2019) of the cercle that holds its point, or None."""
        found: list[str | None] = [None] * len(frame)
        located = frame["latitude"].notna() & frame["longitude"].notna()
        if not located.any() or not len(self._codes):
            return found
        rows = located.to_numpy().nonzero()[0]
        points = shapely.points(
            frame.loc[located, "longitude"].astype(float), frame.loc[located, "latitude"].astype(float)
        )
        for point, outline in zip(*self._tree.query(points, predicate="within"), strict=True):
            found[rows[point]] = self._codes[outline]
        return found
