"""From what a record states of its place to its places: witnesses, several places in one cell, a person's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ingestion.clean.pcodes import pcode
from ingestion.clean.text import fold
from warehouse.resolution.places.gazetteer import CURRENT, Match, alike, current, level_of, named
from warehouse.resolution.places.place_names import parts, place_key
from warehouse.resolution.places.ranking import Candidate, Verdict, Witness, best_vote, decide, ranked, stated

# Measured on the 701 communes (docs/adr/0010): alike enough among the 14 communes of a cercle, among 701 too little.
FUZZY = 0.75
FUZZY_FURTHER = 0.85  # where the area directly above is not known
MARGIN = 0.05  # the second best is at least so much less alike
SUGGESTED = 0.6  # shown to a person, never chosen
NEAR = 0.5  # the vote of a point for a cercle whose outline passes beside it
POINT = "point_in_polygon"
_LEVELS = (1, 2, 3)


@dataclass(frozen=True)
class Statement:
    """What a record states: codes, names as written, vintage of the codes, and the outlines around its point."""

    codes: tuple[str | None, ...] = (None, None, None)  # of the region, the cercle, the commune
    names: tuple[str | None, ...] = (None, None, None)
    vintage: str | None = None
    unreadable: tuple[bool, ...] = (False, False)  # a code of the region, of the cercle is written and is no p-code
    outlines: str | None = None  # "2019:ML0204,ML0901": the cercle around the point, then those beside it

    @property
    def is_silent(self) -> bool:
        """Nothing at all is said of a place: the record is of the whole country."""
        return not any((*self.codes, *self.names, *self.unreadable, self.outlines))


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


def question_key(region: str | None, cercle: str | None, commune: str | None, *given: str | None) -> str:
    """The key of the question "which place is this?", the same for all records that state the same.

    Takes the three texts as written, then the codes, their vintage and the outlines around the point:
    ("Sikasso", "Sikasso", None, "ML0304", "2021") → "lieu:sikasso>sikasso|ML0304|2021".
    """
    names = ">".join(fold(text or "") for text in (region, cercle, commune)).rstrip(">")
    return "|".join([f"lieu:{names}", *(text for text in given if text)])


def places_of(statement: Statement, answers: Mapping[str, str], is_divisible: bool) -> list[Place]:
    """All places of a record: several where its deepest name is a list and its content can be told of each."""
    if statement.is_silent:
        return [Place(method="country", score=1.0)]
    column, pieces = _listed(statement)
    if len(pieces) < 2:
        return [_place(statement, answers)]
    read = [piece for piece in pieces if _is_known(piece, column + 1, statement.vintage)]
    warnings = ("several_places_partly_read",) if len(read) < len(pieces) else ()
    divided = [_place(_only(statement, column, piece), answers, warnings) for piece in read]
    if is_divisible:
        return list({(place.code or number): place for number, place in enumerate(divided)}.values())
    whole = _answered(_key(statement), answers)
    if whole is not None:
        return [whole]
    found = tuple(candidate for place in divided for candidate in (place.candidates or _as_candidate(place, column)))
    return [Place(warnings=("several_places", *warnings), candidates=found, question_key=_key(statement))]


def _listed(statement: Statement) -> tuple[int, list[str]]:
    """The deepest column that has a name, and its pieces if it lists places."""
    for column in (2, 1, 0):
        if text := statement.names[column]:
            return column, _list(text, column + 1, statement.vintage)
    return 0, []


def _list(text: str, level: int, vintage: str | None) -> list[str]:
    """The pieces of a text that lists places, all of them known but for one at most; none for a single name."""
    pieces = parts(text)
    known = sum(_is_known(piece, level, vintage) for piece in pieces)
    return pieces if known and known >= len(pieces) - 1 and not _is_known(text, level, vintage) else []


def _is_known(text: str, level: int, vintage: str | None) -> bool:
    return any(named(text, upper, vintage or CURRENT) for upper in range(level, 0, -1))


def _only(statement: Statement, column: int, piece: str) -> Statement:
    """The statement with one piece of a list; codes as deep as the list, and the point, tell only one of the pieces."""
    names = tuple(piece if number == column else name for number, name in enumerate(statement.names))
    codes = tuple(code if number < column else None for number, code in enumerate(statement.codes))
    return replace(statement, names=names, codes=codes, outlines=None)


def _as_candidate(place: Place, column: int) -> tuple[Candidate, ...]:
    if not place.code:
        return ()
    return (Candidate(place.code, place.method or "", place.score or 0.0, f"admin{column + 1}_name"),)


def _place(statement: Statement, answers: Mapping[str, str], warnings: tuple[str, ...] = ()) -> Place:
    witnesses, found, suggestions = _witnesses(statement)
    verdict = decide(witnesses)
    warnings += (*found, *verdict.warnings, *_unread(statement, verdict, witnesses))
    candidates = tuple(ranked(witnesses, suggestions)) if verdict.warnings or suggestions else ()
    key = _key(statement)
    answer = _answered(key, answers)
    if answer is not None:
        return replace(answer, candidates=candidates)
    stated_code, vintage = stated(verdict.code, witnesses)
    if not verdict.code:
        warnings += ("place_unresolved",)
        return Place("", None, None, stated_code, vintage, warnings, candidates, key)
    best = best_vote(verdict.code, witnesses)
    score = best.score if best.method == "fuzzy" else 1.0
    return Place(verdict.code, best.method, score, stated_code, vintage, warnings, candidates, key)


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
    if statement.unreadable[1] and level_of(verdict.code) < 2:
        yield "admin2_unreadable"
    if not verdict.code and any(witness.stated_code and len(witness.votes) > 1 for witness in witnesses):
        yield "admin_split_since_vintage"


def _witnesses(statement: Statement) -> tuple[list[Witness], list[str], list[Candidate]]:
    """The witnesses of a statement, warnings for those that cannot be understood, and what a person may look at."""
    warnings: list[str] = []
    suggestions: list[Candidate] = []
    witnesses = [_code(f"admin{level}_code", code, statement, warnings) for level, code in _stated_codes(statement)]
    if statement.outlines:
        witnesses.append(_point(statement.outlines, warnings))
    for level, text in zip(_LEVELS, statement.names, strict=True):
        if not text or not place_key(text):
            continue
        column = f"admin{level}_name"
        if code := pcode(text, level):  # the 3W has « ML050101 » for a commune
            witnesses.append(_code(column, code, statement, warnings))
            continue
        parent = decide(witnesses).code[: 2 * level]
        matches = _matches(text, level, statement.vintage or CURRENT, parent)
        if matches:
            witnesses.append(Witness(column, tuple(matches)))
        else:
            warnings.append(f"{column}_unknown")
            suggested = alike(text, level, statement.vintage or CURRENT, parent, SUGGESTED)[:3]
            suggestions += [Candidate(match.code, match.method, match.score, column) for match in suggested]
    return witnesses, warnings, suggestions


def _stated_codes(statement: Statement) -> Iterator[tuple[int, str]]:
    return ((level, code) for level, code in zip(_LEVELS, statement.codes, strict=True) if code)


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


def _matches(text: str, level: int, vintage: str, parent: str) -> list[Match]:
    """What a name may mean: exact names anywhere, and an alike name below the parent where none of them is there.

    Where nothing of its level bears the name, something larger may (commune column « Yanfolila », a cercle), never
    something smaller: regions and cercles of 2023 bear names of smaller areas of 2021 (region of Bandiagara).
    """
    exact = [match for piece in [text, *_list(text, level, vintage)] for match in named(piece, level, vintage)]
    if any(match.code.startswith(parent) for match in exact):
        return exact
    larger = [match for upper in range(level - 1, 0, -1) for match in named(text, upper, vintage)]
    if larger and not exact:
        return larger
    at_least = FUZZY if level == 1 or level_of(parent) == level - 1 else FUZZY_FURTHER
    first, *others = [*alike(text, level, vintage, parent, at_least - MARGIN), Match("", "fuzzy", 0.0)]
    is_clear = first.score >= at_least and first.score - others[0].score >= MARGIN
    return [*exact, first] if is_clear else exact
