"""What the rows of one source say of each other: warnings, never corrections."""

from __future__ import annotations

import pandas as pd

from ingestion.clean.pcodes import disagreements
from ingestion.shapes.common import PLACE_COLUMNS

_CELL = ["document_id", "indicator", "sector_code", "population_group_code", "sex", "age_group", "period"]


def add_warnings(shape: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The records with the warning codes of their shape added to `warnings` (";"-joined, sorted)."""
    codes: list[set[str]] = [set(w.split(";")) if isinstance(w, str) else set() for w in frame["warnings"]]
    if {"admin1_code", "admin2_code"} <= set(frame.columns):
        _place_codes(frame, codes)
    if shape == "need":
        _fractions(frame, codes)
        _levels(frame, codes)
        _sexes(frame, codes)
    return frame.assign(warnings=pd.Series([";".join(sorted(names)) or None for names in codes], index=frame.index))


def _place_codes(frame: pd.DataFrame, codes: list[set[str]]) -> None:
    triples = zip(frame["admin1_code"], frame["admin2_code"], frame["admin3_code"], strict=True)
    for row, triple in enumerate(triples):
        codes[row] |= set(disagreements(*(code if isinstance(code, str) else None for code in triple)))


def _fractions(frame: pd.DataFrame, codes: list[set[str]]) -> None:
    """People come whole: HNO 2024 holds one figure of 225,037.9852."""
    people = pd.to_numeric(frame["people"])
    for row in (people.notna() & people.ne(people.round())).to_numpy().nonzero()[0]:
        codes[row].add("people_fractional")


# All that says where a row's figure is: of a table without codes its names.
_PLACES = tuple(column.name for column in PLACE_COLUMNS if column.family != "none")
# What says a place below a cercle, or beside the codes.
_OTHER_PLACES = ("admin3_code", "admin3_name", "place_name", "zone_code")


def _levels(frame: pd.DataFrame, codes: list[set[str]]) -> None:
    """A figure whose parts one level down add up to another figure (HNO 2024, SHL, RRI: 37,938 against 47,508).

    Rows whose place code could not be read, that say their place by a name alone, or that are of communes or zones,
    have no level here.
    """
    unread = frame[[name for name in _OTHER_PLACES if name in frame]].notna().any(axis=1)
    for level in ("admin1", "admin2"):
        unread |= frame[f"{level}_code"].isna() & (frame[f"{level}_code_raw"].notna() | frame[f"{level}_name"].notna())
    known = frame.assign(row=range(len(frame)), people=pd.to_numeric(frame["people"]))[~unread]
    known = known[known["people"].notna()]
    country = known[known["admin1_code"].isna() & known["admin2_code"].isna()]
    regions = known[known["admin1_code"].notna() & known["admin2_code"].isna()]
    cercles = known[known["admin2_code"].notna()]
    for totals, parts, by in (
        (country, regions, _CELL),
        (country, cercles, _CELL),
        (regions, cercles, [*_CELL, "admin1_code"]),
    ):
        for row in _other_sums(totals, parts, by):
            codes[row].add("levels_disagree")


def _sexes(frame: pd.DataFrame, codes: list[set[str]]) -> None:
    """A total that women and men of the same place, group and age do not add up to."""
    places = [name for name in _PLACES if name in frame]
    by = [name for name in _CELL if name != "sex"] + places
    known = frame.assign(row=range(len(frame)), people=pd.to_numeric(frame["people"]))
    known[by] = known[by].astype(object).fillna("")  # a column without a value would be one of numbers
    known = known[known["people"].notna()].drop_duplicates([*by, "sex", "people"])
    women, men = (known[known["sex"] == sex] for sex in ("f", "m"))
    both_told = women.merge(men[by], on=by, how="inner")[by].drop_duplicates()
    parts = pd.concat([women, men]).merge(both_told, on=by, how="inner")
    for row in _other_sums(known[known["sex"] == "a"], parts, by):
        codes[row].add("sexes_disagree")


def _other_sums(totals: pd.DataFrame, parts: pd.DataFrame, by: list[str]) -> list[int]:
    """The rows of totals that their parts do not add up to; one person of rounding is allowed for each part."""
    sums = parts.groupby(by, dropna=False)["people"].agg(["sum", "count"]).reset_index()
    both = totals.merge(sums, on=by, how="inner")
    is_other = (both["people"] - both["sum"]).abs() > both["count"]
    return [int(row) for row in both.loc[is_other, "row"]]
