"""What a written name says: its words in one language, its countries, places and numbers, its acronym."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from ingestion.clean.text import fold, tidy
from ingestion.country import seeds

Phrase = tuple[str, ...]


class Kind(Enum):
    """What a word is good for when two names are compared."""

    STOP = "liaison"
    WEAK = "générique"  # organization, international: may be missing on one side
    CONCEPT = "mot"  # known and translated: never a misspelling of another known word
    OTHER = "autre"  # proper names, and words nobody listed
    COUNTRY = "pays"
    PLACE = "lieu"
    NUMBER = "numéro"


class Word(NamedTuple):
    """A word or a known phrase: as written (folded), what it means, and its kind."""

    surface: str
    meaning: str
    kind: Kind


@dataclass(frozen=True)
class Name:
    """A name taken apart. `key` is equal for names that differ only by language, order and the form of words."""

    written: str
    folded: str
    words: tuple[Word, ...]
    acronym: str
    section: str  # country that only the acronym says: "ACF-E"
    bare: bool  # nothing but an acronym, or a name of one word that stands for one

    @property
    def content(self) -> list[Word]:
        """The words that count: no liaison, no country, no number."""
        return [word for word in self.words if word.kind not in (Kind.STOP, Kind.COUNTRY, Kind.NUMBER)]

    @property
    def strong(self) -> list[str]:
        """Meanings of the words that identify the organization."""
        return [word.meaning for word in self.content if word.kind is not Kind.WEAK]

    @property
    def countries(self) -> frozenset[str]:
        """Countries the name itself says."""
        return frozenset(word.meaning for word in self.words if word.kind is Kind.COUNTRY)

    @property
    def nations(self) -> frozenset[str]:
        """The countries, or else the one of the acronym."""
        return self.countries or frozenset({self.section} - {""})

    @property
    def numbers(self) -> frozenset[str]:
        """Digits, ordinals and Roman numerals, as digits."""
        return frozenset(word.meaning for word in self.words if word.kind is Kind.NUMBER)

    @property
    def key(self) -> str:
        """Sorted meanings, countries and numbers included; "Women for Women" keeps both."""
        return " ".join(sorted(word.meaning for word in self.words if word.kind is not Kind.STOP))

    @property
    def base_key(self) -> str:
        """The key without countries: what the sections of one body share."""
        return " ".join(sorted(word.meaning for word in self.words if word.kind not in (Kind.STOP, Kind.COUNTRY)))

    @property
    def core_key(self) -> str:
        """The key without generic words: "Niger Red Cross Society"; "" when too little is left to be sure of:
        "Santé Monde" is not the World Health Organization."""
        kept = [word for word in self.words if word.kind not in (Kind.STOP, Kind.WEAK)]
        proper = any(word.kind in (Kind.COUNTRY, Kind.OTHER) for word in kept)
        return " ".join(sorted(word.meaning for word in kept)) if len(kept) > 1 and proper else ""

    @property
    def parts(self) -> list[str]:
        """The pieces of "Welthungerhilfe / Agro Action Allemande", [] when there is one only."""
        pieces = [piece.strip() for piece in _PIECES.split(self.written) if piece.strip()]
        return pieces if len(pieces) > 1 else []

    @property
    def base_acronym(self) -> str:
        """What remains without countries, were it an acronym: "UNICEF Cameroun"."""
        kept = (word.surface for word in self.words if word.kind not in (Kind.STOP, Kind.COUNTRY))
        return "".join(kept).replace(" ", "").upper()

    @property
    def squash(self) -> str:
        """The words glued, in their order: "Every where" and "Everywhere" are equal."""
        return "".join(word.surface.replace(" ", "") for word in self.words)

    @property
    def initials(self) -> str:
        """First letters of all words but the liaison ones."""
        return "".join(part[0] for word in self.words if word.kind is not Kind.STOP for part in word.surface.split())


# "VeterinairesSans", "ActionAid": a small letter then a capital, both parts long enough to be words.
_GLUED = re.compile(r"(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Þ][a-zà-ÿ]{2})")
# « O.N.G. », « S.O.S »: the dots of an acronym within a name.
_DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){1,}[^\W\d_](?![\w])\.?")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_ORDINAL = re.compile(r"(\d+)(?:er|ere|e|eme|st|nd|rd|th)?$")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_DASH = re.compile(r"\s+[-–—:|/]+\s*|\s*[|:–—/]+\s+|\s*\|\s*")
_PIECES = re.compile(r"[()\[\]|/]|\s[-–—:]\s")
_LONGEST_ACRONYM = 14


def parse(name: str, acronym: str | None = None) -> Name:
    """Takes a name apart; the acronym column wins over an acronym found inside the name."""
    written = tidy(name) or ""
    body, inside = _split_acronym(written)
    short = acronym if acronym and len(fold(acronym).split()) <= 4 else inside
    words = _words(body)
    counted = [word for word in words if word.kind is not Kind.STOP]
    squashed = "".join(word.surface for word in words).replace(" ", "").upper()
    one_word = len(counted) == 1 and counted[0].kind is Kind.OTHER
    key = _acronym_key(short) or (squashed if one_word else "")
    return Name(written, fold(written), words, key, _section(short), bool(key) and key == squashed)


def _section(acronym: str) -> str:
    """The country after the hyphen of "MSF-CH", of those where organizations have their seat.

    "ADRA Mali" as an acronym is the country office of the body that the name says; "ACF-E" is another body."""
    parts = fold(acronym).split()
    return section_suffixes().get(parts[-1], "") if len(parts) > 1 and len(parts[0]) > 1 else ""


def _acronym_key(text: str) -> str:
    return fold(text).replace(" ", "").upper()


def _split_acronym(text: str) -> tuple[str, str]:
    """("Norwegian Refugee Council (NRC)") → name and acronym; "UNFPA (United Nations Population Fund)" likewise."""
    inside = ""
    for match in _BRACKETS.finditer(text):
        part, rest = (match[1] or match[2] or "").strip(), (text[: match.start()] + " " + text[match.end() :]).strip()
        if not rest:
            break
        if fold(part) == fold(rest):  # "OXFAM (OXFAM)"
            text = rest
        elif _looks_like_acronym(part, rest):
            inside, text = inside or part, rest
        elif _looks_like_acronym(rest, part):
            inside, text = inside or rest, part
        break
    parts = [part for part in _DASH.split(text) if part and part.strip()]
    if len(parts) == 2:
        first, second = (part.strip() for part in parts)
        if " " in second and _looks_like_acronym(first, second):
            return second, inside or first
        if " " in first and _looks_like_acronym(second, first):
            return first, inside or second
    return text, inside


def _looks_like_acronym(part: str, rest: str) -> bool:
    """Capitals, or the initials of the rest; a country, a number or a word of the vocabulary is none."""
    short = fold(part)
    squashed = short.replace(" ", "")
    if not 2 <= len(squashed) <= _LONGEST_ACRONYM or len(short.split()) > 3 or len(rest) <= len(part):
        return False
    if all(word.kind in (Kind.COUNTRY, Kind.NUMBER, Kind.PLACE, Kind.STOP) for word in _words(part)):
        return False
    initials = "".join(word[0] for word in fold(rest).split())
    content = "".join(word.surface[0] for word in _words(rest) if word.kind is not Kind.STOP)
    if squashed in (initials, content):
        return True
    capitals = sum(sign.isupper() for sign in part) / max(1, sum(sign.isalpha() for sign in part))
    shouted = rest.isupper()  # "CROIX-ROUGE MALIENNE - KAYES": capitals say nothing there
    return capitals > 0.5 and not shouted and (len(short.split()) == 1 or capitals > 0.7)


def _words(text: str) -> tuple[Word, ...]:
    undotted = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
    parts = fold(_GLUED.sub(" ", undotted)).split()
    last_is_roman = text.rstrip().endswith((" I", " V", " X"))
    known = vocabulary()
    words: list[Word] = []
    position = 0
    stems = [_stem(part) for part in parts]
    while position < len(parts):
        for phrase, meaning, kind in known.get(stems[position], ()):
            if tuple(stems[position : position + len(phrase)]) == phrase:
                if meaning:
                    words.extend(
                        Word(" ".join(parts[position : position + len(phrase)]), each, kind)
                        for each in meaning.split("|")
                    )
                position += len(phrase)
                break
        else:
            words.append(_unknown(parts[position], stems[position], last_is_roman and position == len(parts) - 1))
            position += 1
    return tuple(words)


def _unknown(part: str, stem: str, is_roman: bool) -> Word:
    if number := _ORDINAL.match(part):
        return Word(part, number[1].lstrip("0") or "0", Kind.NUMBER)
    if part in _ROMAN and (part != "i" or is_roman):
        return Word(part, _ROMAN[part], Kind.NUMBER)
    return Word(part, stem, Kind.OTHER)


def _stem(word: str) -> str:
    """Plural signs only: femmes, travaux."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2] != "s" else word


