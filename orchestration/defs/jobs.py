"""When the pipeline runs: on demand, every morning, and when new files have settled in the landing folder."""

import hashlib
import json
import os
import time

import dagster as dg

from ingestion.country.pack import country
from orchestration.defs.resources import known_sources
from orchestration.defs.sources import INVENTORY, raw_key, validated_key
from orchestration.pipeline.inventory import NothingToPublish, landed_files
from warehouse.paths import Layout

SETTLED_SECONDS = 60
DELIVERABLES = "livrables"  # the group of the assets after the publication
# Retried from the failed step, a run could not be published: its sources would be of another run.
FROM_THE_START = {"dagster/retry_strategy": "ALL_STEPS"}

pipeline = dg.define_asset_job(
    "pipeline",
    selection=dg.AssetSelection.all(),
    tags=FROM_THE_START,
    description="Toute la chaîne, de l’atterrissage à la publication. / The whole pipeline.",
)

data = dg.define_asset_job(
    "data",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(DELIVERABLES),
    tags=FROM_THE_START,
    description="De l’atterrissage à la publication, sans les livrables. / Up to the publication, no deliverables.",
)

deliverables = dg.define_asset_job(
    "deliverables",
    selection=dg.AssetSelection.groups(DELIVERABLES),
    tags=FROM_THE_START,
    description="Les livrables de la publication en place. / The deliverables of the current publication.",
)

# One source alone, to look at what becomes of its files: nothing is published by it.
readings = [
    dg.define_asset_job(
        f"read_{source.id}",
        selection=dg.AssetSelection.assets(
            INVENTORY, raw_key(source.id), *(validated_key(shape, source.id) for shape in source.shapes)
        ),
        tags=FROM_THE_START,
        description=f"Lit la source « {source.title.fr} », sans rien publier. / Reads this source, publishes nothing.",
    )
    for source in known_sources().values()
]

every_morning = dg.ScheduleDefinition(
    name="every_morning",
    job=pipeline,
    cron_schedule="0 5 * * *",
    execution_timezone=country().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Chaque jour à 5 h, heure du pays. / Every day at 5 a.m., local time.",
)


@dg.sensor(
    job=pipeline,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Lance la chaîne quand les fichiers déposés ne changent plus. / Runs once landed files have settled.",
)
def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run per burst of files: none while files are still being written, none twice for the same files."""
    landing = Layout.from_environment().landing
    try:
        files = {str(path.relative_to(landing)): path.stat() for path in landed_files(landing)}
    except (NothingToPublish, OSError) as reason:  # closed, or just removed: the next tick looks again
        return dg.SkipReason(str(reason))
    if not files:
        return dg.SkipReason("Aucun fichier dans l’atterrissage.")
    # Readability is part of the state: it changes without changing the date of a file.
    listing = [
        [name, stat.st_size, stat.st_mtime_ns, os.access(landing / name, os.R_OK)] for name, stat in files.items()
    ]
    digest = hashlib.sha256(json.dumps(listing).encode()).hexdigest()
    cursor = json.loads(context.cursor or "{}")
    if cursor.get("launched") == digest:
        return dg.SkipReason("Rien de nouveau dans l’atterrissage.")
    clock, newest, is_new = time.time(), max(stat.st_mtime for stat in files.values()), cursor.get("seen") != digest
    since = clock if is_new else min(cursor.get("since", clock), clock)
    # A date in the future (another machine, a clock set back): the first sighting counts instead.
    waited = clock - (newest if newest <= clock else since)
    if is_new or waited < SETTLED_SECONDS:
        context.update_cursor(json.dumps({**cursor, "seen": digest, "since": since}))
        return dg.SkipReason("Des fichiers arrivent encore : attente d’une minute sans changement.")
    # Dagster runs each key once, but the same files may come back after others: keys are chained.
    key = hashlib.sha256((cursor.get("key", "") + digest).encode()).hexdigest()
    state = {"seen": digest, "launched": digest, "key": key}
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key)], cursor=json.dumps(state))
