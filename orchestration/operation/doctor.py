"""`mrf doctor`: whether the warehouse can run unattended; each line says what is wrong and what to do about it."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import re
import shutil
import socket
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.declaration.registry import sources
from orchestration.language import later
from orchestration.operation import outbox
from orchestration.operation.instance import WRITTEN, is_writing, settings_file
from orchestration.pipeline.inventory import NothingToPublish, landed_files, readable
from orchestration.settings import SettingError, settings
from warehouse import state_files
from warehouse.paths import PROJECT, Layout
from warehouse.privacy import forgotten
from warehouse.privacy.key import KeyProblem, load
from warehouse.privacy.vault import open_vault
from warehouse.publication import backup as backups
from warehouse.publication import housekeeping, publish

OK, LOOK, ERROR = "OK", "À VOIR", later("ERREUR")
COLORS = {OK: "green", LOOK: "bold yellow", ERROR: "bold red"}
PORTS = {3000: later("interface"), 3001: "interface en lecture", 8000: later("portail")}
_LATE = dt.timedelta(hours=36)  # a daily run, and half a day of margin
_BACKUP_LATE = dt.timedelta(days=8)
_CLOCKS_DIFFER = dt.timedelta(hours=1)
_SET_CLOCK = "« timedatectl » : remettre à l’heure, puis systemctl restart mrf-daemon et « mrf run »"
_GIB = 2**30
_TIMERS = ("SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR", "MONITORING")


@dataclass(frozen=True)
class Line:
    """One check: its level (OK, À VOIR, ERREUR), its result and what to do.

    ``detail``: text that may name a person, such as a landed file; only shown on the machine, never sent.
    """

    level: str
    name: str
    message: str
    todo: str = ""
    detail: str = ""


def examine(layout: Layout) -> list[Line]:
    """All lines, in the order in which one would look for the cause of a problem."""
    return [line for look in _LOOKS for line in _run_check(look, layout)]


def _run_check(look: Callable[[Layout], Iterator[Line]], layout: Layout) -> Iterator[Line]:
    """Runs one check; a check that fails is itself reported and does not stop the others."""
    try:
        yield from look(layout)
    except (state_files.Damaged, KeyProblem) as reason:
        yield Line(ERROR, look.__name__.strip("_"), str(reason), "puis « mrf doctor » de nouveau")
    except Exception as error:
        kind, name = type(error).__name__, look.__name__.strip("_")
        yield Line(ERROR, name, kind, "« mrf doctor » dit le message : le signaler", detail=str(error))


def versions(layout: Layout) -> Iterator[Line]:
    """Installed versions against the pinned ones."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    different = []
    for pin in project["dependencies"]:
        name, wanted = re.sub(r"\[.*\]", "", pin).split("==")
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "absent"
        if installed != wanted:
            different.append(f"{name} {installed} (attendu {wanted})")
    if different:
        yield Line(ERROR, later("versions"), ", ".join(different), "supprimer .venv/.installed, puis « make run »")
    else:
        yield Line(OK, later("versions"), f"{len(project['dependencies'])} paquets comme épinglés")


def disk(layout: Layout) -> Iterator[Line]:
    """Room for the next build, its publication and its deliverables."""
    catalog = publish.catalog(layout)
    folder = layout.published / Path(catalog["current"]).parent if catalog else None
    used = [
        path.stat().st_size for base in (folder, layout.build) if base for path in base.rglob("*") if path.is_file()
    ]
    needed, free = max(2 * sum(used), _GIB), shutil.disk_usage(layout.root).free
    message = f"{free / _GIB:.1f} Gio libres".replace(".", ",")
    todo = "libérer de la place, ou MRF_KEEP_PUBLICATIONS plus bas puis « mrf prune »"
    if free < needed:
        yield Line(
            ERROR,
            later("disque"),
            f"{message}, une exécution peut en demander {needed / _GIB:.1f}".replace(".", ","),
            todo,
        )
    elif free < 5 * needed:
        yield Line(LOOK, later("disque"), message, todo)
    else:
        yield Line(OK, later("disque"), message)


def permissions(layout: Layout) -> Iterator[Line]:
    """Whether runs can write wherever they must, and others cannot read `restricted`."""
    folders = [layout.root, layout.published, layout.build, layout.dagster_home, layout.workspace(False).validated]
    closed = [str(path) for path in folders if path.exists() and not os.access(path, os.W_OK | os.X_OK)]
    if closed:
        yield Line(
            ERROR, later("droits"), f"pas d’écriture dans {', '.join(closed)}", "chown -R au compte qui lance « mrf »"
        )
    else:
        yield Line(OK, later("droits"), f"écriture dans {layout.root}")


