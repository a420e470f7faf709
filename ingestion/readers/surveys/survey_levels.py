"""Submissions and the repeats in them, joined: every row knows its submission and the path that leads to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found
from ingestion.readers.rows import Table
from ingestion.readers.surveys import review
from ingestion.readers.surveys.consent import ERASED, ERASED_PLACE
from ingestion.readers.surveys.identity import groups
from ingestion.readers.surveys.owners import owners
from ingestion.readers.surveys.survey_sheets import NUMBERS, UUIDS, Sheet

_FORMS = ("__version__", "_version_", "__system/formVersion", "FormVersion")
_SENT = ("__system/submissionDate", "_submission_time", "SubmissionDate")
_CHANGED = ("__system/updatedAt", *_SENT)
_EDITS = ("__system/edits", "Edits")
_ROOTS = ("meta/rootUuid", "rootUuid", "KEY")
_BEFORE = ("meta/deprecatedID", "deprecatedID")
_DELETED = "__system/deletedAt"
DELETED = "supprimée sur le serveur"


@dataclass(frozen=True)
class Level:
    """The rows of one table: of the submissions, or of one repeat with what is around it joined.

    ``frame``: its index is `uuid`, `uuid#1` for a repeat, `uuid#1#2` for a repeat in it. ``rows``: the path of each
    row; ``places``: by column, the path of the row that holds it. ``versions``: the form that was filled in.
    ``notes``: what a person should know of the rows.
    """

    frame: pd.DataFrame
    rows: pd.Series
    places: dict[str, pd.Series]
    versions: pd.Series
    notes: tuple[str, ...] = field(default=())

    def table(self, name: str, gone: dict[str, str], flags: dict[str, frozenset[str]]) -> Table:
        """The table of the rows whose submission still counts; ``gone`` says by label why another does not.

        ``flags``: by code of a warning, the labels of the submissions that bear it.
        """

        def cells(column: str) -> pd.Series:
            return self.places[column] + "/" + column if column in self.places else self.rows

        flagged = {
            code: frozenset(label for label in self.frame.index if submission_of(label) in labels)
            for code, labels in flags.items()
        }
        return without(Table(name, self.frame, self.rows, cells, notes=self.notes, flags=flagged), gone)


def submission_of(label: str) -> str:
    """The label of the submission that a row of it or of one of its repeats belongs to."""
    return label.split("#")[0]


def without(table: Table, gone: dict[str, str]) -> Table:
    """The table without the rows of some submissions, which go to `rejected` with the reason."""
    reasons = [gone.get(submission_of(label)) for label in table.frame.index]
    left = pd.Series([reason is not None for reason in reasons], index=table.frame.index, dtype=bool)
    why = [reason for reason in reasons if reason]
    left_out = pd.DataFrame({"locator": table.place(None)[left].to_numpy(), "reason": why}, dtype=object)
    left_out["locator"] = left_out["locator"].mask(left_out["reason"].eq(ERASED), ERASED_PLACE)
    rejected = pd.concat([table.rejected, left_out], ignore_index=True)
    return replace(table, frame=table.frame[~left], rejected=rejected)


def submissions(sheet: Sheet, reader: SurveyReader) -> tuple[Level, pd.DataFrame]:
    """The submissions, and by label what identifies their versions (VERSIONS), with the reason if outdated."""
    uuids = _uuids(sheet, reader)
    versions = _versions(sheet, uuids)
    labels = _counted(sheet, versions)
    forms = _first(sheet.frame, _FORMS)
    frame = _renamed(sheet, sheet.frame, forms, reader).set_axis(labels, axis=0)
    rows = pd.Series([f"uuid:{label}" for label in labels], index=frame.index, dtype=object)
    level = Level(frame, rows, dict.fromkeys(frame.columns, rows), forms.set_axis(frame.index))
    return level, versions.drop(columns="group").set_axis(labels, axis=0)


def _versions(sheet: Sheet, uuids: pd.Series) -> pd.DataFrame:
    """VERSIONS and the group of each submission. Raises SourceFileError where one stands there twice."""
    frame = sheet.frame
    changed, number = _first(frame, _CHANGED), _first(frame, ("_id",))
    facts = {
        "number": number,
        "uuid": uuids,
        "root": _roots(frame, uuids),
        "before": _bare(_first(frame, _BEFORE)),
        "begun": _first(frame, ("start",)),
        "sent": _first(frame, _SENT),
        "changed": changed,
        "edits": pd.to_numeric(_first(frame, _EDITS), errors="coerce").fillna(0),
        "is_readable": ~review.encrypted(frame),
        "state": review.states(frame),
        "gone": "",
    }
    same = number + "|" + uuids
    repeated = same.duplicated(keep=False) & (changed.eq("") | (same + changed).duplicated(keep=False))
    if (wrong := uuids.eq("") | (repeated & same.duplicated())).any():
        place = sheet.grid.place(int(uuids.index[wrong][0]))
        wanted = "un identifiant de soumission unique"
        raise SourceFileError(sheet.grid.file, place, wanted, "un identifiant vide ou en double")
    versions = pd.DataFrame(facts, index=frame.index)
    return versions.assign(group=groups(versions))


def _uuids(sheet: Sheet, reader: SurveyReader) -> pd.Series:
    """What identifies each submission. Of a deleted one ODK Central gives nothing but the KEY."""
    frame, grid = sheet.frame, sheet.grid
    wanted = (reader.key,) if reader.key else UUIDS
    there = [name for name in wanted if name in frame.columns]
    if not there:
        expected = f"un identifiant de soumission ({', '.join(wanted)})"
        raise SourceFileError(grid.file, grid.place(0), expected, columns_found(frame.columns, wanted))
    # A number only where there is nothing better.
    return _bare(_first(frame, tuple(name for name in there if name not in NUMBERS) or tuple(there[:1])))


def joined(sheet: Sheet, name: str, parent: Level, reader: SurveyReader) -> Level:
    """A repeat's rows with the answers around them. A question that stands in both keeps the repeat's answer."""
    frame = sheet.frame
    owner, notes = owners(sheet, parent.frame, reader.key)
    rank = owner.groupby(owner).cumcount() + 1
    labels = pd.Index([f"{label}#{number}" for label, number in zip(owner, rank, strict=True)], dtype=object)
    above = parent.rows.loc[owner].to_numpy()
    rows = pd.Series(
        [f"{path}/{name}[{number}]" for path, number in zip(above, rank, strict=True)], index=labels, dtype=object
    )
    versions = parent.versions.loc[owner].set_axis(labels)
    own = _renamed(sheet, frame, versions.set_axis(frame.index), reader).set_axis(labels, axis=0)
    around = [column for column in parent.frame.columns if column not in own]
    inherited = parent.frame.loc[owner, around].set_axis(labels, axis=0)
    places = {column: parent.places[column].loc[owner].set_axis(labels) for column in around}
    return Level(pd.concat([own, inherited], axis=1), rows, places | dict.fromkeys(own.columns, rows), versions, notes)


def _renamed(sheet: Sheet, frame: pd.DataFrame, versions: pd.Series, reader: SurveyReader) -> pd.DataFrame:
    """The answers to the questions of an earlier version, under the names that the form has today."""
    for version, names in reader.renamed.items():
        for old, new in names.items():
            if old not in frame:
                continue
            rows = versions.eq(version) & frame[old].str.strip().ne("")
            now = frame[new] if new in frame else pd.Series("", index=frame.index, dtype=object)
            if (both := rows & now.str.strip().ne("")).any():
                place = sheet.grid.place(int(frame.index[both][0]))
                wanted = f"« {old} » ou « {new} », non les deux (version {version})"
                raise SourceFileError(sheet.grid.file, place, wanted, "deux réponses")
            frame = frame.assign(**{new: now.mask(rows, frame[old]), old: frame[old].mask(rows, "")})
            if frame[old].eq("").all():
                frame = frame.drop(columns=old)
    return frame


def _counted(sheet: Sheet, versions: pd.DataFrame) -> pd.Index:
    """A label for each submission; in ``versions`` why some count no more: edited since, deleted, not approved.

    KoboToolbox gives an edited submission a new uuid, names the one before in `deprecatedID` and the first in
    `rootUuid`; ODK Central keeps the first one's and counts the edits.
    """
    owned = list(zip(versions["group"], versions["uuid"], strict=True))
    rows = zip(versions["group"], versions["before"], versions["uuid"], strict=True)
    follower = {(group, before): uuid for group, before, uuid in rows if before and before != uuid}
    is_open = pd.Series([one not in follower for one in owned], index=versions.index, dtype=bool)
    open_rows = versions[is_open].sort_values(["edits", "changed"], kind="stable")
    tied = open_rows[open_rows.duplicated(["group", "edits", "changed"], keep=False)]
    if len(tied):
        place = sheet.grid.place(int(tied.index[-1]))
        raise SourceFileError(sheet.grid.file, place, "une seule dernière version par soumission", "deux de même date")
    newest = open_rows.drop_duplicates("group", keep="last")
    last = dict(zip(newest["group"], newest["uuid"], strict=True))
    counts = versions.index.isin(newest.index)
    # An earlier version may bear the same uuid, as pages that were pulled around an edit do, and so may another `_id`.
    holders = versions["uuid"].map(newest["uuid"].value_counts())
    is_plain = ~versions["uuid"].duplicated(keep=False) | (counts & holders.eq(1))
    labels = [
        uuid if plain else f"{uuid}~{row}"
        for row, uuid, plain in zip(versions.index, versions["uuid"], is_plain, strict=True)
    ]
    replaced = [f"remplacée par uuid:{follower.get(one) or last.get(one[0])}" for one in owned]
    state = review.gone(sheet.frame, _first(sheet.frame, (_DELETED,)).ne(""), DELETED)
    versions["gone"] = pd.Series(replaced, index=versions.index).where(~counts, state)
    return pd.Index(labels, dtype=object)


def _roots(frame: pd.DataFrame, uuids: pd.Series) -> pd.Series:
    """What all versions of a submission share: on KoboToolbox its first uuid, on ODK Central the KEY."""
    roots = _first(frame, _ROOTS)
    return _bare(roots.where(roots.str.startswith("uuid:"), uuids))


def _first(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Row by row the first of these columns that is filled."""
    first = pd.Series("", index=frame.index, dtype=object)
    for name in names:
        if name in frame:
            first = first.mask(first.eq(""), frame[name].str.strip())
    return first


def _bare(ids: pd.Series) -> pd.Series:
    return ids.astype(str).str.removeprefix("uuid:")
