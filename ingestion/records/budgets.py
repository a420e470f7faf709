"""Budgets whose amount and currency stand in two columns."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ingestion.clean import money
from ingestion.clean.text import as_text

AMOUNT, CURRENCY, FRANCS = COLUMNS = ("budget_amount", "budget_currency_code", "budget_xof")
CONTRADICTED = "budget_currency_contradicted"  # the cell of the amount names another currency than the column


def settle(frame: pd.DataFrame, cells: Sequence[str], unit: str = "") -> dict[int, str]:
    """Reads the amounts again with the currency of their row, in place.

    Returns by row the warning that it gets, "" where an amount is understood now.

    ``cells``: the cell of each amount; ``unit``: what its header says of bare ones. A currency that a cell writes wins;
    « 2.500 » francs are thousands.
    """
    warnings = {}
    for row, (cell, stated) in enumerate(zip(cells, frame[CURRENCY], strict=True)):
        amounts = money.amounts(cell) if cell else []
        written = amounts[0][1] if amounts else ""
        if written and written != stated:
            if pd.notna(stated):
                warnings[row] = CONTRADICTED
                frame.at[row, f"{CURRENCY}_raw"] = f"{stated} ; {cell}"
            frame.at[row, CURRENCY] = written
        elif not amounts and pd.notna(stated) and (amounts := money.amounts(cell, f"{money.times_of(unit)} {stated}")):
            frame.at[row, AMOUNT], frame.at[row, f"{AMOUNT}_raw"] = amounts[0][0], cell
            warnings[row] = ""
    return warnings


def fill_francs(frame: pd.DataFrame) -> None:
    """Gives amounts in francs CFA their column, in place; nothing is converted."""
    are_francs = frame[CURRENCY].eq(money.XOF) & frame[AMOUNT].notna() & frame[FRANCS].isna()
    raw = frame[f"{AMOUNT}_raw"].where(frame[f"{AMOUNT}_raw"].notna(), frame[AMOUNT].map(as_text, na_action="ignore"))
    frame[FRANCS] = frame[FRANCS].astype(object).mask(are_francs, frame[AMOUNT])
    frame[f"{FRANCS}_raw"] = frame[f"{FRANCS}_raw"].astype(object).mask(are_francs, raw)
