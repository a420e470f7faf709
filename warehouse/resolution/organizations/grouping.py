"""From mentions to organizations: answers, then names, then acronyms on their own, then sections."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import pandas as pd

from ingestion.clean.text import fold
from warehouse.resolution.organizations.aliases import known
from warehouse.resolution.organizations.candidates import Scorer, scored_pairs, thresholds
from warehouse.resolution.organizations.clusters import Clusters
from warehouse.resolution.organizations.mentions import Mention, mentions_of, reference_mentions
from warehouse.resolution.organizations.organization_names import parse
from warehouse.resolution.organizations.rules import Verdict, judge, judge_alone, may_have_sections, same_organization

Pair = tuple[int, int]
Verdicts = dict[Pair, Verdict]

DECISIONS = ["left", "right", "left_row", "right_row", "method", "score", "decision", "reason"]
SECTIONS = ["child_cluster", "parent_cluster", "reason"]
# Rows shown for one acronym that several organizations carry: enough for a person to see them all.
_SHOWN = 12


@dataclass(frozen=True)
class Resolved:
    """cluster: a number per mention, on its index; decisions: a row per pair that was weighed, with the two names and
    the positions of their rows; sections: which cluster is the national section of which."""

    cluster: pd.Series
    decisions: pd.DataFrame
    sections: pd.DataFrame


def resolve(mentions: pd.DataFrame, answers: pd.DataFrame | None = None, score: Scorer = scored_pairs) -> Resolved:
    """Groups the spellings of the same organization.

    mentions: name, acronym, organization_type_code, context, phone, listings (all but name may be null or missing);
    listings are the documents that list it as a site of its own, separated by spaces.
    answers: left_name, right_name (names, or the mentions' natural_key), answer: "same" or "different", given by a
    person, win over every rule; "stated", said by a source, wins over the names.
    score: what finds and scores the pairs, DuckDB unless another engine is given."""
    parsed = mentions_of(mentions)
    verdicts, parsed = _weigh(parsed, score)
    verdicts |= _answered(parsed, answers)
    vetoes = ((*pair, verdict.method == "answer") for pair, verdict in verdicts.items() if verdict.veto)
    clusters = Clusters(parsed, vetoes)
    verdicts |= _join(clusters, verdicts)
    verdicts = _acronyms(parsed, clusters) | verdicts
    number = {first: count for count, first in enumerate(clusters)}
    rows = sorted((mention.row, number[clusters.find(position)]) for position, mention in enumerate(parsed))
    cluster = pd.Series([count for _, count in rows], mentions.index, dtype="int64", name="cluster")
    return Resolved(cluster, _decisions(parsed, verdicts), _sections(parsed, clusters, number))


def _weigh(mentions: list[Mention], score: Scorer) -> tuple[Verdicts, list[Mention]]:
    """The verdicts on all candidate pairs, and the mentions with what the reference list says of misspelled ones."""
    reference = reference_mentions()
    pairs = score([*mentions, *reference])
    limits = thresholds()
    size = len(mentions)
    listed = defaultdict[int, set[str]](set)
    within = pairs["right"] < size
    for left, right, probability in pairs[~within].itertuples(index=False):
        mention, alias = mentions[left], reference[right - size]
        if mention.organization or mention.context or mention.name.bare != alias.name.bare:
            continue
        verdict = judge(mention, alias, probability, limits)
        if verdict and verdict.decision == "merge" and alias.organization:
            listed[left].add(alias.organization)
    mentions = [
        replace(mention, organization=next(iter(listed[position]))) if len(listed.get(position, ())) == 1 else mention
        for position, mention in enumerate(mentions)
    ]
    verdicts = _same_organization(mentions)
    for left, right, probability in pairs[within].itertuples(index=False):
        if verdict := judge(mentions[left], mentions[right], probability, limits):
            verdicts[left, right] = verdict
    return verdicts, mentions


def _same_organization(mentions: list[Mention]) -> Verdicts:
    """Each spelling of a known organization with the next one: nothing else may bring two translations together."""
    last: dict[str, int] = {}
    verdicts: Verdicts = {}
    for position, mention in enumerate(mentions):
        if mention.organization:
            if (before := last.get(mention.organization)) is not None:
                verdicts[before, position] = same_organization(mentions[before], mention)
            last[mention.organization] = position
    return verdicts


# A person's word goes before every rule; a source's only before the names themselves.
_VERDICTS = {
    "same": Verdict("answer", 1.0, "merge", "réponse d’une personne"),
    "different": Verdict("answer", 0.0, "apart", "réponse d’une personne", veto=True),
    "stated": Verdict("stated_name", 0.995, "merge", "autre nom, dit par une source"),
}


def _answered(mentions: list[Mention], answers: pd.DataFrame | None) -> Verdicts:
    """What a person said of two spellings, or a source of a body's other name; by key, else by name."""
    if answers is None or answers.empty:
        return {}
    called = defaultdict[str, list[int]](list)
    for position, mention in enumerate(mentions):
        called[mention.name.folded].append(position)
        if mention.key:
            called[mention.key].append(position)
    verdicts: Verdicts = {}
    for left, right, answer in answers[["left_name", "right_name", "answer"]].itertuples(index=False):
        verdict = _VERDICTS[answer]
        for one in called.get(left, called[fold(left)]):
            for other in called.get(right, called[fold(right)]):
                if one != other:
                    verdicts[min(one, other), max(one, other)] = verdict
    return verdicts


def _join(clusters: Clusters, verdicts: Verdicts) -> Verdicts:
    """Merges by descending score, answers first; returns what was refused."""
    merges = [(pair, verdict) for pair, verdict in verdicts.items() if verdict.decision == "merge"]
    merges.sort(key=lambda item: (item[1].method != "answer", -item[1].score, item[0]))
    refused = {}
    for pair, verdict in merges:
        if obstacle := clusters.join(*pair, forced=verdict.method == "answer"):
            refused[pair] = _refused(verdict, obstacle)
    return refused


def _acronyms(mentions: list[Mention], clusters: Clusters) -> Verdicts:
    """An acronym alone joins the only organization that carries it; with several, a person decides."""
    carriers = defaultdict[str, list[int]](list)
    for position, mention in enumerate(mentions):
        if mention.name.acronym and not mention.name.bare:
            carriers[mention.name.acronym].append(position)
    holders = {clusters.facts(first).get("organisation", ""): first for first in clusters}
    added: Verdicts = {}
    for position, mention in enumerate(mentions):
        if not mention.name.bare or not mention.name.acronym:
            continue
        bodies = _carrying(mention, clusters, carriers, holders)
        full_names = [each for each in bodies if clusters.find(each) != clusters.find(position)]
        for other in full_names[:_SHOWN]:
            verdict = judge_alone(mention, mentions[other], len(bodies))
            if verdict.decision == "merge" and (obstacle := clusters.join(position, other)):
                verdict = _refused(verdict, obstacle)
            added[min(position, other), max(position, other)] = verdict
    return added


def _carrying(bare: Mention, clusters: Clusters, carriers: dict[str, list[int]], holders: dict[str, int]) -> list[int]:
    """One full name for each organization that may be meant, the well-known one included."""
    bodies = {clusters.find(position): position for position in reversed(carriers.get(bare.name.acronym, []))}
    named = known().by_acronym.get(bare.name.acronym)
    if named and named in holders:
        first = clusters.find(holders[named])
        bodies.setdefault(first, first)
    return sorted(bodies.values())


def _sections(mentions: list[Mention], clusters: Clusters, number: dict[int, int]) -> pd.DataFrame:
    """A name with a country belongs to the same name without, or to the known organization of that name."""
    by_base: dict[str, int] = {}
    by_organization: dict[str, int] = {}
    for position, mention in reversed(list(enumerate(mentions))):
        if not mention.name.nations and not mention.context:
            by_base[mention.name.key] = position
        if mention.organization:
            by_organization[mention.organization] = position
    rows: dict[Pair, str] = {}
    for position, mention in enumerate(mentions):
        name = parse(mention.organization) if mention.organization else mention.name
        if not name.nations:
            continue
        parent = by_organization.get(known().parent(name) or "", by_base.get(name.base_key))
        if (
            parent is None
            or clusters.find(parent) == clusters.find(position)
            or not may_have_sections(mentions[parent])
        ):
            continue
        child = number[clusters.find(position)], number[clusters.find(parent)]
        rows.setdefault(child, f"{mention.name.written} : section ou bureau de {mentions[parent].name.written}")
    return pd.DataFrame([(*pair, reason) for pair, reason in sorted(rows.items())], columns=SECTIONS)


def _refused(verdict: Verdict, obstacle: str) -> Verdict:
    return verdict._replace(decision="review", reason=f"union refusée : {obstacle}")


def _decisions(mentions: list[Mention], verdicts: Verdicts) -> pd.DataFrame:
    rows = []
    for pair, verdict in verdicts.items():
        left, right = (mentions[position] for position in pair)  # sorted by folded name, so left < right
        if left.context != right.context and verdict.decision == "apart":
            continue  # two health centres of two regions: there was nothing to decide
        columns = (verdict.method, round(float(verdict.score), 4), verdict.decision, verdict.reason)
        rows.append((left.name.written, right.name.written, left.row, right.row, *columns))
    return pd.DataFrame(sorted(rows, key=str), columns=DECISIONS)
