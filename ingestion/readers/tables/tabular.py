"""From grids of cells to tables: their header, its columns, the place of every cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from ingestion.clean.text import visible
from ingestion.declaration.reader_settings import CALENDAR_END, CALENDAR_START, Tabular
from ingestion.declaration.source import Source
from ingestion.declaration.values import clean
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found, quoted
from ingestion.readers.rows import Table, Tables, stacked
from ingestion.readers.sheets.grid import Grid, letter, line_count_fr
from ingestion.readers.tables import body, reshape
from ingestion.readers.tables.sorting import Meaning
from ingestion.shapes import LINEAGE, SHAPES, Column

SEARCHED_ROWS = 30
_LOWEST_ROW = 2_000  # so far a message looks for a header that stands too low
_PLACES = 10  # of columns that nobody reads, in a message
_OBSERVED = next(column for column in LINEAGE if column.name == "observed_on")
_HXL_TAG = re.compile(r"#[A-Za-z]\w*(\s*\+\s*\w+)*")  # #adm2+code; #N/A is a spreadsheet error


def tables_of(file: str, grids: Sequence[Grid], source: Source, options: Tabular) -> Tables:
    """The declared tables of a document, each found by its header wherever, and however often, it stands.

    A table has the name that the mappings which read it declare (`table:`), else "table". Grids under the same header
    are stacked; those under none are passed over, with a note. Blank rows are no rows. Raises SourceFileError where a
    table is nowhere, its header is not as declared, or a grid that is passed over seems to be a part of it.
    """
    filled = [grid for grid in grids if _filled_rows(grid)]
    if not filled:
        place = grids[0].place(0) if grids else "document"
        raise SourceFileError(file, place, "un tableau rempli", "aucune cellule remplie")
    tables: Tables = {}
    search = _Search(options, _spellings(source, options))
    added = {column for grid in grids for column in grid.constants}
    wanted_by_name = {name: columns - added for name, columns in _wanted(source, options).items()}
    headers: dict[int, list[str]] = {}
    for name, wanted in wanted_by_name.items():
        header_rows = {n: row for n, grid in enumerate(filled) if (row := search.header_row(grid, wanted)) is not None}
        if not header_rows:
            raise _missing(max(filled, key=lambda grid: search.best_row(grid, wanted)[1]), wanted, search)
        headers |= {n: search.names(filled[n], row) for n, row in header_rows.items()}
        parts = [_read(filled[n], row, source, wanted, search) for n, row in header_rows.items()]
        tables[name] = reshape.split(stacked(name, parts), options.split, _figures(source))
    unread = [grid for n, grid in enumerate(filled) if n not in headers]
    for grid in unread:
        _check_passed_over(grid, source, wanted_by_name.values(), list(headers.values()), search)
    first, notes = next(iter(tables)), tuple(note for grid in grids for note in grid.notes)
    notes += tuple(map(passed_over, unread))
    return tables | {first: replace(tables[first], notes=tables[first].notes + notes)}


def passed_over(grid: Grid) -> str:
    """The note on a grid that the source does not read."""
    return f"{grid.place(0)} : tableau que la source ne lit pas ({line_count_fr(_filled_rows(grid))})"


def is_declared(grid: Grid, source: Source, options: Tabular) -> bool:
    """Whether a grid bears the header of a table that the source declares."""
    search = _Search(options, _spellings(source, options))
    return any(
        search.header_row(grid, columns - set(grid.constants)) is not None
        for columns in _wanted(source, options).values()
    )


def declared_columns(source: Source) -> frozenset[str]:
    """Every column of a file that its source knows: read, ignored, personal, empty so far."""
    return source.mapped.union(source.ignored, source.expected_empty, source.personal, source.consent)


def _wanted(source: Source, options: Tabular) -> dict[str, set[str]]:
    """The columns by which each table is known. A parse.py names its tables itself: it is given one."""
    mappings = source.shapes.values()
    optional = {name for m in mappings for o in m.columns.values() if o.optional for name in o.read}
    wanted: dict[str, set[str]] = {}
    for mapping in mappings:
        name = "table" if source.parser else mapping.table or "table"
        wanted.setdefault(name, set()).update(column for o in mapping.columns.values() for column in o.read)
    never_there = _derived_names(options) | optional
    return {name: columns - never_there | set(options.unpivot) for name, columns in wanted.items()}


def _filled_rows(grid: Grid) -> int:
    return sum(any(cell.strip() for cell in row) for row in grid.rows)


def _spellings(source: Source, options: Tabular) -> dict[str, str]:
    """The declared names by what a person sees of them: a no-break space or a line break is a space."""
    return {_seen(name): name for name in declared_columns(source) | {*options.unpivot, *options.calendar}}


def _seen(name: str) -> str:
    return " ".join(visible(name).split())


@dataclass(frozen=True)
class _Search:
    """How a header is looked for: ``spellings`` are the declared names by what a person sees of them."""

    options: Tabular
    spellings: dict[str, str]

    def header_row(self, grid: Grid, wanted: AbstractSet[str]) -> int | None:
        """The first row that holds every wanted column."""
        row, hits = self.best_row(grid, wanted)
        return row if hits == len(wanted) else None

    def best_row(self, grid: Grid, wanted: AbstractSet[str]) -> tuple[int, int]:
        """The first of the rows that hold most of the wanted columns, and how many it holds."""
        declared_row = self.options.header_row
        rows = range(min(SEARCHED_ROWS, len(grid.rows))) if declared_row is None else [declared_row - 1]
        hits = {row: len(wanted & set(self.names(grid, row))) for row in rows}
        best = max(hits, key=lambda row: hits[row])
        return best, hits[best]

    def anywhere(self) -> _Search:
        """The same without the declared place of the header."""
        return replace(self, options=self.options.model_copy(update={"header_row": None}))

    def names(self, grid: Grid, row: int) -> list[str]:
        """The names of the columns up to the last one that has one; those of several header rows are joined."""
        return [self.spellings.get(_seen(name), name) for name in header_names(grid, row, self.options)]


def header_names(grid: Grid, row: int, options: Tabular) -> list[str]:
    """The names of the columns up to the last one that has a name; those of several header rows are joined."""
    rows = [[visible(name) for name in cells] for cells in grid.rows[row : row + options.header_rows]]
    width = max((column + 1 for cells in rows for column, name in enumerate(cells) if name), default=0)
    levels = [cells[:width] + [""] * (width - len(cells)) for cells in rows]
    for number, level in enumerate(levels[:-1]):
        _carry_right(grid, row + number, level, levels[number + 1])
    names = [" / ".join(dict.fromkeys(name for name in names if name)) for names in zip(*levels, strict=True)]
    return [f"{name} ({count})" if name and count > 1 else name for name, count in _counted(names)]


def _counted(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each name, and how often it has stood so far: the second « Statut » is « Statut (2) »."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name, seen[name]


def _check_passed_over(
    grid: Grid, source: Source, wanted: Iterable[AbstractSet[str]], headers: list[list[str]], search: _Search
) -> None:
    """Raises SourceFileError where a grid that is passed over seems to be a part of a table that is read.

    It bears most of the declared columns, the others being renamed, or its header is not where it is declared; or it
    goes on without a header: it is as wide as a table that is read, and its first row, or most, read as records of it.
    """
    for columns in wanted:
        row, hits = search.anywhere().best_row(grid, columns)
        if 2 * hits > len(columns) and hits > 1:
            lacking = sorted(columns - set(search.anywhere().names(grid, row)))
            expected = f"la ou les colonnes {quoted(lacking)}" if lacking else "l’en-tête à la ligne déclarée"
            found = f"{hits} des {len(columns)} colonnes déclarées, sur {line_count_fr(_filled_rows(grid))}"
            raise SourceFileError(grid.file, grid.place(row), f"{expected}, comme dans le tableau lu", found)
    if any(_reads_as_record(grid, header, source) for header in headers):
        found = f"{line_count_fr(_filled_rows(grid))} sans en-tête, en autant de colonnes que le tableau lu"
        raise SourceFileError(grid.file, grid.place(0), "l’en-tête du tableau lu", found)


def _reads_as_record(grid: Grid, header: list[str], source: Source) -> bool:
    """Whether the first row, or most, have a date, a code or a figure wherever a record has one."""
    if max(len(row) for row in grid.rows) != len(header):
        return False
    are_records = [_is_record(row, header, source) for row in grid.rows if any(cell.strip() for cell in row)]
    return are_records[0] or 2 * sum(are_records) > len(are_records)


def _is_record(row: Sequence[str], header: Sequence[str], source: Source) -> bool:
    cells = dict(zip(header, row, strict=False))
    read = [
        clean(column, source.canonical(column.name, text) or text)[1]
        for column, name in _targets(source)
        if column.kind != "text" and (text := cells.get(name, "").strip())
    ]
    return bool(read) and all(read)


def _targets(source: Source) -> Iterator[tuple[Column, str]]:
    """Each column of a shape that a column of the file feeds, with that column's name."""
    for shape, mapping in source.shapes.items():
        for name, origin in mapping.columns.items():
            column = _OBSERVED if name == _OBSERVED.name else SHAPES[shape].column(name)
            yield from ((column, of_file) for of_file in origin.read)


