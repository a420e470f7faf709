"""Learns Splink's parameters and the thresholds from labelled names; writes model.json of organizations.

    .venv/bin/python benchmarks/train_organizations.py LABELS.csv [--scope ETH] [--output model.json]

m is counted on the labelled pairs, u on all pairs of names; no iterations. The labels have no phones, and no full name
without an acronym beside an acronym alone: the parameters of these levels are set by hand below. With --scope only that
country and the reference list are learnt from.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from warehouse.resolution.organizations.candidates import records
from warehouse.resolution.organizations.mentions import mentions_of

MODEL = Path(__file__).resolve().parents[1] / "warehouse" / "resolution" / "organizations" / "model.json"
# One in some hundred pairs of a block is another spelling; chosen, not learnt.
PRIOR = 0.01
THRESHOLDS = {"merge": 0.9, "review": 0.35}

_SHARED = "len(list_intersect(words_l, words_r))"
_LONGER = "greatest(len(words_l), len(words_r))"


def words() -> comparisons.CustomComparison:
    return comparisons.CustomComparison(
        output_column_name="words",
        comparison_levels=[
            levels.CustomLevel("len(words_l) = 0 or len(words_r) = 0").configure(is_null_level=True),
            levels.CustomLevel(f"{_SHARED} = {_LONGER}", "mêmes mots"),
            levels.CustomLevel(f"{_SHARED} >= .74 * {_LONGER}", "trois quarts"),
            levels.CustomLevel(f"{_SHARED} >= .5 * {_LONGER}", "la moitié"),
            levels.ElseLevel(),
        ],
    )


def spelling() -> comparisons.JaroWinklerAtThresholds:
    return comparisons.JaroWinklerAtThresholds("squash", [0.97, 0.93, 0.88, 0.8])


def acronym() -> comparisons.CustomComparison:
    return comparisons.CustomComparison(
        output_column_name="acronym",
        comparison_levels=[
            levels.CustomLevel("acronym_l = acronym_r", "même sigle"),
            levels.CustomLevel(
                "(acronym_l is null and acronym_r = initials_l) or (acronym_r is null and acronym_l = initials_r)",
                "initiales de l’autre",
            ).configure(m_probability=0.05, u_probability=0.0005, fix_m_probability=True, fix_u_probability=True),
            levels.CustomLevel("acronym_l is null or acronym_r is null").configure(is_null_level=True),
            levels.CustomLevel(
                "length(acronym_l) > 3 and length(acronym_r) > 3 and damerau_levenshtein(acronym_l, acronym_r) = 1",
                "un signe d’écart",
            ),
            levels.ElseLevel(),
        ],
    )


def phone() -> comparisons.CustomComparison:
    """Colleagues share a switchboard: a shared number is strong evidence, different numbers are weak."""
    return comparisons.CustomComparison(
        output_column_name="phone",
        comparison_levels=[
            levels.NullLevel("phone"),
            levels.ExactMatchLevel("phone").configure(
                m_probability=0.6, u_probability=0.002, fix_m_probability=True, fix_u_probability=True
            ),
            levels.ElseLevel().configure(
                m_probability=0.4, u_probability=0.998, fix_m_probability=True, fix_u_probability=True
            ),
        ],
    )


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="position",
        probability_two_random_records_match=PRIOR,
        comparisons=[
            words(),
            comparisons.JaroWinklerAtThresholds("squash", [0.97, 0.93, 0.88, 0.8]),
            acronym(),
            phone(),
        ],
        blocking_rules_to_generate_predictions=[block_on("squash")],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def learn(labels: pd.DataFrame) -> dict[str, Any]:
    """The model, as it is stored. ``labels``: name, acronym, same_as."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    known = labels["same_as"].tolist()
    mentions = mentions_of(labels)
    frame = records(mentions).assign(same_as=[known[mention.row or 0] for mention in mentions])
    api = DuckDBAPI()
    linker = Linker(api.register(frame.drop(columns=["keys", "organization"])), settings())
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_m_from_label_column("same_as")
    # Splink draws an identifier per linker: left out for reproducible files.
    learnt = {key: value for key, value in linker.misc.save_model_to_json().items() if key != "linker_uid"}
    return {"thresholds": THRESHOLDS, "splink": learnt}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--scope", help="a country of the labels, learnt from together with the reference list")
    parser.add_argument("--output", type=Path, default=MODEL)
    options = parser.parse_args()
    labels = pd.read_csv(options.labels)
    if options.scope:
        labels = labels[labels["scope"].isin([options.scope, "reference"])]
    options.output.write_text(json.dumps(learn(labels), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
