"""The commands about deliverables of a publication: `mrf deliver`, `mrf sheets`, `mrf portal`."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from filelock import Timeout
from rich.markup import escape
from rich.table import Table

from ingestion.clean.text import fold
from orchestration.commands.console import LOOPBACK, NOT_PUBLISHED, WRONG_USE, console, notice, stop
from orchestration.language import _, decimal, language, later, number, translated
from warehouse.deliverables import front
from warehouse.deliverables.producing import RECORD, Refused, missing, record_of
from warehouse.deliverables.register import DELIVERABLES
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading.edition import Edition, Row, open_edition

_WAIT_SECONDS = 600
_STATES = {
    "made": later("[green]fait[/]"),
    "failed": later("[bold red]ÉCHEC[/]"),
    "stale": later("[yellow]à refaire[/]"),
    "absent": later("[yellow]à faire[/]"),
}


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog=_("Exemple : [bold]mrf deliver[/]"))(deliver)
    app.command(epilog=_("Exemple : [bold]mrf sheets DRC org_004118073302 --into fiches[/]"))(sheets)
    app.command(epilog=_("Exemple : [bold]mrf portal --port 8000[/]"))(portal)


def deliver() -> None:
    """Fait les livrables qui manquent à la publication en place.

    Codes de sortie : 0 tous faits, 1 l’un d’eux a échoué ou rien n’est publié.
    """
    layout = Layout.from_environment()
    catalog = publish.catalog(layout)
    if catalog is None:
        stop(_("Aucune publication dans {published} : lancer « mrf run ».", published=layout.published), NOT_PUBLISHED)
    if wrong := publish.flaw(layout, catalog["current"]):
        stop(translated(wrong), NOT_PUBLISHED)
    folder = make_missing(layout)
    notice(publish.manifest_of(layout, f"{folder.name}/{RECORD}")["is_demo"])
    if not show(folder):
        raise typer.Exit(NOT_PUBLISHED)


def make_missing(layout: Layout) -> Path:
    """Makes the deliverables that the current publication lacks, under the lock; returns the publication's folder."""
    from orchestration.operation.instance import write_lock

    try:
        with console.status(_("attente du verrou")):
            lock = write_lock(layout).acquire(timeout=_WAIT_SECONDS)
    except Timeout:
        stop(
            _(
                "Une autre exécution écrit dans {root} depuis {wait_seconds} s.",
                root=layout.root,
                wait_seconds=_WAIT_SECONDS,
            ),
            NOT_PUBLISHED,
        )
    with lock, console.status(_("livrables")) as status:
        catalog = publish.catalog(layout)
        assert catalog is not None
        publish.link_current(layout)
        folder = layout.published / Path(catalog["current"]).parent
        if missing(DELIVERABLES, folder):
            from orchestration.defs.deliverables import make

            for one in DELIVERABLES:
                status.update(_("livrable : {title}", title=_title(vars(one))))
                make(one.name, layout, folder, is_demo=catalog["is_demo"])
    return folder


def _title(entry: dict[str, Any]) -> str:
    return str(entry[f"title_{language()}"])


def show(folder: Path) -> bool:
    """Prints the deliverables of a publication and why some failed; returns whether all are there."""
    waiting = set(missing(DELIVERABLES, folder))
    entries = record_of(folder)
    shown = Table(title=_("Livrables"), title_justify="left", header_style="bold")
    shown.add_column(_("livrable"))
    shown.add_column(_("état"), no_wrap=True)
    for name in (_("fichiers"), _("octets"), _("secondes")):
        shown.add_column(name, justify="right")
    for name, entry in entries.items():
        state = _STATES["stale" if name in waiting and entry["state"] == "made" else entry["state"]]
        size = sum(file["bytes"] for file in entry["files"])
        seconds = decimal(entry["seconds"], 1)
        shown.add_row(_title(entry), _(state), number(len(entry["files"])), number(size), seconds)
    for one in DELIVERABLES:
        if one.name not in entries:
            shown.add_row(_title(vars(one)), _(_STATES["absent"]))
    console.print(shown)
    for entry in entries.values():
        if entry["reason"]:
            message = _("{title} : {reason}", title=escape(_title(entry)), reason=escape(translated(entry["reason"])))
            console.print(_("[bold yellow]Livrable non fait[/] — {message}", message=message), soft_wrap=True)
    if waiting:
        console.print(_("[yellow]Les données publiées restent en place ; « mrf deliver » fait ce qui manque.[/]"))
    return not waiting


