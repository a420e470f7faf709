"""From the names of a cell to places: « Région de Mopti, cercles de Djenné et Bankass » are two, each below Mopti.

Of names without words for their level, those that lie in one another from region to commune are one path, « Kayes /
Kita / Djidian ». Of two that do, « Kayes - Nioro » in a column of cercles, both may be meant: they are a list where the
row states the larger one already, or joins them by « et », a comma or a line break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from ingestion.clean.countries import country
from ingestion.country.pack import country as here
from warehouse.resolution.places.cells import Mention, is_capital, mentions
from warehouse.resolution.places.gazetteer import alike, named
from warehouse.resolution.places.place_names import place_key

_LEVELS = (1, 2, 3)
SAME = 0.75  # a name this alike is that name, mistyped: « Bourem-Inalli » is no list of Bourem and Inalli


@dataclass(frozen=True)
class Step:
    """A name, the level at which it is looked for, and that of the column where it is written."""

    text: str
    level: int
    column: int


Path = tuple[Step, ...]


@cache
def paths(cell: str, column: int, vintage: str, stated: frozenset[int] = frozenset()) -> tuple[Path, ...]:
    """The places that a cell of the column of that level names, each from its largest area to its smallest.

    ``stated``: levels that the row states beside the cell. The name of the country says nothing.
    """
    written = [mention for mention in mentions(cell) if not place_key(mention.text).isdigit()]
    names = [mention for mention in written if country(mention.text) != here().iso2]
    if not written:
        return ((Step(cell, column, column),),)
    if len(names) > 1 and not any(mention.level for mention in names) and is_known(cell, column, vintage):
        names = [Mention(cell)]  # « Gourma - Rharous »
    if len(names) == 1 and names[0].level is None:
        names = _cut_at_hyphens(names[0], column, vintage)
    if len(names) < 2:
        return tuple((Step(mention.text, _only_level(mention, column), column),) for mention in names)
    if any(mention.level for mention in names):
        return _walked(_levelled(names, column, vintage), column, vintage)
    if cell.rstrip().endswith(")") and (level := _around(names, column, vintage, stated)):
        return _walked([(names[0], level), *((mention, column) for mention in names[1:])], column, vintage)
    if sum(mention.is_beside for mention in names) > 1:
        return tuple(path for pair in _pairs(names) for path in _unbound(pair, column, vintage, stated))
    return _unbound(names, column, vintage, stated) or ((Step(cell, column, column),),)


@cache
def level_of_free_text(cell: str, above: int, vintage: str) -> int:
    """The level of the bare names of a cell of free text, below the level ``above`` that the row states.

    It is the largest one where all of them are known, else where most are: « Gao, Mopti » are regions, « Gao, Ansongo »
    cercles. Words like « cercle de » bind their level whatever it is.
    """
    bare = [one.text for one in mentions(cell) if one.level is None and country(one.text) != here().iso2]
    levels = [level for level in _LEVELS if level > above]
    return max(levels, key=lambda level: (sum(is_known(text, level, vintage) for text in bare), -level))


def _around(names: list[Mention], column: int, vintage: str, stated: frozenset[int]) -> int:
    """The level of a name before several in parentheses that lie in it: « Mopti (Bankass, Koro) »; 0 for none."""
    outer, *inner = names
    if len(inner) < 2 or not inner[0].is_beside or any(mention.is_beside for mention in inner[1:]):
        return 0
    for level in sorted({1, 2} - stated):
        around = _areas(outer.text, level, vintage)
        if level < column and all(
            any(own.startswith(area) for own in _areas(mention.text, column, vintage) for area in around)
            for mention in inner
        ):
            return level
    return 0


def _pairs(names: list[Mention]) -> list[list[Mention]]:
    """« Siby (Kati), Konna (Mopti) » are two pairs."""
    pairs: list[list[Mention]] = []
    for mention in names:
        if mention.is_beside and pairs:
            pairs[-1].append(mention)
        else:
            pairs.append([mention])
    return pairs


def _unbound(names: list[Mention], column: int, vintage: str, stated: frozenset[int]) -> tuple[Path, ...]:
    """The places of names without words for their level: a path, a list of which one at most is unknown, or none."""
    names = _without_site(names, column, vintage)
    if levels := _chain(names, column, vintage, stated):
        return _walked(list(zip(names, levels, strict=True)), column, vintage)
    known = [mention for mention in names if is_known(mention.text, column, vintage)]
    if known and len(known) >= len(names) - 1:
        return tuple((Step(mention.text, column, column),) for mention in names)
    return ()


def is_known(text: str, level: int, vintage: str) -> bool:
    """Whether something of that level or larger bears the name."""
    return any(named(text, upper, vintage) for upper in range(level, 0, -1))


def is_path_known(path: Path, vintage: str) -> bool:
    """Whether the smallest area of a path has a known name."""
    return is_known(path[-1].text, path[-1].level, vintage)


def _only_level(mention: Mention, column: int) -> int:
    """The level of a name that stands alone. A capital that is a region is its only area of the second level too."""
    is_of_capital = column == 2 and mention.level == 1 and is_capital(mention.text)
    return column if is_of_capital else mention.level or column


def _cut_at_hyphens(mention: Mention, column: int, vintage: str) -> list[Mention]:
    """« Gao-Ansongo-Bourem » are three; a name with hyphens, or like one, is one."""
    pieces = [piece.strip() for piece in mention.text.split("-")]
    if len(pieces) < 2 or is_known(mention.text, column, vintage) or alike(mention.text, column, vintage, "", SAME):
        return [mention]
    if not all(is_known(piece, column, vintage) for piece in pieces):
        return [mention]
    return [Mention(piece, None, "soft" if number else "") for number, piece in enumerate(pieces)]


def _without_site(names: list[Mention], column: int, vintage: str) -> list[Mention]:
    """« Koulikoro > Kati > Kalabancoro > Kouloubléni » without the village below the commune, at either end."""
    for kept, extra in ((names[:3], names[3:]), (names[-3:], names[:-3])):
        is_site = len(extra) == 1 and not is_known(extra[0].text, column, vintage)
        texts = [mention.text for mention in kept]
        if is_site and _nested(texts if kept[0] is names[0] else texts[::-1], column, vintage):
            return [replace(kept[0], joint=""), *kept[1:]]
    return names


def _levelled(names: Sequence[Mention], column: int, vintage: str) -> list[tuple[Mention, int]]:
    """Each name with its level: that of its word, else the one at which it lies around or in a name with a word."""
    bound = [(mention.text, mention.level) for mention in names if mention.level]
    levelled: list[tuple[Mention, int]] = []
    for mention in names:
        level = mention.level or _nested_level(mention.text, bound, column, vintage)
        if not level and levelled and named(mention.text, levelled[-1][1], vintage):
            level = levelled[-1][1]
        levelled.append((mention, level or column))
    return levelled


def _nested_level(text: str, bound: list[tuple[str, int]], column: int, vintage: str) -> int | None:
    """The level at which a name lies around or in most names with a word: in « R. Koulikoro, Kati, Cne Siby » 2."""
    counts: dict[int, int] = {}
    for level in sorted(_LEVELS, key=lambda level: (level != column, -level)):
        areas = _areas(text, level, vintage)
        near = [_areas(other, upper, vintage) for other, upper in bound if upper != level]
        counts[level] = sum(_lie_in_one_another(areas, others) for others in near)
    best = max(counts, key=lambda level: counts[level])
    return best if counts[best] else None


def _areas(text: str, level: int, vintage: str) -> set[str]:
    return {match.code for match in named(text, level, vintage)}


def _lie_in_one_another(some: set[str], others: set[str]) -> bool:
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)


def _chain(names: Sequence[Mention], column: int, vintage: str, stated: frozenset[int]) -> tuple[int, ...] | None:
    """The levels of names that lie in one another, from the largest or from the smallest; None for a list."""
    if len(names) > len(_LEVELS) or any(mention.is_listed for mention in names):
        return None
    is_path = all(mention.is_below for mention in names[1:])
    for is_reversed in (False, True):
        levels = _nested([mention.text for mention in (reversed(names) if is_reversed else names)], column, vintage)
        is_around = is_reversed and names[-1].is_beside  # « Djidian (Kita) »
        is_sure = is_path or is_around or len(names) == len(_LEVELS)
        if levels and (is_sure or _is_pair(names, levels, column, vintage, stated)):
            return tuple(reversed(levels)) if is_reversed else levels
    if is_path and any(is_known(mention.text, column, vintage) for mention in names):
        return tuple(range(max(column, len(names)) - len(names) + 1, max(column, len(names)) + 1))
    return None


def _is_pair(
    names: Sequence[Mention], levels: tuple[int, ...], column: int, vintage: str, stated: frozenset[int]
) -> bool:
    """Whether two names that lie in one another are a place and what is around it, and not two places."""
    if not all(named(mention.text, column, vintage) for mention in names):
        return True  # « Bamako / Commune VI »: no commune is called Bamako
    return not names[1].is_after_comma and levels[0] not in stated


def _nested(texts: Sequence[str], column: int, vintage: str) -> tuple[int, ...] | None:
    """The deepest levels, rising, at which each name lies in the one before.

    « Gao/Gao » in a column of cercles is the cercle; « Gao/Gao/Gao » is the commune in any column.
    """
    ways: list[tuple[tuple[int, ...], set[str]]] = [((), {""})]
    for text in texts:
        ways = [
            ((*levels, level), inside)
            for levels, around in ways
            for level in _LEVELS
            if level > (levels[-1] if levels else 0)
            and (inside := {a for a in _areas(text, level, vintage) if any(a.startswith(above) for above in around)})
        ]
    return min((levels for levels, _ in ways), key=lambda levels: _gaps(levels, column), default=None)


def _gaps(levels: tuple[int, ...], column: int) -> tuple[int, bool, int]:
    """No level left out, none below the column, then the deepest."""
    return sum(lower - upper for upper, lower in pairwise(levels)), levels[-1] > column, -levels[-1]


def _walked(levelled: list[tuple[Mention, int]], column: int, vintage: str) -> tuple[Path, ...]:
    """Each smallest name with those around it: region, cercle, commune, commune, region are three paths.

    Levels that occur once each are one path in any order. « Région de Gao et cercle de Kati » are two.
    """
    levels = [level for _, level in levelled]
    is_reversed = levels[0] > levels[-1]
    if len(set(levels)) == len(levels) and levels != sorted(levels, reverse=is_reversed):
        levelled, is_reversed = sorted(levelled, key=lambda one: one[1]), False
    walked: list[Path] = []
    above: list[Step] = []
    for mention, level in reversed(levelled) if is_reversed else levelled:
        is_apart = mention.may_begin and not is_reversed and not _is_within(mention.text, level, above, vintage)
        if above and (above[-1].level >= level or is_apart):
            walked.append(tuple(above))
            above = [] if is_apart else [step for step in above if step.level < level]
        above.append(Step(mention.text, level, column))
    walked.append(tuple(above))
    return tuple(dict.fromkeys(reversed(walked) if is_reversed else walked))


def _is_within(text: str, level: int, above: list[Step], vintage: str) -> bool:
    """Whether a name may lie in the areas around it; what is not known may."""
    around = [areas for step in above if step.level < level and (areas := _areas(step.text, step.level, vintage))]
    own = _areas(text, level, vintage)
    return not own or all(_lie_in_one_another(own, areas) for areas in around)
