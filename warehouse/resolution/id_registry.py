"""Stable ids: minted once from a natural key, then looked up.

A cluster of natural keys (the spellings of one organization, the descriptions of one place of service) keeps the id
that any of its keys was given before. Ids never derive from a record's place in a file, so reruns, shuffled rows and
new sources leave the ids of unchanged entities alone.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd


def entity_id(prefix: str, *key: Any) -> str:
    """A stable id of a natural key: org_…, srv_…, sal_… and 12 hexadecimal digits."""
    text = "\x1f".join("" if part is None else str(part) for part in key)
    return f"{prefix}_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def assign(keys: pd.DataFrame, known: pd.DataFrame, prefix: str) -> pd.Series[str]:
    """The id of each key's cluster.

    ``keys``: natural_key (unique), cluster, rank (0 = the most specific description of the entity).
    ``known``: natural_key, entity_id in the order they were given; the last row of a key holds.
    Where a cluster holds several known ids (two entities proved to be one), the oldest stays. Where an id is known
    to several clusters (an entity proved to be two), the one with the most specific, then oldest key keeps it.
    """
    held = known.reset_index(names="age").drop_duplicates("natural_key", keep="last")
    holders = keys.merge(held[["natural_key", "entity_id", "age"]], on="natural_key")
    holders = holders.sort_values(["rank", "age", "natural_key"], kind="stable").drop_duplicates("entity_id")
    kept = holders.sort_values(["age", "entity_id"], kind="stable").drop_duplicates("cluster")
    ids: dict[Any, str] = dict(zip(kept["cluster"], kept["entity_id"], strict=True))
    # An id that no key holds any more, because its entity had been united with another, may be taken back.
    taken = set(held["entity_id"]) | set(ids.values())
    new = keys[~keys["cluster"].isin(ids)].sort_values(["rank", "natural_key"], kind="stable")
    for cluster, key in new.drop_duplicates("cluster")[["cluster", "natural_key"]].itertuples(index=False):
        ids[cluster] = _minted(prefix, key, taken)
    return keys["cluster"].map(ids)


def assign_owned(keys: pd.DataFrame, known: pd.DataFrame, assigned: pd.DataFrame, prefix: str) -> pd.Series[str]:
    """As `assign`, for natural keys that begin with the id of an organization: "org_…|rest".

    ``assigned``: the registry (entity, natural_key, entity_id) with the organizations of this run. What an organization
    offers keeps its id when the organization is united with another.
    """
    earlier = _under_earlier_owners(keys, known, assigned)
    return assign(pd.concat([keys, earlier], ignore_index=True), known, prefix)[: len(keys)]


def _under_earlier_owners(keys: pd.DataFrame, known: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """The keys that these had before their organization was united with another."""
    owners = assigned[assigned["entity"].eq("organization")]
    last = owners.drop_duplicates("natural_key", keep="last").set_index("natural_key")["entity_id"]
    former = owners.assign(now=owners["natural_key"].map(last)).query("entity_id != now")[["entity_id", "now"]]
    owned = keys.assign(now=keys["natural_key"].str.split("|", n=1).str[0])
    pairs = owned.merge(former.drop_duplicates(), on="now")
    rest = pairs["natural_key"].str.split("|", n=1).str[1]
    pairs["natural_key"] = pairs["entity_id"] + "|" + rest
    pairs["rank"] += 100  # a key of its own goes first
    is_known = pairs["natural_key"].isin(known["natural_key"]) & ~pairs["natural_key"].isin(keys["natural_key"])
    return pairs[is_known].drop_duplicates("natural_key")[["natural_key", "cluster", "rank"]]


def _minted(prefix: str, key: str, taken: set[str]) -> str:
    """The key's own id; a second one where that belongs to another entity now."""
    made, number = entity_id(prefix, key), 1
    while made in taken:
        number += 1
        made = entity_id(prefix, key, number)
    taken.add(made)
    return made


def extended(known: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """The registry with the keys whose id is new or changed added at its end, in the order of their keys."""
    held = known.drop_duplicates("natural_key", keep="last").set_index("natural_key")["entity_id"]
    before = assigned["natural_key"].map(held)
    added = assigned[before.isna() | before.ne(assigned["entity_id"])].sort_values("natural_key", kind="stable")
    return pd.concat([known, added], ignore_index=True)
