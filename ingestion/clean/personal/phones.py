"""Phones: existing numbers of the region (`phonenumbers`), however their digits are grouped.

Whether a number exists is the library's question. This module decides which digits of a sentence form one number, and
which are an amount, a list or an id, from the words around them if the digits are ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from ingestion.clean.personal import figures
from ingestion.clean.personal.number_words import spoken
from ingestion.clean.text import fold
from ingestion.country.pack import country

Span = tuple[int, int]

# Countries of origin, transit, destination and partners: their national formats are known.
NEIGHBOURS = ("ML", "BF", "NE", "MR", "TG", "TN", "TD", "SL", "LR", "DZ")  # with eight digits
_NINE, _NINE_WITH_ZERO = ("SN", "GN"), ("SL", "DZ")
_TEN = ("CI", "FR", "MA", "DZ", "GH", "BJ", "LY", "LR", "SN", "NG")  # with a leading zero
_SEVEN = ("GM",)
_CALLED = {
    "223": "ML", "221": "SN", "224": "GN", "225": "CI", "226": "BF", "227": "NE", "222": "MR", "213": "DZ", "220": "GM",
    "232": "SL", "231": "LR", "233": "GH", "228": "TG", "229": "BJ", "234": "NG", "212": "MA", "216": "TN", "218": "LY",
    "235": "TD", "33": "FR", "39": "IT", "34": "ES",
}  # fmt: skip

# Between two digits: any characters but letters and signs of measures.
_GAP = r"(?:[^\w%°€$£\0]|_)"
_RUN = re.compile(rf"\d+(?:{_GAP}{{1,5}}\d+)*")
_GROUP = re.compile(r"\d+")
_ABROAD = re.compile(rf"(?:(?<!\d)\+|(?<![^\W_])(?<!\d[.,])00){_GAP}{{0,5}}[1-9](?:{_GAP}{{0,5}}\d){{6,14}}(?!\d)")
_TRUNK = re.compile(r"\(0\)")  # +33 (0) 6 12…
# O and I among digits: 76 1O OO l7.
_LETTERS = re.compile(r"(?<![^\W_])(?=[\dOoIl]*\d)[\dOoIl]*[\dOo](?![^\W_])|(?<=[\dOo] )[Oo]{2}(?= [\dOo])")
_AS_DIGITS = str.maketrans("OoIl", "0011")
_PREFIX, _SUFFIX = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")

_MOST_GROUPS = 15
_PAIRS = (2, 2, 2, 2)
_GROUPINGS = {
    8: {
        (8,), _PAIRS, (4, 4), (2, 6), (6, 2), (3, 5), (5, 3), (3, 2, 3), (2, 3, 3), (3, 3, 2), (4, 2, 2), (2, 2, 4),
        (2, 4, 2),
    },
    9: {(9,), (2, 3, 2, 2), (3, 2, 2, 2), (2, 3, 4), (3, 2, 4), (2, 7), (3, 6)},
    10: {(10,), (2, *_PAIRS), (4, 2, 2, 2), (4, 3, 3), (3, 3, 4), (3, 7), (4, 6), (2, 8), (2, 4, 4), (3, 3, 2, 2)},
    11: {(11,), (4, 3, 4), (3, 4, 4), (4, 7)},
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_USUAL = frozenset(" -/_()·.")  # what people type between the groups of a phone

_CALL = re.compile(
    r"(?<![^\W\d_])(?:t[ée]l|phone|portable|mobile|gsm|cell?(?:ulaire)?(?![^\W\d_])|num[ée]ros?(?![^\W\d_])|contact"
    r"|joindre|joignable|appel|rappel|call|whats|watsap|wa(?![^\W\d_])|viber|telegram|sms|standard|urgence|orange\s?money"
    r"|moov|malitel|n° vert)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?<![^\W\d_])(?:f\s?cfa|cfa|xof|budget|montant|co[ûu]t|total|somme|million|milliard|prix|financement|financ|d[ée]caiss"
    r"|d[ée]pens|engag|enveloppe|subvention|population|habitants|b[ée]n[ée]ficiaires|m[ée]nages|usd|eur(?:os?)?(?![^\W\d_]))",
    re.IGNORECASE,
)
_ID_BEFORE = re.compile(
    r"(?<![^\W\d_])(?:id|identifiant|code|r[ée]f(?:[ée]rence)?|dossier|projet|project|contrat|march[ée]|facture|p-?code|nif"
    r"|rccm|nina|compte|iban|bon|version)(?: n°| num[ée]ro| no)?[ .:°#\-]{0,3}$",
    re.IGNORECASE,
)
# Countable things in the plural: a list of them follows.
_LISTED_BEFORE = re.compile(
    r"(?<![^\W\d_])(?:cercles|communes|regions|zones|quartiers|villages|lots|sites|secteurs|blocs|ilots|parcelles|cellules"
    r"|pages|articles|lignes|colonnes|questions|codes|annees|groupes|classes|ages|districts|aires|arrondissements|ecoles"
    r"|camps|phases|etapes|chapitres|sections|annexes|tableaux|figures|cases|rues|portes|salles|lieux|places|postes|puits"
    r"|points|tranches|modules|indicateurs|objectifs|activites|fiches|feuilles|valeurs|scores|notes|semaines|jours|mois"
    r"|departements|provinces|prefectures|wards|rows|cells|cols|items)(?: de| des| n°| nos| no| numeros)?[ :(\-]{0,3}$"
)
_OF_IDS = frozenset({"id", "ref", "réf", "code", "prj", "proj", "facture"})


class _Groups(NamedTuple):
    """Consecutive groups of digits, their positions, and the gaps between them."""

    digits: Sequence[str]
    spans: Sequence[Span]
    gaps: Sequence[str]

    @property
    def number(self) -> str:
        return "".join(self.digits)

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(group) for group in self.digits)

    @property
    def signs(self) -> list[str]:
        """The gaps without white space."""
        return [gap.replace(" ", "") for gap in self.gaps]

    def part(self, start: int, end: int) -> _Groups:
        return _Groups(self.digits[start:end], self.spans[start:end], self.gaps[start : end - 1])


def phones(text: str) -> Iterator[Span]:
    """The positions of phones in a plain text."""
    text = figures.without_ids(text)
    abroad = [match.span() for match in _ABROAD.finditer(text) if _is_abroad(match[0])]
    yield from abroad
    for start, end in abroad:
        text = text[:start] + figures.GONE * (end - start) + text[end:]
    text = _LETTERS.sub(lambda match: match[0].translate(_AS_DIGITS), text)
    text = figures.without_figures(text)
    for run in _RUN.finditer(text):
        if len(run[0]) >= 7:
            yield from _in_run(text, run)
    for start, end, digits in spoken(text):
        if _is_of(digits, country().iso2) or (digits[0] == "0" and _is_of_any(digits, _TEN)):
            yield start, end


def digit_runs(text: str) -> list[str]:
    """Each run of digits in a plain text that is long enough for a phone, whatever it means there."""
    return [run for run in _RUN.findall(text) if len(run) >= 7]


def _in_run(text: str, run: re.Match[str]) -> Iterator[Span]:
    parts = list(_GROUP.finditer(text, *run.span()))
    gaps = [text[one.end() : other.start()] for one, other in pairwise(parts)]
    groups = _Groups([part[0] for part in parts], [part.span() for part in parts], gaps)
    start = 0
    while start < len(parts):
        for end in range(min(len(parts), start + _MOST_GROUPS), start, -1):
            if _is_phone(text, groups, start, end):
                yield parts[start].start(), parts[end - 1].end()
                start = end
                break
        else:
            start += 1


def _is_phone(text: str, run: _Groups, start: int, end: int) -> bool:
    """Whether the groups start:end of a run form one callable number."""
    groups = run.part(start, end)
    if not 7 <= len(groups.number) <= 15 or len(_TRUNK.sub("", groups.number)) < 7:
        return False
    first, last = groups.spans[0][0], groups.spans[-1][1]
    is_called = bool(_CALL.search(text, max(0, first - 40), first) or _CALL.search(text, last, last + 20))
    if not is_called and (_is_figure(text, groups) or _is_list(text, run, start, end)):
        return False
    if not _is_numbered(groups, is_called):
        return False
    return _stands_alone(text, groups, is_called)


def _is_numbered(groups: _Groups, is_called: bool) -> bool:
    """Whether this number exists in the region, and its grouping is usual."""
    number, sizes = groups.number, groups.sizes
    is_usual = sizes in _GROUPINGS.get(len(number), ()) or is_called or set(sizes) == {1}
    if len(number) == 8 and number[0] not in "01" and is_usual:
        has_even_groups = all(size % 2 == 0 for size in sizes)
        is_odd = not set("".join(groups.signs)) <= _USUAL
        return _is_of(number, country().iso2) or (has_even_groups and not is_odd and _is_of_any(number, NEIGHBOURS))
    if len(number) != 8 and is_usual and _is_of(number, country().iso2):
        return True
    if len(number) == 7:
        return is_called and sizes in ((7,), (3, 4), (3, 2, 2)) and _is_of_any(number, _SEVEN)
    if len(number) == 9 and is_usual:
        return _is_of_any(number, _NINE_WITH_ZERO if number[0] == "0" else _NINE)
    if len(number) in (10, 11) and number[0] == "0" and is_usual:
        return _is_of_any(number, _TEN)
    return _has_calling_code(groups)


@cache
def _calling_codes(home: str) -> dict[str, str]:
    """The calling codes of the region, and the country's own."""
    import phonenumbers

    return _CALLED | {str(phonenumbers.country_code_for_region(home)): home}