def _figures(source: Source) -> frozenset[str]:
    return frozenset(name for column, name in _targets(source) if column.is_count)


def _read(grid: Grid, header_row: int, source: Source, wanted: AbstractSet[str], search: _Search) -> Table:
    options = search.options
    header = _with_unnamed(search.names(grid, header_row), grid, declared_columns(source))
    wide = _wide_columns(grid, header_row, header, options)
    months = _calendar_columns(header, options)
    known = declared_columns(source) - _derived_names(options) - set(grid.constants) | set(wide) | set(months)
    _check_header(grid, header_row, header, known)
    first = header_row + options.header_rows
    titles = list(enumerate(grid.rows[header_row:first], start=header_row))
    if first < len(grid.rows) and is_hxl(grid.rows[first]):
        first += 1
    elif options.hxl:
        raise SourceFileError(grid.file, grid.place(first), "une ligne d’étiquettes HXL (#org, #adm2…)", "aucune")
    table = body.body(grid, header, titles, first, _meaning(source, wanted, wide, options), options)
    if months:
        table = reshape.calendar(table, months)
    return reshape.unpivot(table, wide, options.unpivot_value, options.unpivot_empty == "drop") if wide else table


def _with_unnamed(header: list[str], grid: Grid, declared: AbstractSet[str]) -> list[str]:
    """The header with the columns that have no name and are declared by their letter: « colonne H »."""
    width = max(len(header), *(len(row) for row in grid.rows))
    letters = [f"colonne {letter(position)}" for position in range(width)]
    names = [*header, *[""] * (width - len(header))]
    named = [own or (name if name in declared else "") for own, name in zip(names, letters, strict=True)]
    return named[: max((n + 1 for n, name in enumerate(named) if name), default=0)]


