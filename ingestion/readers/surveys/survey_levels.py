"""Submissions and the repeats in them, joined: every row knows its submission and the path that leads to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found
from ingestion.readers.rows import Table
from ingestion.readers.surveys.consent import ERASED, ERASED_PLACE
from ingestion.readers.surveys.survey_sheets import NUMBERS, UUIDS, Sheet

_KEYS = (("_index", "_parent_index"), ("KEY", "PARENT_KEY"))
# Links of a repeat to its submission, not to a repeat around it.
_TO_SUBMISSION = (("_uuid", "_submission__uuid"), ("_id", "_submission__id"))
_VERSIONS = ("__version__", "_version_", "__system/formVersion", "FormVersion")
_CHANGED = ("__system/updatedAt", "__system/submissionDate", "_submission_time", "SubmissionDate")
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
    """

    frame: pd.DataFrame
    rows: pd.Series
    places: dict[str, pd.Series]
    versions: pd.Series

    def table(self, name: str, gone: dict[str, str]) -> Table:
        """The table of the rows whose submission still counts; ``gone`` says by label why another does not."""

        def cells(column: str) -> pd.Series:
            return self.places[column] + "/" + column if column in self.places else self.rows

        return without(Table(name, self.frame, self.rows, cells), gone)


def without(table: Table, gone: dict[str, str]) -> Table:
    """The table without the rows of some submissions, which are told in `rejected` with the reason."""
    reasons = [gone.get(label.split("#")[0]) for label in table.frame.index]
    left = pd.Series([reason is not None for reason in reasons], index=table.frame.index, dtype=bool)
    why = [reason for reason in reasons if reason]
    told = pd.DataFrame({"locator": table.place(None)[left].to_numpy(), "reason": why}, dtype=object)
    told["locator"] = told["locator"].mask(told["reason"].eq(ERASED), ERASED_PLACE)
    rejected = pd.concat([table.rejected, told], ignore_index=True)
    return replace(table, frame=table.frame[~left], rejected=rejected)


def submissions(sheet: Sheet, reader: SurveyReader) -> tuple[Level, dict[str, str], pd.DataFrame]:
    """The submissions, why some of them count no more ({label: reason}), and what tells their versions apart.

    By label: ``root``, what all versions share; ``before``, the uuid of the version before; ``changed``, when.
    """
    uuids, changed = _uuids(sheet, reader), _first(sheet.frame, _CHANGED)
    repeated = uuids.duplicated(keep=False) & (changed.eq("") | (uuids + changed).duplicated(keep=False))
    if (wrong := uuids.eq("") | (repeated & uuids.duplicated())).any():
        place = sheet.grid.place(int(uuids.index[wrong][0]))
        told = "un identifiant de soumission unique"
        raise SourceFileError(sheet.grid.file, place, told, "un identifiant vide ou en double")
    versions = _first(sheet.frame, _VERSIONS)
    labels, gone = _counted(sheet, uuids, changed)
    frame = _renamed(sheet, sheet.frame, versions, reader).set_axis(labels, axis=0)
    rows = pd.Series([f"uuid:{label}" for label in labels], index=frame.index, dtype=object)
    level = Level(frame, rows, dict.fromkeys(frame.columns, rows), versions.set_axis(frame.index))
    known = {"root": _roots(sheet.frame, uuids), "before": _bare(_first(sheet.frame, _BEFORE)), "changed": changed}
    return level, gone, pd.DataFrame(known).set_axis(labels, axis=0)


def _uuids(sheet: Sheet, reader: SurveyReader) -> pd.Series:
    """What identifies each submission. Of a deleted one ODK Central gives nothing but the KEY."""
    frame, grid = sheet.frame, sheet.grid
    wanted = (reader.key,) if reader.key else UUIDS
    there = [name for name in wanted if name in frame.columns]
    if not there:
        told = f"un identifiant de soumission ({', '.join(wanted)})"
        raise SourceFileError(grid.file, grid.place(0), told, columns_found(frame.columns, wanted))
    # A number only where there is nothing better.
    return _bare(_first(frame, tuple(name for name in there if name not in NUMBERS) or tuple(there[:1])))


