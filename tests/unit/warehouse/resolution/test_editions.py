"""Which records a later edition replaces: by date, register, version and arrival, in the regions that it covers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from warehouse.paths import Workspace
from warehouse.resolution import documents, editions, places, record_organizations, services, state

Make = Callable[..., Workspace]
AS_OF, TODAY = dt.date(2024, 12, 15), dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
JANUARY, JUNE = dt.date(2024, 1, 1), dt.date(2024, 6, 30)
KAYES, KITA, GAO = ("ML01", "ML0103"), ("ML01", "ML0104"), ("ML07", "ML0701")
FIGURE = {"population_group_code": "RRI", "sex": "a", "age_group": "ALL", "sector_code": "SHL",
          "indicator": "people_in_need", "period": "2024", "admin_vintage": "2021"}  # fmt: skip
OFFER = {"organization_name": "Association Fictive", "admin_vintage": "2021"}


def landed(letter: str, file_name: str = "", **said: Any) -> dict[str, Any]:
    return {"record_id": f"document:{letter * 16}", "document_id": letter * 64, "title": "Besoins",
            "file_name": file_name or f"{letter}.csv", **said}  # fmt: skip


def entry(number: int, **said: Any) -> dict[str, Any]:
    told = {"record_id": f"document:register:{number}", "document_id": "f" * 64, "source_id": "registre"}
    return told | {"observed_on": JUNE, "title": f"Ligne {number}", **said}


def rows(
    base: dict[str, Any], letter: str, *said: tuple[tuple[str, str], dict[str, Any]], on: dt.date = JANUARY
) -> list[dict[str, Any]]:
    return [
        base | {"record_id": f"{letter}{n}", "document_id": letter * 64, "observed_on": on,
                "admin1_code": place[0], "admin2_code": place[1]} | more
        for n, (place, more) in enumerate(said)
    ]  # fmt: skip


def need(letter: str, *said: tuple[tuple[str, str], float], on: dt.date = JANUARY, **more: Any) -> list[dict[str, Any]]:
    return rows(FIGURE | more, letter, *((place, {"people": people}) for place, people in said), on=on)


def service(
    letter: str, *said: tuple[tuple[str, str], str], on: dt.date = JANUARY, **more: Any
) -> list[dict[str, Any]]:
    return rows(OFFER | more, letter, *((place, {"service_type_code": kind}) for place, kind in said), on=on)


def resolved(workspace: Workspace, as_of: dt.date = AS_OF, now: dt.datetime = TODAY) -> dict[str, str]:
    """The records that do not count: what became of them, and the letter of the file that says so."""
    places.resolve(workspace)
    documents.resolve(workspace)
    state.begin_ids(workspace)
    record_organizations.resolve(workspace)
    services.resolve(workspace)
    table = editions.resolve(workspace, ["une_source", "autre_source"], as_of, now).to_pylist()
    return {
        row["record_id"]: f"{row['reason_code']} {row['other_document_id'][0]}" for row in table if row["place_no"] == 0
    }


def disputes(workspace: Workspace) -> list[tuple[str, str, int]]:
    found = pq.read_table(workspace.resolved / "edition_dispute.parquet").to_pylist()
    return [(row["left_document_id"][0], row["right_document_id"][0], row["key_count"]) for row in found]


def test_the_same_rows_in_other_bytes_and_order_are_a_copy(workspace: Make) -> None:
    figures = [(KAYES, 10.0), (GAO, 20.0)]
    made = workspace(document=[landed("a"), landed("b")], need=need("a", *figures) + need("b", *reversed(figures)))
    assert resolved(made) == {"b0": "same_rows a", "b1": "same_rows a"}
    assert disputes(made) == []


@pytest.mark.parametrize(("count", "changed", "is_copy"), [(5, False, True), (4, False, False), (5, True, False)])
def test_the_list_of_one_office_forwarded_by_another_is_a_copy_of_the_older(
    workspace: Make, count: int, changed: bool, is_copy: bool
) -> None:
    offers = [(KAYES, f"SOC_0{n}") for n in range(1, count + 1)]
    other = [*offers[:-1], (KITA, "SOC_08")] if changed else offers[::-1]
    made = workspace(
        document=[landed("a"), landed("b", source_id="autre_source")],
        service=service("a", *offers) + service("b", *other, on=JUNE, source_id="autre_source"),
    )
    expected = {f"b{n}": "same_rows_elsewhere a" for n in range(count)}
    assert resolved(made) == (expected if is_copy else {})


def test_a_later_edition_replaces_the_regions_that_it_covers(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5), (GAO, 20)) + need("b", (KAYES, 11), on=JUNE)
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    assert resolved(made) == {"a0": "later_edition b", "a1": "later_edition b"}
    (row,) = (
        row
        for row in pq.read_table(made.resolved / "edition.parquet").to_pylist()
        if row["record_id"] == "a0" and row["place_no"] == 0
    )
    assert (row["standing"], row["replaced_on"], row["other_file_name"]) == ("superseded", JUNE, "b.csv")


def test_another_period_or_indicator_is_left_alone(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), period="2023") + need("b", (KAYES, 11), on=JUNE)
    figures += need("c", (KAYES, 12), indicator="population", sector_code="ALL", on=JUNE)
    assert resolved(workspace(document=[landed(letter) for letter in "abc"], need=figures)) == {}


def test_the_order_of_the_files_changes_nothing(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (GAO, 20)) + need("b", (KAYES, 11), on=JUNE) + need("c", (GAO, 9))
    found = []
    for number in range(3):
        random.Random(number).shuffle(figures)
        made = workspace(f"base{number}", document=[landed(letter) for letter in "cab"], need=figures)
        found.append(resolved(made))
    assert found == [{"a0": "later_edition b", "a1": "contradicted c"}] * 3


def test_an_edition_dated_after_the_as_of_date_replaces_nothing(workspace: Make) -> None:
    figures = need("a", (KAYES, 10)) + need("b", (KAYES, 11), on=JUNE)
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    assert resolved(made, dt.date(2024, 6, 29)) == {}
    assert resolved(made, JUNE) == {"a0": "later_edition b"}


def test_a_file_that_was_not_out_yet_does_not_replace_by_its_older_rows(workspace: Make) -> None:
    """An extract of June says March anew: in April nobody knew it. What nobody else says of then still counts."""
    march = dt.date(2024, 3, 31)
    figures = need("a", (KAYES, 10), on=march) + need("b", (KAYES, 12), (GAO, 7), on=march, period="2024")
    figures += [row | {"record_id": "b9"} for row in need("b", (KAYES, 13), on=JUNE, period="2024-06")]
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    assert resolved(made, dt.date(2024, 4, 30)) == {"b0": "later_edition a"}
    assert resolved(made) == {"a0": "later_edition b"}


def test_the_register_decides_between_files_of_one_date_whatever_their_names(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11))
    files = [landed("a", "hno_2024_v2.csv"), landed("b", "hno_2024_v1.csv")]
    said = [entry(1, file_name="hno_2024_v1.csv", published_on=JUNE)]
    said += [entry(2, file_name="hno_2024_v2.csv", published_on=JANUARY)]
    made = workspace(document=[*files, *said], need=figures)
    assert resolved(made) == {"a0": "later_edition b", "a1": "later_edition b"}


def test_a_publication_after_the_as_of_date_is_not_out(workspace: Make) -> None:
    said = [entry(1, file_name="b.csv", published_on=dt.date(2025, 1, 5))]
    figures = need("a", (KAYES, 10)) + need("b", (KAYES, 11))
    made = workspace(document=[landed("a"), landed("b"), *said], need=figures)
    assert resolved(made) == {"b0": "later_edition a"}


@pytest.mark.parametrize(
    ("name", "base", "version", "named_on", "downloads"),
    [
        ("hno_2024_mli.csv", "hno 2024 mli", 1, None, 0),
        ("hno_2024_mli_v2.csv", "hno 2024 mli", 2, None, 0),
        ("HNO 2024 MLI version 3.csv", "hno 2024 mli", 3, None, 0),
        ("hno_2024_mli_corrigé.csv", "hno 2024 mli", 1.5, None, 0),
        ("hno_2024_mli_v2_corrigé.csv", "hno 2024 mli", 2.5, None, 0),
        ("hno_2024_mli_VF.csv", "hno 2024 mli", 1.5, None, 0),
        ("hno_2024_mli provisoire.csv", "hno 2024 mli", 0.5, None, 0),
        ("hno_2024_mli (2).csv", "hno 2024 mli", 1, None, 2),
        ("hno_2024_mli_20240615.csv", "hno 2024 mli", 1, dt.date(2024, 6, 15), 0),
        ("hno_2024_mli du 15-06-2024.csv", "hno 2024 mli du", 1, dt.date(2024, 6, 15), 0),
        ("mali_3w_december_2023.xlsx", "mali 3 w", 1, dt.date(2023, 12, 31), 0),
        ("marchés 2024.xlsx", "marches 2024", 1, None, 0),
    ],
)
def test_what_a_name_tells_of_its_edition(
    name: str, base: str, version: float, named_on: dt.date | None, downloads: int
) -> None:
    assert editions.naming(name) == editions.Naming(base, version, named_on, downloads)


@pytest.mark.parametrize("name", ["hno (1).csv", "hno_20241015.csv"])
def test_a_file_downloaded_again_or_dated_by_its_name_is_issued_again(workspace: Make, name: str) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11), (KITA, 5))
    made = workspace(document=[landed("a", "hno.csv"), landed("b", name)], need=figures)
    assert resolved(made) == {"a0": "later_edition b", "a1": "later_edition b"}


def test_a_later_day_in_the_name_replaces_also_what_it_does_not_repeat(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11))
    files = [landed("a", "liste_01-06-2024.csv"), landed("b", "liste_15-05-2024.csv")]
    assert resolved(workspace(document=files, need=figures)) == {"b0": "later_edition a"}


def test_a_marked_version_replaces_the_file_of_its_name(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11)) + need("c", (KITA, 6))
    files = [landed("a", "hno.csv"), landed("b", "hno_v2.csv"), landed("c", "sante_v2.csv")]
    assert resolved(workspace(document=files, need=figures)) == {"a0": "later_edition b", "a1": "later_edition b"}


def test_parts_of_one_date_are_one_edition_and_the_last_one_counts(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11), (GAO, 6), (GAO, 6))
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    assert resolved(made) == {"a0": "contradicted b"}
    assert disputes(made) == [("a", "b", 1)]


def test_what_two_parts_say_alike_counts_once(workspace: Make) -> None:
    figures = need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 10), (GAO, 6))
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    assert resolved(made) == {"b0": "same_figure a"}
    assert disputes(made) == []


def test_a_person_says_which_part_holds(workspace: Make) -> None:
    made = workspace(
        document=[landed("a"), landed("b")], need=need("a", (KAYES, 10), (KITA, 5)) + need("b", (KAYES, 11))
    )
    assert resolved(made) == {"a0": "contradicted b"}
    told = {"question_id": "q_1", "kind": "edition", "left": "a" * 64, "right": "b" * 64, "answer": "first"}
    state.add(made, [told | {"who": "DC", "why": "vu avec l’éditeur", "answered_on": "2024-12-01"}], [])
    assert resolved(made) == {"b0": "contradicted a"}
    assert disputes(made) == []


def test_a_file_that_arrives_later_with_most_of_the_figures_is_issued_again(workspace: Make) -> None:
    first, again = need("a", (KAYES, 10), (KITA, 5), (GAO, 20)), need("b", (KAYES, 11), (KITA, 5))
    resolved(workspace(document=[landed("a")], need=first))
    second = workspace(document=[landed("a"), landed("b")], need=first + again)
    expected = {"a0": "later_edition b", "a1": "later_edition b"}
    assert resolved(second, now=TODAY + dt.timedelta(days=1)) == expected
    # The older one lands again: when it was first seen does not change.
    resolved(workspace(document=[landed("b")], need=again), now=TODAY + dt.timedelta(days=2))
    third = workspace(document=[landed("b"), landed("a")], need=again + first)
    assert resolved(third, now=TODAY + dt.timedelta(days=3)) == expected


def test_a_part_that_arrives_later_adds(workspace: Make) -> None:
    first = need("a", (KAYES, 10), (KITA, 5))
    resolved(workspace(document=[landed("a")], need=first))
    made = workspace(document=[landed("a"), landed("b")], need=first + need("b", (("ML01", "ML0105"), 7)))
    assert resolved(made, now=TODAY + dt.timedelta(days=1)) == {}


def test_the_list_follows_its_last_edition(workspace: Make) -> None:
    listed = service("a", (KAYES, "SOC_01"), (KAYES, "SOC_02"), (GAO, "SOC_01"))
    listed += service("b", (KAYES, "SOC_01"), (KAYES, "PSY_01"), on=JUNE)
    made = workspace(document=[landed("a"), landed("b")], service=listed)
    assert resolved(made) == {"a0": "later_edition b", "a1": "later_edition b"}


def test_a_row_of_several_regions_is_replaced_where_the_edition_covers_it(workspace: Make) -> None:
    listed = service("a", (KAYES, "SOC_01"), on=JANUARY)
    listed[0] |= {"admin1_code": None, "admin2_code": None, "admin2_name": "Cercles de Kayes et Gao"}
    listed += service("b", (KAYES, "SOC_02"), on=JUNE)
    made = workspace(document=[landed("a"), landed("b")], service=listed)
    assert resolved(made) == {}
    found = pq.read_table(made.resolved / "edition.parquet").to_pylist()
    assert [(row["record_id"], row["standing"]) for row in found] == [("a0", "superseded")]


def test_a_row_without_a_place_goes_with_all_regions_of_its_file(workspace: Make) -> None:
    listed = service("a", (KAYES, "SOC_01"), (GAO, "SOC_01"), (("", ""), "SOC_02"))
    listed[2] |= {"admin1_code": None, "admin2_code": None}
    made = workspace(
        "one", document=[landed("a"), landed("b")], service=listed + service("b", (KAYES, "SOC_01"), on=JUNE)
    )
    assert resolved(made) == {"a0": "later_edition b"}
    newer = service("b", (KAYES, "SOC_01"), on=JUNE) + service("c", (GAO, "SOC_01"), on=JUNE)
    made = workspace("two", document=[landed(letter) for letter in "abc"], service=listed + newer)
    assert resolved(made) == {"a0": "later_edition b", "a1": "later_edition c", "a2": "later_edition c"}


def test_a_list_cut_in_two_is_one_edition(workspace: Make) -> None:
    """Rows of one service in both parts differ in what they describe, and do not contradict each other."""
    listed = service("a", (KAYES, "SOC_01"), site_name=None) + service("b", (KAYES, "SOC_01"), (KITA, "SOC_01"))
    listed[0] |= {"description": "accueil"}
    listed[1] |= {"description": "écoute"}
    made = workspace(document=[landed("a"), landed("b")], service=listed)
    assert (resolved(made), disputes(made)) == ({}, [])


def test_two_parts_that_contradict_each_other_on_a_service(workspace: Make) -> None:
    listed = service("a", (KAYES, "SOC_01"), status_code="OPE") + service("b", (KAYES, "SOC_01"), status_code="FER")
    made = workspace(document=[landed("a"), landed("b")], service=listed)
    assert resolved(made) == {"a0": "contradicted b"}
    assert disputes(made) == [("a", "b", 1)]


def test_what_was_seen_later_is_no_contradiction(workspace: Make) -> None:
    """Rows that bear their own dates tell which one is later."""
    listed = service("a", (KAYES, "SOC_01"), status_code="OPE", on=JUNE)
    listed += service("b", (KAYES, "SOC_01"), status_code="FER") + [
        row | {"record_id": "b9"} for row in service("b", (GAO, "SOC_01"), on=JUNE)
    ]
    made = workspace(document=[landed("a"), landed("b")], service=listed)
    assert (resolved(made), disputes(made)) == ({}, [])


def test_a_withdrawn_edition_replaces_nothing(workspace: Make) -> None:
    figures = need("a", (KAYES, 10)) + need("b", (KAYES, 11), on=JUNE)
    said = entry(1, file_name="b.csv", withdrawn_on=dt.date(2024, 7, 1))
    made = workspace(document=[landed("a"), landed("b"), said], need=figures)
    assert resolved(made) == {}


def test_publishers_of_one_source_do_not_replace_each_other(workspace: Make) -> None:
    figures = need("a", (KAYES, 10)) + need("b", (KAYES, 11), on=JUNE)
    said = [entry(1, file_name="a.csv", publisher="Bureau A"), entry(2, file_name="b.csv", publisher="Bureau B")]
    made = workspace(document=[landed("a"), landed("b"), *said], need=figures)
    assert resolved(made) == {}


def test_what_is_said_to_be_copied_goes_with_its_origin(workspace: Make) -> None:
    listed = service("a", (KAYES, "SOC_01")) + service("b", (KAYES, "SOC_02"), on=JUNE)
    listed += service("c", (KAYES, "SOC_01"), (KAYES, "SOC_03"), on=JUNE)
    said = entry(1, file_name="c.csv", derived_from="a.csv")
    made = workspace(document=[landed(letter) for letter in "abc"] + [said], service=listed)
    assert resolved(made) == {"a0": "later_edition b", "c0": "later_edition b"}


def test_a_source_whose_files_add_up_has_no_editions(workspace: Make) -> None:
    figures = need("a", (KAYES, 10)) + need("b", (KAYES, 11), on=JUNE)
    made = workspace(document=[landed("a"), landed("b")], need=figures)
    resolved(made)
    assert editions.resolve(made, [], AS_OF, TODAY).num_rows == 0


def test_damaged_arrivals_are_named(workspace: Make) -> None:
    made = workspace(document=[landed("a")], need=need("a", (KAYES, 10)))
    resolved(made)
    (made.state / state.ARRIVALS).write_bytes(b"PAR1")
    with pytest.raises(state.Damaged, match=r"arrivals\.parquet"):
        resolved(made)
