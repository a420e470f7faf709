"""What two names say of each other: merge, review or apart, and why (in French, for the person who reviews)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from warehouse.resolution.organizations.aliases import known
from warehouse.resolution.organizations.mentions import Mention
from warehouse.resolution.organizations.organization_names import Kind, Name, Word


class Verdict(NamedTuple):
    """The decision on a pair. A veto also holds between any two clusters that the pair would join."""

    method: str
    score: float
    decision: str
    reason: str
    veto: bool = False


class Thresholds(NamedTuple):
    """Splink's probability from which a pair is merged, or shown to a person."""

    merge: float
    review: float


@dataclass(frozen=True)
class Difference:
    """Words of one name that the other does not explain, and the misspellings that explain the rest."""

    left: tuple[Word, ...]
    right: tuple[Word, ...]
    misspelled: tuple[tuple[Word, Word], ...]

    def of(self, *kinds: Kind) -> tuple[str, str]:
        """The unexplained words of these kinds, as written."""
        left, right = ((word.surface for word in side if word.kind in kinds) for side in (self.left, self.right))
        return " ".join(left), " ".join(right)

    @property
    def telling(self) -> str:
        """All unexplained words that identify the organization."""
        return " ".join(self.of(*TELLING)).strip()

    @property
    def is_generic(self) -> bool:
        """Nothing but generic words is unexplained: "Tassaght", "Association Tassaght"."""
        return all(word.kind is Kind.WEAK for word in self.left + self.right)


TELLING = (Kind.CONCEPT, Kind.OTHER, Kind.PLACE)
KNOWN = (Kind.CONCEPT, Kind.WEAK, Kind.COUNTRY, Kind.PLACE)


def judge(left: Mention, right: Mention, probability: float, thresholds: Thresholds) -> Verdict | None:
    """The decision on a candidate pair; None when nothing is left to say."""
    same_acronym = bool(left.name.acronym) and left.name.acronym == right.name.acronym
    return (
        _context(left, right) or _reference(left, right) or _names(left, right, probability, thresholds, same_acronym)
    )


def judge_alone(bare: Mention, full: Mention, bodies: int) -> Verdict:
    """An acronym alone and a full name that carries it, of `bodies` organizations that do."""
    acronym = bare.name.acronym
    if bodies > 1:
        return Verdict("acronym", round(0.9 / bodies, 2), "review", f"sigle {acronym} porté par {bodies} structures")
    if bare.context and full.context and bare.context != full.context:
        return _veto(f"contextes différents ({bare.context} ≠ {full.context})")
    if doubt := _doubt_alone(bare, full):
        return Verdict("acronym", 0.6, "review", doubt)
    return Verdict("acronym", 0.95, "merge", f"sigle {acronym} porté par une seule structure")


def _doubt_alone(bare: Mention, full: Mention) -> str:
    named = known().by_acronym.get(bare.name.acronym)
    if named and named == full.organization:
        return ""
    if bare.organization:
        return f"{bare.name.written} est un nom connu, que ce nom complet n’a pas"
    if bare.kind and full.kind and bare.is_state != full.is_state:
        return f"types différents ({bare.kind} ≠ {full.kind})"
    # "Caritas" is no acronym of "Caritas Kayes": the shared word is the name of a family.
    others = {word.kind for word in full.name.words if word.surface != bare.name.acronym.lower()}
    if bare.name.acronym.lower() in full.name.folded.split() and others & {Kind.COUNTRY, Kind.PLACE, Kind.OTHER}:
        return "nom de famille d’organisations"
    return f"sigle aussi de : {named}" if named and known().has_offices(named) else ""


def may_have_sections(parent: Mention) -> bool:
    """Offices of UN bodies and donors are the body itself; a known INGO, or a name of its own, has sections."""
    if parent.organization:
        return not known().has_offices(parent.organization)
    return _distinctive(parent.name)


def _context(left: Mention, right: Mention) -> Verdict | None:
    if left.context and right.context and left.context != right.context:
        return _veto(f"contextes différents ({left.context} ≠ {right.context})")
    return None


def _reference(left: Mention, right: Mention) -> Verdict | None:
    if not (left.organization and right.organization):
        return None
    if left.organization != right.organization:
        return _veto(f"organisations différentes du référentiel ({left.organization} ≠ {right.organization})")
    return same_organization(left, right)


