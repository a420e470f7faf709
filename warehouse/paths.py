"""The paths of all files. A run writes only below MRF_DATA; two roots never touch each other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ingestion import project

PROJECT = project.PROJECT
DBT_PROJECT = PROJECT / "dbt_project"


@dataclass(frozen=True)
class Workspace:
    """The files between landing and dbt. Fictional data has its own workspace."""

    base: Path

    @property
    def originals(self) -> Path:
        """Copies of the landed files by sha256, never changed."""
        return self.base / "originals"

    @property
    def validated(self) -> Path:
        """Accepted records: <shape>/<source_id>.parquet."""
        return self.base / "validated"

    @property
    def rejected(self) -> Path:
        """Rejected rows with their reasons: <source_id>.parquet."""
        return self.base / "rejected"

    @property
    def parts(self) -> Path:
        """Cached records of files without personal data, <source_id>/: an unchanged file is not parsed again."""
        return self.base / "parts"

    @property
    def reading(self) -> Path:
        """Private copies of the files being read; empty between two sources."""
        return self.base / "reading"

    @property
    def restricted(self) -> Path:
        """Personal data, encrypted: values, originals and rejected rows of the sources that hold any."""
        return self.base / "restricted"

    @property
    def opened(self) -> Path:
        """Temporarily decrypted files, for readers that need a file; empty between two commands."""
        return self.restricted / ".open"

    @property
    def resolved(self) -> Path:
        """The place and the entity of each record."""
        return self.base / "resolved"

    @property
    def state(self) -> Path:
        """What outlives a build: entity ids, answers of the review queue, overrides."""
        return self.base / "state"

    @property
    def forgotten(self) -> Path:
        """One receipt per erasure asked for by a respondent."""
        return self.state / "forgotten"

    def records(self, shape: str, source_id: str) -> Path:
        """The Parquet file of one shape of one source."""
        return self.validated / shape / f"{source_id}.parquet"

    def state_file(self, source_id: str) -> Path:
        """The last delivery of a source."""
        return self.validated / "_state" / f"{source_id}.json"


@dataclass(frozen=True)
class Layout:
    """One data root."""

    root: Path

    @classmethod
    def from_environment(cls) -> Layout:
        """The root that MRF_DATA names, by default `warehouse/data` of the project."""
        return cls(Path(os.environ.get("MRF_DATA") or PROJECT / "warehouse" / "data").resolve())

    @property
    def instruments(self) -> Path:
        """The survey's forms, to be loaded on a Kobo or ODK server."""
        return self.root / "instruments"

    @property
    def landing(self) -> Path:
        """Where files are dropped, unless a run names another folder."""
        return self.root / "landing"

    @property
    def pulls(self) -> Path:
        """The state of pulls: pages of an interrupted one, and the file that each landed."""
        return self.root / "pulls"

    @property
    def build(self) -> Path:
        """The current build, its audit, and dbt's own files."""
        return self.root / "build"

    @property
    def build_file(self) -> Path:
        """The DuckDB file that dbt writes; the path never changes, or dbt would parse everything again."""
        return self.build / "build.duckdb"

    @property
    def audit_file(self) -> Path:
        """The audit of exactly that build."""
        return self.build / "audit.json"

    @property
    def last_audited(self) -> Path:
        """A copy of the last build that passed its audit, for runs on a subset of assets."""
        return self.build / "last_audited.duckdb"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest and partial parse."""
        return self.build / "dbt"

    @property
    def seeds(self) -> Path:
        """The reference lists of the root's country, as dbt loads them."""
        return self.build / "seeds"

    @property
    def country(self) -> Path:
        """The country whose data the root holds: its code."""
        return self.root / "country"

    @property
    def published(self) -> Path:
        """What readers see."""
        return self.root / "published"

    @property
    def catalog(self) -> Path:
        """The pointer to the current publication."""
        return self.published / "catalog.json"

    @property
    def site(self) -> Path:
        """A link to the folder of the current publication, whose `index.html` is the portal."""
        return self.published / "site"

    @property
    def current(self) -> Path:
        """The DuckDB file of the current publication under a name that never changes: a link, or a copy of it."""
        return self.published / "current.duckdb"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance: run history, schedules, sensors."""
        return self.root / "dagster"

    @property
    def backup_journal(self) -> Path:
        """Exists while a backup is written: names the unfinished folder."""
        return self.root / ".backing_up.json"

    @property
    def restore_journal(self) -> Path:
        """Exists during a restore: names what is set aside and what is put in place."""
        return self.root / ".restoring.json"

    @property
    def error_log(self) -> Path:
        """Tracebacks of unforeseen errors: lines of code, no values."""
        return self.root / "log" / "erreurs.log"

    @property
    def backup_record(self) -> Path:
        """Where and when the last backup was written."""
        return self.root / "last_backup.json"

    @property
    def landed_record(self) -> Path:
        """The landing folder of the last publication and the files that no source claimed: for operators."""
        return self.root / "last_landing.json"

    @property
    def alerts(self) -> Path:
        """The outbox: one file per alert."""
        return self.root / "alerts"

    @property
    def lock(self) -> Path:
        """The lock for one writing run at a time, in any process."""
        return self.root / ".write.lock"

    def workspace(self, is_demo: bool) -> Workspace:
        """The workspace of real or of fictional data."""
        return Workspace(self.root / "demo" if is_demo else self.root)

    def run_folder(self, run_id: str) -> Path:
        """The files that the steps of one run share."""
        return self.build / "runs" / run_id
