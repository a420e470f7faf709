"""The commands for people who read a publication: `mrf dictionary`, `mrf cookbook`."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import typer
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, notice, stop
from warehouse.french import count as spelled
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading import cookbook as recipes
from warehouse.reading import dictionary as dictionaries
from warehouse.storage import read_json

_SHOWN = 25
_OLDER = "La publication en place vient d’une version antérieure : lancer « mrf run »."


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Exemples : [bold]mrf dictionary[/] · [bold]mrf dictionary service_gap[/]")(dictionary)
    app.command(epilog="Exemples : [bold]mrf cookbook[/] · [bold]mrf cookbook 5[/]")(cookbook)


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
                codes = " · ".join(f"[bold]{code['code']}[/] {code['fr']}" for code in one["codes"])
                console.print(f"\n[bold]Codes « {one['name']} »[/] : {codes}")
    console.print(f"\nTout, avec une recherche : {page}", soft_wrap=True)


def cookbook(
    number: Annotated[int | None, typer.Argument(help="Question ; sans elle, la liste")] = None,
) -> None:
    """Pose une question toute prête à la publication en place. / Asks a ready question, with its SQL."""
    known = {recipe.number: recipe for recipe in recipes.recipes()}
    if number is None:
        for recipe in known.values():
            console.print(f"{recipe.number:>3}  {recipe.question} [dim]TdR {recipe.tor}[/]", soft_wrap=True)
        return
    if number not in known:
        stop(f"question {number} : il y en a {len(known)}", WRONG_USE)
    layout = Layout.from_environment()
    try:
        path = publish.current_file(layout)
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
            recipe = recipes.filled(connection, known[number])
            answer = recipes.answer(connection, recipe, shown=_SHOWN)
    except FileNotFoundError as reason:
        stop(str(reason), NOT_PUBLISHED)
    except (duckdb.CatalogException, duckdb.BinderException):
        stop(_OLDER, NOT_PUBLISHED)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    _show(recipe, answer)


def _show(recipe: recipes.Recipe, answer: recipes.Answer) -> None:
    console.print(f"[bold]{escape(recipe.question)}[/]\n{escape(recipe.reading)}\n", soft_wrap=True)
    console.print(Syntax(recipe.sql.strip(), "sql", background_color="default"))
    shown = Table(*answer.columns, header_style="bold")
    for row in answer.rows:
        shown.add_row(*map(escape, row))
    console.print(shown)
    first = f" ({len(answer.rows)} premières montrées)" if answer.count > len(answer.rows) else ""
    console.print(f"{spelled(answer.count)} ligne(s){first}")
    if not answer.count and recipe.empty_if:
        console.print(f"Raison possible : {recipe.empty_if}.")


def _list(tables: list[dict[str, Any]]) -> Table:
    shown = Table(header_style="bold")
    shown.add_column("table", no_wrap=True)
    shown.add_column("lignes", justify="right")
    shown.add_column("une ligne par…")
    for table in tables:
        shown.add_row(table["name"], spelled(table["rows"]), table["fr"].removeprefix("Une ligne par "))
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
