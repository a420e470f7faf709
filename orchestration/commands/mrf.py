"""`mrf`: everything that people do with the warehouse, in one command. Messages are French or English."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import inspect
import io
import os
import signal
import sys
import uuid
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.models import CommandInfo

from ingestion.declaration.registry import sources
from ingestion.errors import DeclarationError
from orchestration.commands import (
    country_commands,
    deliverable_commands,
    evidence_commands,
    forget_command,
    help_words,
    key_command,
    operation_commands,
    pull_commands,
    reading_commands,
    session,
    source_commands,
    sql_command,
)
from orchestration.commands.console import (
    NOT_PUBLISHED,
    WRONG_USE,
    checks_line,
    console,
    errors,
    following,
    marts_table,
    notice,
    show_fates,
    sources_table,
    stop,
)
from orchestration.commands.last_resort import in_a_sentence
from orchestration.language import SETTING, _, is_known, later, translated
from orchestration.operation import alerts, disk
from orchestration.operation import instance as instances
from orchestration.pipeline import engine
from orchestration.pipeline.inventory import NothingToPublish, inventory_of_kept_rows, take_inventory
from orchestration.settings import ENGINE, SettingError
from warehouse.deliverables import front
from warehouse.paths import PROJECT, Layout
from warehouse.publication import audit, housekeeping, publish
from warehouse.reading import fates
from warehouse.resolution import state

app = typer.Typer(
    name="mrf",
    cls=help_words.Group,
    subcommand_metavar=_("COMMANDE [ARGUMENTS]…"),
    help=_("Entrepôt de la cartographie des services aux migrants."),
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# What `mrf --help` shows, in the order in which people need it.
PANELS = {
    later("Lancer"): ("run", "status", "deliver", "sheets"),
    later("Sources"): ("new-country", "new-source", "explain-source", "pull", "instruments", "expected"),
    later("Lire"): ("sql", "dictionary", "cookbook", "trace", "diff", "compare", "portal"),
    later("Trancher"): ("review",),
    later("Données personnelles"): ("key", "forget"),
    later("Exploitation"): (
        *("ui", "daemon", "doctor", "rollback", "backup", "restore", "prune", "alert-test", "generate"),
    ),
}

evidence_commands.add_to(app)
reading_commands.add_to(app)
deliverable_commands.add_to(app)
key_command.add_to(app)
forget_command.add_to(app)
pull_commands.add_to(app)
source_commands.add_to(app)
country_commands.add_to(app)
operation_commands.add_to(app)
sql_command.add_to(app)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        console.print(f"mrf {importlib.metadata.version('mrf-mali')}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help=_("Version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Ends every command in a language that does not exist; clears leftovers of killed ones."""
    if not is_known():
        stop(f"{SETTING} : {os.environ[SETTING]!r} ; fr / en", WRONG_USE)
    session.begin_command(context.invoked_subcommand)


