"""The deliverable `exports`: every mart as a sheet, CSV, CSV with hashtags and Parquet, and their description."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.exports import csv_files, geography, package
from warehouse.deliverables.exports.mart_tables import MARTS, REFERENCE, counts, tables
from warehouse.reading.edition import Edition
from warehouse.storage import write_json

FOLDER = "exports"
WORKBOOK = "cartographie.xlsx"
# By file that belongs to no single table, its name and description in the package.
_ALONE = {
    WORKBOOK: ("cartographie", "Classeur : une feuille par table, dictionnaire et codes."),
    f"{geography.NAME}.geojson": ("services_geojson", "Un point par service situé (GeoJSON, RFC 7946)."),
    f"{geography.NAME}.parquet": ("services_geoparquet", "Un point par service situé (GeoParquet 1.1)."),
}
_READ_ME = """# Exports de la cartographie

{notice}Publication {name}, date de référence {as_of}.

| fichier | pour qui |
|---|---|
| `{workbook}` | Excel, LibreOffice : une feuille par table, dictionnaire et codes |
| `csv/` | programmes : UTF-8, virgules, RFC 4180, une case vide = inconnu |
| `csv_hxl/` | les mêmes, avec une ligne de mots-dièse HXL sous les noms des colonnes |
| `parquet/` | analystes : tables et, sous `reference/`, listes de codes |
| `services.geojson`, `services.parquet` | SIG : un point par service situé (GeoJSON RFC 7946, GeoParquet 1.1) |
| `hsds/` | annuaires : Open Referral HSDS 3.0, avec son propre LISEZMOI |
| `datapackage.json` | toutes les colonnes : type, sens, clé, licence, sources (Data Package) |

**CSV et tableurs.** {rule}

**Sans point.** Un service masqué (hébergement de victimes) ou non situé est aussi dans les fichiers SIG, sans
géométrie : {admin2:its} est dans `admin2_code`.

**Licence et sensibilité.** {licence}
"""


def make(edition: Edition, folder: Path) -> None:
    """Writes all files of the deliverable below `exports/` of ``folder``."""
    from warehouse.deliverables.exports.workbook import Book

    target = folder / FOLDER
    described = []
    book = Book(target / WORKBOOK, edition, package.LICENCE)
    for table in tables(edition, MARTS, REFERENCE):
        if table.schema == MARTS:
            book.add(table)
            plain = target / "csv" / f"{table.file}.csv"
            csv_files.write(plain, table.header, csv_files.cells(table.content))
            csv_files.with_hashtags(plain, target / "csv_hxl" / plain.name, csv_files.tags_of(table))
        _write_parquet(target / "parquet" / f"{table.file}.parquet", table.content, edition.notice)
        described += package.resources(table, target)
    book.close()
    geography.write(edition, target)
    described += [package.file_resource(target / name, target, *facts) for name, facts in _ALONE.items()]
    title = worded("Cartographie des services aux migrants {country:in}")
    write_json(
        target / package.NAME, package.package(edition, f"mrf-{country().name.slug}-cartographie", title, described)
    )
    facts = {"name": edition.name, "as_of": french.day(edition.as_of), "workbook": WORKBOOK}
    facts |= {"notice": f"**{edition.notice}**\n\n" if edition.notice else "", "rule": package.CSV_RULE}
    (target / "LISEZMOI.md").write_text(worded(_READ_ME).format(licence=package.LICENCE, **facts), encoding="utf-8")


def _write_parquet(path: Path, content: pa.Table, notice: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {b"notice": notice.encode()} if notice else None
    pq.write_table(content.replace_schema_metadata(metadata), path, compression="zstd")


def check(edition: Edition, folder: Path) -> list[str]:
    """Rereads everything: each table is complete in each format, no masked service has a point, no file is missing."""
    target = folder / FOLDER
    marts, all_tables = counts(edition, MARTS), counts(edition, MARTS, REFERENCE)
    rows_by_format = {
        WORKBOOK: (_rows_of_workbook(target / WORKBOOK), marts),
        "csv": ({path.stem: _rows_of_csv(path) for path in (target / "csv").glob("*.csv")}, marts),
        "parquet": (_rows_of_parquet(target / "parquet"), all_tables),
    }
    wrong = [
        f"{kind} : {rows.get(name)} lignes de {name}, la publication en a {count}"
        for kind, (rows, expected) in rows_by_format.items()
        for name, count in expected.items()
        if rows.get(name) != count
    ]
    return [*wrong, *_without_hashtags(target), *geography.check(edition, target), *_missing(target)]


def _rows_of_workbook(path: Path) -> dict[str, int]:
    """Row counts by mart; a mart continued in « name (2) » is added up."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    rows: Counter[str] = Counter()
    for sheet in book.sheet_names:
        rows[sheet.partition(" (")[0]] += book.get_sheet_by_name(sheet).height - 1
    return rows


def _rows_of_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, strict=True)) - 1


def _without_hashtags(target: Path) -> list[str]:
    """CSV files without a copy that only differs by a second line of hashtags."""
    wrong = []
    for path in sorted((target / "csv").glob("*.csv")):
        head, _, rest = path.read_bytes().partition(b"\n")
        tagged_head, _, tagged = (target / "csv_hxl" / path.name).read_bytes().partition(b"\n")
        if (head, rest) != (tagged_head, tagged.partition(b"\n")[2]) or not tagged.startswith(b"#"):
            wrong.append(f"csv_hxl/{path.name} : ce n’est pas csv/{path.name} avec ses mots-dièse")
    return wrong


def _rows_of_parquet(folder: Path) -> dict[str, int]:
    return {path.stem: pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet")}


def _missing(target: Path) -> list[str]:
    """Files of `datapackage.json` that are missing or differ."""
    described = json.loads((target / package.NAME).read_text(encoding="utf-8"))["resources"]
    files = {resource["path"]: resource["bytes"] for resource in described}
    return [
        f"{package.NAME} : {name} n’est pas là comme décrit"
        for name, size in files.items()
        if not (target / name).is_file() or (target / name).stat().st_size != size
    ]
