"""One submission tells of a search for several types of service: one row a type, found or not."""

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.rows import Table

QUESTIONS = ("types_cherches", "types_non_trouves")


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Table `search`, one row per submission and service type, with `type_cherche` and `trouve`."""
    main = tables["main"]
    # Without them nothing tells what was searched for, or a type that was not found would count as found.
    if missing := [question for question in QUESTIONS if question not in main.frame]:
        found = f"les questions {', '.join(main.frame.columns)}"
        raise SourceFileError("mrf_survey_coverage", "questions", f"les questions {', '.join(missing)}", found)
    answers = zip(main.frame["types_cherches"], main.frame["types_non_trouves"], strict=True)
    # A type that was not found was searched for, ticked as such or not.
    kinds = [sorted({*searched.split(), *none.split()}) for searched, none in answers]
    rows = main.frame.assign(type_cherche=pd.Series(kinds, index=main.frame.index, dtype=object)).explode(
        "type_cherche"
    )
    rows["type_cherche"] = rows["type_cherche"].fillna("")  # nothing ticked: a row that the gate rejects and keeps
    searched_in_vain = rows["types_non_trouves"].str.split()
    rows["trouve"] = [
        "non" if kind in none else "oui" for kind, none in zip(rows["type_cherche"], searched_in_vain, strict=True)
    ]
    return {"search": main.reshaped("search", rows, {"type_cherche": "types_cherches", "trouve": "types_non_trouves"})}
