"""How well places are found on the real files, as benchmarks/places.py measures it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.places import Measure, of_3w, of_facilities, of_typing, records, resolved
from warehouse.resolution import places

pytestmark = pytest.mark.real

PRECISION, RECALL = 0.99, 0.95


@pytest.fixture(scope="module")
def measured_3w(real: Path) -> tuple[list[Measure], pd.DataFrame]:
    return of_3w(real / "mali")


@pytest.fixture(scope="module")
def placed_3w(real: Path) -> pd.DataFrame:
    """The rows of the 3W as they are, codes included, beside their places."""
    services = records("ocha_3w_mli", real / "mali" / "mali_3w_december_2023.xlsx")
    return resolved(services).merge(services, on="record_id", suffixes=("", "_stated"))


def test_names_of_the_3w_give_the_codes_of_the_3w(measured_3w: tuple[list[Measure], pd.DataFrame]) -> None:
    for measure in measured_3w[0]:
        assert measure.precision >= PRECISION, measure
        assert measure.recall >= RECALL, measure


def test_rows_that_contradict_themselves_are_counted(measured_3w: tuple[list[Measure], pd.DataFrame]) -> None:
    rows = measured_3w[1].groupby("reason")["rows"].sum()
    assert rows["le code de la commune est d’un autre cercle"] == 707
    assert rows["le code de la région n’est pas celui du cercle"] == 17
    assert rows.sum() == 776


def test_points_of_facilities_lie_in_the_region_that_the_file_names(real: Path) -> None:
    (measure,) = of_facilities(real / "mali")
    assert measure.scored == 1448
    assert measure.precision >= PRECISION
    assert measure.recall >= RECALL


@pytest.mark.long
def test_mistyped_communes_are_found_below_their_parents_and_never_guessed_without() -> None:
    with_parents, *without_parents = of_typing(rounds=3)
    assert with_parents.precision >= PRECISION
    assert with_parents.recall >= RECALL
    assert all(measure.precision >= PRECISION for measure in without_parents)


def test_contradicting_codes_are_flagged_and_no_commune_is_outside_its_cercle(placed_3w: pd.DataFrame) -> None:
    contradicting = placed_3w["warnings_stated"].fillna("").str.contains("admin3_outside_admin2|admin1_not_parent")
    flagged = placed_3w["warnings"].fillna("").str.contains("conflict|undecided")
    assert contradicting.sum() == 707 + 17
    assert flagged[contradicting].all()
    communes = placed_3w[placed_3w["admin3_code"].notna()]
    assert (communes["admin3_code"].str[:6] == communes["admin2_code"]).all()


def test_codes_that_agree_with_each_other_are_kept(placed_3w: pd.DataFrame) -> None:
    codes = placed_3w[["admin1_code_stated", "admin2_code_stated", "admin3_code_stated"]]
    agreeing = placed_3w[placed_3w["warnings"].isna() & codes.notna().all(axis=1)]
    assert (agreeing["admin3_code"] == agreeing["admin3_code_stated"]).all()
    assert (agreeing["method"] == "code").all()


def test_communes_without_a_code_are_found_by_name(placed_3w: pd.DataFrame) -> None:
    named = placed_3w[placed_3w["admin3_code_stated"].isna() & placed_3w["admin3_name"].notna()]
    assert named["admin3_code"].notna().mean() >= 0.95


def test_the_population_of_2019_is_carried_whole_to_the_codes_of_2021(real: Path) -> None:
    regions = pd.read_csv(real / "mali" / "population_mli_mli_pop_adm1_v2.csv", encoding="utf-8-sig")
    cercles = pd.read_csv(real / "mali" / "population_mli_mli_pop_adm2_v2.csv", encoding="utf-8-sig")
    by_region = places.carried(dict(zip(regions["admin1Pcode"], regions["T_TL"].astype(float), strict=True)))
    by_cercle = places.carried(dict(zip(cercles["admin2Pcode"], cercles["T_TL"].astype(float), strict=True)))
    assert sum(by_region.values()) == pytest.approx(regions["T_TL"].sum())
    assert sum(by_cercle.values()) == pytest.approx(cercles["T_TL"].sum())
    assert by_region["ML10"] == pytest.approx(by_cercle["ML10"])
    assert "ML0704" not in by_cercle
