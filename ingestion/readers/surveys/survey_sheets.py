"""One sheet of answers under the names of its questions, from any tool."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found
from ingestion.readers.sheets.grid import Grid

if TYPE_CHECKING:
    from ingestion.instruments.form import Form

NUMBERS = ("_id", "_index")
UUIDS = ("_uuid", "meta/instanceID", "instanceID", "KEY", *NUMBERS)
# Who filled the form, on which phone and exactly when: never needed, and personal.
_DEVICE = frozenset(
    {"start", "end", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "instanceName"}
)
_POINT = ("-Latitude", "-Longitude", "-Altitude", "-Accuracy")
_TOOL_COLUMNS = frozenset(
    {"SubmissionDate", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
     "ReviewState", "DeviceID", "Edits", "FormVersion"}
)  # fmt: skip
_OF_TOOLS = ("meta/", "formhub/", "SET-OF-", "__system/")
_NAME = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+")  # a question of XLSForm, and no name of a person
YES, NO = frozenset({"1", "true"}), frozenset({"0", "false", ""})


@dataclass(frozen=True)
class Sheet:
    """``frame``: raw text, its index the number of each row in the grid, its columns named as by `sheet_of`."""

    grid: Grid
    frame: pd.DataFrame


def sheet_of(grid: Grid, repeat: str, form: Form | None, is_json: bool) -> Sheet:
    """Questions by their name, choices as `question/choice`, what the tools add by its full name.

    A server leaves out of its JSON the questions that nobody answered: ``is_json`` puts them back, empty.
    """
    asked = form.asked(repeat) if form is not None else {}
    _refuse_labels(grid, set(asked))
    frame = _with_whole_points(_cells(grid))
    names = _names(
        list(frame.columns),
        {name: one.choices for name, one in asked.items() if one.kind == "select_multiple"},
        set(asked),
    )
    twice = form.named_twice(repeat) if form is not None else frozenset()
    frame = _with_moved_questions(grid, frame.set_axis(names, axis=1), set(asked), twice)
    frame, links = _without_links(frame)
    if links:
        note = f"liens vers {links} pièce(s) jointe(s), non lus"
        grid = replace(grid, notes=(*grid.notes, note))
    if is_json:
        frame = frame.assign(**{name: "" for name in asked if name not in frame and not is_meta(name)})
    return Sheet(grid, _with_rebuilt_answers(frame))


def _refuse_labels(grid: Grid, asked: set[str]) -> None:
    """Raises SourceFileError for an export of labels, KoboToolbox's default: a label has spaces, a name none."""
    header = [name.strip() for name in (grid.rows[0] if grid.rows else ()) if name.strip()]
    questions = [name for name in header if not is_meta(name) and not is_tool_column(name)]
    labels = [name for name in questions if " " in name and name not in asked]
    if len(labels) >= 2 and 3 * len(labels) >= len(questions):
        wanted = "les noms des questions en tête : refaire l’export avec « XML values and headers »"
        found = f"des libellés sur {len(labels)} colonne(s) de {len(questions)}, l’export « Labels »"
        raise SourceFileError(grid.file, grid.place(0), wanted, found)


