"""Reads the tables of a folder of PDFs, and scores them if the true structure is known.

    .venv/bin/python benchmarks/pdf_tables.py PDF_DIR OUT_DIR [--truth DIR] [--workers N] [--camelot-python PYTHON]

OUT_DIR gets a JSON file for each PDF: {"tables": [{"page", "rows", "cells": [[row, column, last row, last column,
text]]}]}. Truth: <name>-str.xml as in the ICDAR 2013 competition, by default in PDF_DIR. The score is the F1 of
adjacency relations: a filled cell and the next filled one to its right or below, by their letters and digits. Plain
pdfplumber is measured in the same run, document by document; camelot needs other versions and runs in its own
environment.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pdfplumber
from rich.console import Console
from rich.table import Table

from ingestion.readers.pdf.document import read_pages

Cell = tuple[int, int, int, int, str]  # row, column, last row, last column, text
Relation = tuple[str, str, str]
_CAMELOT = """
import json, sys, time
import camelot
for path in sys.argv[1:]:
    start = time.process_time()
    try:
        tables = [{"page": t.page, "rows": t.data} for t in camelot.read_pdf(path, pages="all", flavor="hybrid")]
    except Exception as error:
        tables = []
    print(json.dumps({"tables": tables, "seconds": time.process_time() - start}), flush=True)
