"""Tables to records: maps, cleans and marks every row, and keeps the cell behind every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ingestion.clean import former_names, pcodes, plausible
from ingestion.clean.dates import as_written
from ingestion.clean.name_notes import bare_name, tells_closure
from ingestion.clean.numbers import is_ambiguous
from ingestion.clean.personal import PHONE, redact
from ingestion.clean.public_phone import public_phone
from ingestion.clean.text import as_text, tidy
from ingestion.clean.units import is_of_another_period
from ingestion.declaration.source import Mapping, Origin, Source
from ingestion.declaration.values import clean
from ingestion.errors import SourceFileError
from ingestion.readers.messages import columns_found, quoted
from ingestion.readers.rows import Table
from ingestion.records import budgets, personal, shelters
from ingestion.records.written_dates import AMBIGUOUS, written_dates
from ingestion.records.written_numbers import WrittenNumbers, has_one_group, thousands_signs, written_numbers
from ingestion.shapes import ENCODED_ASSERTION, Column, Shape

# What the interview mode says of the weight of a survey's answers; other sources have one class for all rows.
MODE_CLASS = {"site": "site", "tel": "phone", "kii": "key_informant"}
OBSERVED = Column("observed_on", "date", "", "", required=True)
# What stands for a required text that is withheld: its record stays.
WITHHELD_TEXT = "[texte retenu]"
FOUND = ", trouvé "  # in a reason, before the cell that it quotes
# When a record was seen, and how its codes are to be read: nothing that sources could disagree on.
_OF_THE_RECORD = ("observed_on", "admin_vintage")
_CLOSED = ("FER", "SUS")  # states of a service that does not work
# Files whose cells may be numbers, which are shown with a dot.
_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True)
class Document:
    """A landed file: its sha256 and its name."""

    document_id: str
    file_name: str


@dataclass(frozen=True)
class Records:
    """The records of one shape: ``frame`` has the shape's stored columns and `errors` (";"-joined reasons).

    ``assertions``: ENCODED_ASSERTION.

    ``personal``: PERSONAL, what was taken out of the texts, and the places of victims' shelters.
    """

    frame: pd.DataFrame
    assertions: pa.Table
    read_count: int
    personal: pd.DataFrame


def build(
    source: Source, shape: Shape, mapping: Mapping, table: Table, document: Document, withheld: bool = False
) -> Records:
    """All rows of the table as records; a row with errors is still there, for the gate to reject.

    With ``withheld`` its free texts are left out, and the row bears a warning.
    """
    needed = [name for o in mapping.columns.values() if not o.optional for name in o.read]
    needed += [source.country.column] if source.country else []
    if missing := sorted(set(needed) - set(table.frame.columns)):
        wanted, there = f"la ou les colonnes {quoted(missing)}", columns_found(table.frame.columns, needed)
        raise SourceFileError(document.file_name, f"table {table.name}", wanted, there)
    builder = _Builder(source, shape, mapping, table, document, withheld)
    frame = builder.frame()
    hidden = personal.joined(builder.personal).assign(document_id=document.document_id)[personal.PERSONAL]
    return Records(frame, builder.assertions(frame), len(table.frame) + len(table.rejected), hidden)


def nothing(shape: Shape, read_count: int) -> Records:
    """No record of a shape, of so many rows that were read."""
    columns = [c.name for c in shape.stored] + ["errors"]
    frames = [pd.DataFrame(columns=names, dtype=object) for names in (columns, personal.PERSONAL)]
    return Records(frames[0], ENCODED_ASSERTION.empty_table(), read_count, frames[1])


class _Builder:
    def __init__(
        self, source: Source, shape: Shape, mapping: Mapping, table: Table, document: Document, withheld: bool
    ) -> None:
        self.source, self.shape, self.mapping, self.table, self.document = (
            source,
            shape,
            mapping,
            table,
            document,
        )
        self.withheld = withheld
        self.index = pd.RangeIndex(len(table.frame))
        shared = [["figure_shared"] if label in table.shared else [] for label in table.frame.index]
        self.warnings: list[list[str]] = shared
        for code, labels in table.flags.items():
            for row, label in enumerate(table.frame.index):
                if label in labels:
                    self.warnings[row].append(code)
        self.errors: list[list[str]] = self._of_other_countries()
        self.personal: list[pd.DataFrame] = []
        self.derived: dict[str, Origin] = {}  # columns that no cell gives alone, and the origin of what they repeat
        self.dates = written_dates(self._date_texts(), table.is_1904)
        self.numbers = self._written_numbers()
        self.nothing = np.full(len(self.index), None, dtype=object)

    def frame(self) -> pd.DataFrame:
        columns: dict[str, Any] = {"source_id": self.source.id, "document_id": self.document.document_id}
        columns["locator"] = self.table.place(None).to_numpy()
        for column in (OBSERVED, *self.shape.columns):
            columns |= self._column(column)
        columns |= dict.fromkeys(("record_id", "warnings", "errors"), self.nothing)  # inserted later they would be slow
        frame = pd.DataFrame(columns, index=self.index, copy=False)  # a million rows of a hundred columns: no copies
        if {*shelters.HALVES} <= {column.name for column in self.shape}:
            self._drop_positions(frame)
        if {*budgets.COLUMNS} <= {column.name for column in self.shape}:
            self._complete_budgets(frame)
        if self.shape.name == "service":
            self._heed_closures(frame)
            self._mask_shelters(frame)
        frame["record_id"] = self._record_ids(frame)
        frame["warnings"] = [";".join(sorted(set(codes))) or None for codes in self.warnings]
        frame["errors"] = [";".join(reasons) or None for reasons in self.errors]
        return frame[[c.name for c in self.shape.stored] + ["errors"]]

    def _date_texts(self) -> Iterator[str]:
        """The texts of all cells that are to be dates."""
        for column in (OBSERVED, *self.shape.columns):
            origin = self.mapping.columns.get(column.name)
            if column.kind == "date" and origin is not None:
                for name in set(origin.read) & set(self.table.frame.columns):
                    yield from self.table.frame[name]

    def _written_numbers(self) -> dict[str, WrittenNumbers]:
        """By column of numbers with a cell that can be read in two ways, how it writes its thousands."""
        origins = [(column, self.mapping.columns.get(column.name)) for column in self.shape.columns]
        are_numbers = {
            name
            for column, origin in origins
            if column.is_number and column.kind != "degrees" and origin is not None
            for name in origin.read
            if name in self.table.frame
        }
        asked = {name for name in are_numbers if has_one_group(self.table.frame[name].unique())}
        if not asked:
            return {}
        are_typed = not self.document.file_name.casefold().endswith(_SPREADSHEETS)
        signs = {
            name: thousands_signs(self.table.frame[name].unique(), are_typed, name in are_numbers)
            for name in self.table.frame.columns
        }
        return {
            name: written_numbers(signs[name], (signs[other] for other in signs if other != name)) for name in asked
        }

    def _of_other_countries(self) -> list[list[str]]:
        """For each row, the reason if it is of a country that the source does not keep."""
        if self.source.country is None:
            return [[] for _ in self.index]
        cells = self.table.frame[self.source.country.column].map(lambda cell: tidy(cell) or "")
        refused = {cell: self.source.country.refusal(cell) for cell in cells.unique()}
        return [[reason] if (reason := refused[cell]) else [] for cell in cells]

    def _column(self, column: Column) -> dict[str, Any]:
        origin = self.mapping.columns.get(column.name)
        if origin is None and not column.required and column.kind != "bytes":
            return {column.name: self.nothing, f"{column.name}_raw": self.nothing}
        if origin is None or (origin.column is not None and origin.column not in self.table.frame.columns):
            raw: list[Any] = [""] * len(self.index)
        else:
            raw = self._raw(origin)
        if column.kind == "bytes":
            return {column.name: raw}
        if origin is not None and origin.column is not None and column.name == "public_phone":
            return self._phones(column, origin, raw)
        if origin is not None and origin.column is not None:
            raw = self._without_personal(column, origin, raw)
            if self.withheld and column.is_free:
                raw = self._without_text(column, raw)
        cleaned = {text: self._clean(column, text, origin) for text in dict.fromkeys(raw)}
        if column.kind == "date" and origin is not None and origin.column is not None:
            self._warn_of_order(column, raw)
        is_expected = origin is not None and origin.expected
        unusable = {text for text, (value, known, _) in cleaned.items() if not known or (value is None and is_expected)}
        lacking = {text for text, (value, _, _) in cleaned.items() if column.required and value is None}
        for row, text in enumerate(raw) if unusable or lacking else ():
            if text in unusable:
                self.warnings[row].append(f"{column.name}_unusable" if is_expected else f"{column.name}_invalid")
            if text in lacking:
                self.errors[row].append(_lacking(column, text))
        result = {column.name: [cleaned[text][0] for text in raw]}
        if column is not OBSERVED:
            raws = [cleaned[text][2] for text in raw]
            before = self._uncorrected(column, origin)
            result[f"{column.name}_raw"] = [was or text for was, text in zip(before, raws, strict=True)]
        return result

    def _uncorrected(self, column: Column, origin: Origin | None) -> list[str | None]:
        """The answer of each row that a cleaning log corrected, as it was, without what is personal in it."""
        is_withheld = self.withheld and column.is_free
        if origin is None or origin.column not in self.table.before or is_withheld or not len(self.index):
            return [None] * len(self.index)
        texts = self.table.before[origin.column].loc[self.table.frame.index]
        corrected = texts.ne(self.table.frame[origin.column])
        redacted = {text: redact(text, column.is_free)[0] for text in texts[corrected].unique()}
        return [redacted[text] if is_corrected else None for text, is_corrected in zip(texts, corrected, strict=True)]

    def _phones(self, column: Column, origin: Origin, raw: list[Any]) -> dict[str, Any]:
        """Numbers of the plan alone: what stood beside them, and what is none, is kept for `restricted`."""
        phones = {text: public_phone(self.source.canonical(column.name, text) or text) for text in dict.fromkeys(raw)}
        cut = {text for text, phone in phones.items() if tidy(text) is not None and not _is_spaced(text, phone)}
        places = self._places(origin) if cut else self.nothing
        removed = [(places[row], origin.column, PHONE, text) for row, text in enumerate(raw) if text in cut]
        if removed:
            self.personal.append(pd.DataFrame(removed, columns=personal.PERSONAL[1:], dtype=object))
        for row, text in enumerate(raw):
            if text in cut:
                self.warnings[row].append(f"{column.name}_{'invalid' if phones[text] is None else 'repaired'}")
        spaced = [text if phones[text] not in (None, text) and text not in cut else None for text in raw]
        return {column.name: [phones[text] for text in raw], f"{column.name}_raw": spaced}

    def _complete_budgets(self, frame: pd.DataFrame) -> None:
        """Amounts whose currency stands in a column of its own: those in francs CFA are so in `budget_xof` too."""
        amount, currency, francs = (self.mapping.columns.get(name) for name in budgets.COLUMNS)
        if amount is None or currency is None or francs not in (None, amount) or not len(frame):
            return
        if amount.column in self.table.frame and currency.column != amount.column:
            numbers = self.numbers.get(amount.column or "", WrittenNumbers())
            cells = [numbers.plain(text) for text in self._raw(amount)]
            for row, code in budgets.settle(frame, cells, amount.unit).items():
                kept = [warning for warning in self.warnings[row] if code or warning != f"{budgets.AMOUNT}_invalid"]
                self.warnings[row] = kept + [code] * bool(code)
        budgets.fill_francs(frame)
        self.derived = {budgets.FRANCS: amount}

    def _heed_closures(self, frame: pd.DataFrame) -> None:
        """Drops the state of a row whose name says that the structure is closed, and its column that it works."""
        for row, name in enumerate(frame["organization_name_raw"]):
            if isinstance(name, str) and tells_closure(name) and frame.at[row, "status_code"] not in _CLOSED:
                self.warnings[row].append("closure_told_by_name")
                if frame.at[row, "status_code"] is not None:
                    frame.at[row, "status_code_raw"] = self._written(frame, "status_code")[row]
                    frame.at[row, "status_code"] = None

    def _drop_positions(self, frame: pd.DataFrame) -> None:
        """Drops a point outside the country, and a coordinate without the other: swapped numbers and 0 0 are no place.

        The points of a source whose codes are all of another country are that country's.
        """
        if frame[[*shelters.HALVES]].isna().to_numpy().all():
            return
        codes = frame[[c for c in ("admin1_code", "admin2_code", "admin3_code") if c in frame]].stack().dropna()
        if len(codes) and not codes.str.startswith(pcodes.letters()).any():
            return
        for row, (y, x) in enumerate(zip(*(frame[half] for half in shelters.HALVES), strict=True)):
            halves = [not pd.isna(half) for half in (y, x)]
            if not any(halves) or (all(halves) and plausible.is_inside(y, x)):
                continue
            self.warnings[row].append("position_outside_country" if all(halves) else "position_incomplete")
            for name, half in zip(shelters.HALVES, (y, x), strict=True):
                if not isinstance(frame.at[row, f"{name}_raw"], str) and not pd.isna(half):
                    frame.at[row, f"{name}_raw"] = as_text(half)
                frame.at[row, name] = None

    def _without_personal(self, column: Column, origin: Origin, raw: list[Any]) -> list[Any]:
        """The texts of a column without what people typed in spite of the instructions; each distinct text once."""
        is_figure = column.is_number and not column.is_free
        redacted = {
            text: redact(text, column.is_free)
            for text in dict.fromkeys(raw)
            if text and not (is_figure and clean(column, text)[1])
        }
        changed = {text: cleaned for text, cleaned in redacted.items() if cleaned[1]}
        if not changed:
            return raw
        places = self._places(origin)
        removed = [
            (places[row], origin.column, piece.kind, piece.text)
            for row, text in enumerate(raw)
            if text in changed
            for piece in changed[text][1]
        ]
        self.personal.append(pd.DataFrame(removed, columns=personal.PERSONAL[1:], dtype=object))
        for row, text in enumerate(raw):
            if text in changed:
                self.warnings[row].append("personal_removed")
        return [changed[text][0] if text in changed else text for text in raw]

    def _without_text(self, column: Column, raw: list[Any]) -> list[Any]:
        """Empties a column of typed texts, with a warning on each row that had one."""
        for row, text in enumerate(raw):
            if tidy(text) is not None:
                self.warnings[row].append("free_text_withheld")
        kept = WITHHELD_TEXT if column.required else ""
        return [kept if tidy(text) is not None else "" for text in raw]

    def _warn_of_order(self, column: Column, raw: list[Any]) -> None:
        codes = {text: self.dates.plain(text)[1] for text in dict.fromkeys(raw)}
        for row, text in enumerate(raw) if any(codes.values()) else ():
            if code := codes[text]:
                self.warnings[row].append(f"{column.name}_{code}")

    def _clean(self, column: Column, text: str, origin: Origin | None) -> tuple[Any, bool, str | None]:
        stated = self.source.canonical(column.name, text) or text
        if column.name in former_names.NAMING:
            stated = former_names.names_of(bare_name(stated)).current
        if column.kind == "date":
            stated, code = self.dates.plain(stated)
            if code == AMBIGUOUS:
                return None, False, text
        reading = origin or Origin(value="")
        if tidy(text) is not None and is_of_another_period(reading.column or "", column.unit or ""):
            return None, False, text
        if column.is_number and reading.column in self.numbers:
            stated = self.numbers[reading.column].plain(stated)
        value, understood = clean(column, stated, reading.start, reading.unit, reading.part)
        if column.kind == "codes" and not understood:
            value, understood = clean(column, self.source.restated(column.name, stated))
        if column.kind == "degrees" and value is not None:  # « 13°54'N » in a text would be a position that got away
            return value, understood, None
        return value, understood, text if text != "" and as_text(value) != text else None

    def _raw(self, origin: Origin) -> list[Any]:
        if origin.column is None:
            return [self._constant(origin)] * len(self.index)
        return list(self._first_filled(origin, lambda name: self.table.frame[name]))

    def _places(self, origin: Origin) -> np.ndarray[Any, Any]:
        """The cell behind each row's value."""
        return self._first_filled(origin, self.table.place)

    def _first_filled(self, origin: Origin, of: Callable[[str], pd.Series]) -> np.ndarray[Any, Any]:
        """What is asked of an origin's first column, and of its second one where the cell of the first is empty."""
        first, *second = [name for name in origin.read if name in self.table.frame]
        values = of(first).to_numpy(dtype=object)
        if not second:
            return values
        is_filled = self.table.frame[first].map(lambda cell: tidy(cell) is not None).to_numpy()
        return np.where(is_filled, values, of(second[0]).to_numpy(dtype=object))

    def _constant(self, origin: Origin) -> str:
        if match := self._in_file_name(origin):
            return as_written(match[1])
        if origin.file_name is None:
            return origin.value or ""
        if origin.value is None:
            name = self.document.file_name
            raise SourceFileError(name, "nom du fichier", f"un nom qui contient {origin.file_name}", f"« {name} »")
        return origin.value

    def _in_file_name(self, origin: Origin) -> re.Match[str] | None:
        return re.search(origin.file_name, self.document.file_name, re.IGNORECASE) if origin.file_name else None

    def _beside_cells(self, origin: Origin) -> str:
        """What says a value that no cell says."""
        return "nom du fichier" if self._in_file_name(origin) else "source.yml"

    def _mask_shelters(self, frame: pd.DataFrame) -> None:
        """A shelter keeps its cercle and codes; what stands beside one keeps its cercle, its codes and its texts."""
        masked = shelters.are_shelters(frame)
        frame["is_shelter"] = frame["is_shelter"].astype(object).mask(masked, True)
        beside = self._beside(frame, masked)
        frame["is_beside_shelter"] = pd.Series(self.nothing, index=frame.index).mask(beside, True)
        hidden = {name: masked | beside if name in shelters.PLACE else masked for name in shelters.WITHHELD}
        for name, rows in hidden.items():
            self._keep_apart(frame, name, masked, personal.SHELTER)
            self._keep_apart(frame, name, rows & beside, personal.BESIDE)
        for name, rows in hidden.items():
            frame[name] = frame[name].astype(object).mask(rows, None)
            frame[f"{name}_raw"] = frame[f"{name}_raw"].astype(object).mask(rows, None)
        for row in frame.index[masked]:
            self.warnings[row].append(shelters.MASKED)

    @staticmethod
    def _beside(frame: pd.DataFrame, masked: pd.Series) -> pd.Series:
        """Other rows of the file near one of its shelters; those of other files are known after resolution."""
        points = frame.loc[masked, ["latitude", "longitude"]].dropna().itertuples(index=False, name=None)
        others = frame[~masked]
        found = shelters.beside(others["latitude"], others["longitude"], points)
        return found.reindex(frame.index, fill_value=False)

    def _keep_apart(self, frame: pd.DataFrame, name: str, hidden: pd.Series, kind: str) -> None:
        """What hidden rows said in a column, as written, for `restricted`.

        The halves of a point are read again side by side: where one is missing its cell is kept empty.
        """
        origin = self.mapping.columns.get(name)
        if origin is None or origin.column is None or not hidden.any():
            return
        values = self._written(frame, name)
        stated = hidden & values.notna()
        if name in shelters.HALVES:
            stated = hidden & pd.concat([self._written(frame, half) for half in shelters.HALVES], axis=1).notna().any(
                axis=1
            )
        if stated.any():
            rows = personal.hidden_cells(self.table, origin.column, kind, values.fillna(""), stated)
            self.personal.append(rows.assign(column=name))

    @staticmethod
    def _written(frame: pd.DataFrame, name: str) -> pd.Series:
        """The text of a column's cells, as written."""
        raw = frame[f"{name}_raw"]
        return raw.where(raw.notna(), frame[name].map(as_text, na_action="ignore"))

    def _record_ids(self, frame: pd.DataFrame) -> pd.Series[str]:
        base = self.shape.name + ":" + self.document.document_id[:16] + ":" + frame["locator"].astype(str)
        repeat = base.groupby(base).cumcount()
        return base.where(repeat == 0, base + "~" + (repeat + 1).astype(str))

    def assertions(self, frame: pd.DataFrame) -> pa.Table:
        """One row per value: value, raw text, cell, class of evidence; ENCODED_ASSERTION.

        A value that the declaration or the file's name gives is said of every row: its place is the row, its raw text
        tells where it was said.
        """
        parts = list(self._asserted(frame)) if self.shape.is_asserted else []
        return pa.concat_tables([ENCODED_ASSERTION.empty_table(), *parts])

    def _asserted(self, frame: pd.DataFrame) -> Iterator[pa.Table]:
        evidence = pd.Series(self.source.evidence_class, index=frame.index, dtype=object)
        if "interview_mode" in frame:
            evidence = frame["interview_mode"].map(MODE_CLASS).fillna(evidence)
        constants = (self.shape.name, self.source.id, self.document.document_id, self.source.reader.kind)
        shape, source_id, document_id, reader = (_repeated(text, len(frame)) for text in constants)
        of_rows = {
            "record_id": pa.array(frame["record_id"], pa.string()),
            "shape": shape,
            "source_id": source_id,
            "document_id": document_id,
            "observed_on": pa.array(frame["observed_on"].to_numpy(object), pa.date32(), from_pandas=True),
            "evidence_class": pa.array(evidence, pa.string()).dictionary_encode(),
            "reader": reader,
        }
        for name, origin in (self.derived | self.mapping.columns).items():
            is_read = origin.column is None or origin.column in self.table.frame.columns
            stated = frame[name].notna().to_numpy()
            if not is_read or name in _OF_THE_RECORD or not stated.any():
                continue
            value, raw = _texts(frame[name].to_numpy(object)[stated], frame[f"{name}_raw"].to_numpy(object)[stated])
            if origin.column is None:
                told = [f"{self._beside_cells(origin)} : {constant}" for constant in raw.dictionary.to_pylist()]
                raw = pa.DictionaryArray.from_arrays(raw.indices, pa.array(told, pa.string()))
            places = frame["locator"].to_numpy() if origin.column is None else self._places(origin)
            columns = {label: column.filter(pa.array(stated)) for label, column in of_rows.items()}
            columns |= {"attribute": _repeated(name, len(value)), "value": value, "raw_value": raw}
            columns["locator"] = pa.array(places[stated], pa.string())
            yield pa.table(columns).select(ENCODED_ASSERTION.names).cast(ENCODED_ASSERTION)


def _repeated(text: str, times: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, np.int32)), pa.array([text], pa.string()))


def _texts(values: np.ndarray[Any, Any], raws: np.ndarray[Any, Any]) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """Each value as text, and as it was written where that differs; each distinct text once."""
    codes, distinct = pd.factorize(values)
    texts = np.array([as_text(value) for value in distinct], dtype=object)
    value = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string()))
    is_raw = pd.notna(raws)
    if not is_raw.any():
        return value, value
    return value, pa.array(np.where(is_raw, raws, texts[codes]), pa.string()).dictionary_encode()


def _is_spaced(text: str, phone: str | None) -> bool:
    """Whether a cell holds the phone and nothing else, in any groups of digits."""
    digits = re.sub(r"[\s.\-]", "", text)
    return phone is not None and digits in (phone, phone.replace(" ", ""))


def _lacking(column: Column, text: str) -> str:
    """Why a record without this required value is rejected."""
    if column.is_count and is_ambiguous(text):
        return f"{column.name} : « {text} » est ambigu (milliers ou décimales ?)"
    return f"{column.name} : valeur obligatoire{FOUND}« {text} »"
