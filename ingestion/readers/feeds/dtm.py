"""IOM's DTM: its API cuts a place's displaced people by reason and origin.

One figure per place, date and sex adds them up.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ingestion.clean.numbers import number
from ingestion.clean.text import as_text
from ingestion.readers.rows import Table

PLACE = ["admin0Pcode", "admin1Pcode", "admin2Pcode", "reportingDate", "sex"]
# The baseline assessment counts everybody in an area; the assessment of its sites counts some of the same people again.
BASELINE = "BA"


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Table `table` with a figure per place, date and sex, its place all the cells that were added up."""
    table = tables["table"]
    keys = [column for column in PLACE if column in table.frame]
    has_baseline = table.frame["assessmentType"].eq(BASELINE).groupby([table.frame[key] for key in keys])
    again = has_baseline.transform("any") & table.frame["assessmentType"].ne(BASELINE)
    rejected = pd.DataFrame(
        {"locator": table.locators[again], "reason": "mêmes personnes que l’évaluation de base (BA)"}, dtype=object
    )
    counted = table.frame[~again]
    groups = counted.groupby(keys, sort=False)
    label = groups["people"].transform(lambda people: people.index[0])
    frame = counted[label.to_numpy() == counted.index.to_numpy()].copy()
    frame["people"] = counted.groupby(label)["people"].agg(_sum)[frame.index]
    frame["period"] = frame["reportingDate"].str[:7]

    def joined(places: pd.Series) -> pd.Series:
        added = places[counted.index].groupby(label).agg(lambda parts: ";".join(dict.fromkeys(parts)))
        return pd.Series(added.loc[frame.index])

    places = joined(table.locators)
    return {
        "table": replace(
            table,
            frame=frame,
            locators=places,
            cells=lambda column: joined(table.cells(column)),
            rejected=pd.concat([table.rejected, rejected], ignore_index=True),
        )
    }


def _sum(people: pd.Series) -> str:
    """The sum; where a part is not said or not readable, that part, for the sum is not known."""
    read = [(text, number(text)) for text in people]
    unknown = [text for text, value in read if value is None]
    return unknown[0] if unknown else as_text(float(sum(value for _, value in read if value is not None)))
