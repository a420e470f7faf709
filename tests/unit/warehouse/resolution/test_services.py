"""Which records are one service at one place: what merges, what stays apart, and that ids last."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingestion.clean.text import fold
from warehouse.paths import Workspace
from warehouse.resolution import documents, places, record_organizations, services, state

Make = Callable[..., Workspace]
BASE = {"organization_name": "Association Fictive", "service_type_code": "SOC_01", "admin_vintage": "2021"}
MOPTI, FATOMA, SEVARE = {"admin2_code": "ML0506"}, {"admin3_code": "ML050605"}, {"admin3_code": "ML050602"}


def claim(document: str, **said: Any) -> dict[str, Any]:
    return BASE | {"document_id": document * 64, "admin1_code": "ML05", "admin2_code": "ML0506"} | said


def resolved(workspace: Workspace, replacing: tuple[str, ...] = ()) -> pd.DataFrame:
    """The rows of the service records with their ids, in the order of the records."""
    places.resolve(workspace)
    documents.resolve(workspace)
    record_organizations.resolve(workspace)
    table, decisions = services.resolve(workspace, replacing)
    frame = table.to_pandas().sort_values(["record_id", "place_no"], ignore_index=True)
    frame.attrs["decisions"] = decisions
    return frame


def groups(make: Make, *claims: dict[str, Any]) -> list[int]:
    """For each claim the number of its service at a location, counted from 0 in order of appearance."""
    ids = resolved(make(service=list(claims)))["service_at_location_id"]
    return [int(number) for number in pd.factorize(ids)[0]]


@pytest.mark.parametrize("files", ["aa", "ab"])
def test_a_list_in_one_file_or_two_tells_the_same_services(workspace: Make, files: str) -> None:
    """Its line of the cercle is another service than its line of a commune there, whichever file holds it."""
    made = workspace(service=[claim(files[0]), claim(files[1], **FATOMA)])
    assert resolved(made, ("une_source",))["service_at_location_id"].nunique() == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"site_name": "Centre de Fatoma"}, {"site_name": "CENTRE  de fatoma"}),
        ({"site_name": "Centre Espérance"}, {"site_name": "Centre Esperence"}),
        ({"latitude": 14.5, "longitude": -4.2}, {"latitude": 14.504, "longitude": -4.203}),
        ({"site_name": "Centre", "latitude": 14.5, "longitude": -4.2}, {"site_name": "Centre"}),
        (FATOMA, {}),
        ({"site_name": "Centre", **FATOMA}, {"site_name": "Centre"}),
        ({"site_name": "Centre", **FATOMA}, {}),
        ({"site_name": "Centre", **FATOMA}, {"admin2_code": None}),
        ({}, {"admin1_code": None, "admin2_code": None, "zone_code": "Z_MOP"}),
    ],
)
def test_one_service_said_by_two_documents(workspace: Make, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert groups(workspace, claim("a", **first), claim("b", **second)) == [0, 0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"service_type_code": "SOC_02"}),
        ({}, {"organization_name": "Réseau Inventé"}),
        ({}, {"admin2_code": "ML0501"}),
        (FATOMA, SEVARE),
        ({"site_name": "Centre A"}, {"site_name": "Centre B"}),
        ({"site_name": "Foyer n° 1"}, {"site_name": "Foyer n° 2"}),
        ({"site_name": "Centre de Fatoma"}, {"site_name": "Centre de Konna"}),
        ({"site_name": "Maison bleue"}, {"site_name": "Maison verte"}),
        ({"latitude": 14.5, "longitude": -4.2}, {"latitude": 14.6, "longitude": -4.2}),
        (
            {"site_name": "C", "latitude": 14.5, "longitude": -4.2},
            {"site_name": "C", "latitude": 14.6, "longitude": -4.2},
        ),
    ],
)
def test_two_services(workspace: Make, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert groups(workspace, claim("a", **first), claim("b", **second)) == [0, 1]


def test_a_place_alone_swallows_none_of_several_services(workspace: Make) -> None:
    assert groups(workspace, claim("a", **FATOMA), claim("b", **SEVARE), claim("c")) == [0, 1, 2]
    said = resolved(workspace("again", service=[claim("a", **FATOMA), claim("b", **SEVARE), claim("c")]))
    (decision,) = said.attrs["decisions"].to_dict("records")
    assert (decision["decision"], decision["reason"]) == ("apart", "plusieurs services plus précis en ce lieu")


def test_one_document_that_lists_both_means_both(workspace: Make) -> None:
    assert groups(workspace, claim("a", **FATOMA), claim("a")) == [0, 1]


def test_copies_of_a_document_are_one_document(workspace: Make) -> None:
    register = {
        "record_id": "document:register:A2", "document_id": "f" * 64, "title": "Copie", "file_name": "b.csv",
        "derived_from": "a.csv", "observed_on": pd.Timestamp("2024-08-01").date(),
    }  # fmt: skip
    landed = [
        {"record_id": f"document:{d * 16}", "document_id": d * 64, "title": f"Liste {d}", "file_name": f"{d}.csv"}
        for d in "ab"
    ]
    made = workspace(service=[claim("a", **FATOMA), claim("b")], document=[*landed, register])
    assert resolved(made)["service_at_location_id"].nunique() == 2


def test_a_person_decides_between_two_sites(workspace: Make) -> None:
    sites = [claim("a", site_name="Maison de la paix"), claim("b", site_name="Maison de la paix sociale")]
    made = workspace(service=sites)
    before = resolved(made)
    (question,) = before.attrs["decisions"].to_dict("records")
    assert question["decision"] == "review"
    assert before["service_at_location_id"].nunique() == 2
    answer = {"question_id": question["question_id"], "kind": "service", "left": question["left_key"]}
    answer |= {"right": question["right_key"], "answer": "same", "who": "IM", "why": "même adresse"}
    state.add(made, [answer | {"answered_on": "2024-08-31"}], [])
    assert resolved(made)["service_at_location_id"].nunique() == 1
    state.add(made, [answer | {"answer": "different", "answered_on": "2024-09-01"}], [])
    assert resolved(made)["service_at_location_id"].nunique() == 2, "the last answer holds"


def many(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    places_ = [{}, FATOMA, SEVARE, {"admin2_code": "ML0501"}, {"site_name": "Centre"}, {"site_name": "Foyer", **FATOMA}]
    return [
        claim(chance.choice("abcdef"), organization_name=chance.choice(["Alpha", "Bêta"]), **chance.choice(places_))
        for _ in range(40)
    ]


def ids_by_claim(frame: pd.DataFrame, claims: list[dict[str, Any]]) -> dict[str, str]:
    numbers = frame["record_id"].str.removeprefix("service:").astype(int) - 1
    return {
        repr(sorted(claims[n].items(), key=repr)): i
        for n, i in zip(numbers, frame["service_at_location_id"], strict=True)
    }


@pytest.mark.parametrize("seed", range(5))
def test_ids_do_not_depend_on_the_order_of_rows(workspace: Make, seed: int) -> None:
    claims = many(seed)
    shuffled = random.Random(99).sample(claims, len(claims))
    one, other = resolved(workspace("one", service=claims)), resolved(workspace("other", service=shuffled))
    assert ids_by_claim(one, claims) == ids_by_claim(other, shuffled)


def publish_ids(made: Workspace, folder: Path) -> None:
    state.keep_for(made, folder)
    state.commit(made, folder)


def test_a_new_source_changes_no_id(workspace: Make, tmp_path: Path) -> None:
    first = [claim("a", site_name="Centre Espérance"), claim("b")]
    made = workspace(service=first)
    before = resolved(made)["service_at_location_id"]
    publish_ids(made, tmp_path / "run")
    # « Centre Esperanca » comes before the known spelling: a fresh root would mint the id from it
    more = workspace(
        service=[*first, claim("c", site_name="Centre Esperance"), claim("d", **SEVARE, site_name="Autre")]
    )
    after = resolved(more)["service_at_location_id"]
    assert list(after[:1]) == list(before[:1])
    assert after[2] == before[0]
    assert after[3] not in set(before)


def test_a_record_that_names_two_places_is_two_services(workspace: Make) -> None:
    two = BASE | {"document_id": "a" * 64, "admin2_name": "Mopti et Bandiagara"}
    frame = resolved(workspace(service=[two]))
    assert list(frame["place_no"]) == [1, 2]
    assert frame["service_at_location_id"].nunique() == 2
    assert frame["service_id"].nunique() == 1


def say(made: Workspace, question: dict[str, Any], answer: str) -> None:
    row = {"question_id": question["question_id"], "kind": question["entity"], "left": question["left_key"]}
    row |= {"right": question["right_key"], "answer": answer, "who": "IM", "why": "vu", "answered_on": "2024-08-31"}
    state.add(made, [row], [])


def test_sites_set_apart_stay_apart_across_a_third_one(workspace: Make) -> None:
    names = ["Centre Esperancf", "Centre Esperance", "Centre Esperence"]
    made = workspace(service=[claim(d, site_name=n) for d, n in zip("abc", names, strict=True)])
    before = resolved(made)
    (asked,) = [row for row in before.attrs["decisions"].to_dict("records") if row["decision"] == "review"]
    say(made, asked, "different")
    after = resolved(made)
    ids = list(after["service_at_location_id"])
    assert ids[0] != ids[2]
    told = after.attrs["decisions"]
    assert (told["decision"].eq("apart") & told["left_id"].eq(told["right_id"])).sum() == 0


def test_a_shelter_hides_the_sites_beside_it(workspace: Make) -> None:
    sites = [claim("a", site_name="Villa Y", **FATOMA), claim("b", site_name="Villa Z", **SEVARE)]
    shelter = claim("c", is_shelter=True)
    told = resolved(workspace(service=[*sites, shelter])).attrs["decisions"]
    text = told[["left_text", "right_text", "left_key", "right_key"]].to_string().casefold()
    assert len(told)
    assert "villa" not in text
    assert "ml050605" not in text


def test_uniting_organizations_changes_no_service(workspace: Make, tmp_path: Path) -> None:
    claims = [claim("a", organization_name="Alpha Bantu"), claim("a", organization_name="Zeta Kolon", **FATOMA)]
    made = workspace(service=claims)
    before = resolved(made)["service_at_location_id"]
    publish_ids(made, tmp_path / "one")
    same = {"question_id": "q", "kind": "organization", "left": "Alpha Bantu", "right": "Zeta Kolon", "who": "IM"}
    same |= {"why": "fusion", "answered_on": "2024-08-31"}
    state.add(made, [same | {"answer": "same"}], [])
    united = resolved(made)
    assert united["organization_id"].nunique() == 1
    assert list(united["service_at_location_id"]) == list(before)
    publish_ids(made, tmp_path / "two")
    state.add(made, [same | {"answer": "different"}], [])
    again = resolved(made)
    assert again["organization_id"].nunique() == 2
    assert list(again["service_at_location_id"]) == list(before)


def test_an_answer_on_one_region_says_nothing_of_another(workspace: Make) -> None:
    def centre(name: str, document: str, region: str) -> dict[str, Any]:
        return {"organization_name": name, "site_name": name, "service_type_code": "SOC_01", "admin_vintage": "2021",
                "document_id": document * 64, "admin1_code": region}  # fmt: skip

    names = ("CSCom de Bamba", "Centre communautaire Bamba")
    made = workspace(service=[centre(n, d, r) for r in ("ML05", "ML07") for n, d in zip(names, "ab", strict=True)])
    assert resolved(made)["organization_id"].nunique() == 4
    keys = [f"{fold(name)}||ML05" for name in names]
    question = {"question_id": "q", "entity": "organization", "left_key": keys[0], "right_key": keys[1]}
    say(made, question, "same")
    assert resolved(made)["organization_id"].nunique() == 3
