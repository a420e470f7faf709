"""The gate before readers: suites on the marts, then publication of exactly the audited build."""

import datetime as dt
import importlib.metadata
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from expectations.marts import SUITES
from ingestion.country.pack import country
from ingestion.declaration import parameters
from orchestration.defs.protection import refuse_personal
from orchestration.defs.resources import DataRoot, known_sources
from orchestration.defs.sources import owned_by
from orchestration.defs.transform import MANIFEST
from orchestration.pipeline import dbt_manifest, losses
from orchestration.pipeline.delivery import deliveries_of
from orchestration.pipeline.inventory import DEMO_NOTICE, write_landed
from orchestration.pipeline.workers import mart_validations
from orchestration.settings import settings
from orchestration.upstream import dbt_docs
from warehouse.deliverables import front
from warehouse.deliverables.maps import contours
from warehouse.paths import Layout, Workspace
from warehouse.privacy import withheld
from warehouse.publication import audit, checks_page, publish
from warehouse.reading import cookbook, dictionary, fates, label_views
from warehouse.resolution import state
from warehouse.storage import copy_atomically, write_json

PUBLISHED = dg.AssetKey(["published", "warehouse"])
_TOOLS = (
    "dagster",
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "pandas",
    "pdfplumber",
    "mrf-mali",
)


def mart_names() -> list[str]:
    """The marts of the dbt project."""
    nodes = MANIFEST["nodes"].values()
    return sorted(n["name"] for n in nodes if n["resource_type"] == "model" and n["fqn"][1] == "marts")


def counting_people() -> dict[str, list[str]]:
    """By mart, the columns whose contract says that they count people; small counts are not allowed there."""
    nodes = MANIFEST["nodes"].values()
    return {
        node["name"]: [c["name"] for c in node["columns"].values() if c["config"].get("meta", {}).get("counts_people")]
        for node in nodes
        if node["resource_type"] == "model"
    }


@dg.multi_asset_check(
    name="mart_suites",
    can_subset=True,  # one mart may be built alone, to look at it
    specs=[
        dg.AssetCheckSpec(
            "great_expectations",
            asset=dg.AssetKey([name]),
            blocking=True,
            description=f"Suite Great Expectations du mart {name}",
        )
        for name in SUITES
    ],
)
def mart_suites(context: dg.AssetCheckExecutionContext, data_root: DataRoot) -> Iterator[dg.AssetCheckResult]:
    """Les suites des marts, sur la construction elle-même. / The suites of the marts, on the build itself."""
    layout = data_root.layout
    chosen = {key.asset_key.path[-1] for key in context.selected_asset_check_keys}
    documents, checks, results = [], [], []
    for name, validation in mart_validations(layout.build_file, counting_people(), chosen).items():
        documents.append(validation.document)
        failed = [r for r in validation.results if r.is_blocking_failure]
        message = " ; ".join(f"{r.check_name} ({r.examples or r.failed_count})" for r in failed)
        checks.append(audit.Check(f"great_expectations {name}", "gx", "error", not failed, len(failed), message))
        results.append(
            dg.AssetCheckResult(
                check_name="great_expectations",
                asset_key=dg.AssetKey([name]),
                passed=not failed,
                metadata={"contrôles": len(validation.results), "échecs": message or "aucun"},
            )
        )
    write_json(layout.run_folder(context.run.run_id) / "mart_validations.json", documents)
    # All are expected: what was checked in part may not be published.
    audit.record(layout, "marts", checks, [f"great_expectations {name}" for name in SUITES], audit.run_of_build(layout))
    yield from results


@dg.asset(
    key=PUBLISHED,
    deps=[dg.AssetKey([name]) for name in mart_names()],
    group_name="publication",
    # The run of every morning begins at 5: an hour later what readers have is of that day or of the day before.
    freshness_policy=dg.FreshnessPolicy.cron("0 6 * * *", dt.timedelta(hours=24), country().time_zone),
    kinds={"duckdb"},
    owners=owned_by("publication"),
)
def published_warehouse(context: dg.AssetExecutionContext, data_root: DataRoot) -> dg.MaterializeResult:
    """Fichier que lisent les analystes : marts et référentiels de la construction contrôlée, manifeste, et ses pages.

    File that analysts read: marts and reference of the audited build, manifest, page of checks, dbt docs.
    """
    layout = data_root.layout
    try:
        audited = audit.verified(layout)
    except audit.PublicationRefused as refusal:
        raise dg.Failure(str(refusal)) from refusal
    # The build may be published by a later run than the one that made it: the facts are those of its own run.
    run_id = audited["dbt"]["run"]["run_id"]
    inventory = data_root.inventory(run_id)
    if publish.restore_catalog(layout):
        context.log.warning(publish.REBUILT)
    catalog = publish.catalog(layout)
    if catalog is not None and catalog["run_id"] == run_id:
        return dg.MaterializeResult(metadata=data_root.nature(run_id) | {"fichier": catalog["current"]})
    if audited["dbt"]["run"]["is_demo"] and publish.has_real(layout):
        raise dg.Failure("Cette racine a publié des données réelles : elle ne publie pas de données fictives.")
    try:
        accepted_losses = losses.check(
            layout, deliveries_of(layout, run_id), inventory.as_of, inventory.is_demo, settings().max_fall,
            data_root.accept_loss,
        )  # fmt: skip
    except losses.LossRefused as refusal:
        raise dg.Failure(str(refusal)) from refusal
    now = dt.datetime.now(dt.UTC)
    publication = publish.name_of(run_id, now)
    folder = publish.begin(layout, publication)
    try:
        notice = DEMO_NOTICE if inventory.is_demo else ""
        validations = _validations(run_id, layout)
        marts = publish.copy_build(layout, publication, _descriptions(), notice)
        _explain(layout, publication, notice, inventory.as_of)
        _write_contours(layout.workspace(inventory.is_demo), folder, publication.file)
        labels = {"notice": notice, "publication": publication.run, "as_of": inventory.as_of.isoformat()}
        checks_page.write(folder, validations, audited["dbt"]["checks"], **labels)
        manifest = _manifest(context, run_id, data_root, audited, marts, now) | {"accepted_losses": accepted_losses}
        with duckdb.connect(str(folder / publication.file), read_only=True) as connection:
            manifest["fates"] = fates.by_source(connection)
        publish.write_manifest(layout, publication, manifest)
        front.write(folder)
        # The copy was compared with the build; another run may have brought more values to look for.
        is_searched = run_id == context.run.run_id
        refuse_personal(folder, layout, inventory.is_demo, folder / publication.file, is_searched)
        # Before the pointer moves: ids that readers see are never reassigned.
        workspace = layout.workspace(inventory.is_demo)
        state.commit(workspace, layout.run_folder(run_id))
        manifest["state"]["left"] = state.described(workspace)
        publish.write_manifest(layout, publication, manifest)
        write_landed(layout, inventory)
        copy_atomically(layout.build_file, layout.last_audited)
        publish.finish(layout, publication)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # removes a half-made publication
        raise
    publish.publish_pointer(layout, publication, run_id, inventory.is_demo, now)
    return dg.MaterializeResult(
        metadata=data_root.nature(run_id)
        | {
            "fichier": dg.MetadataValue.path(str(folder / publication.file)),
            "date de référence": inventory.as_of.isoformat(),
            "dagster/row_count": sum(mart["rows"] for mart in marts.values()),
            "contrôles": dg.MetadataValue.path(str(folder / checks_page.NAME)),
            "dbt docs": dg.MetadataValue.path(str(folder / "dbt_docs" / "index.html")),
        }
    )


