"""The commands for people who read a publication: `mrf dictionary`, `mrf cookbook`."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import typer
from rich import box
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, notice, stop
from orchestration.language import _, language, later, translated
from orchestration.language import number as spelled
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading import cookbook as recipes
from warehouse.reading import dictionary as dictionaries
from warehouse.storage import read_json

_SHOWN = 25
# What a dictionary says of a column beside its description; kept in French with the publication.
_SAID = (
    *(later("texte"), later("entier"), later("oui/non"), later("toujours rempli"), later("valeurs vérifiées")),
    *(later("existe dans {table}"), later("selon {column}"), later("de 0 à 1"), later("de −1 à 1"), later("nombre")),
    *(later("personnes"), later("personnes par mois"), later("places"), later("jours"), later("ans"), later("degrés")),
    later("francs CFA"),
)
_OLDER = later("La publication en place vient d’une version antérieure : lancer « mrf run ».")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog=_("Exemples : [bold]mrf dictionary[/] · [bold]mrf dictionary service_gap[/]"))(dictionary)
    app.command(epilog=_("Exemples : [bold]mrf cookbook[/] · [bold]mrf cookbook 5[/]"))(cookbook)


def dictionary(
    table: Annotated[str | None, typer.Argument(help=_("Mart ou référentiel ; sans lui, la liste"))] = None,
) -> None:
    """Dit ce que contient une table : colonnes, unités, codes, contrôles."""
    layout = Layout.from_environment()
    try:
        page = publish.current_file(layout).with_name(f"{dictionaries.NAME}.html")
    except FileNotFoundError as reason:
        stop(reason, NOT_PUBLISHED)
    content = read_json(page.with_suffix(".json"))
    if content is None:
        stop(_(_OLDER), NOT_PUBLISHED)
    known = {one["name"]: one for one in content["tables"]}
    if table is not None and table not in known:
        stop(_("« {table} » : table inconnue ; il y a : {known}", table=table, known=", ".join(known)), WRONG_USE)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    if table is None:
        console.print(_list(content["tables"]))
    else:
        console.print(_columns(known[table]))
        used = {column["codes"] for column in known[table]["columns"]}
        for one in content["lists"]:
            if one["name"] in used:
                codes = " · ".join(f"[bold]{code['code']}[/] {code[language()]}" for code in one["codes"])
                console.print(_("\n[bold]Codes « {name} »[/] : {codes}", name=one["name"], codes=codes))
    console.print(_("\nTout, avec une recherche : {page}", page=page), soft_wrap=True)


def cookbook(
    number: Annotated[int | None, typer.Argument(help=_("Question ; sans elle, la liste"))] = None,
) -> None:
    """Pose une question toute prête à la publication en place."""
    known = {recipe.number: recipe for recipe in recipes.recipes()}
    if number is None:
        for recipe in known.values():
            console.print(
                f"{recipe.number:>3}  {recipe.question} [dim]{_('TdR')} {recipe.tor}[/]",
                soft_wrap=True,
            )
        return
    if number not in known:
        stop(_("question {number} : il y en a {count}", number=number, count=len(known)), WRONG_USE)
    layout = Layout.from_environment()
    try:
        path = publish.current_file(layout)
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
            recipe = recipes.filled(connection, known[number])
            answer = recipes.answer(connection, recipe, shown=_SHOWN)
    except FileNotFoundError as reason:
        stop(reason, NOT_PUBLISHED)
    except (duckdb.CatalogException, duckdb.BinderException):
        stop(_(_OLDER), NOT_PUBLISHED)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    _show(recipe, answer)


def _show(recipe: recipes.Recipe, answer: recipes.Answer) -> None:
    console.print(f"[bold]{escape(recipe.question)}[/]\n{escape(recipe.reading)}\n", soft_wrap=True)
    console.print(Syntax(recipe.sql.strip(), "sql", background_color="default"))
    shown = Table(*answer.columns, header_style="bold")
    for row in answer.rows:
        shown.add_row(*map(escape, row))
    console.print(shown)
    first = _(" ({count} premières montrées)", count=len(answer.rows)) if answer.count > len(answer.rows) else ""
    console.print(_("{count} ligne(s){first}", count=spelled(answer.count), first=first))
    if not answer.count and recipe.empty_if:
        console.print(_("Raison possible : {empty_if}.", empty_if=recipe.empty_if))


def _list(tables: list[dict[str, Any]]) -> Table:
    shown = Table(header_style="bold")
    shown.add_column(_("table"), no_wrap=True)
    shown.add_column(_("lignes"), justify="right")
    shown.add_column(_("une ligne par…"))
    for table in tables:
        shown.add_row(table["name"], spelled(table["rows"]), table[language()].removeprefix(_("Une ligne par ")))
    return shown


def _columns(table: dict[str, Any]) -> Table:
    key = _(" Clé : {key}.", key=", ".join(table["key"])) if table["key"] else ""
    title = f"{table['name']} — {table[language()]}{key}"
    shown = Table(title=title, title_justify="left", header_style="bold", box=box.SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column(_("colonne"), no_wrap=True)
    shown.add_column(_("type"), no_wrap=True)
    # Six columns left each a word's width at 80 columns.
    shown.add_column(_("ce qu’elle dit ; unité, valeurs, contrôles"), overflow="fold")
    for column in table["columns"]:
        values = _("codes « {codes} »", codes=column["codes"]) if column["codes"] else ", ".join(column["values"])
        about = (translated(column["unit"]), values, *map(translated, column["checks"]))
        details = escape(" · ".join(filter(None, about)))
        said = escape(column[language()]) + (f"\n[dim]{details}[/]" if details else "")
        shown.add_row(column["name"], translated(column["type"]), said)
    return shown
