"""The delivery of one source: the outcome of its landed files, decided before anything is written.

A source that fails keeps its last good rows and is flagged stale, or has none the first time; it never stops the
others.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.gate import Gated, gate
from expectations.results import CheckResult
from expectations.suites import shape_suite
from expectations.validation import Validation, validate
from ingestion.clean.personal import redact
from ingestion.confinement.guard import guarded
from ingestion.confinement.limits import Limits
from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.surveys.consent import Erased, nothing_erased
from ingestion.reading_process import ReadingProcess
from ingestion.records.kept_parts import KeptParts
from ingestion.records.mapping import FOUND
from ingestion.records.shelters import MASKED as SHELTER_MASKED
from ingestion.records.shelters import WITHHELD as WITHHELD_OF_SHELTERS
from ingestion.records.source_records import Ingested, joined
from ingestion.shapes import ASSERTION, CHECK_RESULT, SHAPES
from orchestration.pipeline import delivery_files, snapshot
from orchestration.pipeline.delivery_files import READABLE, Delivery, Tables, last_delivery, store
from orchestration.pipeline.inventory import WITHHELD, Inventory, ingestion_hash
from orchestration.pipeline.snapshot import Copy
from warehouse import state_files, stored
from warehouse.generation.staging import SOURCE_SCHEMA
from warehouse.paths import Layout, Workspace
from warehouse.privacy import forgotten
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import Vault, open_vault
from warehouse.privacy.withheld import of_persons
from warehouse.source_states import SourceState
from warehouse.storage import write_json, write_parquet

_ANEW = "Relancer la chaîne entière : « mrf run --force »."


reader = ReadingProcess()  # shared by all sources of this process


def end_reader() -> None:
    """Ends the process that reads files; the next file starts another."""
    reader.end()


def deliver(source: Source, inventory: Inventory, workspace: Workspace, limits: Limits | None = None) -> Delivery:
    """Brings one source up to date and returns what happened; raises only for faults of the machine."""
    return _Delivering(source, inventory, workspace, limits or Limits()).outcome()


@dataclass(frozen=True)
class _Taken:
    """The checked and typed content of the files: only writing is left."""

    ingested: Ingested
    gated: Gated
    checks: list[CheckResult]
    validations: list[dict[str, Any]]
    tables: Tables

    @property
    def rows(self) -> dict[str, dict[str, int]]:
        """Rows read, accepted and rejected by shape."""
        return {
            shape: {
                "read": read,
                "accepted": len(self.gated.accepted[shape]),
                "rejected": int(self.gated.rejected["shape"].eq(shape).sum()),
            }
            for shape, read in self.gated.read_counts.items()
        }


class _ChecksFailed(Exception):
    def __init__(self, checks: list[CheckResult]) -> None:
        self.checks = checks
        wrong = [check for check in checks if check.is_blocking_failure]
        failed = " ; ".join(
            f"{check.check_name} ({check.examples or check.failed_count or 'non compté'})" for check in wrong
        )
        super().__init__(f"contrôles non tenus : {failed}")


class _Delivering:
    """One source in one run: its last delivery, its landed files, and its outcome."""

    def __init__(self, source: Source, inventory: Inventory, workspace: Workspace, limits: Limits) -> None:
        self.source, self.inventory, self.workspace, self.limits = source, inventory, workspace, limits
        self.before = last_delivery(workspace, source.id)
        self.damage = stored.damaged_files(workspace, source.id, self.before.stored) if self.before else []
        self.vault, self.no_vault = _vault(workspace, inventory)
        self.withheld = inventory.withholds_free_text and isinstance(source.reader, SurveyReader)

    def outcome(self) -> Delivery:
        """Decides, writes and returns the delivery."""
        if self.inventory.is_kept:
            return self._kept_rows()
        if refusal := self._refusal():
            return self._keep(refusal)
        paths = self.inventory.paths(self.source.id)
        if not paths and self._repeated():
            return self._empty(SourceState.ABSENT, self._repeated())
        if not paths:
            return self._empty(SourceState.REMOVED if self.before and self.before.rows else SourceState.ABSENT)
        # The same document landed twice is read once.
        paths = list({self.inventory.sha256[str(path)]: path for path in reversed(paths)}.values())[::-1]
        try:
            erased, sealed = self._erased()
        except KeyProblem as unknown:  # erased submissions could come back
            return self._keep(str(unknown))
        contents = sorted(f"{path.name}:{self.inventory.sha256[str(path)]}" for path in paths)
        contents += [check.examples for check in self._repeated()]
        fingerprint = "|".join([ingestion_hash(self.source), str(self.inventory.is_demo), *sealed, *contents])
        fingerprint += WITHHELD * self.withheld
        if self._is_unchanged(fingerprint):
            assert self.before is not None
            if self.before.is_personal and self.no_vault:
                return self._keep(self.no_vault)
            return store(self.workspace, replace(self.before, state=SourceState.UNCHANGED))
        return self._read(paths, fingerprint, erased)

    def _repeated(self) -> list[CheckResult]:
        """A warning for each landed file that another source reads, because it is the same."""
        repeated = self.inventory.repeated.get(self.source.id, {})
        return [
            CheckResult("fichier lu par une autre source", "warning", False, 1, f"{name} : même contenu que {other}")
            for name, other in sorted(repeated.items())
        ]

    def _refusal(self) -> str:
        """Why the landed files cannot even be opened, or ""."""
        claimed = [name for name, ids in self.inventory.ambiguous.items() if self.source.id in ids]
        if claimed:
            return f"fichiers réclamés aussi par une autre source : {', '.join(claimed)}"
        if closed := self.inventory.unreadable.get(self.source.id):
            todo = "en donner la lecture au compte qui lance « mrf » (chown, ou chmod a+r), puis « mrf run »"
            return f"fichier illisible : {', '.join(closed)} ; {todo}"
        names = [redact(path.name) for path in self.inventory.paths(self.source.id)]
        if named := [name for name, removed in names if removed]:
            return f"données personnelles dans le nom du fichier : {', '.join(named)}"
        return ""

    def _is_unchanged(self, fingerprint: str) -> bool:
        before = self.before
        return before is not None and before.is_good and before.fingerprint == fingerprint and not self.damage

    def _read(self, paths: list[Path], fingerprint: str, erased: Erased) -> Delivery:
        kept = KeptParts(self.workspace.parts / self.source.id, ingestion_hash(self.source))
        copies: list[Copy] = []
        try:
            with snapshot.of_landed(self.workspace, paths, self.inventory.sha256) as copies:
                try:
                    taken = self._taken(copies, kept, erased)
                except (SourceFileError, DeclarationError):
                    delivery_files.keep_unread_originals(self.source, self.workspace, self.vault, copies)
                    raise
                if taken.ingested.is_declared and self.no_vault:
                    return self._keep(self.no_vault)
                kept.forget_the_rest()
                self._write(taken, copies)
        except _ChecksFailed as failed:
            return self._keep(f"{_named(paths)} : {failed}", failed.checks)
        except (SourceFileError, DeclarationError) as error:
            return self._keep(str(error))
        return self._stored(taken, SourceState.FRESH, fingerprint, {copy.path.name: copy.sha256 for copy in copies})

    def _taken(self, copies: list[Copy], kept: KeptParts | None, erased: Erased) -> _Taken:
        """Reads and checks files. Raises SourceFileError, _ChecksFailed."""
        parts = reader.parts(self.source, [copy.path for copy in copies], self.limits, kept, erased, self.withheld)
        with guarded(", ".join(copy.path.name for copy in copies), "contrôle des lignes"):
            ingested = joined(self.source, parts)
            gated = gate(ingested)
            shapes = self.source.shapes
            validations = [_validated(self.source, shape, gated, self.inventory.is_demo) for shape in shapes]
            tables = delivery_files.tables(self.source, ingested, gated)
            pa.array(ingested.personal["value"], pa.string())  # what cannot be written holds its source back here
        results = [result for validation in validations for result in validation.results]
        checks = [*gated.conservation(), *results, *_observations(ingested, gated), *self._repeated()]
        if any(check.is_blocking_failure for check in checks):
            raise _ChecksFailed(checks)
        documents = [v.document | {"shape": shape} for shape, v in zip(shapes, validations, strict=True)]
        return _Taken(ingested, gated, checks, documents, tables)

    def _write(self, taken: _Taken, copies: list[Copy]) -> None:
        delivery_files.invalidate(self.workspace, self.before)
        delivery_files.write_rows(self.workspace, self.source.id, taken.tables, taken.checks)
        delivery_files.write_left_over(
            self.workspace, self.vault, self.source.id, taken.ingested, taken.gated, taken.tables.rejected
        )
        delivery_files.keep_originals(self.workspace, self.vault, copies, taken.ingested)

    def _stored(self, taken: _Taken, state: str, fingerprint: str, files: dict[str, str]) -> Delivery:
        return store(
            self.workspace,
            Delivery(
                self.source.id, state, fingerprint, files, taken.rows,
                [asdict(check) for check in taken.checks], taken.validations,
                is_personal=taken.ingested.is_declared and not self.inventory.is_demo,
            ),
        )  # fmt: skip

    def _kept_rows(self) -> Delivery:
        """The last delivery with its rows, without regard to what is landed now."""
        if self.before is None:
            if self.workspace.state_file(self.source.id).exists():
                raise state_files.Damaged(
                    self.workspace.state_file(self.source.id), todo="« mrf run » relit les fichiers."
                )
            return self._empty(SourceState.ABSENT)
        if not self.damage:
            return self.before
        return self._rebuilt() or self._keep("dernières bonnes lignes perdues")

    def _rebuilt(self) -> Delivery | None:
        """The last delivery rebuilt from its originals after damage; None if that is impossible."""
        before = self.before
        if before is None or not before.holds_rows:
            return None
        try:
            erased, _ = self._erased()
            with snapshot.of_originals(self.workspace, self.vault, before.files) as copies:
                taken = self._taken(copies, None, erased)
                self._write(taken, copies)
        except (SourceFileError, DeclarationError, KeyProblem, _ChecksFailed):
            return None
        self.damage = []
        return self._stored(taken, before.state, before.fingerprint, before.files)

    def _keep(self, error: str, checks: list[CheckResult] | None = None) -> Delivery:
        """A delivery that is refused: the last good rows stay, and the failure is recorded where people look."""
        error = redact(error, names=True)[0]  # readers quote no cell, but libraries may
        before, damage = self.before, self.damage
        if damage and not self.inventory.is_kept:
            before = self._rebuilt()
        elif damage:
            before = None
        if damage and before is None:
            error = f"{error} ; et {', '.join(damage)} manque ou est abîmé, sans original pour le refaire"
        has_rows = before is not None and before.holds_rows
        if not has_rows:
            self._empty(SourceState.ABSENT)
        failed = [*(checks or []), CheckResult(READABLE, "error", False, 1, error)]
        if has_rows:
            failed.append(CheckResult("données à jour", "warning", False, 1, "dernière bonne livraison gardée"))
        delivery_files.write_checks(self.workspace, self.source.id, failed)
        kept = before or Delivery(self.source.id, SourceState.REFUSED)
        state = SourceState.STALE if has_rows else SourceState.REFUSED
        return store(
            self.workspace, replace(kept, state=state, error=error, checks=[asdict(check) for check in failed])
        )

    def _empty(self, state: SourceState, told: list[CheckResult] | None = None) -> Delivery:
        """A delivery without files or rows. dbt still finds an empty table with the right columns."""
        delivery_files.invalidate(self.workspace, self.before)
        delivery_files.remove_rows(self.source, self.workspace)
        reason = "fichiers retirés de l’atterrissage" if state == SourceState.REMOVED else "aucun fichier"
        checks = told or [CheckResult("fichier présent", "info", False, 1, reason)]
        delivery_files.write_checks(self.workspace, self.source.id, checks)
        return store(self.workspace, Delivery(self.source.id, state, checks=[asdict(check) for check in checks]))

    def _erased(self) -> tuple[Erased, list[str]]:
        """The test for erased submissions, and the fingerprint of erasures. Raises KeyProblem."""
        if self.inventory.is_demo or not isinstance(self.source.reader, SurveyReader):
            return nothing_erased, []
        erased = forgotten.load(self.workspace)
        return erased, [erased.identity] if erased.identity else []


def _named(paths: list[Path], most: int = 3) -> str:
    """The names of a delivery's files, for a sentence: the first ones and how many more."""
    names = ", ".join(path.name for path in paths[:most])
    return f"{names} et {len(paths) - most} autres" if len(paths) > most else names


