"""Several exports of one form together: each submission where it was changed last, and those that were deleted since.

Nothing in an export says whether it is whole, so what it holds tells. A submission that an export lacks was deleted
where the export holds older and newer ones, or all the others; where a period, a filter or most of them are missing,
the export is a part, and what it lacks stays.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ingestion.readers.rows import Table
from ingestion.readers.surveys.consent import ERASED
from ingestion.readers.surveys.identity import groups
from ingestion.readers.surveys.survey_levels import submission_of, without

MAIN = "main"
Files = dict[Path, dict[str, Table]]
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


def last_versions(files: Files) -> Files:
    """The tables of several files, each submission only where it was changed last: exports hold those of before too.

    Where both files have the same version the later export counts: by the date in its name, else by its newest
    submission, else in the order given.
    """
    if len(files) < 2:
        return files
    every = known_versions(files)
    gone = _replaced(every) | _erased(every)
    left, notes = _deleted(every, files)
    gone |= {place: why for place, why in left.items() if place not in gone}
    return {path: _after(path, tables, gone, notes.get(path, ())) for path, tables in files.items()}


Place = tuple[Path, str]  # a file, and the label of a submission in it


def known_versions(files: Files) -> pd.DataFrame:
    """Every version that the files hold: VERSIONS, its label, path and rank, and the group of one submission."""
    ranks = _ranks(files)
    versions = [tables[MAIN].versions.assign(rank=ranks[path]) for path, tables in files.items()]
    every = pd.concat(versions).reset_index(names="label")
    of_rank = {rank: path for path, rank in ranks.items()}
    every["path"] = pd.Series([of_rank[rank] for rank in every["rank"]], index=every.index, dtype=object)
    return every.assign(group=groups(_with_ranks(every)))


def _after(path: Path, tables: dict[str, Table], gone: dict[Place, str], notes: tuple[str, ...]) -> dict[str, Table]:
    own = {label: why for (file, label), why in gone.items() if file == path}
    kept = {name: without(one, own) for name, one in tables.items()}
    main = kept[MAIN]
    return kept | {MAIN: replace(main, notes=main.notes + notes)}


def _ranks(files: Files) -> dict[Path, int]:
    """The order in which the exports were made, as far as it is known."""
    days = {path: _day_of(path.name) for path in files}
    newest = {path: max(tables[MAIN].versions["sent"], default="") for path, tables in files.items()}
    by = days if all(days.values()) else newest
    return {path: rank for rank, path in enumerate(sorted(files, key=lambda path: by[path]))}


def _day_of(name: str) -> str:
    """The day or the month in a file's name, "" without one."""
    days = list(_DAY.finditer(name))
    return "-".join(part for part in days[-1].groups() if part) if days else ""


def _with_ranks(every: pd.DataFrame) -> pd.DataFrame:
    """A submission that has nothing but its number in one export is that of no other."""
    lone = every["number"].eq("") & every["uuid"].str.fullmatch(r"\d{1,6}")
    here = every["rank"].astype(str) + "#" + every["uuid"]
    return every.assign(uuid=every["uuid"].mask(lone, here), root=every["root"].mask(lone, ""))


def _replaced(every: pd.DataFrame) -> dict[Place, str]:
    """The versions that a later one replaces, be it in the same file or in another."""
    # KoboToolbox leaves the date of an edited submission as it was, and names the version before.
    before = set(zip(every["group"], every["before"], strict=True))
    is_open = [one not in before for one in zip(every["group"], every["uuid"], strict=True)]
    order = ["is_open", "is_readable", "edits", "changed", "rank"]
    ordered = every.assign(is_open=is_open, is_readable=_is_best(every)).sort_values(order, kind="stable")
    last = ordered.drop_duplicates("group", keep="last")
    by = {
        group: f"remplacée par uuid:{label} ({path.name})"
        for group, label, path in zip(last["group"], last["label"], last["path"], strict=True)
    }
    older = ordered[ordered.duplicated("group", keep="last") & ordered["gone"].ne(ERASED)]
    places = zip(older["path"], older["label"], strict=True)
    return {place: by[group] for place, group in zip(places, older["group"], strict=True)}


def _is_best(every: pd.DataFrame) -> pd.Series:
    """Not an encrypted copy of a version that another export holds with its answers."""
    readable = set(zip(every["group"], every["uuid"], every["is_readable"], strict=True))
    copies = [(group, uuid, True) in readable for group, uuid in zip(every["group"], every["uuid"], strict=True)]
    return every["is_readable"] | ~pd.Series(copies, index=every.index, dtype=bool)


