"""Scheduled pulls: every night, from the servers named in the environment; new content starts a run."""

import os

import dagster as dg

from ingestion.country.pack import country
from ingestion.declaration.pull_settings import variables
from ingestion.declaration.source import Source
from orchestration.defs.resources import known_sources
from orchestration.operation.instance import alive
from warehouse.paths import Layout
from warehouse.privacy import forgotten
from warehouse.privacy.key import KeyProblem
from warehouse.publication.backup import RESTORE_INTERRUPTED


@dg.op(name="relever", description="Relève chaque source dont l’environnement nomme le serveur. / Pulls every source.")
def pull_all(context: dg.OpExecutionContext) -> None:
    """Pulls each source; one failure does not stop the others, but the run then fails and names it."""
    from ingestion.pull.errors import PullError
    from ingestion.pull.pulling import pull  # slow to import

    layout, failed = Layout.from_environment(), {}
    if layout.restore_journal.exists():
        raise dg.Failure(f"Rien n’est relevé. {RESTORE_INTERRUPTED}")
    try:
        erased = forgotten.load(layout.workspace(False))
    except KeyProblem as problem:
        raise dg.Failure(f"Rien n’est relevé, ce qui a été effacé pourrait revenir : {problem}") from problem
    with alive(layout, context.run_id):  # a slow server may outlast the time allowed to a silent run
        for source in filter(_is_set_up, known_sources().values()):
            try:
                pulled = pull(source, layout.landing, layout.pulls, erased)
            except PullError as error:
                failed[source.id] = str(error)
            else:
                context.log.info(f"{source.id} : {'relevée' if pulled.is_new else 'inchangée'}")
    if failed:
        raise dg.Failure(" ; ".join(f"{name} : {reason}" for name, reason in failed.items()))


def _is_set_up(source: Source) -> bool:
    return source.pull is not None and all(os.environ.get(name) for name in variables(source.pull))


@dg.job(
    name="pulls",
    executor_def=dg.in_process_executor,
    description="Relevés KoboToolbox, ODK Central et par adresse, déposés dans l’atterrissage. / Pulls into landing.",
)
def pulls() -> None:
    """The job of the schedule."""
    pull_all()


every_night = dg.ScheduleDefinition(
    name="every_night",
    job=pulls,
    cron_schedule="0 4 * * *",
    execution_timezone=country().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Chaque nuit à 4 h, heure du pays. / Every night at 4 a.m., local time.",
)
