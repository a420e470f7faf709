"""What a cell of place names says: its names, the level that a word binds (« Région de Gao »), and what joins them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from ingestion.clean.text import fold
from ingestion.country.pack import country
from warehouse.resolution.places.place_names import place_key

REGION, CERCLE, COMMUNE = 1, 2, 3
_RURAL = r"(?:\s+(?:rura|urba)\w*)?"
# Words by level, on text without accents or capitals. « C. Kati », « ville » and « district » bind nothing by
# themselves, but in the name of a capital that is a region: « District de Bamako ». Words that are only the country's
# own, « province », come first.
_WORDS = {
    REGION: r"regions?|reg\.?|r\.(?=\s)|gouvernorats?|governorates?",
    CERCLE: r"cercles?|cercl?\.?|cer\.?|prefectures?|circles?"
    r"|districts?\s+(?:sanitaires?|de\s+sante)|health\s+districts?",
    COMMUNE: rf"(?:rural\s+|urban\s+)?(?:communes?|comm?\.?|cmn\.?|cne\.?|c\.\s?[ru]\.?|c[ru]){_RURAL}"
    r"|mairies?|municipalit(?:es?|y|ies)|arrondissements?|sous[- ]prefectures?",
    None: r"districts?|villes?|c\.(?=\s)",
}


# Communes of a town that are called by their numbers, and the first and last of several: « Communes I à VI ».
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_COUNTED = rf"({'|'.join(sorted(_ROMAN, key=len, reverse=True))}|\d{{1,2}})"
_RANGE = re.compile(rf"\bcommunes?\s+{_COUNTED}\s*(?:à|a|au|[-–]|to)\s*{_COUNTED}(?!\w)", re.IGNORECASE)


def _own(level: int | None) -> str:
    """What only the country calls that level: « provinces?| », or nothing."""
    if level is None:
        return ""
    word = country().levels[level]
    own = {fold(text) for text in (word.fr, word.plural, word.en, word.en_plural)}
    own = {text for text in own if not re.fullmatch(_WORDS[level], text)}
    return "".join("[ -]".join(text.split()) + "|" for text in sorted(own, key=len, reverse=True))


_KIND = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(f"(?P<{name}>{_own(level)}{_WORDS[level]})" for name, level in zip("rcmn", (1, 2, 3, None), strict=True))
    + r")(?![a-z0-9])"
)
_LEVEL_OF = {"r": REGION, "c": CERCLE, "m": COMMUNE, "n": None}
_NUMBER_WORDS = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6}
_NUMBER = rf"(?:[1-9]|iv|vi{{0,3}}|i{{1,3}}|(?<=[\s\-])(?:{'|'.join(_NUMBER_WORDS)}))"
# A capital's communes have numbers for names: « Communes 5 et 6 », « C.IV », « COMMUNE3 ».
_NUMBERED = re.compile(
    rf"(?<![a-z0-9])(?:communes?|comm?\.?|c\.?)[\s\-]*(?:n\s?[°o]\.?\s*)?(?P<number>{_NUMBER})(?![a-z0-9])(?!\s*[ivx\d]+\b)"
)
_ALL = re.compile(r"\b(?:tou(?:te)?s|ensemble|all)(?:\s+(?:les|des|the|of))*\s*$")
_LINK = re.compile(r"^[\s:.\-–]*(?:(?:de la|de l|du|des|de|d|a|of the|of)(?=[\s'’])['’\s]*)?")
_LINK_BEFORE = re.compile(r"(?:^|[\s'’])(?:dans|en|in|du|des|de|d|la|le|les|l|of|the|au|aux|sur)[\s'’]*$")
_LINK_AT_START = re.compile(r"^(?:dans|en|in|du|des|de|la|le|the|of)\s+", re.IGNORECASE)
_LINK_IN_LIST = re.compile(r"(?:de la|de l|du|des|de|d|of)[\s'’]+")
_ORDINAL = re.compile(r"^\W*\d+\s?(?:e|er|ere|re|eme|st|nd|rd|th)?\W*$")
_ENUMERATOR = re.compile(r"(?:^|(?<=\s))\d{1,2}[).]\s+|(?<=\n)[-•*]\s*|•")
_C_BEFORE = re.compile(r"(?i)(?<![\w.])c(?:\s?/\s?|\.)(?=[^\W\d]{3})(?!i+\b)|\(c\.?\)")  # « C/Kati », « Kati (C) »
_SIGNS = re.compile(r"[_«»\"“”]")
_LIST, _PATH, _COMMA, _SEMICOLON, _SOFT = "list", "path", "comma", "semicolon", "soft"
_PARENTHESIS = "parenthesis"
_JOINTS = re.compile(
    r"(?P<list>[&+\n]|(?<!\w)(?:et|and|ainsi que)(?!\w))|(?P<path>->|[>→<\\])"
    r"|(?P<parenthesis>[()\[\]])|(?P<comma>,)|(?P<semicolon>;)|(?P<soft>[/|:]|\s[-–—]\s)"
)


@dataclass(frozen=True)
class Mention:
    """A name in a cell, the level that a word binds (None: that of its column), and what joins it to the one before.

    ``is_plural``: the word is of several (« Cercles de Kayes, Kita »), and holds for the names after it.
    """

    text: str
    level: int | None = None
    joint: str = ""
    is_plural: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether « et », « & » or a line break makes it one of several."""
        return self.joint == _LIST

    @property
    def is_below(self) -> bool:
        """Whether « > » makes it a step of a path."""
        return self.joint == _PATH

    @property
    def is_after_comma(self) -> bool:
        """Whether a comma parts it from the one before, as the names of a list are parted."""
        return self.joint in (_COMMA, _SEMICOLON)

    @property
    def may_begin(self) -> bool:
        """Whether what joins it may part two places: « Région de Gao ; cercle de Kati »."""
        return self.joint in (_LIST, _SEMICOLON)

    @property
    def is_beside(self) -> bool:
        """Whether it stands in parentheses after the one before."""
        return self.joint == _PARENTHESIS


