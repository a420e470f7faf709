"""Precision, recall and speed of finding places, measured on real files against their own codes.

    .venv/bin/python benchmarks/places.py REAL_FOLDER/mali [--speed]

Rows with contradictory codes and names are counted and listed, never scored. Precision: the share of found areas that
the file confirms. Recall: the share of scored rows that were found and confirmed.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from ingestion.country.pack import pack

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from ingestion.clean.text import fold  # noqa: E402
from ingestion.declaration.registry import sources  # noqa: E402
from ingestion.records.source_records import ingest  # noqa: E402
from ingestion.shapes import SHAPES  # noqa: E402
from warehouse.paths import Workspace  # noqa: E402
from warehouse.resolution import places  # noqa: E402
from warehouse.storage import write_parquet  # noqa: E402

CODES = ["admin1_code", "admin2_code", "admin3_code"]
NAMES = ["admin1_name", "admin2_name", "admin3_name"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROUNDS = 10
TIMED = """
import json, resource, sys, time
from pathlib import Path
from warehouse import places
from warehouse.layout import Workspace
start = time.perf_counter()
places.resolve(Workspace(Path(sys.argv[1])))
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""


@dataclass(frozen=True)
class Measure:
    """Found against true areas, over the scored rows."""

    name: str
    vintage: str
    scored: int
    found: int
    right: int
    set_aside: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.scored if self.scored else 0.0


def compared(name: str, vintage: str, truth: pd.Series, matched: pd.Series, set_aside: int = 0) -> Measure:
    return Measure(name, vintage, len(truth), int(matched.notna().sum()), int((matched == truth).sum()), set_aside)


def records(source_id: str, path: Path) -> pd.DataFrame:
    """The placed records of one real file, from ingestion."""
    shapes = ingest(sources()[source_id], [path]).records
    return next(frame for shape, frame in shapes.items() if shape in ("service", "boundary"))


