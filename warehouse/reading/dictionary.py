"""The data dictionary of a publication, from the contracts of its marts and from its own code lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.shapes import COLUMNS as FACTS
from ingestion.shapes import SHAPES
from warehouse import pages
from warehouse.storage import write_json

NAME = "dictionnaire"
TYPES = {
    "VARCHAR": "texte",
    "BIGINT": "entier",
    "INTEGER": "entier",
    "DOUBLE": "nombre",
    "DATE": "date",
    "BOOLEAN": "oui/non",
}
# Code lists of columns that only marts have; those of record shapes are declared there.
_CODES: dict[str, str | None] = {
    "admission": "admission",
    "criterion_code": "exclu",
    "domain_code": "domaine",
    "evidence_kinds": "document_kind",
    "gap_class": "gap_class",
    "indicator": None,  # of a figure, with its sector; a report has its own
    "operational_state": "operational_state",
    "source_class": "evidence_class",
    "zones": "zone",
}
_OTHERWISE: dict[tuple[str, str], str | None] = {
    ("needs", "population_group_code"): "need_group",
    ("review_queue", "kind"): None,
}
# Units of columns that only marts have; those of record shapes are declared there.
_UNITS = {
    "capacity": "personnes par mois",
    "need": "personnes par mois",
    "gap_people": "personnes par mois",
    "perception_gap": "de −1 à 1",
}
_SHARES = """
    _share _rate score normalized_gap freshness confidence agreement weight coverage availability accessibility
    acceptability quality functionality
"""
_UNITS_BY_ENDING = {
    "_left": "jours",
    "_count": "nombre",
    **dict.fromkeys(_SHARES.split(), "de 0 à 1"),
}
# Properties of a column and their headings.
COLUMNS = {
    "table": "table",
    "name": "colonne",
    "type": "type",
    "fr": "ce qu’elle dit",
    "unit": "unité",
    "codes": "liste de codes",
    "values": "valeurs",
    "checks": "vérifié",
    "en": "in English",
}
# By sheet of the workbook, its columns and their headings.
_SHEETS = {
    "Colonnes": COLUMNS,
    "Tables": {
        "schema": "schéma",
        "name": "table",
        "fr": "une ligne par…",
        "key": "clé",
        "rows": "lignes",
        "en": "in English",
    },
    "Codes": {"list": "liste", "code": "code", "fr": "en français", "en": "in English"},
    "Paramètres": {
        "name": "paramètre",
        "value": "valeur",
        "unit": "unité",
        "reason_fr": "raison",
        "source": "d’où",
    },
}

Node = dict[str, Any]


def build(nodes: dict[str, Node], connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The dictionary of the open publication, as plain data. ``nodes``: those of dbt's manifest."""
    tests = _tests(nodes)
    tables = [
        _table(node, tests[key], connection)
        for key, node in sorted(nodes.items(), key=lambda item: (item[1]["schema"] != "marts", item[1]["name"]))
        if node["schema"] in ("marts", "reference") and node["resource_type"] in ("model", "seed")
    ]
    users: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        for column in table["columns"]:
            users[column["codes"]].add(f"{table['name']}.{column['name']}")
    lists: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(connection, "select list, code, fr, en from reference.code_list order by all"):
        lists[row.pop("list")].append(row)
    return {
        "tables": tables,
        "lists": [{"name": n, "columns": sorted(users[n]), "codes": codes} for n, codes in sorted(lists.items())],
        "parameters": _rows(connection, "select * from reference.parameter order by name"),
    }


def write(folder: Path, content: dict[str, Any], **metadata: str) -> None:
    """Writes the page, the workbook and the JSON. ``metadata``: notice, publication and as_of."""
    write_json(folder / f"{NAME}.json", content)
    pages.write(folder / f"{NAME}.html", "dictionary.html", title="Dictionnaire des données", **content, **metadata)
    _workbook(content, **metadata).save(folder / f"{NAME}.xlsx")


def _tests(nodes: dict[str, Node]) -> dict[str, list[Node]]:
    """By table, its generic tests."""
    by_table: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        if node["resource_type"] == "test" and node.get("test_metadata"):
            by_table[node["attached_node"]].append(node)
    return by_table


