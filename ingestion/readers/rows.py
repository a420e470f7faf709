"""What every reader gives: rows of raw text, and the place of each row and cell in the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Table:
    """Raw text by column ("" where empty).

    ``locators`` is the place of each row, ``cells`` gives the places of one column; both share the frame's index.
    A frame whose index repeats labels (one submission, several records) finds its places through the label.
    """

    name: str
    frame: pd.DataFrame
    locators: pd.Series
    cells: Callable[[str], pd.Series]
    rejected: pd.DataFrame = field(default_factory=pd.DataFrame)  # rows left out by the reader: locator, reason, cells
    versions: pd.DataFrame = field(default_factory=pd.DataFrame)  # of submissions, by label: surveys/identity.VERSIONS
    notes: tuple[str, ...] = ()  # what a person should know of the rows, without any of their values
    shared: frozenset[Any] = frozenset()  # labels whose figures are of several rows together
    flags: dict[str, frozenset[Any]] = field(default_factory=dict)  # by code of a warning, the labels that bear it
    is_1904: bool = False  # whether the workbook counts its days from 1904, as old Macs did
    before: dict[str, pd.Series] = field(default_factory=dict)  # by column and label, answers as they were uncorrected

    def place(self, column: str | None) -> pd.Series:
        """The locator of each row's cell in a column, or of the row where the column is derived."""
        known = self.cells(column) if column is not None else self.locators
        return known.loc[self.frame.index] if len(self.frame) else known.iloc[:0]

    def reshaped(self, name: str, frame: pd.DataFrame, derived: dict[str, str] | None = None) -> Table:
        """The same places under another frame; ``derived`` names the file column behind a new one.

        Under its own name a table keeps the rows that the reader left out; a table made from it has none of them,
        so that each is counted once.
        """
        origin = derived or {}
        return replace(
            self,
            name=name,
            frame=frame,
            rejected=self.rejected if name == self.name else pd.DataFrame(),
            notes=self.notes if name == self.name else (),
            cells=lambda column: self.cells(origin.get(column, column)),
        )


Tables = dict[str, Table]


def stacked(name: str, parts: list[Table]) -> Table:
    """The rows of several tables as one, "" in the columns that a part has not; each keeps its places."""
    if len(parts) == 1:
        return replace(parts[0], name=name)
    labels = [pd.Index([f"{number}.{label}" for label in part.frame.index]) for number, part in enumerate(parts, 1)]
    frames = [part.frame.set_axis(label, axis=0) for part, label in zip(parts, labels, strict=True)]

    def cells(column: str) -> pd.Series:
        return _concat([part.cells(column) for part in parts], labels)

    return Table(
        name,
        pd.concat(frames).fillna(""),
        _concat([part.locators for part in parts], labels),
        cells,
        rejected=pd.concat([part.rejected for part in parts], ignore_index=True),
        notes=tuple(note for part in parts for note in part.notes),
        is_1904=any(part.is_1904 for part in parts),
    )


def _concat(parts: list[pd.Series], labels: list[pd.Index]) -> pd.Series:
    return pd.Series(pd.concat([part.set_axis(label) for part, label in zip(parts, labels, strict=True)]))
