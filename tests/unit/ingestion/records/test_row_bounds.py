"""What no row may say: points outside the country, phones of no plan, dates that nobody meant, shares above one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from expectations.gate import gate
from ingestion.clean import pcodes, plausible
from ingestion.clean.public_phone import public_phone
from ingestion.declaration.source import Source
from ingestion.declaration.values import clean
from ingestion.records.source_records import ingest
from ingestion.shapes import SERVICE
from tests.fixtures.provider_answers import SERVICE as ANSWERS
from tests.fixtures.provider_answers import SUBMISSIONS, everything, kobo, source, write  # noqa: F401


def services(source: Source, folder: Path, *points: str) -> pd.DataFrame:
    ingested = ingest(source, [write(folder, kobo(services=[(0, ANSWERS | {"gps": point}) for point in points]))])
    assert all(check.passed for check in gate(ingested).conservation())
    frame: pd.DataFrame = ingested.records["service"]
    return frame


@pytest.mark.parametrize(
    ("written", "point"),
    [
        ("14.4469, -11.4347", (14.4469, -11.4347)),
        ("14.4469,-11.4347", (14.4469, -11.4347)),
        ("14,4469 -11,4347 0 0", (14.4469, -11.4347)),
        ("14.4469;-11.4347", (14.4469, -11.4347)),
        ("(14.4469 , -11.4347)", (14.4469, -11.4347)),
        ("14°26'48.8\"N 11°26'05\"W", (14.446889, -11.434722)),
        ("11°26’O 14°26’N", (14.433333, -11.433333)),
        ("14,4469", None),
        ("14 26 N", None),
        ("8 quai Est, 3 rue Nord", None),
    ],
)
def test_a_point_is_read_as_people_type_it(written: str, point: tuple[float, float] | None) -> None:
    assert pcodes.coordinates(written) == point


def test_a_point_outside_the_country_goes_and_its_row_stays(source: Source, tmp_path: Path) -> None:
    inside = ["14.4871 -4.1962 0 5", "14.4871, -4.1962", "10.3 -7.9", "24.8 -5.0"]
    # Swapped, Paris, nowhere, a sign lost, Liberia; within the country's frame, Ouagadougou and Niamey.
    outside = ["-11.4347 14.4469 0 0", "48.8566 2.3522 0 0", "0 0 0 0", "14.4871 4.1962 0 0", "6.3 -10.8"]
    outside += ["12.3714 -1.5197", "13.5116 2.1254"]
    frame = services(source, tmp_path, *inside, *outside, "derrière chez Awa Fictive")
    assert frame["latitude"].notna().tolist() == [True] * 4 + [False] * 8
    assert frame["longitude"].notna().tolist() == [True] * 4 + [False] * 8
    assert frame["warnings"].fillna("").tolist() == [
        *[""] * 4, *["position_outside_country"] * 7, "latitude_invalid;longitude_invalid"
    ]  # fmt: skip
    assert frame["latitude_raw"].tolist()[4] == "-11.4347"
    assert frame["errors"].isna().all()
    assert "Awa" not in frame.to_csv()


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("76123456", "76123456"),
        ("76 12 34 56", "76123456"),
        ("+223 76-12-34-56", "76123456"),
        ("76123456.0", "76123456"),
        ("7.6123456E+07", "76123456"),
        ("7,61E+07", None),
        ("7.6E7", None),
        ("6123456", None),
        ("12345678", None),
        ("761234567", None),
        ("76 12 34 56 (Mme Awa)", "76123456"),
        ("76123456 / awa.fictive@exemple.test", "76123456"),
        ("awa76123456@exemple.test", None),
        ("Tél. 76123456 ou 20 22 11 22", "76123456 / 20221122"),
        ("+225 07 12 34 56 78", "+2250712345678"),
        ("n/a", None),
        ("demander au gardien", None),
        ("00 17 17 01", "00 17 17 01"),  # invented
    ],
)
def test_a_public_phone_is_a_number_of_the_plan(written: str, phone: str | None) -> None:
    assert public_phone(written) == phone


def test_what_stands_beside_a_public_phone_leaves_no_trace(source: Source, tmp_path: Path) -> None:
    told = ["76 12 34 56 (Mme Awa)", "66123456 / awa.fictive@exemple.test", "7,61E+07"]
    answers = [one | {"pf_tel": phone, "publier_contact": "oui", "consent": "oui"} for one, phone in zip(SUBMISSIONS, told, strict=True)]  # fmt: skip
    ingested = ingest(source, [write(tmp_path, kobo(answers))])
    organizations = ingested.records["organization"]
    assert organizations["public_phone"].fillna("").tolist() == ["76123456", "66123456", ""]
    warnings = organizations["warnings"].tolist()
    assert warnings == ["public_phone_repaired", "public_phone_repaired", "public_phone_invalid"]
    kept = everything(ingested)
    assert [text for text in ("Mme Awa", "exemple.test", "7,61E+07") if text in kept] == []
    assert set(told) <= set(ingested.personal["value"])  # for `restricted` alone


@pytest.mark.parametrize(
    ("written", "is_read"),
    [("1904-01-02", False), ("9999-12-31", False), ("2099-01-01", False), ("1990-01-01", True), ("2024-12-31", True),
     (f"{dt.date.today().year + plausible.YEARS_AHEAD}-06-30", True)],
)  # fmt: skip
def test_a_date_that_nobody_meant_is_dropped(written: str, is_read: bool) -> None:
    value, understood = clean(SERVICE.column("ends_on"), written)
    assert (value is not None, understood) == (is_read, is_read)


def test_dates_and_shares_out_of_bounds_are_warnings_of_their_row(source: Source, tmp_path: Path) -> None:
    first = SUBMISSIONS[0] | {"opp_fin": "2204-12-31", "partage_pct": "150"}
    ingested = ingest(source, [write(tmp_path, kobo([first, *SUBMISSIONS[1:]]))])
    frame = ingested.records["opportunity"]
    assert frame["ends_on"].isna().all()
    assert frame["errors"].isna().all()
    shared = frame[frame["opportunity_type_code"].eq("COFIN")].iloc[0]
    assert pd.isna(shared["cost_share"])
    assert {"cost_share_invalid", "ends_on_invalid", "deadline_on_invalid"} <= set(shared["warnings"].split(";"))


def test_a_row_seen_on_an_impossible_day_is_rejected_and_the_others_stay(source: Source, tmp_path: Path) -> None:
    ingested = ingest(source, [write(tmp_path, kobo([SUBMISSIONS[0] | {"today": "1904-06-11"}, *SUBMISSIONS[1:]]))])
    gated = gate(ingested)
    assert len(gated.accepted["organization"]) == 1
    assert gated.accepted["organization"]["observed_on"].tolist() == [dt.date(2024, 6, 12)]


@pytest.mark.parametrize(
    ("column", "written", "value", "is_read"),
    [
        ("exclusion_criteria", "aucun", "aucun", True),
        ("exclusion_criteria", "age aucun", None, False),
        ("exclusion_criteria", "Aucun critère d’exclusion; age", None, False),
        ("exclusion_criteria", "age;nationalite", "age;nationalite", True),
    ],
)
def test_none_of_a_list_stands_alone(column: str, written: str, value: str | None, is_read: bool) -> None:
    assert clean(SERVICE.column(column), written) == (value, is_read)
