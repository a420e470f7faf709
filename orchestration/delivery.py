"""One source's delivery: keep the originals, read, gate, check, and put the accepted rows where dbt finds them.

A source that fails keeps its last good rows and is flagged stale, or gives none the first time; it never stops
the others.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.gate import Gated, gate
from expectations.results import CheckResult, as_table
from expectations.suites import shape_suite
from expectations.validation import Validation, validate
from ingestion.clean.personal import redact
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.ingest import Ingested, ingest
from ingestion.kept_parts import KeptParts
from ingestion.personal import Erased, nobody
from ingestion.readers.settings import SurveyReader
from ingestion.records import FOUND
from ingestion.shapes import ASSERTION, CHECK_RESULT, DOCUMENT, SHAPES
from ingestion.source import Source
from orchestration.inventory import Inventory, ingestion_hash
from warehouse import state_files
from warehouse.layout import Layout, Workspace, copy_whole, write_json, write_parquet
from warehouse.protection import forgotten
from warehouse.protection.key import KeyProblem
from warehouse.protection.vault import Vault, forget, open_vault
from warehouse.staging import SOURCE_SCHEMA

_ANEW = "Relancer la chaîne entière : « mrf run --force »."
# What people see of a source.
STATES = {
    "fresh": "à jour",
    "unchanged": "inchangée",
    "stale": "périmée : dernière bonne livraison gardée",
    "refused": "refusée : aucune donnée",
    "absent": "absente",
    "removed": "retirée",
}


@dataclass(frozen=True)
class Delivery:
    """What a source gave: its state, rows read, accepted and rejected by shape, checks, and the error if any."""

    source_id: str
    state: str
    fingerprint: str = ""
    files: dict[str, str] = field(default_factory=dict)  # file name to sha256
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    validations: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    is_personal: bool = False  # its files hold columns that only `restricted` may keep

    @property
    def is_good(self) -> bool:
        """Whether the rows that dbt reads are those of the landed files."""
        return self.state in ("fresh", "unchanged")

    def total(self, kind: str) -> int:
        """Rows read, accepted or rejected over all shapes."""
        return sum(counts[kind] for counts in self.rows.values())


def deliver(source: Source, inventory: Inventory, workspace: Workspace) -> Delivery:
    """Brings one source up to date and returns what happened; raises only for faults of the machine."""
    before = _last(workspace, source.id)
    if inventory.is_kept:
        if before is None and workspace.state_file(source.id).exists():
            raise state_files.Damaged(workspace.state_file(source.id), todo="« mrf run » relit les fichiers.")
        return before or _empty(source, workspace, "absent")
    paths = inventory.paths(source.id)
    if claimed := [name for name, ids in inventory.ambiguous.items() if source.id in ids]:
        return _keep(source, workspace, before, f"fichiers réclamés aussi par une autre source : {', '.join(claimed)}")
    if closed := inventory.unreadable.get(source.id):
        todo = "en donner la lecture au compte qui lance « mrf » (chown, ou chmod a+r), puis « mrf run »"
        return _keep(source, workspace, before, f"fichier illisible : {', '.join(closed)} ; {todo}")
    if not paths:
        return _empty(source, workspace, "removed" if before and before.rows else "absent")
    # The same document landed twice is read once.
    paths = list({inventory.sha256[str(path)]: path for path in reversed(paths)}.values())[::-1]
    if named := [redact(path.name)[0] for path in paths if redact(path.name)[1]]:
        return _keep(source, workspace, before, f"données personnelles dans le nom du fichier : {', '.join(named)}")
    files = {path.name: inventory.sha256[str(path)] for path in paths}
    told = sorted(f"{path.name}:{inventory.sha256[str(path)]}" for path in paths)
    try:
        erased, sealed = _erased(source, workspace, inventory)
    except KeyProblem as unknown:  # what was erased could come back
        return _keep(source, workspace, before, str(unknown))
    fingerprint = "|".join([ingestion_hash(source), str(inventory.is_demo), *sealed, *told])
    vault, problem = _vault(workspace, inventory)
    if before and before.is_good and before.fingerprint == fingerprint:
        if before.is_personal and problem:
            return _keep(source, workspace, before, problem)
        return _store(workspace, replace(before, state="unchanged"))
    try:
        kept = KeptParts(workspace.parts / source.id, ingestion_hash(source))
        ingested = ingest(source, paths, kept, erased)
    except (SourceFileError, DeclarationError) as error:
        _keep_unread(source, workspace, vault, paths, inventory)
        return _keep(source, workspace, before, str(error))
    if ingested.is_declared and problem:
        return _keep(source, workspace, before, problem)
    gated = gate(ingested)
    validations = [_validated(source, shape, gated, inventory.is_demo) for shape in source.shapes]
    checks = [
        *gated.conservation(),
        *(r for v in validations for r in v.results),
        *_observations(ingested, gated),
    ]
    if wrong := [check for check in checks if check.is_blocking_failure]:
        failed = " ; ".join(f"{check.check_name} ({check.examples or check.failed_count})" for check in wrong)
        return _keep(source, workspace, before, f"contrôles non tenus : {failed}", checks)
    kept.forget_the_rest()
    _reopen(workspace, before)
    _write(source, workspace, ingested, gated, checks)
    _write_left_over(source, workspace, vault, ingested, gated)
    _keep_originals(workspace, vault, paths, inventory, ingested)
    rows = {
        shape: {
            "read": read,
            "accepted": len(gated.accepted[shape]),
            "rejected": int(gated.rejected["shape"].eq(shape).sum()),
        }
        for shape, read in gated.read_counts.items()
    }
    documents = [v.document | {"shape": shape} for shape, v in zip(source.shapes, validations, strict=True)]
    return _store(
        workspace,
        Delivery(
            source.id, "fresh", fingerprint, files, rows, [asdict(c) for c in checks], documents,
            is_personal=ingested.is_declared and not inventory.is_demo,
        ),
    )  # fmt: skip


def _erased(source: Source, workspace: Workspace, inventory: Inventory) -> tuple[Erased, list[str]]:
    """What tells erased submissions, and what is new to a source once there are others. Raises KeyProblem."""
    if inventory.is_demo or not isinstance(source.reader, SurveyReader):
        return nobody, []
    erased = forgotten.known(workspace)
    return erased, [erased.identity] if erased.identity else []


def _vault(workspace: Workspace, inventory: Inventory) -> tuple[Vault | None, str]:
    """The room for personal data, or why it cannot be opened. Fictional data needs none."""
    if inventory.is_demo:
        return None, ""
    try:
        return open_vault(workspace), ""
    except KeyProblem as problem:
        return None, str(problem)


def _validated(source: Source, shape: str, gated: Gated, is_demo: bool) -> Validation:
    bounds = None if is_demo else source.shapes[shape].bounds
    title = f"{SHAPES[shape].fr} Source : {source.title.fr}"
    return validate(f"{shape}_{source.id}", gated.accepted[shape], shape_suite(SHAPES[shape], bounds), title)


def _observations(ingested: Ingested, gated: Gated) -> list[CheckResult]:
    """Warnings that travel with the rows, counted; rejected rows; notes of the reader.

    Of the answers of persons no example is given: it would lead to one of them.
    """
    found = []
    for shape, frame in gated.accepted.items():
        codes = frame["warnings"].dropna().str.split(";").explode()
        for code, count in codes.value_counts().sort_index().items():
            first = f"première : {frame['locator'][codes.index[codes.eq(str(code))][0]]}"
            told = "" if SHAPES[shape].is_answer_of_a_person else first
            found.append(CheckResult(f"avertissement {code} ({shape})", "warning", False, int(count), told))
        rejected = gated.rejected[gated.rejected["shape"].eq(shape)]
        if len(rejected):
            first = f"première : {rejected['locator'].iloc[0]} — {unquoted(rejected['reason'].iloc[0])}"
            told = "" if SHAPES[shape].is_answer_of_a_person else first
            found.append(CheckResult(f"lignes rejetées ({shape})", "warning", False, len(rejected), told))
    notes = [
        CheckResult(f"remarque de lecture {n}", "warning", False, 1, note) for n, note in enumerate(ingested.notes, 1)
    ]
    return found + notes


def unquoted(reason: str) -> str:
    """A reason up to the cell that it quotes: checks are published, and the cell may name somebody."""
    return reason.partition(FOUND)[0]


def _write(source: Source, workspace: Workspace, ingested: Ingested, gated: Gated, checks: list[CheckResult]) -> None:
    for shape, frame in gated.accepted.items():
        write_parquet(
            workspace.records(shape, source.id),
            pa.Table.from_pandas(frame, SHAPES[shape].schema, preserve_index=False),
        )
    assertions = pa.Table.from_pandas(gated.assertions, ASSERTION, preserve_index=False)
    write_parquet(workspace.records("assertion", source.id), assertions)
    documents = [ingested.documents, *(gated.accepted[name] for name in source.shapes if name == "document")]
    frames = [pa.Table.from_pandas(frame, DOCUMENT.schema, preserve_index=False) for frame in documents]
    write_parquet(workspace.records("document", source.id), pa.concat_tables(frames))
    write_parquet(workspace.records("check_result", source.id), as_table(source.id, _named_once(checks)))


def _write_left_over(
    source: Source, workspace: Workspace, vault: Vault | None, ingested: Ingested, gated: Gated
) -> None:
    """Rejected rows, in plain only where the file held no personal column; what was taken out, in `restricted`."""
    plain = workspace.rejected / f"{source.id}.parquet"
    forget(workspace, source.id)
    if vault is not None and len(ingested.personal):
        vault.write_values(source.id, ingested.personal)
    if ingested.is_personal and vault is not None:
        vault.write_rejected(source.id, gated.rejected)
        plain.unlink(missing_ok=True)
    else:
        write_parquet(plain, pa.Table.from_pandas(gated.rejected.astype(str), preserve_index=False))


def _named_once(checks: list[CheckResult]) -> list[CheckResult]:
    """Two shapes of a source may have a check of the same name: the second says so."""
    seen: dict[str, int] = {}
    named = []
    for check in checks:
        seen[check.check_name] = seen.get(check.check_name, 0) + 1
        suffix = f" #{seen[check.check_name]}" if seen[check.check_name] > 1 else ""
        named.append(replace(check, check_name=check.check_name + suffix))
    return named


def _keep(
    source: Source,
    workspace: Workspace,
    before: Delivery | None,
    error: str,
    checks: list[CheckResult] | None = None,
) -> Delivery:
    """A delivery that cannot be taken: the last good rows stay, the failure is written where people look."""
    error = redact(error, names=True)[0]  # no reader quotes a cell; what a library says may
    has_rows = before is not None and bool(before.rows and before.fingerprint)
    if not has_rows:
        _empty(source, workspace, "absent")
    told = [*(checks or []), CheckResult("livraison lisible et conforme", "error", False, 1, error)]
    if has_rows:
        told.append(CheckResult("données à jour", "warning", False, 1, "dernière bonne livraison gardée"))
    write_parquet(workspace.records("check_result", source.id), as_table(source.id, _named_once(told)))
    kept = before or Delivery(source.id, "refused")
    state = "stale" if has_rows else "refused"
    return _store(workspace, replace(kept, state=state, error=error, checks=[asdict(check) for check in told]))


def _empty(source: Source, workspace: Workspace, state: str) -> Delivery:
    """No file: no rows. dbt still finds an empty table of the right columns."""
    _reopen(workspace, _last(workspace, source.id))
    for name in (*source.shapes, "assertion", "document"):
        workspace.records(name, source.id).unlink(missing_ok=True)
    (workspace.rejected / f"{source.id}.parquet").unlink(missing_ok=True)
    shutil.rmtree(workspace.parts / source.id, ignore_errors=True)
    forget(workspace, source.id)
    told = CheckResult(
        "fichier présent",
        "info",
        False,
        1,
        "fichiers retirés de l’atterrissage" if state == "removed" else "aucun fichier",
    )
    write_parquet(workspace.records("check_result", source.id), as_table(source.id, [told]))
    return _store(workspace, Delivery(source.id, state, checks=[asdict(told)]))


def _keep_originals(
    workspace: Workspace, vault: Vault | None, paths: list[Path], inventory: Inventory, ingested: Ingested
) -> None:
    """Each file by its sha256, never changed: encrypted where it holds something personal, else in plain.

    Of a file where somebody refused, only what the others answered is kept. A survey is never kept in plain: without a
    key (a fictional one, or one without personal columns) it is not kept at all. A list into which somebody typed a
    phone then stays in plain, as it was landed.
    """
    for path in paths:
        digest = inventory.sha256[str(path)]
        if vault is None or not (ingested.is_personal or ingested.is_typed):
            if not ingested.is_personal:
                _copy_plain(workspace, path, digest)
        elif (agreed := ingested.consented.get(digest)) is not None:
            vault.keep_original(digest, ".consented.json", agreed.encode())
        else:
            vault.keep_original(digest, path.suffix.lower(), path.read_bytes())


def _keep_unread(
    source: Source, workspace: Workspace, vault: Vault | None, paths: list[Path], inventory: Inventory
) -> None:
    """Originals of a delivery that could not be read: of a survey none, for nobody can tell who refused."""
    for path in () if source.personal or source.consent else paths:
        digest = inventory.sha256[str(path)]
        if vault is None:
            _copy_plain(workspace, path, digest)
        else:
            vault.keep_original(digest, path.suffix.lower(), path.read_bytes())


def _copy_plain(workspace: Workspace, path: Path, digest: str) -> None:
    target = workspace.originals / digest[:2] / f"{digest}{path.suffix.lower()}"
    if not target.exists():
        copy_whole(path, target)


def _last(workspace: Workspace, source_id: str) -> Delivery | None:
    """What a source last gave; of a state file that is damaged nothing is known, and its files are read again."""
    try:
        found = state_files.read(workspace.state_file(source_id), state_files.DeliveryState)
        return Delivery(**found) if found else None
    except (state_files.Damaged, TypeError):
        return None


def _reopen(workspace: Workspace, before: Delivery | None) -> None:
    """Before rows change: a run that is killed while it writes them leaves files of two deliveries.

    Without its fingerprint the last one is neither unchanged (the former file put back) nor good enough to be kept.
    """
    if before is not None:
        _store(workspace, replace(before, fingerprint=""))


def _store(workspace: Workspace, delivery: Delivery) -> Delivery:
    write_json(workspace.state_file(delivery.source_id), vars(delivery))
    return delivery


def deliveries(workspace: Workspace, sources: dict[str, Source]) -> dict[str, Delivery]:
    """What each source last gave."""
    found = {source_id: _last(workspace, source_id) for source_id in sources}
    return {source_id: delivery for source_id, delivery in found.items() if delivery is not None}


def remember(layout: Layout, run_id: str, workspace: Workspace, sources: dict[str, Source]) -> None:
    """Keeps with a run what its build was made of: a later run may read the sources again."""
    given = [vars(delivery) for delivery in deliveries(workspace, sources).values()]
    write_json(layout.run_folder(run_id) / "deliveries.json", given)


def source_table(workspace: Workspace, sources: dict[str, Source]) -> pa.Table:
    """One row per source and shape that it declares (SOURCE_SCHEMA): where data could come from, and what came."""
    given = deliveries(workspace, sources)
    rows = [
        {
            "source_id": source.id,
            "shape": shape,
            "title": source.title.fr,
            "publisher": source.publisher,
            "evidence_class": source.evidence_class,
            "state": "current" if given[source.id].is_good else given[source.id].state,
            "record_count": given[source.id].rows.get(shape, {}).get("accepted", 0),
            "only_service_type_code": source.shapes[shape].constant("service_type_code"),
        }
        for source in sources.values()
        if source.id in given
        for shape in source.shapes
    ]
    return pa.Table.from_pylist(rows, schema=SOURCE_SCHEMA)


def deliveries_of(layout: Layout, run_id: str) -> list[Delivery]:
    """What the build of a run was made of."""
    path = layout.run_folder(run_id) / "deliveries.json"
    found = state_files.read(path, list[state_files.DeliveryState], _ANEW)
    if found is None:
        raise state_files.Damaged(path, "perdu", _ANEW)
    return [Delivery(**told) for told in found]


def prepare(workspace: Workspace, sources: dict[str, Source]) -> list[str]:
    """Empty typed tables for every shape, and no rows of sources that are no longer declared; returns their ids."""
    for shape in SHAPES.values():
        write_parquet(workspace.records(shape.name, "_empty"), shape.schema.empty_table())
    write_parquet(workspace.records("assertion", "_empty"), ASSERTION.empty_table())
    write_parquet(workspace.records("check_result", "_empty"), CHECK_RESULT.empty_table())
    gone = sorted({path.stem for path in workspace.validated.glob("*/*.parquet")} - set(sources) - {"_empty"})
    for source_id in gone:
        workspace.state_file(source_id).unlink(missing_ok=True)  # first: without rows it would be unchanged
        for path in workspace.validated.glob(f"*/{source_id}.*"):
            path.unlink()
        shutil.rmtree(workspace.parts / source_id, ignore_errors=True)
    return gone


def preview(workspace: Workspace, shape: str, source_id: str, rows: int = 5) -> pd.DataFrame:
    """The first rows and the columns that hold something, for people to look at."""
    path = workspace.records(shape, source_id)
    if not path.exists():
        return pd.DataFrame()
    # The locator of an answer leads to one respondent.
    hidden = {"record_id", "document_id", "locator", "geometry", "public_phone", "latitude", "longitude"}
    frame: pd.DataFrame = pq.read_table(path).slice(0, rows).to_pandas()
    return frame[[c for c in frame if c not in hidden and not str(c).endswith("_raw") and frame[c].notna().any()]]
