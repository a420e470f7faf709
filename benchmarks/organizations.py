"""Compares ways of grouping organization names on labelled names.

    .venv/bin/python benchmarks/organizations.py LABELS.csv [--errors] [--canonical-only] [--model model.json]

LABELS.csv: scope (a country, or "reference"), name, acronym, same_as (equal for one organization). Each country is
resolved together with the reference list, as the product does; pairs within the country and pairs country × reference
are counted, the same for every method.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from ingestion.clean.text import fold
from warehouse.resolution.organizations import candidates, resolve

Matrix = np.ndarray[tuple[int, ...], np.dtype[Any]]
Groups = Callable[[pd.DataFrame], Matrix]


def linked(names: pd.DataFrame) -> Matrix:
    """Ours: pairs of the same cluster."""
    return _equal(resolve(names).cluster.reset_index(drop=True))


def exact(names: pd.DataFrame) -> Matrix:
    """Equal folded name, or equal folded acronym."""
    return _equal(names["name"].map(fold)) | _equal(_acronyms(names))


def similarity(names: pd.DataFrame) -> Matrix:
    """rapidfuzz, 0 to 100; an equal acronym is 100."""
    folded = names["name"].map(fold).tolist()
    score = process.cdist(folded, folded, scorer=fuzz.token_sort_ratio, dtype=np.float32)
    return np.where(_equal(_acronyms(names)), 100, score)


def untuned_splink(names: pd.DataFrame) -> Matrix:
    """Splink's default comparisons, with parameters estimated from the data; 0 to 100."""
    import splink.comparison_library as comparisons
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink.blocking_rule_library import CustomRule

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    frame = pd.DataFrame(
        {"unique_id": range(len(names)), "name": names["name"].map(fold).to_numpy(), "acronym": _acronyms(names)}
    )
    frame["first"] = frame["name"].str[:4]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparisons.NameComparison("name"), comparisons.ExactMatch("acronym")],
        blocking_rules_to_generate_predictions=[CustomRule("1=1")],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(frame), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first"))
    pairs = linker.inference.predict().as_duckdbpyrelation().df()
    score = np.zeros((len(names), len(names)), np.float32)
    score[pairs["unique_id_l"], pairs["unique_id_r"]] = 100 * pairs["match_probability"]
    return np.maximum(score, score.T)


def _acronyms(names: pd.DataFrame) -> pd.Series:
    """The acronym as given, else the one in brackets at the end of the name, or None."""
    inside = names["name"].str.extract(r"\(([^()]{2,14})\)\s*$")[0]
    return names["acronym"].where(names["acronym"].notna(), inside).map(fold, na_action="ignore").reset_index(drop=True)


def _equal(values: pd.Series) -> Matrix:
    codes = pd.factorize(values)[0]
    equal: Matrix = (codes[:, None] == codes[None, :]) & (codes >= 0)[:, None]
    return equal


def scopes(labels: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each country with the reference list."""
    for scope in sorted(set(labels["scope"]) - {"reference"}):
        yield scope, labels[labels["scope"].isin([scope, "reference"])].reset_index(drop=True)


def counted(names: pd.DataFrame) -> Matrix:
    """The pairs to judge: not both of the reference list, each once."""
    reference = (names["scope"] == "reference").to_numpy()
    return np.triu(~(reference[:, None] & reference[None, :]), 1)


Marks = dict[str, float]


def marks(predicted: Matrix, true: np.ndarray) -> Marks:
    right = int((predicted & true).sum())
    precision, recall = right / max(1, predicted.sum()), right / max(1, true.sum())
    return {
        "précision": precision,
        "rappel": recall,
        "F1": 2 * precision * recall / max(1e-9, precision + recall),
        "paires dites": int(predicted.sum()),
        "paires vraies": int(true.sum()),
    }


def measure(labels: pd.DataFrame, method: Groups) -> tuple[dict[str, Marks], float]:
    """Marks by country and for all; scores are turned into decisions at the best threshold over all countries."""
    started = time.perf_counter()
    matrices = {scope: (method(names), names, counted(names)) for scope, names in scopes(labels)}
    seconds = time.perf_counter() - started
    truth = {scope: _equal(names["same_as"])[pairs] for scope, (_, names, pairs) in matrices.items()}
    scores = {scope: matrix[pairs] for scope, (matrix, _, pairs) in matrices.items()}
    levels = [True] if next(iter(scores.values())).dtype == bool else np.arange(50, 100.5, 0.5)
    every = np.concatenate(list(truth.values()))
    best = max(levels, key=lambda level: marks(np.concatenate(list(scores.values())) >= level, every)["F1"])
    result = {scope: marks(scores[scope] >= best, truth[scope]) for scope in scores}
    result["ensemble"] = marks(np.concatenate([scores[scope] >= best for scope in scores]), every)
    return result, seconds


METHODS: dict[str, Groups] = {
    "nom ou sigle égal": exact,
    "rapidfuzz, meilleur seuil": similarity,
    "Splink non réglé": untuned_splink,
    "le nôtre": linked,
}


def show_errors(labels: pd.DataFrame, console: Console) -> None:
    for scope, names in scopes(labels):
        predicted, true, pairs = linked(names), _equal(names["same_as"]), counted(names)
        for title, wrong in (("réunis à tort", predicted & ~true & pairs), ("manqués", ~predicted & true & pairs)):
            console.print(f"\n[bold]{scope} : {title}[/bold]")
            for left, right in zip(*np.nonzero(wrong), strict=True):
                one, other = names.loc[left], names.loc[right]
                console.print(
                    f"  {one['name']} [{one['acronym']}] | {other['name']} [{other['acronym']}]", markup=False
                )


def canonical_only(labels: pd.DataFrame) -> pd.DataFrame:
    """The reference list reduced to one name per organization, the one nearest to its label."""
    reference = labels[labels["scope"] == "reference"]
    near = [fuzz.ratio(fold(name), key) for name, key in zip(reference["name"], reference["same_as"], strict=True)]
    kept = reference.assign(near=near).sort_values(["near", "name"]).groupby("same_as").tail(1).index
    return labels[(labels["scope"] != "reference") | labels.index.isin(kept)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--errors", action="store_true", help="list what ours joins wrongly and misses")
    parser.add_argument("--canonical-only", action="store_true", help="one name per organization in the reference list")
    parser.add_argument("--model", type=Path, help="parameters to use instead of those of the package")
    options = parser.parse_args()
    if options.model:
        candidates.model.cache_clear()
        candidates.MODEL = options.model
    labels = pd.read_csv(options.labels)
    if options.canonical_only:
        labels = canonical_only(labels)
    console = Console()
    table = Table("méthode", "pays", "précision", "rappel", "F1", "paires dites", "paires vraies", "secondes")
    for name, method in METHODS.items():
        result, seconds = measure(labels, method)
        for scope, mark in result.items():
            cells = [f"{value:.3f}" if isinstance(value, float) else str(value) for value in mark.values()]
            table.add_row(name, scope, *cells, f"{seconds:.1f}" if scope == "ensemble" else "")
        table.add_section()
    console.print(table)
    if options.errors:
        show_errors(labels, console)


if __name__ == "__main__":
    main()
