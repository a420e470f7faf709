"""Reports, maps, exports and portal: assets after the publication, each with a check that never stops the data."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import dagster as dg

from orchestration.defs.jobs import DELIVERABLES as GROUP
from orchestration.defs.protection import refuse_personal
from orchestration.defs.publication import PUBLISHED
from orchestration.defs.resources import DataRoot
from orchestration.defs.sources import OWNERS
from orchestration.pipeline.inventory import DEMO_NOTICE
from orchestration.pipeline.workers import pool
from warehouse.deliverables import exports, front
from warehouse.deliverables.producing import Deliverable, Outcome, produce
from warehouse.deliverables.register import DELIVERABLES
from warehouse.paths import Layout
from warehouse.publication import publish

CHECK, PORTAL = "relecture", "portal"
_BY_NAME = {one.name: one for one in DELIVERABLES}
# Long, and looked at by none but the portal: made by the worker on the second core, while this process draws.
_BESIDE = tuple(one.name for one in exports.DELIVERABLES)
_begun: dict[str, dict[str, Future[Outcome]]] = {}  # by run


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["published", name])


def asset_of(deliverable: Deliverable) -> dg.AssetsDefinition:
    """The asset of one deliverable, with its check: a failure is a warning, for the data stays published."""
    about = f"{deliverable.title_fr}. / {deliverable.title_en}."

    @dg.asset(
        key=_key(deliverable.name),
        deps=[PUBLISHED, *(_key(name) for name in deliverable.after)],
        group_name=GROUP,
        owners=OWNERS,
        op_tags={"dagster/priority": "0" if deliverable.name in _BESIDE else "1"},  # they are waited for last
        description=about,
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=_key(deliverable.name), description=f"Relu après écriture : {about}")
        ],
    )
    def made(context: dg.AssetExecutionContext, data_root: DataRoot) -> dg.MaterializeResult:
        layout = data_root.layout
        now = publish.catalog(layout)
        if now is None:
            raise dg.Failure("Aucune publication : lancer « mrf run ».")
        folder = layout.published / Path(now["current"]).parent
        beside = [name for name in _BESIDE if context.job_def.has_node_named(_key(name).to_python_identifier())]
        arguments = (layout, folder, now["is_demo"])
        if context.run_id not in _begun:
            _begun[context.run_id] = {name: pool().submit(make, name, *arguments) for name in beside}
        waiting = _begun[context.run_id].pop(deliverable.name, None)
        outcome = waiting.result() if waiting else make(deliverable.name, *arguments)
        if outcome.reason:
            context.log.warning(f"{deliverable.title_fr} : {outcome.reason}")
        return dg.MaterializeResult(
            metadata={
                "données": DEMO_NOTICE if now["is_demo"] else "réelles",
                "publication": folder.name,
                "état": {"made": "fait", "kept": "déjà fait", "failed": "ÉCHEC"}[outcome.state],
                "fichiers": len(outcome.files),
                "dossier": dg.MetadataValue.path(str(folder)),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=CHECK,
                    passed=not outcome.reason,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"raison": outcome.reason or "aucune"},
                )
            ],
        )

    return made


def make(name: str, layout: Layout, folder: Path, is_demo: bool) -> Outcome:
    """Makes one deliverable of the publication in ``folder``, searched for personal data before readers have it."""
    deliverable = _BY_NAME[name]
    needed = tuple(_BY_NAME[name] for name in deliverable.after)
    outcome = produce(deliverable, folder, _guard(layout, folder, is_demo), needed)
    if deliverable.name == PORTAL and outcome.state == "failed":  # its place is taken by links to what was made
        front.write(folder)
    return outcome


def _guard(layout: Layout, folder: Path, is_demo: bool) -> Callable[[Path], None]:
    return lambda aside: refuse_personal(aside, layout, is_demo, next(folder.glob("mrf_*.duckdb")))


def all_assets() -> list[dg.AssetsDefinition]:
    """One asset a deliverable."""
    return [asset_of(one) for one in DELIVERABLES]
