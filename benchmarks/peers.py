"""The same work by other libraries, in one process: processor seconds, and the ratio to the first of each table.

    .venv/bin/pip install -e '.[bench]'
    .venv/bin/python benchmarks/peers.py mali_3w_december_2023.xlsx

A library that is not installed is left out.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.readers.sheets.grid import read_grid
from ingestion.records.file_records import read_part

SHEET, SOURCE = "ML_5W", "ocha_3w_mli"
_PLACE, _KEPT = ("admin1Pcod", "admin2Pcod", "admin3Pcod"), ("Nom Organisation", "Type Organisation", "Cluster")
Work = dict[str, tuple[str, Callable[[], object]]]  # what is shown, the package it needs, and the work


def main() -> None:
    book = Path(sys.argv[1])
    source = sources()[SOURCE]
    with tempfile.TemporaryDirectory() as temporary:
        text = Path(temporary) / book.with_suffix(".csv").name
        with text.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(read_grid(book, SHEET).rows)
        frame = pd.read_csv(text, dtype=str, keep_default_na=False, skiprows=[1])
        print(f"\n{len(frame)} lignes, {len(frame.columns)} colonnes")
        _table("du classeur aux lignes", _of_workbook(book, source), len(frame))
        _table("du CSV aux lignes", _of_csv(text, source), len(frame))
        _table("lignes contrôlées", _checked(text, frame), len(frame))
        _table("lignes écrites dans un classeur", _written(frame, Path(temporary)), len(frame))


def _table(title: str, work: Work, rows: int) -> None:
    print(f"\n| {title} | secondes | rapport | µs par ligne |\n|---|---|---|---|")
    first = None
    for name, (package, run) in work.items():
        if importlib.util.find_spec(package) is None:
            print(f"| {name} | non installé | | |")
            continue
        __import__(package)
        started = time.process_time()
        run()
        seconds = time.process_time() - started
        first = first or seconds
        print(f"| {name} | {seconds:.2f} | {seconds / first:.1f} | {seconds / rows * 1e6:.0f} |", flush=True)


def _of_workbook(book: Path, source: Source) -> Work:
    def fastexcel() -> object:
        import fastexcel

        return fastexcel.read_excel(book).load_sheet(SHEET, dtypes="string").to_arrow()

    def polars() -> object:
        import polars

        return polars.read_excel(book, sheet_name=SHEET, infer_schema_length=0)

    return {
        "fastexcel, en Arrow": ("fastexcel", fastexcel),
        "polars (fastexcel)": ("polars", polars),
        "notre grille": ("python_calamine", lambda: read_grid(book, SHEET)),
        "nos enregistrements et affirmations, avec leurs cellules": ("ingestion", lambda: read_part(source, book)),
        "pandas et openpyxl": ("openpyxl", lambda: pd.read_excel(book, sheet_name=SHEET, dtype=str)),
    }


def _of_csv(text: Path, source: Source) -> Work:
    def plain_sql() -> object:
        """Trims the distinct values of a column once, joins them back and unpivots them with their cells."""
        with duckdb.connect() as connection:
            connection.execute("set threads = 1")
            connection.execute(
                f"create table wide as select row_number() over () + 2 as line, * from read_csv('{text}', all_varchar ="
                " true, header = true, skip = 0) where \"Nom Organisation\" <> '#org'"
            )
            names = [row[0] for row in connection.execute("describe wide").fetchall() if row[0] != "line"]
            connection.execute("create table claims (line bigint, attribute varchar, value varchar, raw varchar)")
            for name in names:
                connection.execute(
                    f"insert into claims with known as (select raw, trim(regexp_replace(raw, '\\s+', ' ', 'g')) as v"
                    f' from (select distinct "{name}" as raw from wide) where raw is not null) select line, ?, v, raw'
                    f" from wide inner join known on wide.\"{name}\" = known.raw where v <> ''",
                    [name],
                )
            return connection.execute("select count(*) from claims").fetchall()

    def polars() -> object:
        import polars

        return polars.read_csv(text, infer_schema_length=0)

    def read_csv() -> pa.Table:
        with duckdb.connect() as connection:
            connection.execute("set threads = 1")
            return connection.execute(f"from read_csv('{text}', all_varchar = true)").to_arrow_table()

    return {
        "DuckDB, read_csv": ("duckdb", read_csv),
        "polars": ("polars", polars),
        "pandas": ("pandas", lambda: pd.read_csv(text, dtype=str, keep_default_na=False)),
        "SQL seul dans DuckDB : nettoyer, dépivoter": ("duckdb", plain_sql),
        "notre grille": ("ingestion", lambda: read_grid(text, None)),
        "nos enregistrements et affirmations, avec leurs cellules": ("ingestion", lambda: read_part(source, text)),
    }


def _checked(text: Path, frame: pd.DataFrame) -> Work:
    """Whether four columns are filled, and two of them of a known form."""
    known = set(frame["Cluster"])

    def plain_pandas() -> object:
        return [frame[name].ne("").all() for name in (*_KEPT, _PLACE[0])], frame["Cluster"].isin(known).all()

    def great_expectations() -> object:
        from expectations.validation import Spec, validate

        specs: list[Spec] = [("expect_column_values_to_not_be_null", {"column": name}) for name in (*_KEPT, _PLACE[0])]
        specs.append(("expect_column_values_to_be_in_set", {"column": "Cluster", "value_set": sorted(known)}))
        return validate("peers", frame, specs, "")

    def frictionless() -> object:
        import frictionless

        schema = frictionless.Schema.from_descriptor(
            {"fields": [{"name": n, "type": "string", "constraints": {"required": n in _KEPT}} for n in frame.columns]}
        )
        dialect = frictionless.Dialect.from_descriptor({"commentRows": [2]})
        return frictionless.Resource(
            path=text.name, basepath=str(text.parent), schema=schema, dialect=dialect
        ).validate()

    def libhxl() -> object:
        import hxl

        return sum(1 for _ in hxl.data(str(text), hxl.InputOptions(allow_local=True)))

    return {
        "pandas": ("pandas", plain_pandas),
        "Great Expectations sur pandas": ("great_expectations", great_expectations),
        "libhxl, lecture": ("hxl", libhxl),
        "frictionless": ("frictionless", frictionless),
    }


def _written(frame: pd.DataFrame, folder: Path) -> Work:
    def by_xlsxwriter() -> object:
        import xlsxwriter

        with xlsxwriter.Workbook(folder / "a.xlsx", {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(frame.itertuples(index=False, name=None)):
                sheet.write_row(number, 0, row)

    def by_openpyxl() -> object:
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in frame.itertuples(index=False, name=None):
            sheet.append(row)
        book.save(folder / "b.xlsx")

    return {"xlsxwriter": ("xlsxwriter", by_xlsxwriter), "openpyxl": ("openpyxl", by_openpyxl)}


if __name__ == "__main__":
    main()
