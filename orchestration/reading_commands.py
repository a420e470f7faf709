"""The commands for people who read a publication: `mrf dictionary`, `mrf cookbook`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from orchestration.console import NOT_PUBLISHED, WRONG_USE, console, notice, number, stop
from warehouse import dictionary as dictionaries
from warehouse import publish
from warehouse.layout import Layout, read_json

_OLDER = "La publication en place vient d’une version antérieure : lancer « mrf run »."


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Exemples : [bold]mrf dictionary[/] · [bold]mrf dictionary service_gap[/]")(dictionary)


def dictionary(
    table: Annotated[str | None, typer.Argument(help="Mart ou référentiel ; sans lui, la liste")] = None,
) -> None:
    """Dit ce que contient une table : colonnes, unités, codes, contrôles. / Shows the data dictionary."""
    layout = Layout.from_environment()
    try:
        page = publish.current_file(layout).with_name(f"{dictionaries.NAME}.html")
    except FileNotFoundError as reason:
        stop(str(reason), NOT_PUBLISHED)
    content = read_json(page.with_suffix(".json"))
    if content is None:
        stop(_OLDER, NOT_PUBLISHED)
    known = {one["name"]: one for one in content["tables"]}
    if table is not None and table not in known:
        stop(f"« {table} » : table inconnue ; il y a : {', '.join(known)}", WRONG_USE)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    if table is None:
        console.print(_list(content["tables"]))
    else:
        console.print(_columns(known[table]))
        used = {column["codes"] for column in known[table]["columns"]}
        for one in content["lists"]:
            if one["name"] in used:
                told = " · ".join(f"[bold]{code['code']}[/] {code['fr']}" for code in one["codes"])
                console.print(f"\n[bold]Codes « {one['name']} »[/] : {told}")
    console.print(f"\nTout, avec une recherche : {page}", soft_wrap=True)


def _list(tables: list[dict[str, Any]]) -> Table:
    shown = Table(header_style="bold")
    shown.add_column("table", no_wrap=True)
    shown.add_column("lignes", justify="right")
    shown.add_column("une ligne par…")
    for table in tables:
        shown.add_row(table["name"], number(table["rows"]), table["fr"].removeprefix("Une ligne par "))
    return shown


def _columns(table: dict[str, Any]) -> Table:
    key = f" Clé : {', '.join(table['key'])}." if table["key"] else ""
    shown = Table(title=f"{table['name']} — {table['fr']}{key}", title_justify="left", header_style="bold")
    shown.add_column("colonne", no_wrap=True)
    for name in ("type", "ce qu’elle dit", "unité", "valeurs", "vérifié"):
        shown.add_column(name)
    for column in table["columns"]:
        values = f"codes « {column['codes']} »" if column["codes"] else ", ".join(column["values"])
        checks = " ; ".join(column["checks"])
        shown.add_row(column["name"], column["type"], column["fr"], column["unit"], values, checks)
    return shown