def _vault(workspace: Workspace, inventory: Inventory) -> tuple[Vault | None, str]:
    """The vault for personal data, or why it cannot be opened. Fictional data needs none."""
    if inventory.is_demo:
        return None, ""
    try:
        return open_vault(workspace), ""
    except KeyProblem as problem:
        return None, str(problem)


def _validated(source: Source, shape: str, gated: Gated, is_demo: bool) -> Validation:
    bounds = None if is_demo else source.shapes[shape].bounds
    title = f"{SHAPES[shape].fr} Source : {source.title.fr}"
    specs = shape_suite(SHAPES[shape], bounds)
    return validate(f"{shape}_{source.id}", gated.accepted[shape], specs, title, of_persons(shape))


def _observations(ingested: Ingested, gated: Gated) -> list[CheckResult]:
    """Counted warnings of accepted rows; rejected rows; notes of the reader.

    For answers of persons neither examples, which would identify one of them, nor counts are given. A victims' shelter
    is no example either.
    """
    results = []
    for shape, frame in gated.accepted.items():
        codes = frame["warnings"].dropna().str.split(";").explode()
        for code, count in codes.value_counts().sort_index().items():
            first = f"première : {frame['locator'][codes.index[codes.eq(str(code))][0]]}"
            example = "" if code == SHELTER_MASKED else first
            results.append(_observed(f"avertissement {code} ({shape})", shape, int(count), example))
        rejected = gated.rejected[gated.rejected["shape"].eq(shape)]
        if len(rejected):
            first = f"première : {rejected['locator'].iloc[0]} — {without_quoted_cell(rejected['reason'].iloc[0])}"
            results.append(_observed(f"lignes rejetées ({shape})", shape, len(rejected), first))
    is_quiet = any(of_persons(shape) for shape in gated.accepted)
    notes = [_uncounted(note) if is_quiet else note for note in ingested.notes]
    return results + [
        CheckResult(f"remarque de lecture {n}", "warning", False, 1, note) for n, note in enumerate(notes, 1)
    ]


