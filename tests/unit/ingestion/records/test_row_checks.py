"""Warnings that the rows of a source give each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ingestion.records.row_checks import add_warnings
from tests.fixtures.need_rows import FIGURE, need  # noqa: F401

Records = Callable[..., pd.DataFrame]


@pytest.fixture
def warnings(records: Records) -> Callable[..., list[str]]:
    """The warnings of each row of a shape, "" where there are none."""

    def given(shape: str, *rows: dict[str, Any]) -> list[str]:
        return list(add_warnings(shape, records(shape, *rows))["warnings"].fillna(""))

    return given


@pytest.mark.parametrize(
    ("admin1", "admin2", "admin3", "warned"),
    [
        ("ML05", "ML0502", "ML050201", ""),
        ("ML01", "ML0502", "ML050201", "admin1_not_parent_of_admin2"),
        ("ML05", "ML0502", "ML050601", "admin3_outside_admin2"),
        ("ML01", "ML0502", "ML050601", "admin1_not_parent_of_admin2;admin3_outside_admin2"),
        ("ML05", None, "ML050201", ""),
        (None, "ML0502", None, ""),
        (None, None, None, ""),
    ],
)
@pytest.mark.parametrize("shape", ["service", "need"])
def test_codes_of_other_parents_are_told(
    warnings: Callable[..., list[str]],
    shape: str,
    admin1: str | None,
    admin2: str | None,
    admin3: str | None,
    warned: str,
) -> None:
    row = {"admin1_code": admin1, "admin2_code": admin2, "admin3_code": admin3}
    assert warnings(shape, row) == [warned]


def test_only_the_row_concerned_is_told_and_no_value_changes(records: Records) -> None:
    right = {"admin1_code": "ML05", "admin2_code": "ML0502"}
    frame = records("service", right, right | {"admin1_code": "ML01"}, right)
    checked = add_warnings("service", frame)
    assert list(checked["warnings"].fillna("")) == ["", "admin1_not_parent_of_admin2", ""]
    pd.testing.assert_frame_equal(checked.drop(columns="warnings"), frame.drop(columns="warnings"))


def test_warnings_of_the_cleaning_stay(warnings: Callable[..., list[str]]) -> None:
    row = {"admin1_code": "ML01", "admin2_code": "ML0502", "warnings": "latitude_invalid;cost_code_invalid"}
    assert warnings("service", row) == ["admin1_not_parent_of_admin2;cost_code_invalid;latitude_invalid"]


def test_a_shape_without_place_has_no_such_warnings(warnings: Callable[..., list[str]]) -> None:
    assert warnings("organization", {"organization_name": "Association Fictive"}) == [""]


@pytest.mark.parametrize("shape", ["service", "need", "organization"])
def test_no_row_is_no_warning(warnings: Callable[..., list[str]], shape: str) -> None:
    assert warnings(shape) == []


@pytest.mark.parametrize(
    ("people", "warned"),
    [(225037.9852, "people_fractional"), (0.5, "people_fractional"), (225038.0, ""), (0.0, ""), (None, "")],
)
def test_people_come_whole(warnings: Callable[..., list[str]], people: float | None, warned: str) -> None:
    assert warnings("need", need(people, "ML05", "ML0502")) == [warned]


def test_a_country_that_is_not_the_sum_of_its_cercles_is_told(warnings: Callable[..., list[str]]) -> None:
    rows = [need(37938), need(20000, "ML05", "ML0502"), need(27508, "ML07", "ML0703")]
    assert warnings("need", *rows) == ["levels_disagree", "", ""]


def test_a_country_that_is_not_the_sum_of_its_regions_is_told(warnings: Callable[..., list[str]]) -> None:
    assert warnings("need", need(100), need(50, "ML05"), need(60, "ML07")) == ["levels_disagree", "", ""]


def test_a_region_that_is_not_the_sum_of_its_cercles_is_told(warnings: Callable[..., list[str]]) -> None:
    rows = [need(100, "ML05"), need(200, "ML07"), need(60, "ML05", "ML0501"), need(50, "ML05", "ML0502"),
            need(200, "ML07", "ML0703")]  # fmt: skip
    assert warnings("need", *rows) == ["levels_disagree", "", "", "", ""]


def test_levels_that_agree_are_not_told(warnings: Callable[..., list[str]]) -> None:
    rows = [need(110), need(110, "ML05"), need(60, "ML05", "ML0501"), need(50, "ML05", "ML0502")]
    assert warnings("need", *rows) == [""] * 4


@pytest.mark.parametrize(
    ("country", "warned"), [(110, ""), (112, ""), (108, ""), (113, "levels_disagree"), (107, "levels_disagree")]
)
def test_one_person_of_rounding_is_allowed_for_each_part(
    warnings: Callable[..., list[str]], country: int, warned: str
) -> None:
    rows = [need(country), need(60, "ML05", "ML0501"), need(50, "ML07", "ML0703")]
    assert warnings("need", *rows)[0] == warned


@pytest.mark.parametrize(
    "other",
    [{"population_group_code": "IDP"}, {"sex": "f"}, {"age_group": "0-17"}, {"sector_code": "HEA"},
     {"period": "2023"}, {"indicator": "population"}],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_figures_of_different_things_are_not_added_up(
    warnings: Callable[..., list[str]], other: dict[str, str]
) -> None:
    rows = [need(100), need(100, "ML05", "ML0501"), need(900, "ML07", "ML0703", **other)]
    assert warnings("need", *rows) == ["", "", ""]


def test_a_country_without_parts_is_not_told(warnings: Callable[..., list[str]]) -> None:
    assert warnings("need", need(100), need(900, "ML05", sector_code="HEA")) == ["", ""]


@pytest.mark.parametrize(
    "unread",
    [{"admin1_code_raw": "ML011"}, {"admin2_code_raw": "#N/A"}, {"admin1_code_raw": "?", "admin2_code_raw": "?"}],
)
def test_a_row_whose_codes_cannot_be_read_is_not_the_country(
    warnings: Callable[..., list[str]], unread: dict[str, str]
) -> None:
    rows = [need(110), need(150) | unread, need(60, "ML05", "ML0501"), need(50, "ML07", "ML0703")]
    assert warnings("need", *rows) == [""] * 4


def test_a_figure_that_is_missing_is_not_zero(warnings: Callable[..., list[str]]) -> None:
    rows = [need(None), need(None, "ML05"), need(60, "ML05", "ML0501"), need(None, "ML05", "ML0502")]
    assert warnings("need", *rows) == [""] * 4


@pytest.mark.parametrize(
    ("women", "men", "warned"),
    [(60, 40, ""), (61, 41, ""), (60, 50, "sexes_disagree"), (60, None, ""), (None, None, "")],
)
def test_a_total_that_women_and_men_do_not_add_up_to_is_told(
    warnings: Callable[..., list[str]], women: float | None, men: float | None, warned: str
) -> None:
    rows = [need(100, "ML05", "ML0502")]
    rows += [need(count, "ML05", "ML0502") | {"sex": sex} for sex, count in (("f", women), ("m", men))]
    elsewhere = [need(7, "ML05", "ML0501"), need(9, "ML07", "ML0703") | {"sex": "m"}]
    assert warnings("need", *rows, *elsewhere) == [warned, "", "", "", ""]


def test_sexes_are_those_of_one_place_also_where_only_names_tell_it(warnings: Callable[..., list[str]]) -> None:
    gao, bourem = {"admin2_name": "Gao"}, {"admin2_name": "Bourem"}
    rows = [need(90) | gao, need(50) | gao | {"sex": "f"}, need(40) | gao | {"sex": "m"}]
    assert warnings("need", *rows, need(80) | bourem, need(20) | bourem | {"sex": "f"}) == [""] * 5


@pytest.mark.parametrize(
    "place",
    [{"admin1_name": "Gao"}, {"admin2_name": "Ansongo"}, {"admin3_code": "ML050201"}, {"zone_code": "Z_GAO"},
     {"place_name": "Gao"}],
    ids=lambda place: next(iter(place)),
)  # fmt: skip
def test_a_place_said_otherwise_than_by_its_code_is_no_total(
    warnings: Callable[..., list[str]], place: dict[str, str]
) -> None:
    rows = [need(100) | place, need(60, "ML05", "ML0501"), need(70, "ML07", "ML0703")]
    assert warnings("need", *rows) == [""] * 3