def _explain(layout: Layout, publication: publish.Publication, notice: str, as_of: dt.date) -> None:
    """The pages that explain the data: dbt docs, dictionary, questions; and the views that say its codes in French."""
    folder = layout.published / publication.run
    dbt_docs.build(layout, folder / "dbt_docs" / "index.html", " ".join((notice, publication.run)).strip(), notice)
    labels = {"notice": notice, "publication": publication.run, "as_of": as_of.isoformat()}
    nodes = dbt_manifest.read(layout.dbt_target / "manifest.json")["nodes"]
    with duckdb.connect(str(folder / publication.file), read_only=True) as connection:
        content = dictionary.build(nodes, connection)
        dictionary.write(folder, content, **labels)
        cookbook.write(folder, connection, **labels)
    publish.add_views(layout, publication, label_views.SCHEMA, label_views.views(content), notice)


def _write_contours(workspace: Workspace, folder: Path, file: str) -> None:
    """The outlines used by the maps."""
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        contours.write(workspace, connection, known_sources(), folder)


def _descriptions() -> dict[str, tuple[str, dict[str, str]]]:
    nodes = MANIFEST["nodes"].values()
    return {
        node["name"]: (
            node.get("description", ""),
            {c["name"]: c.get("description", "") for c in node["columns"].values()},
        )
        for node in nodes
        if node["resource_type"] in ("model", "seed")
    }


def _validations(run_id: str, layout: Layout) -> list[dict[str, Any]]:
    """The validations of each source's last read, then those of the marts by the run that made the build."""
    of_sources = [v for d in deliveries_of(layout, run_id) for v in d.validations]
    path = layout.run_folder(run_id) / "mart_validations.json"
    return of_sources + (json.loads(path.read_text()) if path.exists() else [])


def _manifest(
    context: dg.AssetExecutionContext,
    run_id: str,
    data_root: DataRoot,
    audited: dict[str, Any],
    marts: dict[str, Any],
    now: dt.datetime,
) -> dict[str, Any]:
    inventory = data_root.inventory(run_id)
    delivered = {delivery.source_id: delivery for delivery in deliveries_of(data_root.layout, run_id)}
    return {
        "run_id": run_id,
        "published_at": now.isoformat(timespec="seconds"),
        "is_demo": inventory.is_demo,
        "notice": DEMO_NOTICE if inventory.is_demo else None,
        "as_of": inventory.as_of.isoformat(),
        "reply_to": settings().reply_to,  # what deliverables made later say too
        "fingerprint": inventory.fingerprint,
        "inputs": {
            d.source_id: {"state": d.state, "files": d.files, "rows": withheld.row_counts(d.rows), "error": d.error}
            for d in delivered.values()
        },
        "removed": publish.removed_files(
            data_root.layout, inventory.is_demo, {d.source_id: d.files for d in delivered.values()}
        ),
        # Names and paths of files that no source claims are for the operator only.
        "unrecognised": len(inventory.unrecognised),
        "ambiguous": len(inventory.ambiguous),
        "source_checks": {d.source_id: d.checks for d in delivered.values()},
        "checks": [check for part in audit.PARTS for check in audited[part]["checks"]],
        "state": {
            "read": state.read_by(data_root.layout.run_folder(run_id)),
            "left": state.described(data_root.layout.workspace(inventory.is_demo)),
        },
        "build_sha256": audited["build_sha256"],
        "marts": marts,
        "parameters": parameters.values(),
        "versions": {name: importlib.metadata.version(name) for name in _TOOLS},
        "durations_seconds": _durations(context, run_id),
    }


def _durations(context: dg.AssetExecutionContext, run_id: str) -> dict[str, float]:
    stats = context.instance.get_run_step_stats(run_id)
    return {s.step_key: round(s.end_time - s.start_time, 3) for s in stats if s.start_time and s.end_time}
