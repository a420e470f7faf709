"""An invented sample: the header of the file, and rows without anyone's data.

Names are visibly made up. Only codes are those of the file: sectors and p-codes are no secrets.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from ingestion.clean.countries import countries
from ingestion.clean.dates import as_written, date
from ingestion.clean.numbers import number
from ingestion.clean.pcodes import pcode
from ingestion.country import seeds
from ingestion.country.pack import country
from ingestion.country.pcode_forms import ancestor, level_of
from ingestion.country.words import worded
from ingestion.declaration import code_lists
from ingestion.proposals import formats
from ingestion.proposals.judging import COUNTRY, target_of
from ingestion.proposals.looking import FileColumn
from ingestion.proposals.proposal import MONTH, Choice, Proposal, country_of
from ingestion.proposals.words import understood
from ingestion.shapes import Column

ROWS = 6
# A day as file names write it, in the order in which a proposal looks for one.
_DATES = (
    *("2024-07-31", "31-07-2024", "2024-07", "07-2024"),
    *("juillet_2024", "2024_juillet", "juillet_24", "T3_2024", "2024"),
)
NOTICE = "DONNÉES FICTIVES"
_NAMES = ("Association Fictive des Rives", "ONG Fictive du Baobab", "Comité Fictif des Sages")


def sample(proposal: Proposal) -> list[list[str]]:
    """The header, its HXL tags if the file has some, and the invented rows."""
    columns = [choice.column for choice in proposal.choices]
    invented = [_cells(choice, proposal) for choice in proposal.choices]
    head = [[column.header for column in columns]]
    if proposal.sheet.header_rows > 1:  # « Bénéficiaires / Femmes » takes two rows
        levels = [(column.group or column.name, column.name if column.group else "") for column in columns]
        head = [list(level) for level in zip(*levels, strict=True)]
    if proposal.sheet.has_tags:
        head.append([column.tag for column in columns])
    head += [["explication fictive"] * len(columns)] * proposal.sheet.help_rows
    return head + [list(row) for row in zip(*invented, strict=True)]


def _cells(choice: Choice, proposal: Proposal) -> list[str]:
    """The cells of one column, from the first row to the last."""
    if choice.guess is not None:
        if choice.fate in _places() and country_of(proposal.sheet) in ("", country().iso3.lower()):
            return [_places()[choice.fate]] * ROWS
        return list(islice(cycle(_mapped(choice.column, target_of(proposal.shape, choice.fate))), ROWS))
    if choice.fate == COUNTRY:
        return [next(cell for cell in choice.column.cells if country().iso2 in countries(cell))] * ROWS
    if choice.fate == MONTH:
        return ["x" if proposal.months and proposal.months.is_calendar else "10"] * ROWS
    if choice.fate == "personal":
        return ["00000000"] * ROWS
    if choice.fate == "empty":
        return [""] * ROWS
    return _unread(choice.column)


def _unread(column: FileColumn) -> list[str]:
    """A value for a column that is not read: numbers stay numbers, texts say that they are invented."""
    is_number = bool(column.values) and all(number(value) is not None for value in column.values[:20])
    return ["1"] * ROWS if is_number else [NOTICE] * ROWS


def _mapped(column: FileColumn, target: Column) -> list[str]:
    match target.kind:
        case "text":
            return _texts(target)
        case "code" | "codes":
            return _known(column, target) or [code_lists.labels(target.codes or "", code)[0] for code in _first(target)]
        case "pcode":
            # Files are mostly sorted by place: the first codes are nested.
            return [next(cell for cell in column.cells if pcode(cell, target.level))]
        case "date":
            return [_like(column.values[:1], day) for day in ("2024-07-15", "2024-08-01", "2024-08-20")]
        case "currency":
            return ["EUR", "XOF"]
        case "boolean":
            return _known(column, target) or ["oui", "non"]
    return [_numbers().get(target.name, "10" if target.minimum == 0 else "1")]


@cache
def _places() -> dict[str, str]:
    """The areas of all invented rows: the last one of the country's list, with those around it."""
    areas = {row["code"]: row for row in seeds.rows("admin_area") if row["vintage"] == country().current_vintage}
    last = areas[max(areas, key=lambda code: (level_of(code) or 0, code))]
    values: dict[str, str] = {}
    for level in (1, 2, 3):
        if area := areas.get(ancestor(last["code"], level)):
            values |= {f"admin{level}_code": area["code"], f"admin{level}_name": area["name_fr"]}
            values.setdefault("place_name", area["name_fr"])
    return values


def _numbers() -> dict[str, str]:
    """A position in the middle of the country, and a level."""
    frame = country().frame
    latitude, longitude = (frame.south + frame.north) / 2, (frame.west + frame.east) / 2
    return {"latitude": f"{latitude:.1f}", "longitude": f"{longitude:.1f}", "level": "2"}


def _texts(target: Column) -> list[str]:
    if target.name == "organization_name":
        return [f"{name} n° {number}" for number in (1, 2) for name in _NAMES]
    if target.name == "organization_acronym":
        return ["AFR1", "OFB1", "CFS1", "AFR2", "OFB2", "CFS2"]
    if target.name in ("admin_vintage", "period"):
        return ["2024"]
    if target.name == "admin_code":
        return [_places()["admin1_code"]]
    return [
        f"{worded(target.fr).split(' (')[0].split(',')[0]} : {what}" for what in ("texte fictif", "autre texte fictif")
    ]


def _known(column: FileColumn, target: Column) -> list[str]:
    """Some codes as the file itself writes them."""
    return [value for value in column.values[:50] if understood(target, value)][:3]


def _first(target: Column) -> list[str]:
    return code_lists.codes(target.codes or "")[:3]


def _like(values: tuple[str, ...], day: str) -> str:
    """An invented day in the notation of the file: 2024-07-15, or 15/07/2024."""
    if values and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", values[0]):
        return "/".join(reversed(day.split("-")))
    return day[:4] if values and re.fullmatch(r"\d{4}", values[0]) else day


def file_name(proposal: Proposal) -> str:
    """`sample.*`, with a date if the declaration reads one from the name."""
    suffix = formats.sample_suffix(proposal.sheet.file)
    named = proposal.constants.get("observed_on")
    origin = named[0] if named else None
    if origin is None or origin.file_name is None:
        return f"sample{suffix}"
    pattern = re.compile(origin.file_name, re.IGNORECASE)
    text = next(t for t in _DATES if (match := pattern.search(t)) and date(as_written(match[1])))
    return f"sample.{text}{suffix}"


def write(proposal: Proposal, folder: Path) -> Path:
    """Writes the sample in the format of the file, with the table in the same place."""
    path = folder / file_name(proposal)
    formats.write_sample(path, proposal.sheet.file, proposal.sheet.name, sample(proposal), proposal.sheet.total)
    return path
