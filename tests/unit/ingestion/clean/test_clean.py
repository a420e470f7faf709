"""Cleaners: what they read, and what they leave unread rather than guess."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.clean import dates, numbers, pcodes, text, units
from ingestion.country.pack import pack
from ingestion.declaration import code_lists
from ingestion.declaration.values import clean
from ingestion.shapes import NEED, OPPORTUNITY, SERVICE, Column

DAY = dt.date
# Words and signs that the cleaners look for, so that random texts come near what they read.
PIECES = [" au ", " à ", "mars 2024", "du ", "2024", "45292", "01", "2e", "1er", "le ", "de ", "janvier", "janv", "févr", "Q1", "T4", "trimestre ", "ML",
          "ML01", "#N/A", "-", "/", ".", ",", "'", " ", "\u00a0", "\u202f", "\u200b", "e5", "+", "%", "oui", ";", "VDT",
          "MIG_RET", "nsp", "é", "œ", "²", "(", "\n"]  # fmt: skip
MESSY = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=6).map("".join))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024-03-01", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("2024-3-1", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("2024-03-01T12:30:00", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("2024-03-01 00:00:00", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("2024-03-01T23:30:00.000+01:00", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("2024-03-01Z", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("01/03/2024", DAY(2024, 3, 1), DAY(2024, 3, 1)),  # day first
        ("1.3.2024", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("31-12-2023", DAY(2023, 12, 31), DAY(2023, 12, 31)),
        (" 15/07/2024 ", DAY(2024, 7, 15), DAY(2024, 7, 15)),
        ("2e janvier 2024", DAY(2024, 1, 2), DAY(2024, 1, 2)),
        ("1er août 2024", DAY(2024, 8, 1), DAY(2024, 8, 1)),
        ("le 14 juillet 2024", DAY(2024, 7, 14), DAY(2024, 7, 14)),
        ("2 January 2024", DAY(2024, 1, 2), DAY(2024, 1, 2)),
        ("January 2nd, 2024", DAY(2024, 1, 2), DAY(2024, 1, 2)),
        ("29 FÉVRIER 2024", DAY(2024, 2, 29), DAY(2024, 2, 29)),
        ("janv-24", DAY(2024, 1, 1), DAY(2024, 1, 31)),
        ("03/04/24", DAY(2024, 4, 3), DAY(2024, 4, 3)),
        ("1/3/99", DAY(1999, 3, 1), DAY(1999, 3, 1)),
        ("2024/03/01", DAY(2024, 3, 1), DAY(2024, 3, 1)),
        ("févr. 2024", DAY(2024, 2, 1), DAY(2024, 2, 29)),
        ("février 2023", DAY(2023, 2, 1), DAY(2023, 2, 28)),
        ("décembre_2023", DAY(2023, 12, 1), DAY(2023, 12, 31)),
        ("Q1 2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("T4-2023", DAY(2023, 10, 1), DAY(2023, 12, 31)),
        ("2024", DAY(2024, 1, 1), DAY(2024, 12, 31)),
        ("45292", DAY(2024, 1, 1), DAY(2024, 1, 1)),  # Excel serial
        ("45351.0", DAY(2024, 2, 29), DAY(2024, 2, 29)),
        ("45292.75", DAY(2024, 1, 1), DAY(2024, 1, 1)),  # with the time of day
        ("20000", DAY(1954, 10, 3), DAY(1954, 10, 3)),
        ("2024-03", DAY(2024, 3, 1), DAY(2024, 3, 31)),
        ("03/2024", DAY(2024, 3, 1), DAY(2024, 3, 31)),
        ("01-juin-24", DAY(2024, 6, 1), DAY(2024, 6, 1)),
        ("janv.-24", DAY(2024, 1, 1), DAY(2024, 1, 31)),
        ("1er trimestre 2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("4ème trimestre 2023", DAY(2023, 10, 1), DAY(2023, 12, 31)),
        ("2e semestre 2024", DAY(2024, 7, 1), DAY(2024, 12, 31)),
        ("S1 2024", DAY(2024, 1, 1), DAY(2024, 6, 30)),
        ("fin juin 2024", DAY(2024, 6, 21), DAY(2024, 6, 30)),
        ("fin du mois de février 2024", DAY(2024, 2, 21), DAY(2024, 2, 29)),
        ("Début mars 2024", DAY(2024, 3, 1), DAY(2024, 3, 10)),
        ("mi-mai 2024", DAY(2024, 5, 11), DAY(2024, 5, 20)),
        ("fin 2024", DAY(2024, 9, 1), DAY(2024, 12, 31)),
        ("end of June 2024", DAY(2024, 6, 21), DAY(2024, 6, 30)),
    ],
)
def test_dates_are_read(written: str, first: DAY, last: DAY) -> None:
    assert (dates.date(written), dates.date(written, end=True)) == (first, last)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2e janvier 2024 au 31 décembre 2028", DAY(2024, 1, 2), DAY(2028, 12, 31)),
        ("du 1er janvier au 31 mars 2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("du 1 au 15 mars 2024", DAY(2024, 3, 1), DAY(2024, 3, 15)),
        ("01/02/2024 - 31/03/2024", DAY(2024, 2, 1), DAY(2024, 3, 31)),
        ("01.01.2024–31.03.2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("mars 2024 → juin 2024", DAY(2024, 3, 1), DAY(2024, 6, 30)),
        ("01/03/2024 -> 30/06/2024", DAY(2024, 3, 1), DAY(2024, 6, 30)),
        ("15 mars-20 juin 2024", DAY(2024, 3, 15), DAY(2024, 6, 20)),
        ("Juillet-Août-Septembre 2024", DAY(2024, 7, 1), DAY(2024, 9, 30)),
        ("juillet, août et septembre 2024", DAY(2024, 7, 1), DAY(2024, 9, 30)),
        ("Année 2024", DAY(2024, 1, 1), DAY(2024, 12, 31)),
        ("15 juin 2024 00:00", DAY(2024, 6, 15), DAY(2024, 6, 15)),
        ("15/06/2024 à 10h30", DAY(2024, 6, 15), DAY(2024, 6, 15)),
        ("01/02/2024-31/03/2024", DAY(2024, 2, 1), DAY(2024, 3, 31)),
        ("01/02 au 31/03/2024", DAY(2024, 2, 1), DAY(2024, 3, 31)),
        ("2024-01-01/2024-06-30", DAY(2024, 1, 1), DAY(2024, 6, 30)),
        ("2024-2028", DAY(2024, 1, 1), DAY(2028, 12, 31)),
        ("2024 – 2028", DAY(2024, 1, 1), DAY(2028, 12, 31)),
        ("de 2024 à 2028", DAY(2024, 1, 1), DAY(2028, 12, 31)),
        ("janvier à mars 2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("janvier-mars 2024", DAY(2024, 1, 1), DAY(2024, 3, 31)),
        ("décembre 2023 à mars 2024", DAY(2023, 12, 1), DAY(2024, 3, 31)),
        ("T1-T3 2024", DAY(2024, 1, 1), DAY(2024, 9, 30)),
        ("1er trimestre 2024 au 3e trimestre 2024", DAY(2024, 1, 1), DAY(2024, 9, 30)),
        ("March to June 2024", DAY(2024, 3, 1), DAY(2024, 6, 30)),
        ("01/07/24-31/12/25", DAY(2024, 7, 1), DAY(2025, 12, 31)),
        ("5-10 juin 2024", DAY(2024, 6, 5), DAY(2024, 6, 10)),
        ("18 mois (du 01/07/2024 au 31/12/2025)", DAY(2024, 7, 1), DAY(2025, 12, 31)),
        ("janvier 2024 - décembre 2025 (24 mois)", DAY(2024, 1, 1), DAY(2025, 12, 31)),
        ("12 mois à partir de mars 2025", DAY(2025, 3, 1), DAY(2026, 2, 28)),
        ("2 ans à compter du 1er février 2024", DAY(2024, 2, 1), DAY(2026, 1, 31)),
        ("mi-mars à fin juin 2024", DAY(2024, 3, 11), DAY(2024, 6, 30)),
        ("janvier 2024 - fin 2025", DAY(2024, 1, 1), DAY(2025, 12, 31)),
    ],
)
def test_a_range_is_its_first_day_or_its_last(written: str, first: DAY, last: DAY) -> None:
    assert (dates.date(written), dates.date(written, end=True)) == (first, last)
    assert clean(SERVICE.column("starts_on"), written) == (first, True)
    assert clean(SERVICE.column("ends_on"), written) == (last, True)


@pytest.mark.parametrize("written", ["depuis 2023", "2023 - en cours", "Janvier 2023 à ce jour", "since 01/01/2023"])
def test_what_has_not_ended_has_a_beginning_and_no_end(written: str) -> None:
    assert clean(SERVICE.column("starts_on"), written) == (DAY(2023, 1, 1), True)
    assert clean(SERVICE.column("ends_on"), written) == (None, True)


@pytest.mark.parametrize(
    "written",
    ["mars 2024 à janvier 2024", "du 5 mars 2024 au 4 mars 2024", "du lundi au vendredi", "de mai à juin", "S3 2024",
     "5e trimestre 2024", "fin juin", "fin 30 juin 2024", "mi-2e trimestre 2024", "2024-25", "2024-13", "36 mois", "13/2024", "2028-2024", "31 décembre 2024 à minuit", "12/24", "mars"],
)  # fmt: skip
def test_a_range_that_is_none_is_not_guessed(written: str) -> None:
    assert dates.date(written) is None
    assert dates.date(written, end=True) is None


@pytest.mark.parametrize(
    "written",
    ["", "en cours", "31/02/2024", "2024-13-01", "29 février 2023", "30 brumaire 2024", "Q5 2024", "brumaire 2024",
     "19999", "80001", "1789", "#N/A", "03/2024/01", "12", "01/03"],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(written: str) -> None:
    assert dates.date(written) is None


@given(st.dates())
def test_iso_dates_round_trip(day: DAY) -> None:
    assert dates.date(day.isoformat()) == day


@given(st.dates(min_value=DAY(1000, 1, 1)))
def test_a_day_written_day_first_is_that_day(day: DAY) -> None:
    assert dates.date(f"{day:%d/%m/%Y}") == dates.date(f"{day:%d.%m.%Y}", end=True) == day


@given(
    st.dates(min_value=DAY(1000, 1, 1)),
    st.dates(min_value=DAY(1000, 1, 1)),
    st.sampled_from(["{} au {}", "du {} au {}", "{} - {}", "de {} à {}", "{} – {}", "{} to {}"]),
    st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"]),
)
def test_a_range_of_two_days_gives_both_in_order_and_nothing_backwards(
    one: DAY, other: DAY, form: str, sign: str
) -> None:
    written = form.format(one.strftime(sign), other.strftime(sign))
    expected = (one, other) if one <= other else (None, None)
    assert (dates.date(written), dates.date(written, end=True)) == expected


@given(MESSY)
def test_no_date_begins_after_it_ends(written: str) -> None:
    first, last = dates.date(written), dates.date(written, end=True)
    assert (first is None) == (last is None)
    assert first is None or first <= last


@given(st.dates(min_value=DAY(1955, 1, 1), max_value=DAY(2118, 12, 31)))
def test_excel_serials_count_days_from_1899_12_30(day: DAY) -> None:
    assert dates.date(str((day - DAY(1899, 12, 30)).days)) == day


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1234.5", 1234.5),
        ("1234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1’234.5", 1234.5),
        ("1 234 567", 1234567),
        ("1,234,567", 1234567),
        ("12.345.678,9", 12345678.9),
        ("0,5", 0.5),
        ("-3", -3),
        ("+3", 3),
        (" 7 ", 7),
        ("1e3", 1000),
        ("225037.9852", 225037.9852),
    ],
)
def test_numbers_are_read(written: str, number: float) -> None:
    assert numbers.number(written) == number


@pytest.mark.parametrize(
    "written", ["", "12 %", "environ 50", "10-20", "12 34", "1 2345", "#N/A", "nan", "inf", "1.2.3", "--3", "1_000"]
)
def test_what_is_no_number_is_not_guessed(written: str) -> None:
    assert numbers.number(written) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_round_trip(number: float) -> None:
    assert numbers.number(repr(number)) == number


@given(
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=99),
    st.sampled_from(" \u00a0\u202f\u2009’'"),
    st.sampled_from(["", "-", "−"]),
)
def test_a_number_typed_in_french_is_that_number(whole: int, cents: int, thousands: str, minus: str) -> None:
    written = f"{minus}{whole:,}".replace(",", thousands) + f",{cents:02d}"
    value = whole + cents / 100
    assert numbers.number(written) == pytest.approx(-value if minus else value)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_french_thousands_are_read(number: int) -> None:
    assert numbers.integer(f"{number:,}".replace(",", "\u202f")) == number


@pytest.mark.parametrize(
    ("written", "number"), [("12", 12), ("12,0", 12), ("1 200", 1200), ("12,5", None), ("douze", None), ("", None)]
)
def test_integers_have_no_fraction(written: str, number: int | None) -> None:
    assert numbers.integer(written) == number


@pytest.mark.parametrize(
    ("written", "answer"),
    [("oui", True), ("Oui ", True), ("VRAI", True), ("1", True), ("x", True), ("non", False), ("No", False),
     ("Faux", False), ("0", False), ("nsp", None), ("2", None), ("", None)],
)  # fmt: skip
def test_booleans(written: str, answer: bool | None) -> None:
    assert numbers.boolean(written) is answer


@pytest.mark.parametrize(
    ("written", "level", "code"),
    [
        ("ML01", 1, "ML01"),
        (" ml0502 ", 2, "ML0502"),
        ("ML050201", 3, "ML050201"),
        ("ML011", 1, None),  # a region with three digits
        ("ML0502", 1, None),
        ("ML05", 2, None),
        ("ML0502", 3, None),
        ("#N/A", 3, None),
        ("Commune VI", 3, None),
        ("0502", 2, None),
        ("", 1, None),
        ("ET060207", 3, "ET060207"),
        ("so2502", 2, "SO2502"),
        ("BDI001", 1, "BDI001"),  # three letters, three digits a level
        ("BDI001002", 2, "BDI001002"),
        ("BDI01", 1, None),
        ("NE001001", 2, "NE001001"),
        ("NE0101", 2, None),
        ("LB1", 1, "LB1"),
        ("BFA01", 1, None),  # no list uses these three letters
        ("MLI01", 1, "ML01"),  # nor these, but they mean Mali
        ("ML٠١", 1, None),
    ],
)
def test_pcodes(written: str, level: int, code: str | None) -> None:
    assert pcodes.pcode(written, level) == code


@pytest.mark.parametrize(
    ("written", "level", "code"),
    [
        ("ML 0506", 2, "ML0506"),
        ("ml05 06 09", 3, "ML050609"),
        ("ML-05-06", 2, "ML0506"),
        ("ML05.06_09", 3, "ML050609"),
        ("ML0506-04", 3, "ML050604"),
        ("ML5", 1, "ML05"),
        ("ML506", 2, "ML0506"),
        ("ML5-6-9", 3, "ML050609"),
        ("ML0506 - Mopti", 2, "ML0506"),
        ("Mopti (ML 0506)", 2, "ML0506"),
        ("506", 2, "ML0506"),
        ("506.0", 2, "ML0506"),
        ("050609", 3, "ML050609"),
        ("ML101", 2, None),  # ML0101 or ML1001
        ("ML-9", 1, None),  # ISO 3166-2 has Ménaka there, OCHA Bamako
        ("ML 0599", 2, None),  # no such cercle
        ("ML0506, ML0502", 2, None),
        ("ML05 0X 09", 3, None),
        ("5061", 2, None),
        ("0506 Mopti", 2, None),
    ],
)
def test_codes_written_otherwise(written: str, level: int, code: str | None) -> None:
    assert pcodes.pcode(written, level, bare=True) == code


with (pack().seeds / "admin_area.csv").open(encoding="utf-8", newline="") as _file:
    OFFICIAL = frozenset(row["code"] for row in csv.DictReader(_file))
_SCRAPS = st.lists(
    st.sampled_from(["ML", "ml", "MLI", " ", "-", ".", "0", "5", "06", "9", "0506", "x", "(", "é"]), max_size=9
)
CODE_LIKE = st.one_of(_SCRAPS.map("".join), MESSY)


@given(CODE_LIKE, st.sampled_from([1, 2, 3]), st.booleans())
def test_reading_a_code_invents_none_and_reads_its_own_answer(written: str, level: int, bare: bool) -> None:
    code = pcodes.pcode(written, level, bare)
    if code is not None:
        assert code in OFFICIAL or code == written.strip().upper()
        assert pcodes.pcode(code, level, bare) == code


@given(st.sampled_from(sorted(code for code in OFFICIAL if len(code) > 2)), st.sampled_from(["", " ", "-", ".", " - "]))
def test_an_official_code_is_read_however_its_parts_are_joined(code: str, between: str) -> None:
    level = len(code) // 2 - 1
    parts = [code[start : start + 2] for start in range(0, len(code), 2)]
    assert pcodes.pcode(between.join(parts).lower(), level) in (
        {code, None} if between == "-" and level == 1 else {code}
    )


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("ML05", "ML0502", "ML050201"), []),
        (("ML01", "ML0502", "ML050201"), ["admin1_not_parent_of_admin2"]),
        (("ML05", "ML0502", "ML050601"), ["admin3_outside_admin2"]),
        (("ML01", "ML0502", "ML050601"), ["admin1_not_parent_of_admin2", "admin3_outside_admin2"]),
        ((None, "ML0502", None), []),
        (("ML01", None, "ML050601"), []),
        ((None, None, None), []),
    ],
)
def test_contradicting_pcodes_are_told(codes: tuple[str | None, str | None, str | None], found: list[str]) -> None:
    assert pcodes.disagreements(*codes) == found


@pytest.mark.parametrize(
    ("written", "point"),
    [("12.65 -8.0 0 5", (12.65, -8.0)), ("12.65 -8.0", (12.65, -8.0)), ("12.65", None), ("", None), ("nord est", None),
     ("91 0 0 0", None), ("12 181", None), ("nan nan", None)],
)  # fmt: skip
def test_coordinates(written: str, point: tuple[float, float] | None) -> None:
    assert pcodes.coordinates(written) == point


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("  Commune   VI\n", "Commune VI"),
        ("Commune\u00a0VI", "Commune VI"),
        ("Com\u200bmune\ufeff VI", "Commune VI"),
        ("Se\u0301gou", "Ségou"),
        ("#N/A", "#N/A"),  # a problem to flag, not an empty cell
        ("0", "0"),
        ("", None),
        (" \t\n", None),
        ("\u200b", None),
        ("-", None),
        ("N/A", None),
        ("<Null>", None),
        ("n.d.", None),
        ("S/O", None),
    ],
)
def test_tidy(written: str, seen: str | None) -> None:
    assert text.tidy(written) == seen


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ONG  Fictive", "ong fictive"),
        ("Ségou", "SEGOU"),
        ("Sante-Mentale", "sante mentale"),
        ("Tombouctou\u00a0", "tombouctou"),
        ("Centre (fictif)", "centre fictif"),
        ("Se\u0301gou", "Ségou"),
    ],
)
def test_spellings_that_fold_to_the_same_key(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other) != ""


def test_fold_keeps_different_names_apart() -> None:
    assert len({text.fold(name) for name in ("Gao", "Gao 2", "Kita", "Kati", "Commune V", "Commune VI")}) == 6


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("  tel quel ", "  tel quel "),
        (12.0, "12"),
        (0.1, "0.1"),
        (12, "12"),
        (True, "oui"),
        (False, "non"),
        (dt.datetime(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1, 12), "2024-03-01T12:00:00"),
        (DAY(2024, 3, 1), "2024-03-01"),
    ],
)
def test_a_cell_is_shown_as_a_person_sees_it(value: object, shown: str) -> None:
    assert text.as_text(value) == shown


@given(MESSY)
def test_tidy_changes_nothing_twice(written: str) -> None:
    seen = text.tidy(written)
    assert seen is None or text.tidy(seen) == seen


@given(MESSY)
def test_fold_changes_nothing_twice_and_keeps_only_letters_and_digits(written: str) -> None:
    key = text.fold(written)
    assert text.fold(key) == key
    assert all(sign.isalnum() or sign == " " for sign in key)


@given(MESSY)
def test_cleaners_never_raise_and_give_their_own_type(written: str) -> None:
    assert isinstance(dates.date(written), DAY | None)
    assert isinstance(dates.date(written, end=True), DAY | None)
    found = numbers.number(written)
    assert found is None or math.isfinite(found)
    assert isinstance(numbers.integer(written), int | None)
    assert numbers.boolean(written) in (True, False, None)
    for level in (1, 2, 3):
        code = pcodes.pcode(written, level)
        assert code is None or re.fullmatch(r"[A-Z]{2,3}[0-9]{1,13}", code)
    point = pcodes.coordinates(written)
    assert point is None or (abs(point[0]) <= 90 and abs(point[1]) <= 180)


@given(st.sampled_from([*SERVICE.columns, *NEED.columns]), MESSY, st.booleans())
def test_a_cell_of_any_column_is_a_value_or_told_unread(column, written: str, start: bool) -> None:
    value, understood = clean(column, written, start)
    assert understood or value is None or column.kind == "codes" or column.minimum is not None
    if text.tidy(written) is None:
        assert (value, understood) == (None, True)
    if column.kind == "code" and value is not None:
        assert value in code_lists.codes(column.codes)


@given(MESSY)
def test_several_codes_come_back_sorted_and_are_members_of_the_list(written: str) -> None:
    value, _ = clean(SERVICE.column("admitted_groups"), written)
    if value is not None:
        found = value.split(";")
        assert found == sorted(set(found))
        assert set(found) <= set(code_lists.codes("popgr"))


@given(st.lists(st.sampled_from(code_lists.codes("popgr")), min_size=1, unique=True), st.sampled_from(" ;,|/\n"))
def test_codes_are_read_whatever_separates_them(codes: list[str], separator: str) -> None:
    assert clean(SERVICE.column("admitted_groups"), separator.join(codes)) == (";".join(sorted(codes)), True)


@given(st.permutations(["MIG_RET", "MIG_TRA", "VDT", "ENF"]))
def test_the_order_of_ticked_answers_does_not_matter(answer: list[str]) -> None:
    assert clean(SERVICE.column("admitted_groups"), " ".join(answer)) == ("ENF;MIG_RET;MIG_TRA;VDT", True)


@pytest.mark.parametrize(
    ("column", "written", "value", "understood"),
    [
        ("access_modes", "rdv direct", "direct;rdv", True),
        ("access_modes", "Accès direct", "direct", True),  # a label with a space
        ("admitted_groups", "Familles / parent isolé", "FAM", True),  # a label with a slash
        ("admitted_groups", "Migrants de retour ; Familles / parent isolé", "FAM;MIG_RET", True),
        ("admitted_groups", "Victims of trafficking|VDT", "VDT", True),
        ("admitted_groups", "MIG_RET;pirates", "MIG_RET", False),  # what is known stays, the rest is told
        ("admitted_groups", "Commune VI", None, False),
        # What turns a part round turns the cell round; a word of a sentence is no label.
        ("admitted_groups", "Migrants de retour, sauf enfants", None, False),
        ("admitted_groups", "MIG_RET ; n’accueille plus les enfants", None, False),
        ("admitted_groups", "Familles sans enfants", None, False),
        ("admitted_groups", "Enfants exclus", None, False),
        ("admitted_groups", "Tout âge", None, False),
        ("admitted_groups", "Migrants de retour, mineurs non accompagnés", "MIG_RET", False),
        ("admitted_groups", "MIG_RET ANCIEN_GROUPE", "MIG_RET", False),
        ("exclusion_criteria", "Aucune condition de nationalité", None, False),
        ("exclusion_criteria", "Absence de pièce d’identité", "sans_doc", True),
        ("access_modes", "Sans rendez-vous", None, False),
        ("languages", "Français, bambara (pas de tamasheq)", None, False),
        ("status_code", "Fermé ?", None, False),
        ("admitted_groups", "#N/A", None, False),
        ("admitted_groups", "-", None, True),
        ("status_code", "operationnel", "OPE", True),
        ("status_code", "OPERATIONAL", "OPE", True),
        ("status_code", "ouvert", None, False),
        ("admin1_code", "ML011", None, False),
        ("admin3_code", "#N/A", None, False),
        ("admin3_name", "Commune VI", "Commune VI", True),
        ("admin3_name", "#N/A", None, False),
        ("admin3_name", "N/A", None, True),
        ("capacity_per_month", "1 200", 1200, True),
        ("capacity_per_month", "12,5", None, False),
        ("latitude", "12,65", 12.65, True),
        ("ends_on", "2024", DAY(2024, 12, 31), True),
        ("starts_on", "2024", DAY(2024, 1, 1), True),
        ("ends_on", "janv-24", DAY(2024, 1, 31), True),
        ("is_shelter", "oui", True, True),
    ],
)
def test_a_cell_by_the_kind_of_its_column(column: str, written: str, value: object, understood: bool) -> None:
    assert clean(SERVICE.column(column), written) == (value, understood)


@pytest.mark.parametrize(
    ("column", "written"), [("latitude", "91"), ("longitude", "-181"), ("min_age", "121"), ("capacity_per_month", "-1")]
)
def test_a_number_outside_the_bounds_of_its_column_is_told(column: str, written: str) -> None:
    assert clean(SERVICE.column(column), written)[1] is False


@pytest.mark.parametrize("written", ["1.250", "1,250", "12,500", "-999.999"])
def test_one_group_of_three_is_no_count(written: str) -> None:
    """1,250 people or one and a quarter? A position has decimals."""
    assert clean(NEED.column("people"), written) == (None, False)
    assert clean(SERVICE.column("capacity_per_month"), written) == (None, False)
    assert clean(SERVICE.column("latitude"), "14.487") == (14.487, True)


@pytest.mark.parametrize(
    ("written", "people"),
    [("1.250.000", 1_250_000), ("1 250", 1250), ("1.25", 1.25), ("1.250,0", 1250)],
)
def test_other_figures_are_counts(written: str, people: float) -> None:
    assert clean(NEED.column("people"), written) == (people, True)


def test_a_period_stands_for_its_first_day_where_the_declaration_says_so() -> None:
    assert clean(SERVICE.column("ends_on"), "Q1 2024", start=True) == (DAY(2024, 1, 1), True)


@pytest.mark.parametrize("name", code_lists.names())
def test_every_code_and_label_of_a_list_is_found(name: str) -> None:
    codes = code_lists.codes(name)
    assert codes
    assert [code_lists.find(name, code) for code in codes] == codes
    assert [code_lists.find(name, code.upper()) for code in codes] == codes


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("type_service", "Aide à la création d'entreprise", "ECO_03"),
        ("type_service", "TVET", "ECO_02"),
        ("zone", "region de gao", "Z_GAO"),
        ("zone", "Gao", "Z_GAO"),
        ("zone", "Timbuktu", "Z_TOM"),
        ("popgr", "Migrants de retour", "MIG_RET"),
        ("cout", "gratuit", "gratuit"),
        ("zone", "Ségou", None),
        ("zone", "", None),
    ],
)
def test_a_label_is_as_good_as_its_code(name: str, written: str, code: str | None) -> None:
    assert code_lists.find(name, written) == code


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        code_lists.codes("couleurs")


@pytest.mark.parametrize(
    "written",
    ["jusqu’au 30 juin 2025", "jusqu'en juin 2025", "until 30 June 2025", "jusqu’à la fin de juin 2025",
     "d’ici fin juin 2025", "au plus tard le 30 juin 2025", "Fermé le 30/06/2025", "clos en juin 2025",
     "prolongé jusqu’au 30 juin 2025"],
)  # fmt: skip
def test_an_end_alone(written: str) -> None:
    assert (dates.date(written), dates.date(written, end=True)) == (None, DAY(2025, 6, 30))


@pytest.mark.parametrize("written", ["janvier, mars et juin 2024", "juin-mai 2024", "mars", ""])
def test_months_that_do_not_follow_one_another_are_no_period(written: str) -> None:
    assert dates.date(written) is None


@pytest.mark.parametrize(
    ("written", "zones", "is_understood"),
    [
        ("Gao et Mopti", "Z_GAO;Z_MOP", True),
        ("Gao, Sikasso", "Z_GAO", False),
        ("Sikasso", None, False),
        ("National", None, True),
        ("Tout le Mali", None, True),
    ],
)
def test_zones_are_called_by_their_regions_and_the_whole_country_is_none(
    written: str, zones: str | None, is_understood: bool
) -> None:
    assert clean(OPPORTUNITY.column("zone_codes"), written) == (zones, is_understood)


@pytest.mark.parametrize(
    ("header", "is_other"),
    [
        ("Capacité (mise à jour 2024)", False),
        ("Capacité annuelle", True),
        ("Capacité (pers./an)", True),
        ("Capacité / par jour", True),
        ("Quota trimestriel", True),
        ("Capacité mensuelle, moyenne annuelle", False),
        ("Capacité par mois (année 2024)", False),
        ("Capacité année 2024", False),
        ("Places 15-24 ans", False),
        ("Capacité", False),
    ],
)
def test_a_header_may_tell_another_time_than_the_month(header: str, is_other: bool) -> None:
    assert units.is_of_another_period(header, "personnes par mois") is is_other
    assert not units.is_of_another_period(header, "personnes")


def test_days_and_years_are_no_other_time() -> None:
    headers = ["Délai (semaines)", "Délai en heures", "Délai (jours)", "Délai"]
    assert [units.is_of_another_period(header, "jours") for header in headers] == [True, True, False, False]
    assert [units.is_of_another_period(header, "ans") for header in ("Âge minimum (mois)", "Âge min (ans)")] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        (OPPORTUNITY.column("quota_per_month"), "10 personnes/mois", 10),
        (OPPORTUNITY.column("quota_per_month"), "1 200 personnes par mois", 1200),
        (OPPORTUNITY.column("quota_per_month"), "120/an", None),
        (OPPORTUNITY.column("cost_share"), "80 %", 0.8),
        (OPPORTUNITY.column("cost_share"), "150 %", None),
        (SERVICE.column("capacity_per_month"), "48 places", 48),
        (SERVICE.column("capacity_per_month"), "48 par jour", None),
        (SERVICE.column("wait_days"), "3 jours", 3),
        (SERVICE.column("wait_days"), "2 semaines", None),
        (SERVICE.column("cost_xof"), "2.500 F CFA", 2500),
        (SERVICE.column("cost_xof"), "5 €", None),
        (NEED.column("people"), "1 200 personnes", 1200),
        (NEED.column("people"), "1.200 personnes", None),
        (NEED.column("people"), "40 ménages", None),
        (NEED.column("people"), "0,35", None),
        (NEED.column("people"), "35 %", None),
    ],
)
def test_a_number_may_bear_the_unit_of_its_column_and_no_other(
    column: Column, written: str, value: float | None
) -> None:
    assert clean(column, written) == (value, value is not None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Fermé depuis mai", "FER"),
        ("opérationnel (depuis 2022)", "OPE"),
        ("Fermé depuis le 3 mars 2024", "FER"),
        ("Fermé depuis plus de deux ans", None),
        ("Opérationnel jusqu'en mai", None),
        ("Fermé depuis 2022, rouvert en mars 2024", None),
        ("Opérationnel depuis 2019 fermé depuis juin 2024", None),
    ],
)
def test_a_state_is_what_it_is_whenever_it_began(written: str, code: str | None) -> None:
    assert clean(SERVICE.column("status_code"), written) == (code, code is not None)
