"""The commands of the operator: servers, backup and restore, retention, doctor."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from orchestration.commands.console import LOOPBACK, NOT_PUBLISHED, WRONG_USE, console, stop
from orchestration.commands.forget_command import apply_receipts, refuse_without_key
from orchestration.commands.session import in_words, locked, prepared, refuse_damaged, show_problems
from orchestration.language import _, translated
from orchestration.operation import alerts, instance
from orchestration.settings import SettingError, settings
from warehouse.paths import PROJECT, Layout
from warehouse.publication import backup as backups

if TYPE_CHECKING:
    pass

DEFINITIONS = ("-m", "orchestration.defs.definitions")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog=_("Exemples : [bold]mrf ui[/] · [bold]mrf ui --read-only --port 3001[/]"))(ui)
    app.command(epilog=_("Exemple : [bold]mrf daemon[/]"))(daemon)
    app.command(epilog=_("Exemple : [bold]mrf doctor[/]"))(doctor)
    app.command(epilog=_("Exemple : [bold]mrf backup /mnt/sauvegardes --keep 14[/]"))(backup)
    app.command(epilog=_("Exemple : [bold]mrf restore /mnt/sauvegardes/mrf_backup_20240831T020000Z[/]"))(restore)
    app.command(epilog=_("Exemple : [bold]mrf prune[/]"))(prune)
    app.command("alert-test", epilog=_("Exemple : [bold]mrf alert-test[/]"))(alert_test)


def ui(
    port: Annotated[int, typer.Option(help=_("Port"))] = 3000,
    host: Annotated[
        str, typer.Option(help=_("Adresse d’écoute ; hors de cette machine, derrière un mandataire"))
    ] = LOOPBACK,
    read_only: Annotated[
        bool, typer.Option("--read-only", help=_("Tout voir, ne rien lancer ; sans planificateur"))
    ] = False,
    no_daemon: Annotated[
        bool, typer.Option("--no-daemon", help=_("Sans planificateur : « mrf daemon » le fait"))
    ] = False,
    path_prefix: Annotated[str, typer.Option(help=_("Chemin sous lequel un mandataire la sert, comme /lignage"))] = "",
) -> NoReturn:
    """Ouvre l’interface Dagster sur cette machine, avec le planificateur et le capteur."""
    prepared()
    console.print(
        _(
            "Interface Dagster : http://{host}:{port}{path_prefix}, dans une minute (Ctrl+C pour arrêter)",
            host=host,
            port=port,
            path_prefix=path_prefix,
        )
    )
    _tell_when_it_answers(f"http://{host}:{port}{path_prefix}")
    address = ["-h", host, "-p", str(port)]
    if not (read_only or no_daemon):
        if path_prefix:
            stop(_("--path-prefix va avec --read-only ou --no-daemon"), WRONG_USE)
        _wake_timetable()
        _become("dagster", "dev", *DEFINITIONS, *address)
    prefix = ["--path-prefix", path_prefix] if path_prefix else []
    _become("dagster-webserver", *DEFINITIONS, *address, *prefix, *(["--read-only"] if read_only else []))


def daemon() -> NoReturn:
    """Fait tourner le planificateur, le capteur et les annonces, sans interface."""
    prepared()
    _wake_timetable()
    _become("python", "-m", "orchestration.upstream.daemon", "run", *DEFINITIONS)


def _wake_timetable() -> None:
    import dagster as dg

    with dg.DagsterInstance.get() as dagster:
        if instance.forget_future_ticks(dagster, dt.datetime.now(dt.UTC)):
            console.print(_("[yellow]Horloge reculée :[/] la mémoire du planificateur est effacée, il repart."))


def _tell_when_it_answers(address: str) -> None:
    """A child of the server to be says when it can be opened: loading takes a minute on a small machine."""
    server, opener = os.getpid(), urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if os.fork():
        return
    while os.getppid() == server:
        with suppress(OSError), opener.open(f"{address}/server_info", timeout=5):
            print(_("Prête : {address}", address=address), flush=True)
            break
        time.sleep(1)
    os._exit(0)


def _become(program: str, *arguments: str) -> NoReturn:
    path = str(Path(sys.executable).with_name(program))
    sys.stdout.flush()
    os.chdir(PROJECT)
    os.execv(path, [path, *arguments])


def doctor(
    alert: Annotated[bool, typer.Option("--alert", help=_("Annoncer les erreurs (courriel, webhook)"))] = False,
) -> None:
    """Vérifie que l’entrepôt peut tourner seul, et dit quoi faire.

    Codes de sortie : 0 rien de grave, 1 au moins une erreur.
    """
    from orchestration.operation import doctor as examination

    layout = prepared(is_thorough=True)
    lines = examination.examine(layout)
    for one in lines:
        message = translated(f"{one.message} ({one.detail})" if one.detail else one.message)
        todo = f" → {escape(translated(one.todo))}" if one.todo else ""
        console.print(
            f"[{examination.COLORS[one.level]}]{_(one.level):<7}[/] {_(one.name)}{_(' : ')}{escape(message)}{todo}",
            soft_wrap=True,
        )
    wrong = [one for one in lines if one.level == examination.ERROR]
    if wrong and alert:
        text = "\n".join(f"  · {one.name} : {alerts.redacted(one.message)}\n    À faire : {one.todo}" for one in wrong)
        show_problems(alerts.announce(layout, "failure", "doctor", f"{len(wrong)} point(s) en erreur", text))
    if wrong:
        raise typer.Exit(NOT_PUBLISHED)


def backup(
    destination: Annotated[Path, typer.Argument(help=_("Dossier où écrire, sur un autre disque"), show_default=False)],
    keep: Annotated[int, typer.Option(help=_("Sauvegardes gardées dans ce dossier (0 : toutes)"), min=0)] = 0,
) -> None:
    """Sauvegarde publications, lignes validées, restricted (chiffré), décisions et historique.

    Ni le dépôt ni la clé n’y sont : sauvegarder la clé à part.
    """
    layout = prepared(is_thorough=True)
    with in_words(), _announced(layout), locked(layout), console.status(_("sauvegarde")):
        refuse_damaged(layout)
        folder = backups.make(layout, destination, dt.datetime.now(dt.UTC))
        removed = backups.remove_old_backups(folder, keep) if keep else []
    console.print(_("[bold green]Sauvegarde vérifiée :[/] {folder}", folder=folder), soft_wrap=True)
    for path in removed:
        console.print(_("Effacée : {path}", path=path), soft_wrap=True)
    if instance.keeps_history_elsewhere(layout):
        console.print(_("[yellow]L’historique Dagster est dans PostgreSQL : le sauvegarder par pg_dump.[/]"))
    console.print(_("La clé n’y est pas : la garder ailleurs, sans elle « restricted » est perdu."))


@contextmanager
def _announced(layout: Layout) -> Iterator[None]:
    """Announces a failed backup, since nobody watches it at night, and lets it fail."""
    try:
        yield
    except Exception as error:
        text = f"{alerts.redacted(_reason(error))}\n\nÀ faire : « mrf doctor », puis « mrf backup », qui dit le détail."
        show_problems(alerts.announce(layout, "failure", "backup", "ÉCHEC de la sauvegarde", text))
        raise


def _reason(error: Exception) -> str:
    """Our own message, or the system’s without its file name; other messages may quote anything."""
    if isinstance(error, typer.Exit):  # the exits of `locked` and `refuse_damaged`
        return "une autre exécution écrivait encore dans la racine de données, ou un fichier d’état y est abîmé"
    if isinstance(error, backups.BackupError):
        return str(error)
    return getattr(error, "strerror", None) or type(error).__name__


def restore(
    source: Annotated[Path, typer.Argument(help=_("Dossier d’une sauvegarde"), show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help=_("Même si la racine n’est pas vide ; met à part ce qui y est"))
    ] = False,
) -> None:
    """Remet une sauvegarde vérifiée dans la racine de données.

    La clé d’abord : sans celle qui scelle les effacements demandés, rien n’est restauré.
    """
    from orchestration.operation import forgetting

    layout = Layout.from_environment()
    with locked(layout), in_words(), console.status(_("restauration")):
        asked_since = [layout.workspace(False).forgotten, source.parent / forgetting.BESIDE_BACKUPS]
        refuse_without_key(layout, [*asked_since, Layout(source).workspace(False).forgotten])
        aside = backups.restore(layout, source, force, dt.datetime.now(dt.UTC), asked_since)
    console.print(_("[bold green]Restauré dans[/] {root}", root=layout.root), soft_wrap=True)
    if aside:
        console.print(_("Ce qui y était : {aside} (à effacer une fois vérifié)", aside=aside), soft_wrap=True)
    apply_receipts(layout)
    console.print(
        _("Ensuite : remettre les fichiers du dépôt, « mrf forget --again » s’il y a des reçus, « mrf doctor ».")
    )


def prune() -> None:
    """Efface ce que les réglages ne gardent plus, jamais la publication en place."""
    import dagster as dg

    from orchestration.operation.retention import prune as removed_by

    layout = prepared()
    try:
        with locked(layout), dg.DagsterInstance.get() as dagster:
            removed = removed_by(layout, dagster, settings(), dt.datetime.now(dt.UTC))
    except SettingError as error:
        stop(error, WRONG_USE)
    for name in removed:
        console.print(_("Effacé : {name}", name=name), soft_wrap=True)
    console.print(_("{count} élément(s) effacé(s)", count=len(removed)))


def alert_test() -> None:
    """Envoie une annonce d’essai sur chaque voie réglée.

    Codes de sortie : 0 partie, 1 non partie, 2 rien n’est réglé.
    """
    layout = Layout.from_environment()
    try:
        channels = settings().channels
    except SettingError as error:
        stop(error, WRONG_USE)
    if not channels:
        stop(_("Aucune voie : poser MRF_ALERT_SMTP ou MRF_ALERT_WEBHOOK."), WRONG_USE)
    now = dt.datetime.now(dt.UTC)
    if problems := alerts.announce(layout, "trial", f"essai_{now:%H%M%S}", "essai", "Les annonces arrivent ici."):
        stop(translated(" ; ".join(problems)), NOT_PUBLISHED)
    console.print(_("Annonce envoyée : {channels}", channels=", ".join(channels)))
