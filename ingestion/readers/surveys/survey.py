"""Answers to XLSForm surveys (KoboToolbox or ODK), read by question name and form version, never by position.

Exports (XLSX, CSV, ZIP of CSV) and what the servers give (JSON) hold the same sheets. Repeats go to the submission that
they name (`owners.py`). Group prefixes (`org/org_nom`, `org-org_nom`) are dropped: question names are unique in a form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ingestion.declaration.reader_settings import SurveyReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found, quoted
from ingestion.readers.rows import Table
from ingestion.readers.sheets.grid import Grid, read_grids
from ingestion.readers.surveys import survey_json, survey_zip
from ingestion.readers.surveys.consent import ERASED, Erased, has_refused, nothing_erased, respelled
from ingestion.readers.surveys.identity import groups
from ingestion.readers.surveys.review import ON_HOLD, on_hold
from ingestion.readers.surveys.survey_levels import joined, submissions
from ingestion.readers.surveys.survey_sheets import UUIDS, is_choice, is_meta, is_tool_column, sheet_of

if TYPE_CHECKING:
    from ingestion.instruments.form import Form

MAIN = "main"
_QUESTION = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+")
_SHEET_NAME = 31  # a workbook holds no longer names of sheets


def read(path: Path, source: Source, reader: SurveyReader, erased: Erased = nothing_erased) -> dict[str, Table]:
    """The submissions as table "main" and each repeat under its own name, with the answers around it joined.

    What the tools add beside the questions is left out. Notes say how many answers are not what the form asked for.
    ``erased`` submissions are rejected with all of their versions and repeats, and without the place of any.
    """
    form = form_of(source, reader)
    tables = read_all(path, reader, form, erased)
    tables, count = respelled(source, tables)
    if count:
        consent_notes = (f"consentement écrit autrement que dans le formulaire, compris : {count}",)
        tables[MAIN] = replace(tables[MAIN], notes=tables[MAIN].notes + consent_notes)
    kept = {name: table.reshaped(name, table.frame[_questions(table)]) for name, table in tables.items()}
    _check_columns(path.name, source, kept)
    if form is None:
        return kept
    from ingestion.readers.surveys.typed import notes, typed

    # Nothing is said of the answers of those who refused: nobody will read them.
    agreed = {name: replace(one, frame=one.frame[~has_refused(source, one.frame)]) for name, one in tables.items()}
    problem_notes = notes(typed(agreed, form).problems)
    return {name: replace(table, notes=table.notes + problem_notes.get(name, ())) for name, table in kept.items()}


def form_of(source: Source, reader: SurveyReader) -> Form | None:
    """The form that was asked: the source's own workbook, else the project's form of that name, else unknown."""
    from ingestion.instruments import form  # pyxform takes half a second: not before a survey is read

    if reader.xlsform is not None:
        return form.of_workbook(source.folder / reader.xlsform)
    return form.named(reader.form)


def read_all(path: Path, reader: SurveyReader, form: Form | None, erased: Erased = nothing_erased) -> dict[str, Table]:
    """Every column of every sheet, also those of the tools, under the names of the questions.

    A submission that a later version replaces, or that was deleted or erased, is in `rejected` with all its repeats.
    """
    is_json = path.suffix.lower() == ".json"
    grids = _grids(path, reader)
    main = _main_grid(path, grids, reader)
    sheets = _sheet_names(list(form.repeats) if form is not None else [], reader.repeats)
    by_repeat = {name: _grid_of(path, grids, name, sheets[name]) for name in reader.repeats}
    _check_all_read(grids, [main, *by_repeat.values()], reader)
    main_sheet = sheet_of(main, "", form, is_json)
    level, versions = submissions(main_sheet, reader)
    is_erased = pd.Series({label: any(map(erased, ids)) for label, ids in ids_of(versions).items()}, dtype=bool)
    versions["gone"] = versions["gone"].mask(is_erased, ERASED)
    gone = {str(label): why for label, why in versions["gone"].items() if why}
    flags = {ON_HOLD: frozenset(versions.index[on_hold(versions["state"])])}
    levels = {MAIN: level}
    waiting = {name: sheet_of(grid, name, form, is_json) for name, grid in by_repeat.items()}
    notes = tuple(dict.fromkeys(note for sheet in (main_sheet, *waiting.values()) for note in sheet.grid.notes))
    while waiting:
        parents = {name: _parent(sheet.frame, name, reader, form) for name, sheet in waiting.items()}
        ready = [name for name, parent in parents.items() if parent in levels]
        if not ready:
            name, parent = next(iter(parents.items()))
            wanted = f"« {parent} », autour de « {name} », parmi les groupes répétés déclarés"
            raise SourceFileError(path.name, waiting[name].grid.sheet, wanted, f"{list(reader.repeats)}")
        for name in ready:
            levels[name] = joined(waiting.pop(name), name, levels[parents[name]], reader)
    tables = {name: replace(level.table(name, gone, flags), is_1904=main.is_1904) for name, level in levels.items()}
    return tables | {MAIN: replace(tables[MAIN], versions=versions, notes=tables[MAIN].notes + notes)}


def ids_of(versions: pd.DataFrame) -> dict[str, set[str]]:
    """By label, every id that a submission has or had: its own, the first one's, those of its other versions."""
    of_group: dict[int, set[str]] = {}
    numbers = groups(versions)
    for number, *ids in zip(numbers, versions["uuid"], versions["root"], versions["before"], strict=True):
        of_group.setdefault(number, set()).update(set(ids) - {""})
    return {label: of_group[number] for label, number in zip(versions.index, numbers, strict=True)}