def _without_links(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Without the links that KoboToolbox adds beside pictures and sounds (`photo_URL`); how many there were."""
    links = [
        name
        for name in frame.columns
        if name.endswith("_URL")
        and name.removesuffix("_URL") in frame
        and frame[name].str.match(r"\s*$|https?://").all()
    ]
    count = sum(int(frame[name].str.strip().ne("").sum()) for name in links)
    return frame.drop(columns=links), count


def _with_moved_questions(grid: Grid, frame: pd.DataFrame, asked: set[str], twice: AbstractSet[str]) -> pd.DataFrame:
    """A question that another version of the form has in another group is one: each submission fills one of the two.

    Raises SourceFileError where one submission fills both, or where the form itself has the name ``twice``: these are
    two questions.
    """
    repeated = sorted(set(frame.columns[frame.columns.duplicated()]))
    if not repeated:
        return frame
    if two := sorted(twice & set(repeated)):
        found = f"{columns_found(two, two)} en double : deux questions du formulaire, dans deux groupes"
        raise SourceFileError(grid.file, grid.place(0), "des questions de noms distincts", found)
    merged: dict[str, pd.Series] = {}
    both: dict[str, int] = {}
    for name in repeated:
        cells: pd.DataFrame = frame.loc[:, frame.columns == name]
        filled = cells.apply(lambda column: column.str.strip().ne(""))
        is_both = filled.sum(axis=1).gt(1)
        if is_both.any():
            both[name] = int(frame.index[is_both][0])
        merged[name] = cells.where(filled, "").apply("".join, axis=1)
    if both:
        named = asked.union(name for name in both if _NAME.fullmatch(name))
        place = grid.place(min(both.values()))
        found = f"{columns_found(both, named)} en double, sous deux groupes de la même soumission"
        raise SourceFileError(grid.file, place, "des questions distinctes", found)
    return frame.loc[:, ~frame.columns.duplicated()].assign(**merged)


def is_choice(name: str) -> bool:
    """Whether a column is the 0/1 of one choice, beside or instead of the select-multiple's own."""
    return "/" in name and not is_tool_column(name)


def is_tool_column(name: str) -> bool:
    """What the collecting tool adds beside the questions."""
    return name in _TOOL_COLUMNS or name.startswith(_OF_TOOLS)


def is_meta(name: str) -> bool:
    """Keys of submissions and repeats, and who filled the form."""
    return name.startswith("_") or name in _DEVICE or name in UUIDS or name in {"KEY", "PARENT_KEY"}


def _cells(grid: Grid) -> pd.DataFrame:
    if not grid.rows:
        return pd.DataFrame(dtype=object)
    names = grid.rows[0]
    numbered = [(number, row) for number, row in enumerate(grid.rows) if number and any(cell.strip() for cell in row)]
    frame = pd.DataFrame(
        [row for _, row in numbered], index=[number for number, _ in numbered], columns=range(len(names)), dtype=object
    )
    for column, name in enumerate(names):
        if not name and (filled := frame[column].str.strip().ne("")).any():
            place = grid.place(int(frame.index[filled][0]), column)
            raise SourceFileError(grid.file, place, "un en-tête sur chaque colonne remplie", "une colonne sans en-tête")
    keep = [column for column, name in enumerate(names) if name]
    return frame[keep].set_axis([names[column] for column in keep], axis=1)


def _with_whole_points(frame: pd.DataFrame) -> pd.DataFrame:
    """ODK Central cuts a point into four columns, `gps-Latitude` and so on: together they are the answer to `gps`."""
    for first in [name for name in frame.columns if name.endswith(_POINT[0])]:
        point = first.removesuffix(_POINT[0])
        parts = [point + part for part in _POINT if point + part in frame.columns]
        whole = frame[parts].agg(" ".join, axis=1).str.strip() if len(frame) else ""
        frame = frame.assign(**{first: whole}).drop(columns=parts[1:]).rename(columns={first: point})
    return frame


def _names(header: list[str], multiple: dict[str, frozenset[str] | None], asked: set[str]) -> list[str]:
    known = set(header)
    # OData has no « - » nor « . » in names: ODK Central writes `chef_lieu` for `chef-lieu`.
    asked_as = {re.sub(r"[^A-Za-z0-9_]", "_", name): name for name in asked} | {name: name for name in asked}

    def name_of(full: str) -> str:
        path = full.replace("meta-", "meta/", 1) if full.startswith("meta-") else full
        if path in UUIDS or is_tool_column(path):
            return path
        before, _, last = path.rpartition("/")
        question = _question(before, asked_as)
        # KoboToolbox may give the choices of a select-multiple without the answer itself: then the form tells, also of
        # a choice that it has no more.
        if before and (before in known or question in multiple):
            return f"{question}/{last}"
        return _question(path, asked_as)

    return [name_of(full) for full in header]


def _question(path: str, asked: dict[str, str]) -> str:
    """`srv/qual/q_d_intrants`, `srv-qual-q_d_intrants`: the last part; a name of the form may hold « - » itself."""
    last = path.rsplit("/", 1)[-1].strip()
    if last.startswith("_"):  # a tool's own: `_gps_latitude`, `__Submissions-id`
        return last
    parts = last.split("-")
    suffixes = ("-".join(parts[number:]) for number in range(len(parts)))
    return next((asked[name] for name in suffixes if name in asked), parts[-1].strip())


def _with_rebuilt_answers(frame: pd.DataFrame) -> pd.DataFrame:
    """Where an export has only the choices of a select-multiple, the answer is the codes that were ticked."""
    choices: dict[str, list[str]] = {}
    for name in frame.columns:
        if is_choice(name):
            choices.setdefault(name.rsplit("/", 1)[0], []).append(name)
    rebuilt = {
        question: pd.Series(
            [_ticked(columns, row) for row in frame[columns].to_numpy().tolist()], index=frame.index, dtype=object
        )
        for question, columns in choices.items()
        if question not in frame
    }
    return frame.assign(**rebuilt)


def _ticked(columns: list[str], row: list[str]) -> str:
    """The codes of the ticked columns; a cell that is neither yes nor no stays and is reported as no choice."""
    answers = [
        name.rsplit("/", 1)[1] if cell.casefold() in YES else cell
        for name, cell in zip(columns, row, strict=True)
        if cell.strip().casefold() not in NO
    ]
    return " ".join(answers)
