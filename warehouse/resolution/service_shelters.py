"""Which services are victims' shelters, and which stand so near one that their own place would disclose it.

Beside a shelter stand the services of the same structure in its cercle, and those of any source within the declared
distance. What is so near is never the only one of its source and cercle without a place, for that would tell it. Where
a shelter stands is read from `restricted`, for the comparison alone; what is written names services and holds no place.
Where `restricted` cannot be opened, nothing in a shelter's cercle is located.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa

from ingestion.declaration.parameters import parameter
from ingestion.records import shelters
from ingestion.records.personal import SHELTER
from ingestion.records.shelters import Point
from warehouse.paths import Workspace
from warehouse.privacy.findings import points_of
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import open_vault
from warehouse.resolution import state
from warehouse.storage import write_parquet

# One row per service at a location: whether it is a shelter, and whether nobody reads where it stands.
SCHEMA = pa.schema(
    [("service_at_location_id", pa.string()), ("is_masked", pa.bool_()), ("is_place_withheld", pa.bool_())]
)
_CLAIMS = """
    select
        services.service_at_location_id,
        services.service_type_code,
        coalesce(parents.parent_organization_id, services.organization_id) as structure,
        records.is_shelter,
        records.is_beside_shelter,
        records.admitted_groups,
        places.admin1_code,
        places.admin2_code,
        places.admin3_code,
        records.source_id,
        records.latitude,
        records.longitude
    from services
    inner join read_parquet($records, union_by_name = true) as records using (record_id)
    left join read_parquet($place) as places
        on services.record_id = places.record_id and services.place_no = places.place_no
    left join read_parquet($parent) as parents on services.organization_id = parents.organization_id
    order by all
"""
# A shelter of which only the region is known, or nothing, may stand in any cercle of it.
_SAME_STRUCTURE = """
    select distinct others.service_at_location_id
    from claims as others
    inner join (select distinct structure, admin1_code, admin2_code from claims where is_masked) as sheltered
        on others.structure = sheltered.structure
        and coalesce(others.admin2_code = sheltered.admin2_code, others.admin1_code = sheltered.admin1_code, true)
"""
_SAME_CERCLE = """
    select distinct others.service_at_location_id
    from claims as others
    inner join (select distinct admin1_code, admin2_code from claims where is_masked) as sheltered
        on coalesce(others.admin2_code = sheltered.admin2_code, others.admin1_code = sheltered.admin1_code, true)
"""


def resolve(workspace: Workspace, services: pa.Table) -> pa.Table:
    """Writes `resolved/shelter.parquet` (SCHEMA) and returns it; needs place and organization.

    ``services``: services.SERVICE_SCHEMA.
    """
    with duckdb.connect() as connection:
        claims = _claims(connection, workspace, services)
        masked = set(claims.loc[claims["is_masked"], "service_at_location_id"])
        withheld = masked | set(claims.loc[claims["is_beside_shelter"], "service_at_location_id"])
        if masked:
            withheld |= _beside(connection, workspace, claims)
    ids = pd.Series(sorted(set(claims["service_at_location_id"])), dtype=object)
    frame = pd.DataFrame(
        {"service_at_location_id": ids, "is_masked": ids.isin(masked), "is_place_withheld": ids.isin(withheld)}
    )
    table = pa.Table.from_pandas(frame, SCHEMA, preserve_index=False)
    write_parquet(workspace.resolved / "shelter.parquet", table)
    return table


def _beside(connection: duckdb.DuckDBPyConnection, workspace: Workspace, claims: pd.DataFrame) -> set[str]:
    connection.register("claims", claims)
    same_structure = _ids(connection, _SAME_STRUCTURE)
    try:
        points = _points(workspace, claims)
    except KeyProblem:
        return same_structure | _ids(connection, _SAME_CERCLE)
    others = claims[~claims["is_masked"]]
    others = others.assign(metres=shelters.metres_to_nearest(others["latitude"], others["longitude"], points))
    is_near = others["metres"].le(parameter("shelter_neighbour_metres")) | others["is_beside_shelter"]
    near = set(others.loc[is_near, "service_at_location_id"])
    return same_structure | near | _cover(others, near, same_structure | near)


def _cover(others: pd.DataFrame, near: set[str], withheld: set[str]) -> set[str]:
    """Where a near service is the only one of its source and cercle without a place, the next one to a shelter."""
    ids = others["service_at_location_id"]
    is_placed = (others["latitude"].notna() | others["admin3_code"].notna()) & ~ids.isin(withheld)
    covering = set()
    for _, rows in others.assign(is_placed=is_placed).groupby(["source_id", "admin2_code"], dropna=False):
        without = set(rows.loc[~rows["is_placed"], "service_at_location_id"])
        placed = rows[rows["is_placed"]]
        if len(without) == 1 and without <= near and len(placed):
            covering.add(placed.sort_values(["metres", "service_at_location_id"])["service_at_location_id"].iloc[0])
    return covering


def _claims(connection: duckdb.DuckDBPyConnection, workspace: Workspace, services: pa.Table) -> pd.DataFrame:
    """Every record of every service, and whether the service is a shelter by any of them or by a decision of people."""
    connection.register("services", services)
    files = {"place": "place", "parent": "organization_parent"}
    paths = {name: str(workspace.resolved / f"{file}.parquet") for name, file in files.items()}
    claims = connection.execute(_CLAIMS, paths | {"records": str(workspace.validated / "service" / "*.parquet")}).df()
    decided = claims.drop(columns="admitted_groups").merge(_decided(workspace), on="service_at_location_id")
    statements = pd.concat([part for part in (claims, decided) if len(part)] or [claims], ignore_index=True)
    masked = set(statements.loc[shelters.are_shelters(statements), "service_at_location_id"])
    return claims.assign(
        is_masked=claims["service_at_location_id"].isin(masked),
        is_beside_shelter=claims["is_beside_shelter"].eq(True).fillna(False).astype(bool),
    )


def _decided(workspace: Workspace) -> pd.DataFrame:
    """By service, the groups that a person ever said it admits."""
    overrides = state.overrides(workspace).to_pandas()
    rows = overrides[overrides["entity"].eq("service_at_location") & overrides["attribute"].eq("admitted_groups")]
    names = {"entity_id": "service_at_location_id", "after": "admitted_groups"}
    decisions: pd.DataFrame = rows[list(names)].rename(columns=names)
    return decisions


def _points(workspace: Workspace, claims: pd.DataFrame) -> set[Point]:
    """Where shelters stand: by their own rows, and by those of sources that do not say what they are."""
    stated = claims.loc[claims["is_masked"], ["latitude", "longitude"]].dropna()
    points = set(stated.itertuples(index=False, name=None))
    if any((workspace.restricted / "values").glob("*.enc")):  # of fictional data there is none
        values = open_vault(workspace).read_values("services proches d’un hébergement de victimes")
        points |= set(points_of(values[values["kind"].eq(SHELTER)]))
    return points


def _ids(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {row[0] for row in connection.execute(query).fetchall()}
