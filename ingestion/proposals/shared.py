"""One column of a file that says several of a shape: a period, an amount and its currency, counts of several people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingestion.clean.dates import date
from ingestion.clean.money import XOF, amounts, unit_of
from ingestion.clean.people import counts
from ingestion.proposals.judging import PERIOD, Guess
from ingestion.proposals.looking import FileColumn, Sheet
from ingestion.shapes import SHAPES

_ENOUGH = 0.2  # of the cells tell several counts


@dataclass(frozen=True)
class Shared:
    """A column of the shape that reads a column of the file beside another one, with what its origin declares."""

    target: str
    header: str
    ground: str
    options: Mapping[str, str | bool] = field(default_factory=dict)


def shared(sheet: Sheet, shape: str, assigned: Mapping[str, Guess]) -> list[Shared]:
    """What columns that are assigned to one column of the shape say of others, none of which has a column."""
    columns = {guess.target: sheet.column(header) for header, guess in assigned.items()}
    names = {column.name for column in SHAPES[shape]}
    origins = [*_period(columns), *_money(columns), *_people(columns)]
    return [one for one in origins if one.target in names]


def _period(columns: Mapping[str, FileColumn]) -> Iterator[Shared]:
    column = columns.get("starts_on")
    if column is None or "ends_on" in columns:
        return
    spans = sum(date(value) != date(value, end=True) for value in column.values)
    if column.likeness(PERIOD) > column.likeness("starts_on") or spans > 0.5 * len(column.values):
        yield Shared("ends_on", column.header, "la même cellule dit le début et la fin")


def _money(columns: Mapping[str, FileColumn]) -> Iterator[Shared]:
    column = columns.get("budget_amount")
    if column is None:
        return
    unit = unit_of(column.header)
    read = [amount for value in column.values for amount in amounts(value, unit)]
    if "budget_currency_code" not in columns and any(code for _, code in read):
        ground = "la monnaie de chaque cellule" + (f", sinon « {unit} » de l’en-tête" if unit else "")
        yield Shared("budget_currency_code", column.header, ground, {"unit": unit} if unit else {})
    if "budget_xof" not in columns and any(code == XOF for _, code in read):
        ground = "les montants en francs CFA seulement"
        yield Shared("budget_xof", column.header, ground, {"unit": unit} if unit else {})


def _people(columns: Mapping[str, FileColumn]) -> Iterator[Shared]:
    column = columns.get("beneficiaries")
    if column is None:
        return
    counted = [parts for value in column.values if (parts := counts(value)) and "" not in parts and len(parts) > 1]
    if len(counted) < _ENOUGH * len(column.values):
        return
    for target in SHAPES["service"]:
        is_part = target.kind == "people" and target.part != "total" and target.name not in columns
        if is_part and any(target.part in parts for parts in counted):
            yield Shared(target.name, column.header, "la même cellule compte plusieurs groupes", {"part": True})
