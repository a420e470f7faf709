"""The retention of one data root: its files, and Dagster's history of runs."""

import datetime as dt

import dagster as dg

from ingestion.country.pack import country
from orchestration.defs.resources import DataRoot
from orchestration.operation.retention import prune
from orchestration.settings import settings
from warehouse.paths import Layout


@dg.op(description="Efface ce que les réglages ne gardent plus. / Removes what the settings no longer keep.")
def keep_tidy(context: dg.OpExecutionContext, data_root: DataRoot) -> None:
    """Under the lock of the data root, which the resource holds."""
    removed = prune(Layout.from_environment(), context.instance, settings(), dt.datetime.now(dt.UTC))
    context.log.info(f"{len(removed)} élément(s) effacé(s) : {', '.join(removed[:20]) or 'aucun'}")


@dg.job(description="Rétention des publications et de l’historique. / Retention of publications and history.")
def tidy() -> None:
    """One step."""
    keep_tidy()


every_sunday = dg.ScheduleDefinition(
    name="every_sunday",
    job=tidy,
    cron_schedule="0 3 * * 0",
    execution_timezone=country().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Rétention, le dimanche à 3 h. / Retention, on Sundays at 3 a.m.",
)
