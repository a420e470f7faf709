"""One dbt build, from validated Parquet files to marts, and dbt's tests."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pyarrow as pa
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets

from ingestion.shapes import SHAPES
from orchestration.defs.resolution import resolved_entities, resolved_evidence, resolved_places
from orchestration.defs.resources import DataRoot, known_sources
from orchestration.defs.sources import (
    INVENTORY,
    NOT_SHOWN,
    landing_inventory,
    op_name,
    owned_by,
    raw_key,
    table_metadata,
    validated_key,
)
from orchestration.pipeline import column_lineage, dbt_rules, engine
from orchestration.pipeline.dbt_environment import environment
from orchestration.pipeline.dbt_manifest import DBT_ON_SPARK, GROUPS, finish_parsing, manifest_path, read
from orchestration.pipeline.delivery import record_deliveries, source_table
from orchestration.pipeline.workers import end_reading
from orchestration.settings import SettingError
from orchestration.upstream.dbt_cli import dbt_resource
from warehouse.generation.staging import OF_PERSONS, RUN_SCHEMA
from warehouse.paths import Layout
from warehouse.plain_path import for_duckdb, put_in_place
from warehouse.publication import audit
from warehouse.publication.publish import SCHEMAS
from warehouse.resolution import state
from warehouse.storage import read_json, write_parquet

TEST_KINDS = {
    "unique_key": "« {column} » désigne une seule ligne. / names one row.",
    "not_null": "« {column} » est toujours rempli. / is always filled.",
    "accepted_values": "« {column} » est l’une de ces valeurs : {values}. / is one of these values.",
    "relationships": "« {column} » existe dans {to}. / exists there.",
    "between": "« {column} » reste entre {low} et {high}. / stays between them.",
}
MANIFEST = read(manifest_path(Layout.from_environment()))


class Translator(DagsterDbtTranslator):
    """Plain names, French groups, and edges from the sources' own assets to the staging models."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """dbt's own names; a dbt source is the asset that writes its files."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], name])
        return dg.AssetKey([name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The French name of the schema."""
        return GROUPS.get(dbt_resource_props["schema"])

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """The check of a dbt test, with a description of its rule."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=_description(manifest["nodes"][unique_id]))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a node, with one upstream asset per source of its Parquet files."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            return spec
        deps = [key for dep in spec.deps for key in _upstream(dep.asset_key)]
        node = manifest["nodes"][unique_id]
        metadata = {**spec.metadata, "dagster/table_name": _table_name(node)}
        return spec.replace_attributes(deps=deps, owners=owned_by(str(spec.group_name)), metadata=metadata)


def _table_name(node: Mapping[str, Any]) -> str:
    """Where a table is read: in the published file under its constant name, else in the build alone."""
    database = "current" if node["schema"] in SCHEMAS else "build"
    return f"{database}.{node['schema']}.{node['name']}"


def _description(test: Mapping[str, Any]) -> str:
    """The rule of a dbt test in a sentence: its own description, or that of its kind.

    A partial parse drops the descriptions of tests written as files (dbt-core 1.11.16): then the name is used.
    """
    if test.get("description") or "test_metadata" not in test:
        return str(test.get("description") or test["name"])
    kind, arguments = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
    column = test.get("column_name") or ", ".join(arguments.get("columns", []))
    return TEST_KINDS[kind].format(column=column, **{"values": "", "to": "", **arguments})


def _upstream(key: dg.AssetKey) -> list[dg.AssetKey]:
    sources = known_sources().values()
    match key.path:
        case ["run", "run"]:
            return [INVENTORY]
        case ["run", "source"]:
            return [raw_key(source.id) for source in sources]
        case ["validated", "document" | "check_result"]:
            return [raw_key(source.id) for source in sources]
        case ["validated", "assertion"]:
            return [validated_key(s, source.id) for source in sources for s in source.shapes if SHAPES[s].is_asserted]
        case ["validated", shape]:
            return [validated_key(shape, source.id) for source in sources if shape in source.shapes]
    return [key]


@dbt_assets(
    manifest=MANIFEST,
    exclude="resource_type:unit_test resource_type:exposure",
    dagster_dbt_translator=Translator(),
    name="dbt_build",
)
def dbt_build(context: dg.AssetExecutionContext, dbt: DbtCliResource, data_root: DataRoot) -> Iterator[Any]:
    """Référentiels, préparation, calculs et marts, avec les tests dbt."""
    layout, inventory = data_root.layout, data_root.inventory(context.run_id)
    workspace, is_complete = layout.workspace(inventory.is_demo), covers_everything(context)
    # A part is built on the last build, which is DuckDB's file and which Spark does not know.
    is_on_spark = is_complete and _is_on_spark()
    _fresh_build(layout, is_complete)
    run = pa.Table.from_pylist([{"as_of": inventory.as_of, "is_demo": inventory.is_demo}], schema=RUN_SCHEMA)
    write_parquet(workspace.base / "run.parquet", run)
    write_parquet(workspace.base / "source.parquet", source_table(workspace, known_sources()))
    record_deliveries(layout, context.run_id, workspace, known_sources())
    end_reading()
    state.keep_for(workspace, layout.run_folder(context.run_id))
    finish_parsing(layout)
    os.environ.update(environment(layout, inventory.is_demo))
    outputs: dict[str, dg.Output[Any]] = {}
    made, is_successful = [], True
    for invocation in _invocations(context, dbt, layout, is_on_spark):
        for event in invocation.stream():
            if isinstance(event, dg.Output):
                # Held back for its preview, which can only read the file after dbt has ended.
                outputs[event.output_name] = event
            else:
                yield event  # stored while dbt is running
        made += _made(invocation)
        is_successful = invocation.is_successful()
        if not is_successful:
            break
    put_in_place(layout.build_file)
    if not layout.build_file.exists():
        raise dg.Failure(f"dbt n’a rien construit, rien n’est publié\n{invocation.get_error()}")
    if reason := engine.failure(layout):
        master = os.environ["MRF_SPARK_MASTER"]
        raise dg.Failure(
            f"Spark ({master}) n’a pas pu construire les modèles, rien n’est publié. Répond-il ?\n  · {reason}"
        )
    rules = list(_rules(context, layout, made))
    yield from _with_previews(context, list(outputs.values()), layout, data_root.nature(context.run_id))
    yield from _results(rules)
    checks, expected = _checks(made, [outcome for _, outcome in rules])
    run_facts = {"run_id": context.run_id, "is_complete": is_complete, "is_demo": inventory.is_demo}
    audit.record(layout, "dbt", checks, expected, run_facts)
    wrong = [check for check in checks if check.severity == "error" and not check.passed]
    if wrong or not is_successful:
        ran = [check for check in wrong if check.message != dbt_rules.SKIPPED]
        message = "\n".join(f"  · {check.name} : {check.message}" for check in ran) or "dbt s’est arrêté"
        left = f"\n  ({len(wrong) - len(ran)} autres n’ont pas pu être exécutés)" if len(wrong) > len(ran) else ""
        raise dg.Failure(f"dbt : {len(ran)} contrôle(s) ou modèle(s) en échec, rien n’est publié\n{message}{left}")


def _is_on_spark() -> bool:
    """Whether the settings ask for Spark. Raises dg.Failure with what is missing if it cannot be had."""
    try:
        engine.check()
        return engine.is_spark()
    except (SettingError, engine.EngineMissing) as error:
        raise dg.Failure(f"Rien n’est publié. {error}") from error


def _invocations(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, layout: Layout, is_on_spark: bool
) -> Iterator[DbtCliInvocation]:
    """The commands of dbt that build the models: one, or with Spark two, for DuckDB first reads seeds and inputs."""
    build = ["build", "--exclude-resource-types", "test", "--exclude-resource-types", "unit_test"]
    if not is_on_spark:
        yield dbt.cli(build, context=context, target_path=layout.dbt_target, raise_on_error=False)
        return
    read = [*build, "--exclude", "path:models/intermediate path:models/marts"]
    yield dbt.cli(read, context=context, target_path=layout.dbt_target, raise_on_error=False)
    os.environ.update(engine.spark_environment(layout))
    command = ["run", "--target", "spark"]
    on_spark = dbt_resource(DBT_ON_SPARK)
    yield on_spark.cli(command, context=context, target_path=engine.target(layout), raise_on_error=False)


def covers_everything(context: dg.AssetExecutionContext) -> bool:
    """Whether this run reads every source and builds every model: only then may its build be published.

    A re-execution of failed steps does not count: its sources were read by another run.
    """
    resolutions = (resolved_places, resolved_evidence, resolved_entities)
    needed = {landing_inventory.op.name, *(definition.op.name for definition in resolutions)}
    needed |= {op_name(source) for source in known_sources().values()}
    planned = {node.name for node in context.job_def.nodes}
    executed = context.run.step_keys_to_execute
    return needed <= planned and not context.is_subset and (executed is None or needed <= set(executed))


def _fresh_build(layout: Layout, is_complete: bool) -> None:
    """A complete run starts from nothing; a partial one works on a copy of the last audited build."""
    audit.discard(layout)
    layout.build.mkdir(parents=True, exist_ok=True)
    for path in layout.build.glob("build.duckdb*"):
        path.unlink()
    # A killed dbt writes none, and that of another build would be mistaken for its own.
    for target in (layout.dbt_target, engine.target(layout)):
        (target / "run_results.json").unlink(missing_ok=True)
    shutil.rmtree(engine.folder(layout), ignore_errors=True)
    written = for_duckdb(layout.build_file)
    written.unlink(missing_ok=True)
    if not is_complete and layout.last_audited.exists():
        shutil.copyfile(layout.last_audited, written)


def _with_previews(
    context: dg.AssetExecutionContext, outputs: list[dg.Output[Any]], layout: Layout, nature: dict[str, str]
) -> Iterator[Any]:
    """The materializations with row count and first rows, read once dbt has released the file."""
    if not outputs:
        return
    quiet = _of_persons()
    with duckdb.connect(str(layout.build_file), read_only=True) as connection:
        lineage = _lineage(layout, connection)
        schemas = dict(connection.execute("select table_name, table_schema from information_schema.tables").fetchall())
        for output in outputs:
            name = context.asset_key_for_output(output.output_name).path[-1]
            is_shown = name in schemas and name not in quiet
            shown = _preview(connection, f'{schemas[name]}."{name}"') if is_shown else {}
            yield output.with_metadata({**output.metadata, **nature, **shown, **lineage.get(name, {})})


def _lineage(layout: Layout, connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dg.MetadataValue]]:
    """By model that dbt has just made, the columns behind each of its columns, as metadata."""
    columns: dict[str, dict[str, dict[str, str]]] = {}
    query = "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
    for schema, table, column, kind in connection.execute(query).fetchall():
        columns.setdefault(schema, {}).setdefault(table, {})[column] = kind
    manifest = read_json(layout.dbt_target / "manifest.json") or {"nodes": {}}
    nodes = manifest["nodes"].values()
    known = column_lineage.schema_of(columns)
    found = {node["name"]: column_lineage.of(code, known) for node in nodes if (code := node.get("compiled_code"))}
    return {name: _as_metadata(origins) for name, origins in found.items() if any(origins.values())}


def _as_metadata(origins: column_lineage.Lineage) -> dict[str, dg.MetadataValue]:
    deps = {
        column: [dg.TableColumnDep(dg.AssetKey([table]), name) for table, name in behind]
        for column, behind in origins.items()
    }
    # The interface of the open edition draws no lineage of columns: it is also there to read.
    told = "\n".join(
        f"| {column} | {', '.join(f'{table}.{name}' for table, name in behind) or '—'} |"
        for column, behind in origins.items()
    )
    return {
        "dagster/column_lineage": dg.MetadataValue.column_lineage(dg.TableColumnLineage(deps)),
        "origine des colonnes": dg.MetadataValue.md(f"| colonne | vient de |\n|---|---|\n{told}"),
    }


def _of_persons() -> set[str]:
    """The models whose rows are answers of persons, or count them: neither rows nor counts are shown."""
    nodes = MANIFEST["nodes"].values()
    return {node["name"] for node in nodes if node["config"].get("meta", {}).get(OF_PERSONS)}


def _preview(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    names = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    # In a table of claims, `attribute` holds what is a column elsewhere.
    shown = "where attribute not in (select unnest($1))" if {"attribute", "value"} <= names else "where $1 is not null"
    frame: pd.DataFrame = connection.execute(f"from {table} {shown} limit 5", [NOT_SHOWN]).df()
    count = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
    kept = [c for c in frame if not str(c).endswith("_raw") and c not in NOT_SHOWN and frame[c].notna().any()]
    return {"dagster/row_count": count, "aperçu": table_metadata(frame[kept[:12]])}


def _made(invocation: DbtCliInvocation) -> list[dict[str, Any]]:
    """dbt's result of each seed and model, from `run_results.json`; empty if dbt ended before writing it."""
    try:
        results: list[dict[str, Any]] = invocation.get_artifact("run_results.json")["results"]
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return results


def _rules(
    context: dg.AssetExecutionContext, layout: Layout, made: list[dict[str, Any]]
) -> Iterator[tuple[dg.AssetCheckKey, dbt_rules.Outcome]]:
    """The outcome of each rule that this run is to check, with its check in Dagster."""
    keys = {spec.metadata["dagster_dbt/unique_id"]: spec.key for spec in dbt_build.check_specs}
    chosen = [
        rule for rule in dbt_rules.tests(MANIFEST) if keys[rule["unique_id"]] in context.selected_asset_check_keys
    ]
    unmade = [result["unique_id"] for result in made if result["status"] != "success"]
    with duckdb.connect(str(layout.build_file), read_only=True) as connection:
        for outcome in dbt_rules.run_tests(connection, chosen, unmade):
            yield keys[outcome.node["unique_id"]], outcome


def _results(rules: list[tuple[dg.AssetCheckKey, dbt_rules.Outcome]]) -> Iterator[dg.AssetCheckResult]:
    """Each rule by its own name."""
    for key, rule in rules:
        if rule.message != dbt_rules.SKIPPED:
            info = {"lignes en cause": rule.failures} | ({"erreur": rule.message} if rule.message else {})
            yield dg.AssetCheckResult(
                passed=rule.held, asset_key=key.asset_key, check_name=key.name, severity=_severity(rule), metadata=info
            )


def _severity(rule: dbt_rules.Outcome) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity[rule.node["config"]["severity"].upper()]


def _checks(made: list[dict[str, Any]], rules: list[dbt_rules.Outcome]) -> tuple[list[audit.Check], list[str]]:
    """Every node that dbt made, every rule that was run, and the names of those that a complete run must have."""
    nodes = MANIFEST["nodes"]
    expected = [n["name"] for n in nodes.values() if n["resource_type"] in ("model", "seed", "test")]
    checks = []
    for result in made:
        passed = result["status"] == "success"
        message = "" if passed else " ".join(str(result.get("message") or result["status"]).split())
        checks.append(audit.Check(nodes[result["unique_id"]]["name"], "dbt", "error", passed, 0, message))
    for rule in rules:
        severity = "warning" if rule.node["config"]["severity"].lower() == "warn" else "error"
        checks.append(audit.Check(rule.node["name"], "dbt", severity, rule.held, rule.failures, rule.message))
    return checks, expected
