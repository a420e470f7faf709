"""Which programme a record speaks of: by its IATI identifier, or by its organization and title."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from warehouse.paths import Workspace
from warehouse.resolution import initiatives, state
from warehouse.storage import write_parquet

Make = Callable[..., Workspace]


def programs(make: Make, stated: dict[str, str | None], titles: dict[str, str]) -> dict[str, str]:
    """The programme of each record: `stated` are records of programmes with their identifiers, the others services."""
    rows: dict[str, list[dict[str, Any]]] = {"program": [], "service": []}
    for record, title in titles.items():
        shape = "program" if record in stated else "service"
        more = {"iati_identifier": stated[record]} if record in stated else {}
        rows[shape].append({"record_id": record, "program_name": title} | more)
    made = make(**rows)
    owners = pa.table(
        {"record_id": list(titles), "role": ["self"] * len(titles), "organization_id": ["org_a"] * len(titles)}
    )
    write_parquet(made.resolved / "organization.parquet", owners)
    state.begin_ids(made)
    return {row["record_id"]: row["entity_id"] for row in initiatives.resolve(made).to_pylist()}


def test_a_service_is_of_the_programme_whose_identifier_alone_bears_its_title(workspace: Make) -> None:
    found = programs(
        workspace, {"p": "XM-1"}, {"p": "Programme Sira", "s": "programme sira", "other": "Programme Wassa"}
    )
    assert found["s"] == found["p"]
    assert found["other"] != found["p"]


def test_a_title_of_two_programmes_says_of_neither_service(workspace: Make) -> None:
    found = programs(workspace, {"p": "XM-1", "q": "XM-2"}, {"p": "Phase", "q": "Phase", "s": "Phase"})
    assert len(set(found.values())) == 3