def _observed(name: str, shape: str, count: int, example: str) -> CheckResult:
    is_quiet = of_persons(shape)
    return CheckResult(name, "warning", False, None if is_quiet else count, "" if is_quiet else example)


def _uncounted(note: str) -> str:
    """A note of a reader (« file · note ») without its numbers, which count persons."""
    file, between, text = note.partition(" · ")
    return file + between + re.sub(r"\d+", "…", text)


def without_quoted_cell(reason: str) -> str:
    """A reason cut before the cell it quotes: checks are published, and the cell may name somebody."""
    return reason.partition(FOUND)[0]


def deliveries(workspace: Workspace, sources: dict[str, Source]) -> dict[str, Delivery]:
    """The last delivery of each source that has one."""
    known = {source_id: last_delivery(workspace, source_id) for source_id in sources}
    return {source_id: delivery for source_id, delivery in known.items() if delivery is not None}


def record_deliveries(layout: Layout, run_id: str, workspace: Workspace, sources: dict[str, Source]) -> None:
    """Keeps the deliveries behind the build of a run: a later run may read the sources again."""
    rows = [vars(delivery) for delivery in deliveries(workspace, sources).values()]
    write_json(layout.run_folder(run_id) / "deliveries.json", rows)


def source_table(workspace: Workspace, sources: dict[str, Source]) -> pa.Table:
    """One row per source and declared shape (SOURCE_SCHEMA): possible data, and what was delivered."""
    delivered = deliveries(workspace, sources)
    rows = [
        {
            "source_id": source.id,
            "shape": shape,
            "title": source.title.fr,
            "publisher": source.publisher,
            "evidence_class": source.evidence_class,
            "state": "current" if delivered[source.id].is_good else delivered[source.id].state,
            "record_count": delivered[source.id].rows.get(shape, {}).get("accepted", 0),
            "only_service_type_code": source.shapes[shape].constant("service_type_code"),
        }
        for source in sources.values()
        if source.id in delivered
        for shape in source.shapes
    ]
    return pa.Table.from_pylist(rows, schema=SOURCE_SCHEMA)


