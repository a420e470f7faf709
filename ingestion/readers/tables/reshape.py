"""Tables to tables: wide columns become rows, cells with several values become several rows. Places stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import pandas as pd

from ingestion.clean.dates import date
from ingestion.clean.numbers import boolean
from ingestion.clean.text import tidy
from ingestion.declaration.reader_settings import CALENDAR_END, CALENDAR_START
from ingestion.readers.rows import Table


def unpivot(table: Table, wide: Mapping[str, Mapping[str, str]], value: str, drops_empty: bool = False) -> Table:
    """Wide columns become rows; the cell of a value stays the one it came from."""
    parts, places = [], []
    for column, new in wide.items():
        filled = table.frame[column].map(tidy).notna() if drops_empty else slice(None)
        rows = table.frame.loc[filled]
        values_of: dict[str, Any] = {value: rows[column], **new}
        part = rows.drop(columns=list(wide)).assign(**values_of)
        keys = [f"{label}|{column}" for label in rows.index]
        parts.append(part.set_axis(keys, axis=0))
        places.append(table.cells(column).loc[rows.index].set_axis(keys))
    frame, values = pd.concat(parts), pd.concat(places)
    labels = pd.Series([key.split("|", 1)[0] for key in frame.index], index=frame.index)

    def cells(column: str) -> pd.Series:
        if column in table.frame.columns:
            rows = table.cells(column)
            return pd.Series(labels.map(rows.set_axis(rows.index.astype(str))))
        return pd.Series(values)

    return replace(table, frame=frame, locators=values, cells=cells)


def calendar(table: Table, months: Mapping[str, str]) -> Table:
    """The first and the last month that a row marks, as two columns; a warning where it skips one between them."""
    ordered = sorted((column for column in months if column in table.frame), key=lambda one: str(date(months[one])))
    marks = pd.DataFrame({column: table.frame[column].map(_is_marked) for column in ordered}, dtype=bool)
    marked = marks[marks.any(axis=1)]
    first, last = marked.idxmax(axis=1), marked.loc[:, ::-1].idxmax(axis=1)
    ends = {CALENDAR_START: first, CALENDAR_END: last}
    empty = dict.fromkeys(ends, "")
    frame = table.frame.assign(**empty)
    for name, columns in ends.items():
        frame.loc[columns.index, name] = columns.map(months)
    number = {column: position for position, column in enumerate(ordered)}
    skips = marked.sum(axis=1) < last.map(number) - first.map(number) + 1

    def cells(column: str) -> pd.Series:
        if column not in ends:
            return table.cells(column)
        of_month = {name: ends[column].index[ends[column].eq(name)] for name in ordered}
        cells_of = [table.cells(name).loc[labels] for name, labels in of_month.items() if len(labels)]
        return pd.Series(pd.concat(cells_of).combine_first(table.locators)) if cells_of else table.locators

    flags = table.flags | {"calendar_gap": frozenset(skips.index[skips])}
    return replace(table, frame=frame, cells=cells, flags=flags)


def _is_marked(cell: str) -> bool:
    """A cross, a sign, a word, a number: anything but nothing, zero and « non »."""
    text = tidy(cell)
    return text is not None and boolean(text) is not False


def split(table: Table, separators: Mapping[str, Sequence[str]], figures: AbstractSet[str] = frozenset()) -> Table:
    """« Kayes, Mopti et Gao » in a declared column becomes three rows, all of the same cells.

    A figure of the three together stays with the first of them: each of the others would count it again.
    """
    frame = table.frame
    for column, signs in separators.items():
        if column in frame:
            cut = re.compile("|".join(_pattern(sign) for sign in signs), re.IGNORECASE)
            parts = {text: _parts(cut, text) for text in frame[column].unique()}
            frame = frame.assign(**{column: frame[column].map(parts)}).explode(column)
    again = pd.Series(frame.index.duplicated(), index=frame.index)
    counted = [column for column in sorted(figures) if column in frame and frame[column][again].ne("").any()]
    shared = frozenset(frame.index[again]) if counted else frozenset()
    frame = frame.assign(**{column: frame[column].mask(again, "") for column in counted})
    return replace(table, frame=frame, shared=shared)


def _pattern(sign: str) -> str:
    """A word stands between spaces: « et » does not cut Lafiabougou-et-Sud in the middle of a letter."""
    bare = sign.strip(" ")
    return rf"\s+{re.escape(bare)}\s+" if bare.isalpha() else re.escape(bare or sign)


def _parts(cut: re.Pattern[str], text: str) -> list[str]:
    return [part.strip() for part in cut.split(text) if part.strip()] or [text]
