"""Only a build whose own checks all ran and held can be published."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.digest import file_sha256
from warehouse.paths import Layout
from warehouse.publication import audit

GOOD = audit.Check("grid", "dbt", "error", True)
RUN = {"run_id": "r", "is_complete": True, "is_demo": True}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.build.mkdir()
    layout.build_file.write_bytes(b"a build")
    return layout


def _record(layout: Layout, check: audit.Check = GOOD, expected: tuple[str, ...] = ("grid",), **run: object) -> None:
    for part in audit.PARTS:
        audit.record(layout, part, [check], list(expected), RUN | run)


def test_a_build_with_all_checks_passes(layout: Layout) -> None:
    _record(layout)
    assert audit.verified(layout)["build_sha256"] == file_sha256(layout.build_file)


def test_without_any_audit_nothing_is_published(layout: Layout) -> None:
    with pytest.raises(audit.PublicationRefused, match="aucun contrôle"):
        audit.verified(layout)


def test_a_build_changed_after_its_audit_is_refused(layout: Layout) -> None:
    _record(layout)
    layout.build_file.write_bytes(b"another build")
    with pytest.raises(audit.PublicationRefused, match="autre construction"):
        audit.verified(layout)


def test_a_failed_check_is_named(layout: Layout) -> None:
    _record(layout, audit.Check("grid", "dbt", "error", False, 3))
    with pytest.raises(audit.PublicationRefused, match=r"grid : 3 ligne\(s\)"):
        audit.verified(layout)
    assert audit.failure_messages(layout, "dbt") == ["grid : 3 ligne(s) en cause"]


def test_a_warning_does_not_hold_back(layout: Layout) -> None:
    _record(layout, audit.Check("grid", "dbt", "warning", False, 3))
    assert audit.verified(layout)


def test_a_check_that_did_not_run_holds_back(layout: Layout) -> None:
    _record(layout, expected=("grid", "forgotten"))
    with pytest.raises(audit.PublicationRefused, match="forgotten : n’a pas été exécuté"):
        audit.verified(layout)


def test_one_part_alone_is_not_enough(layout: Layout) -> None:
    audit.record(layout, "dbt", [GOOD], ["grid"], RUN)
    with pytest.raises(audit.PublicationRefused, match="« marts » absents"):
        audit.verified(layout)


def test_a_partial_run_is_refused(layout: Layout) -> None:
    _record(layout, is_complete=False)
    with pytest.raises(audit.PublicationRefused, match="partielle"):
        audit.verified(layout)