def _erased(every: pd.DataFrame) -> dict[Place, str]:
    """All versions of a submission of which one was erased on request."""
    wanted = set(every["group"][every["gone"].eq(ERASED)])
    rows = every[every["group"].isin(wanted)]
    return dict.fromkeys(zip(rows["path"], rows["label"], strict=True), ERASED)


def _deleted(every: pd.DataFrame, files: Files) -> tuple[dict[Place, str], dict[Path, tuple[str, ...]]]:
    """The submissions that a later export should hold and does not; notes, by file, on exports that are a part."""
    alive = every[every["gone"].ne(ERASED)]
    last_seen = alive.groupby("group")["rank"].max()
    rows = alive.sort_values("rank").drop_duplicates("group", keep="last").set_index("group")
    gone: dict[Place, str] = {}
    notes: dict[Path, tuple[str, ...]] = {}
    left: set[int] = set()
    series = _series(alive)
    for path, rank in sorted(_ranks(files).items(), key=lambda one: one[1]):
        here = alive[alive["rank"].eq(rank)]
        there = set(here["group"])
        earlier = set(alive["group"][alive["rank"].lt(rank) & alive["rank"].isin(series.get(rank, ()))])
        missing = sorted(earlier - there - left)
        kept = earlier & there
        if not missing or not kept:
            continue  # another period, place or team: an export of its own
        deleted = _missed(rows.loc[missing], here, len(kept), files, path)
        if last_seen.loc[deleted].gt(rank).any():  # a later export holds what this one lacks: it is a part
            deleted = []
        left |= set(deleted)
        gone |= {
            (rows["path"][group], rows["label"][group]): f"absente d’un export complet plus récent ({path.name})"
            for group in deleted
        }
        notes[path] = tuple(_deletion_notes(len(deleted), len(missing) - len(deleted)))
    return gone, notes


def _series(every: pd.DataFrame) -> dict[int, set[int]]:
    """By rank of an export, the ranks of its series: exports that hold a common submission are of one project.

    Two projects of one form, on one server or two, say nothing of each other's submissions.
    """
    series: dict[int, set[int]] = {}
    for _, ranks in every.groupby("group")["rank"]:
        united: set[int] = set().union(*(series.get(rank, {rank}) for rank in ranks))
        series |= dict.fromkeys(united, united)
    return series


def _deletion_notes(deleted: int, kept: int) -> list[str]:
    notes = []
    if deleted:
        notes.append(f"export complet : {deleted} soumission(s) d’exports antérieurs n’y sont plus, retirée(s)")
    if kept:
        why = "période ou filtre" if not deleted else "période"
        notes.append(f"export partiel ({why}) : {kept} soumission(s) d’exports antérieurs n’y sont pas, gardée(s)")
    return notes


def _missed(missing: pd.DataFrame, here: pd.DataFrame, kept: int, files: Files, path: Path) -> list[int]:
    """Of the submissions that an export lacks, those that it would hold if they were not deleted."""
    sent = [moment for moment in map(_moment, here["sent"]) if moment]
    moments = missing["sent"].map(_moment)
    is_only_one = len(missing) == 1
    inside = [
        group
        for group, moment in zip(missing.index, moments, strict=True)
        if moment is not None and sent and min(sent) <= moment <= max(sent)
    ]
    # All others are there: but the eldest of two may be older than the period.
    if is_only_one and not inside and (kept > 1 or moments.isna().all() or (sent and moments.iloc[0] > max(sent))):
        inside = list(missing.index)
    if len(inside) > max(1, kept) or _is_filtered(missing.loc[inside], here, files, path):
        return []
    return inside


def _is_filtered(missing: pd.DataFrame, here: pd.DataFrame, files: Files, path: Path) -> bool:
    """Whether one answer or the state of review separates what an export holds from what it lacks: it was filtered."""
    states = set(here["state"])
    if len(missing) and len(states) == 1 and "" not in states and not states & set(missing["state"]):
        return True
    if len(missing) < 2 or len(here) < 2:
        return False
    answers = _answers(files[path], set(here["label"]))
    for file in set(missing["path"]):
        lacking = _answers(files[file], set(missing["label"][missing["path"].eq(file)]))
        for column, values in list(answers.items()):
            if len(values) != 1 or "" in values or values & lacking.get(column, set()):
                answers.pop(column)
    return bool(answers)


def _answers(tables: dict[str, Table], labels: set[str]) -> dict[str, set[str]]:
    """By question, what submissions answered."""
    answers: dict[str, set[str]] = {}
    for table in tables.values():
        rows = table.frame[[submission_of(label) in labels for label in table.frame.index]]
        for column in rows:
            answers.setdefault(str(column), set()).update(rows[column].unique())
    return answers


def _moment(text: str) -> dt.datetime | None:
    """When a submission was sent, in world time; KoboToolbox writes no zone."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
