"""Builds the XLSForms of the field survey.

Questions come from `questions.csv`, answers from the code lists and places from the p-codes of the warehouse's own
seeds, so that form and warehouse cannot diverge. Format: https://xlsform.org.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from openpyxl import Workbook
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.country.words import worded
from ingestion.declaration import code_lists
from ingestion.errors import DeclarationError
from ingestion.shapes.service import SHELTER_GROUP, SHELTER_TYPE

QUESTIONS = Path(__file__).with_name("questions.csv")
TITLES = Path(__file__).with_name("forms.csv")
FRENCH, ENGLISH = "Français (fr)", "English (en)"
SURVEY = [
    "type", "name", f"label::{FRENCH}", f"label::{ENGLISH}", "required", "relevant", "constraint",
    f"constraint_message::{FRENCH}", f"constraint_message::{ENGLISH}", "choice_filter",
]  # fmt: skip
CHOICES = ["list_name", "name", f"label::{FRENCH}", f"label::{ENGLISH}"]
SETTINGS = ["form_title", "form_id", "version", "default_language"]
# The places of a list file that an earlier answer leaves to choose from.
FILTERS = {"cercles.csv": "zone = ${zone}", "communes.csv": "cercle = ${cercle}"}


@cache
def questions() -> dict[str, list[dict[str, str]]]:
    """The rows of `questions.csv` by form: type, name, label_fr, label_en, required, relevant, constraint, message."""
    forms: dict[str, list[dict[str, str]]] = {}
    for row in _rows(QUESTIONS):
        forms.setdefault(row["form"], []).append({name: worded(text) for name, text in row.items()})
    return forms


def write(folder: Path) -> list[Path]:
    """Writes all forms and their place lists; returns the files.

    Raises DeclarationError with pyxform's message if a form is invalid; its file is then removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    forms = [_form(folder, form) for form in questions()]
    return [*forms, *place_lists(folder)]


def place_lists(folder: Path) -> list[Path]:
    """`cercles.csv` (name, label, zone) and `communes.csv` (name, label, cercle), in current p-codes."""
    zone_of = {
        row["admin_code"]: row["zone_code"] for row in seeds.rows("zone_admin") if row["reading"] == "HISTORICAL"
    }
    areas = [row for row in seeds.rows("admin_area") if row["vintage"] == country().current_vintage]
    cercles = [(a["code"], a["name_fr"], zone_of[a["code"]]) for a in areas if a["code"] in zone_of]
    communes = [(a["code"], a["name_fr"], a["parent_code"]) for a in areas if a["parent_code"] in zone_of]
    return [
        _list(folder / "cercles.csv", "zone", cercles),
        _list(folder / "communes.csv", "cercle", communes),
    ]


def definition(form: str) -> dict[str, list[dict[str, str]]]:
    """The sheets of a form as rows by column: `survey`, `choices` and `settings`."""
    titles = {row["form"]: row["title_fr"] for row in _rows(TITLES)}
    rows = questions()[form]
    survey, choices = [_question(row) for row in rows], list(_choices(rows))
    content = json.dumps([survey, choices], ensure_ascii=False)
    version = hashlib.sha256(content.encode()).hexdigest()[:10]  # the same questions have the same version
    sheets = {
        "survey": (SURVEY, survey),
        "choices": (CHOICES, choices),
        "settings": (SETTINGS, [[titles[form], form, version, FRENCH]]),
    }
    return {name: [dict(zip(header, line, strict=True)) for line in lines] for name, (header, lines) in sheets.items()}


def _form(folder: Path, form: str) -> Path:
    path, book, sheets = folder / f"{form}.xlsx", Workbook(), definition(form)
    book.remove(book.active)
    for name, header in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        sheet = book.create_sheet(name)
        sheet.append(header)
        for row in sheets[name]:
            sheet.append([cell or None for cell in row.values()])
    book.save(path)
    try:
        convert(path)
    except PyXFormError as error:
        path.unlink()
        raise DeclarationError(f"{QUESTIONS}, formulaire {form} : {error}") from error
    return path


def _question(row: dict[str, str]) -> list[str]:
    return [
        row["type"],
        row["name"],
        row["label_fr"],
        row["label_en"],
        row["required"],
        row["relevant"].replace("SHELTER_TYPE", SHELTER_TYPE).replace("SHELTER_GROUP", SHELTER_GROUP),
        row["constraint"],
        row["message_fr"],
        row["message_en"],
        FILTERS.get(row["type"].removeprefix("select_one_from_file "), ""),
    ]


def _choices(rows: list[dict[str, str]]) -> Iterable[list[str]]:
    asked = [row["type"].split(" ")[1] for row in rows if row["type"].startswith(("select_one ", "select_multiple "))]
    for name in dict.fromkeys(asked):
        for code in code_lists.codes(name):
            yield [name, code, *code_lists.labels(name, code)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _list(path: Path, parent: str, rows: list[tuple[str, str, str]]) -> Path:
    ordered = sorted(rows, key=lambda row: (row[2], row[1]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "label", parent])
        writer.writerows(ordered)
    return path
