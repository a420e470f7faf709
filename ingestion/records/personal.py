"""What is personal in a file's tables, split off before anything is mapped: nothing else ever reads it.

Three things are personal: the columns that a source declares so, the places of victims' shelters, and what people
type where it does not belong. The rows of PERSONAL say where each piece stood and what it was; only `restricted` may
keep them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pandas as pd

from ingestion.clean.numbers import number
from ingestion.clean.personal import find, redact
from ingestion.declaration.source import Source
from ingestion.readers.rows import Table
from ingestion.readers.surveys.consent import ERASED, NOT_GIVEN, has_refused

PERSONAL = ["document_id", "locator", "column", "kind", "value"]
# Kinds: a declared column, what tells where a shelter stands, the place of what stands beside one; those of
# clean/personal.py for what was found inside a text.
DECLARED, SHELTER, BESIDE = "declared", "shelter", "beside"


@dataclass(frozen=True)
class Split:
    """A table in two. ``table``: what may be mapped, of those who agreed. ``personal``: PERSONAL without document_id.

    ``agreed``: every cell of those who agreed; ``is_cut``: whether somebody did not or was erased, so that the
    original holds more than may be kept.
    """

    table: Table
    personal: pd.DataFrame
    agreed: Table
    is_cut: bool


def split(source: Source, item: Table) -> Split:
    """Drops refused submissions whole, and personal columns but for the cells that their row allows to publish."""
    refused = has_refused(source, item.frame)
    rejected = pd.DataFrame(
        {"locator": item.locators.loc[item.frame.index[refused]].to_numpy(), "reason": NOT_GIVEN}, dtype=object
    )
    read = item.rejected
    if "cells" in read:
        read = read.assign(row=[_redacted_row(source, cells) for cells in read["cells"]]).drop(columns="cells")
    left_out = pd.concat([read, rejected], ignore_index=True) if len(read) else rejected
    agreed = replace(item, frame=item.frame[~refused].copy(), rejected=left_out)
    frame, removed = agreed.frame.copy(), []
    for column, rule in source.personal.items():
        if column not in frame:
            continue
        hidden = frame[column].str.strip().ne("")
        if rule.publish_if:
            hidden &= ~_allowed(frame, rule.publish_if)
        removed.append(hidden_cells(agreed, column, DECLARED, frame[column], hidden))
        if rule.publish_if:
            frame[column] = frame[column].mask(hidden, "")
        else:
            frame = frame.drop(columns=column)
    is_cut = bool(refused.any()) or bool(len(item.rejected) and item.rejected["reason"].eq(ERASED).any())
    return Split(replace(agreed, frame=frame), joined(removed), agreed, is_cut)


def _redacted_row(source: Source, cells: dict[str, str]) -> str:
    """The cells of a row that became no record, as JSON without what is personal in them."""
    kept = {name: text for name, text in cells.items() if name not in source.personal}
    return json.dumps({name: redact(text, names=True)[0] for name, text in kept.items()}, ensure_ascii=False)


def _allowed(frame: pd.DataFrame, answers: dict[str, str]) -> pd.Series:
    """The rows that give every answer; none if the question is absent."""
    allowed = pd.Series(True, index=frame.index)
    for question, answer in answers.items():
        allowed &= frame[question].eq(answer) if question in frame else False
    return allowed


def hidden_cells(item: Table, column: str, kind: str, values: pd.Series, hidden: pd.Series) -> pd.DataFrame:
    """The hidden cells of a column with their places: PERSONAL without document_id."""
    rows = hidden.to_numpy()
    cells = {"locator": item.place(column).to_numpy()[rows], "column": column, "kind": kind}
    return pd.DataFrame(cells | {"value": values.to_numpy()[rows]}, dtype=object)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All parts, each cell once: a submission's answers stand in each of its tables, and feed several shapes."""
    filled = [part for part in parts if len(part)]
    columns = [name for name in PERSONAL if not filled or name in filled[0]]
    cells = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns, dtype=object)
    return cells[columns].drop_duplicates(ignore_index=True)


def is_present(source: Source, tables: dict[str, Table]) -> bool:
    """Whether a file holds what only `restricted` may keep: declared columns, or answers given under a consent."""
    return bool(source.consent) or is_declared(source, tables)


def is_declared(source: Source, tables: dict[str, Table]) -> bool:
    """Whether a file holds columns that its source declares personal: without a key it cannot be taken."""
    return any(column in table.frame for table in tables.values() for column in source.personal)


def is_typed(source: Source, tables: dict[str, Table]) -> bool:
    """Whether an unread cell holds a phone, an e-mail or a position typed in a text."""
    frames = [table.frame.drop(columns=source.mapped, errors="ignore") for table in tables.values()]
    texts = {text for frame in frames for column in frame for text in frame[column].unique()}
    left_out = [cells for table in tables.values() for cells in table.rejected.get("cells", ())]
    texts |= {text for cells in left_out for text in cells.values()}
    return any(isinstance(text, str) and find(text) and number(text) is None for text in texts)


def consented(parts: list[Split]) -> str | None:
    """All answers of those who agreed, as JSON, where a file holds other ones too."""
    return f"[{','.join(_as_json(part.agreed) for part in parts)}]" if any(part.is_cut for part in parts) else None


def _as_json(item: Table) -> str:
    content = {"name": item.name, "locators": item.place(None).tolist(), "columns": item.frame.columns.tolist()}
    return json.dumps(content | {"rows": item.frame.to_numpy().tolist()}, ensure_ascii=False)
