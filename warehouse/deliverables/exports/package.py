"""`datapackage.json`: describes every CSV and Parquet file of the exports, its columns and its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.country.pack import country
from ingestion.country.words import worded
from ingestion.digest import file_sha256
from warehouse.deliverables.exports.mart_tables import Table
from warehouse.reading.edition import Edition

NAME = "datapackage.json"
SENSITIVITY = "internal"
LICENCE = worded(
    "Aucune licence ouverte n’est accordée sur l’ensemble : le commanditaire fixe les droits. Chaque document source"
    " garde sa licence (table document_review). Sensibilité : interne, pour les partenaires de la cartographie ; ni"
    " donnée personnelle, ni lieu d’hébergement de victimes sous {admin2:the}."
)
_TYPES = {
    "texte": "string",
    "entier": "integer",
    "nombre": "number",
    "date": "date",
    "oui/non": "boolean",
}
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".geojson": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CSV_RULE = (
    "Un texte qu’un tableur exécuterait (il commence par = + - @, une tabulation ou un retour, ou le fait après un"
    " point-virgule ou une fin de ligne) porte une apostrophe devant ce signe : l’enlever rend le texte d’origine."
    " Nombres et numéros de téléphone gardent leur signe."
)


def resources(table: Table, folder: Path) -> list[dict[str, Any]]:
    """The descriptions of the files of a table below ``folder``: CSV, CSV with hashtags, Parquet."""
    paths = [folder / kind / f"{table.file}.{kind.partition('_')[0]}" for kind in ("csv", "csv_hxl", "parquet")]
    return [_resource(table, path, folder) for path in paths if path.exists()]


def _resource(table: Table, path: Path, folder: Path) -> dict[str, Any]:
    kind, *_ = path.relative_to(folder).parts
    name = f"{table.file}_{kind}".replace("/", "_")
    if kind == "parquet":  # described as a file: its own types are exact, and integers with nulls stay integers
        return file_resource(path, folder, name, table.about) | {"title": table.name, "schema": schema(table)}
    dialect: dict[str, Any] = {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True}
    return file_resource(path, folder, name, f"{table.about} {CSV_RULE}") | {
        "title": table.name,
        "type": "table",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "rows": table.count,
        "schema": schema(table),
        "dialect": dialect | ({"commentRows": [2]} if kind == "csv_hxl" else {}),
    }


def file_resource(path: Path, folder: Path, name: str, description: str) -> dict[str, Any]:
    """The description of one file below ``folder``, whatever its content."""
    return {
        "name": name,
        "description": description,
        "type": "file",
        "profile": "data-resource",
        "path": str(path.relative_to(folder)),
        "format": path.suffix.removeprefix("."),
        "mediatype": _MEDIA_TYPES[path.suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{file_sha256(path)}",
    }


def schema(table: Table) -> dict[str, Any]:
    """The Table Schema of a table, from the dictionary."""
    return {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": table.key,
        "missingValues": [""],
    }


def _field(column: dict[str, Any]) -> dict[str, Any]:
    field = {"name": column["name"], "type": _TYPES.get(column["type"], "string"), "description": column["fr"]}
    field |= {"unit": column["unit"]} if column["unit"] else {}
    field |= {"codeList": column["codes"]} if column["codes"] else {}
    if field["type"] == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return field


def package(edition: Edition, name: str, title: str, described: list[dict[str, Any]]) -> dict[str, Any]:
    """The description of a package of these resources."""
    return {
        "profile": "data-package",
        "name": name,
        "id": f"{name}:{edition.name}",
        "title": f"{edition.notice} – {title}" if edition.notice else title,
        "description": " ".join(filter(None, [edition.notice, LICENCE])),
        "version": edition.name,
        "created": edition.manifest["published_at"],
        "keywords": [country().name.fr, "migration", "services", "cartographie"],
        "licenses": [{"name": "other-closed", "title": LICENCE}],
        "sensitivity": SENSITIVITY,
        "publication": edition.name,
        "as_of": edition.as_of.isoformat(),
        "is_demo": edition.is_demo,
        "sources": sources(edition),
        "resources": described,
    }


def sources(edition: Edition) -> list[dict[str, Any]]:
    """The documents behind the rows, with their licences."""
    return edition.rows(
        """
        select title, publisher, license, sensitivity, file_name, strftime(published_on, '%Y-%m-%d') as published_on
        from marts.document_review where is_landed order by all
        """
    )
