"""Names, codes and coordinates to areas of 2021: one table of cases a rule."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.places import typed
from ingestion.country.pack import pack
from ingestion.shapes import SHAPES
from warehouse.paths import Workspace
from warehouse.resolution import places
from warehouse.resolution.places.gazetteer import Match, current, named
from warehouse.resolution.places.place_names import parts, place_key, similarity
from warehouse.resolution.places.ranking import Witness, decide, ranked
from warehouse.resolution.places.testimony import Place, Statement, places_of
from warehouse.storage import write_parquet

with (pack().seeds / "admin_area.csv").open(encoding="utf-8", newline="") as _file:
    AREAS = {(row["vintage"], row["code"]): row["name_fr"] for row in csv.DictReader(_file)}
COMMUNES = sorted(code for vintage, code in AREAS if vintage == "2021" and len(code) == 8)


def place(names: str = "", codes: str = "", vintage: str | None = "2021", point: str | None = None) -> Place:
    """The only place of "region>cercle>commune" and "ML01,ML0103,"."""
    found = places_of(statement(names, codes, vintage, point), {}, True)
    assert len(found) == 1
    return found[0]


def statement(names: str = "", codes: str = "", vintage: str | None = "2021", point: str | None = None) -> Statement:
    def three(text: str, sign: str) -> tuple[str | None, ...]:
        return tuple([part or None for part in text.split(sign)] + [None] * 3)[:3]

    return Statement(three(codes, ","), three(names, ">"), vintage, outlines=point)


@pytest.mark.parametrize(
    ("written", "official"),
    [
        ("SEGOU", "Ségou"),
        ("Région de Ségou", "Ségou"),
        ("Cercle de Kati", "Kati"),
        ("cercle d’Abeibara", "Abeibara"),
        ("Kati Commune", "Kati"),
        ("Commune rurale de Baye", "Baye"),
        ("Commune urbaine de Gao", "Gao"),
        ("Kayes region", "Kayes"),
        ("District de Bamako", "Bamako"),
        ("Gadougou 1", "Gadougou I"),
        ("gadougou2", "Gadougou II"),
        ("Ngara", "N'gara"),
        ("N’Gara", "N'gara"),
        ("Gourma Rharous", "Gourma-Rharous"),
        ("Fassou  debe", "Fassoudebé"),
        ("koulogon_habbe", "Koulogon Habbé"),
        ("Commune - VI", "Commune VI"),
        ("Commune n° 6", "Commune VI"),
        ("Commune VI du District de Bamako", "Commune VI"),
        ("COMMUNE 6", "Commune VI"),
    ],
)
def test_spellings_of_one_name_share_a_key(written: str, official: str) -> None:
    assert place_key(written) == place_key(official)


@pytest.mark.parametrize(
    ("one", "other"), [("Gadougou I", "Gadougou II"), ("Commune V", "Commune VI"), ("Gadougou", "Gadougou I")]
)
def test_numbers_veto_likeness(one: str, other: str) -> None:
    assert similarity(place_key(one), place_key(other)) == 0


def test_no_two_areas_of_one_parent_share_a_key() -> None:
    keys = [(vintage, code[:-2], place_key(name)) for (vintage, code), name in AREAS.items()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("names", "code", "method"),
    [
        ("Kayes", "ML01", "exact_name"),
        ("Kayes>Kayes", "ML0103", "exact_name"),
        ("Kayes>Kayes>Kayes", "ML010312", "exact_name"),  # region, cercle and chief town bear one name
        (">Kayes", "ML0103", "exact_name"),
        ("Koulikoro>Kati>Kati Commune", "ML020418", "exact_name"),
        ("Kayes>Kita>Gadougou 1", "ML010509", "exact_name"),
        ("Segou>Segou>Ngara", "ML040618", "exact_name"),
        ("Segou>Segou>Diedougou", "ML040605", "exact_name"),  # three communes bear the name
        ("Sikasso>>Diedougou", "ML030401", "exact_name"),
        ("Koulikoro>Nara>Dogofry II", "ML020704", "variant"),
        ("Kayes>Bafoulabe>Oualia", "ML010111", "variant"),
        ("Timbuktu", "ML06", "variant"),
        ("Bamako>Commune IV", "ML090104", "exact_name"),  # a commune, whatever the column
        ("Bamako>Bamako>Commune - I", "ML090101", "exact_name"),
        ("Mopti>Bankass>Kani-Bonzoni", "ML050205", "fuzzy"),
        ("Mopty", "ML05", "fuzzy"),
        ("Mopti>Bandiagra", "ML0501", "fuzzy"),
        ("Sikasso>Yanfolila>Yanfolila", "ML0306", "exact_name"),  # no commune of that name: the cercle
        ("Mopti>Bandiagara>ML050101", "ML050101", "code"),
        ("Ménaka>Anderamboukane>Anderamboukane", "ML100201", "exact_name"),
    ],
)
def test_names_find_their_area(names: str, code: str, method: str) -> None:
    found = place(names)
    assert (found.code, found.method) == (code, method)
    assert (found.score == 1) == (method != "fuzzy")


@pytest.mark.parametrize(
    ("names", "code", "warning"),
    [
        (">>Diedougou", "", "admin1_ambiguous"),
        ("Koulikoro>>Benkadi", "ML02", "admin2_ambiguous"),
        ("Kayes>Kita>Gadougou", "ML0105", "admin3_name_unknown"),
        ("Kayes>Kita>Gadougou 3", "ML0105", "admin3_name_unknown"),
        ("Kayes>Kita>Sefeto", "ML0105", "admin3_name_unknown"),  # Nord or Ouest
        ("Ansongo", "", "admin1_name_unknown"),  # a cercle in a column of regions
        ("Atlantis", "", "place_unresolved"),
    ],
)
def test_what_does_not_decide_stays_open_and_says_so(names: str, code: str, warning: str) -> None:
    found = place(names)
    assert found.code == code
    assert warning in found.warnings


def test_an_unknown_name_is_shown_with_what_it_may_be() -> None:
    suggested = [c.code for c in place("Kayes>Kita>Sefeto").candidates if c.method == "fuzzy"]
    assert {AREAS["2021", code].split()[0] for code in suggested} == {"Séféto"}


@pytest.mark.parametrize(
    ("codes", "vintage", "code", "warning"),
    [
        ("ML07", "2021", "ML07", None),
        ("ML07", "2019", "", "admin_split_since_vintage"),
        (",ML0704", "2019", "ML10", None),
        ("ML07,ML0704", "2019", "ML10", None),  # no contradiction: the region was split
        ("ML07,ML0704,ML070403", "2019", "ML100101", None),
        (",,ML070401", "2019", "ML100201", None),
        (",ML0704", "2021", "", "admin2_unknown_in_vintage"),
        ("ML10,ML1001", "2019", "", "admin1_unknown_in_vintage"),
        ("ML10,ML1002,ML100201", "2021", "ML100201", None),
        ("ML05,ML0502", None, "", "code_without_vintage"),
        ("ML09", "2021", "ML09", None),  # OCHA's 09 is Bamako, the national 09 is not
    ],
)
def test_a_code_means_something_in_its_vintage_only(
    codes: str, vintage: str | None, code: str, warning: str | None
) -> None:
    found = place(codes=codes, vintage=vintage)
    assert found.code == code
    assert warning in found.warnings if warning else not found.warnings


def test_the_stated_code_is_kept_beside_the_current_one() -> None:
    found = place("Gao>Ménaka", "ML07,ML0704", "2019")
    assert (found.code, found.stated_code, found.stated_vintage) == ("ML10", "ML0704", "2019")


@pytest.mark.parametrize(
    ("names", "codes", "point", "code", "warning"),
    [
        ("Gao>Gao", "ML05,ML0703", None, "ML0703", "admin1_conflict"),  # three against one
        ("", "ML01,ML0502", None, "", "admin1_undecided"),  # one against one
        ("Mopti>Bankass>Dandougou Fakala", "ML05,ML0502,ML050301", None, "ML05", "admin2_undecided"),  # two against two
        ("Mopti>Bankass>Koro", "ML05,ML0502", None, "ML0502", "admin2_conflict"),
        ("Mopti>Douentza", "ML05,ML0504,ML050601", None, "ML0504", "admin2_conflict"),
        ("Koulikoro>Dioila>Diedougou", "ML02,ML0202,ML020409", None, "ML020206", "admin2_conflict"),
        ("Gao>Ansongo>Taboye", "ML07,ML0701,ML070203", None, "ML07", "admin2_undecided"),
        ("Kayes", "", "2019:ML0502", "", "admin1_undecided"),
        ("Bamako", "", "2019:ML0204,ML0901", "ML0901", "admin1_conflict"),  # the outline of Bamako passes beside it
        ("Mopti", "", "2019:", "ML05", "point_outside_outlines"),
    ],
)
def test_contradictions_are_weighed_and_flagged(
    names: str, codes: str, point: str | None, code: str, warning: str
) -> None:
    found = place(names, codes, point=point)
    assert found.code == code
    assert warning in found.warnings


def test_a_point_alone_gives_its_cercle_in_current_codes() -> None:
    assert (place(point="2019:ML0204,ML0901").code, place(point="2019:ML0704").code) == ("ML0204", "ML10")


def test_every_candidate_of_a_contradiction_is_ranked() -> None:
    found = place("Koulikoro>Dioila>Diedougou", "ML02,ML0202,ML020409").candidates
    assert [(c.code, c.method, c.witness) for c in found] == [
        ("ML020206", "exact_name", "admin3_name"),
        ("ML020409", "code", "admin3_code"),
        ("ML030401", "exact_name", "admin3_name"),
        ("ML040605", "exact_name", "admin3_name"),
    ]


def test_agreement_has_no_candidates() -> None:
    assert place("Mopti>Bankass>Baye", "ML05,ML0502,ML050202").candidates == ()


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        ("Kayes, Mopti et Gao", ["ML01", "ML05", "ML07"]),
        ("Kayes\nMopti", ["ML01", "ML05"]),
        ("Kayes & Mopti and Gao", ["ML01", "ML05", "ML07"]),
        ("Régions de Kayes ; Mopti", ["ML01", "ML05"]),
        ("Mopti>Mopti/Bandiagara", ["ML0506", "ML0501"]),
        ("Mopti, Gao>Bandiagara; Ansongo", ["ML0501", "ML0701"]),
        ("Mopti>Mopti, Djenné>Konna", ["ML050605"]),  # one place, in one of two cercles
        ("Bamako>Bamako>Communes I et II", ["ML090101", "ML090102"]),
        ("Kayes>Kita>Gadougou I et II", ["ML010509", "ML010510"]),
        ("Tombouctou>Gourma-Rharous", ["ML0603"]),
        ("Kidal>Tin-Essako", ["ML0804"]),
        ("Sikasso>Yanfolila>Sere Moussa Ani Samo", ["ML030609"]),
        ("Kayes, Kayes", ["ML01"]),
    ],
)
def test_a_cell_of_several_places_gives_several(names: str, codes: list[str]) -> None:
    assert [p.code for p in places_of(statement(names), {}, True)] == codes


def test_one_unknown_part_is_told_and_two_leave_the_cell_whole() -> None:
    known = places_of(statement("Kayes, Mopti, Nulle-Part"), {}, True)
    assert [(p.code, p.warnings) for p in known] == [
        (code, ("several_places_partly_read",)) for code in ("ML01", "ML05")
    ]
    assert place("Mopti>Mopti>Tegou, Indell, Guinékanda, Ondogou, Kendé").code == "ML0506"


def test_a_figure_of_several_places_is_not_split() -> None:
    (found,) = places_of(statement("Mopti>Mopti/Bandiagara"), {}, False)
    assert (found.code, found.warnings) == ("ML05", ("several_places", "coarser_than_stated"))
    assert [c.code for c in found.candidates] == ["ML0506", "ML0501"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("Gao>Ansongo>Bara, Ouattagouna", "ML0701"),
        ("Mopti, Gao>Bandiagara; Ansongo", ""),
        ("Kayes, Mopti", ""),
        ("Mopti>Mopti, Bankass, Nulle-Part", "ML05"),
        ("Kayes, Mopti, Nulle-Part", ""),
        ("Mopti>Bankass>Nulle-Part, Bankass, Ailleurs", "ML0502"),
    ],
)
def test_what_is_of_several_places_is_a_part_of_the_area_that_holds_them(names: str, code: str) -> None:
    (found,) = places_of(statement(names), {}, False)
    assert (found.code, "coarser_than_stated" in found.warnings) == (code, bool(code))


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("Gao>Tous les cercles", "ML07"),
        ("Gao>Toute la région", "ML07"),
        ("Gao>Ansongo>Ensemble du cercle", "ML0701"),
        ("Gao>Ansongo>toutes", "ML0701"),
        ("Gao>All", "ML07"),
        ("Toutes>Ansongo", "ML0701"),
    ],
)
def test_a_cell_that_says_all_of_an_area_names_no_place_in_it(names: str, code: str) -> None:
    (found,) = places_of(statement(names), {}, False)
    assert (found.code, found.warnings) == (code, ())


@pytest.mark.parametrize(
    "names", ["National", "Toutes les régions", "Ensemble du pays", "Niveau national", "Nationwide"]
)
def test_a_region_that_is_the_country(names: str) -> None:
    (found,) = places_of(statement(names), {}, False)
    assert (found.level, found.method) == (0, "country")


@pytest.mark.parametrize(
    ("names", "codes", "is_told"),
    [
        ("Mopti>Inconnu>Konna", "", True),
        ("Mopti>Bankass>Inconnue", "", True),
        ("Mopti>Bankass", "", False),
        ("Mopti>Inconnu", "ML05,ML0502", False),
        ("Sikasso>Yanfolila>Yanfolila", "", False),
    ],
)
def test_a_figure_of_an_unknown_place_is_not_one_of_what_is_around(names: str, codes: str, is_told: bool) -> None:
    (figure,), (service,) = (places_of(statement(names, codes), {}, divisible) for divisible in (False, True))
    assert ("coarser_than_stated" in figure.warnings) == is_told
    assert (figure.code, "coarser_than_stated" in service.warnings) == (service.code, False)


@pytest.mark.parametrize(
    ("names", "code", "is_part"),
    [
        ("Bandiagara", "ML05", True),
        ("Région de Nioro du Sahel", "ML01", True),
        ("San", "ML04", True),
        ("Taoudénit", "ML06", True),
        ("Bandiagara>Bankass", "ML0502", False),
        ("Bougouni>>Garalo", "ML030110", False),
        ("Ménaka", "ML10", False),
    ],
)
def test_a_region_created_since_is_in_the_one_that_held_it(names: str, code: str, is_part: bool) -> None:
    (figure,), (service,) = (places_of(statement(names), {}, divisible) for divisible in (False, True))
    assert (figure.code, service.code) == (code, code)
    assert ("coarser_than_stated" in figure.warnings, "admin1_name_unknown" in service.warnings) == (is_part, False)


def test_a_person_decides() -> None:
    asked = statement("Mopti>Bankass>Dandougou Fakala", "ML05,ML0502,ML050301")
    key = places.question_key("Mopti", "Bankass", "Dandougou Fakala", "ML05", "ML0502", "ML050301", "2021")
    assert key == "lieu:mopti>bankass>dandougou fakala|ML05|ML0502|ML050301|2021"
    (found,) = places_of(asked, {key: "ML050301"}, True)
    assert (found.code, found.method, found.warnings, len(found.candidates)) == ("ML050301", "answer", (), 2)
    (left,) = places_of(asked, {key: ""}, True)
    assert (left.code, left.method, left.level) == ("", "answer", None)
    (wrong,) = places_of(asked, {key: "ML9999"}, True)
    assert wrong.code == "ML05"


def test_silence_is_the_whole_country() -> None:
    assert (place().method, place().level) == ("country", 0)


def test_parts_are_pieces_with_letters() -> None:
    assert parts("Kayes ; , Mopti  -  Gao") == ["Kayes", "Mopti", "Gao"]


NAME = st.sampled_from(COMMUNES)


@given(NAME, st.randoms(use_true_random=False))
def test_noise_never_makes_another_commune_certain(code: str, chance: random.Random) -> None:
    """A mistyped name that is not itself an official one is at most fuzzy, with a score below 1."""
    noisy = typed(AREAS["2021", code], chance)
    found = place(f"{AREAS['2021', code[:4]]}>{AREAS['2021', code[:6]]}>{noisy}")
    if found.level == 3 and found.code != code:
        is_another_name = any(match.code == found.code for match in named(noisy, 3, "2021"))
        assert is_another_name or (found.method == "fuzzy" and found.score is not None and found.score < 1)


@given(NAME, st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(["{}", "Commune de {}", " {} "]))
def test_case_and_prefixes_change_nothing(code: str, case: Callable[[str], str], frame: str) -> None:
    written = case(AREAS["2021", code])
    frame = "{}" if "commune" in written.lower() else frame
    found = place(f"{AREAS['2021', code[:4]]}>{AREAS['2021', code[:6]]}>{frame.format(written)}")
    assert (found.code, found.method) == (code, "exact_name")


@given(st.text())
def test_any_text_has_a_key_and_a_place_or_none(text: str) -> None:
    assert " " not in place_key(text)
    assert places_of(statement(f"{text.replace('>', '')}>{text.replace('>', '')}"), {}, True)


WITNESSES = st.lists(
    st.builds(
        lambda column, codes: Witness(column, tuple(Match(code, "code") for code in codes)),
        st.sampled_from(["admin1_code", "admin2_code", "admin3_code", "point"]),
        st.sets(st.sampled_from(["ML05", "ML0502", "ML0503", "ML050202", "ML050301", "ML0703"]), max_size=3),
    ),
    max_size=5,
)


@given(WITNESSES, st.randoms(use_true_random=False))
def test_the_order_of_witnesses_changes_nothing(witnesses: list[Witness], chance: random.Random) -> None:
    shuffled = chance.sample(witnesses, len(witnesses))
    assert decide(shuffled) == decide(witnesses)
    assert ranked(shuffled) == ranked(witnesses)


@given(WITNESSES)
def test_no_region_is_chosen_against_more_than_half_of_its_support(witnesses: list[Witness]) -> None:
    if region := decide(witnesses).code[:4]:
        support = sum(witness.support(region) for witness in witnesses)
        assert support >= 2 * sum(bool(witness.votes) and not witness.support(region) for witness in witnesses)


def test_people_are_carried_whole_to_the_current_codes() -> None:
    people = {"ML07": 668410.0, "ML09": 2231344.0}
    moved = places.carried(people)
    assert set(moved) == {"ML07", "ML09", "ML10"}
    assert moved["ML10"] == pytest.approx(67119, abs=1e-3)
    assert sum(moved.values()) == pytest.approx(sum(people.values()))
    assert places.carried({"ML0704": 67119.0}) == {"ML10": 67119.0}


def test_every_commune_has_one_successor_and_no_code_is_of_two_vintages_by_chance() -> None:
    successors = [current(code, "2019") for vintage, code in AREAS if vintage == "2019" and len(code) == 8]
    assert sorted(code for (code,) in successors) == COMMUNES
    assert current("ML0704", "2021") == current("ML1001", "2019") == current("ML0502", None) == ()


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Validated files with the given columns only, so that files without some columns are tried as well."""

    def write(**shapes: Sequence[dict[str, Any]]) -> Workspace:
        made = Workspace(tmp_path)
        for shape, rows in shapes.items():
            frame = pd.DataFrame(rows)
            schema = pa.schema([field for field in SHAPES[shape].schema if field.name in frame])
            table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
            write_parquet(made.records(shape, "une_source"), table)
        return made

    return write


