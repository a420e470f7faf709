"""`mrf forget`: erases a respondent's submission on request, or personal data after a set time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ingestion.declaration.registry import sources
from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, stop
from orchestration.commands.session import in_words, locked, prepared, refuse_damaged
from orchestration.language import _, number, translated
from orchestration.pipeline.inventory import NothingToPublish
from orchestration.settings import SettingError, settings
from warehouse import state_files
from warehouse.paths import Layout, Workspace
from warehouse.privacy import erasure, forgotten
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import open_vault

if TYPE_CHECKING:
    from warehouse.privacy.erasure import Done


def add_to(app: typer.Typer) -> None:
    """Adds the command to `mrf`."""
    app.command(
        epilog=_("Exemples : [bold]mrf forget 5f2c… --who « chargée de protection »[/] · [bold]mrf forget --expired[/]")
    )(forget)


def forget(
    submission: Annotated[
        str | None, typer.Argument(help=_("Identifiant (uuid) de la soumission à effacer"), show_default=False)
    ] = None,
    who: Annotated[
        str, typer.Option(help=_("Qui le demande : fonction ou initiales, jamais le nom de la personne"))
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("Sans demander confirmation"))] = False,
    landing: Annotated[Path | None, typer.Option(help=_("Dossier des fichiers reçus, s’il a changé"))] = None,
    backups: Annotated[list[Path] | None, typer.Option(help=_("Autre dossier de sauvegardes à reprendre"))] = None,
    data_only: Annotated[bool, typer.Option("--data-only", help=_("Publier de nouveau sans les livrables"))] = False,
    expired: Annotated[
        bool, typer.Option("--expired", help=_("Effacer de restricted ce qui dépasse MRF_KEEP_PERSONAL_DAYS"))
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help=_("Refaire les effacements des reçus : après une restauration, un dépôt remis")),
    ] = False,
) -> None:
    """Efface une soumission partout où l’entrepôt la garde, et pour toujours.

    Codes de sortie : 0 effacée partout, 1 il en reste ou il n’y en a pas (dit où ; relancer ensuite), 2 mauvais usage.
    """
    if submission and (expired or again):
        stop(_("--expired et --again vont sans identifiant."), WRONG_USE)
    if expired:
        _forget_expired()
        return
    if again:
        if not apply_receipts(Layout.from_environment(), landing, backups):
            stop(_("Effacements incomplets : voir ci-dessus, puis « mrf forget --again »."), NOT_PUBLISHED)
        return

    wanted = forgotten.normalised_id(submission or "")
    if not wanted or not who.strip():
        stop(_("Attendu : mrf forget IDENTIFIANT --who FONCTION (ou --expired, --again)"), WRONG_USE)
    layout = Layout.from_environment()
    refuse_damaged(layout)
    if not yes and not typer.confirm(
        _(
            "Effacer cette soumission et ses réponses, publier de nouveau sans elle, puis retirer "
            "les publications et les sauvegardes qui la portent ? Rien ne pourra la rendre"
        )
    ):
        stop(_("Rien n’est effacé."), WRONG_USE)
    try:
        _forget(layout, wanted, who.strip(), landing, backups or [], data_only)
    except (KeyProblem, NothingToPublish) as problem:
        stop(problem, NOT_PUBLISHED)


def _forget(
    layout: Layout, wanted: str, who: str, landing: Path | None, backup_folders: list[Path], is_data_only: bool
) -> None:
    from orchestration.operation import forgetting

    workspace, known, now = layout.workspace(False), sources(), dt.datetime.now(dt.UTC)
    with locked(layout), console.status(_("effacement")):
        vault = open_vault(workspace)
        landed = forgetting.landed_by_survey(layout, known, landing)
        ids = erasure.all_ids(workspace, vault, known, landed, wanted)
        hashes = forgotten.hashes(workspace, ids)
        name = f"{now:%Y%m%dT%H%M%SZ}_{next(iter(hashes.values()))[0][:8]}"
        receipt: dict[str, Any] = {"asked_by": who, "forgotten_at": _iso(now), "hashes": hashes, "complete": False}
        is_known = any(_erased_anything(one) for one in _earlier(workspace, ids))
        forgotten.write_receipt(workspace, name, receipt | {"documents": [], "read": []})  # first: nothing comes back
        files = [path for paths in landed.values() for path in paths]
        done, left = forgetting.erase(layout, vault, known, forgotten.load(workspace), files)
        receipt |= _done(done) | {"landed_files_that_hold_it": [path.name for path in left]}
        forgotten.write_receipt(workspace, name, receipt)
    console.print(
        _(
            "Lignes effacées : {rows} ; reçu : {receipt}.json",
            rows=number(sum(done.counts.values())),
            receipt=workspace.forgotten / name,
        )
    )
    receipt |= finish(layout, is_data_only, backup_folders)
    with console.status(_("vérification")):
        receipt["traces"], unverified = forgetting.find_traces(layout, ids)
    receipt["unverified"] = sorted({*receipt["unverified"], *unverified})
    receipt["complete"] = not (left or receipt["traces"] or receipt["unverified"])
    forgotten.write_receipt(workspace, name, receipt)
    _say(receipt, is_known or _erased_anything(receipt))


def _earlier(workspace: Workspace, ids: set[str]) -> list[dict[str, Any]]:
    """The receipts of the same submission."""
    receipts = forgotten.receipts(workspace)
    return [one for one in receipts if any(map(forgotten.from_receipts([one], workspace.base), ids))]


def _erased_anything(receipt: dict[str, Any]) -> bool:
    """Whether there was anything to erase; unknown for an interrupted erasure, which counts."""
    fields = ("counts", "documents", "rewritten", "removed", "landed_files_that_hold_it", "traces")
    return "counts" not in receipt or any(receipt.get(name) for name in fields)


def finish(layout: Layout, is_data_only: bool, backup_folders: list[Path]) -> dict[str, Any]:
    """Publishes without the erased rows, then removes publications and backups that hold them; returns what was done.

    Ends the command if the new publication fails: readers then keep the old one.
    """
    import dagster as dg

    from orchestration.operation import forgetting

    workspace, known = layout.workspace(False), sources()
    prepared()
    receipts = forgotten.receipts(workspace)
    names = forgetting.publications_holding(layout, receipts, known)
    done_after: dict[str, Any] = {"publications_removed": [], "backups_removed": []}
    if names:
        with console.status(_("nouvelle publication")):
            problem = forgetting.rebuild(layout, receipts, is_data_only)
        if problem:
            console.print(escape(translated(problem)), soft_wrap=True)
            stop(
                _(
                    "Publication impossible : les lecteurs gardent la précédente. Corriger, puis relancer "
                    "(après une restauration : mrf forget --again)."
                ),
                NOT_PUBLISHED,
            )
        with locked(layout), dg.DagsterInstance.get() as dagster, console.status(_("anciennes publications")):
            done_after["publications_removed"] = forgetting.remove_publications(layout, names, dagster)
    record = state_files.read(
        layout.backup_record, state_files.BackupRecord, _("« mrf backup DOSSIER » en écrit un autre ; puis relancer.")
    )
    folders = {*backup_folders, *([Path(record["folder"]).parent] if record else [])}
    with locked(layout), in_words(), console.status(_("sauvegardes")):
        old = forgetting.backups_with(sorted(folders), receipts, known)
        done_after["backups_removed"] = forgetting.replace_backups(layout, old, dt.datetime.now(dt.UTC))
    return done_after


def refuse_without_key(layout: Layout, folders: list[Path]) -> None:
    """Ends the command if the key that sealed the receipts of these folders is missing."""
    try:
        forgotten.from_receipts((one for folder in folders for one in forgotten.receipts_in(folder)), layout.root)
    except KeyProblem as problem:
        is_damaged = isinstance(problem, forgotten.ReceiptDamaged)
        todo = (
            _("un reçu d’effacement est abîmé")
            if is_damaged
            else _("remettre d’abord la clé, des effacements demandés")
        )
        message = _("Rien n’est restauré : {todo}", todo=todo) + ("" if is_damaged else _(" seront à refaire"))
        stop(f"{message} ({problem})", NOT_PUBLISHED)


def apply_receipts(layout: Layout, landing: Path | None = None, backup_folders: list[Path] | None = None) -> bool:
    """Repeats all erasures, also in landed files that were put back; returns whether nothing is left."""
    from orchestration.operation import forgetting

    workspace, known = layout.workspace(False), sources()
    try:
        if not forgotten.receipts(workspace):
            return True
        with locked(layout), console.status(_("effacements demandés")):
            files = [path for paths in forgetting.landed_by_survey(layout, known, landing).values() for path in paths]
            done, left = forgetting.erase(layout, open_vault(workspace), known, forgotten.load(workspace), files)
    except (KeyProblem, NothingToPublish) as problem:
        stop(
            _("Des effacements demandés restent à refaire, par « mrf forget --again » : {problem}", problem=problem),
            NOT_PUBLISHED,
        )
    done_after = finish(layout, True, backup_folders or [])
    rows, count = number(sum(done.counts.values())), len(done_after["publications_removed"])
    console.print(
        _("Effacements demandés refaits : {rows} ligne(s), {count} publication(s) retirée(s)", rows=rows, count=count)
    )
    _say_what_is_left([path.name for path in left], [], done.unverified)
    return not (left or done.unverified)


def _done(done: Done) -> dict[str, Any]:
    return {
        "sources": sorted(done.sources),
        "counts": dict(sorted(done.counts.items())),
        "rewritten": sorted(set(done.rewritten)),
        "removed": sorted(done.removed),
        "documents": sorted(done.documents),
        "read": sorted(done.read),
        "unverified": sorted(done.unverified),
    }


def _say(receipt: dict[str, Any], is_found: bool) -> None:
    publications, saved = receipt["publications_removed"], receipt["backups_removed"]
    console.print(
        _(
            "Publications retirées : {publications} ; sauvegardes remplacées : {backups}",
            publications=len(publications),
            backups=len(saved),
        )
    )
    _say_what_is_left(receipt["landed_files_that_hold_it"], receipt["traces"], receipt["unverified"])
    if not is_found:
        stop(
            _(
                "Aucune soumission de cet identifiant ici : le vérifier. S’il est juste, elle n’est pas "
                "encore relevée, et ne le sera pas."
            ),
            NOT_PUBLISHED,
        )
    console.print(_("À faire hors de l’entrepôt : la supprimer du serveur de collecte, et des copies envoyées."))
    if not receipt["complete"]:
        stop(_("Effacement incomplet : voir ci-dessus, puis relancer la même commande."), NOT_PUBLISHED)
    console.print(_("[bold green]Effacée.[/]"))


def _say_what_is_left(landed: list[str], traces: list[str], unverified: list[str]) -> None:
    for label, names in (
        (_("Fichier déposé qui la porte encore[/] (plus lue, mais à effacer par vous) :"), landed),
        (_("Identifiant encore lisible dans[/]"), traces),
        (_("Non vérifié[/] (abîmé ou protégé : à ouvrir ou à ôter par vous) :"), unverified),
    ):
        for name in names:
            console.print(f"[yellow]{label} {escape(name)}", soft_wrap=True)


def _forget_expired() -> None:
    from orchestration.operation import retention

    layout = Layout.from_environment()
    try:
        days = settings().keep_personal_days
    except SettingError as error:
        stop(error, WRONG_USE)
    if not days:
        stop(_("MRF_KEEP_PERSONAL_DAYS n’est pas posé : les données personnelles n’ont pas de terme."), WRONG_USE)
    try:
        with locked(layout):
            gone = retention.expire(layout, days, dt.datetime.now(dt.UTC))
    except KeyProblem as problem:
        stop(problem, NOT_PUBLISHED)
    console.print(_("Documents dont les données personnelles sont échues et effacées : {count}", count=len(gone)))


def _iso(now: dt.datetime) -> str:
    return now.isoformat(timespec="seconds")
