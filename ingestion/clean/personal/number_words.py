"""Numbers in words, as phones are spoken: « soixante-seize dix zéro zéro quinze »."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize"),
    *("quatorze", "quinze", "seize"),
)
_TEENS = {"dix-sept": 17, "dix-huit": 18, "dix-neuf": 19}
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre-vingt": 80}
_ABROAD = {"septante": 70, "huitante": 80, "octante": 80, "nonante": 90}
_ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def _values() -> dict[str, int]:
    """The numbers from 0 to 99 by their words, joined by hyphens."""
    small = {word: value for value, word in enumerate(_UNITS)} | _TEENS
    values = {word: value for value, word in enumerate(_ENGLISH)} | small | {"une": 1} | _ABROAD
    for word, tens in (_TENS | _ABROAD).items():
        values |= {word: tens, f"{word}s": tens}
        most = 19 if tens in (60, 80) and word not in _ABROAD else 9
        values |= {f"{word}-{name}": tens + value for name, value in small.items() if 1 <= value <= most}
        values |= {f"{word}-et-un": tens + 1, f"{word}-et-une": tens + 1, f"{word}-et-onze": tens + 11}
    return values


_VALUES = _values()
_WORD = "|".join(sorted((word.replace("-", r"[\s-]") for word in _VALUES), key=len, reverse=True)).replace("é", "[ée]")
_RUN = re.compile(rf"(?<![^\W_])(?:{_WORD})(?:[\s,.\-/;]{{1,3}}(?:{_WORD})){{3,}}(?![^\W_])", re.IGNORECASE)
_EACH = re.compile(rf"(?:{_WORD})(?![^\W_])", re.IGNORECASE)


def spoken(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, digits) of each run of number words in a plain text with eight to eleven digits."""
    for run in _RUN.finditer(text):
        words = (re.sub(r"\s", "-", word.casefold()) for word in _EACH.findall(run[0]))
        digits = "".join(
            str(_VALUES[word] if word in _VALUES else _VALUES[word.replace("e", "é", 1)]) for word in words
        )
        if 8 <= len(digits) <= 11:
            yield *run.span(), digits
