"""The search for personal data: a blocking check of every build, and of the whole folder before it is published."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow.parquet as pq

from orchestration.defs.resources import DataRoot
from warehouse.paths import Layout, Workspace
from warehouse.privacy import database_scan, folder_scan
from warehouse.privacy.file_texts import CannotScan
from warehouse.privacy.findings import Finding, Known, Point, known_of
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import VALUES, open_vault
from warehouse.publication import audit
from warehouse.publication.publish import SCHEMAS
from warehouse.storage import read_json

CHECK, COMPARED = "donnees_personnelles", "valeurs de restricted comparées"
_SHOWN = 20
# Columns that hold names of structures, so not of persons.
_STRUCTURES = ("organization_name", "parent_name", "lead_organization_name", "funder", "partners", "publisher")


@dg.asset_check(
    name=CHECK,
    asset=dg.AssetKey(["publication_notice"]),  # the mart about the whole publication
    blocking=True,
    description="Dans tous les marts et référentiels : ni téléphone, ni courriel, ni coordonnées hors de leurs"
    " colonnes, ni valeur de restricted. / In all marts and reference tables: no phone, e-mail or coordinates outside"
    " their columns, no value of `restricted`.",
)
def personal_data(context: dg.AssetCheckExecutionContext, data_root: DataRoot) -> dg.AssetCheckResult:
    """Recherche de données personnelles dans la construction. / Search for personal data in the build."""
    layout = data_root.layout
    is_demo = data_root.inventory(context.run.run_id).is_demo
    known, problem = known_values(layout.workspace(is_demo), is_demo)
    with duckdb.connect(str(layout.build_file), read_only=True) as connection:
        findings = database_scan.search(connection, layout.build_file.name, SCHEMAS, known)
    check = audit.Check(CHECK, "protection", "error", not findings, len(findings), _listed(findings))
    checks = [check, *([audit.Check(COMPARED, "protection", "warning", False, 1, problem)] if problem else [])]
    audit.record(layout, "protection", checks, [CHECK], audit.run_of_build(layout))
    metadata = {"trouvé": _listed(findings) or "rien", COMPARED: problem or "oui"}
    return dg.AssetCheckResult(passed=not findings, metadata=metadata)


def refuse_personal(folder: Path, layout: Layout, is_demo: bool, warehouse: Path, is_searched: bool = False) -> None:
    """Raises dg.Failure if a file of a folder gives personal data away; the message names places, never values.

    ``warehouse``: the DuckDB file that says which coordinates are public and which texts were let through.
    ``is_searched``: its tables are those of a build that `personal_data` searched in the same run.
    """
    known, _ = known_values(layout.workspace(is_demo), is_demo, _public_points(warehouse))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        own = str((read_json(warehouse.with_name("manifest.json")) or {}).get("reply_to", "")).casefold()
        known = replace(
            known,
            public_email=own,
            emails=known.emails - {own},
            let_through=database_scan.let_through(connection, SCHEMAS),
        )
        try:
            searched = str(warehouse.relative_to(folder)) if is_searched else ""
            findings = folder_scan.search(folder, known, own=("dbt_docs",), searched=searched)
        except CannotScan as error:
            raise dg.Failure(f"Publication refusée : {error}") from error
    if findings:
        lines = "\n".join(f"  · {finding}" for finding in findings[:_SHOWN])
        raise dg.Failure(f"Publication refusée : données personnelles en {len(findings)} place(s)\n{lines}")


def known_values(workspace: Workspace, is_demo: bool, public_points: tuple[Point, ...] = ()) -> tuple[Known, str]:
    """The values to search for, and why `restricted` could not be read, if so: then only patterns are searched for.

    Without the key the content of `restricted` is unknown; the sources behind it are stale then, and their rows were
    compared when they were first published.
    """
    values, problem = VALUES.empty_table().to_pandas(), ""
    if not is_demo and any((workspace.restricted / "values").glob("*.enc")):
        try:
            values = open_vault(workspace).read_values("recherche de fuites avant publication")
        except KeyProblem as error:
            problem = str(error)
    phones = _stated(workspace, ("public_phone", "public_phone_raw"))  # the raw one is the same number in its groups
    names = _stated(workspace, _STRUCTURES) if len(values) else ()
    return known_of(values, phones, names, public_points, _unplaced(workspace)), problem


def _unplaced(workspace: Workspace) -> list[str]:
    """The services whose place is withheld: shelters, and what stands beside one."""
    path = workspace.resolved / "shelter.parquet"
    if not path.exists():
        return []
    ids: list[str] = pq.read_table(path, filters=[("is_place_withheld", "=", True)])[0].to_pylist()
    return ids


def _stated(workspace: Workspace, columns: tuple[str, ...]) -> set[str]:
    """All values of these columns in the accepted records of all shapes."""
    values: set[str] = set()
    for path in workspace.validated.glob("*/*.parquet"):
        there = [name for name in columns if name in pq.read_schema(path).names]
        for column in pq.read_table(path, columns=there).columns if there else ():
            values |= set(column.unique().drop_null().to_pylist())
    return values


def _public_points(warehouse: Path) -> tuple[Point, ...]:
    query = (
        "select distinct latitude, longitude from marts.service_directory where latitude is not null and not is_masked"
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return tuple((y, x) for y, x in connection.execute(query).fetchall())


def _listed(findings: list[Finding]) -> str:
    return " ; ".join(str(finding) for finding in findings[:_SHOWN])