@app.command(epilog=_("Exemples : [bold]mrf run[/] · [bold]mrf run --landing /depot/2024-08 --as-of 2024-08-31[/]"))
def run(
    landing: Annotated[
        Path | None, typer.Option(help=_("Dossier des fichiers reçus (défaut : $MRF_DATA/landing)"))
    ] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Date tenue pour « aujourd’hui »"))
    ] = None,
    force: Annotated[bool, typer.Option(help=_("Recalculer même si rien n’a changé"))] = False,
    data_only: Annotated[
        bool,
        typer.Option("--data-only", help=_("Publier sans les livrables (« mrf deliver » les fera)")),
    ] = False,
    kept: Annotated[
        bool,
        typer.Option("--kept", help=_("Publier de nouveau les lignes déjà acceptées, sans lire aucun fichier")),
    ] = False,
    builder: Annotated[
        str | None,
        typer.Option("--engine", metavar="duckdb|spark", help=_("Moteur des modèles (défaut : $MRF_ENGINE)")),
    ] = None,
    accept_loss: Annotated[
        list[str] | None,
        typer.Option(
            "--accept-loss",
            metavar=_("NOM"),
            help=_(
                "Publier, bien que cette source (ou ce mart) ait bien moins de lignes ; « state » : sans "
                "ce que « mrf status » dit perdu, à défaut de sauvegarde"
            ),
        ),
    ] = None,
) -> None:
    """Lit les sources, construit et contrôle les marts, publie.

    Codes de sortie : 0 publié (ou rien de changé), 1 non publié (les lecteurs gardent la dernière bonne version),
    2 mauvais usage.
    """
    _choose_engine(builder)
    layout = session.prepared()
    if housekeeping.STATE in (accept_loss or []):
        with session.locked(layout):
            for text in housekeeping.accept_loss(layout, dt.datetime.now(dt.UTC)):
                console.print(f"[bold yellow]{escape(translated(text))}[/]", soft_wrap=True)
    session.refuse_damaged(layout, is_announced=True)
    folder = (landing or layout.landing).resolve()
    if landing is not None and not folder.is_dir() and not publish.has_real(layout):
        stop(_("--landing : dossier introuvable : {folder}", folder=folder), WRONG_USE)
    day = as_of.date() if as_of else None
    try:
        inventory = inventory_of_kept_rows(layout, day) if kept else take_inventory(layout, sources(), folder, day)
        manifest = None if force else _unchanged(layout, inventory.fingerprint)
    except (NothingToPublish, state.StateError) as reason:
        session.show_problems(alerts.not_started(layout, str(reason)))
        stop(_("Rien n’est publié. {reason}", reason=reason), NOT_PUBLISHED)
    if manifest is not None:
        console.print(_("Rien n’a changé (fichiers, code, paramètres, date) : la publication en place reste la bonne."))
        session.repair_after_kill(layout)
        if not data_only:
            deliverable_commands.make_missing(layout)
        _close(layout, manifest)
        return
    if disk.free_bytes(layout) < disk.bytes_needed(layout):
        session.show_problems(alerts.announce(layout, "failure", "disk", "disque plein", disk.in_words(layout)))
        stop(_("Rien n’est publié. {reason}", reason=translated(disk.in_words(layout))), NOT_PUBLISHED)
    if inventory.unrecognised:
        names = ", ".join(inventory.unrecognised)
        console.print(
            _("[yellow]Fichiers qu’aucune source ne reconnaît :[/] {names}", names=escape(names)), soft_wrap=True
        )
    if instances.is_writing(layout):
        console.print(_("Une autre exécution écrit dans cette racine : attente, dix minutes au plus."))
    job = "data" if data_only else "pipeline"
    config = {
        "landing": str(folder),
        "as_of": day.isoformat() if day else "",
        "kept": kept,
        "accept_loss": accept_loss or [],
    }
    _execute(layout, job, config, inventory.is_demo)


def _choose_engine(name: str | None) -> None:
    """The engine of this run, before anything is read."""
    if name:
        os.environ[ENGINE] = name
    try:
        engine.check()
    except (SettingError, engine.EngineMissing) as error:
        stop(error, WRONG_USE)


def _unchanged(layout: Layout, fingerprint: str) -> dict[str, Any] | None:
    """The current manifest, if it was made from the same inputs and its file is intact."""
    catalog = publish.catalog(layout)
    if catalog is None:
        return None
    if wrong := publish.flaw(layout, catalog["current"]):
        console.print(_("[yellow]{wrong} Une nouvelle est faite.[/]", wrong=escape(translated(wrong))), soft_wrap=True)
        return None
    manifest = publish.manifest_of(layout, catalog["current"])
    known = state.described(layout.workspace(catalog["is_demo"]))
    is_same = manifest["fingerprint"] == fingerprint and manifest.get("state", {}).get("left") == known
    return manifest if is_same else None


def _execute(layout: Layout, job_name: str, root_config: dict[str, Any], is_demo: bool) -> None:
    from orchestration.pipeline.dbt_manifest import start_parsing
    from orchestration.pipeline.workers import pool

    # A run may be killed at any moment; a regular exit would wait for everything its worker is still to read.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Makes Dagster store events in batches: one SQLite transaction each takes a third of a demo run.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "50")
    with console.status(_("chargement")):
        start_parsing(layout)
        pool()  # imports the suites in parallel
        import dagster as dg  # slow to import

        try:
            from orchestration.defs.definitions import defs
        except RuntimeError as error:  # the dbt project does not parse
            stop(_("{error}\nRien n’est publié.", error=error), NOT_PUBLISHED)
        job = defs.resolve_job_def(job_name)
    settings = {
        "resources": {"data_root": {"config": root_config}},
        "loggers": {"progress": {}},
    }
    # dbt's output stays in its log: the bar is enough.
    run_id = str(uuid.uuid4())
    with (
        dg.DagsterInstance.get() as instance,
        instances.alive(layout, run_id),  # before Dagster knows the run, which may be killed before its first step
        following(len(list(job.nodes))),
        redirect_stdout(io.StringIO()),
    ):
        instances.close_interrupted(layout, instance)
        result = job.execute_in_process(run_config=settings, instance=instance, raise_on_error=False, run_id=run_id)
        problems = alerts.after_run(layout, instance, result.run_id)
        session.tidy_after_run(layout, instance)
    session.show_problems(problems)
    rows = _last_deliveries(layout, is_demo)
    catalog = publish.catalog(layout)
    # A failure after the pointer moved does not unpublish.
    if catalog is not None and catalog["run_id"] == result.run_id:
        _close(layout, publish.manifest_of(layout, catalog["current"]))
        return
    notice(is_demo)
    console.print(sources_table(rows))
    errors(rows)
    reasons = []
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            # Dagster only reports that a blocking check failed; the audit says why.
            parts = {"mart_suites": "marts", "publication_notice_donnees_personnelles": "protection"}
            part = parts.get(event.step_key or "")
            lines = audit.failure_messages(layout, part) if part else []
            reasons.append("\n".join(f"  · {line}" for line in lines) or _reason(event.step_failure_data))
            reason = escape(translated(reasons[-1]))
            console.print(_("\n[bold red]{step}[/] : {reason}", step=event.step_key, reason=reason), soft_wrap=True)
    if disk.is_full(layout, " ".join(reasons)):
        console.print(f"\n[bold red]{translated(disk.in_words(layout))}[/]", soft_wrap=True)
    catalog = publish.catalog(layout)
    kept = (
        _("les lecteurs gardent {current}", current=catalog["current"])
        if catalog
        else _("aucune publication n’existe encore")
    )
    stop(_("Non publié : {kept}.", kept=kept), NOT_PUBLISHED)