def all_ids(path: Path, source: Source, reader: SurveyReader) -> list[set[str]]:
    """The ids of each submission of a file, also of those that no longer count. Raises SourceFileError."""
    form = form_of(source, reader)
    is_json = path.suffix.lower() == ".json"
    main = _main_grid(path, _grids(path, reader), reader)
    versions = submissions(sheet_of(main, "", form, is_json), reader)[1]
    return list(ids_of(versions).values())


def _grids(path: Path, reader: SurveyReader) -> list[Grid]:
    match path.suffix.lower():
        case ".json":
            return survey_json.read_grids(path, reader.repeats)
        case ".zip":
            return survey_zip.read_grids(path, reader.repeats)
    return read_grids(path)


def _main_grid(path: Path, grids: list[Grid], reader: SurveyReader) -> Grid:
    repeats = {name[:_SHEET_NAME] for name in reader.repeats}
    candidates = [g for g in grids if g.rows and g.sheet[:_SHEET_NAME] not in repeats and not _is_repeat(g)]
    if not candidates:
        raise SourceFileError(path.name, "classeur", "une feuille de soumissions", "aucune feuille remplie")
    return next((grid for grid in candidates if _is_submissions(grid, reader)), candidates[0])


def _is_submissions(grid: Grid, reader: SurveyReader) -> bool:
    keys = {reader.key} if reader.key else {*UUIDS, "_uuid"}
    return bool(grid.rows) and bool(keys & {name.split("/")[-1] for name in grid.rows[0]})


def _sheet_names(of_form: list[str], declared: Sequence[str]) -> dict[str, set[str]]:
    """By repeat, the names that its sheet may have: whole, cut at 31 letters, or cut as KoboToolbox does.

    KoboToolbox cuts in the order of the form, and numbers a name that it has given: « programmes_et_… », « … (1) ».
    Where the form is unknown, names that are cut alike are those of no sheet.
    """
    order = [*of_form, *(name for name in declared if name not in of_form)]
    names: dict[str, str] = {}
    for name in order:
        ellipsis, number = "...", 0
        while (cut := _ellipsized(name, ellipsis)) in names.values():
            number += 1
            ellipsis = f"... ({number})"
        names[name] = cut
    sheets = {}
    for name in declared:
        rivals = [other for other in order if other != name]
        cuts = {name[:_SHEET_NAME]} - {other[:_SHEET_NAME] for other in rivals}
        is_sure = bool(of_form) or not any(other[:20] == name[:20] for other in rivals)
        sheets[name] = {name} | cuts | ({names[name]} if is_sure else set())
    return sheets


