"""The same rows as objects of the HSDS API, with related rows nested."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from warehouse.reading.edition import Row

# By table, the nested lists: name, table of the items, and their foreign key.
_INSIDE = {
    "organization": {"funding": ("funding", "organization_id"), "programs": ("program", "organization_id")},
    "service": {
        "service_areas": ("service_area", "service_id"),
        "service_at_locations": ("service_at_location", "service_id"),
        "languages": ("language", "service_id"),
        "cost_options": ("cost_option", "service_id"),
        "required_documents": ("required_document", "service_id"),
    },
    "service_at_location": {
        "phones": ("phone", "service_at_location_id"),
        "schedules": ("schedule", "service_at_location_id"),
        "metadata": ("metadata", "resource_id"),
    },
    "location": {"addresses": ("address", "location_id")},
}
# By table, the nested objects: name, table, and the foreign key.
_ONE = {
    "service": {"organization": ("organization", "organization_id"), "program": ("program", "program_id")},
    "service_at_location": {"location": ("location", "location_id")},
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_WITH_ATTRIBUTES = frozenset({"organization", "program", "service", "service_at_location", "location"})


class Nest:
    """Builds API objects from the rows of the tables."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self._tables = tables
        self._by_id = {table: {row["id"]: row for row in rows} for table, rows in tables.items()}
        self._children: dict[tuple[str, str], list[Row]] = defaultdict(list)
        links = {link for inside in _INSIDE.values() for link in inside.values()} | {("attribute", "link_id")}
        for table, column in links:
            for row in tables[table]:
                if column in row:
                    self._children[table, row[column]].append(row)

    def write_page(self, path: Path, table: str, **about: str) -> None:
        """Writes all objects of a table as a single page of an API list, one object after the other."""
        size = len(self._tables[table])
        page = about | {
            "total_items": size,
            "total_pages": 1,
            "page_number": 1,
            "size": size,
            "first_page": True,
            "last_page": True,
            "empty": not size,
            "contents": [],
        }
        with path.open("w", encoding="utf-8") as file:
            file.write(_ENCODER.encode(page).removesuffix("]}"))
            for number, one in enumerate(self._objects(table)):
                file.write("," * bool(number) + _ENCODER.encode(one))
            file.write("]}")

    def _objects(self, table: str) -> Iterator[Row]:
        for row in self._tables[table]:
            yield self._full(table, row)

    def _full(self, table: str, row: Row, within: str = "") -> Row:
        """One object. ``within``: the table of the enclosing object, which is not nested again."""
        made = dict(row)
        for name, (other, column) in _ONE.get(table, {}).items():
            if column in row:
                made[name] = self._full(other, self._by_id[other][row[column]], table)
        for name, (other, _) in _INSIDE.get(table, {}).items():
            children = [] if (within, name) == ("service", "programs") else self._children.get((other, row["id"]), [])
            if children:
                made[name] = [self._full(other, child, table) for child in children]
        if table in _WITH_ATTRIBUTES and (attributes := self._children.get(("attribute", row["id"]))):
            made["attributes"] = [self._attribute(attribute) for attribute in attributes]
        return made

    def _attribute(self, row: Row) -> Row:
        term = self._by_id["taxonomy_term"][row["taxonomy_term_id"]]
        wanted = ("id", "code", "name", "description", "taxonomy")
        return row | {"taxonomy_term": {name: term[name] for name in wanted}}
