"""Word documents (DOCX): paragraphs, lists, and tables with their merged cells."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.clean.text import tidy
from ingestion.errors import SourceFileError
from ingestion.readers import archives
from ingestion.readers.sheets.grid import Grid, Merged
from ingestion.readers.texts.passages import Passage
from ingestion.readers.texts.writing import PlacedGrid, Writing

Cell = tuple[int, int]
_TITLES = ("Title", "Titre", "heading 1", "Heading 1", "Titre 1")
# Deleted and moved text is not there any more; old Word's copy of a text box (Fallback) would tell it twice.
_GONE = ("}del", "}moveFrom", "}Fallback")
_MOST_COLUMNS = 1000  # Word itself stops at 63
# A long report's text is 10 MB of XML, of which python-docx makes ten times as much.
_MOST_UNPACKED = 1 << 25


def open_word(path: Path) -> Writing:
    """Raises SourceFileError where the file is no whole DOCX, or is locked by a password."""
    import docx

    head = path.read_bytes()[:8]
    if not head.startswith(b"PK\x03\x04"):
        found = "un fichier vide" if not head else "autre chose : document chiffré, ou .doc ancien ?"
        raise SourceFileError(path.name, "premier octet", "un document Word (.docx)", found)
    try:
        with zipfile.ZipFile(path) as archive:
            archives.check(archive, path.name, most_in_memory=_MOST_UNPACKED, ending=".xml")
        document = docx.Document(str(path))
        body = document.element.body
        paragraphs = body.xpath(".//w:p[not(ancestor::w:tbl) and not(ancestor::w:p)]")
        passages = [
            Passage(_item(paragraph) + text, f"paragraph={number}")
            for number, paragraph in enumerate(paragraphs, start=1)
            if (text := tidy(_text(paragraph)))
        ]
        grids = list(_grids(path.name, body, document, ""))
        title = _title(document, paragraphs) or (passages[0].text if passages else "")
    except SourceFileError:
        raise
    except Exception as error:  # python-docx raises what it stumbles over, of no common class
        raise SourceFileError(
            path.name, "document", "un document Word entier", f"un fichier abîmé ({error})"
        ) from error
    if not passages and not grids:
        raise SourceFileError(path.name, "document", "du texte ou un tableau", "un document vide : pages numérisées ?")
    return Writing(title, "", "", passages, grids)


def _title(document: Any, paragraphs: list[Any]) -> str:
    """The first paragraph in the style of a title; the file's own property is often that of the model behind it."""
    names = {style.style_id: style.name for style in document.styles if style.name in _TITLES}
    styled = (tidy(_text(paragraph)) for paragraph in paragraphs if paragraph.style in names)
    return next(filter(None, styled), "")


def _item(paragraph: Any) -> str:
    """« - » before the item of a list."""
    is_item = paragraph.xpath("./w:pPr/w:numPr") or (paragraph.style or "").startswith(("List", "Liste"))
    return "- " if is_item else ""


def _grids(file: str, parent: Any, document: Any, place: str) -> Iterator[Grid]:
    """The tables in an element, each before those in its cells: table=2;row=1;cell=A;table=1."""
    depth = len(parent.xpath("ancestor-or-self::w:tbl"))
    for number, element in enumerate(parent.xpath(f".//w:tbl[count(ancestor::w:tbl)={depth}]"), start=1):
        own = f"{place}table={number}"
        kept = [row for row in element.tr_lst if not row.xpath("./w:trPr/w:del")]
        cells, merged = _placed(file, own, kept)
        width = max([column + 1 for _, column in cells] + [right + 1 for _, (_, right) in merged], default=0)
        rows = [[""] * width for _ in kept]
        for (row, column), cell in cells.items():
            rows[row][column] = _cell(cell)
        grid = PlacedGrid(file, own, rows, merged=merged)
        yield grid
        for (row, column), cell in cells.items():
            if cell.xpath("./w:tbl"):
                yield from _grids(file, cell, document, f"{grid.place(row, column)};")


def _placed(file: str, place: str, rows: list[Any]) -> tuple[dict[Cell, Any], list[Merged]]:
    """The cells of rows by row and column, and the ranges of merged ones; a cell that goes on is not its own.

    Raises SourceFileError where a row is wider than any table.
    """
    cells: dict[Cell, Any] = {}
    corners: dict[Cell, Cell] = {}
    above: dict[int, Cell] = {}  # by column, the cell that the next row may go on with
    for number, row in enumerate(rows):
        column, of_row = row.grid_before, dict[int, Cell]()
        for cell in row.tc_lst:
            last = column + cell.grid_span - 1
            if last >= _MOST_COLUMNS:
                found = f"une cellule qui va jusqu’à la colonne {last + 1}"
                raise SourceFileError(file, f"{place};row={number + 1}", f"au plus {_MOST_COLUMNS} colonnes", found)
            start = above.get(column, (number, column)) if cell.vMerge == "continue" else (number, column)
            if start == (number, column):
                cells[start] = cell
            if (number, last) != start:
                corners[start] = (number, last)
            of_row[column] = start
            column = last + 1
        above = of_row
    return cells, list(corners.items())


def _cell(cell: Any) -> str:
    paragraphs = cell.xpath("./w:p | ./w:sdt//w:p")
    return " ".join(filter(None, (" ".join(_text(paragraph).split()) for paragraph in paragraphs)))


def _text(paragraph: Any) -> str:
    """The text as it stands after all changes are accepted: python-docx leaves out what was inserted."""
    parts = []
    for node in paragraph.iter():
        kind = str(node.tag).rpartition("}")[2]
        if kind not in ("t", "tab", "br", "cr") or any(str(n.tag).endswith(_GONE) for n in node.iterancestors()):
            continue
        parts.append(node.text or "" if kind == "t" else " ")
    return "".join(parts)
