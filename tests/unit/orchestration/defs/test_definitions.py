"""The interface loads every definition: no step bears the name of a job."""

from __future__ import annotations

from orchestration.defs.definitions import defs


def test_the_interface_loads_all_definitions() -> None:
    defs.get_repository_def().load_all_definitions()
