"""`mrf sql`: a query on the publication in place, to read in the terminal or to save."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, notice, stop, without_controls
from orchestration.language import _, number, translated
from orchestration.pipeline.inventory import DEMO_NOTICE
from warehouse.paths import Layout
from warehouse.publication import publish

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_SHOWN = 200  # rows in the terminal
_RECORDS = 20  # rows that are shown one under the other, where they are too wide for a table
_LEAST_WIDTH = 6  # of a column of a table: narrower ones hold no word


class Format(StrEnum):
    """What the rows are written as."""

    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"


def add_to(app: typer.Typer) -> None:
    """Adds the command to `mrf`."""
    counted, saved = "select gap_class, count(*) from service_gap group by 1", "from service_directory"
    app.command(
        epilog=_(
            'Exemples : [bold]mrf sql "{counted}"[/] · [bold]mrf sql "{saved}" --into annuaire.xlsx[/]',
            counted=counted,
            saved=saved,
        )
    )(sql)


def sql(
    query: Annotated[
        str, typer.Argument(help=_("Requête SQL sur la publication en place (schémas marts, libelles et reference)"))
    ],
    csv: Annotated[
        bool, typer.Option("--csv", help=_("Écrire du CSV, toutes les lignes (comme --format csv)"))
    ] = False,
    form: Annotated[
        Format | None, typer.Option("--format", help=_("Écrire toutes les lignes sous cette forme"))
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help=_("Fichier à écrire ; son nom dit la forme (.csv, .json, .parquet, .xlsx)"))
    ] = None,
) -> None:
    """Interroge la publication en place."""
    import duckdb

    chosen = _chosen(Format.csv if csv else form, into)
    layout = Layout.from_environment()
    try:
        path = publish.current_file(layout)
    except FileNotFoundError as reason:
        stop(reason, NOT_PUBLISHED)
    try:
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
            connection.execute("set search_path = 'marts,reference'")
            result = connection.execute(query)
            if chosen is not None:
                _write(layout, result, chosen, into)
                return
            header = [column[0] for column in result.description or []]
            rows = result.fetchmany(_SHOWN + 1)
    except duckdb.IOException:
        stop(
            translated(publish.flaw(layout, str(path.relative_to(layout.published))) or "")
            or _("{path} : illisible", path=path),
            NOT_PUBLISHED,
        )
    except duckdb.Error as error:
        stop(f"SQL : {error}", WRONG_USE)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    show(header, rows)


def _chosen(form: Format | None, into: Path | None) -> Format | None:
    """The form to write, as it was asked for or as the name of the file says."""
    if form is None and into is not None:
        suffix = into.suffix.lower().removeprefix(".")
        if suffix not in list(Format):
            stop(_("--into : .csv, .json, .parquet ou .xlsx attendu, pas « {name} »", name=into.name), WRONG_USE)
        form = Format(suffix)
    if form in (Format.parquet, Format.xlsx) and into is None and sys.stdout.isatty():
        stop(_("{form} : donner un fichier (--into lignes.{form})", form=form.value), WRONG_USE)
    return form


def show(header: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows as a table; where it would be too narrow to be read, each row as a record, the filled columns alone."""
    shown = rows[:_SHOWN]
    table = Table(header_style="bold")
    for name in header:
        table.add_column(escape(name), overflow="fold")  # a code without its end is another code
    for row in shown:
        table.add_row(*(_cell(value) for value in row))
    is_table = not header or _fits(table, len(header))
    if is_table:
        console.print(table)
    else:
        shown = rows[:_RECORDS]
        for place, row in enumerate(shown, start=1):
            console.print(_record(place, header, row))
    left = len(rows) > len(shown)
    total = _("plus de {shown}", shown=_SHOWN) if len(rows) > _SHOWN else number(len(rows))
    has_hidden = not is_table and any(None in row for row in shown)
    hidden = " ; " + _("les colonnes vides ne sont pas montrées") if has_hidden else ""
    message = _("{count} lignes sur {total} ; toutes avec --csv, ou --into lignes.xlsx", count=len(shown), total=total)
    console.print((message if left else _("{total} ligne(s)", total=total)) + hidden)


def _fits(table: Table, columns: int) -> bool:
    """Whether the table may be as wide as its texts, or leaves every column enough width for a word."""
    widest = Measurement.get(console, console.options.update(max_width=100_000), table).maximum
    return widest <= console.width or console.width >= columns * (_LEAST_WIDTH + 3) + 1


def _record(place: int, header: list[str], row: tuple[Any, ...]) -> Table:
    table = Table(
        title=_("ligne {place}", place=place), title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0)
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in zip(header, row, strict=True):
        if value is not None:
            table.add_row(escape(name), _cell(value))
    return table


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))


def _write(layout: Layout, result: duckdb.DuckDBPyConnection, form: Format, into: Path | None) -> None:
    if publish.catalog(layout)["is_demo"]:  # type: ignore[index]
        print(_(DEMO_NOTICE), file=sys.stderr)  # on the error stream: what is written stays what it is
    content = _WRITERS[form](result)
    if into is not None:
        into.write_bytes(content)
        console.print(_("Écrit : {into}", into=into), soft_wrap=True)
    elif sys.stdout.isatty():
        sys.stdout.write(without_controls(content.decode()))
    else:
        sys.stdout.buffer.write(content)


def _csv(result: duckdb.DuckDBPyConnection) -> bytes:
    return as_csv(result.df()).encode()


def as_csv(frame: pd.DataFrame) -> str:
    """The rows as CSV in which no text, nor the name of a column, runs in a spreadsheet."""
    from warehouse.reading.csv_cells import harmless

    def cell(value: object) -> object:
        return harmless(str(value)) if isinstance(value, str | list | dict | np.ndarray) else value

    named = frame.set_axis([harmless(str(name)) for name in frame.columns], axis=1)
    safe = named.apply(lambda column: column.map(cell) if column.dtype.kind == "O" else column)
    return str(safe.to_csv(index=False))


def _json(result: duckdb.DuckDBPyConnection) -> bytes:
    header = [column[0] for column in result.description or []]
    rows = [dict(zip(header, row, strict=True)) for row in result.fetchall()]
    return (json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _parquet(result: duckdb.DuckDBPyConnection) -> bytes:
    import io

    import pyarrow.parquet as pq

    target = io.BytesIO()
    pq.write_table(result.arrow().read_all(), target)
    return target.getvalue()


def _xlsx(result: duckdb.DuckDBPyConnection) -> bytes:
    """One sheet with a heading that stays and a filter; texts are texts, whatever sign they begin with."""
    import io

    import xlsxwriter

    header = [column[0] for column in result.description or []]
    rows, target = result.fetchall(), io.BytesIO()
    texts_as_they_are = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, texts_as_they_are | {"remove_timezone": True}) as book:
        sheet, heading = book.add_worksheet("lignes"), book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, header, heading)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                plain = str(value) if isinstance(value, list | dict) else value
                sheet.write(place, column, plain, *([day] if hasattr(value, "isoformat") else []))
        sheet.freeze_panes(1, 0)
        if header:
            sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
        sheet.autofit(300)
    return target.getvalue()


_WRITERS: dict[Format, Callable[[duckdb.DuckDBPyConnection], bytes]] = {
    Format.csv: _csv,
    Format.json: _json,
    Format.parquet: _parquet,
    Format.xlsx: _xlsx,
}
