"""Exports of XLSForm surveys (KoboToolbox or ODK), read by question name, never by position.

KoboToolbox numbers submissions in `_index` and links a repeat by `_parent_index`; ODK Central uses `KEY` and
`PARENT_KEY`. Group prefixes (`org/org_nom`, `org-org_nom`) are dropped: question names are unique in a form.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.grid import Grid, read_grids
from ingestion.readers.rows import Table, Tables
from ingestion.readers.settings import SurveyReader
from ingestion.source import Source

_KEYS = (
    ("_index", "_parent_index"),
    ("_uuid", "_submission__uuid"),
    ("_id", "_submission__id"),
    ("KEY", "PARENT_KEY"),
)
_UUIDS = ("_uuid", "meta/instanceID", "instanceID", "KEY", "_id", "_index")
# Who filled the form, on which phone and exactly when: never needed, and personal.
_DEVICE = frozenset(
    {"start", "end", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "instanceName"}
)

_POINT = ("-Latitude", "-Longitude", "-Altitude", "-Accuracy")

_TOOL_COLUMNS = frozenset(
    {"SubmissionDate", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
     "ReviewState", "DeviceID", "Edits", "FormVersion"}
)  # fmt: skip


def read(path: Path, source: Source, reader: SurveyReader) -> Tables:
    """The submissions as table "main" and each repeat under its own name, with the submission's answers joined."""
    grids = read_grids(path)
    candidates = [grid for grid in grids if grid.sheet not in reader.repeats and grid.rows]
    if not candidates:
        raise SourceFileError(path.name, "classeur", "une feuille de soumissions", "aucune feuille remplie")
    main_grid = next((grid for grid in candidates if _has_submissions(grid)), candidates[0])
    main, uuids = _submissions(main_grid)
    tables = {"main": _table("main", main, uuids, {name: name for name in main.columns})}
    for repeat in reader.repeats:
        grid = next((grid for grid in grids if grid.sheet == repeat), None)
        if grid is None:
            sheets = ", ".join(grid.sheet for grid in grids)
            raise SourceFileError(
                path.name, "classeur", f"la feuille du groupe répété « {repeat} »", f"les feuilles {sheets}"
            )
        tables[repeat] = _repeat(grid, repeat, main, uuids)
    _check_columns(path.name, source, tables)
    return {name: _without_keys(table) for name, table in tables.items()}


def _has_submissions(grid: Grid) -> bool:
    return bool(grid.rows) and any(name in _UUIDS or _question(name) == "_uuid" for name in grid.rows[0])


def _frame(grid: Grid) -> pd.DataFrame:
    if not grid.rows:
        return pd.DataFrame(dtype=object)
    names = grid.rows[0]
    keep = [i for i, name in enumerate(names) if name and not _is_choice(name, names) and not _is_tool_column(name)]
    rows = [row for row in grid.rows[1:] if any(cell.strip() for cell in row)]
    frame = pd.DataFrame(rows, columns=range(len(names)), dtype=object).iloc[:, keep]
    frame = _with_whole_points(frame.set_axis([names[i] for i in keep], axis=1))
    frame = frame.set_axis([_question(name) for name in frame.columns], axis=1)
    if repeated := sorted(set(frame.columns[frame.columns.duplicated()])):
        raise SourceFileError(grid.file, grid.place(0), "des questions distinctes", f"{repeated} en double")
    return frame


def _with_whole_points(frame: pd.DataFrame) -> pd.DataFrame:
    """ODK Central cuts a point into four columns, `gps-Latitude` and so on: together they are the answer to `gps`."""
    for first in [name for name in frame.columns if name.endswith(_POINT[0])]:
        point = first.removesuffix(_POINT[0])
        parts = [point + part for part in _POINT if point + part in frame.columns]
        whole = frame[parts].agg(" ".join, axis=1).str.strip()
        frame = frame.assign(**{first: whole}).drop(columns=parts[1:]).rename(columns={first: point})
    return frame


def _question(name: str) -> str:
    return name if name in _UUIDS else name.rsplit("/", 1)[-1].rsplit("-", 1)[-1].strip()


def _is_tool_column(name: str) -> bool:
    """What the collecting tool adds beside the questions, other than the keys that are needed."""
    return name not in _UUIDS and (name in _TOOL_COLUMNS or name.startswith(("meta/", "formhub/", "SET-OF-")))


