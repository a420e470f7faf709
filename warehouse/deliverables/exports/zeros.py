"""In the workbook, what stands in the place of a zero that nobody verified: the marks of the reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from warehouse.deliverables.exports.mart_tables import Table
from warehouse.deliverables.knowledge import NOT_SURVEYED, UNVERIFIED, Knowledge
from warehouse.reading.edition import Edition

# Of the grids of gaps: counts of services, and those among them that want that none waits to be verified.
_COUNTS = ("known_count", "operational_count", "unverified_count", "admitting_count", "conditional_count", "free_count")
_OF_VERIFIED = ("operational_count", "admitting_count", "conditional_count", "free_count")


class Zeros:
    """What is known of the zeros of one publication."""

    def __init__(self, edition: Edition) -> None:
        self._knowledge = Knowledge(edition)

    def marked(self, table: Table) -> Iterator[Sequence[Any]]:
        """The rows of a table, with marks for the zeros that are not established."""
        places = {name: place for place, name in enumerate(table.header)}
        if {"section", "indicator", "zone_code", "value"} <= set(places):
            return (self._indicator(places, row) for row in table.rows())
        if {"gap_class", *_COUNTS} <= set(places):
            return (self._cell(places, row) for row in table.rows())
        return table.rows()

    def _indicator(self, places: dict[str, int], row: tuple[Any, ...]) -> tuple[Any, ...]:
        if row[places["value"]] != 0:
            return row
        mark = self._knowledge.mark(*(str(row[places[name]]) for name in ("section", "indicator", "zone_code")))
        return _with(row, {places["value"]: mark}) if mark else row

    def _cell(self, places: dict[str, int], row: tuple[Any, ...]) -> tuple[Any, ...]:
        if row[places["gap_class"]] == "NS":
            return _with(row, {places[name]: NOT_SURVEYED for name in _COUNTS if row[places[name]] == 0})
        if row[places["unverified_count"]]:
            return _with(row, {places[name]: UNVERIFIED for name in _OF_VERIFIED if row[places[name]] == 0})
        return row


def _with(row: tuple[Any, ...], cells: dict[int, Any]) -> tuple[Any, ...]:
    return tuple(cells.get(place, value) for place, value in enumerate(row))
