"""The commands for what is made of a publication: `mrf deliver`, `mrf portal`."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer
from filelock import Timeout
from rich.markup import escape
from rich.table import Table

from orchestration.console import LOOPBACK, NOT_PUBLISHED, WRONG_USE, console, notice, stop
from warehouse import front, publish
from warehouse.all_deliverables import DELIVERABLES
from warehouse.deliverables import RECORD, missing, record_of
from warehouse.french import count as number
from warehouse.layout import Layout

_WAIT_SECONDS = 600
_STATES = {
    "made": "[green]fait[/]",
    "failed": "[bold red]ÉCHEC[/]",
    "stale": "[yellow]à refaire[/]",
    "absent": "[yellow]à faire[/]",
}


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Exemple : [bold]mrf deliver[/]")(deliver)
    app.command(epilog="Exemple : [bold]mrf portal --port 8000[/]")(portal)


def deliver() -> None:
    """Fait les livrables qui manquent à la publication en place. / Makes the missing deliverables.

    Codes de sortie : 0 tous faits, 1 l’un d’eux a échoué ou rien n’est publié.
    """
    layout = Layout.from_environment()
    now = publish.catalog(layout)
    if now is None:
        stop(f"Aucune publication dans {layout.published} : lancer « mrf run ».", NOT_PUBLISHED)
    if wrong := publish.flaw(layout, now["current"]):
        stop(wrong, NOT_PUBLISHED)
    folder = make_missing(layout)
    notice(publish.manifest_of(layout, f"{folder.name}/{RECORD}")["is_demo"])
    if not show(folder):
        raise typer.Exit(NOT_PUBLISHED)


def make_missing(layout: Layout) -> Path:
    """Makes what the current publication lacks, under the lock of the data root; returns the publication's folder."""
    from orchestration.instance import write_lock

    try:
        with console.status("attente du verrou"):
            lock = write_lock(layout).acquire(timeout=_WAIT_SECONDS)
    except Timeout:
        stop(f"Une autre exécution écrit dans {layout.root} depuis {_WAIT_SECONDS} s.", NOT_PUBLISHED)
    with lock, console.status("livrables") as status:
        now = publish.catalog(layout)
        assert now is not None
        publish.lead_site(layout)
        folder = layout.published / Path(now["current"]).parent
        if missing(DELIVERABLES, folder):
            from orchestration.deliverables import make

            for one in DELIVERABLES:
                status.update(f"livrable : {one.title_fr}")
                make(one.name, layout, folder, is_demo=now["is_demo"])
    return folder


def show(folder: Path) -> bool:
    """Prints the deliverables of the publication in a folder, and why some failed; whether all are there."""
    waiting = set(missing(DELIVERABLES, folder))
    entries = record_of(folder)
    shown = Table(title="Livrables", title_justify="left", header_style="bold")
    shown.add_column("livrable")
    shown.add_column("état", no_wrap=True)
    for name in ("fichiers", "octets", "secondes"):
        shown.add_column(name, justify="right")
    for name, entry in entries.items():
        state = _STATES["stale" if name in waiting and entry["state"] == "made" else entry["state"]]
        size = sum(file["bytes"] for file in entry["files"])
        seconds = f"{entry['seconds']:.1f}".replace(".", ",")
        shown.add_row(entry["title_fr"], state, number(len(entry["files"])), number(size), seconds)
    for one in DELIVERABLES:
        if one.name not in entries:
            shown.add_row(one.title_fr, _STATES["absent"])
    console.print(shown)
    for entry in entries.values():
        if entry["reason"]:
            told = f"{escape(entry['title_fr'])} : {escape(entry['reason'])}"
            console.print(f"[bold yellow]Livrable non fait[/] — {told}", soft_wrap=True)
    if waiting:
        console.print("[yellow]Les données publiées restent en place ; « mrf deliver » fait ce qui manque.[/]")
    return not waiting


class _Handler(SimpleHTTPRequestHandler):
    """Quiet, and never lets a browser keep the page of a publication that is no longer the current one."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal shows the address only."""


def portal(
    port: Annotated[int, typer.Option(help="Port (0 : un port libre)")] = 8000,
    host: Annotated[str, typer.Option(help="Adresse d’écoute ; le portail n’a pas de mot de passe")] = LOOPBACK,
) -> None:
    """Sert le portail de la publication en place, sur cette machine seulement. / Serves the portal on loopback."""
    layout = Layout.from_environment()
    if not (layout.site / front.NAME).exists():
        stop(f"Aucun portail dans {layout.site} : lancer « mrf run ».", NOT_PUBLISHED)
    try:
        server = ThreadingHTTPServer((host, port), partial(_Handler, directory=str(layout.site)))
    except OSError as error:
        stop(f"Port {port} : {error.strerror} ; en choisir un autre avec --port", WRONG_USE)
    console.print(f"Portail : http://{host}:{server.server_address[1]} (Ctrl+C pour arrêter)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print("Arrêté.")
    finally:
        server.server_close()
