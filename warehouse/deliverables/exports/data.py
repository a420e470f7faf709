"""The deliverable `exports`: every mart as a sheet, CSV, CSV with hashtags and Parquet, and their description."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.exports import csv_files, geography, package, workbook
from warehouse.deliverables.exports.mart_tables import MARTS, REFERENCE, Table, counts, tables
from warehouse.deliverables.exports.workbook import EVIDENCE
from warehouse.reading.edition import Edition
from warehouse.storage import write_json

FOLDER = "exports"
WORKBOOK = "cartographie.xlsx"
_PART_BYTES = 1_000_000
# By file that belongs to no single table, its name and description in the package.
_ALONE = {
    WORKBOOK: (
        "cartographie",
        "Classeur : résumé, une feuille par table, dictionnaire et codes, sans les preuves.",
    ),
    f"{geography.NAME}.geojson": ("services_geojson", "Un point par service situé (GeoJSON, RFC 7946)."),
    f"{geography.NAME}.parquet": ("services_geoparquet", "Un point par service situé (GeoParquet 1.1)."),
}
_READ_ME = """# Exports de la cartographie

{notice}Publication {name}, date de référence {as_of}.

| fichier | pour qui |
|---|---|
| `{workbook}` | Excel, LibreOffice : résumé, une feuille par table, dictionnaire et codes ; sans {evidence} |
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
    target = folder / FOLDER
    described = []
    for table in tables(edition, MARTS, REFERENCE):
        _write_parquet(target / "parquet" / f"{table.file}.parquet", table, edition.notice)
        if table.schema == MARTS:
            plain = target / "csv" / f"{table.file}.csv"
            csv_files.write_batches(plain, table.header, table.read())
            csv_files.with_hashtags(plain, target / "csv_hxl" / plain.name, csv_files.tags_of(table))
        described += package.resources(table, target)
    workbook.write(target / WORKBOOK, edition, package.LICENCE)
    geography.write(edition, target)
    described += [package.file_resource(target / name, target, *facts) for name, facts in _ALONE.items()]
    title = worded("Cartographie des services aux migrants {country:in}")
    write_json(
        target / package.NAME, package.package(edition, f"mrf-{country().name.slug}-cartographie", title, described)
    )
    facts = {"name": edition.name, "as_of": french.day(edition.as_of), "workbook": WORKBOOK}
    facts["evidence"] = " ni ".join(f"`{name}`" for name in EVIDENCE)
    facts |= {"notice": f"**{edition.notice}**\n\n" if edition.notice else "", "rule": package.CSV_RULE}
    (target / "LISEZMOI.md").write_text(worded(_READ_ME).format(licence=package.LICENCE, **facts), encoding="utf-8")


def _write_parquet(path: Path, table: Table, notice: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {b"notice": notice.encode()} if notice else None
    reader = table.read()
    with pq.ParquetWriter(path, reader.schema.with_metadata(metadata), compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def check(edition: Edition, folder: Path) -> list[str]:
    """Rereads everything: each table is complete in each format, no masked service has a point, no file is missing."""
    target = folder / FOLDER
    marts, all_tables = counts(edition, MARTS), counts(edition, MARTS, REFERENCE)
    rows_by_format = {
        WORKBOOK: (_rows_of_workbook(target / WORKBOOK), {name: marts[name] for name in marts if name not in EVIDENCE}),
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
    """The rows of a CSV file below its header. Raises pa.ArrowInvalid if one has another number of cells."""
    columns = path.open(encoding="utf-8").readline().count(",") + 1
    places = {f"f{number}": pa.string() for number in range(columns)}
    reader = arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(autogenerate_column_names=True),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(column_types=places),
    )
    return sum(int(batch.num_rows) for batch in reader) - 1


def _without_hashtags(target: Path) -> list[str]:
    """CSV files without a copy that only differs by a second line of hashtags."""
    return [
        f"csv_hxl/{path.name} : ce n’est pas csv/{path.name} avec ses mots-dièse"
        for path in sorted((target / "csv").glob("*.csv"))
        if not _is_tagged(path, target / "csv_hxl" / path.name)
    ]


def _is_tagged(plain: Path, tagged: Path) -> bool:
    with plain.open("rb") as one, tagged.open("rb") as other:
        if one.readline() != other.readline() or not other.readline().startswith(b"#"):
            return False
        return all(part == other.read(_PART_BYTES) for part in iter(partial(one.read, _PART_BYTES), b"")) and (
            not other.read(1)
        )


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
