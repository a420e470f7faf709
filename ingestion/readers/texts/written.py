"""Letters, notes, minutes and e-mails: what the document is, its declared sentences and its declared tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ingestion.clean.dates import date
from ingestion.clean.text import fold
from ingestion.declaration import code_lists
from ingestion.declaration.reader_settings import WrittenReader
from ingestion.declaration.source import Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.rows import Table, Tables
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.tables.tabular import tables_of
from ingestion.readers.texts.attendance import Attendance, attendance
from ingestion.readers.texts.mail import open_mail
from ingestion.readers.texts.passages import lift
from ingestion.readers.texts.plain import open_plain
from ingestion.readers.texts.word import open_word
from ingestion.readers.texts.writing import Writing

DOCUMENT = "document"  # the table with one row: the document itself
PEOPLE = "people"  # its column of participants as written, which a source must declare personal
_OPENERS: dict[str, Callable[[Path], Writing]] = {
    ".docx": open_word, ".eml": open_mail, ".txt": open_plain, ".md": open_plain,
}  # fmt: skip
_DAY = r"(\d{1,2}(?:er)?\s+[^\W\d_]{3,9}\.?\s+20\d\d|[0-3]?\d[/.-][01]?\d[/.-]20\d\d|20\d\d-[01]\d-[0-3]\d)(?!\d)"
_DATED = [re.compile(rf"^(?:- )?date\b[^:]{{0,20}}:.*?{_DAY}", re.IGNORECASE), re.compile(rf"(?<!\d){_DAY}")]
_SEARCHED_PASSAGES = 15
_MINUTES = re.compile(r"\b(?:compte rendu|proces verbal)\b|^(?:cr|pv|minutes)\b")


def read(path: Path, source: Source, reader: WrittenReader) -> Tables:
    """Table "document" (one row), one for each declared sentence, and the tables that the source's mappings name."""
    if PEOPLE not in source.personal:
        raise DeclarationError(f"{source.folder / 'source.yml'} : personal : il faut « {PEOPLE}: {{}} » (participants)")
    if path.suffix.lower() not in _OPENERS:
        raise SourceFileError(path.name, "nom du fichier", f"l’un de {', '.join(_OPENERS)}", path.suffix or "rien")
    writing = _OPENERS[path.suffix.lower()](path)
    lifted = {pattern.table for pattern in reader.sentences}
    mappings = {shape: mapping for shape, mapping in source.shapes.items() if mapping.table not in {DOCUMENT, *lifted}}
    declared = [{o.column for o in m.columns.values() if o.column and not o.optional} for m in mappings.values()]
    attended = attendance(writing, reader.organizations, declared)
    near = [grid for grid in attended.grids if _is_near(grid, declared)]
    unread = tuple(f"{g.place(0)} : tableau que la source ne lit pas" for g in attended.grids if g not in near)
    document = _document(path, writing, attended)
    day = document.frame["date"].iloc[0]
    tables = {DOCUMENT: replace(document, notes=(*writing.notes, *unread))} | {
        name: table.reshaped(name, table.frame.assign(date=day))  # a sentence was true on the day of its document
        for name, table in lift(attended.passages, reader.sentences).items()
    }
    if mappings and not near:
        wanted = ", ".join(f"« {name} »" for name in sorted(set.union(*declared)))
        raise SourceFileError(
            path.name, "document", f"un tableau avec {wanted}", f"{len(attended.grids)} tableau(x) sans"
        )
    if mappings:
        tables |= tables_of(path.name, near, source.model_copy(update={"shapes": mappings}), reader)
    return tables


def _is_near(grid: Grid, declared: list[set[str]]) -> bool:
    """Whether a table has any declared column. An error quotes such tables alone: others may name people."""
    return any(wanted & {cell.strip() for cell in row} for wanted in declared for row in grid.rows)


def _document(path: Path, writing: Writing, attended: Attendance) -> Table:
    title = attended.struck(writing.title)
    row = {
        "title": title,
        "kind": writing.kind or _kind(title),
        "deliverable": _deliverable(title),
        "date": writing.day or _day(path, writing),
        "sender": attended.sender,
        "organizations": " ; ".join(attended.structures),
        "attachments": " ; ".join(attended.struck(name) for name in writing.attachments),
        "file_name": path.name,
        PEOPLE: "\n".join(attended.people),
    }
    details = {"Structures participantes": row["organizations"], "Pièces jointes, non lues": row["attachments"]}
    row["note"] = ". ".join(f"{label} : {text}" for label, text in details.items() if text)
    frame = pd.DataFrame([row], dtype=object)
    locators = pd.Series([DOCUMENT], index=frame.index, dtype=object)
    return Table(DOCUMENT, frame, locators, lambda _: locators)


def _kind(title: str) -> str:
    """Of the list document_kind, where the title begins by saying it."""
    if _MINUTES.search(fold(title)):
        return "compte_rendu"
    first = fold(title).partition(" ")[0]
    return first if first in code_lists.codes("document_kind") else ""


def _deliverable(title: str) -> str:
    """The one deliverable that a title names, whose proof the document is then."""
    named = [
        code
        for code in code_lists.codes("deliverable")
        if fold(code_lists.labels("deliverable", code)[0]) in fold(title)
    ]
    return named[0] if len(named) == 1 else ""


def _day(path: Path, writing: Writing) -> str:
    """The day in a line « Date : », else in the title, among the first paragraphs, or in the file's name."""
    first = [passage.text for passage in writing.passages[:_SEARCHED_PASSAGES]]
    labelled = [match[1] for text in first if (match := _DATED[0].search(text))]
    others = [
        match[1] for text in (writing.title, *first, path.stem.replace("_", " ")) if (match := _DATED[1].search(text))
    ]
    return next((day.isoformat() for text in (*labelled, *others) if (day := date(text))), "")
