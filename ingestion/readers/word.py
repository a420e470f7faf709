"""Word documents (DOCX): paragraphs, lists, and tables with their merged cells filled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.clean.text import tidy
from ingestion.errors import SourceFileError
from ingestion.readers import archives
from ingestion.readers.grid import Grid
from ingestion.readers.passages import Passage
from ingestion.readers.writing import PlacedGrid, Writing

_TITLES = ("Title", "Titre", "heading 1", "Heading 1", "Titre 1")
# Deleted and moved text is not there any more; old Word's copy of a text box (Fallback) would tell it twice.
_GONE = ("}del", "}moveFrom", "}Fallback")


def open_word(path: Path) -> Writing:
    """Raises SourceFileError where the file is no whole DOCX, or is locked by a password."""
    import docx

    head = path.read_bytes()[:8]
    if not head.startswith(b"PK\x03\x04"):
        found = "un fichier vide" if not head else "autre chose : document chiffré, ou .doc ancien ?"
        raise SourceFileError(path.name, "premier octet", "un document Word (.docx)", found)
    try:
        with zipfile.ZipFile(path) as archive:
            archives.check(archive, path.name)
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
    from docx.table import Table

    depth = len(parent.xpath("ancestor-or-self::w:tbl"))
    for number, element in enumerate(parent.xpath(f".//w:tbl[count(ancestor::w:tbl)={depth}]"), start=1):
        rows: list[list[str]] = []
        inner: list[tuple[Any, int, int]] = []
        own = f"{place}table={number}"
        kept = [row for row in Table(element, document).rows if not row._tr.xpath("./w:trPr/w:del")]
        for row_number, row in enumerate(kept):
            cells = [None] * row.grid_cols_before + [cell._tc for cell in row.cells]
            rows.append(["" if cell is None else _cell(cell) for cell in cells])
            inner += [
                (cell, column, row_number)
                for column, cell in enumerate(cells)
                if cell is not None and cell.xpath("./w:tbl") and cell not in [seen for seen, _, _ in inner]
            ]
        grid = PlacedGrid(file, own, rows)
        yield grid
        for cell, column, row_number in inner:
            yield from _grids(file, cell, document, f"{grid.place(row_number, column)};")


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
