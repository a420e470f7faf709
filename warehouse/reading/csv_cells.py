"""Texts in CSV files that spreadsheets open: nothing in them may run.

Spreadsheets run a cell that begins with certain signs. Such a text gets an apostrophe before the sign, also after a
semicolon, a tab or a line end within it: a French Excel, which splits cells at semicolons, would begin a new cell
there. Numbers and phone numbers keep their sign, since nothing in them can run. A text that already has apostrophes
before such a sign gets one more, so that removing one always restores the value.
"""

from __future__ import annotations

import re

_SIGNS = r"[=+\-@\t\r＝＋－＠]"
# A text without any of these is left as it is; Python and RE2 read it alike.
SIGNS_RE2 = rf"(?:^|[;\t\r\n])'*{_SIGNS}"
_PLAIN = r"[+\-]\d[\d .,\u00a0\u202f]*(?:[eE][+\-]?\d+)?(?:[;\t\r\n]|\Z)"  # +223 70 00 00 00, -4.2
_RUNS = re.compile(rf"(?:\A|(?<=[;\t\r\n]))(?='*{_SIGNS})(?!{_PLAIN})")
_MARKED = re.compile(rf"(?:\A|(?<=[;\t\r\n]))'(?='*{_SIGNS})")


def harmless(text: str) -> str:
    """The text with apostrophes where a spreadsheet would run it."""
    return _RUNS.sub("'", text)


def unescaped(text: str) -> str:
    """The text that was given to `harmless`."""
    return _MARKED.sub("", text)
