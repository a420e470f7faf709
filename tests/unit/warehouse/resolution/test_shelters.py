"""Which services are victims' shelters, what is withheld of them, and what stands so near that it is withheld too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingestion.declaration.parameters import parameter
from ingestion.records import shelters
from ingestion.records.personal import PERSONAL
from ingestion.shapes import SERVICE
from warehouse.paths import Workspace
from warehouse.privacy import key
from warehouse.privacy.vault import open_vault
from warehouse.resolution import documents, places, record_organizations, services, state
from warehouse.resolution.service_shelters import resolve

Make = Callable[..., Workspace]
SHELTER = (14.48712, -4.19871)
METRE = 1 / 111_320  # in degrees of latitude


def north(metres: float) -> dict[str, float]:
    return {"latitude": SHELTER[0] + metres * METRE, "longitude": SHELTER[1]}


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ({"is_shelter": True, "service_type_code": "PSY_01"}, True),
        ({"service_type_code": "SOC_02", "admitted_groups": "MIG_RET;VDT"}, True),
        ({"service_type_code": "SOC_02", "admitted_groups": "MIG_RET"}, False),
        ({"service_type_code": "SOC_01", "admitted_groups": "VDT"}, False),
        ({"is_shelter": False, "service_type_code": "SOC_02"}, False),
        ({}, False),
    ],
)
def test_a_shelter_says_so_or_houses_victims(said: dict[str, Any], is_one: bool) -> None:
    row = dict.fromkeys(("is_shelter", "service_type_code", "admitted_groups")) | said
    assert shelters.are_shelters(pd.DataFrame([row])).tolist() == [is_one]


def test_every_sentence_and_every_column_of_the_place_is_withheld() -> None:
    assert {column.name for column in SERVICE if column.is_free} < set(shelters.WITHHELD)
    assert {"place_name", "site_name", "admin3_code", "admin3_name", "latitude", "longitude"} == set(shelters.PLACE)
    assert "admin2_code" not in shelters.WITHHELD, "the cercle stays"


def test_what_is_within_the_distance_stands_beside() -> None:
    limit = parameter("shelter_neighbour_metres")
    frame = pd.DataFrame([north(one) for one in (0, 12, limit - 1, limit + 1, 5000)] + [{}])
    found = shelters.beside(frame["latitude"], frame["longitude"], [SHELTER, (0.0, 0.0)])
    assert found.tolist() == [True, True, True, False, False, False]
    assert not shelters.beside(frame["latitude"], frame["longitude"], []).any()
    assert shelters.is_near([(north(limit - 1)["latitude"], SHELTER[1])], [SHELTER])
    assert not shelters.is_near([(north(limit + 1)["latitude"], SHELTER[1])], [SHELTER])
    assert not shelters.is_near([], [SHELTER])


# ---- after resolution: other files, other sources
BASE = {"service_type_code": "SOC_01", "admin_vintage": "2021", "admin1_code": "ML05", "admin2_code": "ML0506"}
HOME = {"organization_name": "Foyer Fictif", "service_type_code": "SOC_02", "admitted_groups": "VDT"}


def standing(made: Workspace) -> dict[str, tuple[bool, bool]]:
    """By organization and cercle of the records: whether it is a shelter, and whether its place is withheld."""
    places.resolve(made)
    documents.resolve(made)
    record_organizations.resolve(made)
    table, _ = services.resolve(made)
    told = resolve(made, table).to_pandas().set_index("service_at_location_id")
    frame = table.to_pandas().merge(told, left_on="service_at_location_id", right_index=True)
    rows = zip(frame["record_id"], frame["is_masked"], frame["is_place_withheld"], strict=True)
    return {record: (bool(masked), bool(withheld)) for record, masked, withheld in rows}


def rows(*given: dict[str, Any]) -> list[dict[str, Any]]:
    return [BASE | {"record_id": f"r{n}", "document_id": f"{n}" * 64} | one for n, one in enumerate(given)]


def test_services_of_the_same_structure_are_withheld_in_the_shelters_cercle_alone(workspace: Make) -> None:
    other, kayes = {"organization_name": "Clinique Fictive"}, {"admin1_code": "ML01", "admin2_code": "ML0103"}
    own = {"organization_name": "FOYER  FICTIF"}
    made = workspace(service=rows(HOME, own, own | kayes, other))
    assert standing(made) == {
        "r0": (True, True), "r1": (False, True), "r2": (False, False), "r3": (False, False)
    }  # fmt: skip


def test_a_shelter_of_which_only_the_region_is_known_may_stand_in_any_cercle_of_it(workspace: Make) -> None:
    own = {"organization_name": "Foyer Fictif"}
    djenne, kayes = {"admin2_code": "ML0503"}, {"admin1_code": "ML01", "admin2_code": "ML0103"}
    found = standing(workspace(service=rows(HOME | {"admin2_code": None}, own | djenne, own | kayes)))
    assert (found["r1"], found["r2"]) == ((False, True), (False, False))


def test_a_decision_makes_a_shelter_and_withholds_what_is_beside(workspace: Make) -> None:
    home = {"organization_name": "Foyer Fictif", "service_type_code": "SOC_02", "admitted_groups": "MIG_RET"}
    made = workspace(service=rows(home, {"organization_name": "Foyer Fictif"}))
    assert standing(made) == {"r0": (False, False), "r1": (False, False)}
    (service,) = {
        row["service_at_location_id"]
        for row in services.resolve(made)[0].to_pylist()
        if row["service_type_code"] == "SOC_02"
    }
    told = {"entity": "service_at_location", "entity_id": service, "attribute": "admitted_groups", "before": "MIG_RET"}
    state.add(made, [], [told | {"after": "VDT", "who": "IM", "why": "vu", "overridden_on": "2024-08-31"}])
    assert standing(made) == {"r0": (True, True), "r1": (False, True)}


def test_a_row_that_ingestion_found_beside_a_shelter_stays_withheld(workspace: Make) -> None:
    beside = {"organization_name": "Clinique Fictive", "is_beside_shelter": True}
    assert standing(workspace(service=rows(beside)))["r0"] == (False, True)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: Make) -> Callable[..., Workspace]:
    """A shelter whose point lies in `restricted` alone, and services of other structures so many metres from it."""
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "safe" / "restricted.key"))

    def make(*metres: float | None) -> Workspace:
        others = [{"organization_name": f"Clinique Fictive {name}"} for name in "ABCDEFGH"]
        located = [one | (north(m) if m is not None else {}) for one, m in zip(others, metres, strict=False)]
        made = workspace(service=rows(HOME, *located))
        key.make(made.base)
        halves = zip(("latitude", "longitude"), map(str, SHELTER), strict=True)
        values = [("0" * 64, "A2", name, "shelter", value) for name, value in halves]
        open_vault(made).write_values("une_source", pd.DataFrame(values, columns=PERSONAL))
        return made

    return make


def withheld(made: Workspace) -> set[str]:
    return {record for record, (_, is_withheld) in standing(made).items() if is_withheld} - {"r0"}


def test_services_near_a_point_that_is_kept_apart_are_withheld(kept: Callable[..., Workspace]) -> None:
    assert withheld(kept(12, 499, 501, 5000)) == {"r1", "r2"}


def test_a_neighbour_is_not_the_only_one_without_a_place(kept: Callable[..., Workspace]) -> None:
    assert withheld(kept(12, 9000, 3000, 5000)) == {"r1", "r3"}, "the next one covers it"


def test_a_neighbour_among_others_without_a_place_needs_no_cover(kept: Callable[..., Workspace]) -> None:
    assert withheld(kept(12, None, 3000, 5000)) == {"r1"}


def test_where_restricted_cannot_be_opened_nothing_in_a_shelters_cercle_is_located(
    kept: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = kept(12, 5000, 9000)
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path / "none.key"))
    assert withheld(made) == {"r1", "r2", "r3"}
