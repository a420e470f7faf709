"""Amounts of money, counts of people and coordinates, as people write them."""

from __future__ import annotations

import pytest

from ingestion.clean.coordinates import Axis, degrees
from ingestion.clean.money import amounts, currency, unit_of
from ingestion.clean.people import count
from ingestion.declaration.values import clean
from ingestion.shapes import SERVICE


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("10 000 000 FCFA", [(10e6, "XOF")]),
        ("F.CFA 500 000", [(500_000, "XOF")]),
        ("30 000 000 F", [(30e6, "XOF")]),
        ("250.000 FCFA", [(250_000, "XOF")]),
        ("250 000 €", [(250_000, "EUR")]),
        ("45.000,50 EUR", [(45_000.5, "EUR")]),
        ("US$ 1,250,000", [(1.25e6, "USD")]),
        ("1,5 million FCFA", [(1.5e6, "XOF")]),
        ("2 milliards de F CFA", [(2e9, "XOF")]),
        ("45 K€", [(45_000, "EUR")]),
        ("10 000 000 FCFA (15 245 €)", [(10e6, "XOF"), (15_245, "EUR")]),
        ("env. 30 000 €", [(30_000, "EUR")]),
        ("500000", [(500_000, "")]),
        ("250.000", []),  # 250 or 250,000, in nobody knows what
        ("10 000 - 20 000 EUR", []),
        ("à définir", []),
        ("12 EUR USD", []),
    ],
)
def test_an_amount_keeps_its_currency(cell: str, expected: list[tuple[float, str]]) -> None:
    assert amounts(cell) == expected


@pytest.mark.parametrize(
    ("header", "amount"),
    [
        ("Montant (KFCFA)", (12_500e3, "XOF")),
        ("Budget en k€", (12_500e3, "EUR")),
        ("Budget (M FCFA)", (12_500e6, "XOF")),
        ("Enveloppe (millions FCFA)", (12_500e6, "XOF")),
        ("Budget (USD)", (12_500, "USD")),
        ("Budget M Formation", (12_500, "")),
        ("Budget (en milliers)", (12_500e3, "")),
        ("Budget (000 FCFA)", (12_500e3, "XOF")),
        ("Montant x 1 000", (12_500e3, "")),
        ("Budget (000 000 FCFA)", (12_500e6, "XOF")),
        ("Budget 10 000 jeunes (FCFA)", (12_500, "XOF")),
    ],
)
def test_a_header_tells_the_currency_and_thousands_of_bare_amounts(header: str, amount: tuple[float, str]) -> None:
    assert amounts("12 500", unit_of(header)) == [amount]


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("45 000", "EUR", [(45_000, "EUR")]),
        ("450", "millions FCFA", [(450e6, "XOF")]),
        ("12 000 $", "EUR", [(12_000, "USD")]),  # the cell knows better than the header
    ],
)
def test_a_header_gives_the_currency_of_bare_amounts(cell: str, unit: str, expected: list[tuple[float, str]]) -> None:
    assert amounts(cell, unit) == expected


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Budget (EUR)", "EUR"),
        ("Montant en F CFA", "XOF"),
        ("BUDGET_USD", "USD"),
        ("Budget (FCFA/USD/€)", None),
        ("Coût", None),
    ],
)
def test_the_currency_of_a_header(header: str, code: str | None) -> None:
    assert currency(header) == code


@pytest.mark.parametrize(
    ("cell", "total", "women"),
    [
        ("500 personnes", 500, None),
        ("1 200 (700 femmes, 500 hommes)", 1200, 700),
        ("1200 dont 700 femmes et 500 hommes", 1200, 700),
        ("300 F / 200 H", 500, 300),
        ("F:300 H:200", 500, 300),
        ("Femmes : 120 ; Hommes : 80 ; Filles : 60 ; Garçons : 40", 300, 120),
        ("300 femmes", None, 300),  # the men are not told
        ("1 250", 1250, None),
    ],
)
def test_a_cell_tells_several_counts(cell: str, total: int | None, women: int | None) -> None:
    assert count(cell, "total", is_part=False) == (total, True)
    assert count(cell, "women", is_part=True) == (women, True)


@pytest.mark.parametrize(
    "cell", ["500 ménages", "1.200", "60%", "1 200 pers. dont 60% de femmes", "30 femmes, 20 femmes"]
)
def test_what_is_no_count_of_people_is_not_understood(cell: str) -> None:
    assert count(cell, "total", is_part=False) == (None, False)


@pytest.mark.parametrize(
    ("cell", "axis", "expected"),
    [
        ("16°15'10.5\"N", "latitude", 16.2529),
        ("0°01'20\"W", "longitude", -0.0222),
        ("11°25'00\" O", "longitude", -11.4167),
        ("0° 3′ 20″ Ouest", "longitude", -0.0556),
        ("14 25 30 N", "latitude", 14.425),
        ("W 4°10'", "longitude", -4.1667),
        ("14°25'30\"N, 11°25'00\"O", "latitude", 14.425),
        ("14°25'30\"N, 11°25'00\"O", "longitude", -11.4167),
        ("14,4871", "latitude", 14.4871),
        ("-4.5", "longitude", -4.5),
        ("3°59'", "longitude", None),  # east or west of Greenwich, in Mali either
        ("14°70'N", "latitude", None),
        ("14°25'E", "latitude", None),
    ],
)
def test_degrees_and_minutes(cell: str, axis: Axis, expected: float | None) -> None:
    found = degrees(cell, axis)
    assert found is None if expected is None else found == pytest.approx(expected, abs=1e-4)


def test_columns_read_what_their_cells_hold() -> None:
    assert clean(SERVICE.column("budget_currency_code"), "250 000 €") == ("EUR", True)
    assert clean(SERVICE.column("budget_currency_code"), "Euros") == ("EUR", True)
    assert clean(SERVICE.column("budget_currency_code"), "250 000") == (None, True)
    assert clean(SERVICE.column("budget_xof"), "250 000 €") == (None, True)  # never converted
    assert clean(SERVICE.column("budget_xof"), "15 245 € soit 10 000 000 FCFA") == (10e6, True)
    assert clean(SERVICE.column("budget_amount"), "à définir") == (None, False)
    assert clean(SERVICE.column("beneficiaries_women"), "300") == (300, True)
    assert clean(SERVICE.column("beneficiaries_women"), "300", is_part=True) == (None, True)
