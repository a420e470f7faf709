"""Resolving generated service claims: seconds and peak memory by step, from 10⁴ to 10⁶ claims.

    .venv/bin/python benchmarks/resolution.py [COUNT …]

The claims are invented and duplicated as real ones are: one organization for fifty claims, written in three ways
(acronym, capitals, a typing error); four claims on average for one service at a place, from five documents; two in
five name a site, one in five gives coordinates that wander by a few hundred metres; one in ten knows only the cercle.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from ingestion.country.pack import pack

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))
SIZES = (10_000, 100_000, 1_000_000)
SEEN = dt.date(2024, 6, 1)
BATCH = 200_000
# Words of invented names: enough that organizations differ by more than a number.
_KINDS = ["Association", "Réseau", "Union", "Fondation", "Centre", "Coopérative", "Collectif", "Alliance", "Groupement"]
_AIMS = [
    "Développement",
    "Solidarité",
    "Protection",
    "Promotion",
    "Formation",
    "Insertion",
    "Retour",
    "Dignité",
    "Santé",
]
_WHO = ["Femmes", "Jeunes", "Enfants", "Migrants", "Familles", "Artisans", "Pêcheurs", "Éleveurs", "Maraîchers"]
_SYLLABLES = ["ba", "ko", "di", "san", "ka", "ra", "mou", "fi", "lo", "ten", "gou", "ya", "na", "sé", "wa", "do"]


def invented_names(count: int, chance: np.random.Generator) -> list[str]:
    """Different names of the form « Association Solidarité Femmes Bakodi »."""
    names: dict[str, None] = {}
    while len(names) < count:
        made = "".join(chance.choice(_SYLLABLES, size=chance.integers(3, 6))).capitalize()
        names[" ".join([chance.choice(_KINDS), chance.choice(_AIMS), "des", chance.choice(_WHO), "de", made])] = None
    return list(names)


def misspelt(name: str, chance: np.random.Generator) -> str:
    """The same name with one letter of its last word doubled, as in « Bakkodi »."""
    position = int(chance.integers(len(name) - 3, len(name)))
    return name[:position] + name[position] + name[position:]


def generate(base: Path, count: int) -> None:
    """Writes `count` claims, their five documents and empty tables of the other shapes to a workspace."""
    from ingestion.shapes import SHAPES
    from warehouse.paths import Workspace
    from warehouse.storage import write_parquet

    workspace, chance = Workspace(base), np.random.default_rng(7)
    for shape in SHAPES.values():
        write_parquet(workspace.records(shape.name, "_empty"), shape.schema.empty_table())
    areas = pd.read_csv(pack().seeds / "admin_area.csv", dtype=str)
    communes = np.sort(areas.query("level == '3' and vintage == '2021'")["code"].to_numpy(dtype=object))
    names = invented_names(max(count // 50, 1), chance)
    spelling = {
        "name": np.array([[n, n.upper(), misspelt(n, chance)] for n in names], dtype=object),
        "acronym": np.array(
            ["".join(w[0] for w in n.split()).upper() + str(k) for k, n in enumerate(names)], dtype=object
        ),
    }
    service_count = count // 4
    services = {
        "organization": chance.integers(len(names), size=service_count),
        "type": chance.integers(1, 4, size=service_count),
        "commune": chance.integers(len(communes), size=service_count),
        "site": chance.random(service_count) < 0.4,
        "located": chance.random(service_count) < 0.2,
        "latitude": 11 + 12 * chance.random(service_count),
        "longitude": -11 + 14 * chance.random(service_count),
    }
    path, empty = workspace.records("service", "generated"), SHAPES["service"].schema.empty_table()
    with pq.ParquetWriter(path, SHAPES["service"].schema) as writer:
        for first in range(0, count, BATCH):
            size = min(BATCH, count - first)
            frame = _claims(first, size, chance, services, spelling, communes)
            schema = pa.schema([SHAPES["service"].schema.field(name) for name in frame])
            written = pa.Table.from_pandas(frame, schema, preserve_index=False)
            writer.write_table(pa.concat_tables([empty, written], promote_options="default"))


def _claims(
    first: int, size: int, chance: np.random.Generator, services: dict, spelling: dict, communes: np.ndarray
) -> pd.DataFrame:
    which = chance.integers(len(services["type"]), size=size)
    owner = services["organization"][which]
    commune = communes[services["commune"][which]]
    knows_commune = chance.random(size) >= 0.1
    has_site = services["site"][which] & (chance.random(size) < 0.8)
    located = services["located"][which] & has_site
    site = np.array([f"Site {n:06d}" for n in which], dtype=object)
    return pd.DataFrame(
        {
            "record_id": [f"service:generated:{n}" for n in range(first, first + size)],
            "source_id": "generated",
            "document_id": [f"{n:064d}" for n in chance.integers(5, size=size)],
            "locator": [f"A{n}" for n in range(first, first + size)],
            "observed_on": SEEN,
            "organization_name": spelling["name"][owner, chance.choice(3, p=[0.7, 0.2, 0.1], size=size)],
            "organization_acronym": np.where(chance.random(size) < 0.7, spelling["acronym"][owner], None),
            "service_type_code": [f"SOC_0{n}" for n in services["type"][which]],
            "admin_vintage": "2021",
            "admin1_code": [code[:4] for code in commune],
            "admin2_code": [code[:6] for code in commune],
            "admin3_code": np.where(knows_commune, commune, None),
            "site_name": np.where(has_site, site, None),
            "latitude": np.where(located, services["latitude"][which] + chance.normal(0, 0.001, size), np.nan),
            "longitude": np.where(located, services["longitude"][which] + chance.normal(0, 0.001, size), np.nan),
        }
    )


def measure(base: Path) -> None:
    """Resolves the workspace and prints one JSON line: seconds by step, peak MB, entities found."""
    import json

    from warehouse.paths import Workspace
    from warehouse.resolution import documents, places, record_organizations, services

    workspace = Workspace(base)
    seconds: dict[str, float] = {}
    for name, step in (
        ("lieux", places.resolve),
        ("documents", documents.resolve),
        ("structures", record_organizations.resolve),
        ("services", services.resolve),
    ):
        started = time.perf_counter()
        step(workspace)
        seconds[name] = time.perf_counter() - started
    table = pq.read_table(workspace.resolved / "service.parquet", columns=["organization_id", "service_at_location_id"])
    entities = [len(set(table[name].to_pylist())) for name in table.column_names]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "entities": entities}))


def main(sizes: list[int]) -> None:
    import json

    table = Table(
        "affirmations", "lieux", "structures", "services", "ensemble", "mémoire", "structures", "services en un lieu"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder), size)
            done = subprocess.run(
                [sys.executable, __file__, "--measure", folder],
                cwd=PROJECT,
                env=os.environ,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            outcome = json.loads(done.stdout.splitlines()[-1])
        seconds = outcome["seconds"]
        steps = [f"{seconds[name]:.1f} s" for name in ("lieux", "structures", "services")]
        total = f"{sum(seconds.values()):.1f} s"
        table.add_row(
            f"{size:,}".replace(",", " "), *steps, total, f"{outcome['peak']:.0f} Mo", *map(str, outcome["entities"])
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or list(SIZES))
