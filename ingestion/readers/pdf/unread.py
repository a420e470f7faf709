"""What a page shows and no record holds: words under known headings or in frames of tables, and what is no text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ingestion.clean.personal import redact
from ingestion.clean.text import fold
from ingestion.declaration.reader_settings import PdfReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.pdf.grids import PdfGrid
from ingestion.readers.pdf.page_layout import around
from ingestion.readers.pdf.pages import FreeLine, Page, corners
from ingestion.readers.pdf.painting import Box
from ingestion.readers.rows import Table, Tables
from ingestion.readers.tables.tabular import declared_columns

UNREADABLE = "unreadable_letters"  # the warning of a row with letters of a font that tells not what they are
_SIGN = "\ufffd"
_MOST_WORDS = 12  # words of a note
_CELL_WORDS = 8  # of a piece of a line; more is running text
_COLUMNS = 0.4  # share of the columns that a line fills which is a row of the table
_SLACK = 6.0  # points
_NEXT_ROW = 30.0  # points

Strip = tuple[float, float]


@dataclass(frozen=True)
class Unread:
    """Words that ended in no record, and where they stand."""

    page: int
    box: Box
    words: list[str]

    @property
    def place(self) -> str:
        """page=3;bbox=x0,top,x1,bottom."""
        return f"page={self.page};bbox={corners(self.box)}"


def with_notes(file: str, pages: Sequence[Page], grids: Sequence[PdfGrid], read: Tables, source: Source) -> Tables:
    """The tables with a note on all that no record holds. Raises SourceFileError where that is too much."""
    reader = source.reader
    assert isinstance(reader, PdfReader)
    missed = list(_missed(pages, grids, read, declared_columns(source)))
    _check_share(file, missed, read, reader)
    is_quiet = bool(source.personal or source.consent)
    notes = [
        f"{each.place} : {len(each.words)} mots sous un en-tête ou dans le cadre d’un tableau, dans aucune ligne lue"
        + _quoted(each.words, is_quiet)
        for each in missed
    ]
    notes += [f"{place} : lue comme la suite de la ligne que la page coupe" for grid in grids for place in grid.united]
    notes += [f"page={page.number} : page sans texte, non lue" for page in pages if not page.has_text]
    notes += [*_set_aside(pages, is_quiet), *_raised(pages)]
    tables = {name: _flagged(table) for name, table in read.items()}
    first = next(iter(tables))
    tables[first] = _noted(tables[first], notes)
    return tables


def _quoted(words: Sequence[str], is_quiet: bool) -> str:
    if is_quiet or not words:
        return ""
    quotation, _ = redact(" ".join(words[:_MOST_WORDS]), names=True)
    return f" : « {quotation}{' …' if len(words) > _MOST_WORDS else ''} »"


def _noted(table: Table, notes: Sequence[str]) -> Table:
    return replace(table, notes=table.notes + tuple(notes)) if notes else table


def _check_share(file: str, missed: Sequence[Unread], read_tables: Tables, reader: PdfReader) -> None:
    lost = sum(len(each.words) for each in missed)
    if reader.min_read is None or not lost:
        return
    read = sum(
        len(str(text).split()) for table in read_tables.values() for row in table.frame.to_numpy() for text in row
    )
    share = read / (read + lost)
    if share < reader.min_read:
        wanted = f"{reader.min_read:.0%} des mots des tableaux dans des lignes lues (min_read)"
        raise SourceFileError(file, missed[0].place, wanted, f"{share:.0%}, {lost} mots dans aucune ligne")


# --- words under known headings ---


def _missed(
    pages: Sequence[Page], grids: Sequence[PdfGrid], read_tables: Tables, names: Collection[str]
) -> Iterator[Unread]:
    read = {place for table in read_tables.values() for place in table.locators}
    read |= {place for table in read_tables.values() if len(table.rejected) for place in table.rejected["locator"]}
    known = [grid for grid in grids if not read.isdisjoint(grid.row_places(range(len(grid.rows)), 0))]
    for grid in known:
        yield from _above_header(grid, read, names)
    strips: list[Strip] = []
    for page in pages:
        of_page = [part for grid in known if (part := _part(grid, page.number))]
        frames = [around(box for boxes in part for box in boxes if box) for part in of_page]
        if of_page:
            strips = _strips(of_page[-1])
        free = [line for line in page.free if not any(_is_in(_box(line), frame) for frame in frames)]
        if cut := _cut_off(free, known, page.number):
            yield _unread(page.number, cut)
            free = [line for line in free if line not in cut]
        yield from _of_page(page.number, free, strips, names)


def _cut_off(lines: Sequence[FreeLine], known: Sequence[PdfGrid], page: int) -> list[FreeLine]:
    """What stands right above the rows of a table that goes on, under some columns but the first: the end of a row."""
    going_on = [part for grid in known if (part := _part(grid, page)) and _part(grid, page - 1)]
    if not going_on:
        return []
    strips = _strips(going_on[0])
    top = around(box for boxes in going_on[0] for box in boxes if box)[1]
    near = [line for line in lines if 0 <= top - _box(line)[3] < _NEXT_ROW]
    return [line for line in near if strips and _box(line)[0] > strips[0][1] and _lies_in(line, strips, 1)]


def _above_header(grid: PdfGrid, read: Collection[str], names: Collection[str]) -> Iterator[Unread]:
    """Rows of several cells over the header: of another table, whose frame is that of the one that is read."""
    places = grid.row_places(range(len(grid.rows)), 0)
    header = next((n for n, row in enumerate(grid.rows) if places[n] in read or sum(t in names for t in row) > 1), 0)
    for row in range(header):
        texts = [text for text in grid.rows[row] if text]
        if len(texts) > 1:
            yield Unread(grid.lines[row].page, grid.lines[row].box, " ".join(texts).split())


def _part(grid: PdfGrid, page: int) -> list[list[Box | None]]:
    return [line.boxes for line in grid.lines if line.page == page]


def _strips(rows: Sequence[Sequence[Box | None]]) -> list[Strip]:
    """Where the columns of a table stand on a page."""
    strips = []
    for column in range(len(rows[0])):
        own = [box for row in rows if (box := row[column]) and row.count(box) == 1]
        if own:
            strips.append((min(box[0] for box in own), max(box[2] for box in own)))
    return strips


def _box(line: FreeLine) -> Box:
    return around(box for _, box in line)


def _is_in(box: Box, frame: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]


def _of_page(
    number: int, lines: Sequence[FreeLine], strips: Sequence[Strip], names: Collection[str]
) -> Iterator[Unread]:
    """The lines of a page that stand under a heading of their own, or in the columns of the last table."""
    run: list[FreeLine] = []
    headed: list[Strip] = []
    for line in sorted(lines, key=lambda line: _box(line)[1]):
        if _is_heading(line, names):
            headed = [(box[0], box[2]) for _, box in line]
            continue
        if any(len(text.split()) > _CELL_WORDS for text, _ in line):
            headed = []
        if (headed and _lies_in(line, headed, 1)) or _is_row(line, strips):
            run.append(line)
        elif run:
            yield _unread(number, run)
            run = []
    if run:
        yield _unread(number, run)


def _unread(number: int, lines: Sequence[FreeLine]) -> Unread:
    words = [word for line in lines for text, _ in line for word in text.split()]
    return Unread(number, around(map(_box, lines)), words)


def _is_heading(line: FreeLine, names: Collection[str]) -> bool:
    keys = {fold(name) for name in names}
    return sum(fold(text) in keys for text, _ in line) >= max(2.0, 0.5 * len(line))


def _is_row(line: FreeLine, strips: Sequence[Strip]) -> bool:
    return len(strips) > 1 and len(line) > 1 and _lies_in(line, strips, max(2, round(_COLUMNS * len(strips))))


def _lies_in(line: FreeLine, strips: Sequence[Strip], least: int) -> bool:
    """Whether every piece of a line lies in one column, and so many columns have one."""
    hit = set()
    for text, box in line:
        if len(text.split()) > _CELL_WORDS:
            return False
        over = [n for n, (x0, x1) in enumerate(strips) if min(box[2], x1 + _SLACK) > max(box[0], x0 - _SLACK)]
        if not over:
            return False
        hit.add(max(over, key=lambda n: min(box[2], strips[n][1]) - max(box[0], strips[n][0])))
    return len(hit) >= least


# --- what is no text, and signs of notes ---


def _set_aside(pages: Sequence[Page], is_quiet: bool) -> Iterator[str]:
    """Hidden text, marks, words crossed out: a note for each text, with the first page that holds it."""
    places: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        for reason, text, box in page.aside:
            places.setdefault((reason, text), []).append(f"page={page.number};bbox={corners(box)}")
    for (reason, text), locators in places.items():
        others = f" (et {len(locators) - 1} autres)" if len(locators) > 1 else ""
        yield f"{locators[0]}{others} : {reason}" + _quoted(text.split(), is_quiet)


def _raised(pages: Sequence[Page]) -> Iterator[str]:
    """Signs of notes, which are no part of a text or figure."""
    cells = [(page.number, cell) for page in pages for table in page.tables for cell in table.cells if cell.note]
    if cells:
        page, first = cells[0]
        signs = ", ".join(dict.fromkeys(cell.note for _, cell in cells[:20]))
        yield f"page={page};bbox={corners(first.box)} : appels de note mis à part, {len(cells)} cellules : {signs}"


def _flagged(table: Table) -> Table:
    """Rows with letters that cannot be read bear a warning."""
    odd = [any(_SIGN in str(text) for text in row) for row in table.frame.to_numpy()]
    if not any(odd):
        return table
    labels = frozenset(table.frame.index[odd])
    first = table.locators[table.frame.index[odd][0]]
    note = f"{first} : lettres illisibles (police sans Unicode) dans {sum(odd)} lignes"
    return replace(table, flags=table.flags | {UNREADABLE: labels}, notes=(*table.notes, note))
