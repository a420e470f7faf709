"""One submission tells of a search for several types of service: one row a type, found or not."""

import pandas as pd

from ingestion.readers.rows import Table


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Table `search`, one row per submission and service type, with `type_cherche` and `trouve`."""
    main = tables["main"]
    answers = zip(main.frame["types_cherches"], main.frame["types_non_trouves"], strict=True)
    # A type that was not found was searched for, ticked as such or not.
    kinds = [sorted({*searched.split(), *missing.split()}) for searched, missing in answers]
    rows = main.frame.assign(type_cherche=pd.Series(kinds, index=main.frame.index, dtype=object)).explode(
        "type_cherche"
    )
    rows["type_cherche"] = rows["type_cherche"].fillna("")  # nothing ticked: a row that the gate rejects and keeps
    missing = rows["types_non_trouves"].str.split()
    rows["trouve"] = [
        "non" if kind in none else "oui" for kind, none in zip(rows["type_cherche"], missing, strict=True)
    ]
    return {"search": main.reshaped("search", rows, {"type_cherche": "types_cherches", "trouve": "types_non_trouves"})}
