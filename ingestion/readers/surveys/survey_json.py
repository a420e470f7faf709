"""Answers as the servers give them, JSON, in the same sheets as the exports: submissions, and one sheet a repeat.

KoboToolbox (`data.json`, under `results`) names each answer by its whole path, `srv/qual/q_d_intrants`; ODK Central
(OData with `$expand=*`, under `value`) nests groups and gives points as GeoJSON. In both a repeat is a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.clean.text import as_text
from ingestion.errors import SourceFileError
from ingestion.readers.feeds import json_text
from ingestion.readers.messages import kind_of
from ingestion.readers.sheets.grid import Grid

MAIN = ""
INDEX, PARENT_INDEX, PARENT = "_index", "_parent_index", "_parent_table_name"
_LINK = (INDEX, PARENT, PARENT_INDEX)


class ListGrid(Grid):
    """A sheet that came from a list: rows are places in it."""

    def place(self, row: int, column: int | None = None) -> str:
        """`results[2]`, counted from 0; the names of the columns have no place of their own."""
        return f"{self.sheet}[{row - 1}]" if row else self.sheet


@dataclass
class _Sheet:
    columns: dict[str, None] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)

    def grid(self) -> list[list[str]]:
        """The header, then each row under it."""
        return [list(self.columns), *([row.get(column, "") for column in self.columns] for row in self.rows)]


def read_grids(path: Path, repeats: tuple[str, ...]) -> list[Grid]:
    """The submissions, then each declared or present repeat, even an empty one. Raises SourceFileError."""
    sheets = {MAIN: _Sheet(), **{name: _Sheet(dict.fromkeys(_LINK)) for name in repeats}}
    try:
        title, submissions = _submissions(path)
        for submission in submissions:
            _add(sheets, MAIN, submission, {})
    except RecursionError as error:
        wanted, found = "des réponses que l’on peut déplier", "des listes imbriquées sans fin"
        raise SourceFileError(path.name, "JSON", wanted, found) from error
    count = sum(len(one.get("_attachments") or ()) for one in submissions)
    notes = (f"{count} pièce(s) jointe(s) sur le serveur, non lue(s)",) if count else ()
    return [
        ListGrid(path.name, name or title, sheet.grid(), notes=() if name else notes) for name, sheet in sheets.items()
    ]


def _submissions(path: Path) -> tuple[str, list[dict[str, Any]]]:
    try:
        content = json_text.load(path.read_bytes())
    except ValueError as error:
        # The message quotes nothing of the file: only where it stops making sense.
        place = f"octet {getattr(error, 'pos', getattr(error, 'start', 0))}"
        raise SourceFileError(path.name, place, "un JSON entier", "un texte qui n’en est pas : tronqué ?") from error
    for title in ("results", "value"):
        submissions = content.get(title) if isinstance(content, dict) else None
        if isinstance(submissions, list) and all(isinstance(one, dict) for one in submissions):
            if content.get("next") or content.get("@odata.nextLink"):
                reason = f"une page de {len(submissions)} soumissions, que d’autres suivent"
                raise SourceFileError(path.name, title, "la réponse entière", reason)
            return title, submissions
    keys = kind_of(content)
    raise SourceFileError(path.name, "JSON", "des soumissions sous « results » (Kobo) ou « value » (Central)", keys)


def _add(sheets: dict[str, _Sheet], name: str, answers: dict[str, Any], link: dict[str, str]) -> None:
    sheet = sheets.setdefault(name, _Sheet(dict.fromkeys(_LINK)))
    number = str(len(sheet.rows) + 1)
    row = {INDEX: number} | link
    sheet.rows.append(row)
    for path, value in _answers(answers):
        if isinstance(value, list):
            repeat = path.rsplit("/", 1)[-1]
            for one in value:
                _add(sheets, repeat, one, {PARENT: name, PARENT_INDEX: number})
        else:
            row[path] = value
    sheet.columns |= dict.fromkeys(row)


def _answers(content: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, text), or (path, repeats); what a server says of itself in lists (`_attachments`, `_tags`) is left out."""
    for key, value in content.items():
        path = f"{prefix}{_KEYS.get(key, key)}"
        if key == _REVIEW and isinstance(value, dict):
            yield key, _text(value.get("uid") or value.get("label"))
            continue
        if "@odata." in key or (isinstance(value, list) and not _is_repeat(key, value)):
            continue
        if isinstance(value, dict):
            if (point := _point(value)) is not None:
                yield path, point
            elif not key.startswith("_") or key == "__system":
                yield from _answers(value, f"{path}/")
        else:
            yield path, value if isinstance(value, list) else _text(value)


# The id of a submission on Central stays through its edits; `meta/instanceID` is that of its last version.
_KEYS = {"__id": "KEY"}
_REVIEW = "_validation_status"  # KoboToolbox: {} or {"uid": …, "label": …, "by_whom": …}


def _is_repeat(key: str, value: list[Any]) -> bool:
    return not key.startswith("_") and all(isinstance(one, dict) for one in value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value)


def _point(value: dict[str, Any]) -> str | None:
    """GeoJSON as a phone writes it: `lat lon alt accuracy`, points of a line apart by « ; »; "" without any."""
    if "coordinates" not in value or "type" not in value:
        return None
    properties = value.get("properties")
    accuracy = properties.get("accuracy") if isinstance(properties, dict) else None
    places = value["coordinates"] or []
    try:
        if value["type"] == "Polygon":
            places = places[0] if places else []
        points = [places] if value["type"] == "Point" else places
        coordinates = [[lat, lon, *(rest or [0])] for lon, lat, *rest in filter(None, points)]
    except (TypeError, ValueError, LookupError):  # no point at all: the text as it is, which the question does not take
        return json.dumps(value["coordinates"], ensure_ascii=False)
    return ";".join(" ".join(_text(part) for part in (*point, accuracy or 0)) for point in coordinates)