def _has_calling_code(groups: _Groups) -> bool:
    """223 76 12 34 56: a country code comes first, in its own group or not."""
    for code, region in _calling_codes(country().iso2).items():
        if groups.number.startswith(code) and (groups.sizes[0] >= len(code) or set(groups.sizes) == {1}):
            rest = groups.number[len(code) :]
            is_ours = (
                region == country().iso2 and len(rest) == 8 and rest[0] not in "01"
            )  # including ranges not assigned yet
            if is_ours or (
                len(groups.number) >= 10 and (_is_of(rest, region) or _is_of(rest.removeprefix("0"), region))
            ):
                return True
    return False


def _is_figure(text: str, groups: _Groups) -> bool:
    """A number with thousands, near words of money or counting, or as programs write it; an id after its word."""
    first = groups.spans[0][0]
    if _YEAR.fullmatch(groups.digits[0]):
        return True  # 2024 76 12 34 56
    if _ID_BEFORE.search(text, max(0, first - 30), first):
        return len(groups.digits) == 1
    is_in_thousands = len(groups.digits) > 1 and groups.sizes[0] <= 3 and set(groups.sizes[1:]) == {3}
    if is_in_thousands and (len(groups.number) != 8 or set("".join(groups.signs)) & {",", "'"}):
        return True
    is_near = bool(_AMOUNT.search(text, max(0, first - 40), first))
    return is_near and (is_in_thousands or len(groups.digits) == 1)


