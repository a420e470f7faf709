"""Whose row a row of a repeat is: that of the submission that it names, and only then that of a number of the export.

KoboToolbox repeats `_id` and `_uuid` of the submission on each row and numbers the rows of each sheet from 1, so that
`_index` says nothing once two exports stand under each other; ODK Central has a KEY for each row.
"""

from __future__ import annotations

import pandas as pd

from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found
from ingestion.readers.surveys.survey_sheets import Sheet

_TO_SUBMISSION = (("_id", "_submission__id"), ("_uuid", "_submission__uuid"))
_BY_NUMBER = ("_index", "_parent_index")
_BY_KEY = ("KEY", "PARENT_KEY")
_MOST_NAMED = 10

Link = tuple[str, str]


def owners(sheet: Sheet, around: pd.DataFrame, key: str | None) -> tuple[pd.Series, tuple[str, ...]]:
    """The label, in the table ``around``, of the row that owns each row of a repeat, and notes on doubtful ones.

    Raises SourceFileError, the rows named, where a row names no submission, several, or one by its id and another by
    its uuid.
    """
    links = _links(sheet, around, key)
    of_submission = [link for link in links if link in _TO_SUBMISSION]
    others = [link for link in links if link not in _TO_SUBMISSION]
    is_main = not around.index.str.contains("#").any()
    by_submission = _Finder(sheet.frame, around, of_submission)
    by_row = _Finder(sheet.frame, around, others[:1])
    positions, wrong, moved = [], [], 0
    for place in range(len(sheet.frame)):
        named, numbered = by_submission.of(place), by_row.of(place)
        owner = _one(named, numbered, is_main)
        positions.append(owner)
        if owner is None:
            wrong.append(int(sheet.frame.index[place]))
        moved += bool(is_main and named and numbered and owner not in numbered)
    if wrong:
        raise _refusal(sheet, wrong, links)
    note = (
        f"{sheet.grid.sheet} : {moved} ligne(s) rattachée(s) par l’identifiant de la soumission, contre {_BY_NUMBER[1]}"
    )
    return pd.Series(positions, index=sheet.frame.index, dtype=object), (note,) if moved else ()


def _one(named: set[str] | None, numbered: set[str] | None, is_main: bool) -> str | None:
    """The one row meant; None where there is none, or more than one."""
    both = [one for one in (named, numbered) if one is not None]
    if not both:
        return None
    if named is not None and is_main and len(named) == 1:
        return next(iter(named))
    meant = set.intersection(*both)
    return next(iter(meant)) if len(meant) == 1 else None


class _Finder:
    """Rows of the table around by what each row of a repeat says of them, all that it says together."""

    def __init__(self, frame: pd.DataFrame, around: pd.DataFrame, links: list[Link]) -> None:
        self._links = [_bare(frame[link]).tolist() for _, link in links]
        self._known = []
        for name, _ in links:
            labels: dict[str, set[str]] = {}
            for text, label in zip(_bare(around[name]), around.index, strict=True):
                labels.setdefault(text, set()).add(label)
            self._known.append(labels)

    def of(self, place: int) -> set[str] | None:
        """The labels that a row may mean; None where it says nothing."""
        pairs = zip(self._links, self._known, strict=True)
        candidates = [known.get(links[place], set()) for links, known in pairs if links[place]]
        return set.intersection(*candidates) if candidates else None


def _links(sheet: Sheet, around: pd.DataFrame, key: str | None) -> list[Link]:
    """The columns around and those of the repeat that name one of its rows. Raises SourceFileError without any."""
    keys = (*_TO_SUBMISSION, _BY_NUMBER, _BY_KEY, *(((key, key),) if key else ()))
    links = [(name, link) for name, link in keys if name in around and link in sheet.frame and _is_filled(around[name])]
    if not links:
        wanted = "un lien vers la soumission (_submission__id, _parent_index ou PARENT_KEY)"
        found = columns_found(sheet.frame.columns, [link for _, link in keys])
        raise SourceFileError(sheet.grid.file, sheet.grid.place(0), wanted, found)
    return links


def _is_filled(cells: pd.Series) -> bool:
    return bool(cells.str.strip().ne("").any()) or not len(cells)


def _refusal(sheet: Sheet, wrong: list[int], links: list[Link]) -> SourceFileError:
    grid = sheet.grid
    named = ", ".join(grid.place(row) for row in wrong[:_MOST_NAMED])
    more = f" et {len(wrong) - _MOST_NAMED} de plus" if len(wrong) > _MOST_NAMED else ""
    wanted = f"une soumission connue ({', '.join(link for _, link in links)})"
    found = f"{len(wrong)} ligne(s) qui en nomment une autre, plusieurs ou aucune : {named}{more}"
    return SourceFileError(grid.file, grid.place(wrong[0]), wanted, found)


def _bare(ids: pd.Series) -> pd.Series:
    return ids.astype(str).str.strip().str.removeprefix("uuid:")