def same_organization(left: Mention, right: Mention) -> Verdict:
    """The verdict on two mentions of one organization of the reference list."""
    if left.name.folded == right.name.folded:
        return Verdict("exact_name", 1.0, "merge", "même nom")
    return Verdict("alias", 0.99, "merge", f"deux noms de : {left.organization}")


def _names(
    left: Mention, right: Mention, probability: float, thresholds: Thresholds, same_acronym: bool
) -> Verdict | None:
    one, other = left.name, right.name
    if (one.section or other.section) and one.nations != other.nations and one.base_key == other.base_key:
        return _sections(one, other)
    if one.folded == other.folded:
        return Verdict("exact_name", 1.0, "merge", "même nom")
    difference = compare(one, other)
    if one.bare != other.bare and same_acronym and not difference.is_generic:
        return None  # an acronym alone is looked at once the full names are grouped
    if veto := _different(difference, same_acronym):
        return veto
    if doubt := _doubt(left, right, difference, same_acronym):
        return Verdict("splink", probability, "review", doubt)
    if _are_two_acronyms(one, other):
        return Verdict("acronym", 0.5, "review", f"sigles différents ({one.acronym} ≠ {other.acronym})")
    if one.squash == other.squash or one.key == other.key:
        return Verdict("exact_name", 0.98, "merge", "même nom, à la langue, à l’ordre ou à l’écriture près")
    if same_acronym and not difference.telling:
        return Verdict("acronym", 0.97, "merge", f"même sigle ({one.acronym}), même nom mal écrit ou abrégé")
    if same_acronym and _is_cut(one.folded, other.folded):
        return Verdict("acronym", 0.96, "merge", f"même sigle ({one.acronym}), nom tronqué")
    if probability >= thresholds.merge:
        return Verdict("splink", probability, "merge", "noms proches" + (", même sigle" if same_acronym else ""))
    if probability >= thresholds.review or same_acronym:
        return Verdict("splink", probability, "review", "noms proches, à confirmer")
    return None


def _are_two_acronyms(one: Name, other: Name) -> bool:
    """Whether both are acronyms alone and not the same: NRCS, a Red Cross, is no plural of NRC, a refugee council."""
    return all(name.bare and name.written.isupper() for name in (one, other)) and one.acronym != other.acronym


def _sections(one: Name, other: Name) -> Verdict:
    """Same name, and a country that one acronym adds: "Médecins du Monde", MDM and MDM-BE."""
    if one.nations and other.nations:
        return _veto(f"sections différentes ({one.acronym} ≠ {other.acronym})")
    return Verdict("acronym", 0.5, "review", f"section nationale, d’après le sigle ({one.acronym}, {other.acronym})")


def _different(difference: Difference, same_acronym: bool) -> Verdict | None:
    """What makes otherwise equal names two organizations."""
    for kind, label in (
        (Kind.NUMBER, "numéros différents"),
        (Kind.PLACE, "lieux différents"),
        (Kind.COUNTRY, "pays différents"),
    ):
        one, other = difference.of(kind)
        if one and other:
            return _veto(f"{label} ({one} ≠ {other})")
    one, other = difference.of(*TELLING)
    if one and other:
        return _veto(f"{'sigle homonyme, ' if same_acronym else ''}mots différents ({one} ≠ {other})")
    return None


def _doubt(left: Mention, right: Mention, difference: Difference, same_acronym: bool) -> str:
    """Why a person should look, "" if nothing asks for it."""
    one, other = left.name, right.name
    if "".join(difference.of(Kind.COUNTRY)):
        return f"section nationale ou bureau pays ({' '.join(difference.of(Kind.COUNTRY)).strip()})"
    if "".join(difference.of(Kind.NUMBER)):
        return "numéro d’un seul côté"
    if "".join(difference.of(Kind.PLACE)):
        return f"lieu d’un seul côté ({' '.join(difference.of(Kind.PLACE)).strip()})"
    if _acronyms_differ(one, other):
        return f"sigles différents ({one.acronym} ≠ {other.acronym})"
    if left.is_state != right.is_state and left.kind and right.kind:
        return f"types différents ({left.kind} ≠ {right.kind})"
    if difference.telling and not (same_acronym and _telling_acronym(one, other)):
        return f"mots d’un seul côté ({difference.telling})"
    if all(difference.of(Kind.WEAK)) and not same_acronym:
        return f"formes différentes ({' ≠ '.join(difference.of(Kind.WEAK))})"
    if (difference.left or difference.right) and not _distinctive(one) and not same_acronym:
        return "nom trop général"
    if not same_acronym and any(_is_weak_misspelling(*pair) for pair in difference.misspelled):
        return f"noms propres proches ({' ≠ '.join(word.surface for word in difference.misspelled[0])})"
    return ""