def repaired(text: str) -> str:
    """« SÃ©gou », UTF-8 that was read as Western European, is « Ségou »; « Communes I à III » are I, II and III."""
    text = _RANGE.sub(_counted_out, text)
    if not re.search("[ÃÂâ]", text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _counted_out(found: re.Match[str]) -> str:
    ends = [_ROMAN.index(end.upper()) if end.upper() in _ROMAN else int(end) - 1 for end in found.groups()]
    if not 0 <= ends[0] < ends[1] < len(_ROMAN):
        return found[0]
    return ", ".join(f"Commune {number}" for number in _ROMAN[ends[0] : ends[1] + 1])


@cache
def mentions(cell: str) -> tuple[Mention, ...]:
    """The names of a cell in their order: « Région de Gao, Bourem » is Gao, a region, and Bourem."""
    names: list[Mention] = []
    pending: Mention | None = None
    for text, joint in _pieces(cell):
        for mention in _in_piece(text, joint):
            if not mention.text:
                pending = _bare(mention, names)
                continue
            if pending and mention.level is None:
                mention = replace(mention, level=pending.level, is_plural=pending.is_plural)
            pending = None
            names.append(mention)
    return tuple(_with_carried_words(names))


def is_capital(name: str) -> bool:
    """Whether it is the name of a capital that is an area of the first level."""
    capital = country().capital
    return capital is not None and place_key(name) == place_key(capital.name)


def _is_capital_title(word: str, name: str) -> bool:
    """Whether the word is that of the capital's whole name: « District de Bamako », but not « Ville de Bamako »."""
    capital = country().capital
    return capital is not None and is_capital(name) and word.rstrip("s") in fold(capital.title).split()


def _bare(mention: Mention, earlier: list[Mention]) -> Mention | None:
    """A word for a level that stands alone is of the name before it, « Gao (région) », else of the next one."""
    if mention.is_plural or not earlier or earlier[-1].level is not None:
        return mention
    earlier[-1] = replace(earlier[-1], level=mention.level or (REGION if is_capital(earlier[-1].text) else None))
    return None


def _with_carried_words(names: list[Mention]) -> Iterator[Mention]:
    """A word in the plural holds for the names after it, up to the next word; a number alone repeats the name."""
    before: Mention | None = None
    for mention in names:
        if before and before.is_plural and mention.level is None:
            mention = replace(mention, level=before.level, is_plural=True)
        key = place_key(mention.text)
        if before and key.isdigit():
            stem = place_key(before.text).rstrip("0123456789")
            mention = replace(mention, text=f"{stem} {key}", level=before.level)
        before = mention
        yield mention


def _plain(text: str) -> str:
    """The text without accents and capitals, sign for sign."""
    return "".join(unicodedata.normalize("NFD", sign)[0].lower()[:1] or sign for sign in text)


def _pieces(cell: str) -> Iterator[tuple[str, str]]:
    """The pieces between separators, and the one before each. A hyphen without spaces is part of a name."""
    text = _ENUMERATOR.sub("\n", _SIGNS.sub(" ", unicodedata.normalize("NFC", cell)))
    text = _C_BEFORE.sub("", text)
    start, joint = 0, ""
    for separator in _JOINTS.finditer(_plain(text)):
        if text[start : separator.start()].strip():
            yield text[start : separator.start()].strip(), joint
            joint = ""
        joint = _LIST if _LIST in (joint, separator.lastgroup) else (separator.lastgroup or "")
        if separator[0] in ")]":
            joint = _SOFT
        start = separator.end()
    if text[start:].strip(" ."):
        yield text[start:].strip(), joint


def _in_piece(text: str, joint: str) -> Iterator[Mention]:
    """The names of one piece: « commune de Siby dans le cercle de Kati » two, « Kayes region » one."""
    plain = _plain(text)
    numbered = _NUMBERED.search(plain)
    if numbered and not _KIND.search(plain[: numbered.start()]):
        if before := _without_link(text[: numbered.start()]):  # « Bamako Commune 4 »
            yield Mention(before, None, joint)
            joint = _SOFT
        number = _NUMBER_WORDS.get(numbered["number"], numbered["number"])
        yield Mention(f"Commune {number}", COMMUNE, joint)
        if rest := _LINK.sub("", plain[numbered.end() :]).strip():
            yield from _in_piece(text[len(text.rstrip()) - len(rest) :].strip(), _SOFT)
        return
    words = list(_KIND.finditer(plain))
    if not words:
        link = _LINK_IN_LIST.match(plain) if joint == _LIST else None  # « cercles d’Ansongo et de Bourem »
        yield Mention(text[link.end() :] if link else text, None, joint)
        return
    before = plain[: words[0].start()]
    is_all = bool(_ALL.search(before))
    name = "" if is_all or _ORDINAL.match(before) else _without_link(text[: words[0].start()])
    if name and words[-1].end() >= len(plain.rstrip(" .")):
        yield from _named_before(text, words, joint)
        return
    if name:
        yield Mention(name, None, joint)
        joint = _SOFT
    ends = [word.start() for word in words[1:]] + [len(text)]
    for word, end in zip(words, ends, strict=True):
        level = _LEVEL_OF[word.lastgroup or "n"]
        after = text[word.end() : end]
        named = _without_link(after[_LINK.match(_plain(after)).end() :])  # type: ignore[union-attr]
        if is_all and named and level:  # « toutes les communes de Kayes » are its cercle
            level = max(level - 1, REGION)
        if word.lastgroup == "n" and _is_capital_title(word[0], named):
            level = REGION
        yield Mention(named, level, joint, level is not None and bool(re.match(r"\w+s\b", word[0])))
        joint, is_all = _SOFT, False


def _named_before(text: str, words: list[re.Match[str]], joint: str) -> Iterator[Mention]:
    """« Kati cercle Koulikoro région »: each word follows its name."""
    start = 0
    for word in words:
        name = _LINK_AT_START.sub("", text[start : word.start()].strip(" -–:"))
        level = _LEVEL_OF[word.lastgroup or "n"]
        if word.lastgroup == "n" and _is_capital_title(word[0], name):
            level = REGION
        if name:
            yield Mention(name, level, joint)
        start, joint = word.end(), _SOFT


def _without_link(text: str) -> str:
    """Without what leads to the next word: « Siby dans le » is Siby."""
    text = text.strip(" -–:.")
    while link := _LINK_BEFORE.search(_plain(text)):
        text = text[: link.start()].strip(" -–:.")
    return text
