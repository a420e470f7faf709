"""The commands for what is made of a publication: `mrf deliver`, `mrf portal`."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.console import NOT_PUBLISHED, WRONG_USE, console, notice, number, stop
from warehouse import front, publish
from warehouse.deliverables import record_of
from warehouse.layout import Layout

_STATES = {"made": "[green]fait[/]", "failed": "[bold red]ÉCHEC[/]"}


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
    make_missing(layout)
    notice(now["is_demo"])
    folder = layout.published / Path(now["current"]).parent
    console.print(table(folder))
    if failures(folder):
        raise typer.Exit(NOT_PUBLISHED)


def make_missing(layout: Layout) -> None:
    """Makes what the current publication lacks, under the lock of the data root."""
    from orchestration.deliverables import DELIVERABLES, make
    from orchestration.resources import write_lock
    from warehouse.deliverables import missing

    with write_lock(layout):
        now = publish.catalog(layout)
        assert now is not None
        folder = layout.published / Path(now["current"]).parent
        names = missing(DELIVERABLES, folder)
        with console.status("livrables") as status:
            for one in DELIVERABLES:
                if names and (one.name in names or set(one.after) & set(names)):
                    status.update(f"livrable : {one.title_fr}")
                    make(one, layout, folder, is_demo=now["is_demo"])


def table(folder: Path) -> Table:
    """One line a deliverable of the publication in a folder."""
    shown = Table(title="Livrables", title_justify="left", header_style="bold")
    shown.add_column("livrable")
    shown.add_column("état", no_wrap=True)
    for name in ("fichiers", "octets", "secondes"):
        shown.add_column(name, justify="right")
    for entry in sorted(record_of(folder).values(), key=lambda entry: str(entry["made_at"])):
        files: list[dict[str, Any]] = entry["files"]
        size = sum(file["bytes"] for file in files)
        seconds = f"{entry['seconds']:.1f}".replace(".", ",")
        shown.add_row(entry["title_fr"], _STATES[entry["state"]], number(len(files)), number(size), seconds)
    return shown


def failures(folder: Path) -> dict[str, str]:
    """By title, why each deliverable that failed did; they are printed too."""
    found = {e["title_fr"]: e["reason"] for e in record_of(folder).values() if e["state"] == "failed"}
    for title, reason in found.items():
        console.print(f"[bold yellow]Livrable non fait[/] — {escape(title)} : {escape(reason)}", soft_wrap=True)
    if found:
        console.print("[yellow]Les données publiées restent en place ; « mrf deliver » essaie de nouveau.[/]")
    return found


class _Handler(SimpleHTTPRequestHandler):
    """Quiet, and never lets a browser keep the page of a publication that is no longer the current one."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal shows the address only."""


def portal(port: Annotated[int, typer.Option(help="Port (0 : un port libre)")] = 8000) -> None:
    """Sert le portail de la publication en place, sur cette machine seulement. / Serves the portal on loopback."""
    layout = Layout.from_environment()
    if not (layout.site / front.NAME).exists():
        stop(f"Aucun portail dans {layout.site} : lancer « mrf run ».", NOT_PUBLISHED)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(layout.site)))
    except OSError as error:
        stop(f"Port {port} : {error.strerror} ; en choisir un autre avec --port", WRONG_USE)
    console.print(f"Portail : http://127.0.0.1:{server.server_address[1]} (Ctrl+C pour arrêter)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print("Arrêté.")
    finally:
        server.server_close()
