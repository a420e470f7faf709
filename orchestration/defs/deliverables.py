"""Reports, maps, exports and portal: assets after the publication; their checks never block the data."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from orchestration.defs.jobs import DELIVERABLES as GROUP
from orchestration.defs.protection import refuse_personal
from orchestration.defs.publication import PUBLISHED
from orchestration.defs.resources import DataRoot
from orchestration.defs.sources import owned_by
from orchestration.defs.transform import MANIFEST
from orchestration.pipeline.inventory import DEMO_NOTICE
from orchestration.pipeline.workers import pool
from warehouse.deliverables import exports, front
from warehouse.deliverables.producing import Deliverable, Outcome, Refused, produce
from warehouse.deliverables.register import DELIVERABLES
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading.edition import open_edition

CHECK, PORTAL = "relecture", "portal"
_BY_NAME = {one.name: one for one in DELIVERABLES}
# Slow and only needed by the portal: made by the worker on the second core meanwhile.
_BESIDE = tuple(one.name for one in exports.DELIVERABLES)
_STATES = {"made": "fait", "kept": "déjà fait", "failed": "ÉCHEC"}


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["published", name])


def marts_of(name: str) -> list[dg.AssetKey]:
    """The marts that a deliverable reads, as its exposure in the dbt project says."""
    exposures = {exposure["name"]: exposure for exposure in MANIFEST["exposures"].values()}
    return [dg.AssetKey([MANIFEST["nodes"][node]["name"]]) for node in exposures[name]["depends_on"]["nodes"]]


def _about(deliverable: Deliverable) -> str:
    return f"{deliverable.title_fr}. / {deliverable.title_en}."


@dg.multi_asset(
    name="published_deliverables",
    specs=[
        dg.AssetSpec(
            _key(one.name),
            deps=[PUBLISHED, *marts_of(one.name), *(_key(name) for name in one.after)],
            kinds=set(one.kinds),
            group_name=GROUP,
            owners=owned_by(GROUP),
            description=_about(one),
            skippable=True,
        )
        for one in DELIVERABLES
    ],
    check_specs=[
        dg.AssetCheckSpec(CHECK, asset=_key(one.name), description=f"Relu après écriture : {_about(one)}")
        for one in DELIVERABLES
    ],
    can_subset=True,
)
def deliverables(context: dg.AssetExecutionContext, data_root: DataRoot) -> Iterator[dg.MaterializeResult]:
    """The deliverables of the current publication, on two cores; each has a check whose failure is a warning."""
    layout = data_root.layout
    catalog = publish.catalog(layout)
    if catalog is None:
        raise dg.Failure("Aucune publication : lancer « mrf run ».")
    folder = layout.published / Path(catalog["current"]).parent
    wanted = [one for one in DELIVERABLES if _key(one.name) in context.selected_asset_keys]
    for one, outcome in _made(wanted, layout, folder, catalog["is_demo"]):
        if outcome.reason:
            context.log.warning(f"{one.title_fr} : {outcome.reason}")
        yield _result(one, outcome, folder, catalog["is_demo"])


def _made(
    wanted: list[Deliverable], layout: Layout, folder: Path, is_demo: bool
) -> Iterator[tuple[Deliverable, Outcome]]:
    """Each deliverable as it is made: the slow ones in the worker, the portal once everything it links to exists."""
    beside = {one.name: pool().submit(make, one.name, layout, folder, is_demo) for one in wanted if one.name in _BESIDE}
    here = [one for one in wanted if one.name not in beside]
    waits = [one for one in here if beside.keys() & set(one.after)]
    for one in (one for one in here if one not in waits):
        yield one, make(one.name, layout, folder, is_demo)
    for name, waiting in beside.items():
        yield _BY_NAME[name], waiting.result()
    for one in waits:
        yield one, make(one.name, layout, folder, is_demo)


def _result(one: Deliverable, outcome: Outcome, folder: Path, is_demo: bool) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=_key(one.name),
        metadata={
            "données": DEMO_NOTICE if is_demo else "réelles",
            "publication": folder.name,
            "état": _STATES[outcome.state],
            "fichiers": len(outcome.files),
            "dossier": dg.MetadataValue.path(str(folder)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                asset_key=_key(one.name),
                passed=not outcome.reason,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"raison": outcome.reason or "aucune"},
            )
        ],
    )


def make(name: str, layout: Layout, folder: Path, is_demo: bool) -> Outcome:
    """Makes one deliverable of the publication in ``folder`` and searches it for personal data before it is shown."""
    deliverable = _BY_NAME[name]
    needed = tuple(_BY_NAME[name] for name in deliverable.after)
    outcome = produce(deliverable, folder, _guard(layout, folder, is_demo), needed)
    if deliverable.name == PORTAL and outcome.state == "failed":  # links to the deliverables take its place
        front.write(folder)
    return outcome


def make_sheets(layout: Layout, folder: Path, wanted: set[str], into: Path, is_demo: bool) -> list[Path]:
    """Writes the sheets of these organizations into a folder of the user's, reread and searched like deliverables.

    Raises Refused with what is wrong; nothing is written then.
    """
    from warehouse.deliverables.exports.sheets import sheet_files

    with tempfile.TemporaryDirectory() as temporary:
        aside = Path(temporary)
        with open_edition(folder) as edition:
            sheet_files.write(edition, aside, wanted)
            if wrong := sheet_files.faults(edition, aside, wanted):
                raise Refused(" ; ".join(wrong))
        try:
            _guard(layout, folder, is_demo)(aside)
        except dg.Failure as refused:
            raise Refused(str(refused.description)) from refused
        into.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copyfile(path, into / path.name)) for path in sorted(aside.glob("*.docx"))]


def _guard(layout: Layout, folder: Path, is_demo: bool) -> Callable[[Path], None]:
    return lambda aside: refuse_personal(aside, layout, is_demo, next(folder.glob("mrf_*.duckdb")))
