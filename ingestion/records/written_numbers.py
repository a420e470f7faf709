"""How a table writes its thousands: which sign groups them, where a single group of three could also be decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ALONE = r"(?<![\d.,]){}(?![.,]?\d)"
# By sign, what only groups of thousands look like: « 1,234,567 », « 12,345.6 ».
_GROUPED = {
    ",": re.compile(_ALONE.format(r"[1-9]\d{0,2}(?:,\d{3})+(?:,\d{3}|\.\d+)")),
    ".": re.compile(_ALONE.format(r"[1-9]\d{0,2}(?:\.\d{3})+(?:\.\d{3}|,\d+)")),
}
# By sign, what only a decimal sign looks like: « 12,5 », « 0,333 ».
_DECIMAL = {
    sign: re.compile(_ALONE.format(rf"(?:\d+{mark}(?:\d{{1,2}}|\d{{4,}})|0{mark}\d+)"))
    for sign, mark in ((",", ","), (".", r"\."))
}
_OTHER = {",": ".", ".": ","}
_ONE_GROUP = re.compile(_ALONE.format(r"(?P<before>[1-9]\d{0,2})(?P<sign>[.,])(?P<after>\d{3})"))


@dataclass(frozen=True)
class WrittenNumbers:
    """The sign that groups thousands in a column, "" where nothing tells."""

    thousands: str = ""

    def plain(self, text: str) -> str:
        """The text without the sign of its thousands: "2,500 femmes" → "2500 femmes"."""
        if not self.thousands:
            return text
        return _ONE_GROUP.sub(
            lambda found: found["before"] + found["after"] if found["sign"] == self.thousands else found[0], text
        )


def has_one_group(texts: Iterable[str]) -> bool:
    """Whether any of the texts can be read in two ways: "2,500"."""
    return any(_ONE_GROUP.search(text) for text in texts)


def thousands_signs(texts: Iterable[str], are_typed: bool, are_numbers: bool = True) -> set[str]:
    """The signs that group thousands for certain in the texts of a column.

    A comma before one or two digits is decimal, and then the dot groups. A dot there says as much of the comma only
    where the texts ``are_typed``: a spreadsheet's own numbers are shown with a dot whatever its country. Texts that are
    no numbers tell by groups alone: « 12,5 » may be a list.
    """
    found = set()
    for text in texts:
        for sign, other in _OTHER.items():
            tells_decimals = are_numbers and (are_typed or other == ",")
            if _GROUPED[sign].search(text) or (tells_decimals and _DECIMAL[other].search(text)):
                found.add(sign)
    return found


def written_numbers(own: set[str], others: Iterable[set[str]]) -> WrittenNumbers:
    """How a column writes its thousands: by the signs that its own cells prove, else by those of the table's others.

    Where one column proves both, or others prove different ones, nothing is told.
    """
    signs = own or set().union(*others)
    return WrittenNumbers(next(iter(signs))) if len(signs) == 1 else WrittenNumbers()
