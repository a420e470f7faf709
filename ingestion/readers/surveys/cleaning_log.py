"""The cleaning log of a survey: corrections that a person decided, applied to the answers before they are mapped.

One row a correction: uuid, question, repeat index (the rank in the submission, `1.2` for a repeat in a repeat), old
value, new value, change type, reason. The old value must be the answer that is there: a log of another export changes
nothing by mistake. The files themselves stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion.clean.numbers import number
from ingestion.clean.text import fold, tidy
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found, quoted
from ingestion.readers.rows import Table
from ingestion.readers.sheets.grid import Grid, read_grids
from ingestion.readers.surveys.consent import has_refused
from ingestion.readers.surveys.exports import MAIN, Files, known_versions
from ingestion.readers.surveys.survey_levels import submission_of, without

REMOVED = "retirée par le journal de nettoyage"
CORRECTED = "answer_corrected"  # the warning of a row whose answer a log changed
_HEADERS = {
    "uuid": (
        "uuid",
        "submission uuid",
        "instance id",
        "instanceid",
        "meta instanceid",
        "identifiant",
        "identifiant de la soumission",
    ),
    "question": ("question", "question name", "variable", "nom de la question", "xml question name"),
    "repeat_index": ("repeat index", "index", "repeat", "rang", "indice", "loop index"),
    "old_value": ("old value", "ancienne valeur", "valeur initiale"),
    "new_value": ("new value", "nouvelle valeur", "valeur corrigee"),
    "change_type": (
        "change type",
        "type of change",
        "type de changement",
        "type de modification",
        "changed",
        "action",
        "modifie",
    ),
    "reason": ("reason", "motif", "raison", "issue"),
}
_NEEDED = ("uuid", "question", "old_value", "new_value", "change_type")
CHANGE, BLANK, REMOVE, NOTHING = "change response", "blank response", "remove survey", "no action"
_KINDS = {
    CHANGE: "réponse(s) corrigée(s)",
    BLANK: "réponse(s) vidée(s)",
    REMOVE: "soumission(s) retirée(s)",
    NOTHING: "sans changement",
}


# As logs call them in French, and in those that only say whether an answer was changed.
_CALLED = {
    CHANGE: ("correction", "modification", "change", "changed", "yes", "oui", "true"),
    BLANK: ("vider", "reponse videe", "blank", "blanked"),
    REMOVE: ("suppression", "supprimer", "remove", "deletion", "delete", "delete survey", "retirer la soumission"),
    NOTHING: ("aucune", "aucune action", "aucun changement", "no", "non", "false", "no change"),
}
_KIND_OF = {fold(name): kind for kind, names in _CALLED.items() for name in (kind, *names)}


@dataclass(frozen=True)
class Entry:
    """One row of a log, its cells by the name of their column; ``place``: where it stands."""

    place: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Applied:
    """What became of a log: ``wrong``, rows that could not be applied (locator, reason, question); ``notes``.

    ``kept``: of the rows that concern somebody who agreed, the submission's label and the cells; ``is_cut``: whether
    others did not agree, or count no more.
    """

    wrong: pd.DataFrame
    notes: tuple[str, ...]
    kept: list[tuple[str, Entry]]
    is_cut: bool


def read(path: Path) -> list[Entry]:
    """The rows of a log. Raises SourceFileError where no sheet has its columns."""
    grids = read_grids(path)
    for grid in grids:
        columns = _columns(grid)
        if set(_NEEDED) <= set(columns):
            return list(_entries(grid, columns))
    wanted = f"un journal de nettoyage, aux colonnes {quoted(list(_HEADERS))}"
    header = grids[0].rows[0] if grids and grids[0].rows else []
    raise SourceFileError(
        path.name, grids[0].place(0) if grids else "classeur", wanted, columns_found(header, _HEADERS)
    )


def _columns(grid: Grid) -> dict[str, int]:
    header = [fold(name) for name in (grid.rows[0] if grid.rows else ())]
    named = {name: [header.index(one) for one in spellings if one in header] for name, spellings in _HEADERS.items()}
    return {name: places[0] for name, places in named.items() if places}


def _entries(grid: Grid, columns: dict[str, int]) -> Iterator[Entry]:
    for row, cells in enumerate(grid.rows[1:], 1):
        if any(cell.strip() for cell in cells):
            values = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
            yield Entry(grid.row_places([row], len(grid.rows[0]))[0], dict.fromkeys(_HEADERS, "") | values)


def apply(source: Source, files: Files, logs: dict[Path, list[Entry]]) -> tuple[Files, dict[Path, Applied]]:
    """The tables of the exports with the corrections of the logs, and what became of each log."""
    cleaning = _Cleaning(source, files)
    applied = {path: cleaning.run(entries) for path, entries in logs.items()}
    return cleaning.files, applied


class _Wrong(Exception):
    """Why a row of a log is not applied; nothing of its cells."""


class _Settled(Exception):
    """A row of a log that has nothing left to change."""


class _Cleaning:
    def __init__(self, source: Source, files: Files) -> None:
        self.source, self.files = source, dict(files)
        self.known, self.counted = _submissions(files)
        permitted = {**source.consent}
        for rule in source.personal.values():
            permitted |= rule.publish_if
        self.permissions = permitted

    def run(self, entries: list[Entry]) -> Applied:
        wrong, kept, is_cut = [], [], False
        counts = dict.fromkeys([*_KINDS, "settled"], 0)
        for entry in entries:
            place = self._place(entry)
            agreed = place is not None and not self._has_refused(*place)
            is_cut |= not agreed
            if place is not None and agreed:
                kept.append((place[1], entry))
            try:
                counts[self._apply(entry, place)] += 1
            except _Settled:
                counts["settled"] += 1
            except _Wrong as reason:
                question = _question(entry)
                wrong.append((entry.place, f"journal de nettoyage : {reason}", question))
        summary = ", ".join(f"{counts[kind]} {name}" for kind, name in _KINDS.items() if counts[kind])
        settled = (
            f"{counts['settled']} déjà faite(s) ou d’une soumission qui ne compte plus" if counts["settled"] else ""
        )
        failed = f"{len(wrong)} non appliquée(s)" if wrong else ""
        note = "journal de nettoyage : " + (", ".join(filter(None, (summary, settled, failed))) or "aucune ligne")
        rows = pd.DataFrame(wrong, columns=["locator", "reason", "question"], dtype=object)
        return Applied(rows, (note,), kept, is_cut)

    def _place(self, entry: Entry) -> tuple[Path, str] | None:
        places = self.counted.get(_bare(entry.cells["uuid"]), set())
        return next(iter(places)) if len(places) == 1 else None

    def _has_refused(self, path: Path, label: str) -> bool:
        frame = self.files[path][MAIN].frame
        return bool(has_refused(self.source, frame.loc[[label]]).any()) if label in frame.index else False

    def _apply(self, entry: Entry, place: tuple[Path, str] | None) -> str:
        kind, uuid = _KIND_OF.get(fold(entry.cells["change_type"])), _bare(entry.cells["uuid"])
        if kind is None:
            raise _Wrong(f"type de changement inconnu ; permis : {', '.join(one.replace(' ', '_') for one in _KINDS)}")
        if kind == NOTHING:
            return kind
        if place is None:
            if len(self.counted.get(uuid, ())) > 1:
                raise _Wrong("cet identifiant est celui de plusieurs soumissions")
            if uuid and uuid in self.known:
                raise _Settled
            raise _Wrong("soumission inconnue")
        path, label = place
        if label not in self.files[path][MAIN].frame.index:
            raise _Settled  # removed by a row above
        if kind == REMOVE:
            self.files[path] = {name: without(one, {label: REMOVED}) for name, one in self.files[path].items()}
            return kind
        self._correct(entry, path, label, "" if kind == BLANK else entry.cells["new_value"], kind)
        return kind

    def _correct(self, entry: Entry, path: Path, label: str, new: str, kind: str) -> None:
        question = _question(entry)
        locator = self._cell(entry, path, label, question)
        if kind == CHANGE and tidy(new) is None:
            raise _Wrong("une correction sans nouvelle valeur (pour vider : blank_response)")
        needed = self.permissions.get(question)
        if needed is not None and (tidy(new) or "").casefold() == needed.casefold():
            raise _Wrong("un consentement ou une autorisation ne se donne pas par une correction")
        tables = self.files[path]
        old = next(text for one in tables.values() for text in _cells(one, question)[_at(one, question, locator)])
        if not _is_same(entry.cells["old_value"], old):
            if _is_same(new, old):
                raise _Settled
            raise _Wrong("l’ancienne valeur n’est pas celle de la réponse")
        self.files[path] = {
            name: _with(one, question, locator, new, question in self.source.personal) for name, one in tables.items()
        }

    def _cell(self, entry: Entry, path: Path, label: str, question: str) -> str:
        """The locator of the answer that a row means."""
        main = f"uuid:{label}/{question}"
        matches = [
            place
            for one in self.files[path].values()
            if question in one.frame
            for place in one.place(question)[[submission_of(row) == label for row in one.frame.index]]
        ]
        places = list(dict.fromkeys(matches))
        if not places:
            asked = any(question in one.frame for one in self.files[path].values())
            raise _Wrong("ce groupe répété n’a aucune ligne" if asked else "question inconnue du formulaire")
        if places == [main]:
            return main
        rank = entry.cells["repeat_index"].removesuffix(".0")
        if not rank and len(places) == 1:
            return str(places[0])
        ranks = {".".join(re.findall(r"\[(\d+)\]", place.removeprefix(f"uuid:{label}"))): place for place in places}
        if rank not in ranks:
            raise _Wrong("rang du groupe répété absent ou inconnu")
        return str(ranks[rank])


def _submissions(files: Files) -> tuple[set[str], dict[str, set[tuple[Path, str]]]]:
    """Every id that a submission has or had; by id, the file and the label of those that count."""
    if not files:
        return set(), {}
    every = known_versions(files)
    places: dict[int, set[tuple[Path, str]]] = {}
    rows: list[Any] = list(every.itertuples())
    for one in rows:
        if one.label in files[one.path][MAIN].frame.index:
            places.setdefault(one.group, set()).add((one.path, one.label))
    known: set[str] = set()
    counted: dict[str, set[tuple[Path, str]]] = {}
    for one in rows:
        for name in {one.uuid, one.root, one.before, one.number} - {""}:
            known.add(name)
            counted.setdefault(name, set()).update(places.get(one.group, set()))
    return known, counted


def _cells(table: Table, question: str) -> pd.Series:
    return table.frame[question] if question in table.frame else pd.Series(dtype=object)


def _at(table: Table, question: str, locator: str) -> list[bool]:
    """The rows of a table whose answer stands at a place: that of a submission stands in each of its repeats."""
    return table.place(question).eq(locator).tolist() if question in table.frame else []


def _with(table: Table, question: str, locator: str, new: str, is_personal: bool) -> Table:
    """The table with another answer, the answer that was there beside it, and the warning on its rows."""
    here = _at(table, question, locator)
    if not any(here):
        return table
    before = table.frame[question]
    frame = table.frame.assign(**{question: before.mask(pd.Series(here, index=before.index), new)})
    corrected = table.flags.get(CORRECTED, frozenset()) | set(table.frame.index[here])
    uncorrected = table.before if is_personal else {question: before} | table.before
    return replace(table, frame=frame, before=uncorrected, flags=table.flags | {CORRECTED: frozenset(corrected)})


def _question(entry: Entry) -> str:
    return entry.cells["question"].rsplit("/", 1)[-1]


def _is_same(one: str, other: str) -> bool:
    mine, yours = tidy(one) or "", tidy(other) or ""
    if mine == yours:
        return True
    numbers = number(mine), number(yours)
    return None not in numbers and numbers[0] == numbers[1]


def _bare(uuid: str) -> str:
    return uuid.removeprefix("uuid:").strip()
