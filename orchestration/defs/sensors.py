"""Sensors besides the landing folder: announces ended runs, and closes runs that a crash left open."""

import dagster as dg

from orchestration.operation import alerts, instance, outbox
from orchestration.settings import settings
from warehouse.paths import Layout


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Annonce une exécution en échec. / Announces a failed run.",
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
    """Announces failed runs of the daemon and the UI, as `mrf run` does for its own."""
    alerts.after_run(Layout.from_environment(), context.instance, context.dagster_run.run_id)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Annonce une publication et les sources retenues. / Announces a publication and held back sources.",
)
def alert_on_success(context: dg.RunStatusSensorContext) -> None:
    """Announces successful runs of the daemon and the UI, as `mrf run` does for its own."""
    alerts.after_run(Layout.from_environment(), context.instance, context.dagster_run.run_id)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ferme les exécutions qu’un arrêt a interrompues et renvoie les annonces qui n’ont pas pu partir."
    " / Closes runs that a crash interrupted, sends again alerts that could not leave.",
)
def upkeep(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Starts no run itself; a run closed here may be retried by the settings of `dagster.yaml`."""
    layout = Layout.from_environment()
    closed = instance.close_interrupted(layout, context.instance)
    for run_id in closed:  # no other sensor sees the runs of `mrf run`
        alerts.after_run(layout, context.instance, run_id)
    problems = [] if closed else outbox.send(layout, settings())
    messages = [f"exécution interrompue : {run_id[:8]}" for run_id in closed] + problems
    return dg.SkipReason(" ; ".join(messages) or "Rien à faire.")
