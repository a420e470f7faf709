"""Pairs worth comparing, and Splink's probability for each; DuckDB in memory does the work."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from warehouse.resolution.organizations.mentions import Mention
from warehouse.resolution.organizations.organization_names import Kind
from warehouse.resolution.organizations.rules import Thresholds

# Mentions to pairs, as `scored_pairs` gives them.
Scorer = Callable[[list[Mention]], pd.DataFrame]
MODEL = Path(__file__).with_name("model.json")
# Within a block, sorted by spelling, each mention meets this many next ones: a block of n gives at most 12 n pairs.
NEIGHBOURS = 12
_RAREST = 4
PAIRS = f"""
    with block as (
        select key, position, row_number() over (partition by key order by context, squash, position) as place
        from (select unnest(keys) as key, position, context, squash from node)
    ),

    -- Equal keys and places: a join on the key alone compares each pair of a block, and the largest decides its cost.
    following as (
        select key, position, place + ahead as place
        from (select key, position, place, unnest(range(1, {NEIGHBOURS} + 1)) as ahead from block)
    )

    select distinct least(a.position, b.position) as join_key_l, greatest(a.position, b.position) as join_key_r
    from following a join block b using (key, place)
"""

PLAUSIBLE = """
    select position_l as "left", position_r as "right", match_probability as probability
    from {scored} join node a on a.position = position_l join node b on b.position = position_r
    where a.is_mention and not coalesce(list_has_any(a.listings, b.listings) and a.squash <> b.squash, false)
        and (match_probability >= {review} or a.acronym = b.acronym or a.base = b.base
        or a.organization = b.organization)
"""


@cache
def model() -> dict[str, Any]:
    """What `benchmarks/train_organizations.py` learnt: Splink's settings and the thresholds."""
    stored: dict[str, Any] = json.loads(MODEL.read_text("utf-8"))
    return stored


def thresholds() -> Thresholds:
    """The band within which a person decides."""
    return Thresholds(**model()["thresholds"])


def scored_pairs(mentions: list[Mention]) -> pd.DataFrame:
    """The pairs that something brings together: left, right (positions, left < right), probability; in order."""
    from splink import DuckDBAPI, Linker

    with duckdb.connect() as connection:
        connection.register("given", records(mentions))
        connection.execute("create table node as from given")
        connection.execute(f"create table pair as select '0' as match_key, * from ({PAIRS})")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("node"), model()["splink"], log_level=logging.ERROR)
        linker.table_management.register_blocked_pairs_for_predict(api.register("pair"))
        scored = linker.inference.predict().physical_name
        found = connection.execute(PLAUSIBLE.format(scored=scored, review=thresholds().review)).df()
    return found.sort_values(["left", "right"], ignore_index=True)


def records(mentions: list[Mention]) -> pd.DataFrame:
    """The columns Splink compares, and the keys of the blocks a mention is in."""
    return pd.DataFrame(
        {
            "position": range(len(mentions)),
            "context": [mention.context for mention in mentions],
            "is_mention": [mention.row is not None for mention in mentions],
            "organization": [mention.organization for mention in mentions],
            "base": [mention.name.base_key for mention in mentions],
            "squash": [mention.name.squash for mention in mentions],
            "words": [sorted(set(mention.name.strong)) for mention in mentions],
            "acronym": [mention.name.acronym or None for mention in mentions],
            "initials": [mention.name.initials.upper() for mention in mentions],
            "phone": [mention.phone or None for mention in mentions],
            "listings": [list(mention.listings) for mention in mentions],
            "keys": [sorted(set(_keys(mention))) for mention in mentions],
        }
    )


def _keys(mention: Mention) -> Iterator[str]:
    name = mention.name
    yield f"name:{name.key}"
    yield f"base:{name.base_key}"
    if name.acronym:
        yield f"acronym:{name.acronym}"
    if mention.organization:
        yield f"reference:{mention.organization}"
    if mention.phone:
        yield f"phone:{mention.phone}"
    telling = [word for word in name.content if word.kind is not Kind.WEAK]
    glued = "".join(word.surface.replace(" ", "") for word in telling)
    yield f"start:{glued[:7]}"
    yield f"end:{glued[-7:]}"
    # Proper names first: they are rarer than the words of the vocabulary.
    ranked = sorted(telling, key=lambda word: (word.kind is Kind.CONCEPT, word.meaning))[:_RAREST]
    for one, other in combinations(sorted({word.meaning for word in ranked}), 2):
        yield f"words:{one} {other}"
    for word in ranked:
        if word.kind is Kind.OTHER:
            yield f"word:{word.meaning}"
