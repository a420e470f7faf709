"""Which service at which place each record speaks of.

A *spot* is what one line of a source can say: an organization offers a type of service in an area, perhaps at a named
site. Spots of one organization and type are one service at a location where they describe the same place:

- the same site name in the same area, or at most SAME_SITE_KM apart where both have coordinates;
- site names that differ by one letter, from different documents, unless what differs is a number or a place name;
- a less precise spot ("somewhere in the cercle") and the only more precise one inside it, from different documents.

Two visits of different days count as different documents. A less precise spot never joins where several precise ones
lie inside it: it stays a service of its own, and it never makes one of two others.

All of it is set-based SQL in an in-memory DuckDB: a million claims take seconds, not a loop.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from rapidfuzz.distance import OSA

from ingestion.clean.text import fold
from ingestion.country import seeds
from warehouse.paths import Workspace
from warehouse.plain_path import plain
from warehouse.resolution import id_registry, service_shelters, state
from warehouse.resolution.record_organizations import DECISION_SCHEMA, question_id
from warehouse.storage import write_parquet

SERVICE_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("place_no", pa.int64()),
        ("organization_id", pa.string()),
        ("service_id", pa.string()),
        ("service_at_location_id", pa.string()),
        ("service_type_code", pa.string()),
        ("is_out_of_scope", pa.bool_()),
    ]
)
SAME_SITE_KM = 1.0  # two GPS readings of one site, by different people and devices
LIKE_ENOUGH = 0.9  # Jaro-Winkler of site names above which a person is asked
_COMMUNE, _CERCLE, _REGION, _ZONE, _UNKNOWN = range(1, 6)  # how far down the area of a spot is known

# The distance in km between two spots, good to a few metres over the few kilometres that matter here.
_KM = """
    111.32 * sqrt(
        power(a.latitude - b.latitude, 2) + power((a.longitude - b.longitude) * cos(radians(a.latitude)), 2)
    )
"""
# What people read of a spot: never its coordinates, and nothing below the cercle where its place is withheld.
_SPOTS = """
    select spot, spot_key, cluster, rank, organization_id,
        concat_ws(' · ', offer, coalesce(admin2_code, admin1_code, zone)) as description_hidden,
        concat_ws(' · ', offer, area, site) as description
    from spots
    order by spot
"""
_UNANSWERED = (
    "and not exists (from answered where answered.left in (a.spot, b.spot) and answered.right in (a.spot, b.spot))"
)
_AREAS_HOLD = """
    coalesce(a.admin1_code = b.admin1_code, true)
    and coalesce(a.admin2_code = b.admin2_code, true)
    and coalesce(a.admin3_code = b.admin3_code, true)
"""
# Two sites without coordinates are at the same place only where the same area is said of both.
_SAME_PLACE = f"""
    case
        when a.latitude is null or b.latitude is null then a.area is not distinct from b.area
        else {_KM} <= {SAME_SITE_KM} and {_AREAS_HOLD}
    end
"""


@dataclass
class _Links:
    """Pairs of spots that are one place, and the decision on each pair that was considered."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    decisions: list[pd.DataFrame] = field(default_factory=list)

    def add(self, pairs: pd.DataFrame, method: str, decision: str, reason: str, score: float = 1.0) -> None:
        """``pairs``: left, right (spot numbers), and score where it differs by pair."""
        if decision == "merge":
            self.pairs += zip(pairs["left"], pairs["right"], strict=True)
        defaults: dict[str, Any] = {"method": method, "score": score, "reason": reason}
        self.decisions.append(pairs.assign(decision=decision, **{k: v for k, v in defaults.items() if k not in pairs}))

    def refuse(self, pairs: list[tuple[int, int]]) -> None:
        """Marks merges that could not be made as questions."""
        marks = set(pairs)
        for rows in self.decisions:
            is_marked = [pair in marks for pair in zip(rows["left"], rows["right"], strict=True)]
            is_refused = rows["decision"].eq("merge") & pd.Series(is_marked, index=rows.index, dtype=bool)
            rows["reason"] = rows["reason"].mask(is_refused, "une paire déclarée distincte serait réunie")
            rows["decision"] = rows["decision"].mask(is_refused, "review")


