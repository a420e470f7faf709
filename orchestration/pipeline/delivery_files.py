"""Writes the files of a delivery: rows for dbt, rejected rows, personal values, originals, and the outcome.

Everything was decided before: the landed files are not looked at any more.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from expectations.gate import Gated
from expectations.results import CheckResult, as_table
from ingestion.declaration.source import Source
from ingestion.records.source_records import Ingested
from ingestion.shapes import ASSERTION, DOCUMENT, SHAPES
from orchestration.pipeline.snapshot import Copy
from warehouse import state_files, stored
from warehouse.paths import Workspace
from warehouse.privacy.vault import Vault, forget
from warehouse.source_states import GOOD
from warehouse.storage import copy_atomically, write_json, write_parquet

READABLE = "livraison lisible et conforme"  # the check of a whole source


@dataclass(frozen=True)
class Delivery:
    """The outcome of a source: its state, rows read, accepted and rejected by shape, checks, and the error if any.

    ``stored``: by shape, row count and sha256 of the file of its accepted rows.
    """

    source_id: str
    state: str
    fingerprint: str = ""
    files: dict[str, str] = field(default_factory=dict)  # file name to sha256
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    validations: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    is_personal: bool = False  # its files have columns that belong in `restricted`
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the rows that dbt reads are those of the landed files."""
        return self.state in GOOD

    @property
    def holds_rows(self) -> bool:
        """Whether a complete delivery was written: not one whose run was killed while writing it."""
        return bool(self.rows and self.fingerprint)

    def total(self, kind: str) -> int:
        """Rows read, accepted or rejected over all shapes."""
        return sum(counts[kind] for counts in self.rows.values())


@dataclass(frozen=True)
class Tables:
    """The rows of a delivery as written: ``records`` by shape, including assertions and documents."""

    records: dict[str, pa.Table]
    rejected: pa.Table


def tables(source: Source, ingested: Ingested, gated: Gated) -> Tables:
    """All rows with their types. Raises Arrow's errors for values that do not fit."""
    records = {
        shape: pa.Table.from_pandas(frame, SHAPES[shape].schema, preserve_index=False)
        for shape, frame in gated.accepted.items()
        if shape != "document"
    }
    documents = [ingested.documents, *(gated.accepted[name] for name in source.shapes if name == "document")]
    frames = [pa.Table.from_pandas(frame, DOCUMENT.schema, preserve_index=False) for frame in documents]
    records["assertion"] = gated.assertions.cast(ASSERTION)
    records["document"] = pa.concat_tables(frames)
    return Tables(records, pa.Table.from_pandas(gated.rejected.astype(str), preserve_index=False))


def last_delivery(workspace: Workspace, source_id: str) -> Delivery | None:
    """The last delivery of a source; None if its state file is damaged, so that its files are read again."""
    try:
        state = state_files.read(workspace.state_file(source_id), state_files.DeliveryState)
        return Delivery(**state) if state else None
    except (state_files.Damaged, TypeError):
        return None


def store(workspace: Workspace, delivery: Delivery) -> Delivery:
    """Writes a delivery, with the hashes of its row files."""
    delivery = replace(delivery, stored=stored.stored_files(workspace, delivery.source_id))
    write_json(workspace.state_file(delivery.source_id), vars(delivery))
    return delivery


def invalidate(workspace: Workspace, before: Delivery | None) -> None:
    """Invalidates the last delivery before rows change: a run killed meanwhile leaves files of two deliveries.

    Without its fingerprint the last delivery neither counts as unchanged nor as good enough to be kept.
    """
    if before is not None:
        write_json(workspace.state_file(before.source_id), vars(replace(before, fingerprint="")))


def write_rows(workspace: Workspace, source_id: str, rows: Tables, checks: list[CheckResult]) -> None:
    """The accepted rows by shape, and the results of the checks."""
    for name, table in rows.records.items():
        write_parquet(workspace.records(name, source_id), table)
    write_checks(workspace, source_id, checks)


def write_checks(workspace: Workspace, source_id: str, checks: list[CheckResult]) -> None:
    """The results of a delivery's checks."""
    write_parquet(workspace.records("check_result", source_id), as_table(source_id, _named_once(checks)))


def _named_once(checks: list[CheckResult]) -> list[CheckResult]:
    """Qualifies the name of a check that two shapes of a source share."""
    seen: dict[str, int] = {}
    named = []
    for check in checks:
        seen[check.check_name] = seen.get(check.check_name, 0) + 1
        suffix = f" #{seen[check.check_name]}" if seen[check.check_name] > 1 else ""
        named.append(replace(check, check_name=check.check_name + suffix))
    return named


def write_left_over(
    workspace: Workspace, vault: Vault | None, source_id: str, ingested: Ingested, gated: Gated, rejected: pa.Table
) -> None:
    """Writes rejected rows, in plain only if the file had no personal column, and removed values to `restricted`."""
    plain = workspace.rejected / f"{source_id}.parquet"
    forget(workspace, source_id)
    if vault is not None and len(ingested.personal):
        vault.write_values(source_id, ingested.personal)
    if ingested.is_personal and vault is not None:
        vault.write_rejected(source_id, gated.rejected)
        plain.unlink(missing_ok=True)
    else:
        write_parquet(plain, rejected)


def remove_rows(source: Source, workspace: Workspace) -> None:
    """Removes everything a source delivered except its originals."""
    for name in (*source.shapes, "assertion", "document"):
        workspace.records(name, source.id).unlink(missing_ok=True)
    (workspace.rejected / f"{source.id}.parquet").unlink(missing_ok=True)
    shutil.rmtree(workspace.parts / source.id, ignore_errors=True)
    forget(workspace, source.id)


def keep_originals(workspace: Workspace, vault: Vault | None, copies: list[Copy], ingested: Ingested) -> None:
    """Keeps each file under its sha256: encrypted if it holds something personal, else in plain.

    If somebody refused consent, only the answers of the others are kept. A survey is never kept in plain: without a key
    (a fictional one, or one without personal columns) it is not kept at all. A list into which somebody typed a phone
    stays in plain, as it was landed.
    """
    for copy in copies:
        if vault is None or not (ingested.is_personal or ingested.is_typed):
            if not ingested.is_personal:
                _keep_plain(workspace, copy)
        elif (agreed := ingested.consented.get(copy.sha256)) is not None:
            vault.keep_original(copy.sha256, ".consented.json", agreed.encode())
        else:
            vault.keep_original(copy.sha256, copy.path.suffix.lower(), copy.path.read_bytes())


def keep_unread_originals(source: Source, workspace: Workspace, vault: Vault | None, copies: list[Copy]) -> None:
    """Keeps the originals of a delivery that could not be read; none of a survey, since refusals are unknown."""
    for copy in () if source.personal or source.consent else copies:
        if vault is None:
            _keep_plain(workspace, copy)
        else:
            vault.keep_original(copy.sha256, copy.path.suffix.lower(), copy.path.read_bytes())


def _keep_plain(workspace: Workspace, copy: Copy) -> None:
    target = workspace.originals / copy.sha256[:2] / f"{copy.sha256}{copy.path.suffix.lower()}"
    if not target.exists():
        copy_atomically(copy.path, target)