def _calendar_columns(header: list[str], options: Tabular) -> dict[str, str]:
    """The columns of the months of a calendar, and what month each is."""
    matches = (
        {name: re.fullmatch(options.calendar_pattern, name) for name in header} if options.calendar_pattern else {}
    )
    return options.calendar | {name: match["month"] for name, match in matches.items() if match}


def _meaning(source: Source, needed: AbstractSet[str], wide: Mapping[str, Any], options: Tabular) -> Meaning:
    """What the source says of the columns of its file; wide columns are figures where their values are."""
    targets = list(_targets(source))
    figures = _figures(source)

    def is_value(column: str, text: str) -> bool:
        return any(
            bool(source.canonical(target.name, text) or (target.codes and clean(target, text)[1]))
            for target, name in targets
            if name == column and target is not _OBSERVED
        )

    return Meaning(
        needed,
        figures | set(wide) if options.unpivot_value in figures else figures,
        {name for column, name in targets if column.is_area},
        {name for column, name in targets if column.codes},
        is_value,
    )


def _carry_right(grid: Grid, row: int, level: list[str], below: list[str]) -> None:
    """A merged name stands for all its columns; where none is merged (a CSV) an empty name takes that on its left."""
    merged = [(left, right) for (top, left), (_, right) in grid.merged if top == row and right > left]
    if merged:
        for left, right in merged:
            level[left : right + 1] = [level[left]] * (min(right + 1, len(level)) - left)
    else:
        for column in range(1, len(level)):
            if not level[column] and below[column]:
                level[column] = level[column - 1]