def joined(sheet: Sheet, name: str, parent: Level, reader: SurveyReader) -> Level:
    """A repeat's rows with the answers around them. A question that stands in both keeps the repeat's answer."""
    frame, grid = sheet.frame, sheet.grid
    owner = _owner(sheet, parent, reader)
    if (unknown := owner.isna()).any():
        row = int(frame.index[unknown][0])
        link = _link(sheet, parent, reader)[1]
        raise SourceFileError(grid.file, grid.place(row), f"une soumission connue ({link})", "une autre")
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
    return Level(pd.concat([own, inherited], axis=1), rows, places | dict.fromkeys(own.columns, rows), versions)


def _owner(sheet: Sheet, parent: Level, reader: SurveyReader) -> pd.Series:
    key, link = _link(sheet, parent, reader)
    known = dict(zip(_bare(parent.frame[key]), parent.frame.index, strict=True))
    return _bare(sheet.frame[link]).map(known).astype(object)


def _link(sheet: Sheet, parent: Level, reader: SurveyReader) -> tuple[str, str]:
    """The column of the table around, and the column of the repeat that names one of its rows."""
    is_main = not parent.frame.index.str.contains("#").any()
    keys = (*_KEYS, *(_TO_SUBMISSION if is_main else ()), *(((reader.key, reader.key),) if reader.key else ()))
    for key, link in keys:
        if link in sheet.frame.columns and key in parent.frame.columns:
            return key, link
    wanted = "un lien vers la soumission (_parent_index ou PARENT_KEY)"
    raise SourceFileError(
        sheet.grid.file, sheet.grid.place(0), wanted, columns_found(sheet.frame.columns, [link for _, link in keys])
    )


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


def _counted(sheet: Sheet, uuids: pd.Series, changed: pd.Series) -> tuple[pd.Index, dict[str, str]]:
    """A label for each submission, and why some count no more: edited since, or deleted.

    KoboToolbox gives an edited submission a new uuid, names the one before in `deprecatedID` and the first in
    `rootUuid`; ODK Central keeps the first one's and counts the edits.
    """
    frame = sheet.frame
    before = _bare(_first(frame, _BEFORE))
    follower = {old: new for old, new in zip(before, uuids, strict=True) if old and old != new}
    roots = _roots(frame, uuids)
    edits = pd.to_numeric(_first(frame, _EDITS), errors="coerce").fillna(0)
    order = pd.DataFrame({"root": roots, "edits": edits, "changed": changed, "uuid": uuids})
    open_rows = order[~uuids.isin(follower)].sort_values(["edits", "changed"], kind="stable")
    last = open_rows.groupby("root")["uuid"].last()
    tied = open_rows[open_rows.duplicated(["root", "edits", "changed"], keep=False)]
    if len(tied):
        place = sheet.grid.place(int(tied.index[-1]))
        raise SourceFileError(sheet.grid.file, place, "une seule dernière version par soumission", "deux de même date")
    repeated = uuids.duplicated(keep=False)
    newest = set(open_rows.groupby("root").tail(1).index)
    deleted = _first(frame, (_DELETED,)).ne("")
    labels, gone = [], {}
    for row, uuid, root, is_deleted in zip(frame.index, uuids, roots, deleted, strict=True):
        # An earlier version under the same uuid, as pages that were pulled around an edit may hold it.
        label = uuid if row in newest or not repeated[row] else f"{uuid}~{row}"
        labels.append(label)
        if row not in newest:
            gone[label] = f"remplacée par uuid:{follower.get(uuid) or last[root]}"
        elif is_deleted:
            gone[label] = DELETED
    return pd.Index(labels, dtype=object), gone


def _roots(frame: pd.DataFrame, uuids: pd.Series) -> pd.Series:
    """What all versions of a submission share: on KoboToolbox its first uuid, on ODK Central the KEY."""
    roots = _first(frame, _ROOTS)
    return _bare(roots.where(roots.str.startswith("uuid:"), uuids))


def _first(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Row by row the first of these columns that is filled."""
    found = pd.Series("", index=frame.index, dtype=object)
    for name in names:
        if name in frame:
            found = found.mask(found.eq(""), frame[name].str.strip())
    return found


def _bare(ids: pd.Series) -> pd.Series:
    return ids.astype(str).str.removeprefix("uuid:")