def _last_deliveries(layout: Layout, is_demo: bool) -> dict[str, dict[str, Any]]:
    from orchestration.pipeline.delivery import deliveries

    return {source: vars(delivery) for source, delivery in deliveries(layout.workspace(is_demo), sources()).items()}


def _reason(failure: Any) -> str:
    """The innermost cause in plain words."""
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip()


def _close(layout: Layout, manifest: dict[str, Any]) -> None:
    rows = {
        source: entry | {"checks": manifest["source_checks"][source]} for source, entry in manifest["inputs"].items()
    }
    notice(manifest["is_demo"])
    source_fates = fates.of_manifest(manifest)
    console.print(sources_table(rows, source_fates))
    errors(rows)
    show_fates(source_fates)
    console.print(marts_table(manifest["marts"]))
    console.print(checks_line(manifest))
    pointer = publish.catalog(layout)["current"]  # type: ignore[index]
    console.print(_("Date de référence : {as_of}", as_of=manifest["as_of"]))
    deliverable_commands.show(layout.published / Path(pointer).parent)
    console.print(_("[bold green]Publié :[/] {published}", published=layout.published / pointer), soft_wrap=True)
    console.print(
        _("[bold green]Portail :[/] {site} (« mrf portal »)", site=layout.site / "index.html"), soft_wrap=True
    )
    notice(manifest["is_demo"])


@app.command(epilog=_("Exemple : [bold]mrf status[/]"))
def status() -> None:
    """Montre la publication en place, l’état des sources et la dernière exécution."""
    layout = session.prepared()
    catalog, wrong = publish.catalog(layout), housekeeping.problems(layout)
    for text in wrong:
        console.print(f"[bold red]{escape(translated(text))}[/]", soft_wrap=True)
    if catalog is None:
        has_real = publish.has_real(layout)
        restore = (
            _(" Cette racine a porté des données réelles : « mrf restore » d’une sauvegarde, ou") if has_real else ""
        )
        stop(
            _(
                "Aucune publication dans {published} :{restore} lancer « mrf run ».",
                published=layout.published,
                restore=restore,
            ),
            NOT_PUBLISHED,
        )
    notice(catalog["is_demo"])
    older = len(catalog["history"])
    console.print(
        _(
            "Publication : {current} ({published_at}), {older} plus ancienne(s)",
            current=catalog["current"],
            published_at=catalog["published_at"],
            older=older,
        )
    )
    manifest = None if publish.flaw(layout, catalog["current"]) else publish.manifest_of(layout, catalog["current"])
    if manifest:
        console.print(_("Date de référence : {as_of}", as_of=manifest["as_of"]))
    rows = _last_deliveries(layout, catalog["is_demo"])
    source_fates = fates.of_manifest(manifest) if manifest else {}
    console.print(sources_table(rows, source_fates))
    errors(rows)
    show_fates(source_fates)
    if manifest:
        console.print(checks_line(manifest))
        deliverable_commands.show(layout.published / Path(catalog["current"]).parent)
    _last_run(catalog["run_id"])
    if wrong:
        raise typer.Exit(NOT_PUBLISHED)


def _last_run(published_run: str) -> None:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs(limit=1)
    if runs and runs[0].run_id != published_run:
        console.print(
            _(
                "[yellow]Dernière exécution : {run_id}, {status}[/] (voir « mrf ui »)",
                run_id=runs[0].run_id[:8],
                status=runs[0].status.value,
            )
        )


