"""The first page of a publication until its portal replaces it, or if the portal could not be made."""

from __future__ import annotations

from pathlib import Path

from ingestion.country.words import worded
from warehouse import pages
from warehouse.deliverables.producing import record_of
from warehouse.storage import read_json

NAME = "index.html"
# Files of every publication besides its marts.
OWN = {
    "dictionnaire.html": "Dictionnaire des données",
    "dictionnaire.xlsx": "Dictionnaire des données (Excel)",
    "questions.html": "Vingt questions et leurs réponses, en SQL",
    "dbt_docs/index.html": "Modèles et lignage (dbt docs)",
    "controles.html": "Contrôles des données (Great Expectations, dbt)",
    "manifest.json": "Manifeste : entrées, contrôles, empreintes",
}


def write(folder: Path) -> Path:
    """Writes the page, with links to everything the publication in ``folder`` holds."""
    manifest = read_json(folder / "manifest.json")
    links = {name: title for name, title in OWN.items() if (folder / name).exists()}
    links[manifest["file"]] = "Fichier DuckDB"
    made = [entry for entry in record_of(folder).values() if entry["state"] == "made"]
    return pages.write(
        folder / NAME,
        "front.html",
        title=worded("Cartographie des services aux migrants {country:in}"),
        notice=manifest["notice"] or "",
        publication=folder.name,
        as_of=manifest["as_of"],
        links=links,
        made=made,
    )
