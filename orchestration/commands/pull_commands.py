"""`mrf pull`: brings the answers of a survey, or a file, from its server into the landing folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ingestion.declaration.registry import sources
from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, stop
from orchestration.language import _, number, translated
from warehouse.paths import Layout
from warehouse.privacy import forgotten
from warehouse.privacy.key import KeyProblem

if TYPE_CHECKING:
    from ingestion.pull.pulling import Pulled


def add_to(app: typer.Typer) -> None:
    """Adds the command to `mrf`."""
    app.command("pull", epilog=_("Exemples : [bold]mrf pull[/] · [bold]mrf pull pam_cantines_tcd[/]"))(pull_sources)


def pull_sources(
    source_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]…", help=_("Sources ; sans elles, toutes celles qui ont « pull »")),
    ] = None,
    landing: Annotated[
        Path | None, typer.Option(help=_("Dossier des fichiers reçus (défaut : $MRF_DATA/landing)"))
    ] = None,
) -> None:
    """Relève les réponses sur leur serveur et les dépose avec les fichiers reçus.

    Codes de sortie : 0 tout est relevé (ou inchangé), 1 au moins une source ne l’est pas (ce qui était déposé reste),
    2 mauvais usage.
    """
    from ingestion.pull.errors import PullError
    from ingestion.pull.pulling import pull  # slow to import

    known = sources()
    able = [source.id for source in known.values() if source.pull is not None]
    chosen = list(dict.fromkeys(source_ids or able))
    if unable := [name for name in chosen if name not in able]:
        stop(
            _(
                "Sans relevé (clé pull) : {unable} ; il y a : {able}",
                unable=", ".join(unable),
                able=", ".join(able) or _("aucune"),
            ),
            WRONG_USE,
        )
    if not chosen:
        stop(_("Aucune source ne déclare de relevé (clé pull de source.yml)."), WRONG_USE)
    layout = Layout.from_environment()
    try:
        erased = forgotten.load(layout.workspace(False))
    except KeyProblem as problem:  # erased submissions could come back
        stop(problem, NOT_PUBLISHED)
    failed = []
    for name in chosen:
        try:
            with console.status(_("relevé de {name}", name=name)):
                pulled = pull(known[name], landing or layout.landing, layout.pulls, erased)
        except PullError as error:
            failed.append(name)
            console.print(
                _("[bold red]{name}[/] : non relevée. {error}", name=name, error=escape(translated(str(error)))),
                soft_wrap=True,
            )
        else:
            console.print(
                _("[bold green]{name}[/] : {summary}", name=name, summary=escape(_summary(pulled))), soft_wrap=True
            )
    if failed:
        stop(
            _("Ce qui était déjà déposé reste en place ; un relevé interrompu reprendra où il s’est arrêté."),
            NOT_PUBLISHED,
        )


def _summary(pulled: Pulled) -> str:
    parts = [f"{_('relevée') if pulled.is_new else _('inchangée')}, {pulled.path.name}"]
    if pulled.submissions or pulled.versions:
        parts.append(_("{count} soumission(s)", count=number(pulled.submissions)))
    if pulled.versions:
        versions = ", ".join(
            f"{version or '?'} : {number(count)}" for version, count in sorted(pulled.versions.items())
        )
        parts.append(_("versions du formulaire {versions}", versions=versions))
    if pulled.deleted:
        parts.append(_("{deleted} supprimée(s) sur le serveur", deleted=number(pulled.deleted)))
    if pulled.erased:
        parts.append(
            _(
                "{erased} effacée(s) sur demande, non reprise(s) : à supprimer aussi sur le serveur",
                erased=number(pulled.erased),
            )
        )
    return " ; ".join(parts)
