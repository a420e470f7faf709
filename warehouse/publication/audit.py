"""The record of all checks of exactly one build file. Publishing relies on it, not on the previous steps of the run."""

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


def discard(layout: Layout) -> None:
    """Deletes the audit, before the build changes."""
    layout.audit_file.unlink(missing_ok=True)


def _kept(layout: Layout) -> dict[str, Any] | None:
    """The stored record; None if it is damaged, so that the build is not published."""
    try:
        record: dict[str, Any] | None = state_files.read(layout.audit_file, dict[str, state_files.AuditPart])
    except state_files.Damaged:
        return None
    return record


def record(layout: Layout, part: str, checks: list[Check], expected: list[str], run: dict[str, Any]) -> None:
    """Adds one part to the audit of the current build. ``expected``: the checks that had to run."""
    audit = _kept(layout) or {}
    audit[part] = {
        "build_sha256": file_sha256(layout.build_file),
        "checks": [vars(check) for check in checks],
        "expected": sorted(expected),
        "run": run,
    }
    write_json(layout.audit_file, audit)


def run_of_build(layout: Layout) -> dict[str, Any]:
    """The run that made the audited build; without a record of dbt it counts as incomplete."""
    audit = _kept(layout)
    return dict(audit["dbt"]["run"]) if audit and "dbt" in audit else {"is_complete": False}


def verified(layout: Layout) -> dict[str, Any]:
    """The audit of the build if all checks ran and passed. Raises PublicationRefused."""
    audit = _kept(layout)
    if audit is None or not layout.build_file.exists():
        raise PublicationRefused(["aucun contrôle de cette construction : lancer la chaîne complète (« mrf run »)"])
    sha256 = file_sha256(layout.build_file)
    failures = [failure for part in PARTS for failure in _failures(part, audit.get(part), sha256)]
    if failures:
        raise PublicationRefused(failures)
    return audit | {"build_sha256": sha256}


def failure_messages(layout: Layout, part: str) -> list[str]:
    """The failures of one part of the audit of the current build."""
    kept = (_kept(layout) or {}).get(part)
    return _failures(part, kept, kept["build_sha256"]) if kept else []


def failing_checks(layout: Layout, run_id: str) -> list[Check]:
    """The failed checks of all parts on the build of a run."""
    audit = _kept(layout) or {}
    checks = [Check(**c) for part in audit.values() if part["run"].get("run_id") == run_id for c in part["checks"]]
    return [c for c in checks if c.severity == "error" and not c.passed and c.message != "skipped"]


def _failures(part: str, kept: dict[str, Any] | None, sha256: str) -> list[str]:
    if kept is None:
        return [f"contrôles « {part} » absents"]
    if kept["build_sha256"] != sha256:
        return [f"contrôles « {part} » d’une autre construction"]
    if not kept["run"]["is_complete"]:
        return ["la construction vient d’une exécution partielle : lancer la chaîne complète"]
    ran = {check["name"] for check in kept["checks"]}
    failures = [f"{name} : n’a pas été exécuté" for name in kept["expected"] if name not in ran]
    wrong = [c for c in kept["checks"] if c["severity"] == "error" and not c["passed"]]
    return failures + [f"{c['name']} : {c['message'] or str(c['failed_count']) + ' ligne(s) en cause'}" for c in wrong]