def deliveries_of(layout: Layout, run_id: str) -> list[Delivery]:
    """The deliveries behind the build of a run."""
    path = layout.run_folder(run_id) / "deliveries.json"
    entries = state_files.read(path, list[state_files.DeliveryState], _ANEW)
    if entries is None:
        raise state_files.Damaged(path, "perdu", _ANEW)
    return [Delivery(**one) for one in entries]


def prepare(workspace: Workspace, sources: dict[str, Source]) -> list[str]:
    """Writes empty typed tables for every shape and removes rows of undeclared sources; returns their ids."""
    snapshot.clear(workspace)
    for shape in SHAPES.values():
        write_parquet(workspace.records(shape.name, "_empty"), shape.schema.empty_table())
    write_parquet(workspace.records("assertion", "_empty"), ASSERTION.empty_table())
    write_parquet(workspace.records("check_result", "_empty"), CHECK_RESULT.empty_table())
    gone = sorted({path.stem for path in workspace.validated.glob("*/*.parquet")} - set(sources) - {"_empty"})
    for source_id in gone:
        workspace.state_file(source_id).unlink(missing_ok=True)  # first: without rows it would count as unchanged
        for path in workspace.validated.glob(f"*/{source_id}.*"):
            path.unlink()
        shutil.rmtree(workspace.parts / source_id, ignore_errors=True)
    return gone


def preview(workspace: Workspace, shape: str, source_id: str, rows: int = 5) -> pd.DataFrame:
    """The first rows and the columns that hold something, for people to look at."""
    path = workspace.records(shape, source_id)
    if not path.exists():
        return pd.DataFrame()
    # The locator of an answer identifies a respondent.
    hidden = {"record_id", "document_id", "locator", "geometry", *WITHHELD_OF_SHELTERS}
    frame: pd.DataFrame = pq.read_table(path).slice(0, rows).to_pandas()
    return frame[[c for c in frame if c not in hidden and not str(c).endswith("_raw") and frame[c].notna().any()]]
