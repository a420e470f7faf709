"""Which organization each record names.

Spellings are collected from all shapes, together with those that earlier publications knew, resolved as one set
(`warehouse/organizations`), and each cluster keeps the id that any of its spellings had before.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.former_names import names_of
from ingestion.clean.text import fold
from warehouse.paths import Workspace
from warehouse.resolution import id_registry, organizations, state
from warehouse.resolution.id_registry import entity_id
from warehouse.resolution.organizations.candidates import Scorer, scored_pairs
from warehouse.storage import write_parquet

NAMED_SHAPES = ("organization", "program", "service", "opportunity", "mechanism")
ORGANIZATION_SCHEMA = pa.schema(
    [("record_id", pa.string()), ("shape", pa.string()), ("role", pa.string()), ("organization_id", pa.string())]
)
PARENT_SCHEMA = pa.schema(
    [("organization_id", pa.string()), ("parent_organization_id", pa.string()), ("reason", pa.string())]
)
DECISION_SCHEMA = pa.schema(
    [
        ("question_id", pa.string()),
        ("entity", pa.string()),
        ("left_key", pa.string()),
        ("right_key", pa.string()),
        ("left_text", pa.string()),
        ("right_text", pa.string()),
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("method", pa.string()),
        ("score", pa.float64()),
        ("decision", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class _Role:
    """Columns of a shape that name an organization, and what it is to the record."""

    shape: str
    role: str
    name: str = "organization_name"
    acronym: str | None = "organization_acronym"
    kind: str | None = "organization_type_code"


_ROLES = (
    *(_Role(shape, "self") for shape in ("organization", "program", "service", "opportunity")),
    _Role("organization", "parent", "parent_name", None, None),
    _Role("mechanism", "lead", "lead_organization_name", None, None),
)
_FACTS = ["name", "acronym", "type", "phone", "context", "listings"]  # what a record tells of an organization


def resolve(workspace: Workspace, score: Scorer = scored_pairs) -> tuple[pa.Table, pd.DataFrame]:
    """Writes `resolved/organization.parquet`, `organization_parent.parquet`; needs `resolved/place.parquet`.

    ``score`` finds and scores the pairs of names: DuckDB unless another engine is given.

    Returns the first table and the decisions (DECISION_SCHEMA). The registry of ids, with those of this run, is left
    in `resolved/entity_id.parquet` for the publication to keep.
    """
    named = pd.concat([_named(workspace, role) for role in _ROLES], ignore_index=True)
    known = state.entity_ids(workspace).query("entity == 'organization'")
    mentions = _mentions(named, known)
    resolved = organizations.resolve(mentions, _answers(workspace), score)
    mentions["cluster"] = resolved.cluster
    mentions["rank"] = mentions["is_remembered"].astype(int)
    mentions["entity_id"] = id_registry.assign(mentions, known, "org")
    known_ids = mentions.set_index("natural_key")["entity_id"]
    named["organization_id"] = named["natural_key"].map(known_ids)
    table = pa.Table.from_pandas(named[ORGANIZATION_SCHEMA.names], ORGANIZATION_SCHEMA, preserve_index=False)
    write_parquet(workspace.resolved / "organization.parquet", table)
    write_parquet(workspace.resolved / "organization_parent.parquet", _parents(named, mentions, resolved.sections))
    state.begin_ids(workspace)
    state.assign_ids(workspace, known, "organization", mentions)
    return table, _decisions(mentions, resolved.decisions)


def _named(workspace: Workspace, role: _Role) -> pd.DataFrame:
    """record_id, shape, role, the mention's columns and its natural key, for each record that names one."""
    columns = {"record_id": "record_id", "document_id": "document_id", role.name: "name"}
    columns |= {column: name for column, name in ((role.acronym, "acronym"), (role.kind, "type")) if column}
    extra = ["site_name", "public_phone"] if role.role == "self" else []
    frame = read_records(workspace, role.shape, [*columns, *extra]).rename(columns=columns | {"public_phone": "phone"})
    frame = frame[frame["name"].notna()].reindex(columns=[*_FACTS, "record_id", "document_id", "site_name"])
    folded = {text: fold(text) or text for column in ("name", "acronym") for text in frame[column].dropna().unique()}
    is_own_site = _is_own_site(frame, folded)
    frame["context"] = _region(workspace, frame["record_id"], is_own_site)
    frame["listings"] = frame["document_id"].where(is_own_site)
    parts = [frame["name"].map(folded), frame["acronym"].map(folded), frame["context"]]
    frame["natural_key"] = _joined(parts)
    return frame[["record_id", "natural_key", *_FACTS]].assign(shape=role.shape, role=role.role)