def _ellipsized(name: str, ellipsis: str) -> str:
    return name if len(name) <= _SHEET_NAME else name[: _SHEET_NAME - len(ellipsis)] + ellipsis


def _grid_of(path: Path, grids: list[Grid], repeat: str, names: Set[str]) -> Grid:
    of_form = next((grid for grid in grids if grid.sheet in names), None)
    if of_form is None:
        sheets = ", ".join(grid.sheet for grid in grids)
        wanted = f"la feuille du groupe répété « {repeat} »"
        raise SourceFileError(path.name, "classeur", wanted, f"les feuilles {sheets}")
    return of_form


def _check_all_read(grids: list[Grid], read_here: list[Grid], reader: SurveyReader) -> None:
    """Raises SourceFileError for an undeclared repeat or a second sheet of submissions."""
    for grid in grids:
        if any(grid is one for one in read_here):
            continue
        if _is_repeat(grid):
            raise SourceFileError(grid.file, grid.sheet, "des groupes répétés tous déclarés", "un groupe de plus")
        if _is_submissions(grid, reader) or _has_same_questions(grid, read_here[0]):
            found = f"{len(grid.rows) - 1} ligne(s) de soumissions de plus : un fichier par feuille"
            raise SourceFileError(grid.file, grid.sheet, f"les soumissions sur la feuille {read_here[0].sheet}", found)


def _has_same_questions(grid: Grid, main: Grid) -> bool:
    asked = set(main.rows[0]) - {""}
    return bool(grid.rows) and 2 * len(asked & set(grid.rows[0])) > len(asked)


def _is_repeat(grid: Grid) -> bool:
    return bool(grid.rows) and bool({survey_json.PARENT_INDEX, "PARENT_KEY"} & set(grid.rows[0]))


def _parent(frame: pd.DataFrame, name: str, reader: SurveyReader, form: Form | None) -> str:
    """The table that a repeat's rows belong to: as the form says, else as the export does."""
    if form is not None and name in form.repeats:
        return form.repeats[name] or MAIN
    parent = ""
    if survey_json.PARENT in frame and len(frame):
        parent = str(frame[survey_json.PARENT].iloc[0])
    elif "PARENT_KEY" in frame and len(frame):
        parent = str(frame["PARENT_KEY"].iloc[0]).rsplit("/", 1)[-1].split("[")[0]  # uuid:…/menage[1]
    return parent if parent in reader.repeats else MAIN


def _questions(table: Table) -> list[str]:
    return [name for name in table.frame.columns if not (is_meta(name) or is_tool_column(name) or is_choice(name))]


def _check_columns(file: str, source: Source, tables: dict[str, Table]) -> None:
    there = {name for table in tables.values() for name in table.frame.columns}
    known = source.mapped | set(source.ignored) | set(source.personal) | set(source.consent)
    # Identifiers were found beside them: what looks like a question of XLSForm is one, and no name of a person.
    named = known.union(name for name in there if _QUESTION.fullmatch(name))
    if unread := sorted(there - known):
        raise SourceFileError(
            file,
            "questions",
            "des questions toutes lues, ignorées ou personnelles",
            f"{columns_found(unread, named, 'question')} que personne ne lit",
        )
    # Without the question nobody has agreed: a form that lost it is not read.
    if missing := sorted(set(source.consent) - there):
        wanted = f"la question de consentement {quoted(missing)}"
        raise SourceFileError(file, "questions", wanted, columns_found(sorted(there), missing, "question"))