def _table(node: Node, tests: list[Node], connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    fr, en = _languages(node["description"])
    table = f'{node["schema"]}."{node["name"]}"'
    keys = [t["test_metadata"]["kwargs"]["columns"] for t in tests if t["test_metadata"]["name"] == "unique_key"]
    declared = node["config"].get("meta", {}).get("key")
    described = connection.execute(f"select column_name, column_type from (describe {table})").fetchall()
    return {
        "schema": node["schema"],
        "name": node["name"],
        "fr": fr,
        "en": en,
        "key": declared or (keys[0] if keys else []),
        "rows": connection.execute(f"select count(*) from {table}").fetchall()[0][0],
        "columns": [
            _column(node, name, kind, [t for t in tests if t["column_name"] == name]) for name, kind in described
        ],
    }


def _column(node: Node, name: str, kind: str, tests: list[Node]) -> dict[str, Any]:
    contract = node["columns"].get(name, {})
    fr, en = _languages(contract.get("description", ""))
    codes = _codes(node["name"], name) if kind == "VARCHAR" else None
    asked = [t["test_metadata"] for t in tests]
    values = [value for test in asked if test["name"] == "accepted_values" for value in test["kwargs"]["values"]]
    return {
        "name": name,
        "type": TYPES.get(kind, kind.lower()),
        "fr": fr,
        "en": en,
        "unit": _unit(name) if kind in ("BIGINT", "DOUBLE") else "",
        "codes": codes or "",
        "values": [] if codes else values,
        "checks": list(_checks(contract, asked)),
    }


def _languages(text: str) -> tuple[str, str]:
    """French and English: a description has both, separated by its last slash."""
    fr, slash, en = text.rpartition(" / ")
    return (fr, en) if slash else (en, "")


def _codes(table: str, column: str) -> str | None:
    if (table, column) in _OTHERWISE:
        return _OTHERWISE[table, column]
    if column in _CODES:
        return _CODES[column]
    lists = [c.codes for shape in SHAPES.values() for c in shape if c.name == column and c.codes]
    # Services use the groups of the mapping list; only figures of needs have more.
    return next((c for c in lists if not c.startswith("need_")), next(iter(lists), None))


def _unit(column: str) -> str:
    by_ending = (unit for ending, unit in _UNITS_BY_ENDING.items() if column.endswith(ending))
    return FACTS.get(column, {}).get("unit") or _UNITS.get(column) or next(by_ending, "")


def _checks(contract: dict[str, Any], asked: list[dict[str, Any]]) -> Iterator[str]:
    if any(c["type"] == "not_null" for c in contract.get("constraints", [])):
        yield "toujours rempli"
    for test in asked:
        match test["name"], test["kwargs"]:
            case "not_null", _:
                yield "toujours rempli"
            case "relationships", arguments:
                name = arguments["to"].removeprefix("ref('").removesuffix("')")
                yield f"existe dans {name}"
            case "between", arguments:
                low, high = arguments.get("low"), arguments.get("high")
                yield f"entre {low} et {high}" if high is not None else f"au moins {low}"
            case "accepted_values", _:
                yield "valeurs vérifiées"


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _workbook(content: dict[str, Any], **metadata: str) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    rows = {
        "Colonnes": [{"table": t["name"], **c} for t in content["tables"] for c in t["columns"]],
        "Tables": content["tables"],
        "Codes": [{"list": one["name"], **code} for one in content["lists"] for code in one["codes"]],
        "Paramètres": content["parameters"],
    }
    head = " — ".join(part for part in (metadata["notice"], f"publication {metadata['publication']}") if part)
    for title, columns in _SHEETS.items():
        _sheet(book, title, head, rows[title], columns)
    return book


def _sheet(book: Workbook, title: str, head: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """A title and a header row, then one row per entry, with a filter."""
    sheet: Worksheet = book.create_sheet(title)
    sheet.append([head])
    sheet.append(list(columns.values()))
    for row in rows:
        sheet.append([", ".join(map(str, v)) if isinstance(v := row[name], list) else v for name in columns])
    for cell in (sheet["A1"], *sheet[2]):
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{len(rows) + 2}"
    for index, name in enumerate(columns, 1):
        width = max([len(columns[name]), *(len(str(row[name])) for row in rows)])
        sheet.column_dimensions[get_column_letter(index)].width = min(70, width + 2)
        for (cell,) in sheet.iter_rows(min_row=3, min_col=index, max_col=index):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