@app.command(epilog=_("Exemple : [bold]mrf rollback mrf_20240831T050000Z_r1a2b3c4d.duckdb[/]"))
def rollback(file: Annotated[str, typer.Argument(help=_("Publication à remettre en place"))]) -> None:
    """Remet une publication plus ancienne en place."""
    layout = Layout.from_environment()
    try:
        with session.locked(layout):
            publish.rollback(layout, file, dt.datetime.now(dt.UTC))
            folder = publish.current_file(layout).parent
            if not (folder / front.NAME).exists():  # a publication of an earlier version
                front.write(folder)
    except (FileNotFoundError, RuntimeError) as reason:
        stop(reason, WRONG_USE)
    console.print(
        _("[bold green]En place :[/] {current_file}", current_file=publish.current_file(layout)), soft_wrap=True
    )


@app.command(epilog=_("Exemple : [bold]mrf instruments --into ~/kobo[/]"))
def instruments(
    into: Annotated[Path | None, typer.Option(help=_("Dossier où écrire (défaut : instruments/ de la racine)"))] = None,
) -> None:
    """Écrit les formulaires XLSForm de l’enquête et leurs listes de lieux."""
    from ingestion.instruments import xlsform

    for path in xlsform.write(into or Layout.from_environment().instruments):
        console.print(str(path))


@app.command(epilog=_("Exemple : [bold]mrf expected pam_cantines_tcd[/]"))
def expected(
    source_id: Annotated[str | None, typer.Argument(help=_("Source ; sans elle, toutes"))] = None,
) -> None:
    """Écrit expected.csv depuis l’exemple d’une source, à relire."""
    from ingestion.errors import SourceFileError
    from ingestion.records.expected import expected_csv

    known = sources()
    if source_id is not None and source_id not in known:
        stop(
            _("Source inconnue : {source_id} ; il y a : {known}", source_id=source_id, known=", ".join(known)),
            WRONG_USE,
        )
    for source in [known[source_id]] if source_id else known.values():
        try:
            text = expected_csv(source)
        except SourceFileError as error:
            stop(error, NOT_PUBLISHED)
        source.expected.write_text(text, encoding="utf-8")
        console.print(_("{file} : {count} ligne(s)", file=source.expected, count=text.count("\n") - 1), soft_wrap=True)


@app.command(epilog=_("Exemple : [bold]mrf generate[/]"))
def generate(
    parse: Annotated[
        bool,
        typer.Option(
            "--parse", help=_("Lire aussi le projet dbt, pour que la première exécution n’ait pas à le faire")
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help=_("Ne rien écrire : nommer chaque fichier à compléter, et sortir avec 1"))
    ] = False,
) -> None:
    """Régénère ce qui découle d’une autre écriture : préparation dbt, liste des questions, textes de la commande."""
    from orchestration.language import catalogs
    from warehouse.generation import completeness
    from warehouse.generation.staging import write
    from warehouse.reading import cookbook

    if check:
        if missing := completeness.faults() + catalogs.faults():
            stop("\n".join(missing), NOT_PUBLISHED)
        return
    changed = [*write(), *cookbook.write_index(), *catalogs.write()]
    for path in changed:
        console.print(str(path.relative_to(PROJECT)))
    if parse:
        from orchestration.pipeline.dbt_manifest import install

        install()
    console.print(_("{count} fichier(s) réécrit(s)", count=len(changed)))


def _in_panels() -> None:
    """Every command in its panel, in the order of PANELS; its docstring is its help."""
    order = {name: (place, panel) for panel, names in PANELS.items() for place, name in enumerate(names)}
    panels = list(PANELS)

    def rank(command: CommandInfo) -> tuple[int, int]:
        place, panel = order[str(command.name or getattr(command.callback, "__name__", ""))]
        command.cls = help_words.Command
        command.rich_help_panel, command.help = _(panel), _(inspect.getdoc(command.callback) or "")
        return panels.index(panel), place

    app.registered_commands.sort(key=rank)


_in_panels()


def main() -> None:
    """Entry point: every failure ends in a sentence, not in a traceback; SIGTERM exits with clean-up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except DeclarationError as error:
        console.print(_("[bold red]Déclaration :[/] {error}", error=error), soft_wrap=True)
        sys.exit(WRONG_USE)
    except Exception as error:
        console.print(f"[bold red]{escape(in_a_sentence(error, Layout.from_environment()))}[/]", soft_wrap=True)
        sys.exit(NOT_PUBLISHED)


if __name__ == "__main__":
    main()
