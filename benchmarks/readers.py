"""Readers of the catalog while publications follow each other. Prints a Markdown table.

    .venv/bin/python benchmarks/readers.py [--readers 16] [--publications 30] [--every 1.0]

Each publication goes through the calls of a run (`begin`, `copy_build`, `write_manifest`, `finish`, `publish_pointer`),
then through the retention, which keeps two. Every row of a build carries the number of its publication. A reader, a
process of its own, reads the catalog, opens the file it names and queries three tables: all rows must carry one number,
that of the manifest beside the file, and their count must match the manifest. One reader in four is slow: it keeps its
file open until six more publications came, longer than the retention keeps it, and must still read all of it. Exits
with 1 after any error.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import sys
import tempfile
import time
import uuid
from collections import Counter
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from warehouse.paths import Layout
from warehouse.publication import publish, retention

TABLES = ("service_directory", "service_gap", "provenance")
ROWS = 20_000
KEPT = 2
SLOW_FOR = 6
_SPAN = dt.timedelta(days=2)  # between publications, so that the retention removes what left the catalog last time


def build(layout: Layout, number: int) -> None:
    """A build whose every row carries the number; the tables' rows change with it."""
    layout.build.mkdir(parents=True, exist_ok=True)
    layout.build_file.unlink(missing_ok=True)
    with duckdb.connect(str(layout.build_file)) as connection:
        for schema in publish.SCHEMAS:
            connection.execute(f"create schema {schema}")
        for table in TABLES:
            rows = f"select {number} as number, i, md5(i::varchar || {number}) as text from range({ROWS + number}) t(i)"
            connection.execute(f"create table marts.{table} as {rows}")


def published(layout: Layout, number: int, now: dt.datetime) -> None:
    """One publication and the retention after it, as at the end of a run."""
    build(layout, number)
    run_id = str(uuid.uuid4())
    publication = publish.name_of(run_id, now)
    publish.begin(layout, publication)
    marts = publish.copy_build(layout, publication, {}, "")
    manifest = {
        "run_id": run_id, "is_demo": True, "marts": marts, "inputs": {}, "number": number,
        "as_of": "2024-08-31", "checks": [],
        "published_at": now.isoformat(), "fingerprint": "", "source_checks": {},
    }  # fmt: skip
    publish.write_manifest(layout, publication, manifest)
    publish.finish(layout, publication)
    publish.publish_pointer(layout, publication, run_id, True, now)
    retention.prune(layout, KEPT, 7, now)


def current_number(layout: Layout) -> int:
    catalog = publish.catalog(layout)
    assert catalog is not None
    return int(publish.manifest_of(layout, catalog["current"])["number"])


def read_once(layout: Layout, is_slow: bool, stop: Event) -> str:
    """What is wrong with one read, "" if all of it was of one publication."""
    catalog = publish.catalog(layout)
    assert catalog is not None
    manifest = publish.manifest_of(layout, catalog["current"])
    with duckdb.connect(str(layout.published / catalog["current"]), read_only=True) as connection:
        while is_slow and not stop.is_set() and current_number(layout) < manifest["number"] + SLOW_FOR:
            time.sleep(0.05)
        for table in TABLES:
            query = f"select count(*), min(number), max(number), count(distinct text) from marts.{table}"
            count, least, most, texts = connection.execute(query).fetchall()[0]
            expected = manifest["marts"][f"marts.{table}"]["rows"]
            if not (least == most == manifest["number"] and count == texts == expected):
                return f"{table} : {count} lignes de {least} à {most}, attendu {expected} de {manifest['number']}"
    return "" if manifest["run_id"] == catalog["run_id"] else "manifeste d’une autre exécution que le catalogue"


def reader(root: Path, is_slow: bool, stop: Event, results: Any) -> None:
    layout, seen = Layout(root), Counter[str]()
    while not stop.is_set():
        try:
            seen[read_once(layout, is_slow, stop)] += 1
        except Exception as error:  # any error counts
            seen[f"{type(error).__name__} : {error}"] += 1
        time.sleep(0.01)
    results.put((is_slow, seen))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--publications", type=int, default=30)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between publications")
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    stop, results = spawn.Event(), spawn.Queue()
    with tempfile.TemporaryDirectory() as folder:
        layout, now = Layout(Path(folder)), dt.datetime.now(dt.UTC)
        published(layout, 1, now)
        slow = [n % 4 == 3 for n in range(options.readers)]
        readers = [spawn.Process(target=reader, args=(layout.root, is_slow, stop, results)) for is_slow in slow]
        for one in readers:
            one.start()
        started = time.monotonic()
        for number in range(2, options.publications + 2):
            time.sleep(options.every)
            published(layout, number, now + (number - 1) * _SPAN)
        seconds = time.monotonic() - started
        stop.set()
        seen_by = [results.get(timeout=60) for _ in readers]
        for one in readers:
            one.join(60)
        left = len(publish.all_readable(layout))
    counts = {kind: sum((seen for is_slow, seen in seen_by if is_slow == kind), Counter()) for kind in (False, True)}
    errors = Counter({text: n for seen in counts.values() for text, n in seen.items() if text})
    print("| lecteurs | publications | en | lectures | dont lentes | erreurs | publications restantes |")
    print("|---|---|---|---|---|---|---|")
    total, of_slow = (sum(counts[False].values()) + sum(counts[True].values()), sum(counts[True].values()))
    print(
        f"| {options.readers} | {options.publications} | {seconds:.0f} s | {total} | {of_slow} |"
        f" {errors.total()} | {left} |"
    )
    for text, count in errors.most_common(10):
        print(f"{count} × {text}", file=sys.stderr)
    return 1 if errors or not all(sum(seen.values()) for _, seen in seen_by) else 0


if __name__ == "__main__":
    sys.exit(main())
