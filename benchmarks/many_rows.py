"""The 3W of Mali with ten or a hundred times the rows: one in ten respelled, one in twenty of a new name.

    .venv/bin/python benchmarks/many_rows.py mali_3w_december_2023.xlsx 10 FOLDER

writes FOLDER/mali_3w_december_2023.xlsx, or a CSV of the same rows with `--csv`. The same arguments give the same rows.
"""

from __future__ import annotations

import argparse
import csv
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from ingestion.readers.sheets.grid import read_grid

SHEET, HEADER_ROWS = "ML_5W", 2
NAME, ACRONYM = "Nom Organisation", "Organisation Accronyme"
_RESPELLED, _NEW = 0.10, 0.05
_KINDS = ("Association", "Coopérative", "Fondation", "Réseau", "Groupement")
_SYLLABLES = ("ba", "ko", "di", "san", "ka", "ra", "mou", "fi", "lo", "ten", "gou", "ya", "na", "sé", "wa", "do")


def rows(book: Path, times: int, seed: int = 1) -> Iterator[list[str]]:
    """The header, then the rows of the real sheet so many times; the first time as they are."""
    grid = read_grid(book, SHEET).rows
    header, body = grid[:HEADER_ROWS], [row for row in grid[HEADER_ROWS:] if any(row)]
    name, acronym = header[0].index(NAME), header[0].index(ACRONYM)
    chance = random.Random(seed)
    yield from header
    for turn in range(times):
        for row in body:
            draw = chance.random() if turn else 1.0
            if draw < _NEW:
                row = list(row)
                row[name] = f"{chance.choice(_KINDS)} {_invented(chance)} {_invented(chance)}"
                row[acronym] = ""
            elif draw < _NEW + _RESPELLED:
                row = list(row)
                row[name] = _respelled(row[name], chance)
            yield row


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))).capitalize()


def _respelled(text: str, chance: random.Random) -> str:
    """A name as somebody else types it: in capitals, without accents, with a letter swapped, left out or doubled.

    In five ways only, as people repeat one another: more names than that in one organization stop a publication.
    """
    way, place = chance.randrange(5), len(text) // 2
    if way == 0:
        return text.upper()
    if way == 1:
        return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    if way == 2:
        return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]
    return text[:place] + (text[place : place + 1] * 2 if way == 3 else "") + text[place + 1 :]


def write(path: Path, content: Iterator[list[str]]) -> None:
    """Writes rows as the sheet of a workbook, or as a CSV by the file's name; « #N/A » becomes an error cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(content)
        return
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(SHEET)
        for number, row in enumerate(content):
            for column, text in enumerate(row):
                if text == "#N/A":
                    sheet.write_formula(number, column, "=NA()", None, text)
                elif text:
                    sheet.write_string(number, column, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--csv", action="store_true")
    options = parser.parse_args()
    target = options.folder / options.book.with_suffix(".csv" if options.csv else ".xlsx").name
    write(target, rows(options.book, options.times))