def resolve(workspace: Workspace, replacing: Collection[str] = ()) -> tuple[pa.Table, pd.DataFrame]:
    """Writes `resolved/service.parquet` (SERVICE_SCHEMA) and `shelter.parquet`; needs place, organization and document.

    ``replacing``: the sources of which files of one day are one list.
    Returns the table and the decisions (DECISION_SCHEMA), and adds the ids to `resolved/entity_id.parquet`.
    """
    workspace.resolved.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = {
        "memory_limit": "2GB",
        "temp_directory": str(workspace.resolved / ".duckdb"),
        "threads": "2",
    }
    with duckdb.connect(config=settings) as connection:
        _spots(connection, workspace, replacing)
        links = _Links()
        answers = state.answers(workspace, "service")
        _link_answered(connection, links, answers)
        _link_sites(connection, links)
        links.refuse(_cluster(connection, links.pairs))
        for what in _LESS_PRECISE:
            for area_depth in range(_COMMUNE, _UNKNOWN):
                _join_inside(connection, what, area_depth, links)
        spots = connection.execute(_SPOTS).df()
        known = state.entity_ids(workspace).query("entity == 'service_at_location'")
        keys = spots.rename(columns={"spot_key": "natural_key"})
        spots["entity_id"] = id_registry.assign_owned(keys, known, state.assigned_ids(workspace), "sal").to_numpy()
        connection.register("given", spots[["spot", "entity_id"]])
        table = _table(connection)
        standing = service_shelters.resolve(workspace, table).to_pandas()
        hidden = standing.loc[standing["is_place_withheld"], "service_at_location_id"]
        decisions = _decisions(links, spots.assign(is_hidden=spots["entity_id"].isin(hidden)))
    write_parquet(workspace.resolved / "service.parquet", table)
    state.assign_ids(workspace, known, "service_at_location", spots.rename(columns={"spot_key": "natural_key"}))
    return table, decisions


def _spots(connection: duckdb.DuckDBPyConnection, workspace: Workspace, replacing: Collection[str]) -> None:
    """Tables `claims` (one row per record and place) and `spots` (one row per distinct description)."""
    connection.register("sectors", _sectors())
    connection.register("zones", _zones())
    inputs = Workspace(plain(workspace.base))  # brackets in a path would be a pattern
    resolved = {name: str(inputs.resolved / f"{name}.parquet") for name in ("place", "organization", "document")}
    connection.execute(
        """
        create table claims as
        select
            records.record_id,
            places.place_no,
            owners.organization_id,
            coalesce(records.service_type_code, sectors.service_type_code) as service_type_code,
            coalesce(
                records.service_type_code, sectors.service_type_code, 'sector:' || coalesce(records.sector_code, '')
            ) as offer,
            records.service_type_code is null and coalesce(sectors.is_out_of_scope, false) as is_out_of_scope,
            places.admin1_code,
            places.admin2_code,
            places.admin3_code,
            coalesce(zones.zone, records.zone_code) as zone,
            records.site_name,
            -- One point cannot be at each of several places.
            case when count(*) over (partition by records.record_id) = 1 then records.latitude end as latitude,
            case when count(*) over (partition by records.record_id) = 1 then records.longitude end as longitude,
            -- Two lines of one list are two services, unless they are two visits.
            concat_ws(
                ' ',
                case
                    when list_contains($replacing, coalesce(roots.source_id, records.source_id))
                        then coalesce(roots.source_id, records.source_id)
                    else coalesce(documents.root_document_id, records.document_id)
                end,
                records.observed_on
            ) as listing
        from read_parquet($service, union_by_name = true) as records
        inner join (from read_parquet($place) where shape = 'service') as places using (record_id)
        inner join (from read_parquet($organization) where shape = 'service' and role = 'self') as owners
            using (record_id)
        left join sectors on records.sector_code = sectors.sector_code
        left join zones on places.admin1_code = zones.admin1_code
        left join read_parquet($document) as documents on records.document_id = documents.document_id
        left join read_parquet($document) as roots
            on coalesce(documents.root_document_id, records.document_id) = roots.document_id
        """,
        {
            **resolved,
            "service": str(inputs.validated / "service" / "*.parquet"),
            "replacing": ["", *replacing],  # typed, for an empty list says nothing of what it holds
        },
    )
    names = connection.execute("select distinct site_name from claims where site_name is not null").fetchall()
    sites = [{"site_name": name, "site": fold(name) or name} for (name,) in names]
    # Typed, for a table without rows says nothing of its columns.
    connection.register("sites", pa.Table.from_pylist(sites, _schema("site_name", "site")))
    connection.execute(
        """
        create table described as
        select
            claims.* exclude (site_name),
            sites.site,
            coalesce(admin3_code, admin2_code, admin1_code, zone) as area,
            case
                when admin3_code is not null then 1
                when admin2_code is not null then 2
                when admin1_code is not null then 3
                when zone is not null then 4
                else 5
            end as area_depth,
            concat_ws('|', organization_id, offer, coalesce(admin3_code, admin2_code, admin1_code, zone, ''),
                coalesce(sites.site, ''), latitude::varchar || ' ' || longitude::varchar) as spot_key
        from claims left join sites using (site_name);
        create table spots as
        select
            row_number() over (order by spot_key) - 1 as spot,
            spot_key,
            any_value(organization_id) as organization_id,
            any_value(offer) as offer,
            any_value(area) as area,
            any_value(area_depth) as area_depth,
            any_value(zone) as zone,
            any_value(admin1_code) as admin1_code,
            any_value(admin2_code) as admin2_code,
            any_value(admin3_code) as admin3_code,
            any_value(site) as site,
            any_value(latitude) as latitude,
            any_value(longitude) as longitude,
            -- The most precise description of a service at a location is the one that names it for good.
            any_value(area_depth)
                + case when any_value(site) is not null then 0 when any_value(latitude) is not null then 10 else 20 end
                as rank,
            list_sort(list(distinct listing)) as listings
        from described
        group by spot_key;
        """
    )


