"""Which organization and which service a record speaks of.

Rule of this version: same name once accents, case and signs are folded. A structure that is its own site (a health
centre in a facility list) is known by its name and its region, since names such as "CSCom de Bamba" recur. Ids are
made of these natural keys, never of a record's place in a file, so they survive reruns and shuffled rows.
"""

from __future__ import annotations

import csv
import hashlib
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.text import fold
from warehouse.layout import SEEDS, Workspace, write_parquet

NAMED_SHAPES = ("organization", "program", "service", "opportunity")
ENTITY_SCHEMA = pa.schema([("record_id", pa.string()), ("shape", pa.string()), ("organization_id", pa.string())])
SERVICE_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("organization_id", pa.string()),
        ("service_id", pa.string()),
        ("service_at_location_id", pa.string()),
        ("service_type_code", pa.string()),
        ("is_out_of_scope", pa.bool_()),
    ]
)


def entity_id(prefix: str, *key: Any) -> str:
    """A stable id of a natural key: org_…, srv_…, sal_… and 12 hexadecimal digits."""
    text = "\x1f".join("" if part is None else str(part) for part in key)
    return f"{prefix}_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def resolve(workspace: Workspace) -> tuple[pa.Table, pa.Table]:
    """Writes `resolved/organization.parquet` and `resolved/service.parquet`; needs `resolved/place.parquet`."""
    places = pq.read_table(workspace.resolved / "place.parquet").to_pandas().set_index("record_id")
    places = places[places["shape"] == "service"]
    organizations = []
    for shape in NAMED_SHAPES:
        frame = _read(workspace, shape, ["record_id", "organization_name", "site_name"])
        keys = zip(
            frame["organization_name"],
            frame["site_name"],
            places["admin1_code"].reindex(frame["record_id"]),
            strict=True,
        )
        frame["organization_id"] = [_organization(*key) for key in keys]
        organizations.append(frame[["record_id", "organization_id"]].assign(shape=shape))
    named = pd.concat(organizations, ignore_index=True)
    entity_table = pa.Table.from_pandas(named[ENTITY_SCHEMA.names], ENTITY_SCHEMA, preserve_index=False)
    service_table = _services(workspace, named, places)
    write_parquet(workspace.resolved / "organization.parquet", entity_table)
    write_parquet(workspace.resolved / "service.parquet", service_table)
    return entity_table, service_table


def _organization(name: str, site: Any, admin1: Any) -> str:
    own_site = isinstance(site, str) and fold(site) == fold(name)
    return entity_id("org", fold(name) or name, admin1 if own_site and isinstance(admin1, str) else None)


def _services(workspace: Workspace, named: pd.DataFrame, places: pd.DataFrame) -> pa.Table:
    columns = [
        "record_id",
        "sector_code",
        "service_type_code",
        "zone_code",
        "site_name",
        "latitude",
        "longitude",
    ]
    frame = _read(workspace, "service", columns)
    frame["organization_id"] = named.set_index("record_id")["organization_id"].reindex(frame["record_id"]).to_numpy()
    crosswalk = _sectors()
    types, scopes = [], []
    for kind, sector in zip(frame["service_type_code"], frame["sector_code"], strict=True):
        derived, out_of_scope = crosswalk.get(sector if isinstance(sector, str) else "", (None, False))
        types.append(kind if isinstance(kind, str) else derived)
        scopes.append(not isinstance(kind, str) and out_of_scope)
    frame["service_type_code"], frame["is_out_of_scope"] = types, scopes
    offered = [
        entity_id("srv", owner, kind or f"sector:{sector}")
        for owner, kind, sector in zip(frame["organization_id"], types, frame["sector_code"], strict=True)
    ]
    frame["service_id"] = offered
    where = places.reindex(frame["record_id"])
    frame["service_at_location_id"] = [
        entity_id("sal", service, *_site(*place))
        for service, *place in zip(
            offered, where["admin3_code"], where["admin2_code"], where["admin1_code"], frame["zone_code"],
            frame["site_name"], frame["latitude"], frame["longitude"], strict=True,
        )
    ]  # fmt: skip
    return pa.Table.from_pandas(frame[SERVICE_SCHEMA.names], SERVICE_SCHEMA, preserve_index=False)


def _site(
    admin3: Any, admin2: Any, admin1: Any, zone: Any, site: Any, latitude: Any, longitude: Any
) -> tuple[Any, ...]:
    """The deepest known area; a named site is told apart by its name and coordinates as well."""
    area = next((code for code in (admin3, admin2, admin1, zone) if isinstance(code, str)), None)
    if not isinstance(site, str):
        return (area,)
    return (
        area,
        fold(site),
        None if pd.isna(latitude) else repr(latitude),
        None if pd.isna(longitude) else repr(longitude),
    )


def _sectors() -> dict[str, tuple[str | None, bool]]:
    with (SEEDS / "sector_crosswalk.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["sector_code"]: (row["service_type_code"] or None, row["is_out_of_scope"] == "true")
            for row in csv.DictReader(file)
        }


def _read(workspace: Workspace, shape: str, columns: list[str]) -> pd.DataFrame:
    paths = sorted((workspace.validated / shape).glob("*.parquet"))
    present = [name for name in columns if name in pq.read_schema(paths[0]).names]
    frames = [pq.read_table(path, columns=present).to_pandas() for path in paths]
    return pd.concat(frames, ignore_index=True).reindex(columns=columns)
