"""Alerts to people who are not watching: a run that failed, sources held back, a new publication.

The texts name checks, counts, sources and the next step, never a value of a row: they leave the machine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clean.personal import redact
from ingestion.country.words import worded
from ingestion.declaration.registry import sources
from orchestration.operation import outbox
from orchestration.operation.step_labels import STEPS
from orchestration.pipeline.inventory import DEMO_NOTICE
from orchestration.settings import SettingError, Settings, settings
from warehouse.deliverables.producing import record_of
from warehouse.paths import Layout
from warehouse.publication import audit, publish
from warehouse.source_states import HELD_BACK, LABELS, SourceState
from warehouse.storage import read_json, write_json

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.pipeline.delivery_files import Delivery

NAME = worded("Entrepôt migrants {country:name}")
_REMIND_AFTER = dt.timedelta(days=7)
_SHOWN, _LENGTH = 15, 300


def after_run(layout: Layout, instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Announces the outcome of a finished run, once, whoever calls; returns what could not be sent. Never raises."""
    try:
        current = settings()
        if not current.channels:
            return []
        run = instance.get_run_by_id(run_id)
        problems = _write(layout, instance, run, current) if run is not None and run.is_finished else []
        return problems + outbox.send(layout, current)
    except Exception as error:  # an alert never fails a run
        logging.getLogger(__name__).warning("alerte : %s", error)
        return [str(error)]


def not_started(layout: Layout, reason: str) -> list[str]:
    """Announces, once a day and reason, that there was nothing to run on. Never raises."""
    # The rest of the message (names of landed files, cells) may name a person.
    summary = redacted(reason.partition(" (")[0].partition(" : ")[0])
    text = f"{summary}\n\nÀ faire : « mrf run » dit le détail ; corriger, puis relancer."
    return announce(layout, "failure", _digest(reason), "ÉCHEC, rien n’est publié", text)


def announce(layout: Layout, kind: str, what: str, subject: str, text: str) -> list[str]:
    """Announces something once a day; returns what could not be sent. Never raises.

    ``kind``: one that the settings may switch off, or "trial", which they may not.
    """
    try:
        current = settings()
        problems: list[str] = []
        if current.channels and kind in (*current.alert_on, "trial"):
            problems = _put(layout, current, f"{dt.date.today():%Y%m%d}_{what}", kind, _subject(subject), text)
        return problems + outbox.send(layout, current)
    except (OSError, SettingError) as error:
        return [str(error)]


def _put(layout: Layout, current: Settings, key: str, kind: str, subject: str, text: str) -> list[str]:
    """Writes to the outbox; if the disk is full, which is news itself, sends straight to the channels."""
    try:
        outbox.put(layout, key, kind, subject, text)
    except OSError:
        return outbox.send_at_once(current, key, kind, subject, text)
    return []


def _write(layout: Layout, instance: dg.DagsterInstance, run: dg.DagsterRun, current: Settings) -> list[str]:
    """Writes the alerts of a finished run; returns what had to be sent at once and could not."""
    import dagster as dg

    problems: list[str] = []

    inventory = read_json(layout.run_folder(run.run_id) / "inventory.json")
    is_demo = bool(inventory and inventory["is_demo"])
    held = _held_back(layout, is_demo) if inventory else {}
    catalog = publish.catalog(layout)
    has_published = catalog is not None and catalog["run_id"] == run.run_id
    if run.status == dg.DagsterRunStatus.FAILURE and "failure" in current.alert_on:
        subject = "exécution interrompue, elle reprend" if _is_retried(run) else "ÉCHEC, rien n’est publié"
        subject = "publié, mais l’exécution a échoué ensuite" if has_published else subject
        text = _failure_text(layout, instance, run, held)
        subject, text = _subject(subject, is_demo), _noted(text, is_demo)
        problems += _put(layout, current, f"{run.run_id}_failure", "failure", subject, text)
    if has_published and "publication" in current.alert_on:
        assert catalog is not None
        subject, text = _subject("nouvelle publication", is_demo), _publication_text(layout, catalog, held)
        problems += _put(layout, current, f"{run.run_id}_publication", "publication", subject, text)
    succeeded = run.status == dg.DagsterRunStatus.SUCCESS
    if inventory and succeeded and "stale" in current.alert_on and _is_news(layout, held):
        subject = _subject(f"{len(held)} source(s) retenue(s)", is_demo)
        text = _noted(_stale_text(held), is_demo)
        problems += _put(layout, current, f"{run.run_id}_stale", "stale", subject, text)
    return problems


def _subject(what: str, is_demo: bool = False) -> str:
    return f"[{NAME}] {what}" + (f" ({DEMO_NOTICE})" if is_demo else "")


def _noted(text: str, is_demo: bool) -> str:
    return f"{DEMO_NOTICE} : exemples inventés.\n\n{text}" if is_demo else text


def _held_back(layout: Layout, is_demo: bool) -> dict[str, str]:
    """By source that was refused or kept at its last good delivery: the reason."""
    from orchestration.pipeline.delivery import deliveries

    delivered = deliveries(layout.workspace(is_demo), sources())
    return {source: _why(one) for source, one in sorted(delivered.items()) if one.state in HELD_BACK}


def _why(delivery: Delivery) -> str:
    from orchestration.pipeline.delivery_files import READABLE

    failing = [
        check["check_name"] + ("" if check["failed_count"] is None else f" : {check['failed_count']} ligne(s)")
        for check in delivery.checks
        if check["severity"] == "error" and not check["passed"] and check["check_name"] != READABLE
    ]
    return f"{LABELS[SourceState(delivery.state)]} — {' ; '.join(failing) or _reason(delivery.error or '')}"


