"""Ids are minted once and looked up ever after."""

from __future__ import annotations

import pandas as pd

from warehouse.resolution import id_registry

NONE = pd.DataFrame({"natural_key": [], "entity_id": []}, dtype=object)


def given(*clusters: str, rank: dict[str, int] | None = None) -> pd.DataFrame:
    """Keys, one letter each, by cluster: "ab" is a cluster of the keys a and b."""
    rows = [(key, number, (rank or {}).get(key, 0)) for number, keys in enumerate(clusters) for key in keys]
    return pd.DataFrame(rows, columns=["natural_key", "cluster", "rank"])


def assigned(keys: pd.DataFrame, known: pd.DataFrame = NONE) -> dict[str, str]:
    return dict(zip(keys["natural_key"], id_registry.assign(keys, known, "org"), strict=True))


def known_after(*steps: pd.DataFrame) -> pd.DataFrame:
    known = NONE
    for keys in steps:
        known = id_registry.extended(known, keys.assign(entity_id=id_registry.assign(keys, known, "org")))
    return known


def test_keys_of_a_cluster_share_an_id() -> None:
    ids = assigned(given("ab", "c"))
    assert ids["a"] == ids["b"] != ids["c"]
    assert ids["a"] == id_registry.entity_id("org", "a")


def test_a_new_spelling_takes_the_id_that_the_cluster_has() -> None:
    known = known_after(given("b"))
    assert assigned(given("ab"), known)["a"] == id_registry.entity_id("org", "b")


def test_two_entities_proved_to_be_one_keep_the_older_id() -> None:
    known = known_after(given("b"), given("b", "a"))
    ids = assigned(given("ab"), known)
    assert set(ids.values()) == {id_registry.entity_id("org", "b")}
    # …and it stays so when they are looked up again
    again = known_after(given("b"), given("b", "a"), given("ab"))
    assert set(assigned(given("ab"), again).values()) == set(ids.values())


def test_an_entity_proved_to_be_two_leaves_the_id_to_the_most_specific() -> None:
    known = known_after(given("ab"))
    ids = assigned(given("a", "b", rank={"a": 5, "b": 0}), known)
    assert ids["b"] == id_registry.entity_id("org", "a")
    assert ids["a"] not in (ids["b"], id_registry.entity_id("org", "b"))


def test_the_registry_only_grows_at_its_end() -> None:
    first = known_after(given("ab"))
    second = known_after(given("ab"), given("ab", "c"))
    pd.testing.assert_frame_equal(second.iloc[: len(first)], first)
    assert len(second) == 3
