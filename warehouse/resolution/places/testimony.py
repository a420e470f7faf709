"""From what a record states of its place to its places: witnesses, several places in one cell, a person's answer.

A name is looked for below the parents that the record states. Where one of them is unknown (region « Centre-Ouest ») or
of another country, what is below is not placed by its name alone: « Gao » is a commune of Burkina Faso too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ingestion.clean.pcodes import code_in
from ingestion.clean.text import fold
from ingestion.clean.whole_area import says_whole
from ingestion.country.pack import country
from ingestion.country.pcode_forms import ancestor
from warehouse.resolution.places.abroad import is_abroad, is_foreign_code, is_neighbouring
from warehouse.resolution.places.cell_paths import Path, is_path_known, paths
from warehouse.resolution.places.cells import repaired
from warehouse.resolution.places.gazetteer import CURRENT, Match, alike, current, level_of, named
from warehouse.resolution.places.place_names import place_key
from warehouse.resolution.places.ranking import Candidate, Verdict, Witness, best_vote, decide, ranked, stated

# Measured on the 701 communes (docs/adr/0010): alike enough among the 14 communes of a cercle, among 701 too little.
FUZZY = 0.75
FUZZY_FURTHER = 0.85  # where the area directly above is not known
MARGIN = 0.05  # the second best is at least so much less alike
SUGGESTED = 0.6  # shown to a person, never chosen
NEAR = 0.5  # the vote of a point for a cercle whose outline passes beside it
POINT = "point_in_polygon"
LATER = "admin1_later"  # a region created since the current vintage: the one that held it
_LEVELS = (1, 2, 3)
_OPEN = ("name_unknown", "undecided", "ambiguous", "unreadable")  # what leaves a level empty that a record states


@dataclass(frozen=True)
class Statement:
    """What a record states: codes, names as written, vintage of the codes, and the outlines around its point."""

    codes: tuple[str | None, ...] = (None, None, None)  # of the region, the cercle, the commune
    names: tuple[str | None, ...] = (None, None, None)
    vintage: str | None = None
    unreadable: tuple[bool, ...] = (False, False, False)  # a code of that level is written and is no p-code
    outlines: str | None = None  # "2019:ML0204,ML0901": the cercle around the point, then those beside it


@dataclass(frozen=True)
class Place:
    """One place of a record: the deepest area of 2021 that holds, how it was found, and what else it may be."""

    code: str = ""
    method: str | None = None
    score: float | None = None
    stated_code: str | None = None
    stated_vintage: str | None = None
    warnings: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    question_key: str = ""

    @property
    def level(self) -> int | None:
        """3 commune, 2 cercle, 1 region, 0 the whole country, None unknown."""
        if self.method == "country":
            return 0
        return level_of(self.code) if self.code else None


def question_key(region: str | None, cercle: str | None, commune: str | None, *others: str | None) -> str:
    """The key of the question "which place is this?", the same for all records that state the same.

    Takes the three texts as written, then the codes, their vintage and the outlines around the point:
    ("Sikasso", "Sikasso", None, "ML0304", "2021") → "lieu:sikasso>sikasso|ML0304|2021".
    """
    names = ">".join(fold(text or "") for text in (region, cercle, commune)).rstrip(">")
    return "|".join([f"lieu:{names}", *(text for text in others if text)])


@dataclass(frozen=True)
class _NameReading:
    """The name columns of a statement as read: codes among the names, names of the upper columns, places of the last.

    ``above``: (level, column, names) of each upper column; several names there are all meant. ``column``: the deepest
    column with a name, from 0.
    """

    codes: tuple[tuple[int, int, str], ...]  # (level, column, code): the 3W has « ML050101 » for a commune
    above: tuple[tuple[int, int, tuple[str, ...]], ...]
    places: tuple[Path, ...]
    column: int = 0
    is_abroad: bool = False


def places_of(statement: Statement, answers: Mapping[str, str], is_divisible: bool) -> list[Place]:
    """All places of a record: several if its deepest name is a list and its content holds for each of them."""
    reading = _read_names(statement)
    is_silent = not any((*statement.codes, *statement.unreadable, statement.outlines, *reading.codes, *reading.above))
    if is_silent and not reading.places and not reading.is_abroad:
        return [Place(method="country", score=1.0)]
    if len(reading.places) < 2 or reading.is_abroad:
        place = _place(statement, reading, answers)
        return [place if is_divisible else _of_a_figure(place)]
    vintage = statement.vintage or CURRENT
    read = [path for path in reading.places if is_path_known(path, vintage)] or list(reading.places)
    warnings = ("several_places_partly_read",) if len(read) < len(reading.places) else ()
    divided = [
        _place(_only(statement, reading.column, path), replace(reading, places=(path,), codes=()), answers, warnings)
        for path in read
    ]
    if is_divisible:
        return list({(place.code or number): place for number, place in enumerate(divided)}.values())
    answered = _answered(_key(statement), answers)
    if answered is not None:
        return [answered]
    candidates = tuple(c for place in divided for c in (place.candidates or _as_candidate(place, reading.column)))
    around = _stated_around(statement, reading) if warnings else _around(divided)
    warnings = ("several_places", *warnings, *(["coarser_than_stated"] if around.code else []))
    return [replace(around, warnings=warnings, candidates=candidates, question_key=_key(statement))]


def _around(places: list[Place]) -> Place:
    """The smallest area that holds all of these places, smaller than any of them; none where there is none."""
    least = min((level_of(place.code) for place in places), default=0)
    for level in range(least - 1, 0, -1):
        codes = {ancestor(place.code, level) for place in places}
        if len(codes) == 1:
            return Place(codes.pop(), places[0].method, min(place.score or 0.0 for place in places))
    return Place()


def _stated_around(statement: Statement, reading: _NameReading) -> Place:
    """The area that the columns above the list of places decide; none where they do not."""
    names = tuple(None if column == reading.column else name for column, name in enumerate(statement.names))
    place = _place(replace(statement, names=names), replace(reading, places=(), codes=()), {})
    is_larger = bool(place.code) and level_of(place.code) <= reading.column
    return Place(place.code, place.method, place.score) if is_larger else Place()


def _read_names(statement: Statement) -> _NameReading:
    """Reads the name columns, from the commune up: the first that names a place may name several."""
    vintage = statement.vintage or CURRENT
    codes: list[tuple[int, int, str]] = []
    above: dict[tuple[int, int], list[str]] = {}
    places: tuple[Path, ...] = ()
    deepest = 0
    is_elsewhere = False
    for column in reversed(_LEVELS):
        text = repaired(statement.names[column - 1] or "")
        if coded := _coded(text):
            codes.append((coded[0], column, coded[1]))
            text = coded[2]
        if not place_key(text) or says_whole(text):
            continue
        is_elsewhere |= is_abroad(text, column, vintage)
        read = paths(text, column, vintage, _stated_levels(statement, column))
        if not places:
            places, deepest = read, column - 1
            continue
        for step in (step for path in read for step in path):
            above.setdefault((step.level, column), []).append(step.text)
        if len(read) > 1 and all(len(path) == 1 for path in read):  # « Gao - Rharous » may be one name
            above[read[0][0].level, column].insert(0, text)
    upper = tuple((level, column, tuple(dict.fromkeys(texts))) for (level, column), texts in above.items())
    return _NameReading(tuple(codes), upper, places, deepest, is_elsewhere)


def _coded(text: str) -> tuple[int, str, str] | None:
    """(level, code, other words) of a name that is a code, or has one: « Mopti (ML0506) »."""
    for level in _LEVELS:
        if match := code_in(text, level):
            return level, *match
    return None


def _stated_levels(statement: Statement, column: int) -> frozenset[int]:
    """The levels above a column that a record states elsewhere than there."""
    stated = zip(_LEVELS, statement.names, statement.codes, strict=True)
    return frozenset(level for level, name, code in stated if level < column and (name or code))


def _only(statement: Statement, column: int, path: Path) -> Statement:
    """The statement with one piece of a list; codes as deep as the list, and the point, belong to one piece only."""
    piece = " > ".join(step.text for step in path)
    names = tuple(piece if number == column else name for number, name in enumerate(statement.names))
    codes = tuple(code if number < column else None for number, code in enumerate(statement.codes))
    return replace(statement, names=names, codes=codes, outlines=None)


def _as_candidate(place: Place, column: int) -> tuple[Candidate, ...]:
    if not place.code:
        return ()
    return (Candidate(place.code, place.method or "", place.score or 0.0, f"admin{column + 1}_name"),)


def _place(
    statement: Statement, reading: _NameReading, answers: Mapping[str, str], warnings: tuple[str, ...] = ()
) -> Place:
    testimony = _Testimony(statement, reading)
    verdict = decide(testimony.witnesses)
    key = _key(statement)
    answer = _answered(key, answers)
    if testimony.is_abroad:
        warnings += (*testimony.warnings, "other_country", "place_unresolved")
        return answer or Place(warnings=warnings, question_key=key)
    warnings += (*testimony.warnings, *verdict.warnings, *_unread(statement, verdict, testimony.witnesses))
    suggestions = testimony.suggestions
    candidates = tuple(ranked(testimony.witnesses, suggestions)) if verdict.warnings or suggestions else ()
    if answer is not None:
        return replace(answer, candidates=candidates)
    stated_code, vintage = stated(verdict.code, testimony.witnesses)
    if not verdict.code:
        warnings += ("place_unresolved",)
        return Place("", None, None, stated_code, vintage, warnings, candidates, key)
    best = best_vote(verdict.code, testimony.witnesses)
    score = best.score if best.method == "fuzzy" else 1.0
    return Place(verdict.code, best.method, score, stated_code, vintage, warnings, candidates, key)


def _of_a_figure(place: Place) -> Place:
    """A figure of a commune that is not known is not one of its cercle, nor one of a later region of its region."""
    is_open = any(f"admin{n}_{why}" in place.warnings for n in _LEVELS[level_of(place.code) :] for why in _OPEN)
    if place.code and (is_open or (level_of(place.code) == 1 and LATER in place.warnings)):
        return replace(place, warnings=(*place.warnings, "coarser_than_stated"))
    return place


def _key(statement: Statement) -> str:
    region, cercle, commune = statement.names
    return question_key(region, cercle, commune, *statement.codes, statement.vintage, statement.outlines)


def _answered(key: str, answers: Mapping[str, str]) -> Place | None:
    """The place that a person chose; "" = leave it unplaced. An answer that is no code of 2021 is not taken."""
    code = answers.get(key)
    if code is None or (code and not current(code, CURRENT)):
        return None
    return Place(code, "answer", 1.0, question_key=key)


def _unread(statement: Statement, verdict: Verdict, witnesses: list[Witness]) -> Iterator[str]:
    """Codes that do not lead to an area. A cercle whose code cannot be read is not its region: figures depend on it."""
    if any(statement.unreadable):
        yield "unreadable_code"
    for level, is_unreadable in zip(_LEVELS, statement.unreadable, strict=True):
        if is_unreadable and 1 < level > level_of(verdict.code):
            yield f"admin{level}_unreadable"
    if not verdict.code and any(witness.stated_code and len(witness.votes) > 1 for witness in witnesses):
        yield "admin_split_since_vintage"


class _Testimony:
    """The witnesses of a statement, warnings for those that cannot be understood, and what a person may look at."""

    def __init__(self, statement: Statement, reading: _NameReading) -> None:
        self.statement, self.vintage = statement, statement.vintage or CURRENT
        self.warnings: list[str] = []
        self.suggestions: list[Candidate] = []
        self.witnesses = [_code(f"admin{n}_code", code, statement, self.warnings) for n, code in _codes(statement)]
        self.witnesses += [_code(f"admin{n}_name", code, statement, self.warnings) for _, n, code in reading.codes]
        self._is_elsewhere = reading.is_abroad or any(is_foreign_code(code) for _, code in _codes(statement))
        if statement.outlines:
            self.witnesses.append(_point(statement.outlines, self.warnings))
        self._unknown = 0  # the level of a parent that is not known
        self._within: tuple[str, ...] = ("",)
        steps = [(step.level, step.column, (step.text,)) for path in reading.places for step in path]
        for level, column, texts in sorted([*steps, *reading.above], key=lambda item: item[:2]):
            self._hear(level, f"admin{column}_name", texts)

    @property
    def is_abroad(self) -> bool:
        """Whether the record is of another country; no name or point outweighs that, a code of Mali does."""
        return self._is_elsewhere and not any(w.stated_code and w.votes for w in self.witnesses)

    def _hear(self, level: int, column: str, texts: tuple[str, ...]) -> None:
        """Takes the names of one column at one level, those of larger areas before."""
        decided = decide(self.witnesses).code
        if self._unknown and level_of(decided) < self._unknown < level:
            self._suggest(column, [m for text in texts for m in named(text, level, self.vintage)])
            return
        parent = ancestor(decided, min(level - 1, level_of(decided)))
        matches = _matches(texts, level, self.vintage, parent, self._within)
        if matches:
            self.witnesses.append(Witness(column, tuple(matches), name_level=level))
            return
        if level == 1 and (later := _later_regions(texts)):
            self.warnings.append(LATER)
            self.witnesses.append(Witness(column, later, name_level=level))
            return
        self.warnings.append(f"admin{level}_name_unknown")
        self._is_elsewhere |= any(is_neighbouring(text, level, parent) for text in texts)
        self._suggest(column, [m for text in texts for m in alike(text, level, self.vintage, parent, SUGGESTED)[:3]])
        reformed = _reformed(texts, level, self.vintage, parent)
        if reformed:
            self._within = reformed
        else:
            self._unknown = self._unknown or level

    def _suggest(self, column: str, matches: list[Match]) -> None:
        self.suggestions += [Candidate(match.code, match.method, match.score, column) for match in matches]


def _codes(statement: Statement) -> Iterator[tuple[int, str]]:
    return ((level, code) for level, code in zip(_LEVELS, statement.codes, strict=True) if code)


def _later_regions(texts: tuple[str, ...]) -> tuple[Match, ...]:
    """The regions of 2021 that held the regions of these names, created since; none where one name is of no such."""
    known = {place_key(name): code for name, code in country().later_regions.items()}
    codes = [known.get(place_key(text)) for text in texts]
    return tuple(Match(code, "variant") for code in dict.fromkeys(codes) if code) if all(codes) else ()


def _reformed(texts: tuple[str, ...], level: int, vintage: str, parent: str) -> tuple[str, ...]:
    """Where a region or cercle of 2023 lies that bears the name of a smaller area of 2021: « Bandiagara » in Mopti."""
    if level == 3:
        return ()
    below = [match.code for text in texts for match in named(text, level + 1, vintage)]
    return tuple(sorted({ancestor(code, level) for code in below if code.startswith(parent)}))


def _code(column: str, code: str, statement: Statement, warnings: list[str]) -> Witness:
    targets = current(code, statement.vintage)
    if not statement.vintage:
        warnings.append("code_without_vintage")
    elif not targets:
        warnings.append(f"{column[:6]}_unknown_in_vintage")
    return Witness(column, tuple(Match(target, "code") for target in targets), code, statement.vintage)


def _point(outlines: str, warnings: list[str]) -> Witness:
    vintage, _, cercles = outlines.partition(":")
    if not cercles:
        warnings.append("point_outside_outlines")
    around, *beside = cercles.split(",")
    votes = [Match(code, POINT) for code in current(around, vintage)]
    votes += [Match(code, POINT, NEAR) for outline in beside for code in current(outline, vintage)]
    return Witness("point", tuple(votes))


def _matches(texts: tuple[str, ...], level: int, vintage: str, parent: str, within: tuple[str, ...]) -> list[Match]:
    """What names may mean: exact names anywhere, and an alike name below the parent where none of them is there.

    Where nothing of its level bears the name, something larger may (commune column « Yanfolila », a cercle), never
    something smaller: regions and cercles of 2023 bear names of smaller areas of 2021 (region of Bandiagara).
    """
    exact = [match for text in texts for match in named(text, level, vintage) if match.code.startswith(within)]
    if any(match.code.startswith(parent) for match in exact):
        return exact
    text = texts[0]
    larger = [match for upper in range(level - 1, 0, -1) for match in named(text, upper, vintage)]
    larger = [match for match in larger if match.code.startswith(within)]
    if larger and not exact:
        return larger
    if is_neighbouring(text, level, parent):
        return exact
    at_least = FUZZY if level == 1 or level_of(parent) == level - 1 else FUZZY_FURTHER
    first, *others = [*alike(text, level, vintage, parent, at_least - MARGIN), Match("", "fuzzy", 0.0)]
    is_clear = first.score >= at_least and first.score - others[0].score >= MARGIN and first.code.startswith(within)
    return [*exact, first] if is_clear else exact