def sheets(
    names: Annotated[
        list[str], typer.Argument(help=_("Noms, sigles ou identifiants de structures, ou partie d’un nom"))
    ],
    into: Annotated[Path, typer.Option(help=_("Dossier où les écrire"))] = Path("fiches"),
) -> None:
    """Fait la fiche Word de ces structures, à leur faire vérifier.

    Les livrables n’ont que les fiches des structures que l’enquête a vues. Codes de sortie : 0 fiches écrites, 1 rien
    n’est publié ou une fiche n’a pas pu être faite, 2 structure inconnue ou sans service.
    """
    from orchestration.defs.deliverables import make_sheets

    layout = Layout.from_environment()
    catalog = publish.catalog(layout)
    if catalog is None:
        stop(_("Aucune publication dans {published} : lancer « mrf run ».", published=layout.published), NOT_PUBLISHED)
    folder = layout.published / Path(catalog["current"]).parent
    with open_edition(folder) as edition:
        wanted = {one["organization_id"] for name in names for one in _meant(edition, name)}
    notice(catalog["is_demo"])
    try:
        written = make_sheets(layout, folder, wanted, into, is_demo=catalog["is_demo"])
    except Refused as wrong:
        stop(wrong, NOT_PUBLISHED)
    for path in written:
        console.print(str(path), soft_wrap=True)


def _meant(edition: Edition, name: str) -> list[Row]:
    """The organizations with services that a name, acronym or id means: those equal to it, else those that hold it."""
    known = edition.rows(
        "select organization_id, name, acronym from marts.dim_organization"
        " where organization_id in (select organization_id from marts.service_directory) order by name"
    )
    text = fold(name)
    equal = [one for one in known if name == one["organization_id"] or text in (fold(one["name"]), _acronym(one))]
    if meant := equal or [one for one in known if text and text in fold(one["name"])]:
        return meant
    near = get_close_matches(text, [fold(one["name"]) for one in known], n=3)
    closest = " ; ".join(one["name"] for one in known if fold(one["name"]) in near)
    stop(
        _(
            "« {name} » : aucune structure de l’annuaire{nearest}",
            name=name,
            nearest=_(" ; proches : {closest}", closest=closest) if near else "",
        ),
        WRONG_USE,
    )


def _acronym(one: Row) -> str | None:
    return fold(one["acronym"]) if one["acronym"] else None


def portal(
    port: Annotated[int, typer.Option(help=_("Port (0 : un port libre)"))] = 8000,
    host: Annotated[str, typer.Option(help=_("Adresse d’écoute ; le portail n’a pas de mot de passe"))] = LOOPBACK,
    name: Annotated[
        list[str] | None,
        typer.Option(help=_("Nom sous lequel on l’appelle, s’il n’est ni --host ni celui de cette machine même")),
    ] = None,
) -> None:
    """Sert le portail de la publication en place, sur cette machine seulement."""
    from orchestration.operation import portal_server  # slow to import

    layout = Layout.from_environment()
    if not (layout.site / front.NAME).exists():
        stop(_("Aucun portail dans {site} : lancer « mrf run ».", site=layout.site), NOT_PUBLISHED)
    try:
        listening = portal_server.listen(host, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or _("de 0 à 65535")
        stop(_("Port {port} : {reason} ; en choisir un autre avec --port", port=port, reason=reason), WRONG_USE)
    with listening:
        console.print(
            _(
                "Portail : http://{host}:{port} (Ctrl+C pour arrêter)",
                host=host,
                port=listening.getsockname()[1],
            )
        )
        portal_server.serve(layout.site, listening, names=(host, *(name or ())))
    console.print(_("Arrêté."))
