"""Records in JSON, as an API answers them: a list of flat or nested objects becomes a table, each value at its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.clean.personal import redact
from ingestion.clean.text import as_text
from ingestion.declaration.reader_settings import JsonReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.feeds import json_text
from ingestion.readers.messages import kind_of
from ingestion.readers.rows import Tables
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.tables.tabular import tables_of

_ERROR = re.compile(r"errors?|error_?messages?|messages?|detail", re.IGNORECASE)  # keys under which servers tell it
_SHOWN = 200  # characters of it


@dataclass(frozen=True)
class JsonGrid(Grid):
    """Records as a grid under their keys; `sheet` is the path of their list: result[0].admin1Pcode."""

    def place(self, row: int, column: int | None = None) -> str:
        """The path of a record, or of one of its values; row 0 is the keys, which errors may not quote."""
        if not row and column is not None:
            return f"{self.sheet}, clé {column + 1}".removeprefix(", ")
        record = f"{self.sheet}[{row - 1}]" if row else self.sheet
        return record if column is None else f"{record}.{self.rows[0][column]}"

    def row_places(self, rows: Sequence[int], width: int) -> list[str]:
        """The paths of whole records."""
        return [self.place(row) for row in rows]

    def cell_places(self, rows: Sequence[int], column: int) -> list[str]:
        """The paths of one key's values."""
        return [self.place(row, column) for row in rows]


def read(path: Path, source: Source, reader: JsonReader) -> Tables:
    """The records as the declared table. Raises SourceFileError where the answer is not as declared."""
    answer = _load(path)
    for key, expected in reader.expects.items():
        if as_text(_at(answer, key)) != as_text(expected):
            wanted = f"« {as_text(expected)} » (la réponse n’est pas une erreur)"
            raise SourceFileError(path.name, key, wanted, kind_of(_at(answer, key)) + _error_message(answer))
    place = reader.records or "document"
    records = _at(answer, reader.records)
    if not isinstance(records, list) or not records:
        raise SourceFileError(path.name, place, "une liste d’au moins un enregistrement", kind_of(records))
    if reader.total:
        _check_total(path, reader.total, _at(answer, reader.total), len(records), place)
    return tables_of(path.name, [_grid(path, reader.records, records)], source, reader)


def _error_message(answer: Any) -> str:
    """What a server says of its own error, "" where it says nothing; never what else is in the answer."""
    messages = [value for key, value in answer.items() if _ERROR.fullmatch(key)] if isinstance(answer, dict) else []
    text = "; ".join(_text(value) for value in messages if value)
    return f" : {redact(text, names=True)[0][:_SHOWN]}" if text else ""


def _check_total(path: Path, key: str, total: Any, count: int, place: str) -> None:
    """Raises SourceFileError where the answer says another number than it holds, or none."""
    if as_text(total) == str(count):
        return
    if isinstance(total, int):
        raise SourceFileError(path.name, place, f"{total} ({key})", f"{count} enregistrements : réponse incomplète ?")
    reason = f"{kind_of(total)} : la réponse ne dit pas si elle est entière"
    raise SourceFileError(path.name, key, "le nombre d’enregistrements (total)", reason)


def lists_of_records(path: Path) -> list[JsonGrid]:
    """Every list of objects in a document, wherever it stands outside of lists. Raises SourceFileError."""
    return [_grid(path, place, records) for place, records in _lists(_load(path), "")]


def counts_beside(path: Path, records: str) -> list[str]:
    """The keys beside a list of records, by their paths, that hold whole numbers. Raises SourceFileError."""
    outer = records.rpartition(".")[0]
    around = _at(_load(path), outer)
    if not isinstance(around, dict):
        return []
    counts = [key for key, value in around.items() if type(value) is int and "." not in key]
    return [f"{outer}.{key}" if outer else key for key in counts]


def _lists(answer: Any, place: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(answer, list) and answer and all(isinstance(record, dict) for record in answer):
        yield place, answer
    elif isinstance(answer, dict):
        for key, value in answer.items():
            yield from _lists(value, f"{place}.{key}" if place else key)


def _grid(path: Path, place: str, records: list[Any]) -> JsonGrid:
    flat = [_flat(path, f"{place or 'document'}[{number}]", record) for number, record in enumerate(records)]
    keys = list(dict.fromkeys(key for record in flat for key in record))
    return JsonGrid(path.name, place, [keys, *([record.get(key, "") for key in keys] for record in flat)])


_CUT, _CUT_SHORT = " : fichier tronqué ?", (json.JSONDecodeError, UnicodeDecodeError)


def _load(path: Path) -> Any:
    try:
        return json_text.load(path.read_bytes(), object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise SourceFileError(
            path.name, "document", "du JSON entier, en UTF-8", f"{error}{_CUT * isinstance(error, _CUT_SHORT)}"
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):  # json itself would keep the last one only
        raise ValueError(f"une clé en double dans un objet de {len(pairs)}")
    return values


def _no_number(name: str) -> Any:
    raise ValueError(f"{name}, qui n’est pas du JSON")


def _at(answer: Any, path: str) -> Any:
    """What stands at a dotted path, or None; the whole answer where the path is empty."""
    for key in path.split(".") if path else ():
        answer = answer.get(key) if isinstance(answer, dict) else None
    return answer


def _flat(path: Path, place: str, record: Any) -> dict[str, str]:
    """The values of a record as text; those of an object in it under dotted keys, a list in it as JSON."""
    if not isinstance(record, dict):
        raise SourceFileError(path.name, place, "un enregistrement {clé: valeur}", type(record).__name__)
    flat: dict[str, str] = {}
    for key, value in record.items():
        inner = {f"{key}.{name}": text for name, text in _flat(path, f"{place}.{key}", value).items()} \
            if isinstance(value, dict) else {key: _text(value)}  # fmt: skip
        if both := sorted(flat.keys() & inner.keys()):
            raise SourceFileError(path.name, place, "des clés distinctes", f"{len(both)} en double")
        flat |= inner
    return flat


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else as_text(value)
