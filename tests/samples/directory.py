"""The services that a run finds in the samples, with the ids that it gives them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
# Only what people could be asked about: a service that the field saw, at work.
_SERVICES = """
    select service_at_location_id, service_type_code, zone_code, organization_name, admin2_code
    from marts.service_directory
    where operational_state = 'operational' and quality_score is not null
    order by zone_code, service_type_code, organization_name, admin2_code, service_at_location_id
"""


@dataclass(frozen=True)
class Service:
    """A service at a location."""

    id: str
    type: str
    zone: str
    organization: str
    cercle: str


def services() -> list[Service]:
    """Those of a run on the samples as they are now, in a root of its own. The same samples give the same ids."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MRF_", "DAGSTER_"))}
        settings = {"MRF_DATA": folder, "DAGSTER_HOME": f"{folder}/dagster"}
        subprocess.run(
            [sys.executable, "-m", "orchestration.commands.mrf", "run"], cwd=PROJECT, env=kept | settings, check=True
        )
        published = Path(folder) / "published"
        current = json.loads((published / "catalog.json").read_text(encoding="utf-8"))["current"]
        with duckdb.connect(str(published / current), read_only=True) as connection:
            return [Service(*row) for row in connection.execute(_SERVICES).fetchall()]