def _is_choice(name: str, header: list[str]) -> bool:
    """KoboToolbox adds one 0/1 column a choice beside each select-multiple: `srv/acces/direct` beside `srv/acces`."""
    return "/" in name and name.rsplit("/", 1)[0] in header


def _submissions(grid: Grid) -> tuple[pd.DataFrame, pd.Series]:
    frame = _frame(grid)
    column = next((name for name in _UUIDS if name in frame.columns), None)
    if column is None:
        raise SourceFileError(
            grid.file,
            grid.place(0),
            f"un identifiant de soumission ({', '.join(_UUIDS)})",
            f"{list(frame.columns)}",
        )
    uuids = frame[column].astype(str).str.removeprefix("uuid:")
    blank = uuids.str.strip().eq("") | uuids.duplicated()
    if blank.any():
        place = grid.place(int(frame.index[blank][0]) + 1)
        raise SourceFileError(grid.file, place, "un identifiant de soumission unique", repr(uuids[blank].iloc[0]))
    return frame.set_axis(uuids.to_numpy(), axis=0), uuids


def _repeat(grid: Grid, name: str, main: pd.DataFrame, uuids: pd.Series) -> Table:
    frame = _frame(grid)
    for key, parent in _KEYS:
        if parent in frame.columns and key in main.columns:
            owner = frame[parent].map(dict(zip(main[key], main.index, strict=True)))
            break
    else:
        raise SourceFileError(
            grid.file,
            grid.place(0),
            "un lien vers la soumission (_parent_index ou PARENT_KEY)",
            f"{list(frame.columns)}",
        )
    if owner.isna().any():
        row = int(frame.index[owner.isna()][0]) + 1
        raise SourceFileError(
            grid.file, grid.place(row), "une soumission connue", repr(frame[parent][owner.isna()].iloc[0])
        )
    rank = owner.groupby(owner).cumcount() + 1
    joined = frame.drop(columns=[c for c in frame.columns if c in main.columns]).join(owner.rename("_owner"))
    joined = joined.merge(main, left_on="_owner", right_index=True, how="left", sort=False).drop(columns="_owner")
    places = {column: f"{name}[%d]/{column}" if column in frame.columns else column for column in joined.columns}
    labels = pd.Index([f"{uuid}#{number}" for uuid, number in zip(owner, rank, strict=True)])
    return _table(name, joined.set_axis(labels, axis=0), pd.Series(owner.to_numpy()), places, rank.to_numpy())


def _table(name: str, frame: pd.DataFrame, uuids: pd.Series, places: dict[str, str], ranks: object = None) -> Table:
    owners = [f"uuid:{uuid}" for uuid in uuids]
    numbers = list(ranks) if ranks is not None else [0] * len(owners)  # type: ignore[call-overload]
    row = [f"{owner}/{name}[{number}]" if number else owner for owner, number in zip(owners, numbers, strict=True)]
    locators = pd.Series(row, index=frame.index, dtype=object)

    def cells(column: str) -> pd.Series:
        place = places.get(column)
        if place is None:
            return locators
        found = [f"{o}/{place % n if '%d' in place else place}" for o, n in zip(owners, numbers, strict=True)]
        return pd.Series(found, index=frame.index, dtype=object)

    return Table(name, frame, locators, cells)


def _check_columns(file: str, source: Source, tables: Tables) -> None:
    there = {name for table in tables.values() for name in table.frame.columns if not _is_meta(name)}
    known = source.mapped | set(source.ignored) | set(source.personal) | set(source.consent)
    if unread := sorted(there - known):
        raise SourceFileError(
            file,
            "questions",
            "des questions toutes lues, ignorées ou personnelles",
            f"{unread} que personne ne lit",
        )
    # Without the question nobody has agreed: a form that lost it is not read.
    if missing := sorted(set(source.consent) - there):
        raise SourceFileError(
            file, "questions", f"la question de consentement {missing}", f"les questions {sorted(there)}"
        )


def _is_meta(name: str) -> bool:
    return name.startswith("_") or name in _DEVICE or name in _UUIDS or name in {"KEY", "PARENT_KEY"}


def _without_keys(table: Table) -> Table:
    keep = [name for name in table.frame.columns if not _is_meta(name)]
    return table.reshaped(table.name, table.frame[keep])
