"""What scores pairs of organizations' names: DuckDB in this process, or Spark where they are very many."""

from __future__ import annotations

from functools import partial

import pandas as pd

from orchestration.pipeline.engine import folder, is_spark
from orchestration.settings import names_for_spark, settings_of_engine
from warehouse.paths import Layout
from warehouse.resolution.organizations.candidates import Scorer, scored_pairs
from warehouse.resolution.organizations.mentions import Mention


class ScoringFailed(Exception):
    """Spark could not score the pairs; the message says which master it was and what it answered."""


def scorer(layout: Layout) -> Scorer:
    """What finds and scores the pairs of organizations' names: DuckDB, or Spark from so many names on.

    On Spark it raises ScoringFailed if there is no such master or no answer. Raises SettingError.
    """
    if not is_spark():
        return scored_pairs
    return partial(_scored, layout)


def _scored(layout: Layout, mentions: list[Mention]) -> pd.DataFrame:
    if len(mentions) < names_for_spark():
        return scored_pairs(mentions)
    from orchestration.pipeline.spark import organization_pairs, session  # the extra « spark »

    master = settings_of_engine()[1]
    try:
        spark = session.start(master, folder(layout) / "names")
        try:
            return organization_pairs.scored_pairs(mentions, spark)
        finally:
            spark.stop()
    except Exception as error:  # of Spark and Java
        told = session.first_words(error)
        raise ScoringFailed(f"Spark ({master}) n’a pas pu rapprocher les noms de structures : {told}") from error
