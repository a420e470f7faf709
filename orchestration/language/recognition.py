"""French sentences that were composed elsewhere, in English.

Errors cross processes, Dagster's events and JSON files as plain French text. The catalog holds the templates that
they were composed from: a text that fits one is taken apart, and put together again in the translation.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from string import Formatter

from babel.messages.mofile import read_mo

from orchestration.language import DOMAIN, LOCALE

_LEAST_LETTERS = 4  # a template with fewer fits any text
_DEPTH = 8
_BEFORE, _AFTER = "_before", "_after"  # of a template that is one part of a sentence
# What joins sentences and their parts, and how English writes it.
_JOINTS = re.compile(r"(\n(?: *·)? *| ; | · | : | → |, |(?<=[.!?]) (?=[A-ZÀÉ«])| (?=\d)|(?<=\d) |\(|\))")
_ENGLISH_JOINTS = {" ; ": "; ", " : ": ": "}
_QUOTED = re.compile(r"«\s?([^«»]*?)\s?»")
_THOUSANDS = re.compile(r"(?<=\d)\N{NARROW NO-BREAK SPACE}(?=\d{3})")


class _Template:
    """A French text with fields, and its English."""

    def __init__(self, french: str, english: str) -> None:
        parts = [(fixed, name) for fixed, name, _, _ in Formatter().parse(french)]
        before = [("", _BEFORE)] if french[:1] in " ,;(" else []
        after = [("", _AFTER)] if french[-1:] == " " else []
        self.parts = [*before, *parts, *after]
        self.english = f"{{{_BEFORE}}}" * len(before) + english + f"{{{_AFTER}}}" * len(after)
        self.pieces = [fixed for fixed, _ in self.parts if fixed]
        self.has_fields = any(name is not None for _, name in self.parts)
        self.letters = sum(map(str.isalpha, "".join(self.pieces)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        seen: set[str] = set()
        pattern = ""
        for fixed, name in self.parts:
            pattern += re.escape(fixed)
            if name is not None:
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
                seen.add(name)
        return re.compile(pattern, re.DOTALL)

    def match(self, text: str) -> dict[str, str] | None:
        """The values of the fields in a text that was made from the template."""
        if any(piece not in text for piece in self.pieces):
            return None
        matched = self._pattern.fullmatch(text)
        return matched.groupdict() if matched else None


def recognised(text: str) -> str:
    """The text in English, as far as the catalog knows it."""
    return _THOUSANDS.sub(",", _QUOTED.sub(r"“\1”", _english(text, 0)))


def _english(text: str, depth: int) -> str:
    exact, templates = _known()
    if text.strip() in exact:
        return text.replace(text.strip(), exact[text.strip()])
    if text.endswith("s") and text[:-1] in exact:
        return f"{exact[text[:-1]]}s"
    if depth > _DEPTH or not any(map(str.isalpha, text)):
        return text
    for template in templates:
        values = template.match(text)
        if values is not None and text not in values.values():
            return template.english.format(**{name: _english(value, depth + 1) for name, value in values.items()})
    parts = _JOINTS.split(text)
    if len(parts) == 1:
        return text
    return "".join(
        _ENGLISH_JOINTS.get(part, part) if place % 2 else _english(part, depth + 1) for place, part in enumerate(parts)
    )


@cache
def _known() -> tuple[dict[str, str], list[_Template]]:
    """Texts without fields, and templates, those with most letters first."""
    with (LOCALE / "en" / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        templates = [_Template(str(one.id), str(one.string)) for one in read_mo(file) if one.id]
    exact = {one.pieces[0].strip(): one.english.format().strip() for one in templates if not one.has_fields}
    fitting = [one for one in templates if one.has_fields and one.letters >= _LEAST_LETTERS]
    return exact, sorted(fitting, key=lambda one: -one.letters)