def _schema(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def _sectors() -> pd.DataFrame:
    rows = [
        (row["sector_code"], row["service_type_code"] or None, row["is_out_of_scope"] == "true")
        for row in seeds.rows("sector_crosswalk")
    ]
    return pd.DataFrame(rows, columns=["sector_code", "service_type_code", "is_out_of_scope"])


def _zones() -> pd.DataFrame:
    rows = [(row["zone_code"], row["admin1_code"]) for row in seeds.rows("zone")]
    return pd.DataFrame(rows, columns=["zone", "admin1_code"])


def _link_answered(connection: duckdb.DuckDBPyConnection, links: _Links, decided: pd.DataFrame) -> None:
    """What people answered; `answered` stays as a table, for a pair that was answered is not judged again."""
    spots = connection.execute("select spot, spot_key from spots order by spot").df()
    connection.register("keys", spots.assign(key=_short_keys(spots)))
    answers = decided[["left", "right", "answer"]]
    connection.register("answers", pa.Table.from_pandas(answers, _schema(*answers), preserve_index=False))
    connection.execute(
        """
        create table answered as
        select a.spot as left, b.spot as right, answers.answer
        from answers
        inner join keys as a on answers.left = a.key
        inner join keys as b on answers.right = b.key
        """
    )
    pairs = connection.execute("from answered order by all").df()
    for answer, decision in (("same", "merge"), ("different", "apart")):
        links.add(_scored(pairs[pairs["answer"].eq(answer)]), "answer", decision, "réponse d’une personne")


def _link_sites(connection: duckdb.DuckDBPyConnection, links: _Links) -> None:
    """Named sites of one place: the same name, or nearly the same in another document."""
    same = connection.execute(
        f"""
        select a.spot as left, b.spot as right, list_has_any(a.listings, b.listings) as is_same_listing
        from spots as a
        inner join spots as b
            on a.organization_id = b.organization_id and a.offer = b.offer and a.site is not distinct from b.site
            and a.spot < b.spot
        where {_SAME_PLACE} and (a.latitude is null) = (b.latitude is null) {_UNANSWERED}
        """
    ).df()
    is_twice = same["is_same_listing"].astype(bool)
    links.add(_scored(same[~is_twice]), "same_site", "merge", "même site, même lieu")
    links.add(_scored(same[is_twice]), "same_site", "review", "deux lignes d’un même document, au même lieu")
    near = connection.execute(
        f"""
        select a.spot as left, b.spot as right, a.site as left_site, b.site as right_site,
            jaro_winkler_similarity(a.site, b.site) as score
        from spots as a
        inner join spots as b
            on a.organization_id = b.organization_id and a.offer = b.offer and a.admin2_code = b.admin2_code
            and a.site <> b.site and a.spot < b.spot
        where {_SAME_PLACE}
            and jaro_winkler_similarity(a.site, b.site) >= {LIKE_ENOUGH}
            and not list_has_any(a.listings, b.listings) {_UNANSWERED}
        """
    ).df()
    verdicts = [_judge(*pair) for pair in near[["left_site", "right_site"]].to_numpy()]
    judged = near.assign(decision=[decision for decision, _ in verdicts], reason=[reason for _, reason in verdicts])
    for (decision, reason), rows in judged.groupby(["decision", "reason"], sort=True):
        links.add(_scored(rows, keep_score=True), "near_site", str(decision), str(reason))


def _scored(pairs: pd.DataFrame, score: float = 1.0, keep_score: bool = False) -> pd.DataFrame:
    rows = pairs[["left", "right"]].copy()
    rows["score"] = pairs["score"] if keep_score else score
    return rows


def _judge(left: str, right: str) -> tuple[str, str]:
    """What to make of two site names that look alike: their differing words decide."""
    here, there = set(left.split()) - set(right.split()), set(right.split()) - set(left.split())
    if _numbers(left) != _numbers(right):
        return "apart", "veto : numéros différents"
    if here & _place_words() and there & _place_words():
        return "apart", "veto : noms de lieu différents"
    one, other = " ".join(sorted(here)), " ".join(sorted(there))
    if min(len(one), len(other)) >= 6 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return "merge", "une lettre de différence dans le nom du site"
    return "review", "noms de site proches"


def _numbers(text: str) -> list[str]:
    """Numbers, roman ones and single letters: "Centre A" is not "Centre B"."""
    return sorted(re.findall(r"\b(?:\d+|[ivx]+|[a-z])\b", text))


def _place_words() -> frozenset[str]:
    if not _PLACE_WORDS:
        _PLACE_WORDS.update(word for row in seeds.rows("admin_area") for word in fold(row["name_fr"]).split())
    return frozenset(_PLACE_WORDS)


_PLACE_WORDS: set[str] = set()


def _cluster(connection: duckdb.DuckDBPyConnection, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Adds column `cluster` to `spots`: linked spots share one, unless a person set two of them apart.

    Returns the links that such an answer refused, though it speaks of another pair.
    """
    count = connection.execute("select count(*) from spots").fetchall()[0][0]
    parent, apart, refused = list(range(count)), _apart(connection), []

    def head(spot: int) -> int:
        while parent[spot] != spot:
            parent[spot] = parent[parent[spot]]
            spot = parent[spot]
        return spot

    for left, right in pairs:  # answers come first
        one, other = sorted((head(left), head(right)))
        if any({head(a), head(b)} == {one, other} for a, b in apart):
            refused.append((left, right))
        else:
            parent[other] = one
    clusters = pd.DataFrame({"spot": np.arange(count), "cluster": [head(spot) for spot in range(count)]})
    connection.register("labels", clusters)
    connection.execute("create or replace table spots as from spots join labels using (spot)")
    connection.unregister("labels")
    return refused


def _apart(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """The pairs of spots that a person set apart."""
    return connection.execute(
        'select "left", "right" from answered where answer = \'different\' order by all'
    ).fetchall()


def _join_inside(connection: duckdb.DuckDBPyConnection, what: str, area_depth: int, links: _Links) -> None:
    """Spots of one depth to the only more precise cluster inside their area. ``what``: a key of _LESS_PRECISE."""
    is_less_precise, is_candidate = _LESS_PRECISE[what]
    inside = connection.execute(
        f"""
        select
            a.spot as left,
            min(b.spot) as right,
            any_value(a.cluster) as own,
            count(distinct b.cluster) as clusters,
            min(b.cluster) as cluster,
            bool_or(list_has_any(a.listings, b.listings)) as is_same_listing
        from spots as a
        inner join spots as b
            on a.organization_id = b.organization_id and a.offer = b.offer and a.cluster <> b.cluster
        where a.area_depth = {area_depth} and {_INSIDE[area_depth]}
            and {is_less_precise} and {is_candidate} {_UNANSWERED}
        group by a.spot
        order by a.spot
        """
    ).df()
    held = dict(connection.execute("select spot, cluster from spots").fetchall()) if _apart(connection) else {}
    apart = {frozenset((held[one], held[other])) for one, other in _apart(connection)}
    is_apart = pd.Series(
        [frozenset(pair) in apart for pair in zip(inside["own"], inside["cluster"], strict=True)], dtype=bool
    )
    candidate = inside["clusters"].eq(1) & ~inside["is_same_listing"].astype(bool) & ~is_apart
    # Spots that are one already must all find the same place, or none of them has found it.
    targets = inside[candidate].groupby("own")["cluster"].transform("nunique").reindex(inside.index)
    alone = candidate & targets.eq(1)
    links.add(_scored(inside[alone]), f"{what}_inside", "merge", "seul service plus précis en ce lieu")
    several = _scored(inside[inside["clusters"].gt(1) | targets.gt(1)], score=0.0)
    links.add(several, f"{what}_inside", "apart", "plusieurs services plus précis en ce lieu")
    connection.register("joined", inside[alone].drop_duplicates("own")[["own", "cluster"]])
    connection.execute("update spots set cluster = joined.cluster from joined where spots.cluster = joined.own")
    connection.unregister("joined")


# What a spot (a) may lack, and which spots (b) say more: a site without coordinates, coordinates without a site,
# a place alone.
_LESS_PRECISE = {
    "site": (
        "a.site is not null and a.latitude is null",
        "a.site = b.site and (b.area_depth < a.area_depth or b.latitude is not null)",
    ),
    "point": ("a.site is null and a.latitude is not null", f"b.site is not null and {_KM} <= {SAME_SITE_KM}"),
    "place": (
        "a.site is null and a.latitude is null",
        "(b.site is not null or b.latitude is not null or b.area_depth < a.area_depth)",
    ),
}
# Whether spot b lies in the area that spot a names, by the depth of that area.
_INSIDE = {
    _COMMUNE: "a.admin3_code = b.admin3_code",
    _CERCLE: "a.admin2_code = b.admin2_code",
    _REGION: "a.admin1_code = b.admin1_code",
    _ZONE: "a.zone = b.zone",
}


def _table(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    offers = connection.execute("select distinct organization_id, offer from spots").df()
    ids = [id_registry.entity_id("srv", *pair) for pair in zip(offers["organization_id"], offers["offer"], strict=True)]
    connection.register("offers", offers.assign(service_id=ids))
    return (
        connection.execute(
            """
            select
                record_id, place_no, described.organization_id, offers.service_id,
                given.entity_id as service_at_location_id, service_type_code, is_out_of_scope
            from described
            inner join spots using (spot_key)
            inner join given using (spot)
            inner join offers on described.organization_id = offers.organization_id and described.offer = offers.offer
            order by record_id, place_no
            """
        )
        .to_arrow_table()
        .cast(SERVICE_SCHEMA)
    )


def _decisions(links: _Links, spots: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(links.decisions, ignore_index=True)
    keys, ids, is_hidden = _short_keys(spots), spots["entity_id"].to_numpy(), spots["is_hidden"].to_numpy(dtype=bool)
    sides = {side: rows[side].to_numpy(dtype=np.int64) for side in ("left", "right")}
    made: dict[str, Any] = {"entity": "service"}
    # Of a pair neither is told where one is not: the other site would be where that one might be.
    either = is_hidden[sides["left"]] | is_hidden[sides["right"]]
    for side, numbers in sides.items():
        texts = np.where(
            either, spots["description_hidden"].to_numpy()[numbers], spots["description"].to_numpy()[numbers]
        )
        made |= {f"{side}_key": keys[numbers], f"{side}_text": texts, f"{side}_id": ids[numbers]}
    frame = rows.assign(**made)
    frame["question_id"] = [
        question_id("service", *pair) for pair in zip(frame["left_key"], frame["right_key"], strict=True)
    ]
    return frame[list(DECISION_SCHEMA.names)]


def _short_keys(spots: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """What an answer calls a spot: a published key must not hold the coordinates that the natural key holds."""
    return np.array([id_registry.entity_id("spot", key) for key in spots["spot_key"]], dtype=object)