def compare(one: Name, other: Name) -> Difference:
    """Takes away equal meanings, the other side's acronym, then misspellings."""
    supported = bool(one.acronym) and one.acronym == other.acronym
    left, right = _missing(one, other), _missing(other, one)
    misspelled = []
    for word in list(left):
        if twin := next((each for each in right if _is_misspelling(word, each, supported)), None):
            left.remove(word)
            right.remove(twin)
            misspelled.append((word, twin))
    if left and right and _glued_alike(one, other, left, right):
        misspelled.append((left[0], right[0]))
        left, right = [], []
    return Difference(tuple(left), tuple(right), tuple(misspelled))


def _missing(one: Name, other: Name) -> list[Word]:
    """Words of one that the other lacks; each answers for one, so "Women for Women" is not "Women"."""
    there = Counter(word.meaning for word in other.words)
    missing = []
    for word in one.words:
        if word.kind is Kind.STOP or word.surface.upper() == other.acronym:
            continue
        if there[word.meaning]:
            there[word.meaning] -= 1
        else:
            missing.append(word)
    return missing


def _is_misspelling(one: Word, other: Word, supported: bool) -> bool:
    """Two words of the vocabulary are two words: Niger and Nigeria, Kita and Kati, "human" and "humanity"."""
    if Kind.NUMBER in (one.kind, other.kind) or (one.kind in KNOWN and other.kind in KNOWN):
        return False
    shorter = min(len(one.surface), len(other.surface))
    # "Wold Vision": a short word only with the same acronym, and when one of the two is a word of the vocabulary.
    if shorter < (4 if supported and Kind.CONCEPT in (one.kind, other.kind) else 5):
        return False
    alike = OSA.normalized_similarity(one.surface, other.surface)
    if not supported:
        return alike >= 0.8
    # With the same acronym more is forgiven: "Imagen 1 Day", "International Rescue Commetee".
    return alike >= (0.75 if shorter >= 8 else 0.8) or JaroWinkler.similarity(one.surface, other.surface) >= 0.93


def _is_weak_misspelling(one: Word, other: Word) -> bool:
    """Short proper names one letter apart are often two names: Hidig, Hirig."""
    return one.kind is other.kind is Kind.OTHER and min(len(one.surface), len(other.surface)) < 7


def _glued_alike(one: Name, other: Name, left: list[Word], right: list[Word]) -> bool:
    """ "Lafeim" is a misspelled "la faim": what remains, liaison words included, glued."""
    if any(word.kind in (Kind.NUMBER, Kind.PLACE, Kind.COUNTRY) for word in (*left, *right)):
        return False
    if all(word.kind in KNOWN for word in (*left, *right)):
        return False
    remains = []
    for name, words, there in ((one, left, other), (other, right, one)):
        surfaces = {word.surface for word in there.words}
        kept = [
            word for word in name.words if word in words or (word.kind is Kind.STOP and word.surface not in surfaces)
        ]
        remains.append("".join(word.surface.replace(" ", "") for word in kept))
    return min(map(len, remains)) >= 5 and OSA.normalized_similarity(*remains) >= 0.8


def _acronyms_differ(one: Name, other: Name) -> bool:
    """Two acronyms, unlike each other, and not those of a name and its translation."""
    if not one.acronym or not other.acronym or OSA.distance(one.acronym, other.acronym) <= 1:
        return False
    surfaces = [{word.surface for word in name.content} for name in (one, other)]
    translated = 2 * len(surfaces[0] & surfaces[1]) < min(map(len, surfaces))
    return not translated


def _telling_acronym(one: Name, other: Name) -> bool:
    """Long enough not to be shared by chance, and no family name ("Caritas Bangui", acronym "Caritas")."""
    return len(one.acronym) >= 5 and one.acronym.lower() not in one.folded.split() + other.folded.split()


def _distinctive(name: Name) -> bool:
    telling = {word.meaning: word.kind for word in name.words if word.kind in TELLING}
    return len(telling) > 1 or Kind.OTHER in telling.values()


def _is_cut(one: str, other: str) -> bool:
    """A long beginning of the other name: export columns are cut at some width."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 20 and long.startswith(short)


def _veto(reason: str) -> Verdict:
    return Verdict("splink", 0.0, "apart", f"veto : {reason}", veto=True)