def _is_list(text: str, run: _Groups, start: int, end: int) -> bool:
    """Several numbers: after a plural, in rising order, or separated by the same sign as more of them."""
    groups = run.part(start, end)
    if len(groups.digits) == 1:
        return False
    before = text[max(0, run.spans[0][0] - 30) : run.spans[0][0]]
    if max(groups.sizes) <= 3 and len(groups.digits) >= 4 and _LISTED_BEFORE.search(_folded(before)):
        return True
    signs = groups.signs
    is_uniform = len(set(signs)) == 1
    is_rising = all(int(one) < int(other) for one, other in pairwise(groups.digits))
    is_odd = not set("".join(signs)) <= _USUAL or ("." in "".join(signs) and not is_uniform)
    has_padding = any(len(group) > 1 and group[0] == "0" for group in groups.digits[1:])
    is_whole_pairs = len(groups.digits) == len(run.digits) and groups.sizes == _PAIRS
    if is_odd and not is_uniform and not (is_whole_pairs and (has_padding or " " not in "".join(groups.gaps))):
        return True  # 76.30 12.50: decimals; but 76.20,00.09
    if is_rising and (is_odd or not is_uniform):
        return True  # 22, 33, 44, 55; 25-30 35-40
    has_more = (start > 0 and run.gaps[start - 1] == groups.gaps[0]) or (
        end < len(run.digits) and run.gaps[end - 1] == groups.gaps[-1]
    )
    return has_more and (set(groups.sizes) == {1} or (is_odd and not (has_padding and start == 0)))


def _folded(text: str) -> str:
    """Lower case without accents; other characters kept."""
    return "".join(map(_folded_sign, text))


@lru_cache(10_000)
def _folded_sign(sign: str) -> str:
    return fold(sign) or sign


def _stands_alone(text: str, groups: _Groups, is_called: bool) -> bool:
    """No adjacent letter, except a word of calling or, for national numbers, one word: WA76100013."""
    first, last = groups.spans[0][0], groups.spans[-1][1]
    prefix, suffix = _PREFIX.search(text, max(0, first - 20), first), _SUFFIX.match(text, last)
    if not prefix and not suffix:
        return True
    word = prefix[0].casefold() if prefix else ""
    around = text[max(0, first - len(word) - 1) : first - len(word)] + (text[suffix.end() :][:1] if suffix else "")
    if word in _OF_IDS or any(sign.isalnum() or sign in "-_" for sign in around):
        return False
    return (
        is_called
        or bool(_CALL.fullmatch(word))
        or (not (prefix and suffix) and _is_of(groups.number[-8:], country().iso2))
    )


def _is_abroad(written: str) -> bool:
    """Whether a number with + or 00 exists in its country."""
    import phonenumbers  # slow to import, and few texts need it

    digits = "".join(_GROUP.findall(_TRUNK.sub("", written)))
    digits = digits.removeprefix("00") if not written.startswith("+") else digits
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}")))
    except phonenumbers.NumberParseException:
        return False


def _is_of_any(number: str, regions: Sequence[str]) -> bool:
    return any(_is_of(number, region) for region in regions)


@lru_cache(100_000)
def _is_of(number: str, region: str) -> bool:
    """Whether a national number exists in a region."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_valid_number_for_region(parsed, region))
