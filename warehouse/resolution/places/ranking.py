"""What witnesses say of a place, and the rule that weighs them.

A witness is a column (a code, a name, the coordinates). It votes for every area that it may mean, with the score of
the match; a vote for a commune is one for its cercle and its region. From the region down, an area wins where it has
more support than any other and at least twice what opposes it: two witnesses against one decide, one against one or
two against two do not. What is decided against somebody keeps its warning, and every candidate is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.country.pcode_forms import ancestor
from warehouse.resolution.places.gazetteer import Match, level_of

MAJORITY = 2.0
METHODS = ("answer", "code", "exact_name", "variant", "fuzzy", "point_in_polygon")


@dataclass(frozen=True)
class Witness:
    """A column and its votes, the areas that it may mean. No votes: it says nothing of use.

    ``name_level``: of a name the level at which it is looked for, 0 for a code or a point.
    """

    column: str
    votes: tuple[Match, ...] = ()
    stated_code: str | None = None
    stated_vintage: str | None = None
    name_level: int = 0

    def areas(self, level: int) -> set[str]:
        """The areas of that level for which it votes, or below which."""
        return {area for vote in self.votes if (area := ancestor(vote.code, level))}

    def support(self, area: str) -> float:
        """Its vote for an area: the strongest of its votes there or below."""
        return max((vote.score for vote in self.votes if vote.code.startswith(area)), default=0.0)

    def admits(self, area: str) -> float:
        """Its vote for an area, a vote for a larger one around it included."""
        around = max((vote.score for vote in self.votes if area.startswith(vote.code)), default=0.0)
        return max(self.support(area), around)


@dataclass(frozen=True)
class Verdict:
    """The deepest area that the rule decides ("" = none), and what was contradicted or left open."""

    code: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A possible area of a disputed record."""

    code: str
    method: str
    score: float
    witness: str
    stated_code: str | None = None
    stated_vintage: str | None = None


def decide(witnesses: Sequence[Witness]) -> Verdict:
    """Weighs the witnesses from the region down. Their order does not matter."""
    chosen = ""
    warnings: list[str] = []
    for level in (1, 2, 3):
        areas = {code for witness in witnesses for code in witness.areas(level) if code.startswith(chosen)}
        if not areas:
            break
        speaking = [witness for witness in witnesses if areas & witness.areas(level)]
        total = {area: sum(witness.support(area) for witness in speaking) for area in sorted(areas)}
        best = max(total, key=lambda area: total[area])
        opposed = sum(max(witness.support(area) for area in areas) - witness.support(best) for witness in speaking)
        is_open = list(total.values()).count(total[best]) > 1 or total[best] < MAJORITY * opposed
        if is_open or _is_outvoted_by_names(best, level, speaking):
            is_homonym = all(areas <= witness.areas(level) for witness in speaking)
            warnings.append(f"admin{level}_ambiguous" if is_homonym else f"admin{level}_undecided")
            break
        if opposed:
            warnings.append(f"admin{level}_conflict")
        chosen = best
    return Verdict(chosen, tuple(warnings))


def _is_outvoted_by_names(best: str, level: int, speaking: Sequence[Witness]) -> bool:
    """Whether smaller areas' names alone speak against a larger one that is stated: names are looked for in it."""
    against = any(0 < w.name_level <= level and not w.support(best) for w in speaking)
    return against and all(w.name_level for w in speaking if w.support(best))


def ranked(witnesses: Sequence[Witness], suggestions: Iterable[Candidate] = ()) -> list[Candidate]:
    """Every area that was voted for, the most supported first, then what was only suggested.

    An area around another candidate is not listed: ML05 says nothing that ML0502 does not.
    """
    proposed = {vote.code for witness in witnesses for vote in witness.votes}
    proposed = {code for code in proposed if not any(o != code and o.startswith(code) for o in proposed)}
    by_support = sorted(proposed, key=lambda code: (-sum(w.admits(code) for w in witnesses), -len(code), code))
    extra = [c for c in suggestions if not any(code.startswith(c.code) for code in proposed)]
    return [_candidate(code, witnesses) for code in by_support] + extra


def best_vote(area: str, witnesses: Iterable[Witness]) -> Match:
    """The vote with the surest method among those for the area itself, else among those for something below it."""
    votes = [vote for witness in witnesses for vote in witness.votes if vote.code.startswith(area)]
    return min(votes, key=lambda vote: (vote.code != area, METHODS.index(vote.method), -vote.score))


def stated(code: str, witnesses: Sequence[Witness]) -> tuple[str | None, str | None]:
    """The deepest code that a record states for the area (else of any), and its vintage."""
    stating = [w for w in witnesses if w.stated_code]
    if not stating:
        return None, None
    agreeing = [w for w in stating if code and w.admits(code)] or stating
    deepest = max(agreeing, key=lambda w: level_of(w.stated_code or ""))
    return deepest.stated_code, deepest.stated_vintage


def _candidate(code: str, witnesses: Sequence[Witness]) -> Candidate:
    naming = [w for w in witnesses if any(vote.code == code for vote in w.votes)]
    best = best_vote(code, naming)
    columns = ";".join(sorted(w.column for w in naming))
    return Candidate(code, best.method, best.score, columns, *stated(code, naming))
