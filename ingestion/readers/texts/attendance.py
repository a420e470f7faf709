"""Who took part, as structures: the names, phones and addresses of people are found in order to be left out.

A structure is named only where that is sure: in the structures' column of a list of attendance, in the list of known
organizations (names and acronyms), or where a pattern that the source declares says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ingestion.clean.personal import MARKS, NAME, redact
from ingestion.clean.text import fold, tidy
from ingestion.country import seeds
from ingestion.readers.sheets.grid import Grid
from ingestion.readers.texts.passages import Passage
from ingestion.readers.texts.writing import Address, Writing

_STRUCTURE = {"structure", "structures", "organisation", "organisations", "organization", "institution", "institutions",
              "structure organisation", "organisation structure", "ong", "entite"}  # fmt: skip
_NAME = {"nom", "noms", "prenom", "prenoms", "nom et prenom", "nom et prenoms", "noms et prenoms", "prenom et nom",
         "prenoms et nom", "prenoms et noms", "nom prenom", "nom complet", "participant", "participants"}  # fmt: skip
_PRESENT = r"(?:liste des )?(?:participant(?:e?s)?|présent(?:e?s)?|étaient présents|ont participé|membres présents)"
_OTHERS = (
    r"(?:absent|excusé)(?:e?s)?|rapporteur|rédigée? par|rédacteur|secrétaire(?: de séance)?|modérateur|facilitateur"
    r"|présidente?(?: de séance)?|animée? par|contacts?|points? focal|points? focaux|diffusion|copie|cc"
)
# « Participants : … », or the word alone above a list; not « Présentation du projet ».
_LABEL = re.compile(
    rf"(?:- )?(?:(?P<present>{_PRESENT})|{_OTHERS})\b(?:[^:]{{0,30}}:\s*(?P<rest>.*)|\W*)", re.IGNORECASE
)
_ITEMS = re.compile(r"\s*[;,•\n]\s*(?![^()]*\))|\s+et\s+(?=[A-ZÀ-Þ][^()]*\()")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,}")


class Part(NamedTuple):
    """What one place says: structures; people, as written; and of that the names."""

    structures: list[str]
    people: list[str]
    names: list[str]


@dataclass(frozen=True)
class Attendance:
    """``structures`` that took part, ``sender`` of an e-mail; passages and tables of the writing without its people.

    ``people``: every text that tells of them, which only `restricted` may keep. ``names``: what finds them in a text.
    """

    structures: list[str]
    sender: str
    people: list[str]
    passages: list[Passage]
    grids: list[Grid]
    names: re.Pattern[str] | None

    def struck(self, text: str) -> str:
        """A text in which no participant is named."""
        return _struck(self.names, text)


def attendance(writing: Writing, patterns: tuple[str, ...], declared: list[set[str]]) -> Attendance:
    """Separates the people of a writing from the rest; a table under a ``declared`` header is no list of attendance."""
    lists = [grid for grid in writing.grids if _is_list(grid, declared)]
    addressed = [(address.is_sender, _of_address(address, patterns)) for address in writing.addresses]
    kept, listed = _of_passages(writing.passages, patterns)
    parts = [*map(_of_grid, lists), *(part for _, part in addressed), *listed]
    structures = list(dict.fromkeys(name for part in parts for name in part.structures))
    names = _pattern([name for part in parts for name in part.names], structures)
    return Attendance(
        structures,
        next((name for is_sender, part in addressed if is_sender for name in part.structures), ""),
        [text for part in parts for text in part.people],
        [Passage(_struck(names, passage.text), passage.place) for passage in kept],
        [grid for grid in writing.grids if grid not in lists],
        names,
    )


def _is_list(grid: Grid, declared: list[set[str]]) -> bool:
    header = {cell.strip() for cell in grid.rows[0]} if grid.rows else set()
    folded = {fold(cell) for cell in header}
    return bool(folded & _NAME and folded & _STRUCTURE) and not any(wanted <= header for wanted in declared)


def _of_grid(grid: Grid) -> Part:
    """The column of structures; everything in the other columns is of people."""
    header = [fold(cell) for cell in grid.rows[0]]
    structures, people, names = [], [], []
    for row in grid.spread()[1:]:
        cells = dict(zip(header, row, strict=False))
        structures += [text for name in header if name in _STRUCTURE and (text := tidy(redact(cells.get(name, ""))[0]))]
        people.append("; ".join(text for name, text in cells.items() if name not in _STRUCTURE and text.strip()))
        names.append(" ".join(text for name, text in cells.items() if name in _NAME))
    return Part(structures, [text for text in people if text], names)


def _of_address(address: Address, patterns: tuple[str, ...]) -> Part:
    named = _structures_in(address.name, patterns)
    label = address.domain.split(".")[-2] if "." in address.domain else ""
    if not named and len(label) >= 3 and (known := _known().get(label.upper())):
        named = [known]
    return Part(named, [address.text], [_IN_BRACKETS.sub("", address.name)])


def _of_passages(passages: list[Passage], patterns: tuple[str, ...]) -> tuple[list[Passage], list[Part]]:
    """The passages that name no people by their label, and what the others say: « Participants : Awa (OIM) »."""
    kept, parts = [], []
    listing: bool | None = None  # in the items below a label: whether they are of people who were there
    for passage in passages:
        if label := _LABEL.fullmatch(passage.text):
            text = label["rest"] or ""
            listing = bool(label["present"])
        elif listing is not None and passage.text.startswith("- "):
            text = passage.text.removeprefix("- ")
        else:
            listing = None
            kept.append(passage)
            continue
        items = _ITEMS.split(text)
        structures = [name for item in items for name in _structures_in(item, patterns)]
        names = [_IN_BRACKETS.sub("", item).rpartition(":")[2] for item in items]
        parts.append(Part(structures if listing else [], [text] if text else [], names))
    return kept, parts


def _structures_in(text: str, patterns: tuple[str, ...]) -> list[str]:
    """The structures in « Awa Diarra (OIM) », « OIM : Awa Diarra », « UNICEF », and no word that may be a person."""
    written = tidy(text) or ""
    before = written.partition(":")[0] if ":" in written else _IN_BRACKETS.sub("", written)
    parts = [*_IN_BRACKETS.findall(written), before, written]
    names = [name for part in parts if (name := _structure(part.strip(" .;,-"), patterns))]
    return list(dict.fromkeys(names))[:1]


def _structure(text: str, patterns: tuple[str, ...]) -> str:
    if any(re.fullmatch(pattern, text) for pattern in patterns):
        return redact(text)[0]
    return _known().get(text) or _known().get(fold(text)) or ""


@cache
def _known() -> dict[str, str]:
    """Known organizations by their folded names, and by their acronyms in capitals: « who » is no organization."""
    known: dict[str, str] = {}
    for row in seeds.rows("organization_alias"):
        for acronym in (row["acronym"], row["canonical_acronym"]):
            if len(acronym) > 2:  # « BA » is a name, « CA » a board
                known.setdefault(acronym.upper(), row["canonical_name"])
        for name in (row["alias"], row["canonical_name"]):
            known.setdefault(fold(name), row["canonical_name"])
    return known


def _pattern(names: list[str], structures: list[str]) -> re.Pattern[str] | None:
    """What finds the words of people's names, as names are written, but for those that name a structure."""
    kept = {fold(word) for name in structures for word in _WORD.findall(name)}
    words = {word for name in names for word in _WORD.findall(name) if fold(word) not in kept and word not in _known()}
    written = {form for word in words if word[0].isupper() for form in (word, word.upper(), word.title())}
    longest_first = sorted(written, key=lambda word: (-len(word), word))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b") if written else None


def _struck(names: re.Pattern[str] | None, text: str) -> str:
    return redact(names.sub(MARKS[NAME], text) if names else text, names=True)[0]