def resolved(services: pd.DataFrame, boundaries: pd.DataFrame | None = None) -> pd.DataFrame:
    """The first place of each service record, in the same order."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        write(workspace, "service", services)
        if boundaries is not None:
            write(workspace, "boundary", boundaries)
        matched = places.resolve(workspace).to_pandas()
    return matched[matched["place_no"] == 1].set_index("record_id").loc[services["record_id"]].reset_index()


def write(workspace: Workspace, shape: str, frame: pd.DataFrame) -> None:
    schema = pa.schema([field for field in SHAPES[shape].schema if field.name in frame])
    table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    write_parquet(workspace.records(shape, "measured"), table)


def without(services: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return services.assign(**dict.fromkeys([*columns, *(f"{column}_raw" for column in columns)]))


def official(vintage: str) -> pd.DataFrame:
    with (pack().seeds / "admin_area.csv").open(encoding="utf-8", newline="") as file:
        areas = pd.DataFrame(csv.DictReader(file))
    return areas[areas["vintage"] == vintage]


def contradictions(services: pd.DataFrame) -> pd.Series:
    """Why a row of the 3W cannot be scored, or None; judged by the official lists alone, not by the resolver."""
    areas = official("2021")
    bearers: dict[tuple[int, str], set[str]] = {}
    for area in areas.itertuples():
        bearers.setdefault((int(area.level), fold(area.name_fr).replace(" ", "")), set()).add(area.code)

    def judged(row: tuple[str | None, ...]) -> str | None:
        region, cercle, commune, *names = (value if isinstance(value, str) else None for value in row)
        if not region or not cercle or not cercle.startswith(region):
            return "le code de la région n’est pas celui du cercle"
        if commune and not commune.startswith(cercle):
            return "le code de la commune est d’un autre cercle"
        for level, (code, name) in enumerate(zip((region, cercle, commune), names, strict=True), start=1):
            known = bearers.get((level, fold(name or "").replace(" ", "")))
            if known and code and code not in known:
                return f"le nom et le code du niveau {level} sont de lieux différents"
            if known and not any(bearer.startswith(cercle[: 2 * level + 2]) for bearer in known):
                return f"le nom du niveau {level} est d’un autre lieu que les codes"
        return None

    distinct = services[CODES + NAMES].drop_duplicates()
    judgements = [judged(row) for row in distinct.itertuples(index=False, name=None)]
    reasons = distinct.assign(reason=pd.Series(judgements, index=distinct.index, dtype=object))
    return services[CODES + NAMES].merge(reasons, how="left", on=CODES + NAMES)["reason"].set_axis(services.index)


def of_3w(folder: Path) -> tuple[list[Measure], pd.DataFrame]:
    """(a) The names of the 3W without its codes, and the rows set aside."""
    services = records("ocha_3w_mli", next(folder.glob("mali_3w_*.xlsx")))
    reason = contradictions(services)
    matched = resolved(without(services, CODES)).set_index(services.index)
    aside = services[reason.notna()].assign(reason=reason)
    listed = aside.groupby(["reason", *NAMES, *CODES], dropna=False).size().rename("rows").reset_index()
    cercles = reason.isna()
    communes = cercles & services["admin3_code"].notna()
    # Some variants in the seed come from this very file: official names alone are measured too.
    official_only = matched.assign(admin3_code=matched["admin3_code"].mask(matched["method"] == "variant"))
    return [
        compared(
            f"3W, noms sans codes → {level}",
            "2021",
            services.loc[rows, code],
            places_found.loc[rows, code],
            int((reason.notna() & services[code].notna()).sum()),
        )
        for level, code, rows, places_found in [
            ("cercle", "admin2_code", cercles, matched),
            ("commune", "admin3_code", communes, matched),
            ("commune, sans les autres noms", "admin3_code", communes, official_only),
        ]
    ], listed


def of_facilities(folder: Path) -> list[Measure]:
    """(b) The points of the health facilities → the region that the file names."""
    services = records("who_health_facilities_mli", next(folder.glob("who_*.csv")))
    services = services[services["latitude"].notna()]
    regions = official("2019").query("level == '1'")
    code_of = dict(zip(regions["name_fr"].map(fold), regions["code"], strict=True))
    boundaries = records("ocha_cod_ab_mli", folder / "cod_ab_2019_adm2.topojson")
    matched = resolved(without(services, NAMES), boundaries).set_index(services.index)
    truth = services["admin1_name"].map(fold).map(code_of)
    # The file uses regions of 2019: Ménaka was part of Gao.
    name = "établissements, point sans nom → région"
    return [compared(name, "2019", truth, matched["admin1_code"].replace("ML10", "ML07"))]


def typed(name: str, chance: random.Random) -> str:
    """A carelessly typed name: one edit (substitution, deletion, insertion, swap), no accents, any case."""
    text = fold(name)
    place = chance.randrange(len(text))
    edit = chance.choice(["substitution", "deletion", "insertion", "swap"])
    before, sign, after = text[:place], text[place], text[place + 1 :]
    changed = {
        "substitution": before + chance.choice(LETTERS) + after,
        "deletion": before + after,
        "insertion": before + chance.choice(LETTERS) + sign + after,
        "swap": before + after[:1] + sign + after[1:],
    }[edit]
    return chance.choice([str.lower, str.upper, str.title])(changed)


def of_typing(rounds: int = ROUNDS) -> list[Measure]:
    """(c) The 701 communes, mistyped, with and without their region and cercle."""
    areas = official("2021")
    names = dict(zip(areas["code"], areas["name_fr"], strict=True))
    communes = sorted(code for code in names if len(code) == 8)
    chance = random.Random(20190802)
    rows = [
        {
            "record_id": f"{number}:{code}",
            "admin1_name": names[code[:4]],
            "admin2_name": names[code[:6]],
            "admin3_name": typed(names[code], chance),
        }
        for number in range(rounds)
        for code in communes
    ]
    services = pd.DataFrame(rows)
    truth = services["record_id"].str.split(":").str[1]
    kind = f"{len(communes)} communes, une faute de frappe (× {rounds})"
    return [
        compared(f"{kind}, région et cercle connus", "2021", truth, resolved(services)["admin3_code"]),
        compared(
            f"{kind}, région connue",
            "2021",
            truth,
            resolved(without(services, ["admin2_name"]))["admin3_code"],
        ),
        compared(f"{kind}, sans parent", "2021", truth, resolved(without(services, NAMES[:2]))["admin3_code"]),
    ]


def speed(folder: Path, wanted: int = 1_000_000) -> tuple[float, float]:
    """Seconds and gigabytes to resolve that many service records, in a separate process."""
    frames = [
        records("ocha_3w_mli", next(folder.glob("mali_3w_*.xlsx"))),
        records("who_health_facilities_mli", next(folder.glob("who_*.csv"))),
    ]
    services = pd.concat(frames, ignore_index=True)
    schema = SHAPES["service"].schema
    once = pa.Table.from_pandas(services.reindex(columns=schema.names), schema=schema, preserve_index=False)
    many = pa.concat_tables([once] * (wanted // len(once) + 1)).slice(0, wanted)
    many = many.set_column(0, schema.field(0), pa.array([f"r{number}" for number in range(wanted)]))
    with tempfile.TemporaryDirectory() as place:
        write_parquet(Workspace(Path(place)).records("service", "many"), many)
        write(Workspace(Path(place)), "boundary", records("ocha_cod_ab_mli", folder / "cod_ab_2019_adm2.topojson"))
        done = subprocess.run(
            [sys.executable, "-c", TIMED, place], cwd=PROJECT, check=True, capture_output=True, text=True
        )
    seconds, gigabytes = json.loads(done.stdout)
    return seconds, gigabytes


def shown(measures: list[Measure], listed: pd.DataFrame) -> None:
    console = Console(width=150)
    table = Table(title="Lieux : précision et rappel contre les codes des fichiers")
    for column in ("mesure", "édition", "évaluées", "trouvées", "justes", "précision", "rappel", "écartées"):
        table.add_column(column)
    for m in measures:
        counts = [str(n) for n in (m.scored, m.found, m.right)]
        table.add_row(m.name, m.vintage, *counts, f"{m.precision:.2%}", f"{m.recall:.2%}", str(m.set_aside))
    console.print(table)
    reasons = Table(title="Lignes du 3W écartées : leurs codes et leurs noms se contredisent")
    for column in ("raison", "lieux distincts", "lignes"):
        reasons.add_column(column)
    for reason, group in listed.groupby("reason"):
        reasons.add_row(str(reason), str(len(group)), str(group["rows"].sum()))
    console.print(reasons)
    each = Table(title="… une à une")
    for column in listed.columns:
        each.add_column(column)
    for row in listed.itertuples(index=False):
        each.add_row(*("" if pd.isna(value) else str(value) for value in row))
    console.print(each)


if __name__ == "__main__":
    real = Path(sys.argv[1])
    measures_3w, rows_aside = of_3w(real)
    shown([*measures_3w, *of_facilities(real), *of_typing()], rows_aside)
    if "--speed" in sys.argv:
        seconds, gigabytes = speed(real)
        print(f"1 000 000 d’enregistrements : {seconds:.1f} s, {gigabytes:.2f} Go au plus")