Entry = tuple[Phrase, str, Kind]


@cache
def vocabulary() -> dict[str, tuple[Entry, ...]]:
    """First stem → phrases that begin with it, longest first; an empty meaning is a word to leave out."""
    data = yaml.load(files(__package__).joinpath("vocabulary.yml").read_text("utf-8"), yaml.CSafeLoader)
    entries = dict[Phrase, tuple[str, Kind]]()
    for place in _places():
        entries[_phrase(place)] = (f"lieu:{place}", Kind.PLACE)
    for iso3, names in _countries().items():
        entries |= {_phrase(name): (iso3, Kind.COUNTRY) for name in names}
    for kind, section in ((Kind.CONCEPT, data["concepts"]), (Kind.WEAK, data["weak"])):
        for meaning, forms in section.items():
            entries |= {_phrase(form): (_joined(meaning), kind) for form in (meaning, *forms)}
    entries |= {_phrase(word): (_joined(word), Kind.STOP) for word in data["stop"]}
    entries |= {_phrase(word): ("", Kind.STOP) for word in data["legal"]}
    for short, long in data["abbreviations"].items():
        entries[_phrase(short)] = entries.get(_phrase(long), (_joined(long), Kind.CONCEPT))
    index: dict[str, list[Entry]] = {}
    for phrase, (meaning, kind) in entries.items():
        index.setdefault(phrase[0], []).append((phrase, meaning, kind))
    return {first: tuple(sorted(phrases, key=lambda entry: -len(entry[0]))) for first, phrases in index.items()}


def _phrase(text: str) -> Phrase:
    return tuple(_stem(part) for part in fold(text).split())


def _joined(meaning: str) -> str:
    return meaning.replace(" ", "_")


@cache
def _countries() -> dict[str, list[str]]:
    return {row["iso3"]: row["names"].split(";") for row in _country_rows()}


@cache
def section_suffixes() -> dict[str, str]:
    """Folded suffix or country name → country, where international organizations have their seat."""
    return {
        fold(suffix): row["iso3"]
        for row in _country_rows()
        if row["seat"]
        for suffix in (*row["suffixes"].split(";"), *row["names"].split(";"))
        if suffix
    }


@cache
def _country_rows() -> list[dict[str, Any]]:
    with files(__package__).joinpath("countries.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def _places() -> list[str]:
    """The country's areas of all levels: known places are never misspellings of each other (Kita, Kati)."""
    return sorted({fold(row["name_fr"]) for row in seeds.rows("admin_area") if len(row["name_fr"]) > 2})
