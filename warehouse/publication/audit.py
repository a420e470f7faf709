"""What was checked of exactly one build file. Publishing asks this record, not the run that comes before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion.digest import file_sha256
from warehouse import state_files
from warehouse.paths import Layout
from warehouse.storage import write_json

# dbt's tests and contracts; the Great Expectations suites of the marts; the search for personal data.
PARTS = ("dbt", "marts", "protection")


class PublicationRefused(Exception):
    """The build may not be published; ``failures`` names each reason."""

    def __init__(self, failures: list[str]) -> None:
        self.failures = failures
        super().__init__("Publication refusée :\n" + "\n".join(f"  · {failure}" for failure in failures))


@dataclass(frozen=True)
class Check:
    """One blocking or warning check of the build."""

    name: str
    tool: str
    severity: str
    passed: bool
    failed_count: int = 0
    message: str = ""


def forget(layout: Layout) -> None:
    """Before a build changes: nothing is known of it."""
    layout.audit_file.unlink(missing_ok=True)


def _kept(layout: Layout) -> dict[str, Any] | None:
    """The record as it stands; a damaged one says nothing, so that the build may not be published."""
    try:
        record: dict[str, Any] | None = state_files.read(layout.audit_file, dict[str, state_files.AuditPart])
    except state_files.Damaged:
        return None
    return record


def record(layout: Layout, part: str, checks: list[Check], expected: list[str], run: dict[str, Any]) -> None:
    """Adds one part of the audit of the build as it is now. ``expected`` are the checks that had to run."""
    audit = _kept(layout) or {}
    audit[part] = {
        "build_sha256": file_sha256(layout.build_file),
        "checks": [vars(check) for check in checks],
        "expected": sorted(expected),
        "run": run,
    }
    write_json(layout.audit_file, audit)


def run_of(layout: Layout) -> dict[str, Any]:
    """The run that built what is audited; one of which dbt said nothing is not complete."""
    audit = _kept(layout)
    return dict(audit["dbt"]["run"]) if audit and "dbt" in audit else {"is_complete": False}


def verified(layout: Layout) -> dict[str, Any]:
    """The audit of the build, where all its checks ran and held. Raises PublicationRefused."""
    audit = _kept(layout)
    if audit is None or not layout.build_file.exists():
        raise PublicationRefused(["aucun contrôle de cette construction : lancer la chaîne complète (« mrf run »)"])
    sha256 = file_sha256(layout.build_file)
    failures = [failure for part in PARTS for failure in _failures(part, audit.get(part), sha256)]
    if failures:
        raise PublicationRefused(failures)
    return audit | {"build_sha256": sha256}


def failed(layout: Layout, part: str) -> list[str]:
    """What failed in one part of the audit of the build as it is now."""
    part_record = (_kept(layout) or {}).get(part)
    return _failures(part, part_record, part_record["build_sha256"]) if part_record else []


def failing(layout: Layout, run_id: str) -> list[Check]:
    """The checks that ran on the build of a run and did not hold, of all parts."""
    audit = _kept(layout) or {}
    checks = [
        Check(**c)
        for part_record in audit.values()
        if part_record["run"].get("run_id") == run_id
        for c in part_record["checks"]
    ]
    return [c for c in checks if c.severity == "error" and not c.passed and c.message != "skipped"]


def _failures(part: str, part_record: dict[str, Any] | None, sha256: str) -> list[str]:
    if part_record is None:
        return [f"contrôles « {part} » absents"]
    if part_record["build_sha256"] != sha256:
        return [f"contrôles « {part} » d’une autre construction"]
    if not part_record["run"]["is_complete"]:
        return ["la construction vient d’une exécution partielle : lancer la chaîne complète"]
    ran = {check["name"] for check in part_record["checks"]}
    failures = [f"{name} : n’a pas été exécuté" for name in part_record["expected"] if name not in ran]
    wrong = [c for c in part_record["checks"] if c["severity"] == "error" and not c["passed"]]
    return failures + [f"{c['name']} : {c['message'] or str(c['failed_count']) + ' ligne(s) en cause'}" for c in wrong]