def _joined(parts: list[pd.Series[str]]) -> list[str]:
    return ["|".join(row) for row in zip(*(part.astype("str").where(part.notna(), "") for part in parts), strict=True)]


def _is_own_site(frame: pd.DataFrame, folded: dict[str, str]) -> pd.Series[bool]:
    """Whether a structure is its own site, as the health centres of a facility list are."""
    sites = {text: fold(text) or text for text in frame["site_name"].dropna().unique()}
    return frame["site_name"].map(sites).eq(frame["name"].map(folded)).fillna(False).astype(bool)


def _region(workspace: Workspace, record_ids: pd.Series[str], is_own_site: pd.Series[bool]) -> pd.Series[str]:
    """The region of each site: it is known by its name only within one, since "CSCom de Bamba" recurs."""
    region = pd.Series(None, index=record_ids.index, dtype="str")
    if is_own_site.any():
        path, asked = workspace.resolved / "place.parquet", record_ids[is_own_site]
        wanted = [("place_no", "=", 1), ("record_id", "in", set(asked))]
        regions = pq.read_table(path, columns=["record_id", "admin1_code"], filters=wanted).to_pandas()
        region[is_own_site] = asked.map(regions.set_index("record_id")["admin1_code"])
    return region


def _mentions(named: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """One row per spelling, in the order of their keys: of this run, and those only earlier publications knew."""
    facts = named[["natural_key", *_FACTS]].drop_duplicates()
    mixed = facts.sort_values(["natural_key", "name", "acronym", "type", "phone"], kind="stable")
    current = mixed.groupby("natural_key", sort=True, as_index=False).agg(
        name=("name", "first"), acronym=("acronym", "first"), context=("context", "first"),
        organization_type_code=("type", "first"), phone=("phone", "first"),
    )  # fmt: skip
    listed = facts.dropna(subset="listings").drop_duplicates(["natural_key", "listings"]).sort_values("listings")
    current["listings"] = current["natural_key"].map(listed.groupby("natural_key")["listings"].agg(" ".join))
    # A site that no list names any more is not the one that resembles it.
    remembered = known[~known["natural_key"].isin(current["natural_key"]) & known["context"].isna()]
    remembered = remembered.drop_duplicates("natural_key", keep="last")
    columns = ["natural_key", "name", "acronym", "context", "organization_type_code"]
    both = pd.concat(
        [
            current.assign(is_remembered=False),
            remembered[columns].assign(is_remembered=True, phone=None, listings=None),
        ],
        ignore_index=True,
    )
    return both.sort_values("natural_key", kind="stable", ignore_index=True)


def _answers(workspace: Workspace) -> pd.DataFrame:
    """What sources say of a body's other name, then what people answered: people are heard last and win."""
    alternate = read_records(workspace, "organization", ["organization_name", "alternate_name"]).dropna()
    pairs = [*alternate.itertuples(index=False, name=None), *_former_names(workspace)]
    stated = pd.DataFrame(pairs, columns=["left_name", "right_name"]).assign(answer="stated")
    answers = state.answers(workspace, "organization").rename(columns={"left": "left_name", "right": "right_name"})
    both = pd.concat([stated, answers[["left_name", "right_name", "answer"]]], ignore_index=True)
    return both.drop_duplicates(["left_name", "right_name"], keep="last", ignore_index=True)


def _former_names(workspace: Workspace) -> list[tuple[str, str]]:
    """The name in use and a former one, for each that a source writes within a name: « Djiguiya (ex Tonus) »."""
    written: set[str] = set()
    for role in _ROLES:
        column = f"{role.name}_raw"
        written |= {str(text) for text in read_records(workspace, role.shape, [column])[column].dropna().unique()}
    found = [(names.current, former) for names in map(names_of, sorted(written)) for former in names.former]
    return [pair for pair in found if not organizations.are_known_apart(*pair)]


def _parents(named: pd.DataFrame, mentions: pd.DataFrame, sections: pd.DataFrame) -> pa.Table:
    """What a source says of a parent, else what the name says (ACF Espagne is a section of ACF)."""
    stated = named[named["role"].eq("parent")][["record_id", "organization_id"]]
    own = named[named["role"].eq("self")][["record_id", "organization_id"]]
    pairs = own.merge(stated, on="record_id", suffixes=("", "_parent"))
    stated_pairs = pairs.assign(parent=pairs["organization_id_parent"], reason="dite par une source")
    by_cluster = mentions.drop_duplicates("cluster").set_index("cluster")["entity_id"]
    by_name = sections.assign(
        organization_id=sections["child_cluster"].map(by_cluster), parent=sections["parent_cluster"].map(by_cluster)
    )
    columns = ["organization_id", "parent", "reason"]
    rows = pd.concat([stated_pairs[columns], by_name[columns]], ignore_index=True).dropna()
    rows = rows[rows["organization_id"].ne(rows["parent"])].sort_values(columns, kind="stable")
    # A stated parent goes before one read in the name, whatever their ids.
    rows = rows.sort_values("reason", key=lambda r: r.ne("dite par une source"), kind="stable")
    rows = rows.drop_duplicates("organization_id").set_axis(PARENT_SCHEMA.names, axis=1)
    return pa.Table.from_pandas(rows, PARENT_SCHEMA, preserve_index=False)


def _decisions(mentions: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    # What only earlier publications knew is no question for today.
    is_old = mentions["is_remembered"].to_numpy(dtype=bool)
    left, right = (decisions[f"{side}_row"].to_numpy(dtype=int) for side in ("left", "right"))
    decisions = decisions[~(is_old[left] & is_old[right])]
    sides = {side: mentions.iloc[decisions[f"{side}_row"].astype(int)] for side in ("left", "right")}
    keys = zip(sides["left"]["natural_key"], sides["right"]["natural_key"], strict=True)
    made: dict[str, object] = {"question_id": [question_id("organization", *pair) for pair in keys]}
    for side, side_rows in sides.items():
        made[f"{side}_key"] = side_rows["natural_key"].to_numpy()
        made[f"{side}_text"] = _shown(side_rows["name"], side_rows["acronym"])
        made[f"{side}_id"] = side_rows["entity_id"].to_numpy()
    verdicts = {name: decisions[name].to_numpy() for name in ("method", "score", "decision", "reason")}
    return pd.DataFrame(made | verdicts | {"entity": "organization"}, columns=DECISION_SCHEMA.names)


def question_id(kind: str, *key: str) -> str:
    """The short name of a question: the same question keeps it from run to run."""
    return entity_id("q", kind, *key)


def _shown(names: pd.Series[str], acronyms: pd.Series[str]) -> list[str]:
    return [
        f"{name} ({acronym})" if isinstance(acronym, str) and acronym else name
        for name, acronym in zip(names, acronyms, strict=True)
    ]


def read_records(workspace: Workspace, shape: str, columns: list[str]) -> pd.DataFrame:
    """These columns of the validated records of one shape, over all sources; a missing column is null."""
    paths = sorted((workspace.validated / shape).glob("*.parquet"))
    present = [name for name in columns if name in pq.read_schema(paths[0]).names]
    frames: list[pd.DataFrame] = [pq.read_table(path, columns=present).to_pandas() for path in paths]
    return pd.concat(frames, ignore_index=True).reindex(columns=columns)