def _wide_columns(grid: Grid, row: int, header: list[str], options: Tabular) -> dict[str, dict[str, str]]:
    """The columns to be put into rows, with what their names say."""
    wide = dict(options.unpivot)
    if options.unpivot_pattern:
        matches = {name: re.fullmatch(options.unpivot_pattern, name) for name in header}
        wide |= {name: match.groupdict() for name, match in matches.items() if match}
        if not wide:
            wanted = f"des colonnes de la forme « {options.unpivot_pattern} »"
            raise SourceFileError(grid.file, grid.place(row), wanted, columns_found(header, ()))
    return wide


def _derived_names(options: Tabular) -> set[str]:
    """The columns that no header bears: made of wide columns, or of a calendar."""
    calendar = {CALENDAR_START, CALENDAR_END} if options.calendar or options.calendar_pattern else set()
    if not options.unpivot and not options.unpivot_pattern:
        return calendar
    by_name = {name for new in options.unpivot.values() for name in new}
    return calendar | {options.unpivot_value} | by_name | set(re.compile(options.unpivot_pattern or "").groupindex)


def _missing(grid: Grid, wanted: AbstractSet[str], search: _Search) -> SourceFileError:
    row, _ = search.best_row(grid, wanted)
    there = search.names(grid, row)
    expected = f"la ou les colonnes {quoted(sorted(wanted - set(there)))}"
    for lower in range(SEARCHED_ROWS, min(len(grid.rows), _LOWEST_ROW)):
        if wanted and wanted <= set(search.names(grid, lower)):
            found = f"l’en-tête à la ligne {lower + 1} : déclarer reader: {{header_row: {lower + 1}}}"
            within = f" dans les {SEARCHED_ROWS} premières lignes" if search.options.header_row is None else ""
            return SourceFileError(grid.file, grid.place(row), expected + within, found)
    return SourceFileError(grid.file, grid.place(row), expected, columns_found(there, wanted))


def _check_header(grid: Grid, row: int, header: list[str], declared: AbstractSet[str]) -> None:
    seen: dict[str, int] = {}
    for column, name in enumerate(header):
        if not name:
            continue
        first = re.sub(r" \(\d+\)$", "", name)
        if name not in declared and first != name and first in seen:
            what = f"« {first} »" if first in declared else "un en-tête"
            found = f"{what} déjà en {grid.place(row, seen[first])}"
            raise SourceFileError(grid.file, grid.place(row, column), "des en-têtes distincts", found)
        seen[name] = column
    if unread := [name for name in seen if name not in declared]:
        places = ", ".join(grid.place(row, seen[name]) for name in unread[:_PLACES])
        raise SourceFileError(
            grid.file,
            grid.place(row, seen[unread[0]]),
            "des colonnes toutes lues ou déclarées dans « ignored »",
            f"{columns_found(unread, declared)} que personne ne lit : {places}",
        )


def is_hxl(row: list[str]) -> bool:
    """Whether every filled cell of a row is an HXL tag; false for an empty row."""
    tags = [cell.strip() for cell in row if cell.strip()]
    return bool(tags) and all(_HXL_TAG.fullmatch(tag) for tag in tags)