def _reason(error: str) -> str:
    """The place and what was expected there; the file name and what was found may name a person."""
    _, is_of_a_file, detail = error.partition(" · ")
    return redacted(detail.partition(" ; trouvé ")[0] if is_of_a_file else error.partition(" : ")[0])


def _cause(failure: Any) -> str:
    """The first line of one of our own refusals; for other errors only the type, since the message may quote a row."""
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return redacted(failure.user_failure_data.description.partition("\n")[0])
    error = failure.error
    while error.cause is not None:
        error = error.cause
    return str(error.cls_name)


def redacted(text: str) -> str:
    """The beginning of a message, on one line, without anything that looks personal."""
    return redact(" ".join(text.split()))[0][:_LENGTH]


def _listed(lines: list[str]) -> str:
    more = [f"… et {len(lines) - _SHOWN} autres"] if len(lines) > _SHOWN else []
    return "\n".join(f"  · {line}" for line in [*lines[:_SHOWN], *more])


def _sources(held: dict[str, str]) -> list[str]:
    return ["Sources retenues :\n" + _listed([f"{source} : {why}" for source, why in held.items()])] if held else []


def _failure_text(layout: Layout, instance: dg.DagsterInstance, run: dg.DagsterRun, held: dict[str, str]) -> str:
    from dagster import DagsterEventType

    catalog = publish.catalog(layout)
    kept = f"Les lecteurs gardent {catalog['current']}." if catalog else "Aucune publication n’existe encore."
    failures = [e.get_dagster_event() for e in instance.all_logs(run.run_id, of_type=DagsterEventType.STEP_FAILURE)]
    steps = {str(event.step_key): _cause(event.step_failure_data) for event in failures}
    parts = [f"L’exécution {run.run_id[:8]} ({run.job_name}) a échoué. {kept}"]
    checks = audit.failing_checks(layout, run.run_id)
    if steps:
        # The checks are clearer than dbt’s message and quote no rows.
        lines = [STEPS.get(step, step) + ("" if checks or not why else f" : {why}") for step, why in steps.items()]
        parts.append("Étapes en échec :\n" + _listed(lines))
    if checks:
        parts.append(
            "Contrôles en échec :\n" + _listed([f"{c.name} ({c.tool}) : {c.failed_count} ligne(s)" for c in checks])
        )
    return "\n\n".join([*parts, *_sources(held), f"À faire : {_next_step(run, checks, bool(steps))}"])


def _is_retried(run: dg.DagsterRun) -> bool:
    """Whether the daemon will retry the run; it only retries its own."""
    return run.tags.get("dagster/will_retry") == "true" and run.remote_job_origin is not None


def _next_step(run: dg.DagsterRun, checks: list[audit.Check], has_failed_steps: bool) -> str:
    if _is_retried(run):
        return "rien pour l’instant, elle reprend d’elle-même ; sinon « mrf doctor », puis « mrf run »."
    if any(check.tool == "protection" for check in checks):
        return "« mrf run » nomme le fichier et la place des données personnelles ; corriger la source, puis relancer."
    if checks:
        return "« mrf run » montre chaque contrôle et ses exemples ; corriger la source en cause, puis relancer."
    if has_failed_steps:
        return "« mrf run » montre le message entier ; « mrf doctor » vérifie la machine."
    return "l’exécution a été interrompue (arrêt, coupure, mémoire) : « mrf doctor », puis « mrf run »."


def _publication_text(layout: Layout, catalog: dict[str, Any], held: dict[str, str]) -> str:
    manifest = publish.manifest_of(layout, catalog["current"])
    rows = sum(mart["rows"] for name, mart in manifest["marts"].items() if name.startswith("marts."))
    folder = Path(catalog["current"]).parent
    parts = [
        f"Publication {folder} en place, date de référence {manifest['as_of']}, {rows} lignes.",
        *([f"Sources retirées : {', '.join(manifest['removed'])}"] if manifest["removed"] else []),
        *_sources(held),
    ]
    entries = record_of(layout.published / folder)
    if failed := [entry["title_fr"] for entry in entries.values() if entry["state"] == "failed"]:
        parts.append("Livrables non faits :\n" + _listed(failed))
    todo = "« mrf deliver » refait les livrables." if failed else "rien." if not held else "corriger ces sources."
    return _noted("\n\n".join([*parts, f"À faire : {todo}"]), catalog["is_demo"])


def _stale_text(held: dict[str, str]) -> str:
    todo = "À faire : déposer un fichier corrigé pour chacune ; « mrf status » dit ce qui était attendu et trouvé."
    first = "Leurs dernières bonnes lignes restent publiées, marquées périmées ; le reste est à jour."
    return "\n\n".join([*_sources(held), first, todo])


def _is_news(layout: Layout, held: dict[str, str]) -> bool:
    """Whether the sources held back differ from the last announcement, or that was a week ago."""
    path = layout.alerts / "told" / "sources.json"
    if not held:
        path.unlink(missing_ok=True)
        return False
    announced, now = read_json(path) or {}, dt.datetime.now(dt.UTC)
    digest = _digest(repr(sorted(held.items())))
    if announced.get("digest") == digest and now - dt.datetime.fromisoformat(announced["on"]) < _REMIND_AFTER:
        return False
    write_json(path, {"digest": digest, "on": now.isoformat(timespec="seconds")})
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