"""


class Outcome(NamedTuple):
    """The result of one method on one document."""

    tables: list[dict[str, Any]]
    seconds: float
    is_ruled: bool = False


def ours(path: Path) -> Outcome:
    start = time.process_time()
    pages = read_pages(path, "all", "auto", {}, workers=1)
    seconds = time.process_time() - start
    read = [table for page in pages for table in page.tables if not table.is_rest]
    tables = []
    for table in read:
        rows = [[""] * table.column_count for _ in range(table.row_count)]
        for cell in table.cells:
            rows[cell.row][cell.column] = cell.text
        cells = [[c.row, c.column, c.last_row, c.last_column, c.text] for c in table.cells]
        tables.append({"page": table.page, "rows": rows, "cells": cells})
    return Outcome(tables, seconds, bool(read) and all(table.is_ruled for table in read))


def plain(path: Path) -> Outcome:
    """Plain pdfplumber with its default settings."""
    start = time.process_time()
    with pdfplumber.open(path) as pdf:
        tables = [{"page": page.page_number, "rows": rows} for page in pdf.pages for rows in page.extract_tables()]
    return Outcome(tables, time.process_time() - start)


def camelot(python: str, paths: list[Path]) -> list[Outcome]:
    done = subprocess.run([python, "-c", _CAMELOT, *map(str, paths)], capture_output=True, text=True, check=True)
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]


# --- score ---


def letters(text: str | None) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text or "") if letter.isalnum())


def relations(cells: Iterable[Cell]) -> Counter[Relation]:
    """The neighbours to the right and below of every filled cell, each pair once per direction."""
    texts: list[str] = []
    by_row: dict[int, list[tuple[int, int]]] = {}
    by_column: dict[int, list[tuple[int, int]]] = {}
    for row, column, last_row, last_column, text in cells:
        if not (characters := letters(text)):
            continue
        for r in range(row, last_row + 1):
            for c in range(column, last_column + 1):
                by_row.setdefault(r, []).append((c, len(texts)))
                by_column.setdefault(c, []).append((r, len(texts)))
        texts.append(characters)
    pairs = {("right", *pair) for pair in _neighbours(by_row)} | {("below", *pair) for pair in _neighbours(by_column)}
    return Counter((texts[one], texts[other], direction) for direction, one, other in pairs)


def _neighbours(lines: dict[int, list[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    for line in lines.values():
        order = [cell for _, cell in sorted(dict(line).items())]  # where cells overlap, the later one counts
        yield from ((one, other) for one, other in pairwise(order) if one != other)


def found_relations(tables: list[dict[str, Any]]) -> Counter[Relation]:
    total: Counter[Relation] = Counter()
    for table in tables:
        total += relations(
            table.get("cells")
            or ((r, c, r, c, text) for r, row in enumerate(table["rows"]) for c, text in enumerate(row))
        )
    return total


def true_relations(path: Path) -> Counter[Relation]:
    """Relations of the truth: regions of a table share one grid, each offset by its increments."""
    total: Counter[Relation] = Counter()
    for table in ElementTree.parse(path).iter("table"):
        cells: list[Cell] = []
        for region in table.iter("region"):
            down, right = (int(region.get(name) or 0) for name in ("row-increment", "col-increment"))
            for cell in region.iter("cell"):
                row, column = int(cell.get("start-row", 0)), int(cell.get("start-col", 0))
                last_row, last_column = int(cell.get("end-row", row)), int(cell.get("end-col", column))
                text = cell.findtext("content") or ""
                cells.append((row + down, column + right, last_row + down, last_column + right, text))
        total += relations(cells)
    return total


def f1(truth: Counter[Relation], read: Counter[Relation]) -> float:
    return 2 * (truth & read).total() / max(1, truth.total() + read.total())


def truths_of(folder: Path, stem: str) -> list[Path]:
    """The true structure of a document; two if the competition has two readings (…a, …b)."""
    base = stem[:-1] if stem[-1:] in "ab" and stem[-2:-1].isdigit() else stem
    return [path for suffix in ("", "a", "b") if (path := folder / f"{base}{suffix}-str.xml").exists()]


# --- the run ---


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--camelot-python", help="interpreter of an environment with camelot-py")
    options = parser.parse_args()
    paths = sorted(options.pdfs.glob("*.pdf"))
    options.out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    done = _each(ours, paths, options.workers)
    wall = time.perf_counter() - start
    for path, outcome in zip(paths, done, strict=True):
        text = json.dumps({"tables": outcome.tables}, ensure_ascii=False)
        (options.out / f"{path.stem}.json").write_text(text, encoding="utf-8")
    console = Console(width=120)
    console.print(f"{len(paths)} documents, {wall:.1f} s, {options.workers} processus")
    truth = options.truth or options.pdfs
    scored = [(path, outcome) for path, outcome in zip(paths, done, strict=True) if truths_of(truth, path.stem)]
    if scored:
        _compare(console, truth, scored, options.camelot_python)


def _each(read: Callable[[Path], Outcome], paths: list[Path], workers: int) -> list[Outcome]:
    if workers < 2:
        return [read(path) for path in paths]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(read, paths))


def _compare(console: Console, truth: Path, scored: list[tuple[Path, Outcome]], python: str | None) -> None:
    paths = [path for path, _ in scored]
    ways = {"le nôtre": [], "pdfplumber": []}
    for path in paths:  # in turn, so that both run under the same load
        ways["pdfplumber"].append(plain(path))
        ways["le nôtre"].append(ours(path))
    if python:
        ways["camelot hybrid"] = camelot(python, paths)
    else:
        console.print("camelot : absent (--camelot-python)")
    true = [[true_relations(each) for each in truths_of(truth, path.stem)] for path in paths]
    scores = {
        way: [
            max(f1(one, found_relations(outcome.tables)) for one in variants)
            for outcome, variants in zip(outcomes, true, strict=True)
        ]
        for way, outcomes in ways.items()
    }
    base = sum(outcome.seconds for outcome in ways["pdfplumber"])
    is_ruled = [outcome.is_ruled for _, outcome in scored]
    table = Table("document", *ways)
    for number, path in enumerate(paths):
        table.add_row(path.stem, *(f"{scores[way][number]:.3f}" for way in ways))
    table.add_section()
    table.add_row("moyenne", *(f"{_mean(scores[way]):.3f}" for way in ways))
    for name, wanted in (("à filets", True), ("autres", False)):
        some = {way: [s for s, ruled in zip(scores[way], is_ruled, strict=True) if ruled is wanted] for way in ways}
        table.add_row(f"{name} ({is_ruled.count(wanted)})", *(f"{_mean(some[way]):.3f}" for way in ways))
    table.add_row("secondes (processeur)", *(f"{sum(o.seconds for o in ways[way]):.1f}" for way in ways))
    table.add_row("× pdfplumber", *(f"{sum(o.seconds for o in ways[way]) / base:.2f}" for way in ways))
    console.print(table)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
