"""Text: white space, accents, and what a cell shows."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import numpy as np

# Texts for "nothing here". `<Null>` is from the COD-PS export.
# Spreadsheet errors (#N/A) are not in this list: they are a problem to flag, not an empty cell.
EMPTY = frozenset({"", "-", "--", "—", "n/a", "na", "nan", "none", "null", "<null>", "nd", "n.d.", "s/o"})
NOT_COMPUTED = "#FORMULE!"  # our own mark: a formula written by a program and not computed yet
EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", NOT_COMPUTED}
)
# Zero-width and bidirectional marks are copied from web pages and make equal names differ.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Control characters, invalid in XML. Old programs use some as separators, so a space replaces them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def visible(value: str) -> str:
    """The text without invisible and control characters and surrounding white space, in one Unicode form."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", _INVISIBLE.sub("", value))).strip()


def tidy(value: str) -> str | None:
    """One line, single spaces, no invisible characters; None when nothing is left or it means "nothing"."""
    text = " ".join(visible(value).split())
    return None if text.casefold() in EMPTY else text


def fold(value: str) -> str:
    """A key for comparing spellings: no accents, lower case, other characters collapsed to single spaces."""
    return re.sub(r"[\W_]+", " ", unaccented(value)).strip()


def unaccented(value: str) -> str:
    """Lower case without accents: « Écoles » is "ecoles"."""
    letters = unicodedata.normalize("NFKD", value).casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(sign for sign in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(sign))


def as_text(value: object) -> str:
    """A cell as displayed: 12.0 is "12", a date is ISO, an empty cell is ""."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)
