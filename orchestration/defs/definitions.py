"""Assembles what Dagster sees."""

import dagster as dg

from orchestration.defs import (
    deliverables,
    jobs,
    protection,
    publication,
    pulls,
    resolution,
    sensors,
    sources,
    transform,
    upkeep,
)
from orchestration.defs.progress import progress_logger
from orchestration.defs.resources import DataRoot
from orchestration.upstream.dbt_cli import dbt_resource

defs = dg.Definitions(
    assets=[
        *sources.all_assets(),
        resolution.resolved_places,
        resolution.resolved_evidence,
        resolution.resolved_entities,
        transform.dbt_build,
        publication.published_warehouse,
        deliverables.deliverables,
    ],
    asset_checks=[publication.mart_suites, protection.personal_data],
    jobs=[jobs.pipeline, jobs.data, jobs.deliverables, *jobs.readings, pulls.pulls, upkeep.tidy],
    schedules=[pulls.every_night, jobs.every_morning, upkeep.every_sunday],
    sensors=[jobs.landing_sensor, sensors.alert_on_failure, sensors.alert_on_success, sensors.upkeep],
    resources={"data_root": DataRoot(), "dbt": dbt_resource()},
    loggers={"progress": progress_logger},
    executor=dg.in_process_executor,  # one process takes half the time of the multiprocess executor on a small machine
)
