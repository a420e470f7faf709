"""Links of a page: every page of a publication stays within its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

_LEADING = {"src", "href", "srcset", "data", "poster", "action"}
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.\-]*:)?//", re.IGNORECASE)
_STYLE = re.compile(r"@import[^;]*|url\(\s*['\"]?(?:https?:)?//[^)]*", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{ ?\w+|\{% ?\w+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        self.addresses += [v for name, v in attrs if name in _LEADING and v and _OUTSIDE.match(v)]
        self.addresses += [a for name, v in attrs if name == "style" and v for a in _STYLE.findall(v)]

    def handle_data(self, data: str) -> None:
        if self._is_style:
            self.addresses += _STYLE.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False


def outside_addresses(page: str) -> list[str]:
    """The addresses outside its folder that a page loads or links to; addresses in plain text do not count."""
    reader = _Reader()
    reader.feed(page)
    return sorted(set(reader.addresses))


def unfilled_marks(text: str, data: Iterable[str] = ()) -> list[str]:
    """Template marks left unfilled in a text; ``data``: marks that are data and only look so."""
    return sorted(set(_TEMPLATE.findall(text)) - set(data))
