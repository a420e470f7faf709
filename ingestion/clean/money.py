"""Amounts of money as people write them: a number and its currency, never converted."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from ingestion.clean.numbers import is_ambiguous, number
from ingestion.clean.text import unaccented

XOF = "XOF"
Amount = tuple[float, str]
_TIMES = {"k": 1e3, "m": 1e6, "mio": 1e6, "md": 1e9, "mds": 1e9, "mrd": 1e9, "mrds": 1e9}
_TIMES |= {
    "mille": 1e3,
    "milliers": 1e3,
    "million": 1e6,
    "millions": 1e6,
    "milliard": 1e9,
    "milliards": 1e9,
    "billion": 1e9,
}
_IN_HEADERS = {word for word in _TIMES if len(word) > 3}
_ABOUT = r"(?:(?:environ|env\.?|about|approx\.?|[~≈±])\s*)?"
# Of one cell: « 10 000 000 FCFA (15 245 €) », « 15 245 € soit 10 000 000 FCFA ».
_BETWEEN = re.compile(r"[(\[\n;/=|]|\bsoit\b|\bou\b|\bor\b")
_JOINTS = re.compile(r"[()\[\]:,_*]")
_THOUSANDS = re.compile(r"[.,]")
# In a header, thousands and millions by their zeros: « (000 FCFA) », « x 1 000 ».
_ZEROS = re.compile(r"(?:[x×] ?1[ .]?000|(?<![0-9])(?<![0-9][ .])000)(?P<more>[ .]?000)?(?![0-9])")


@cache
def _spellings() -> dict[str, str]:
    """By spelling, as it is compared, the code of a currency."""
    with Path(__file__).with_name("currencies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {_plain(spelling): row["code"] for row in rows for spelling in row["spellings"].split(";")}


def _plain(text: str) -> str:
    """Lower case, without accents, the dots of F.CFA, and needless spaces."""
    return " ".join(re.sub(r"(?<=[a-z])\.", " ", unaccented(text)).split())


@cache
def _one() -> re.Pattern[str]:
    """One amount: its currency before or after the number, which may be in thousands or millions."""
    names = "|".join(re.escape(name) for name in sorted(_spellings(), key=len, reverse=True))
    times = "|".join(sorted(_TIMES, key=len, reverse=True))
    return re.compile(
        rf"{_ABOUT}(?P<before>{names})?\s*(?P<number>[-+]?[0-9][0-9\s.,'’]*?)\s*(?P<times>{times})?\s*(?:d['’e])?\s*"
        rf"(?P<after>{names})?\.?"
    )


def amounts(text: str, unit: str = "") -> list[Amount]:
    """The amounts of a cell, the first one first; none where a part of the cell is not understood.

    ``unit``: what the header says of numbers that bear no currency: « EUR », « millions FCFA », "" where it says none.
    """
    parts = [_plain(part).strip(" )]:") for part in _BETWEEN.split(unaccented(text))]
    read = [_amount(part, unit) for part in parts if part]
    return [] if None in read else [amount for amount in read if amount is not None]


def _amount(part: str, unit: str) -> Amount | None:
    match = _one().fullmatch(part)
    is_written = match is not None and bool(match["before"] or match["after"])
    if match is not None and unit and not is_written:
        match = _one().fullmatch(f"{part} {_plain(unit)}")
    if match is None:
        return None
    codes = {_spellings()[name] for name in (match["before"], match["after"]) if name}
    if len(codes) > 1:
        return None
    code = next(iter(codes), "")
    value = _figure(match["number"].strip(), is_written, code)
    return None if value is None else (value * _TIMES.get(match["times"] or "", 1), code)


def _figure(text: str, is_written: bool, code: str) -> float | None:
    """« 250.000 FCFA » is in thousands, for no money has three decimals; a bare 152.449 may have been computed."""
    if is_ambiguous(text):
        return number(_THOUSANDS.sub("", text)) if is_written or code == XOF else None
    return number(text)


def currency(text: str) -> str | None:
    """The code of the one currency that a text names (« Budget (EUR) », « F CFA »), or None."""
    codes, rest = set(), _plain(_JOINTS.sub(" ", text))
    for name in sorted(_spellings(), key=len, reverse=True):
        sign = re.escape(name)
        cut = re.compile(sign if not name[0].isalpha() and not name[-1].isalpha() else rf"(?<![a-z]){sign}(?![a-z])")
        if cut.search(rest):
            codes.add(_spellings()[name])
            rest = cut.sub(" ", rest)
    return next(iter(codes)) if len(codes) == 1 else None


def unit_of(header: str) -> str:
    """What a header says of bare amounts: « EUR », « millions XOF », « milliers » without a currency, "" for neither.

    « KFCFA », « (000 FCFA) » and « M€ » are thousands and millions.
    """
    text = _plain(_JOINTS.sub(" ", header))
    text = _ZEROS.sub(lambda zeros: " millions " if zeros["more"] else " milliers ", text)
    short = _short_times().search(text)
    code = currency(text[: short.start()] + " " + text[short.end() :] if short else text)
    times = short["times"] if short else next((word for word in text.split() if word in _IN_HEADERS), "")
    return f"{times} {code or ''}".strip()


def times_of(unit: str) -> str:
    """The word for thousands or millions in what a header says of bare amounts, without its currency."""
    return next((word for word in _plain(unit).split() if word in _TIMES), "")


@cache
def _short_times() -> re.Pattern[str]:
    """« K » or « M » before a currency, glued to it or not."""
    names = "|".join(re.escape(name) for name in sorted(_spellings(), key=len, reverse=True))
    times = "|".join(sorted(_TIMES.keys() - _IN_HEADERS, key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?P<times>{times})\s?(?=(?:{names})(?![a-z]))")