def landing(layout: Layout) -> Iterator[Line]:
    """Whether landed files can be read."""
    todo = "donner la lecture au compte qui lance « mrf »"
    try:
        files = landed_files(layout.landing)
    except NothingToPublish as reason:
        yield Line(ERROR, "dépôt", "un dossier est illisible, rien n’est publié", todo, detail=str(reason))
        return
    closed = [path for path in files if not os.access(path, os.R_OK)]
    if closed:
        names = ", ".join(readable(str(path.relative_to(layout.landing))) for path in closed[:5])
        yield Line(ERROR, "dépôt", f"{len(closed)} fichier(s) illisible(s)", todo, detail=names)
    elif not files and publish.has_real(layout):
        yield Line(
            ERROR, "dépôt", f"{layout.landing} est vide", "partage non monté ? le monter, ou redéposer les fichiers"
        )
    else:
        yield Line(OK, "dépôt", f"{len(files)} fichier(s) lisible(s)" if files else "vide : exemples fictifs")


def key(layout: Layout) -> Iterator[Line]:
    """Whether there is a key and it decrypts the existing files."""
    workspace = layout.workspace(False)
    holds = workspace.restricted.is_dir() and any(workspace.restricted.rglob("*.enc"))
    try:
        load(layout.root)
        open_vault(workspace)
    except KeyProblem as problem:
        todo = (
            "remettre la clé sauvegardée"
            if holds
            else "« mrf key » avant la première livraison à colonnes personnelles"
        )
        yield Line(ERROR if holds else LOOK, "clé", str(problem), todo)
    else:
        yield Line(OK, "clé", "présente, ouvre restricted" if holds else "présente")


def pointer(layout: Layout) -> Iterator[Line]:
    """Whether readers find the file that the catalog names, unchanged since it was published."""
    catalog = publish.catalog(layout)
    if catalog is None:
        yield Line(LOOK, later("publication"), "aucune encore", "« mrf run »")
        return
    todo = "« mrf rollback » vers une autre, ou « mrf restore » d’une sauvegarde"
    if wrong := publish.flaw(layout, catalog["current"]):
        yield Line(ERROR, later("publication"), wrong, todo)
    else:
        yield Line(OK, later("publication"), f"{catalog['current']}, conforme à son manifeste")
    if catalog.get("is_rebuilt"):  # until the next publication or « mrf rollback »
        yield Line(LOOK, later("catalogue"), publish.REBUILT, "« mrf status » montre celle en place")
    if not publish.is_linked(layout):
        names = f"published/{layout.site.name} ou {layout.current.name}"
        yield Line(LOOK, later("portail"), f"{names} ne mène pas à {catalog['current']}", "« mrf deliver »")


def lock(layout: Layout) -> Iterator[Line]:
    """The write lock: the system releases it when its holder ends, so a held lock has a living holder."""
    if is_writing(layout):
        yield Line(
            LOOK, later("verrou"), "une exécution écrit en ce moment", "attendre ; au-delà de six heures, « mrf ui »"
        )
    else:
        yield Line(OK, later("verrou"), later("libre"))


def runs(layout: Layout) -> Iterator[Line]:
    """The last run, runs that a crash left open, and the heartbeat of the daemon."""
    import dagster as dg

    from orchestration.operation.instance import interrupted

    with dg.DagsterInstance.get() as dagster:
        pulses = dagster.get_daemon_statuses()
        has_daemon = any(pulse.last_heartbeat is not None for pulse in pulses.values())
        yield from _last_run(dagster, has_daemon or _has_channels())
        if gone := interrupted(layout, dagster):
            names = ", ".join(run_id[:8] for run_id in gone)
            yield Line(LOOK, "exécutions", f"interrompue(s) : {names}", "« mrf run » ou le planificateur les ferme")
        silent = [name for name in _TIMERS if name in pulses and not pulses[name].healthy]
        if not silent:
            yield Line(OK, later("planificateur"), later("actif"))
        else:
            never = all(pulses[name].last_heartbeat is None for name in silent)
            text = "n’a jamais tourné" if never else "ne répond plus"
            yield Line(
                LOOK if never else ERROR, later("planificateur"), text, "systemctl restart mrf-daemon (ou « mrf ui »)"
            )


def _has_channels() -> bool:
    """Whether alerts are configured: then the machine is meant to run, and be backed up, unattended."""
    try:
        return bool(settings().channels)
    except SettingError:
        return False  # reported by `set_up`


def _last_run(dagster: object, is_scheduled: bool) -> Iterator[Line]:
    import dagster as dg

    assert isinstance(dagster, dg.DagsterInstance)
    record = next(iter(dagster.get_run_records(limit=1)), None)
    if record is None:
        yield Line(LOOK, "dernière exécution", "aucune", "« mrf run »")
        return
    age = dt.datetime.now(dt.UTC) - record.create_timestamp
    message = f"{record.dagster_run.status.value}, il y a {age.total_seconds() / 3600:.0f} h"
    if age < -_CLOCKS_DIFFER:
        message = f"horloge reculée : datée du {record.create_timestamp:%d/%m/%Y %H:%M} UTC, plus tard que maintenant"
        yield Line(ERROR, "dernière exécution", message, _SET_CLOCK)
    elif record.dagster_run.status == dg.DagsterRunStatus.FAILURE:
        yield Line(ERROR, "dernière exécution", message, "« mrf run » dit pourquoi")
    elif age > _LATE:
        level = ERROR if is_scheduled else LOOK
        yield Line(level, "dernière exécution", message, "planificateur arrêté ? systemctl status mrf-daemon")
    else:
        yield Line(OK, "dernière exécution", message)


