"""The deliverable `hsds`: tables as a data package, API objects as JSON, and notes on what HSDS lacks."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.exports import csv_files, package
from warehouse.deliverables.exports.hsds.hsds_rows import build, documented
from warehouse.deliverables.exports.hsds.hsds_tables import COLUMNS, FILES, schema
from warehouse.deliverables.exports.hsds.nested import Nest
from warehouse.reading import csv_cells
from warehouse.reading.edition import Edition, Row
from warehouse.storage import write_json

FOLDER = "exports/hsds"
READ_ME = "LISEZMOI.md"
_API = {
    "services.json": "service",
    "organizations.json": "organization",
    "taxonomies.json": "taxonomy",
    "taxonomy_terms.json": "taxonomy_term",
}
_TEMPLATE = Path(__file__).with_name("lisezmoi.md")


def make(edition: Edition, folder: Path) -> None:
    """Writes the tables, `datapackage.json`, `json/` and `LISEZMOI.md` below `exports/hsds/` of ``folder``."""
    target = folder / FOLDER
    tables = build(edition)
    for table, rows in tables.items():
        columns = COLUMNS[table].split()
        lines = ([_text(row.get(name)) for name in columns] for row in rows)
        csv_files.write(target / FILES[table], columns, lines)
    nest = Nest(tables)
    (target / "json").mkdir()
    for name, table in _API.items():
        about = {"notice": edition.notice} if edition.notice else {}
        nest.write_page(target / "json" / name, table, **about)
    write_json(target / package.NAME, _package(edition, target, tables))
    (target / READ_ME).write_text(_read_me(edition), encoding="utf-8")


def _text(value: Any) -> str:
    return "" if value is None else csv_cells.harmless(str(value))


def _package(edition: Edition, target: Path, tables: dict[str, list[Row]]) -> dict[str, Any]:
    """The description of the tables as HSDS requires it: one resource per table, of the same name."""
    described = [
        package.file_resource(target / FILES[table], target, table, f"Table {table} de HSDS 3.0")
        | {
            "type": "table",
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "rows": len(rows),
            "schema": schema(table),
        }
        for table, rows in tables.items()
    ]
    content = package.package(
        edition, f"mrf-{country().name.slug}-hsds", worded("Services aux migrants {country:in} (HSDS 3.0)"), described
    )
    return content | {"hsds_version": "3.0"}


def _read_me(edition: Edition) -> str:
    lines = [
        f"| {one['entity']} | `{one['entity']}.{one['code']}` | {one['name']} | {one['description']} |"
        for one in documented(edition)
    ]
    out = edition.value("select count(*) from marts.service_directory where is_out_of_scope")
    return worded(_TEMPLATE.read_text(encoding="utf-8")).format(
        notice=f"**{edition.notice}**\n\n" if edition.notice else "",
        publication=edition.name,
        as_of=french.day(edition.as_of),
        out_of_scope=out,
        attributes="\n".join(lines),
        rule=package.CSV_RULE,
        licence=package.LICENCE,
    )


def check(edition: Edition, folder: Path) -> list[str]:
    """Rereads the files: every service is there once in both forms, references resolve, no shelter has a place."""
    target = folder / FOLDER
    tables = {table: _read(target / name) for table, name in FILES.items()}
    wrong = [*_counts(edition, tables), *_broken_links(tables), *_shelter_leaks(tables)]
    for name, table in _API.items():
        contents = json.loads((target / "json" / name).read_text(encoding="utf-8"))["contents"]
        if [one["id"] for one in contents] != [row["id"] for row in tables[table]]:
            wrong.append(f"json/{name} : ce ne sont pas les lignes de {FILES[table]}")
    return wrong


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _counts(edition: Edition, tables: dict[str, list[Row]]) -> list[str]:
    directory = "marts.service_directory where not is_out_of_scope"
    expected = {
        "organization": "select count(*) from marts.dim_organization",
        "program": "select count(*) from marts.programs",
        "service": f"select count(distinct service_id) from {directory}",
        "service_at_location": f"select count(*) from {directory}",
    }
    counted = {table: edition.value(query) for table, query in expected.items()}
    return [
        f"{FILES[table]} : {len(tables[table])} lignes, la publication en a {count}"
        for table, count in counted.items()
        if len(tables[table]) != count
    ]


def _broken_links(tables: dict[str, list[Row]]) -> list[str]:
    """Duplicate ids, and references to missing rows."""
    ids = {table: {row["id"] for row in rows} for table, rows in tables.items()}
    wrong = [f"{FILES[table]} : un id est deux fois" for table, rows in tables.items() if len(ids[table]) != len(rows)]
    for table, rows in tables.items():
        for key in schema(table)["foreignKeys"]:
            column, other = key["fields"][0], key["reference"]["resource"] or table
            if any(row[column] and row[column] not in ids[other] for row in rows):
                wrong.append(f"{FILES[table]} : {column} ne mène pas toujours à {FILES[other]}")
    if any(row["link_id"] not in ids[row["link_entity"]] for row in tables["attribute"]):
        wrong.append(f"{FILES['attribute']} : link_id ne mène pas toujours à sa ligne")
    return wrong


def _shelter_leaks(tables: dict[str, list[Row]]) -> list[str]:
    """Places of shelters that are more precise than the cercle."""
    masked_term = next(row["id"] for row in tables["taxonomy_term"] if row["code"] == "location.is_masked")
    masked = {row["link_id"] for row in tables["attribute"] if row["taxonomy_term_id"] == masked_term}
    located = any(row["latitude"] or row["longitude"] for row in tables["location"] if row["id"] in masked)
    addressed = any(row["location_id"] in masked for row in tables["address"])
    return ["un lieu protégé a des coordonnées ou une adresse"] if located or addressed else []
