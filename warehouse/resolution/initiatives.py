"""Which programme, opportunity or mechanism each record speaks of.

They are known by name: a programme by its organization and title (or its IATI identifier), an opportunity by its
organization, type and title, a mechanism by its name and type. Ids are minted once and looked up afterwards, as those
of organizations and services are.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.text import fold
from warehouse.paths import Workspace
from warehouse.resolution import id_registry, state
from warehouse.resolution.record_organizations import read_records
from warehouse.storage import write_parquet

SCHEMA = pa.schema([("record_id", pa.string()), ("entity", pa.string()), ("entity_id", pa.string())])
_PREFIX = {"program": "prg", "opportunity": "opp", "mechanism": "mec"}


def resolve(workspace: Workspace) -> pa.Table:
    """Writes `resolved/initiative.parquet` (SCHEMA); needs `resolved/organization.parquet`.

    A record of a service that names a programme has a row as well: the programme that the service belongs to.
    """
    known = state.entity_ids(workspace)
    owners = _owners(workspace)
    named = {
        "program": _programs(workspace, owners),
        "opportunity": _opportunities(workspace, owners),
        "mechanism": _mechanisms(workspace),
    }
    parts = [_identified(workspace, entity, frame, known) for entity, frame in named.items()]
    table = pa.Table.from_pandas(pd.concat(parts, ignore_index=True), SCHEMA, preserve_index=False)
    write_parquet(workspace.resolved / "initiative.parquet", table)
    return table


def _owners(workspace: Workspace) -> pd.Series[str]:
    """By record id, the organization that the record is of."""
    columns = ["record_id", "organization_id"]
    path = workspace.resolved / "organization.parquet"
    named = pq.read_table(path, columns=columns, filters=[("role", "=", "self")]).to_pandas()
    owners: pd.Series[str] = named.set_index("record_id")["organization_id"]
    return owners


def _programs(workspace: Workspace, owners: pd.Series[str]) -> pd.DataFrame:
    stated = read_records(workspace, "program", ["record_id", "program_name", "iati_identifier"])
    of_services = read_records(workspace, "service", ["record_id", "program_name"])
    frame = pd.concat([stated, of_services[of_services["program_name"].notna()]], ignore_index=True)
    key = frame["record_id"].map(owners) + "|" + frame["program_name"].map(_folded)
    iati = frame["iati_identifier"].astype("str")
    # A service names its programme and no identifier: it is that of the name, where one alone is given for it.
    groups = iati.groupby(key)
    iati = iati.fillna(key.map(groups.first().where(groups.nunique().eq(1))))
    return pd.DataFrame({"record_id": frame["record_id"], "natural_key": key.mask(iati.notna(), "iati|" + iati)})


def _opportunities(workspace: Workspace, owners: pd.Series[str]) -> pd.DataFrame:
    frame = read_records(workspace, "opportunity", ["record_id", "opportunity_type_code", "title"])
    title = frame["title"].map(_folded)
    key = frame["record_id"].map(owners) + "|" + frame["opportunity_type_code"].astype("str") + "|" + title
    return pd.DataFrame({"record_id": frame["record_id"], "natural_key": key})


def _mechanisms(workspace: Workspace) -> pd.DataFrame:
    frame = read_records(workspace, "mechanism", ["record_id", "mechanism_name", "mechanism_type_code"])
    kind = frame["mechanism_type_code"].astype("str").fillna("")
    key = frame["mechanism_name"].map(_folded).astype("str") + "|" + kind
    return pd.DataFrame({"record_id": frame["record_id"], "natural_key": key})


def _folded(text: object) -> str:
    return (fold(text) or text) if isinstance(text, str) else ""


def _identified(workspace: Workspace, entity: str, frame: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """record_id, entity and entity_id of the records of one kind, whose natural keys get their ids."""
    known = known[known["entity"].eq(entity)]
    keys = frame[["natural_key"]].drop_duplicates().sort_values("natural_key", ignore_index=True)
    keys = keys.assign(cluster=keys["natural_key"], rank=0)
    keys["entity_id"] = id_registry.assign_owned(keys, known, state.assigned_ids(workspace), _PREFIX[entity]).to_numpy()
    state.assign_ids(workspace, known, entity, keys)
    return frame.merge(keys[["natural_key", "entity_id"]], on="natural_key").assign(entity=entity)[list(SCHEMA.names)]