def ports(layout: Layout) -> Iterator[Line]:
    """Which ports of the servers are taken."""
    for port, what in PORTS.items():
        with socket.socket() as probe:
            probe.settimeout(1)
            is_open = probe.connect_ex(("127.0.0.1", port)) == 0
        yield Line(OK, f"port {port}", f"{what} : " + ("un serveur répond" if is_open else later("libre")))


def backup(layout: Layout) -> Iterator[Line]:
    """Whether the last backup exists, and how old it is."""
    record = state_files.read(layout.backup_record, state_files.BackupRecord, "« mrf backup » en écrit un autre.")
    now = dt.datetime.now(dt.UTC)
    if record is None:
        level = ERROR if _has_channels() and _holds_real_since(layout, now - _LATE) else LOOK
        yield Line(level, later("sauvegarde"), "aucune", "« mrf backup » vers un autre disque, chaque nuit")
        return
    age = now - dt.datetime.fromisoformat(record["made_at"])
    message = f"{record['folder']}, " + (f"il y a {age.days} jour(s)" if age.days >= 0 else "plus tard que maintenant")
    if age < -_CLOCKS_DIFFER:
        yield Line(ERROR, later("sauvegarde"), f"horloge reculée : {message}", _SET_CLOCK)
    elif not backups.is_complete(Path(record["folder"])):
        todo = "disque non monté ? le monter ; sinon « mrf backup »"
        yield Line(ERROR, later("sauvegarde"), f"{record['folder']} n’est plus là, ou plus entière", todo)
    elif age > _BACKUP_LATE:
        yield Line(ERROR, later("sauvegarde"), message, "« mrf backup » ; systemctl status mrf-backup.timer")
    else:
        yield Line(OK, later("sauvegarde"), message)


def _holds_real_since(layout: Layout, then: dt.datetime) -> bool:
    """Whether real data was published before a time; a new root has had no night to be backed up."""
    catalog = publish.catalog(layout)
    entries = [catalog, *catalog["history"]] if catalog else []
    return any(not one["is_demo"] and dt.datetime.fromisoformat(one["published_at"]) < then for one in entries)


def erasures(layout: Layout) -> Iterator[Line]:
    """Whether a publication holds something erased on request, as after restoring a backup."""
    from orchestration.operation.forgetting import publications_holding

    receipts = forgotten.receipts(layout.workspace(False))
    held = publications_holding(layout, receipts, sources()) if receipts else []
    if held:
        message = f"{len(held)} publication(s) peuvent porter ce qui a été effacé sur demande"
        yield Line(ERROR, later("effacements"), message, "« mrf forget --again »")
    elif receipts:
        yield Line(OK, later("effacements"), f"{len(receipts)} reçu(s), aucune publication d’avant eux")


def state(layout: Layout) -> Iterator[Line]:
    """Whether a restore was interrupted, and whether the state files of the root are intact."""
    if layout.restore_journal.exists():
        if not is_writing(layout):
            todo = "la relancer : « mrf restore SAUVEGARDE --force », puis « mrf forget --again »"
            yield Line(ERROR, later("restauration"), "interrompue", todo)
        return
    catalog = publish.catalog(layout)
    flaw = publish.flaw(layout, catalog["current"]) if catalog else ""
    wrong = [text for text in housekeeping.problems(layout) if text != flaw]
    for text in wrong:
        yield Line(ERROR, "fichiers d’état", text, "puis « mrf doctor » de nouveau")
    asides = sorted(path for path in layout.root.rglob(f"*{state_files.ASIDE}*") if path.parent != layout.landing)
    for path in asides:
        yield Line(LOOK, "mis à part", str(path), "abîmé, n’est plus lu : à effacer une fois regardé")
    if not (wrong or asides):
        yield Line(OK, "fichiers d’état", later("entiers"))


def set_up(layout: Layout) -> Iterator[Line]:
    """The settings of operation, and those of Dagster."""
    try:
        current = settings()
    except SettingError as error:
        yield Line(ERROR, "réglages", str(error), "corriger l’environnement (mrf.env)")
        return
    late = outbox.waiting(layout, current.channels)
    if not current.channels:
        yield Line(
            LOOK, later("annonces"), "aucune voie", "poser MRF_ALERT_SMTP ou MRF_ALERT_WEBHOOK, puis « mrf alert-test »"
        )
    elif late:
        yield Line(LOOK, later("annonces"), f"{len(late)} non partie(s)", "« mrf alert-test » dit pourquoi")
    else:
        yield Line(OK, later("annonces"), ", ".join(current.channels))
    if not settings_file(layout).read_text(encoding="utf-8").startswith(WRITTEN):
        todo = "comparer avec dagster.yaml du projet ; l’effacer pour revenir aux siens"
        yield Line(LOOK, "dagster.yaml", "réglages propres à cette racine", todo)


_LOOKS = (versions, disk, permissions, landing, key, pointer, state, lock, runs, ports, backup, erasures, set_up)
