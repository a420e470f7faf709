"""Tables to tables: wide columns become rows, cells with several values become several rows. Places stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import pandas as pd

from ingestion.readers.rows import Table


def unpivot(table: Table, wide: Mapping[str, Mapping[str, str]], value: str) -> Table:
    """Wide columns become rows; the cell of a value stays the one it came from."""
    parts, places = [], []
    for column, new in wide.items():
        values_of: dict[str, Any] = {value: table.frame[column], **new}
        part = table.frame.drop(columns=list(wide)).assign(**values_of)
        keys = [f"{label}|{column}" for label in table.frame.index]
        parts.append(part.set_axis(keys, axis=0))
        places.append(table.cells(column).set_axis(keys))
    frame, values = pd.concat(parts), pd.concat(places)
    labels = pd.Series([key.split("|", 1)[0] for key in frame.index], index=frame.index)

    def cells(column: str) -> pd.Series:
        if column in table.frame.columns:
            rows = table.cells(column)
            return pd.Series(labels.map(rows.set_axis(rows.index.astype(str))))
        return pd.Series(values)

    return replace(table, frame=frame, locators=values, cells=cells)


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
