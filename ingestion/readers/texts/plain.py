"""Minutes as plain text or Markdown: paragraphs, lists, and tables drawn with « | »."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.clean.text import tidy
from ingestion.errors import SourceFileError
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.texts.passages import Passage
from ingestion.readers.texts.writing import PlacedGrid, Writing

# Only at the beginning: elsewhere « - » is a dash of the text, and a line of spaces would be looked through again and
# again, from each of them.
_BULLET = re.compile(r"\A\s*(?:[-*+•·–‣▪]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"\A\s*#{1,6}\s+")
_RULE = re.compile(r":?[=+-]+:?")
_BAR = re.compile(r"(?<!\\)\|")  # « \| » is a bar in a cell
_LAST_BAR = re.compile(r"(?<!\\)\|$")


def open_plain(path: Path) -> Writing:
    """Raises SourceFileError where the file is no text."""
    data = path.read_bytes()
    if not data.strip() or b"\x00" in data:
        found = "un fichier binaire" if data.strip() else "un fichier vide"
        raise SourceFileError(path.name, "document", "du texte", found)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    lines = text.splitlines()
    passages = [Passage(paragraph, f"line={number}") for number, paragraph in paragraphs(lines)]
    return Writing(passages[0].text if passages else "", "", "", passages, list(drawn_tables(path.name, lines)))


def paragraphs(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(number of its first line, text) of each paragraph: lines up to an empty one, a list's item or a heading."""
    start, parts = 0, list[str]()
    for number, line in enumerate([*lines, ""], start=1):
        is_alone = bool(_HEADING.match(line)) or line.lstrip().startswith("|")
        if parts and (not line.strip() or is_alone or _BULLET.match(line) or parts[-1].rstrip().endswith(":")):
            yield from _paragraph(start, parts)
            parts = []
        if line.lstrip().startswith("|"):
            continue
        if line.strip():
            start = start if parts else number
            parts.append(_BULLET.sub("- ", _HEADING.sub("", line), count=1))
        if is_alone:
            yield from _paragraph(start, parts)
            parts = []


def _paragraph(start: int, parts: list[str]) -> Iterator[tuple[int, str]]:
    if text := tidy(" ".join(parts).replace("**", "")):
        yield start, text


def drawn_tables(file: str, lines: list[str]) -> Iterator[Grid]:
    """Tables of lines that begin with « | »; the rule under the header is no row."""
    rows: list[list[str]] = []
    count = 0
    for line in [*lines, ""]:
        if line.lstrip().startswith("|"):
            inner = _LAST_BAR.sub("", line.strip().removeprefix("|"))
            cells = [cell.replace("**", "").replace("\\|", "|").strip() for cell in _BAR.split(inner)]
            rows += [] if _is_rule(cells, len(rows)) else [cells]
        elif rows:
            count += 1
            yield PlacedGrid(file, f"table={count}", rows)
            rows = []


def _is_rule(cells: list[str], above: int) -> bool:
    """Under the header any line of dashes; below, « - » may be what a cell says, and an empty row is one."""
    return all(_RULE.fullmatch(cell) and (above == 1 or len(cell) > 2) for cell in cells)