def outline(code: str, west: float) -> dict[str, Any]:
    geometry = shapely.to_wkb(shapely.box(west, 12, west + 1, 13))
    return {"level": 2, "admin_vintage": "2019", "admin_code": code, "geometry": geometry}


def test_records_get_their_places_and_candidates(workspace: Callable[..., Workspace]) -> None:
    made = workspace(
        service=[
            {"record_id": "s1", "admin2_name": "Mopti Bandiagara", "admin2_name_raw": "Mopti\nBandiagara"},
            {"record_id": "s2", "admin1_name": "Kayes", "latitude": 12.5, "longitude": -4.5},
            {"record_id": "s3", "latitude": 12.5, "longitude": -4.5},
            {"record_id": "s4", "latitude": 40.0, "longitude": -4.5},
            {"record_id": "s5"},
        ],
        need=[{"record_id": "n1", "admin2_code": None, "admin2_code_raw": "#N/A", "admin1_code": "ML05", "admin_vintage": "2021"}],
        survey_coverage=[{"record_id": "c1", "admin2_code": "ML0502"}],
        boundary=[outline("ML0502", -5), outline("ML0505", -4)],
    )  # fmt: skip
    table = places.resolve(made)
    assert table.schema == places.SCHEMA
    assert table == pq.read_table(made.resolved / "place.parquet")
    found = {(r["record_id"], r["place_no"]): r for r in table.to_pylist()}
    assert {key: (r["admin_level"], r["admin1_code"], r["admin2_code"], r["method"]) for key, r in found.items()} == {
        ("s1", 1): (2, "ML05", "ML0506", "exact_name"),
        ("s1", 2): (2, "ML05", "ML0501", "exact_name"),
        ("s2", 1): (None, None, None, None),
        ("s3", 1): (2, "ML05", "ML0502", "point_in_polygon"),
        ("s4", 1): (None, None, None, None),
        ("s5", 1): (0, None, None, "country"),
        ("n1", 1): (1, "ML05", None, "code"),
        ("c1", 1): (2, "ML05", "ML0502", "code"),
    }
    assert found["n1", 1]["warnings"] == "unreadable_code;admin2_unreadable;coarser_than_stated"
    assert found["s4", 1]["warnings"] == "point_outside_outlines;place_unresolved"
    candidates = pq.read_table(made.resolved / "place_candidate.parquet")
    assert candidates.schema == places.CANDIDATE_SCHEMA
    assert [(r["record_id"], r["rank"], r["admin_code"], r["witness"]) for r in candidates.to_pylist()] == [
        ("s2", 1, "ML0502", "point"),
        ("s2", 2, "ML01", "admin1_name"),
    ]
    answered = places.resolve(made, {candidates["question_key"][0].as_py(): "ML0502"})
    assert [r["method"] for r in answered.to_pylist() if r["record_id"] == "s2"] == ["answer"]


def test_nothing_landed_gives_empty_files(tmp_path: Path) -> None:
    assert places.resolve(Workspace(tmp_path)).num_rows == 0
    assert pq.read_table(tmp_path / "resolved" / "place_candidate.parquet").schema == places.CANDIDATE_SCHEMA


def test_a_name_that_no_list_has_is_counted_where_it_lifts_its_rows() -> None:
    rows = [
        ("Gao", "Cercle Inventé", None, None),
        ("Gao", "Cercle Inventé", None, None),
        ("Gao", "Bourem", None, None),
        ("Gao", "Cercle Inventé", None, "ML070201"),  # its code places it
        (None, None, None, None),
    ]
    columns = ["admin1_name", "admin2_name", "admin3_name", "admin3_code"]
    records = pd.DataFrame(rows, columns=columns).assign(admin_vintage="2021")
    assert places.unknown_names(records) == {"Cercle Inventé": 2}
